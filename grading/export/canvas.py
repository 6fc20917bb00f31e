"""Grades for Canvas: the columns of its own export.

They are those of `lib/gradebook_exporter.rb` in instructure/canvas-lms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from grading.export.exporter import Exporter
from grading.export.grades import Grades
from grading.wording import number

__all__ = ["CanvasExporter"]

_POINTS = "Points Possible"


class CanvasExporter(Exporter):
    """Canvas's gradebook: Student, ID, SIS User ID, SIS Login ID, Section, then the assignments.

    Without a template, an assignment is a new one for Canvas; with Canvas's own export as the
    template, the grades go to the assignments that are there.
    """

    default_file = "canvas.csv"
    kept = ("EX", "N/A")  # excused there; not assigned there
    known_by: ClassVar = {
        "ID": ("lms_user_id",),
        "SIS User ID": ("id", "lms_user_id"),
        "SIS Login ID": ("id", "email"),
    }

    def rows(self, grades: Grades) -> Iterable[list[str]]:
        """Give the lines of the file."""
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *grades.assignments]
        maxima = [number(assignment.points) for assignment in grades.assignments.values()]
        yield [f"    {_POINTS}", "", "", "", "", *maxima]
        for student in grades.students:
            names = [name for name in (student.last_name, student.first_name) if name]
            who = [", ".join(names) or student.id, student.lms_user_id or "", "", student.id, ""]
            yield who + self.cells_of(grades, student.id)

    def titles(self, column: str) -> tuple[str, ...]:
        """Return the title in "Title (123)"."""
        found = re.fullmatch(r"(.*\S)\s*\(\d+\)", column)
        return (found[1],) if found else ()

    def is_student(self, row: Sequence[str]) -> bool:
        """Whether a row of a template is a student's: those have an ID."""
        return len(row) > 1 and bool(row[1].strip())

    def holds_points(self, row: Sequence[str]) -> bool:
        """Whether a row of a template says what each assignment is worth."""
        return bool(row) and row[0].strip() == _POINTS
