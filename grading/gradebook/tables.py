"""The gradebook's tables: nbgrader's, by short names, and those that `grading` adds.

nbgrader has no place for the messages of each check and what went wrong (`grading_record`), for
the notebooks that feedback is made from (`grading_student_notebook`), for what decided the scores
(`grading_key`, `grading_key_version`), and for cells that are excused (`grading_excused`,
`grading_set_aside`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from grading.engines import not_tamper_proof
from grading.gradebook.migration import upgrade

__all__ = ["cells_with_worth", "create_tables", "derived"]

students = api.Student.__table__
assignments = api.Assignment.__table__
notebooks = api.Notebook.__table__
cells = api.BaseCell.__table__
grade_cells = api.GradeCell.__table__
task_cells = api.TaskCell.__table__
source_cells = api.SourceCell.__table__
submitted = api.SubmittedAssignment.__table__
submitted_notebooks = api.SubmittedNotebook.__table__
grades = api.Grade.__table__
comments = api.Comment.__table__
points = api.Grade.score
"""What counts for a grade, as nbgrader counts it: automatic or manual, and extra credit."""

_own = sa.MetaData()
# A column that is added later needs a `server_default`: see `migration`.
record = sa.Table(
    "grading_record",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("student", sa.String(128), primary_key=True),
    sa.Column("engine", sa.String(32), nullable=False),
    sa.Column("graded", sa.DateTime, nullable=False),
    sa.Column("failed", sa.Boolean, nullable=False),
    sa.Column("tier", sa.String(32), nullable=False, server_default=""),
    sa.Column("unsealed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unreadable", sa.String(64), nullable=False, server_default=""),
    # Digest of the KeyVersion, and of what was handed in; empty where that is not known.
    sa.Column("key", sa.String(64), nullable=False, server_default=""),
    sa.Column("files", sa.String(64), nullable=False, server_default=""),
    sa.Column("record", sa.LargeBinary, nullable=False),
)
student_notebook = sa.Table(
    "grading_student_notebook",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("student", sa.String(128), primary_key=True),
    sa.Column("notebook", sa.String(128), primary_key=True),
    sa.Column("graded", sa.String(64), nullable=False),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)
key = sa.Table(
    "grading_key",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
)
key_version = sa.Table(
    "grading_key_version",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
)
excused = sa.Table(
    "grading_excused",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("cell", sa.String(257), primary_key=True),  # notebook/cell
)
set_aside = sa.Table(
    "grading_set_aside",  # what a person gave for a cell that is excused now
    _own,
    sa.Column("grade_id", sa.String(32), primary_key=True),
    sa.Column("manual_score", sa.Float),
    sa.Column("extra_credit", sa.Float),
)


def cells_with_worth() -> sa.Select[Any]:
    """Select all columns of cells, and `max_score`: what each is worth, if it is graded."""
    worth = sa.func.coalesce(grade_cells.c.max_score, task_cells.c.max_score)
    return (
        sa.select(cells, worth.label("max_score"))
        .outerjoin(grade_cells, grade_cells.c.id == cells.c.id)
        .outerjoin(task_cells, task_cells.c.id == cells.c.id)
    )


def create_tables(engine: sa.Engine) -> None:
    """Create nbgrader's tables, as nbgrader does, and ours where there are none.

    nbgrader would start a process to learn the version of its own tables. That takes seconds, and
    fails where the environment is not activated.
    """
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    if not {*_own.tables, "alembic_version"} <= set(sa.inspect(engine).get_table_names()):
        _create_missing(engine)
    with engine.begin() as db:
        upgrade(db, record, derived)


def _create_missing(engine: sa.Engine) -> None:
    """Create all tables that aren't there, in one transaction."""
    from alembic.script import ScriptDirectory  # slow to import, and mostly they are there
    from nbgrader.dbutil import ALEMBIC_DIR

    with engine.begin() as db:
        if engine.url.get_backend_name() == "sqlite":
            # Else each table is seen at once, and another process takes some of them for all.
            db.exec_driver_sql("BEGIN IMMEDIATE")
        if not sa.inspect(db).get_table_names():
            api.Base.metadata.create_all(db)
            version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            db.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            db.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": version})
        _own.create_all(db)


def note_course(engine: sa.Engine, course_id: str) -> None:
    """Add the course if it isn't there; nbgrader's own way logs a traceback when another was first.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        When another process adds it at this moment.
    """
    courses = api.Course.__table__
    with engine.begin() as db:
        if db.scalar(sa.select(courses.c.id).where(courses.c.id == course_id)) is None:
            db.execute(sa.insert(courses), {"id": course_id})


def derived(told: Mapping[str, Any]) -> dict[str, Any]:
    """Work out the columns that repeat what a submission's record says."""
    found = [cell for nb in told["notebooks"] if not nb["missing"] for cell in nb["cells"]]
    tier = told["tier"]
    return {"tier": tier, "unsealed": sum(not_tamper_proof(tier, cell) for cell in found)}
