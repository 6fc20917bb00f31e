"""Finds the submissions that have to be graded, and why; the others are up to date or refused."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from grading.changes import CHANGED_KEY, RESUBMITTED, KeyChange
from grading.course import Course
from grading.files import tidy
from grading.gradebook import Gradebook
from grading.publish import fingerprint
from grading.reader import Handed, read_timestamp
from grading.records import Problem, printable
from grading.versions import UNKNOWN, GradedFrom, KeyVersion, differences

__all__ = ["Sorted", "Stale", "sort", "why"]


@dataclass(frozen=True)
class Stale:
    """A submission that has to be graded, its reasons, and what it was graded from before."""

    handed: Handed
    why: tuple[str, ...]
    before: GradedFrom


@dataclass
class Sorted:
    """What was handed in for one assignment, by what is to be done with it.

    Attributes
    ----------
    up_to_date
        Number of submissions that need nothing.
    refused
        Number of those that are not tried.
    problems
        Why not.
    key_changes
        What is different in the answer key since submissions were graded with it.
    """

    stale: list[Stale] = field(default_factory=list)
    up_to_date: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    key_changes: list[KeyChange] = field(default_factory=list)


def sort(
    course: Course,
    book: Gradebook,
    handed: list[Handed],
    engine: str,
    version: KeyVersion,
    *,
    force: bool = False,
) -> Sorted:
    """Look at what was handed in for one assignment, and tidy up after runs that were cut off.

    Parameters
    ----------
    handed
        At least one.
    engine
        Name of the engine that would grade it.
    version
        What decides scores now.
    force
        Whether what is up to date or could not be read is to be graded, too.
    """
    assignment = handed[0].assignment
    graded_from = book.graded_from(assignment)
    failed = {row.student: row.failed for row in book.rows(assignment)}
    unreadable = book.unreadable(assignment)
    strangers = _strangers(course, book, handed)
    found = Sorted()
    for one in handed:
        refusal = _refusal(one, strangers)
        if refusal is not None:
            found.refused += 1
            found.problems.append(refusal)
            continue
        tidy(course.folder("autograded", assignment, one.student))
        reasons = why(course, one, failed)
        before = graded_from.get(one.student, UNKNOWN)
        if before.key not in ("", version.digest):
            reasons = (*(reasons or ()), CHANGED_KEY)
        if reasons is None and not force:
            found.up_to_date += 1
        elif not force and _still_unreadable(course, one, engine, unreadable):
            found.refused += 1
            known = book.record(assignment, one.student) or {"problems": ()}
            found.problems += [Problem(**fields) for fields in known["problems"]]
        else:
            because = ("asked for",) if reasons is None else reasons
            found.stale.append(Stale(one, because, before))
    older = Counter(one.before.key for one in found.stale if CHANGED_KEY in one.why)
    for digest, count in older.items():
        for cell, words in differences(book.version(assignment, digest), version).items():
            found.key_changes.append(KeyChange(assignment, cell, words, count))
    return found


def why(course: Course, handed: Handed, known: dict[str, bool]) -> tuple[str, ...] | None:
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
    new, old = read_timestamp(handed.path), read_timestamp(done)
    if new is not None and old is not None and new > old:
        return (RESUBMITTED,)
    return None


def _strangers(course: Course, book: Gradebook, handed: list[Handed]) -> set[str]:
    """Name those that nbgrader's configuration doesn't want added to the gradebook."""
    if course.config.Autograde.get("create_student", True):
        return set()
    return {one.student for one in handed} - book.students()


def _refusal(handed: Handed, strangers: set[str]) -> Problem | None:
    """Say why a submission can't be graded, whatever is in it; None when it can."""
    if not _is_text(handed.student):
        what = "the name of this folder is no UTF-8 text, and no gradebook can hold it"
        remedy = "Rename it."
        if sys.getfilesystemencoding() != "utf-8":
            what = f"the name of this folder isn't {sys.getfilesystemencoding()}"
            remedy = "Set the variable PYTHONUTF8=1, then run the same command again."
    elif printable(handed.student) != handed.student:
        what, remedy = "the name of this folder has control characters", "Rename it."
    elif not _readable(handed.path):
        what = "can't be read (Permission denied)"
        remedy = "Check its access rights, then run the same command again."
    elif handed.student in strangers:
        what = "is of a student who is not in the gradebook"
        remedy = "Add the student, or set Autograde.create_student = True."
    else:
        return None
    return Problem(handed.student, handed.assignment, None, None, what, remedy, fatal=True)


def _readable(folder: Path) -> bool:
    """Tell whether the notebooks can be read. Those that can't would count as not handed in."""
    if not os.access(folder, os.R_OK | os.X_OK):
        return False
    return all(os.access(path, os.R_OK) for path in folder.glob("*.ipynb"))


def _is_text(name: str) -> bool:
    """Tell whether a file's name can be written as text: Linux allows any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _still_unreadable(
    course: Course, handed: Handed, engine: str, unreadable: dict[str, str]
) -> bool:
    """Whether nothing has changed since a submission could not be read."""
    known = unreadable.get(handed.student)
    return known is not None and known == fingerprint(course.read_submission(handed)[0], engine)
