"""Reads the marks of a whole class from the gradebook at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from grading.gradebook import tables
from grading.marks import Mark, NotebookMarks, SubmissionMarks

__all__ = ["read_marks", "seconds_late"]


def read_marks(db: sa.Connection, assignment: str) -> dict[str, SubmissionMarks]:
    """Read the marks of every student for an assignment, in four queries."""
    found: dict[str, SubmissionMarks] = {}
    by_id: dict[str, NotebookMarks] = {}
    submissions = (
        sa.select(
            tables.submitted.c.student_id,
            tables.submitted.c.timestamp,
            tables.submitted.c.extension,
            tables.assignments.c.duedate,
            tables.submitted_notebooks.c.id,
            tables.submitted_notebooks.c.late_submission_penalty.label("penalty"),
            tables.notebooks.c.name,
        )
        .join(tables.assignments, tables.assignments.c.id == tables.submitted.c.assignment_id)
        .join(
            tables.submitted_notebooks,
            tables.submitted_notebooks.c.assignment_id == tables.submitted.c.id,
        )
        .join(tables.notebooks, tables.notebooks.c.id == tables.submitted_notebooks.c.notebook_id)
        .where(tables.assignments.c.name == assignment)
        .order_by(tables.submitted.c.student_id, tables.notebooks.c.name)
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
        *(tables.grades.c[name] for name in columns), tables.grades.c.needs_manual_grade
    )
    for nb, cell, automatic, manual, extra, waits in db.execute(
        _of(grades, tables.grades, assignment)
    ):
        if nb in by_id:
            name, points = cells[cell]
            by_id[nb].cells[name] = Mark(automatic, manual, extra or 0.0, points, bool(waits))
    text = sa.func.coalesce(tables.comments.c.manual_comment, tables.comments.c.auto_comment)
    comments: sa.Select[Any] = sa.select(
        tables.comments.c.notebook_id, tables.comments.c.cell_id, text
    )
    for nb, cell, words in db.execute(_of(comments.where(text != ""), tables.comments, assignment)):
        if nb in by_id:
            by_id[nb].comments[cells[cell][0]] = words
    return found


def _read_cells(db: sa.Connection, assignment: str) -> dict[str, tuple[str, float]]:
    """Return the assignment's cells: id → (name, points)."""
    query = (
        tables.cells_with_worth()
        .join(tables.notebooks, tables.notebooks.c.id == tables.cells.c.notebook_id)
        .join(tables.assignments, tables.assignments.c.id == tables.notebooks.c.assignment_id)
        .where(tables.assignments.c.name == assignment)
    )
    return {row.id: (row.name, row.max_score or 0.0) for row in db.execute(query)}


def _of(query: sa.Select[Any], table: sa.Table, assignment: str) -> sa.Select[Any]:
    """Narrow a query on grades or comments to one assignment."""
    return (
        query.join(tables.cells, tables.cells.c.id == table.c.cell_id)
        .join(tables.notebooks, tables.notebooks.c.id == tables.cells.c.notebook_id)
        .join(tables.assignments, tables.assignments.c.id == tables.notebooks.c.assignment_id)
        .where(tables.assignments.c.name == assignment)
    )


def seconds_late(timestamp: datetime | None, duedate: datetime | None, extension: object) -> float:
    """Seconds after the due date and any extension; 0 when in time or when either is unknown."""
    if timestamp is None or duedate is None:
        return 0.0
    due = duedate + extension if extension is not None else duedate  # type: ignore[operator]
    return max(0.0, (timestamp - due).total_seconds())
