"""Writes one graded submission: few statements in bulk, all in the caller's transaction."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from grading.gradebook import tables
from grading.gradebook.layout import Layout
from grading.gradebook.marks import seconds_late
from grading.records import GradedSubmission, Problem
from grading.versions import GradedFrom

__all__ = [
    "Penalty",
    "Rows",
    "keep_notebooks",
    "keep_record",
    "put_rows",
    "set_penalties",
]

Penalty = Callable[[str, float, float], float | None]
"""(student, score of the notebook, seconds late) → points to take off, or None."""

# Built once: compiling a statement costs more than SQLite takes to run it. nbgrader's tables have
# no index on a notebook's grades, only one on (cell, notebook): name both, or each submission
# costs a walk through the whole class.
_find_student = sa.select(tables.students.c.id).where(
    tables.students.c.id == sa.bindparam("student")
)
_find_submission = sa.select(tables.submitted.c.id, tables.submitted.c.timestamp).where(
    tables.submitted.c.assignment_id == sa.bindparam("assignment"),
    tables.submitted.c.student_id == sa.bindparam("student"),
)
_insert = {
    table: sa.insert(table)
    for table in (
        tables.students,
        tables.submitted,
        tables.submitted_notebooks,
        tables.grades,
        tables.comments,
        tables.record,
        tables.student_notebook,
    )
}
_forget = {
    table: sa.delete(table).where(
        table.c.assignment == sa.bindparam("of_assignment"),
        table.c.student == sa.bindparam("of_student"),
    )
    for table in (tables.record, tables.student_notebook)
}
_find_times = sa.select(tables.submitted.c.timestamp, tables.submitted.c.extension).where(
    tables.submitted.c.id == sa.bindparam("submission")
)
_set_grade = (
    sa.update(tables.grades)
    .where(
        tables.grades.c.notebook_id == sa.bindparam("nb"),
        tables.grades.c.cell_id == sa.bindparam("cell"),
    )
    .values(
        auto_score=sa.bindparam("score"),
        # Whatever a person scored by hand should be looked at again after a new automatic score.
        needs_manual_grade=sa.or_(tables.grades.c.manual_score.is_not(None), sa.bindparam("waits")),
    )
)
# The same answers judged anew: what a person has looked at needs no second look, unless the
# automatic score beneath it is another.
_set_grade_again = _set_grade.values(
    needs_manual_grade=sa.case(
        (tables.grades.c.manual_score.is_(None), sa.bindparam("waits")),
        else_=sa.or_(
            tables.grades.c.needs_manual_grade,
            tables.grades.c.auto_score.is_distinct_from(sa.bindparam("score")),
        ),
    ),
)
_set_missing = (
    sa.update(tables.grades)
    .where(
        tables.grades.c.notebook_id == sa.bindparam("nb"),
        tables.grades.c.cell_id == sa.bindparam("cell"),
    )
    .values(auto_score=sa.bindparam("score"), needs_manual_grade=sa.bindparam("waits"))
)
_set_comment = (
    sa.update(tables.comments)
    .where(
        tables.comments.c.notebook_id == sa.bindparam("nb"),
        tables.comments.c.cell_id == sa.bindparam("cell"),
    )
    .values(auto_comment=sa.bindparam("text"))
)
_set_penalty = (
    sa.update(tables.submitted_notebooks)
    .where(tables.submitted_notebooks.c.id == sa.bindparam("nb"))
    .values(late_submission_penalty=sa.bindparam("penalty"))
)
_notebook_score = sa.select(sa.func.coalesce(sa.func.sum(tables.points), 0.0)).where(
    tables.grades.c.notebook_id == sa.bindparam("nb"),
    tables.grades.c.cell_id.in_(sa.bindparam("cells", expanding=True)),
)


@dataclass(frozen=True)
class Rows:
    """The rows of one submission.

    Attributes
    ----------
    submission_id
        Of the submitted assignment.
    notebook_ids
        Notebook name → id of the submitted notebook.
    """

    submission_id: str
    notebook_ids: Mapping[str, str]


@dataclass
class _Marks:
    """What one notebook's cells get, by cell id.

    Attributes
    ----------
    grades
        Automatic score, and whether a person has to look.
    missing
        Cells of a notebook that was not handed in: nothing, and nobody has to look.
    comments
        What the grader says.
    """

    grades: dict[str, tuple[float | None, bool]] = field(default_factory=dict)
    missing: dict[str, tuple[float | None, bool]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)


def put_rows(
    db: sa.Connection,
    layout: Layout,
    graded: GradedSubmission,
    timestamp: datetime | None,
    same_answers: bool,
) -> Rows:
    """Make sure that a submission has all its rows, with automatic scores and comments.

    A notebook that is missing scores 0; one that could not be graded waits for a person.
    """
    submission_id, notebook_ids, present = _find_or_add(db, layout, graded.student, timestamp)
    fresh = _new_ids()
    notebooks = []
    for name, notebook_id in layout.notebook_ids.items():
        if name not in notebook_ids:
            notebook_ids[name] = next(fresh)
            ids = {"id": notebook_ids[name], "notebook_id": notebook_id}
            notebooks.append(ids | {"assignment_id": submission_id, "flagged": False})
    marks = {name: _marks(layout, name, graded) for name in notebook_ids}
    if notebooks:
        db.execute(_insert[tables.submitted_notebooks], notebooks)
    _add(db, layout, notebook_ids, marks, present, fresh)
    _change(db, notebook_ids, marks, present, same_answers)
    return Rows(submission_id, notebook_ids)


def _new_ids() -> Iterator[str]:
    """Make identifiers as long as nbgrader's, each the next of the one before.

    The first is a UUID by time and chance (RFC 9562, version 7). Neighbours stay neighbours in the
    indexes: with nbgrader's own, by chance alone, each row of a large class is on a page of its
    own, which has to be read, kept in the journal and written.
    """
    chance = int.from_bytes(os.urandom(10), "big")
    first = time.time_ns() // 1_000_000 << 80 | 7 << 76 | (chance >> 64 & 0xFFF) << 64 | 2 << 62
    first |= chance & (1 << 61) - 1  # a bit is left for the sum to grow into
    return (UUID(int=number).hex for number in itertools.count(first))


def _find_or_add(
    db: sa.Connection, layout: Layout, student: str, timestamp: datetime | None
) -> tuple[str, dict[str, str], set[tuple[str, str]]]:
    """Look for a submission's rows; add that of the submission itself if there is none.

    Returns
    -------
    submission_id
        Of the submitted assignment.
    notebook_ids
        Notebook name → id of the submitted notebook, of those that are there.
    present
        (notebook id, cell id) of the rows that are there.
    """
    submitted = tables.submitted
    if db.scalar(_find_student, {"student": student}) is None:
        db.execute(_insert[tables.students], {"id": student})
    found = db.execute(
        _find_submission, {"assignment": layout.assignment_id, "student": student}
    ).one_or_none()
    if found is None:
        submission_id = next(_new_ids())
        values = {"id": submission_id, "assignment_id": layout.assignment_id}
        values |= {"student_id": student}
        db.execute(_insert[submitted], values | {"timestamp": timestamp})
        return submission_id, {}, set()
    if timestamp is not None and timestamp != found.timestamp:
        db.execute(sa.update(submitted).where(submitted.c.id == found.id), {"timestamp": timestamp})
    return found.id, *_present(db, layout, found.id)


def _present(
    db: sa.Connection, layout: Layout, submission_id: str
) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Look up the rows that a submission has: notebooks, and (notebook id, cell id) pairs."""
    names = {notebook_id: name for name, notebook_id in layout.notebook_ids.items()}
    table = tables.submitted_notebooks
    notebook_ids = {
        names[row.notebook_id]: row.id
        for row in db.execute(
            sa.select(table.c.id, table.c.notebook_id).where(
                table.c.assignment_id == submission_id, table.c.notebook_id.in_(names)
            )
        )
    }
    ours = list(notebook_ids.values())
    pairs: set[tuple[str, str]] = set()
    for table, cells in ((tables.grades, layout.grades), (tables.comments, layout.comments)):
        cell_ids = [cell_id for name in notebook_ids for cell_id in cells[name].values()]
        query = sa.select(table.c.notebook_id, table.c.cell_id).where(
            table.c.cell_id.in_(cell_ids), table.c.notebook_id.in_(ours)
        )
        pairs |= {(row.notebook_id, row.cell_id) for row in db.execute(query)}
    return notebook_ids, pairs


