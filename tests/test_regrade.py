"""What `grading run` does when the answer key has changed since a class was graded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import small_course as small
import sqlalchemy as sa
from click.testing import CliRunner, Result
from gradebook_dump import dump
from nbgrader import api

from grading.changes import CellScore, Standing, score_change
from grading.commands import grading
from grading.course import load_course
from grading.errors import EXIT_FAILED, EXIT_OK
from grading.gradebook import Gradebook
from grading.versions import REST, CellVersion, KeyVersion, differences, version_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

RIGHT = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
PLUS = RIGHT | {"double": "def double(x):\n    return x + 2", "explain": "It grows."}


def run(*arguments: str, course: Path) -> Result:
    return CliRunner().invoke(grading, [*arguments, "--course-dir", str(course)])


def regrade(course: Path, *arguments: str) -> dict[str, Any]:
    done = run("run", "--json", "--jobs", "1", *arguments, course=course)
    assert done.exit_code == EXIT_OK, done.output
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def edit(course: Path, change: Callable[[dict[str, Any], list[Any]], object]) -> None:
    """Change the source: `change` gets the cells by name, and all of them in order."""
    path = course / "source" / small.ASSIGNMENT / "small.ipynb"
    book = json.loads(path.read_text())
    change({cell["id"]: cell for cell in book["cells"]}, book["cells"])
    path.write_text(json.dumps(book, indent=1))


def points(cell: Any, value: float) -> None:
    cell["metadata"]["nbgrader"]["points"] = value


def mark(course: Path, student: str, cell: str, score: float, text: str) -> None:
    """Do what a person does in formgrader."""
    with api.Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        where = ("small", small.ASSIGNMENT, student)
        grade = book.find_grade(cell, *where)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, 0.5, False
        book.find_comment(cell, *where).manual_comment = text
        book.db.commit()


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of two: all right, and one whose double is right for 2 alone; essays are marked."""
    course = small.make(tmp_path_factory.mktemp("regrade") / "course")
    assert run("release", course=course).exit_code == EXIT_OK
    small.hand_in(course, "ada", RIGHT, "2026-01-01 10:00:00 UTC")
    small.hand_in(course, "bob", PLUS, "2026-01-01 10:00:00 UTC")
    first = regrade(course)
    assert (first["graded"], first["changes"], first["key_changes"]) == (2, [], [])
    mark(course, "bob", "explain", 4, "Say why.")
    return course


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "course"))


def test_nothing_changed_nothing_done(course: Path) -> None:
    before = dump(f"sqlite:///{course / 'gradebook.db'}")
    again = regrade(course)
    assert (again["to_do"], again["up_to_date"]) == (0, 2)
    assert dump(f"sqlite:///{course / 'gradebook.db'}") == before


def test_a_text_that_no_score_hangs_on_makes_nothing_stale(course: Path) -> None:
    def reword(named: Any, cells: list[Any]) -> None:
        cells[0]["source"] = "# Small\nTwo functions, reworded."
        named["draw"]["source"] = named["draw"]["source"].replace("Draw it", "Sketch it")
        named["test_double"]["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": "new"}
        ]

    edit(course, reword)
    assert regrade(course)["to_do"] == 0


def test_a_corrected_hidden_test_changes_what_it_should(course: Path) -> None:
    edit(course, lambda named, _: named["hidden_double"].update(source=WEAKER))
    done = regrade(course)
    assert done["graded"] == 2
    assert done["key_changes"] == [
        {
            "assignment": small.ASSIGNMENT,
            "cell": "small/hidden_double",
            "what": "test changed",
            "submissions": 2,
        }
    ]
    (change,) = done["changes"]
    assert (change["student"], change["old"], change["new"]) == ("bob", 10.5, 13.5)
    assert change["why"] == "answer key changed"
    assert change["cells"] == [
        {
            "cell": "small/hidden_double",
            "old": 0.0,
            "new": 3.0,
            "old_max": 3.0,
            "new_max": 3.0,
            "why": "test changed",
        }
    ]
    assert regrade(course)["to_do"] == 0


WEAKER = "### BEGIN HIDDEN TESTS\nassert double(2) == 4\n### END HIDDEN TESTS"


def grades(course: Path, student: str) -> dict[str, tuple[Any, ...]]:
    lines = dump(f"sqlite:///{course / 'gradebook.db'}")
    return {line[4]: line[5:] for line in lines if line[0] == "grade" and line[2] == student}


def test_what_a_person_gave_stays_and_need_not_be_looked_at_again(course: Path) -> None:
    mark(course, "bob", "explain", 4, "Say why.")
    with api.Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        grade = book.find_grade("hidden_double", "small", small.ASSIGNMENT, "bob")
        grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.db.commit()
    edit(course, lambda named, _: named["hidden_double"].update(source=WEAKER))
    assert regrade(course)["changes"] == []  # a person's point counts, whatever the test says
    found = grades(course, "bob")
    assert found["explain"] == (None, 4.0, 0.5, 5.0, False)
    assert found["hidden_double"] == (3.0, 1.0, None, 3.0, True)  # its automatic score is another
    comments = [line for line in dump(f"sqlite:///{course / 'gradebook.db'}") if "Say why." in line]
    assert len(comments) == 1


