"""How students see what an exercise is worth: its points stand behind its number."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task

from grading.rules import Markers
from grading.wording import counted, number

__all__ = ["StatePoints"]

_NUMBER = re.compile(r"\*\*Exercise \d+\.\*\*")


class StatePoints(NbGraderPreprocessor):  # type: ignore[misc]
    """Write behind `**Exercise 7.**` what the graded cells from there to the next one are worth.

    So points are stated in one place, each graded cell's metadata. A notebook without such numbers
    stays as it is.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Change the texts in place; return both arguments, as nbconvert wants it."""
        numbered = [
            place
            for place, cell in enumerate(nb.cells)
            if cell.cell_type == "markdown" and _NUMBER.search(cell.source)
        ]
        hidden = Markers.configured(self.config).hidden[0]
        for start, end in pairwise([*numbered, len(nb.cells)]):
            worth = _worth(nb.cells[start:end], hidden)
            text = nb.cells[start].source
            nb.cells[start].source = _NUMBER.sub(rf"\g<0> {worth}", text, count=1)
        return nb, resources


def _worth(cells: list[NotebookNode], hidden: str) -> str:
    """Say what some cells are worth, `hidden` being what a hidden test begins with."""
    total = out_of_sight = by_hand = 0.0
    for cell in cells:
        if not (is_grade(cell) or is_task(cell)):
            continue
        points = float(cell.metadata.nbgrader.get("points") or 0.0)
        total += points
        if is_solution(cell) or is_task(cell):
            by_hand += points
        elif hidden in cell.source:
            out_of_sight += points
    words = counted(total, "point")
    if out_of_sight:
        words += f", {number(out_of_sight)} for hidden tests"
    if by_hand:
        words += f", {number(by_hand)} given by hand"
    return f"*({words})*"
