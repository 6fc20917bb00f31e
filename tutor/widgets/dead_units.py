"""ReLU units that die while a network learns: how many, and at which learning rate."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.patches import Patch

from tutor import activations, plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.widgets.controls import counter, dropdown, log_slider, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot

UNITS = 40
STEPS = 60
_X = np.linspace(-2.0, 2.0, 48)[:, None]
_Y = (np.sin(3.0 * _X) > 0).astype(float)


@dataclass(frozen=True)
class Training:
    """What a network did before each step of gradient descent and after the last.

    Attributes
    ----------
    output : array, shape (STEPS + 1, N)
        The probability it gives to class 1 for each input.
    active : array of bool, shape (STEPS + 1, N, UNITS)
        Whether a unit's pre-activation is positive.
    dead : array of bool, shape (STEPS + 1, UNITS)
        Whether a unit's derivative is 0 for every input: gradient descent can't change it any more.
    """

    output: Any
    active: Any
    dead: Any


@functools.lru_cache(maxsize=64)
def train(name: str, lr: float, bias: float, seed: int) -> Training:
    """Tell two classes on a line apart with one hidden layer, by gradient descent on all inputs.

    The loss is the log-loss: its gradient at the output is at most 1, so a large learning rate
    throws the weights far out, but they don't overflow.

    Parameters
    ----------
    name
        Of the hidden layer's activation, which works element by element.
    lr
        Learning rate.
    bias
        With which every hidden unit starts.
    seed
        Of the start weights.
    """
    chosen = activations.get(name)
    random = np.random.default_rng(seed)
    W1, b1 = random.standard_normal((1, UNITS)) * np.sqrt(2), np.full(UNITS, float(bias))
    W2, b2 = random.standard_normal((UNITS, 1)) / np.sqrt(UNITS), np.zeros(1)
    n = len(_X)
    output, active = np.empty((STEPS + 1, n)), np.empty((STEPS + 1, n, UNITS), bool)
    dead = np.empty((STEPS + 1, UNITS), bool)
    for step in range(STEPS + 1):
        z = _X @ W1 + b1
        a, slope = chosen.function(z), chosen.derivative(z)
        p = activations.sigmoid(a @ W2 + b2)
        output[step], active[step], dead[step] = p[:, 0], z > 0, ~slope.any(axis=0)
        dy = (p - _Y) / n
        dz = (dy @ W2.T) * slope
        W2, b2 = W2 - lr * (a.T @ dy), b2 - lr * dy.sum(axis=0)
        W1, b1 = W1 - lr * (_X.T @ dz), b1 - lr * dz.sum(axis=0)
    return Training(output, active, dead)


class DeadUnits(Explorer):
    """Train a small network at any learning rate and count the units that died.

    Parameters
    ----------
    **start
        `activation` (a name, "relu" by default), `lr` (from 0.01 to 100), `bias` (from −3 to 3)
        with which the hidden units start, `step` (from 0 to 60) and `seed` (from 0 to 9).
    """

    title = "Dead units"
    question = (
        "At which learning rate do units start to die, and what else kills them? "
        "Does it happen to leaky ReLU?"
    )

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        names = {activations.get(name).label: name for name in ("relu", "leaky_relu", "elu")}
        return {
            "activation": dropdown("Activation", "relu", names),
            "lr": log_slider("Learning rate", 5.0, -2, 2),
            "step": counter("Step", STEPS, 0, STEPS),
            "bias": slider("First bias", 0.0, -3.0, 3.0, 0.1),
            "seed": counter("Start weights", 0, 0, 9),
        }

    def _plot(self, now: Any) -> LivePlot:
        figure, (left, right) = plots.subplots(7.5, 3.4, columns=2)
        with plots.style():
            (data,) = left.plot(_X, _Y, "o", color=INK, ms=3.5)
            (self._curve,) = left.plot([], [], color=INK)
            left.set(
                xlabel="x", xlim=(-2.1, 2.1), ylim=(-0.08, 1.08), title="probability of class 1"
            )
            # One line with gaps for each colour: 40 lines would take the browser ten times as long.
            self._bars = [
                right.plot([], [], color=color, lw=3.4, solid_capstyle="butt")[0]
                for color in (BLUE, ORANGE)
            ]
            right.set(xlabel="x", xlim=(-2.1, 2.1), ylim=(0, UNITS + 1), ylabel="hidden unit")
            right.set_title("where each unit is active")
            blocks = [Patch(color=color) for color in (BLUE, ORANGE)]
            figure.legend(
                [data, self._curve, *blocks], ["data", "network", "active", "dead"],
                loc="outside upper center", ncols=4,
            )  # fmt: skip
        return LivePlot(figure, [self._curve, *self._bars])

    def _move(self, now: Any) -> str:
        run = train(now.activation, now.lr, now.bias, now.seed)
        active, dead = run.active[now.step], run.dead[now.step]
        self._curve.set_data(_X[:, 0], run.output[now.step])
        segments = _segments(active, dead)
        for bars, shown in zip(self._bars, (segments[~dead], segments[dead]), strict=True):
            bars.set_data(*shown.reshape(-1, 2).T)
        right = np.mean((run.output[now.step] > 0.5) == _Y[:, 0])
        return (
            f"{activations.get(now.activation).label}, start weights {now.seed}, first bias "
            f"{plots.number(now.bias)}, learning rate {plots.number(now.lr)}, step {now.step}: "
            f"{dead.sum()} of {UNITS} units are dead ({dead.mean():.0%}), with slope 0 for every "
            f"input. The network has {right:.0%} of the inputs right."
        )


def _segments(active: Any, dead: Any) -> Any:
    """Return each unit's first and last active input; for a dead unit, the ends of the picture.

    Shape (UNITS, 3, 2): unit, end, (x, y). The third end is NaN, a gap. So are all three of a unit
    that is silent but not dead.
    """
    x, half = _X[:, 0], (_X[1, 0] - _X[0, 0]) / 2
    ends = np.full((UNITS, 3), np.nan)
    for unit in range(UNITS):
        where = x if dead[unit] else x[active[:, unit]]
        if where.size:
            ends[unit, :2] = where[0] - half, where[-1] + half
    rows = np.repeat(np.arange(1, UNITS + 1)[:, None], 3, axis=1)
    return np.stack([ends, rows], axis=-1)