def _marks(layout: Layout, name: str, graded: GradedSubmission) -> _Marks:
    """Work out what a notebook's cells get."""
    marks = _Marks()
    notebook = next((one for one in graded.notebooks if one.name == name), None)
    if notebook is None or notebook.missing:
        cells = layout.grades[name].values()
        if _failed(graded):
            marks.grades = dict.fromkeys(cells, (None, True))
        else:
            marks.missing = dict.fromkeys(cells, (0.0, False))
        return marks
    for cell in notebook.cells:
        cell_id = layout.grades[name].get(cell.name, "")
        if cell_id in layout.excused:
            marks.grades[cell_id] = 0.0, False
        elif cell_id and cell_id not in layout.tasks:
            marks.grades[cell_id] = cell.score, cell.needs_manual or cell.score is None
    for cell_name, text in notebook.comments.items():
        cell_id = layout.comments[name].get(cell_name, "")
        if cell_id:
            marks.comments[cell_id] = text
    return marks


def _add(
    db: sa.Connection,
    layout: Layout,
    notebook_ids: Mapping[str, str],
    marks: Mapping[str, _Marks],
    present: set[tuple[str, str]],
    fresh: Iterator[str],
) -> None:
    """Add the rows that a submission does not have yet, as nbgrader does, with what they hold."""
    grades: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    for name, nb in notebook_ids.items():
        given = marks[name].grades | marks[name].missing
        for cell_id in layout.grades[name].values():
            if (nb, cell_id) not in present:
                score, waits = given.get(cell_id, (None, True))
                ids = {"id": next(fresh), "notebook_id": nb, "cell_id": cell_id}
                grades.append(ids | {"auto_score": score, "needs_manual_grade": waits})
        for cell_id in layout.comments[name].values():
            if (nb, cell_id) not in present:
                ids = {"id": next(fresh), "notebook_id": nb, "cell_id": cell_id}
                comments.append(ids | {"auto_comment": marks[name].comments.get(cell_id)})
    for table, values in ((tables.grades, grades), (tables.comments, comments)):
        if values:
            db.execute(_insert[table], values)


