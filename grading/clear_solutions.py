"""How solutions are taken out of a notebook: as nbgrader does, but kind to plain answers."""

from __future__ import annotations

import ast
import re

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions

__all__ = ["ClearSolutions"]


class ClearSolutions(NbgraderClearSolutions):  # type: ignore[misc]
    """Put no `raise NotImplementedError()` where a cell already says what is to be filled in.

    A cell such as ::

        largest_slope = None  # your answer: a number
        ### BEGIN SOLUTION
        largest_slope = 0.25
        ### END SOLUTION

    keeps its first line and loses the rest. With nbgrader's stub it would raise, and a student who
    runs the notebook from top to bottom would be stopped there. So does a cell with a broken
    function to mend: the function stands above the region, which defines it once more. A region
    inside a function gets the stub, as ever: a function that isn't written yet has to say so when
    it is called.
    """

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        before = cell.source
        replaced = bool(super()._replace_solution_region(cell, language))
        if replaced and cell.cell_type == "code" and _says_what_to_do(before):
            stub = re.escape(self.code_stub[language])
            cell.source = re.sub(rf"^{stub}\n?", "", cell.source, flags=re.MULTILINE).rstrip("\n")
        return replaced


def _says_what_to_do(source: str) -> bool:
    """Say whether a cell begins with a placeholder, `answer = None`, or a function to mend."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic, perhaps: then it's no plain answer
        return False
    first = body[0] if body else None
    if isinstance(first, ast.FunctionDef):
        return any(isinstance(n, ast.FunctionDef) and n.name == first.name for n in body[1:])
    return (
        isinstance(first, ast.Assign)
        and isinstance(first.value, ast.Constant)
        and first.value.value is None
    )
