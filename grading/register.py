"""Puts an assignment's cells into the gradebook, as `nbgrader generate_assignment` does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveCells as NbgraderSaveCells

from grading.convert import convert
from grading.course import Course
from grading.errors import CourseError
from grading.excuse import excused_cells
from grading.gradebook import Gradebook

__all__ = ["SaveCells", "register"]


def register(course: Course, book: Gradebook, assignment: str) -> bool:
    """Register an assignment if the gradebook does not hold its present source.

    Cells are updated in place: once there are submissions, points, hidden tests and texts may
    change and cells be added, but none removed. The release folder is not touched.

    Returns
    -------
    bool
        Whether anything was done.

    Raises
    ------
    CourseError
        When nbgrader can't convert the source.
    """
    digest = course.source_digest(assignment)
    if book.digest(assignment) == digest:
        return False
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        done = convert(
            GenerateAssignment,
            course,
            assignment,
            settings={"GenerateAssignment": {"preprocessors": _steps(course)}},
            force=True,
            release_directory=folder,
        )
    if isinstance(done.failure, OSError) and done.failure.filename:
        why = f"{done.failure.filename}: {done.failure.strerror}"
        raise CourseError(
            f"The source of {assignment} can't be registered in the gradebook: {why}.",
            "See that the file is there and can be read; nbgrader_config.py may name it.",
        )
    if done.failure is not None:
        raise CourseError(
            f"The source of {assignment} can't be registered in the gradebook: {done.failure}.",
            "`grading validate` says what is wrong with it. Cells can't be removed once there are "
            "submissions: `grading excuse` lets one count for nobody.",
        )
    book.excuse(assignment, excused_cells(course, assignment))
    book.registered(assignment, digest)
    return True


class SaveCells(NbgraderSaveCells):  # type: ignore[misc]
    """Saves cells to the gradebook at once, and lets some be added once there are submissions."""

    def _create_notebook(self, notebook: Any) -> None:
        with _in_one_transaction(self.gradebook.db):
            self._add_cells()
            super()._create_notebook(notebook)

    def _add_cells(self) -> None:
        try:
            known = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        except MissingEntry:
            known = None
        if known is not None and known.submissions:
            for kind in ("grade", "solution", "task", "source"):
                names = {cell.name for cell in getattr(known, f"{kind}_cells")}
                add = getattr(self.gradebook, f"add_{kind}_cell")
                for name, values in getattr(self, f"new_{kind}_cells").items():
                    if name not in names:
                        add(name, self.notebook_id, self.assignment_id, **values)


@contextmanager
def _in_one_transaction(session: Any) -> Iterator[None]:
    """Have a session commit once, at the end.

    nbgrader commits after each cell. A disk needs up to 30 ms for that, a notebook of 50 cells
    seconds; and who was killed in between left half a notebook.
    """
    session.commit = session.flush
    try:
        yield
    finally:
        del session.commit  # it hid the method
    session.commit()


def _steps(course: Course) -> list[Any]:
    """Return nbgrader's steps as configured, with our way to save cells."""
    steps = GenerateAssignment(config=course.config).preprocessors
    return [SaveCells if step is NbgraderSaveCells else step for step in steps]
