"""CONTRIBUTING's worked example, followed to the letter in a copy of the course."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from documents import ROOT, fenced, in_shell, installed_course

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SECTION = "## 10. A short history"  # the example's cells end the section before it


def block(start: str) -> str:
    """Return the document's one code block that begins so."""
    (found,) = [text for _, text in fenced(ROOT / "CONTRIBUTING.md") if text.startswith(start)]
    return found


def edit(path: Path, marker: str, added: str) -> None:
    """Write something in front of the one place where a text stands."""
    text = path.read_text(encoding="utf-8")
    assert text.count(marker) == 1, marker
    path.write_text(text.replace(marker, added + marker), encoding="utf-8")


def take_away(path: Path, added: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(added) == 1
    path.write_text(text.replace(added, ""), encoding="utf-8")


def test_an_exercise_is_added_and_removed(tmp_path: Path) -> None:
    course = tmp_path / "course"
    environment = installed_course(course)
    for stamp in ("lab", "test"):
        assert (course / ".venv" / f".{stamp}").exists()

    activate = block(". .venv/")

    def shell(commands: str) -> str:
        return in_shell(activate + commands, course, environment, seconds=400)

    source = course / "solutions" / "01-xor" / "xor.ipynb"
    released = course / "notebooks" / "01-xor" / "xor.ipynb"
    before = released.read_bytes()
    catalogue = course / "tutor" / "mistakes" / "xor.py"
    record, cells = block("DISTANCE = ") + "\n", block("# %% [markdown]\n# **Exercise 21") + "\n"

    edit(catalogue, "EXERCISES: tuple", record)
    edit(catalogue, "    TIMELINE,\n)", "    DISTANCE,\n")
    corpus = course / "tests" / "corpus" / "wrong_xor.txt"
    corpus.write_text(corpus.read_text(encoding="utf-8") + block("#: xor/distance"))
    coverage = course / "tests" / "test_coverage.py"
    topic = block('"xor/distance": ')
    edit(coverage, '        "activations/leaky_relu_derivative"', 8 * " " + topic)
    shell(block("jupytext --to py:percent solutions/01-xor"))
    edit(source.with_suffix(".py"), f"# %% [markdown]\n# {SECTION}", cells)
    shell(block("jupytext --update --to ipynb solutions/01-xor"))
    assert "passed" in shell(block("pytest tests/test_mistakes.py"))
    assert released.read_bytes() != before
    text = released.read_text(encoding="utf-8")
    assert "**Exercise 21.** *(2 points, 1 for hidden tests)* Write a function" in text
    assert "np.linalg.norm(w)" not in text
    outputs = {cell["id"]: cell for cell in json.loads(source.read_bytes())["cells"]}
    (test,) = [
        cell
        for cell in outputs.values()
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "distance-test"
    ]
    assert "Right" in json.dumps(test["outputs"])

    take_away(catalogue, record)
    take_away(catalogue, "    DISTANCE,\n")
    shell(block("jupytext --to py:percent solutions/01-xor"))
    take_away(source.with_suffix(".py"), cells)
    shell(block("jupytext --update --to ipynb solutions/01-xor"))
    shell("grading release 01-xor")
    assert released.read_bytes() == before
