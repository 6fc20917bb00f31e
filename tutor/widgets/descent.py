"""Gradient descent in an elongated bowl: learning rate, zig-zag, divergence, momentum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.patches import Ellipse

from tutor import plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.widgets.controls import counter, log_slider, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot

STEPS = 60
START = (-4.0, 1.5)
_LEVELS = 12
_LOW, _HIGH = 1e-7, 1e5  # losses beyond are drawn at the edge
_FAR = 1e6  # a path that leaves the picture this far needs no further points


def descend(steepness: float, lr: float, momentum: float, steps: int = STEPS) -> Any:
    """Roll down L = (w1² + steepness · w2²) / 2 from `START`.

    Each step is v ← momentum · v − lr · dL/dw and w ← w + v.

    Parameters
    ----------
    steepness
        How much more the bowl curves along w2 than along w1.
    lr, momentum
        Learning rate, and the share of the former step that is kept.
    steps
        Number of steps.

    Returns
    -------
    array, shape (steps + 1, 2)
        (w1, w2) at the start and after each step.
    """
    curvature = np.array([1.0, steepness])
    path = np.empty((steps + 1, 2))
    path[0] = START
    v = np.zeros(2)
    for step in range(steps):
        v = momentum * v - lr * curvature * path[step]
        path[step + 1] = path[step] + v
    return path


def loss(path: Any, steepness: float) -> Any:
    """Return L at each point: shape (N, 2) in, (N,) out."""
    return path**2 @ np.array([0.5, 0.5 * steepness])


class Descent(Explorer):
    """Follow gradient descent down a bowl that is steeper one way than the other.

    Parameters
    ----------
    **start
        `lr` (from 0.001 to 1), `steepness` (from 1 to 30), `steps` (from 0 to 60) and `momentum`
        (from 0 to 0.95).
    """

    title = "Gradient descent on a surface"
    question = (
        "Which learning rate is fastest, and which is too large? "
        "Why does the path zig-zag, and what does momentum do about it?"
    )

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        return {
            "lr": log_slider("Learning rate", 10**-0.75, -3, 0),
            "steps": counter("Steps", 30, 0, STEPS),
            "steepness": slider("Steepness", 10.0, 1.0, 30.0, 0.5),
            "momentum": slider("Momentum", 0.0, 0.0, 0.95, 0.05, digits=2),
        }

    def _plot(self, now: Any) -> LivePlot:
        figure, (left, right) = plots.subplots(7.5, 3.5, columns=2, width_ratios=(1.55, 1))
        with plots.style():
            left.set(xlabel="w1", ylabel="w2", xlim=(-5, 5), ylim=(-3, 3), aspect="equal")
            left.set(title="the bowl from above", yticks=range(-3, 4))
            self._rings = [
                left.add_patch(Ellipse((0, 0), 1, 1, fill=False, ec=BLUE, lw=1.3, alpha=0.7))
                for _ in range(_LEVELS)
            ]
            self._steepness = 0.0  # for which the rings have been drawn
            left.plot([0], [0], "+", color=INK, ms=22, mew=1.5)
            (self._path,) = left.plot([], [], "o-", color=ORANGE, ms=4, lw=1.6)
            (self._here,) = left.plot([], [], "s", color=ORANGE, ms=8, mec=INK)
            (self._losses,) = right.plot([], [], "o-", color=ORANGE, ms=3.5, lw=1.4)
            right.set(xlabel="step", yscale="log", xlim=(-1, STEPS + 1), ylim=(_LOW / 4, 4 * _HIGH))
            right.set_yticks(10.0 ** np.arange(-6, 5, 2))
            right.yaxis.set_major_formatter(plots.power)
            right.minorticks_off()
            right.set_title("loss")
        return LivePlot(figure, [*self._rings, self._path, self._here, self._losses])

    def _move(self, now: Any) -> str:
        path = descend(now.steepness, now.lr, now.momentum, now.steps)
        losses = loss(path, now.steepness)
        self._show_rings(now.steepness)
        shown = path[: _until_far(path)]
        self._path.set_data(*shown.T)
        self._here.set_data(*shown[-1:].T)
        self._losses.set_data(np.arange(len(path)), np.clip(losses, _LOW, _HIGH))
        steps = f"{now.steps} step{'s' * (now.steps != 1)}"
        momentum = f", momentum {plots.number(now.momentum)}" if now.momentum else ""
        return (
            f"Learning rate {plots.number(now.lr)}{momentum}, steepness "
            f"{plots.number(now.steepness)}: after {steps} the loss went from "
            f"{plots.number(losses[0])} to {plots.number(losses[-1], 2)}. "
            f"{_verdict(now.steepness, now.lr, now.momentum)}"
        )

    def _show_rings(self, steepness: float) -> None:
        """Draw the bowl's levels, unless they are there: each of them costs time."""
        if steepness == self._steepness:
            return
        self._steepness = steepness
        widths = np.arange(1, _LEVELS + 1)  # half axes along w1: levels of L are their squares / 2
        for ring, width in zip(self._rings, widths, strict=True):
            ring.set(width=2 * width, height=2 * width / np.sqrt(steepness))


def _until_far(path: Any) -> int:
    """Return how many points to draw: up to the first that is far outside."""
    far = np.flatnonzero(np.abs(path).max(axis=1) > _FAR)
    return int(far[0]) + 1 if far.size else len(path)


def _verdict(steepness: float, lr: float, momentum: float) -> str:
    """Say what happens along the steep direction, by the theory of a quadratic bowl.

    Each step multiplies w2 by 1 − lr · steepness; with momentum, stability ends at
    lr · steepness = 2 (1 + momentum) (Polyak, 1964).
    """
    speed = round(lr * steepness, 9)
    if speed > 2 * (1 + momentum):
        limit = plots.number(2 * (1 + momentum) / steepness)
        return f"It diverges: above {limit} every step overshoots by more than the last."
    if speed == 2 * (1 + momentum):
        return "It swings for ever: every step overshoots by as much as the last."
    if momentum:
        return "Momentum remembers the way along the valley and averages the zig-zag."
    if speed > 1:
        return "It zig-zags: every step overshoots the valley's floor, by less each time."
    if steepness == 1:
        return "It doesn't overshoot; the bowl is round, so it goes straight to the middle."
    return "It doesn't overshoot; the steep direction is done first, the flat one is slow."
