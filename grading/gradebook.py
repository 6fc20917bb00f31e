"""Writes graded submissions into nbgrader's own gradebook: one transaction each.

nbgrader's API spends about 155 statements and 25 commits on a submission. Here it is about ten
statements in bulk and one commit, on the same tables, so that formgrader, the feedback and the
exporters of nbgrader work on the result. Extra tables keep what nbgrader has no place for:
`grading_record` the messages of each check and what went wrong, `grading_student_notebook` the
notebooks that feedback is made from.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.dbutil import ALEMBIC_DIR

from grading.address import options, remedy, shown, with_driver
from grading.changes import CellScore, Standing
from grading.engines import CONTAINED
from grading.errors import CourseError
from grading.marks import SubmissionMarks
from grading.marks_query import read_marks, seconds_late
from grading.migration import upgrade
from grading.records import GradedSubmission, Problem
from grading.versions import KeyVersion

__all__ = ["Gradebook", "Graded", "Penalty", "Row", "StudentNotebook", "not_tamper_proof"]

Penalty = Callable[[str, float, float], float | None]
"""(student, score of the notebook, seconds late) → points to take off, or None."""

_own = sa.MetaData()
# A column that is added later needs a `server_default`: see `migration`.
_record = sa.Table(
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
_student_notebook = sa.Table(
    "grading_student_notebook",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("student", sa.String(128), primary_key=True),
    sa.Column("notebook", sa.String(128), primary_key=True),
    sa.Column("graded", sa.String(64), nullable=False),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)
_key = sa.Table(
    "grading_key",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
)
_version = sa.Table(
    "grading_key_version",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
)
_excused = sa.Table(
    "grading_excused",
    _own,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("cell", sa.String(257), primary_key=True),  # notebook/cell
)
_aside = sa.Table(
    "grading_set_aside",  # what a person gave for a cell that is excused now
    _own,
    sa.Column("grade_id", sa.String(32), primary_key=True),
    sa.Column("manual_score", sa.Float),
    sa.Column("extra_credit", sa.Float),
)

_students = api.Student.__table__
_assignments = api.Assignment.__table__
_notebooks = api.Notebook.__table__
_cells = api.BaseCell.__table__
_grade_cells = api.GradeCell.__table__
_task_cells = api.TaskCell.__table__
_source_cells = api.SourceCell.__table__
_submitted = api.SubmittedAssignment.__table__
_submitted_notebooks = api.SubmittedNotebook.__table__
_grades = api.Grade.__table__
_comments = api.Comment.__table__

# Built once: compiling a statement costs more than SQLite takes to run it. nbgrader's tables have
# no index on a notebook's grades, only one on (cell, notebook): name both, or each submission
# costs a walk through the whole class.
_set_grade = (
    sa.update(_grades)
    .where(_grades.c.notebook_id == sa.bindparam("nb"), _grades.c.cell_id == sa.bindparam("cell"))
    .values(
        auto_score=sa.bindparam("score"),
        # Whatever a person scored by hand should be looked at again after a new automatic score.
        needs_manual_grade=sa.or_(_grades.c.manual_score.is_not(None), sa.bindparam("waits")),
    )
)
# The same answers judged anew: what a person has looked at needs no second look, unless the
# automatic score beneath it is another.
_set_grade_again = _set_grade.values(
    needs_manual_grade=sa.case(
        (_grades.c.manual_score.is_(None), sa.bindparam("waits")),
        else_=sa.or_(
            _grades.c.needs_manual_grade,
            _grades.c.auto_score.is_distinct_from(sa.bindparam("score")),
        ),
    ),
)
_set_missing = (
    sa.update(_grades)
    .where(_grades.c.notebook_id == sa.bindparam("nb"), _grades.c.cell_id == sa.bindparam("cell"))
    .values(auto_score=0.0, needs_manual_grade=False)
)
_set_comment = (
    sa.update(_comments)
    .where(
        _comments.c.notebook_id == sa.bindparam("nb"), _comments.c.cell_id == sa.bindparam("cell")
    )
    .values(auto_comment=sa.bindparam("text"))
)
_set_penalty = (
    sa.update(_submitted_notebooks)
    .where(_submitted_notebooks.c.id == sa.bindparam("nb"))
    .values(late_submission_penalty=sa.bindparam("penalty"))
)
_LOCK = 0x67726164  # this number is locked in a database on PostgreSQL; no other program does
_holder = sa.text(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) "
    "WHERE locktype = 'advisory' AND objid = :number AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).bindparams(number=_LOCK)
_notebook_score = sa.select(sa.func.coalesce(sa.func.sum(api.Grade.score), 0.0)).where(
    _grades.c.notebook_id == sa.bindparam("nb"),
    _grades.c.cell_id.in_(sa.bindparam("cells", expanding=True)),
)


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


@dataclass(frozen=True)
class StudentNotebook:
    """A graded notebook without anything that its student may not see.

    Attributes
    ----------
    graded
        SHA-256 of the graded notebook that it belongs to.
    data
        The notebook as JSON; empty where the engine made none.
    """

    graded: str
    data: bytes


@dataclass(frozen=True)
class Graded:
    """What a submission was graded from.

    Attributes
    ----------
    key
        Digest of the answer key's `KeyVersion`; empty when not known.
    files
        Digest of what was handed in; empty when not known.
    """

    key: str = ""
    files: str = ""


@dataclass(frozen=True)
class _Layout:
    """Identifiers of one assignment's rows."""

    assignment_id: str
    duedate: datetime | None
    notebook_ids: Mapping[str, str]
    grades: Mapping[str, Mapping[str, str]]  # notebook name → cell name → cell id
    comments: Mapping[str, Mapping[str, str]]
    tasks: frozenset[str]  # cell ids
    excused: frozenset[str]  # cell ids
    max_score: float


