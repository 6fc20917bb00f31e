"""Which rows an assignment has in nbgrader's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from grading.errors import CourseError
from grading.gradebook import tables

__all__ = ["Layout", "read_layout", "read_source_cells"]


@dataclass(frozen=True)
class Layout:
    """Identifiers of one assignment's rows.

    Attributes
    ----------
    assignment_id
        Of the assignment itself.
    duedate
        UTC, naive; None when there is none.
    notebook_ids
        Notebook name → id.
    grades, comments
        Notebook name → cell name → id of the cell, where there is something to grade or to comment.
    tasks, excused
        Ids of the cells that are so.
    max_score
        Points that can be had for all cells together.
    """

    assignment_id: str
    duedate: datetime | None
    notebook_ids: Mapping[str, str]
    grades: Mapping[str, Mapping[str, str]]
    comments: Mapping[str, Mapping[str, str]]
    tasks: frozenset[str]
    excused: frozenset[str]
    max_score: float


def read_layout(db: sa.Connection, assignment: str) -> Layout:
    """Look up an assignment's identifiers.

    Raises
    ------
    CourseError
        When the gradebook does not know the assignment.
    """
    found = db.execute(
        sa.select(tables.assignments.c.id, tables.assignments.c.duedate).where(
            tables.assignments.c.name == assignment
        )
    ).one_or_none()
    if found is None:
        raise CourseError(
            f"The gradebook does not know the assignment {assignment}.",
            "Run `grading run`, which registers it, or `nbgrader generate_assignment`.",
        )
    notebooks = sa.select(tables.notebooks.c.id, tables.notebooks.c.name).where(
        tables.notebooks.c.assignment_id == found.id
    )
    names = {row.id: row.name for row in db.execute(notebooks)}
    cells = db.execute(tables.cells_with_worth().where(tables.cells.c.notebook_id.in_(names))).all()
    excused = set(
        db.scalars(
            sa.select(tables.excused.c.cell).where(tables.excused.c.assignment == assignment)
        )
    )
    grades: dict[str, dict[str, str]] = {name: {} for name in names.values()}
    comments: dict[str, dict[str, str]] = {name: {} for name in names.values()}
    for cell in cells:
        if cell.type in ("GradeCell", "TaskCell"):
            grades[names[cell.notebook_id]][cell.name] = cell.id
        if cell.type in ("SolutionCell", "TaskCell"):
            comments[names[cell.notebook_id]][cell.name] = cell.id
    return Layout(
        found.id,
        found.duedate,
        {name: notebook_id for notebook_id, name in names.items()},
        grades,
        comments,
        frozenset(cell.id for cell in cells if cell.type == "TaskCell"),
        frozenset(
            cell_id
            for name, graded in grades.items()
            for cell, cell_id in graded.items()
            if f"{name}/{cell}" in excused
        ),
        sum(cell.max_score or 0.0 for cell in cells),
    )


def read_source_cells(db: sa.Connection, assignment: str) -> dict[str, tuple[dict[str, Any], ...]]:
    """Read the instructor's cells of each notebook (see `AnswerKey.database_cells`)."""
    query = (
        sa.select(tables.notebooks.c.id, tables.notebooks.c.name)
        .join(tables.assignments, tables.assignments.c.id == tables.notebooks.c.assignment_id)
        .where(tables.assignments.c.name == assignment)
        .order_by(tables.notebooks.c.name)
    )
    return {name: _source_cells(db, notebook_id) for notebook_id, name in db.execute(query).all()}


def _source_cells(db: sa.Connection, notebook_id: str) -> tuple[dict[str, Any], ...]:
    kinds = (("grade", api.GradeCell), ("solution", api.SolutionCell), ("task", api.TaskCell))
    graded = db.execute(
        tables.cells_with_worth().where(tables.cells.c.notebook_id == notebook_id)
    ).all()
    points = {cell.name: cell.max_score for cell in graded if cell.max_score is not None}
    types = {(cell.name, cell.type) for cell in graded}
    source = db.execute(
        sa.select(tables.source_cells).where(tables.source_cells.c.notebook_id == notebook_id)
    ).mappings()
    columns = ("name", "cell_type", "source", "locked", "checksum")
    return tuple(
        {column: row[column] for column in columns}
        | {"points": points.get(row["name"])}
        | {kind: (row["name"], model.__name__) in types for kind, model in kinds}
        for row in source
    )
