"""Which of the cells that are only shown have to be run after all, because an answer uses them.

An experiment takes seconds, and most answers hold the numbers that it has shown. Some hold its name
instead, and are as right: `median = runs.summary().median`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from grading.engine import source

if TYPE_CHECKING:
    from grading.engine.sanitize import Cell


def run_what_is_used(cells: Sequence[Cell], asked: Iterable[str]) -> None:
    """Have those cells run whose names a cell behind them looks up, directly or through another.

    Parameters
    ----------
    cells
        All of a notebook's cells, in order; their `only_shown` is changed.
    asked
        Names of the student's that tests ask for without naming them in their source.
    """
    wanted = set(asked)
    if not _offer(cells, wanted):
        return
    for cell in reversed(cells):
        if cell.cell_type != "code":
            continue
        if cell.only_shown and wanted & source.names(cell.source).bound:
            cell.only_shown = False
        if not cell.only_shown:
            wanted -= source.rebound(cell.source)
            wanted |= source.looked_up(cell.source)


def _offer(cells: Iterable[Cell], asked: set[str]) -> bool:
    """Say whether a name that is bound by what may not be run is a word of anything behind it.

    Parsing what a whole class has written takes long, and few answers get beyond this.
    """
    offered: set[str] = set()
    for cell in cells:
        if cell.only_shown:
            offered |= source.names(cell.source).bound
        elif cell.cell_type == "code" and not offered.isdisjoint(source.words(cell.source)):
            return True
    return not offered.isdisjoint(asked)
