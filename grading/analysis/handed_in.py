"""What the notebooks handed in say: answers, and the tests that passed where the student worked."""

from __future__ import annotations

import json
import math
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grading.course import Course
from grading.gradebook import Gradebook
from grading.reader import Handed
from grading.rules import Markers
from grading.similarity import Answers

_LARGEST = 20_000_000  # bytes of a notebook that is read for its answers


@dataclass
class HandedIn:
    """What submitted notebooks say.

    Attributes
    ----------
    answers
        Student → what was written in which cell.
    stored
        Number of students with a visible test that was run where they worked.
    passed
        Student → test cells that passed there.
    reference
        Cell → the instructor's solution.
    """

    answers: dict[str, Answers] = field(default_factory=dict)
    stored: int = 0
    passed: dict[str, set[str]] = field(default_factory=dict)
    reference: dict[str, str] = field(default_factory=dict)


def read_handed_in(
    course: Course, book: Gradebook, assignment: str, graded: Iterable[str]
) -> HandedIn:
    """Read what the files handed in say, by the names of their cells.

    Parameters
    ----------
    graded
        Students whose submission counts.
    """
    stubs, tests = _named(course, book, assignment)
    handed = HandedIn()
    for path in _notebooks(course.folder("source", assignment)):
        handed.reference |= {
            name: _source(cell) for name, cell in _named_cells(path.read_bytes()) if name in stubs
        }
    wanted = set(graded)
    for one in course.handed_in(assignment):
        if one.student in wanted:
            _read(one, stubs, tests, handed)
    return handed


def _named(
    course: Course, book: Gradebook, assignment: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return answers, each with what was released there, and visible tests, as "notebook/cell"."""
    hidden, _ = Markers.configured(course.config).hidden
    stubs, tests = {}, {}
    for notebook, cells in book.source_cells(assignment).items():
        for cell in cells:
            if cell["solution"]:
                stubs[cell["name"]] = cell["source"]
            elif cell["grade"] and hidden not in cell["source"]:
                tests[cell["name"]] = f"{notebook}/{cell['name']}"
    return stubs, tests


def _read(
    one: Handed, stubs: Mapping[str, str], tests: Mapping[str, str], handed: HandedIn
) -> None:
    """Read one submission."""
    answers: dict[str, str] = {}
    passed: set[str] = set()
    stored = False
    for path in _notebooks(one.path):
        found = path.lstat()  # a link, a folder or a pipe is no notebook
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            continue
        for name, cell in _named_cells(path.read_bytes()):
            text = _source(cell)
            if name in stubs and text.strip() not in ("", stubs[name].strip()):
                answers[name] = text
            elif name in tests and cell.get("execution_count"):
                stored = True
                if _passed(cell):
                    passed.add(tests[name])
    handed.stored += stored
    handed.answers[one.student] = answers
    handed.passed[one.student] = passed


def _notebooks(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ipynb"))


def _named_cells(data: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the cells that have a name; whatever is wrong with a notebook is left out."""
    for cell in _cells_of(data):
        name = _grade_id(cell)
        if name:
            yield name, cell


def _cells_of(data: bytes) -> list[dict[str, Any]]:
    try:
        cells = json.loads(data).get("cells", ())
    except (ValueError, AttributeError, RecursionError):
        return []
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _grade_id(cell: Mapping[str, Any]) -> str:
    metadata = cell.get("metadata")
    known = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = known.get("grade_id") if isinstance(known, dict) else None
    return name if isinstance(name, str) else ""


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _passed(cell: Mapping[str, Any]) -> bool:
    """Whether a test cell that was run passed in full, by its stored outputs."""
    outputs = cell.get("outputs")
    if not isinstance(outputs, list):
        return False
    for output in outputs:
        kind = output.get("output_type") if isinstance(output, dict) else "error"
        if kind == "error" or (kind == "stream" and output.get("name") == "stderr"):
            return False
        if kind == "execute_result":
            data = output.get("data")
            text = data.get("text/plain") if isinstance(data, dict) else None
            text = "".join(map(str, text)) if isinstance(text, list) else text
            return not _is_number(text)  # a number is partial credit; see `Result.__repr__`
    return True


def _is_number(text: Any) -> bool:
    try:
        return math.isfinite(float(text))
    except (TypeError, ValueError):
        return False
