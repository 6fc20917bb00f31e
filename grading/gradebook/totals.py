"""Every student's line for an assignment, in one walk through the grades of the class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from grading.gradebook import tables
from grading.gradebook.layout import Layout
from grading.gradebook.marks import seconds_late

__all__ = ["CellPoints", "Row", "read_cell_points", "read_rows", "totals"]


@dataclass(frozen=True)
class Row:
    """One student's line for one assignment, as nbgrader counts it.

    Attributes
    ----------
    score
        Automatic, manual and extra points, less the late penalty.
    needs_manual
        Whether an answer waits for a person.
    failed
        Whether the last run could not grade the submission.
    engine
        What graded it; empty when it was not `grading`.
    tier
        What contained the student's code.
    unsealed
        Number of tests whose result is not tamper-proof.
    """

    student: str
    assignment: str
    score: float
    max_score: float
    needs_manual: bool
    timestamp: datetime | None
    late_seconds: float
    penalty: float
    failed: bool
    engine: str
    tier: str
    unsealed: int


class CellPoints(NamedTuple):
    """What counts for one graded cell of one submission.

    Attributes
    ----------
    cell
        "notebook/cell".
    points
        As nbgrader counts them.
    waits
        Whether a person is awaited.
    submission
        nbgrader's id of the submitted notebook.
    """

    student: str
    cell: str
    points: float
    waits: bool
    submission: str


def totals(assignment_id: str) -> sa.Select[Any]:
    """Select an assignment's submissions, by student.

    Columns: `student_id`, `timestamp`, `extension`, `score` (before the penalty), `waiting` (number
    of cells that wait for a person) and `penalty`.
    """
    submitted, notebooks, grades = tables.submitted, tables.submitted_notebooks, tables.grades
    ours = sa.select(submitted.c.id).where(submitted.c.assignment_id == assignment_id)
    # Apart from each other: joined, a notebook's penalty would count once for each of its grades.
    sums = (
        sa.select(
            notebooks.c.assignment_id.label("id"),
            sa.func.sum(tables.points).label("score"),
            sa.func.sum(sa.cast(grades.c.needs_manual_grade, sa.Integer)).label("waiting"),
        )
        .join(grades, grades.c.notebook_id == notebooks.c.id)
        .where(notebooks.c.assignment_id.in_(ours))
        .group_by(notebooks.c.assignment_id)
        .subquery()
    )
    penalties = (
        sa.select(
            notebooks.c.assignment_id.label("id"),
            sa.func.sum(notebooks.c.late_submission_penalty).label("penalty"),
        )
        .where(notebooks.c.assignment_id.in_(ours))
        .group_by(notebooks.c.assignment_id)
        .subquery()
    )
    return (
        sa.select(
            submitted.c.student_id,
            submitted.c.timestamp,
            submitted.c.extension,
            sa.func.coalesce(sums.c.score, 0.0).label("score"),
            sa.func.coalesce(sums.c.waiting, 0).label("waiting"),
            sa.func.coalesce(penalties.c.penalty, 0.0).label("penalty"),
        )
        .outerjoin(sums, sums.c.id == submitted.c.id)
        .outerjoin(penalties, penalties.c.id == submitted.c.id)
        .where(submitted.c.assignment_id == assignment_id)
        .order_by(submitted.c.student_id)
    )


def read_rows(db: sa.Connection, layout: Layout, assignment: str) -> list[Row]:
    """Read every student's line, by student."""
    record = tables.record
    same = sa.and_(
        record.c.student == tables.submitted.c.student_id, record.c.assignment == assignment
    )
    query = (
        totals(layout.assignment_id)
        .add_columns(record.c.failed, record.c.engine, record.c.tier, record.c.unsealed)
        .outerjoin(record, same)
    )
    return [
        Row(
            row.student_id,
            assignment,
            row.score - row.penalty,
            layout.max_score,
            bool(row.waiting),
            row.timestamp,
            seconds_late(row.timestamp, layout.duedate, row.extension),
            row.penalty,
            bool(row.failed),
            row.engine or "",
            row.tier or "",
            row.unsealed or 0,
        )
        for row in db.execute(query)
    ]


def read_cell_points(db: sa.Connection, assignment_id: str) -> list[CellPoints]:
    """Read what counts for each graded cell of each submission."""
    submitted, notebooks = tables.submitted, tables.submitted_notebooks
    grades, cells = tables.grades, tables.cells
    query = (
        sa.select(
            submitted.c.student_id,
            tables.notebooks.c.name.label("notebook"),
            cells.c.name.label("cell"),
            tables.points.label("points"),
            grades.c.needs_manual_grade,
            notebooks.c.id,
        )
        .join(notebooks, notebooks.c.assignment_id == submitted.c.id)
        .join(grades, grades.c.notebook_id == notebooks.c.id)
        .join(cells, cells.c.id == grades.c.cell_id)
        .join(tables.notebooks, tables.notebooks.c.id == cells.c.notebook_id)
        .where(submitted.c.assignment_id == assignment_id)
    )
    return [
        CellPoints(student, f"{notebook}/{cell}", float(points or 0), bool(waits), submission)
        for student, notebook, cell, points, waits, submission in db.execute(query)
    ]
