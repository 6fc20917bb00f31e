"""A process that makes the sealed engine ready once, and forks the workers that grade with it.

What all workers need is read, imported and rehearsed in one process, and the process that student
processes are forked from is started once, for all of them.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import Any, NoReturn

from grading.engine.preload import STUDENT_MAIN, light_modules
from grading.engines import EngineChoice, SealedEngine
from grading.family import ending_family
from grading.records import AnswerKey
from grading.sandbox import Tier, probe
from grading.sandbox.limits import ONE_THREAD
from grading.sandbox.spawn import Starting, wait_or_kill
from grading.worker import grade_what_comes, settle

__all__ = ["Nursery", "NurseryGoneError", "Nursling", "begin", "found"]

_BEGIN = (
    "import gc, json, os, sys; gc.disable(); sys.path[:] = json.loads(sys.argv[2])\n"
    "from grading.nursery import serve; serve(int(sys.argv[1]), probes=sys.argv[3:] == ['probe'])\n"
    "os._exit(0)"
)
_HIRE = "hire"


class NurseryGoneError(Exception):
    """The process that forks workers has ended; its workers have ended with it."""


_begun: list[tuple[subprocess.Popen[bytes], Connection[Any, Any]]] = []
_found: list[Tier] = []


def begin() -> None:
    """Start the process for the next `Nursery` in advance; it ends with this one if none comes.

    It also finds out what contains students' code here, see `found`. Elsewhere than on Linux there
    is no sealed engine, and `EngineChoice.contained` will say so.
    """
    if sys.platform == "linux" and not _begun:
        _begun.append(_start("probe"))


def found() -> Tier | None:
    """Wait for what a process that was begun has found out; None if there is none."""
    if _begun and not _found:
        with contextlib.suppress(EOFError, OSError):  # it has ended: its owner will see
            _found.append(_begun[-1][1].recv())
    return _found[-1] if _found else None


def _take() -> tuple[subprocess.Popen[bytes], Connection[Any, Any]]:
    """Take the process that was begun, or start one."""
    if not _begun:
        return _start()
    found()
    return _begun.pop()


def _start(*also: str) -> tuple[subprocess.Popen[bytes], Connection[Any, Any]]:
    pipe, theirs = Pipe()
    with theirs:
        descriptor = theirs.fileno()
        process = subprocess.Popen(
            [sys.executable, "-c", _BEGIN, str(descriptor), json.dumps(sys.path), *also],
            env={**os.environ, **ONE_THREAD},
            pass_fds=[descriptor],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C at the terminal is for the grader alone
        )
    return process, pipe


class Nursery:
    """The grader's side of that process.

    It starts at once, if not in advance (`begin`), and imports while its owner does something else.

    Parameters
    ----------
    choice
        The engine; has to be the sealed one.
    folder
        For temporary files.

    Attributes
    ----------
    key
        The answer key that was prepared last.
    """

    def __init__(self, choice: EngineChoice, folder: Path) -> None:
        self._process, self._pipe = _take()
        self.key: AnswerKey | None = None
        with contextlib.suppress(OSError):  # whoever asks first will see
            self._pipe.send((choice, folder))

    def prepare(self, key: AnswerKey, draws: Callable[[], bool]) -> None:
        """Have everything read, imported and rehearsed that submissions to this key need.

        It takes seconds; `hire` waits for them.

        Parameters
        ----------
        key
            The answer key.
        draws
            Says whether one of the students draws something; asked while the key is being read.
        """
        if key is not self.key:
            self._send(key)
            self._send(draws())
            self.key = key

    def hire(self, pipe: Connection[Any, Any]) -> Nursling:
        """Fork a worker that grades with the key prepared last, and give it its end of a pipe.

        Raises
        ------
        NurseryGoneError
            If there is no nursery any more.
        """
        self._send(_HIRE)
        with contextlib.suppress(OSError):
            send_handle(self._pipe, pipe.fileno(), self._process.pid)
        return Nursling(self, self._ask())

    def reap(self, pid: int) -> int:
        """Take leave of a worker that has ended; give its exit code."""
        self._send(pid)
        return self._ask()

    def _send(self, message: Any) -> None:
        try:
            self._pipe.send(message)
        except OSError as error:
            raise NurseryGoneError from error

    def _ask(self) -> int:
        try:
            answer: int = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise NurseryGoneError from error
        return answer

    def close(self) -> None:
        """End the process and all that it started."""
        with ending_family(self._process.pid):
            self._pipe.close()
            wait_or_kill(self._process)


class Nursling:
    """A worker process that a nursery has forked; see `pool.Process`."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self.exitcode: int | None = None
        self._nursery = nursery
        self._pidfd = os.pidfd_open(pid)  # the nursery has not reaped it: the number is its own

    def is_alive(self) -> bool:
        """Whether it runs."""
        return not self._ended(0)

    def kill(self) -> None:
        """End it at once."""
        if self._pidfd >= 0:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""
        self._ended(timeout)

    def _ended(self, timeout: float | None) -> bool:
        if self._pidfd < 0:
            return True
        if not select.select([self._pidfd], [], [], timeout)[0]:
            return False
        os.close(self._pidfd)
        self._pidfd = -1
        try:
            self.exitcode = self._nursery.reap(self.pid)
        except NurseryGoneError:
            self.exitcode = -signal.SIGKILL
        return True


# ---------------------------------------------------------------------------- in that process


def serve(descriptor: int, *, probes: bool) -> None:
    """Prepare and fork until the pipe closes: the process that forks workers.

    With `probes` the first message is what contains students' code on this machine.
    """
    import grading.engine.service  # noqa: F401  # while nobody waits for it

    # Not before: with the process that waits for this one there would be three for two cores.
    starting = Starting.early(STUDENT_MAIN, sorted(light_modules()))
    pipe: Connection[Any, Any] = Connection(descriptor)
    try:
        if probes:
            if starting is not None:
                starting.wait()  # for the same reason
            pipe.send(probe())
        choice, folder = pipe.recv()
    except (EOFError, OSError):
        return  # there was nothing to grade
    gc.freeze()  # what is imported is not looked through for garbage
    gc.enable()
    engine = SealedEngine(choice, starting)
    settle(folder)
    with engine, contextlib.suppress(EOFError, OSError):
        key: AnswerKey | None = None
        while True:
            message = pipe.recv()
            if isinstance(message, AnswerKey):
                key = message
                with contextlib.suppress(Exception):  # grading meets it again, and says so
                    engine.read(key)
                draw = pipe.recv()
                with contextlib.suppress(Exception):
                    engine.prepare(key, draw=draw)
            elif message == _HIRE:
                handle = recv_handle(pipe)
                pid = os.fork()
                if pid == 0:
                    pipe.close()
                    _be_worker(handle, engine, key)
                os.close(handle)
                pipe.send(pid)
            else:
                pipe.send(os.waitstatus_to_exitcode(os.waitpid(message, 0)[1]))


def _be_worker(handle: int, engine: SealedEngine, key: AnswerKey | None) -> NoReturn:
    from grading.sandbox import kernel

    try:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        with Connection(handle) as pipe:
            grade_what_comes(pipe, engine, key)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)
