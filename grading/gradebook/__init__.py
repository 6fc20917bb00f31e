"""nbgrader's gradebook, written and read in few statements, with what `grading` adds to it."""

from __future__ import annotations

from grading.gradebook.book import Gradebook, StudentNotebook
from grading.gradebook.totals import CellPoints, Row
from grading.gradebook.writing import Penalty

__all__ = [
    "CellPoints",
    "Gradebook",
    "Penalty",
    "Row",
    "StudentNotebook",
]
