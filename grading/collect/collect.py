"""Puts the submissions of downloaded zip files where nbgrader expects them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from grading.collect.place import place
from grading.collect.unpack import Unpacking
from grading.course import Course
from grading.lock import exclusive
from grading.records import Problem

__all__ = ["Collected", "collect"]

_STAGE = ".grading-collect-"


@dataclass
class Collected:
    """What was collected.

    Attributes
    ----------
    new, replaced, unchanged
        Students whose submission was not there before, took the place of an older one, or was
        there already.
    kept
        Students whose submission in the download was not taken, because another one is there that
        may be newer.
    timed
        Number of submissions with a known time.
    skipped
        Number of files that are no notebooks.
    problems
        What was not taken, and why.
    """

    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    timed: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)


def collect(
    course: Course,
    assignment: str,
    archives: Iterable[Path],
    *,
    force: bool = False,
    entry_times: bool = False,
) -> Collected:
    """Take submissions out of zip files, each as a whole or not at all.

    Parameters
    ----------
    course, assignment
        Where they go.
    archives
        What the platform offered for download. Zip files in them, as students hand them in, are
        opened too; zip files in those are not.
    force
        Take what is in the download even where another submission may be newer.
    entry_times
        Take the times of the zip's entries for the times of submission. Moodle and Canvas write
        the time of the download there.

    Raises
    ------
    CourseError
        When a zip file as a whole can't be used: then nothing is collected.
    """
    (assignment,) = course.select((assignment,))
    root = course.step_root("submitted")
    collected = Collected()
    with exclusive(root), _stage(root) as stage:
        unpacking = Unpacking(course, assignment, stage, entry_times=entry_times)
        for path in archives:
            unpacking.unpack(path)
        collected.skipped += unpacking.skipped
        collected.problems += unpacking.problems
        for student, found in sorted(unpacking.found.items()):
            placed = place(course, assignment, student, found, force=force)
            if placed.outcome is not None:
                getattr(collected, placed.outcome).append(student)
            collected.timed += placed.timed
            collected.problems += placed.problems
    return collected


@contextmanager
def _stage(root: Path) -> Iterator[Path]:
    """Give a folder on the same disk, and remove those that killed runs left."""
    for leftover in root.glob(f"{_STAGE}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_STAGE, dir=root) as folder:
        yield Path(folder)
