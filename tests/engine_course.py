"""Small courses for the engine's tests: notebooks from a few lines, a key, a submission."""

from __future__ import annotations

import json
from typing import Any

from grading.engine import Settings, grade_submission
from grading.records import AnswerKey, CellOutcome, GradedSubmission, Submission
from grading.sandbox import Limits

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def cell(
    source: str, grade_id: str | None = None, kind: str = "code", points: float = 0, **flags: Any
) -> dict[str, Any]:
    """Make a cell; `flags` are nbgrader's grade, solution, locked, task."""
    made: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    if grade_id is not None:
        meta = {"schema_version": 3, "grade": False, "solution": False, "locked": False}
        meta |= {"task": False, "grade_id": grade_id} | flags
        if meta["grade"] or meta["task"]:
            meta["points"] = points
        made["metadata"]["nbgrader"] = meta
    return made


def answer(source: str, grade_id: str = "answer") -> dict[str, Any]:
    """Make a solution cell."""
    return cell(source, grade_id, solution=True)


def test(source: str, grade_id: str = "test", points: float = 5) -> dict[str, Any]:  # noqa: PT028
    """Make a test cell."""
    return cell(source, grade_id, points=points, grade=True, locked=True)


test.__test__ = False  # type: ignore[attr-defined]


def hidden(source: str, grade_id: str = "hidden", points: float = 5) -> dict[str, Any]:
    """Make a test cell that is hidden as a whole."""
    body = f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS"
    return test(body, grade_id, points)


def locked(source: str, grade_id: str = "given") -> dict[str, Any]:
    """Make a read-only cell."""
    return cell(source, grade_id, locked=True)


def text(
    source: str, grade_id: str | None = None, points: float = 3, **flags: Any
) -> dict[str, Any]:
    """Make a Markdown cell."""
    return cell(source, grade_id, "markdown", points, **flags)


def notebook(*cells: dict[str, Any], **extra: Any) -> bytes:
    """Make a notebook."""
    made = {"cells": list(cells), "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 4} | extra
    return json.dumps(made).encode()


def key(*cells: dict[str, Any], name: str = "nb", **more: Any) -> AnswerKey:
    """Make an answer key of one notebook."""
    return AnswerKey("hw", {name: notebook(*cells)}, **more)


def handed_in(
    source: AnswerKey, answers: dict[str, str], *extra: dict[str, Any], name: str = "nb"
) -> bytes:
    """Make what a student hands in: the key's notebook with other answers."""
    cells = json.loads(source.notebooks[name])["cells"]
    for one in cells:
        grade_id = one["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            one["source"] = answers[grade_id]
        elif "### BEGIN HIDDEN" in one["source"]:
            one["source"] = ""
    return notebook(*extra, *cells)


def grade(
    source: AnswerKey,
    content: bytes | dict[str, str],
    limits: Limits | None = None,
    seconds: float = 10,
    files: dict[str, bytes] | None = None,
    path: str = "nb.ipynb",
    **settings: Any,
) -> GradedSubmission:
    """Grade one notebook, given as bytes or as answers."""
    if isinstance(content, dict):
        content = handed_in(source, content)
    submission = Submission("student", "hw", {path: content, **(files or {})})
    return grade_submission(source, submission, limits, Settings(cell_seconds=seconds, **settings))


def outcome(result: GradedSubmission, name: str = "test") -> CellOutcome:
    """Find the outcome of a cell."""
    return next(c for nb in result.notebooks for c in nb.cells if c.name == name)


def scores(result: GradedSubmission) -> dict[str, float | None]:
    """Map each cell to its score."""
    return {c.name: c.score for nb in result.notebooks for c in nb.cells}


def shown(result: GradedSubmission) -> str:
    """Give everything that the student may come to see."""
    parts = [nb.student_notebook.decode() for nb in result.notebooks]
    for nb in result.notebooks:
        parts += [json.dumps([c.messages, c.checks, c.comment]) for c in nb.cells]
    return "\n".join(parts)
