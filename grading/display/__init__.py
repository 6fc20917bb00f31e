"""What the command line shows of a run.

- `progress` how far it is; `problems` what went wrong;
- `scores` what everybody got, what has changed and what can be trusted; `why` how it came about.
"""

from grading.display.problems import describe, show_problems
from grading.display.progress import Watch
from grading.display.scores import score_table, show_changes, show_trust
from grading.display.why import show_why

__all__ = [
    "Watch",
    "describe",
    "score_table",
    "show_changes",
    "show_problems",
    "show_trust",
    "show_why",
]
