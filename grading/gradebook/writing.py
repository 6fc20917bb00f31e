"""Writes one graded submission: few statements in bulk, all in the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from grading.gradebook import tables
from grading.gradebook.layout import Layout
from grading.gradebook.marks import seconds_late
from grading.records import GradedSubmission, Problem
from grading.versions import GradedFrom

__all__ = [
    "Penalty",
    "add_rows",
    "keep_notebooks",
    "keep_record",
    "set_penalties",
    "set_scores",
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
    .values(auto_score=0.0, needs_manual_grade=False)
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


def add_rows(
    db: sa.Connection, layout: Layout, student: str, timestamp: datetime | None
) -> tuple[str, dict[str, str]]:
    """Make sure that a submission has all its rows.

    Returns
    -------
    submission_id
        Of the submitted assignment.
    notebook_ids
        Notebook name → id of the submitted notebook.
    """
    submitted = tables.submitted
    if db.scalar(_find_student, {"student": student}) is None:
        db.execute(_insert[tables.students], {"id": student})
    found = db.execute(
        _find_submission, {"assignment": layout.assignment_id, "student": student}
    ).one_or_none()
    if found is None:
        submission_id = uuid4().hex
        values = {"id": submission_id, "assignment_id": layout.assignment_id}
        values |= {"student_id": student}
        db.execute(_insert[submitted], values | {"timestamp": timestamp})
        notebook_ids: dict[str, str] = {}
        present: set[tuple[str, str]] = set()
    else:
        submission_id = found.id
        if timestamp is not None and timestamp != found.timestamp:
            db.execute(
                sa.update(submitted).where(submitted.c.id == submission_id),
                {"timestamp": timestamp},
            )
        notebook_ids, present = _present(db, layout, submission_id)
    _add_missing(db, layout, submission_id, notebook_ids, present)
    return submission_id, notebook_ids


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


def _add_missing(
    db: sa.Connection,
    layout: Layout,
    submission_id: str,
    notebook_ids: dict[str, str],
    present: set[tuple[str, str]],
) -> None:
    """Add the rows that a submission does not have yet, as nbgrader does, to `notebook_ids` too."""
    notebooks, grades, comments = [], [], []
    for name, notebook_id in layout.notebook_ids.items():
        if name not in notebook_ids:
            notebook_ids[name] = uuid4().hex
            ids = {"id": notebook_ids[name], "notebook_id": notebook_id}
            notebooks.append(ids | {"assignment_id": submission_id, "flagged": False})
        nb = notebook_ids[name]
        for cell_id in layout.grades[name].values():
            if (nb, cell_id) not in present:
                ids = {"id": uuid4().hex, "notebook_id": nb, "cell_id": cell_id}
                grades.append(ids | {"needs_manual_grade": True})
        for cell_id in layout.comments[name].values():
            if (nb, cell_id) not in present:
                comments.append({"id": uuid4().hex, "notebook_id": nb, "cell_id": cell_id})
    for table, values in (
        (tables.submitted_notebooks, notebooks),
        (tables.grades, grades),
        (tables.comments, comments),
    ):
        if values:
            db.execute(_insert[table], values)


def set_scores(
    db: sa.Connection,
    layout: Layout,
    notebook_ids: Mapping[str, str],
    graded: GradedSubmission,
    same_answers: bool,
) -> None:
    """Set automatic scores and comments.

    A notebook that is missing scores 0; one that could not be graded waits for a person.
    """
    grades: list[dict[str, Any]] = []
    zeroed: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    outcomes = {notebook.name: notebook for notebook in graded.notebooks}
    for name, nb in notebook_ids.items():
        notebook = outcomes.get(name)
        if notebook is None or notebook.missing:
            for cell_id in layout.grades[name].values():
                if _failed(graded):
                    grades.append({"nb": nb, "cell": cell_id, "score": None, "waits": True})
                else:
                    zeroed.append({"nb": nb, "cell": cell_id})
            continue
        for cell in notebook.cells:
            cell_id = layout.grades[name].get(cell.name, "")
            if cell_id in layout.excused:
                grades.append({"nb": nb, "cell": cell_id, "score": 0.0, "waits": False})
            elif cell_id and cell_id not in layout.tasks:
                waits = cell.needs_manual or cell.score is None
                grades.append({"nb": nb, "cell": cell_id, "score": cell.score, "waits": waits})
        for cell_name, text in notebook.comments.items():
            cell_id = layout.comments[name].get(cell_name, "")
            if cell_id:
                comments.append({"nb": nb, "cell": cell_id, "text": text})
    for statement, values in (
        (_set_grade_again if same_answers else _set_grade, grades),
        (_set_missing, zeroed),
        (_set_comment, comments),
    ):
        if values:
            db.execute(statement, values)


def set_penalties(
    db: sa.Connection,
    layout: Layout,
    rows: tuple[str, Mapping[str, str]],
    graded: GradedSubmission,
    penalty: Penalty | None,
) -> None:
    """Work out what late notebooks lose; those in time lose nothing.

    Parameters
    ----------
    rows
        What `add_rows` returned.
    penalty
        How much a late notebook loses; None means nothing.
    """
    submission_id, notebook_ids = rows
    late = 0.0
    if layout.duedate is not None:
        times = db.execute(_find_times, {"submission": submission_id}).one()
        late = seconds_late(times.timestamp, layout.duedate, times.extension)
    values = []
    for notebook in graded.notebooks:
        if notebook.missing:
            continue
        nb = notebook_ids[notebook.name]
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
