"""A sum of ReLUs bent by hand into another function: universal approximation, felt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
import numpy as np

from tutor import activations, plots
from tutor.colours import BLUE, ORANGE
from tutor.widgets.controls import dropdown, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot

KINKS = np.arange(-3.0, 3.0)
_X = np.linspace(-3.0, 3.0, 301)
_MOST = 4.0
_TARGETS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "sine": ("Sine", lambda x: 1.5 * np.sin(x)),
    "parabola": ("Parabola", lambda x: x**2 / 3 - 1.5),
    "bump": ("Bump", lambda x: 2 * np.exp(-(x**2)) - 0.5),
    "steps": ("Soft step", lambda x: 1.5 * np.tanh(3 * x)),
}


def pieces(bends: Any) -> Any:
    """Return the terms bend · ReLU(x − kink) on the widget's x, shape (6, 301)."""
    return np.asarray(bends)[:, None] * activations.relu(_X - KINKS[:, None])


def best_fit(target: str) -> dict[str, float]:
    """Return the bends and the height with the least squared error, to hundredths."""
    columns = np.column_stack([*pieces(np.ones(len(KINKS))), np.ones_like(_X)])
    found, *_ = np.linalg.lstsq(columns, _TARGETS[target][1](_X), rcond=None)
    names = [*_bend_names(), "height"]
    return {name: round(float(v), 2) for name, v in zip(names, found, strict=True)}


def _bend_names() -> list[str]:
    return [f"bend{index + 1}" for index in range(len(KINKS))]


class ReluSum(Explorer):
    """Six ReLUs whose sum has to follow a curve; each slider bends the sum at one x.

    Parameters
    ----------
    **start
        `target` ("sine", "parabola", "bump" or "steps"), `height`, and `bend1` to `bend6`
        (all from −4 to 4).
    """

    title = "Build a function from ReLUs"
    question = (
        "Bend the blue line into the orange curve, from left to right. "
        "What would more ReLUs make possible?"
    )
    redraw_after = frozenset({"target"})

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        targets = {label: name for name, (label, _) in _TARGETS.items()}
        bends = {
            name: slider(f"Bend at {plots.number(kink)}", 0.0, -_MOST, _MOST, 0.05, digits=2)
            for name, kink in zip(_bend_names(), KINKS, strict=True)
        }
        return {
            "target": dropdown("Target", "sine", targets),
            "height": slider("Start height", 0.0, -_MOST, _MOST, 0.05, digits=2),
            **bends,
        }

    def _extras(self) -> list[ipywidgets.Widget]:
        wide = {"width": "auto"}
        solve = ipywidgets.Button(description="Let least squares try", layout=wide)
        flatten = ipywidgets.Button(description="Flatten", layout=wide)
        solve.on_click(lambda _: self.set(**best_fit(self.inputs["target"].value)))
        flatten.on_click(lambda _: self.set(height=0.0, **dict.fromkeys(_bend_names(), 0.0)))
        return [solve, flatten]

    def _plot(self, now: Any) -> LivePlot:
        figure, (left, right) = plots.subplots(7.5, 3.4, columns=2, width_ratios=(1.7, 1))
        with plots.style():
            plots.cross(left, right)
            self._target = _TARGETS[now.target][1](_X)
            left.plot(_X, self._target, color=ORANGE, ls=(0, (5, 2)), label="target")
            (self._sum,) = left.plot(_X, 0 * _X, color=BLUE, label="sum of ReLUs")
            (self._dots,) = left.plot(KINKS, 0 * KINKS, "o", color=BLUE, ms=7)
            left.set(xlabel="x", ylim=(-3.2, 3.2), xlim=(-3.1, 3.1), title="the sum")
            figure.legend(loc="outside upper center", ncols=2)
            self._pieces = right.plot(_X, np.zeros((_X.size, len(KINKS))), color=BLUE, lw=1.4)
            right.set(xlabel="x", ylim=(-6.2, 6.2), xlim=(-3.1, 3.1), title="its pieces")
        return LivePlot(figure, [self._sum, self._dots, *self._pieces])

    def _move(self, now: Any) -> str:
        bends = np.array([getattr(now, name) for name in _bend_names()])
        terms = pieces(bends)
        total = terms.sum(axis=0) + now.height
        self._sum.set_ydata(total)
        self._dots.set_ydata(np.interp(KINKS, _X, total))
        for line, term in zip(self._pieces, terms, strict=True):
            line.set_ydata(term)
        gap = np.abs(total - self._target)
        worst = int(gap.argmax())
        bent = ", ".join(plots.number(bend) for bend in bends)
        return (
            f"Bends {bent} from height {plots.number(now.height)}: the sum is off by "
            f"{plots.number(gap[worst], 2)} at worst, at x = {plots.number(_X[worst], 2)}, and by "
            f"{plots.number(gap.mean(), 2)} on average."
        )
