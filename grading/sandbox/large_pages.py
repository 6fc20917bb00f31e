"""Moves a process's memory into large pages, before it is forked again and again.

A fork copies the page table, and the end of a process takes it apart: 20,000 entries for numpy,
matplotlib and IPython, a tenth of all that a short process costs. A large page is one entry, and in
the fork it stays one until something is written there.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from grading.sandbox import kernel

_SIZE = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
_MAPS = Path("/proc/self/maps")
# Writable memory without a file behind it: the heap, and what Python and libraries map themselves.
_ANONYMOUS = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 *(?:\[heap\])?$", re.MULTILINE)


def use_large_pages() -> None:
    """Move what fills large pages into them, where the kernel can (Linux 6.1 and later)."""
    try:
        size, maps = int(_SIZE.read_text()), _MAPS.read_text()
    except OSError:  # a kernel without them
        return
    for start, end in _whole_pages(maps, size):
        with suppress(OSError):  # nothing is in there yet, or no large page is free
            kernel.collapse(start, end - start)


def _whole_pages(maps: str, size: int) -> list[tuple[int, int]]:
    """List the parts of anonymous memory that begin and end at multiples of `size` bytes."""
    found = []
    for match in _ANONYMOUS.finditer(maps):
        start = -(-int(match[1], 16) // size) * size
        end = int(match[2], 16) // size * size
        if end > start:
            found.append((start, end))
    return found
