"""The temporary folder of a run, and what killed runs leave."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from grading import lock
from grading.errors import CourseError
from grading.workplace import workplace

OWNER = """
import sys, time
from grading.workplace import workplace
with workplace() as folder:
    (folder / "hidden tests").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def own() -> tuple[subprocess.Popen[str], Path]:
    """Start a process that holds a folder."""
    pipe = subprocess.PIPE
    # Named here as well: another test may have put something else in the place of os.environ.
    environment = dict(os.environ) | {"TMPDIR": tempfile.gettempdir()}
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdin=pipe, stdout=pipe, text=True, env=environment
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_it_is_removed_in_the_end(temporary: Path) -> None:
    with workplace() as folder:
        assert folder.parent == temporary
    assert list(temporary.iterdir()) == []


def test_only_folders_of_dead_owners_are_swept(temporary: Path) -> None:
    others = [temporary / "grading-run-foreign", temporary / "grading-other", temporary / "thesis"]
    for other in others:
        other.mkdir()
    living, kept = own()
    dead, left = own()
    dead.kill()
    dead.wait()
    assert (left / "hidden tests").is_dir()
    with workplace():
        assert not left.exists()
        assert not left.with_suffix(".lock").exists()
        assert (kept / "hidden tests").is_dir()
        assert all(other.is_dir() for other in others)
    living.communicate()
    assert not kept.exists()


def test_one_run_at_a_time_where_locks_are_those_of_windows(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are on a part of a file, from where one is in it."""
    fcntl = pytest.importorskip("fcntl")

    def locking(descriptor: int, _: int, count: int) -> None:
        start = os.lseek(descriptor, 0, os.SEEK_CUR)
        part = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, start, count, 0)
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, part)

    monkeypatch.setattr(lock, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=0))
    for _ in range(2):  # the second time the file says who had it
        with (
            lock.exclusive(temporary),
            pytest.raises(CourseError, match=f"process {os.getpid()} on"),
            lock.exclusive(temporary),
        ):
            pass
