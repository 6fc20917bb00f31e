"""Puts an assignment's cells into the gradebook, as `nbgrader generate_assignment` does."""

from __future__ import annotations

import tempfile

from nbgrader.converters import GenerateAssignment

from grading.convert import convert
from grading.course import Course
from grading.errors import CourseError
from grading.gradebook import Gradebook

__all__ = ["register"]


def register(course: Course, book: Gradebook, assignment: str) -> bool:
    """Register an assignment if the gradebook does not hold its present source.

    Cells are updated in place: points, hidden tests and texts may change once there are
    submissions, the set of cells may not. The release folder is not touched.

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
        done = convert(GenerateAssignment, course, assignment, force=True, release_directory=folder)
    if done.failure is not None:
        raise CourseError(
            f"The source of {assignment} can't be registered in the gradebook: {done.failure}.",
            "`grading validate` says what is wrong with it. Cells can't be added or removed "
            "once there are submissions.",
        )
    book.registered(assignment, digest)
    return True
