"""Scratch directories on an ordinary disk, for the tier that can't mount a limited one."""

from __future__ import annotations

import itertools
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from grading.sandbox.limits import Limits

# Directories inside directories; each one makes the path that the kernel has to walk longer.
DEEPEST = 32


def exceeds(directory: str, limits: Limits) -> bool:
    """Tell whether a directory that its owner is writing to holds more than it may.

    Never follows a symbolic link, and gives up (as too much) beyond the allowed number of files
    and below `DEEPEST` directories, so that its time is bounded. Files that are deleted but still
    open are not seen; there are at most `open_files` of them, of at most `file_bytes`.
    """
    files = used = 0
    waiting = [(directory, 0)]
    while waiting:
        place, depth = waiting.pop()
        if depth > DEEPEST:
            return True
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    files += 1
                    status = entry.stat(follow_symlinks=False)
                    used += status.st_blocks * 512
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append((entry.path, depth + 1))
                    if files > limits.scratch_files or used > limits.scratch_bytes:
                        return True
        except FileNotFoundError:
            continue  # deleted while we looked
        except OSError:
            return True  # a directory closed to us
    return False


def remove(directory: str) -> None:
    """Delete a directory that hostile code has filled, however deep it is.

    Nothing may write to it any more. What lies deeper than `DEEPEST` is first moved up to the
    top, so that neither Python's recursion limit nor the longest path of the kernel is met.
    """
    prefix = secrets.token_hex(16)  # a name that the student's code can't have taken
    fresh_names = (f"{prefix}{number}" for number in itertools.count())
    top = _open_directory(directory)
    try:
        while os.listdir(top):  # noqa: PTH208 (a descriptor)
            _clear(top, top, 0, fresh_names)
    finally:
        os.close(top)
    Path(directory).rmdir()


def _clear(directory: int, top: int, depth: int, fresh_names: Iterator[str]) -> None:
    for name in os.listdir(directory):
        if _unlink(directory, name):
            continue
        os.chmod(name, 0o700, dir_fd=directory)
        if depth == DEEPEST:
            os.rename(name, next(fresh_names), src_dir_fd=directory, dst_dir_fd=top)
            continue
        inner = _open_directory(name, directory)
        try:
            _clear(inner, top, depth + 1, fresh_names)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=directory)


def _open_directory(name: str, parent: int | None = None) -> int:
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)


def _unlink(directory: int, name: str) -> bool:
    """Delete a file; return False for a directory, which stays."""
    try:
        os.unlink(name, dir_fd=directory)
    except (IsADirectoryError, PermissionError):
        return False
    return True
