"""The part of a widget that shows something: the picture, what it says in words, an error."""

from __future__ import annotations

import anywidget
import traitlets

from tutor import colours
from tutor.widgets.assets import script, stylesheet
from tutor.widgets.live import joined

_THEME = {  # theme.css gives each of them its value in both themes
    colours.INK: "var(--fnn-ink)",
    colours.GRID: "var(--fnn-grid)",
    colours.PAPER: "var(--fnn-paper)",
    colours.BLUE: "var(--fnn-blue)",
    colours.ORANGE: "var(--fnn-orange)",
}


class Screen(anywidget.AnyWidget):
    """The picture, the sentence below it, and a message when something went wrong.

    Attributes
    ----------
    still : list of str
        What stands still in the picture: an `<svg>` element, cut where something moves.
    frame : dict
        What moves. `moving`, a list of SVG elements for the places between the still parts;
        `sentence`, what the picture shows in words; and what both belong to: `values` of the
        sliders and `choices` of the other controls.
    sliders : list of str
        The sliders' model ids, in the order of `values`.
    problem : str
        An error's message or "".
    """

    _esm = script("text.js", "kernel.js", "screen.js")
    _css = stylesheet("screen.css")
    still = traitlets.List(traitlets.Unicode()).tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    sliders = traitlets.List(traitlets.Unicode()).tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    @property
    def svg(self) -> str:
        """The picture as one `<svg>` element."""
        return joined(self.still, self.frame["moving"])

    @property
    def sentence(self) -> str:
        """What the picture shows in words."""
        return str(self.frame["sentence"])


def themed(svg: str) -> str:
    """Exchange the plot's colours for the page's own."""
    for colour, variable in _THEME.items():
        svg = svg.replace(colour, variable)
    return svg
