"""Numbers as readers write them, and what axes need: limits, an origin, gaps at jumps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.colours import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def cross(*panels: Axes) -> None:
    """Draw thin lines through the origin, beneath everything else."""
    for axes in panels:
        for line in (axes.axhline, axes.axvline):
            line(0, color=INK, linewidth=0.8, zorder=0.9)


def number(value: float, digits: int = 3) -> str:
    """Write a number for a reader: `digits` significant figures, a real minus sign, no "-0".

    What isn't quite 1 doesn't become 1: a sigmoid never gets there.

    >>> number(-0.12345)
    '−0.123'
    >>> number(0.99995)
    '0.99995'
    """
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if 1 <= abs(value) < 1e6:
        digits = max(digits, len(str(int(abs(value)))))
    elif 0.9 < abs(value) < 1 - 1e-15:
        digits = max(digits, -math.floor(math.log10(1 - abs(value))))
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def power(value: float, position: float = 0) -> str:
    """Write a power of ten for an axis: matplotlib's own takes 30 ms a label to typeset.

    >>> power(-1e-12)
    '−10⁻¹²'
    """
    if value == 0 or 0.01 < abs(value) < 1000:
        return number(value)
    exponent = str(round(np.log10(abs(value)))).translate(
        str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    )
    return f"{'−' if value < 0 else ''}10{exponent}"


def limits(*curves: Any, margin: float = 0.08) -> tuple[float, float]:
    """Return y limits that hold all finite values of the curves, and 0.

    Parameters
    ----------
    *curves
        Arrays of any shape.
    margin
        Room above and below, as a part of the whole height.
    """
    values = np.concatenate([np.ravel(each) for each in curves])
    values = values[np.isfinite(values)]
    low, high = min(values.min(initial=0.0), 0.0), max(values.max(initial=0.0), 0.0)
    gap = (high - low) * margin or 1.0
    return float(low - gap), float(high + gap)


def broken(value: Any) -> Any:
    """Put NaN where a curve jumps, so that a step isn't drawn as a slope. Shape (N,) in and out."""
    change = np.abs(np.diff(value))
    padded = np.pad(change, 1)
    # A jump is far higher than what comes before and after it; a steep curve isn't.
    jump = change > 20 * np.maximum(padded[:-2], padded[2:]) + 1e-9
    return np.where(np.append(jump, False), np.nan, value)
