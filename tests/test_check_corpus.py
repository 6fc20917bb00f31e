"""The checks against solutions as students write them, right and wrong, and against mutants."""

import corpus
import numpy as np
import pytest
from corpus.__main__ import confusion

from tutor import check, mistakes
from tutor.check.calling import call
from tutor.check.diagnose import agree


def test_the_corpus_is_large_enough():
    assert len(corpus.wrong()) >= 300
    assert len(corpus.right()) >= 100
    themes = {entry.exercise.partition("/")[0] for entry in corpus.wrong()}
    assert themes == set(mistakes.THEMES)


@pytest.mark.parametrize("entry", corpus.wrong(), ids=lambda entry: entry.place)
def test_wrong_solutions_fail_with_their_hint(entry, capfd):
    assert corpus.verdict(entry) == "hint"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("entry", corpus.right(), ids=lambda entry: entry.place)
def test_right_solutions_pass(entry, capfd):
    result = corpus.checked(entry)
    assert result.ok, str(result)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("entry", corpus.right(), ids=lambda entry: entry.place)
def test_right_solutions_pass_hidden_tests(entry):
    answer = corpus.answer(entry.exercise, entry.source)
    result = corpus.check.exercise(entry.exercise, answer, seed=123, hidden=True)
    assert result.ok, str(result)


def test_no_hint_is_ever_a_wrong_one():
    total = sum(confusion().values(), start=type(next(iter(confusion().values())))())
    assert total["wrong hint"] == 0
    assert total["passed"] == 0
    assert total["hint"] >= 0.95 * sum(total.values())


@pytest.mark.slow
def test_mutants_that_change_the_function_fail():
    results = corpus.mutation_tests()
    survivors = [(exercise, source) for exercise, source, failed in results if not failed]
    assert len(results) > 1000
    assert len(survivors) <= 0.02 * len(results), survivors


@pytest.mark.slow
def test_the_hints_of_mutants_are_true():
    """Whatever a random wrong function is told, it computes just that mistake."""
    told = 0
    for number, (exercise_id, source, failed) in enumerate(corpus.mutation_tests()):
        if not failed or number % 6:
            continue
        exercise = mistakes.get(exercise_id)
        student = corpus.answer(exercise_id, source)
        for mistake_id in corpus.hints(check.exercise(exercise_id, student)):
            if mistake_id.startswith("general/"):
                continue
            rule = mistakes.mistake(mistake_id).rule
            rng = np.random.default_rng(77)
            for _ in range(20):
                args = exercise.draw(rng)
                got = call(student, args)
                if not isinstance(got.error, OverflowError):
                    assert agree(got, call(rule, args), exercise), (mistake_id, source)
            told += 1
    assert told > 5
