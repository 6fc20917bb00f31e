"""What a cell's source binds and uses, read without running it."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W\d]\w*")
# With these, a name can be looked up without being written as one.
_DYNAMIC = frozenset({"eval", "exec", "globals", "locals", "vars", "get_ipython"})


@dataclass(frozen=True)
class Names:
    """The global names of one cell.

    Attributes
    ----------
    bound
        Names that it binds, imports included.
    imported
        Those that it binds by import statements only, as (name, module, attribute). The attribute
        is None for ``import a.b as c`` and empty for ``import a.b``, which binds ``a``.
    star
        Modules that it imports everything from.
    used
        Names that it looks up and names that it deletes.
    deleted
        Names that it deletes.
    attributes
        Names of attributes that it reads, anywhere.
    """

    bound: frozenset[str] = frozenset()
    imported: tuple[tuple[str, str, str | None], ...] = ()
    star: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()


def python(source: str) -> str:
    """Turn IPython's additions (``%magic``, ``!command``, ``name?``) into Python."""
    return _read(source)[0]


@lru_cache(maxsize=1)
def _transformer() -> Any:
    # Commands that only look at keys need none of IPython.
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()  # type: ignore[no-untyped-call]


def parse(source: str) -> ast.Module | None:
    """Parse a cell; None where it is no Python."""
    return _read(source)[1]


@lru_cache(maxsize=2000)
def _read(source: str) -> tuple[str, ast.Module | None]:
    if source.isspace() or not source:
        return "", ast.Module([], [])
    # None of the additions is Python by itself, and looking for them takes as long as to parse.
    tree = _parsed(source)
    if tree is not None:
        return source, tree
    try:
        plain = str(_transformer().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source, None
    return plain, _parsed(plain)


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=2000)
def names(source: str) -> Names:
    """List the global names of a cell; none where it is no Python."""
    tree = parse(source)
    if tree is None:
        return Names()
    bound: set[str] = set()
    used: set[str] = set()
    try:
        _collect(symtable.symtable(python(source), "cell", "exec"), True, bound, used)
    except (SyntaxError, RecursionError):
        return Names()
    imported: dict[str, tuple[str, str | None]] = {}
    star: list[str] = []
    for statement in ast.walk(tree):
        _imports(statement, imported, star)
    stored = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    defined = {n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    return Names(
        bound=frozenset(bound),
        imported=tuple(
            (name, module, attribute)
            for name, (module, attribute) in imported.items()
            if name in bound and name not in stored and name not in defined
        ),
        star=tuple(star),
        used=frozenset(used),
        deleted=frozenset(
            n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del)
        ),
        attributes=frozenset(n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)),
    )


@lru_cache(maxsize=2000)
def words(source: str) -> frozenset[str]:
    """List everything in a cell that could be a name, in strings and comments too."""
    return frozenset(_WORD.findall(source))


def rebound(source: str) -> frozenset[str]:
    """List the global names that a cell binds for certain before it looks them up."""
    return _flow(source)[0]


def looked_up(source: str) -> frozenset[str]:
    """List the global names that a cell may look up before it binds them itself.

    With `eval`, `globals` or a magic in it, that is every word of it.
    """
    return _flow(source)[1]


@lru_cache(maxsize=2000)
def _flow(source: str) -> tuple[frozenset[str], frozenset[str]]:
    tree = parse(source)
    if tree is None:
        return frozenset(), frozenset()  # it ends before it begins
    bound: set[str] = set()
    try:
        flow = _Flow(source)
        flow.follow(tree.body, bound)
    except SyntaxError:  # one that only compiling finds, such as `nonlocal` outside
        return frozenset(), frozenset()
    except RecursionError:  # a sum of a thousand terms
        return frozenset(), words(source)
    if flow.used & _DYNAMIC:
        flow.used |= words(source)
    return frozenset(bound - flow.used), frozenset(flow.used)


