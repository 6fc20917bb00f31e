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
        The artists that change. Change them as usual (`line.set_data(...)`), then call `svg`.
    """

    def __init__(self, figure: Figure, moving: Sequence[Artist]) -> None:
        self.figure = figure
        self.moving = list(moving)
        self._still = self._draw_still()

    def svg(self) -> str:
        """Return the figure as it is now: an `<svg>` element to put into a page."""
        pieces, clips = self._draw_moving()
        text = [self._still[0]]
        for piece, still in zip(pieces, self._still[1:], strict=True):
            text += [piece, still]
        return "".join([*text[:-1], text[-1].replace("</svg>", f"{clips}</svg>")])

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

    def _draw_moving(self) -> tuple[list[str], str]:
        """Return each moving artist's SVG, and the clipping paths they refer to."""
        size = self.figure.bbox.size
        buffer = io.StringIO()
        ends = []
        with plots.style():
            renderer: Any = RendererSVG(*size, buffer, metadata=dict(plots.NO_METADATA))  # type: ignore[no-untyped-call]
            renderer.writer.flush()
            ends.append(buffer.tell())
            for artist in self.moving:
                artist.draw(renderer)
                ends.append(buffer.tell())
            renderer.finalize()
        text = buffer.getvalue()
        pieces = [text[start:end] for start, end in itertools.pairwise(ends)]
        return pieces, text[ends[-1] :].replace("</svg>", "")


class _Mark:
    """Stands in for an artist's `draw` and leaves a comment where the artist belongs."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __call__(self, renderer: Any) -> None:
        renderer.writer.comment(_MARK.format(self.index))
