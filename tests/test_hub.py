"""Two students of a hub: each with a home and a name, one exchange between them and the class.

nbgrader is told the students' names; a hub gives each an account. That files of one account are
closed to another is the operating system's part and is not tested.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import small_course as small
from command import grading, nbgrader

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]
COURSE = "small"
ANSWERS = {
    "mia": {"double": "def double(x):\n    return 2 * x", "explain": "Mia's reasons."},
    "leo": {"double": "def double(x):\n    return x", "explain": "Leo's reasons."},
}


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run a command of nbgrader as a student at home, or as the instructor in the course."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)

    def run(who: str, *command: str) -> None:
        home = tmp_path / who
        monkeypatch.setattr("nbgrader.utils.get_osusername", lambda: who)
        (home / "work").mkdir(parents=True, exist_ok=True)
        options = (f"--Exchange.root={exchange}", f"--Exchange.cache={home / 'cache'}")
        place = tmp_path / "course" if who == "instructor" else home / "work"
        nbgrader(*command, *options, cwd=place, HOME=str(home))

    return run


def test_each_student_gets_back_what_is_theirs(tmp_path: Path, call: Callable[..., None]) -> None:
    course = small.make(tmp_path / "course")
    of_course = ("--course", COURSE)
    call("instructor", "generate_assignment", small.ASSIGNMENT)
    call("instructor", "release_assignment", small.ASSIGNMENT)
    for name, answers in ANSWERS.items():
        call(name, "fetch_assignment", small.ASSIGNMENT, *of_course)
        path = tmp_path / name / "work" / small.ASSIGNMENT / "small.ipynb"
        path.write_text(json.dumps(small.answered(path.read_bytes(), answers)))
        call(name, "submit", small.ASSIGNMENT, *of_course)
    call("instructor", "collect", small.ASSIGNMENT)
    done = grading("run", "--json", cwd=course)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["submissions"]
    assert {row["student"]: row["score"] for row in rows} == {"mia": 5, "leo": 0}
    assert all(row["timestamp"] for row in rows)
    assert grading("feedback", cwd=course).returncode == 0
    call("instructor", "release_feedback", small.ASSIGNMENT)
    for name, other in (("mia", "leo"), ("leo", "mia")):
        call(name, "fetch_feedback", small.ASSIGNMENT, *of_course)
        folder = tmp_path / name / "work" / small.ASSIGNMENT / "feedback"
        (page,) = folder.rglob("*.html")
        text = page.read_text(encoding="utf-8")
        assert f"<bdi>{name}</bdi>" in text
        assert f"{name.title()}&#x27;s reasons" in text or f"{name.title()}'s reasons" in text
        assert other not in text.lower()