class _Flow:
    """Follows a cell's statements in the order in which they run.

    Attributes
    ----------
    used
        Names looked up before they were bound for certain.
    """

    def __init__(self, source: str) -> None:
        self.used: set[str] = set()
        # What functions, classes and comprehensions look up outside, by the line they begin at.
        self._inside: dict[int, set[str]] = {}
        for scope in symtable.symtable(python(source), "cell", "exec").get_children():
            _collect(scope, False, set(), self._inside.setdefault(scope.get_lineno(), set()))

    def follow(self, body: Iterable[ast.stmt], bound: set[str]) -> None:
        """Add to `used`, and to the names bound for certain."""
        for statement in body:
            if isinstance(statement, (ast.For, ast.AsyncFor)):
                self._use(statement.iter, bound)
                self.follow(statement.body, bound | _targets(statement.target))
                self.follow(statement.orelse, set(bound))
            elif isinstance(statement, (ast.If, ast.While)):
                self._use(statement.test, bound)
                self.follow(statement.body, set(bound))
                self.follow(statement.orelse, set(bound))
            elif isinstance(statement, (ast.With, ast.AsyncWith)):
                for item in statement.items:
                    self._use(item.context_expr, bound)
                    bound |= _targets(item.optional_vars)
                self.follow(statement.body, bound)
            elif isinstance(statement, ast.Try):
                for part in (statement.body, statement.orelse, statement.finalbody):
                    self.follow(part, set(bound))
                for handler in statement.handlers:
                    self._use(handler.type, bound)
                    self.follow(handler.body, bound | {handler.name or ""})
            else:
                self._use(statement, bound)
                bound |= _certainly_bound(statement)

    def _use(self, node: ast.stmt | ast.expr | None, bound: set[str]) -> None:
        if node is None:
            return
        found = _outermost_names(node)
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)])
        for line in range(first, (node.end_lineno or first) + 1):
            found |= self._inside.get(line, set())
        self.used |= found - bound


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _outermost_names(node: ast.AST) -> set[str]:
    """List names that a statement looks up outside of what has names of its own."""
    if isinstance(node, ast.Name):
        return set() if isinstance(node.ctx, ast.Store) else {node.id}
    parts: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, _COMPREHENSIONS):
        parts = [node.generators[0].iter]
    elif isinstance(node, _SCOPES):
        inside = node.body if isinstance(node.body, list) else [node.body]
        parts = [part for part in parts if part not in inside]
    found = set().union(*map(_outermost_names, parts))
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        found.add(node.target.id)
    return found


def _certainly_bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return set().union(*map(_targets, statement.targets))
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return _targets(statement.target)
    imported: dict[str, tuple[str, str | None]] = {}
    _imports(statement, imported, [])
    return set(imported)


def _targets(target: ast.expr | None) -> set[str]:
    if isinstance(target, ast.Name):
        return {target.id}
    if isinstance(target, (ast.Tuple, ast.List)):
        return set().union(*map(_targets, target.elts))
    return _targets(target.value) if isinstance(target, ast.Starred) else set()


def _collect(table: symtable.SymbolTable, top: bool, bound: set[str], used: set[str]) -> None:
    for symbol in table.get_symbols():
        binds = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
        if top or symbol.is_global():
            if binds and (top or symbol.is_declared_global()):
                bound.add(symbol.get_name())
            if symbol.is_referenced():
                used.add(symbol.get_name())
    for child in table.get_children():
        _collect(child, False, bound, used)


def _imports(
    statement: ast.AST, imported: dict[str, tuple[str, str | None]], star: list[str]
) -> None:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname:
                imported[alias.asname] = (alias.name, None)
            else:
                imported[alias.name.partition(".")[0]] = (alias.name, "")
    elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
        for alias in statement.names:
            if alias.name == "*":
                star.append(statement.module)
            else:
                imported[alias.asname or alias.name] = (statement.module, alias.name)
