"""Capacity and regularisation: how a network's size and L2 bend the boundary on few data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np

from tutor import datasets, plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.network import Network
from tutor.widgets.controls import counter, log_slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.later import Later
from tutor.widgets.live import LivePlot
from tutor.widgets.regions import Regions

STEPS = 1000
LEARNING_RATE = 1.5
_SLICE = 40  # steps between two pictures: about 5 ms, so that a slider never waits
_PAUSE = 0.03  # s between two slices, in which the kernel listens to the page
_TRAIN = datasets.moons(50, noise=0.4, seed=3)
_TEST = datasets.moons(200, noise=0.4, seed=99)
_NAMES = ("training data", "new data")
_LIMITS = {"xlim": (-2.0, 3.0), "ylim": (-1.7, 2.0)}


class Run:
    """One network with tanh neurons in one hidden layer, on its way through training.

    Parameters
    ----------
    neurons
        Of the hidden layer.
    l2
        Strength of the penalty l2 · ½ Σw².
    seed
        Of the start weights, which are standard normal.

    Attributes
    ----------
    network : Network
    steps : int
        How many of the `STEPS` steps of gradient descent, each on all training data, are done.
    """

    def __init__(self, neurons: int, l2: float, seed: int) -> None:
        self.network = Network([2, neurons, 1], "tanh", "sigmoid", seed=seed, init="normal")
        self.l2 = l2
        self.steps = 0

    def train(self, steps: int = STEPS) -> None:
        """Train by at most `steps` steps, up to `STEPS` in all."""
        steps = min(steps, STEPS - self.steps)
        if steps:
            self.network.train(
                *_TRAIN, epochs=steps, batch_size=len(_TRAIN.y), lr=LEARNING_RATE, l2=self.l2,
                shuffle=False,
            )  # fmt: skip
        self.steps += steps


class Capacity(Explorer):
    """Train networks of different sizes on the same few data, with more or less regularisation.

    The network is trained while you watch. What has been trained is remembered, and while a slider
    has the mouse or the keyboard, the networks of its other positions are trained in advance.

    Parameters
    ----------
    **start
        `neurons` in the hidden layer (from 1 to 20), `l2` (from 0.0001 to 0.1) and `seed` of the
        start weights (from 0 to 9).
    """

    title = "Capacity and regularisation"
    question = (
        "Try 3, 6 and 20 neurons with next to no L2. Which network is best on new data? "
        "Then keep 20 and find the L2 that beats them all: is a smaller network the better cure?"
    )

    def __init__(self, **start: Any) -> None:
        self._runs: dict[tuple[int, float, int], Run] = {}
        self._at_once = True
        self._training = Later(self._continue, _PAUSE)
        super().__init__(**start)
        self._at_once = not self._training.possible

    def set(self, **values: Any) -> None:
        """Set several controls at once, train to the end, and draw once."""
        self._at_once = True
        try:
            super().set(**values)
        finally:
            self._at_once = not self._training.possible

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        return {
            "neurons": counter("Hidden neurons", 20, 1, 20),
            "l2": log_slider("L2 strength", 1e-4, -4, -1),
            "seed": counter("Start weights", 1, 0, 9),
        }

    def _plot(self, now: Any) -> LivePlot:
        figure, panels = plots.subplots(7.5, 3.6, columns=2, sharey=True)
        self._panels = []
        moving = []
        with plots.style():
            for axes, (x, y), size in zip(panels, (_TRAIN, _TEST), (7.0, 4.5), strict=True):
                axes.set(xlabel="x1", aspect="equal", **_LIMITS)
                regions = Regions(axes, cells=40)
                for label, look, color in ((1, "o", BLUE), (0, "s", ORANGE)):
                    axes.plot(
                        *x[y == label].T, look, color=color, ms=size, mew=0, label=f"class {label}",
                    )  # fmt: skip
                (wrong,) = axes.plot(
                    [], [], "o", mfc="none", mec=INK, ms=size + 5, mew=1.3, label="wrong"
                )
                title = axes.text(
                    0.5, 1.03, "", transform=axes.transAxes, ha="center", weight="bold"
                )
                self._panels.append((x, y, regions, wrong, title))
                moving += [*regions.artists, wrong, title]
            panels[0].set_ylabel("x2")
            handles = panels[0].get_legend_handles_labels()[0]
            figure.legend(
                handles=[*handles, *Regions.legend("answers 0", "answers 1")],
                loc="outside upper center", ncols=5,
            )  # fmt: skip
        return LivePlot(figure, moving)

    def _move(self, now: Any) -> str:
        run = self._run(now)
        run.train(STEPS if self._at_once else _SLICE)
        if run.steps < STEPS:
            self._training.ask()
        heights = run.network(self._panels[0][2].points)[:, 0] - 0.5  # the same in both panels
        shares = []
        for name, (x, y, regions, wrong, title) in zip(_NAMES, self._panels, strict=True):
            regions.show(heights)
            right = (run.network(x)[:, 0] > 0.5) == (y == 1)
            wrong.set_data(*x[~right].T)
            shares.append(f"{right.mean():.0%}")
            title.set_text(f"{name}: {shares[-1]} right")
        weights = np.abs(run.network.parameters.weights).mean()
        return (
            f"{now.neurons} hidden neuron{'s' * (now.neurons > 1)}, L2 {plots.number(now.l2)}: "
            f"after {run.steps} of {STEPS} steps {shares[0]} of the training data are right and "
            f"{shares[1]} of the new data. A weight's size is {plots.number(weights, 2)} on "
            "average."
        )

    def _prepare(self, now: Any) -> bool:
        run = self._run(now)
        run.train(_SLICE)
        return run.steps == STEPS

    def _settled(self, now: Any) -> bool:
        return self._run(now).steps == STEPS

    def _run(self, now: Any) -> Run:
        """Return the run of these values, as far as it has been trained."""
        key = (now.neurons, now.l2, now.seed)
        if key not in self._runs:
            self._runs[key] = Run(*key)
        return self._runs[key]

    def _continue(self) -> None:
        if self.comm is not None:  # not closed meanwhile
            self._refresh()
