"""Unpacks downloaded zip files into a folder of their own, and finds out whose each file is."""

from __future__ import annotations

import importlib
import shutil
import tempfile
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
from grading.records import Problem

__all__ = ["File", "Found", "Unpacking"]

_MOST_BYTES = 20 * 1000**3  # of one download, unpacked


@dataclass
class File:
    """A notebook that is unpacked, but not in its place yet.

    Attributes
    ----------
    path
        Where it is for now.
    source
        Its name in the download.
    target
        Relative POSIX path that it gets in the submission.
    time
        When it was handed in (UTC, naive); None where that is not known.
    """

    path: Path
    source: str
    target: str
    time: datetime | None


@dataclass
class Found:
    """All that was found of one student.

    Attributes
    ----------
    participants
        Numbers by which the platform tells people of one name apart.
    late
        Whether the platform calls it late.
    bad
        What of it can't be taken.
    """

    files: list[File] = field(default_factory=list)
    participants: set[str] = field(default_factory=set)
    late: bool = False
    bad: list[ArchiveError] = field(default_factory=list)


class Unpacking:
    """Unpacks archives into a folder, and finds out whose each file is.

    Parameters
    ----------
    course, assignment
        What was handed in for what.
    stage
        An empty folder.
    entry_times
        Whether the times of the zip's entries are those of submission.

    Attributes
    ----------
    found
        Student → what was found.
    skipped
        Number of files that are no notebooks.
    problems
        Files that are nobody's.
    """

    def __init__(self, course: Course, assignment: str, stage: Path, *, entry_times: bool) -> None:
        self.course = course
        self.assignment = assignment
        self.stage = stage
        self.skipped = 0
        self.problems: list[Problem] = []
        self.entry_times = entry_times
        self.found: dict[str, Found] = {}
        self.released = {
            path.stem for path in course.folder("release", assignment).glob("*.ipynb")
        } | {path.stem for path in course.folder("source", assignment).glob("*.ipynb")}
        self._plugin = _plugin(course)
        self._plugin.root = str(stage)
        self._largest = 1000 * min(course.directory.max_file_size, course.directory.max_dir_size)
        self._room = min(_MOST_BYTES, int(0.9 * shutil.disk_usage(stage).free))
        self._count = 0

    def unpack(self, path: Path) -> None:
        """Unpack one download.

        Raises
        ------
        CourseError
            When it as a whole can't be used, or would fill the disk.
        """
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
            self.skipped += 1
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
                            self.skipped += 1
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

    def _found(self, owner: dict[str, Any]) -> Found:
        found = self.found.setdefault(owner["student_id"].strip(), Found())
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
            most = 1000 * self.course.directory.max_dir_size
            if sum(file.path.stat().st_size for file in found.files) + member.size > most:
                raise too_big(f"What {owner['student_id']} handed in", most)
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
        found.files.append(File(path, member.name, target_name, time))

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
        self.problems.append(
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
