"""Stock nbgrader on the course itself: solved notebooks get everything, untouched ones nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
import small_course as small
from command import COURSE, nbgrader
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


@pytest.mark.parametrize("source", SOLUTIONS, ids=lambda path: path.parent.name)
def test_solved_gets_everything_and_untouched_nothing(source: Path, tmp_path: Path) -> None:
    assignment, home = source.parent.name, tmp_path / "grading"
    home.mkdir()
    shutil.copy(COURSE / "nbgrader_config.py", home)
    shutil.copytree(source.parent, tmp_path / "solutions" / assignment)
    nbgrader("generate_assignment", assignment, cwd=home)

    released = (tmp_path / "notebooks" / assignment / source.name).read_bytes()
    solved = json.dumps(small.answered(released, solutions_of(source))).encode()
    for student, handed_in in (("untouched", released), ("solved", solved)):
        folder = home / "class" / "submitted" / student / assignment
        folder.mkdir(parents=True)
        (folder / source.name).write_bytes(handed_in)
    nbgrader("autograde", assignment, cwd=home)

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
