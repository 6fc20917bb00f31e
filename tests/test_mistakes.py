"""The catalogue is complete, consistent, and each of its rules triggers exactly its own hint."""

import dataclasses
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from tutor import check, mistakes
from tutor.check.calling import call
from tutor.check.diagnose import Trial, agree
from tutor.check.functions import check_function
from tutor.mistakes.records import FORBIDDEN_LISTS

EXERCISES = mistakes.catalogue()
FUNCTIONS = [e for e in EXERCISES if e.kind == "function"]
PLAIN = [e for e in EXERCISES if e.kind != "function"]
named = {"ids": lambda exercise: exercise.id}


def unwatched(exercise):
    """Rules and references may use what is forbidden to students."""
    return dataclasses.replace(exercise, forbids=())


def failing_ids(result):
    return {line.mistake for line in result.lines if not line.ok}


def test_there_are_enough_mistakes_and_exercises():
    assert sum(len(e.mistakes) for e in EXERCISES) >= 120
    for theme in mistakes.THEMES:
        assert len(mistakes.exercises(theme)) >= 8


def test_ids_are_unique_and_lead_back():
    ids = [e.id for e in EXERCISES]
    assert len(ids) == len(set(ids))
    for exercise in EXERCISES:
        assert mistakes.get(exercise.id) is exercise
        names = [m.id for m in exercise.mistakes]
        assert len(names) == len(set(names))
        for entry in exercise.mistakes:
            assert mistakes.mistake(f"{exercise.id}/{entry.id}") is entry


def test_the_lists_of_forbidden_names_are_known_without_the_exercises():
    forbidding = {tuple(exercise.forbids) for exercise in EXERCISES} - {()}
    assert forbidding == set(FORBIDDEN_LISTS)
    assert len(FORBIDDEN_LISTS) == len(forbidding)


@pytest.mark.parametrize("wrong", ["nowhere/sigmoid", "activations/sigmoidal", ""])
def test_unknown_exercises_are_refused(wrong):
    with pytest.raises(ValueError, match=r"unknown (theme|exercise)"):
        mistakes.get(wrong)


def test_unknown_mistakes_are_refused():
    with pytest.raises(ValueError, match="unknown mistake of activations/sigmoid"):
        mistakes.mistake("activations/sigmoid/nothing")


