"""Read an answer key: the instructor's notebooks, what was released, and nbgrader's database."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grading.engine.key import BrokenKeyError, KeyCell, KeyNotebook, checksum
from grading.records import AnswerKey

SOLUTION_BEGIN, SOLUTION_END = "BEGIN SOLUTION", "END SOLUTION"
CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"
NEVER_RUN, RUN_IF_USED = "skip-execution", "run-if-used"

_AUTOTEST = re.compile(r"^\s*#+\s*(HASHED\s+)?AUTOTEST\b", re.MULTILINE)


def read(key: AnswerKey) -> dict[str, KeyNotebook]:
    """Read all notebooks of an answer key.

    Raises
    ------
    BrokenKeyError
        If one of them can't be used.
    """
    found = {}
    for name, content in key.notebooks.items():
        rows = key.database_cells.get(name)
        found[name] = read_notebook(name, content, key.released.get(name), rows)
        for cell in found[name].cells.values():
            if _AUTOTEST.search(cell.source) and cell.kind == "autograded":
                raise BrokenKeyError(
                    f"{name}.ipynb: cell {cell.name!r} still has an AUTOTEST line: generate the "
                    "assignment first, and give the key what was generated"
                )
    return found


def digest(key: AnswerKey) -> str:
    """Give a checksum of everything that decides how a key grades."""
    state = hashlib.sha256(key.assignment.encode())
    tables: tuple[Mapping[str, bytes], ...] = (key.notebooks, key.released, key.files)
    for table in tables:
        for name in sorted(table):
            state.update(f"\0{name}\0{len(table[name])}\0".encode() + table[name])
    cells = {name: [dict(row) for row in rows] for name, rows in key.database_cells.items()}
    state.update(json.dumps(cells, sort_keys=True, default=str).encode())
    return state.hexdigest()


def read_notebook(
    name: str,
    content: bytes,
    released: bytes | None = None,
    rows: tuple[Mapping[str, Any], ...] | None = None,
) -> KeyNotebook:
    """Read one notebook of an answer key.

    Parameters
    ----------
    name
        Its name, without suffix.
    content
        The instructor's notebook as JSON.
    released
        The notebook as students received it, if it is known.
    rows
        What nbgrader's database says about its cells, if it is known.

    Raises
    ------
    BrokenKeyError
        If it is no notebook, or its nbgrader metadata is broken.
    """
    notebook = load(name, content)
    texts = {}
    if released is not None:
        texts = {_meta(cell).get("grade_id"): cell for cell in load(name, released)["cells"]}
    cells: dict[str, KeyCell] = {}
    everything: list[tuple[str | None, str, str]] = []
    for cell in notebook["cells"]:
        meta = _meta(cell)
        marked = any(meta.get(flag) for flag in ("grade", "solution", "locked", "task"))
        grade_id = str(meta.get("grade_id") or "") if marked else ""
        everything.append((grade_id or None, cell["cell_type"], text_of(cell)))
        if grade_id in cells:
            raise BrokenKeyError(f"{name}.ipynb: two cells are called {grade_id!r}")
        if grade_id:
            cells[grade_id] = _key_cell(name, grade_id, cell, meta, texts.get(grade_id))
    if rows is not None:
        cells = {str(row["name"]): _from_row(row, cells) for row in rows}
        # What nbgrader made of a cell counts: an AUTOTEST line has become tests there.
        everything = [
            (grade_id, cell_type, _instantiated(cells.get(grade_id or ""), text))
            for grade_id, cell_type, text in everything
        ]
    shown = [cell for cell in notebook["cells"] if _has_tag(cell, NEVER_RUN, RUN_IF_USED)]
    if_used = {_meta(cell).get("grade_id") for cell in shown if _has_tag(cell, RUN_IF_USED)}
    return KeyNotebook(
        name,
        cells,
        everything,
        dict(notebook.get("metadata") or {}),
        frozenset(text_of(cell) for cell in shown if "nbgrader" not in cell["metadata"]),
        frozenset(n for n, cell in cells.items() if n in if_used and cell.kind == "solution"),
    )


def _instantiated(cell: KeyCell | None, text: str) -> str:
    return cell.source if cell is not None and cell.restored else text


def _has_tag(cell: Mapping[str, Any], *wanted: str) -> bool:
    tags = (cell.get("metadata") or {}).get("tags")
    return isinstance(tags, list) and any(tag in wanted for tag in tags)


def load(name: str, content: bytes) -> dict[str, Any]:
    """Parse an instructor's notebook, whatever its version."""
    try:
        notebook = json.loads(content)
        if notebook.get("nbformat") != 4 or _old_schema(notebook):
            notebook = _upgraded(content)
    except Exception as error:
        raise BrokenKeyError(f"{name}.ipynb in the answer key can't be read: {error}") from error
    if not isinstance(notebook.get("cells"), list):
        raise BrokenKeyError(f"{name}.ipynb in the answer key has no cells")
    return dict(notebook)


