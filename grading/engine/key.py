"""The answer key, read once and kept: what each cell is, what it may trust, what it tests."""

from __future__ import annotations

import ast
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from grading.engine import source as sources
from grading.records import AnswerKey

HIDDEN_BEGIN, HIDDEN_END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
SOLUTION_BEGIN, SOLUTION_END = "BEGIN SOLUTION", "END SOLUTION"
CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"
NEVER_RUN, RUN_IF_USED = "skip-execution", "run-if-used"

_AUTOTEST = re.compile(r"^\s*#+\s*(HASHED\s+)?AUTOTEST\b", re.MULTILINE)

# A test that uses these wants the student's real objects, which never leave their process.
_REAL_NAMES = frozenset(
    [
        "get_ipython",
        "globals",
        "locals",
        "vars",
        "dir",
        "exec",
        "eval",
        "In",
        "Out",
        "_ih",
        "_oh",
        "__main__",
        "__name__",
        "open",
    ]
)
_REAL_ATTRIBUTES = frozenset(
    [
        "getsource",
        "getsourcelines",
        "getsourcefile",
        "signature",
        "getfullargspec",
        "getmembers",
        "patch",
        "patch_object",
        "__code__",
        "__globals__",
        "__closure__",
        "__dict__",
        "__annotations__",
        "__defaults__",
        "__kwdefaults__",
        "__class__",
        "__mro__",
        "__bases__",
        "__subclasses__",
        "settrace",
        "setprofile",
    ]
)
_REAL_MODULES = frozenset(["mock", "unittest.mock", "inspect", "ast", "dis", "__main__"])


class BrokenKeyError(ValueError):
    """The answer key itself can't be used."""


@dataclass(frozen=True)
class KeyCell:
    """One cell of the answer key that nbgrader knows by name.

    Attributes
    ----------
    name
        Its `grade_id`.
    cell_type
        "code", "markdown" or "raw".
    source
        As released, but with hidden tests: what nbgrader calls the source cell.
    solved
        As in the instructor's notebook, with the solution.
    checksum
        nbgrader's checksum of `source`.
    attachments
        Pictures inside the instructor's Markdown cell.
    """

    name: str
    cell_type: str
    source: str
    solved: str
    grade: bool
    solution: bool
    locked: bool
    task: bool
    points: float
    checksum: str
    attachments: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def kind(self) -> str:
        """Sort of cell: "autograded", "manual", "task", "solution" or "locked"."""
        if self.grade:
            return "manual" if self.solution or self.cell_type != "code" else "autograded"
        return "task" if self.task else "solution" if self.solution else "locked"

    @property
    def restored(self) -> bool:
        """Whether the student's version is replaced by this one."""
        return not self.solution and (self.grade or self.locked)

    @property
    def hidden(self) -> bool:
        """Whether students haven't seen all of it."""
        return HIDDEN_BEGIN in self.source

    def answered(self, cell_type: str, source: str) -> bool:
        """Whether a manual answer differs from what was released."""
        return checksum(self, cell_type, source) != self.checksum


@dataclass(frozen=True)
class TestPlan:
    """How one test cell looks up its names.

    Attributes
    ----------
    own
        Names that it binds itself.
    earlier
        Names that it takes from earlier test cells.
    real
        Why it has to run beside the student's code; empty if it hasn't.
    certain
        Whether it calls nothing but the course's checks, which are made for stand-ins: then a
        wrong answer can't be blamed on them.
    """

    own: frozenset[str]
    earlier: frozenset[str]
    real: str
    certain: bool = False


@dataclass(frozen=True)
class FirstCall:
    """The first call that a test makes, the same for every student; see `remote.Session.run`.

    Attributes
    ----------
    name
        Of the student's function.
    forbids, cases
        As in `remote.Session.call_many`.
    """

    name: str
    forbids: tuple[str, ...]
    cases: Sequence[Sequence[Any]]


