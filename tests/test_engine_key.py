"""Tests of what the engine decides about an answer key without running it."""

from __future__ import annotations

import pytest
from engine_course import answer, cell, handed_in, key, locked, notebook, test

from grading.engine import Engine, sanitize
from grading.engine.read_key import read_notebook
from grading.records import Submission

pytestmark = pytest.mark.slow

FROM_TUTOR = "from tutor import check, activations"


@pytest.mark.parametrize(
    ("imports", "source"),
    [
        (FROM_TUTOR, 'check.exercise("activations/sigmoid")'),
        (FROM_TUTOR, "check.agrees(f, with_=activations.sigmoid, on=[-1, 0, 2])"),
        (FROM_TUTOR, "check.together(check.number(a, 1), check.number(b, 2), points=2)"),
        ("import tutor.check as check", 'check.exercise("activations/sigmoid")'),
    ],
)
def test_a_cell_of_checks_needs_no_trial(imports: str, source: str) -> None:
    found = read_notebook("nb", notebook(cell(imports), answer("f = 1"), test(source)))
    assert found.plans["test"].certain


@pytest.mark.parametrize(
    ("imports", "source"),
    [
        (FROM_TUTOR, "assert f(1) == 2"),
        (FROM_TUTOR, "assert f == 2"),
        (FROM_TUTOR, "check.number(f(1), 2)"),
        (FROM_TUTOR, "check.agrees(lambda x: g(x).value, with_=abs, on=[1])"),
        ("from elsewhere import check", "check.number(f, 2)"),
        ("import numpy as np", "check.number(f, 2)"),
    ],
)
def test_any_other_call_leaves_a_doubt(imports: str, source: str) -> None:
    found = read_notebook("nb", notebook(cell(imports), answer("f = 1"), test(source)))
    assert not found.plans["test"].certain


def test_a_check_that_a_student_rebinds_is_not_trusted() -> None:
    cells = [cell(FROM_TUTOR), answer("check = f = 1"), test("check.number(f, 2)")]
    assert not read_notebook("nb", notebook(*cells)).plans["test"].certain


@pytest.mark.parametrize(
    ("source", "tried"), [("check.number(f, 2)", False), ("assert f == 2", True)]
)
def test_the_key_is_run_only_where_that_can_tell_something(source: str, tried: bool) -> None:
    course = key(locked(FROM_TUTOR), answer("f = 2"), test(source))
    files = {"nb.ipynb": handed_in(course, {"answer": "f = 3"})}
    with Engine() as engine:
        graded = engine.grade(course, Submission("ada", "hw", files, None))
        assert engine._prepare(course).notebooks["nb"].calibrated is tried
    assert graded.notebooks[0].cells[0].score == 0


def test_what_is_only_shown_is_not_run_to_try_the_key() -> None:
    shown = cell("while True:\n    pass")
    shown["metadata"]["tags"] = ["skip-execution"]
    course = notebook(shown, cell("a = 1"), answer("f = 2"), test("assert f == 2"))
    cells = sanitize.solved(read_notebook("nb", course))
    assert [one.is_run for one in cells] == [False, True, True, False]
