"""`grading release` makes the students' notebooks, and refuses what should not reach them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import small_course as small
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.course import Course, load_course
from grading.engines import EngineChoice
from grading.records import Problem
from grading.release import Release, compare, normal_form, prepare, prove, write
from grading.state_points import StatePoints

pytestmark = pytest.mark.usefixtures("shared_nursery")

SECRETS = ("2 * x", "3 * x", "2469", "straight line", "Because it grows", "BEGIN", "END")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(small.make(tmp_path / "course", "c.ClearMarkScheme.enforce_metadata = True"))


def edit(course: Course, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the source's cells, by id."""
    path = course.folder("source", small.ASSIGNMENT) / "small.ipynb"
    book = json.loads(path.read_text())
    change({cell["id"]: cell for cell in book["cells"]})
    path.write_text(json.dumps(book))


def problems(course: Course) -> list[Problem]:
    return prepare(course, small.ASSIGNMENT).problems


def released(course: Course) -> Release:
    release = prepare(course, small.ASSIGNMENT)
    assert not release.problems
    return release


def test_released_notebook_holds_no_secret(course: Course) -> None:
    text = released(course).files["small.ipynb"].decode()
    assert "raise NotImplementedError" in text
    assert "Draw it on paper." in text
    assert not [secret for secret in SECRETS if secret in text]


def test_what_lies_beside_the_notebook_is_released_too(course: Course) -> None:
    assert released(course).files["data.txt"] == b"1 2 3\n"


def test_same_source_gives_the_same_bytes_whatever_ran_in_it(course: Course) -> None:
    before = released(course).files["small.ipynb"]

    def run(cells: dict[str, Any]) -> None:
        for number, cell in enumerate(cells.values()):
            cell["metadata"]["execution"] = {"iopub.execute_input": f"2026-01-0{number + 1}"}
            cell["metadata"]["collapsed"] = True
            if cell["cell_type"] == "code":
                cell["execution_count"] = number
                stream = {"output_type": "stream", "name": "stdout", "text": "2469"}
                cell["outputs"] = [stream]

    edit(course, run)
    path = course.folder("source", small.ASSIGNMENT) / "small.ipynb"
    path.write_text(path.read_text().replace("3.11.9", "3.14.0"))
    assert released(course).files["small.ipynb"] == before
    assert normal_form(before) == before


def test_an_exercise_says_what_it_is_worth() -> None:
    def graded(points: float, source: str, by_hand: bool = False) -> Any:
        marked = {"grade": True, "solution": by_hand, "points": points}
        return new_code_cell(source, metadata={"nbgrader": marked})

    hidden = "### BEGIN HIDDEN TESTS\nassert f(7) == 14\n### END HIDDEN TESTS"
    texts = ["No exercise.", "### One\n**Exercise 1.** Write f.", "**Exercise 2.** Say why."]
    title, first, second = map(new_markdown_cell, texts)
    tests = [graded(1, "assert f(1) == 2"), graded(1.5, hidden)]
    book = new_notebook(cells=[title, first, new_code_cell("f = 1"), *tests, second])
    book.cells.append(graded(3, "why = 1", by_hand=True))
    StatePoints().preprocess(book, {})
    assert title.source == texts[0]
    assert first.source == (
        "### One\n**Exercise 1.** *(2.5 points, 1.5 for hidden tests)* Write f."
    )
    assert second.source == "**Exercise 2.** *(3 points, 3 given by hand)* Say why."


def test_cells_without_ids_get_the_same_ids_every_time() -> None:
    book = small.notebook([small.cell("1 + 1"), small.cell("1 + 1"), small.cell("x", "x")])
    book["nbformat_minor"] = 4
    for cell in book["cells"]:
        del cell["id"]
    first, again = (normal_form(json.dumps(book).encode()) for _ in range(2))
    ids = [cell["id"] for cell in json.loads(first)["cells"]]
    assert first == again
    assert len(set(ids)) == 3
    assert ids[2] == "x"


def test_check_sees_every_difference(course: Course) -> None:
    release = released(course)
    whats = {problem.what for problem in compare(course, release)}
    assert whats == {"is not released"}
    assert write(course, release) == ["data.txt", "small.ipynb"]
    assert compare(course, release) == []
    assert write(course, release) == []
    folder = course.folder("release", small.ASSIGNMENT)
    (folder / "small.ipynb").write_text((folder / "small.ipynb").read_text() + " ")
    (folder / "left over.txt").write_text("")
    found = {(problem.file, problem.what) for problem in compare(course, release)}
    assert found == {
        ("small.ipynb", "is out of step with its source"),
        ("left over.txt", "was released but has no source any more"),
    }


def duplicate_id(cells: dict[str, Any]) -> None:
    cells["test_double"]["metadata"]["nbgrader"]["grade_id"] = "test_triple"


def duplicate_cell_id(cells: dict[str, Any]) -> None:
    cells["test_double"]["id"] = "test_triple"


def no_cell_id(cells: dict[str, Any]) -> None:
    del cells["test_double"]["id"]


