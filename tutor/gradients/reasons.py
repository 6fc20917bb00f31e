"""Why a gradient is wrong, in words: its shape, one cause for all of it, or where it differs."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tutor.gradients.measure import FloatArray, index_text
from tutor.gradients.slopes import Problem, has_kink


def count_not_finite(values: FloatArray) -> int:
    """Count the elements that are NaN or infinite."""
    return int((~np.isfinite(values)).sum())


def explain_form(analytic: FloatArray, numerical: FloatArray, tolerance: float) -> tuple[str, str]:
    """Explain a gradient with a wrong shape or with NaN or infinity in it."""
    shape, expected = analytic.shape, numerical.shape
    if shape == expected:
        index = tuple(np.argwhere(~np.isfinite(analytic))[0])
        count = count_not_finite(analytic)
        return "nan", (
            f"it contains {analytic[index]}{index_text(index)} "
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


def explain(
    problem: Problem,
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
    if any(has_kink(problem, place) for place in places):
        return "kink", (
            f"the function has a kink close to x{index_text(first, '')}, and the given value is "
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
        return f"at index {index_text(places[0], '')}" if places[0] else "in the only element"
    if bad.ndim == 2 and not bad.all():
        rows, columns = {place[0] for place in places}, {place[1] for place in places}
        if len(rows) == 1:
            return f"in row {rows.pop()} only"
        if len(columns) == 1:
            return f"in column {columns.pop()} only"
    if bad.all():
        return "in all elements"
    shown = ", ".join(index_text(place, "") for place in places[:4])
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
