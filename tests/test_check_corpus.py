"""The checks against solutions as students write them, right and wrong, and against mutants."""

import random

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


@pytest.mark.parametrize(
    "entry",
    [
        entry
        for entry in corpus.right()
        if entry.exercise in ("xor/neuron", "xor/switch_network", "playground/split_sizes")
    ],
    ids=lambda entry: entry.place,
)
def test_which_way_a_step_is_rounded_decides_over_no_answer(entry):
    answer = corpus.answer(entry.exercise, entry.source)
    for seed in range(60):
        result = check.exercise(entry.exercise, answer, seed=seed, hidden=True)
        assert result.ok, (seed, str(result))


@pytest.mark.parametrize("hidden", [False, True])
def test_what_is_said_of_an_answer_depends_on_nothing_else(hidden):
    """The grader takes over what was said of another student's answers, if they are the same."""

    def said(entry, start):
        np.random.seed(start)  # noqa: NPY002
        random.seed(start)
        answer = corpus.answer(entry.exercise, entry.source)
        seed = 123 if hidden else None
        result = check.exercise(entry.exercise, answer, seed=seed, hidden=hidden)
        return result.to_dict(), random.random(), np.random.random()  # noqa: NPY002

    for entry in [*corpus.right()[::3], *corpus.wrong()[::5]]:
        if "np.random" in entry.source:
            continue  # the answer itself draws, and differs each time
        first, number, other = said(entry, 1)
        again, *_ = said(entry, 2)
        assert first == again, entry.place
        random.seed(1)
        assert number == random.random(), entry.place  # a check draws nothing that is shared
        np.random.seed(1)  # noqa: NPY002
        assert other == np.random.random(), entry.place  # noqa: NPY002


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
