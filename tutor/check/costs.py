"""Check how much work a function does: calls, multiplications."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from tutor.check.calling import Outcome
from tutor.check.compare import Difference, difference
from tutor.check.errors import explain_error
from tutor.check.result import Result
from tutor.check.verdicts import run
from tutor.mistakes.records import Tolerance


def calls_at_most(
    student: Any,
    times: int,
    *,
    on: Sequence[Any],
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check how often a function calls the function that it is given as its first argument."""
    counter = _Counter(on[0])
    return _limited(student, [counter, *on[1:]], counter, times, "calls", exercise, hidden, points)


def multiplications(
    student: Any,
    at_most: int,
    *,
    on: Sequence[Any],
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check the cost of a product of matrices, and that it is their product.

    The student's function gets the matrices and, as last argument, ``multiply(A, B)``. Each use of
    it costs rows × inner × columns multiplications, and the result has to come out of it.
    """
    counter = _Counter(lambda a, b: np.asarray(a) @ np.asarray(b), _cost)
    return _limited(
        student, [*on, counter], counter, at_most, "multiplications", exercise, hidden, points
    )


def _cost(a: Any, b: Any) -> int:
    a, b = np.asarray(a), np.asarray(b)
    return int(a.size * (b.shape[1] if b.ndim > 1 else 1))


class _Counter:
    """A function that counts what its calls cost, and keeps the last result."""

    def __init__(self, f: Callable[..., Any], cost: Callable[..., int] = lambda *_: 1) -> None:
        self._f, self._cost = f, cost
        self.spent = 0
        self.last: Any = None

    def __call__(self, *args: Any) -> Any:
        self.spent += self._cost(*args)
        self.last = self._f(*args)
        return self.last

    def __deepcopy__(self, memo: dict[int, Any]) -> _Counter:
        return self  # copies of the arguments share one count


def _limited(
    student: Any,
    args: Sequence[Any],
    counter: _Counter,
    limit: int,
    unit: str,
    exercise: str | None,
    hidden: bool,
    points: float | None,
) -> Result:
    def verdict(args: Sequence[Any], outcome: Outcome) -> Difference | None:
        if outcome.error is not None:
            return explain_error(outcome.error, "")
        if counter.spent == 0:
            text = "It doesn't use the function that it was given."
            return Difference("unused_function", text, text, "Everything has to go through it.")
        if unit == "multiplications":
            product = reduce(np.matmul, map(np.asarray, args[:-1]))
            for wanted in (product, counter.last):
                wrong = difference(outcome.value, wanted, Tolerance())
                if wrong is not None:
                    return wrong
        if counter.spent <= limit:
            return None
        text = f"It takes {counter.spent} {unit}; {limit} are enough."
        hint = "Count the work of each step. What could be done once, or in another order?"
        return Difference("too_much_work", text, f"It takes too many {unit}.", hint)

    says = f"at most {limit} {unit}" if not hidden else f"few enough {unit}"
    return run(student, [tuple(args)], exercise, verdict, hidden=hidden, points=points, says=says)
