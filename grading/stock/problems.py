"""Names what nbgrader would stumble over in a submission, and why it could not grade one."""

from __future__ import annotations

import json

from nbclient.exceptions import DeadKernelError
from nbgrader.nbgraderformat.common import SchemaMismatchError
from nbgrader.preprocessors.execute import UnresponsiveKernelError

from grading.convert import Conversion
from grading.records import AnswerKey, Problem, Submission

__all__ = ["explain", "look"]


def look(key: AnswerKey, submission: Submission) -> list[Problem]:
    """Find what nbgrader would stumble over, so that it can be named."""
    problems = []
    handed = {n.removesuffix(".ipynb") for n in submission.files if n.endswith(".ipynb")}
    handed = {name for name in handed if "/" not in name}
    expected = set(key.notebooks)
    who = (submission.student, submission.assignment)
    for name in sorted(expected - handed):
        others = sorted(handed - expected)
        remedy = "Ask for it; without it all its cells score 0."
        if others:
            remedy = f"If it is {others[0]}.ipynb, rename that file to {name}.ipynb."
        nothing_left = not handed & expected
        what = f"is missing from what was handed in ({', '.join(others) or 'no notebook'})"
        problems.append(Problem(*who, f"{name}.ipynb", None, what, remedy, fatal=nothing_left))
    for name in sorted(expected & handed):
        problems += _look_at(*who, f"{name}.ipynb", submission.files[f"{name}.ipynb"], key, name)
    return problems


def _look_at(
    student: str, assignment: str, file: str, data: bytes, key: AnswerKey, name: str
) -> list[Problem]:
    """Look at one notebook file."""
    try:
        cells = json.loads(data)["cells"]
        ids = [cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        what = f"is not a notebook: its JSON is broken{where}"
        remedy = "Open it in a text editor and repair it there, or ask for it again."
        return [Problem(student, assignment, file, None, what, remedy, fatal=True)]
    problems = []
    for cell in key.database_cells[name]:
        count = ids.count(cell["name"])
        if count > 1:
            what = f"is there {count} times; nbgrader counts the last one"
            problems.append(
                Problem(student, assignment, file, cell["name"], what, "Check which one is meant.")
            )
        elif count == 0 and cell["grade"]:
            what = "was deleted, so it can't be graded automatically"
            remedy = "Grade it by hand, or set OverwriteCells.add_missing_cells = True."
            problems.append(Problem(student, assignment, file, cell["name"], what, remedy))
    return problems


def explain(done: Conversion, submission: Submission, cell: str | None) -> Problem:
    """Say why nbgrader could not grade a submission."""
    error = done.failure
    remedy = "Look at the notebook in JupyterLab; correct it, or grade it by hand."
    if isinstance(error, DeadKernelError):
        what = "ended the kernel, so nothing after it could be graded"
        remedy = "Look for exit, os._exit or a crash there; take it out and grade again."
    elif isinstance(error, UnresponsiveKernelError):
        what = "hangs and can't be interrupted"
        remedy = "Replace the endless loop there by an error and grade again."
    elif isinstance(error, SchemaMismatchError):
        cell = None
        what = "was written for another version of nbgrader"
        remedy = "Run `nbgrader update` on it, and look at who changed its metadata."
    else:
        text = str(error).strip() or (done.log[-1] if done.log else type(error).__name__)
        what = f"could not be graded by nbgrader: {text.splitlines()[0]}"
    file = next((n for n in sorted(submission.files) if n.endswith(".ipynb")), None)
    return Problem(submission.student, submission.assignment, file, cell, what, remedy, fatal=True)
