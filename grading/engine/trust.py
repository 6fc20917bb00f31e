"""Which names a test may use without asking the student, and how each test looks up its own."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grading.engine import source as sources

if TYPE_CHECKING:
    from grading.engine.key import KeyNotebook

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
