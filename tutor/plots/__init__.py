"""Pictures of the course, each with a text alternative computed from its data.

Every function returns a `Picture`: a matplotlib figure that no pyplot state knows about, and the
sentence that says in words what it shows. A picture's SVG is the same byte for byte each time.
"""

from tutor.plots.activations import PIECES, activation, curve, gallery, sketch
from tutor.plots.axes import broken, cross, limits, number, power
from tutor.plots.comparison import compare
from tutor.plots.picture import (
    NO_METADATA,
    SHADES,
    Picture,
    style,
    subplots,
    width_of,
)

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
