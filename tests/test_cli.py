"""The command line of `grading`: what it prints, and how it ends."""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import small_course as small
import sqlalchemy as sa
from click.testing import CliRunner, Result
from command import environment_for_programs
from gradebook_dump import dump
from rich.console import Console

from grading.address import remedy
from grading.cli import main
from grading.commands import grading
from grading.display import describe, score_table, show_problems
from grading.engines import CONTAINED
from grading.errors import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_PROBLEMS,
    EXIT_USAGE,
)
from grading.export import CsvExporter
from grading.feedback.write import FeedbackSummary
from grading.gradebook import Gradebook, Row
from grading.lock import exclusive
from grading.reader import read_timestamp
from grading.records import Problem
from grading.sandbox import Tier

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

RIGHT = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
SLOW = {"double": "import time\ntime.sleep(1.5)\n" + RIGHT["double"], "triple": RIGHT["triple"]}


def run(*arguments: str, course: Path) -> Result:
    """Run `grading` on a course, in this process."""
    command, *rest = arguments
    options = [command, "--course-dir", str(course), *rest]
    return CliRunner(env={"COLUMNS": "100"}).invoke(grading, options)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose notebooks are released."""
    root = small.make(tmp_path_factory.mktemp("released") / "course")
    done = run("release", course=root)
    assert done.exit_code == EXIT_OK, done.stderr
    assert done.stdout == "01-small: data.txt, small.ipynb\n"
    return root


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """A fresh copy of it."""
    subprocess.run(["cp", "-r", released, tmp_path / "course"], check=True)
    return tmp_path / "course"


def test_a_reference_solution_that_is_wrong_is_not_released(course: Path) -> None:
    path = course / "source" / small.ASSIGNMENT / "small.ipynb"
    released = course / "release" / small.ASSIGNMENT / "small.ipynb"
    before = released.read_bytes()
    path.write_text(path.read_text().replace("return 3 * x", "return 3 * abs(x)"))
    done = run("release", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    assert "cell test_triple: gives the reference solution 2 of 4 points" in done.stderr
    assert done.stderr.endswith("1 problem. Nothing was written.\n")
    assert released.read_bytes() == before
    assert run("validate", course=course).exit_code == EXIT_PROBLEMS
    assert run("validate", "--static", course=course).exit_code == EXIT_OK  # nothing is run


def test_what_was_released_and_has_no_source_any_more_is_named(course: Path) -> None:
    (course / "release" / small.ASSIGNMENT / "old.txt").write_text("")
    done = run("release", course=course)
    assert (done.exit_code, done.stdout) == (EXIT_PROBLEMS, "01-small: nothing new\n")
    assert "01-small/old.txt: was released but has no source any more. Delete it." in done.stderr
    told = json.loads(run("release", "--json", course=course).stdout)
    assert (told["written"], told["archive"]) == ({"01-small": []}, None)
    assert [problem["file"] for problem in told["problems"]] == ["old.txt"]


def test_excuse_says_what_is_to_be_done_next(course: Path) -> None:
    cells = (small.ASSIGNMENT, "test_double", "hidden_double")
    then = (
        "Now: `grading run 01-small` for the grades, and `grading release 01-small` so that "
        "notebooks handed out from now on say the same.\n"
    )
    for options, said in (
        ((), "small/test_double: 2 → 0 points\nsmall/hidden_double: 3 → 0 points\n" + then),
        ((), "Nothing to change.\n"),
        (
            ("--undo",),
            "small/test_double: 0 → 2 points\nsmall/hidden_double: 0 → 3 points\n" + then,
        ),
        (("--undo", "--json"), '{"changed": {}}\n'),
    ):
        done = run("excuse", *cells, *options, course=course)
        assert (done.exit_code, done.stdout) == (EXIT_OK, said)


def test_refresh_takes_every_notebook_and_names_what_fails(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = course / "source" / small.ASSIGNMENT
    (folder / "also.ipynb").write_bytes((folder / "small.ipynb").read_bytes())
    failing: list[str] = []
    seen: list[str] = []

    def refresh(path: Path) -> list[Problem]:
        seen.append(path.name)
        wrong = Problem("", "01-small", path.name, "c", "fails", "Correct it.", fatal=True)
        return [wrong] if path.name in failing else []

    monkeypatch.setattr("grading.refresh.refresh", refresh)
    done = run("refresh", course=course)
    assert (done.exit_code, done.stdout) == (EXIT_OK, "Every output is stored.\n")
    failing.append("also.ipynb")
    done = run("refresh", course=course)
    assert (done.exit_code, done.stdout) == (EXIT_PROBLEMS, "")
    assert done.stderr == "01-small/also.ipynb, cell c: fails. Correct it.\n1 problem.\n"
    assert seen == ["also.ipynb", "small.ipynb"] * 2


def test_the_archive_for_students_is_where_it_is_said(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grading.archive.build", lambda *_: b"packed")
    place = tmp_path / "week1.zip"
    done = run("release", small.ASSIGNMENT, "--archive", str(place), course=course)
    assert (done.exit_code, place.read_bytes()) == (EXIT_OK, b"packed"), done.stderr
    assert done.stdout == f"01-small: nothing new\nFor students: {place}\n"


def test_check_and_archive_do_not_go_together(course: Path) -> None:
    done = run("release", "--check", "--archive", course=course)
    assert done.exit_code == EXIT_USAGE
    assert "--check writes nothing" in done.stderr


def test_release_check_writes_nothing(course: Path) -> None:
    path = course / "release" / small.ASSIGNMENT / "small.ipynb"
    done = run("release", "--check", course=course)
    assert (done.exit_code, done.stdout, done.stderr) == (EXIT_OK, "1 assignment in step.\n", "")
    path.write_text("{}")
    done = run("release", "--check", "--json", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["what"] == "is out of step with its source"
    assert path.read_text() == "{}"


def test_validate_says_what_is_wrong(course: Path) -> None:
    done = run("validate", "--static", course=course)
    assert (done.exit_code, done.stdout, done.stderr) == (EXIT_OK, "1 assignment sound.\n", "")
    path = course / "source" / small.ASSIGNMENT / "small.ipynb"
    path.write_text(path.read_text().replace('"locked": true', '"locked": false', 1))
    for command, end in (("validate", "\n1 problem.\n"), ("release", "Nothing was written.\n")):
        done = run(command, *["--static"] * (command == "validate"), course=course)
        assert (done.exit_code, done.stdout) == (EXIT_PROBLEMS, "")
        assert "small.ipynb, cell test_double: is a test cell that isn't locked" in done.stderr
        assert done.stderr.endswith(end)


def test_one_bad_submission_stops_no_other(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT)
    (small.hand_in(course, "bad", {}) / "small.ipynb").write_text("{")
    (course / "submitted" / "none" / small.ASSIGNMENT).mkdir(parents=True)
    small.hand_in(course, "zoe", RIGHT | {"double": "import os\nos._exit(0)"})
    done = run("run", "--json", "--jobs", "2", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    result = json.loads(done.stdout)
    assert (result["graded"], result["failed"]) == (3, 1)
    scores = {row["student"]: row["score"] for row in result["submissions"] if not row["failed"]}
    assert scores == {"ada": 9, "none": 0, "zoe": 4}
    fatal = {p["student"]: p["fatal"] for p in result["problems"] if p["student"] != "zoe"}
    assert fatal == {"bad": True, "none": False}
    assert "01-small/bad/small.ipynb: " in done.stderr


def test_only_new_and_changed_are_graded_again(course: Path) -> None:
    for name in ("ada", "bob", "cyd"):
        small.hand_in(course, name, {}, "2026-01-01 10:00:00 UTC")
    assert graded(run("run", "--json", course=course)) == (3, 0)
    small.hand_in(course, "ada", RIGHT, "2026-01-02 10:00:00 UTC")
    small.hand_in(course, "bob", RIGHT)  # changed, but no newer
    assert graded(run("run", "--json", course=course)) == (1, 2)
    assert graded(run("run", "--json", "--force", "--student", "b*", course=course)) == (1, 0)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        assert [row.score for row in book.rows(small.ASSIGNMENT)] == [9, 9, 0]


def graded(done: Result, what: str = "graded") -> tuple[int, int]:
    result = json.loads(done.stdout)
    return result[what], result["up_to_date"]


def test_why_explains_each_cell(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT | {"triple": "def triple(x):\n    return 3"})
    done = run("run", "--student", "ada", "--why", course=course)
    assert done.exit_code == EXIT_OK
    for text in ("test_double", "2/2", "test_triple", "2/4", "partial", "waits for a person"):
        assert text in done.stdout


def test_score_table_and_where_things_are(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT)
    done = run("run", course=course)
    assert "01-small, 20 points" in done.stdout
    assert "1 of 1 submission, " in done.stderr
    assert re.search(r"^1 graded in \d+ s \([0-9.]+ a second\)\.$", done.stderr, re.MULTILINE)
    assert "\n0 graded, 1 up to date.\n" in run("run", course=course).stderr
    assert f"Gradebook: sqlite:///{course / 'gradebook.db'}" in done.stderr
    done = run("feedback", course=course)
    assert done.exit_code == EXIT_OK, done.stderr
    assert "graded yet" not in done.stderr
    said = r"Feedback for 1 submission \(1 new, [0-9.]+ a second\): " + re.escape(str(course))
    assert re.fullmatch(said + r"/feedback\n", done.stdout)
    assert (course / "feedback" / "ada" / small.ASSIGNMENT / "small.html").exists()
    again = run("feedback", course=course)
    assert again.stdout == f"Feedback for 1 submission (0 new): {course}/feedback\n"
    again = run("feedback", "--json", course=course)
    told = json.loads(again.stdout)
    assert told.pop("seconds") > 0
    unchanged = {"written": 0, "up_to_date": 1, "problems": [], "interrupted": False}
    assert told == unchanged


def test_what_stays_unreadable_is_named_but_not_tried_again(course: Path) -> None:
    bad = small.hand_in(course, "bad", RIGHT) / "small.ipynb"
    whole = bad.read_text()
    bad.write_text("{")
    first = run("run", course=course)
    assert first.exit_code == EXIT_PROBLEMS
    assert first.stderr.count("01-small/bad/small.ipynb: not valid JSON") == 1
    again = run("run", "--json", course=course)
    assert again.exit_code == EXIT_PROBLEMS
    result = json.loads(again.stdout)
    assert (result["to_do"], result["failed"], result["refused"]) == (0, 0, 1)
    assert "01-small/bad/small.ipynb: not valid JSON" in again.stderr
    bad.write_text(whole)
    assert graded(run("run", "--json", course=course)) == (1, 0)


@pytest.fixture
def uncontained(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no tier holds."""
    found = Tier("none", ("landlock: no Landlock; use Linux 5.13 or newer",))
    monkeypatch.setattr("grading.sandbox.probe", lambda: found)


