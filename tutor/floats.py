"""Arrays of floats, as everything in the course takes and returns them."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]


def as_floats(x: npt.ArrayLike, name: str = "x") -> FloatArray:
    """Return `x` as an array of floats; floats of any width are kept, integers become float64.

    Raises
    ------
    TypeError
        If `x` holds something else than real numbers.
    ValueError
        If `x` is a nested list whose rows have different lengths.
    """
    try:
        array = np.asarray(x)
    except ValueError:
        raise ValueError(f"{name} must be a number or a regular array, not a ragged list") from None
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    raise TypeError(f"{name} must hold real numbers, not values of type {array.dtype}")
