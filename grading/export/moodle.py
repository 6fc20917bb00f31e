"""Grades for Moodle: the columns by which its import finds users.

They are those of `grade/import/csv/classes/load_data.php` in moodle/moodle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from grading.export.exporter import Exporter
from grading.export.grades import Grades

__all__ = ["MoodleExporter"]


class MoodleExporter(Exporter):
    """Moodle's grade import: columns that tell the user, then one an assignment.

    A dash stands for no grade, as in Moodle's own export: an empty cell would make a new grade item
    fail.
    """

    default_file = "moodle.csv"
    no_grade = "-"
    known_by: ClassVar = {
        "ID number": ("lms_user_id", "id"),
        "Email address": ("email", "id"),
        "Username": ("id",),
    }

    def rows(self, grades: Grades) -> Iterable[list[str]]:
        """Give the lines of the file."""
        yield [
            *("First name", "Last name", "ID number", "Email address", "Username"),
            *grades.assignments,
        ]
        for student in grades.students:
            yield [
                student.first_name or "",
                student.last_name or "",
                student.lms_user_id or "",
                student.email or "",
                student.id,
                *self.cells_of(grades, student.id),
            ]

    def titles(self, column: str) -> tuple[str, ...]:
        """Return the title in "Assignment: Title (Real)"; other columns can't take points."""
        found = re.fullmatch(r"(.*\S)\s*\(Real\)", column)
        return (found[1], found[1].partition(":")[2].strip()) if found else ()
