"""Reads what nbgrader gave: its gradebook and its graded notebooks, as records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader import api

from grading.notebooks import read_notebook
from grading.records import AnswerKey, CellOutcome, NotebookOutcome

__all__ = ["read_back"]


def read_back(root: Path, key: AnswerKey) -> tuple[NotebookOutcome, ...]:
    """Turn nbgrader's gradebook and graded notebooks into records."""
    folder = root / "autograded" / "student" / key.assignment
    outcomes = []
    with api.Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        submission = book.find_submission(key.assignment, "student")
        for row in submission.notebooks:
            path = folder / f"{row.name}.ipynb"
            missing = not path.exists()
            data = b"" if missing else path.read_bytes()
            graded = read_notebook(data).cells if data else []
            cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in graded}
            points = {cell["name"]: cell for cell in key.database_cells[row.name]}
            grades = {grade.cell.name: grade for grade in row.grades}
            outcomes.append(
                NotebookOutcome(
                    row.name,
                    tuple(
                        _outcome(grades[name], points[name], cells.get(name), missing)
                        for name in points
                        if name in grades
                    ),
                    data,
                    missing,
                    comments={c.cell.name: c.auto_comment for c in row.comments},
                    submitted_as=None if missing else f"{row.name}.ipynb",
                )
            )
    return tuple(sorted(outcomes, key=lambda outcome: outcome.name))


def _outcome(grade: api.Grade, source: Mapping[str, Any], cell: Any, missing: bool) -> CellOutcome:
    """Describe one graded cell."""
    if source["task"]:
        kind = "task"
    else:
        kind = "manual" if source["solution"] or source["cell_type"] != "code" else "autograded"
    status, messages, log = _status(grade, source, cell, missing, kind)
    return CellOutcome(
        source["name"],
        kind,
        grade.auto_score,
        float(source["points"] or 0.0),
        bool(grade.needs_manual_grade),
        status,
        messages,
        sealed=False,
        log=log,
    )


def _status(
    grade: api.Grade, source: Mapping[str, Any], cell: Any, missing: bool, kind: str
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Say what happened to a cell: status, for the student, for the instructor."""
    if missing or cell is None:
        return "missing", ("This cell was not in what you handed in.",), ()
    if kind != "autograded":
        return ("unanswered" if grade.auto_score == 0 and kind == "manual" else "ok"), (), ()
    if grade.auto_score == source["points"]:
        return "ok", (), ()
    errors = [out for out in cell.outputs if out.output_type == "error"]
    log = tuple(f"{out.ename}: {out.evalue}" for out in errors)
    if any(out.ename == "CellTimeoutError" for out in errors):
        return "timeout", ("The test ran out of time: look for a loop that never ends.",), log
    if errors:
        status = "failed" if errors[0].ename == "AssertionError" else "error"
        return status, ("This test did not pass.",), log
    noise = [out.text for out in cell.outputs if out.get("name") == "stderr"]
    if noise:
        return "failed", ("This test wrote a warning or an error.",), tuple(noise)
    status = "partial" if grade.auto_score else "failed"
    return status, ("This test did not pass in full.",), log
