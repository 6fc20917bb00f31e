"""Pictures for the notebook on backpropagation."""

from __future__ import annotations

import numpy as np

from tutor import plots
from tutor.colours import BLUE, ORANGE
from tutor.floats import FloatArray

STEPS = 10.0 ** np.arange(-15.0, 0.0)


def slope_errors(h: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the errors of the measured slope of x³ at x = 1, which is 3.

    Parameters
    ----------
    h : array
        Steps, of any shape.

    Returns
    -------
    tuple of array
        Sizes of the errors of (f(1 + h) − f(1)) / h and (f(1 + h) − f(1 − h)) / 2h, in the shape
        of `h`.
    """

    # Multiplications are rounded alike on every machine; powers may not be.
    def cube(x: FloatArray) -> FloatArray:
        return x * x * x

    one = np.ones_like(h)
    forward = (cube(one + h) - cube(one)) / h
    centred = (cube(one + h) - cube(one - h)) / (2 * h)
    return np.abs(forward - 3), np.abs(centred - 3)


def step_sizes() -> plots.Picture:
    """Draw the error of a measured slope for steps of many sizes, to one side and to both.

    Returns
    -------
    Picture
        Both axes are logarithmic.
    """
    one_side, both_sides = slope_errors(STEPS)
    figure, axes = plots.subplots(6.5, 3.4)
    with plots.style():
        axes.loglog(STEPS, one_side, "o-", color=ORANGE, label="to one side")
        axes.loglog(STEPS, both_sides, "s-", color=BLUE, label="to both sides")
        axes.set(xlabel="step h", ylabel="error of the slope")
        axes.legend()
    best = [plots.power(STEPS[np.argmin(errors)]) for errors in (one_side, both_sides)]
    return plots.Picture(
        figure,
        "Error of the measured slope of x³ at 1 for steps h from 10⁻¹⁵ to 10⁻¹. Both curves fall "
        f"and rise again. To one side the error is smallest, {one_side.min():.0e}, at h = "
        f"{best[0]}; to both sides it is smallest, {both_sides.min():.0e}, at h = {best[1]}.",
    )
