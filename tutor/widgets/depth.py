"""Activations on their way forward through a deep network, and gradients on their way back."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np

from tutor import activations, plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.widgets.controls import counter, dropdown, log_slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot

DEEPEST = 50
WIDTH = 48
SAMPLES = 32
_LOW, _HIGH = 1e-12, 1e12
_NAMES = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "swish")


@functools.cache
def _normal() -> tuple[Any, Any, Any]:
    """Return inputs, weights and a gradient at the output, all standard normal, in float32."""
    random = np.random.default_rng(0)
    shapes = ((SAMPLES, WIDTH), (DEEPEST, WIDTH, WIDTH), (SAMPLES, WIDTH))
    x, weights, da = (random.standard_normal(shape, dtype=np.float32) for shape in shapes)
    return x, weights, da


def pass_through(name: str, depth: int, gain: float) -> tuple[Any, Any]:
    """Send samples through random layers, and a gradient back.

    Each layer computes a = f(aW), where the weights W, shape (WIDTH, WIDTH), have mean 0 and
    standard deviation gain / √WIDTH. Numbers are float32, as in practice, so they can overflow.

    Parameters
    ----------
    name
        Of an activation that works element by element.
    depth
        Number of layers, at most `DEEPEST`.
    gain
        Size of the weights.

    Returns
    -------
    tuple
        Root mean square of the activations, and of the gradients dL/dz, each of shape (depth,),
        first layer first. The gradient that arrives at the last layer has size 1.
    """
    chosen = activations.get(name)
    x, weights, da = _normal()
    weights = weights[:depth] * np.float32(gain / np.sqrt(WIDTH))
    slopes, forward, backward = [], np.empty(depth), np.empty(depth)
    with np.errstate(all="ignore"):
        a = x
        for layer, W in enumerate(weights):
            z = a @ W
            a, slope = chosen.function(z), chosen.derivative(z)
            slopes.append(slope)
            forward[layer] = _size(a)
        for layer in reversed(range(depth)):
            dz = da * slopes[layer]
            backward[layer] = _size(dz)
            da = dz @ weights[layer].T
    return forward, backward


def _size(values: Any) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


class Depth(Explorer):
    """How large activations and gradients are in each layer of a deep network.

    Parameters
    ----------
    **start
        `activation` (a name, "sigmoid" by default), `layers` (from 1 to 50) and `gain`, the size
        of the weights (from 0.1 to 10; their standard deviation is gain / √width).
    """

    title = "Through many layers: vanishing and exploding"
    question = (
        "For which weights does the gradient still reach the first layer? "
        "Is the answer the same for sigmoid, tanh and ReLU?"
    )

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        names = {activations.get(name).label: name for name in _NAMES}
        return {
            "activation": dropdown("Activation", "sigmoid", names),
            "layers": counter("Layers", 20, 1, DEEPEST),
            "gain": log_slider("Weights' size", 1.0, -1, 1),
        }

    def _plot(self, now: Any) -> LivePlot:
        figure, panels = plots.subplots(7.5, 3.3, columns=2, sharey=True)
        titles = ("activations, forward →", "gradients, ← backward")
        looks = ({"color": BLUE, "marker": "o"}, {"color": ORANGE, "marker": "s"})
        self._lines = []
        with plots.style():
            for axes, title, look in zip(panels, titles, looks, strict=True):
                self._lines += axes.plot([], [], markersize=4.5, linewidth=1.4, **look)
                axes.axhline(1.0, color=INK, linewidth=0.8)
                axes.set(yscale="log", ylim=(_LOW / 5, 5 * _HIGH), xlim=(0, DEEPEST + 1))
                axes.set(xlabel="layer", title=title)
                axes.set_yticks(10.0 ** np.arange(-12, 13, 4))
                axes.yaxis.set_major_formatter(plots.power)
                axes.minorticks_off()
            panels[0].set_ylabel("size")
        return LivePlot(figure, self._lines)

    def _move(self, now: Any) -> str:
        sizes = pass_through(now.activation, now.layers, now.gain)
        layer = np.arange(1, now.layers + 1)
        for line, size in zip(self._lines, sizes, strict=True):
            line.set_data(layer, np.clip(size, _LOW, _HIGH))
        forward, backward = sizes
        label = activations.get(now.activation).label
        return (
            f"{now.layers} layers of {label}, weights of size {plots.number(now.gain)}: "
            f"activations of size {plots.number(forward[-1])} come out, and the first layer gets "
            f"a gradient of size {plots.number(backward[0])}: {_verdict(forward[-1], backward[0])}."
        )


def _verdict(activation: float, gradient: float) -> str:
    if not (np.isfinite(activation) and np.isfinite(gradient)):
        return "the numbers overflow, and the loss is no longer a number"
    if gradient < 1e-3:
        return "it vanishes"
    return "it explodes" if gradient > 1e3 else "it arrives"
