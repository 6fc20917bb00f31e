"""Grades one submission through nbgrader's own converters, in a course directory of its own.

Slow and not tamper-proof, but by definition what nbgrader would give: the yardstick.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbgrader import api
from nbgrader.converters import Autograde
from nbgrader.nbgraderformat.common import SchemaMismatchError
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.execute import UnresponsiveKernelError

from grading.convert import Conversion, convert
from grading.course import Course
from grading.engines import STOCK_TIER
from grading.gradebook import Gradebook
from grading.notebooks import read_notebook
from grading.records import (
    AnswerKey,
    CellOutcome,
    GradedSubmission,
    NotebookOutcome,
    Problem,
    Submission,
)

__all__ = ["StockEngine"]

_START_UP = 120.0  # seconds that kernels may take to start and stop, on a busy machine


class StockEngine:
    """nbgrader's grading as a function of answer key and submission.

    Parameters
    ----------
    course
        Its configuration counts: preprocessors, time limits, hooks.
    folder
        Where it may put temporary files.
    timeout
        Seconds that one cell may take; None means as configured (nbgrader's default is 30).
    """

    name = "nbgrader"

    def __init__(self, course: Course, folder: Path, timeout: float | None = None) -> None:
        configured = course.config.Execute.get("timeout", Execute.timeout.default_value)
        self.course = course
        self.timeout = max(1, round(timeout if timeout is not None else configured))
        self._templates: dict[int, tuple[AnswerKey, Path]] = {}
        self._folder = Path(tempfile.mkdtemp(dir=folder))

    def seconds_allowed(self, key: AnswerKey, submission: Submission) -> float:
        """Return how long a submission may take before it counts as stuck."""
        cells = 0
        for data in submission.files.values():
            cells += data.count(b'"cell_type"')
        return _START_UP + self.timeout * max(1, cells)

    def grade(self, key: AnswerKey, submission: Submission) -> GradedSubmission:
        """Grade one submission; never raises for what is wrong with it."""
        start = time.perf_counter()
        problems = _look(key, submission)
        notebooks: tuple[NotebookOutcome, ...] = ()
        if not any(problem.fatal for problem in problems):
            root = Path(tempfile.mkdtemp(dir=self._folder))
            try:
                notebooks = self._grade_in(root, key, submission, problems)
            finally:
                shutil.rmtree(root, ignore_errors=True)
        seconds = time.perf_counter() - start
        return GradedSubmission(
            submission.student,
            submission.assignment,
            notebooks,
            tuple(problems),
            STOCK_TIER,
            seconds,
        )

    def _grade_in(
        self, root: Path, key: AnswerKey, submission: Submission, problems: list[Problem]
    ) -> tuple[NotebookOutcome, ...]:
        """Lay out a course in `root`, run nbgrader there and read its gradebook."""
        _write_files(root / "source" / key.assignment, key.files)
        _write_files(root / "submitted" / "student" / key.assignment, submission.files)
        shutil.copy(self._template(key), root / "gradebook.db")
        running: list[str] = []

        def note_cell(cell: Any, cell_index: int) -> None:
            running[:] = [cell.metadata.get("nbgrader", {}).get("grade_id") or f"#{cell_index}"]

        done = convert(
            Autograde,
            self.course,
            key.assignment,
            settings={"Execute": {"timeout": self.timeout, "on_cell_start": note_cell}},
            root=str(root),
            source_directory="source",
            submitted_directory="submitted",
            autograded_directory="autograded",
            directory_structure="{nbgrader_step}/{student_id}/{assignment_id}",
            db_url=f"sqlite:///{root / 'gradebook.db'}",
            student_id="*",
            student_id_exclude="",
            notebook_id="*",
        )
        if done.failure is not None:
            problems.append(_explain(done, submission, running[0] if running else None))
            return ()
        return _read_back(root, key)

    def _template(self, key: AnswerKey) -> Path:
        """Make a gradebook that holds the assignment, once per answer key."""
        if id(key) not in self._templates:
            path = self._folder / f"key{len(self._templates)}.db"
            _write_key(path, key)
            self._templates[id(key)] = (key, path)  # keeping the key keeps its id its own
        return self._templates[id(key)][1]


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, data in files.items():
        path = folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _write_key(path: Path, key: AnswerKey) -> None:
    """Write the instructor's cells into a new gradebook."""
    url = f"sqlite:///{path}"
    Gradebook(url).close()
    with api.Gradebook(url) as book:
        assignment = api.Assignment(key.assignment)
        assignment.course_id = book.course_id
        for name, cells in key.database_cells.items():
            spec = json.loads(key.notebooks[name]).get("metadata", {}).get("kernelspec", {})
            notebook = api.Notebook(name=name, assignment=assignment, kernelspec=json.dumps(spec))
            for cell in cells:
                fields = {"name": cell["name"], "notebook": notebook}
                worth = {"cell_type": cell["cell_type"], "max_score": cell["points"]}
                rows = [
                    api.SourceCell(
                        **fields,
                        **{k: cell[k] for k in ("cell_type", "locked", "source", "checksum")},
                    )
                ]
                if cell["grade"]:
                    rows.append(api.GradeCell(**fields, **worth))
                if cell["solution"]:
                    rows.append(api.SolutionCell(**fields))
                if cell["task"]:
                    rows.append(api.TaskCell(**fields, **worth))
                book.db.add_all(rows)
        book.db.add(assignment)
        book.db.commit()


def _read_back(root: Path, key: AnswerKey) -> tuple[NotebookOutcome, ...]:
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


def _look(key: AnswerKey, submission: Submission) -> list[Problem]:
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


def _explain(done: Conversion, submission: Submission, cell: str | None) -> Problem:
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
