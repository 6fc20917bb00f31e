"""What a cell's source binds and uses, read without running it."""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


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
    if source.isspace() or not source:
        return ""
    return str(_transformer().transform_cell(source))


@lru_cache(maxsize=1)
def _transformer() -> Any:
    # Commands that only look at keys need none of IPython.
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=2000)
def parse(source: str) -> ast.Module | None:
    """Parse a cell; None where it is no Python."""
    try:
        return ast.parse(python(source))
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
