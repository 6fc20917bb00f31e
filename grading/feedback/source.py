"""Finds what a student may see of a graded notebook."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from grading.engine.graded import clean_outputs
from grading.engine.key import BrokenKeyError
from grading.engine.read_key import clear_region
from grading.marks import NotebookMarks
from grading.notebooks import read_notebook
from grading.rules import Markers, secrets

__all__ = ["belongs_to", "cells_for_student", "stripped_cells"]

Cell = dict[str, Any]


def belongs_to(graded: bytes, digest: str) -> bool:
    """Whether a graded notebook is the one that something was kept for.

    It is not when nbgrader graded the submission again afterwards.
    """
    return hashlib.sha256(graded).hexdigest() == digest


def cells_for_student(data: bytes, markers: Markers) -> tuple[Cell, ...]:
    """Read a notebook that the engine made for its student.

    It holds marking schemes. Students don't get them: the next class may have the same questions.
    """
    cells: list[Cell] = json.loads(data)["cells"]
    for cell in cells:
        if cell["metadata"].get("nbgrader") and markers.scheme[0] in cell["source"]:
            cell["source"] = _without(cell["source"], markers.scheme)
    return tuple(cells)


def stripped_cells(graded: bytes, markers: Markers, marks: NotebookMarks) -> tuple[Cell, ...]:
    """Take from a graded notebook what its student may not see.

    For what nbgrader's own autograder graded. It ran hidden tests where the student's code could
    read them, so outputs that hold a line of one are left out, too.

    Parameters
    ----------
    graded
        The notebook in the autograded folder, hidden tests included.
    markers
        The course's markers.
    marks
        Say how hidden tests went.

    Raises
    ------
    ValueError
        When it is not a notebook.
    """
    notebook = read_notebook(graded)
    kinds = ("hidden test", "marking scheme")
    lines = {text for kind, text in secrets(notebook, markers) if kind in kinds}
    return tuple(_stripped(cell, markers, marks, lines) for cell in notebook.cells)


def _stripped(cell: Cell, markers: Markers, marks: NotebookMarks, secret: set[str]) -> Cell:
    made: Cell = {
        "cell_type": cell["cell_type"],
        "metadata": {"nbgrader": dict(cell["metadata"].get("nbgrader", {}))},
        "source": cell["source"],
        "attachments": cell.get("attachments", {}),
    }
    hidden = markers.hidden[0] in cell["source"]
    for pair in (markers.hidden, markers.scheme):
        made["source"] = _without(made["source"], pair)
    if cell["cell_type"] != "code":
        return made
    if hidden:
        name = made["metadata"]["nbgrader"].get("grade_id", "")
        made["outputs"] = [_stream(_verdict(marks, name))]
    else:
        outputs = clean_outputs([dict(output) for output in cell["outputs"]])
        made["outputs"] = [_guarded(output, secret) for output in outputs]
    return made


def _without(source: str, pair: tuple[str, str]) -> str:
    try:
        return clear_region(source, *pair, None)
    except BrokenKeyError:
        return ""


def _verdict(marks: NotebookMarks, name: str) -> str:
    """Say how a hidden test went, as the engine does."""
    mark = marks.cells.get(name)
    if mark is None or mark.score >= mark.max_score:
        return "Hidden tests: passed."
    if mark.score > 0:
        return f"Hidden tests: {mark.score:g} of {mark.max_score:g} points."
    return "Hidden tests: failed."


def _guarded(output: dict[str, Any], secret: set[str]) -> dict[str, Any]:
    text = " ".join(_texts(output))
    squeezed = " ".join(text.split())
    if any(" ".join(line.split()) in squeezed for line in secret):
        return _stream("This output is left out: it shows part of a hidden test.")
    return output


def _texts(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    values = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [text for value in values for text in _texts(value)]


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text + "\n"}