class Gradebook:
    """One connection to a gradebook. Only one process at a time may write through one.

    See `exclusive`, and `lock.exclusive` for SQLite.

    Parameters
    ----------
    db_url
        SQLAlchemy URL. The database is created if there is none.
    course_id
        nbgrader's name of the course.
    penalty
        How much a late notebook loses; None means nothing.

    Raises
    ------
    CourseError
        When the gradebook can't be opened.
    """

    def __init__(
        self, db_url: str, course_id: str = "default_course", penalty: Penalty | None = None
    ) -> None:
        self.db_url = with_driver(db_url)
        self.penalty = penalty
        try:
            self._engine = sa.create_engine(self.db_url, **options(self.db_url))
            if self._engine.url.get_backend_name() == "sqlite":
                sa.event.listen(self._engine, "connect", _keep_journal)
            _create_tables(self._engine)
            with api.Gradebook(self.db_url, course_id):  # notes the course
                pass
        except CourseError:
            raise
        except Exception as error:
            what = f"The gradebook {shown(db_url)} can't be opened: {_first_line(error)}."
            raise CourseError(what, remedy(db_url, error)) from error
        self._layouts: dict[str, _Layout] = {}

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold a gradebook on PostgreSQL for this process, whatever machine others are on.

        The server lets go of it when the connection ends, however it ends. An SQLite gradebook is
        in the class's folder, which has a lock of its own (`lock.exclusive`).

        Raises
        ------
        CourseError
            When another process holds it.
        """
        if self._engine.url.get_backend_name() != "postgresql":
            yield
            return
        with self._engine.connect() as db:
            db = db.execution_options(isolation_level="AUTOCOMMIT")
            if not db.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK))):
                raise CourseError(
                    f"Another run is writing to this gradebook ({db.scalar(_holder)}).",
                    "Wait for it to end, or stop it; its lock goes with it.",
                )
            yield

    def digest(self, assignment: str) -> str | None:
        """Return the fingerprint of the source that the assignment was last registered with."""
        query = sa.select(_key.c.digest).where(_key.c.assignment == assignment)
        known = sa.select(_assignments.c.id).where(_assignments.c.name == assignment)
        with self._engine.connect() as db:
            digest: str | None = db.scalar(query)
            return digest if db.scalar(known) else None

    def registered(self, assignment: str, digest: str) -> None:
        """Note that the assignment's cells in the gradebook are those of this source."""
        with self._engine.begin() as db:
            db.execute(sa.delete(_key).where(_key.c.assignment == assignment))
            db.execute(sa.insert(_key), {"assignment": assignment, "digest": digest})
        self._layouts.pop(assignment, None)

    def source_cells(self, assignment: str) -> dict[str, tuple[dict[str, Any], ...]]:
        """Return the instructor's cells of each notebook (see `AnswerKey.database_cells`)."""
        kinds = (("grade", api.GradeCell), ("solution", api.SolutionCell), ("task", api.TaskCell))
        with self._engine.connect() as db:
            rows = db.execute(
                sa.select(_notebooks.c.id, _notebooks.c.name)
                .join(_assignments, _assignments.c.id == _notebooks.c.assignment_id)
                .where(_assignments.c.name == assignment)
                .order_by(_notebooks.c.name)
            ).all()
            found = {}
            for notebook_id, name in rows:
                base = db.execute(
                    sa.select(_cells.c.name, _cells.c.type, _grade_cells.c.max_score)
                    .outerjoin(_grade_cells, _grade_cells.c.id == _cells.c.id)
                    .where(_cells.c.notebook_id == notebook_id)
                ).all()
                tasks = db.execute(
                    sa.select(_cells.c.name, _task_cells.c.max_score)
                    .join(_task_cells, _task_cells.c.id == _cells.c.id)
                    .where(_cells.c.notebook_id == notebook_id)
                ).all()
                points = {cell: value for cell, _, value in base if value is not None}
                points |= dict(tuple(row) for row in tasks)
                types = {(cell, kind) for cell, kind, _ in base}
                source = db.execute(
                    sa.select(_source_cells).where(_source_cells.c.notebook_id == notebook_id)
                ).mappings()
                found[name] = tuple(
                    {
                        "name": row["name"],
                        "cell_type": row["cell_type"],
                        "source": row["source"],
                        "locked": row["locked"],
                        "checksum": row["checksum"],
                        "points": points.get(row["name"]),
                    }
                    | {kind: (row["name"], model.__name__) in types for kind, model in kinds}
                    for row in source
                )
        return found

    def write(
        self,
        graded: GradedSubmission,
        timestamp: datetime | None,
        engine: str = "",
        problems: tuple[Problem, ...] = (),
        unreadable: str = "",
        *,
        graded_from: Graded = Graded(),
        same_answers: bool = False,
    ) -> None:
        """Write one graded submission, in one transaction.

        What could not be graded gets rows without an automatic score that ask for a person. Manual
        scores and comments stay as they are.

        Parameters
        ----------
        graded
            What the engine gave.
        timestamp
            Time of submission (UTC, naive); None leaves an earlier one in place.
        engine
            Name of the engine.
        problems
            What was noticed before the engine had it; recorded with its own problems.
        unreadable
            Fingerprint of files that can't be graded however often one tries.
        graded_from
            What it was graded from.
        same_answers
            Whether the same files were graded before, so that a person who marked an answer need
            not look at it again.
        """
        layout = self._layout(graded.assignment)
        with self._engine.begin() as db:
            submission_id, notebook_ids = self._rows(db, layout, graded.student, timestamp)
            self._set_scores(db, layout, notebook_ids, graded, same_answers)
            self._set_penalties(db, layout, graded, submission_id, notebook_ids)
            self._keep_record(db, graded, engine, problems, unreadable, graded_from)
            _keep_student_notebooks(db, graded)

    def _layout(self, assignment: str) -> _Layout:
        """Look up the assignment's identifiers, once."""
        if assignment in self._layouts:
            return self._layouts[assignment]
        with self._engine.connect() as db:
            found = db.execute(
                sa.select(_assignments.c.id, _assignments.c.duedate).where(
                    _assignments.c.name == assignment
                )
            ).one_or_none()
            if found is None:
                raise CourseError(
                    f"The gradebook does not know the assignment {assignment}.",
                    "Run `grading run`, which registers it, or `nbgrader generate_assignment`.",
                )
            names = dict(
                tuple(row)
                for row in db.execute(
                    sa.select(_notebooks.c.id, _notebooks.c.name).where(
                        _notebooks.c.assignment_id == found.id
                    )
                )
            )
            cells = db.execute(
                sa.select(
                    _cells,
                    sa.func.coalesce(_grade_cells.c.max_score, _task_cells.c.max_score).label(
                        "max_score"
                    ),
                )
                .outerjoin(_grade_cells, _grade_cells.c.id == _cells.c.id)
                .outerjoin(_task_cells, _task_cells.c.id == _cells.c.id)
                .where(_cells.c.notebook_id.in_(names))
            ).all()
            excused = set(
                db.scalars(sa.select(_excused.c.cell).where(_excused.c.assignment == assignment))
            )
        grades: dict[str, dict[str, str]] = {name: {} for name in names.values()}
        comments: dict[str, dict[str, str]] = {name: {} for name in names.values()}
        for cell in cells:
            if cell.type in ("GradeCell", "TaskCell"):
                grades[names[cell.notebook_id]][cell.name] = cell.id
            if cell.type in ("SolutionCell", "TaskCell"):
                comments[names[cell.notebook_id]][cell.name] = cell.id
        layout = _Layout(
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
        self._layouts[assignment] = layout
        return layout

    def _rows(
        self, db: sa.Connection, layout: _Layout, student: str, timestamp: datetime | None
    ) -> tuple[str, dict[str, str]]:
        """Make sure that the submission has all its rows.

        Returns
        -------
        submission_id
            Of the submitted assignment.
        notebook_ids
            Notebook name → id of the submitted notebook.
        """
        if db.scalar(sa.select(_students.c.id).where(_students.c.id == student)) is None:
            db.execute(sa.insert(_students), {"id": student})
        found = db.execute(
            sa.select(_submitted.c.id, _submitted.c.timestamp).where(
                _submitted.c.assignment_id == layout.assignment_id,
                _submitted.c.student_id == student,
            )
        ).one_or_none()
        if found is None:
            submission_id = uuid4().hex
            values = {"id": submission_id, "assignment_id": layout.assignment_id}
            db.execute(
                sa.insert(_submitted), values | {"student_id": student, "timestamp": timestamp}
            )
            notebook_ids: dict[str, str] = {}
            present: set[tuple[str, str]] = set()
        else:
            submission_id = found.id
            if timestamp is not None and timestamp != found.timestamp:
                db.execute(
                    sa.update(_submitted).where(_submitted.c.id == submission_id),
                    {"timestamp": timestamp},
                )
            notebook_ids, present = _present(db, layout, submission_id)
        _add_missing(db, layout, submission_id, notebook_ids, present)
        return submission_id, notebook_ids

    def _set_scores(
        self,
        db: sa.Connection,
        layout: _Layout,
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

    def _set_penalties(
        self,
        db: sa.Connection,
        layout: _Layout,
        graded: GradedSubmission,
        submission_id: str,
        notebook_ids: Mapping[str, str],
    ) -> None:
        """Work out what late notebooks lose; those in time lose nothing."""
        late = 0.0
        if layout.duedate is not None:
            times = db.execute(
                sa.select(_submitted.c.timestamp, _submitted.c.extension).where(
                    _submitted.c.id == submission_id
                )
            ).one()
            late = seconds_late(times.timestamp, layout.duedate, times.extension)
        values = []
        for notebook in graded.notebooks:
            if notebook.missing:
                continue
            nb = notebook_ids[notebook.name]
            penalty = None
            if late > 0 and self.penalty is not None:
                cells = list(layout.grades[notebook.name].values())
                score = float(db.scalar(_notebook_score, {"nb": nb, "cells": cells}) or 0.0)
                penalty = self.penalty(graded.student, score, late)
                if penalty is not None:
                    penalty = min(max(penalty, 0.0), score)
            values.append({"nb": nb, "penalty": penalty})
        if values:
            db.execute(_set_penalty, values)

    def _keep_record(
        self,
        db: sa.Connection,
        graded: GradedSubmission,
        engine: str,
        problems: tuple[Problem, ...],
        unreadable: str,
        graded_from: Graded,
    ) -> None:
        """Keep the messages; the notebooks themselves are in the autograded folder."""
        record = {
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
                }
                for nb in graded.notebooks
            ],
        }
        where = (_record.c.assignment == graded.assignment, _record.c.student == graded.student)
        db.execute(sa.delete(_record).where(*where))
        db.execute(
            sa.insert(_record),
            {
                "assignment": graded.assignment,
                "student": graded.student,
                "engine": engine,
                "graded": datetime.now(UTC).replace(tzinfo=None),
                "failed": _failed(graded),
                **_derived(record),
                "unreadable": unreadable,
                "key": graded_from.key,
                "files": graded_from.files,
                "record": zlib.compress(json.dumps(record).encode(), 1),
            },
        )

    def record(self, assignment: str, student: str) -> dict[str, Any] | None:
        """Return what the last run said about a submission (no notebooks)."""
        query = sa.select(_record.c.record).where(
            _record.c.assignment == assignment, _record.c.student == student
        )
        with self._engine.connect() as db:
            packed = db.scalar(query)
        if packed is None:
            return None
        record: dict[str, Any] = json.loads(zlib.decompress(packed))
        return record

    def marks(self, assignment: str) -> dict[str, SubmissionMarks]:
        """Return what everybody got for an assignment, by student."""
        with self._engine.connect() as db:
            return read_marks(db, assignment)

    def graded_at(self, assignment: str) -> dict[str, str]:
        """Return when `grading run` last graded each submission, by student."""
        query = sa.select(_record.c.student, _record.c.graded).where(
            _record.c.assignment == assignment
        )
        with self._engine.connect() as db:
            return {row.student: row.graded.isoformat() for row in db.execute(query)}

    def student_notebooks(self, assignment: str, student: str) -> dict[str, StudentNotebook]:
        """Return what the last run kept of a submission for feedback, by notebook."""
        query = sa.select(_student_notebook).where(
            _student_notebook.c.assignment == assignment, _student_notebook.c.student == student
        )
        with self._engine.connect() as db:
            return {
                row.notebook: StudentNotebook(row.graded, zlib.decompress(row.packed))
                for row in db.execute(query)
            }

    def records(self, assignment: str) -> Iterator[dict[str, Any]]:
        """Yield what the last run said about each submission, by student (see `record`)."""
        query = sa.select(_record.c.record).where(_record.c.assignment == assignment)
        with self._engine.connect() as db:
            for (packed,) in db.execute(query.order_by(_record.c.student)):
                yield json.loads(zlib.decompress(packed))

    def cell_points(self, assignment: str) -> list[tuple[str, str, float, bool, str]]:
        """Return what counts for each graded cell of each submission.

        Returns
        -------
        list of tuple
            Student, "notebook/cell", points as nbgrader counts them, whether a person is awaited,
            and nbgrader's id of the submitted notebook.
        """
        query = (
            sa.select(
                _submitted.c.student_id,
                _notebooks.c.name.label("notebook"),
                _cells.c.name.label("cell"),
                api.Grade.score.label("points"),
                _grades.c.needs_manual_grade,
                _submitted_notebooks.c.id,
            )
            .join(_submitted_notebooks, _submitted_notebooks.c.assignment_id == _submitted.c.id)
            .join(_grades, _grades.c.notebook_id == _submitted_notebooks.c.id)
            .join(_cells, _cells.c.id == _grades.c.cell_id)
            .join(_notebooks, _notebooks.c.id == _cells.c.notebook_id)
            .where(_submitted.c.assignment_id == self._layout(assignment).assignment_id)
        )
        with self._engine.connect() as db:
            return [
                (student, f"{notebook}/{cell}", float(points or 0), bool(waits), ident)
                for student, notebook, cell, points, waits, ident in db.execute(query)
            ]

    def unreadable(self, assignment: str) -> dict[str, str]:
        """Return the fingerprints of what can't be graded however often one tries, by student."""
        query = sa.select(_record.c.student, _record.c.unreadable).where(
            _record.c.assignment == assignment, _record.c.unreadable != ""
        )
        with self._engine.connect() as db:
            return {row.student: row.unreadable for row in db.execute(query)}

    def graded_from(self, assignment: str) -> dict[str, Graded]:
        """Return what each student's submission was graded from, where it is known."""
        query = sa.select(_record.c.student, _record.c.key, _record.c.files).where(
            _record.c.assignment == assignment
        )
        with self._engine.connect() as db:
            return {row.student: Graded(row.key, row.files) for row in db.execute(query)}

    def files(self, assignment: str, student: str) -> str:
        """Return the digest of the files that a submission was last graded from."""
        query = sa.select(_record.c.files).where(
            _record.c.assignment == assignment, _record.c.student == student
        )
        with self._engine.connect() as db:
            return db.scalar(query) or ""

    def graded_key(self, assignment: str, student: str) -> KeyVersion | None:
        """Return what decided a submission's scores; None where that is not known."""
        query = sa.select(_version.c.version).join(
            _record,
            sa.and_(
                _record.c.key == _version.c.digest, _record.c.assignment == _version.c.assignment
            ),
        )
        where = (_record.c.assignment == assignment, _record.c.student == student)
        with self._engine.connect() as db:
            text = db.scalar(query.where(*where))
        return None if text is None else KeyVersion.load(text)

    def keep_version(self, assignment: str, version: KeyVersion) -> None:
        """Keep what decides scores, to say later what is different."""
        if self.version(assignment, version.digest) is None:
            row = {"assignment": assignment, "digest": version.digest, "version": version.dump()}
            with self._engine.begin() as db:
                db.execute(sa.insert(_version), row)

    def version(self, assignment: str, digest: str) -> KeyVersion | None:
        """Return a version that was kept."""
        query = sa.select(_version.c.version).where(
            _version.c.assignment == assignment, _version.c.digest == digest
        )
        with self._engine.connect() as db:
            text = db.scalar(query)
        return None if text is None else KeyVersion.load(text)

    def standing(self, assignment: str, student: str) -> Standing | None:
        """Return what a submission's score is made of; None when there is no submission."""
        of_submission = (
            sa.select(_submitted_notebooks.c.id, _submitted_notebooks.c.late_submission_penalty)
            .join(_submitted, _submitted.c.id == _submitted_notebooks.c.assignment_id)
            .where(
                _submitted.c.assignment_id == self._layout(assignment).assignment_id,
                _submitted.c.student_id == student,
            )
        )
        query = (
            sa.select(_grades, _cells.c.name, _notebooks.c.name.label("notebook"))
            .add_columns(_aside.c.manual_score.label("aside"), _aside.c.extra_credit.label("more"))
            .join(_cells, _cells.c.id == _grades.c.cell_id)
            .join(_notebooks, _notebooks.c.id == _cells.c.notebook_id)
            .outerjoin(_aside, _aside.c.grade_id == _grades.c.id)
        )
        cells = {}
        with self._engine.connect() as db:
            notebooks = db.execute(of_submission).all()
            ids = [row.id for row in notebooks]
            for row in db.execute(query.where(_grades.c.notebook_id.in_(ids))):
                aside = None
                if row.aside is not None or row.more is not None:
                    aside = (row.aside or 0.0) + (row.more or 0.0)
                cells[f"{row.notebook}/{row.name}"] = CellScore(
                    row.auto_score, row.manual_score, row.extra_credit, aside
                )
        if not notebooks:
            return None
        return Standing(cells, sum(row.late_submission_penalty or 0.0 for row in notebooks))

    def excuse(self, assignment: str, cells: set[str]) -> None:
        """Let exactly these cells ("notebook/cell") count for nobody.

        What a person gave for them is set aside, because nbgrader would go on counting it. It comes
        back when the cell counts again.
        """
        before = self._layout(assignment).excused
        with self._engine.begin() as db:
            db.execute(sa.delete(_excused).where(_excused.c.assignment == assignment))
            if cells:
                rows = [{"assignment": assignment, "cell": cell} for cell in sorted(cells)]
                db.execute(sa.insert(_excused), rows)
        self._layouts.pop(assignment, None)
        now = self._layout(assignment).excused
        with self._engine.begin() as db:
            _set_aside(db, now)
            _bring_back(db, before - now)

    def names(self) -> dict[str, str]:
        """Return the full names of the students for whom there is one."""
        query = sa.select(_students.c.id, _students.c.first_name, _students.c.last_name)
        with self._engine.connect() as db:
            found = {
                row.id: " ".join(filter(None, (row.first_name, row.last_name)))
                for row in db.execute(query)
            }
        return {student: name for student, name in found.items() if name}

    def students(self) -> set[str]:
        """Return the names of all students of the gradebook."""
        with self._engine.connect() as db:
            return set(db.scalars(sa.select(_students.c.id)))

    def rows(self, assignment: str) -> list[Row]:
        """Return every student's line for an assignment, by student."""
        layout = self._layout(assignment)
        # One walk through the grades for all students together.
        sums = (
            sa.select(
                _submitted_notebooks.c.assignment_id.label("id"),
                sa.func.sum(api.Grade.score).label("score"),
                sa.func.sum(sa.cast(_grades.c.needs_manual_grade, sa.Integer)).label("waiting"),
            )
            .join(_grades, _submitted_notebooks.c.id == _grades.c.notebook_id)
            .group_by(_submitted_notebooks.c.assignment_id)
            .subquery()
        )
        penalties = (
            sa.select(
                _submitted_notebooks.c.assignment_id.label("id"),
                sa.func.sum(_submitted_notebooks.c.late_submission_penalty).label("penalty"),
            )
            .group_by(_submitted_notebooks.c.assignment_id)
            .subquery()
        )
        same_student = sa.and_(
            _record.c.student == _submitted.c.student_id, _record.c.assignment == assignment
        )
        query = (
            sa.select(
                _submitted.c.student_id,
                _submitted.c.timestamp,
                _submitted.c.extension,
                sa.func.coalesce(sums.c.score, 0.0).label("score"),
                sums.c.waiting,
                sa.func.coalesce(penalties.c.penalty, 0.0).label("penalty"),
                _record.c.failed,
                _record.c.engine,
                _record.c.tier,
                _record.c.unsealed,
            )
            .outerjoin(sums, sums.c.id == _submitted.c.id)
            .outerjoin(penalties, penalties.c.id == _submitted.c.id)
            .outerjoin(_record, same_student)
            .where(_submitted.c.assignment_id == layout.assignment_id)
            .order_by(_submitted.c.student_id)
        )
        with self._engine.connect() as db:
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


