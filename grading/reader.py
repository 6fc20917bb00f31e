"""Reads the files of a folder, whoever put them there."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from grading.records import Problem

__all__ = ["Handed", "Reader", "read_regular", "read_timestamp"]

_LONGEST_TIME = 200  # bytes
_FILE = re.compile(r"\.\.|(^|[\s:])/")  # where a time zone would name any file of the machine
_MOST_FOLDERS = 20  # one in the other; a submission of a thousand would stop the whole run


@dataclass(frozen=True)
class Handed:
    """One submission folder, not read yet."""

    student: str
    assignment: str
    path: Path


class Reader:
    """Reads the files of one folder, collecting what is wrong with them.

    Links are not followed; what the course's configuration ignores or finds too big is left out.

    Parameters
    ----------
    directory
        nbgrader's, for its limits.
    handed
        Whose folder it is.

    Attributes
    ----------
    problems
        One for each file that was left out.
    """

    def __init__(self, directory: CourseDirectory, handed: Handed) -> None:
        self.handed = handed
        self.directory = directory
        self.ignored = tuple(directory.ignore)
        self.largest = 1000 * directory.max_file_size
        self.room = 1000 * directory.max_dir_size
        self.problems: list[Problem] = []

    def walk(self, folder: Path, prefix: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield (relative POSIX path, contents) of every file to be used."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._problem(prefix or None, f"can't be read ({error.strerror})", "Check its rights.")
            return
        for entry in entries:
            name = prefix + entry.name
            if any(fnmatch.fnmatchcase(entry.name, pattern) for pattern in self.ignored):
                continue
            if entry.is_symlink():
                self._problem(name, "is a link and was left out", "Replace it by the file itself.")
            elif entry.is_dir() and prefix.count("/") >= _MOST_FOLDERS:
                self._problem(name, "lies in too many folders and was left out", "Move it up.")
            elif entry.is_dir():
                yield from self.walk(Path(entry.path), name + "/")
            else:
                data = self._read(name, Path(entry.path))
                if data is not None:
                    yield name, data

    def _read(self, name: str, path: Path) -> bytes | None:
        try:
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                self._problem(name, "is not a regular file and was left out", "Remove it.")
            elif found.st_size > min(self.largest, self.room):
                self._problem(
                    name,
                    f"has {found.st_size / 1e6:.0f} MB, which is over the limit",
                    "Make it smaller, or raise CourseDirectory.max_file_size and max_dir_size.",
                )
            else:
                self.room -= found.st_size
                return path.read_bytes()
        except OSError as error:
            self._problem(name, f"can't be read ({error.strerror})", "Check its access rights.")
        return None

    def timestamp(self, data: bytes) -> datetime | None:
        """Read the time of submission; a text that is no date is a `Problem`."""
        stamp = _time(data)
        if stamp is None:
            self._problem(
                "timestamp.txt",
                "does not hold a date, so it is not known whether the submission was late",
                "Write a date such as 2026-03-01 12:00:00 UTC into it and grade again (--force).",
            )
        return stamp

    def _problem(self, file: str | None, what: str, remedy: str) -> None:
        self.problems.append(
            Problem(self.handed.student, self.handed.assignment, file, None, what, remedy)
        )


def read_timestamp(folder: Path) -> datetime | None:
    """Return the time that a folder's `timestamp.txt` states (UTC), None where it has none."""
    data = read_regular(folder / "timestamp.txt", _LONGEST_TIME + 1)
    return None if data is None else _time(data)


def read_regular(path: Path, most: int) -> bytes | None:
    """Read the first `most` bytes of a file; None where there is no regular one to be read.

    A pipe or a link to a device would never end.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _time(data: bytes) -> datetime | None:
    """Read a time as nbgrader does; None where it is none."""
    if len(data) > _LONGEST_TIME:
        return None
    try:
        text = data.decode("utf-8-sig").strip()
        return None if _FILE.search(text) else parse_utc(text)
    except Exception:  # the parser has many
        return None
