"""Checks of how a function behaves: derivatives, shapes, errors, properties, learning, limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tutor.check.calling import Outcome, call, call_many
from tutor.check.compare import Difference, as_array, difference, kind_of, number
from tutor.check.diagnose import Trial
from tutor.check.functions import (
    UNSEEN,
    check_function,
    explain_error,
    finish,
    forbidden_line,
    missing_function,
    not_started,
    shown,
)
from tutor.check.result import Line, Result
from tutor.check.vocabulary import entry_for, to_calls
from tutor.mistakes.records import Exercise, Tolerance

Verdict = Callable[[Sequence[Any], Outcome], Difference | None]


def _run(
    student: Any,
    on: Any,
    exercise: str | None,
    verdict: Verdict,
    *,
    hidden: bool,
    points: float | None,
    says: str = "right",
) -> Result:
    """Call a function on each case and let `verdict` say what is wrong, if anything."""
    entry = entry_for(exercise, student, "function")
    absent = missing_function(student, entry.name)
    if absent is not None:
        return finish([absent], entry, hidden=hidden, points=points)
    lines = []
    cases = to_calls(on)
    outcomes = call_many(student, cases, forbids=entry.forbids, prints=hidden)
    for args, outcome in zip(cases, outcomes, strict=True):
        tried = UNSEEN if hidden else f"`{entry.name}({shown(entry, args)})`"
        if isinstance(outcome.error, NotImplementedError):
            lines.append(not_started(entry.name, "isn't written yet."))
        elif outcome.used:
            lines.append(forbidden_line(tried, outcome.used))
        else:
            found = verdict(args, outcome)
            lines.append(_line(tried, found, hidden=hidden, says=says))
    return finish(lines, entry, hidden=hidden, points=points)


def _line(tried: str, found: Difference | None, *, hidden: bool, says: str) -> Line:
    if found is None:
        return Line("passed", f"{tried}: {says}.")
    text = found.plain if hidden else found.says
    return Line("wrong", f"{tried}: {text}", found.hint, f"general/{found.id}")


# Derivatives -------------------------------------------------------------------------------------


def derivative(
    student: Any,
    *,
    of: Callable[..., Any],
    on: Any,
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check that a function is the derivative of `of`, entry by entry.

    `of` is differentiated numerically, so it may be the student's own function. Inputs at a kink,
    where the slopes of both sides differ, are left out: there a derivative is a convention.

    Parameters
    ----------
    student, of : callable
        Functions of an array.
    on : array or sequence of numbers
    """
    x = np.asarray(on, float)
    smooth = x[~_kinks(of, x)]
    entry = entry_for(exercise, student, "function")
    entry = replace(
        entry,
        reference=lambda t, *_: _slope(of, t),
        tolerance=Tolerance(1e-4, 1e-7),
        draw=None,
        plot=True,
    )
    return check_function(student, Trial(entry, [(smooth,)]), hidden=hidden, points=points)


def _step(x: Any) -> Any:
    return 1e-4 * np.maximum(1.0, np.abs(x))


def _slope(f: Callable[..., Any], x: Any) -> Any:
    """Measure a slope with centred differences of two step sizes, so that the h² terms cancel."""
    h = _step(x)
    wide = (np.asarray(f(x + h)) - np.asarray(f(x - h))) / (2 * h)
    narrow = (np.asarray(f(x + h / 2)) - np.asarray(f(x - h / 2))) / h
    return (4 * narrow - wide) / 3


def _kinks(f: Callable[..., Any], x: Any) -> Any:
    h = _step(x)
    middle = np.asarray(f(x))
    right, left = (np.asarray(f(x + h)) - middle) / h, (middle - np.asarray(f(x - h))) / h
    return np.abs(right - left) > 100 * h * np.maximum(1.0, np.abs(right) + np.abs(left))


