"""What the pages that `grading` writes share: how templates are loaded, pictures in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tutor.colours import BLUE, GREY, GRID, INK, PAPER

if TYPE_CHECKING:
    from tutor.plots import Picture

__all__ = ["TEMPLATES", "environment", "themed"]

TEMPLATES = Path(__file__).resolve().parent / "templates"
"""Their folder."""

# theme.css gives each of them its value in both themes.
_ROLES = {
    BLUE: "var(--mark)",
    GREY: "var(--others)",
    INK: "var(--ink)",
    GRID: "var(--line)",
    PAPER: "none",
}


def environment() -> Environment:
    """Make what loads the templates: all text is escaped, and an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def themed(picture: Picture) -> str:
    """Return a picture as an `<svg>` element in the page's own colours, for both themes."""
    text = picture.svg()
    text = text[text.index("<svg") :]
    for colour, role in _ROLES.items():
        text = text.replace(colour, role)
    return text
