"""Memory that is moved into large pages before a process is forked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grading.sandbox import kernel, large_pages

MIB = 2**20
MAPS = """\
00400000-00600000 r-xp 00000000 08:01 1051 /usr/bin/python3.11
01000000-01600000 rw-p 00000000 00:00 0                                  [heap]
7f0000100000-7f0000700000 rw-p 00000000 00:00 0 
7f0000900000-7f0000b00000 rw-p 00000000 00:00 0 
7f0000c00000-7f0001000000 r--p 00000000 00:00 0 
7f0002000000-7f0002400000 rw-p 00000000 08:01 77 /usr/lib/libz.so
7f0003000000-7f0003400000 rw-s 00000000 00:00 5 /memfd:shared (deleted)
7ffc00000000-7ffc00800000 rw-p 00000000 00:00 0                          [stack]
"""  # noqa: W291
PROGRAM = """
from pathlib import Path
from grading.sandbox.large_pages import use_large_pages
def large():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(l.split()[1]) for l in lines if l.startswith("AnonHugePages"))
kept = [bytes([i % 256]) * 700 for i in range(20_000)]
print(large())
use_large_pages()
print(large(), all(b == bytes([i % 256]) * 700 for i, b in enumerate(kept)))
"""


def test_only_whole_large_pages_of_private_memory_are_moved() -> None:
    assert large_pages._whole_pages(MAPS, 2 * MIB) == [
        (0x01000000, 0x01600000),
        (0x7F0000200000, 0x7F0000600000),
    ]


def test_memory_is_in_large_pages_and_holds_what_it_held() -> None:
    run = [sys.executable, "-c", PROGRAM]
    before, after, same = subprocess.check_output(run, text=True).split()
    assert same == "True"
    # MADV_COLLAPSE came with Linux 6.1.
    release = tuple(int(part) for part in os.uname().release.split(".")[:2])
    if release >= (6, 1) and large_pages._SIZE.exists():
        assert int(after) > int(before)
    else:
        assert after == before


def test_a_kernel_without_large_pages_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[int] = []

    def refuse(address: int, size: int) -> None:
        asked.append(size)
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(kernel, "collapse", refuse)
    monkeypatch.setattr(large_pages, "_SIZE", tmp_path / "missing")
    large_pages.use_large_pages()
    assert not asked
    monkeypatch.setattr(large_pages, "_SIZE", tmp_path / "size")
    monkeypatch.setattr(large_pages, "_MAPS", tmp_path / "maps")
    (tmp_path / "size").write_text(f"{2 * MIB}\n")
    (tmp_path / "maps").write_text(MAPS)
    large_pages.use_large_pages()
    assert asked == [6 * MIB, 4 * MIB]
