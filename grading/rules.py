"""What must hold of an instructor's notebook before students get it: found without running it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from traitlets.config import Config

from grading.records import Problem

__all__ = ["Markers", "check_released", "check_source", "secrets"]

_SCHEMA = 3
_TELLING = 25  # characters from which a line is no coincidence


@dataclass(frozen=True)
class Markers:
    """The lines around what students must not see, as configured.

    Each is a pair (begin, end).
    """

    solution: tuple[str, str]
    hidden: tuple[str, str]
    scheme: tuple[str, str]

    @classmethod
    def configured(cls, config: Config) -> Markers:
        """Read them from a course's configuration."""
        solution = ClearSolutions(config=config)
        hidden = ClearHiddenTests(config=config)
        scheme = ClearMarkScheme(config=config)
        return cls(
            (solution.begin_solution_delimeter, solution.end_solution_delimeter),
            (hidden.begin_test_delimeter, hidden.end_test_delimeter),
            (scheme.begin_mark_scheme_delimeter, scheme.end_mark_scheme_delimeter),
        )

    @property
    def pairs(self) -> dict[str, tuple[str, str]]:
        """Pairs by what is between them."""
        return {
            "solution": self.solution,
            "hidden test": self.hidden,
            "marking scheme": self.scheme,
        }


def check_source(
    assignment: str, file: str, notebook: Any, raw: Any, markers: Markers
) -> list[Problem]:
    """Find what is wrong with an instructor's notebook.

    Parameters
    ----------
    assignment, file
        For the messages.
    notebook
        `nbformat.NotebookNode`.
    raw
        The same as the file has it: nbformat gives cells a random id where one is missing or there
        twice, so that the released bytes would differ each time.
    markers
        The course's markers.

    Returns
    -------
    list of Problem
        All of them fatal; empty when the notebook may be released.
    """
    found: list[tuple[str | None, str, str]] = []
    for index, cell in enumerate(notebook.cells):
        for what, remedy in _check_cell(cell, markers):
            found.append((_name(cell, index), what, remedy))
    found += _check_ids(notebook, raw)
    return [
        Problem("", assignment, file, name, what, remedy, fatal=True)
        for name, what, remedy in found
    ]


def check_released(
    assignment: str, file: str, source: Any, released: Any, markers: Markers
) -> list[Problem]:
    """Find what a released notebook gives away.

    Looked for are markers, and text that the source keeps between markers. Single lines count
    when they are long enough not to be a coincidence; imports don't count.
    """
    found = []
    for index, cell in enumerate(released.cells):
        text = _all_text(cell)
        for kind, pair in markers.pairs.items():
            if any(marker in text for marker in pair):
                found.append((_name(cell, index), f"shows the marker of a {kind}"))
        if cell.get("outputs"):
            found.append((_name(cell, index), "holds stored output, which may show answers"))
    for kind, secret in secrets(source, markers):
        for index, cell in enumerate(released.cells):
            if secret in _squeeze(_all_text(cell)):
                found.append((_name(cell, index), f"shows part of a {kind}: {secret[:60]}"))
    remedy = "Keep it between markers, in one cell only, and release again."
    return [
        Problem("", assignment, file, name, what, remedy, fatal=True)
        for name, what in dict.fromkeys(found)
    ]


def _name(cell: Any, index: int) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id") or f"#{index + 1}"


def _all_text(cell: Any) -> str:
    """Source and attachments: all of a cell that a student can read."""
    return f"{cell.source}\n{' '.join(cell.get('attachments', {}))}"


def _squeeze(text: str) -> str:
    """Make indentation and line breaks alike."""
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in text.splitlines())


