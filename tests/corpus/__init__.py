"""A corpus of students' solutions: read it, run it, mutate it, report on it.

`python -m corpus` from tests/ prints the confusion table and the mutation score.
"""

from __future__ import annotations

import ast
import copy
import functools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tutor import check, classifier, mistakes
from tutor.check.diagnose import Trial
from tutor.check.functions import check_function

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Entry:
    exercise: str
    expected: str  # a mistake's id, "general/…", "-" for none; "" for right solutions
    source: str
    place: str

    @property
    def wanted(self) -> str:
        """The full id of the expected mistake."""
        plain = self.expected.startswith("general/") or self.expected == "-"
        return self.expected if plain else f"{self.exercise}/{self.expected}"


def entries(pattern: str) -> list[Entry]:
    found = []
    for path in sorted(HERE.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"^#: (\S+) ?(\S*)\n((?:(?!#: ).*\n)*)", text, flags=re.M):
            line = text[: match.start()].count("\n") + 1
            found.append(Entry(match[1], match[2], match[3], f"{path.name}:{line}"))
    return found


def wrong() -> list[Entry]:
    return entries("wrong_*.txt")


def right() -> list[Entry]:
    return entries("right.txt")


def answer(exercise: str, source: str) -> Any:
    """Run a solution as a notebook would, and give the answer that it defines."""
    from scipy.special import expit

    namespace = {"np": np, "math": math, "expit": expit, "classifier": classifier}
    namespace["__name__"] = "__main__"
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace.get(mistakes.get(exercise).name, check.yours.nothing_of_this_name)


def checked(entry: Entry) -> check.Result:
    return check.exercise(entry.exercise, answer(entry.exercise, entry.source))


def hints(result: check.Result) -> set[str]:
    """The ids of the mistakes that a result names; a plain wrong value says nothing more."""
    found = {str(line.mistake) for line in result.lines if not line.ok}
    return found - {"general/value", "general/not_finite"} if len(found) > 1 else found


@functools.cache
def verdict(entry: Entry) -> str:
    """Say what became of a wrong solution: "hint", "no hint", "wrong hint" or "passed"."""
    result = checked(entry)
    if result.ok:
        return "passed"
    found = hints(result)
    if found == {entry.wanted}:
        return "hint"
    general = all(name.startswith("general/") for name in found)
    if entry.expected == "-":
        return "hint" if general else "wrong hint"
    return "no hint" if general and not entry.expected.startswith("general/") else "wrong hint"


# Mutants -----------------------------------------------------------------------------------------

_OPERATORS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.MatMult: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
}
_NAMES = {
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "all": ("any",),
    "any": ("all",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "exp": ("exp2",),
    "log": ("log2",),
    "sin": ("cos",),
    "cos": ("sin",),
}


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Give every small change of one node."""
    if isinstance(node, ast.BinOp):
        for other in _OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)
        yield ast.BinOp(node.right, node.op, node.left)
        yield node.left
        yield node.right
    elif isinstance(node, ast.AugAssign):
        for other in _OPERATORS.get(type(node.op), ()):
            yield ast.AugAssign(node.target, other(), node.value)
        target = copy.deepcopy(node.target)
        yield ast.Assign([target], node.value)
    elif isinstance(node, ast.BoolOp):
        for other in _OPERATORS.get(type(node.op), ()):
            yield ast.BoolOp(other(), node.values)
    elif isinstance(node, ast.Compare):
        for other in _OPERATORS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [other()], node.comparators)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
        if node.value:
            yield ast.Constant(2 * node.value)
    elif isinstance(node, ast.Attribute):
        if node.attr == "T":
            yield node.value
        for other in _NAMES.get(node.attr, ()):
            yield ast.Attribute(node.value, other, node.ctx)
    elif isinstance(node, ast.Name):
        for other in _NAMES.get(node.id, ()):
            yield ast.Name(other, node.ctx)
    elif isinstance(node, ast.Return) and node.value is not None:
        if isinstance(node.value, ast.Tuple):
            yield ast.Return(ast.Tuple(node.value.elts[::-1], ast.Load()))
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))


def mutants(source: str) -> Iterator[str]:
    """Give every solution that differs from a right one by one small change."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for change in _changes(node):
            other = copy.deepcopy(tree)
            target = list(ast.walk(other))[number]
            fresh = ast.copy_location(copy.deepcopy(change), target)
            swapped = _Swap(target, fresh).visit(other)
            yield ast.unparse(ast.fix_missing_locations(swapped)) + "\n"


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().generic_visit(node)


@functools.cache
def mutation_tests() -> tuple[tuple[str, str, bool], ...]:
    """Test every second mutant, if it changes its function: exercise, source, whether it failed.

    What counts is the share that is found, and a thousand give that well. A mutant changes the
    function if it departs from the reference on any of 200 drawn inputs, ten times as many as
    visible and hidden tests use, and drawn with another seed. Solutions with `while` are left out,
    because some of their mutants never end.
    """
    return tuple(_mutation_tests())


def _mutation_tests() -> Iterator[tuple[str, str, bool]]:
    for entry in right():
        exercise = mistakes.get(entry.exercise)
        if exercise.kind != "function" or "while" in entry.source:
            continue
        bare = replace(exercise, forbids=(), mistakes=(), plot=False)
        rng = np.random.default_rng(99)
        dense = [bare.draw(rng) for _ in range(200)]
        rng = np.random.default_rng(5)
        hidden = [bare.draw(rng) for _ in range(10)]
        # Only the verdict matters here: no more inputs to look for a hint with.
        plain = replace(bare, draw=None, cases=())
        for source in list(dict.fromkeys(mutants(entry.source)))[::2]:
            try:
                student = answer(entry.exercise, source)
            except Exception:  # it doesn't even define a function
                continue
            if not _passes(student, plain, [*bare.cases, *hidden]):
                yield entry.exercise, source, True
            elif not _passes(student, plain, dense):
                yield entry.exercise, source, False


def _passes(student: Any, exercise: mistakes.Exercise, cases: list[Any]) -> bool:
    return check_function(student, Trial(exercise, cases), hidden=True, points=None).ok
