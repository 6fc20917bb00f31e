"""What runs in a Dask worker: it hands submissions to grading processes beside it.

A Dask worker has threads, and its processes may not have children by `multiprocessing`. So each of
its threads that grades has a fresh Python beside it, which does what a local worker process does.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from grading.cluster.machine import differences, here
from grading.engines import CONTAINED, EngineChoice
from grading.errors import CourseError
from grading.pool import PAUSE, Worker
from grading.records import AnswerKey, GradedSubmission, Submission
from grading.task import Task
from grading.worker import work
from grading.workplace import workplace

__all__ = ["Terms", "close", "grade", "inspect", "unpack"]

_SERVE = "from grading.cluster.desk import serve; serve({descriptor})"


@dataclass(frozen=True)
class Terms:
    """What a run asks of every worker.

    Attributes
    ----------
    run
        Its identifier: runs share no process.
    choice
        The engine, its limits, and whether it may grade where nothing contains students' code.
    versions
        What the machine that started the run has.
    """

    run: str
    choice: EngineChoice
    versions: dict[str, str]


def unpack(packed: bytes) -> AnswerKey:
    """Unpack an answer key, which the machine that started the run has packed."""
    key: AnswerKey = pickle.loads(packed)
    return key


def inspect(terms: Terms) -> str:
    """Return what contains students' code on this machine.

    Raises
    ------
    CourseError
        When nothing does and that was not allowed, or versions differ.
    """
    machine = here()
    unequal = differences(terms.versions, machine.versions)
    if unequal:
        raise CourseError(
            f"It would grade differently: {unequal}.",
            "Install the same versions on all machines and restart the worker. (A version of "
            "grading or tutor is a fingerprint of its code.)",
        )
    if machine.tier not in CONTAINED and not terms.choice.unsafe:
        raise CourseError(
            "It has nothing to contain students' code: " + "; ".join(machine.missing) + ".",
            "Stop this worker, or mend its machine (see grading/sandbox/README.md). --unsafe "
            "grades without; students' code could then read and change all that the worker can.",
        )
    return machine.tier


def grade(terms: Terms, key: AnswerKey, submission: Submission) -> GradedSubmission:
    """Grade one submission in a process beside the Dask worker: the task of the cluster.

    Raises
    ------
    CourseError
        When this worker can't grade at all.
    """
    with _lock:
        desk = _desks.get(terms.run)
        if desk is None:
            desk = _desks[terms.run] = _Desk(terms)
    return desk.grade(Task(key, submission))


def close(run: str) -> None:
    """End the processes of a run, whatever they are doing."""
    with _lock:
        desk = _desks.pop(run, None)
    if desk is not None:
        desk.close()


class _Desk:
    """The grading processes of one run beside this Dask worker."""

    def __init__(self, terms: Terms) -> None:
        self._choice = replace(terms.choice, tier=inspect(terms))
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._closed = False
        self._clean_up = contextlib.ExitStack()
        self._folder = self._clean_up.enter_context(workplace())

    def grade(self, task: Task) -> GradedSubmission:
        """Grade a submission in an idle process, or in a new one."""
        worker = self._take(task)
        try:
            graded = None
            while graded is None:
                graded = worker.look(bool(wait([worker.pipe], timeout=PAUSE)))
        except BaseException:
            worker.alive = False
            raise
        finally:
            self._give_back(worker)
        return graded

    def _take(self, task: Task) -> Worker:
        with _lock:
            worker = self._idle.pop() if self._idle else None
        if worker is None:
            worker = Worker(*_start(self._choice, self._folder), task)
        else:
            worker.send(task)
        with _lock:
            self._busy.add(worker)
        return worker

    def _give_back(self, worker: Worker) -> None:
        with _lock:
            self._busy.discard(worker)
            keep = worker.alive and not self._closed
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.kill()

    def close(self) -> None:
        """End all processes; threads that wait for one see that it is gone."""
        with _lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for worker in idle:
            worker.kill()
        for worker in busy:
            worker.end()
        self._clean_up.close()


_desks: dict[str, _Desk] = {}
_lock = threading.Lock()


class _Program:
    """A `subprocess.Popen` that speaks `multiprocessing`'s language."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def exitcode(self) -> int | None:
        return self._process.poll()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)


def _start(choice: EngineChoice, folder: Path) -> tuple[_Program, Connection]:
    """Start a grading process; it ends when this process does, for the pipe breaks then."""
    ours, theirs = Pipe()
    with theirs:
        descriptor = theirs.fileno()
        command = [sys.executable, "-P", "-c", _SERVE.format(descriptor=descriptor)]
        process = subprocess.Popen(
            command, pass_fds=[descriptor], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
    ours.send((choice, folder))
    return _Program(process), ours


def serve(descriptor: int) -> None:
    """Grade what comes through the pipe: the grading process."""
    pipe: Connection[Any, Any] = Connection(descriptor)
    choice, folder = pipe.recv()
    work(pipe, choice, folder)
