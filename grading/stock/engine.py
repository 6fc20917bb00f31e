"""Lays out a course for one submission and runs nbgrader in it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute

from grading.convert import convert
from grading.course import Course
from grading.engines import STOCK_TIER
from grading.records import AnswerKey, GradedSubmission, NotebookOutcome, Problem, Submission
from grading.stock.key import write_key
from grading.stock.outcome import read_back
from grading.stock.problems import explain, look

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
        problems = look(key, submission)
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
            problems.append(explain(done, submission, running[0] if running else None))
            return ()
        return read_back(root, key)

    def _template(self, key: AnswerKey) -> Path:
        """Make a gradebook that holds the assignment, once per answer key."""
        if id(key) not in self._templates:
            path = self._folder / f"key{len(self._templates)}.db"
            write_key(path, key)
            self._templates[id(key)] = (key, path)  # keeping the key keeps its id its own
        return self._templates[id(key)][1]


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, data in files.items():
        path = folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
