"""A picture that shows in a notebook, with its text alternative."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from typing import Any

__all__ = ["Drawing", "image"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture written by hand, without matplotlib.

    Attributes
    ----------
    svg : str
        The picture; it carries its own title, description and label for screen readers.
    alt : str
        What the picture shows, in words.
    """

    svg: str
    alt: str

    def __str__(self) -> str:
        return self.alt

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": image(self.svg, self.alt), "text/plain": self.alt}


def image(svg: str, alt: str, width: int | None = None) -> str:
    """Return an `<img>` with the SVG inside, which needs no network and no script.

    Parameters
    ----------
    svg : str
    alt : str
        The text alternative, not yet escaped.
    width : int, optional
        In CSS pixels; the SVG's own when left out. Never wider than the page.
    """
    data = base64.b64encode(svg.encode()).decode()
    size = "" if width is None else f'width="{width}" '
    return (
        f'<img alt="{escape(alt)}" {size}style="max-width: 100%" '
        f'src="data:image/svg+xml;base64,{data}">'
    )
