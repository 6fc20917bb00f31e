"""The examiner's process: a fork of the engine's, which examines one submission after the other.

What breaks it breaks nothing else: the engine stays clean and forks another one. Where tests may
leave something behind, or after so many submissions, it is another one anyway.
"""

from __future__ import annotations

import gc
import os
import pickle
import random
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from grading.engine import protocol
from grading.engine.grade import Settings
from grading.engine.pulse import Pulse
from grading.records import Submission
from grading.sandbox import Limits, kernel
from tutor import progress

EXAMINER_BYTES = 3 * 1024**3
MAX_SUBMISSIONS = 500
EXECUTION = "NBGRADER_EXECUTION"
_GARBAGE_EVERY = 10
_RESULT_BYTES = 1024**3
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Request:
    """What the examiner is told of one submission; all else it has inherited.

    Attributes
    ----------
    given_up
        Notebook's and cell's number of each test that has never ended before.
    """

    submission: Submission
    limits: Limits
    settings: Settings
    given_up: frozenset[tuple[int, int]] = frozenset()


Examine = Callable[[Request, Pulse], dict[str, Any]]


class ExaminerProcess:
    """The engine's side of an examiner.

    Parameters
    ----------
    examine : callable
        Examines one submission, in the fork; gives plain data.
    quota : int
        How many submissions it may be asked for.

    Attributes
    ----------
    stuck : tuple of int or None
        The test (notebook's number, cell's number) that did not end when it had to.
    """

    def __init__(self, examine: Examine, quota: int = MAX_SUBMISSIONS) -> None:
        self.stuck: tuple[int, int] | None = None
        self._pulse = Pulse()
        self._left = quota
        self._status = 0
        self._owner = os.getpid()
        asked, self._asks = os.pipe()
        self._answers, answering = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._asks)
            os.close(self._answers)
            _be_examiner(examine, self._pulse, asked, answering)
        os.close(asked)
        os.close(answering)

    @property
    def spent(self) -> bool:
        """Whether it has examined enough."""
        return self._left <= 0

    def ask(self, request: Request, seconds: float) -> dict[str, Any] | str:
        """Have a submission examined; give the answer, or what went wrong.

        After anything but an answer it is of no use any more.
        """
        self._left -= 1
        deadline = time.monotonic() + seconds
        try:
            data = pickle.dumps(request)
            with suppress(BrokenPipeError):  # it is gone: that there is no answer says so
                _write_all(self._asks, len(data).to_bytes(8, "little") + data)
            frame = self._read_frame(deadline)
            answer = protocol.decode_frame(frame, max_bytes=_RESULT_BYTES)
        except TimeoutError:
            self.stuck = self._pulse.stuck()
            return f"grading took more than {seconds:g} seconds"
        except protocol.ProtocolError:
            code = os.waitstatus_to_exitcode(self.close())
            return f"the examiner ended without a result (status {code})"
        return answer if isinstance(answer, (dict, str)) else "the examiner gave no result"

    def _read_frame(self, deadline: float) -> bytes:
        data = bytearray()
        size = protocol.HEADER.size
        poller = select.poll()
        poller.register(self._answers, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0 and not self._pulse.stuck():
            if not poller.poll(min(left, _LOOK_SECONDS) * 1000):
                continue
            part = os.read(self._answers, 1 << 20)
            data += part
            if size == protocol.HEADER.size <= len(data):
                header = bytes(data[: protocol.HEADER.size])
                size += sum(protocol.read_header(header, _RESULT_BYTES))
            if not part or len(data) >= size > protocol.HEADER.size:
                return bytes(data)
        raise TimeoutError

    def close(self) -> int:
        """End it; give its exit status. May be called twice."""
        if self._pid and self._owner == os.getpid():
            os.close(self._asks)
            os.close(self._answers)
            os.kill(self._pid, signal.SIGKILL)
            self._status = os.waitpid(self._pid, 0)[1]
            self._pulse.close()
        self._pid = 0
        return self._status


# ----------------------------------------------------------------------------------- in the fork


def _be_examiner(examine: Examine, pulse: Pulse, asked: int, answering: int) -> NoReturn:
    """Examine what is asked for, and end without any clean-up of the parent's."""
    code = 1
    try:
        gc.disable()
        with suppress(OSError):
            kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.environ[EXECUTION] = "autograde"  # as under nbgrader
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        pages = Path("/proc/self/statm").read_text().split()[0]
        mapped = int(pages) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + EXAMINER_BYTES,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        numbers = np.random.get_state(), random.getstate()  # noqa: NPY002
        count = 0
        while (request := _next_request(asked)) is not None:
            np.random.set_state(numbers[0])  # noqa: NPY002
            random.setstate(numbers[1])
            progress.forget()
            _answer(examine, request, pulse, answering)
            count += 1
            if count % _GARBAGE_EVERY == 0:
                gc.collect()
        code = 0
    finally:
        os._exit(code)


def _next_request(asked: int) -> Request | None:
    """Wait for a request; give None when nobody will ask again."""
    with open(asked, "rb", closefd=False) as file:
        size = int.from_bytes(file.read(8), "little")
        return pickle.loads(file.read(size)) if size else None


def _answer(examine: Examine, request: Request, pulse: Pulse, answering: int) -> None:
    try:
        answer: Any = examine(request, pulse)
    except MemoryError:
        answer = "the examiner ran out of memory"
    except Exception:
        answer = "the examiner failed: " + traceback.format_exc()[-2000:]
    for piece in protocol.encode_frame(answer, max_bytes=_RESULT_BYTES):
        _write_all(answering, piece)


def _write_all(descriptor: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while len(view):
        view = view[os.write(descriptor, view) :]
