"""Turn whatever was handed in into a list of cells that can be trusted as far as they go.

The answer key decides which cell is which; of the student's own metadata only `grade_id` is read,
to find out which of the key's cells a cell is. Nothing in a submission makes this module raise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from grading.engine import needed
from grading.engine.key import KeyCell, KeyNotebook
from grading.engine.read_key import text_of

MAX_NOTEBOOK_BYTES = 64 * 1024 * 1024
MAX_CELLS = 3000
MAX_SOURCE = 1_000_000
MAX_FILES = 1000
MAX_ATTACHMENTS = 8 * 1024 * 1024
PICTURES = ("image/png", "image/jpeg", "image/gif")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TYPES = ("code", "markdown", "raw")

RESTORED = "This cell ({name}) was missing from the submission. It was put back for grading."


class UnreadableError(ValueError):
    """A notebook that can't be graded; `remedy` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True)
class Note:
    """Something odd about a notebook that does not stop its grading."""

    cell: str | None
    what: str
    remedy: str


@dataclass
class Cell:
    """One cell to grade.

    Attributes
    ----------
    cell_type, source
        From the key for its own cells, else from the student.
    key
        The key's cell that this is, or None for a cell that the student may write freely.
    id
        A valid cell id.
    attachments
        Pictures inside a Markdown cell.
    restored
        Whether it was missing and put back.
    only_shown
        Whether it needn't be run, as the instructor's notebook says and its names bear out.
    submitted
        Outputs that the student's own file holds; nobody believes them.
    """

    cell_type: str
    source: str
    key: KeyCell | None = None
    id: str = ""
    attachments: dict[str, Any] = field(default_factory=dict)
    restored: bool = False
    only_shown: bool = False
    submitted: list[Any] = field(default_factory=list)

    @property
    def is_test(self) -> bool:
        """Whether the examiner runs it."""
        return self.key is not None and self.key.kind == "autograded"

    @property
    def is_run(self) -> bool:
        """Whether the student's process runs it."""
        return self.cell_type == "code" and not self.is_test and not self.only_shown


def parse(content: bytes) -> dict[str, Any]:
    """Parse a submitted notebook.

    Raises
    ------
    UnreadableError
        If it is no notebook of any known version, or too large.
    """
    again = "Ask the student to save the notebook in JupyterLab and hand it in again."
    if len(content) > MAX_NOTEBOOK_BYTES:
        size = f"{len(content) // 2**20} MB"
        raise UnreadableError(
            f"the notebook has {size}; at most {MAX_NOTEBOOK_BYTES // 2**20} MB are read",
            "Ask the student to clear its outputs (Edit, Clear Outputs of All Cells) and to hand "
            "it in again.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8 text (byte {error.start})", again) from None
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise UnreadableError("nested too deep to be a notebook", again) from None
    except MemoryError:
        raise UnreadableError("too large to be read", again) from None
    except ValueError as error:
        raise UnreadableError(f"not valid JSON ({str(error)[:200]})", again) from None
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise UnreadableError("JSON, but no notebook", again)
    if notebook["nbformat"] != 4:
        notebook = _upgrade(notebook)
    if not isinstance(notebook.get("cells"), list):
        raise UnreadableError("a notebook without a list of cells", again)
    if len(notebook["cells"]) > MAX_CELLS:
        raise UnreadableError(f"more than {MAX_CELLS} cells", again)
    return dict(notebook)


def _upgrade(notebook: dict[str, Any]) -> dict[str, Any]:
    version = notebook["nbformat"]
    remedy = "Ask the student to open it in JupyterLab, save it, and hand it in again."
    if type(version) is not int or not 1 <= version < 4:
        raise UnreadableError(f"notebook format {str(version)[:20]} is unknown", remedy)
    import nbformat

    try:
        upgraded = nbformat.convert(nbformat.from_dict(notebook), 4)
        return dict(json.loads(json.dumps(upgraded)))
    except Exception as error:
        raise UnreadableError(
            f"notebook format {version} could not be upgraded ({type(error).__name__})", remedy
        ) from None


