"""Derivatives by measurement: numerical gradient and Jacobian.

Differences are centred: (f(x + h) − f(x − h)) / 2h, whose error shrinks with h². The step that
balances this error against rounding is about the cube root of the machine epsilon
(Press et al., Numerical Recipes, section 5.7).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Function = Callable[[Any], Any]


def prepare(x: npt.ArrayLike) -> FloatArray:
    """Return a float64 copy of x. Whole numbers become floats: x + h would be cut off to x."""
    try:
        array = np.asarray(x)
    except ValueError:
        raise ValueError(
            "expected numbers in a regular array, got rows of unequal length"
        ) from None
    if array.dtype.kind not in "fiu":
        raise TypeError(f"expected real numbers for x, got {array.dtype} ({x!r})")
    if array.size == 0:
        raise ValueError(f"expected at least one number in x, got an empty array {array.shape}")
    if not np.isfinite(array).all():
        index = index_text(tuple(np.argwhere(~np.isfinite(array))[0]))
        raise ValueError(
            f"expected finite numbers in x, got {array[~np.isfinite(array)][0]}{index}"
        )
    return array.astype(np.float64)


def index_text(index: tuple[int, ...], before: str = " at index ") -> str:
    """Name the place of an element; nothing for a single number."""
    return f"{before}[{', '.join(str(int(i)) for i in index)}]" if index else ""


def evaluate(f: Function, x: FloatArray) -> FloatArray:
    """Call f with its own copy of x, so that it can't change ours; warnings stay inside."""
    with np.errstate(all="ignore"):
        result = f(x.copy() if x.ndim else float(x))
    array = np.asarray(result)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"expected f to return real numbers, got {result!r}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def steps(x: FloatArray, h: float | None, dtype: np.dtype[Any]) -> FloatArray:
    """Return the step for each element of x: `h`, or else one that suits its size and dtype."""
    if h is None:
        base = float(np.finfo(dtype).eps) ** (1 / 3)
        return np.asarray(base * np.maximum(1.0, np.abs(x)))
    if isinstance(h, bool) or not isinstance(h, int | float | np.number):
        raise TypeError(f"expected a number for the step h, got {h!r}")
    if not (math.isfinite(h) and h > 0):
        raise ValueError(f"expected a step h greater than 0, got {h}")
    return np.full(x.shape, float(h))


def neighbours(x: FloatArray, h: FloatArray) -> Iterator[tuple[tuple[int, ...], Any, Any, float]]:
    """Yield for each index x with that element raised, x with it lowered, and the distance."""
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h[index]
        below[index] -= h[index]
        distance = float(above[index] - below[index])  # what rounding has left of 2h
        if distance == 0.0:
            raise ValueError(f"the step h = {h[index]} vanishes beside x = {x[index]}")
        yield index, above, below, distance


def numerical_gradient(f: Function, x: npt.ArrayLike, h: float | None = None) -> Any:
    """Measure the gradient of a function of one or many numbers with centred differences.

    Parameters
    ----------
    f : callable
        Takes x and returns one number. It gets float64 copies (a float if x is one number),
        so it may do with them what it likes.
    x : array_like
        Numbers of any shape. Integers are converted to float64 first.
    h : float, optional
        Step. Default: cube root of the machine epsilon (of the dtype that f returns)
        times max(1, abs(x)), about 6e-6.

    Returns
    -------
    float or numpy.ndarray
        (f(x + h) − f(x − h)) / 2h for every element: the shape of x.

    Raises
    ------
    ValueError
        If x is empty or not finite, h isn't positive, or f returns something else than one
        finite number.
    TypeError
        If x or the result of f aren't real numbers.
    """
    point = prepare(x)
    start = one_number(evaluate(f, point), "")
    gradient = np.empty_like(point)
    for index, above, below, distance in neighbours(point, steps(point, h, start.dtype)):
        where = index_text(index, " beside x")
        high = one_number(evaluate(f, above), where)
        low = one_number(evaluate(f, below), where)
        gradient[index] = (float(high) - float(low)) / distance
    return gradient if point.ndim else float(gradient)


def one_number(result: FloatArray, where: str) -> FloatArray:
    """Return the one finite number that f gave, shape (); ValueError if it is none."""
    if result.size != 1:
        raise ValueError(
            f"expected f to return one number, got an array of shape {result.shape} "
            "(jacobian is for functions with several results)"
        )
    if not np.isfinite(result).all():
        raise ValueError(f"expected f to return a finite number, got {result.item()}{where}")
    return result.reshape(())


def jacobian(f: Function, x: npt.ArrayLike, h: float | None = None) -> FloatArray:
    """Measure the Jacobian of a function with centred differences.

    Parameters
    ----------
    f : callable
        Takes x (a float64 copy) and returns an array of shape S, the same for every x.
    x : array_like
        Numbers of shape T. Integers are converted to float64 first.
    h : float, optional
        Step, as in `numerical_gradient`.

    Returns
    -------
    numpy.ndarray
        Array of shape S + T in numerator layout: for vectors J[i, j] = ∂f_i/∂x_j, one row for
        each result, one column for each input. The denominator layout is its transpose.

    Raises
    ------
    ValueError
        If x is empty or not finite, or f returns an empty array, changing shapes or numbers
        that aren't finite.
    TypeError
        If x or the result of f aren't real numbers.
    """
    point = prepare(x)
    start = evaluate(f, point)
    if start.size == 0:
        raise ValueError(f"expected f to return numbers, got an empty array {start.shape}")
    result: FloatArray = np.empty(start.shape + point.shape)
    for index, above, below, distance in neighbours(point, steps(point, h, start.dtype)):
        high, low = evaluate(f, above), evaluate(f, below)
        if high.shape != start.shape or low.shape != start.shape:
            raise ValueError(
                f"expected f to return the shape {start.shape} for every x, got {high.shape} "
                f"and {low.shape}"
            )
        if not (np.isfinite(high).all() and np.isfinite(low).all()):
            where = index_text(index, " beside x")
            raise ValueError(f"expected f to return finite numbers, got others{where}")
        column: tuple[Any, ...] = (..., *index)
        result[column] = (high.astype(np.float64) - low.astype(np.float64)) / distance
    return result
