"""Pictures of the course, each with a text alternative computed from its data.

Every function returns a `Picture`: a matplotlib figure that no pyplot state knows about, and the
sentence that says in words what it shows. A picture's SVG is the same byte for byte each time.
"""

from __future__ import annotations

import base64
import html
import io
import math
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure
from matplotlib.ticker import SymmetricalLogLocator

from tutor import activations

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tutor.activations import Activation

# Okabe and Ito's blue and vermilion: told apart by colour-blind readers, and both have a contrast
# of at least 3:1 on white and on JupyterLab's dark background.
BLUE = "#0072b2"
ORANGE = "#d55e00"
# Three roles whose colours a widget exchanges for the theme's own (see `tutor.widgets`).
INK = "#24292f"
GRID = "#d8dee4"
PAPER = "#ffffff"

_STYLE: Any = {
    # Text stays text: a third of the size of outlines, sharp at any zoom. Verdana is as wide as
    # DejaVu, so the layout holds where DejaVu is missing.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 10.0,
    "svg.hashsalt": "first-neural-networks",
    "image.composite_image": False,
    "figure.dpi": 72.0,  # one display unit is one point, as in SVG
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler("color", [BLUE, ORANGE]),
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 2.2,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 10.0,
}
_CHECKED_STYLE = dict(matplotlib.RcParams(_STYLE))
# Without these matplotlib writes its version number and the date into the file.
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
# matplotlib's parameters are global: one picture at a time.
_style_lock = threading.RLock()
_style_is_set = False


@contextmanager
def style() -> Iterator[None]:
    """Set the course's matplotlib parameters while a figure is made or rendered.

    Inside another `style()` nothing is done.
    """
    global _style_is_set
    with _style_lock:
        if _style_is_set:
            yield
            return
        now: Any = matplotlib.rcParams
        former = {name: now[name] for name in _CHECKED_STYLE}
        _style_is_set = True
        # By way of `rc_context`, which saves and checks all parameters, it takes a third of a
        # millisecond: as long as to draw a line.
        dict.update(now, _CHECKED_STYLE)
        try:
            yield
        finally:
            dict.update(now, former)
            _style_is_set = False


