"""Feedback pages: a student's graded notebook as one HTML file that needs nothing else.

- `write` finds which pages are out of date and has them made, on all cores;
- `job` makes the pages of one submission, in whatever process;
- `source` finds what a student may see of a graded notebook;
- `page` turns that into HTML, `distribution` draws the class's scores for it.
"""

from grading.feedback.write import FeedbackSummary, feedback

__all__ = ["FeedbackSummary", "feedback"]
