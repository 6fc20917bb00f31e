"""Scratch directories on an ordinary disk, for the tier that can't mount a limited one."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from grading.sandbox.limits import Limits


def exceeds(directory: str, limits: Limits) -> bool:
    """Tell whether a directory that its owner is writing to holds more than it may.

    Never follows a symbolic link, and gives up (as too much) beyond the allowed number of files,
    so that its time is bounded. Files that are deleted but still open are not seen; there are at
    most `open_files` of them, of at most `file_bytes`.
    """
    files = used = 0
    waiting = [directory]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    files += 1
                    status = entry.stat(follow_symlinks=False)
                    used += status.st_blocks * 512
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append(entry.path)
                    if files > limits.scratch_files or used > limits.scratch_bytes:
                        return True
        except FileNotFoundError:
            continue  # deleted while we looked
        except OSError:
            return True  # a path too long for the kernel, or a directory closed to us
    return False


def remove(directory: str) -> None:
    """Delete a directory that hostile code has filled, however deep it is.

    Nothing may write to it any more. Directories are flattened instead of walked, so that neither
    Python's recursion limit nor the longest path of the kernel is met.
    """
    top = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    prefix = secrets.token_hex(16)  # a name that the student's code can't have taken
    moved = 0
    try:
        while names := os.listdir(top):  # noqa: PTH208 (a descriptor)
            for name in names:
                if _unlink(top, name):
                    continue
                os.chmod(name, 0o700, dir_fd=top)
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
                try:
                    for child in os.listdir(inner):  # noqa: PTH208
                        if not _unlink(inner, child):
                            moved += 1
                            os.chmod(child, 0o700, dir_fd=inner)
                            target = f"{prefix}{moved}"
                            os.rename(child, target, src_dir_fd=inner, dst_dir_fd=top)
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    Path(directory).rmdir()


def _unlink(directory: int, name: str) -> bool:
    """Delete a file; return False for a directory, which stays."""
    try:
        os.unlink(name, dir_fd=directory)
    except (IsADirectoryError, PermissionError):
        return False
    return True
