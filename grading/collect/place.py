"""Puts one student's files in the place of what is there, if they are newer."""

from __future__ import annotations

import filecmp
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from grading.collect.archive import ArchiveError, readable
from grading.collect.unpack import File, Found
from grading.course import Course
from grading.files import fresh_folder, remove_folder, replace_folder
from grading.reader import read_timestamp
from grading.records import Problem

__all__ = ["KEPT", "NEW", "REPLACED", "UNCHANGED", "Placed", "place"]

NEW, REPLACED, UNCHANGED, KEPT = "new", "replaced", "unchanged", "kept"


@dataclass
class Placed:
    """What became of one student's submission.

    Attributes
    ----------
    outcome
        One of `NEW`, `REPLACED`, `UNCHANGED`, and `KEPT`: what is there stays; None where the
        submission can't be taken.
    timed
        Whether its time is known.
    problems
        What a person should know.
    """

    outcome: str | None = None
    timed: bool = False
    problems: list[Problem] = field(default_factory=list)


def place(course: Course, assignment: str, student: str, found: Found, *, force: bool) -> Placed:
    """Put one student's files in place of what is there, if they are newer; all or nothing.

    Parameters
    ----------
    found
        What was unpacked for the student.
    force
        Whether to do so even where nothing says which is newer.
    """
    there = course.folder("submitted", assignment, student)
    try:
        files = _chosen(found)
        time = max((file.time for file in files if file.time is not None), default=None)
        outcome = _outcome(course, there, files, time, force)
    except ArchiveError as error:
        problem = Problem(student, assignment, None, None, error.what, error.remedy, fatal=True)
        return Placed(problems=[problem])
    placed = Placed(outcome, time is not None)
    if found.late:
        what = "is late, Canvas says, but not how late"
        remedy = f"Write the time into {there / 'timestamp.txt'} if lateness costs points."
        placed.problems.append(Problem(student, assignment, None, None, what, remedy))
    if outcome == KEPT:
        what = "has another submission in place, and nothing says which is newer"
        remedy = "With --force the download's counts."
        placed.problems.append(Problem(student, assignment, None, None, what, remedy, fatal=True))
    if outcome in (NEW, REPLACED):
        _move(course, assignment, student, files, time)
    return placed


def _chosen(found: Found) -> list[File]:
    """Choose one file for each name.

    Raises
    ------
    ArchiveError
        When something of the submission could not be read, or nothing says which file counts.
    """
    if found.bad:
        raise found.bad[0]
    if len(found.participants) > 1:
        raise ArchiveError(
            f"There are {len(found.participants)} participants called so "
            f"({', '.join(sorted(found.participants))})",
            "Rename them apart in the download, and collect again.",
        )
    chosen: dict[str, File] = {}
    for file in found.files:
        key = file.target.casefold()
        other = chosen.get(key)
        if other is None or filecmp.cmp(file.path, other.path, shallow=False):
            chosen[key] = file
        elif file.time is None or other.time is None or file.time == other.time:
            raise ArchiveError(
                f"{readable(other.source)} and {readable(file.source)} would be one file",
                "Remove one from the download, and collect again.",
            )
        elif file.time > other.time:
            chosen[key] = file
    if not chosen:
        raise ArchiveError("There is no notebook in it", "Ask for the notebook.")
    return list(chosen.values())


def _outcome(
    course: Course, place: Path, files: list[File], time: datetime | None, force: bool
) -> str:
    """Decide between what is there and what was found."""
    if not place.exists():
        return NEW
    there = {p.relative_to(place).as_posix(): p for p in place.rglob("*.ipynb") if p.is_file()}
    same = there.keys() == {file.target for file in files} and all(
        filecmp.cmp(there[file.target], file.path, shallow=False) for file in files
    )
    before = read_timestamp(place)
    if same and (time is None or time == before):
        return UNCHANGED
    newer = time is not None and before is not None and time > before
    return REPLACED if force or newer else KEPT


def _move(
    course: Course, assignment: str, student: str, files: list[File], time: datetime | None
) -> None:
    """Put files into the submitted folder; what was graded of the old ones is graded again."""
    place = course.folder("submitted", assignment, student)
    fresh = fresh_folder(place)
    for file in files:
        target = fresh / PurePosixPath(file.target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file.path, target)
    if time is not None:
        stamp = f"{time.isoformat(' ')} UTC"
        (fresh / "timestamp.txt").write_text(stamp, encoding="ascii")
    if place.exists():
        # Grading goes by times, which not every download has.
        remove_folder(course.folder("autograded", assignment, student))
    replace_folder(place, fresh)
