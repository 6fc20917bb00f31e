"""Derivatives by measurement, a gradient checker that says why, and the cost of matrix chains.

Differences are centred: (f(x + h) − f(x − h)) / 2h, whose error shrinks with h². The step that
balances this error against rounding is about the cube root of the machine epsilon
(Press et al., Numerical Recipes, section 5.7).

Layout: a Jacobian has the numerator layout, J[i, j] = ∂f_i/∂x_j. The gradient of one number
has the shape of x.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Function = Callable[[Any], Any]


def _prepare(x: npt.ArrayLike) -> FloatArray:
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
        index = _index_text(tuple(np.argwhere(~np.isfinite(array))[0]))
        raise ValueError(
            f"expected finite numbers in x, got {array[~np.isfinite(array)][0]}{index}"
        )
    return array.astype(np.float64)


def _index_text(index: tuple[int, ...], before: str = " at index ") -> str:
    return f"{before}[{', '.join(str(int(i)) for i in index)}]" if index else ""


def _evaluate(f: Function, x: FloatArray) -> FloatArray:
    """Call f with its own copy of x, so that it can't change ours; warnings stay inside."""
    with np.errstate(all="ignore"):
        result = f(x.copy() if x.ndim else float(x))
    array = np.asarray(result)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"expected f to return real numbers, got {result!r}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _steps(x: FloatArray, h: float | None, dtype: np.dtype[Any]) -> FloatArray:
    """Return the step for each element of x: `h`, or else one that suits its size and dtype."""
    if h is None:
        base = float(np.finfo(dtype).eps) ** (1 / 3)
        return np.asarray(base * np.maximum(1.0, np.abs(x)))
    if isinstance(h, bool) or not isinstance(h, int | float | np.number):
        raise TypeError(f"expected a number for the step h, got {h!r}")
    if not (math.isfinite(h) and h > 0):
        raise ValueError(f"expected a step h greater than 0, got {h}")
    return np.full(x.shape, float(h))


def _neighbours(x: FloatArray, h: FloatArray) -> Iterator[tuple[tuple[int, ...], Any, Any, float]]:
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
    point = _prepare(x)
    start = _one_number(_evaluate(f, point), "")
    gradient = np.empty_like(point)
    for index, above, below, distance in _neighbours(point, _steps(point, h, start.dtype)):
        where = _index_text(index, " beside x")
        high = _one_number(_evaluate(f, above), where)
        low = _one_number(_evaluate(f, below), where)
        gradient[index] = (float(high) - float(low)) / distance
    return gradient if point.ndim else float(gradient)


def _one_number(result: FloatArray, where: str) -> FloatArray:
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
    point = _prepare(x)
    start = _evaluate(f, point)
    if start.size == 0:
        raise ValueError(f"expected f to return numbers, got an empty array {start.shape}")
    result: FloatArray = np.empty(start.shape + point.shape)
    for index, above, below, distance in _neighbours(point, _steps(point, h, start.dtype)):
        high, low = _evaluate(f, above), _evaluate(f, below)
        if high.shape != start.shape or low.shape != start.shape:
            raise ValueError(
                f"expected f to return the shape {start.shape} for every x, got {high.shape} "
                f"and {low.shape}"
            )
        if not (np.isfinite(high).all() and np.isfinite(low).all()):
            where = _index_text(index, " beside x")
            raise ValueError(f"expected f to return finite numbers, got others{where}")
        column: tuple[Any, ...] = (..., *index)
        result[column] = (high.astype(np.float64) - low.astype(np.float64)) / distance
    return result


