"""What a regrade asks the gradebook: graded from what, with which scores, and what is excused."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from grading.changes import CellScore, Standing
from grading.gradebook import tables
from grading.gradebook.layout import Layout
from grading.versions import GradedFrom, KeyVersion

__all__ = [
    "bring_back",
    "keep_version",
    "note_excused",
    "read_graded_from",
    "read_standing",
    "read_version",
    "set_aside",
]


def read_graded_from(db: sa.Connection, assignment: str) -> dict[str, GradedFrom]:
    """Read what each student's submission was graded from, where it is known."""
    table = tables.record
    query = sa.select(table.c.student, table.c.key, table.c.files)
    rows = db.execute(query.where(table.c.assignment == assignment))
    return {row.student: GradedFrom(row.key, row.files) for row in rows}


def read_version(db: sa.Connection, assignment: str, digest: str) -> KeyVersion | None:
    """Read a version that was kept."""
    kept = tables.key_version
    query = sa.select(kept.c.version).where(
        kept.c.assignment == assignment, kept.c.digest == digest
    )
    text = db.scalar(query)
    return None if text is None else KeyVersion.load(text)


def keep_version(db: sa.Connection, assignment: str, version: KeyVersion) -> None:
    """Keep what decides scores, to say later what is different."""
    if read_version(db, assignment, version.digest) is None:
        row = {"assignment": assignment, "digest": version.digest, "version": version.dump()}
        db.execute(sa.insert(tables.key_version), row)


def read_standing(db: sa.Connection, layout: Layout, student: str) -> Standing | None:
    """Read what a submission's score is made of; None when there is no submission."""
    notebooks, submitted = tables.submitted_notebooks, tables.submitted
    grades, aside = tables.grades, tables.set_aside
    found = db.execute(
        sa.select(notebooks.c.id, notebooks.c.late_submission_penalty)
        .join(submitted, submitted.c.id == notebooks.c.assignment_id)
        .where(submitted.c.assignment_id == layout.assignment_id, submitted.c.student_id == student)
    ).all()
    if not found:
        return None
    query = (
        sa.select(grades, tables.cells.c.name, tables.notebooks.c.name.label("notebook"))
        .add_columns(aside.c.manual_score.label("aside"), aside.c.extra_credit.label("more"))
        .join(tables.cells, tables.cells.c.id == grades.c.cell_id)
        .join(tables.notebooks, tables.notebooks.c.id == tables.cells.c.notebook_id)
        .outerjoin(aside, aside.c.grade_id == grades.c.id)
        .where(grades.c.notebook_id.in_([row.id for row in found]))
    )
    cells = {}
    for row in db.execute(query):
        given = None
        if row.aside is not None or row.more is not None:
            given = (row.aside or 0.0) + (row.more or 0.0)
        cells[f"{row.notebook}/{row.name}"] = CellScore(
            row.auto_score, row.manual_score, row.extra_credit, given
        )
    return Standing(cells, sum(row.late_submission_penalty or 0.0 for row in found))


def note_excused(db: sa.Connection, assignment: str, cells: Collection[str]) -> None:
    """Note that exactly these cells ("notebook/cell") count for nobody."""
    db.execute(sa.delete(tables.excused).where(tables.excused.c.assignment == assignment))
    rows = [{"assignment": assignment, "cell": cell} for cell in sorted(cells)]
    if rows:
        db.execute(sa.insert(tables.excused), rows)


def set_aside(db: sa.Connection, cell_ids: Collection[str]) -> None:
    """Take what a person gave for some cells out of the count, and ask nobody for more.

    Formgrader lets a person mark a cell that is set aside already: what came last counts.
    """
    grades, aside = tables.grades, tables.set_aside
    ours = grades.c.cell_id.in_(cell_ids)
    given = sa.or_(grades.c.manual_score.is_not(None), grades.c.extra_credit.is_not(None))
    columns = ("manual_score", "extra_credit")
    marks = (
        sa.select(
            grades.c.id.label("grade_id"),
            *(sa.func.coalesce(grades.c[name], aside.c[name]).label(name) for name in columns),
        )
        .outerjoin(aside, aside.c.grade_id == grades.c.id)
        .where(ours, given)
    )
    rows = [dict(row) for row in db.execute(marks).mappings()]
    if rows:
        again = sa.select(grades.c.id).where(ours, given)
        db.execute(sa.delete(aside).where(aside.c.grade_id.in_(again)))
        db.execute(sa.insert(aside), rows)
    db.execute(
        sa.update(grades)
        .where(ours)
        .values(manual_score=None, extra_credit=None, needs_manual_grade=False)
    )


def bring_back(db: sa.Connection, cell_ids: Collection[str]) -> None:
    """Let cells count again, with what was set aside; the others wait for a score."""
    grades, aside = tables.grades, tables.set_aside
    ours = grades.c.cell_id.in_(cell_ids)
    waiting = {"auto_score": None, "needs_manual_grade": True}
    db.execute(sa.update(grades).where(ours, grades.c.manual_score.is_(None)), waiting)
    rows = db.execute(
        sa.select(aside, grades.c.manual_score.label("newer"))
        .join(grades, grades.c.id == aside.c.grade_id)
        .where(ours)
    ).all()
    for row in rows:
        if row.newer is None:
            marks = {"manual_score": row.manual_score, "extra_credit": row.extra_credit}
            marks["needs_manual_grade"] = row.manual_score is None
            db.execute(sa.update(grades).where(grades.c.id == row.grade_id), marks)
        db.execute(sa.delete(aside).where(aside.c.grade_id == row.grade_id))
