"""Run an exercise's cases, and find the catalogued mistake behind a wrong answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from tutor.check.calling import Outcome, call, silence
from tutor.check.compare import as_array, difference
from tutor.mistakes.records import Exercise, Mistake

_PROBES = 8
_PROBE_SEED = 20
# Python's own floats raise where numpy's give infinity: that alone speaks for no other mistake.
_OWN_FLOATS = (OverflowError, ZeroDivisionError)


def reference_value(rule: Callable[..., Any], args: Sequence[Any]) -> Outcome:
    """Run a rule of the catalogue on fresh copies, without a word."""
    return call(rule, args)


def agree(outcome: Outcome, rule: Outcome, exercise: Exercise) -> bool:
    """Say whether a student's outcome is what a rule gives: same value, or the same error."""
    if outcome.error is not None or rule.error is not None:
        return type(outcome.error) is type(rule.error)
    with silence(prints=True):
        return (
            difference(
                outcome.value, rule.value, exercise.tolerance, lists=True, parts=exercise.parts
            )
            is None
        )


def find_mistake(
    exercise: Exercise,
    cases: Sequence[Sequence[Any]],
    outcomes: Sequence[Outcome],
    ask: Callable[[Sequence[Any]], Outcome],
) -> Mistake | None:
    """Find the one mistake whose rule gives all of a student's outcomes.

    Where the cases leave doubt, the student's function is asked on more inputs, drawn by the
    exercise, until a single mistake is left. In doubt there is no hint: none is better than a wrong
    one.

    Parameters
    ----------
    exercise : Exercise
    cases, outcomes : sequences of equal length
        Inputs tried and what came back.
    ask : callable
        Calls the student's function on more inputs.
    """
    left = [m for m in exercise.mistakes if _explains(m, exercise, cases, outcomes)]
    left = [m for m in left if _departs(m, exercise, zip(cases, outcomes, strict=True))]
    for args in _probes(exercise, cases) if left else ():
        outcome = ask(args)
        if isinstance(outcome.error, _OWN_FLOATS):
            continue
        left = [m for m in left if agree(outcome, reference_value(m.rule, args), exercise)]
        if not left:
            return None
    return left[0] if len(left) == 1 else None


def _probes(exercise: Exercise, cases: Sequence[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Give more inputs to tell mistakes apart: the exercise's own, then drawn ones."""
    if exercise.cases is not cases:
        yield from exercise.cases
    if exercise.draw is not None:
        rng = np.random.default_rng(_PROBE_SEED)
        for _ in range(_PROBES):
            yield exercise.draw(rng)


def _explains(
    mistake: Mistake,
    exercise: Exercise,
    cases: Sequence[Sequence[Any]],
    outcomes: Sequence[Outcome],
) -> bool:
    return all(
        isinstance(outcome.error, _OWN_FLOATS)
        or agree(outcome, reference_value(mistake.rule, args), exercise)
        for args, outcome in zip(cases, outcomes, strict=True)
    )


def _departs(
    mistake: Mistake, exercise: Exercise, tried: Iterable[tuple[Sequence[Any], Outcome]]
) -> bool:
    """Say whether the mistake shows in a value: equal errors alone prove nothing."""
    for args, outcome in tried:
        right = reference_value(exercise.reference, args)
        if outcome.error is None and not agree(outcome, right, exercise):
            return True
    return False


def elementwise_input(exercise: Exercise, args: Sequence[Any]) -> Any:
    """Give the input that a result's entries belong to, if the exercise works entry by entry."""
    return as_array(args[0]) if exercise.plot and args else None