def _old_schema(notebook: dict[str, Any]) -> bool:
    return any(
        _meta(cell) and _meta(cell).get("schema_version", 0) < 3 for cell in notebook["cells"]
    )


def _upgraded(content: bytes) -> Any:
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator

    notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
    return json.loads(json.dumps(MetadataValidator().upgrade_notebook_metadata(notebook)))


def _meta(cell: Any) -> dict[str, Any]:
    meta = cell.get("metadata", {}).get("nbgrader")
    return meta if isinstance(meta, dict) else {}


def _key_cell(
    notebook: str, grade_id: str, cell: dict[str, Any], meta: dict[str, Any], released: Any
) -> KeyCell:
    grade, solution = bool(meta.get("grade")), bool(meta.get("solution"))
    task = bool(meta.get("task"))
    locked = False if solution else grade or bool(meta.get("locked"))
    points = float(meta.get("points") or 0.0) if grade or task else 0.0
    if not (math.isfinite(points) and points >= 0):
        raise BrokenKeyError(f"{notebook}.ipynb: cell {grade_id!r} is worth {points} points")
    solved = text_of(cell)
    source, checked = solved, ""
    if solution and released is not None:
        source, checked = text_of(released), str(_meta(released).get("checksum") or "")
    elif solution:
        stub = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
        source = clear_region(solved, SOLUTION_BEGIN, SOLUTION_END, stub)
        source = stub if source == solved else source
    flags = (grade, solution, locked, task)
    pictures = cell.get("attachments") or {}
    made = KeyCell(grade_id, cell["cell_type"], source, solved, *flags, points, "", pictures)
    return replace(made, checksum=checked or checksum(made, made.cell_type, source))


def _from_row(row: Mapping[str, Any], cells: Mapping[str, KeyCell]) -> KeyCell:
    """Make a cell of what nbgrader's database says, which is what was released."""
    name = str(row["name"])
    known = cells.get(name)
    values: dict[str, Any] = {
        flag: bool(row.get(flag, getattr(known, flag, False)))
        for flag in ("grade", "solution", "locked", "task")
    }
    points = row.get("points", getattr(known, "points", 0.0))
    made = KeyCell(
        name=name,
        cell_type=str(row["cell_type"]),
        source=str(row["source"]),
        solved=known.solved if known and known.solution else str(row["source"]),
        points=float(points or 0.0),
        checksum=str(row.get("checksum") or ""),
        attachments=known.attachments if known else {},
        **values,
    )
    if made.checksum:
        return made
    return replace(made, checksum=checksum(made, made.cell_type, made.source))


def text_of(cell: Mapping[str, Any]) -> str:
    """Give a cell's source as one string; notebooks may store a list of lines."""
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def clear_region(text: str, begin: str, end: str, stub: str | None) -> str:
    """Remove or replace the lines from one marker to another, as nbgrader does.

    Raises
    ------
    BrokenKeyError
        If a marker has no counterpart.
    """
    if begin not in text:
        return text
    kept: list[str] = []
    inside = False
    for line in text.split("\n"):
        if begin in line:
            if inside:
                raise BrokenKeyError(f"{begin!r} twice, without {end!r} between")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + part for part in stub.split("\n")] if stub is not None else []
        elif end in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise BrokenKeyError(f"{begin!r} without {end!r}")
    return "\n".join(kept)
