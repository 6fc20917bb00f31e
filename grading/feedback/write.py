"""Writes feedback pages: finds which are out of date and makes them, on all cores."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grading.course import Course
from grading.feedback.job import Job, made_before, make_pages
from grading.feedback.page import appearance
from grading.gradebook import Gradebook
from grading.lock import exclusive
from grading.marks import SubmissionMarks
from grading.records import Problem
from grading.rules import Markers

__all__ = ["FeedbackSummary", "feedback"]

_FEW = 4  # submissions that are done sooner than a process starts
_FORKS = sys.platform == "linux"  # elsewhere it is unsafe, or there is no such thing


@dataclass
class FeedbackSummary:
    """What was written.

    Attributes
    ----------
    written
        Number of submissions with new pages.
    up_to_date
        Number of submissions whose pages were there already.
    problems
        Submissions without feedback, and why.
    seconds
        How long it took.
    interrupted
        Whether it was stopped before the end.
    """

    written: int = 0
    up_to_date: int = 0
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False


def feedback(
    course: Course,
    book: Gradebook,
    *,
    assignments: tuple[str, ...] = (),
    students: tuple[str, ...] = (),
    force: bool = False,
    distribution: bool = False,
    jobs: int = 1,
    begin: Callable[[int, int], None],
    step: Callable[[list[Problem]], None],
) -> FeedbackSummary:
    """Write the pages of every graded submission that has none yet or whose marks have changed.

    Parameters
    ----------
    assignments, students
        Whose; none means all. Students may be glob patterns.
    force
        Write all pages again.
    distribution
        Whether to show the class's scores.
    jobs
        Number of processes.
    begin
        Is told how many submissions there are to write and how many are up to date.
    step
        Is told of each submission, with its problems.

    Raises
    ------
    CourseError
        When an assignment does not exist, or another run is writing feedback.
    """
    start = time.perf_counter()
    summary = FeedbackSummary()
    with exclusive(course.step_root("feedback")):
        stale: list[_Planned] = []
        for name in course.select(assignments):
            if book.digest(name) is not None:
                for one in _plan(course, book, name, students, distribution):
                    if force or not _is_up_to_date(one):
                        stale.append(one)
                    else:
                        summary.up_to_date += 1
        try:
            made = _make(book, stale, jobs, lambda: begin(len(stale), summary.up_to_date))
            for problems in made:
                summary.written += not problems
                summary.problems += problems
                step(problems)
        except KeyboardInterrupt:
            summary.interrupted = True
    summary.seconds = time.perf_counter() - start
    return summary


@dataclass(frozen=True)
class _Planned:
    """A submission and what its pages have to be made from."""

    job: Job
    stamp: str


def _plan(
    course: Course,
    book: Gradebook,
    assignment: str,
    students: tuple[str, ...],
    distribution: bool,
) -> list[_Planned]:
    """List the graded submissions of an assignment."""
    marks = book.marks(assignment)
    graded_at = book.graded_at(assignment)
    failed = {row.student: row.failed for row in book.rows(assignment)}
    scores: tuple[float, ...] = ()
    if distribution:
        scores = tuple(m.score / m.max_score for s, m in marks.items() if _counts(m, failed[s]))
    markers = Markers.configured(course.config)
    planned = []
    for one in course.handed_in(assignment, students):
        graded = course.folder("autograded", assignment, one.student)
        if one.student not in marks or not (graded.is_dir() or failed[one.student]):
            continue
        job = Job(
            marks[one.student],
            graded=graded,
            submitted=one.path,
            pages=course.folder("feedback", assignment, one.student),
            markers=markers,
            failed=failed[one.student],
            scores=scores,
            mode=course.file_mode("GenerateFeedback", 644),
        )
        planned.append(_Planned(job, _stamp(job, graded_at.get(one.student, ""))))
    return planned


def _counts(marks: SubmissionMarks, failed: bool) -> bool:
    """Whether a submission belongs into the class's distribution."""
    return marks.max_score > 0 and not failed