@pytest.mark.usefixtures("uncontained")
def test_where_nothing_contains_students_nothing_is_graded(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT)
    small.hand_in(course, "bob", RIGHT)
    done = run("run", course=course)
    assert done.exit_code == EXIT_FAILED
    assert done.stderr.count("use Linux 5.13 or newer") == 1
    assert "--unsafe" in done.stderr
    assert not list(course.glob("autograded/*/01-small"))
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        assert book.rows(small.ASSIGNMENT) == []


@pytest.mark.usefixtures("uncontained")
def test_unsafe_grades_all_the_same_and_says_so(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT)
    done = run("run", "--unsafe", course=course)
    assert done.exit_code == EXIT_OK, done.stderr
    start, _, summary = done.stderr.partition("1 graded")
    assert "WARNING: nothing contains students' code" in start
    assert "contained by: none" in summary
    assert "Not tamper-proof: 3 test results of 1 submission," in summary
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        (row,) = book.rows(small.ASSIGNMENT)
    assert (row.score, row.tier, row.unsealed) == (9, "none", 3)


def test_what_is_tamper_proof_is_said(course: Path) -> None:
    """A test that needs the student's own objects is judged beside the student's code."""
    path = course / "source" / small.ASSIGNMENT / "small.ipynb"
    inspecting = "import inspect\nassert 'return' in inspect.getsource(double)"
    path.write_text(path.read_text().replace("assert double(2) == 4", json.dumps(inspecting)[1:-1]))
    small.hand_in(course, "ada", RIGHT)
    done = run("run", course=course)
    assert "Not tamper-proof: 1 test result of 1 submission," in done.stderr
    assert "contained by: namespaces" in done.stderr or "contained by: landlock" in done.stderr
    why = run("run", "--student", "ada", "--why", course=course)
    assert why.stdout.count("not tamper-proof") == 1
    result = json.loads(run("run", "--student", "ada", "--why", "--json", course=course).stdout)
    (row,) = result["submissions"]
    assert row["unsealed"] == 1
    assert row["tier"] in CONTAINED
    cells = row["why"]["notebooks"][0]["cells"]
    sealed = {cell["name"]: cell["sealed"] for cell in cells if cell["kind"] == "autograded"}
    assert sealed == {"test_double": False, "hidden_double": True, "test_triple": True}


