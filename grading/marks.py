"""What a submission got: plain records, made from the gradebook by `gradebook.marks`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Mark", "NotebookMarks", "SubmissionMarks"]


@dataclass(frozen=True)
class Mark:
    """What one cell got.

    Attributes
    ----------
    automatic, manual
        Points, or None where there are none yet.
    extra
        Extra points that a person gave.
    waits
        Whether a person has to look at it.
    """

    automatic: float | None
    manual: float | None
    extra: float
    max_score: float
    waits: bool

    @property
    def score(self) -> float:
        """What counts, as in nbgrader: a person's points come before automatic ones."""
        points = self.automatic if self.manual is None else self.manual
        return 0.0 if points is None else points + self.extra


@dataclass
class NotebookMarks:
    """What one notebook got.

    Attributes
    ----------
    penalty
        Points that being late costs.
    cells
        Marks by `grade_id`.
    comments
        Comments by `grade_id`: a person's, or else nbgrader's automatic ones.
    """

    penalty: float
    cells: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Points before the penalty."""
        return sum(mark.score for mark in self.cells.values())

    @property
    def max_score(self) -> float:
        """Points that can be had."""
        return sum(mark.max_score for mark in self.cells.values())


@dataclass
class SubmissionMarks:
    """What one submission got.

    Attributes
    ----------
    timestamp
        Time of submission (UTC, naive), or None.
    late_seconds
        Time after the due date and any extension.
    notebooks
        Marks by notebook name, sorted.
    """

    student: str
    assignment: str
    timestamp: datetime | None
    late_seconds: float
    notebooks: dict[str, NotebookMarks] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Points, less what being late costs."""
        return sum(nb.score - nb.penalty for nb in self.notebooks.values())

    @property
    def penalty(self) -> float:
        """Points that being late costs."""
        return sum(nb.penalty for nb in self.notebooks.values())

    @property
    def max_score(self) -> float:
        """Points that can be had."""
        return sum(nb.max_score for nb in self.notebooks.values())

    @property
    def waits(self) -> bool:
        """Whether a person has to look at some of it."""
        return any(mark.waits for nb in self.notebooks.values() for mark in nb.cells.values())