# Gradient checker -----------------------------------------------------------------------------


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
                f"{_index_text(self.index)}: given {self.analytic[self.index] + 0.0:.6g}, "
                f"measured {self.numerical[self.index]:.6g}. {self.wrong} of {size} differ.",
            ]
        if self.kinks:
            places = ", ".join(_index_text(index, "") or "x" for index in self.kinks[:5])
            more = " and others" if len(self.kinks) > 5 else ""
            lines.append(
                f"At {places}{more} the function has a kink: both one-sided slopes are "
                "possible there, and the given value lies between them."
            )
        return lines

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        mark, colour = ("✓", "#0072B2") if self.ok else ("✗", "#D55E00")
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
    point = _prepare(x)
    start = _one_number(_evaluate(f, point), "")
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
        cause, reason = _explain_form(analytic, numerical, tolerance)
        wrong = analytic.size if analytic.shape != numerical.shape else _count_not_finite(analytic)
        return GradientCheck(
            False, math.nan, None, reason, cause, wrong, (), analytic, numerical, tolerance
        )
    return _compare(
        _Problem(f, point, _steps(point, h, start.dtype), start), analytic, numerical, tolerance
    )


@dataclass(frozen=True)
class _Problem:
    """A function, a place, the steps there and the value there."""

    f: Function
    x: FloatArray
    h: FloatArray
    start: FloatArray

    @cached_property
    def noise(self) -> FloatArray:
        """Rounding error of the measured gradient, with a margin of 20."""
        epsilon = float(np.finfo(self.start.dtype).eps)
        return np.asarray(20 * epsilon * max(abs(float(self.start)), 1e-30) / self.h)

    def slopes(self, index: tuple[int, ...], scale: float = 1.0) -> tuple[float, float]:
        """Return the slopes to the left and to the right of one element."""
        h = scale * float(self.h[index])
        above, below = self.x.copy(), self.x.copy()
        above[index] += h
        below[index] -= h
        middle = float(self.start)
        left = (middle - float(_evaluate(self.f, below).item())) / h
        right = (float(_evaluate(self.f, above).item()) - middle) / h
        return left, right

    def truncation(self, index: tuple[int, ...]) -> float:
        """Error of the measured gradient from the step's length, with a margin of 3.

        It grows with h², so the differences for h and 2h are apart by three times the error.
        """
        return abs(sum(self.slopes(index)) - sum(self.slopes(index, 2.0))) / 2


def _compare(
    problem: _Problem, analytic: FloatArray, numerical: FloatArray, tolerance: float
) -> GradientCheck:
    difference = np.asarray(np.abs(analytic - numerical))
    size = np.asarray(np.maximum(np.abs(analytic), np.abs(numerical)))
    error = np.divide(difference, size, out=np.zeros(size.shape), where=size > 0)
    bad = np.asarray((error > tolerance) & (difference > problem.noise))
    error[(error > tolerance) & ~bad] = 0.0  # rounding alone, as near 0
    kinks = []
    for index in [tuple(map(int, place)) for place in np.argwhere(bad)]:
        at_kink = _at_kink(problem, index, float(analytic[index]))
        if at_kink:
            kinks.append(index)
        if at_kink or difference[index] <= problem.truncation(index):
            bad[index] = False
            error[index] = 0.0
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape))
    cause, reason = "", ""
    if bad.any():
        cause, reason = _explain(problem, analytic, numerical, bad, tolerance)
    return GradientCheck(
        not bad.any(), float(error[worst]), worst, reason, cause, int(bad.sum()),
        tuple(kinks), analytic, numerical, tolerance,
    )  # fmt: skip


def _has_kink(problem: _Problem, index: tuple[int, ...]) -> bool:
    """Tell whether there is a kink within the step: the one-sided slopes differ by a jump.

    For a smooth function they differ by h f'', in proportion to the step. A kink at x keeps
    the gap constant; a kink nearby makes it start where the step reaches the kink.
    """
    gap, nearer, farther = (
        abs(right - left) for left, right in (problem.slopes(index, k) for k in (1.0, 0.25, 4.0))
    )
    left, right = problem.slopes(index)
    negligible = max(1e-5 * max(abs(left), abs(right)), 100 * float(problem.noise[index]))
    if not gap > negligible:
        return False
    return abs(nearer - gap / 4) > 0.1 * gap or abs(farther - 4 * gap) > gap


