"""The graded notebook, for the instructor and without secrets for the student.

What the student's process put out is untrusted text: it is checked against nbformat's schema,
capped, and loses everything that a browser would run. Otherwise an answer could change marks from
inside the formgrader page that shows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from grading.engine import sanitize
from grading.engine.harmless import calm_html, calm_latex, calm_markdown, calm_raw
from grading.engine.key import HIDDEN_BEGIN, HIDDEN_END, BrokenKeyError, KeyNotebook
from grading.engine.read_key import clear_region
from grading.engine.sanitize import Cell

Output = dict[str, Any]

MAX_LINES = 1000
MAX_TEXT = 256 * 1024
MAX_PICTURE = 4 * 1024 * 1024
MAX_CELL = 8 * 1024 * 1024
MAX_TRACEBACK = 100
_LONG = 20_000
CUT = "\n... Output truncated ...\n"
_CALM: dict[str, Callable[[str], str | None]] = {
    "text/html": calm_html,
    "text/markdown": calm_markdown,
    "text/latex": calm_latex,
}


def clean_outputs(found: Any) -> list[Output]:
    """Keep of a student's outputs what is well-formed, harmless and of bounded size.

    Parameters
    ----------
    found
        Anything.

    Returns
    -------
    list of dict
        Valid outputs of a code cell (nbformat 4).
    """
    kept: list[Output] = []
    room = MAX_CELL
    lines = MAX_LINES
    for output in found if isinstance(found, list) else []:
        made = _clean_output(output, lines) if isinstance(output, dict) else None
        if made is None:
            continue
        room -= len(json.dumps(made))
        if room < 0 or len(kept) >= MAX_LINES:
            kept.append(stream(CUT))
            break
        if made["output_type"] == "stream":
            lines -= made["text"].count("\n")
        kept.append(made)
    return kept


def stream(text: str, name: str = "stdout") -> Output:
    """Make a stream output."""
    return {"output_type": "stream", "name": name, "text": text}


def error(name: str, text: str) -> Output:
    """Make an error output, without a traceback."""
    return {
        "output_type": "error",
        "ename": name,
        "evalue": text[:2000],
        "traceback": [f"{name}: {text}"[:2000]],
    }


def _clean_output(output: dict[Any, Any], lines: int) -> Output | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = _text(output.get("text"), lines)
        return stream(text, name) if text else None
    if kind == "error":
        trace = output.get("traceback")
        frames = [_text(line) for line in trace] if isinstance(trace, list) else []
        if len(frames) > MAX_TRACEBACK:
            frames = [*frames[:50], "... Traceback truncated ...", *frames[-49:]]
        name, text = _text(output.get("ename"))[:200], _text(output.get("evalue"))
        return {"output_type": "error", "ename": name, "evalue": text, "traceback": frames}
    if kind in ("display_data", "execute_result"):
        data = _clean_bundle(output.get("data"))
        made: Output = {"output_type": kind, "data": data, "metadata": {}}
        if kind == "execute_result":
            made["execution_count"] = None
        return made if data else None
    return None


def _text(found: Any, lines: int = MAX_LINES) -> str:
    if isinstance(found, list):
        found = "".join(part for part in found if isinstance(part, str))
    text = found if isinstance(found, str) else ""
    cut = text[:MAX_TEXT]
    rows = cut.split("\n", max(lines, 1))
    if len(rows) > max(lines, 1):
        cut = "\n".join(rows[:-1])
    text = cut if cut == text else cut + CUT
    return text.encode("utf-8", "replace").decode("utf-8")


def _clean_bundle(found: Any) -> dict[str, str]:
    kept: dict[str, str] = {}
    parts = found.items() if isinstance(found, dict) else ()
    for mime, part in parts:
        if isinstance(part, list):
            part = "".join(line for line in part if isinstance(line, str))
        if not isinstance(part, str):
            continue
        if mime == "text/plain":
            kept[mime] = _text(part)
        elif len(part) > MAX_PICTURE:
            continue
        elif mime in sanitize.PICTURES and sanitize.BASE64.fullmatch(part):
            kept[mime] = part
        elif mime in _CALM and (calm := _CALM[mime](part)) is not None:
            kept[mime] = calm.encode("utf-8", "replace").decode("utf-8")
    return kept


def shown(cell: Cell) -> str:
    """Give a cell's source; what a page would run or load is shown as text instead."""
    ours = cell.key is not None and cell.key.restored
    if cell.cell_type == "code" or ours:
        return cell.source
    if cell.cell_type == "raw":
        return calm_raw(cell.source)
    if len(cell.source) > _LONG:
        return calm_markdown(cell.source, cell.attachments.keys())
    return _calm_markdown(cell.source, tuple(cell.attachments))


