"""Which cells of a notebook that students get do the same in the solved one, and needn't be run."""

from __future__ import annotations

import nbformat

from grading.engine.source import looked_up, names

SHOWN_ONLY = "skip-execution"
"""The tag of cells that are run by students only, not where their notebooks are graded."""


def demonstrations(untouched: nbformat.NotebookNode, solved: nbformat.NotebookNode) -> set[str]:
    """Give the cells that do the same in both: no answer reaches them, and no other needs them."""
    shown = {cell.id: cell for cell in untouched.cells if cell.cell_type == "code"}
    codes = {cell.id: cell.source for cell in solved.cells if cell.id in shown}
    answered, needs, maker = set(), {}, {}  # by cell; by cell; by name
    for cell, source in codes.items():
        needs[cell] = {maker[name] for name in looked_up(source) if name in maker}
        if shown[cell].source != source or answered & needs[cell]:
            answered.add(cell)
        maker |= dict.fromkeys(names(source).bound, cell)
    known = set()
    needed: set[str] = set()
    for cell in reversed(codes):
        tags = shown[cell].metadata.get("tags", [])
        if cell in needed | answered or SHOWN_ONLY not in tags:
            needed |= needs[cell]
        else:
            known.add(cell)
    return known