def test_changed_points_count_for_everybody(course: Path) -> None:
    edit(course, lambda named, _: points(named["test_double"], 3))
    done = regrade(course)
    assert {c["student"]: (c["old"], c["new"]) for c in done["changes"]} == {
        "ada": (9, 10),
        "bob": (10.5, 11.5),
    }
    assert {cell["why"] for change in done["changes"] for cell in change["cells"]} == {
        "points 2 → 3"
    }
    assert {row["max_score"] for row in done["submissions"]} == {21}


def test_a_new_hidden_test_can_be_added_and_none_removed(course: Path) -> None:
    extra = "### BEGIN HIDDEN TESTS\nassert double(3) == 6\n### END HIDDEN TESTS"
    edit(
        course,
        lambda named, cells: cells.insert(
            cells.index(named["hidden_double"]) + 1,
            small.cell(extra, "more_double", grade=True, locked=True, points=4),
        ),
    )
    done = regrade(course)
    changes = {c["student"]: (c["old"], c["new"]) for c in done["changes"]}
    assert changes == {"ada": (9, 13)}
    assert "more_double" in grades(course, "bob")
    edit(course, lambda named, cells: cells.remove(named["more_double"]))
    refused = run("run", course=course)
    assert refused.exit_code == EXIT_FAILED
    assert "grading excuse" in refused.stderr


def test_resubmitted_is_the_reason_where_it_is(course: Path) -> None:
    small.hand_in(course, "bob", RIGHT, "2026-01-02 10:00:00 UTC")
    edit(course, lambda named, _: points(named["test_triple"], 5))
    done = regrade(course)
    by_student = {change["student"]: change for change in done["changes"]}
    assert by_student["bob"]["why"] == "resubmitted, answer key changed"
    why = {cell["cell"]: cell["why"] for cell in by_student["bob"]["cells"]}
    assert why["small/hidden_double"] == "resubmitted"
    assert grades(course, "bob")["explain"][-1] is True  # another answer than the one marked


def test_only_the_students_asked_for(course: Path) -> None:
    edit(course, lambda named, _: points(named["test_double"], 3))
    assert regrade(course, "--student", "ada")["graded"] == 1
    rest = regrade(course)
    assert (rest["graded"], rest["up_to_date"]) == (1, 1)


def test_the_summary_says_it_in_words(course: Path) -> None:
    edit(course, lambda named, _: named["hidden_double"].update(source=WEAKER))
    done = run("run", course=course)
    assert "small/hidden_double: test changed since 2 submissions were graded." in done.stderr
    assert "1 score changed" in done.stderr
    assert "10.5 → 13.5" in done.stderr


def test_excused_counts_for_nobody_and_comes_back(course: Path) -> None:
    before = dump(f"sqlite:///{course / 'gradebook.db'}")
    source = course / "source" / small.ASSIGNMENT / "small.ipynb"
    text = source.read_text().rstrip("\n")
    done = run("excuse", small.ASSIGNMENT, "hidden_double", "explain", "draw", course=course)
    assert done.exit_code == EXIT_OK
    assert "small/hidden_double: 3 → 0 points" in done.output
    again = run("excuse", small.ASSIGNMENT, "small/explain", course=course)
    assert "Nothing to change." in again.output
    result = regrade(course)
    changes = {c["student"]: (c["old"], c["new"], c["new_max"]) for c in result["changes"]}
    assert changes == {"ada": (9, 6, 6), "bob": (10.5, 6, 6)}
    assert {cell["why"] for c in result["changes"] for cell in c["cells"]} == {"excused"}
    assert not any(row["needs_manual"] for row in result["submissions"])
    assert grades(course, "bob")["explain"] == (0.0, None, None, 0.0, False)
    with api.Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:  # as formgrader shows it
        found = book.find_submission(small.ASSIGNMENT, "bob")
        assert (found.score, found.max_score, found.needs_manual_grade) == (6, 6, False)
    assert regrade(course)["to_do"] == 0

    undo = run(
        "excuse", small.ASSIGNMENT, "hidden_double", "explain", "draw", "--undo", course=course
    )
    assert "small/explain: 0 → 5 points" in undo.output
    assert source.read_text().rstrip("\n") == text
    assert regrade(course)["graded"] == 2
    after = dump(f"sqlite:///{course / 'gradebook.db'}")
    assert after == before


