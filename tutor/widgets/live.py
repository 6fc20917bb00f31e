"""Plots that move: matplotlib draws the still part once, and only what moves is drawn again.

matplotlib needs 30 to 60 ms to draw a figure, too long between two positions of a slider, and
about 1 ms to write one line as SVG. So each moving artist leaves a mark in the still picture, and
is written anew between the marks, by matplotlib's own SVG renderer. The order in depth, the colours
and the axes are those of the figure, whichever artist it is: line, marker, bar, text or image.
"""

from __future__ import annotations

import copy
import io
import itertools
import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from matplotlib import _path
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.text import Text

from tutor import plots

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

_MARK = "moving artist {}"
_DIGITS = 2  # after the point: a hundredth of a display unit can't be seen


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
        with plots.style():
            self._pen = _Pen(figure, self.still_parts)
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
            artist.draw = _Mark(index, artist)  # type: ignore[method-assign]
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
        parts[0] = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", parts[0])
        parts[0] = parts[0].replace("<svg ", '<svg style="stroke-linejoin: round" ', 1)
        return parts[::2]

    def _draw_moving(self) -> None:
        """Draw the artists that have changed. A text takes half a millisecond, so it pays."""
        changed = [artist for artist in self.moving if artist not in self._drawn]
        with plots.style():
            for artist in changed:
                self._drawn[artist] = self._pen.draw_alone(artist)


def joined(still: Sequence[str], moving: Sequence[str]) -> str:
    """Put the moving parts, N of them, at their places between the N + 1 still ones."""
    return "".join(itertools.chain(*zip(still[:-1], moving, strict=True), still[-1:]))


class _Mark:
    """Stands in for an artist's `draw`: leaves a comment where it belongs, and its clipping path.

    All artists of an axes are cut off at the same rectangle. Written once, in the still part, it
    needn't come with each of them.
    """

    def __init__(self, index: int, artist: Any) -> None:
        self.index = index
        self.artist = artist

    def __call__(self, renderer: Any) -> None:
        renderer.writer.comment(_MARK.format(self.index))
        graphics = renderer.new_gc()
        self.artist._set_gc_clip(graphics)
        renderer._get_clip_attrs(graphics)


_UntypedRenderer: Any = RendererSVG


class _Pen(_UntypedRenderer):  # type: ignore[misc]
    """matplotlib's SVG renderer, for one artist after the other.

    It is kept: to make one takes as long as to draw a line, and texts are measured anew for each.

    Parameters
    ----------
    figure
        Whose artists it draws.
    still_parts
        What stands still around them. It may be referred to.
    """

    def __init__(self, figure: Figure, still_parts: Sequence[str]) -> None:
        self._paper = io.StringIO()
        self._there = set(re.findall(r'<clipPath id="(\w+)"', "".join(still_parts)))
        self._looks: dict[tuple[Any, ...], tuple[str, float]] = {}  # of texts: style, shift
        super().__init__(*figure.bbox.size, self._paper)

    def draw_alone(self, artist: Artist) -> str:
        """Return an artist's SVG, with the marker that it refers to."""
        return self._write(artist) if _is_plain(artist) else self._draw(artist)

    def _draw(self, artist: Artist) -> str:
        self._paper.seek(0)
        self._paper.truncate()
        # What stands in another artist's SVG can't be referred to.
        self._markers.clear()
        self._clipd.clear()
        self._path_collection_id = 0
        artist.draw(self)
        for key, (_, name) in list(self._clipd.items()):
            if name in self._there:
                del self._clipd[key]
        self._write_clips()
        self.writer.flush()
        # Groups have numbered names, which would be another each time.
        return re.sub(r'<g id="\w+"', "<g", self._paper.getvalue())

    def _write(self, text: Any) -> str:
        """Write a text as matplotlib does, which is asked only for the first of its looks.

        It takes half a millisecond, to measure the words and to find the font's names again.
        """
        if not text.get_visible() or not text.get_text():
            return ""
        x, y = text.get_transform().transform(text.get_unitless_position())
        font = text.get_fontproperties()
        look = (
            font.get_size(), font.get_weight(), font.get_style(), tuple(font.get_family()),
            text.get_color(), text.get_alpha(), text.get_ha(), text.get_va(),
        )  # fmt: skip
        if look not in self._looks:
            self._looks[look] = self._learn(text, self.height - y)
        style, shift = self._looks[look]
        place = f'x="{x:.{_DIGITS}f}" y="{self.height - y + shift:.{_DIGITS}f}"'
        return f'<text style="{style}" {place}>{escape(text.get_text())}</text>'

    def _learn(self, text: Any, y: float) -> tuple[str, float]:
        """Return a text's style, and how far below `y` its baseline is."""
        # The browser aligns a text by its words; only the font's height moves it up or down, and
        # that is the height of "lp" to matplotlib.
        sample = copy.copy(text)  # without the callback for changes
        sample.set_text("lp")
        drawn = re.search(r'style="([^"]*)" x="[^"]*" y="([^"]*)"', self._draw(sample))
        assert drawn
        return drawn[1], float(drawn[2]) - y

    def _convert_path(
        self, path: Any, transform: Any = None, clip: Any = None, simplify: Any = None,
        sketch: Any = None,
    ) -> str:  # fmt: skip
        """Write a path, as the method that this overrides does with six digits."""
        paper = (0.0, 0.0, self.width, self.height) if clip else None
        commands = [b"M", b"L", b"Q", b"C", b"z"]
        written: bytes = _path.convert_to_string(  # type: ignore[attr-defined]
            path, transform, paper, simplify, sketch, _DIGITS, commands, False
        )
        return written.decode("ascii")


def _is_plain(artist: Artist) -> bool:
    """Whether it is a text on one line without a frame, a formula or anything else special."""
    if type(artist) is not Text:
        return False
    special = artist.get_rotation() or artist.get_bbox_patch() or artist.get_path_effects()
    words = artist.get_text()
    return not special and "\n" not in words and "$" not in words and not artist.get_clip_on()
