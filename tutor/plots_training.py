"""Pictures for the notebook on training: losses, classes in the plane, and a loss as it falls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tutor import plots
from tutor.colours import BLUE, GREEN, INK, ORANGE, PAPER
from tutor.floats import FloatArray

_CLASSES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))
_LINES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (INK, ":"))
_CEILING = 1e3  # infinite losses are drawn here


def losses(curves: Mapping[str, Sequence[float]], every: str = "epoch") -> plots.Picture:
    """Draw how losses went, on a logarithmic axis.

    Parameters
    ----------
    curves
        Up to four lists of losses by name. What isn't finite is drawn at the upper edge.
    every
        What one entry stands for.
    """
    figure, axes = plots.subplots(7.0, 3.2)
    with plots.style():
        for (name, values), (colour, line) in zip(curves.items(), _LINES, strict=False):
            heights = np.nan_to_num(np.asarray(values, float), nan=_CEILING, posinf=_CEILING)
            axes.semilogy(np.minimum(heights, _CEILING), line, color=colour, label=name)
        axes.set(xlabel=every, ylabel="loss")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    said = [
        f"{name} from {plots.number(values[0])} to {plots.number(values[-1])}, highest "
        f"{plots.number(max(values))}"
        for name, values in curves.items()
    ]
    return plots.Picture(figure, f"Loss by {every}: {'; '.join(said)}.")


def classes(
    X: FloatArray,
    y: npt.NDArray[np.integer[Any]],
    predict: Callable[[FloatArray], FloatArray] | None = None,
) -> plots.Picture:
    """Draw samples of up to three classes, and the regions that a network gives to them.

    Parameters
    ----------
    X, y
        Samples (N, 2) and labels (N,).
    predict
        Takes points (M, 2) and returns probabilities (M, K).
    """
    figure, axes = plots.subplots(5.2, 3.7)
    edge = float(np.abs(X).max()) * 1.1
    count = int(y.max()) + 1
    words = f"{len(X)} samples of {count} classes"
    with plots.style():
        if predict is not None:
            from matplotlib.colors import ListedColormap  # takes longer than all else here

            line = np.linspace(-edge, edge, 90)
            points = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
            regions = np.argmax(predict(points), axis=1).reshape(90, 90)
            axes.imshow(
                regions, ListedColormap([colour for colour, _ in _CLASSES[:count]]), alpha=0.3,
                extent=(-edge, edge, -edge, edge), origin="lower", vmin=0, vmax=max(count - 1, 1),
                interpolation="nearest",
            )  # fmt: skip
            right = np.mean(np.argmax(predict(X), axis=1) == y)
            words += f", and the regions of a network that has {right:.1%} of them right"
        for label, (colour, marker) in enumerate(_CLASSES[:count]):
            x1, x2 = X[y == label].T
            axes.plot(x1, x2, marker, color=colour, ms=4, mec=PAPER, mew=0.5,
                      label=f"class {label}")  # fmt: skip
        axes.set(xlabel="x1", ylabel="x2", xlim=(-edge, edge), ylim=(-edge, edge), aspect="equal")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return plots.Picture(figure, f"{words}, in a plane from −{edge:.1f} to {edge:.1f}.")
