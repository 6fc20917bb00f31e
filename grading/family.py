"""End a process with all that it has started, also what outlives it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psutil  # type: ignore[import-untyped]  # brought by ipykernel

__all__ = ["ending_family"]


@contextlib.contextmanager
def ending_family(pid: int) -> Iterator[None]:
    """End a process inside the block; what it had started before is killed behind it."""
    family = []
    with contextlib.suppress(psutil.Error):
        family = psutil.Process(pid).children(recursive=True)
    try:
        yield
    finally:
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