def _at_kink(problem: _Problem, index: tuple[int, ...], given: float) -> bool:
    """Tell whether there is a kink and the given slope is a possible one."""
    if not _has_kink(problem, index):
        return False
    slopes = [*problem.slopes(index), *problem.slopes(index, 4.0), *problem.slopes(index, 0.25)]
    margin = 1e-3 * max(map(abs, slopes)) + float(problem.noise[index])
    return min(slopes) - margin <= given <= max(slopes) + margin


def _count_not_finite(values: FloatArray) -> int:
    return int((~np.isfinite(values)).sum())


def _explain_form(analytic: FloatArray, numerical: FloatArray, tolerance: float) -> tuple[str, str]:
    """Explain a gradient with a wrong shape or with NaN or infinity in it."""
    shape, expected = analytic.shape, numerical.shape
    if shape == expected:
        index = tuple(np.argwhere(~np.isfinite(analytic))[0])
        count = _count_not_finite(analytic)
        return "nan", (
            f"it contains {analytic[index]}{_index_text(index)} "
            f"({count} of {analytic.size} elements are not finite)"
        )
    message = f"expected the shape of x, {expected}, got {shape}"
    if shape == expected[::-1]:
        right = _close(analytic.T, numerical, tolerance)
        return "transposed", f"{message}: transposed" + (
            ", with the right numbers" if right else ""
        )
    if analytic.size == numerical.size:
        right = _close(analytic.reshape(expected), numerical, tolerance)
        return "shape", f"{message}: reshaped" + (", with the right numbers" if right else "")
    for axis in range(len(expected)):
        for kind, summary in (("summed", numerical.sum), ("averaged", numerical.mean)):
            if any(
                shape == np.shape(summary(axis=axis, keepdims=keep))
                and _close(analytic, summary(axis=axis, keepdims=keep), tolerance)
                for keep in (False, True)
            ):
                return "shape", f"{message}: the right numbers {kind} over axis {axis}"
    return "shape", message


def _close(a: FloatArray, b: FloatArray, tolerance: float) -> bool:
    """Tell whether two arrays agree within a tolerance relative to their largest element."""
    if a.shape != b.shape or not np.isfinite(a).all():
        return False
    size = max(float(np.abs(a).max()), float(np.abs(b).max()))
    return bool(np.abs(a - b).max() <= 10 * tolerance * size)


def _explain(
    problem: _Problem,
    analytic: FloatArray,
    numerical: FloatArray,
    bad: npt.NDArray[np.bool_],
    tolerance: float,
) -> tuple[str, str]:
    """Explain wrong numbers: first by one reason for the whole array, then element by element."""
    explanation = _explain_whole(problem.x, analytic, numerical, tolerance)
    if explanation is not None:
        return explanation
    places = [tuple(map(int, place)) for place in np.argwhere(bad)]
    first = places[0]
    if any(_has_kink(problem, place) for place in places):
        return "kink", (
            f"the function has a kink close to x{_index_text(first, '')}, and the given value is "
            "none of the slopes beside it"
        )
    part = _explain_ratio(analytic[bad], numerical[bad], problem.x.shape, tolerance)
    where = _common_place(places, bad)
    if part is not None:
        return part[0], f"{part[1]} {where}"
    return "unknown", f"the numbers differ {where}"


def _common_place(places: list[tuple[int, ...]], bad: npt.NDArray[np.bool_]) -> str:
    """Say what wrong elements have in common: one index, one row, one column."""
    if len(places) == 1:
        return f"at index {_index_text(places[0], '')}" if places[0] else "in the only element"
    if bad.ndim == 2 and not bad.all():
        rows, columns = {place[0] for place in places}, {place[1] for place in places}
        if len(rows) == 1:
            return f"in row {rows.pop()} only"
        if len(columns) == 1:
            return f"in column {columns.pop()} only"
    if bad.all():
        return "in all elements"
    shown = ", ".join(_index_text(place, "") for place in places[:4])
    return f"at index {shown}" + (" and others" if len(places) > 4 else "")


