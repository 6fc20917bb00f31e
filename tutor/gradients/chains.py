"""What it costs to multiply a chain of matrices, such as the Jacobians of the chain rule."""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cached_property
from html import escape

import numpy as np


@dataclass(frozen=True)
class ChainCost:
    """What it costs to multiply a chain of matrices, counted in multiplications of numbers.

    Attributes
    ----------
    sizes : tuple of int
        The first matrix is sizes[0] × sizes[1], the second sizes[1] × sizes[2], and so on.
    best : str
        The cheapest order, with brackets: "A(BC)". Of equally cheap ones, the one that
        multiplies from the right.
    best_cost : int
        Its cost.
    """

    sizes: tuple[int, ...]
    best: str
    best_cost: int

    @property
    def left(self) -> int:
        """Cost from left to right, ((AB)C)D."""
        first, second, *others = self.sizes
        return sum(
            first * inner * outer for inner, outer in zip([second, *others], others, strict=False)
        )

    @property
    def right(self) -> int:
        """Cost from right to left, A(B(CD))."""
        return ChainCost(self.sizes[::-1], "", 0).left

    @cached_property
    def orders(self) -> dict[str, int]:
        """Every order and its cost, the cheapest first.

        Raises
        ------
        ValueError
            For more than 10 matrices: they have 16 796 orders and more.
        """
        count = len(self.sizes) - 1
        if count > 10:
            raise ValueError(f"expected at most 10 matrices to list every order, got {count}")
        found = _all_orders(self.sizes, 0, count)
        return {_strip(text): cost for text, cost in sorted(found, key=lambda order: order[1])}

    @property
    def text(self) -> str:
        """The costs in words."""
        lines = [f"{self.best} is the cheapest order: {self.best_cost:,} multiplications."]
        if len(self.sizes) <= 6:
            lines += [f"{text}: {cost:,}" for text, cost in self.orders.items()]
        else:
            lines += [f"From left to right: {self.left:,}.", f"From right to left: {self.right:,}."]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return "<div>" + "<br>".join(map(escape, self.text.split("\n"))) + "</div>"


def chain_cost(*sizes: int) -> ChainCost:
    """Count the multiplications of a matrix chain in each order.

    `chain_cost(m, n, p, q)` is for A (m × n), B (n × p) and C (p × q): (AB)C takes
    mnp + mpq multiplications and A(BC) takes npq + mnq. With q = 1, as in the backward pass
    of one loss, that is mp(n + 1) against n(m + p).

    Parameters
    ----------
    *sizes : int
        Row and column counts along the chain, one more than there are matrices.

    Returns
    -------
    ChainCost
        `left`, `right`, `best`, `best_cost`, and `orders` with every order.

    Raises
    ------
    ValueError
        For fewer than three sizes, or sizes below 1.
    TypeError
        For sizes that aren't whole numbers.

    Notes
    -----
    The best order is found by dynamic programming in O(n³) for n matrices
    (Cormen et al., Introduction to Algorithms, section 14.2).
    """
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer):
            raise TypeError(f"expected whole numbers as sizes, got {size!r}")
        if size < 1:
            raise ValueError(f"expected sizes of at least 1, got {size}")
    if len(sizes) < 3:
        raise ValueError(f"expected at least three sizes, for two matrices, got {len(sizes)}")
    plain = tuple(int(size) for size in sizes)
    cost, text = _best_order(plain)
    return ChainCost(plain, text, cost)


def _matrix_name(index: int, count: int) -> str:
    return string.ascii_uppercase[index] if count <= 26 else f"M{index + 1}"


def _best_order(sizes: tuple[int, ...]) -> tuple[int, str]:
    """Return the least cost and its order, over chains of growing length."""
    count = len(sizes) - 1
    best: dict[tuple[int, int], tuple[int, str]] = {
        (i, i + 1): (0, _matrix_name(i, count)) for i in range(count)
    }
    for length in range(2, count + 1):
        for start in range(count - length + 1):
            end = start + length
            best[start, end] = min(
                (
                    (
                        best[start, cut][0]
                        + best[cut, end][0]
                        + sizes[start] * sizes[cut] * sizes[end],
                        f"({best[start, cut][1]}{best[cut, end][1]})",
                    )
                    for cut in range(start + 1, end)
                ),
                key=lambda order: order[0],
            )
    cost, text = best[0, count]
    return cost, _strip(text)


def _all_orders(sizes: tuple[int, ...], start: int, end: int) -> list[tuple[str, int]]:
    if end - start == 1:
        return [(_matrix_name(start, len(sizes) - 1), 0)]
    return [
        (f"({left}{right})", left_cost + right_cost + sizes[start] * sizes[cut] * sizes[end])
        for cut in range(start + 1, end)
        for left, left_cost in _all_orders(sizes, start, cut)
        for right, right_cost in _all_orders(sizes, cut, end)
    ]


def _strip(text: str) -> str:
    """Take off the outer brackets."""
    return text[1:-1] if text.startswith("(") else text
