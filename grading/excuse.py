"""Lets a graded cell count for nobody, and count again.

An excused cell is worth 0 points in its source notebook, with a note of what it was worth. So
nbgrader, formgrader and the exports all know, and so does whoever reads the notebook.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from grading.course import Course
from grading.errors import CourseError
from grading.files import replace_file
from grading.notebooks import REPAIR
from tutor.names import nearest

__all__ = ["excuse", "excused_cells", "reinstate"]

_NOTE = "grading"  # cell metadata: {"grading": {"excused_from": 2.0}}


def excused_cells(course: Course, assignment: str) -> set[str]:
    """Name the excused cells ("notebook/cell") of an assignment."""
    return {
        f"{path.stem}/{_nbgrader(cell)['grade_id']}"
        for path in _sources(course, assignment)
        for cell in _graded(json.loads(path.read_bytes()))
        if _was_worth(cell) is not None
    }


def excuse(course: Course, assignment: str, names: Iterable[str]) -> dict[str, float]:
    """Let cells count for nobody, by setting their points to 0 in the source.

    Parameters
    ----------
    names
        Cells by `grade_id`, or "notebook/grade_id" where two notebooks have one of that name.

    Returns
    -------
    dict
        "notebook/cell" to the points that it was worth, for each cell that was not excused before.

    Raises
    ------
    CourseError
        When there is no such graded cell, or more than one. Nothing is written then.
    """

    def change(cell: Any) -> float | None:
        if _was_worth(cell) is not None:
            return None
        points = _nbgrader(cell).get("points") or 0
        cell["metadata"][_NOTE] = {"excused_from": points}
        _nbgrader(cell)["points"] = 0
        return float(points)

    return _edit(course, assignment, tuple(names), change)


def reinstate(course: Course, assignment: str, names: Iterable[str]) -> dict[str, float]:
    """Let excused cells count again; see `excuse`. The points returned are what they are worth."""

    def change(cell: Any) -> float | None:
        points = _was_worth(cell)
        if points is None:
            return None
        del cell["metadata"][_NOTE]
        _nbgrader(cell)["points"] = points
        return float(points)

    return _edit(course, assignment, tuple(names), change)


def _edit(course: Course, assignment: str, names: tuple[str, ...], change: Any) -> dict[str, float]:
    notebooks = {path: _read(path) for path in _sources(course, assignment)}
    cells = {
        f"{path.stem}/{_nbgrader(cell)['grade_id']}": (path, cell)
        for path, notebook in notebooks.items()
        for cell in _graded(notebook)
    }
    done = {}
    changed = set()
    for name in names:
        full = _find(name, cells, assignment)
        path, cell = cells[full]
        points = change(cell)
        if points is not None:
            done[full] = points
            changed.add(path)
    for path in sorted(changed):
        text = json.dumps(notebooks[path], indent=1, ensure_ascii=False)
        replace_file(path, f"{text}\n".encode())
    return done


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise CourseError(f"{path} is not valid JSON ({error}).", REPAIR) from error


def _find(name: str, cells: Iterable[str], assignment: str) -> str:
    found = [full for full in cells if name in (full, full.partition("/")[2])]
    if len(found) == 1:
        return found[0]
    if found:
        raise CourseError(
            f"{assignment} has more than one cell {name}.", f"Say which: {', '.join(found)}."
        )
    ids = {full.partition("/")[2] for full in cells}
    near = nearest(name, {*cells, *ids}).strip()
    raise CourseError(
        f"{assignment} has no graded cell {name}.", near or f"It has {', '.join(sorted(cells))}."
    )


def _sources(course: Course, assignment: str) -> list[Path]:
    return sorted(course.folder("source", assignment).glob("*.ipynb"))


def _graded(notebook: Any) -> Iterator[Any]:
    for cell in notebook["cells"]:
        meta = _nbgrader(cell)
        if (meta.get("grade") or meta.get("task")) and meta.get("grade_id"):
            yield cell


def _nbgrader(cell: Any) -> dict[str, Any]:
    meta = cell.get("metadata", {}).get("nbgrader")
    return meta if isinstance(meta, dict) else {}


def _was_worth(cell: Any) -> float | None:
    """Return the points that an excused cell was worth; None when it is not excused."""
    note = cell["metadata"].get(_NOTE)
    return note.get("excused_from") if isinstance(note, dict) else None
