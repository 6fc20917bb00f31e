"""Grades for a spreadsheet: one line a student and assignment."""

from __future__ import annotations

from collections.abc import Iterable

from traitlets import Bool

from grading.export.exporter import Exporter
from grading.export.grades import Grades, Score
from grading.wording import number

__all__ = ["CsvExporter"]


class CsvExporter(Exporter):
    """One line a student and assignment: the columns of nbgrader's exporter, and `status`.

    nbgrader's own writes a student who handed in nothing with 0 points, and does not quote commas.
    """

    default_file = "grades.csv"
    bom = Bool(True, help=Exporter.bom.help).tag(config=True)

    def rows(self, grades: Grades) -> Iterable[list[str]]:
        """Give the lines of the file."""
        yield [
            *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name"),
            *("email", "raw_score", "late_submission_penalty", "score", "max_score", "status"),
        ]
        for name, assignment in grades.assignments.items():
            for student in grades.students:
                score = grades.scores.get((name, student.id), Score("missing"))
                graded = score.score is not None
                yield [
                    name,
                    str(assignment.duedate or ""),
                    str(score.timestamp or ""),
                    student.id,
                    student.last_name or "",
                    student.first_name or "",
                    student.email or "",
                    number(score.raw) if graded else "",
                    number(score.penalty) if graded else "",
                    self.cell(score),
                    number(assignment.points),
                    score.status,
                ]
