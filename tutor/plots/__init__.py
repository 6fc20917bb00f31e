"""Pictures of the course, each with a text alternative computed from its data.

Every function returns a `Picture`: a matplotlib figure that no pyplot state knows about, and the
sentence that says in words what it shows. A picture's SVG is the same byte for byte each time.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.plots.activations import PIECES, activation, curve, gallery, sketch
    from tutor.plots.axes import broken, cross, limits, number, power
    from tutor.plots.comparison import compare
    from tutor.plots.picture import NO_METADATA, SHADES, Picture, style, subplots, width_of

# Where each name lives. It loads on first use: matplotlib takes longer than all else a notebook
# imports, and a notebook that is graded draws nothing.
_HOMES = {
    "NO_METADATA": "picture",
    "PIECES": "activations",
    "SHADES": "picture",
    "Picture": "picture",
    "activation": "activations",
    "broken": "axes",
    "compare": "comparison",
    "cross": "axes",
    "curve": "activations",
    "gallery": "activations",
    "limits": "axes",
    "number": "axes",
    "power": "axes",
    "sketch": "activations",
    "style": "picture",
    "subplots": "picture",
    "width_of": "picture",
}

__all__ = [
    "NO_METADATA",
    "PIECES",
    "SHADES",
    "Picture",
    "activation",
    "broken",
    "compare",
    "cross",
    "curve",
    "gallery",
    "limits",
    "number",
    "power",
    "sketch",
    "style",
    "subplots",
    "width_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has nothing called {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value  # found at once from now on
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
