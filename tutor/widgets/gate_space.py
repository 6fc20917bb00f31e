"""All neurons at once: the space of weights, coloured by how much of a gate each neuron gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from tutor import datasets, plots
from tutor.colours import BLUE, INK, ORANGE, PAPER
from tutor.widgets.controls import dropdown, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot
from tutor.widgets.neuron_line import GATES

_END = 3.0
_SUMS = ("b", "w2 + b", "w1 + b", "w1 + w2 + b")  # z of the rows 00, 01, 10, 11
# How many rows are right: by shade, by hue for the goal, and by the number written there.
_SHADES = (0.0, 0.1, 0.2, 0.32, 0.55)
_REGIONS = 7  # three lines cut the plane into at most seven

# Plain numbers: for a handful of corners, numpy would take ten times as long.
Polygon = list[tuple[float, float]]
SQUARE: Polygon = [(-_END, -_END), (_END, -_END), (_END, _END), (-_END, _END)]


def cut(polygon: Polygon, normal: tuple[float, float], offset: float) -> Polygon:
    """Return the part of a convex polygon where normal · w + offset ≥ 0.

    Parameters
    ----------
    polygon
        Corners in order.
    normal, offset
        The half plane.

    Returns
    -------
    list of (float, float)
        Its corners in order; none if nothing is left.

    Notes
    -----
    One step of the algorithm of Sutherland and Hodgman (1974).
    """
    corners: Polygon = []
    heights = [normal[0] * x + normal[1] * y + offset for x, y in polygon]
    for i, (x, y) in enumerate(polygon):
        low, high = heights[i - 1], heights[i]
        if (low >= 0) != (high >= 0):
            x0, y0 = polygon[i - 1]
            part = low / (low - high)
            corners.append((x0 + (x - x0) * part, y0 + (y - y0) * part))
        if high >= 0:
            corners.append((x, y))
    return corners


def regions(b: float, wanted: Any) -> list[tuple[Polygon, int]]:
    """Divide the square of all (w1, w2) by the number of rows that a neuron gets right.

    Parameters
    ----------
    b
        The bias.
    wanted
        The gate's outputs for 00, 01, 10, 11, shape (4,).

    Returns
    -------
    list of (polygon, count)
        Corners, and 0 to 4.
    """
    found = [(SQUARE, int((b > 0) == wanted[0]))]
    for (x1, x2), goal in zip(datasets.gate("and").x.tolist()[1:], wanted[1:], strict=True):
        found = [
            (part, count + (fires == goal))
            for polygon, count in found
            for fires, sign in ((False, -1), (True, 1))
            if area(part := cut(polygon, (sign * x1, sign * x2), sign * b)) > 1e-9
        ]
    return [(polygon, int(count)) for polygon, count in found]


def area(polygon: Polygon) -> float:
    """Return a polygon's area, by Gauss's formula."""
    twice = 0.0
    for i, (x, y) in enumerate(polygon):
        x0, y0 = polygon[i - 1]
        twice += x0 * y - x * y0
    return abs(twice) / 2


def best(wanted: Any) -> int:
    """Return the largest number of rows that any neuron gets right; by scale, b = ±1 or 0 do."""
    return max(count for b in (-1.0, 0.0, 1.0) for _, count in regions(b, wanted))


class GateSpace(Explorer):
    """Every point is a neuron: find one that gets all four rows of a gate right.

    Parameters
    ----------
    **start
        `gate` ("and", "or", "nand" or "xor"), `w1`, `w2` and `b` (from −3 to 3).
    """

    title = "The space of weights"
    question = (
        "Every point is a neuron. Where do all four rows come out right, and why is there "
        "no such point for XOR?"
    )
    redraw_after = frozenset({"gate"})

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        return {
            "gate": dropdown("Gate", "and", {name.upper(): name for name in GATES}),
            "b": slider("b", -1.5, -_END, _END, 0.1),
            "w1": slider("w1", 0.5, -_END, _END, 0.1),
            "w2": slider("w2", 0.5, -_END, _END, 0.1),
        }

    def _plot(self, now: Any) -> LivePlot:
        self._inputs, self._wanted = datasets.gate(now.gate)
        self._best = best(self._wanted)
        self._b: float | None = None  # for which the map has been drawn
        figure, (left, right) = plots.subplots(7.5, 4.0, columns=2, width_ratios=(1, 0.95))
        with plots.style():
            left.set(xlabel="w1", ylabel="w2", xlim=(-_END, _END), ylim=(-_END, _END))
            left.set(aspect="equal")
            left.grid(visible=False)
            left.set_title("rows right, for this b", pad=18)
            self._areas = [
                left.add_patch(
                    PathPatch(_outline([]), fc=_shade(count), ec=INK, lw=1.2, zorder=0.5)
                )
                for count in range(len(_SHADES))
            ]
            self._counts = [
                left.text(0, 0, "", ha="center", va="center", fontsize=13, zorder=3)
                for _ in range(_REGIONS)
            ]
            self._tags = [
                left.text(0, _END + 0.1, "row 1, 0", ha="center", va="bottom", fontsize=9),
                left.text(_END + 0.1, 0, "row 0, 1", ha="left", va="center", fontsize=9),
                left.text(0, 0, "row 1, 1", ha="left", va="center", fontsize=9),
            ]
            (self._dot,) = left.plot([], [], "o", ms=11, color=INK, mec=PAPER, mew=2)
            rows = self._write_inequalities(right)
            figure.legend(
                handles=[
                    Patch(fc=_shade(right), ec=INK, label=f"{right}")
                    for right in range(len(_SHADES))
                ],
                title="rows right, of 4",
                loc="outside upper center",
                ncols=len(_SHADES),
            )
        return LivePlot(figure, [*self._areas, *self._counts, *self._tags, self._dot, *rows])

    def _write_inequalities(self, axes: Any) -> list[Any]:
        """Write what each row asks for; return the moving cells."""
        axes.set(xlim=(0, 1), ylim=(0.2, 5.9))
        axes.set_title("what the four rows ask for", pad=18)
        axes.axis("off")
        self._rows = []
        for row, (x, wanted) in enumerate(zip(self._inputs, self._wanted, strict=True)):
            y = 5 - 1.25 * row
            asks = f"{_SUMS[row]} {'> 0' if wanted else '≤ 0'}"
            axes.text(0.1, y, f"row {x[0]:.0f}, {x[1]:.0f} → {wanted:.0f}", va="center")
            axes.text(0.47, y, asks, va="center", weight="bold")
            self._rows.append(axes.text(0.47, y - 0.48, "", va="center", fontsize=9.5))
        return self._rows

    def _move(self, now: Any) -> str:
        w = np.array([now.w1, now.w2])
        if now.b != self._b:  # the map depends on b only
            self._b = now.b
            self._found = regions(now.b, self._wanted)
            self._show_regions(self._found)
            self._place_tags(now.b)
        self._dot.set_data([now.w1], [now.w2])
        z = np.round(self._inputs @ w + now.b, 9)
        right = (z > 0) == (self._wanted == 1)
        for text, value, good in zip(self._rows, z, right, strict=True):
            text.set_text(f"is {plots.number(value)}: {'✓ right' if good else '✗ wrong'}")
        return (
            f"{now.gate.upper()} at w1 = {plots.number(now.w1)}, w2 = {plots.number(now.w2)}, "
            f"b = {plots.number(now.b)}: {right.sum()} of 4 rows are right. "
            f"{self._outlook(max(count for _, count in self._found))}"
        )

    def _place_tags(self, b: float) -> None:
        """Put each line's name where the line leaves the square."""
        self._tags[0].set_x(-b)
        self._tags[1].set_y(-b)
        if b > 0:  # the diagonal leaves at the bottom: its name stands inside, to the left
            self._tags[2].set(x=_END - b - 0.1, y=-_END + 0.2, ha="right")
        else:  # it leaves at the right
            self._tags[2].set(x=_END + 0.1, y=-_END - b + 0.15, ha="left")

    def _show_regions(self, found: Sequence[tuple[Polygon, int]]) -> None:
        for count, patch in enumerate(self._areas):
            patch.set_path(_outline([polygon for polygon, right in found if right == count]))
            patch.stale = True  # which set_path doesn't say
        for index, text in enumerate(self._counts):
            polygon, count = found[index] if index < len(found) else ([], 0)
            # A number needs room; a sliver goes without.
            shown = area(polygon) > 0.4
            text.set_text(str(count) if shown else "")
            if shown:
                text.set_position(np.mean(polygon, axis=0))

    def _outlook(self, here: int) -> str:
        if self._best < 4:
            return (
                "No point has 4, whatever b: w1 + b > 0 and w2 + b > 0 add up to "
                "w1 + w2 + b > −b, and −b ≥ 0, but the last row asks for ≤ 0."
            )
        if here < 4:
            return f"With this b the best point has {here}; another b does better."
        return "Some points have 4."


def _outline(polygons: Sequence[Polygon]) -> Path:
    """Return the outlines of some polygons as one path."""
    vertices, codes = [], []
    for polygon in polygons:
        vertices += [*polygon, polygon[0]]
        codes += [Path.MOVETO, *[Path.LINETO] * (len(polygon) - 1), Path.CLOSEPOLY]
    return Path(np.reshape(vertices, (-1, 2)), codes)


def _shade(count: int) -> tuple[float, float, float, float]:
    """Return the colour for `count` rows right."""
    return to_rgba(ORANGE if count == 4 else BLUE, _SHADES[count])
