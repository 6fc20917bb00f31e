"""Pictures of activation functions: one with its derivative, all twelve, a sketch by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor import activations
from tutor.colours import BLUE, INK, ORANGE
from tutor.plots.axes import broken, cross, limits, number
from tutor.plots.picture import Picture, style, subplots

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tutor.activations import Activation

# Maxout has a layer's worth of inputs; along a line it is the larger of two straight pieces.
PIECES: Mapping[str, float] = {"w1": 1.0, "b1": 0.0, "w2": -0.5, "b2": 0.0}


def curve(which: str | Activation, x: Any, **parameters: Any) -> tuple[Any, Any]:
    """Return an activation's values and its derivative along a line.

    Parameters
    ----------
    which
        A name or a record of `tutor.activations`. Two of them take several inputs. Softmax is
        followed along (x, 0), the first of two classes. Maxout takes the pieces w1·x + b1 and
        w2·x + b2, whose numbers are its parameters here (`PIECES` by default).
    x
        Positions, shape (N,).
    **parameters
        The activation's own, such as `slope`.

    Returns
    -------
    tuple
        Value and derivative with respect to x, both of shape (N,).

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    chosen = activations.get(which)
    x = np.asarray(x, dtype=float)
    if chosen.name == "softmax":
        pairs = np.stack([x, np.zeros_like(x)], axis=-1)
        value, slope = (f(pairs, **parameters) for f in (chosen.function, chosen.derivative))
        return value[..., 0], slope[..., 0]
    if chosen.name == "maxout":
        lines = {**PIECES, **parameters}
        weights = np.array([lines["w1"], lines["w2"]])
        pieces = x[..., None] * weights + np.array([lines["b1"], lines["b2"]])
        return chosen.function(pieces), chosen.derivative(pieces) @ weights
    return chosen.function(x, **parameters), chosen.derivative(x, **parameters)


def activation(
    which: str | Activation,
    span: tuple[float, float] = (-5.0, 5.0),
    at: float | None = None,
    **parameters: Any,
) -> Picture:
    """Draw an activation function and its derivative.

    Parameters
    ----------
    which
        A name, such as `"leaky_relu"`, or a record of `tutor.activations`.
    span
        First and last x.
    at
        Where to touch the function with a tangent; nowhere when None.
    **parameters
        The activation's own, such as `slope=0.1`.

    Raises
    ------
    ValueError
        If the name is unknown, or `span` isn't an interval.
    """
    chosen = activations.get(which)
    left, right = _interval(span)
    x = np.linspace(left, right, 401)
    value, slope = curve(chosen, x, **parameters)
    figure, axes = subplots(7.0, 3.6)
    with style():
        cross(axes)
        axes.plot(x, broken(value), color=BLUE, label="function")
        axes.plot(x, broken(slope), color=ORANGE, linestyle=(0, (5, 2)), label="derivative")
        axes.set_xlabel("x")
        axes.set_title(_title(chosen, parameters))
        axes.set_xlim(left, right)
        axes.set_ylim(*limits(value, slope))
    alt = (
        f"{_title(chosen, parameters)} and its derivative for x from {number(left)} to "
        f"{number(right)}. The function goes from {number(value[0])} to {number(value[-1])}; "
        f"its derivative {_span(slope, 'lies between {} and {}')}."
    )
    if at is not None:
        alt += " " + _tangent(axes, chosen, float(at), parameters)
    with style():
        axes.legend(loc="best")
    return Picture(figure, alt)


def _interval(span: Sequence[float]) -> tuple[float, float]:
    left, right = (float(end) for end in span)
    if not (np.isfinite(left) and np.isfinite(right) and left < right):
        raise ValueError(f"expected two finite numbers, the smaller first, not {span!r}")
    return left, right


def _title(chosen: Activation, parameters: Mapping[str, Any]) -> str:
    settings = ", ".join(
        f"{name.replace('_', ' ')} {number(value)}"
        for name, value in parameters.items()
        if np.ndim(value) == 0
    )
    return f"{chosen.label} ({settings})" if settings else chosen.label


def _span(values: Any, words: str) -> str:
    """Say between which numbers the values lie, or the one number that they all are."""
    low, high = number(np.nanmin(values)), number(np.nanmax(values))
    return f"is {low}" if low == high else words.format(low, high)


def _tangent(axes: Axes, chosen: Activation, at: float, parameters: Mapping[str, Any]) -> str:
    value, slope = (float(part[0]) for part in curve(chosen, [at], **parameters))
    with style():
        axes.axline((at, value), slope=slope, color=INK, linewidth=1.2, label="tangent")
        axes.plot([at], [value], "o", color=BLUE, markersize=8)
        axes.plot([at], [slope], "s", color=ORANGE, markersize=7)
    return f"At x = {number(at)} the value is {number(value)} and the slope {number(slope)}."


def gallery(span: tuple[float, float] = (-4.0, 4.0)) -> Picture:
    """Draw the twelve activation functions of the course with their derivatives.

    Parameters
    ----------
    span
        First and last x.

    Raises
    ------
    ValueError
        If `span` isn't an interval.
    """
    left, right = _interval(span)
    x = np.linspace(left, right, 321)
    chosen = list(activations.ACTIVATIONS.values())
    figure, grid = subplots(7.5, 6.4, rows=-(-len(chosen) // 4), columns=4, sharex=True)
    said = []
    with style():
        for each, axes in zip(chosen, grid.flat, strict=True):
            value, slope = curve(each, x)
            cross(axes)
            axes.plot(x, broken(value), color=BLUE, label="function")
            axes.plot(x, broken(slope), color=ORANGE, linestyle=(0, (5, 2)), label="derivative")
            axes.set_title(each.label)
            axes.set_ylim(*limits(value, slope, margin=0.12))
            axes.locator_params(nbins=4)
            said.append(
                f"{each.label} takes {each.range}, the slope {_span(slope, 'goes from {} to {}')}"
            )
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
    alt = (
        f"{len(chosen)} activation functions and their derivatives for x from {number(left)} to "
        f"{number(right)}. {'; '.join(said)}."
    )
    return Picture(figure, alt)


def sketch(heights: Mapping[str, Sequence[float]] | None) -> Picture:
    """Draw what was sketched by hand, at x = −2, 0 and 2, over the curves themselves.

    Parameters
    ----------
    heights
        Three heights for each curve; a name is that of an activation, such as "tanh", or that with
        a prime for its derivative. None, or a curve that is missing, draws the curve alone.
    """
    x, at = np.linspace(-3.0, 3.0, 241), np.array([-2.0, 0.0, 2.0])
    figure, grid = subplots(7.5, 4.4, rows=2, columns=3, sharex=True)
    said = []
    with style():
        for column, name in enumerate(("sigmoid", "tanh", "relu")):
            for row, values in enumerate(curve(name, x)):
                key, axes = name + "'" * row, grid[row, column]
                cross(axes)
                axes.plot(x, broken(values), color=ORANGE if row else BLUE)
                axes.set_title(activations.get(name).label + (", slope" if row else ""))
                drawn = np.asarray((heights or {}).get(key, ()), dtype=float)
                if drawn.shape == at.shape:
                    axes.plot(at, drawn, "o", color=INK, ms=6)
                    said.append(f"{key} at {', '.join(number(float(v)) for v in drawn)}")
    points = "; ".join(said) or "none yet"
    alt = (
        "Sigmoid, tanh and ReLU for x from −3 to 3, their slopes below them. Sketched heights at "
        f"x = −2, 0 and 2: {points}."
    )
    return Picture(figure, alt)
