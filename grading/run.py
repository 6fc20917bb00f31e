"""Grades a class: finds what is new, grades it in a pool, writes each result as it comes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import Protocol

import sqlalchemy as sa

from grading.changes import (
    CHANGED_KEY,
    RESUBMITTED,
    KeyChange,
    ScoreChange,
    Standing,
    score_change,
)
from grading.course import Course, Handed
from grading.engines import EngineChoice
from grading.gradebook import Gradebook, Graded
from grading.lock import exclusive
from grading.pool import Graders, Pool, Task
from grading.records import AnswerKey, GradedSubmission, Problem, Submission
from grading.register import register
from grading.versions import KeyVersion, differences, version_of

__all__ = ["Listener", "Summary", "run"]


class Listener(Protocol):
    """Is told what happens while it happens."""

    def contained(self, tier: str) -> None:
        """Hear what contains students' code, if anything is to be graded."""

    def noticed(self, problems: Iterable[Problem]) -> None:
        """Hear of what can't be graded and is not tried."""

    def begin(self, to_do: int, up_to_date: int) -> None:
        """Hear how much there is to do, once, before the first submission."""

    def graded(self, graded: GradedSubmission) -> None:
        """Hear of a submission that is now in the gradebook."""


@dataclass
class Summary:
    """What a run did.

    Attributes
    ----------
    to_do
        Submissions that were new or changed.
    up_to_date
        Submissions that were graded before.
    graded, failed
        Of those to do: graded, and impossible to grade.
    refused
        Not tried: unreadable before and unchanged since, or of a student who is not in a gradebook
        that takes no new ones.
    tier
        What contained students' code; empty if nothing was to do.
    problems
        Everything worth a look, fatal or not.
    key_changes
        What is different in answer keys since submissions were graded with them.
    changes
        Whose score is another than before, and why.
    interrupted
        Whether it was stopped before the end.
    """

    to_do: int = 0
    up_to_date: int = 0
    graded: int = 0
    failed: int = 0
    refused: int = 0
    tier: str = ""
    problems: list[Problem] = field(default_factory=list)
    key_changes: list[KeyChange] = field(default_factory=list)
    changes: list[ScoreChange] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False


def run(
    course: Course,
    book: Gradebook,
    choice: EngineChoice,
    listener: Listener,
    *,
    assignments: tuple[str, ...] = (),
    students: tuple[str, ...] = (),
    force: bool = False,
    jobs: int = 1,
    make_pool: Callable[[EngineChoice, int], Graders] = Pool,
) -> Summary:
    """Grade submissions that are new or changed, or were graded with another answer key.

    nbgrader's rule says which are new: those never graded, and those with a newer `timestamp.txt`.
    `KeyVersion` says which part of an answer key counts.

    Parameters
    ----------
    course, book
        Where submissions come from and where grades go.
    choice
        The engine.
    listener
        Is told of each result.
    assignments, students
        What to grade; none means all. Students may be glob patterns.
    force
        Grade again what was graded before.
    jobs
        Number of worker processes.
    make_pool
        What grades with the engine, in so many processes: those of this machine, or a cluster.

    Raises
    ------
    CourseError
        When the class as a whole can't be graded, or another run is at it.
    """
    start = time.perf_counter()
    names = course.select(assignments)
    summary = Summary()
    with exclusive(course.step_root("autograded")), book.exclusive():
        plan = []
        for name in names:
            handed = course.handed_in(name, students)
            if not handed:
                continue
            register(course, book, name)
            key = course.answer_key(name, book.source_cells(name))
            version = version_of(key)
            stale = _sort(course, book, handed, choice.name, force, summary, version)
            if stale:
                book.keep_version(name, version)
                plan.append(_Part(key, version, stale))
        with contextlib.ExitStack() as until_the_end:
            if plan:
                pool = until_the_end.enter_context(make_pool(choice, min(jobs, summary.to_do)))
                summary.tier = pool.tier
                listener.contained(pool.tier)
            listener.noticed(summary.problems)
            listener.begin(summary.to_do, summary.up_to_date)
            if plan:
                until_the_end.enter_context(_stop_on_ctrl_c(pool))
                for task, graded in pool.grade(_read(course, plan)):
                    listener.graded(_keep(course, book, task, graded, choice.name, summary))
                summary.interrupted = pool.stopping
    summary.seconds = time.perf_counter() - start
    return summary


