"""Functions that tests give to students' functions.

They stand apart from their exercises because students' processes import what they are given: one
of a theme's own would bring the whole theme there, for each student anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np

# Of one number.


def line(x: float) -> float:
    """Rise everywhere."""
    return 3 * x + 1


def hill(x: float) -> float:
    """Rise, then fall."""
    return 4 - x**2


def valley(x: float) -> float:
    """Fall, then rise."""
    return x**2


def mesa(x: float) -> float:
    """Rise, stay level from -2 to 2, fall."""
    return min(0.0, 4 - x**2)


def ramp(x: float) -> float:
    """Stay level, then rise."""
    return max(0.0, x)


def fall(x: float) -> float:
    """Fall everywhere."""
    return -(x**3)


def dip(x: float) -> float:
    """Fall a little, then rise: SiLU."""
    return float(x / (1 + np.exp(-x)))


# Of an array (D,).


def bowl(x: Any) -> float:
    """Weigh each square by its place."""
    return float(np.sum(np.asarray(x) ** 2 * np.arange(1, len(x) + 1)))


def wave(x: Any) -> float:
    """Sum sines; the first and the last entry depend on each other."""
    return float(np.sum(np.sin(x)) + x[0] * x[-1])


def cubic(x: Any) -> float:
    """Sum cubes; the first entry counts less."""
    return float(np.sum(np.asarray(x) ** 3) - 2 * x[0])
