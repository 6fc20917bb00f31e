"""Puts the submissions of downloaded zip files where nbgrader expects them."""

from __future__ import annotations

import filecmp
import importlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader.plugins import FileNameCollectorPlugin
from nbgrader.utils import parse_utc

from grading.collect.archive import Archive, ArchiveError, Member, opened, readable, too_big
from grading.collect.names import PlatformCollector
from grading.course import Course
from grading.errors import CourseError
from grading.files import fresh_folder, remove_folder, replace_folder
from grading.lock import exclusive
from grading.records import Problem

__all__ = ["Collected", "collect"]

_STAGE = ".grading-collect-"
_MOST_BYTES = 20 * 1000**3  # of one download, unpacked
_UNCHANGED, _NEW, _REPLACED, _KEPT = "unchanged", "new", "replaced", "kept"


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


@dataclass
class _File:
    """A notebook that is unpacked, but not in its place yet."""

    path: Path
    source: str
    target: str
    time: datetime | None


@dataclass
class _Found:
    """All that was found of one student."""

    files: list[_File] = field(default_factory=list)
    participants: set[str] = field(default_factory=set)
    late: bool = False
    bad: list[ArchiveError] = field(default_factory=list)


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
        unpacking = _Unpacking(course, assignment, stage, collected, entry_times)
        for path in archives:
            unpacking.unpack(path)
        for student, found in sorted(unpacking.found.items()):
            _place(course, assignment, student, found, force, collected)
    return collected


@contextmanager
def _stage(root: Path) -> Iterator[Path]:
    """Give a folder on the same disk, and remove those that killed runs left."""
    for leftover in root.glob(f"{_STAGE}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_STAGE, dir=root) as folder:
        yield Path(folder)


class _Unpacking:
    """Unpacks archives into a folder, and finds out whose each file is."""

    def __init__(
        self, course: Course, assignment: str, stage: Path, collected: Collected, entry_times: bool
    ) -> None:
        self.course = course
        self.assignment = assignment
        self.stage = stage
        self.collected = collected
        self.entry_times = entry_times
        self.found: dict[str, _Found] = {}
        self.released = {
            path.stem for path in course.folder("release", assignment).glob("*.ipynb")
        } | {path.stem for path in course.folder("source", assignment).glob("*.ipynb")}
        self._plugin = _plugin(course)
        self._plugin.root = str(stage)
        self._largest = 1000 * min(course.directory.max_file_size, course.directory.max_dir_size)
        self._room = min(_MOST_BYTES, int(0.9 * shutil.disk_usage(stage).free))
        self._count = 0

    def unpack(self, path: Path) -> None:
        """Unpack one download."""
        try:
            with opened(path, str(path)) as archive:
                for member in archive.members():
                    self._take(archive, member, path)
        except ArchiveError as error:
            raise CourseError(f"Nothing was collected. {error.what}.", error.remedy) from error

    def _take(self, archive: Archive, member: Member | ArchiveError, source: Path) -> None:
        if isinstance(member, ArchiveError):
            owner = self._info(member.name)
            if owner is not None and _usable(owner["student_id"]):
                self._found(owner).bad.append(member)
            else:
                self._problem("", source, member)
        elif member.name.lower().endswith(".zip"):
            self._open(archive, member, source)
        elif PurePosixPath(member.name).suffix not in self._plugin.valid_ext:
            self.collected.skipped += 1
        else:
            owner = self._owner(member.name, source)
            if owner is not None:
                self._unpack_for(owner, archive, member)

    def _open(self, archive: Archive, member: Member, source: Path) -> None:
        """Unpack a zip file that a student handed in: all of it, or nothing."""
        name = member.name[:-4]
        owner = self._owner(f"{name}/any.ipynb", source)
        if owner is None:
            return
        found = self._found(owner)
        try:
            with tempfile.TemporaryFile(dir=self.stage) as file:
                archive.copy(member, file, self._largest)
                with opened(file, readable(member.name)) as inner:
                    for one in inner.members():
                        if isinstance(one, ArchiveError):
                            raise one
                        if one.name.lower().endswith(".zip"):
                            raise ArchiveError(
                                f"{readable(one.name)} is a zip file in a zip file",
                                "Ask for the notebooks themselves.",
                            )
                        if PurePosixPath(one.name).suffix not in self._plugin.valid_ext:
                            self.collected.skipped += 1
                            continue
                        self._unpack_for(self._info(f"{name}/{one.name}") or owner, inner, one)
        except ArchiveError as error:
            what = f"{error.what} (in {readable(member.name)})"
            found.bad.append(ArchiveError(what, error.remedy))

    def _owner(self, name: str, source: Path) -> dict[str, Any] | None:
        """Find out whose a file is; a name that says nothing is a problem."""
        info = self._info(name)
        if info is None:
            what = f"{readable(name)} is a name from which nobody can tell whose it is"
            remedy = (
                "Moodle's and Canvas's names are known; for others set "
                "c.FileNameCollectorPlugin.named_regexp in nbgrader_config.py."
            )
            self._problem("", source, ArchiveError(what, remedy))
        elif not _usable(info["student_id"]) or not all(map(_usable, info["file_id"].split("/"))):
            what = f"{readable(name)} gives a student or a notebook a name that no file can have"
            self._problem("", source, ArchiveError(what, "Rename it in the download."))
            return None
        return info

    def _info(self, name: str) -> dict[str, Any] | None:
        """Ask nbgrader's plug-in, which is used to seeing whole paths."""
        info: dict[str, Any] | None = self._plugin.collect(f"{self.stage}/{name}")
        if not info:
            return None
        for key in ("student_id", "file_id"):
            if not isinstance(info.get(key), str):
                raise CourseError(
                    f"The collector {type(self._plugin).__name__} gives no {key} for {name}.",
                    "Its regular expression needs the groups student_id and file_id.",
                )
        return info

    def _found(self, owner: dict[str, Any]) -> _Found:
        found = self.found.setdefault(owner["student_id"].strip(), _Found())
        found.late |= bool(owner.get("late"))
        if "participant" in owner:
            found.participants.add(owner["participant"])
        return found

    def _unpack_for(self, owner: dict[str, Any], archive: Archive, member: Member) -> None:
        found = self._found(owner)
        self._count += 1
        path = self.stage / str(self._count)
        try:
            if member.size > self._largest:
                raise too_big(member.name, self._largest)
            if sum(file.path.stat().st_size for file in found.files) + member.size > (
                1000 * self.course.directory.max_dir_size
            ):
                raise too_big(f"What {owner['student_id']} handed in", self._largest)
            self._room -= member.size
            if self._room < 0:
                raise CourseError(
                    "Nothing was collected. The download would fill the disk.", "Make room."
                )
            with path.open("wb") as target:
                archive.copy(member, target, self._largest)
            time = self._time(owner, member)
        except ArchiveError as error:
            path.unlink(missing_ok=True)
            found.bad.append(error)
            return
        name = PurePosixPath(owner["file_id"]).with_suffix(PurePosixPath(member.name).suffix)
        target_name = str(name.with_stem(self._notebook(name.stem)))
        found.files.append(_File(path, member.name, target_name, time))

    def _notebook(self, stem: str) -> str:
        """Take off what Canvas adds to the names of files that are handed in again."""
        base, dash, number = stem.rpartition("-")
        known = base in self.released and stem not in self.released
        return base if dash and number.isdigit() and known else stem

    def _time(self, owner: dict[str, Any], member: Member) -> datetime | None:
        """Tell when a file was handed in (UTC, naive): from its name, or else from the zip."""
        stated = owner.get("timestamp")
        if isinstance(stated, datetime):
            return stated
        if stated:
            try:
                when: datetime = parse_utc(stated)
            except (ValueError, OverflowError) as error:
                raise ArchiveError(
                    f"{readable(member.name)} has the time {stated!r} in its name, which is none",
                    "Correct FileNameCollectorPlugin.named_regexp.",
                ) from error
            return when
        if not self.entry_times or member.time is None:
            return None
        if member.in_utc:
            return member.time
        zone = ZoneInfo(self.course.config.Exchange.get("timezone", "UTC"))
        return member.time.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)

    def _problem(self, student: str, source: Path, error: ArchiveError) -> None:
        self.collected.problems.append(
            Problem(student, self.assignment, source.name, None, error.what, error.remedy, True)
        )


