"""Graded on a cluster, a class has the grades that it has when graded here."""

from __future__ import annotations

import json
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import small_course as small
from cluster import LocalCluster, cluster, kill
from command import command_of, environment_for_programs
from gradebook_dump import dump
from silent import Silent

from grading.bounds import Bounds, bounds
from grading.cluster import client, desk, machine
from grading.cluster.client import Cluster
from grading.course import load_course
from grading.engines import EngineChoice
from grading.errors import CourseError
from grading.gradebook import Gradebook
from grading.records import AnswerKey, Submission
from grading.run import Summary, run
from grading.task import Task

# Schedulers and workers are processes that take seconds to start.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

RIGHT = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
SLOW = RIGHT | {"double": "import time\n\ntime.sleep(1)\n" + RIGHT["double"]}
COUNT = 8  # submissions of the slow class: more than are under way at a time
ANSWERS: dict[str, dict[str, str]] = {
    "ada": RIGHT | {"explain": "It grows."},
    "ben": {},
    "cleo": RIGHT | {"triple": "def triple(x):\n    return 3"},
    "dora": RIGHT | {"double": "import os\n\nos._exit(0)"},
    "emil": RIGHT | {"double": "while True:\n    pass"},
    "finn": RIGHT | {"double": "def double(x):\n    return 2 * x + 1"},
}


def make_course(root: Path) -> Path:
    """Make a course, released."""
    small.make(root, "c.Execute.timeout = 3\n")
    small.release(root)
    return root


def grade(root: Path, where: LocalCluster | None = None) -> Summary:
    """Do what `grading run` does, without its start-up."""
    course = load_course(root)
    given = {} if where is None else {"make_pool": lambda one, _: Cluster(where.address, one)}
    one = EngineChoice("sealed", course.home, bounds(course.config))
    with Gradebook(course.db_url, course.course_id) as book:
        return run(course, book, one, Silent(), jobs=2, **given)


def book(root: Path) -> str:
    return f"sqlite:///{root / 'gradebook.db'}"


