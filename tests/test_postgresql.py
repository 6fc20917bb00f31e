"""On PostgreSQL the gradebook says what it says on SQLite, and two graders don't meet in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import postgres
import psycopg
import pytest
import small_course as small
from command import grading, nbgrader
from gradebook_dump import dump
from nbgrader import api
from silent import Silent

from grading.bounds import bounds
from grading.course import load_course
from grading.engines import EngineChoice
from grading.errors import CourseError
from grading.gradebook import Gradebook
from grading.run import Summary, run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

RIGHT = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
CLASS = {
    "ada": (RIGHT | {"explain": "It grows."}, "10:00"),
    "ben": ({}, "11:00"),
    "cleo": (RIGHT | {"triple": "def triple(x):\n    return 3"}, "13:30"),
    "dora": (RIGHT | {"double": "import os\n\nos._exit(0)"}, "10:00"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture
def db(server: str, request: pytest.FixtureRequest) -> str:
    """Make an empty database of the test's own."""
    name = re.sub(r"\W", "_", request.node.name)[:60].lower()
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.format(name=name)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small.make(tmp_path_factory.mktemp("course") / "course", "c.Execute.timeout = 3\n")
    small.release(root)
    for student, (answers, when) in CLASS.items():
        small.hand_in(root, student, answers, f"2026-03-01 {when}:00 UTC")
    return root


def mark_by_hand(db_url: str) -> None:
    """Do what a person does in formgrader; move the due date too."""
    with api.Gradebook(db_url, "small") as book:
        book.update_or_create_assignment(small.ASSIGNMENT, duedate="2026-03-01 12:00:00 UTC")
        mark = book.find_grade("explain", "small", small.ASSIGNMENT, "ada")
        mark.manual_score, mark.extra_credit, mark.needs_manual_grade = 4.5, 0.5, False
        note = book.find_comment("explain", "small", small.ASSIGNMENT, "ada")
        note.manual_comment = "Say why. \u0644\u0645\u0627\u0630\u0627 \U0001f914"
        book.db.commit()


def grade(root: Path, db_url: str | None, force: bool = False) -> Summary:
    """Do what `grading run` does, without its start-up."""
    course = load_course(root, None, db_url)
    choice = EngineChoice("sealed", course.home, bounds(course.config))
    with Gradebook(course.db_url, course.course_id) as book:
        return run(course, book, choice, Silent(), force=force, jobs=2)


def test_gradebook_equals_that_on_sqlite(db: str, course: Path, tmp_path: Path) -> None:
    books = {}
    for name, url in (("lite", None), ("pg", db)):
        root = tmp_path / name
        shutil.copytree(course, root)
        books[name] = load_course(root, None, url).db_url
        assert grade(root, url).graded == 4
        mark_by_hand(books[name])
        assert grade(root, url, force=True).graded == 4
        assert grade(root, url).up_to_date == 4
    lines = dump(books["pg"])
    assert lines == dump(books["lite"])
    assert any("Say why" in str(line) for line in lines)
    with Gradebook(books["pg"]) as book:
        scores = {row.student: row.score for row in book.rows(small.ASSIGNMENT)}
    assert scores == {"ada": 9 + 5, "ben": 0, "cleo": 7, "dora": 4}


def test_the_other_commands_work(db: str, course: Path, tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(course, root)
    config = root / "nbgrader_config.py"
    url = db.replace("postgresql:", "postgresql+psycopg:")
    config.write_text(config.read_text() + f"c.CourseDirectory.db_url = {url!r}\n")
    grade(root, None)
    done = grading("feedback", cwd=root)
    assert done.returncode == 0, done.stderr
    assert (root / "feedback" / "ada" / small.ASSIGNMENT / "small.html").exists()
    nbgrader("export", "--to=grades.csv", cwd=root)
    assert len((root / "grades.csv").read_text().splitlines()) == 1 + len(CLASS)
    # nbgrader's own autograder goes on in the same gradebook.
    nbgrader("autograde", small.ASSIGNMENT, "--student=ada", "--force", cwd=root)


HOLD = """
import sys

from grading.gradebook import Gradebook

with Gradebook(sys.argv[1]).exclusive():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_grader_at_a_time_from_any_machine(db: str, course: Path, tmp_path: Path) -> None:
    """Two class folders, as on two machines: the files' lock can't help."""
    root = tmp_path / "course"
    shutil.copytree(course, root)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLD, db]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        second = grading("run", "--db", db, cwd=root)
        assert second.returncode == 3
        assert f"process {first.pid} on " in second.stderr
        first.kill()
    # The server lets go of a dead grader's lock.
    assert grade(root, db).graded == 4
    with (
        Gradebook(db) as one,
        Gradebook(db) as other,
        one.exclusive(),
        pytest.raises(CourseError, match="Another run"),
        other.exclusive(),
    ):
        pass


def test_the_password_is_not_shown(db: str, course: Path, tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(course, root)
    secret = db.replace(f"{postgres.USER}@", f"{postgres.USER}:hush@")
    grade(root, secret)
    done = grading("run", "--db", secret, cwd=root)
    assert done.returncode == 0, done.stderr
    as_json = grading("run", "--db", secret, "--json", cwd=root)
    assert "hush" not in done.stderr + done.stdout + as_json.stdout
    assert f"{postgres.USER}:***@" in done.stderr
    wrong = grading("run", "--db", secret.replace("/test", "/nothing"), cwd=root)
    assert wrong.returncode == 3
    assert "hush" not in wrong.stderr
    assert "does not exist" in wrong.stderr
    assert "createdb" in wrong.stderr


def test_a_missing_driver_is_named(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CourseError, match=r"psycopg.*postgresql"):
        Gradebook(db)