def grade_ids(notebook: Mapping[str, Any]) -> list[str | None]:
    """List the nbgrader id of each cell, or None."""
    return [_grade_id(cell) for cell in notebook["cells"]]


def _grade_id(cell: Any) -> str | None:
    meta = cell.get("metadata") if isinstance(cell, dict) else None
    ours = meta.get("nbgrader") if isinstance(meta, dict) else None
    found = ours.get("grade_id") if isinstance(ours, dict) else None
    return found if isinstance(found, str) and found else None


def rebuild(key: KeyNotebook, notebook: Mapping[str, Any]) -> tuple[list[Cell], list[Note]]:
    """Match a submitted notebook's cells with the key's, and restore what students may not change.

    Parameters
    ----------
    key
        The key's notebook.
    notebook
        A parsed notebook, see `parse`.

    Returns
    -------
    tuple
        The cells in the order of the submission, with missing ones put back, and notes.
    """
    notes: list[Note] = []
    ids = grade_ids(notebook)
    # As nbgrader does, the last of several cells with one id is the real one.
    places = {grade_id: place for place, grade_id in enumerate(ids) if grade_id in key.cells}
    cells: list[Cell] = []
    for place, raw in enumerate(notebook["cells"]):
        if not isinstance(raw, dict):
            notes.append(Note(None, f"cell {place + 1} is no cell", "It was left out."))
            continue
        grade_id = ids[place]
        if grade_id in places and places[grade_id] != place:
            remedy = "The last one counts, and the others are run as ordinary cells."
            notes.append(Note(grade_id, "the cell is there more than once", remedy))
            grade_id = None
        cells.append(_cell(raw, key.cells.get(grade_id or ""), key))
    _restore(key, cells, notes)
    _name(cells)
    needed.run_what_is_used(cells, key.asks)
    return cells, notes


def solved(key: KeyNotebook) -> list[Cell]:
    """List the cells of the key's own solution, as if a student had handed it in."""
    cells = []
    for name, cell_type, text in key.everything:
        known = key.cells.get(name or "")
        source = known.source if known is not None and known.restored else text
        cells.append(Cell(cell_type, source, known, only_shown=_only_shown(key, known, text)))
    needed.run_what_is_used(cells, key.asks)
    return cells


def _only_shown(key: KeyNotebook, known: KeyCell | None, source: str) -> bool:
    return source in key.only_shown if known is None else known.name in key.shown_answers


def _cell(raw: dict[str, Any], known: KeyCell | None, key: KeyNotebook) -> Cell:
    cell_type = raw.get("cell_type")
    source = _text(text_of(raw))
    if known is not None:
        cell_type, source = known.cell_type, known.source if known.restored else source
    elif cell_type not in _TYPES:
        cell_type = "raw"
    outputs = raw.get("outputs")
    return Cell(
        cell_type=cell_type,
        source=source,
        key=known,
        id=raw["id"] if isinstance(raw.get("id"), str) else "",
        attachments=_pictures(raw, known) if cell_type == "markdown" else {},
        only_shown=_only_shown(key, known, source),
        submitted=outputs if cell_type == "code" and isinstance(outputs, list) else [],
    )


def _text(source: str) -> str:
    """Make text that can be encoded again, of bounded length."""
    source = source[:MAX_SOURCE]
    try:
        source.encode("utf-8")
    except UnicodeEncodeError:
        source = source.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return source


def _pictures(raw: dict[str, Any], known: KeyCell | None) -> dict[str, Any]:
    """Give the pictures of a text cell: the instructor's own where its text is."""
    if known is not None and known.restored:
        return dict(known.attachments)
    return _attachments(raw.get("attachments"))


