"""What a run of a notebook has found: outputs and outcomes, and what is made of them in the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from grading.engine import graded, outcome
from grading.engine import source as sources
from grading.engine.examiner import Verdict
from grading.engine.key import KeyNotebook
from grading.engine.remote import Session
from grading.engine.sanitize import Cell
from grading.records import CellOutcome, NotebookOutcome, Stopped
from grading.sandbox import Death


@dataclass
class Findings:
    """What was found in one notebook of one submission.

    Attributes
    ----------
    outputs
        Place of a cell to its outputs.
    outcomes
        Name of a test cell to its outcome.
    stopped
        Places of student's cells in which the process ended or was stopped, with a word for how.
    asked
        Name of a test cell to the student's names that it asked for.
    secret
        Name of each cell whose outputs the student may not see, to the neutral line for it.
    counting
        Names of tests whose value reads as a number.
    wordy
        Name of each test that gave something else, to the number that it holds, if any.
    hollow
        Names of tests that passed and were given something hollow, see `hollow`.
    whole
        Names of tests that passed, and were given something in each answer.
    """

    key: KeyNotebook
    cells: list[Cell]
    outputs: dict[int, list[graded.Output]] = field(default_factory=dict)
    outcomes: dict[str, CellOutcome] = field(default_factory=dict)
    stopped: dict[int, Stopped] = field(default_factory=dict)
    asked: dict[str, frozenset[str]] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict)
    counting: set[str] = field(default_factory=set)
    wordy: dict[str, float | None] = field(default_factory=dict)
    hollow: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)

    # ---------------------------------------------------------------------------------- noting

    def note(self, place: int, result: CellOutcome, outputs: list[graded.Output]) -> None:
        """Take down how a test went."""
        self.outputs[place] = outputs
        self._settle(result)

    def fail(self, place: int, death: Death) -> None:
        """Fail a test for which no time, or no process, is left."""
        key = self.cells[place].key
        assert key is not None
        self.note(place, outcome.died(key, death), [])

    def stop(self, place: int, status: str) -> None:
        """Take down that a student's cell did not run to its end."""
        cell = self.cells[place]
        name = cell.key.name if cell.key is not None else None
        self.stopped[place] = Stopped(name, place + 1, status, outcome.stopped(cell, status))

    def weigh(self, name: str, verdict: Verdict, session: Session) -> None:
        """Note what sort of value a test gave, and what it was given."""
        for names in (self.counting, self.hollow, self.whole):
            names.discard(name)
        self.wordy.pop(name, None)
        if verdict.error is not None:
            return
        if session.gave_hollow:
            self.hollow.add(name)
        if not session.gave_nothing:
            self.whole.add(name)
        if verdict.value is None:
            return
        if outcome.reads_as_number(verdict.text):
            self.counting.add(name)
        else:
            self.wordy[name] = outcome.number(verdict.value)

    def _settle(self, result: CellOutcome) -> None:
        self.outcomes[result.name] = result
        if self.key.cells[result.name].hidden or result.name in self.secret:
            self.secret[result.name] = _neutral(result)

    def conceal(self, name: str) -> None:
        """Keep the outputs of a test from the student, though nothing in its cell is hidden."""
        self.secret[name] = _neutral(self.outcomes[name])

    # --------------------------------------------------------------------------------- weighing

    def take_over(self, other: Findings, names: Iterable[str]) -> None:
        """Take over from another run of the same cells what some tests gave, where it is less."""
        places = {cell.key.name: place for place, cell in enumerate(self.cells) if cell.key}
        for name in names:
            if (other.outcomes[name].score or 0.0) < (self.outcomes[name].score or 0.0):
                self.note(places[name], other.outcomes[name], other.outputs[places[name]])

    def count(self) -> None:
        """Give points for what a value holds where it is a number with the key.

        A student's function can give what makes it another thing, such as an array, which counts
        as full points everywhere else.
        """
        for name in self.wordy.keys() & self.key.counting - self.key.unsealed:
            result = self.outcomes[name]
            if result.status == "ok":
                self._settle(outcome.counted(self.key.cells[name], result, self.wordy[name]))

    def _blame(self) -> None:
        """Say of tests that failed for want of what a stopped cell should have made."""
        bound = {place: self._should_bind(self.cells[place]) for place in self.stopped}
        for place, cell in enumerate(self.cells):
            result = self.outcomes.get(cell.key.name) if cell.key is not None else None
            if result is None or not cell.is_test or (result.score or 0.0) >= result.max_score:
                continue
            asked = self.asked.get(result.name, frozenset())
            causes = [p for p in sorted(self.stopped) if p < place and bound[p] & asked]
            if not causes:
                continue
            result = outcome.blamed(result, self.stopped[causes[-1]])
            self._settle(result)
            if result.name not in self.secret and not result.score:
                self.outputs[place] = [graded.stream("\n".join(result.messages) + "\n")]

    def _should_bind(self, cell: Cell) -> frozenset[str]:
        solved = cell.key.solved if cell.key is not None else ""
        return sources.names(cell.source).bound | sources.names(solved).bound

    def result(self, path: str) -> NotebookOutcome:
        """Put the outcome of the notebook together."""
        if self.stopped:
            self._blame()
        outcomes: dict[str, CellOutcome] = dict(self.outcomes)
        comments: dict[str, str | None] = {}
        for cell in self.cells:
            if cell.key is None:
                continue
            if cell.key.kind in ("manual", "task"):
                outcomes[cell.key.name] = outcome.manual(cell)
            if cell.key.solution:
                answered = cell.key.answered(cell.cell_type, cell.source)
                comments[cell.key.name] = None if answered else "No response."
            elif cell.key.task:
                comments[cell.key.name] = None
        notebook = graded.build(self.key, self.cells, self.outputs)
        full, without_secrets = graded.dump(notebook, graded.for_student(notebook, self.secret))
        return NotebookOutcome(
            name=self.key.name,
            cells=tuple(outcomes[name] for name in self.key.cells if name in outcomes),
            notebook=full,
            missing=False,
            comments=comments,
            student_notebook=without_secrets,
            submitted_as=path,
            stopped=tuple(self.stopped[place] for place in sorted(self.stopped)),
        )


def missing(key: KeyNotebook) -> NotebookOutcome:
    """Give the outcome of a notebook that was not handed in or can't be read."""
    cells = tuple(outcome.missing(cell) for cell in key.cells.values() if cell.grade or cell.task)
    return NotebookOutcome(key.name, cells, b"", True)


def _neutral(result: CellOutcome) -> str:
    """Say how a hidden test went, and nothing else."""
    if result.status == "ok":
        return "Hidden tests: passed."
    if result.status == "partial":
        return f"Hidden tests: {result.score:g} of {result.max_score:g} points."
    words = [message for message in result.messages if message]
    return "\n".join(["Hidden tests: failed.", *words])
