"""The progress view follows the checks, in the order of the notebook."""

import dataclasses
import html
import re

import numpy as np
import pytest

import tutor.progress
from tutor import check, mistakes


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    tutor.progress.forget()
    yield
    tutor.progress.forget()


def states(progress):
    return {exercise.id: status for exercise, status in progress.rows}


def test_nothing_yet():
    assert str(tutor.progress()) == "No check has run yet in this notebook."
    assert "No check" in tutor.progress()._repr_html_()


def test_the_notebook_at_hand_is_known_from_its_file(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/notebooks/05-training/training.ipynb")
    view = tutor.progress()
    assert [e.id for e, _ in view.rows] == [e.id for e in mistakes.exercises("training")]
    assert set(states(view).values()) == {"not started"}


def test_passed_tried_and_not_started():
    check.exercise("activations/relu", lambda x: np.maximum(0, x))
    check.exercise("activations/sigmoid", lambda x: x)
    check.exercise("activations/elu")
    view = tutor.progress()
    assert [e.id for e, _ in view.rows] == [e.id for e in mistakes.exercises("activations")]
    seen = states(view)
    assert seen["activations/relu"] == "passed"
    assert seen["activations/sigmoid"] == "wrong"
    assert seen["activations/elu"] == "not started"
    assert view.passed == 1
    number = len(mistakes.exercises("activations"))
    assert str(view).startswith(f"1 of {number} passed, 1 tried, {number - 2} not started")
    page = view._repr_html_()
    assert "<caption" in page
    assert "Tried" in page


def test_the_latest_attempt_counts():
    check.exercise("activations/relu", lambda x: x)
    assert states(tutor.progress())["activations/relu"] == "wrong"
    check.exercise("activations/relu", lambda x: np.maximum(0, x))
    assert states(tutor.progress())["activations/relu"] == "passed"


def test_forgotten_is_as_never_tried():
    check.exercise("activations/relu", lambda x: x)
    tutor.progress.forget()
    assert tutor.progress().rows == []


def test_each_exercise_has_a_line_and_a_row_with_its_title_as_it_is():
    exercises = [e for e in mistakes.exercises("activations") if e.id.endswith("/relu")]
    exercises.append(dataclasses.replace(exercises[0], title="Is 0 < <b>1</b> & 1?"))
    view = tutor.progress.Progress(list(zip(exercises, ("passed", "wrong"), strict=True)))
    assert str(view).splitlines() == [
        "1 of 2 passed, 1 tried, 0 not started",
        f"✓ Passed: {exercises[0].title}",
        "✗ Tried: Is 0 < <b>1</b> & 1?",
    ]
    page = view._repr_html_()
    words = [html.unescape(cell) for cell in re.findall(r'scope="row"[^>]*>([^<]*)</th>', page)]
    assert words == [exercise.title for exercise in exercises]


def test_a_theme_can_be_asked_for():
    assert len(tutor.progress("xor").rows) == len(mistakes.exercises("xor"))
    with pytest.raises(ValueError, match="unknown theme"):
        tutor.progress("cooking")
