"""Check derivatives and gradients against measured ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tutor.check.diagnose import Trial
from tutor.check.functions import check_function
from tutor.check.result import Result
from tutor.check.vocabulary import entry_for
from tutor.gradients import numerical_gradient
from tutor.mistakes.records import Tolerance


def derivative(
    student: Any,
    *,
    of: Callable[..., Any],
    on: Any,
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check that a function is the derivative of `of`, entry by entry.

    `of` is differentiated numerically, so it may be the student's own function. Inputs at a kink,
    where the slopes of both sides differ, are left out: there a derivative is a convention.

    Parameters
    ----------
    student, of : callable
        Functions of an array.
    on : array or sequence of numbers
    """
    x = np.asarray(on, float)
    smooth = x[~_kinks(of, x)]
    entry = entry_for(exercise, student, "function")
    entry = replace(
        entry,
        reference=lambda t, *_: _slope(of, t),
        tolerance=Tolerance(1e-4, 1e-7),
        draw=None,
        plot=True,
    )
    return check_function(student, Trial(entry, [(smooth,)]), hidden=hidden, points=points)


def _step(x: Any) -> Any:
    # Longer than for a plain difference: with two sizes the error shrinks with h⁴.
    return 1e-4 * np.maximum(1.0, np.abs(x))


def _slope(f: Callable[..., Any], x: Any) -> Any:
    """Measure a slope with centred differences of two step sizes, so that the h² terms cancel."""
    h = _step(x)
    wide = (np.asarray(f(x + h)) - np.asarray(f(x - h))) / (2 * h)
    narrow = (np.asarray(f(x + h / 2)) - np.asarray(f(x - h / 2))) / h
    return (4 * narrow - wide) / 3


def _kinks(f: Callable[..., Any], x: Any) -> Any:
    """Say of each x whether the slopes to both sides differ by more than h f'' explains."""
    h = _step(x)
    middle = np.asarray(f(x))
    right, left = (np.asarray(f(x + h)) - middle) / h, (middle - np.asarray(f(x - h))) / h
    return np.abs(right - left) > 100 * h * np.maximum(1.0, np.abs(right) + np.abs(left))


def gradient(
    student: Any,
    *,
    of: Callable[..., Any],
    at: Sequence[Any],
    wrt: Sequence[int] = (0,),
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a gradient against centred differences of `of`, a function with one number as result.

    Parameters
    ----------
    student : callable
        ``student(*at)`` gives the gradient for each argument in `wrt`, each in the shape of that
        argument; a tuple, if there are several.
    of : callable
        ``of(*at)`` gives a number.
    at : sequence
        Arguments.
    wrt : sequence of int
        Positions of the arguments to differentiate by.

    Raises
    ------
    ValueError
        If `of` doesn't give one finite number at `at` and beside it.
    """
    entry = entry_for(exercise, student, "function")

    def measured(*args: Any) -> Any:
        def along(position: int) -> Any:
            before, after = args[:position], args[position + 1 :]
            return numerical_gradient(lambda x: of(*before, x, *after), args[position])

        parts = tuple(map(along, wrt))
        return parts if len(parts) > 1 else parts[0]

    entry = replace(entry, reference=measured, tolerance=Tolerance(1e-4, 1e-7), draw=None)
    return check_function(student, Trial(entry, [tuple(at)]), hidden=hidden, points=points)
