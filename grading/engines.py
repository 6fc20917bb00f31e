"""The engines that can grade, and how a worker process starts one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from grading.records import AnswerKey, GradedSubmission, Submission

__all__ = ["ENGINES", "Engine", "EngineChoice"]

ENGINES = ("sealed", "nbgrader")
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
        if self.name == "sealed":
            return SealedEngine(self.timeout)
        from grading.course import load_course
        from grading.stock import StockEngine

        return StockEngine(load_course(self.course_dir), folder, self.timeout)


class SealedEngine:
    """Grades with the student's code in a cage and the tests outside it.

    Parameters
    ----------
    timeout
        Seconds that one cell may take; None means as `Settings` says.
    """

    def __init__(self, timeout: float | None = None) -> None:
        from grading import engine

        self._grade = engine.grade_submission
        self.settings = engine.Settings()
        if timeout is not None:
            self.settings = replace(self.settings, cell_seconds=timeout)

    def seconds_allowed(self, key: AnswerKey, submission: Submission) -> float:
        """Return how long a submission may take; the engine itself stops it long before."""
        return 60.0 + 2 * self.settings.submission_seconds

    def grade(self, key: AnswerKey, submission: Submission) -> GradedSubmission:
        """Grade one submission."""
        return self._grade(key, submission, settings=self.settings)
