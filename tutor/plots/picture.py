"""What every picture of the course is made with: style, figure, text alternative."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from tutor.colours import BLUE, GRID, INK, ORANGE, PAPER, SIGNS
from tutor.drawing import image

SHADES = LinearSegmentedColormap.from_list("signs", SIGNS)
"""From orange for −1 over grey for 0 to blue for 1, as in the Playground."""

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
        return image(self.svg(), self.alt, width_of(self.figure))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.alt}

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"


def width_of(figure: Figure) -> int:
    """Return how wide a figure is in a notebook, in CSS pixels."""
    return round(figure.get_figwidth() * 96)


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
