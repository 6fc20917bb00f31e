"""One run at a time on a class."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from grading.errors import CourseError

__all__ = ["exclusive", "try_lock"]

_BEHIND = 2**20


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a folder for this process.

    The operating system lets go of the lock when the process ends, however it ends, so that a
    killed run leaves nothing to clean up.

    Raises
    ------
    CourseError
        When another process holds it, or the folder can't be written.
    """
    path = folder / ".grading.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"{folder} can't be written: {error.strerror}.", "Check its access rights."
        ) from error
    with handle:
        if not try_lock(handle):
            handle.seek(0)
            raise CourseError(
                f"Another run is grading this class ({handle.read().strip() or 'unknown'}).",
                "Wait for it to end, or stop it; its lock goes with it.",
            )
        handle.truncate(0)
        handle.write(f"process {os.getpid()} on {socket.gethostname()}")
        handle.flush()
        yield


def try_lock(handle: IO[str]) -> bool:
    """Try to lock an open file; False when somebody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            # From where one is, and nobody else can read it: one byte behind all that is written.
            descriptor = handle.fileno()
            here = os.lseek(descriptor, 0, os.SEEK_CUR)
            os.lseek(descriptor, _BEHIND, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(descriptor, here, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
