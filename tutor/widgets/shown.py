"""How a widget comes onto the page, says what went wrong there, and leaves it again."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import ipywidgets
from IPython import get_ipython
from IPython.display import display

# Hides the stand-in beside a live widget, and a widget that isn't there beside its stand-in.
# The animation only waits: for a second nothing is shown, so that a live widget can come up first.
_STAND_IN = """<style>
@keyframes fnn-wait {{ 0%, 100% {{ max-height: 0 }} }}
.fnn-stand-in {{ overflow: hidden; animation: fnn-wait 1s }}
.jp-OutputArea-child:has(.fnn-widget) + .jp-OutputArea-child:has(.fnn-stand-in),
.jp-OutputArea-child:has(> .jupyter-widgets):has(+ * .fnn-stand-in):not(:has(.fnn-widget))
{{ display: none }}
</style>
<div class="fnn-stand-in">{}</div>"""


class Shown(ipywidgets.DOMWidget):  # type: ignore[misc]  # ipywidgets has no types
    """What both kinds of widget are for who looks at them: a title, a question, a picture in words.

    A subclass sets `title`, `question` and `invitation`, and implements `alt` and `_picture`.

    Attributes
    ----------
    invitation : str
        What running the cell is good for, said below the picture where no kernel runs.
    """

    title: ClassVar[str]
    question: ClassVar[str]
    invitation: ClassVar[str]

    @property
    def alt(self) -> str:
        """The text alternative: what is on screen now."""
        raise NotImplementedError

    def _picture(self) -> str:
        """Draw what is on screen now, as HTML for where no kernel runs."""
        raise NotImplementedError

    def close(self) -> None:
        """Remove the widget from the page and from the kernel's memory, with all its parts."""
        close_parts(self)
        super().close()

    def __repr__(self) -> str:
        return f"{self.title}. {self.alt}"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and a picture for where no kernel runs."""
        # Not anywidget's, which is a pair: the bundle and what is said about it.
        bundle: dict[str, Any] = ipywidgets.DOMWidget._repr_mimebundle_(self, **kwargs) or {}
        picture = self._picture()
        bundle["text/plain"] = repr(self)
        bundle["text/html"] = (
            f"<p><b>{escape(self.title)}</b><br>{escape(self.question)}</p><p>{picture}</p>"
            f"<p>{escape(self.alt)} ({escape(self.invitation)})</p>"
        )
        return bundle

    def _ipython_display_(self) -> None:
        """Show the widget, and beside it the picture that takes its place without a kernel.

        JupyterLab renders only one format of an output, and for a widget that it can't find that is
        an error message. So the picture is an output of its own.
        """
        bundle = self._repr_mimebundle_()
        picture = bundle.pop("text/html")
        display({**bundle, "text/html": ""}, raw=True)  # type: ignore[no-untyped-call]
        stand_in = {"text/html": _STAND_IN.format(picture), "text/plain": ""}
        display(stand_in, raw=True)  # type: ignore[no-untyped-call]


def in_one_line(error: Exception) -> str:
    """Say in one line what went wrong and where."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    return f"{type(error).__name__}: {error} ({place})"


# A cell that is run again makes a new widget; the old one would stay in memory for ever.
_of_cell: dict[str, tuple[str, list[ipywidgets.Widget]]] = {}


def tidy_up_after_former(widget: ipywidgets.Widget) -> None:
    """Close the widgets that the running cell made when it ran before."""
    kernel: Any = getattr(get_ipython(), "kernel", None)
    parent = kernel.get_parent() if hasattr(kernel, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId")
    if cell is None:  # not in JupyterLab, or made by a callback
        return
    run = parent["header"]["msg_id"]
    former_run, widgets = _of_cell.get(cell, (run, []))
    if former_run != run:
        for former in widgets:
            former.close()
        widgets = []
    _of_cell[cell] = (run, [*widgets, widget])


def close_parts(widget: ipywidgets.Widget) -> None:
    """Close all that belong to a widget, but not itself: children, layouts, styles."""
    for part in list(_parts(widget)):
        part.close()


def _parts(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    for name in widget.keys:
        value = getattr(widget, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, ipywidgets.Widget):
                yield part
                yield from _parts(part)
