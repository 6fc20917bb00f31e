"""How far a student has come in the notebook at hand: `tutor.progress()`.

Checks report here as they run; the list of exercises and its order come from the catalogue.
"""

from __future__ import annotations

import os
import sys
from html import escape
from pathlib import PurePath
from types import ModuleType

from tutor import mistakes
from tutor.colours import RIGHT, WRONG

_STATES = {"passed": ("✓", "Passed"), "wrong": ("✗", "Tried"), "not started": ("…", "Not started")}
_seen: dict[str, str] = {}


def record(exercise_id: str, status: str) -> None:
    """Note the latest outcome of an exercise: ``"passed"``, ``"wrong"`` or ``"not started"``."""
    _seen[exercise_id] = status


def forget() -> None:
    """Start afresh, as after a restart of the kernel."""
    _seen.clear()


class Progress:
    """Exercises with their states, in notebook order; shows as a table or as text."""

    def __init__(self, rows: list[tuple[mistakes.Exercise, str]]) -> None:
        self.rows = rows

    @property
    def passed(self) -> int:
        """How many exercises are passed."""
        return sum(status == "passed" for _, status in self.rows)

    def __str__(self) -> str:
        if not self.rows:
            return "No check has run yet in this notebook."
        lines = [self._summary()]
        lines += [f"{_STATES[s][0]} {_STATES[s][1]}: {e.title}" for e, s in self.rows]
        return "\n".join(lines)

    __repr__ = __str__

    def _summary(self) -> str:
        tried = sum(status == "wrong" for _, status in self.rows)
        left = len(self.rows) - self.passed - tried
        return f"{self.passed} of {len(self.rows)} passed, {tried} tried, {left} not started"

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{self}</p>"
        cell = "padding: 3px 10px; text-align: left;"
        colours = {
            "passed": RIGHT,
            "wrong": WRONG,
            "not started": "var(--jp-content-font-color2, inherit)",
        }
        rows = "".join(
            f'<tr style="background: transparent;"><th scope="row" style="{cell}">'
            f"{escape(exercise.title)}</th>"
            f'<td style="{cell}"><span aria-hidden="true" style="color: {colours[status]};">'
            f"{_STATES[status][0]} </span>{_STATES[status][1]}</td></tr>"
            for exercise, status in self.rows
        )
        return (
            '<table style="color: var(--jp-content-font-color1, inherit); '
            'border-collapse: collapse;">'
            f'<caption style="text-align: left; font-weight: 600; padding: 3px 10px; '
            f'color: var(--jp-content-font-color1, inherit);">{self._summary()}</caption>'
            f'<thead><tr><th scope="col" style="{cell}">Exercise</th>'
            f'<th scope="col" style="{cell}">State</th></tr></thead><tbody>{rows}</tbody></table>'
        )


def progress(theme: str | None = None) -> Progress:
    """Show which exercises are passed, tried and not started, in the order of the notebook.

    Parameters
    ----------
    theme : str, optional
        Without it: the themes whose checks have run, else the one that the notebook's file belongs
        to, as Jupyter tells it.

    Raises
    ------
    ValueError
        If there is no such theme.
    """
    themes = [theme] if theme else _themes_at_hand()
    found = [exercise for name in themes for exercise in mistakes.exercises(name)]
    return Progress([(exercise, _seen.get(exercise.id, "not started")) for exercise in found])


def _themes_at_hand() -> list[str]:
    used = {exercise_id.partition("/")[0] for exercise_id in _seen}
    if not used:
        used = {PurePath(os.environ.get("JPY_SESSION_NAME", "")).stem}
    return [name for name in mistakes.THEMES if name in used]


class _Callable(ModuleType):
    """Lets `tutor.progress()` work, although `tutor.progress` is this module."""

    def __call__(self, theme: str | None = None) -> Progress:
        return progress(theme)


sys.modules[__name__].__class__ = _Callable