@dataclass
class KeyNotebook:
    """One notebook of the answer key.

    Attributes
    ----------
    cells
        The cells that nbgrader knows, in order.
    everything
        All cells in order: (name or None, cell type, source with solutions).
    metadata
        Notebook metadata: the kernel and the language.
    only_shown
        Sources of cells outside nbgrader that carry the tag ``skip-execution`` or ``run-if-used``:
        widgets, pictures and experiments. They are run only if another cell uses a name that they
        bind. Only the key's tags count, and only for cells that the student left as they were.
    shown_answers
        Names of cells for answers that nobody grades, with the tag ``run-if-used``. The same goes
        for them, whatever the student has written.
    unsealed
        Names of test cells found to need the student's real objects.
    counting
        Names of test cells whose value is a number of points with the key's own solution.
    never_hollow
        Names of test cells to which the key's own solution gives nothing `hollow`, and everything
        that read-only cells write down as it is there.
    calibrated
        Whether the key itself was run to find those.
    asks
        Name of a test cell to the student's names that it was seen to ask for.
    first_calls
        Name of a test cell to the call that it was seen to ask for first.
    """

    name: str
    cells: dict[str, KeyCell]
    everything: list[tuple[str | None, str, str]]
    metadata: dict[str, Any]
    only_shown: frozenset[str] = frozenset()
    shown_answers: frozenset[str] = frozenset()
    unsealed: set[str] = field(default_factory=set)
    counting: set[str] = field(default_factory=set)
    never_hollow: set[str] = field(default_factory=set)
    calibrated: bool = False
    asks: dict[str, frozenset[str]] = field(default_factory=dict)
    first_calls: dict[str, FirstCall] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The programming language of the notebook's kernel."""
        kernel = self.metadata.get("kernelspec") or {}
        info = self.metadata.get("language_info") or {}
        return str(kernel.get("language") or info.get("name") or "python").lower()

    @cached_property
    def trust(self) -> Trust:
        """What tests may use without asking the student."""
        return Trust(self)

    @cached_property
    def plans(self) -> dict[str, TestPlan]:
        """How each test cell looks up its names."""
        return {
            name: self.trust.plan(name, cell.source)
            for name, cell in self.cells.items()
            if cell.kind == "autograded"
        }

    def needs_real_objects(self, name: str) -> bool:
        """Whether a test cell has to run beside the student's code."""
        return name in self.unsealed or bool(self.plans[name].real)


class Trust:
    """Names that the instructor's own cells define, so that nobody else is asked.

    Attributes
    ----------
    imports
        Name to (module, attribute) of imports in cells that students don't write.
    learned
        The same for imports inside solutions: the student has to have bound the name too.
    helpers
        Name to the statement that defines a function, a class or a constant in a locked cell.
    givens
        Name to the expression of what a locked cell alone binds by writing it down: lists, dicts,
        arrays. Students' code may change it, so that they are asked for it all the same.
    star
        Modules that everything is imported from.
    """

    def __init__(self, notebook: KeyNotebook) -> None:
        self.notebook = notebook
        self.imports: dict[str, tuple[str, str | None]] = {}
        self.learned: dict[str, tuple[str, str | None]] = {}
        self.helpers: dict[str, ast.stmt] = {}
        self.star: list[str] = []
        self.binders: list[tuple[str | None, frozenset[str]]] = []
        by_students: set[str] = set()
        for name, cell_type, text in notebook.everything:
            if cell_type != "code":
                continue
            cell = notebook.cells.get(name or "")
            found = sources.names(text)
            self.binders.append((name, found.bound))
            imported = {n: (module, attribute) for n, module, attribute in found.imported}
            if cell is not None and cell.solution:
                self.learned |= imported
            else:
                self.imports |= imported
                self.star += found.star
            if cell is not None and cell.kind == "locked":
                self.helpers |= _definitions(text)
            elif cell is None or cell.kind != "autograded":
                by_students |= found.bound - imported.keys()
        self.by_students = frozenset(by_students)
        for table in (self.imports, self.learned, self.helpers):
            for name in by_students & table.keys():
                del table[name]
        self.givens: dict[str, ast.expr] = {}
        for name, cell_type, text in notebook.everything:
            cell = notebook.cells.get(name or "")
            if cell_type == "code" and cell is not None and cell.kind == "locked":
                self.givens |= _written_down(text, self.imports)
        bound = Counter(name for _, names in self.binders for name in names)
        self.givens = {name: value for name, value in self.givens.items() if bound[name] == 1}

    def plan(self, name: str, text: str) -> TestPlan:
        """Decide where a test cell's names come from."""
        found = sources.names(text)
        before = []
        for other, bound in self.binders:
            if other == name:
                break
            cell = self.notebook.cells.get(other or "")
            before.append((cell is not None and cell.kind == "autograded", bound))
        earlier = set()
        for used in sorted(found.used):
            last = next((test for test, bound in reversed(before) if used in bound), False)
            if last:
                earlier.add(used)
        certain = _only_checks(text, self.imports)
        return TestPlan(found.bound, frozenset(earlier), _needs_real(text, found), certain)


