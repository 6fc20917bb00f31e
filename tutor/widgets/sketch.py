"""Pictures without axes, written as SVG element by element: blocks, networks, graphs."""

from __future__ import annotations

from html import escape

from matplotlib.figure import Figure

from tutor.colours import INK, PAPER
from tutor.widgets.live import LivePlot

WIDTH = 720  # display units, as wide as a plot of 7.5 inches


class Sketch(LivePlot):
    """A drawing in a live plot's place, `WIDTH` units wide; y goes down, as in SVG.

    Parameters
    ----------
    height
        In display units.
    """

    def __init__(self, height: float) -> None:
        # An empty figure: what shows a picture without a kernel asks for its width.
        super().__init__(Figure(figsize=(WIDTH / 96, height / 96)), [])
        self.height = height
        size = f'width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}"'
        self.still_parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} text-anchor="middle" '
            "font-family=\"'DejaVu Sans', Verdana, Arial, sans-serif\">"
            f'<rect width="100%" height="100%" fill="{PAPER}"/>',
            "</svg>",
        ]
        self.clear()

    def clear(self) -> None:
        """Start anew."""
        self._parts: list[str] = []

    def moving_parts(self) -> list[str]:
        """Return what has been drawn since `clear`."""
        return ["".join(self._parts)]

    def add(self, svg: str, x: float = 0.0, y: float = 0.0, scale: float = 1.0) -> None:
        """Add SVG elements, moved and scaled."""
        self._parts.append(
            f'<g transform="translate({x:.2f} {y:.2f}) scale({scale:.4f})">{svg}</g>'
        )

    def rectangle(
        self, x: float, y: float, width: float, height: float,
        fill: str = "none", edge: str = INK, opacity: float = 1.0,
    ) -> None:  # fmt: skip
        """Add a rectangle from its top left corner; `opacity` is that of the filling."""
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'fill="{fill}" fill-opacity="{opacity:g}" stroke="{edge}"/>'
        )

    def path(self, path: str, color: str = INK, width: float = 1.0) -> None:
        """Add lines, as SVG path data."""
        self._parts.append(
            f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{width:g}"/>'
        )

    def text(
        self, x: float, y: float, words: str, size: float = 13.0, *,
        color: str = INK, bold: bool = False, anchor: str = "middle",
    ) -> None:  # fmt: skip
        """Add a line of text; y is its baseline, `anchor` is "start", "middle" or "end"."""
        weight = ' font-weight="bold"' if bold else ""
        side = "" if anchor == "middle" else f' text-anchor="{anchor}"'
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{color}"{weight}{side}>'
            f"{escape(words)}</text>"
        )
