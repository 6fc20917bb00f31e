"""A gradient checker that says where and why a gradient is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from tutor.colours import RIGHT, WRONG
from tutor.gradients.measure import (
    FloatArray,
    Function,
    evaluate,
    index_text,
    numerical_gradient,
    one_number,
    prepare,
    steps,
)
from tutor.gradients.reasons import count_not_finite, explain, explain_form
from tutor.gradients.slopes import Problem, at_kink


@dataclass(frozen=True)
class GradientCheck:
    """Result of `check_gradient`; true if the gradient is right.

    Attributes
    ----------
    ok : bool
        Whether every element agrees.
    relative_error : float
        Largest relative error of an element, |a − n| / max(|a|, |n|), where differences
        within the measurement's own error count as 0. NaN if it can't be computed.
    index : tuple of int or None
        Where it is largest; None if there are no elements to compare.
    reason : str
        Why they differ, in words; empty if they agree.
    cause : str
        The same as a short identifier: "shape", "transposed", "nan", "zero", "sign",
        "factor", "offset", "weight-decay", "places", "kink", "unknown" or "".
    wrong : int
        How many elements differ.
    kinks : tuple of tuple of int
        Indices at or beside a kink of f, where the given value lies between the two one-sided
        slopes. They count as right.
    analytic, numerical : numpy.ndarray
        The gradient as given, and as measured.
    tolerance : float
        Largest relative error that passes.
    """

    ok: bool
    relative_error: float
    index: tuple[int, ...] | None
    reason: str
    cause: str
    wrong: int
    kinks: tuple[tuple[int, ...], ...]
    analytic: FloatArray
    numerical: FloatArray
    tolerance: float

    def __bool__(self) -> bool:
        return self.ok

    @property
    def text(self) -> str:
        """The result in words."""
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        size = self.numerical.size
        if self.ok:
            lines = [
                f"The gradient is right: the largest relative error of {size} "
                f"{'element' if size == 1 else 'elements'} is {self.relative_error:.2g}."
            ]
        elif self.index is None:
            lines = [f"The gradient is wrong: {self.reason}."]
        else:
            lines = [
                f"The gradient is wrong: {self.reason}.",
                f"Largest relative error: {self.relative_error:.2g}"
                f"{index_text(self.index)}: given {self.analytic[self.index] + 0.0:.6g}, "
                f"measured {self.numerical[self.index]:.6g}. {self.wrong} of {size} differ.",
            ]
        if self.kinks:
            places = ", ".join(index_text(index, "") or "x" for index in self.kinks[:5])
            more = " and others" if len(self.kinks) > 5 else ""
            lines.append(
                f"At {places}{more} the function has a kink: both one-sided slopes are "
                "possible there, and the given value lies between them."
            )
        return lines

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        mark, colour = ("✓", RIGHT) if self.ok else ("✗", WRONG)
        lines = "<br>".join(escape(line) for line in self._lines())
        return (
            f'<div style="border-left:4px solid {colour};padding:2px 10px">'
            f"<strong>{mark}</strong> {lines}</div>"
        )


def check_gradient(
    f: Function,
    x: npt.ArrayLike,
    gradient: npt.ArrayLike | Callable[[Any], npt.ArrayLike],
    h: float | None = None,
    tolerance: float = 1e-5,
) -> GradientCheck:
    """Compare a gradient with the measured one and say where and why they differ.

    Parameters
    ----------
    f : callable
        Function of x that returns one number.
    x : array_like
        Where to compare.
    gradient : array_like or callable
        The gradient to check, or a function that computes it from x.
    h : float, optional
        Step, as in `numerical_gradient`.
    tolerance : float
        Largest relative error that passes. At least 1e-3 is used if f or the gradient
        computes in a shorter format than float64.

    Returns
    -------
    GradientCheck
        A wrong gradient is a result, not an error.

    Raises
    ------
    ValueError, TypeError
        As `numerical_gradient`, except for a gradient that is wrong in shape or not finite.
    """
    point = prepare(x)
    start = one_number(evaluate(f, point), "")
    if callable(gradient):
        with np.errstate(all="ignore"):
            gradient = gradient(point.copy() if point.ndim else float(point))
    given = np.asarray(gradient)
    if given.dtype.kind not in "fiub":
        raise TypeError(f"expected real numbers as gradient, got {gradient!r}")
    if min(given.dtype.itemsize if given.dtype.kind == "f" else 8, start.dtype.itemsize) < 8:
        tolerance = max(tolerance, 1e-3)
    analytic = given.astype(np.float64)
    numerical = np.asarray(numerical_gradient(f, point, h))
    if analytic.shape != numerical.shape or not np.isfinite(analytic).all():
        cause, reason = explain_form(analytic, numerical, tolerance)
        wrong = analytic.size if analytic.shape != numerical.shape else count_not_finite(analytic)
        return GradientCheck(
            False, math.nan, None, reason, cause, wrong, (), analytic, numerical, tolerance
        )
    return _compare(
        Problem(f, point, steps(point, h, start.dtype), start), analytic, numerical, tolerance
    )


def _compare(
    problem: Problem, analytic: FloatArray, numerical: FloatArray, tolerance: float
) -> GradientCheck:
    difference = np.asarray(np.abs(analytic - numerical))
    size = np.asarray(np.maximum(np.abs(analytic), np.abs(numerical)))
    error = np.divide(difference, size, out=np.zeros(size.shape), where=size > 0)
    bad = np.asarray((error > tolerance) & (difference > problem.noise))
    error[(error > tolerance) & ~bad] = 0.0  # rounding alone, as near 0
    kinks = []
    for index in [tuple(map(int, place)) for place in np.argwhere(bad)]:
        possible = at_kink(problem, index, float(analytic[index]))
        if possible:
            kinks.append(index)
        if possible or difference[index] <= problem.truncation(index):
            bad[index] = False
            error[index] = 0.0
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape))
    cause, reason = "", ""
    if bad.any():
        cause, reason = explain(problem, analytic, numerical, bad, tolerance)
    return GradientCheck(
        not bad.any(), float(error[worst]), worst, reason, cause, int(bad.sum()),
        tuple(kinks), analytic, numerical, tolerance,
    )  # fmt: skip
