"""How difficult each exercise was, and how well the exercises go together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from grading.analysis.model import Item
from grading.analysis.seen import Records, title_of
from grading.gradebook import CellPoints


def items_of(
    worth: Mapping[str, float], seen: Records, points: list[CellPoints]
) -> tuple[tuple[Item, ...], float | None]:
    """Analyse each exercise, and how well they go together.

    Parameters
    ----------
    worth
        "notebook/cell" → its maximum, in the order of the notebooks.
    seen
        What the records say.
    points
        What counts for each cell of the submissions that count.

    Returns
    -------
    items
        One an exercise, in the order of the notebooks.
    alpha
        Cronbach's alpha over the exercises that wait for nobody; None where undefined.
    """
    exercises: dict[str, list[str]] = defaultdict(list)
    for cell in worth:
        exercises[seen.exercises.get(cell, cell)].append(cell)
    students = {student: i for i, student in enumerate(sorted({one.student for one in points}))}
    place = {cell: j for j, cells in enumerate(exercises.values()) for cell in cells}
    table = np.zeros((len(students), len(exercises)))
    marked = np.ones(table.shape, dtype=bool)
    for one in points:
        table[students[one.student], place[one.cell]] += one.points
        marked[students[one.student], place[one.cell]] &= not one.waits
    discriminations = _item_rest(table, marked)
    items = []
    for j, (exercise, cells) in enumerate(exercises.items()):
        most = sum(worth[cell] for cell in cells)
        got = table[marked[:, j], j]
        waiting = int((~marked[:, j]).sum())
        known = most and got.size and got.size >= waiting
        items.append(
            Item(
                name=exercise,
                title=title_of(exercise),
                cells=tuple(cells),
                points=most,
                difficulty=float(got.mean() / most) if known else None,
                discrimination=discriminations[j],
                full=int((got >= most - 1e-9).sum()) if most else 0,
                none=int((got <= 0).sum()),
                unanswered=len(set().union(*(seen.unanswered[n] for n in (exercise, *cells)))),
                waiting=waiting,
            )
        )
    return tuple(items), cronbach_alpha(table[:, marked.all(axis=0)])


def _item_rest(table: Any, marked: Any) -> list[float | None]:
    """Compute corrected item-total correlations.

    Parameters
    ----------
    table
        Points, shape (submissions, exercises).
    marked
        Whether they are final, same shape. Submissions in which an exercise waits for a person
        don't count for it, and exercises that wait anywhere don't count for the others.

    Notes
    -----
    r(item, total − item), without which an item would correlate with itself: S. Henrysson,
    Correction of item-total correlations in item analysis, Psychometrika 28 (1963) 211–218, names
    the problem; J. C. Nunnally and I. H. Bernstein, Psychometric Theory (1994), use this form.
    """
    final = marked.all(axis=0)
    total = table[:, final].sum(axis=1)
    found: list[float | None] = []
    for j in range(table.shape[1]):
        rows = marked[:, j]
        item = table[rows, j]
        rest = total[rows] - (item if final[j] else 0.0)
        found.append(correlation(item, rest))
    return found


def correlation(a: Any, b: Any) -> float | None:
    """Compute Pearson's correlation; None with fewer than three values, or constant ones."""
    if len(a) < 3:
        return None
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float(np.clip((a * b).sum() / spread, -1, 1)) if spread > 1e-9 else None


def cronbach_alpha(table: Any) -> float | None:
    """Compute Cronbach's alpha (L. J. Cronbach, Psychometrika 16 (1951) 297–334)."""
    rows, columns = table.shape
    if rows < 3 or columns < 2:
        return None
    total = float(table.sum(axis=1).var(ddof=1))
    if total <= 1e-12:
        return None
    return float(columns / (columns - 1) * (1 - table.var(axis=0, ddof=1).sum() / total))