def _explain_whole(
    x: FloatArray, analytic: FloatArray, numerical: FloatArray, tolerance: float
) -> tuple[str, str] | None:
    """Find one reason for the whole array."""
    if not analytic.any():
        return "zero", "it is 0 everywhere (was it ever computed?)"
    ratio = _explain_ratio(analytic, numerical, x.shape, tolerance)
    if ratio is not None:
        return ratio
    if numerical.size < 2:
        return None
    square = numerical.ndim == 2 and numerical.shape[0] == numerical.shape[1]
    if square and _close(analytic.T, numerical, tolerance):
        return "transposed", "it is transposed: rows and columns have changed places"
    difference = analytic - numerical
    if _close(difference, np.full_like(difference, difference.mean()), tolerance):
        return "offset", f"every element is off by the same amount, {difference.mean():.6g}"
    decay = float((difference * x).sum() / (x * x).sum()) if x.any() else 0.0
    if decay and _close(difference, decay * x, tolerance):
        extra = "has an extra term" if decay > 0 else "lacks a term"
        return "weight-decay", (
            f"it {extra} {abs(decay):.6g} × x (is the regularisation term in both the function "
            "and the gradient?)"
        )
    if _close(np.sort(analytic, axis=None), np.sort(numerical, axis=None), tolerance):
        return "places", "the numbers are right but in other places (check indices and reshapes)"
    return None


def _explain_ratio(
    analytic: FloatArray, numerical: FloatArray, shape: tuple[int, ...], tolerance: float
) -> tuple[str, str] | None:
    """Find a constant factor between the given and the measured gradient."""
    square = float((numerical * numerical).sum())
    if square == 0.0:
        return None
    ratio = float((analytic * numerical).sum()) / square
    if abs(ratio) < 1e-12 or not _close(analytic, ratio * numerical, tolerance):
        return None
    if math.isclose(ratio, -1.0, rel_tol=10 * tolerance):
        return "sign", "the sign is flipped"
    if numerical.size == 1 and not _is_whole(abs(ratio), tolerance):
        return None  # any two numbers have a ratio: only a whole one says something
    sign = " and the sign is flipped" if ratio < 0 else ""
    return "factor", f"it is {_name_factor(abs(ratio), shape, tolerance)}{sign}"


def _is_whole(ratio: float, tolerance: float) -> bool:
    """Tell whether a factor or its reciprocal is a whole number from 2 on."""
    large = max(ratio, 1 / ratio)
    return round(large) > 1 and math.isclose(large, round(large), rel_tol=10 * tolerance)


def _name_factor(ratio: float, shape: tuple[int, ...], tolerance: float) -> str:
    """Put a factor in words: "2 times too large", "1/32 of the right size"."""
    sizes = {math.prod(shape): "the number of elements of x"}
    for axis, size in enumerate(shape):
        sizes[size] = f"the length of x along axis {axis}"
    large = ratio > 1
    whole = round(max(ratio, 1 / ratio))
    if not _is_whole(ratio, tolerance):
        return f"{ratio:.6g} times the right one"
    size_text = f"{whole} times too {'large' if large else 'small'}"
    if whole == 2:
        return f"{size_text} (a factor 2, as from the derivative of a square)"
    if whole in sizes:
        return f"{size_text} (a factor {'N' if large else '1/N'}: {whole} is {sizes[whole]})"
    return (
        f"{size_text} (a factor {whole if large else f'1/{whole}'}: a mean over {whole} samples?)"
    )


# Cost of matrix chains ------------------------------------------------------------------------