def unlock(cells: dict[str, Any]) -> None:
    cells["test_double"]["metadata"]["nbgrader"]["locked"] = False


def no_end(cells: dict[str, Any]) -> None:
    cells["hidden_double"]["source"] = "### BEGIN HIDDEN TESTS\nassert double(7) == 14"


def no_begin(cells: dict[str, Any]) -> None:
    cells["double"]["source"] = "def double(x):\n    return 2 * x\n    ### END SOLUTION"


def nested(cells: dict[str, Any]) -> None:
    cells["double"]["source"] = "### BEGIN SOLUTION\n### BEGIN SOLUTION\n1\n### END SOLUTION"


def hidden_in_the_open(cells: dict[str, Any]) -> None:
    cells["double"]["source"] += "\n" + small.HIDDEN


def solution_in_a_test(cells: dict[str, Any]) -> None:
    cells["test_double"]["source"] += "\n### BEGIN SOLUTION\n1\n### END SOLUTION"


def hidden_twice(cells: dict[str, Any]) -> None:
    cells["test_triple"]["source"] = (
        "assert double(1234.5) == 2469.0, 'large numbers'\n" + small.PARTIAL
    )


def solution_twice(cells: dict[str, Any]) -> None:
    body = "scaled = 2 * x\n    return scaled + 0"
    cells["double"]["source"] = (
        f"def double(x):\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
    )
    cells["test_double"]["source"] += f"\ndef reference(x):\n    {body}"


def no_points(cells: dict[str, Any]) -> None:
    del cells["test_double"]["metadata"]["nbgrader"]["points"]


def negative_points(cells: dict[str, Any]) -> None:
    cells["test_double"]["metadata"]["nbgrader"]["points"] = -1


def endless_points(cells: dict[str, Any]) -> None:
    cells["test_double"]["metadata"]["nbgrader"]["points"] = float("inf")


def old_metadata(cells: dict[str, Any]) -> None:
    cells["test_double"]["metadata"]["nbgrader"]["schema_version"] = 1


REFUSED = {
    duplicate_id: ("test_triple", "shares its nbgrader id"),
    duplicate_cell_id: ("test_triple", "shares its cell id"),
    no_cell_id: (None, "has cells without a cell id"),
    unlock: ("test_double", "isn't locked"),
    no_end: ("hidden_double", "begins a hidden test that never ends"),
    no_begin: ("double", "ends a solution that never began"),
    nested: ("double", "begins a solution inside another"),
    hidden_in_the_open: ("double", "holds a hidden test but is no test cell"),
    solution_in_a_test: ("test_double", "holds a solution but is no solution cell"),
    hidden_twice: ("test_triple", "shows part of a hidden test"),
    solution_twice: ("test_double", "shows part of a solution"),
    no_points: ("test_double", "is worth None points"),
    negative_points: ("test_double", "is worth -1 points"),
    endless_points: ("test_double", "is worth inf points"),
    old_metadata: ("test_double", "metadata of version 1"),
}


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: change.__name__)
def test_refused_with_file_cell_and_remedy(
    course: Course, change: Callable[[dict[str, Any]], object]
) -> None:
    edit(course, change)
    cell, what = REFUSED[change]
    found = problems(course)
    assert found
    assert all(problem.fatal and problem.remedy for problem in found)
    assert all(problem.file == "small.ipynb" for problem in found)
    assert [problem for problem in found if problem.cell == cell and what in problem.what]


def test_a_file_that_is_no_notebook_is_named(course: Course) -> None:
    (course.folder("source", small.ASSIGNMENT) / "other.ipynb").write_text("{")
    (problem,) = problems(course)
    assert problem.file == "other.ipynb"


@pytest.fixture(scope="module")
def choice(tmp_path_factory: pytest.TempPathFactory) -> EngineChoice:
    return EngineChoice("sealed", small.make(tmp_path_factory.mktemp("home")))


@pytest.mark.slow
def test_sound_assignment_is_proved(course: Course, choice: EngineChoice) -> None:
    assert prove([released(course)], choice, jobs=1) == []


@pytest.mark.slow
def test_wrong_reference_and_idle_test_are_refused(course: Course, choice: EngineChoice) -> None:
    def spoil(cells: dict[str, Any]) -> None:
        cells["triple"]["source"] = cells["triple"]["source"].replace("3 * x", "3 * abs(x)")
        cells["test_double"]["source"] = "assert True"

    edit(course, spoil)
    found = {(p.cell, p.what.partition(" (")[0]) for p in prove([released(course)], choice, jobs=2)}
    assert found == {
        ("test_triple", "gives the reference solution 2 of 4 points"),
        ("test_double", "gives 2 of 2 points to somebody who wrote nothing"),
    }


@pytest.mark.slow
def test_this_courses_notebooks_are_in_step_with_their_sources() -> None:
    course = load_course(Path(__file__).parent.parent / "grading")
    for name in course.assignments():
        release = prepare(course, name)
        assert release.problems == []
        assert compare(course, release) == []
