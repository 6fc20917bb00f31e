"""A run's temporary folder, and what killed runs left of theirs."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grading.lock import try_lock

__all__ = ["workplace"]

_PREFIX = "grading-run-"
_LOCK = ".lock"


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Give a temporary folder that is removed in the end, and remove those of dead owners.

    A lock on a file beside the folder says that its owner lives. The operating system lets go of it
    however the owner ends, and no other process can have taken over its number.
    """
    _sweep(Path(tempfile.gettempdir()))
    descriptor, name = tempfile.mkstemp(_LOCK, _PREFIX)
    lock = Path(name)
    try:
        with os.fdopen(descriptor, "w") as owner:
            try_lock(owner)
            folder = lock.with_suffix("")
            folder.mkdir(0o700)  # now, so that whoever sees it finds it locked
            try:
                folder.chmod(0o711)  # student processes, of a user of their own, pass through it
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.unlink()


def _sweep(parent: Path) -> None:
    """Remove the folders whose owners are gone."""
    for lock in parent.glob(f"{_PREFIX}*{_LOCK}"):
        folder = lock.with_suffix("")
        with contextlib.suppress(OSError):  # somebody else's, or just removed
            if not folder.is_dir() or folder.is_symlink():
                continue
            with lock.open("r+") as owner:
                gone = try_lock(owner)
            if gone:
                shutil.rmtree(folder)
                lock.unlink()
