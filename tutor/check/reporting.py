"""From the lines of a check to its result: what is said alike by all checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tutor import progress
from tutor.check.compare import Difference
from tutor.check.result import Line, Result
from tutor.mistakes.records import Exercise

UNSEEN = "Other numbers than the ones you saw"
"""Stands for the inputs of a hidden test."""


def forbidden_line(tried: str, used: tuple[str, ...]) -> Line:
    """Say that something ready-made was called, and what."""
    names = " and ".join(f"`{name}`" for name in used)
    return Line(
        "wrong",
        f"{tried}: this calls {names}, ready-made.",
        "Here the point is to write it yourself. Which steps does the formula consist of?",
        "general/forbidden",
        used,
    )


def judged_line(tried: str, found: Difference | None, *, hidden: bool, says: str = "right") -> Line:
    """Say what is wrong with what was tried, if anything.

    Parameters
    ----------
    tried : str
        The call, or `UNSEEN`.
    found : Difference or None
        None if nothing is wrong.
    hidden : bool
        Whether to keep values and shapes to oneself.
    says : str
        What is said if nothing is wrong.
    """
    if found is None:
        return Line("passed", f"{tried}: {says}.")
    text = found.plain if hidden else found.says
    return Line("wrong", f"{tried}: {text}", found.hint, f"general/{found.id}")


def finish(
    lines: Sequence[Line],
    exercise: Exercise,
    *,
    hidden: bool,
    points: float | None,
    picture: Callable[[], Any] | None = None,
) -> Result:
    """Make the result, and tell the progress view."""
    lines = _once(lines) if hidden else lines
    title = (exercise.title or exercise.name) + (" (hidden tests)" if hidden else "")
    result = Result(
        lines,
        points=points,
        exercise=exercise.id or None,
        hidden=hidden,
        title=title,
        picture=picture,
    )
    if exercise.id:
        progress.record(exercise.id, result.status)
    return result


def _once(lines: Sequence[Line]) -> list[Line]:
    """Merge equal lines: how many hidden cases there are is nobody's business."""
    weights: dict[Line, float] = {}
    for line in lines:
        weights[line] = weights.get(line, 0.0) + 1.0
    return [replace(line, weight=weight) for line, weight in weights.items()]