@dataclass(frozen=True)
class _Part:
    """What is to be graded with one key: submissions, each with its reasons."""

    key: AnswerKey
    version: KeyVersion
    stale: list[tuple[Handed, tuple[str, ...]]]


def _sort(
    course: Course,
    book: Gradebook,
    handed: list[Handed],
    engine: str,
    force: bool,
    summary: Summary,
    version: KeyVersion,
) -> list[tuple[Handed, tuple[str, ...]]]:
    """Return the submissions that have to be graded, with reasons; count the others."""
    assignment = handed[0].assignment
    keys = {student: graded.key for student, graded in book.graded_from(assignment).items()}
    failed = {row.student: row.failed for row in book.rows(assignment)}
    unreadable = book.unreadable(assignment)
    strangers = _strangers(course, book, handed)
    stale = []
    for one in handed:
        if not _is_text(one.student):
            summary.refused += 1
            what = "the name of this folder is no UTF-8 text, and no gradebook can hold it"
            problem = Problem(one.student, assignment, None, None, what, "Rename it.", fatal=True)
            summary.problems.append(problem)
            continue
        _tidy(course, one)
        if one.student in strangers:
            summary.refused += 1
            what = "is of a student who is not in the gradebook"
            remedy = "Add the student, or set Autograde.create_student = True."
            summary.problems.append(
                Problem(one.student, assignment, None, None, what, remedy, fatal=True)
            )
            continue
        why = _why(course, one, failed)
        if keys.get(one.student, "") not in ("", version.digest):
            why = (*(why or ()), CHANGED_KEY)
        if why is None and not force:
            summary.up_to_date += 1
        elif not force and _still_unreadable(course, one, engine, unreadable):
            summary.refused += 1
            known = book.record(assignment, one.student) or {"problems": ()}
            summary.problems += [Problem(**fields) for fields in known["problems"]]
        else:
            stale.append((one, ("asked for",) if why is None else why))
    summary.to_do += len(stale)
    older = Counter(keys[one.student] for one, why in stale if CHANGED_KEY in why)
    for digest, count in older.items():
        for cell, words in differences(book.version(assignment, digest), version).items():
            summary.key_changes.append(KeyChange(assignment, cell, words, count))
    return stale


def _is_text(name: str) -> bool:
    """Tell whether a file's name can be written as text: Linux allows any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _strangers(course: Course, book: Gradebook, handed: list[Handed]) -> set[str]:
    """Name those that nbgrader's configuration doesn't want added to the gradebook."""
    if course.config.Autograde.get("create_student", True):
        return set()
    return {one.student for one in handed} - book.students()


def _still_unreadable(
    course: Course, handed: Handed, engine: str, unreadable: dict[str, str]
) -> bool:
    """Whether nothing has changed since a submission could not be read."""
    known = unreadable.get(handed.student)
    return known is not None and known == _fingerprint(course.read_submission(handed)[0], engine)


def _fingerprint(submission: Submission, engine: str) -> str:
    """Tell whether the same files would go to the same engine."""
    return hashlib.sha256(f"{engine}\0{_files(submission)}".encode()).hexdigest()


def _files(submission: Submission) -> str:
    """Give one digest of all files of a submission."""
    digest = hashlib.sha256()
    for name, data in sorted(submission.files.items()):
        digest.update(b"\0" + name.encode("utf-8", "surrogateescape") + b"\0")
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()


def _read(course: Course, plan: list[_Part]) -> Iterator[Task]:
    """Read one submission after the other, as workers ask for them."""
    for part in plan:
        for one, why in part.stale:
            submission, problems = course.read_submission(one)
            yield Task(part.key, submission, tuple(problems), part.version, why)


def _tidy(course: Course, handed: Handed) -> None:
    """Remove what a run that was cut off left behind."""
    done = course.folder("autograded", handed.assignment, handed.student)
    for leftover in (done.with_name(f".{done.name}.new"), done.with_name(f".{done.name}.old")):
        if leftover.exists():
            shutil.rmtree(leftover)


def _why(course: Course, handed: Handed, known: dict[str, bool]) -> tuple[str, ...] | None:
    """Say why a submission has to be graded, whatever the key; None when it hasn't.

    Parameters
    ----------
    known
        Students in the gradebook, and whether their last grading failed.
    """
    if handed.student not in known:
        return ()
    if known[handed.student]:
        return ("could not be graded before",)
    done = course.folder("autograded", handed.assignment, handed.student)
    if not done.exists():
        return ("its graded notebooks were missing",)
    new, old = course.timestamp(handed.path), course.timestamp(done)
    if new is not None and old is not None and new > old:
        return (RESUBMITTED,)
    return None


def _keep(
    course: Course,
    book: Gradebook,
    task: Task,
    graded: GradedSubmission,
    engine: str,
    summary: Summary,
) -> GradedSubmission:
    """Save one result and count it; a result that can't be saved becomes a problem."""
    who = (graded.assignment, graded.student)
    before = book.standing(*who) if task.why else None
    old_key = book.graded_key(*who) if task.why else None
    try:
        _publish(course, book, task, graded, engine)
    except (OSError, ValueError, sa.exc.SQLAlchemyError) as error:
        what = f"was graded but could not be saved: {str(error).splitlines()[0]}"
        remedy = "Check disk space, access rights and the gradebook, then run again."
        problem = Problem(graded.student, graded.assignment, None, None, what, remedy, fatal=True)
        graded = replace(graded, notebooks=(), problems=(problem,))
    if not graded.notebooks or any(problem.fatal for problem in graded.problems):
        summary.failed += 1
    else:
        summary.graded += 1
        if before is not None:
            summary.changes += _changes(book, task, before, old_key)
    summary.problems += (*task.problems, *graded.problems)
    return graded