def test_every_diagnosis_of_the_checks_says_what_it_means():
    folder = Path(check.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    used = set(re.findall(r'"general/(\w+)"', source))
    used |= set(re.findall(r'Difference\(\s*"(\w+)"', source))
    used |= set(re.findall(r'": "(returned_\w+|gap_left)"', source))
    assert len(used) > 20
    assert used <= set(mistakes.GENERAL)
    for name in mistakes.GENERAL:
        assert mistakes.thinking(f"general/{name}").endswith(".")
    assert "e^" in mistakes.thinking("activations/sigmoid/exponent_sign")
    with pytest.raises(ValueError, match="unknown general mistake"):
        mistakes.thinking("general/nothing")


@pytest.mark.parametrize("exercise", EXERCISES, **named)
def test_texts_are_short_and_complete(exercise):
    assert exercise.title
    assert exercise.task.endswith((".", "?"))
    assert exercise.mistakes
    for entry in exercise.mistakes:
        assert 10 < len(entry.hint) <= 190, entry.id
        assert entry.hint[-1] in ".?)", entry.id
        assert 8 < len(entry.thinking) <= 120, entry.id
        assert entry.thinking.endswith("."), entry.id


@pytest.mark.parametrize("exercise", FUNCTIONS, **named)
def test_the_reference_passes_and_every_case_is_drawn(exercise):
    assert exercise.draw is not None
    rng = np.random.default_rng(11)
    cases = [*exercise.cases, *(exercise.draw(rng) for _ in range(15))]
    trial = Trial(unwatched(exercise), cases)
    result = check_function(exercise.reference, trial, hidden=False, points=None)
    assert result.ok, str(result)


@pytest.mark.parametrize("exercise", FUNCTIONS, **named)
def test_each_rule_triggers_its_own_hint(exercise):
    for entry in exercise.mistakes:
        trial = Trial(unwatched(exercise), exercise.cases)
        result = check_function(entry.rule, trial, hidden=False, points=None)
        assert failing_ids(result) == {f"{exercise.id}/{entry.id}"}, str(result)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", FUNCTIONS, **named)
def test_each_rule_fails_hidden_tests(exercise):
    missed = [check.missed_by(exercise.id, seed) for seed in range(7)]
    assert sum(not names for names in missed) >= 6, missed


def _rounded(value, digits):
    """Round the numbers of a result, and leave whole ones as they are."""
    if isinstance(value, tuple):
        return tuple(_rounded(part, digits) for part in value)
    return np.round(value, digits) if np.asarray(value).dtype.kind == "f" else value


@pytest.mark.parametrize("exercise", FUNCTIONS, **named)
@pytest.mark.parametrize("digits", [3, 4])
def test_who_rounds_learns_it_from_the_visible_tests(exercise, digits):
    """Worked examples round what they print. Who copies that should not lose hidden points."""
    rng = np.random.default_rng(8)
    drawn = [exercise.draw(rng) for _ in range(12)]
    visible, hidden = (
        check_function(
            lambda *args: _rounded(exercise.reference(*args), digits),
            Trial(unwatched(exercise), cases),
            hidden=True,
            points=None,
        ).ok
        for cases in (exercise.cases, drawn)
    )
    assert hidden or not visible


@pytest.mark.parametrize("exercise", FUNCTIONS, **named)
def test_no_two_rules_are_the_same_function(exercise):
    rng = np.random.default_rng(5)
    inputs = [*exercise.cases, *(exercise.draw(rng) for _ in range(8))]
    outcomes = {m.id: [call(m.rule, args) for args in inputs] for m in exercise.mistakes}
    for one, other in itertools.combinations(exercise.mistakes, 2):
        same = all(
            agree(a, b, exercise) for a, b in zip(outcomes[one.id], outcomes[other.id], strict=True)
        )
        assert not same, (one.id, other.id)


@pytest.mark.parametrize("exercise", PLAIN, **named)
def test_the_right_answer_passes(exercise):
    assert check.exercise(exercise.id, exercise.answer).ok


@pytest.mark.parametrize(
    "exercise", [e for e in PLAIN if e.kind in ("number", "choice", "table")], **named
)
def test_each_wrong_answer_triggers_its_own_hint(exercise):
    for entry in exercise.mistakes:
        answer = entry.rule(*exercise.cases[0])
        if exercise.kind == "table":
            answer = {**exercise.answer, **answer}
        result = check.exercise(exercise.id, answer)
        assert failing_ids(result) == {f"{exercise.id}/{entry.id}"}


@pytest.mark.parametrize("exercise", [e for e in PLAIN if e.kind == "choice"], **named)
def test_each_wrong_choice_has_a_hint(exercise):
    covered = {entry.rule() for entry in exercise.mistakes}
    assert covered == set(exercise.options) - {exercise.answer}


def test_when_mistakes_agree_on_the_inputs_more_inputs_tell_them_apart():
    def wrong(x):
        return 1 / (1 + np.exp(x))

    # At 0 alone, this equals several mistakes; only other inputs show which one it is.
    result = check.agrees(
        lambda x, slope: np.maximum(0.01 * x, x),
        with_=mistakes.get("activations/leaky_relu").reference,
        on=[(np.array([-1.0, 2.0]), 0.3)],
        exercise="activations/leaky_relu",
    )
    assert failing_ids(result) == {"activations/leaky_relu/slope_fixed"}
    result = check.agrees(
        wrong,
        with_=mistakes.get("activations/sigmoid").reference,
        on=[-1.0, 1.0],
        exercise="activations/sigmoid",
    )
    assert failing_ids(result) == {"activations/sigmoid/exponent_sign"}


def test_a_hint_is_withheld_when_other_inputs_contradict_it():
    def exponent_sign_near_zero_only(x):
        return np.where(np.abs(x) < 2, 1 / (1 + np.exp(x)), 0.25)

    result = check.agrees(
        exponent_sign_near_zero_only,
        with_=mistakes.get("activations/sigmoid").reference,
        on=[-1.0, 1.0],
        exercise="activations/sigmoid",
    )
    assert failing_ids(result) == {"general/value"}


def test_the_hint_on_a_sketch_is_about_the_curve_that_the_message_names():
    """Whatever is wrong with the curves behind it."""
    right = mistakes.get("activations/sketch").answer
    wrong = {
        "sigmoid": (-0.9, 0.0, 0.9),
        "sigmoid'": (0.4, 1.0, 0.4),
        "tanh": (2.0, 0.0, 2.0),
        "tanh'": (-1.0, 0.0, 1.0),
        "relu": (-2.0, 0.0, 2.0),
        "relu'": (0.0, 0.0, 2.0),
    }
    alone = {}
    for name, heights in wrong.items():
        [line] = check.exercise("activations/sketch", {**right, name: heights}).lines
        assert line.message.endswith(f"1 of 6 curves off by more than 0.15; look at {name}.")
        alone[name] = line.hint
    assert None not in alone.values()
    assert len(set(alone.values())) == 6
    for first, other in itertools.combinations(wrong, 2):
        answer = {**right, other: wrong[other], first: wrong[first]}
        [line] = check.exercise("activations/sketch", answer).lines
        assert line.message.endswith(f"look at {first}.")
        assert line.hint == alone[first]