def gradient(
    student: Any,
    *,
    of: Callable[..., Any],
    at: Sequence[Any],
    wrt: Sequence[int] = (0,),
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a gradient against centred differences of `of`, a function with one number as result.

    Parameters
    ----------
    student : callable
        ``student(*at)`` gives the gradient for each argument in `wrt`, each in the shape of that
        argument; a tuple, if there are several.
    of : callable
        ``of(*at)`` gives a number.
    at : sequence
        Arguments.
    wrt : sequence of int
        Positions of the arguments to differentiate by.
    """
    entry = entry_for(exercise, student, "function")

    def measured(*args: Any) -> Any:
        parts = tuple(_numerical(of, args, i) for i in wrt)
        return parts if len(parts) > 1 else parts[0]

    entry = replace(entry, reference=measured, tolerance=Tolerance(1e-4, 1e-7), draw=None)
    return check_function(student, Trial(entry, [tuple(at)]), hidden=hidden, points=points)


def _numerical(of: Callable[..., Any], args: Sequence[Any], position: int) -> Any:
    x = np.asarray(args[position], float)
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        values = []
        for sign in (1, -1):
            moved = x.copy()
            moved[index] += sign * 1e-5
            shifted = [*args[:position], moved, *args[position + 1 :]]
            values.append(float(of(*shifted)))
        slopes[index] = (values[0] - values[1]) / 2e-5
    return slopes if x.ndim else float(slopes)


# Shapes, inputs, errors ---------------------------------------------------------------------------


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
    return _run(student, on, exercise, verdict, hidden=hidden, points=points, says=says)


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

    return _run(
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

    return _run(
        student, on, exercise, verdict, hidden=hidden, points=points, says=f"stops with a {name}"
    )


# Properties ---------------------------------------------------------------------------------------


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

    return _run(student, on, exercise, verdict, hidden=hidden, points=points, says=what.says)


def _plain(student: Any, args: Sequence[Any]) -> Any:
    outcome = call(student, args)
    if outcome.error is not None:
        raise outcome.error
    array = as_array(outcome.value, lists=True)
    if array is None:
        raise TypeError("numbers expected")
    return array


def that(says: str, test: Callable[..., Any], hint: str | None = None) -> Property:
    """Make a property of the result, `test(result, *inputs)`."""
    return Property(says, lambda f, args: bool(np.all(test(f(*args), *args))), hint)


def sums_to(total: float, axis: int | None = None) -> Property:
    """Require that each sum along an axis is `total`."""
    where = {None: "everything", 0: "each column", 1: "each row", -1: "each row"}[axis]
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


# Learning and limits ------------------------------------------------------------------------------


def learns(
    train: Any,
    *,
    below: float,
    seeds: Sequence[int],
    measure: Callable[[Any], float] | None = None,
    at_least: int | None = None,
    what: str = "loss",
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a learning outcome: ``train(seed)`` ends with a loss below a bound.

    Parameters
    ----------
    train : callable
        The student's training. Its result is the loss, or `measure` computes the loss from it.
    below : float
    seeds : sequence of int
        One run each.
    at_least : int, optional
        How many runs have to get there; all, if left out.
    what : str
        What is measured, in words: "test loss".
    """
    entry = entry_for(exercise, train, "function")
    absent = missing_function(train, entry.name)
    if absent is not None:
        return finish([absent], entry, hidden=hidden, points=points)
    cases = [(seed,) for seed in seeds]
    outcomes = call_many(train, cases, forbids=entry.forbids, prints=hidden)
    if all(isinstance(outcome.error, NotImplementedError) for outcome in outcomes):
        line = not_started(entry.name, "isn't written yet.")
        return finish([line], entry, hidden=hidden, points=points)
    line = _learning_line(entry, outcomes, below, at_least or len(seeds), measure, what, hidden)
    return finish([line], entry, hidden=hidden, points=points)


def _learning_line(
    entry: Exercise,
    outcomes: Sequence[Outcome],
    below: float,
    needed: int,
    measure: Callable[[Any], float] | None,
    what: str,
    hidden: bool,
) -> Line:
    tried = UNSEEN if hidden else f"`{entry.name}`"
    used = tuple(dict.fromkeys(name for outcome in outcomes for name in outcome.used))
    if used:
        return forbidden_line(tried, used)
    losses = []
    for outcome in outcomes:
        measured = outcome
        if measure is not None and outcome.error is None:
            measured = call(measure, (outcome.value,))
        if measured.error is not None:
            return _line(tried, explain_error(measured.error, ""), hidden=hidden, says="")
        wrong = difference(measured.value, 0.0, Tolerance(0.0, np.inf))
        if wrong is not None and wrong.id != "not_finite":
            return _line(tried, wrong, hidden=hidden, says="")
        losses.append(float(np.asarray(measured.value)))
    reached = sum(loss < below for loss in losses)
    runs = f"{reached} of {len(losses)} runs get the {what} below {number(below)}"
    if hidden:
        runs = f"the {what} {'gets' if reached >= needed else 'does not get'} low enough"
    if reached >= needed:
        return Line("passed", f"{tried}: {runs}.")
    if any(not np.isfinite(loss) for loss in losses):
        hint = "A loss of nan or infinity: is the learning rate too large, or a logarithm of 0?"
    else:
        hint = "Draw the loss over the steps: does it still fall, stand still, or jump about?"
    best = "" if hidden else f" The best ends at {number(min(losses))}; {needed} have to get there."
    return Line("wrong", f"{tried}: {runs}.{best}", hint, "general/not_learned")


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
    """Check the cost of a product of matrices.

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
    def verdict(_: Sequence[Any], outcome: Outcome) -> Difference | None:
        if outcome.error is not None:
            return explain_error(outcome.error, "")
        if counter.spent == 0:
            text = "It doesn't use the function that it was given."
            return Difference("unused_function", text, text, "Everything has to go through it.")
        if unit == "multiplications":
            wrong = difference(outcome.value, counter.last, Tolerance())
            if wrong is not None:
                return wrong
        if counter.spent <= limit:
            return None
        text = f"It takes {counter.spent} {unit}; {limit} are enough."
        hint = "Count the work of each step. What could be done once, or in another order?"
        return Difference("too_much_work", text, f"It takes too many {unit}.", hint)

    says = f"at most {limit} {unit}" if not hidden else f"few enough {unit}"
    return _run(student, [tuple(args)], exercise, verdict, hidden=hidden, points=points, says=says)
