"""What an examiner does with one submission, and how its result travels.

`packed` is called in the examiner and `unpacked` in the process that forked it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from grading.engine import graded, outcome, sanitize
from grading.engine.findings import missing
from grading.engine.grade import NotebookRun
from grading.engine.key import KeyNotebook
from grading.engine.prepared import LEARNED, Prepared
from grading.engine.process import Request
from grading.engine.pulse import Pulse
from grading.engine.remote import Session
from grading.files import laid_over
from grading.records import NotebookOutcome, Problem, Stopped
from grading.sandbox import WarmProcess

_NO_ROOM = "Make it smaller, or raise c.Grading.file_mb and disk_mb in nbgrader_config.py."


@dataclass
class Job:
    """All that the examiner needs for one submission.

    Attributes
    ----------
    left_out
        Files that could not be put beside the notebook at hand, and why.
    """

    prepared: Prepared
    request: Request
    warm: WarmProcess
    pulse: Pulse
    left_out: dict[str, str] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Grade; give plain data."""
        deadline = time.monotonic() + self.request.settings.submission_seconds
        problems: list[Problem] = []
        files, refused = sanitize.safe_files(self.request.submission.files)
        for path in refused:
            remedy = "The file was left out."
            problems.append(self._problem(path, None, "a file name that leads elsewhere", remedy))
        files = laid_over(files, self.prepared.files)
        found = sanitize.find_notebooks(self.prepared.notebooks, self.request.submission.files)
        calibrated: dict[str, list[list[str]]] = {}
        outcomes = []
        for name, key in self.prepared.notebooks.items():
            if key.language not in ("python", "ipython", "python3"):
                what = f"the notebook's language is {key.language}"
                remedy = "Grade this assignment by `nbgrader autograde`; only Python is supported."
                problems.append(self._problem(name + ".ipynb", None, what, remedy, fatal=True))
                continue
            parsed = self._notebook(name, found, problems)
            if parsed is None:
                outcomes.append(missing(key))
                continue
            path, notebook = parsed
            outcomes.append(self._grade(key, path, notebook, files, deadline, problems))
            problems += [
                self._problem(file, None, f"was not there while grading ({why})", _NO_ROOM)
                for file, why in self.left_out.items()
            ]
            self.left_out.clear()
            if key.calibrated:
                calibrated[name] = [sorted(getattr(key, kind)) for kind in LEARNED]
        return packed(outcomes, problems, calibrated)

    def _notebook(
        self, name: str, found: dict[str, tuple[str, Any]], problems: list[Problem]
    ) -> tuple[str, dict[str, Any]] | None:
        if name not in found:
            what, remedy = "the notebook was not handed in", "It counts as zero points."
            problems.append(self._problem(f"{name}.ipynb", None, what, remedy))
            return None
        path, notebook = found[name]
        if isinstance(notebook, sanitize.UnreadableError):
            problems.append(self._problem(path, None, str(notebook), notebook.remedy, fatal=True))
            return None
        if path != f"{name}.ipynb":
            what = f"taken as {name}.ipynb, because its cells are that notebook's"
            problems.append(self._problem(path, None, what, "Rename it if it is another one."))
        return path, notebook

    def _grade(
        self,
        key: KeyNotebook,
        path: str,
        notebook: dict[str, Any],
        files: dict[str, bytes],
        deadline: float,
        problems: list[Problem],
    ) -> NotebookOutcome:
        cells, notes = sanitize.rebuild(key, notebook)
        problems += [self._problem(path, n.cell, n.what, n.remedy) for n in notes]
        for cell in cells:
            if graded.shown(cell) != cell.source:
                what = "a text cell holds what a browser would run or load; it is shown as text"
                problems.append(self._problem(path, None, what, "Look at it before you open it."))
        run = self._run(key, cells, files, deadline)
        run.run()
        found = run.found
        sealed_failures = {
            name
            for name, result in found.outcomes.items()
            if result.sealed and result.status in ("failed", "error", "partial")
            if not key.plans[name].certain
        }
        if (sealed_failures or found.wordy or found.hollow) and not key.calibrated:
            self._calibrate(key, files)
            if key.unsealed & sealed_failures:
                run.run_beside()
        found.count()
        hollow = frozenset(found.hollow & key.never_hollow - key.unsealed)
        if hollow:
            again = self._run(key, cells, files, deadline)
            again.fills = hollow
            again.run()
            again.found.count()
            found.take_over(again.found, hollow)
        return found.result(path)

    def _run(
        self, key: KeyNotebook, cells: list[sanitize.Cell], files: dict[str, bytes], deadline: float
    ) -> NotebookRun:
        run = NotebookRun(key, cells, self._spawner(files), self.request.settings, deadline)
        run.precedents = self.prepared.precedents[key.name]
        self._watch(run)
        return run

    def _watch(self, run: NotebookRun) -> None:
        """Have a run say which test it is at; leave out those at which it has stuck before."""
        names = list(run.key.cells)
        place = list(self.prepared.notebooks).index(run.key.name)

        def tell(name: str, seconds: float) -> None:
            if name:
                self.pulse.begin(place, names.index(name), seconds)
            else:
                self.pulse.rest()

        run.pulse = tell
        run.given_up = frozenset(
            names[cell] for book, cell in self.request.given_up if book == place
        )

    def _spawner(self, files: dict[str, bytes]) -> Callable[[], Session]:
        def spawn() -> Session:
            handle = self.warm.spawn(self.request.limits)
            session = Session(handle, self.request.settings.cell_seconds, files)
            self.left_out |= session.left_out
            return session

        return spawn

    def _calibrate(self, key: KeyNotebook, files: dict[str, bytes]) -> None:
        """Grade the key's own solution, to learn which tests need the student's real objects.

        Those fail in the examiner and pass beside the code. Students have no say in it.
        """
        key.calibrated = True
        cells = sanitize.solved(key)
        deadline = time.monotonic() + self.request.settings.submission_seconds
        settings = replace(self.request.settings, figures="none")
        sealed = NotebookRun(key, cells, self._spawner(files), settings, deadline)
        sealed.run()
        key.counting |= sealed.found.counting
        key.never_hollow |= sealed.found.whole
        failed = {
            name: result
            for name, result in sealed.found.outcomes.items()
            if result.sealed and (result.score or 0.0) < result.max_score
        }
        if not failed:
            return
        trial = replace(key, unsealed=key.unsealed | failed.keys())
        beside = NotebookRun(trial, cells, self._spawner(files), settings, deadline)
        beside.run_beside()
        key.unsealed |= {
            name
            for name, result in failed.items()
            if (beside.found.outcomes[name].score or 0.0) > (result.score or 0.0)
        }

    def _problem(
        self, file: str | None, cell: str | None, what: str, remedy: str, fatal: bool = False
    ) -> Problem:
        student, assignment = self.request.submission.student, self.request.submission.assignment
        return Problem(student, assignment, file, cell, what, remedy, fatal)