# Most texts are the release's, the same in each submission.
_calm_markdown = lru_cache(maxsize=1000)(calm_markdown)


def build(
    key: KeyNotebook, cells: list[Cell], outputs: Mapping[int, list[Output]]
) -> dict[str, Any]:
    """Put a graded notebook together.

    Parameters
    ----------
    key
        The key's notebook.
    cells
        The cells, in order.
    outputs
        Place of a code cell to its outputs.
    """
    metadata = {k: key.metadata[k] for k in ("kernelspec", "language_info") if k in key.metadata}
    built = [_cell(cell, outputs.get(place, [])) for place, cell in enumerate(cells)]
    return {"cells": built, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(cell: Cell, outputs: list[Output]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": cell.id,
        "metadata": {"nbgrader": _metadata(cell)} if cell.key else {},
        "source": shown(cell),
    }
    if cell.cell_type == "code":
        made["execution_count"] = None
        made["outputs"] = outputs
    if cell.attachments:
        made["attachments"] = cell.attachments
    return made


def _metadata(cell: Cell) -> dict[str, Any]:
    key = cell.key
    assert key is not None
    meta: dict[str, Any] = {
        "cell_type": key.cell_type,
        "checksum": key.checksum,
        "grade": key.grade,
        "grade_id": key.name,
        "locked": key.locked,
        "schema_version": 3,
        "solution": key.solution,
        "task": key.task,
    }
    if key.grade or key.task:
        meta["points"] = key.points
    return meta


def for_student(notebook: dict[str, Any], verdicts: Mapping[str, str]) -> dict[str, Any]:
    """Give a graded notebook without hidden tests and without what they put out.

    Parameters
    ----------
    notebook
        From `build`.
    verdicts
        Name of each test cell whose outputs the student may not see to a neutral line that takes
        their place.
    """
    cells = []
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if cell["cell_type"] == "code" and name in verdicts:
            cell = {**cell, "outputs": [stream(verdicts[name] + "\n")]}
        if HIDDEN_BEGIN in cell["source"] and cell["metadata"].get("nbgrader"):
            cell = {**cell, "source": _without_hidden(cell["source"])}
        cells.append(cell)
    return {**notebook, "cells": cells}


def _without_hidden(source: str) -> str:
    try:
        return clear_region(source, HIDDEN_BEGIN, HIDDEN_END, None)
    except BrokenKeyError:
        return ""


class Written(list[Output]):
    """Outputs that many notebooks share; nobody may change them.

    Attributes
    ----------
    text : str
        The same as JSON.
    """

    def __init__(self, outputs: Iterable[Output], text: str | None = None) -> None:
        super().__init__(outputs)
        self.text = _encode(list(self)) if text is None else text


def dump(*notebooks: dict[str, Any]) -> list[bytes]:
    """Write notebooks as JSON, one cell a line: quick, and still easy to compare.

    Cells that several of them have are the same objects, and encoded once.
    """
    encoded: dict[int, str] = {}
    written = []
    for notebook in notebooks:
        for cell in notebook["cells"]:
            if id(cell) not in encoded:
                encoded[id(cell)] = _encoded(cell)
        cells = ",\n".join(encoded[id(cell)] for cell in notebook["cells"])
        others = {k: v for k, v in notebook.items() if k != "cells"}
        written.append(f'{{"cells": [\n{cells}\n], {_encode(others)[1:]}\n'.encode())
    return written


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _encoded(cell: dict[str, Any]) -> str:
    if cell.keys() == _PLAIN and not cell["metadata"] and len(cell["source"]) <= _LONG:
        return _encoded_text(cell["cell_type"], cell["id"], cell["source"])
    outputs = cell.get("outputs")
    if not isinstance(outputs, Written):
        return _encode(cell)
    others = _encode({key: value for key, value in cell.items() if key != "outputs"})
    return f'{others[:-1]}, "outputs": {outputs.text}}}'


_PLAIN = {"cell_type", "id", "metadata", "source"}


@lru_cache(maxsize=1000)
def _encoded_text(cell_type: str, cell_id: str, source: str) -> str:
    return _encode({"cell_type": cell_type, "id": cell_id, "metadata": {}, "source": source})