def _stamp(job: Job, graded_at: str) -> str:
    """Fingerprint of all that a submission's pages are made from."""
    files = []
    for name in job.marks.notebooks:
        path = job.graded / f"{name}.ipynb"
        if path.is_file():
            files.append((name, path.stat().st_mtime_ns, path.stat().st_size))
    parts = (appearance(), job.marks, files, graded_at, job.failed, job.scores, job.mode)
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _is_up_to_date(planned: _Planned) -> bool:
    """Whether the pages are there and were made from the same."""
    folder = planned.job.pages
    stamp, pages = made_before(folder)
    return stamp == planned.stamp and all((folder / name).is_file() for name in pages)


def _make(
    book: Gradebook, stale: list[_Planned], jobs: int, begin: Callable[[], None]
) -> Iterator[list[Problem]]:
    """Make pages; what went wrong with each submission comes as it is done.

    Where processes can be forked, they are before `begin`, which starts a thread, and after a first
    page: what a process has to import and to work out once takes longer than a hundred pages, and
    so they inherit it.
    """
    if jobs == 1 or len(stale) <= _FEW:
        begin()
        for one in stale:
            yield _attempt(*_load(book, one))
        return
    first = _attempt(*_load(book, stale[0]))
    coming = iter(stale[1:])
    context = multiprocessing.get_context("fork" if _FORKS else "spawn")
    waiting: dict[Future[list[Problem]], _Planned] = {}
    with _ended(ProcessPoolExecutor(min(jobs, len(stale) - 1), context, _settle)) as pool:
        second = next(coming)
        waiting[_handed_over(pool, book, second)] = second
        begin()
        yield first
        while True:
            while len(waiting) < 3 * jobs and (following := next(coming, None)):
                waiting[_handed_over(pool, book, following)] = following
            if not waiting:
                return
            for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield _result(done, waiting.pop(done))


def _handed_over(
    pool: ProcessPoolExecutor, book: Gradebook, planned: _Planned
) -> Future[list[Problem]]:
    try:
        return pool.submit(_attempt, *_load(book, planned))
    except BrokenProcessPool as error:  # once a process has been ended, the pool takes no more
        never: Future[list[Problem]] = Future()
        never.set_exception(error)
        return never


def _result(done: Future[list[Problem]], planned: _Planned) -> list[Problem]:
    try:
        return done.result()
    except BrokenProcessPool:
        what = "has no feedback: the process that made its page, or one beside it, was ended"
        return [_problem(planned.job.marks, what, "Run the same command again, with --jobs 1.")]


def _load(book: Gradebook, planned: _Planned) -> tuple[Job, str, Mapping[str, Any] | None, Any]:
    """Fetch what the gradebook keeps for one submission's pages."""
    who = planned.job.marks.assignment, planned.job.marks.student
    return planned.job, planned.stamp, book.record(*who), book.student_notebooks(*who)


def _attempt(job: Job, stamp: str, record: Any, kept: Any) -> list[Problem]:
    """Make one submission's pages; never raises for what is wrong with it."""
    try:
        make_pages(job, stamp, record, kept)
    except OSError as error:
        what = f"has no feedback: {error.filename or job.pages} can't be written or read"
        return [_problem(job.marks, f"{what} ({error.strerror})", "Check disk space and rights.")]
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}, line {last.lineno}"
        what = f"has no feedback: {type(error).__name__}: {error} ({where})"
        remedy = "Look at its graded notebook, or grade it again with `grading run --force`."
        return [_problem(job.marks, what, remedy)]
    return []


def _problem(marks: SubmissionMarks, what: str, remedy: str) -> Problem:
    return Problem(marks.student, marks.assignment, None, None, what, remedy, fatal=True)


@contextlib.contextmanager
def _ended(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """End a pool whatever happens, after the pages that are being made."""
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _settle() -> None:
    """Make a process depend on its parent alone.

    A Ctrl-C at the terminal is for the parent, which ends the pool between two pages. Output that
    was on its way when the process was forked is the parent's to write.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if _FORKS:
        from grading.sandbox import kernel

        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # or else it would keep the lock
