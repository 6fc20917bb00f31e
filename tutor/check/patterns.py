"""Say what a wrong result looks like, whatever the exercise: rounded, negative, the last one only.

A pattern counts if it explains all wrong results of a function, not only one. It comes after the
catalogue, which knows the exercise, and gives way to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.check.compare import Array, all_close, as_array, close
from tutor.mistakes.records import Tolerance

_EXACT = Tolerance(1e-9, 1e-12)
_NEAR = Tolerance(0.01, 1e-9)

Pair = tuple[Array, Array]


@dataclass(frozen=True)
class Pattern:
    """What results have in common, and where to look.

    Attributes
    ----------
    id : str
        A general mistake.
    hint : str
        True in visible and hidden tests alike, without numbers.
    fits : callable
        Says of one wrong result, `fits(got, right)`, whether it looks like this.
    """

    id: str
    hint: str
    fits: Callable[[Array, Array], bool]


def find_pattern(
    values: Sequence[Any], expected: Sequence[Any], tolerance: Tolerance
) -> Pattern | None:
    """Find the pattern behind the wrong ones of some results.

    Parameters
    ----------
    values, expected : sequence
        What came back and what is right, for each case.
    tolerance : Tolerance
        What counts as right.
    """
    pairs: list[Pair] = []
    for value, right in zip(values, expected, strict=True):
        found = list(_pairs(value, right))
        if None in found:
            return None
        pairs += [pair for pair in found if pair is not None]
    if _is_constant(pairs, len(values)):
        return _CONSTANT
    wrong = [pair for pair in pairs if not _agree(*pair, tolerance)]
    # Of a table with one row the first is all there is: nothing speaks for or against it.
    wrong = [pair for pair in wrong if not _is_only_row(*pair)] or wrong
    # One wrong number alone may look like anything by chance.
    if len(wrong) < 2 and all(got.size == 1 for got, _ in wrong):
        return None
    return next((p for p in _PATTERNS if all(p.fits(*pair) for pair in wrong)), None)


def _is_only_row(got: Array, right: Array) -> bool:
    return right.ndim > 1 and len(right) == 1 and _agree(got, right[0])


def find_slip(value: Any, right: Any, tolerance: Tolerance) -> str | None:
    """Say what is wrong with an answer whose digits are right: sign, decimal point or both.

    Parameters
    ----------
    value, right : object
        Numbers, arrays or tuples of them; the answer isn't right.
    tolerance : Tolerance
        What counts as right.

    Returns
    -------
    str or None
        ``"sign"``, ``"decimal_point"``, ``"sign_and_point"`` or ``"percent"``, if it explains each
        wrong number.
    """
    slips: set[str | None] = set()
    for pair in _pairs(value, right):
        if pair is None or pair[0].shape != pair[1].shape or pair[0].dtype.kind == "b":
            return None
        got, wanted = (part.astype(float).ravel() for part in pair)
        wrong = ~close(got, wanted, tolerance)
        two = zip(got[wrong].tolist(), wanted[wrong].tolist(), strict=True)
        slips |= {_slip(*numbers, tolerance) for numbers in two}
    return slips.pop() if len(slips) == 1 else None


_MOST_PLACES = 16
_ROUGHEST = 0.05


def _slip(got: float, right: float, tolerance: Tolerance) -> str | None:
    if not (math.isfinite(got) and math.isfinite(right) and got and right):
        return None
    near = min(_ROUGHEST, tolerance.relative + tolerance.absolute / abs(right))
    places = round(math.log10(abs(got)) - math.log10(abs(right)))
    if abs(places) > _MOST_PLACES or abs(abs(got) / 10.0**places / abs(right) - 1) > near:
        return None
    if places == 0:
        return "sign" if got * right < 0 else None
    # Two whole numbers don't differ by a point, and any power of ten is another by chance.
    digits = abs(right) / 10.0 ** math.floor(math.log10(abs(right)))
    if (got == round(got) and right == round(right)) or abs(digits - 1) < _ROUGHEST:
        return None
    if got * right < 0:
        return "sign_and_point"
    return "percent" if places == 2 and abs(right) <= 1 else "decimal_point"


def _pairs(value: Any, right: Any) -> Iterator[Pair | None]:
    """Give the arrays to compare, part by part; None where one isn't made of numbers."""
    if isinstance(right, tuple):
        if not isinstance(value, list | tuple) or len(value) != len(right):
            yield None
            return
        for one, other in zip(value, right, strict=True):
            yield from _pairs(one, other)
        return
    got, numbers = as_array(value, lists=True), as_array(right, lists=True)
    yield None if got is None or numbers is None else (got, numbers)


def _agree(got: Array, right: Array, tolerance: Tolerance = _EXACT) -> bool:
    return got.shape == right.shape and all_close(got, right, tolerance)


def _is_constant(pairs: Sequence[Pair], cases: int) -> bool:
    """Say whether each case gave the same, though each should have given something else."""
    if cases < 2 or len(pairs) % cases:
        return False
    parts = len(pairs) // cases
    first, others = pairs[:parts], pairs[parts:]
    return (
        any(got.size for got, _ in first)
        and all(_agree(got, first[i % parts][0]) for i, (got, _) in enumerate(others))
        and not any(_agree(right, first[i % parts][1]) for i, (_, right) in enumerate(others))
    )


_CONSTANT = Pattern(
    "constant",
    "The result is the same whatever goes in. Is there a line without effect, such as `total + x` "
    "in place of `total += x`? Does `//` cut all off? Or is it a fixed number, where an argument "
    "belongs?",
    lambda got, right: False,  # not a matter of one result
)


