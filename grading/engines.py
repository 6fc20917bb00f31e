"""The engines that can grade, and how a worker process starts one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from grading.bounds import Bounds
from grading.errors import CourseError
from grading.records import AnswerKey, GradedSubmission, Submission

if TYPE_CHECKING:
    from grading.sandbox import Starting, Tier

__all__ = ["CONTAINED", "ENGINES", "STOCK_TIER", "Engine", "EngineChoice", "not_tamper_proof"]

ENGINES = ("sealed", "nbgrader")
"""Names of the engines, the default first."""

CONTAINED = ("namespaces", "landlock")
"""Sandbox tiers in which students' code can do no harm."""

STOCK_TIER = "none (nbgrader)"
"""What nbgrader's own engine offers."""

_REMEDY = (
    "Grade on a Linux machine that offers it, or in a virtual machine that may break and holds no "
    "secrets: there --unsafe grades without. Students' code could then read and change all that "
    "you can, grades included."
)
_ELSEWHERE = (
    "Grade in a Linux virtual machine, a container or WSL 2. `--engine nbgrader` grades here, but "
    "students' code could then read and change all that you can, grades included."
)


def not_tamper_proof(tier: str, cell: Mapping[str, Any]) -> bool:
    """Whether a student could have touched the result of a cell, given as a dict."""
    return cell["kind"] == "autograded" and (not cell["sealed"] or tier not in CONTAINED)


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
    bounds
        What one submission may use.
    unsafe
        Whether to grade where nothing contains students' code.
    tier
        The sandbox tier that was found; empty before `contained`.
    """

    name: str
    course_dir: Path
    bounds: Bounds = field(default_factory=Bounds)
    unsafe: bool = False
    tier: str = ""

    def contained(self, found: Tier | None = None) -> EngineChoice:
        """Add what contains students' code here; find it out, unless it was `found` before.

        Raises
        ------
        CourseError
            When nothing does, and that was not allowed.
        """
        if self.name != "sealed":
            return replace(self, tier=STOCK_TIER)
        from grading.sandbox import probe

        found = found or probe()
        linux = sys.platform == "linux"
        if not found.safe and not (self.unsafe and linux):
            reasons = "".join(f"\n- {line}" for line in found.missing)
            raise CourseError(
                f"Nothing was graded: this machine has nothing to contain students' code.{reasons}",
                f"\n{_REMEDY if linux else _ELSEWHERE}",
            )
        return replace(self, tier=found.name)

    def start(self, folder: Path) -> Engine:
        """Start the engine; `folder` is for its temporary files."""
        if self.name == "sealed":
            return SealedEngine(self)
        from grading.course import load_course
        from grading.stock import StockEngine

        return StockEngine(load_course(self.course_dir), folder, self.bounds.cell_seconds)


class SealedEngine:
    """Grades with the student's code in a cage and the tests outside it.

    Parameters
    ----------
    choice
        Its limits and tier count.
    starting
        Of the process that student processes are forked from, if it was started in advance.
    """

    def __init__(self, choice: EngineChoice, starting: Starting | None = None) -> None:
        from grading import engine
        from grading.sandbox import Limits, Tier
        from grading.sandbox.limits import MIB

        allowed = choice.bounds
        tier = Tier(choice.tier) if choice.tier else None
        self._engine = engine.Engine(tier, choice.unsafe, starting)
        self.settings = engine.Settings(
            cell_seconds=allowed.cell_seconds, submission_seconds=allowed.submission_seconds
        )
        self.limits = Limits(
            cpu_seconds=allowed.cpu_seconds,
            wall_seconds=allowed.submission_seconds + 10,  # the engine itself stops it before
            memory_bytes=allowed.memory_mb * MIB,
            scratch_bytes=allowed.disk_mb * MIB,
            scratch_files=allowed.files,
            file_bytes=allowed.file_mb * MIB,
            output_bytes=allowed.output_mb * MIB,
            reply_bytes=allowed.reply_mb * MIB,
            threads=allowed.threads,
        )

    def read(self, key: AnswerKey) -> None:
        """Begin with `prepare`."""
        self._engine.read(key)

    def prepare(self, key: AnswerKey, *, draw: bool) -> None:
        """Do in advance what forks of this process would all have to do for this key.

        `draw` says whether students' cells may draw something.
        """
        self._engine.prepare(key, draw=draw)

    def __enter__(self) -> SealedEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def seconds_allowed(self, key: AnswerKey, submission: Submission) -> float:
        """Return how long a submission may take; the engine itself stops it long before."""
        return 60.0 + 2 * self.settings.submission_seconds

    def grade(self, key: AnswerKey, submission: Submission) -> GradedSubmission:
        """Grade one submission."""
        return self._engine.grade(key, submission, self.limits, self.settings)
