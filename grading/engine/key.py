"""What the engine knows of an answer key: its cells and its notebooks, read once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from grading.engine.trust import TestPlan, Trust

HIDDEN_BEGIN, HIDDEN_END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"


class BrokenKeyError(ValueError):
    """The answer key itself can't be used."""


@dataclass(frozen=True)
class KeyCell:
    """One cell of the answer key that nbgrader knows by name.

    Attributes
    ----------
    name
        Its `grade_id`.
    cell_type
        "code", "markdown" or "raw".
    source
        As released, but with hidden tests: what nbgrader calls the source cell.
    solved
        As in the instructor's notebook, with the solution.
    checksum
        nbgrader's checksum of `source`.
    attachments
        Pictures inside the instructor's Markdown cell.
    """

    name: str
    cell_type: str
    source: str
    solved: str
    grade: bool
    solution: bool
    locked: bool
    task: bool
    points: float
    checksum: str
    attachments: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def kind(self) -> str:
        """Sort of cell: "autograded", "manual", "task", "solution" or "locked"."""
        if self.grade:
            return "manual" if self.solution or self.cell_type != "code" else "autograded"
        return "task" if self.task else "solution" if self.solution else "locked"

    @property
    def restored(self) -> bool:
        """Whether the student's version is replaced by this one."""
        return not self.solution and (self.grade or self.locked)

    @property
    def hidden(self) -> bool:
        """Whether students haven't seen all of it."""
        return HIDDEN_BEGIN in self.source

    def answered(self, cell_type: str, source: str) -> bool:
        """Whether a manual answer differs from what was released."""
        return checksum(self, cell_type, source) != self.checksum


@dataclass(frozen=True)
class FirstCall:
    """The first call that a test makes, the same for every student; see `remote.Session.run`.

    Attributes
    ----------
    name
        Of the student's function.
    forbids, cases
        As in `remote.Session.call_many`.
    """

    name: str
    forbids: tuple[str, ...]
    cases: Sequence[Sequence[Any]]


@dataclass
class KeyNotebook:
    """One notebook of the answer key.

    Attributes
    ----------
    cells
        The cells that nbgrader knows, in order.
    everything
        All cells in order: (name or None, cell type, source with solutions).
    metadata
        Notebook metadata: the kernel and the language.
    only_shown
        Sources of cells outside nbgrader that carry the tag ``skip-execution`` or ``run-if-used``:
        widgets, pictures and experiments. They are run only if another cell uses a name that they
        bind. Only the key's tags count, and only for cells that the student left as they were.
    shown_answers
        Names of cells for answers that nobody grades, with the tag ``run-if-used``. The same goes
        for them, whatever the student has written.
    unsealed
        Names of test cells found to need the student's real objects.
    counting
        Names of test cells whose value is a number of points with the key's own solution.
    never_hollow
        Names of test cells to which the key's own solution gives nothing `hollow`, and everything
        that read-only cells write down as it is there.
    calibrated
        Whether the key itself was run to find those.
    asks
        Name of a test cell to the student's names that it was seen to ask for.
    first_calls
        Name of a test cell to the call that it was seen to ask for first.
    """

    name: str
    cells: dict[str, KeyCell]
    everything: list[tuple[str | None, str, str]]
    metadata: dict[str, Any]
    only_shown: frozenset[str] = frozenset()
    shown_answers: frozenset[str] = frozenset()
    unsealed: set[str] = field(default_factory=set)
    counting: set[str] = field(default_factory=set)
    never_hollow: set[str] = field(default_factory=set)
    calibrated: bool = False
    asks: dict[str, frozenset[str]] = field(default_factory=dict)
    first_calls: dict[str, FirstCall] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The programming language of the notebook's kernel."""
        kernel = self.metadata.get("kernelspec") or {}
        info = self.metadata.get("language_info") or {}
        return str(kernel.get("language") or info.get("name") or "python").lower()

    @cached_property
    def trust(self) -> Trust:
        """What tests may use without asking the student."""
        return Trust(self)

    @cached_property
    def plans(self) -> dict[str, TestPlan]:
        """How each test cell looks up its names."""
        return {
            name: self.trust.plan(name, cell.source)
            for name, cell in self.cells.items()
            if cell.kind == "autograded"
        }

    def needs_real_objects(self, name: str) -> bool:
        """Whether a test cell has to run beside the student's code."""
        return name in self.unsealed or bool(self.plans[name].real)


def checksum(cell: KeyCell, cell_type: str, text: str) -> str:
    """Compute nbgrader's checksum of a cell with other contents."""
    state = hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False)
    state.update(cell_type.encode())
    for flag in (cell.grade, cell.solution, cell.locked):
        state.update(str(flag).encode())
    state.update(cell.name.encode())
    if cell.grade:
        state.update(str(float(cell.points)).encode())
    return state.hexdigest()
