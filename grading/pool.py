"""Grades submissions in worker processes that may die or hang without harm to the others."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from grading.engines import EngineChoice
from grading.errors import CourseError
from grading.family import ending_family
from grading.nursery import Nursery, NurseryGoneError, found
from grading.records import AnswerKey, GradedSubmission
from grading.task import Process, Task
from grading.worker import lost, work
from grading.workplace import workplace

__all__ = ["PAUSE", "Pool", "Worker"]

PAUSE = 0.2  # seconds after which the pool looks at its deadlines and whether to stop


class Pool:
    """A few worker processes.

    Those of the sealed engine are forks of one process that has prepared all that they need.

    Parameters
    ----------
    choice
        The engine.
    jobs
        Number of processes.

    Raises
    ------
    CourseError
        When nothing here contains students' code, and that was not allowed.
    """

    def __init__(self, choice: EngineChoice, jobs: int) -> None:
        self.choice = choice if choice.tier else choice.contained(found())
        self.jobs = max(1, jobs)
        self._stop = threading.Event()
        self._clean_up = contextlib.ExitStack()
        self._folder = self._clean_up.enter_context(workplace())
        self._workers: list[Worker] = []
        self._nursery: Nursery | None = None
        self._again: set[tuple[str, str]] = set()
        self._looks_ahead = True
        method = "forkserver" if hasattr(os, "fork") else "spawn"
        self._context: Any = multiprocessing.get_context(method)
        if self.choice.name == "sealed":
            self._nursery = Nursery(self.choice, self._folder)
        elif method == "forkserver":  # the slow imports once, not in each worker
            self._context.set_forkserver_preload(["grading.stock"])

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        # First: to take leave of workers it would have to finish what it is preparing.
        if self._nursery is not None:
            self._nursery.close()
        for worker in self._workers:
            worker.kill()
        self._clean_up.close()

    @property
    def tier(self) -> str:
        """What contains students' code."""
        return self.choice.tier

    def stop(self) -> None:
        """Hand out nothing more and give up what is being graded."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, GradedSubmission]]:
        """Grade the tasks; results come in the order in which they are ready.

        Exactly one result a task, unless `stop` is called. A worker that dies or takes longer than
        its engine allows is replaced; what it was working on is tried once more if it died.
        """
        waiting = iter(tasks)
        while not self._stop.is_set():
            self._employ(waiting)
            if not self._workers:
                return
            ready = wait([worker.pipe for worker in self._workers], timeout=PAUSE)
            for worker in list(self._workers):
                graded = worker.look(worker.pipe in ready)
                if graded is None:
                    continue
                task = worker.task
                if worker.died and self._first_death(task):
                    self._workers.remove(worker)
                    worker.kill()
                    self._workers.append(self._hire(task))
                    continue
                following = next(waiting, None) if worker.alive else None
                if following is not None and following.key is task.key:
                    worker.send(following)  # before the result is written: nobody waits
                    self._look_ahead(following)
                else:
                    self._workers.remove(worker)
                    worker.kill()
                    if following is not None:  # with another key
                        self._workers.append(self._hire(following))
                        self._look_ahead(following)
                yield task, graded
                if self._stop.is_set():
                    return

    def _first_death(self, task: Task) -> bool:
        """Whether no worker died of a task before: it may have been killed for something else."""
        who = (task.submission.assignment, task.submission.student)
        first = who not in self._again
        self._again.add(who)
        return first

    def _look_ahead(self, task: Task) -> None:
        """Have the key prepared that is needed next, while the last submissions are graded."""
        if not self._looks_ahead or self._nursery is None or task.then is None:
            return
        if self._nursery.key is task.key:
            with contextlib.suppress(NurseryGoneError):  # whoever needs it will see
                self._nursery.prepare(*task.then)

    def _employ(self, waiting: Iterator[Task]) -> None:
        """Start workers as long as there is work for them."""
        task = None
        while len(self._workers) < self.jobs and (task := next(waiting, None)):
            self._workers.append(self._hire(task))
        if task is not None:
            self._look_ahead(task)

    def _hire(self, task: Task) -> Worker:
        """Start a worker."""
        pipe, theirs = multiprocessing.Pipe()
        with theirs:
            if self.choice.name == "sealed":
                return Worker(self._nursling(theirs, task), pipe, task, knows=task.key)
            arguments = (theirs, self.choice, self._folder)
            process = self._context.Process(target=work, args=arguments, daemon=True)
            process.start()
            return Worker(process, pipe, task)

    def _nursling(self, theirs: Connection[Any, Any], task: Task) -> Process:
        """Fork a worker that is ready to grade; start another nursery if there is none any more."""
        for _ in range(2):
            if self._nursery is None:
                self._nursery = Nursery(self.choice, self._folder)
            try:
                self._nursery.prepare(task.key, task.draws)
                return self._nursery.hire(theirs)
            except NurseryGoneError:
                self._nursery.close()
                self._nursery = None
                # If the next key has ended it, it would end all workers again.
                self._looks_ahead = False
        raise CourseError(
            "The grader's processes end as soon as they start.",
            "Look for what they said above, and whether the machine has memory left.",
        )


class Worker:
    """The parent's side of one worker process, which always has a task.

    Parameters
    ----------
    process, pipe
        A process that does `work`, and the way to it.
    task
        Its first task.
    knows
        The answer key that it has already.
    """

    def __init__(
        self, process: Process, pipe: Connection, task: Task, knows: AnswerKey | None = None
    ) -> None:
        self.pipe = pipe
        self._process = process
        self._key = knows
        self.alive = True
        self.died = False
        self.send(task)

    def send(self, task: Task) -> None:
        """Give the worker a task; the answer key only when it is another one than before."""
        self.task = task
        self._deadline: float | None = None
        with contextlib.suppress(OSError):  # it died: `look` will see
            if task.key is not self._key:
                self.pipe.send(task.key)
                self._key = task.key
            self.pipe.send(task.submission)

    def look(self, ready: bool) -> GradedSubmission | None:
        """Return the result if there is one, or one that says how the worker was lost.

        Raises
        ------
        CourseError
            When the engine can't be started at all.
        """
        if ready:
            try:
                message = self.pipe.recv()
            except (EOFError, OSError):
                self.alive = False
                self.died = True
                self._process.join(1)
                how = f"ended the grader's process (exit code {self._process.exitcode})"
                return lost(self.task.submission, how, "Grade it by hand, or by itself again.")
            if isinstance(message, GradedSubmission):
                return message
            if isinstance(message, str):
                raise CourseError(f"The grader can't start: {message}", "See its installation.")
            self._deadline = time.monotonic() + message
        elif self._deadline is not None and time.monotonic() > self._deadline:
            self.alive = False
            how = "took longer than all its cells together may take and was stopped"
            return lost(self.task.submission, how, "Look for an endless loop in it.")
        return None

    def kill(self) -> None:
        """End the process and all that it started, and let go of it."""
        self.end()
        self._process.join(5)
        self.pipe.close()

    def end(self) -> None:
        """End the process and all that it started."""
        pid = self._process.pid
        if pid is not None and self._process.is_alive():
            with ending_family(pid):
                self._process.kill()
