"""Where a function of the plane is positive and where negative, redrawn within a millisecond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from contourpy import FillType, LineType, contour_generator
from matplotlib.collections import LineCollection
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from tutor.colours import BLUE, INK, ORANGE

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_SHADE = 0.22
_FAR = 1e300


class Regions:
    """The two sides of a decision, shaded, and the boundary between them.

    The shapes are outlines, not pixels: sharp at any size, and in the page's own colours.

    Parameters
    ----------
    axes
        With its limits set.
    cells
        In how many squares each side is divided. Between their corners the function counts as
        linear, so a straight boundary is exact.

    Attributes
    ----------
    points : array, shape ((cells + 1)², 2)
        Where the function has to be known.
    artists : list
        The moving artists for a live plot.
    """

    def __init__(self, axes: Axes, cells: int = 101) -> None:
        self._x = np.linspace(*axes.get_xlim(), cells + 1)
        self._y = np.linspace(*axes.get_ylim(), cells + 1)
        x, y = np.meshgrid(self._x, self._y)
        self.points = np.column_stack([x.ravel(), y.ravel()])
        self._sides = [
            PathPatch(_EMPTY, facecolor=color, edgecolor="none", alpha=_SHADE, zorder=0.5)
            for color in (ORANGE, BLUE)
        ]
        self._boundary = LineCollection([], colors=INK, linewidths=2.2, zorder=2)
        for side in self._sides:
            axes.add_patch(side)
        axes.add_collection(self._boundary, autolim=False)
        self.artists: list[Artist] = [*self._sides, self._boundary]

    def show(self, values: Any) -> None:
        """Shade where the values at `points`, shape ((cells + 1)²,), are at most 0 or above 0."""
        z = np.reshape(values, (self._y.size, self._x.size))
        outlines: Any = contour_generator(  # its results' types depend on the two kinds asked for
            self._x, self._y, z, line_type=LineType.Separate, fill_type=FillType.OuterCode
        )
        for side, (low, high) in zip(self._sides, ((-_FAR, 0.0), (0.0, _FAR)), strict=True):
            shapes, codes = outlines.filled(low, high)
            paths = [Path(s, c) for s, c in zip(shapes, codes, strict=True)]
            side.set_path(Path.make_compound_path(*paths) if paths else _EMPTY)
            side.stale = True  # which set_path doesn't say
        self._boundary.set_segments(outlines.lines(0.0) if (z > 0).any() else [])

    @staticmethod
    def legend(negative: str, positive: str) -> list[Patch]:
        """Return a legend's entries for the two sides."""
        names = ((ORANGE, negative), (BLUE, positive))
        return [Patch(facecolor=color, alpha=2 * _SHADE, label=name) for color, name in names]


_EMPTY = Path(np.empty((0, 2)))
