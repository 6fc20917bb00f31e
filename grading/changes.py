"""Whose score changed in a run, by how much in which cell, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grading.versions import REST, KeyVersion, differences

__all__ = [
    "CHANGED_KEY",
    "RESUBMITTED",
    "CellChange",
    "CellScore",
    "KeyChange",
    "ScoreChange",
    "Standing",
    "score_change",
]

CHANGED_KEY = "answer key changed"
RESUBMITTED = "resubmitted"


@dataclass(frozen=True)
class CellScore:
    """What the gradebook holds for one graded cell of a submission.

    Attributes
    ----------
    auto, manual, extra
        Automatic score, a person's score in its place, and extra credit; None where there is none.
    aside
        What a person gave before the cell was excused: manual score and extra credit together.
    """

    auto: float | None
    manual: float | None
    extra: float | None
    aside: float | None = None

    @property
    def counts(self) -> float:
        """Points that count, as nbgrader counts them."""
        own = self.auto if self.manual is None else self.manual
        return (own or 0.0) + (self.extra or 0.0)


@dataclass(frozen=True)
class Standing:
    """A submission's scores at one moment: "notebook/cell" to scores, and the late penalty."""

    cells: Mapping[str, CellScore]
    penalty: float


@dataclass(frozen=True)
class CellChange:
    """One cell whose points are others than before.

    Attributes
    ----------
    old, new
        Points; None where the cell was not there, or not graded.
    old_max, new_max
        What it was and is worth; None where not known.
    why
        A few words.
    """

    cell: str
    old: float | None
    new: float | None
    old_max: float | None
    new_max: float | None
    why: str


@dataclass(frozen=True)
class ScoreChange:
    """One submission whose score is another than before; late penalties are taken off."""

    student: str
    assignment: str
    old: float
    new: float
    old_max: float | None
    new_max: float
    why: str
    cells: tuple[CellChange, ...]


@dataclass(frozen=True)
class KeyChange:
    """What is different in an answer key from the one that some submissions were graded with.

    Attributes
    ----------
    cell
        "notebook/cell", or empty for what no single cell hangs on.
    what
        A few words.
    submissions
        Number of submissions that had been graded with the older key.
    """

    assignment: str
    cell: str
    what: str
    submissions: int


def score_change(
    who: tuple[str, str],
    why: tuple[str, ...],
    standings: tuple[Standing, Standing],
    versions: tuple[KeyVersion | None, KeyVersion],
) -> ScoreChange | None:
    """Compare a submission's scores before and after a run.

    Parameters
    ----------
    who
        Student and assignment.
    why
        Reasons for which it was graded again.
    standings, versions
        The submission's scores, and what of the answer key decided them: before and after.

    Returns
    -------
    ScoreChange or None
        None when the total is the same and so is every cell.
    """
    before, after = standings
    old, new = versions
    was = {name: _counted(name, cell, old) for name, cell in before.cells.items()}
    now = {name: cell.counts for name, cell in after.cells.items()}
    reasons = differences(old, new)
    cells = tuple(
        CellChange(
            name,
            was.get(name),
            now.get(name),
            _worth(old, name),
            _worth(new, name),
            _why(name, why, reasons),
        )
        for name in now
        if was.get(name, 0.0) != now[name]
    )
    total = sum(was.values()) - before.penalty
    score = sum(now.values()) - after.penalty
    if not cells and total == score:
        return None
    old_max = None if old is None else old.max_score
    words = ", ".join(why) if cells else "late penalty"
    return ScoreChange(*who, total, score, old_max, new.max_score, words, cells)


def _counted(name: str, cell: CellScore, version: KeyVersion | None) -> float:
    """Points that counted under an older key: marks set aside counted while it was not excused."""
    excused = version is not None and not _worth(version, name)
    return cell.counts if cell.aside is None or excused else cell.aside


def _worth(version: KeyVersion | None, name: str) -> float | None:
    cell = version.cells.get(name) if version is not None else None
    return None if cell is None else cell.points


def _why(name: str, why: tuple[str, ...], reasons: Mapping[str, str]) -> str:
    """Name the nearest reason for a cell's change."""
    own = [reasons[name]] if name in reasons else []
    own += [reason for reason in why if reason != CHANGED_KEY]
    if not own:
        own = [reasons.get(REST, CHANGED_KEY)]
    return ", ".join(own)