def test_memory_is_limited_as_asked_for(course: Path) -> None:
    hungry = "def double(x):\n    return 2 * len(bytes(200_000_000)) * x / 200_000_000"
    small.hand_in(course, "ada", RIGHT | {"double": hungry})
    assert scores(run("run", "--json", course=course)) == {"ada": 9}
    assert scores(run("run", "--json", "--force", "--memory", "100", course=course)) == {"ada": 4}
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Grading.memory_mb = 100\n")
    assert scores(run("run", "--json", "--force", course=course)) == {"ada": 4}


def scores(done: Result) -> dict[str, float]:
    return {row["student"]: row["score"] for row in json.loads(done.stdout)["submissions"]}


def test_no_remedy_no_words() -> None:
    problem = Problem("ada", "01-small", "small.ipynb", "double", "was put back.", "Nothing.")
    assert describe(problem) == "01-small/ada/small.ipynb, cell double: was put back."


def wait_for_first(course: Path, process: subprocess.Popen[str]) -> None:
    """Wait until something is in the autograded folder."""
    for _ in range(2400):
        if list(course.glob("autograded/*/01-small")):
            return
        assert process.poll() is None
        time.sleep(0.05)
    pytest.fail("nothing was graded")


def start(course: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "grading", "run", "--jobs", "1"],
        cwd=course,
        env=environment_for_programs(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def assert_as_if_undisturbed(course: Path) -> None:
    """Grade the same submissions elsewhere; both gradebooks have to say the same."""
    other = course.parent / "other"
    other.mkdir()
    subprocess.run(["cp", "-r", course / "submitted", other], check=True)
    assert run("run", "--class-dir", str(other), course=course).exit_code == EXIT_OK
    books = [dump(f"sqlite:///{folder / 'gradebook.db'}") for folder in (course, other)]
    assert books[0] == books[1]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopped_in_the_middle_it_goes_on_from_there(course: Path, how: signal.Signals) -> None:
    for number in range(4):
        small.hand_in(course, f"student{number}", SLOW if number else RIGHT)
    process = start(course)
    wait_for_first(course, process)
    process.send_signal(how)
    _, errors = process.communicate(timeout=60)
    if how is signal.SIGINT:
        assert process.returncode == EXIT_INTERRUPTED
        assert "What is graded is kept: run the same command again." in errors
    done = run("run", "--json", course=course)
    count, before = graded(done)
    assert 1 <= before < 4
    assert count == 4 - before
    assert_as_if_undisturbed(course)


def test_only_the_assignment_that_is_named_is_dealt_with(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT)
    for folder in ("source", "release", "submitted/ada"):
        parts = [course / folder / name for name in (small.ASSIGNMENT, "02-more")]
        subprocess.run(["cp", "-r", *parts], check=True)
    done = run("run", "02-more", "--json", course=course)
    assert [row["assignment"] for row in json.loads(done.stdout)["submissions"]] == ["02-more"]
    everywhere = run("feedback", "--student", "ada", course=course)  # 01-small has no grades yet
    assert everywhere.exit_code == EXIT_OK, everywhere.stderr
    assert run("run", course=course).exit_code == EXIT_OK
    assert graded(run("feedback", small.ASSIGNMENT, "--json", course=course), "written") == (1, 0)
    both = run("report", course=course)
    assert ("Report on 2 submissions" in both.stdout, both.stderr) == (True, "")
    assert "Report on 1 submission: " in run("report", "02-more", course=course).stdout
    to = ("-o", str(course / "grades.csv"))
    assert "1 student, 01-small, 02-more: " in run("export", *to, course=course).stdout
    assert "1 student, 02-more: " in run("export", "02-more", *to, course=course).stdout
    assert run("release", "02-more", course=course).stdout == "02-more: nothing new\n"
    checked = run("validate", "--static", "02-more", course=course)
    assert checked.stdout == "1 assignment sound.\n"


def test_nothing_handed_in_is_said(course: Path) -> None:
    where = f"Submissions belong into {course}/submitted/<student>/<assignment>; `grading collect`"
    done = run("run", course=course)
    assert done.exit_code == EXIT_FAILED
    assert done.stderr.startswith(f"There is no folder {course}/submitted. {where} puts them there")
    (course / "submitted").mkdir()
    done = run("run", course=course)
    assert done.exit_code == EXIT_OK
    assert f"Nothing was handed in: {course}/submitted holds no submission. {where}" in done.stderr


@pytest.mark.parametrize("command", ["run", "feedback", "report", "export"])
def test_a_mistyped_class_is_said_and_not_made(course: Path, tmp_path: Path, command: str) -> None:
    mistyped = tmp_path / "clas"
    done = run(command, "--class-dir", str(mistyped), course=course)
    assert done.exit_code == EXIT_FAILED
    missing = "submitted" if command == "run" else "gradebook.db"
    assert str(mistyped / missing) in done.stderr.replace("\n", "")
    assert "--class-dir names another class." in done.stderr
    assert not mistyped.exists()


def test_a_second_run_at_the_same_time_is_refused(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT)
    with exclusive(course / "autograded"):
        done = run("run", course=course)
    assert done.exit_code == EXIT_FAILED
    assert f"Another run is grading this class (process {os.getpid()} on" in done.stderr


@pytest.mark.slow
def test_two_runs_at_once_give_one_gradebook(course: Path) -> None:
    for number in range(4):
        small.hand_in(course, f"s{number}", RIGHT if number % 2 else {})
    both = [start(course), start(course)]
    errors = [process.communicate(timeout=120)[1] for process in both]
    codes = sorted(process.returncode for process in both)
    # The later one finds the other at work, or finds everything done.
    assert codes in ([EXIT_OK, EXIT_FAILED], [EXIT_OK, EXIT_OK]), errors
    assert "Traceback" not in "".join(errors)
    if EXIT_FAILED in codes:
        assert "Another run is grading this class" in "".join(errors)
    assert_as_if_undisturbed(course)


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(grading, arguments)
    return result.exit_code, result.output


def test_usage_errors() -> None:
    assert invoke("run", "--jobs", "0")[0] == EXIT_USAGE
    assert invoke("grade")[0] == EXIT_USAGE
    code, text = invoke("run", "--why")
    assert code == EXIT_USAGE
    assert "--student" in text


def test_errors_of_the_course_name_the_remedy(tmp_path: Path) -> None:
    code, text = invoke("run", "--course-dir", str(tmp_path / "nowhere"))
    assert code == EXIT_FAILED
    assert "Check --course-dir." in text
    code, text = invoke("run", "09-unknown", "--class-dir", str(tmp_path))
    assert code == EXIT_FAILED
    assert "There is no assignment 09-unknown. Known: " in text
    (tmp_path / "nbgrader_config.py").write_text("c = get_config(\n")
    code, text = invoke("validate", "--course-dir", str(tmp_path))
    assert code == EXIT_FAILED
    assert "can't load the configuration" in text


def test_a_class_folder_that_cannot_be_made_is_no_fault_of_the_configuration(
    tmp_path: Path,
) -> None:
    file = tmp_path / "file"
    file.touch()
    program = [sys.executable, "-m", "grading", "run"]
    environment = environment_for_programs(GRADING_CLASS_DIR=str(file))
    done = subprocess.run(
        program, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
    )
    assert done.returncode == EXIT_FAILED
    assert done.stderr.startswith(f"There is no folder {file}/submitted. Submissions belong into")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("c.x = (", "'(' was never closed ({file}, line 2)"),
        ("c.CourseDirectory.course_id = name", "name 'name' is not defined ({file}, line 2)"),
        ("import no_such_module", "No module named 'no_such_module' ({file}, line 2)"),
        ("raise SystemExit(3)", "SystemExit, 3 ({file}, line 2)"),
        (
            "c.CourseDirectory.db_url = 3",
            "The 'db_url' trait of a CourseDirectory instance expected a unicode string, "
            "not the int 3",
        ),
    ],
)
def test_an_error_in_the_configuration_has_its_place(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "nbgrader_config.py"
    file.write_text(f"c = get_config()\n{line}\n")
    program = [sys.executable, "-m", "grading", "run", "--course-dir", str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == EXIT_FAILED
    assert done.stderr == (
        f"nbgrader can't load the configuration of {tmp_path}: {why.format(file=file)}. Correct "
        "nbgrader_config.py; `nbgrader --debug` there shows what it reads.\n"
    )


def test_refresh_stores_outputs_and_names_the_cell_that_fails(course: Path) -> None:
    """What the kernel logs for itself is not in between."""
    program = [sys.executable, "-m", "grading", "refresh"]
    options = {"cwd": course, "env": environment_for_programs(), "text": True}
    source = course / "source" / small.ASSIGNMENT / f"{small.NOTEBOOK}.ipynb"
    made = json.loads(source.read_text())
    (test,) = [cell for cell in made["cells"] if cell["id"] == "test_double"]
    test["source"] += "\nprint('stored')"
    source.write_text(json.dumps(made))
    done = subprocess.run(program, capture_output=True, check=False, **options)
    assert (done.returncode, done.stdout, done.stderr) == (EXIT_OK, "Every output is stored.\n", "")
    kept = source.read_text()
    assert '"stored\\n"' in kept
    began = course / "began"
    where = "01-small/small.ipynb, cell test_double"
    long = test["source"] + f"\nopen({str(began)!r}, 'w').close()\nimport time\ntime.sleep(60)"
    for text, code, said in (
        (
            "1 / 0",
            EXIT_PROBLEMS,
            f"{where}: ZeroDivisionError: division by zero. Correct the cell ",
        ),
        ("import os\nos._exit(0)", EXIT_PROBLEMS, f"{where}: Kernel died. Correct the cell "),
        (long, EXIT_INTERRUPTED, "Stopped.\n"),
    ):
        test["source"] = text
        changed = json.dumps(made)
        source.write_text(changed)
        with subprocess.Popen(program, stderr=subprocess.PIPE, **options) as process:
            while code == EXIT_INTERRUPTED and not began.exists():
                assert process.poll() is None
                time.sleep(0.05)
            if code == EXIT_INTERRUPTED:
                process.send_signal(signal.SIGINT)
            stderr = process.communicate(timeout=60)[1]
        assert process.returncode == code
        assert stderr.startswith(said)
        assert source.read_text() == changed
    assert stderr == "Stopped.\n"
    made["metadata"]["kernelspec"]["name"] = "elsewhere"
    source.write_text(json.dumps(made))
    done = run("refresh", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    assert "small.ipynb: asks for the kernel elsewhere, which is not installed" in done.stderr


@pytest.mark.parametrize("words", ["validate", "release", "refresh", "excuse 01-small test_double"])
def test_a_broken_source_is_named(course: Path, words: str) -> None:
    source = course / "source" / small.ASSIGNMENT / f"{small.NOTEBOOK}.ipynb"
    source.write_text('{"cells": [', encoding="utf-8")
    command, *arguments = words.split()
    done = run(command, *arguments, course=course)
    assert done.exit_code in (EXIT_PROBLEMS, EXIT_FAILED)
    said = done.stderr.replace("\n", " ")
    assert f"{small.ASSIGNMENT}/{small.NOTEBOOK}.ipynb" in said
    assert "JSON" in said
    assert "git diff" in said


def test_a_damaged_gradebook_is_no_traceback_of_an_export(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> None:
        raise sa.exc.DatabaseError("SELECT", {}, Exception("database disk image is malformed"))

    Gradebook(f"sqlite:///{course}/gradebook.db").close()
    monkeypatch.setattr(CsvExporter, "export", damaged)
    done = run("export", course=course)
    assert done.exit_code == EXIT_FAILED
    assert "gradebook.db can't be used" in done.stderr


def test_a_full_disk_is_no_old_gradebook() -> None:
    said = remedy("sqlite:///gradebook.db", Exception("database or disk is full"))
    assert said.startswith("Make room there")


def test_a_gradebook_that_can_only_be_read_is_said_before_anything_is_graded(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.hand_in(course, "ada", RIGHT)
    assert run("run", course=course).exit_code == EXIT_OK
    kept = sorted((course / "autograded").rglob("*"))

    def read_only(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    def nothing(*_: object) -> None:
        raise AssertionError("something was graded")

    monkeypatch.setattr("grading.run.publish", nothing)
    small.hand_in(course, "bob", RIGHT)
    sa.event.listen(sa.Engine, "connect", read_only)
    try:
        done = run("run", "--force", course=course)
        unchanged = run("report", course=course)
    finally:
        sa.event.remove(sa.Engine, "connect", read_only)
    assert done.exit_code == EXIT_FAILED
    assert done.stderr == (
        f"The gradebook sqlite:///{course}/gradebook.db can't be used: (sqlite3.OperationalError) "
        "attempt to write a readonly database. Make it writable for you, then run the same "
        "command again.\n"
    )
    assert unchanged.exit_code == EXIT_OK
    assert sorted((course / "autograded").rglob("*")) == kept


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://x/y", "No module named 'MySQLdb'. Install that package, or name a gradebook on"),
        ("nosql://x/y", "dialects:nosql. Gradebooks were tried on SQLite"),
    ],
)
def test_a_gradebook_of_another_kind(course: Path, url: str, said: str) -> None:
    (course / "submitted").mkdir()
    done = run("run", "--db", url, course=course)
    assert done.exit_code == EXIT_FAILED
    assert said in done.stderr
    assert "createdb" not in done.stderr


def test_errors_say_names_as_they_are(course: Path, tmp_path: Path) -> None:
    """In the markup of the terminal, square brackets would be a style, or an error."""
    done = run("run", "[/bold]", course=course)
    assert done.exit_code == EXIT_FAILED
    assert done.stderr.startswith("There is no assignment [/bold]. Known: ")
    mistyped = tmp_path / "[red]" / "[/bold]"
    done = run("run", "--class-dir", str(mistyped), course=course)
    assert done.exit_code == EXIT_FAILED
    assert f"no folder {mistyped}/submitted. Submissions belong into {mistyped}/" in done.stderr


def test_who_reads_stops_before_the_end(course: Path) -> None:
    """As `head` does: that is no fault, and no disk is full."""
    (course / "submitted").mkdir()
    done = subprocess.run(
        ["sh", "-c", '"$0" -m grading run --json | true', sys.executable],
        cwd=course,
        env=environment_for_programs(),
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""


def test_a_fault_of_the_program_is_not_said_to_be_the_disks(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "gone")

    monkeypatch.setattr("grading.excuse.excuse", faulty)
    done = run("excuse", small.ASSIGNMENT, "test_double", course=course)
    assert isinstance(done.exception, FileNotFoundError)
    assert done.stderr == ""


def test_a_file_is_no_folder_of_a_class(course: Path) -> None:
    file = course / "nbgrader_config.py"
    for option in ("--class-dir", "--course-dir"):
        done = run("run", option, str(file), course=course)
        assert done.exit_code == EXIT_USAGE
        assert "is a file" in done.stderr


def test_ctrl_c_while_the_command_line_is_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("grading.commands.grading", stopped)
    monkeypatch.setattr(sys, "argv", ["grading", "report"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == EXIT_INTERRUPTED
    assert capsys.readouterr().err == "Stopped.\n"


def test_an_import_that_fails_in_a_plug_in_is_not_said_to_be_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(**_: object) -> None:
        raise ModuleNotFoundError("No module named 'canvasapi'", name="canvasapi")

    monkeypatch.setattr("grading.commands.grading", broken)
    monkeypatch.setattr(sys, "argv", ["grading", "report"])
    with pytest.raises(ModuleNotFoundError, match="canvasapi"):
        main()


@pytest.mark.parametrize(
    ("arguments", "begun"),
    [
        (["run"], True),
        (["run", "01-small", "--jobs", "4"], True),
        (["run", "--scheduler", "tcp://10.0.0.5:8786"], False),
        (["run", "--scheduler=tcp://10.0.0.5:8786"], False),
        (["run", "--engine=nbgrader"], False),
        (["run", "--help"], False),
        (["report"], False),
    ],
)
def test_what_grades_is_started_early_only_where_it_will_grade(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], begun: bool
) -> None:
    seen: list[bool] = []
    monkeypatch.setattr("grading.nursery.begin", lambda: seen.append(True))
    monkeypatch.setattr("grading.commands.grading", lambda **_: None)
    monkeypatch.setattr(sys, "argv", ["grading", *arguments])
    main()
    assert seen == [True] * begun


def test_a_disk_without_room_is_said_and_the_source_stays(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = course / "source" / small.ASSIGNMENT / f"{small.NOTEBOOK}.ipynb"
    before = source.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(source))

    monkeypatch.setattr(Path, "replace", full)
    done = run("excuse", small.ASSIGNMENT, "test_double", course=course)
    assert done.exit_code == EXIT_FAILED
    assert done.stderr.startswith(f"{source}: No space left on device. Check access rights and")
    assert source.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_folder_whose_name_is_no_text_is_named(course: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(course / "submitted") + b"/b\xff")) / small.ASSIGNMENT
    folder.mkdir(parents=True)
    done = run("run", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    assert "is no UTF-8 text" in done.stderr
    assert "Rename it." in done.stderr


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    script = "import sys; sys.modules['rich'] = None; from grading.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == EXIT_FAILED
    assert "pip install -e '.[instructor]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_that_lacks_a_character_gets_its_number(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    arguments = ["excuse", small.ASSIGNMENT, "test_double", "--course-dir", str(course)]
    monkeypatch.setattr(sys, "argv", ["grading", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    sys.stdout.flush()
    assert ended.value.code == EXIT_OK
    assert rb"2 \u2192 0 points" in written.getvalue()
    assert gc.isenabled()  # it is off only while everything is imported


def test_a_full_disk_for_the_output_is_said_in_a_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "grading", "--help"],
            env=environment_for_programs(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == EXIT_FAILED
    assert done.stderr == "No space is left where the output goes.\n"


@pytest.mark.parametrize("closed", ["1>&-", "2>&-"])
def test_what_starts_it_without_outputs_gets_its_class_graded(course: Path, closed: str) -> None:
    """As a daemon may; the next pipe would get the number, and be taken for that output."""
    small.hand_in(course, "ada", RIGHT)
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m grading run {closed}', sys.executable],
        cwd=course,
        env=environment_for_programs(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == EXIT_OK, done.stderr
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        assert [(row.score, row.failed) for row in book.rows(small.ASSIGNMENT)] == [(9, False)]


def test_a_folder_named_like_a_file_of_the_course_is_left_out(course: Path) -> None:
    folder = small.hand_in(course, "ada", RIGHT)
    (folder / "small.ipynb").rename(folder / "mine.ipynb")
    for name in ("data.txt", "small.ipynb", "more"):
        (folder / name).mkdir()
        (folder / name / "x").write_text("x")
    done = run("run", course=course)
    assert done.exit_code == EXIT_OK, done.stderr
    assert "1 graded" in done.stderr
    graded = course / "autograded" / "ada" / small.ASSIGNMENT
    assert (graded / "data.txt").read_text() == "1 2 3\n"
    assert (graded / "more" / "x").read_text() == "x"
    assert (graded / "small.ipynb").is_file()


def test_a_thousand_problems_of_one_student_hide_no_other() -> None:
    many = [Problem("ada", "hw", f"f{i}", None, "is a link", "Remove it.") for i in range(1000)]
    other = Problem("bob", "hw", None, None, "is a link", "Remove it.")
    written = io.StringIO()
    show_problems(Console(file=written), [*many, other])
    lines = written.getvalue().splitlines()
    assert lines[4:] == [
        "hw/ada/f4: is a link. Remove it.",
        "hw/ada: is a link. (995 more of these)",
        "hw/bob: is a link. Remove it.",
    ]


def row(student: str = "ada", score: float = 1, **other: Any) -> Row:
    """Make a line of a gradebook, of an assignment that is worth one point."""
    made = Row(student, "01-small", score, 1, False, None, 0, 0, False, "sealed", "landlock", 0)
    return replace(made, **other)


def shown(what: object, width: int = 80) -> str:
    written = io.StringIO()
    Console(file=written, width=width).print(what)
    return written.getvalue()


def test_scores_are_said_in_good_words_and_names_as_they_are() -> None:
    odd = row(assignment="01 [red] [/b]", penalty=1, late_seconds=86400 * 3, needs_manual=True)
    text = shown(score_table([odd, row("[bold]", 0.5, penalty=0.5), row("bob", failed=True)]))
    assert text.startswith("01 [red] [/b], 1 point ")
    assert re.search(
        r"│ ada +│ +1 │ needs manual grading, 3 days late, 1 point taken off +│\n"
        r"│ \[bold\] +│ +0.5 │ 0.5 points taken off +│\n"
        r"│ bob +│ +– │ could not be graded +│",
        text,
    )


def test_a_large_class_is_summed_up() -> None:
    rows = [row(score=number / 10) for number in (1, 3, 2, 4)]
    rows += [row(failed=True), row(needs_manual=True, late_seconds=1, unsealed=2)]
    assert "median" not in shown(score_table((rows * 7)[:40]))
    text = shown(score_table(rows * 8))
    found = dict(re.findall(r"│ (\S[^│]*?) +│ (\S[^│]*?) +│", text))
    assert found == {
        "submissions": "48",
        "mean score": "0.4",
        "lowest, median, highest": "0.1, 0.3, 1",
        "need manual grading": "8",
        "late": "8",
        "not tamper-proof": "8",
        "could not be graded": "8",
    }
    half = shown(score_table([row(score=score) for score in (0, 1)] * 21))
    assert "0, 0.5, 1" in half
    assert "mean" not in shown(score_table([row(failed=True)] * 41))


@pytest.mark.parametrize("width", [30, 60])
def test_a_narrow_terminal_breaks_a_long_name_and_keeps_it(width: int) -> None:
    name = "name-" * 12 + "end"
    lines = re.findall("^│ (.*?) *│", shown(score_table([row(name)]), width), re.MULTILINE)
    assert "".join(lines) == name


def test_a_students_words_command_no_terminal(course: Path) -> None:
    """Escape sequences and halves of characters, by an error message and by names of files."""
    words = r"\x1b]0;owned\x07\x1b[2J\ud800 \u202egnp"
    evil = f"def double(x):\n    raise ValueError('{words}')"
    folder = small.hand_in(course, "ada", {"double": evil, "triple": RIGHT["triple"]})
    (folder / os.fsdecode(b"\xff\x1b[31m.txt")).symlink_to("/etc/passwd")
    small.hand_in(course, "bob", RIGHT)
    done = run("run", course=course)
    why = run("run", "--student", "ada", "--why", course=course)
    assert (done.exit_code, why.exit_code) == (EXIT_OK, EXIT_OK), why.output
    for text in (done.stdout, done.stderr, why.stdout, why.stderr):
        assert "\x1b" not in text.replace("\x1b[0m", "")
        assert "\u202e" not in text
        text.encode()
    assert "[31m.txt: is a link and was left out" in done.stderr
    assert "gnp" in why.stdout


def test_what_was_put_right_has_a_remedy_that_says_how(course: Path) -> None:
    file = small.hand_in(course, "ada", RIGHT) / "small.ipynb"
    made = json.loads(file.read_text())
    (test,) = [cell for cell in made["cells"] if cell["id"] == "test_double"]
    made["cells"] += [test | {"id": "again"}]
    file.write_text(json.dumps(made))
    file.rename(file.with_name("mine.ipynb"))
    done = run("run", course=course)
    assert "than once. The last one counts, and the others are run as ordinary" in done.stderr
    assert "cells are that notebook's. Rename it if it is another one." in done.stderr
    assert "Nothing" not in done.stderr


def test_a_notebook_that_is_left_out_is_not_called_missing(course: Path) -> None:
    """Who handed in a link, or too much, needs a person, not 0 points for nothing handed in."""
    limit = "\nc.CourseDirectory.max_file_size = 50\n"  # kB
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(limit)
    small.hand_in(course, "ada", RIGHT)
    big = small.hand_in(course, "big", RIGHT | {"triple": "#" * 60_000})
    link = small.hand_in(course, "eve", RIGHT) / "small.ipynb"
    link.unlink()
    link.symlink_to(big / "small.ipynb")
    both = small.hand_in(course, "fay", RIGHT)
    (both / "small.ipynb").rename(both / "mine.ipynb")
    (both / "small.ipynb").symlink_to("/etc/passwd")
    done = run("run", "--json", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    result = json.loads(done.stdout)
    assert (result["graded"], result["failed"]) == (2, 2)
    failed = {row["student"]: row["failed"] for row in result["submissions"]}
    assert failed == {"ada": False, "big": True, "eve": True, "fay": False}
    said = [(p["student"], p["what"]) for p in result["problems"] if p["fatal"]]
    assert [who for who, _ in said] == ["big", "eve"]
    assert "over the limit" in said[0][1]
    assert said[1][1] == "is a link and was left out"
    assert "not handed in" not in done.stdout + done.stderr
    assert run("feedback", course=course).exit_code == EXIT_OK
    page = (course / "feedback" / "eve" / small.ASSIGNMENT / "small.html").read_text()
    assert "Your file small.ipynb could not be read: is a link and was left out." in page
    assert "not handed in" not in page
    link.unlink()
    link.write_bytes((course / "submitted/ada" / small.ASSIGNMENT / "small.ipynb").read_bytes())
    assert graded(run("run", "--json", course=course)) == (1, 2)


def test_files_that_are_none_stop_nothing(course: Path) -> None:
    """A pipe has no end, and a folder in a thousand others is deeper than Python's stack."""
    for name in ("ada", "bob"):
        small.hand_in(course, name, RIGHT)
    folder = small.hand_in(course, "eve\x1b[31m", RIGHT)
    folder = small.hand_in(course, "eve", RIGHT)
    os.mkfifo(folder / "timestamp.txt")
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "folder.ipynb").mkdir()
    (folder / "x\n01-small: all is well").symlink_to("/etc/passwd")
    with contextlib.chdir(folder):
        for _ in range(1100):
            Path("deep").mkdir()
            os.chdir("deep")
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(60)
    try:
        runs = [run("run", course=course) for _ in range(2)]
        report = run("report", course=course)
    finally:
        signal.alarm(0)
        subprocess.run(["rm", "-r", folder], check=True)  # pytest could not
    assert "3 submissions up to date" in runs[1].stderr
    assert "eve/timestamp.txt: is not a regular file" in runs[0].stderr
    assert "deep/deep: lies in too many folders" in runs[0].stderr
    assert "\n01-small: all is well" not in runs[0].stderr
    assert "\x1b" not in runs[0].stderr.replace("\x1b[0m", "")
    assert "of this folder has control characters" in runs[0].stderr
    assert report.exit_code == EXIT_OK, report.output


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-03-01 12:00:00 Europe/Berlin", datetime(2026, 3, 1, 11)),
        ("2026-03-01 12:00:00 UTC", datetime(2026, 3, 1, 12)),
        ("2026-03-01 12:00:00 {file}", None),
        ("2026-03-01 12:00:00 :{file}", None),
        ("2026-03-01 12:00:00 ../../..{file}", None),
        ("9" * 10_000, None),
        ("", None),
    ],
)
def test_a_time_zone_opens_no_file(tmp_path: Path, text: str, when: datetime | None) -> None:
    zone = Path("/usr/share/zoneinfo/Europe/Berlin")
    (tmp_path / "timestamp.txt").write_text(text.format(file=zone))
    assert read_timestamp(tmp_path) == when


def test_a_mistyped_name_is_answered_with_the_nearest(course: Path) -> None:
    small.hand_in(course, "adelheid", RIGHT)
    done = run("run", "--student", "adelhied", course=course)
    assert "holds no submission of adelhied. Do you mean adelheid?" in done.stderr
    assert done.exit_code == EXIT_PROBLEMS
    done = run("run", small.ASSIGNMENT[:-1], course=course)
    assert f"Do you mean {small.ASSIGNMENT}?" in done.stderr
    done = run("excuse", small.ASSIGNMENT, "test_duoble", course=course)
    assert "has no graded cell test_duoble. Do you mean test_double?" in done.stderr


def test_a_student_whose_folder_is_closed_is_not_passed_over(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read all, so the question is answered here; such a folder looks empty."""
    small.hand_in(course, "ada", RIGHT)
    closed = course / "submitted" / "zed [2]"
    closed.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: "zed" not in str(path))
    for asked, seen in (((), True), (("--student", "z*"), True), (("--student", "ada"), False)):
        done = run("run", *asked, course=course)
        assert done.exit_code == (EXIT_PROBLEMS if seen else EXIT_OK)
        assert (f"{closed} can't be read, so nothing in it is graded" in done.stderr) == seen
        assert "holds no submission" not in done.stderr


def test_feedback_stopped_at_once_does_not_say_that_nothing_is_graded(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Gradebook(f"sqlite:///{course}/gradebook.db").close()
    stopped = FeedbackSummary(interrupted=True)
    monkeypatch.setattr("grading.feedback.feedback", lambda *_, **__: stopped)
    done = run("feedback", course=course)
    assert done.exit_code == EXIT_INTERRUPTED
    assert "run the same command again" in done.stderr
    assert "Nothing" not in done.stderr


def test_json_of_no_feedback_says_it_in_numbers_alone(course: Path) -> None:
    Gradebook(f"sqlite:///{course}/gradebook.db").close()
    words = run("feedback", course=course)
    assert "Nothing is graded yet. `grading run` grades what is in" in words.stderr
    done = run("feedback", "--json", course=course)
    assert (done.exit_code, done.stderr) == (EXIT_OK, "")
    assert graded(done, "written") == (0, 0)
    report = run("report", course=course)
    assert report.stdout == f"Report on 0 submissions: {course / 'report.html'}\n"
    assert "Nothing is graded yet." in report.stderr


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_a_mistyped_name_beside_a_right_one_is_not_lost(
    course: Path, form: tuple[str, ...]
) -> None:
    small.hand_in(course, "adelheid", RIGHT)
    (course / "submitted" / "bob" / "02-other").mkdir(parents=True)
    asked = ("--student", "a*", "--student", "adelhied", "--student", "bob", small.ASSIGNMENT)
    for command, words in (
        ("run", f"holds no submission of adelhied, bob for {small.ASSIGNMENT}. Do you mean"),
        (
            "feedback",
            f"Nothing of adelhied, bob for {small.ASSIGNMENT} is graded yet. Do you mean adelheid?",
        ),
    ):
        done = run(command, *asked, *form, course=course)
        assert words in done.stderr
        assert done.exit_code == EXIT_PROBLEMS
    assert run("feedback", "--student", "a*", course=course).exit_code == EXIT_OK


@pytest.mark.parametrize("command", ["feedback", "report", "export"])
def test_of_which_assignment_nothing_is_graded_is_said(
    course: Path, tmp_path: Path, command: str
) -> None:
    other = course / "source" / "02-other"
    shutil.copytree(course / "source" / small.ASSIGNMENT, other)
    small.hand_in(course, "ada", RIGHT)
    assert run("run", small.ASSIGNMENT, course=course).exit_code == EXIT_OK
    to = [] if command == "feedback" else ["-o", str(tmp_path / "file")]
    done = run(command, "02-other", *to, course=course)
    assert "Nothing for 02-other is graded yet. `grading run` grades" in done.stderr


def test_a_file_that_the_configuration_names_and_that_is_not_there(course: Path) -> None:
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('\nc.IncludeHeaderFooter.header = "source/header.ipynb"\n')
    small.hand_in(course, "ada", RIGHT)
    done = run("run", course=course)
    assert done.exit_code == EXIT_FAILED
    assert done.stderr == (
        f"The source of {small.ASSIGNMENT} can't be registered in the gradebook: "
        "source/header.ipynb: No such file or directory. See that the file is there and can be "
        "read; nbgrader_config.py may name it.\n"
    )


def test_the_list_of_commands_cuts_nothing_off() -> None:
    text = invoke("--help")[1]
    assert "\n  collect " in text
    assert "..." not in text.split("Commands:")[1]


def test_each_of_several_who_are_asked_for_is_found(course: Path) -> None:
    for name in ("ada", "bob"):
        small.hand_in(course, name, RIGHT)
    assert run("run", course=course).exit_code == EXIT_OK
    only = json.loads(run("run", "--student", "ada", "--json", course=course).stdout)
    assert [one["student"] for one in only["submissions"]] == ["ada"]
    assert "why" not in only["submissions"][0]
    both = run("feedback", "--student", "bob", "--student", "ada", course=course)
    assert (both.exit_code, both.stderr.count("graded yet")) == (EXIT_OK, 0)
    small.hand_in(course, "cyd", RIGHT)
    done = run("feedback", "--student", "ada", "--student", "cyd", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    assert "Nothing of cyd is graded yet. `grading run` grades" in done.stderr


def test_a_folder_that_is_named_like_no_assignment_is_said(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT)
    wrong = course / "submitted" / "bob" / small.ASSIGNMENT[:-1]
    wrong.mkdir(parents=True)
    done = run("run", course=course)
    assert f"{wrong} is not graded: no assignment is called {wrong.name}." in done.stderr
    assert "So are" not in done.stderr
    assert f"Do you mean {small.ASSIGNMENT}?" in done.stderr
    assert "is not graded" not in run("run", "--student", "ada", course=course).stderr


def test_a_notebook_in_no_assignments_folder_is_said(course: Path) -> None:
    small.hand_in(course, "ada", RIGHT)
    loose = (course / "submitted" / "bob" / "small.ipynb", course / "submitted" / "eve.ipynb")
    hidden = course / "submitted" / "bob" / ".ipynb_checkpoints" / "small-checkpoint.ipynb"
    for path in (*loose, hidden):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    done = run("run", course=course)
    for path in loose:
        assert f"{path} is not graded: it lies in no assignment's folder. Submissions belong" in (
            done.stderr
        )
    assert done.stderr.count("is not graded") == 2


def test_a_student_whom_the_gradebook_does_not_take_is_named(course: Path) -> None:
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Autograde.create_student = False\n")
    small.hand_in(course, "ada", RIGHT)
    done = run("run", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    assert "01-small/ada: " in done.stderr
    assert "0 graded, 1 could not be graded (named above)." in done.stderr
    assert done.stdout == ""


def test_of_many_such_folders_five_are_named_and_the_others_counted(course: Path) -> None:
    for number in range(7):
        (course / "submitted" / "bob" / f"9{number}-[b]\x1b[31m").mkdir(parents=True)
    done = run("run", course=course)
    assert "\x1b" not in done.stderr
    assert "no assignment is called 90-[b]\ufffd[31m." in done.stderr
    assert done.stderr.count("no assignment is called") == 5
    assert "So are 2 others." in done.stderr


def test_what_can_not_be_read_gets_no_zero(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read all, so the question is answered here."""
    small.hand_in(course, "ada", RIGHT)
    monkeypatch.setattr(os, "access", lambda path, mode: "ada" not in str(path))
    done = run("run", course=course)
    assert done.exit_code == EXIT_PROBLEMS
    assert "can't be read (Permission denied). Check its access rights" in done.stderr
    assert "not handed in" not in done.stderr
