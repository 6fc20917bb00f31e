"""Writes graded submissions into nbgrader's own gradebook: one transaction each.

nbgrader's API spends about 155 statements and 25 commits on a submission. Here it is about ten
statements in bulk and one commit, on the same tables, so that formgrader, the feedback and the
exporters of nbgrader work on the result. `tables` says what is kept beside them.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from grading.address import options, remedy, shown, with_driver
from grading.changes import Standing
from grading.errors import CourseError, first_line
from grading.gradebook import regrade, tables, writing
from grading.gradebook.layout import Layout, read_layout, read_source_cells
from grading.gradebook.marks import read_marks
from grading.gradebook.totals import CellPoints, Row, read_cell_points, read_rows
from grading.gradebook.writing import Penalty
from grading.marks import SubmissionMarks
from grading.records import GradedSubmission, Problem
from grading.versions import UNKNOWN, GradedFrom, KeyVersion

__all__ = ["Gradebook", "StudentNotebook"]

# Seconds. Each failure means that the other process got further.
_WAITS = (0.1, 0.3, 1.0, 3.0)
_LOCK = 0x67726164  # this number is locked in a database on PostgreSQL; no other program does
_holder = sa.text(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) "
    "WHERE locktype = 'advisory' AND objid = :number AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).bindparams(number=_LOCK)


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
            self._set_up(course_id)
        except CourseError:
            raise
        except Exception as error:
            what = f"The gradebook {shown(db_url)} can't be opened: {first_line(error)}."
            raise CourseError(what, remedy(db_url, error)) from error
        self._layouts: dict[str, Layout] = {}

    def _set_up(self, course_id: str) -> None:
        """Create what isn't there yet, again if another process is creating it at this moment."""
        for wait in (*_WAITS, None):
            try:
                tables.create_tables(self._engine)
                tables.note_course(self._engine, course_id)
                with api.Gradebook(self.db_url, course_id):  # says if the tables are too old
                    return
            except sa.exc.DBAPIError as error:
                there = any(words in str(error) for words in ("already exists", "UNIQUE", "locked"))
                if wait is None or not there:
                    raise
                time.sleep(wait)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, _: object, error: BaseException | None, *__: object) -> None:
        self.close()
        if isinstance(error, sa.exc.DBAPIError):
            what = f"The gradebook {shown(self.db_url)} can't be used: {first_line(error)}."
            raise CourseError(what, remedy(self.db_url, error)) from error

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

    def try_to_write(self) -> None:
        """Change nothing, where only who may write can: hours of grading are lost otherwise.

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            When the gradebook can be read only, or another program doesn't let go of it.
        """
        with self._engine.begin() as db:
            db.execute(sa.delete(tables.record).where(sa.false()))

    def digest(self, assignment: str) -> str | None:
        """Return the fingerprint of the source that the assignment was last registered with."""
        query = sa.select(tables.key.c.digest).where(tables.key.c.assignment == assignment)
        known = sa.select(tables.assignments.c.id).where(tables.assignments.c.name == assignment)
        with self._engine.connect() as db:
            digest: str | None = db.scalar(query)
            return digest if db.scalar(known) else None

    def registered(self, assignment: str, digest: str) -> None:
        """Note that the assignment's cells in the gradebook are those of this source."""
        with self._engine.begin() as db:
            db.execute(sa.delete(tables.key).where(tables.key.c.assignment == assignment))
            db.execute(sa.insert(tables.key), {"assignment": assignment, "digest": digest})
        self._layouts.pop(assignment, None)

    def source_cells(self, assignment: str) -> dict[str, tuple[dict[str, Any], ...]]:
        """Return the instructor's cells of each notebook (see `AnswerKey.database_cells`)."""
        with self._engine.connect() as db:
            return read_source_cells(db, assignment)

    def write(
        self,
        graded: GradedSubmission,
        timestamp: datetime | None,
        engine: str = "",
        problems: tuple[Problem, ...] = (),
        unreadable: str = "",
        *,
        graded_from: GradedFrom = UNKNOWN,
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
            rows = writing.put_rows(db, layout, graded, timestamp, same_answers)
            writing.set_penalties(db, layout, rows, graded, self.penalty)
            writing.keep_record(db, graded, engine, problems, unreadable, graded_from)
            writing.keep_notebooks(db, graded)

    def _layout(self, assignment: str) -> Layout:
        """Look up the assignment's identifiers, once."""
        if assignment not in self._layouts:
            with self._engine.connect() as db:
                self._layouts[assignment] = read_layout(db, assignment)
        return self._layouts[assignment]

    def record(self, assignment: str, student: str) -> dict[str, Any] | None:
        """Return what the last run said about a submission (no notebooks)."""
        query = sa.select(tables.record.c.record).where(
            tables.record.c.assignment == assignment, tables.record.c.student == student
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
        return {one: at.isoformat() for one, at in self._recorded("graded", assignment)}

    def student_notebooks(self, assignment: str, student: str) -> dict[str, StudentNotebook]:
        """Return what the last run kept of a submission for feedback, by notebook."""
        query = sa.select(tables.student_notebook).where(
            tables.student_notebook.c.assignment == assignment,
            tables.student_notebook.c.student == student,
        )
        with self._engine.connect() as db:
            return {
                row.notebook: StudentNotebook(row.graded, zlib.decompress(row.packed))
                for row in db.execute(query)
            }

    def records(self, assignment: str) -> Iterator[dict[str, Any]]:
        """Yield what the last run said about each submission, by student (see `record`)."""
        query = sa.select(tables.record.c.record).where(tables.record.c.assignment == assignment)
        with self._engine.connect() as db:
            for (packed,) in db.execute(query.order_by(tables.record.c.student)):
                yield json.loads(zlib.decompress(packed))

    def cell_points(self, assignment: str) -> list[CellPoints]:
        """Return what counts for each graded cell of each submission."""
        layout = self._layout(assignment)
        with self._engine.connect() as db:
            return read_cell_points(db, layout.assignment_id)

    def unreadable(self, assignment: str) -> dict[str, str]:
        """Return the fingerprints of what can't be graded however often one tries, by student."""
        return {one: digest for one, digest in self._recorded("unreadable", assignment) if digest}

    def _recorded(self, column: str, assignment: str) -> list[tuple[str, Any]]:
        """Read what a column of `grading_record` says of each student."""
        query = sa.select(tables.record.c.student, tables.record.c[column])
        with self._engine.connect() as db:
            rows = db.execute(query.where(tables.record.c.assignment == assignment))
            return [(student, value) for student, value in rows]

    def graded_from(self, assignment: str) -> dict[str, GradedFrom]:
        """Return what each student's submission was graded from, where it is known."""
        with self._engine.connect() as db:
            return regrade.read_graded_from(db, assignment)

    def keep_version(self, assignment: str, version: KeyVersion) -> None:
        """Keep what decides scores, to say later what is different."""
        with self._engine.begin() as db:
            regrade.keep_version(db, assignment, version)

    def version(self, assignment: str, digest: str) -> KeyVersion | None:
        """Return a version that was kept; None where there is none of this digest."""
        with self._engine.connect() as db:
            return regrade.read_version(db, assignment, digest)

    def standing(self, assignment: str, student: str) -> Standing | None:
        """Return what a submission's score is made of; None when there is no submission."""
        layout = self._layout(assignment)
        with self._engine.connect() as db:
            return regrade.read_standing(db, layout, student)

    def excuse(self, assignment: str, cells: set[str]) -> None:
        """Let exactly these cells ("notebook/cell") count for nobody.

        What a person gave for them is set aside, because nbgrader would go on counting it. It comes
        back when the cell counts again.
        """
        before = self._layout(assignment).excused
        with self._engine.begin() as db:
            regrade.note_excused(db, assignment, cells)
            layout = read_layout(db, assignment)
            regrade.set_aside(db, layout.excused)
            regrade.bring_back(db, before - layout.excused)
        self._layouts[assignment] = layout

    def names(self) -> dict[str, str]:
        """Return the full names of the students for whom there is one."""
        query = sa.select(
            tables.students.c.id, tables.students.c.first_name, tables.students.c.last_name
        )
        with self._engine.connect() as db:
            found = {
                row.id: " ".join(filter(None, (row.first_name, row.last_name)))
                for row in db.execute(query)
            }
        return {student: name for student, name in found.items() if name}

    def students(self) -> set[str]:
        """Return the names of all students of the gradebook."""
        with self._engine.connect() as db:
            return set(db.scalars(sa.select(tables.students.c.id)))

    def rows(self, assignment: str) -> list[Row]:
        """Return every student's line for an assignment, by student."""
        layout = self._layout(assignment)
        with self._engine.connect() as db:
            return read_rows(db, layout, assignment)


def _keep_journal(connection: Any, _: object) -> None:
    """Let SQLite empty its journal instead of deleting it.

    As safe as its default against a crash and a power cut, on network file systems too, and a
    commit need not make and remove a file. It holds for this connection only.
    """
    connection.execute("PRAGMA journal_mode=TRUNCATE")
