"""Cells that are only shown: skipped, unless an answer uses what they make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from engine_course import answer, cell, grade, key, locked, notebook, outcome, scores, test
from sample_class import ROOT, Maker

from grading.engine import grade_submission, sanitize, source
from grading.engine.read_key import read_notebook
from grading.records import AnswerKey, Submission

NOTEBOOKS = sorted((ROOT / "solutions").glob("*/*.ipynb"))
EXPERIMENT = "runs = [3, 1, 2]\nprint('measured')"


def tagged(made: dict[str, Any], tag: str = "run-if-used") -> dict[str, Any]:
    made["metadata"]["tags"] = [tag]
    return made


def run_in(*cells: dict[str, Any], asked: tuple[str, ...] = ()) -> list[bool]:
    """Say which of a notebook's cells are run."""
    book = read_notebook("nb", notebook(*cells))
    book.asks["test"] = frozenset(asked)
    rebuilt, _ = sanitize.rebuild(book, json.loads(notebook(*cells)))
    assert [one.is_run for one in sanitize.solved(book)] == [one.is_run for one in rebuilt]
    return [one.is_run for one in rebuilt]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("best = min(runs)", {"min", "runs"}),
        ("runs = 1\nbest = runs", set()),
        ("best = runs\nruns = 1", {"runs"}),
        ("runs += 1", {"runs"}),
        ("del runs", {"runs"}),
        ("if best:\n    runs = 1\nruns", {"best", "runs"}),
        ("for run in runs:\n    run\nrun", {"runs", "run"}),
        ("for run in runs: run", {"runs"}),
        ("def f(runs):\n    return runs", set()),
        ("def f(x=runs):\n    return x", {"runs"}),
        ("def f():\n    return runs", {"runs"}),
        ("@runs.mark\ndef f(): pass", {"runs"}),
        ("class A(base):\n    x = runs\n    def g(self): return self.y", {"base", "runs"}),
        ("[run for run in runs if run < limit]", {"runs", "limit"}),
        ("f = lambda run: run + runs", {"runs"}),
        ("with open(runs) as file:\n    file.read()", {"open", "runs"}),
        ("try:\n    runs = 1\nexcept E as error:\n    error\nruns", {"E", "runs"}),
        ("import runs.a\nruns.a", set()),
        ("from a import runs as r\nr, runs", {"runs"}),
        ("(a, *b), c = 1, 2\na, b, c", set()),
        ("a: int = 3\na", {"int"}),
        ("f'{runs:.3f}'", {"runs"}),
        ("def f(: broken", set()),
    ],
)
def test_what_a_cell_looks_up(text: str, names: set[str]) -> None:
    assert source.looked_up(text) == names


@pytest.mark.parametrize("text", ["eval('runs')", "globals()['runs']", "%timeit runs"])
def test_names_in_strings_count_where_strings_are_run(text: str) -> None:
    assert "runs" in source.looked_up(text)
    assert "runs" not in source.looked_up("print('runs')")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("runs = 1\nimport a.b\ndef f(): pass\nclass C: pass", {"runs", "a", "f", "C"}),
        ("runs = runs + 1", set()),
        ("if a:\n    runs = 1", set()),
        ("with a as runs:\n    b = 1", {"runs", "b"}),
        ("a: int", set()),
    ],
)
def test_what_a_cell_binds_before_it_looks_it_up(text: str, names: set[str]) -> None:
    assert source.rebound(text) == names


@pytest.mark.parametrize("tag", ["run-if-used", "skip-execution"])
def test_an_experiment_is_run_only_where_it_is_used(tag: str) -> None:
    shown = tagged(cell(EXPERIMENT), tag)
    assert run_in(shown, answer("best = 1")) == [False, True]
    assert run_in(shown, answer("best = min(runs)")) == [True, True]
    assert run_in(shown, answer("runs = [1]\nbest = min(runs)")) == [False, True]
    assert run_in(shown, answer("runs = [1]"), cell("min(runs)")) == [False, True, True]
    assert run_in(answer("best = min(runs)"), shown) == [True, False]
    assert run_in(shown, locked("def f(): return runs")) == [True, True]
    assert run_in(shown, test("assert runs")) == [True, False]
    assert run_in(shown, answer("a = 1"), test("check.it()"), asked=("runs",))[0]
    assert not run_in(shown, answer("runs = 1"), test("check.it()"), asked=("runs",))[0]
    assert not run_in(test("check.it()"), shown, answer("a = 1"), asked=("runs",))[1]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("nonlocal runs", False),
        ("def f(runs):\n    global runs", False),
        ("best = runs" + " + 1" * 2000, True),
        ("best = " + "(" * 150 + "runs" + ")" * 150, True),
        ("best = runs \0", False),
        ("best = runs \ud800", False),
        ("%%bash\nruns = (", True),
    ],
)
def test_odd_answers_stop_nothing(text: str, runs: bool) -> None:
    shown = tagged(cell(EXPERIMENT))
    assert run_in(shown, answer(text)) == [runs, True]