def _is_whole(array: Array) -> bool:
    with np.errstate(all="ignore"):
        return bool((array == np.rint(array)).all())


def _rounded(got: Array, right: Array) -> bool:
    return (
        right.dtype.kind != "b"
        and not _is_whole(got)
        and any(_agree(got, np.round(right, digits)) for digits in range(1, 7))
    )


def _cut_off(got: Array, right: Array) -> bool:
    if got.dtype.kind == "b" or not _is_whole(got) or _is_whole(right) or not got.any():
        return False
    return any(_agree(got, cut(right)) for cut in (np.floor, np.trunc, np.rint))


def _off_by(step: int) -> Callable[[Array, Array], bool]:
    return lambda got, right: (
        right.dtype.kind in "iu" and got.dtype.kind != "b" and _agree(got - step, right)
    )


def _times(factor: float) -> Callable[[Array, Array], bool]:
    return lambda got, right: (
        got.dtype.kind != "b"
        and bool(right.any() and np.isfinite(right).all())
        and _agree(got, factor * right.astype(float))
    )


def _one_row(index: int) -> Callable[[Array, Array], bool]:
    """Fit the first (0) or the last (-1) entry of what was asked for, alone."""

    def fits(got: Array, right: Array) -> bool:
        if not right.ndim or len(right) < 2:
            return False
        return _agree(got, right[index]) or _agree(got, right[index:][:1])

    return fits


def _beginning(got: Array, right: Array) -> bool:
    return got.ndim == right.ndim > 0 and len(got) < len(right) and _agree(got, right[: len(got)])


def _end(got: Array, right: Array) -> bool:
    return (
        got.ndim == right.ndim > 0 and 0 < len(got) < len(right) and _agree(got, right[-len(got) :])
    )


_PATTERNS = (
    Pattern(
        "empty",
        "Nothing is in what came back. Does your loop append to it, does it run at all, and does "
        "`return` stand behind it?",
        lambda got, right: got.size == 0 < right.size,
    ),
    Pattern(
        "first_only",
        "This is the first one only. Does `return` stand inside the loop? It ends the function at "
        "once.",
        _one_row(0),
    ),
    Pattern(
        "last_only",
        "This is the last one only. Does each turn of the loop write over the one before? Collect "
        "the results in a list.",
        _one_row(-1),
    ),
    Pattern(
        "beginning_only",
        "What came back is right as far as it goes: the end is missing. Where does your loop stop?",
        _beginning,
    ),
    Pattern(
        "end_only",
        "What came back is right as far as it goes: the beginning is missing. Does your loop start "
        "too late, or is a list emptied on the way?",
        _end,
    ),
    Pattern(
        "one_in_array",
        "The number sits in an array of its own. Take it out, with `[0]` for one, or find the axis "
        "that is left over.",
        lambda got, right: not right.ndim and got.ndim > 0 and got.size == 1,
    ),
    Pattern(
        "flattened",
        "The numbers are right, but all in one line. `np.append` and `ravel` flatten a table; what "
        "keeps its rows?",
        lambda got, right: got.ndim == 1 < right.ndim and _agree(got, right.ravel()),
    ),
    Pattern(
        "truth_values",
        "You return True and False, and numbers are asked for. What belongs behind the comparison?",
        lambda got, right: (
            got.dtype.kind == "b" and got.shape == right.shape and not np.isin(right, (0, 1)).all()
        ),
    ),
    Pattern(
        "fraction",
        "Whole numbers are asked for, and yours have fractions.",
        lambda got, right: (
            right.dtype.kind in "iu" and got.shape == right.shape and not _is_whole(got)
        ),
    ),
    Pattern(
        "all_zero",
        "All is 0. Is something subtracted from itself, cut to whole numbers, or never added? "
        "Mind that `b = a` gives one array two names: change one, and both have changed.",
        lambda got, right: got.shape == right.shape and not got.any() and bool(right.any()),
    ),
    Pattern(
        "rounded",
        "These are the right values, rounded. Return them as they are.",
        _rounded,
    ),
    Pattern(
        "cut_off",
        "Fractions are lost on the way: `//` and `int` cut them off, and an array that is made of "
        "whole numbers can't hold them.",
        _cut_off,
    ),
    Pattern(
        "one_too_many",
        "Each result is one too large. Where do your counting and your ranges begin and end?",
        _off_by(1),
    ),
    Pattern(
        "one_too_few",
        "Each result is one too small. Where do your counting and your ranges begin and end?",
        _off_by(-1),
    ),
    Pattern("sign", "The sign is wrong everywhere.", _times(-1)),
    Pattern("percent", "A hundred times too large: is this per cent?", _times(100)),
    Pattern(
        "log_base",
        "A factor is wrong: which base has your logarithm? `np.log` is the natural one.",
        lambda got, right: any(_times(1 / np.log(base))(got, right) for base in (10, 2)),
    ),
    Pattern(
        "twice",
        "All is twice as large as it should be. Is something counted twice, or a ½ missing?",
        _times(2),
    ),
    Pattern(
        "half",
        "All is half as large as it should be. Is something counted once in place of twice, or a ½ "
        "too many?",
        _times(0.5),
    ),
    Pattern(
        "close",
        "Close, but not the same. Is something rounded or approximated on the way?",
        lambda got, right: got.dtype.kind == "f" and _agree(got, right, _NEAR),
    ),
)
