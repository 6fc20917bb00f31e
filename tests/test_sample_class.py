"""The sample class, graded by `grading run` and by stock nbgrader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sample_class
from command import COURSE, grading, nbgrader
from gradebook_dump import dump
from nbgrader import api
from sample_class import ASSIGNMENT, Maker, Sample

from grading.analysis import analyse
from grading.course import load_course
from grading.gradebook import Gradebook, Row

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

TIMEOUT = 8  # seconds a cell may take: one student's never ends


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return Maker().samples()


@pytest.fixture(scope="module")
def graded(samples: list[Sample], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole class, graded by `grading run`."""
    folder = tmp_path_factory.mktemp("sample")
    folder.rmdir()
    sample_class.main(folder)
    done = grading("run", ASSIGNMENT, "--class-dir", str(folder), "--timeout", str(TIMEOUT))
    assert done.returncode == 1  # nora's
    assert "03-activations/nora/activations.ipynb: not valid JSON" in done.stderr
    return folder


@pytest.fixture(scope="module")
def rows(graded: Path) -> dict[str, Row]:
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as book:
        return {row.student: row for row in book.rows(ASSIGNMENT)}


def test_there_are_enough_of_them(samples: list[Sample]) -> None:
    assert len({sample.student for sample in samples}) >= 12
    assert len({sample.score for sample in samples}) >= 4


def test_each_gets_the_score_it_should(samples: list[Sample], rows: dict[str, Row]) -> None:
    expected = {s.student: s.score for s in samples}
    got = {row.student: None if row.failed else row.score for row in rows.values()}
    assert got == expected


def test_the_report_tells_an_endless_loop_from_what_was_not_begun(graded: Path) -> None:
    course = load_course(COURSE, graded)
    with Gradebook(course.db_url, course.course_id) as book:
        (found,) = analyse(course, book, [ASSIGNMENT]).assignments
    where = {status: {c.student: c.cells for c in cells} for status, cells in found.trouble.items()}
    assert where["timeout"] == {"jane": ("activations/relu",)}
    assert where["died"] == {"karl": ("activations/tanh",)}
    begun = {item.name: item.unanswered for item in found.items}
    assert (begun["activations/relu"], begun["activations/tanh"]) == (1, 1)  # ben's


def test_only_the_late_one_is_late(rows: dict[str, Row]) -> None:
    assert {row.student: row.late_seconds for row in rows.values() if row.late_seconds} == {
        "pia": 86400
    }


def test_it_is_quick_the_second_time(graded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = dump(f"sqlite:///{graded / 'gradebook.db'}")
    sample_class.main(graded)
    assert "The sample class is in" in capsys.readouterr().out
    done = grading("run", ASSIGNMENT, "--class-dir", str(graded), "--json")
    result = json.loads(done.stdout)
    assert result["up_to_date"] == len(before and result["submissions"]) - 1
    assert (result["to_do"], result["refused"]) == (0, 1)  # nora's is named again
    assert dump(f"sqlite:///{graded / 'gradebook.db'}") == before


def test_nothing_of_somebody_else_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(SystemExit, match="not empty"):
        sample_class.main(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


# nbgrader takes long for each, so one of a kind here.
COMPARED = ("ada", "ben", "dora", "lena", "pia")


def test_nbgrader_gives_the_same(
    samples: list[Sample], graded: Path, tmp_path: Path, rows: dict[str, Row]
) -> None:
    folder = tmp_path / "class"
    sample_class.hand_in((s for s in samples if s.student in COMPARED), folder / "submitted")
    sample_class.set_due_date(folder)
    nbgrader("autograde", ASSIGNMENT, GRADING_CLASS_DIR=str(folder))
    stock = f"sqlite:///{folder / 'gradebook.db'}"
    with Gradebook(stock) as book:
        scores = {row.student: row.score for row in book.rows(ASSIGNMENT)}
    assert scores == {s.student: s.nbgrader for s in samples if s.student in COMPARED}
    ours = dump(f"sqlite:///{graded / 'gradebook.db'}")
    # lena deleted a test cell: nbgrader leaves it to a person, we grade it.
    same = [n for n in COMPARED if n != "lena"]
    assert [line for line in dump(stock) if line[2] in same] == [
        line for line in ours if line[2] in same
    ]


def test_formgrader_finds_the_graded_notebooks(graded: Path, rows: dict[str, Row]) -> None:
    with api.Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as book:
        for row in rows.values():
            for notebook in book.find_submission(ASSIGNMENT, row.student).notebooks:
                path = graded / "autograded" / row.student / ASSIGNMENT / f"{notebook.name}.ipynb"
                assert path.exists() is not row.failed
