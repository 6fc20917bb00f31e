"""A small nbgrader course for tests: one assignment with a cell of every kind."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ASSIGNMENT = "01-small"
NOTEBOOK = "small"
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "small"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
"""
POINTS = {"test_double": 2, "hidden_double": 3, "test_triple": 4, "explain": 5, "draw": 6}

DOUBLE = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
TRIPLE = "def triple(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION"
HIDDEN = (
    "### BEGIN HIDDEN TESTS\nassert double(1234.5) == 2469.0, 'large numbers'\n### END HIDDEN TESTS"
)
# Half of the points for half of the answers: its value is what nbgrader scores.
PARTIAL = "2.0 * (triple(1) == 3) + 2.0 * (triple(-1) == -3)"
SCHEME = (
    "Draw it on paper.\n\n### BEGIN MARK SCHEME\n"
    "Three points for the straight line, three for the labels.\n### END MARK SCHEME"
)


def cell(source: str, grade_id: str | None = None, kind: str = "code", **nbgrader: Any) -> Any:
    """Make one cell; with a `grade_id` it is one of nbgrader's."""
    made: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    made["id"] = grade_id or f"text-{abs(hash(source)) % 10**8}"
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    if grade_id:
        flags = {"grade": False, "solution": False, "locked": False, "task": False}
        meta = flags | {"grade_id": grade_id, "schema_version": 3} | nbgrader
        if meta["grade"] or meta["task"]:
            meta.setdefault("points", POINTS.get(grade_id, 1))
        made["metadata"] = {"nbgrader": meta}
    return made


def source_cells() -> list[Any]:
    """Make the instructor's cells."""
    test = {"grade": True, "locked": True}
    return [
        cell("# Small\nTwo functions.", kind="markdown"),
        cell(DOUBLE, "double", solution=True),
        cell("assert double(2) == 4", "test_double", **test),
        cell(HIDDEN, "hidden_double", **test),
        cell(TRIPLE, "triple", solution=True),
        cell(PARTIAL, "test_triple", **test),
        cell("Because it grows.", "explain", "markdown", grade=True, solution=True),
        cell(SCHEME, "draw", "markdown", task=True, locked=True),
    ]


def notebook(cells: list[Any]) -> dict[str, Any]:
    """Put cells into a notebook."""
    spec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    info = {"name": "python", "version": "3.11.9", "file_extension": ".py"}
    metadata = {"kernelspec": spec, "language_info": info}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write(path: Path, cells: list[Any]) -> None:
    """Write cells as a notebook file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(cells), indent=1))


def make(root: Path, config: str = "") -> Path:
    """Make the course; nothing is released or handed in yet."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text(CONFIG + config)
    write(root / "source" / ASSIGNMENT / f"{NOTEBOOK}.ipynb", source_cells())
    (root / "source" / ASSIGNMENT / "data.txt").write_text("1 2 3\n")
    return root


def answered(released: bytes, answers: Mapping[str, str]) -> dict[str, Any]:
    """Fill in a released notebook; answers are by grade_id."""
    made: dict[str, Any] = json.loads(released)
    for one in made["cells"]:
        grade_id = one["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            one["source"] = answers[grade_id]
    return made


def hand_in(
    root: Path, student: str, answers: Mapping[str, str], timestamp: str | None = None
) -> Path:
    """Hand in the released notebook with answers filled in."""
    released = (root / "release" / ASSIGNMENT / f"{NOTEBOOK}.ipynb").read_bytes()
    folder = root / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NOTEBOOK}.ipynb").write_text(json.dumps(answered(released, answers)))
    if timestamp:
        (folder / "timestamp.txt").write_text(timestamp)
    return folder


def release(root: Path) -> None:
    """Make the students' notebooks, with nothing of them in the gradebook yet."""
    from nbgrader.converters import GenerateAssignment

    from grading.convert import convert
    from grading.course import load_course
    from grading.gradebook import Gradebook

    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/gradebook.db"
        Gradebook(url).close()  # nbgrader takes seconds to make one
        done = convert(GenerateAssignment, load_course(root), ASSIGNMENT, force=True, db_url=url)
    assert done.failure is None, done.failure
