"""The same scores as nbgrader's own converters, on the notebooks that nbgrader ships."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbgrader
import pytest
from engine_course import answer, cell, hidden, notebook, test, text

from grading.engine import grade_submission
from grading.records import AnswerKey, Submission

pytestmark = pytest.mark.slow

SHIPPED = Path(nbgrader.__file__).parent
GUIDE = SHIPPED / "docs/source/user_guide"
APPS = SHIPPED / "tests/apps/files"
UNITS = SHIPPED / "tests/preprocessors/files"

Rows = dict[Any, Any]


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _partial() -> bytes:
    return notebook(
        answer("### BEGIN SOLUTION\nx = 3\n### END SOLUTION\nfixed = 1"),
        test("2.5", "partial"),
        test("'words'", "words"),
        test("x - 1", "value"),
        test(
            "assert x == 3\n### BEGIN HIDDEN TESTS\nassert fixed == 1\n### END HIDDEN TESTS",
            "mixed",
        ),
        hidden("assert x + fixed == 4"),
        test("import sys\nprint('no', file=sys.stderr)", "stderr"),
        text("Why?", "essay", 4, grade=True, solution=True),
        text("Do it.", "task", 2, task=True, locked=True),
        cell("raw text", None, "raw"),
        cell("1 + 1", "plot", points=2, grade=True, solution=True),
    )


def _answers(**sources: str) -> bytes:
    book = json.loads(_partial())
    for one in book["cells"]:
        name = one["metadata"].get("nbgrader", {}).get("grade_id")
        one["source"] = sources.get(name, one["source"])
    return json.dumps(book).encode()


COURSES: dict[str, tuple[dict[str, bytes], dict[str, dict[str, bytes]]]] = {
    "guide": (
        {p.stem: _read(p) for p in (GUIDE / "source/ps1").glob("*.ipynb")},
        {
            who: {p.name: _read(p) for p in (GUIDE / "submitted" / who / "ps1").glob("*.ipynb")}
            for who in ("bitdiddle", "hacker")
        },
    ),
    "samples": (
        {"p1": _read(APPS / "submitted-unchanged.ipynb")},
        {p.stem: {"p1.ipynb": _read(p)} for p in APPS.glob("submitted-*.ipynb")},
    ),
    "tasks": (
        {"p1": _read(UNITS / "test_taskcell.ipynb")},
        {"same": {"p1.ipynb": _read(UNITS / "test_taskcell.ipynb")}},
    ),
    "partial": (
        {"p1": _partial(), "p2": _partial()},
        {
            "right": {"p1.ipynb": _partial()},
            "wrong": {"p1.ipynb": _answers(answer="x = 2\nfixed = 1", essay="So.", plot="2")},
            "empty": {
                "p1.ipynb": _answers(
                    answer="# YOUR CODE HERE\nraise NotImplementedError()\nfixed = 1",
                    essay="YOUR ANSWER HERE",
                    plot="# YOUR CODE HERE\nraise NotImplementedError()",
                )
            },
            # nbgrader grades only who hands in some notebook that it knows.
            "missing": {"p2.ipynb": _partial()},
        },
    ),
}


def _stock(root: Path, name: str) -> tuple[dict[str, Rows], dict[str, Any], dict[str, bytes]]:
    """Generate and autograde with nbgrader; give its rows, source cells and released notebooks."""
    from nbgrader.api import Gradebook
    from nbgrader.converters import Autograde, GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    source, submitted = COURSES[name]
    for stem, content in source.items():
        _write(root / "source/ps1" / f"{stem}.ipynb", content)
    for who, files in submitted.items():
        for path, content in files.items():
            _write(root / "submitted" / who / "ps1" / path, content)
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
    config.CourseDirectory.assignment_id = "ps1"
    config.Execute.shutdown_kernel = "immediate"
    course = CourseDirectory(config=config)
    GenerateAssignment(coursedir=course, config=config).start()
    Autograde(coursedir=course, config=config).start()
    rows: dict[str, Rows] = {}
    with Gradebook(config.CourseDirectory.db_url) as book:
        cells = {
            nb.name: tuple(
                {k: getattr(c, k) for k in ("name", "source", "locked", "checksum")}
                | {"cell_type": str(getattr(c.cell_type, "value", c.cell_type))}
                for c in nb.source_cells
            )
            for nb in book.find_assignment("ps1").notebooks
        }
        for who in submitted:
            found = book.find_submission("ps1", who).notebooks
            rows[who] = {
                (nb.name, g.name): (g.auto_score, g.max_score, g.needs_manual_grade)
                for nb in found
                for g in nb.grades
            }
            rows[who] |= {
                (nb.name, c.name, "comment"): c.auto_comment for nb in found for c in nb.comments
            }
    released = {p.stem: p.read_bytes() for p in (root / "release/ps1").glob("*.ipynb")}
    return rows, cells, released


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _ours(key: AnswerKey, who: str, files: Mapping[str, bytes]) -> Rows:
    result = grade_submission(key, Submission(who, "ps1", files))
    rows: Rows = {
        (nb.name, c.name): (c.score, c.max_score, c.needs_manual)
        for nb in result.notebooks
        for c in nb.cells
    }
    for nb in result.notebooks:
        rows |= {(nb.name, name, "comment"): text for name, text in nb.comments.items()}
    return rows


@pytest.mark.parametrize("name", COURSES)
@pytest.mark.filterwarnings("ignore")
def test_scores_equal_nbgraders(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    stock, cells, released = _stock(tmp_path, name)
    source, submitted = COURSES[name]
    keys = {
        "notebook alone": AnswerKey("ps1", source),
        "with what was released": AnswerKey("ps1", source, released=released),
        "with the database": AnswerKey("ps1", source, database_cells=cells),
    }
    for words, key in keys.items():
        for who, files in submitted.items():
            mine = _ours(key, who, files)
            theirs = stock[who]
            # What isn't there has no comments here, and old ones there.
            mine = {k: v for k, v in mine.items() if len(k) == 2 or k in theirs}
            theirs = {k: v for k, v in theirs.items() if len(k) == 2 or k in mine}
            assert mine == theirs, f"{words}: {who}"
