"""Reads from a gradebook what is exported, in a few statements, however big the class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from grading.gradebook import tables
from grading.gradebook.totals import totals

__all__ = ["Assignment", "Grades", "Score", "read_grades"]


@dataclass(frozen=True)
class Score:
    """One student's result in one assignment.

    Attributes
    ----------
    status
        "graded"; "waiting" for a person; "not graded" when it could not be; "missing".
    score
        Points less the late penalty, never below 0; None where there is no grade.
    raw, penalty
        Points before the penalty, and the penalty.
    timestamp
        Time of submission (UTC), where it is known.
    """

    status: str
    score: float | None = None
    raw: float = 0.0
    penalty: float = 0.0
    timestamp: datetime | None = None


@dataclass(frozen=True)
class Assignment:
    """What an assignment is worth, and when it is due (UTC)."""

    points: float
    duedate: datetime | None


@dataclass(frozen=True)
class Grades:
    """What is exported.

    Attributes
    ----------
    students
        Rows of nbgrader's student table, by id.
    assignments
        By name, sorted.
    scores
        (assignment, student) → result, for what was handed in.
    """

    students: Sequence[Any]
    assignments: Mapping[str, Assignment]
    scores: Mapping[tuple[str, str], Score]


def read_grades(
    gradebook: api.Gradebook, assignments: Sequence[Any], students: Sequence[Any]
) -> Grades:
    """Read the grades of some assignments and students; of all where none are named."""
    db = gradebook.db
    wanted, people = {str(name) for name in assignments}, {str(name) for name in students}
    chosen = [
        one
        for one in db.execute(sa.select(api.Student.__table__).order_by(api.Student.id))
        if not people or one.id in people
    ]
    ids = {one.id for one in chosen}
    known: dict[str, Assignment] = {}
    scores: dict[tuple[str, str], Score] = {}
    for one in sorted(gradebook.assignments, key=lambda assignment: str(assignment.name)):
        if wanted and one.name not in wanted:
            continue
        known[one.name] = Assignment(float(one.max_score or 0.0), one.duedate)
        failed = _failed(db, one.name)
        for row in db.execute(totals(one.id)):
            if row.student_id in ids:
                scores[one.name, row.student_id] = _score(row, row.student_id in failed)
    return Grades(chosen, known, scores)


def _score(row: Any, failed: bool) -> Score:
    if failed:
        return Score("not graded", timestamp=row.timestamp)
    status = "waiting" if row.waiting else "graded"
    left = max(0.0, row.score - row.penalty)
    return Score(status, left, row.score, row.penalty, row.timestamp)


def _failed(db: Any, assignment: str) -> set[str]:
    """Name the students whose submission `grading run` could not grade."""
    record = tables.record
    if not sa.inspect(db.get_bind()).has_table(record.name):
        return set()
    query = sa.select(record.c.student).where(record.c.assignment == assignment, record.c.failed)
    return set(db.scalars(query))
