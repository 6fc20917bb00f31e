"""What happens to a neuron that starts far out, where its activation function is flat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np

from tutor import activations, plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.widgets.controls import dropdown, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot

STEPS = 100
TARGET = 0.5
LEARNING_RATE = 1.0
_FLAT = 0.01  # a slope below this counts as saturated
_X = np.linspace(-10.0, 10.0, 401)


def descend(name: str, x: float) -> Any:
    """Train one neuron to answer `TARGET`, starting from pre-activation `x`.

    The loss is (a − target)² / 2, so each step changes x by −lr · (a − target) · f'(x).

    Parameters
    ----------
    name
        Of an activation that works element by element.
    x
        Where it starts.

    Returns
    -------
    array, shape (STEPS + 1,)
        Its activation before each step and after the last.
    """
    chosen = activations.get(name)
    values = np.empty(STEPS + 1)
    for step in range(STEPS + 1):
        values[step] = chosen.function(x)
        x -= LEARNING_RATE * (values[step] - TARGET) * float(chosen.derivative(x))
    return values


class Saturation(Explorer):
    """Start a neuron anywhere and watch whether gradient descent gets it to its target.

    Parameters
    ----------
    **start
        `activation` (a name, "sigmoid" by default) and `x` (from −10 to 10).
    """

    title = "Saturation: a neuron that can't move"
    question = (
        "A neuron should answer 0.5. Start it at −10, 0 and 10: when does it get there, "
        "and when does it stay where it is?"
    )
    redraw_after = frozenset({"activation"})

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        names = {row.label: n for n, row in activations.ACTIVATIONS.items() if row.elementwise}
        return {
            "activation": dropdown("Activation", "sigmoid", names),
            "x": slider("Start at x", 6.0, -10.0, 10.0, 0.5),
        }

    def _plot(self, now: Any) -> LivePlot:
        value, slope = plots.curve(now.activation, _X)
        limits = plots.limits(value, [TARGET], margin=0.1)
        figure, (left, right) = plots.subplots(7.5, 3.3, columns=2, sharey=True)
        with plots.style():
            plots.cross(left, right)
            left.plot(_X, plots.broken(value), color=BLUE)
            left.fill_between(
                _X, *limits, where=np.abs(slope) < _FLAT, color=ORANGE, alpha=0.18, lw=0,
                label=f"slope below {_FLAT}",
            )  # fmt: skip
            (self._dot,) = left.plot([0], [0], "o", color=BLUE, ms=10)
            left.set(xlabel="x", xlim=(-10, 10), ylim=limits, title="where it starts")
            left.set_xticks([-10, -5, 0, 5, 10])
            right.axhline(TARGET, color=INK, lw=1.2, ls=(0, (4, 3)), label="target")
            (self._path,) = right.plot([], [], color=ORANGE, label="the neuron's answer")
            right.set(xlabel="step of gradient descent", xlim=(0, STEPS), title="how it learns")
            figure.legend(loc="outside upper center", ncols=3)
        return LivePlot(figure, [self._dot, self._path])

    def _move(self, now: Any) -> str:
        (value,), (slope,) = plots.curve(now.activation, [now.x])
        path = descend(now.activation, now.x)
        self._dot.set_data([now.x], [value])
        self._path.set_data(np.arange(STEPS + 1), path)
        arrived = np.flatnonzero(np.abs(path - TARGET) < _FLAT)
        label = activations.get(now.activation).label
        start = (
            f"{label} at x = {plots.number(now.x)}: the value is {plots.number(value)}, "
            f"the slope {plots.number(slope)}."
        )
        if arrived.size:
            count = f"{arrived[0]} step{'' if arrived[0] == 1 else 's'}"
            return f"{start} The neuron arrives at {TARGET} after {count}."
        return f"{start} After {STEPS} steps it still answers {plots.number(path[-1])}."
