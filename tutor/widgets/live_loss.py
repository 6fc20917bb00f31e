"""A loss curve that grows while a loop is running."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np

from tutor import plots
from tutor.colours import BLUE, ORANGE
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot

_PAUSE = 0.05  # seconds between two pictures: often enough for the eye


class LiveLoss(Explorer):
    """Show a loss while your own loop computes it: make one, display it, call `add` each epoch.

    Parameters
    ----------
    epochs
        Length of the horizontal axis.
    top
        Largest loss that is shown; what is larger is drawn at the upper edge.

    Examples
    --------
    >>> live = LiveLoss(epochs=2)
    >>> live.add(1.1)
    >>> live.add(0.7)
    >>> live.alt
    'After 1 of 2 epochs the loss is 0.7; it began at 1.1.'
    """

    title = "The loss while the network learns"
    question = "Does it fall steadily, jump about, or get stuck?"

    def __init__(self, epochs: int, top: float = 1.5) -> None:
        if epochs < 1:
            raise ValueError(f"expected at least 1 epoch, got {epochs!r}")
        self.epochs, self.top = epochs, top
        self._losses: list[float] = []
        self._shown = 0.0
        super().__init__()

    def add(self, loss: float) -> None:
        """Add the next loss: the first one belongs to the start, epoch 0."""
        self._losses.append(float(loss))
        if len(self._losses) > self.epochs or time.monotonic() - self._shown > _PAUSE:
            self._refresh()
            self._shown = time.monotonic()

    def _settled(self, now: Any) -> bool:
        return False

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        return {}

    def _plot(self, now: Any) -> LivePlot:
        figure, axes = plots.subplots(7.0, 3.0)
        with plots.style():
            (self._line,) = axes.plot([], [], color=BLUE)
            (self._dot,) = axes.plot([], [], "o", color=ORANGE, ms=7)
            axes.set(xlabel="epoch", ylabel="loss")
            # With room for the whole dot in the last epoch.
            axes.set(xlim=(0, 1.02 * self.epochs), ylim=(0, 1.03 * self.top))
            axes.xaxis.get_major_locator().set_params(integer=True)
        return LivePlot(figure, [self._line, self._dot])

    def _move(self, now: Any) -> str:
        if not self._losses:
            return "No loss yet: the loop hasn't begun."
        heights = np.nan_to_num(self._losses, nan=self.top, posinf=self.top)
        heights = np.minimum(heights, self.top)
        self._line.set_data(np.arange(len(heights)), heights)
        self._dot.set_data([len(heights) - 1], heights[-1:])
        return (
            f"After {len(heights) - 1} of {self.epochs} epochs the loss is "
            f"{plots.number(self._losses[-1])}; it began at {plots.number(self._losses[0])}."
        )
