"""What forks tell each other through memory that they share."""

from __future__ import annotations

import os
import resource
import signal
from typing import Any

from grading.engine import protocol
from grading.engine.shared import Shared

LARGE = 1 << 20


def test_forks_read_what_each_of_them_appends_and_tear_nothing() -> None:
    shared = Shared(LARGE)
    shared.append("before")
    children = []
    for number in range(4):
        pid = os.fork()
        if pid == 0:
            for count in range(50):
                shared.append([number, count, "x" * 500])
            os._exit(0)
        children.append(pid)
    seen: list[Any] = []
    while len(seen) < 201:
        seen += shared.fresh()
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
    assert seen[0] == "before"
    for number in range(4):
        assert [one[1] for one in seen[1:] if one[0] == number] == list(range(50))
    assert list(shared.fresh()) == []


def test_a_part_is_waited_for_and_nothing_is_read_behind_one_that_stays() -> None:
    shared = Shared(LARGE)
    shared.append(["a", 1])
    assert list(shared.fresh()) == [["a", 1]]
    whole = os.pread(shared._file, LARGE, 0)
    os.write(shared._file, whole[:10])
    assert list(shared.fresh()) == []
    os.write(shared._file, whole[10:])
    assert list(shared.fresh()) == [["a", 1]]
    os.write(shared._file, whole[:-3])  # by a process that was killed then
    shared.append("next")
    shared.append("one more")
    assert list(shared.fresh()) == []
    shared.append("last")
    assert list(shared.fresh()) == []


def test_there_is_an_end_to_it() -> None:
    shared = Shared(200)
    shared.append("x" * 100)
    shared.append("x" * 100)
    shared.append("y")
    assert list(shared.fresh()) == ["x" * 100, "y"]
    assert os.fstat(shared._file).st_size <= 200


def test_without_memory_nothing_is_told_and_nothing_breaks() -> None:
    shared = Shared(LARGE)
    size = b"".join(protocol.encode_frame("x" * 1000))
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(size) + 50, len(size) + 50))
        for number in range(5):
            shared.append([number, "x" * 1000])
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    assert [number for number, _ in shared.fresh()] == [0]


def test_its_memory_goes_with_it() -> None:
    shared = Shared(100)
    file = shared._file
    del shared
    try:
        os.fstat(file)
    except OSError:
        return
    raise AssertionError("the file is still open")
