"""What is to be graded, and what whoever grades it has to be able to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from grading.records import AnswerKey, GradedSubmission, Problem, Submission
from grading.versions import UNKNOWN, GradedFrom, KeyVersion

__all__ = ["Graders", "Process", "Task"]


def _perhaps() -> bool:
    return True


@dataclass(frozen=True)
class Task:
    """One submission to grade, and what was noticed while reading it.

    Attributes
    ----------
    version
        What of the key decides scores; None when nobody asks.
    why
        Reasons for which it is graded again; empty the first time.
    before
        What it was graded from then.
    draws
        Says whether anybody in the class draws something; asked once a key.
    then
        The key that is needed soon after this one, if it is known, and its `draws`.
    """

    key: AnswerKey
    submission: Submission
    problems: tuple[Problem, ...] = ()
    version: KeyVersion | None = None
    why: tuple[str, ...] = ()
    before: GradedFrom = UNKNOWN
    draws: Callable[[], bool] = _perhaps
    then: tuple[AnswerKey, Callable[[], bool]] | None = None


class Process(Protocol):
    """What a worker has to know of its process; `multiprocessing` gives such."""

    @property
    def pid(self) -> int | None:
        """Its number."""

    @property
    def exitcode(self) -> int | None:
        """How it ended; None while it runs."""

    def is_alive(self) -> bool:
        """Whether it runs."""

    def kill(self) -> None:
        """End it at once."""

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""


class Graders(Protocol):
    """What grades many submissions: here, or on other machines."""

    @property
    def tier(self) -> str:
        """What contains students' code; the weakest, where machines differ."""

    def __enter__(self) -> Graders:
        """Get ready."""

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, GradedSubmission]]:
        """Grade the tasks; one result each, in the order in which they are ready."""

    def stop(self) -> None:
        """Hand out nothing more and give up what is being graded."""

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
