"""Stock nbgrader on the course itself: solved notebooks get everything, untouched ones nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
import small_course as small
from command import COURSE, nbgrader
from demonstrations import SHOWN_ONLY, demonstrations
from nbgrader.api import Gradebook

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = sorted((ROOT / "solutions").glob("*/*.ipynb"))

pytestmark = pytest.mark.slow  # two commands for each assignment, one of them runs two notebooks


def solutions_of(path: Path) -> dict[str, str]:
    """Give what stands in the cells that students fill in."""
    return {
        marks["grade_id"]: cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if (marks := cell.metadata.get("nbgrader")) and marks["solution"]
    }


def run_as_students_do(released: bytes, source: Path) -> bytes:
    """Have the cells run that grading leaves out, unless they do the same in the solved notebook.

    In that one test_notebooks runs them all.
    """
    notebook = nbformat.reads(released.decode(), as_version=4)
    known = demonstrations(notebook, nbformat.read(source, as_version=4))
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if SHOWN_ONLY in tags and cell.id not in known:
            tags.remove(SHOWN_ONLY)
    text: str = nbformat.writes(notebook)
    return text.encode()


def tracebacks(path: Path) -> dict[str, str]:
    """Give the errors that a notebook shows, and what wasn't run, by cell."""
    found = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and SHOWN_ONLY not in cell.metadata.get("tags", []):
            if cell.source and cell.execution_count is None:
                found[cell.id] = "not run"
            for output in cell.outputs:
                if output.output_type == "error":
                    found[cell.id] = output.ename
    return found


def test_what_an_answer_reaches_is_no_demonstration() -> None:
    def notebook(answer: str) -> nbformat.NotebookNode:
        return nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(source, id=name, metadata={"tags": tags})
                for name, source, *tags in (
                    ("data", "x = [1, 2]", SHOWN_ONLY),
                    ("answer", answer),
                    ("plot", "drawn = plot(f)", SHOWN_ONLY),
                    ("after", "print(drawn)", SHOWN_ONLY),
                    ("own", "for g in x:\n    print(g)", SHOWN_ONLY),
                    ("apart", "y = 3", SHOWN_ONLY),
                    ("also", "print(y)", SHOWN_ONLY),
                    ("test", "check(f, x)"),
                )
            ]
        )

    untouched, solved = notebook("f = None"), notebook("f = len")
    assert demonstrations(untouched, solved) == {"own", "apart", "also"}


@pytest.mark.parametrize("source", SOLUTIONS, ids=lambda path: path.parent.name)
def test_solved_gets_everything_and_untouched_nothing(source: Path, tmp_path: Path) -> None:
    assignment, home = source.parent.name, tmp_path / "grading"
    home.mkdir()
    shutil.copy(COURSE / "nbgrader_config.py", home)
    shutil.copytree(source.parent, tmp_path / "solutions" / assignment)
    nbgrader("generate_assignment", assignment, cwd=home)

    released = (tmp_path / "notebooks" / assignment / source.name).read_bytes()
    solved = json.dumps(small.answered(released, solutions_of(source))).encode()
    untouched = run_as_students_do(released, source)
    for student, handed_in in (("untouched", untouched), ("solved", solved)):
        folder = home / "class" / "submitted" / student / assignment
        folder.mkdir(parents=True)
        (folder / source.name).write_bytes(handed_in)
    nbgrader("autograde", assignment, cwd=home)

    executed = home / "class" / "autograded" / "untouched" / assignment / source.name
    assert tracebacks(executed) == {}

    with Gradebook(f"sqlite:///{home / 'class' / 'gradebook.db'}") as book:
        grades = {
            student: {
                grade.name: (grade.auto_score, grade.max_score)
                for notebook in book.find_submission(assignment, student).notebooks
                for grade in notebook.grades
                if grade.cell.cell_type != "markdown"
            }
            for student in ("untouched", "solved")
        }
    assert len(grades["solved"]) >= 16
    assert {name: s for name, s in grades["solved"].items() if s[0] != s[1]} == {}
    assert {name: s for name, s in grades["untouched"].items() if s[0] != 0} == {}
