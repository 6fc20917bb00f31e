"""Processes of a run that are killed from outside: nothing is lost, and the run goes on."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest
from engine_course import answer, handed_in, key, scores, test

from grading.bounds import Bounds
from grading.engines import EngineChoice
from grading.pool import Pool
from grading.records import Submission
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
    warm = [one for one in nursery.children() if "grading.sandbox.warm" in " ".join(one.cmdline())]
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
