"""The progress view follows the checks, in the order of the notebook."""

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
    html = view._repr_html_()
    assert "<caption" in html
    assert "Tried" in html


def test_the_latest_attempt_counts():
    check.exercise("activations/relu", lambda x: x)
    assert states(tutor.progress())["activations/relu"] == "wrong"
    check.exercise("activations/relu", lambda x: np.maximum(0, x))
    assert states(tutor.progress())["activations/relu"] == "passed"


def test_a_theme_can_be_asked_for():
    assert len(tutor.progress("xor").rows) == len(mistakes.exercises("xor"))
    with pytest.raises(ValueError, match="unknown theme"):
        tutor.progress("cooking")
