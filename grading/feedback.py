"""Writes feedback pages with nbgrader's own exporter, one submission after the other."""

from __future__ import annotations

import contextlib
import glob
from collections.abc import Callable
from dataclasses import dataclass, field

from nbconvert.exporters import HTMLExporter
from nbgrader.converters import GenerateFeedback

from grading.convert import convert
from grading.course import Course
from grading.gradebook import Gradebook
from grading.lock import exclusive
from grading.records import Problem

__all__ = ["FeedbackSummary", "feedback"]


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
    """

    written: int = 0
    up_to_date: int = 0
    problems: list[Problem] = field(default_factory=list)


def feedback(
    course: Course,
    book: Gradebook,
    *,
    assignments: tuple[str, ...] = (),
    students: tuple[str, ...] = (),
    force: bool = False,
    begin: Callable[[int, int], None],
    step: Callable[[list[Problem]], None],
) -> FeedbackSummary:
    """Write the feedback of every graded submission that has none yet or was graded since.

    Parameters
    ----------
    begin
        Is told how many pages there are to write and how many are up to date.
    step
        Is told of each submission, with its problems.
    """
    summary = FeedbackSummary()
    with exclusive(course.step_root("feedback")):
        to_do = []
        for name in course.select(assignments):
            if book.digest(name) is None:
                continue
            for one in course.handed_in(name, students):
                if not course.folder("autograded", name, one.student).exists():
                    continue
                if force or _is_stale(course, name, one.student):
                    to_do.append((name, one.student))
                else:
                    summary.up_to_date += 1
        begin(len(to_do), summary.up_to_date)
        for name, student in to_do:
            problems = _write(course, name, student)
            summary.written += not problems
            summary.problems += problems
            step(problems)
    return summary


def _is_stale(course: Course, assignment: str, student: str) -> bool:
    """Whether the graded notebooks are newer than the pages."""
    pages = course.folder("feedback", assignment, student)
    graded = course.folder("autograded", assignment, student)
    with contextlib.suppress(OSError):
        return graded.stat().st_mtime > pages.stat().st_mtime
    return True


def _write(course: Course, assignment: str, student: str) -> list[Problem]:
    done = convert(
        GenerateFeedback,
        course,
        assignment,
        settings={"GenerateFeedback": {"exporter_class": HTMLExporter}},
        force=True,
        student_id=glob.escape(student),
        student_id_exclude="",
    )
    if done.failure is None:
        return []
    what = f"has no feedback: {str(done.failure).strip().splitlines()[0]}"
    remedy = "Grade it again with `grading run --force`, or look at its graded notebook."
    return [Problem(student, assignment, None, None, what, remedy, fatal=True)]
