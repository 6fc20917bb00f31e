"""A run's temporary folder, and what killed runs left of theirs."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grading.lock import try_lock

__all__ = ["workplace"]

_PREFIX = "grading-run-"
_OWNER = ".owner"


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Give a temporary folder that is removed in the end, and remove those of dead owners.

    A lock on a file in the folder says that its owner lives. The operating system lets go of it
    however the owner ends, and no other process can have taken over its number.
    """
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o711)  # student processes, of a user of their own, pass through it
    unlocked = folder / f"{_OWNER}.new"
    try:
        with unlocked.open("w") as owner:
            try_lock(owner)
            unlocked.rename(folder / _OWNER)  # whoever sees this name sees it locked
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove the folders whose owners are gone."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, or just removed
            with (folder / _OWNER).open("r+") as owner:
                gone = try_lock(owner)
            if gone and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