def test_points_that_a_person_gives_for_an_excused_cell_stop_no_later_run(course: Path) -> None:
    """Formgrader still shows its field. What came last counts when the cell does again."""
    run("excuse", small.ASSIGNMENT, "explain", course=course)
    regrade(course)
    for score in (3, 4):
        mark(course, "bob", "explain", score, "Seen again.")
        edit(course, lambda cells, _, n=score: points(cells["test_double"], n))
        changes = regrade(course)["changes"]
        assert {cell["cell"] for c in changes for cell in c["cells"]} >= {"small/test_double"}
        assert grades(course, "bob")["explain"] == (0.0, None, None, 0.0, False)
    with api.Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        grade = book.find_grade("explain", "small", small.ASSIGNMENT, "bob")
        grade.extra_credit = 1.0  # and no score: the one before stays
        book.db.commit()
    edit(course, lambda cells, _: points(cells["test_double"], 5))
    regrade(course)
    run("excuse", small.ASSIGNMENT, "explain", "--undo", course=course)
    regrade(course)
    assert grades(course, "bob")["explain"][1:3] == (4, 1.0)


@pytest.mark.parametrize(("score", "extra", "together"), [(4, None, 4.0), (None, 0.5, 0.5)])
def test_what_is_set_aside_is_score_and_extra_credit_together(
    course: Path, score: float | None, extra: float | None, together: float
) -> None:
    url = f"sqlite:///{course / 'gradebook.db'}"
    with api.Gradebook(url) as opened:
        grade = opened.find_grade("explain", "small", small.ASSIGNMENT, "bob")
        grade.manual_score, grade.extra_credit = score, extra
        opened.db.commit()
    with Gradebook(url) as book:
        book.excuse(small.ASSIGNMENT, {"small/explain"})
        standing = book.standing(small.ASSIGNMENT, "bob")
    assert standing is not None
    assert standing.cells["small/explain"].aside == together


def test_excuse_leaves_the_source_its_access_rights(course: Path) -> None:
    source = course / "source" / small.ASSIGNMENT / f"{small.NOTEBOOK}.ipynb"
    source.chmod(0o664)
    assert run("excuse", small.ASSIGNMENT, "hidden_double", course=course).exit_code == EXIT_OK
    assert source.stat().st_mode & 0o777 == 0o664
    assert not list(source.parent.glob(".*.new"))


def test_excuse_names_what_it_does_not_find(course: Path) -> None:
    done = run("excuse", small.ASSIGNMENT, "double", course=course)
    assert done.exit_code == EXIT_FAILED
    assert "no graded cell double. Do you mean test_double?" in done.stderr
    done = run("excuse", small.ASSIGNMENT, "quadruple", course=course)
    assert "no graded cell quadruple. It has small/draw, small/explain" in done.stderr


def test_a_reference_and_release_stay_sound_when_a_cell_is_excused(course: Path) -> None:
    run("excuse", small.ASSIGNMENT, "test_triple", course=course)
    done = run("release", course=course)
    assert done.exit_code == EXIT_OK, done.output
    released = (course / "release" / small.ASSIGNMENT / "small.ipynb").read_text()
    assert "excused_from" not in released


def test_older_gradebooks_get_the_new_columns(course: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{course / 'gradebook.db'}")
    with engine.begin() as db:
        db.execute(sa.text("ALTER TABLE grading_record DROP COLUMN key"))
        db.execute(sa.text("ALTER TABLE grading_record DROP COLUMN files"))
    engine.dispose()
    assert regrade(course)["to_do"] == 0  # by what key is not known: nbgrader's rule alone counts
    assert regrade(course, "--force")["graded"] == 2
    edit(course, lambda named, _: points(named["test_double"], 3))
    assert regrade(course)["graded"] == 2


def test_versions_survive_being_written_down(course: Path) -> None:
    loaded = load_course(course)
    with Gradebook(loaded.db_url) as book:
        key = loaded.answer_key(small.ASSIGNMENT, book.source_cells(small.ASSIGNMENT))
        version = version_of(key)
        kept = book.version(small.ASSIGNMENT, version.digest)
    assert kept == version
    assert version.max_score == 20
    assert differences(version, version) == {}


def test_differences_are_named() -> None:
    old = KeyVersion({"a/x": CellVersion(2, "1"), "a/y": CellVersion(1, "1")}, "rest")
    new = KeyVersion({"a/x": CellVersion(0, "2"), "a/z": CellVersion(1, "1")}, "other")
    found = differences(old, new)
    assert found["a/x"] == "test changed, excused"
    assert found["a/z"] == "new in the answer key"
    assert REST in found
    assert differences(None, new) == {}


def test_a_late_penalty_alone_is_a_change() -> None:
    cells = {"a/x": CellScore(2.0, None, None)}
    version = KeyVersion({"a/x": CellVersion(2, "1")}, "rest")
    change = score_change(
        ("ada", "01"), ("resubmitted",), (Standing(cells, 0), Standing(cells, 1)), (None, version)
    )
    assert change is not None
    assert (change.old, change.new, change.why, change.cells) == (2, 1, "late penalty", ())