class Picture:
    """A matplotlib figure with a text alternative.

    Parameters
    ----------
    figure
        The figure, made inside `style()`.
    alt
        What the figure shows, in words, with its numbers.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure = figure
        self.alt = alt

    def svg(self) -> str:
        """Return the picture as an SVG document, byte for byte the same each time."""
        buffer = io.StringIO()
        with style():
            self.figure.savefig(buffer, format="svg", metadata=NO_METADATA)
        self.figure.set_layout_engine("none")  # laying it out again would move it by a hair
        return buffer.getvalue()

    def html(self) -> str:
        """Return an `<img>` that needs no network and no script, with its text alternative."""
        return image(self.svg(), self.alt, self.figure)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.alt}

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"


def image(svg: str, alt: str, figure: Figure) -> str:
    """Return an `<img>` with the figure's SVG inside."""
    data = base64.b64encode(svg.encode()).decode()
    width = round(figure.get_figwidth() * 96)
    return (
        f'<img alt="{html.escape(alt)}" width="{width}" style="max-width: 100%" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


def subplots(
    width: float, height: float, rows: int = 1, columns: int = 1, **options: Any
) -> tuple[Figure, Any]:
    """Make a figure outside pyplot, in the course's style.

    Parameters
    ----------
    width, height
        Size in inches; 7.5 inches are as wide as a notebook's cell in a window of 900 pixels.
    rows, columns, **options
        As in `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    tuple
        The figure, and its axes: one, or an array of shape (rows, columns) without the dimensions
        of length 1.
    """
    with style():
        figure = Figure(figsize=(width, height))
        axes = figure.subplots(rows, columns, **options)
    return figure, axes


def cross(*panels: Axes) -> None:
    """Draw thin lines through the origin, beneath everything else."""
    for axes in panels:
        for line in (axes.axhline, axes.axvline):
            line(0, color=INK, linewidth=0.8, zorder=0.9)


def number(value: float, digits: int = 3) -> str:
    """Write a number for a reader: `digits` significant figures, a real minus sign, no "-0".

    What isn't quite 1 doesn't become 1: a sigmoid never gets there.

    >>> number(-0.12345)
    '−0.123'
    >>> number(0.99995)
    '0.99995'
    """
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if 1 <= abs(value) < 1e6:
        digits = max(digits, len(str(int(abs(value)))))
    elif 0.9 < abs(value) < 1 - 1e-15:
        digits = max(digits, -math.floor(math.log10(1 - abs(value))))
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def power(value: float, position: float = 0) -> str:
    """Write a power of ten for an axis: matplotlib's own takes 30 ms a label to typeset.

    >>> power(-1e-12)
    '−10⁻¹²'
    """
    if value == 0 or 0.01 < abs(value) < 1000:
        return number(value)
    exponent = str(round(np.log10(abs(value)))).translate(
        str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    )
    return f"{'−' if value < 0 else ''}10{exponent}"


# One activation -----------------------------------------------------------------------------------


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


def limits(*curves: Any, margin: float = 0.08) -> tuple[float, float]:
    """Return y limits that hold all finite values of the curves, and 0, with a margin."""
    values = np.concatenate([np.ravel(each) for each in curves])
    values = values[np.isfinite(values)]
    low, high = min(values.min(initial=0.0), 0.0), max(values.max(initial=0.0), 0.0)
    gap = (high - low) * margin or 1.0
    return float(low - gap), float(high + gap)


def _interval(span: Sequence[float]) -> tuple[float, float]:
    left, right = (float(end) for end in span)
    if not (np.isfinite(left) and np.isfinite(right) and left < right):
        raise ValueError(f"expected two finite numbers, the smaller first, not {span!r}")
    return left, right


def broken(value: Any) -> Any:
    """Put NaN where a curve jumps, so that a step isn't drawn as a slope. Shape (N,) in and out."""
    change = np.abs(np.diff(value))
    padded = np.pad(change, 1)
    # A jump is far higher than what comes before and after it; a steep curve isn't.
    jump = change > 20 * np.maximum(padded[:-2], padded[2:]) + 1e-9
    return np.where(np.append(jump, False), np.nan, value)


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


# A student's function over the right one ----------------------------------------------------------


def compare(
    student: Any,
    reference: Any,
    on: Any,
    label: str = "your function",
    *,
    reference_label: str = "expected",
    rtol: float = 1e-5,
    atol: float = 1e-8,
) -> Picture:
    """Draw a student's curve over the right one and mark where they differ.

    Parameters
    ----------
    student, reference
        Functions of an array, or their values. A student's function may raise, return the wrong
        shape, NaN or infinities: the picture then says so.
    on
        Inputs. One number per value gives curves over x; anything else is drawn element by element.
    label, reference_label
        Names in the legend and in the text alternative.
    rtol, atol
        Two values agree if they differ by at most `atol + rtol * |expected|`.
    """
    x = np.asarray(on, dtype=float)
    expected = np.asarray(_values(reference, x), dtype=float)
    got, trouble = _attempt(student, x, expected.shape, label)

    curves = x.ndim == 1 and x.shape == expected.shape
    order = np.argsort(x, kind="stable") if curves else np.arange(expected.size)
    position = x[order] if curves else np.arange(expected.size, dtype=float)
    expected, got = expected.ravel()[order], got.ravel()[order]
    agree = np.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)

    figure, axes = subplots(7.0, 3.6)
    with style():
        if curves:
            cross(axes)
        _draw_comparison(axes, position, expected, got, agree, (label, reference_label))
        axes.set_xlabel("x" if curves else "element")
        if trouble:
            axes.set_title(_shorten(_sentence(trouble)), fontweight="normal")
        axes.legend(loc="best")
    if trouble:
        return Picture(figure, f"{_sentence(trouble)}. Only the expected curve is drawn.")
    where = "x =" if curves else "element"
    return Picture(
        figure, _difference(position, expected, got, agree, (label, reference_label), where)
    )


def _values(function: Any, x: Any) -> Any:
    if not callable(function):
        return function
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(x.copy())


