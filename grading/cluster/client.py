"""The side of the cluster that has the submissions: hands them out, takes results in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

from grading.cluster import desk
from grading.cluster.machine import versions
from grading.engines import CONTAINED, EngineChoice
from grading.errors import CourseError, first_line
from grading.pool import PAUSE
from grading.records import AnswerKey, GradedSubmission
from grading.task import Task
from grading.worker import lost

try:
    from distributed import Client, Future
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker
except ImportError as error:
    raise CourseError(
        f"--scheduler needs the package {error.name}, which is not installed.",
        "In the course's folder run: pip install -e '.[cluster]'",
    ) from error

__all__ = ["Cluster"]

_CONNECT = 15.0  # seconds to wait for the scheduler
_PATIENCE = 60.0  # seconds to wait for a first worker, or for another when all are gone
_LOOK = 5.0  # seconds between two looks at who works
_FETCH = 5.0  # seconds that fetching one result may take before others have their turn
_AHEAD = 2  # submissions under way for each thread: one graded, one waiting
_RESUME = "What is graded is kept: see to it, then run the same command again."


class Cluster:
    """The workers of a Dask scheduler, one submission a thread.

    Parameters
    ----------
    address
        The scheduler's, such as `tcp://10.0.0.5:8786`.
    choice
        The engine; has to be the sealed one.

    Raises
    ------
    CourseError
        When there is no such scheduler, it has no workers, or one of them must not grade.
    """

    def __init__(self, address: str, choice: EngineChoice) -> None:
        if choice.name != "sealed":
            raise CourseError(
                f"The engine {choice.name} can't grade on a cluster.", "Leave --engine out."
            )
        self.address = address
        self._terms = desk.Terms(uuid4().hex, choice, dict(versions()))
        self._stop = threading.Event()
        self._under_way: dict[Future[Any], tuple[Task, bool]] = {}  # task, and whether alone
        self._ready: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._keys: list[tuple[AnswerKey, Future[Any]]] = []
        self._threads = 0
        self._seen = time.monotonic()  # when there last were workers
        self._looked = float("-inf")
        self._clean_up = contextlib.ExitStack()
        with contextlib.ExitStack() as on_error:
            on_error.callback(self._clean_up.close)
            self._clean_up.enter_context(_in_our_own_words())
            self._client = self._connect()
            self._clean_up.callback(self._close)
            self.tier = self._inspect()
            on_error.pop_all()

    def _connect(self) -> Client:
        try:
            return Client(self.address, timeout=_CONNECT, set_as_default=False, name="grading")
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise CourseError(
                f"There is no Dask scheduler at {self.address}: {first_line(error)}.",
                "Start one with `dask scheduler`; it says its address.",
            ) from error

    def _inspect(self) -> str:
        """Ask every worker whether it may grade; return the weakest tier among them."""
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise CourseError(
                f"The scheduler at {self.address} has no workers.",
                f"Start some: dask worker {self.address}",
            ) from error
        answers = self._client.run(_inspect, self._terms, on_error="return")
        bad = {name: answer for name, answer in answers.items() if not isinstance(answer, str)}
        for name, answer in bad.items():
            raise _unfit(name, answer, more=len(bad) - 1)
        ranks = [*CONTAINED, *(set(answers.values()) - set(CONTAINED))]
        weakest: str = max(answers.values(), key=ranks.index)
        return weakest

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._clean_up.close()

    def _close(self) -> None:
        with contextlib.suppress(Exception):
            if self._client.status == "running":
                self._client.run(desk.close, self._terms.run, on_error="ignore")
        with contextlib.suppress(Exception):
            self._client.close(timeout=2)

    def stop(self) -> None:
        """Hand out nothing more and give up what is being graded."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, GradedSubmission]]:
        """Grade the tasks; results come in the order in which they are ready.

        Only a few submissions for each thread of the cluster are read and under way at a time. A
        worker that dies loses nothing: its submissions go to others. One that several workers die
        of (Dask's `distributed.scheduler.allowed-failures`) is tried again alone, and then gets a
        result that says so.

        Raises
        ------
        CourseError
            When the scheduler is lost, all workers are, or a new one must not grade.
        """
        waiting = iter(tasks)
        suspects: list[Task] = []
        while not self._stop.is_set():
            self._look()
            while len(self._under_way) < _AHEAD * self._threads and (task := next(waiting, None)):
                self._hand_out(task)
            if not self._under_way:
                if not suspects:
                    return
                self._hand_out(suspects.pop(), alone=True)
            future = self._next_ready()
            if future is None:
                continue
            task, alone = self._under_way[future]
            try:
                graded = self._result(future)
            except KilledWorker as error:
                del self._under_way[future]
                if alone:
                    how = f"ended {error.allowed_failures + 1} workers, one after the other"
                    yield task, lost(task.submission, how, "Grade it by itself, or by hand.")
                else:  # or another submission that was on the same workers did
                    suspects.append(task)
                continue
            if graded is None:
                self._ready.put(future)
                continue
            del self._under_way[future]
            yield task, graded

    def _hand_out(self, task: Task, alone: bool = False) -> None:
        future = self._client.submit(
            desk.grade, self._terms, self._key(task.key), task.submission, pure=False
        )
        self._under_way[future] = task, alone
        future.add_done_callback(self._ready.put)

    def _next_ready(self) -> Future[Any] | None:
        with contextlib.suppress(queue.Empty):
            return self._ready.get(timeout=PAUSE)
        return None

    def _key(self, key: AnswerKey) -> Future[Any]:
        """Return the cluster's copy of an answer key, sent once.

        As the result of a task: Dask makes it again when the workers that held it are gone.
        """
        for known, future in self._keys:
            if known is key:
                return future
        future = self._client.submit(desk.unpack, pickle.dumps(key), pure=False)
        self._keys.append((key, future))
        return future

    def _result(self, future: Future[Any]) -> GradedSubmission | None:
        """Fetch a result; None if that takes long, perhaps because its worker has just died."""
        try:
            graded: GradedSubmission = future.result(timeout=_FETCH)
        except TimeoutError:
            return None
        except (FutureCancelledError, asyncio.CancelledError) as error:
            raise self._lost() from error
        except CourseError as error:
            raise _unfit("A worker", error) from error
        except KilledWorker:
            raise
        except Exception as error:
            what = f"A worker of the scheduler at {self.address} failed: {first_line(error)}."
            raise CourseError(what, f"See its log. {_RESUME}") from error
        return graded

    def _look(self) -> None:
        """See that the scheduler is there, and how many threads it has."""
        if self._client.status != "running":
            raise self._lost()
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return
        self._looked = now
        try:
            self._threads = sum(self._client.nthreads().values())
        except Exception as error:
            raise self._lost() from error
        if self._threads:
            self._seen = now
        elif now - self._seen > _PATIENCE:
            raise CourseError(
                f"All workers of the scheduler at {self.address} are gone.",
                f"What is graded is kept. Start workers (dask worker {self.address}) and run the "
                "same command again.",
            )

    def _lost(self) -> CourseError:
        return CourseError(f"The scheduler at {self.address} was lost.", _RESUME)


@contextlib.contextmanager
def _in_our_own_words() -> Iterator[None]:
    """Keep Dask and its loop from telling of lost connections; errors of ours say it."""
    talkative = ("distributed", "tornado", "asyncio")
    names = [name for name in logging.root.manager.loggerDict if name.startswith(talkative)]
    loggers = [logging.getLogger(name) for name in names]  # each has a level of its own
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


async def _inspect(terms: desk.Terms) -> str:
    """Inspect a worker without keeping it from telling the scheduler that it is alive."""
    return await asyncio.to_thread(desk.inspect, terms)


def _unfit(worker: str, answer: Any, more: int = 0) -> CourseError:
    others = f" (and {more} more)" if more else ""
    if isinstance(answer, CourseError):
        return CourseError(f"{worker}{others} can't grade. {answer.what}", answer.remedy)
    return CourseError(
        f"{worker}{others} can't grade: {first_line(answer)}.",
        "Install the course there: pip install -e '.[cluster]', the same version on all machines.",
    )
