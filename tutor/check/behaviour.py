"""Check what a function returns, leaves alone and refuses: shapes, inputs, errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tutor.check.calling import Outcome
from tutor.check.compare import Difference, as_array, difference, kind_of
from tutor.check.errors import explain_error
from tutor.check.result import Result
from tutor.check.verdicts import run
from tutor.mistakes.records import Tolerance


def returns(
    student: Any,
    *,
    on: Any,
    shape: tuple[int, ...] | None = None,
    dtype: str | None = None,
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check the shape of what a function returns, its dtype (such as "float64"), or both."""

    def verdict(args: Sequence[Any], outcome: Outcome) -> Difference | None:
        if outcome.error is not None:
            return explain_error(outcome.error, "")
        array = as_array(outcome.value)
        wanted = np.zeros(shape) if shape is not None else array
        if array is None or wanted is None:
            wanted = np.zeros(shape or (1,))
            return difference(outcome.value, wanted, Tolerance())
        if array.shape != wanted.shape:
            return difference(array, wanted, Tolerance())
        if dtype is not None and array.dtype != np.dtype(dtype):
            return Difference(
                "wrong_dtype",
                f"The entries are of type {array.dtype}; expected {dtype}.",
                "The entries have the wrong type.",
                "Where are the numbers made: from integers, or with a `dtype`?",
            )
        return None

    says = f"shape {shape}" if shape is not None and not hidden else "shape and type are right"
    return run(student, on, exercise, verdict, hidden=hidden, points=points, says=says)


def leaves_unchanged(
    student: Any,
    *,
    on: Any,
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check that a function doesn't write into its inputs. Every value check looks at this, too."""

    def verdict(args: Sequence[Any], outcome: Outcome) -> Difference | None:
        if outcome.error is not None:
            return explain_error(outcome.error, "")
        if not outcome.changed:
            return None
        which = " and ".join(f"input {i + 1}" for i in outcome.changed)
        text = f"{which[:1].upper()}{which[1:]} isn't what it was before the call."
        hint = "`x[...] = ` and `x += ` write into the array that was handed in. Work on a copy."
        return Difference("changed_input", text, "An input is changed.", hint)

    return run(
        student, on, exercise, verdict, hidden=hidden, points=points, says="inputs are unchanged"
    )


def raises(
    student: Any,
    error: type[BaseException],
    *,
    on: Any,
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check that a function refuses an input with an error of a given class."""
    name = error.__name__

    def verdict(args: Sequence[Any], outcome: Outcome) -> Difference | None:
        if isinstance(outcome.error, error):
            return None
        if outcome.error is not None:
            other = explain_error(outcome.error, "")
            return replace(other, says=f"{other.says} A {name} is asked for.")
        text = f"It gives {kind_of(outcome.value)}; it should stop with a {name}."
        hint = f"Test the input first, and `raise {name}(...)` if it can't be used."
        return Difference("not_raised", text, f"It should stop with a {name}.", hint)

    return run(
        student, on, exercise, verdict, hidden=hidden, points=points, says=f"stops with a {name}"
    )