def _attempt(student: Any, x: Any, shape: tuple[int, ...], label: str) -> tuple[Any, str]:
    """Return the student's values, shape `shape`, or NaN and what went wrong."""
    nothing = np.full(shape, np.nan)
    try:
        returned = _values(student, x)
        got = np.asarray(returned, dtype=float)
    except Exception as error:
        return nothing, f"{label} raised {type(error).__name__}: {error}".rstrip(": ")
    if returned is None:
        return nothing, f"{label} returned nothing (None)"
    if got.shape != shape:
        return nothing, f"{label} returned shape {got.shape}, expected {shape}"
    return got, ""


def _draw_comparison(
    axes: Axes, x: Any, expected: Any, got: Any, agree: Any, labels: tuple[str, str]
) -> None:
    dots = x.size <= 40
    axes.plot(
        x, expected, color=BLUE, linewidth=3.2, marker="o" if dots else "", markersize=8,
        label=labels[1],
    )  # fmt: skip
    finite = np.isfinite(got)
    if finite.any():
        shown = np.where(finite, got, np.nan)
        axes.plot(
            x, shown, color=ORANGE, linestyle=(0, (4, 2)), marker="x" if dots else "",
            markersize=8, markeredgewidth=2.2, label=labels[0],
        )  # fmt: skip
    apart = finite & np.isfinite(expected) & ~agree
    if apart.any():
        axes.vlines(
            x[apart], expected[apart], got[apart], color=ORANGE, alpha=0.45,
            linewidth=1.2 if dots else 0.7, label="difference",
        )  # fmt: skip
    if np.abs(x).max(initial=0.0) > 50:
        axes.set_xscale("symlog", linthresh=1.0)
        axes.xaxis.set_major_formatter(power)
    low, high = limits(expected, got)
    axes.set_ylim(low, high)
    if high - low > 1e4:  # huge numbers must not press the right curve flat
        axes.set_yscale("symlog", linthresh=1.0)
        locator = SymmetricalLogLocator(base=10.0, linthresh=1.0)
        locator.set_params(numticks=7)
        axes.yaxis.set_major_locator(locator)
        axes.yaxis.set_major_formatter(power)
        axes.set_ylim(min(2 * np.nanmin(expected), -1.0) if low > -high / 2 else low, high)
    _mark_missing(axes, x[~finite & ~agree], got[~finite & ~agree], labels[0])


def _mark_missing(axes: Axes, x: Any, got: Any, label: str) -> None:
    """Mark NaN and infinities on the edge of the picture, where a value would have no place."""
    for kind, chosen, height in (
        ("not a number", np.isnan(got), 0.03),
        ("∞", got == np.inf, 0.97),
        ("−∞", got == -np.inf, 0.03),
    ):
        if chosen.any():
            axes.plot(
                x[chosen], np.full(chosen.sum(), height), "x", color=ORANGE, markersize=9,
                markeredgewidth=2.2, transform=axes.get_xaxis_transform(), clip_on=False,
                label=f"{label}: {kind}",
            )  # fmt: skip


def _difference(
    x: Any, expected: Any, got: Any, agree: Any, labels: tuple[str, str], where: str
) -> str:
    """Say in a sentence how many values differ and which differs most. All arrays: shape (N,)."""
    label, reference_label = labels
    if agree.all():
        return f"{_sentence(label)} agrees with {reference_label} at all {x.size} inputs."
    with np.errstate(invalid="ignore"):
        gap = np.where(agree, -1.0, np.abs(got - expected))
    worst = int(np.argmax(np.where(np.isnan(gap), np.inf, gap)))
    return (
        f"{_sentence(label)} differs from {reference_label} at {int((~agree).sum())} of {x.size} "
        f"inputs, most at {where} {number(x[worst])}: {number(got[worst])} in place of "
        f"{number(expected[worst])}."
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shorten(text: str, length: int = 80) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= length else text[: length - 1] + "…"


# All twelve ---------------------------------------------------------------------------------------


def gallery(span: tuple[float, float] = (-4.0, 4.0)) -> Picture:
    """Draw the twelve activation functions of the course with their derivatives."""
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
