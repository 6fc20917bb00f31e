"""The matrices of a layer and of its gradients, to scale: which orders fit, and which don't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets

from tutor.colours import BLUE, GRID, INK, ORANGE
from tutor.widgets.controls import counter, dropdown
from tutor.widgets.explorer import Explorer
from tutor.widgets.sketch import WIDTH, Sketch

if TYPE_CHECKING:
    from tutor.widgets.live import LivePlot

LARGEST = 8
_CELL = 7.5  # display units a row or column
_GAP = 17  # on each side of an operator
_OPERATORS = {"=": 2 * _GAP, "·": 2 * _GAP, "+": 2 * _GAP, "= Σ": 3 * _GAP}  # their widths
_PANEL = (WIDTH / 2, 168)
_SIZES = {"X": "ND", "W": "DM", "Z": "NM", "b": "1M", "dZ": "NM", "dW": "DM", "dX": "ND"}
_SIZES["db"] = _SIZES["b"]


@dataclass(frozen=True)
class Attempt:
    """A gradient as somebody might write it: `target` = `left` · `right`, `ᵀ` for transposed."""

    target: str
    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.target} = {self.left} · {self.right}"

    def judge(self, sizes: Mapping[str, int]) -> tuple[bool, str]:
        """Say whether it is the right product, and why (not).

        Parameters
        ----------
        sizes
            The numbers N, D and M.
        """
        left, right = letters(self.left), letters(self.right)
        inner, result = (left[1], right[0]), left[0] + right[1]
        if inner[0] != inner[1]:
            columns, rows = (sizes[letter] for letter in inner)
            if columns == rows:
                return False, (
                    f"it fits only because {inner[0]} = {inner[1]} here: it adds up over the "
                    "wrong index"
                )
            return False, (
                f"{self.left} has {inner[0]} = {columns} columns, {self.right} has {inner[1]} = "
                f"{rows} rows: they don't fit"
            )
        if result != _SIZES[self.target]:
            return False, f"it fits, but gives {_by(result)}, the transpose of {self.target}"
        return True, f"it fits, and gives {_by(result)} like {self.target[1:]}"


ATTEMPTS = {
    str(attempt): attempt
    for attempt in (
        Attempt("dW", "X", "dZ"),
        Attempt("dW", "dZ", "Xᵀ"),
        Attempt("dW", "dZᵀ", "X"),
        Attempt("dW", "Xᵀ", "dZ"),
        Attempt("dX", "W", "dZ"),
        Attempt("dX", "dZ", "W"),
        Attempt("dX", "W", "dZᵀ"),
        Attempt("dX", "dZ", "Wᵀ"),
    )
}


def letters(name: str) -> str:
    """Return rows and columns of a matrix as letters.

    >>> letters("Xᵀ")
    'DN'
    """
    return _SIZES[name[:-1]][::-1] if name.endswith("ᵀ") else _SIZES[name]


def _by(shape: str) -> str:
    return f"{shape[0]}×{shape[1]}"


class MatrixShapes(Explorer):
    """Set the sizes of a layer and see its products forward and backward as blocks to scale.

    Parameters
    ----------
    **start
        `N` samples, `D` inputs and `M` outputs (from 1 to 8), and `attempt`, a product to try,
        such as "dW = X · dZ".
    """

    title = "Shapes forward and backward"
    question = (
        "In which order do the matrices fit, and is that enough? "
        "Which products cost the same number of multiplications?"
    )

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        return {
            "N": counter("N (samples)", 6, 1, LARGEST),
            "D": counter("D (inputs)", 4, 1, LARGEST),
            "M": counter("M (outputs)", 2, 1, LARGEST),
            "attempt": dropdown("Try", "dW = X · dZ", {name: name for name in ATTEMPTS}),
        }

    def _plot(self, now: Any) -> LivePlot:
        self._sketch = Sketch(3 * _PANEL[1] + 6)
        return self._sketch

    def _move(self, now: Any) -> str:
        sizes = {"1": 1, "N": now.N, "D": now.D, "M": now.M}
        cost = now.N * now.D * now.M
        count = f"N·D·M = {now.N}·{now.D}·{now.M} = {cost} multiplications"
        (width, height), sketch = _PANEL, self._sketch
        sketch.clear()
        for x, y, words, terms, note in (
            (0, 0, "forward", ["Z", "=", "X", "·", "W", "+", "b"], count),
            (width, 0, "gradient of the weights", ["dW", "=", "Xᵀ", "·", "dZ"], count),
            (0, height, "gradient of the inputs", ["dX", "=", "dZ", "·", "Wᵀ"], count),
            (width, height, "gradient of the biases", ["db", "= Σ", "dZ"],
             f"column sums: {now.M}·({now.N} − 1) = {now.M * (now.N - 1)} additions"),
        ):  # fmt: skip
            self._draw_product(x + width / 2, y, f"{words}: {' '.join(terms)}", terms, sizes)
            sketch.text(x + width / 2, y + height - 12, note, 12)
        good, verdict = self._draw_attempt(ATTEMPTS[now.attempt], sizes)
        return (
            f"N = {now.N}, D = {now.D}, M = {now.M}: Z, dW and dX take {cost} multiplications "
            f"each. {now.attempt}{' is right' if good else ' is wrong'}: {verdict}."
        )

    def _draw_attempt(self, attempt: Attempt, sizes: Mapping[str, int]) -> tuple[bool, str]:
        good, verdict = attempt.judge(sizes)
        y, sketch = 2 * _PANEL[1] + 4, self._sketch
        sketch.path(f"M20 {y - 4}H{WIDTH - 20}", GRID)
        terms = [attempt.target, "=", attempt.left, "·", attempt.right]
        sign = "✓" if good else "✗"
        self._draw_product(
            WIDTH / 2, y, f"try: {attempt} (thick sides have to match)", terms, sizes
        )
        sketch.text(WIDTH / 2, y + _PANEL[1] - 12, f"{sign} {verdict}", 12.5, bold=True)
        return good, verdict

    def _draw_product(
        self, middle: float, top: float, title: str, terms: Sequence[str], sizes: Mapping[str, int]
    ) -> None:
        """Draw blocks and the operators between them; mark the sides that have to be equal."""
        widths = [_width(term, sizes) for term in terms]
        x, y = middle - sum(widths) / 2, top + 82
        self._sketch.text(middle, top + 20, title, bold=True)
        for i, (term, width) in enumerate(zip(terms, widths, strict=True)):
            if term in _OPERATORS:
                self._sketch.text(x + width / 2, y + 6, term, 18)
            else:
                self._draw_block(x, y, term, sizes)
            if term == "·":
                self._mark_inner(x, y, terms[i - 1], terms[i + 1], sizes)
            x += width

    def _draw_block(self, x: float, middle: float, term: str, sizes: Mapping[str, int]) -> None:
        rows, columns = (sizes[letter] for letter in letters(term))
        width, height = _CELL * columns, _CELL * rows
        y, sketch = middle - height / 2, self._sketch
        fill = ORANGE if term.startswith("d") else BLUE
        sketch.rectangle(x, y, width, height, fill, opacity=0.35)
        lines = [f"M{x:.1f} {y + _CELL * i:.1f}h{width:.1f}" for i in range(1, rows)]
        lines += [f"M{x + _CELL * i:.1f} {y:.1f}v{height:.1f}" for i in range(1, columns)]
        sketch.path("".join(lines), width=0.4)
        sketch.text(x + width / 2, y - 6, term, 12.5, bold=True)
        sketch.text(x + width / 2, y + height + 14, _by(letters(term)), 11)
        sketch.text(x + width / 2, y + height + 27, f"{rows}×{columns}", 11)

    def _mark_inner(
        self, x: float, middle: float, left: str, right: str, sizes: Mapping[str, int]
    ) -> None:
        """Mark the left factor's width and the right one's height, on both sides of the dot."""
        columns, rows = sizes[letters(left)[1]], sizes[letters(right)[0]]
        top = middle - _CELL * sizes[letters(left)[0]] / 2
        path = f"M{x:.1f} {top:.1f}h{-_CELL * columns:.1f}"
        path += f"M{x + 2 * _GAP:.1f} {middle - _CELL * rows / 2:.1f}v{_CELL * rows:.1f}"
        fits = letters(left)[1] == letters(right)[0]
        self._sketch.path(path, INK if fits else ORANGE, 4)


def _width(term: str, sizes: Mapping[str, int]) -> float:
    return _OPERATORS[term] if term in _OPERATORS else _CELL * sizes[letters(term)[1]]
