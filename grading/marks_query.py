"""Reads the marks of a whole class from the gradebook at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from grading.marks import Mark, NotebookMarks, SubmissionMarks

__all__ = ["read_marks", "seconds_late"]

_submitted = api.SubmittedAssignment.__table__
_submitted_notebooks = api.SubmittedNotebook.__table__
_assignments = api.Assignment.__table__
_notebooks = api.Notebook.__table__
_cells = api.BaseCell.__table__
_grade_cells = api.GradeCell.__table__
_task_cells = api.TaskCell.__table__
_grades = api.Grade.__table__
_comments = api.Comment.__table__


def read_marks(db: sa.Connection, assignment: str) -> dict[str, SubmissionMarks]:
    """Read the marks of every student for an assignment, in four queries."""
    found: dict[str, SubmissionMarks] = {}
    by_id: dict[str, NotebookMarks] = {}
    submissions = (
        sa.select(
            _submitted.c.student_id,
            _submitted.c.timestamp,
            _submitted.c.extension,
            _assignments.c.duedate,
            _submitted_notebooks.c.id,
            _submitted_notebooks.c.late_submission_penalty.label("penalty"),
            _notebooks.c.name,
        )
        .join(_assignments, _assignments.c.id == _submitted.c.assignment_id)
        .join(_submitted_notebooks, _submitted_notebooks.c.assignment_id == _submitted.c.id)
        .join(_notebooks, _notebooks.c.id == _submitted_notebooks.c.notebook_id)
        .where(_assignments.c.name == assignment)
        .order_by(_submitted.c.student_id, _notebooks.c.name)
    )
    for row in db.execute(submissions):
        if row.student_id not in found:
            late = seconds_late(row.timestamp, row.duedate, row.extension)
            found[row.student_id] = SubmissionMarks(row.student_id, assignment, row.timestamp, late)
        by_id[row.id] = NotebookMarks(row.penalty or 0.0)
        found[row.student_id].notebooks[row.name] = by_id[row.id]
    cells = _read_cells(db, assignment)
    columns = ("notebook_id", "cell_id", "auto_score", "manual_score", "extra_credit")
    grades: sa.Select[Any] = sa.select(
        *(_grades.c[name] for name in columns), _grades.c.needs_manual_grade
    )
    for nb, cell, automatic, manual, extra, waits in db.execute(_of(grades, _grades, assignment)):
        if nb in by_id:
            name, points = cells[cell]
            by_id[nb].cells[name] = Mark(automatic, manual, extra or 0.0, points, bool(waits))
    text = sa.func.coalesce(_comments.c.manual_comment, _comments.c.auto_comment)
    comments: sa.Select[Any] = sa.select(_comments.c.notebook_id, _comments.c.cell_id, text)
    for nb, cell, words in db.execute(_of(comments.where(text != ""), _comments, assignment)):
        if nb in by_id:
            by_id[nb].comments[cells[cell][0]] = words
    return found


def _read_cells(db: sa.Connection, assignment: str) -> dict[str, tuple[str, float]]:
    """Return the assignment's cells: id → (name, points)."""
    points = sa.func.coalesce(_grade_cells.c.max_score, _task_cells.c.max_score, 0.0)
    query = (
        sa.select(_cells.c.id, _cells.c.name, points)
        .join(_notebooks, _notebooks.c.id == _cells.c.notebook_id)
        .join(_assignments, _assignments.c.id == _notebooks.c.assignment_id)
        .outerjoin(_grade_cells, _grade_cells.c.id == _cells.c.id)
        .outerjoin(_task_cells, _task_cells.c.id == _cells.c.id)
        .where(_assignments.c.name == assignment)
    )
    return {row[0]: (row[1], row[2]) for row in db.execute(query)}


def _of(query: sa.Select[Any], table: sa.Table, assignment: str) -> sa.Select[Any]:
    """Narrow a query on grades or comments to one assignment."""
    return (
        query.join(_cells, _cells.c.id == table.c.cell_id)
        .join(_notebooks, _notebooks.c.id == _cells.c.notebook_id)
        .join(_assignments, _assignments.c.id == _notebooks.c.assignment_id)
        .where(_assignments.c.name == assignment)
    )


def seconds_late(timestamp: datetime | None, duedate: datetime | None, extension: object) -> float:
    """Seconds after the due date and any extension; 0 when in time or when either is unknown."""
    if timestamp is None or duedate is None:
        return 0.0
    due = duedate + extension if extension is not None else duedate  # type: ignore[operator]
    return max(0.0, (timestamp - due).total_seconds())
