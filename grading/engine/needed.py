"""Which of the cells that are only shown have to be run after all, because an answer uses them.

An experiment takes seconds, and most answers hold the numbers that it has shown. Some hold its name
instead, and are as right: `median = runs.summary().median`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from grading.engine import source

if TYPE_CHECKING:
    from grading.engine.sanitize import Cell


def run_what_is_used(cells: Sequence[Cell], asks: Mapping[str, Iterable[str]]) -> None:
    """Have those cells run whose names a cell behind them looks up, directly or through another.

    Parameters
    ----------
    cells
        All of a notebook's cells, in order; their `only_shown` is changed.
    asks
        Name of a test to names of the student's that it asks for without writing them down.
    """
    offered = _offered(cells, asks)
    if not offered:
        return
    wanted: set[str] = set()
    for cell in reversed(cells):
        if cell.cell_type != "code":
            continue
        if cell.only_shown and wanted & source.names(cell.source).bound:
            cell.only_shown = False
        if not (cell.only_shown or offered.isdisjoint(source.words(cell.source))):
            wanted -= source.rebound(cell.source)
            wanted |= source.looked_up(cell.source)
        if not cell.only_shown:
            wanted.update(_asked(cell, asks))


def _offered(cells: Iterable[Cell], asks: Mapping[str, Iterable[str]]) -> set[str]:
    """Give the names bound by what may not be run, if one is a word of anything behind it.

    Parsing what a whole class has written takes long, and few answers get beyond this.
    """
    offered: set[str] = set()
    met = False
    for cell in cells:
        if cell.only_shown:
            offered |= source.names(cell.source).bound
        elif offered and not met and cell.cell_type == "code":
            said = source.words(cell.source).union(_asked(cell, asks))
            met = not offered.isdisjoint(said)
    return offered if met else set()


def _asked(cell: Cell, asks: Mapping[str, Iterable[str]]) -> Iterable[str]:
    return asks.get(cell.key.name, ()) if cell.key is not None else ()