def test_what_an_experiment_uses_itself_is_run_with_it() -> None:
    first = tagged(cell("data = [3, 1, 2]"))
    second = tagged(cell("runs = sorted(data)"))
    other = tagged(cell("print(data)"))
    assert run_in(first, second, other, answer("best = runs[0]")) == [True, True, False, True]
    assert run_in(first, second, other, answer("best = 1")) == [False, False, False, True]


def test_a_cell_that_the_student_changed_is_run() -> None:
    book = read_notebook("nb", notebook(tagged(cell(EXPERIMENT)), answer("best = 1")))
    changed = notebook(tagged(cell(EXPERIMENT + " ")), answer("best = 1"))
    cells, _ = sanitize.rebuild(book, json.loads(changed))
    assert [one.is_run for one in cells] == [True, True]


def test_only_the_keys_tags_count() -> None:
    book = read_notebook("nb", notebook(cell(EXPERIMENT), answer("best = 1"), test("assert best")))
    handed = [tagged(cell(EXPERIMENT)), tagged(answer("best = 1")), tagged(test("assert best"))]
    cells, _ = sanitize.rebuild(book, json.loads(notebook(*handed)))
    assert [(one.is_run, one.is_test) for one in cells] == [
        (True, False), (True, False), (False, True),
    ]  # fmt: skip


def test_a_test_or_an_answer_to_mark_is_never_only_shown() -> None:
    marked = cell("x = 1", "marked", points=2, grade=True, solution=True)
    assert run_in(tagged(marked), tagged(locked("y = 1"))) == [True, True]
    rebuilt = sanitize.solved(read_notebook("nb", notebook(tagged(test("assert True")))))
    assert rebuilt[0].is_test


def test_an_answer_that_nobody_grades_can_be_tagged() -> None:
    source_ = key(
        tagged(answer("mine = [1, 2]", "own")),
        answer("best = 1"),
        test("assert best == 1"),
    )
    plain = grade(source_, {"own": "print('seen')\nmine = [4]"})
    assert scores(plain) == {"test": 5}
    own = json.loads(plain.notebooks[0].notebook)["cells"][0]
    assert own["outputs"][0]["text"].startswith("Not run for grading")
    used = grade(source_, {"own": "print('seen')\nmine = [1]", "answer": "best = mine[0]"})
    assert scores(used) == {"test": 5}
    own = json.loads(used.notebooks[0].notebook)["cells"][0]
    assert own["outputs"][0]["text"] == "seen\n"
    helper = {"own": "import math\nmine = None", "answer": "best = math.floor(1.5)"}
    assert outcome(grade(source_, helper), "test").score == 5


def test_tags_of_any_kind_are_no_obstacle() -> None:
    for tags in (None, "run-if-used", [["run-if-used"], 3], {"run-if-used": 1}):
        made = cell(EXPERIMENT)
        made["metadata"]["tags"] = tags
        assert run_in(made, answer("best = 1")) == [True, True]


def test_a_class_of_answers_is_not_parsed_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(text: str) -> frozenset[str]:
        raise AssertionError(text)

    monkeypatch.setattr(source, "looked_up", parsed)
    assert run_in(tagged(cell(EXPERIMENT)), answer("best = 1")) == [False, True]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_solution_needs_what_is_only_shown(path: Path) -> None:
    cells = sanitize.solved(read_notebook("nb", path.read_bytes()))
    assert sum(one.only_shown for one in cells) >= 10
    tags = sum(bool(read_tags(one)) for one in json.loads(path.read_bytes())["cells"])
    assert sum(one.only_shown for one in cells) == tags


def read_tags(raw: dict[str, Any]) -> set[str]:
    return {"run-if-used", "skip-execution"} & set(raw["metadata"].get("tags", ()))


@pytest.mark.slow
def test_a_number_may_be_taken_from_the_experiment_that_gave_it() -> None:
    """The median by its name in place of the number that was read off: as right, in grading too."""
    maker = Maker(assignment="06-playground", notebook="playground")
    by_name = """batch_medians = {
    "epochs, batch 10": batch_10.summary().median,
    "epochs, batch 5": batch_5.summary().median,
    "updates, batch 10": 25 * batch_10.summary().median,
    "updates, batch 5": 50 * batch_5.summary().median,
}"""
    keyed = AnswerKey("06-playground", {"playground": maker.source.encode()})
    files = {"playground.ipynb": maker.fill(batch_size=by_name).encode()}
    result = grade_submission(keyed, Submission("s", "06-playground", files))
    assert outcome(result, "batch-size-test").score == maker.points["batch-size-test"]
