"""Files and folders that are replaced in one step, as far as a look from outside goes."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

__all__ = [
    "fresh_folder",
    "laid_over",
    "remove_file",
    "remove_folder",
    "replace_file",
    "replace_folder",
    "tidy",
]

_PROTECTS = os.name == "nt"  # what may not be written can't be removed there


def replace_file(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file so that nobody finds half of it, whatever stops the writing.

    Parameters
    ----------
    path
        The file; it need not exist yet.
    data
        All that it is to hold.
    mode
        Access rights; None leaves those that it has.

    Raises
    ------
    OSError
        When it can't be written. What was there before is still there then.
    """
    fresh = _new(path)
    if mode is None and path.exists():
        mode = path.stat().st_mode
    try:
        fresh.write_bytes(data)
        if mode is not None:
            fresh.chmod(mode)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def laid_over(theirs: Mapping[str, bytes], ours: Mapping[str, bytes]) -> dict[str, bytes]:
    """Lay files (by relative POSIX path) over others; what of those is in the way is left out.

    That is also a file where ours need a folder, and a folder where ours have a file.
    """
    folders = {parent for name in ours for parent in PurePosixPath(name).parents}
    files = set(map(PurePosixPath, ours))
    kept = {
        name: data
        for name, data in theirs.items()
        if (path := PurePosixPath(name)) not in folders and files.isdisjoint((path, *path.parents))
    }
    return {**ours, **kept}


def remove_file(path: Path) -> None:
    """Remove a file, if there is one, whether it may be written or not."""
    if _PROTECTS and path.exists():
        path.chmod(stat.S_IWRITE)
    path.unlink(missing_ok=True)


def fresh_folder(folder: Path) -> Path:
    """Say where to put together what will be a folder: beside it, where nothing is yet."""
    tidy(folder)
    return _new(folder)


def replace_folder(folder: Path, fresh: Path) -> None:
    """Put a folder in its place; what was there is removed afterwards."""
    old = _set_aside(folder)
    fresh.rename(folder)
    _delete(old)


def remove_folder(folder: Path) -> None:
    """Remove a folder, if there is one."""
    _delete(_set_aside(folder))


def tidy(folder: Path) -> None:
    """Remove what was left beside a folder by something that was cut off."""
    _delete(_new(folder))
    _delete(_old(folder))


def _new(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _old(path: Path) -> Path:
    return path.with_name(f".{path.name}.old")


def _set_aside(folder: Path) -> Path:
    """Rename a folder, if there is one; return where it is then."""
    old = _old(folder)
    if folder.exists():
        _delete(old)
        folder.rename(old)
    return old


def _delete(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        for path in folder.rglob("*") if _PROTECTS else ():
            path.chmod(stat.S_IWRITE)
        shutil.rmtree(folder)
