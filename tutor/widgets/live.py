"""Plots that move: matplotlib draws the still part once, and only what moves is drawn again.

matplotlib needs 30 to 60 ms to draw a figure, too long between two positions of a slider, and
about 1 ms to write one line as SVG. So each moving artist leaves a mark in the still picture, and
is written anew between the marks, by matplotlib's own SVG renderer. The order in depth, the colours
and the axes are those of the figure, whichever artist it is: line, marker, bar, text or image.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_svg import RendererSVG

from tutor import plots

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

_MARK = "moving artist {}"


class LivePlot:
    """A figure of which only some artists move.

    Parameters
    ----------
    figure
        From `tutor.plots.subplots`. Its axes' limits must not change afterwards: they are drawn
        once.
    moving
        The artists that change. Change them as usual (`line.set_data(...)`), then call `svg`. The
        few methods that don't tell matplotlib of the change, such as `PathPatch.set_path`, need
        `artist.stale = True` after them.

    Attributes
    ----------
    still_parts : list of str
        The SVG of all that stands still, cut at the places of the moving artists.
    """

    def __init__(self, figure: Figure, moving: Sequence[Artist]) -> None:
        self.figure = figure
        self.moving = list(moving)
        self.still_parts = self._draw_still()
        self._drawn: dict[Artist, str] = {}
        for artist in self.moving:
            # An artist calls this whenever it is changed; until then its SVG stays good.
            artist.stale_callback = self._forget

    def moving_parts(self) -> list[str]:
        """Return the SVG of each moving artist as it is now, in the order of their places."""
        self._draw_moving()
        return [self._drawn[artist] for artist in self.moving]

    def svg(self) -> str:
        """Return the figure as it is now: an `<svg>` element to put into a page."""
        return joined(self.still_parts, self.moving_parts())

    def _forget(self, artist: Artist, stale: bool) -> None:
        self._drawn.pop(artist, None)

    def _draw_still(self) -> list[str]:
        """Return the still part, cut where the moving artists belong; they are in that order."""
        for index, artist in enumerate(self.moving):
            artist.set_in_layout(False)
            # The instance's attribute hides the method, so matplotlib itself puts the mark at the
            # artist's place in depth.
            artist.draw = _Mark(index)  # type: ignore[method-assign]
        try:
            document = plots.Picture(self.figure, "").svg()
        finally:
            for artist in self.moving:
                del artist.draw
        parts = re.split(
            rf"<!-- {_MARK.format('([0-9]+)')} -->\s*", document[document.index("<svg") :]
        )
        self.moving = [self.moving[int(index)] for index in parts[1::2]]
        # matplotlib's style sheet would apply to the whole page.
        parts[0] = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", parts[0], flags=re.DOTALL)
        parts[0] = parts[0].replace("<svg ", '<svg style="stroke-linejoin: round" ', 1)
        return parts[::2]

    def _draw_moving(self) -> None:
        """Draw the artists that have changed. A text takes half a millisecond, so it pays."""
        changed = [artist for artist in self.moving if artist not in self._drawn]
        with plots.style():
            for artist in changed:
                self._drawn[artist] = self._draw(artist)

    def _draw(self, artist: Artist) -> str:
        """Return an artist's SVG, with the marker and the clipping path it refers to."""
        buffer = io.StringIO()
        renderer: Any = RendererSVG(  # type: ignore[no-untyped-call]
            *self.figure.bbox.size, buffer, metadata=dict(plots.NO_METADATA)
        )
        renderer.writer.flush()
        start = buffer.tell()
        artist.draw(renderer)
        renderer.finalize()
        # Groups have numbered names, which would be the same for every artist.
        return re.sub(r'<g id="\w+">', "<g>", buffer.getvalue()[start:].replace("</svg>", ""))


def joined(still: Sequence[str], moving: Sequence[str]) -> str:
    """Put the moving parts, N of them, at their places between the N + 1 still ones."""
    return "".join(itertools.chain(*zip(still[:-1], moving, strict=True), still[-1:]))


class _Mark:
    """Stands in for an artist's `draw` and leaves a comment where the artist belongs."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __call__(self, renderer: Any) -> None:
        renderer.writer.comment(_MARK.format(self.index))
