"""Processes of a run that are killed from outside: nothing is lost, and the run goes on."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from command import command_of
from engine_course import answer, handed_in, key, scores, test

from grading.bounds import Bounds
from grading.engines import EngineChoice
from grading.pool import Pool
from grading.records import Submission
from grading.run import _Part, _read
from grading.sandbox import probe
from grading.task import Task

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only"),
]


def victim(pool: Pool, which: str) -> int:
    """Find a process of a pool."""
    assert pool._nursery is not None
    nursery = psutil.Process(pool._nursery._process.pid)
    if which == "nursery":
        return int(nursery.pid)
    if which == "worker":
        pid = pool._workers[0]._process.pid
        assert pid is not None
        return pid
    if which == "examiner":
        return int(psutil.Process(victim(pool, "worker")).children()[0].pid)
    warm = [one for one in nursery.children() if "grading.sandbox.warm" in command_of(one)]
    return int(warm[0].pid)


def test_whatever_is_killed_every_submission_is_graded() -> None:
    source = key(answer("x = 1"), test("assert x == 1"))
    book = handed_in(source, {"answer": "import time\ntime.sleep(0.5)\nx = 1"})
    tasks = [Task(source, Submission(f"s{n}", "hw", {"nb.ipynb": book})) for n in range(5)]
    choice = EngineChoice("sealed", Path(), Bounds(), tier=probe().name)
    victims = ["warm", "worker", "nursery", "examiner"]
    results = {}
    with Pool(choice, 1) as pool:
        for task, graded in pool.grade(tasks):
            results[task.submission.student] = graded
            if victims:
                time.sleep(0.2)  # the next one is under way
                os.kill(victim(pool, victims.pop(0)), signal.SIGKILL)
    assert {name: scores(found) for name, found in results.items()} == {
        f"s{n}": {"test": 5} for n in range(5) if n != 4
    } | {"s4": {}}
    # An examiner that ends counts as the submission's own doing; it is said, and graded next time.
    (problem,) = results["s4"].problems
    assert problem.fatal
    assert "ended without a result" in problem.what


def test_the_next_key_is_prepared_while_the_last_submissions_are_graded() -> None:
    """A worker that is lost after that grades with the key of its own submission all the same."""
    first = key(answer("x = 1"), test("assert x == 1", points=3))
    second = key(answer("x = 1"), test("assert x == 2", points=4), test("assert x", "more", 2))
    slow = handed_in(first, {"answer": "import time\ntime.sleep(0.5)\nx = 1"})
    quick = handed_in(second, {"answer": "x = 2"})
    then = (second, lambda: False)
    tasks = [
        Task(first, Submission(f"a{n}", "hw", {"nb.ipynb": slow}), draws=lambda: False, then=then)
        for n in range(3)
    ]
    tasks += [
        Task(second, Submission(f"b{n}", "hw", {"nb.ipynb": quick}), draws=lambda: False)
        for n in range(2)
    ]
    prepared, found = [], {}
    choice = EngineChoice("sealed", Path(), Bounds(), tier=probe().name)
    with Pool(choice, 1) as pool:
        for task, graded in pool.grade(tasks):
            assert pool._nursery is not None
            prepared.append(pool._nursery.key is second)
            found[task.submission.student] = scores(graded)
            if task.submission.student == "a0":
                time.sleep(0.2)  # a1 is under way
                os.kill(victim(pool, "worker"), signal.SIGKILL)
    assert prepared == [True] * 5
    expected = {f"a{n}": {"test": 3} for n in range(3)}
    assert found == expected | {f"b{n}": {"test": 4, "more": 2} for n in range(2)}


def next_key_imports(folder: Path, text: str, number: int) -> list[Task]:
    """Make tasks of one key, and name a next one that imports a module with this text."""
    packages = folder / "site-packages"  # what is elsewhere is not imported in advance
    packages.mkdir()
    (packages / "imported_by_the_next.py").write_text(text)
    sys.path.append(str(packages))  # the fixture takes it away again
    first = key(answer("x = 1"), test("assert x == 1"))
    second = key(answer("x = 1"), test("import imported_by_the_next\nassert x == 1"))
    then = (second, lambda: False)
    tasks = []
    for n in range(number):  # every other one is still under way when its neighbour has ended
        wanted = f"import time\ntime.sleep({0.3 + n % 2})\nx = 1"
        book = handed_in(first, {"answer": wanted})
        submission = Submission(f"s{n}", "hw", {"nb.ipynb": book})
        tasks.append(Task(first, submission, draws=lambda: False, then=then))
    return tasks


@pytest.fixture
def _same_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.mark.usefixtures("_same_path")
def test_a_next_key_that_ends_its_process_costs_nobody_a_grade(tmp_path: Path) -> None:
    """It ends all workers, which would be taken for their submissions' doing the second time."""
    tasks = next_key_imports(tmp_path, "import os\nos._exit(3)", 6)
    choice = EngineChoice("sealed", Path(), Bounds(), tier=probe().name)
    with Pool(choice, 2) as pool:
        found = {task.submission.student: scores(graded) for task, graded in pool.grade(tasks)}
    assert found == {f"s{n}": {"test": 5} for n in range(6)}


@pytest.mark.usefixtures("_same_path")
def test_a_run_ends_while_the_next_key_is_prepared(tmp_path: Path) -> None:
    """Workers are under way, and the process that would take leave of them is busy for long."""
    tasks = next_key_imports(tmp_path, "import time\ntime.sleep(60)", 4)
    choice = EngineChoice("sealed", Path(), Bounds(), tier=probe().name)
    with Pool(choice, 2) as pool:
        next(pool.grade(tasks))
        family = psutil.Process(victim(pool, "nursery")).children(recursive=True)
        began = time.monotonic()
    assert time.monotonic() - began < 30
    assert pool._workers
    assert not psutil.wait_procs(family, timeout=5)[1]


def test_the_process_that_forks_workers_has_one_thread() -> None:
    """A library of linear algebra would start as many as there are cores, which don't fork."""
    source = key(answer("x = 1"), test("assert x == 1"))
    book = handed_in(source, {"answer": "x = 1"})
    task = Task(source, Submission("ada", "hw", {"nb.ipynb": book}))
    choice = EngineChoice("sealed", Path(), Bounds(), tier=probe().name)
    with Pool(choice, 1) as pool:
        assert [scores(graded) for _, graded in pool.grade([task])] == [{"test": 5}]
        nursery = psutil.Process(victim(pool, "nursery"))
        assert nursery.num_threads() == 1
        assert nursery.environ()["OPENBLAS_NUM_THREADS"] == "1"


def test_the_last_submissions_of_an_assignment_name_the_next_key() -> None:
    course: Any = SimpleNamespace(read_submission=lambda one: (one, ()))
    keys = [key(answer("x = 1"), test(f"assert x == {n}")) for n in range(3)]
    parts = []
    for source, number in zip(keys, (8, 2, 3), strict=True):
        handed: list[Any] = [SimpleNamespace(handed=n, why=(), before=None) for n in range(number)]
        version: Any = None
        parts.append(_Part(source, version, handed))
    tasks = list(_read(course, parts, ahead=5))
    assert [task.key for task in tasks] == [keys[0]] * 8 + [keys[1]] * 2 + [keys[2]] * 3
    named = [task.then and task.then[0] for task in tasks]
    assert named == [None] * 3 + [keys[1]] * 5 + [keys[2]] * 2 + [None] * 3
    assert tasks[7].then is not None
    assert tasks[7].then[1] == parts[1].somebody_draws