def _plugin(course: Course) -> FileNameCollectorPlugin:
    """Make the collector that the course's configuration names, or ours."""
    chosen = course.config.ZipCollectApp.get("collector_plugin", PlatformCollector)
    if isinstance(chosen, str):
        module, _, name = chosen.rpartition(".")
        try:
            chosen = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise CourseError(
                f"The collector {chosen} can't be loaded: {error}.",
                "Correct ZipCollectApp.collector_plugin in nbgrader_config.py.",
            ) from error
    return chosen(config=course.config)


def _usable(part: str) -> bool:
    """Whether a name can be that of a file or folder, and is not hidden."""
    return bool(part.strip()) and not part.startswith(".") and "/" not in part and "\\" not in part


def _place(
    course: Course, assignment: str, student: str, found: _Found, force: bool, collected: Collected
) -> None:
    """Put one student's files in place of what is there, if they are newer; all or nothing."""
    place = course.folder("submitted", assignment, student)
    try:
        files = _chosen(student, found)
        time = max((file.time for file in files if file.time is not None), default=None)
        outcome = _outcome(course, place, files, time, force)
    except ArchiveError as error:
        problem = Problem(student, assignment, None, None, error.what, error.remedy, fatal=True)
        collected.problems.append(problem)
        return
    getattr(collected, outcome).append(student)
    collected.timed += time is not None
    if found.late:
        what = "is late, Canvas says, but not how late"
        remedy = f"Write the time into {place / 'timestamp.txt'} if lateness costs points."
        collected.problems.append(Problem(student, assignment, None, None, what, remedy))
    if outcome == _KEPT:
        what = "has another submission in place, and nothing says which is newer"
        remedy = "With --force the download's counts."
        collected.problems.append(Problem(student, assignment, None, None, what, remedy, True))
    if outcome in (_NEW, _REPLACED):
        _move(course, assignment, student, files, time)


def _chosen(student: str, found: _Found) -> list[_File]:
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
    chosen: dict[str, _File] = {}
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
    course: Course, place: Path, files: list[_File], time: datetime | None, force: bool
) -> str:
    """Decide between what is there and what was found."""
    if not place.exists():
        return _NEW
    there = {p.relative_to(place).as_posix(): p for p in place.rglob("*.ipynb") if p.is_file()}
    same = there.keys() == {file.target for file in files} and all(
        filecmp.cmp(there[file.target], file.path, shallow=False) for file in files
    )
    before = course.timestamp(place)
    if same and (time is None or time == before):
        return _UNCHANGED
    newer = time is not None and before is not None and time > before
    return _REPLACED if force or newer else _KEPT


def _move(
    course: Course, assignment: str, student: str, files: list[_File], time: datetime | None
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
