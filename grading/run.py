"""Grades a class: finds what is new, grades it in a pool, writes each result as it comes."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Protocol

import sqlalchemy as sa

from grading.changes import KeyChange, ScoreChange, Standing, score_change
from grading.course import Course
from grading.drawers import somebody_draws
from grading.engines import EngineChoice
from grading.gradebook import Gradebook
from grading.lock import exclusive
from grading.pool import Pool
from grading.publish import publish
from grading.records import AnswerKey, GradedSubmission, Problem
from grading.register import register
from grading.stale import Sorted, Stale, sort
from grading.task import Graders, Task
from grading.versions import KeyVersion, version_of

__all__ = ["Listener", "Summary", "run"]

AHEAD = 5
"""So many submissions a worker before the end of an assignment the next one's key is read."""


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

    def note(self, found: Sorted) -> None:
        """Add what there is to do for one more assignment."""
        self.to_do += len(found.stale)
        self.up_to_date += found.up_to_date
        self.refused += found.refused
        self.problems += found.problems
        self.key_changes += found.key_changes


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
    `KeyVersion` says which part of an answer key counts. `stale` finds them, `publish` saves each.

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
            found = sort(course, book, handed, choice.name, version, force=force)
            summary.note(found)
            if found.stale:
                book.keep_version(name, version)
                plan.append(_Part(key, version, found.stale))
        with contextlib.ExitStack() as until_the_end:
            if plan:
                book.try_to_write()
                pool = until_the_end.enter_context(make_pool(choice, min(jobs, summary.to_do)))
                summary.tier = pool.tier
                listener.contained(pool.tier)
            listener.noticed(summary.problems)
            listener.begin(summary.to_do, summary.up_to_date)
            if plan:
                until_the_end.enter_context(_stop_on_ctrl_c(pool))
                for task, graded in pool.grade(_read(course, plan, AHEAD * jobs)):
                    listener.graded(_keep(course, book, task, graded, choice.name, summary))
                summary.interrupted = pool.stopping
    summary.seconds = time.perf_counter() - start
    return summary


@dataclass(frozen=True)
class _Part:
    """What is to be graded with one key."""

    key: AnswerKey
    version: KeyVersion
    stale: list[Stale]

    def somebody_draws(self) -> bool:
        """Whether a submission mentions what draws more often than what was handed out."""
        return somebody_draws(self.key, (one.handed.path for one in self.stale))


def _read(course: Course, plan: list[_Part], ahead: int) -> Iterator[Task]:
    """Read one submission after the other, as workers ask for them.

    The last so many of a part name the key of the next.
    """
    for part, following in zip(plan, (*plan[1:], None), strict=True):
        then = (following.key, following.somebody_draws) if following else None
        for left, one in zip(range(len(part.stale), 0, -1), part.stale, strict=True):
            submission, problems = course.read_submission(one.handed)
            yield Task(
                part.key,
                submission,
                tuple(problems),
                part.version,
                one.why,
                one.before,
                part.somebody_draws,
                then if left <= ahead else None,
            )


def _keep(
    course: Course,
    book: Gradebook,
    task: Task,
    graded: GradedSubmission,
    engine: str,
    summary: Summary,
) -> GradedSubmission:
    """Save one result and count it; a result that can't be saved becomes a problem."""
    task, graded = _left_out(task, graded)
    who = (graded.assignment, graded.student)
    before = book.standing(*who) if task.why else None
    old_key = book.version(graded.assignment, task.before.key) if task.why else None
    try:
        publish(course, book, task, graded, engine)
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


def _left_out(task: Task, graded: GradedSubmission) -> tuple[Task, GradedSubmission]:
    """Make what kept a notebook from being read a reason for which it isn't graded.

    A link, or a file over the limit, was handed in: who did that isn't told otherwise.
    """
    missing = {f"{notebook.name}.ipynb" for notebook in graded.notebooks if notebook.missing}
    unread = [problem for problem in task.problems if problem.file in missing]
    files = {problem.file for problem in unread}
    why = [replace(problem, fatal=True) for problem in unread]
    why += [problem for problem in graded.problems if problem.fatal or problem.file not in files]
    others = tuple(problem for problem in task.problems if problem not in unread)
    return replace(task, problems=others), replace(graded, problems=tuple(why))


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
