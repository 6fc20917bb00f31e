"""Tests of the watch for forbidden names across the two processes."""

from __future__ import annotations

import pytest
from engine_course import answer, grade, key, locked, outcome, test

pytestmark = pytest.mark.slow

COURSE = key(
    locked("import numpy as np\nfrom tutor import check"),
    answer("def tanh(x):\n    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"),
    test(
        'check.agrees(tanh, with_=np.tanh, on=[-1, 0, 2], exercise="activations/tanh")',
    ),
    test(
        'check.agrees(tanh, with_=np.tanh, on=[-1, 3], exercise="activations/tanh")',
        "again",
    ),
)
RIGHT = "def tanh(x):\n    return 1 - 2 / (np.exp(2 * x) + 1)"


@pytest.mark.parametrize(
    "wrong",
    [
        "def tanh(x):\n    return np.tanh(x)",
        "from numpy import tanh as t\ndef tanh(x):\n    return t(x)",
        "tanh = np.tanh",
        "from tutor import activations\ndef tanh(x):\n    return activations.tanh(x)",
    ],
)
def test_what_is_ready_made_is_noticed_in_every_test(wrong: str) -> None:
    graded = grade(COURSE, {"answer": wrong})
    for name in ("test", "again"):
        found = outcome(graded, name)
        assert found.score == 0
        assert found.checks[0]["lines"][0]["forbidden"]


@pytest.mark.parametrize(
    "wrong",
    [
        "from tutor.activations import sigmoid",
        "from tutor import activations\ndef sigmoid(x):\n    return activations.sigmoid(x)",
        "from scipy.special import expit as sigmoid",
        "def sigmoid(x):\n    from scipy.special import expit\n    return expit(x)",
    ],
)
def test_what_belongs_to_a_forbidden_package_is_noticed(wrong: str) -> None:
    course = key(
        locked("from tutor import check"),
        answer("def sigmoid(x):\n    import numpy as np\n    return 1 / (1 + np.exp(-x))"),
        test('check.exercise("activations/sigmoid", seed=4, hidden=True)'),
    )
    found = outcome(grade(course, {"answer": wrong}), "test")
    assert found.score == 0
    assert found.checks[0]["lines"][0]["forbidden"]


def test_what_the_grader_itself_does_around_a_call_is_not_held_against_a_student() -> None:
    graded = grade(COURSE, {"answer": RIGHT})
    assert [outcome(graded, name).score for name in ("test", "again")] == [5, 5]
