"""Softmax: scores become probabilities; temperature sharpens them, a shift changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np

from tutor import activations, plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.widgets.controls import log_slider, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot

_CLASSES = ("cat", "dog", "owl")


class SoftmaxTemperature(Explorer):
    """Three scores, their softmax, its temperature, and a number added to all scores.

    Parameters
    ----------
    **start
        Scores `cat`, `dog`, `owl` (from −5 to 5), `temperature` (from 0.1 to 10) and `shift`
        (from −10 to 10).
    """

    title = "Softmax: from scores to probabilities"
    question = (
        "What does a low temperature do to the winner, what a high one? "
        "And what if the same number is added to every score?"
    )

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        scores = zip(_CLASSES, (2.0, 1.0, -1.0), strict=True)
        return {
            **{name: slider(f"Score {name}", score, -5.0, 5.0, 0.1) for name, score in scores},
            "temperature": log_slider("Temperature", 1.0, -1, 1),
            "shift": slider("Add to all", 0.0, -10.0, 10.0, 0.5),
        }

    def _plot(self, now: Any) -> LivePlot:
        figure, (left, right) = plots.subplots(7.5, 3.1, columns=2)
        with plots.style():
            self._bars = [
                *left.bar(_CLASSES, 1.0, color=ORANGE, width=0.55),
                *right.bar(_CLASSES, 1.0, color=BLUE, width=0.55),
            ]
            self._labels = [
                axes.text(index, 0, "", ha="center", fontsize=11)
                for axes in (left, right)
                for index in range(len(_CLASSES))
            ]
            left.set(title="scores", ylim=(-17, 17))
            right.set(title="probabilities", ylim=(0, 1.12), yticks=np.linspace(0, 1, 6))
            for axes in (left, right):
                axes.axhline(0, color=INK, linewidth=0.8)
                axes.grid(visible=False, axis="x")
        return LivePlot(figure, [*self._bars, *self._labels])

    def _move(self, now: Any) -> str:
        scores = np.array([getattr(now, name) for name in _CLASSES]) + now.shift
        shares = activations.softmax(scores, temperature=now.temperature)
        heights = [*scores, *shares]
        gaps = [0.8] * len(scores) + [0.025] * len(shares)
        texts = [plots.number(s) for s in scores] + [f"{share:.3f}" for share in shares]
        for bar, label, height, gap, text in zip(
            self._bars, self._labels, heights, gaps, texts, strict=True
        ):
            bar.set_height(height)
            below = height < 0
            label.set(y=height + (-gap if below else gap), va="top" if below else "bottom")
            label.set_text(text)
        said = ", ".join(f"{n} {p:.3f}" for n, p in zip(_CLASSES, shares, strict=True))
        return (
            f"Scores {', '.join(plots.number(score) for score in scores)} at temperature "
            f"{plots.number(now.temperature)} give {said}. They sum to {shares.sum():.3f}."
        )
