"""Every command of stock nbgrader works on a course laid out and configured like this one."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import small_course as small
from click.testing import CliRunner
from command import COURSE, grading, nbgrader, nbgrader_process
from formgrader import server
from gradebook_dump import dump
from nbgrader.utils import get_username

from grading.commands import grading as our_commands

# A dozen commands, two of which start kernels.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

COURSE_ID = "first-neural-networks"
STUDENT = get_username()
ANSWERS = {
    "double": "def double(x):\n    return 2 * x",
    "triple": "def triple(x):\n    return 3",
    "explain": "It grows.",
}


@dataclass
class Term:
    """A course from its sources to the grades by nbgrader's commands alone, then by ours.

    Attributes
    ----------
    log
        What each command of nbgrader said.
    rows
        Its gradebook before `grading` touched it.
    page
        Its feedback page.
    """

    root: Path
    log: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    page: str = ""

    @property
    def home(self) -> Path:
        return self.root / "grading"

    @property
    def student(self) -> Path:
        return self.root / "student"

    def run(self, command: str, *arguments: str, cwd: Path | None = None) -> None:
        exchange = f"--Exchange.root={self.root / 'exchange'}"
        cache = f"--Exchange.cache={self.root / 'cache'}"
        options = (exchange, cache) if command in EXCHANGE else ()
        # One as a person types it; the others are the same without the start of Python.
        how = nbgrader_process if command == "validate" else nbgrader
        done = how(command, *arguments, *options, cwd=cwd or self.home)
        self.log[command] = done.stdout + done.stderr


EXCHANGE = (
    *("release_assignment", "fetch_assignment", "submit", "collect"),
    *("release_feedback", "fetch_feedback", "list"),
)


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Term:
    term = Term(tmp_path_factory.mktemp("term"))
    term.home.mkdir()
    shutil.copy(COURSE / "nbgrader_config.py", term.home)
    small.write(
        term.root / "solutions" / small.ASSIGNMENT / f"{small.NOTEBOOK}.ipynb",
        small.source_cells(),
    )
    (term.root / "exchange").mkdir()
    (term.root / "exchange").chmod(0o777)
    term.student.mkdir()
    course = ("--course", COURSE_ID)
    term.run("generate_assignment", small.ASSIGNMENT)
    term.run("release_assignment", small.ASSIGNMENT)
    term.run("fetch_assignment", small.ASSIGNMENT, *course, cwd=term.student)
    fetched = term.student / small.ASSIGNMENT / f"{small.NOTEBOOK}.ipynb"
    fetched.write_text(json.dumps(small.answered(fetched.read_bytes(), ANSWERS)))
    term.run("validate", str(fetched), cwd=term.student)
    term.run("submit", small.ASSIGNMENT, *course, cwd=term.student)
    term.run("collect", small.ASSIGNMENT)
    term.run("autograde", small.ASSIGNMENT)
    term.run("generate_feedback", small.ASSIGNMENT)
    term.run("export")
    term.rows, term.page = dump(book_of(term)), page_of(term).read_text()
    for command in ("run", "feedback"):
        words = [command, small.ASSIGNMENT, "--force", "--course-dir", str(term.home)]
        done = CliRunner().invoke(our_commands, words)
        assert done.exit_code == 0, done.output
    term.run("release_feedback", small.ASSIGNMENT)
    term.run("fetch_feedback", small.ASSIGNMENT, *course, cwd=term.student)
    return term


def test_generate_assignment_writes_notebooks(term: Term) -> None:
    text = (term.root / "notebooks" / small.ASSIGNMENT / "small.ipynb").read_text()
    assert "raise NotImplementedError" in text
    assert "2 * x" not in text
    assert "2469" not in text


def test_validate_names_what_fails(term: Term) -> None:
    assert "VALIDATION FAILED ON 1 CELL" in term.log["validate"]
    assert "triple(1) == 3" in term.log["validate"]


def test_submission_arrives_in_the_class_folder(term: Term) -> None:
    folder = term.home / "class" / "submitted" / STUDENT / small.ASSIGNMENT
    assert (folder / "small.ipynb").exists()
    assert (folder / "timestamp.txt").exists()


def test_autograde_fills_the_gradebook(term: Term) -> None:
    grades = {line[4]: line[5] for line in term.rows if line[0] == "grade" and line[4] != "draw"}
    assert grades == {"test_double": 2, "hidden_double": 3, "test_triple": 2, "explain": None}


def test_grading_run_gives_the_same_gradebook(term: Term) -> None:
    other = term.root / "other"
    shutil.copytree(term.home / "class" / "submitted", other / "submitted")
    done = grading("run", "--class-dir", str(other), "--engine", "nbgrader", cwd=term.home)
    assert done.returncode == 0, done.stderr
    assert dump(f"sqlite:///{other / 'gradebook.db'}") == term.rows


def test_sealed_grading_goes_on_with_nbgraders_gradebook(term: Term) -> None:
    assert dump(book_of(term)) == term.rows


def test_generate_feedback_writes_a_page(term: Term) -> None:
    assert "test_triple" in term.page
    assert "Content-Security-Policy" not in term.page


def test_our_pages_reach_the_student_by_nbgraders_exchange(term: Term) -> None:
    (page,) = (term.student / small.ASSIGNMENT / "feedback").rglob("*.html")
    assert page.name == "small.html"
    made = page.read_text()
    assert made == page_of(term).read_text()
    assert "Content-Security-Policy" in made  # ours, in place of nbgrader's
    assert f"feedback for <bdi>{STUDENT}</bdi>" in made
    assert "test_triple" in made
    assert "2469" not in made


def test_export_writes_the_scores(term: Term) -> None:
    header, line = (term.home / "grades.csv").read_text().splitlines()
    scores = dict(zip(header.split(","), line.split(","), strict=True))
    assert scores["student_id"] == STUDENT
    assert float(scores["raw_score"]) == 7
    assert float(scores["max_score"]) == 20


def test_formgrader_answers(term: Term, formgrader: str) -> None:
    (found,) = json.loads(get(f"{formgrader}/api/submissions/{small.ASSIGNMENT}"))
    assert found["student"] == STUDENT
    assert found["score"] == 7
    (notebook,) = json.loads(
        get(f"{formgrader}/api/submitted_notebooks/{small.ASSIGNMENT}/{small.NOTEBOOK}")
    )
    page = get(f"{formgrader}/submissions/{notebook['id']}/")
    assert "def triple(x)" in page.replace("\xa0", " ") or "triple" in page
    assert "Three points for the straight line" in page


@pytest.fixture
def formgrader(term: Term, tmp_path: Path) -> Iterator[str]:
    with server(term.home, term.root, tmp_path) as address:
        yield address


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        text: str = answer.read().decode()
    return re.sub(r"<[^>]+>", "", text) if text.lstrip().startswith("<") else text


def book_of(term: Term) -> str:
    return f"sqlite:///{term.home / 'class' / 'gradebook.db'}"


def page_of(term: Term) -> Path:
    return term.home / "class" / "feedback" / STUDENT / small.ASSIGNMENT / "small.html"
