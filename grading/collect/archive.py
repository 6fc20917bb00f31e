"""Reads zip files that nobody vouches for."""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

__all__ = ["Archive", "ArchiveError", "Member", "opened", "readable"]

MOST_ENTRIES = 50_000
"""More than a class of thousands hands in; a zip bomb likes to have more."""
_LONGEST_PART = 255  # bytes, of most file systems
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
           ValueError, struct.error)  # fmt: skip
_LITTER = re.compile(r"(^|/)(__MACOSX|\.ipynb_checkpoints|\.git)/|(^|/)\.(DS_Store|_[^/]*)$")
_EXTENDED_TIME = 0x5455


class ArchiveError(Exception):
    """Something in an archive, or all of it, can't be taken.

    Parameters
    ----------
    what, remedy
        What is wrong, and what to do about it.
    name
        Name of the file in the archive; empty when it concerns all of it.
    """

    def __init__(self, what: str, remedy: str, name: str = "") -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.name = name
        self.remedy = remedy


@dataclass(frozen=True)
class Member:
    """A file in an archive, not read yet.

    Attributes
    ----------
    name
        Relative POSIX path: no part is `..`, none is empty, no character is a control character.
    size
        Bytes that it says to hold.
    time
        When it was changed: UTC if the archive says so, else in whatever time zone its maker had.
        None where it is not known.
    in_utc
        Whether the time is UTC.
    """

    name: str
    size: int
    time: datetime | None
    in_utc: bool
    info: zipfile.ZipInfo


class Archive:
    """An open zip file.

    Parameters
    ----------
    file
        The open file; see `opened`.
    """

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def members(self) -> Iterator[Member | ArchiveError]:
        """List its files; what can't be taken comes as an error. What nobody misses is left out."""
        for info in self._file.infolist():
            name = _name(info)
            if info.is_dir() or _LITTER.search(name):
                continue
            try:
                _check(info, name)
            except ArchiveError as error:
                yield ArchiveError(error.what, error.remedy, name)
                continue
            parts = [part for part in name.split("/") if part not in ("", ".")]
            yield Member("/".join(parts), info.file_size, *_time(info), info)

    def copy(self, member: Member, target: IO[bytes], most: int) -> None:
        """Unpack one file.

        Raises
        ------
        ArchiveError
            When it holds more than `most` bytes, whatever it says, or is damaged.
        """
        left = most
        try:
            with self._file.open(member.info) as source:
                while block := source.read(min(2**20, left + 1)):
                    left -= len(block)
                    if left < 0:
                        raise too_big(member.name, most)
                    target.write(block)
        except _BROKEN as error:
            raise ArchiveError(
                f"{readable(member.name)} is damaged ({error})", "Download or ask for it again."
            ) from error


@contextmanager
def opened(file: Path | IO[bytes], name: str) -> Iterator[Archive]:
    """Open a zip file.

    Raises
    ------
    ArchiveError
        When it is none, is damaged, or has too many entries.
    """
    try:
        made = zipfile.ZipFile(file)
    except FileNotFoundError as error:
        raise ArchiveError(f"{name} does not exist", "Check its path.") from error
    except _BROKEN as error:
        raise ArchiveError(
            f"{name} is no zip file, or not all of it ({error})", "Download or ask for it again."
        ) from error
    with made:
        count = len(made.infolist())
        if count > MOST_ENTRIES:
            raise ArchiveError(
                f"{name} has {count:,} entries; {MOST_ENTRIES:,} is the most",
                "Look into it: a class does not hand in so much. If it does, split the download.",
            )
        yield Archive(made)


def readable(name: str) -> str:
    """Show a name on one line, whatever is in it; very long ones shortened."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    return text if len(text) <= 120 else f"{text[:80]}…{text[-30:]}"


def too_big(name: str, most: int) -> ArchiveError:
    """Make the error for what holds more than it may."""
    return ArchiveError(
        f"{readable(name)} would unpack to more than {most / 1e6:,.0f} MB",
        "Ask for a smaller file, or raise CourseDirectory.max_file_size and max_dir_size.",
    )


def _name(info: zipfile.ZipInfo) -> str:
    """Decode a name. Many write UTF-8 without saying so, Canvas among them."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _check(info: zipfile.ZipInfo, name: str) -> None:
    """Raise an ArchiveError for what must not be unpacked."""
    shown = readable(name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if stat.S_ISLNK(kind):
        raise ArchiveError(f"{shown} is a link", "Ask for the file itself.")
    if kind and not stat.S_ISREG(kind):
        raise ArchiveError(f"{shown} is not a regular file", "Ask for it as an ordinary file.")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise ArchiveError(
            f"{shown} would be unpacked outside its folder",
            "No usual program makes such a name: look into the file, and ask who made it.",
        )
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise ArchiveError(f"{shown} has control characters in its name", "Ask for another name.")
    if any(len(part.encode("utf-8", "surrogatepass")) > _LONGEST_PART for part in parts):
        raise ArchiveError(f"{shown} has a name that is too long", "Ask for a shorter one.")
    if info.flag_bits & 1:
        raise ArchiveError(f"{shown} is encrypted", "Ask for it without a password.")


def _time(info: zipfile.ZipInfo) -> tuple[datetime | None, bool]:
    """Read when a file was changed."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _EXTENDED_TIME and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            seconds = struct.unpack_from("<i", extra, 5)[0]
            return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None), True
        extra = extra[4 + size :]
    try:
        when = datetime(*info.date_time)
    except ValueError:
        return None, False
    return (when if when.year > 1980 else None), False  # the zero of its clock