@dataclass(frozen=True)
class ChainCost:
    """What it costs to multiply a chain of matrices, counted in multiplications of numbers.

    Attributes
    ----------
    sizes : tuple of int
        The first matrix is sizes[0] × sizes[1], the second sizes[1] × sizes[2], and so on.
    best : str
        The cheapest order, with brackets: "A(BC)". Of equally cheap ones, the one that
        multiplies from the right.
    best_cost : int
        Its cost.
    """

    sizes: tuple[int, ...]
    best: str
    best_cost: int

    @property
    def left(self) -> int:
        """Cost from left to right, ((AB)C)D."""
        first, second, *others = self.sizes
        return sum(
            first * inner * outer for inner, outer in zip([second, *others], others, strict=False)
        )

    @property
    def right(self) -> int:
        """Cost from right to left, A(B(CD))."""
        return ChainCost(self.sizes[::-1], "", 0).left

    @cached_property
    def orders(self) -> dict[str, int]:
        """Every order and its cost, the cheapest first.

        Raises
        ------
        ValueError
            For more than 10 matrices: they have 16 796 orders and more.
        """
        count = len(self.sizes) - 1
        if count > 10:
            raise ValueError(f"expected at most 10 matrices to list every order, got {count}")
        found = _all_orders(self.sizes, 0, count)
        return {_strip(text): cost for text, cost in sorted(found, key=lambda order: order[1])}

    @property
    def text(self) -> str:
        """The costs in words."""
        lines = [f"{self.best} is the cheapest order: {self.best_cost:,} multiplications."]
        if len(self.sizes) <= 6:
            lines += [f"{text}: {cost:,}" for text, cost in self.orders.items()]
        else:
            lines += [f"From left to right: {self.left:,}.", f"From right to left: {self.right:,}."]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return "<div>" + "<br>".join(map(escape, self.text.split("\n"))) + "</div>"


def chain_cost(*sizes: int) -> ChainCost:
    """Count the multiplications of a matrix chain in each order.

    `chain_cost(m, n, p, q)` is for A (m × n), B (n × p) and C (p × q): (AB)C takes
    mnp + mpq multiplications and A(BC) takes npq + mnq. With q = 1, as in the backward pass
    of one loss, that is mp(n + 1) against n(m + p).

    Parameters
    ----------
    *sizes : int
        Row and column counts along the chain, one more than there are matrices.

    Returns
    -------
    ChainCost
        `left`, `right`, `best`, `best_cost`, and `orders` with every order.

    Raises
    ------
    ValueError
        For fewer than three sizes, or sizes below 1.
    TypeError
        For sizes that aren't whole numbers.

    Notes
    -----
    The best order is found by dynamic programming in O(n³) for n matrices
    (Cormen et al., Introduction to Algorithms, section 14.2).
    """
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer):
            raise TypeError(f"expected whole numbers as sizes, got {size!r}")
        if size < 1:
            raise ValueError(f"expected sizes of at least 1, got {size}")
    if len(sizes) < 3:
        raise ValueError(f"expected at least three sizes, for two matrices, got {len(sizes)}")
    plain = tuple(int(size) for size in sizes)
    cost, text = _best_order(plain)
    return ChainCost(plain, text, cost)


def _matrix_name(index: int, count: int) -> str:
    return string.ascii_uppercase[index] if count <= 26 else f"M{index + 1}"


def _best_order(sizes: tuple[int, ...]) -> tuple[int, str]:
    """Return the least cost and its order, over chains of growing length."""
    count = len(sizes) - 1
    best: dict[tuple[int, int], tuple[int, str]] = {
        (i, i + 1): (0, _matrix_name(i, count)) for i in range(count)
    }
    for length in range(2, count + 1):
        for start in range(count - length + 1):
            end = start + length
            best[start, end] = min(
                (
                    (
                        best[start, cut][0]
                        + best[cut, end][0]
                        + sizes[start] * sizes[cut] * sizes[end],
                        f"({best[start, cut][1]}{best[cut, end][1]})",
                    )
                    for cut in range(start + 1, end)
                ),
                key=lambda order: order[0],
            )
    cost, text = best[0, count]
    return cost, _strip(text)


def _all_orders(sizes: tuple[int, ...], start: int, end: int) -> list[tuple[str, int]]:
    if end - start == 1:
        return [(_matrix_name(start, len(sizes) - 1), 0)]
    return [
        (f"({left}{right})", left_cost + right_cost + sizes[start] * sizes[cut] * sizes[end])
        for cut in range(start + 1, end)
        for left, left_cost in _all_orders(sizes, start, cut)
        for right, right_cost in _all_orders(sizes, cut, end)
    ]


def _strip(text: str) -> str:
    """Take off the outer brackets."""
    return text[1:-1] if text.startswith("(") else text
