"""Grades a class: finds what is new, grades it in a pool, writes each result as it comes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import Protocol

import sqlalchemy as sa

from grading.course import Course, Handed
from grading.engines import EngineChoice
from grading.gradebook import Gradebook
from grading.lock import exclusive
from grading.pool import Graders, Pool, Task
from grading.records import AnswerKey, GradedSubmission, Problem, Submission
from grading.register import register

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
    """Grade submissions that are new or changed.

    nbgrader's rule says which: those never graded, and those with a newer `timestamp.txt`.

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
    with exclusive(course.step_root("autograded")):
        plan = []
        for name in names:
            handed = course.handed_in(name, students)
            if not handed:
                continue
            register(course, book, name)
            stale = _sort(course, book, name, handed, choice.name, force, summary)
            if stale:
                plan.append((course.answer_key(name, book.source_cells(name)), stale))
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


def _sort(
    course: Course,
    book: Gradebook,
    assignment: str,
    handed: list[Handed],
    engine: str,
    force: bool,
    summary: Summary,
) -> list[Handed]:
    """Return the submissions that have to be graded; count the others."""
    failed = {row.student: row.failed for row in book.rows(assignment)}
    unreadable = book.unreadable(assignment)
    strangers = _strangers(course, book, handed)
    stale = []
    for one in handed:
        _tidy(course, one)
        if one.student in strangers:
            summary.refused += 1
            what = "is of a student who is not in the gradebook"
            remedy = "Add the student, or set Autograde.create_student = True."
            summary.problems.append(
                Problem(one.student, assignment, None, None, what, remedy, fatal=True)
            )
        elif not force and not _is_stale(course, one, failed):
            summary.up_to_date += 1
        elif not force and _still_unreadable(course, one, engine, unreadable):
            summary.refused += 1
            known = book.record(assignment, one.student) or {"problems": ()}
            summary.problems += [Problem(**fields) for fields in known["problems"]]
        else:
            stale.append(one)
    summary.to_do += len(stale)
    return stale


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
    digest = hashlib.sha256(engine.encode())
    for name, data in sorted(submission.files.items()):
        digest.update(b"\0" + name.encode("utf-8", "surrogateescape") + b"\0")
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()


def _read(course: Course, plan: list[tuple[AnswerKey, list[Handed]]]) -> Iterator[Task]:
    """Read one submission after the other, as workers ask for them."""
    for key, handed in plan:
        for one in handed:
            submission, problems = course.read_submission(one)
            yield Task(key, submission, tuple(problems))


def _tidy(course: Course, handed: Handed) -> None:
    """Remove what a run that was cut off left behind."""
    done = course.folder("autograded", handed.assignment, handed.student)
    for leftover in (done.with_name(f".{done.name}.new"), done.with_name(f".{done.name}.old")):
        if leftover.exists():
            shutil.rmtree(leftover)


def _is_stale(course: Course, handed: Handed, known: dict[str, bool]) -> bool:
    """Whether a submission has to be graded.

    Parameters
    ----------
    known
        Students in the gradebook, and whether their last grading failed.
    """
    if known.get(handed.student, True):
        return True
    done = course.folder("autograded", handed.assignment, handed.student)
    if not done.exists():
        return True
    new, old = course.timestamp(handed.path), course.timestamp(done)
    return new is not None and old is not None and new > old


def _keep(
    course: Course,
    book: Gradebook,
    task: Task,
    graded: GradedSubmission,
    engine: str,
    summary: Summary,
) -> GradedSubmission:
    """Save one result and count it; a result that can't be saved becomes a problem."""
    try:
        _publish(course, book, task, graded, engine)
    except (OSError, ValueError, sa.exc.SQLAlchemyError) as error:
        what = f"was graded but could not be saved: {str(error).splitlines()[0]}"
        remedy = "Check disk space, access rights and the gradebook, then run again."
        who = (graded.student, graded.assignment)
        graded = replace(
            graded, notebooks=(), problems=(Problem(*who, None, None, what, remedy, fatal=True),)
        )
    if not graded.notebooks or any(problem.fatal for problem in graded.problems):
        summary.failed += 1
    else:
        summary.graded += 1
    summary.problems += (*task.problems, *graded.problems)
    return graded


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
    _remove(done)
    book.write(graded, task.submission.timestamp, engine, task.problems, unreadable)
    if something:
        fresh.rename(done)


def _lay_out(
    folder: Path, key: AnswerKey, submission: Submission, graded: GradedSubmission, course: Course
) -> None:
    """Write the graded notebooks and the files beside them, with nbgrader's access rights."""
    files = {n: d for n, d in submission.files.items() if not n.endswith(".ipynb")}
    files |= key.files
    files |= {f"{nb.name}.ipynb": nb.notebook for nb in graded.notebooks if not nb.missing}
    mode = _file_mode(course)
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


def _file_mode(course: Course) -> int:
    """Return the access rights of graded files; nbgrader writes them in decimal: 644."""
    default = 664 if course.directory.groupshared else 444
    return int(str(course.config.Autograde.get("permissions", default)), 8)


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