def _attachments(found: Any) -> dict[str, Any]:
    """Keep pictures: a page puts what is here into an attribute of its HTML as it is."""
    kept: dict[str, Any] = {}
    room = MAX_ATTACHMENTS
    for name, bundle in found.items() if isinstance(found, dict) else ():
        parts = bundle.items() if isinstance(bundle, dict) else ()
        pictures = {
            mime: data
            for mime, data in parts
            if mime in PICTURES and isinstance(data, str) and BASE64.fullmatch(data)
        }
        room -= len(name) + sum(map(len, pictures.values()))
        if room < 0:
            break
        if pictures:
            kept[_text(name)] = pictures
    return kept


def _restore(key: KeyNotebook, cells: list[Cell], notes: list[Note]) -> None:
    """Put back the cells that students can't remove: tests, answers to mark, tasks, locked ones."""
    present = {cell.key.name for cell in cells if cell.key is not None}
    previous: str | None = None
    for name, known in key.cells.items():
        if name not in present:
            if known.kind == "solution":
                notes.append(Note(name, "the answer's cell is missing", "It counts as empty."))
                continue
            place = _place_after(previous, cells)
            pictures = dict(known.attachments)
            made = Cell(known.cell_type, known.source, known, attachments=pictures, restored=True)
            cells.insert(place, made)
            notes.append(Note(name, RESTORED.format(name=name), "Nothing."))
        previous = name


def _place_after(previous: str | None, cells: list[Cell]) -> int:
    for place, cell in enumerate(cells):
        if previous is not None and cell.key is not None and cell.key.name == previous:
            return place + 1
    return 0


def _name(cells: list[Cell]) -> None:
    """Give each cell an id that is valid and its own."""
    taken: set[str] = set()
    for place, cell in enumerate(cells):
        if not _CELL_ID.fullmatch(cell.id) or cell.id in taken:
            cell.id = f"graded-{place}"
        taken.add(cell.id)


# ---------------------------------------------------------------------------------------- files


def safe_files(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Keep the files that may lie beside a notebook.

    Returns
    -------
    tuple
        Paths to contents, and the paths that were refused: absolute ones, those that lead out of
        the folder, and whatever is more than fits.
    """
    kept: dict[str, bytes] = {}
    refused: list[str] = []
    for name, content in files.items():
        path = PurePosixPath(name)
        odd = path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts
        if odd or len(name) > 1000 or len(path.parts) > 20 or len(kept) >= MAX_FILES:
            refused.append(name[:200])
        elif path.suffix != ".ipynb" and ".ipynb_checkpoints" not in path.parts:
            kept[str(path)] = content
    return kept, refused


def find_notebooks(
    keys: Mapping[str, KeyNotebook], files: Mapping[str, bytes]
) -> dict[str, tuple[str, dict[str, Any] | UnreadableError]]:
    """Find out which submitted file is which of the key's notebooks.

    A file of the right name is taken. For what is missing then, the other notebooks are searched
    for the one with most of its nbgrader ids.

    Returns
    -------
    dict
        Notebook name to (path in the submission, parsed notebook or what is wrong with it). Names
        that were not found are left out.
    """
    found: dict[str, tuple[str, dict[str, Any] | UnreadableError]] = {}
    paths = [
        path
        for path in sorted(files, key=lambda p: (len(PurePosixPath(p).parts), p))
        if path.endswith(".ipynb") and ".ipynb_checkpoints" not in PurePosixPath(path).parts
    ]
    others: dict[str, dict[str, Any]] = {}
    for path in paths:
        stem = PurePosixPath(path).stem
        if stem in keys and stem not in found:
            found[stem] = (path, _parsed(files[path]))
        elif len(others) < 20 and len(found) < len(keys):
            parsed = _parsed(files[path])
            if isinstance(parsed, dict):
                others[path] = parsed
    for name in [name for name in keys if name not in found]:
        wanted = set(keys[name].cells)
        scores = {path: len(wanted & set(grade_ids(nb))) for path, nb in others.items()}
        best = max(scores, key=lambda path: scores[path], default=None)
        if best is not None and scores[best] * 2 >= len(wanted) > 0:
            found[name] = (best, others.pop(best))
    return found


def _parsed(content: bytes) -> dict[str, Any] | UnreadableError:
    try:
        return parse(content)
    except UnreadableError as error:
        return error
