"""The process that forks workers finds out what contains students' code, while others import."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only"),
]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_it_has_found_is_what_a_probe_finds() -> None:
    code = """
from grading import nursery
from grading.sandbox import probe
assert nursery.found() is None, "nothing was begun"
nursery.begin()
found = nursery.found()
assert found is nursery.found()
print(found == probe(), found.safe)
"""
    assert run(code).split() == ["True", "True"]


def test_a_pool_grades_with_the_process_that_was_begun() -> None:
    code = """
import sys; sys.path.insert(0, "tests")
from pathlib import Path
from engine_course import answer, handed_in, key, scores, test
from grading import nursery, sandbox
from grading.engines import EngineChoice
from grading.pool import Pool
from grading.records import Submission
from grading.task import Task
nursery.begin()
process = nursery._begun[0][0]
sandbox.probe = None  # nobody tries again what that process has found out
source = key(answer("x = 1"), test("assert x == 1"))
task = Task(source, Submission("ada", "hw", {"nb.ipynb": handed_in(source, {"answer": "x = 1"})}))
with Pool(EngineChoice("sealed", Path()), 1) as pool:
    assert pool._nursery._process is process
    print([scores(graded) for _, graded in pool.grade([task])], pool.tier)
"""
    said = run(code)
    assert said.startswith("[{'test': 5")
    assert said.split()[-1] in ("namespaces", "landlock")


def test_one_that_ends_at_once_is_no_answer() -> None:
    code = """
import os, signal
from pathlib import Path
from grading import nursery
from grading.engines import EngineChoice
from grading.pool import Pool
nursery.begin()
process = nursery._begun[0][0]
os.kill(process.pid, signal.SIGKILL)
assert nursery.found() is None
choice = EngineChoice("sealed", Path()).contained(nursery.found())
print(choice.tier)
"""
    assert run(code).strip() in ("namespaces", "landlock")