def _changes(
    book: Gradebook, task: Task, before: Standing, old_key: KeyVersion | None
) -> list[ScoreChange]:
    """Compare a submission's score with the one that it had."""
    who = (task.submission.student, task.submission.assignment)
    after = book.standing(who[1], who[0])
    assert after is not None
    assert task.version is not None
    change = score_change(who, task.why, (before, after), (old_key, task.version))
    return [change] if change else []


def _publish(
    course: Course, book: Gradebook, task: Task, graded: GradedSubmission, engine: str
) -> None:
    """Put one result into the gradebook and its notebooks into the autograded folder.

    The graded notebooks are what says that a submission is done. They leave before the gradebook
    changes and come back after it, so that whatever is cut off in between is graded again.
    """
    done = course.folder("autograded", graded.assignment, graded.student)
    fresh = done.with_name(f".{done.name}.new")
    _remove(fresh)
    failed = any(problem.fatal for problem in graded.problems)
    something = any(not nb.missing or not failed for nb in graded.notebooks)
    if something:
        _lay_out(fresh, task.key, task.submission, graded, course)
    fatal = [problem for problem in graded.problems if problem.fatal]
    # Trouble with a file will be there again; other trouble may have been the machine's.
    lasting = bool(fatal) and all(problem.file for problem in fatal)
    unreadable = _fingerprint(task.submission, engine) if lasting else ""
    graded_from = Graded(task.version.digest if task.version else "", _files(task.submission))
    same_answers = task.why == (CHANGED_KEY,) and graded_from.files == book.files(
        graded.assignment, graded.student
    )
    _remove(done)
    book.write(
        graded,
        task.submission.timestamp,
        engine,
        task.problems,
        unreadable,
        graded_from=graded_from,
        same_answers=same_answers,
    )
    if something:
        fresh.rename(done)


def _lay_out(
    folder: Path, key: AnswerKey, submission: Submission, graded: GradedSubmission, course: Course
) -> None:
    """Write the graded notebooks and the files beside them, with nbgrader's access rights."""
    files = {n: d for n, d in submission.files.items() if not n.endswith(".ipynb")}
    files |= key.files
    files |= {f"{nb.name}.ipynb": nb.notebook for nb in graded.notebooks if not nb.missing}
    mode = course.file_mode("Autograde", 444)
    folder.mkdir(parents=True)
    made = {folder}
    for name, data in files.items():
        path = folder / PurePosixPath(name)
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        path.chmod(mode)  # whatever the umask says
    if course.directory.groupshared:
        for path in made:
            path.chmod(0o2775)


def _remove(folder: Path) -> None:
    """Remove a folder at once, as far as a look from outside goes."""
    if not folder.exists():
        return
    old = folder.with_name(f".{folder.name}.old")
    if old.exists():
        shutil.rmtree(old)
    folder.rename(old)
    shutil.rmtree(old)


@contextlib.contextmanager
def _stop_on_ctrl_c(pool: Graders) -> Iterator[None]:
    """Let the first Ctrl-C end the run between two results, and the second one at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        pool.stop()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