def _set_aside(db: sa.Connection, cell_ids: Collection[str]) -> None:
    """Take what a person gave for some cells out of the count, and ask nobody for more."""
    ours = _grades.c.cell_id.in_(cell_ids)
    given = sa.or_(_grades.c.manual_score.is_not(None), _grades.c.extra_credit.is_not(None))
    marks = sa.select(_grades.c.id, _grades.c.manual_score, _grades.c.extra_credit)
    db.execute(
        sa.insert(_aside).from_select(
            ["grade_id", "manual_score", "extra_credit"], marks.where(ours, given)
        )
    )
    db.execute(
        sa.update(_grades)
        .where(ours)
        .values(manual_score=None, extra_credit=None, needs_manual_grade=False)
    )


def _bring_back(db: sa.Connection, cell_ids: Collection[str]) -> None:
    """Let cells count again, with what was set aside; the others wait for a score."""
    ours = _grades.c.cell_id.in_(cell_ids)
    waiting = {"auto_score": None, "needs_manual_grade": True}
    db.execute(sa.update(_grades).where(ours, _grades.c.manual_score.is_(None)), waiting)
    rows = db.execute(
        sa.select(_aside, _grades.c.manual_score.label("newer"))
        .join(_grades, _grades.c.id == _aside.c.grade_id)
        .where(ours)
    ).all()
    for row in rows:
        if row.newer is None:
            marks = {"manual_score": row.manual_score, "extra_credit": row.extra_credit}
            marks["needs_manual_grade"] = row.manual_score is None
            db.execute(sa.update(_grades).where(_grades.c.id == row.grade_id), marks)
        db.execute(sa.delete(_aside).where(_aside.c.grade_id == row.grade_id))


