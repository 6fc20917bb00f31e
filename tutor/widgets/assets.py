"""The files beside this one that a widget's page consists of: scripts and style sheets."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def script(*names: str) -> str:
    """Return the widgets' JavaScript files as one module, which is what anywidget takes."""
    return "\n".join((_HERE / name).read_text("utf-8") for name in names)


def stylesheet(name: str) -> str:
    """Return a widget's style sheet, after what all widgets share."""
    return "\n".join((_HERE / each).read_text("utf-8") for each in ("theme.css", name))