def _change(
    db: sa.Connection,
    notebook_ids: Mapping[str, str],
    marks: Mapping[str, _Marks],
    present: set[tuple[str, str]],
    same_answers: bool,
) -> None:
    """Set what the rows hold that a submission had before."""
    grades: list[dict[str, Any]] = []
    missing: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    for name, nb in notebook_ids.items():
        for kind, values in ((marks[name].grades, grades), (marks[name].missing, missing)):
            for cell_id, (score, waits) in kind.items():
                if (nb, cell_id) in present:
                    values.append({"nb": nb, "cell": cell_id, "score": score, "waits": waits})
        for cell_id, text in marks[name].comments.items():
            if (nb, cell_id) in present:
                comments.append({"nb": nb, "cell": cell_id, "text": text})
    for statement, values in (
        (_set_grade_again if same_answers else _set_grade, grades),
        (_set_missing, missing),
        (_set_comment, comments),
    ):
        if values:
            db.execute(statement, values)


def set_penalties(
    db: sa.Connection,
    layout: Layout,
    rows: Rows,
    graded: GradedSubmission,
    penalty: Penalty | None,
) -> None:
    """Work out what late notebooks lose; those in time lose nothing.

    Parameters
    ----------
    rows
        What `put_rows` returned.
    penalty
        How much a late notebook loses; None means nothing.
    """
    late = 0.0
    if layout.duedate is not None:
        times = db.execute(_find_times, {"submission": rows.submission_id}).one()
        late = seconds_late(times.timestamp, layout.duedate, times.extension)
    values = []
    for notebook in graded.notebooks:
        if notebook.missing:
            continue
        nb = rows.notebook_ids[notebook.name]
        loses = None
        if late > 0 and penalty is not None:
            cells = list(layout.grades[notebook.name].values())
            score = float(db.scalar(_notebook_score, {"nb": nb, "cells": cells}) or 0.0)
            loses = penalty(graded.student, score, late)
            if loses is not None:
                loses = min(max(loses, 0.0), score)
        values.append({"nb": nb, "penalty": loses})
    if values:
        db.execute(_set_penalty, values)


def keep_record(
    db: sa.Connection,
    graded: GradedSubmission,
    engine: str,
    problems: tuple[Problem, ...],
    unreadable: str,
    graded_from: GradedFrom,
) -> None:
    """Keep the messages; the notebooks themselves are in the autograded folder."""
    told = {
        "student": graded.student,
        "assignment": graded.assignment,
        "tier": graded.tier,
        "seconds": graded.seconds,
        "problems": [vars(problem) for problem in problems + graded.problems],
        "notebooks": [
            {
                "name": nb.name,
                "missing": nb.missing,
                "submitted_as": nb.submitted_as,
                "comments": dict(nb.comments),
                "cells": [vars(cell) for cell in nb.cells],
                "stopped": [vars(cell) for cell in nb.stopped],
            }
            for nb in graded.notebooks
        ],
    }
    _forget_kept(db, tables.record, graded)
    db.execute(
        _insert[tables.record],
        {
            "assignment": graded.assignment,
            "student": graded.student,
            "engine": engine,
            "graded": datetime.now(UTC).replace(tzinfo=None),
            "failed": _failed(graded),
            **tables.derived(told),
            "unreadable": unreadable,
            "key": graded_from.key,
            "files": graded_from.files,
            "record": zlib.compress(json.dumps(told).encode(), 1),
        },
    )


def keep_notebooks(db: sa.Connection, graded: GradedSubmission) -> None:
    """Keep what feedback is made from."""
    _forget_kept(db, tables.student_notebook, graded)
    who = {"assignment": graded.assignment, "student": graded.student}
    values = [
        {
            **who,
            "notebook": nb.name,
            "graded": hashlib.sha256(nb.notebook).hexdigest(),
            "packed": zlib.compress(nb.student_notebook, 1),
        }
        for nb in graded.notebooks
        if not nb.missing
    ]
    if values:
        db.execute(_insert[tables.student_notebook], values)


def _forget_kept(db: sa.Connection, table: sa.Table, graded: GradedSubmission) -> None:
    """Delete what an earlier run kept of a submission."""
    who = {"of_assignment": graded.assignment, "of_student": graded.student}
    db.execute(_forget[table], who)


def _failed(graded: GradedSubmission) -> bool:
    """Whether any of it could not be graded."""
    return not graded.notebooks or any(problem.fatal for problem in graded.problems)
