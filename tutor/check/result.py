"""What a check gives back: lines for the student, a score for nbgrader, data for the grader."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from tutor.colours import RIGHT, WAITING, WRONG

Status = Literal["passed", "wrong", "not started"]

_COLOURS = {"passed": RIGHT, "wrong": WRONG, "not started": WAITING}
_WORDS = {"passed": "Right", "wrong": "Not yet", "not started": "Not started"}
_SIGNS = {"passed": "✓", "wrong": "✗", "not started": "…"}
_TEXT = "color: var(--jp-content-font-color1, inherit); background: transparent;"
_CELL = "padding: 4px 10px; text-align: left; vertical-align: top; white-space: normal;"


@dataclass(frozen=True)
class Line:
    """One row of a result.

    Attributes
    ----------
    status : str
        ``"passed"``, ``"wrong"`` or ``"not started"``.
    message : str
        What was tried and what came back, said to the student.
    hint : str, optional
        Where to look.
    mistake : str, optional
        Id of the catalogued mistake, ``"activations/sigmoid/exponent_sign"``, or of a general one,
        ``"general/returned_none"``.
    forbidden : tuple of str
        Forbidden names that the student's function called.
    weight : float
        Share in the score.
    """

    status: Status
    message: str
    hint: str | None = None
    mistake: str | None = None
    forbidden: tuple[str, ...] = ()
    weight: float = 1.0

    @property
    def ok(self) -> bool:
        """Whether this line is passed."""
        return self.status == "passed"

    def to_dict(self) -> dict[str, Any]:
        """Give the line as JSON-ready data."""
        return {
            "ok": self.ok,
            "message": self.message,
            "hint": self.hint,
            "mistake": self.mistake,
            "forbidden": list(self.forbidden),
        }


class Result:
    """The outcome of a test cell.

    It shows as a table in JupyterLab and as text from `str`. Its `repr` is what stock nbgrader
    scores: plain words for full marks, else a number.

    Parameters
    ----------
    lines : sequence of Line
        At least one.
    points : float, optional
        The cell's points. With them a partly right answer gets its share; without them it gets 0.
    exercise : str, optional
        Id of the exercise.
    hidden : bool
        Whether this is a hidden test.
    title : str, optional
        Shown above the table.
    picture : callable, optional
        Draws the student's answer when the result is displayed. Never called for hidden tests.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        *,
        points: float | None = None,
        exercise: str | None = None,
        hidden: bool = False,
        title: str | None = None,
        picture: Callable[[], Any] | None = None,
    ) -> None:
        if not lines:
            raise ValueError("a result needs at least one line")
        self.lines = tuple(lines)
        self.points = points
        self.exercise = exercise
        self.hidden = hidden
        self.title = title
        self._picture = None if hidden else picture

    @property
    def ok(self) -> bool:
        """Whether every line is passed."""
        return all(line.ok for line in self.lines)

    @property
    def status(self) -> Status:
        """``"passed"``, ``"not started"`` if no line has been tried, else ``"wrong"``."""
        if self.ok:
            return "passed"
        untouched = all(line.status == "not started" for line in self.lines)
        return "not started" if untouched else "wrong"

    @property
    def share(self) -> float:
        """Passed share of the lines' weights, from 0 to 1."""
        total = sum(line.weight for line in self.lines)
        return 1.0 if self.ok else sum(line.weight for line in self.lines if line.ok) / total

    @property
    def score(self) -> float:
        """What counts, from 0 to 1: the share where `points` are stated, else all or nothing."""
        return self.share if self.ok or self.points is not None else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Give the result as JSON-ready data."""
        return {
            "score": self.score,
            "lines": [line.to_dict() for line in self.lines],
            "exercise": self.exercise,
            "hidden": self.hidden,
        }

    def __repr__(self) -> str:
        if self.ok:
            return (
                "Right." if len(self.lines) == 1 else f"Right: all {len(self.lines)} checks pass."
            )
        return repr(round(self.score * (self.points or 0.0), 6))

    def __str__(self) -> str:
        rows = [self.title] if self.title else []
        for line, hint in _with_hints(self):
            rows.append(f"{_SIGNS[line.status]} {_WORDS[line.status]}: {line.message}")
            if hint:
                rows.append(f"    Hint: {hint}")
        return "\n".join(rows)

    def _repr_html_(self) -> str:
        return _table(self) + self._drawing()

    def _drawing(self) -> str:
        if self._picture is None or os.environ.get("NBGRADER_EXECUTION"):
            return ""  # nobody looks at pictures while notebooks are graded
        bundle = self._picture()._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return str(data.get("text/html", ""))


def _table(result: Result) -> str:
    heading = escape(result.title or "Checks")
    rows = "".join(_row(line, hint) for line, hint in _with_hints(result))
    return (
        f'<table style="{_TEXT} border-collapse: collapse; '
        'font-size: var(--jp-ui-font-size1, 14px);">'
        f'<caption style="{_TEXT} text-align: left; font-weight: 600; padding: 4px 10px;">'
        f"{heading}</caption>"
        f'<thead><tr><th scope="col" style="{_CELL}">Result</th>'
        f'<th scope="col" style="{_CELL}">What was checked</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _with_hints(result: Result) -> list[tuple[Line, str | None]]:
    """Pair each line with its hint; one that was given before isn't repeated."""
    given: set[str | None] = set()
    pairs = []
    for line in result.lines:
        pairs.append((line, None if line.hint in given else line.hint))
        given.add(line.hint)
    return pairs


def _row(line: Line, advice: str | None) -> str:
    colour = _COLOURS[line.status]
    hint = ""
    if advice:
        hint = f'<div style="padding-top: 2px;"><strong>Hint:</strong> {_marked(advice)}</div>'
    return (
        f'<tr style="{_TEXT} border-left: 4px solid {colour};">'
        f'<th scope="row" style="{_CELL} white-space: nowrap;">'
        f'<span aria-hidden="true" style="color: {colour};">{_SIGNS[line.status]} </span>'
        f"{_WORDS[line.status]}</th>"
        f'<td style="{_CELL}">{_marked(line.message)}{hint}</td></tr>'
    )


def _marked(text: str) -> str:
    """Escape text for HTML, with `backquoted` parts as code."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
