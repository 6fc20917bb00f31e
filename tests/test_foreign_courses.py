"""Courses that are not ours: the same gradebook as from nbgrader's own commands.

The course is the one that nbgrader ships with its user guide, with a header, tests made from
`### AUTOTEST` lines, a due date and a plug-in for late penalties.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import nbgrader
import pytest
import small_course as small
from click.testing import CliRunner, Result
from gradebook_dump import dump
from nbgrader import api
from nbgrader.converters import Autograde, GenerateAssignment

from grading.commands import grading
from grading.convert import convert
from grading.course import load_course
from grading.errors import EXIT_OK
from grading.gradebook import Gradebook

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

GUIDE = Path(nbgrader.__file__).parent / "docs/source/user_guide"
PLAIN, AUTOTEST = "ps1", "ps1_autotest"
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "course101"
c.Execute.shutdown_kernel = "immediate"
c.IncludeHeaderFooter.header = "source/header.ipynb"
c.AssignLatePenalties.plugin_class = "late.PointAnHour"
"""
PLUGIN = """\
from nbgrader.plugins import BasePlugin

class PointAnHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 3600
"""
SQUARES = """\
def squares(n):
    if n < 1:
        raise ValueError("n")
    return [i ** 2 for i in range(1, n + 1)]"""
SUM = "def sum_of_squares(n):\n    return sum(squares(n))"
NUMPY = "def sum_of_squares(n):\n    return np.sum(np.arange(n + 1) ** 2)"
DICTIONARY = "my_dictionary = {'one': 1, 'two': 2, 'three': 3}"
RIGHT = {
    "squares": SQUARES,
    "sum_of_squares": SUM,
    "cell-d3df8cd59fd0eb74": DICTIONARY,
    "sum_of_squares_equation": "$x$",
}
ANSWERS = {
    "right": RIGHT,
    "partly": RIGHT | {"sum_of_squares": NUMPY, "cell-d3df8cd59fd0eb74": "my_dictionary = {}"},
    "nothing": {},
}


def make(root: Path) -> Path:
    """Make the course, with nothing in its gradebook but the due dates."""
    root.mkdir()
    shutil.copytree(GUIDE / "source", root / "source")
    shutil.copytree(GUIDE / "submitted", root / "submitted")
    shutil.copy(GUIDE / "autotests.yml", root)
    (root / "nbgrader_config.py").write_text(CONFIG)
    (root / "late.py").write_text(PLUGIN)
    header = [small.cell("# Course 101", kind="markdown"), small.cell("import numpy as np")]
    small.write(root / "source/header.ipynb", header)
    url = f"sqlite:///{root / 'gradebook.db'}"
    Gradebook(url, "course101").close()
    with api.Gradebook(url, "course101") as book:
        for name in (PLAIN, AUTOTEST):
            book.add_assignment(name, duedate=datetime(2015, 2, 2, 12))
    return root


def hand_in(root: Path, released: Path) -> None:
    """Hand in answers to the assignment with automatic tests, one of them late."""
    for student, answers in ANSWERS.items():
        folder = root / "submitted" / student / AUTOTEST
        folder.mkdir(parents=True)
        for path in released.glob("*.ipynb"):
            book = small.answered(path.read_bytes(), answers)
            if student == "partly":  # from another machine
                book["metadata"]["kernelspec"] = {"name": "conda", "display_name": "Conda"}
            (folder / path.name).write_text(json.dumps(book))
    (folder / "data.csv").write_text("1,2\n")
    (root / "submitted/right" / AUTOTEST / "timestamp.txt").write_text("2015-02-02 13:30:00 UTC")


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The course, released and graded by nbgrader."""
    root = make(tmp_path_factory.mktemp("guide") / "stock")
    course = load_course(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        for name in (PLAIN, AUTOTEST):
            assert convert(GenerateAssignment, course, name).failure is None
        hand_in(root, root / "release" / AUTOTEST)
        for name in (PLAIN, AUTOTEST):
            assert convert(Autograde, course, name).failure is None
        yield root


def run(root: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(grading, ["run", "--course-dir", str(root), *arguments])
    assert done.exit_code == EXIT_OK, done.output
    return done


def test_nbgraders_own_course_gets_nbgraders_rows(stock: Path, tmp_path: Path) -> None:
    """From the source alone: the automatic tests are made by nbgrader's own preprocessor."""
    root = make(tmp_path / "ours")
    hand_in(root, stock / "release" / AUTOTEST)
    result = json.loads(run(root, "--json").stdout)
    ours = dump(f"sqlite:///{root / 'gradebook.db'}")
    assert ours == dump(f"sqlite:///{stock / 'gradebook.db'}")
    scores = {(row["student"], row["assignment"]): row["score"] for row in result["submissions"]}
    assert scores["right", AUTOTEST] == 3 - 1.5  # late by an hour and a half
    assert scores["partly", AUTOTEST] == 2
    # `del squares` in a test needs the student's own namespace: that is said.
    assert {row["unsealed"] for row in result["submissions"]} == {1}
    again = json.loads(run(root, "--json").stdout)
    assert (again["to_do"], again["up_to_date"]) == (0, 5)


def test_a_gradebook_that_nbgrader_made_goes_on_with_grading_run(
    stock: Path, tmp_path: Path
) -> None:
    root = tmp_path / "course"
    shutil.copytree(stock, root)
    course: Any = load_course(root)
    before = dump(course.db_url)
    run(root, "--force")
    assert dump(course.db_url) == before


def test_a_changed_template_or_header_is_noticed(tmp_path: Path) -> None:
    course = load_course(make(tmp_path / "course"))
    digests = [course.source_digest(AUTOTEST)]
    for name in ("autotests.yml", "source/header.ipynb"):
        path = course.home / name
        path.write_text(path.read_text() + "\n")
        digests.append(course.source_digest(AUTOTEST))
    assert len(set(digests)) == 3
    course.answer_key(PLAIN, {})  # reading the configuration is no change of it
    assert course.source_digest(AUTOTEST) == digests[-1]
