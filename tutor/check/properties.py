"""Check what holds for every right answer, whatever the numbers: sums, bounds, invariance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.check.calling import Outcome, call
from tutor.check.compare import Difference, as_array, difference, number
from tutor.check.errors import explain_error
from tutor.check.result import Result
from tutor.check.verdicts import run
from tutor.mistakes.records import Tolerance


@dataclass(frozen=True)
class Property:
    """Something that holds for every right answer, whatever the numbers.

    Attributes
    ----------
    says : str
        The property in words: "each row sums to 1".
    test : callable
        ``test(f, args)`` calls f and says whether it holds.
    hint : str, optional
    """

    says: str
    test: Callable[[Callable[..., Any], Sequence[Any]], bool]
    hint: str | None = None


def holds(
    student: Any,
    what: Property,
    *,
    on: Any,
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a property: ``check.holds(softmax, check.sums_to(1, axis=1), on=Z)``."""

    def verdict(args: Sequence[Any], outcome: Outcome) -> Difference | None:
        if outcome.error is not None:
            return explain_error(outcome.error, "")
        if as_array(outcome.value, lists=True) is None:
            return difference(outcome.value, np.zeros(1), Tolerance())
        answer = call(lambda *a: what.test(lambda *b: _plain(student, b), a), args)
        if answer.error is None and answer.value is not None and bool(answer.value):
            return None
        text = f"It doesn't hold that {what.says}."
        return Difference("property", text, text, what.hint)

    return run(student, on, exercise, verdict, hidden=hidden, points=points, says=what.says)


def _plain(student: Any, args: Sequence[Any]) -> Any:
    outcome = call(student, args)
    if outcome.error is not None:
        raise outcome.error
    array = as_array(outcome.value, lists=True)
    if array is None:
        raise TypeError("numbers expected")
    if not array.size and any(map(np.size, args)):
        raise ValueError("no numbers")  # of which everything would hold
    return array


def that(says: str, test: Callable[..., Any], hint: str | None = None) -> Property:
    """Make a property of the result, `test(result, *inputs)`."""
    return Property(says, lambda f, args: bool(np.all(test(f(*args), *args))), hint)


def sums_to(total: float, axis: int | None = None) -> Property:
    """Require that each sum along an axis is `total`."""
    known = {None: "everything", 0: "each column", 1: "each row", -1: "each row"}
    where = known.get(axis, f"everything along axis {axis}")
    return that(
        f"{where} sums to {number(total)}",
        lambda result, *_: np.isclose(result.sum(axis=axis), total, rtol=1e-5),
        "What do you divide by, and over which axis is it summed?",
    )


def between(low: float, high: float) -> Property:
    """Require that each value lies in [low, high]."""
    return that(
        f"every value lies between {number(low)} and {number(high)}",
        lambda result, *_: (result >= low) & (result <= high),
        "Which part of the formula keeps the values within bounds?",
    )


def never_falls() -> Property:
    """Require that the values never fall where the inputs rise."""
    return that(
        "it never falls as x rises",
        lambda result, x, *_: np.diff(np.ravel(result)[np.argsort(np.ravel(x))]) >= -1e-12,
        "Draw it: where does it fall?",
    )


def unchanged_when(says: str, change: Callable[..., Any]) -> Property:
    """Require the same result when the first input is changed: ``lambda z: z + 100``."""
    return Property(
        f"the result stays the same when {says}",
        lambda f, args: bool(
            np.allclose(f(*args), f(change(args[0]), *args[1:]), rtol=1e-5, atol=1e-8)
        ),
        "Write both down on paper and see what cancels.",
    )
