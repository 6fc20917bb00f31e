"""A student's function over the right one, in a picture that survives whatever it returns."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import SymmetricalLogLocator

from tutor.colours import BLUE, ORANGE
from tutor.plots.axes import cross, limits, number, power
from tutor.plots.picture import Picture, style, subplots

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def compare(
    student: Any,
    reference: Any,
    on: Any,
    label: str = "your function",
    *,
    reference_label: str = "expected",
    rtol: float = 1e-5,
    atol: float = 1e-8,
) -> Picture:
    """Draw a student's curve over the right one and mark where they differ.

    Parameters
    ----------
    student, reference
        Functions of an array, or their values. A student's function may raise, return the wrong
        shape, NaN or infinities: the picture then says so.
    on
        Inputs. One number per value gives curves over x; anything else is drawn element by element.
    label, reference_label
        Names in the legend and in the text alternative.
    rtol, atol
        Two values agree if they differ by at most `atol + rtol * |expected|`.
    """
    x = np.asarray(on, dtype=float)
    expected = np.asarray(_values(reference, x), dtype=float)
    got, trouble = _attempt(student, x, expected.shape, label)

    curves = x.ndim == 1 and x.shape == expected.shape
    order = np.argsort(x, kind="stable") if curves else np.arange(expected.size)
    position = x[order] if curves else np.arange(expected.size, dtype=float)
    expected, got = expected.ravel()[order], got.ravel()[order]
    agree = np.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)

    figure, axes = subplots(7.0, 3.6)
    with style():
        if curves:
            cross(axes)
        _draw_comparison(axes, position, expected, got, agree, (label, reference_label))
        axes.set_xlabel("x" if curves else "element")
        if trouble:
            axes.set_title(_shorten(_sentence(trouble)), fontweight="normal")
        axes.legend(loc="best")
    if trouble:
        return Picture(figure, f"{_sentence(trouble)}. Only the expected curve is drawn.")
    where = "x =" if curves else "element"
    return Picture(
        figure, _difference(position, expected, got, agree, (label, reference_label), where)
    )


def _values(function: Any, x: Any) -> Any:
    if not callable(function):
        return function
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(x.copy())


def _attempt(student: Any, x: Any, shape: tuple[int, ...], label: str) -> tuple[Any, str]:
    """Return the student's values, shape `shape`, or NaN and what went wrong."""
    nothing = np.full(shape, np.nan)
    try:
        returned = _values(student, x)
        got = np.asarray(returned, dtype=float)
    except Exception as error:
        return nothing, f"{label} raised {type(error).__name__}: {error}".rstrip(": ")
    if returned is None:
        return nothing, f"{label} returned nothing (None)"
    if got.shape != shape:
        return nothing, f"{label} returned shape {got.shape}, expected {shape}"
    return got, ""


def _draw_comparison(
    axes: Axes, x: Any, expected: Any, got: Any, agree: Any, labels: tuple[str, str]
) -> None:
    dots = x.size <= 40
    axes.plot(
        x, expected, color=BLUE, linewidth=3.2, marker="o" if dots else "", markersize=8,
        label=labels[1],
    )  # fmt: skip
    finite = np.isfinite(got)
    if finite.any():
        shown = np.where(finite, got, np.nan)
        axes.plot(
            x, shown, color=ORANGE, linestyle=(0, (4, 2)), marker="x" if dots else "",
            markersize=8, markeredgewidth=2.2, label=labels[0],
        )  # fmt: skip
    apart = finite & np.isfinite(expected) & ~agree
    if apart.any():
        axes.vlines(
            x[apart], expected[apart], got[apart], color=ORANGE, alpha=0.45,
            linewidth=1.2 if dots else 0.7, label="difference",
        )  # fmt: skip
    if np.abs(x).max(initial=0.0) > 50:
        axes.set_xscale("symlog", linthresh=1.0)
        axes.xaxis.set_major_formatter(power)
    low, high = limits(expected, got)
    axes.set_ylim(low, high)
    if high - low > 1e4:  # huge numbers must not press the right curve flat
        axes.set_yscale("symlog", linthresh=1.0)
        locator = SymmetricalLogLocator(base=10.0, linthresh=1.0)
        locator.set_params(numticks=7)
        axes.yaxis.set_major_locator(locator)
        axes.yaxis.set_major_formatter(power)
        axes.set_ylim(min(2 * np.nanmin(expected), -1.0) if low > -high / 2 else low, high)
    _mark_missing(axes, x[~finite & ~agree], got[~finite & ~agree], labels[0])


def _mark_missing(axes: Axes, x: Any, got: Any, label: str) -> None:
    """Mark NaN and infinities on the edge of the picture, where a value would have no place."""
    for kind, chosen, height in (
        ("not a number", np.isnan(got), 0.03),
        ("∞", got == np.inf, 0.97),
        ("−∞", got == -np.inf, 0.03),
    ):
        if chosen.any():
            axes.plot(
                x[chosen], np.full(chosen.sum(), height), "x", color=ORANGE, markersize=9,
                markeredgewidth=2.2, transform=axes.get_xaxis_transform(), clip_on=False,
                label=f"{label}: {kind}",
            )  # fmt: skip


def _difference(
    x: Any, expected: Any, got: Any, agree: Any, labels: tuple[str, str], where: str
) -> str:
    """Say in a sentence how many values differ and which differs most. All arrays: shape (N,)."""
    label, reference_label = labels
    if agree.all():
        return f"{_sentence(label)} agrees with {reference_label} at all {x.size} inputs."
    with np.errstate(invalid="ignore"):
        gap = np.where(agree, -1.0, np.abs(got - expected))
    worst = int(np.argmax(np.where(np.isnan(gap), np.inf, gap)))
    return (
        f"{_sentence(label)} differs from {reference_label} at {int((~agree).sum())} of {x.size} "
        f"inputs, most at {where} {number(x[worst])}: {number(got[worst])} in place of "
        f"{number(expected[worst])}."
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shorten(text: str, length: int = 80) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= length else text[: length - 1] + "…"