def _check_cell(cell: Any, markers: Markers) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, remedy) for one cell."""
    grader = cell.metadata.get("nbgrader", {})
    grade, solution, task = (bool(grader.get(k)) for k in ("grade", "solution", "task"))
    yield from _check_markers(cell.source, markers)
    text = cell.source
    if markers.solution[0] in text and not solution:
        yield "holds a solution but is no solution cell", "Set its nbgrader type to a solution."
    if markers.hidden[0] in text and (not grade or solution):
        yield (
            "holds a hidden test but is no test cell, so it is not locked",
            "Set its nbgrader type to Autograder tests.",
        )
    if markers.scheme[0] in text and not (task or grader.get("locked")):
        yield (
            "holds a marking scheme but is no task and isn't locked, so graders would not see it",
            "Set its nbgrader type to Manually graded task, or to Read-only.",
        )
    if not grader:
        return
    if grader.get("schema_version") != _SCHEMA:
        version = grader.get("schema_version", "none")
        yield (
            f"has nbgrader metadata of version {version}",
            "Run `nbgrader update` on the notebook.",
        )
    if (grade or solution or task) and not grader.get("grade_id"):
        yield "has no id", "Give it one in JupyterLab's nbgrader panel."
    if grade or task:
        yield from _check_points(grader.get("points"))
    if grade and not solution and not task:
        if not grader.get("locked"):
            yield "is a test cell that isn't locked", 'Set "locked": true in its nbgrader metadata.'
        if cell.cell_type != "code":
            yield "is a test cell but not code", "Make it code, or a manually graded answer."
    if cell.cell_type != "code" and solution and not grade:
        yield "is a written answer without points", "Make it a manually graded answer."
    if task and cell.cell_type == "code":
        yield "is a task but not Markdown", "Make it Markdown."


def _check_points(points: Any) -> Iterator[tuple[str, str]]:
    number = isinstance(points, (int, float)) and not isinstance(points, bool)
    if not number or not 0 <= points < math.inf:
        yield f"is worth {points!r} points", "Give it a number of points, 0 or more."


def _check_markers(text: str, markers: Markers) -> Iterator[tuple[str, str]]:
    """Yield markers without their other half."""
    for kind, (begin, end) in markers.pairs.items():
        inside = False
        for line in text.splitlines():
            if begin in line:
                if inside:
                    yield f"begins a {kind} inside another", f"Put ### {end} before it."
                inside = True
            elif end in line:
                if not inside:
                    yield f"ends a {kind} that never began", f"Put ### {begin} before it."
                inside = False
        if inside:
            yield f"begins a {kind} that never ends", f"Put ### {end} after it."


def _check_ids(notebook: Any, raw: Any) -> Iterator[tuple[str | None, str, str]]:
    """Yield ids that are missing or occur more than once: nbgrader's and nbformat's."""
    grade_ids = Counter(
        cell.metadata.nbgrader.grade_id
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id")
    )
    cell_ids = Counter(cell.get("id") for cell in raw.get("cells", ()))
    if cell_ids.pop(None, 0):
        yield None, "has cells without a cell id", "Open the notebook in JupyterLab and save it."
    for kind, ids in (("nbgrader id", grade_ids), ("cell id", cell_ids)):
        for name, count in ids.items():
            if count > 1:
                what = f"shares its {kind} with {count - 1} more"
                yield name, what, "Give each cell an id of its own."


def secrets(source: Any, markers: Markers) -> Iterator[tuple[str, str]]:
    """Yield (kind, squeezed text) of all that must not be in the released notebook."""
    for cell in source.cells:
        for kind, pair in markers.pairs.items():
            for body in _bodies(cell.source.splitlines(), pair):
                lines = [line for line in _squeeze("\n".join(body)).splitlines() if line]
                if kind == "solution":  # lines of a solution are found in explanations too
                    lines = ["\n".join(lines)]
                for line in lines:
                    if len(line) >= _TELLING and not line.startswith(("import ", "from ")):
                        yield kind, line


def _bodies(lines: Iterable[str], pair: tuple[str, str]) -> Iterator[list[str]]:
    body: list[str] | None = None
    for line in lines:
        if pair[0] in line:
            body = []
        elif pair[1] in line:
            if body is not None:
                yield body
            body = None
        elif body is not None:
            body.append(line)
