"""What every activation function does to its arguments before it computes."""

import functools
import math
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

import numpy as np
import numpy.typing as npt

from tutor.floats import FloatArray, as_floats

P = ParamSpec("P")


def vectorised(
    function: Callable[Concatenate[FloatArray, P], FloatArray],
) -> Callable[Concatenate[npt.ArrayLike, P], FloatArray]:
    """Let `function` take anything like an array, stay silent, and keep the width of floats.

    Overflow to infinity and underflow to zero are the right answers here, so they aren't reported.
    """

    @functools.wraps(function)
    def wrapper(x: npt.ArrayLike, *args: P.args, **kwargs: P.kwargs) -> FloatArray:
        array = as_floats(x)
        with np.errstate(all="ignore"):
            result = np.asarray(function(array, *args, **kwargs), dtype=array.dtype)
        return result[()]  # a scalar for a scalar, as numpy's own functions do

    return cast(Callable[Concatenate[npt.ArrayLike, P], FloatArray], wrapper)


def finite(value: float, name: str) -> float:
    """Return `value` as a float.

    Raises
    ------
    TypeError
        If it isn't a real number.
    ValueError
        If it isn't finite.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, not {value}")
    return float(value)


def positive(value: float, name: str) -> float:
    """Return `value` as a float; like `finite`, but a ValueError unless it is above 0, too."""
    if finite(value, name) <= 0:
        raise ValueError(f"{name} must be greater than 0, not {value}")
    return float(value)
