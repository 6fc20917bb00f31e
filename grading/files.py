"""Files that are replaced in one step."""

from __future__ import annotations

from pathlib import Path

__all__ = ["replace_file"]


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
    fresh = path.with_name(f".{path.name}.new")
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
