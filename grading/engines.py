"""The engines that can grade, and how a worker process starts one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grading.records import AnswerKey, GradedSubmission, Submission

__all__ = ["ENGINES", "Engine", "EngineChoice"]

ENGINES = ("nbgrader",)
"""Names of the engines, the default first."""


class Engine(Protocol):
    """A pure function from an answer key and a submission to scores, and how long it may take."""

    def grade(self, key: AnswerKey, submission: Submission) -> GradedSubmission:
        """Grade one submission; what is wrong with it comes back as problems."""

    def seconds_allowed(self, key: AnswerKey, submission: Submission) -> float:
        """Return how long a submission may take before it counts as stuck."""


@dataclass(frozen=True)
class EngineChoice:
    """Which engine to start, in terms that can be sent to another process.

    Attributes
    ----------
    name
        One of `ENGINES`.
    course_dir
        The directory that holds the course's configuration.
    timeout
        Seconds that one cell may take; None means as configured.
    """

    name: str
    course_dir: Path
    timeout: float | None = None

    def start(self, folder: Path) -> Engine:
        """Start the engine; `folder` is for its temporary files."""
        from grading.course import load_course
        from grading.stock import StockEngine

        return StockEngine(load_course(self.course_dir), folder, self.timeout)