_WRITTEN = ("notebook", "student_notebook")


def packed(
    outcomes: Iterable[NotebookOutcome],
    problems: Iterable[Problem],
    calibrated: dict[str, list[list[str]]],
) -> dict[str, Any]:
    """Turn records into plain data: the notebooks as they are, all else as one text."""
    written = []
    notebooks = []
    for notebook in outcomes:
        fields = {key: value for key, value in vars(notebook).items() if key not in _WRITTEN}
        fields["cells"] = [vars(cell) for cell in notebook.cells]
        fields["stopped"] = [vars(cell) for cell in notebook.stopped]
        fields["comments"] = dict(notebook.comments)
        notebooks.append(fields)
        written.append({key: getattr(notebook, key) for key in _WRITTEN})
    said = json.dumps([notebooks, [vars(problem) for problem in problems]])
    return {"said": said, "written": written, "calibrated": calibrated}


def unpacked(
    answer: dict[str, Any],
) -> tuple[tuple[NotebookOutcome, ...], tuple[Problem, ...]]:
    """Make records of plain data."""
    said, problems = json.loads(answer["said"])
    notebooks = []
    for fields, written in zip(said, answer["written"], strict=True):
        cells = tuple(outcome.of(cell) for cell in fields["cells"])
        stopped = tuple(Stopped(**cell) for cell in fields["stopped"])
        made = {**fields, **written, "cells": cells, "stopped": stopped}
        notebooks.append(NotebookOutcome(**made))
    return tuple(notebooks), tuple(Problem(**fields) for fields in problems)
