"""One examiner grades many submissions: none leaves anything behind for the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engine_course as course
import pytest

from grading.engine import Settings, process, service
from grading.engine.job import Job
from grading.records import AnswerKey, GradedSubmission, Submission
from grading.sandbox import Limits, Tier

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "solutions").glob("0[235]*/*.ipynb"))

# Spoils all that its functions are given, in place, after they have done their work.
SPOIL = """
def _spoiling(function):
    def spoiled(*given):
        made = function(*given)
        for one in given:
            if isinstance(one, np.ndarray) and one.flags.writeable:
                one[...] = 0
            elif isinstance(one, (list, dict)):
                one.clear()
        np.random.seed(1)
        return made
    return spoiled
for _name, _value in list(globals().items()):
    if callable(_value) and getattr(_value, "__module__", "") == "__main__":
        if not _name.startswith("_") and not isinstance(_value, type):
            globals()[_name] = _spoiling(_value)
"""


def seen(graded: GradedSubmission) -> Any:
    """Give all that a result says, but how long anything took."""
    assert graded.problems == ()
    return [
        (
            without_times(nb.notebook),
            without_times(nb.student_notebook),
            [{**vars(c), "seconds": 0} for c in nb.cells],
        )
        for nb in graded.notebooks
    ]


def without_times(notebook: bytes) -> Any:
    """Leave out what cells have put out that measure how long something takes."""
    book = json.loads(notebook)
    for cell in book["cells"]:
        if cell["cell_type"] == "code" and "timeit.timeit(" in cell["source"]:
            cell["outputs"] = []
    return book


def spoiling(text: bytes) -> bytes:
    """Make every answer of a solved notebook spoil its arguments."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and marks.get("solution") and not marks.get("grade"):
            cell["source"] = "".join(cell["source"]) + SPOIL
    return json.dumps(notebook).encode()


@pytest.fixture
def engine() -> Iterator[service.Engine]:
    with service.Engine(tier=Tier("none"), unsafe=True) as engine:
        yield engine


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_submission_spoils_is_whole_for_the_next(path: Path, engine: service.Engine) -> None:
    text = path.read_bytes()
    key = AnswerKey(path.parent.name, {path.stem: text})

    def grade(content: bytes) -> GradedSubmission:
        submission = Submission("s", key.assignment, {f"{path.stem}.ipynb": content})
        return engine.grade(key, submission)

    first = grade(text)
    examiner = engine._examining
    assert first.score > 10
    assert all(c.score == c.max_score for nb in first.notebooks for c in nb.cells if c.score)
    spoilt = grade(spoiling(text))
    assert spoilt.score < first.score
    assert seen(grade(text)) == seen(first)
    assert seen(grade(spoiling(text))) == seen(spoilt)
    assert engine._examining is examiner


CHECKS = "from tutor import check\ncheck.exercise('activations/relu')"


def small_key() -> AnswerKey:
    return course.key(course.answer("def relu(z): return np.maximum(z, 0)"), course.test(CHECKS))


def grade_small(engine: service.Engine, key: AnswerKey, answer: str) -> GradedSubmission:
    content = course.handed_in(key, {"answer": "import numpy as np\n" + answer})
    return engine.grade(key, Submission("s", "hw", {"nb.ipynb": content}), Limits())


def test_another_examiner_after_so_many(
    engine: service.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_SUBMISSIONS", 2)
    key = small_key()
    examiners = []
    for _ in range(5):
        assert grade_small(engine, key, "def relu(z): return np.maximum(z, 0)").score == 5
        assert engine._examining is not None
        examiners.append(id(engine._examining[2]))
    assert examiners[0] == examiners[1] != examiners[2] == examiners[3] != examiners[4]


def test_an_examiner_each_where_tests_may_leave_something(engine: service.Engine) -> None:
    key = course.key(
        course.answer("def relu(z): return 1"),
        course.test("import math\nmath.seen = getattr(math, 'seen', 0) + 1\nassert math.seen == 1"),
    )
    for _ in range(3):
        assert grade_small(engine, key, "def relu(z): return 1").score == 5


def test_a_dead_examiner_costs_only_its_submission(
    engine: service.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Job.run

    def run(job: Job) -> dict[str, Any]:
        if b"KILL" in job.request.submission.files["nb.ipynb"]:
            raise KeyboardInterrupt  # what nothing in an examiner catches
        return whole(job)

    monkeypatch.setattr(Job, "run", run)
    key = small_key()
    right = "def relu(z): return np.maximum(z, 0)"
    assert grade_small(engine, key, right).score == 5
    [problem] = grade_small(engine, key, f"{right}  # KILL").problems
    assert "the examiner ended without a result" in problem.what
    assert grade_small(engine, key, right).score == 5


def test_random_numbers_start_anew_for_each_submission(engine: service.Engine) -> None:
    """A check that draws gives every student the same."""
    import numpy as np

    drawn = []

    def examine(request: process.Request, pulse: object) -> dict[str, Any]:
        return {"drawn": float(np.random.random())}  # noqa: NPY002

    examiner = process.ExaminerProcess(examine)
    request = process.Request(Submission("s", "hw", {}), Limits(), Settings())
    for _ in range(2):
        answer = examiner.ask(request, 10)
        assert isinstance(answer, dict)
        drawn.append(answer["drawn"])
    examiner.close()
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("answer", "status", "stopped"),
    [
        ("def relu(z): return np.maximum(z, 0)", "ok", 0),
        ("def relu(z): os._exit(3)", "died", 0),
        ("def relu(z): return np.maximum(z, 0)\nos._exit(3)", "died", 1),
        ("def relu(z):\n    while True: pass", "failed", 0),
        ("relu = np.tanh", "failed", 0),
        ("class relu:\n    def __new__(cls, z): return np.maximum(z, 0)", "ok", 0),
    ],
)
def test_a_call_made_in_advance_is_the_tests_own(answer: str, status: str, stopped: int) -> None:
    """It runs behind the student's cell, and how it ends is told of the test, not of the cell."""
    key = small_key()
    found = course.grade(key, {"answer": "import os\nimport numpy as np\n" + answer}, seconds=1)
    assert course.outcome(found).status == status
    assert len(found.notebooks[0].stopped) == stopped


def test_an_answer_that_no_test_reads_is_passed_over(engine: service.Engine) -> None:
    key = course.key(
        course.answer("def relu(z): return np.maximum(z, 0)\ndef double(x): return 2 * x"),
        course.test(CHECKS),
        course.test("assert double(3) == 6", "other"),
    )
    prepared = engine._prepare(key)
    engine._warm_process(prepared)
    [book] = prepared.notebooks.values()
    call = book.first_calls["test"]
    job = Job(
        prepared,
        process.Request(Submission("s", "hw", {}), Limits(), Settings()),
        engine._warm_process(prepared),
        process.Pulse(),
    )
    session = job._spawner({})()
    source = "import numpy as np\nseen = []\ndef relu(z):\n    seen.append(1)\n    return z"
    session.run(source, False, ["relu"], call)
    assert len(session.get(["seen"])["seen"]) == len(call.cases)
    assert session.get(["seen", "relu"])["relu"] is session.fetched["relu"]
    session.close()
