"""Run an exercise's cases, and find the catalogued mistake behind a wrong answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from tutor.check.calling import Outcome, call_many, silence
from tutor.check.compare import Array, agrees, as_array
from tutor.mistakes.records import Exercise, Mistake

_PROBES = 8
_PROBE_SEED = 20
# Python's own floats raise where numpy's give infinity: that alone speaks for no other mistake.
_OWN_FLOATS = (OverflowError, ZeroDivisionError)
# What is compared by the exercise's own tolerance, and not by one for coarser numbers.
_PLAIN = (np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_))
# Of the cases of a trial: those that most mistakes are told apart by, and the others.
_FIRST, _REST, _ALL = slice(2), slice(2, None), slice(None)

Ask = Callable[[Sequence[Sequence[Any]]], list[Outcome]]


class Trial:
    """The inputs of a test, and what the catalogue's rules make of them.

    All of it is the same for every student; it is found out when it is needed first, and kept.

    Parameters
    ----------
    exercise : Exercise
    cases : sequence of sequences
        Arguments of each call.
    """

    def __init__(self, exercise: Exercise, cases: Sequence[Sequence[Any]]) -> None:
        self.exercise = exercise
        self.cases = cases
        self._by_rule: dict[str, list[Outcome]] = {}

    @cached_property
    def expected(self) -> list[Outcome]:
        """What the reference gives."""
        return call_many(self.exercise.reference, self.cases)

    def by(self, mistake: Mistake, cases: slice = _ALL) -> list[Outcome]:
        """Give what the rule of a mistake makes of the cases, or of the first of them, or the rest.

        Computing a rule is most of the work, and few rules give what a student's function gives
        even at first.
        """
        found = self._by_rule.setdefault(mistake.id, [])
        missing = self.cases[len(found) : cases.stop]
        if missing:
            found += call_many(mistake.rule, missing)
        return found[cases]

    @cached_property
    def numbers(self) -> tuple[list[tuple[int, ...]], Array] | None:
        """Shapes of what the reference gives, and what each mistake gives, end to end, as rows.

        Of the first cases.

        A row of NaN stands for a mistake that gives something else than numbers of these shapes.
        None where the reference does.
        """
        right = _end_to_end(self.expected[_FIRST])
        if right is None:
            return None
        shapes, values = right
        rows = np.full((len(self.exercise.mistakes), len(values)), np.nan)
        for row, mistake in zip(rows, self.exercise.mistakes, strict=True):
            found = _end_to_end(self.by(mistake, _FIRST))
            if found is not None and found[0] == shapes:
                row[:] = found[1]
        return shapes, rows

    @cached_property
    def probes(self) -> Trial:
        """More inputs to tell mistakes apart: the exercise's own, then drawn ones."""
        more = [] if self.exercise.cases is self.cases else list(self.exercise.cases)
        if self.exercise.draw is not None:
            rng = np.random.default_rng(_PROBE_SEED)
            more += [self.exercise.draw(rng) for _ in range(_PROBES)]
        return Trial(self.exercise, more)


def _end_to_end(outcomes: Sequence[Outcome]) -> tuple[list[tuple[int, ...]], Array] | None:
    """Lay the numbers of all outcomes end to end; None if one is something else."""
    arrays = [None if outcome.error else as_array(outcome.value) for outcome in outcomes]
    plain = [array for array in arrays if array is not None and array.dtype in _PLAIN]
    if len(plain) < len(arrays):
        return None
    values = [np.ravel(array).astype(float) for array in plain]
    return [array.shape for array in plain], np.concatenate([np.empty(0), *values])


def _possible(trial: Trial, outcomes: Sequence[Outcome]) -> Sequence[Mistake]:
    """Leave out the mistakes that give a number which the student's function is far from.

    It spares comparing what comes of each of up to a hundred of them, case by case.
    """
    mistakes = trial.exercise.mistakes
    given = _end_to_end(outcomes[_FIRST])
    if given is None or trial.numbers is None or given[0] != trial.numbers[0]:
        return mistakes
    tolerance, rows = trial.exercise.tolerance, trial.numbers[1]
    with np.errstate(all="ignore"):
        apart = np.abs(given[1] - rows) > tolerance.absolute + tolerance.relative * np.abs(rows)
    far = (apart & np.isfinite(given[1]) & np.isfinite(rows)).any(axis=1)
    return [mistake for mistake, is_far in zip(mistakes, far, strict=True) if not is_far]


def agree(outcome: Outcome, rule: Outcome, exercise: Exercise) -> bool:
    """Say whether a student's outcome is what a rule gives: same value, or the same error."""
    with silence(prints=True):
        return _agree(outcome, rule, exercise)


def _agree(outcome: Outcome, rule: Outcome, exercise: Exercise) -> bool:
    if outcome.error is not None or rule.error is not None:
        return type(outcome.error) is type(rule.error)
    return agrees(outcome.value, rule.value, exercise.tolerance, lists=True, parts=exercise.parts)


def find_mistake(trial: Trial, outcomes: Sequence[Outcome], ask: Ask) -> Mistake | None:
    """Find the one mistake whose rule gives all of a student's outcomes.

    Where the cases leave doubt, the student's function is asked on more inputs, drawn by the
    exercise, until a single mistake is left. In doubt there is no hint: none is better than a wrong
    one.

    Parameters
    ----------
    trial : Trial
        Inputs tried.
    outcomes : sequence
        What came back for each of its cases.
    ask : callable
        Calls the student's function on more inputs.
    """
    with silence(prints=True):
        left = [m for m in _possible(trial, outcomes) if _explains(m, trial, outcomes)]
        left = left if _departs(trial, outcomes) else []
    if left and trial.probes.cases:
        more = ask(trial.probes.cases)
        with silence(prints=True):
            left = [m for m in left if _explains(m, trial.probes, more)]
    return left[0] if len(left) == 1 else None


def _explains(mistake: Mistake, trial: Trial, outcomes: Sequence[Outcome]) -> bool:
    return all(
        isinstance(outcome.error, _OWN_FLOATS) or _agree(outcome, rule, trial.exercise)
        for cases in (_FIRST, _REST)
        for outcome, rule in zip(outcomes[cases], trial.by(mistake, cases), strict=True)
    )


def _departs(trial: Trial, outcomes: Sequence[Outcome]) -> bool:
    """Say whether a mistake shows in a value: equal errors alone prove nothing."""
    return any(
        outcome.error is None and not _agree(outcome, right, trial.exercise)
        for outcome, right in zip(outcomes, trial.expected, strict=True)
    )


def elementwise_input(exercise: Exercise, args: Sequence[Any]) -> Any:
    """Give the input that a result's entries belong to, if the exercise works entry by entry."""
    return as_array(args[0]) if exercise.plot and args else None
