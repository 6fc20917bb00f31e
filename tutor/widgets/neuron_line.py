"""One neuron's line in the plane, and the gates that it can and can't compute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np

from tutor import datasets, plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.widgets.controls import dropdown, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot
from tutor.widgets.regions import Regions

GATES = ("and", "or", "nand", "xor")
_NAMES = ("x1", "x2", "x1·x2")
_COLUMNS = (0.14, 0.36, 0.6, 0.82, 0.98)  # of the truth table


def features(x: Any, product: bool) -> Any:
    """Return the columns x1, x2 and, if wanted, x1·x2: shape (N, 2) in, (N, 2) or (N, 3) out."""
    return np.column_stack([x, x[:, 0] * x[:, 1]]) if product else x


def formula(weights: Any, b: float) -> str:
    """Write z = w1·x1 + … + b with its numbers.

    >>> formula([1.0, -2.0], 0.5)
    'z = 1·x1 − 2·x2 + 0.5'
    """
    terms = [f"{plots.number(w)}·{name}" for w, name in zip(weights, _NAMES, strict=False)]
    return f"z = {' + '.join([*terms, plots.number(b)])}".replace("+ −", "− ")


class NeuronLine(Explorer):
    """Move a neuron's line until all four corners of a gate are right.

    The neuron answers 1 where z = w1·x1 + w2·x2 + b is above 0, else 0. With the product x1·x2 as
    a third feature its boundary is a curve, and XOR becomes possible.

    Parameters
    ----------
    **start
        `gate` ("and", "or", "nand" or "xor"), `features` ("plain" or "product"), and `w1`, `w2`,
        `w3`, `b` (from −3 to 3).
    """

    title = "One neuron draws one line"
    question = (
        "Can you get all four corners right for every gate? "
        "And what does the feature x1·x2 make of the line?"
    )
    redraw_after = frozenset({"gate"})

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        return {
            "gate": dropdown("Gate", "and", {name.upper(): name for name in GATES}),
            "features": dropdown(
                "Features", "plain", {"x1, x2": "plain", "x1, x2, x1·x2": "product"}
            ),
            "w1": slider("w1", 1.0, -3.0, 3.0, 0.1),
            "w2": slider("w2", 1.0, -3.0, 3.0, 0.1),
            "w3": slider("w3 of x1·x2", -2.0, -3.0, 3.0, 0.1),
            "b": slider("b", -0.5, -3.0, 3.0, 0.1),
        }

    def _plot(self, now: Any) -> LivePlot:
        self._corners, self._wanted = datasets.gate(now.gate)
        figure, (left, right) = plots.subplots(7.5, 3.7, columns=2, width_ratios=(1, 1.05))
        with plots.style():
            left.set(xlabel="x1", ylabel="x2", xlim=(-0.6, 1.6), ylim=(-0.6, 1.6), aspect="equal")
            left.set(xticks=[0, 1], yticks=[0, 1], title="the plane")
            self._regions = Regions(left)
            ones = self._wanted == 1
            for which, look, label in ((ones, "o", "wants 1"), (~ones, "s", "wants 0")):
                color = BLUE if label == "wants 1" else ORANGE
                left.plot(*self._corners[which].T, look, color=color, ms=13, mec=INK, label=label)
            (self._crosses,) = left.plot(
                [], [], "x", color=INK, ms=24, mew=3, label="wrong", zorder=4
            )
            table = self._draw_table(right)
            handles = left.get_legend_handles_labels()[0]
            figure.legend(
                handles=[*handles[:2], *Regions.legend("answers 0", "answers 1")],
                loc="outside upper center", ncols=4,
            )  # fmt: skip
        return LivePlot(figure, [*self._regions.artists, self._crosses, *table])

    def _draw_table(self, axes: Any) -> list[Any]:
        """Write the truth table; return its moving cells."""
        axes.set(xlim=(0, 1.08), ylim=(0.4, 5.9), title="the truth table")
        axes.axis("off")
        head = {"weight": "bold", "ha": "center", "va": "center"}
        for x, name in zip(_COLUMNS, ("x1, x2", "z", "answers", "wants"), strict=False):
            axes.text(x, 5.2, name, **head)
        axes.axhline(4.75, color=INK, lw=0.8)
        self._cells = []
        for row, (corner, wanted) in enumerate(zip(self._corners, self._wanted, strict=True)):
            place = {"y": 4 - row, "ha": "center", "va": "center", "fontsize": 11}
            axes.text(_COLUMNS[0], s=f"{corner[0]:.0f}, {corner[1]:.0f}", **place)
            axes.text(_COLUMNS[3], s=f"{wanted:.0f}", **place)
            self._cells.append([axes.text(_COLUMNS[i], s="", **place) for i in (1, 2, 4)])
        return [cell for row in self._cells for cell in row]

    def _arrange(self, now: Any) -> None:
        self.inputs["w3"].layout.display = None if now.features == "product" else "none"

    def _move(self, now: Any) -> str:
        product = now.features == "product"
        weights = np.array([now.w1, now.w2, now.w3][: 2 + product])
        self._regions.show(features(self._regions.points, product) @ weights + now.b)
        # Sums of tenths: without rounding, 0.1 + 0.2 − 0.3 isn't 0, and the answer would be 1.
        z = np.round(features(self._corners, product) @ weights + now.b, 9)
        answers = (z > 0).astype(float)
        right = answers == self._wanted
        self._crosses.set_data(*self._corners[~right].T)
        for cells, value, answer, good in zip(self._cells, z, answers, right, strict=True):
            texts = (plots.number(value), f"{answer:.0f}", "✓" if good else "✗")
            for cell, text in zip(cells, texts, strict=True):
                cell.set_text(text)
        return (
            f"{now.gate.upper()}, {formula(weights, now.b)}: {right.sum()} of 4 corners are right"
            f"{_verdict(self._corners[~right], self._corners[z == 0])}"
        )


def _verdict(wrong: Any, on_the_line: Any) -> str:
    """Say which corners are wrong and which lie on the line. Both of shape (N, 2)."""
    words = "." if not len(wrong) else f", wrong: {_list(wrong)}."
    if len(on_the_line):
        words += f" z = 0 at {_list(on_the_line)}: on the line the answer is 0."
    return words


def _list(corners: Any) -> str:
    return ", ".join(f"({x:.0f}, {y:.0f})" for x, y in corners)