def _definitions(text: str) -> dict[str, ast.stmt]:
    """Find the functions, classes and constants that a locked cell defines at its top level."""
    tree = sources.parse(text)
    found: dict[str, ast.stmt] = {}
    for statement in tree.body if tree else ():
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[statement.name] = statement
        elif isinstance(statement, ast.Assign) and _constant(statement.value):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = statement
    return found


_NUMPY = (("numpy", None), ("numpy", ""))
_PARTS = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.unaryop, ast.Load)


def _written_down(text: str, imports: Mapping[str, tuple[str, str | None]]) -> dict[str, ast.expr]:
    """Find what a cell binds to lists and the like of constants, also inside `np.array(…)`."""
    tree = sources.parse(text)
    found = {}
    for statement in tree.body if tree else ():
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target, value = statement.targets[0], statement.value
        inside = value
        if isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords:
            function, inside = value.func, value.args[0]
            array = isinstance(function, ast.Attribute) and function.attr == "array"
            module = function.value if isinstance(function, ast.Attribute) else None
            known = isinstance(module, ast.Name) and imports.get(module.id) in _NUMPY
            if not (array and known):
                continue
        if isinstance(target, ast.Name) and all(isinstance(p, _PARTS) for p in ast.walk(inside)):
            found[target.id] = value
    return found


def _constant(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        return all(_constant(item) for item in value.elts)
    if isinstance(value, ast.UnaryOp):
        return _constant(value.operand)
    return isinstance(value, ast.Constant)


def _needs_real(text: str, found: sources.Names) -> str:
    magics = {"get_ipython"} if "%" in text and "get_ipython" not in text else set()
    names = (found.used & _REAL_NAMES) - magics - found.bound
    if names:
        return f"it uses {', '.join(sorted(names))}"
    attributes = found.attributes & _REAL_ATTRIBUTES
    if attributes:
        return f"it looks into objects by {', '.join(sorted(attributes))}"
    modules = {module for _, module, _ in found.imported} & _REAL_MODULES
    if modules:
        return f"it imports {', '.join(sorted(modules))}"
    gone = found.deleted - _assigned(text)
    return f"it deletes {', '.join(sorted(gone))}" if gone else ""


def _only_checks(text: str, imports: Mapping[str, tuple[str, str | None]]) -> bool:
    """Whether a cell's calls are all of the form ``check.…(…)``, with the course's `check`."""
    tree = sources.parse(text)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree else []
    return bool(calls) and all(
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and imports.get(call.func.value.id) in (("tutor", "check"), ("tutor.check", None))
        for call in calls
    )


def _assigned(text: str) -> set[str]:
    tree = sources.parse(text)
    nodes = ast.walk(tree) if tree else ()
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


# -------------------------------------------------------------------------------------- reading


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


def text_of(cell: Mapping[str, Any]) -> str:
    """Give a cell's source as one string; notebooks may store a list of lines."""
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


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
    return _with(made, checksum=checked or checksum(made, made.cell_type, source))


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
    return (
        made if made.checksum else _with(made, checksum=checksum(made, made.cell_type, made.source))
    )


def _with(cell: KeyCell, **changes: Any) -> KeyCell:
    from dataclasses import replace

    return replace(cell, **changes)


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


def checksum(cell: KeyCell, cell_type: str, text: str) -> str:
    """Compute nbgrader's checksum of a cell with other contents."""
    state = hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False)
    state.update(cell_type.encode())
    for flag in (cell.grade, cell.solution, cell.locked):
        state.update(str(flag).encode())
    state.update(cell.name.encode())
    if cell.grade:
        state.update(str(float(cell.points)).encode())
    return state.hexdigest()