def not_tamper_proof(tier: str, cell: Mapping[str, Any]) -> bool:
    """Whether a student could have touched the result of a cell, given as a dict."""
    return cell["kind"] == "autograded" and (not cell["sealed"] or tier not in CONTAINED)


def _keep_student_notebooks(db: sa.Connection, graded: GradedSubmission) -> None:
    """Keep what feedback is made from, in the same transaction as the grades."""
    table = _student_notebook
    who = {"assignment": graded.assignment, "student": graded.student}
    db.execute(sa.delete(table).where(*(table.c[column] == value for column, value in who.items())))
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
        db.execute(sa.insert(table), values)


def _failed(graded: GradedSubmission) -> bool:
    """Whether any of it could not be graded."""
    return not graded.notebooks or any(problem.fatal for problem in graded.problems)


def _present(
    db: sa.Connection, layout: _Layout, submission_id: str
) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Look up the rows that a submission has: notebooks, and (notebook id, cell id) pairs."""
    names = {notebook_id: name for name, notebook_id in layout.notebook_ids.items()}
    notebook_ids = {
        names[row.notebook_id]: row.id
        for row in db.execute(
            sa.select(_submitted_notebooks.c.id, _submitted_notebooks.c.notebook_id).where(
                _submitted_notebooks.c.assignment_id == submission_id,
                _submitted_notebooks.c.notebook_id.in_(names),
            )
        )
    }
    ours = list(notebook_ids.values())
    pairs: set[tuple[str, str]] = set()
    for table, cells in ((_grades, layout.grades), (_comments, layout.comments)):
        cell_ids = [cell_id for name in notebook_ids for cell_id in cells[name].values()]
        query = sa.select(table.c.notebook_id, table.c.cell_id).where(
            table.c.cell_id.in_(cell_ids), table.c.notebook_id.in_(ours)
        )
        pairs |= {(row.notebook_id, row.cell_id) for row in db.execute(query)}
    return notebook_ids, pairs


def _add_missing(
    db: sa.Connection,
    layout: _Layout,
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
        (_submitted_notebooks, notebooks),
        (_grades, grades),
        (_comments, comments),
    ):
        if values:
            db.execute(sa.insert(table), values)


def _keep_journal(connection: Any, _: object) -> None:
    """Let SQLite empty its journal instead of deleting it.

    As safe as its default against a crash and a power cut, on network file systems too, and a
    commit need not make and remove a file. It holds for this connection only.
    """
    connection.execute("PRAGMA journal_mode=TRUNCATE")


def _create_tables(engine: sa.Engine) -> None:
    """Create nbgrader's tables, as nbgrader does, and ours where there are none.

    nbgrader would start a process to learn the version of its own tables. That takes seconds, and
    fails where the environment is not activated.
    """
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    with engine.begin() as db:
        if not sa.inspect(db).get_table_names():
            api.Base.metadata.create_all(db)
            version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            db.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            db.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": version})
        _own.create_all(db)
    with engine.begin() as db:
        upgrade(db, _record, _derived)


def _derived(record: Mapping[str, Any]) -> dict[str, Any]:
    """Work out the columns that repeat what a submission's record says."""
    cells = [cell for nb in record["notebooks"] if not nb["missing"] for cell in nb["cells"]]
    tier = record["tier"]
    return {"tier": tier, "unsealed": sum(not_tamper_proof(tier, cell) for cell in cells)}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
