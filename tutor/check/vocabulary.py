"""The words of the test cells: each takes the student's answer and gives a `Result`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from tutor import mistakes
from tutor.check.answers import check_answer
from tutor.check.calling import Missing, lookup
from tutor.check.diagnose import Trial
from tutor.check.functions import check_function
from tutor.check.result import Line, Result
from tutor.mistakes.records import Exercise, Kind, Tolerance

_LOOK_IT_UP: Any = object()
_HIDDEN_CASES = 12


def exercise(
    exercise_id: str,
    answer: Any = _LOOK_IT_UP,
    *,
    seed: int | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check an exercise with all that the catalogue knows about it.

    Parameters
    ----------
    exercise_id : str
        ``"theme/exercise"``.
    answer : object, optional
        The student's function or answer. Left out, it is looked up in the notebook under the name
        that the catalogue gives it.
    seed : int, optional
        Tests a function on inputs drawn with this seed, in place of the visible ones.
    hidden : bool
        Gives away neither inputs nor answers.
    points : float, optional
        The cell's points. With them a partly right answer gets its share.

    Raises
    ------
    ValueError
        If there is no such exercise, or a hidden test of a function has no seed.
    """
    entry = mistakes.get(exercise_id)
    if answer is _LOOK_IT_UP:
        answer = lookup(entry.name, sys._getframe(1))
    if entry.kind != "function":
        return check_answer(answer, entry, hidden=hidden, points=points)
    if hidden and seed is None:
        raise ValueError("a hidden test of a function needs a seed: exercise(..., seed=7)")
    return check_function(answer, _trial(exercise_id, seed), hidden=hidden, points=points)


@lru_cache(maxsize=256)
def _trial(exercise_id: str, seed: int | None) -> Trial:
    """Give the inputs of a test; a grader asks for them once a student."""
    entry = mistakes.get(exercise_id)
    return Trial(entry, entry.cases if seed is None else _drawn(entry, seed))


def _drawn(entry: Exercise, seed: int) -> Sequence[Sequence[Any]]:
    if entry.draw is None:
        raise ValueError(f"{entry.id} has no inputs to draw")
    rng = np.random.default_rng(seed)
    return [entry.draw(rng) for _ in range(_HIDDEN_CASES)]


def missed_by(exercise_id: str, seed: int) -> list[str]:
    """Name the catalogued mistakes that pass a hidden test with this seed. Take another, if any.

    For authors of notebooks and for the release's own tests.
    """
    entry = replace(mistakes.get(exercise_id), forbids=(), mistakes=(), plot=False)
    if entry.kind != "function":
        return []
    trial = Trial(replace(entry, id=""), _drawn(entry, seed))
    return [
        wrong.id
        for wrong in mistakes.get(exercise_id).mistakes
        if check_function(wrong.rule, trial, hidden=True, points=None).ok
    ]


def agrees(
    student: Any,
    *,
    with_: Callable[..., Any],
    on: Any,
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
    tolerance: float | None = None,
) -> Result:
    """Check that a function gives the same as another one.

    Parameters
    ----------
    student : callable
    with_ : callable
        The right function.
    on : array, sequence of numbers, or sequence of tuples
        An array, or numbers that become one, is handed over in a single call. Of a sequence of
        tuples each is the arguments of one call.
    exercise : str, optional
        Its catalogue entry brings mistakes, hints and what is forbidden.
    hidden, points
        As in `exercise`.
    tolerance : float, optional
        Relative.
    """
    entry = entry_for(exercise, student, "function")
    entry = replace(entry, reference=with_)
    if tolerance is not None:
        entry = replace(entry, tolerance=Tolerance(tolerance, entry.tolerance.absolute))
    return check_function(student, Trial(entry, to_calls(on)), hidden=hidden, points=points)


def entry_for(
    exercise_id: str | None, answer: Any, kind: Kind, name: str | None = None
) -> Exercise:
    """Give the catalogue's entry, or a record without id that has the answer's name."""
    if exercise_id is not None:
        return mistakes.get(exercise_id)
    if name is None:
        missing = isinstance(answer, Missing)
        name = answer.name if missing else getattr(answer, "__name__", "your answer")
    return Exercise("", "", str(name).replace("<lambda>", "f"), "", lambda *args: None, kind)


def to_calls(on: Any) -> list[tuple[Any, ...]]:
    """Turn the `on` of a check into the arguments of each call."""
    if isinstance(on, list | tuple) and on and all(isinstance(item, tuple) for item in on):
        return [tuple(np.asarray(a) if isinstance(a, list) else a for a in args) for args in on]
    return [(np.asarray(on),)]


# Plain answers ----------------------------------------------------------------------------------


def number(
    answer: Any,
    expected: float | Sequence[float],
    *,
    within: float = 1e-6,
    name: str = "your answer",
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a number (or several) within an absolute tolerance."""
    entry = entry_for(exercise, answer, "number", name)
    entry = replace(
        entry, kind="number", reference=lambda *_: expected, tolerance=Tolerance(1e-9, within)
    )
    return check_answer(answer, entry, hidden=hidden, points=points)


def choice(
    answer: Any,
    expected: str,
    *,
    options: Sequence[str] = (),
    name: str = "your answer",
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a choice among options, without regard to upper case and spaces."""
    return _plain("choice", answer, expected, options, name, exercise, hidden, points)


def set_of(
    answer: Any,
    expected: set[str],
    *,
    options: Sequence[str] = (),
    name: str = "your answer",
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a set of choices: none missing, none too many."""
    return _plain("set", answer, expected, options, name, exercise, hidden, points)


def table(
    answer: Any,
    expected: Mapping[str, Any],
    *,
    options: Sequence[str] = (),
    name: str = "your answer",
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a table, given as a dictionary: a line for each key."""
    return _plain("table", answer, expected, options, name, exercise, hidden, points)


def ordering(
    answer: Any,
    expected: Sequence[str],
    *,
    name: str = "your answer",
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check that the items are in the right order."""
    return _plain("ordering", answer, expected, expected, name, exercise, hidden, points)


def _plain(
    kind: Kind,
    answer: Any,
    expected: Any,
    options: Sequence[str],
    name: str,
    exercise_id: str | None,
    hidden: bool,
    points: float | None,
) -> Result:
    entry = entry_for(exercise_id, answer, kind, name)
    given = tuple(options) or entry.options or (tuple(expected) if kind == "set" else ())
    entry = replace(entry, kind=kind, reference=lambda *_: expected, options=given)
    return check_answer(answer, entry, hidden=hidden, points=points)


# Several in one cell ------------------------------------------------------------------------------


def together(*results: Result, points: float | None = None) -> Result:
    """Join several results of one cell; each counts alike, and `points` are the cell's.

    A result is passed only as a whole: its own parts count where it has `points` itself.

    Raises
    ------
    ValueError
        If there is no result.
    """
    if not results:
        raise ValueError("together needs at least one result")
    lines: list[Line] = []
    for result in results:
        lost = result.points is None and not result.ok  # what is right in it counts for nothing
        weights = [0.0 if lost and line.ok else line.weight for line in result.lines]
        total = sum(weights)
        lines += [
            replace(line, weight=weight / total)
            for line, weight in zip(result.lines, weights, strict=True)
        ]
    names = {result.exercise for result in results}
    return Result(
        lines,
        points=points,
        exercise=names.pop() if len(names) == 1 else None,
        hidden=any(result.hidden for result in results),
        title=results[0].title if len(results) == 1 else None,
        picture=next((r._picture for r in results if r._picture is not None), None),
    )