def start_on(where: LocalCluster, root: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "grading", "run", "--scheduler", where.address]
    return subprocess.Popen(
        command,
        cwd=root,
        env=environment_for_programs(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(true: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def graded_so_far(root: Path) -> int:
    return len(list((root / "autograded").glob("[!.]*/*/small.ipynb")))


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released course that nobody handed anything in to."""
    return make_course(tmp_path_factory.mktemp("course") / "course")


@pytest.fixture
def slow_class(course: Path, tmp_path: Path) -> Path:
    """Submissions of a second each."""
    root = tmp_path / "slow"
    shutil.copytree(course, root)
    for number in range(COUNT):
        small.hand_in(root, f"student-{number}", SLOW, "2026-03-01 10:00:00 UTC")
    return root


def test_gradebook_equals_the_local_one(
    two_workers: LocalCluster, course: Path, tmp_path: Path
) -> None:
    summaries = {}
    for name, where in (("here", None), ("there", two_workers)):
        root = tmp_path / name
        shutil.copytree(course, root)
        for student, answers in ANSWERS.items():
            small.hand_in(root, student, answers, "2026-03-01 10:00:00 UTC")
        summaries[name] = grade(root, where)
    assert summaries["here"].graded == summaries["there"].graded == len(ANSWERS)
    assert summaries["here"].tier == summaries["there"].tier
    assert dump(book(tmp_path / "there")) == dump(book(tmp_path / "here"))
    assert grade(tmp_path / "there", two_workers).up_to_date == len(ANSWERS)
    with Gradebook(book(tmp_path / "there")) as there:
        assert {row.tier for row in there.rows(small.ASSIGNMENT)} == {summaries["here"].tier}


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", workers=0) as where:
        doomed = where.start_worker()
        where.start_worker()
        where.wait_for(2)
        results = {}
        with Cluster(where.address, choice()) as pool:
            for task, graded in pool.grade(submissions(5, SLOW)):
                results[task.submission.student] = graded
                if len(results) == 2:
                    kill(doomed)
    assert sorted(results) == [f"s{number}" for number in range(5)]
    assert {graded.score for graded in results.values()} == {9}


def test_a_lost_scheduler_is_named_and_the_run_goes_on_later(
    slow_class: Path, tmp_path: Path
) -> None:
    with cluster(tmp_path / "cluster") as where:
        process = start_on(where, slow_class)
        wait_until(lambda: graded_so_far(slow_class) >= 2)
        assert where.scheduler is not None
        kill(where.scheduler)
        _, errors = process.communicate(timeout=100)
        assert process.returncode == 3
        assert f"The scheduler at {where.address} was lost." in errors
        assert f"{COUNT} submissions to do." in errors
        # Nothing of Dask's own chatter.
        assert len(errors.splitlines()) < 10, errors
        done = graded_so_far(slow_class)
        assert 2 <= done < COUNT
        where.start_scheduler()
        where.start_worker()
        again = grade(slow_class, where)
    assert again.up_to_date == done
    assert again.graded == COUNT - done
    with Gradebook(book(slow_class)) as finished:
        assert {row.score for row in finished.rows(small.ASSIGNMENT)} == {9}


def test_ctrl_c_stops_and_leaves_no_process(two_workers: LocalCluster, slow_class: Path) -> None:
    process = start_on(two_workers, slow_class)
    wait_until(lambda: graded_so_far(slow_class) >= 2)
    busy = grading_processes(two_workers)
    assert busy
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped with" in errors
    _, alive = psutil.wait_procs(busy, timeout=20)
    assert not alive


def grading_processes(where: LocalCluster) -> list[psutil.Process]:
    return [
        child
        for worker in where.workers
        for child in psutil.Process(worker.pid).children(recursive=True)
        if "grading.cluster.desk" in command_of(child)
    ]


# The cluster from inside -------------------------------------------------------------------------


def choice(**changes: Any) -> EngineChoice:
    return replace(EngineChoice("sealed", Path(), Bounds(cell_seconds=5)), **changes)


def small_key() -> AnswerKey:
    text = json.dumps(small.notebook(small.source_cells())).encode()
    return AnswerKey(small.ASSIGNMENT, {small.NOTEBOOK: text})


def submissions(count: int, answers: Mapping[str, str] = RIGHT) -> Iterator[Task]:
    key = small_key()
    text = json.dumps(small.answered(key.notebooks["small"], answers)).encode()
    for number in range(count):
        yield Task(key, Submission(f"s{number}", small.ASSIGNMENT, {"small.ipynb": text}))


def test_few_submissions_are_read_ahead(two_workers: LocalCluster) -> None:
    read = []

    def tasks() -> Iterator[Task]:
        for task in submissions(15):
            read.append(task)
            yield task

    with Cluster(two_workers.address, choice()) as pool:
        for number, _ in enumerate(pool.grade(tasks()), start=1):
            assert len(read) <= number + 2 * 2
    assert number == len(read) == 15


def test_other_versions_are_named(
    two_workers: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = dict(machine.versions()) | {"numpy": "1.0"}
    monkeypatch.setattr(client, "versions", lambda: ours)
    with pytest.raises(CourseError, match=r"tcp://.*can't grade.*numpy .* instead of 1\.0"):
        Cluster(two_workers.address, choice())


def test_a_change_in_the_code_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "__file__", str(tmp_path / "grading" / "cluster" / "machine.py"))
    (tmp_path / "grading").mkdir()
    module = tmp_path / "grading" / "course.py"
    module.write_text("x = 1\n")
    before = machine._fingerprint("grading")
    (tmp_path / "grading" / "class").mkdir()
    (tmp_path / "grading" / "class" / "solution.py").write_text("a student's\n")
    assert machine._fingerprint("grading") == before
    module.write_text("x = 2\n")
    assert machine._fingerprint("grading") != before


def test_a_worker_without_sandbox_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = machine.Machine(machine.versions(), "none", ("landlock: no such system call",))
    monkeypatch.setattr(desk, "here", lambda: bare)
    terms = desk.Terms("run", choice(), dict(machine.versions()))
    with pytest.raises(CourseError, match=r"nothing to contain.*no such system call"):
        desk.inspect(terms)
    with pytest.raises(CourseError, match="nothing to contain"):
        desk.grade(terms, small_key(), next(submissions(1)).submission)
    assert desk.inspect(replace(terms, choice=choice(unsafe=True))) == "none"


def test_nobody_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(client, "_CONNECT", 1)
    monkeypatch.setattr(client, "_PATIENCE", 1)
    with pytest.raises(CourseError, match="no Dask scheduler at tcp://127"):
        Cluster("tcp://127.0.0.1:1", choice())
    with pytest.raises(CourseError, match="no Dask scheduler at nonsense"):
        Cluster("nonsense://x", choice())
    with cluster(tmp_path, workers=0) as where, pytest.raises(CourseError, match="has no workers"):
        Cluster(where.address, choice())


KILLER = """\
import os
import signal

from grading.cluster import desk


def grade(terms, key, submission):
    if submission.student == "s1":
        os.kill(os.getpid(), signal.SIGKILL)
    return desk.grade(terms, key, submission)
"""


def test_what_kills_workers_gets_a_row_and_the_others_are_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can't from inside the sandbox; a machine that runs out of memory can."""
    (tmp_path / "killer.py").write_text(KILLER)
    monkeypatch.syspath_prepend(str(tmp_path))
    import killer  # type: ignore[import-not-found]

    monkeypatch.setattr(client.desk, "grade", killer.grade)
    with (
        cluster(tmp_path / "cluster", modules=tmp_path, nannies=True) as where,
        Cluster(where.address, choice()) as pool,
    ):
        results = {task.submission.student: got for task, got in pool.grade(submissions(6))}
    assert sorted(results) == [f"s{number}" for number in range(6)]
    assert "workers, one after the other" in results["s1"].problems[0].what
    assert results["s1"].problems[0].fatal
    assert not any(results[f"s{number}"].problems for number in (0, 2, 3, 4, 5))


def test_errors_travel() -> None:
    error = pickle.loads(pickle.dumps(CourseError("what", "remedy")))
    assert (error.what, error.remedy) == ("what", "remedy")


def test_stock_engine_stays_here() -> None:
    with pytest.raises(CourseError, match="can't grade on a cluster"):
        Cluster("tcp://127.0.0.1:1", choice(name="nbgrader"))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("grading.cluster")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match=r"distributed.*cluster"):
        import grading.cluster.client  # noqa: F401
