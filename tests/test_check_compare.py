"""Two ways to compare: with words for what is wrong, and whether anything is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tutor import mistakes
from tutor.check import diagnose
from tutor.check.calling import Outcome, silence
from tutor.check.compare import agrees, all_close, close, difference
from tutor.check.diagnose import Trial
from tutor.mistakes.records import Exercise, Mistake, Tolerance

TOLERANCE = Tolerance(1e-9, 1e-12)
NAN, INF = float("nan"), float("inf")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 1.0, 1 + 1e-10, 1.1, NAN, INF, -INF, 10**400, "1", "a", {1, 2},
    np.float32(1 / 3), 1 / 3, np.float64(1), np.array(1.0), np.array([1.0]), np.array([1.0, NAN]),
    np.array([1, 2]), np.array([1.0, 2.0]), np.array([[1.0, 2.0]]), np.array([1.0, INF]),
    np.array([1.0, -INF]), np.array([], dtype=float), np.array([1.0, 1e308]), [1, 2], [1, [2]],
    (1, 2), (1.0, 2.0), (1, 3), ([1, 2], 3), (np.array([1.0, 2.0]), 3), (1,), (), [], {"a": 1},
    {"a": 1.0, "b": [1]}, {"a": 2}, np.array([True, False]),
)  # fmt: skip


@pytest.mark.parametrize("lists", [True, False])
def test_both_ways_come_to_the_same(lists: bool) -> None:
    for got in VALUES:
        for expected in VALUES:
            with silence(prints=True):
                found = difference(got, expected, TOLERANCE, lists=lists)
                same = agrees(got, expected, TOLERANCE, lists=lists)
            assert same == (found is None), (got, expected)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", mistakes.catalogue(), ids=lambda exercise: str(exercise.id))
def test_both_ways_come_to_the_same_for_all_mistakes(exercise: Exercise) -> None:
    if exercise.kind != "function":
        return
    trial = Trial(exercise, exercise.cases)
    several = [trial.expected, *(trial.by(mistake) for mistake in exercise.mistakes)]
    for outcomes in several:
        for other in (trial.expected, several[len(several) // 2]):
            for one, right in zip(outcomes, other, strict=True):
                if one.error or right.error:
                    continue
                with silence(prints=True):
                    how = {"lists": True, "parts": exercise.parts}
                    found = difference(one.value, right.value, exercise.tolerance, **how)
                    same = agrees(one.value, right.value, exercise.tolerance, **how)
                assert same == (found is None), (one.value, right.value)


@pytest.mark.parametrize("kind", ["float64", "float32", "float16", "int64"])
def test_arrays_agree_everywhere_or_not(kind: str) -> None:
    rng = np.random.default_rng(3)
    for size in (1e-4, 1e-8, 1e-12, 0):
        numbers = rng.normal(size=(4, 5)) * 100
        array = (numbers + rng.normal(size=(4, 5)) * size).astype(kind)
        assert all_close(array, numbers, TOLERANCE) == close(array, numbers, TOLERANCE).all()
        if array.dtype.kind == "f":
            array[1, 2], numbers[1, 2] = NAN, NAN
            array[3, 3], numbers[3, 3] = INF, INF
            assert all_close(array, numbers, TOLERANCE) == close(array, numbers, TOLERANCE).all()
            array[3, 3] = -INF
            assert not all_close(array, numbers, TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", mistakes.catalogue(), ids=lambda exercise: str(exercise.id))
def test_no_mistake_that_explains_an_answer_is_left_out(exercise: Exercise) -> None:
    if exercise.kind != "function":
        return
    trial, left_out = Trial(exercise, exercise.cases), 0
    for mistake in exercise.mistakes:
        outcomes = trial.by(mistake)
        with silence(prints=True):
            possible = diagnose._possible(trial, outcomes)
            explain = [m for m in exercise.mistakes if diagnose._explains(m, trial, outcomes)]
            assert explain == [m for m in possible if diagnose._explains(m, trial, outcomes)]
        left_out += len(exercise.mistakes) - len(possible)
    assert left_out or trial.numbers is None or len(exercise.mistakes) < 2


def test_most_mistakes_are_told_apart_by_the_first_cases() -> None:
    """A rule is computed on all cases only where it gives the same as the student at first."""
    asked: list[tuple[str, float]] = []

    def rule(name: str, function: Any) -> Any:
        return lambda x: (asked.append((name, x)), function(x))[1]

    exercise = Exercise(
        "", "", "f", "", lambda x: x, cases=((3.0,), (4.0,), (6.0,), (7.0,)),
        mistakes=tuple(
            Mistake(name, rule(name, function), "Hint.", "Why.")
            for name, function in {
                "double": lambda x: 2 * x,
                "late": lambda x: 2 * x if x < 5 else 0.0,
                "square": lambda x: x * x,
            }.items()
        ),
    )  # fmt: skip
    trial = Trial(exercise, exercise.cases)

    def ask(cases: Any) -> list[Outcome]:
        return [Outcome(2 * args[0]) for args in cases]

    found = diagnose.find_mistake(trial, ask(trial.cases), ask)
    assert found is not None
    assert found.id == "double"
    by_rule = {name: [x for other, x in asked if other == name] for name, _ in asked}
    assert by_rule == {
        "double": [3.0, 4.0, 6.0, 7.0],
        "late": [3.0, 4.0, 6.0, 7.0],
        "square": [3.0, 4.0],
    }
