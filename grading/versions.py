"""What of an answer key decides scores, cell by cell, so that one knows which grades are stale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from grading.engine.key import BrokenKeyError, KeyCell, KeyNotebook
from grading.engine.read_key import digest as digest_of_all
from grading.engine.read_key import read
from grading.records import AnswerKey

__all__ = [
    "REST",
    "UNKNOWN",
    "CellVersion",
    "GradedFrom",
    "KeyVersion",
    "differences",
    "version_of",
]

REST = ""
"""Stands in for a cell's name where the difference is in what no single cell's score hangs on."""


@dataclass(frozen=True)
class CellVersion:
    """What decides one cell's score.

    Attributes
    ----------
    points
        What it is worth.
    judged
        Digest of the rest: the sort of cell, the test, the text that counts as no answer.
    """

    points: float
    judged: str


@dataclass(frozen=True)
class KeyVersion:
    """What of an answer key decides scores.

    Texts that nobody is graded on, outputs and most metadata are left out: correcting a typo in a
    question makes no grade stale.

    Attributes
    ----------
    cells
        "notebook/cell" to its version, for each graded cell and task.
    rest
        Digest of what any cell may hang on: code between the tests, reference solutions, files.
    """

    cells: Mapping[str, CellVersion]
    rest: str

    @cached_property
    def digest(self) -> str:
        """One digest of all of it."""
        return hashlib.sha256(self.dump().encode()).hexdigest()

    @property
    def max_score(self) -> float:
        """Points that can be had."""
        return sum(cell.points for cell in self.cells.values())

    def dump(self) -> str:
        """Write it as JSON."""
        cells = {name: [cell.points, cell.judged] for name, cell in self.cells.items()}
        return json.dumps({"cells": cells, "rest": self.rest}, sort_keys=True)

    @classmethod
    def load(cls, text: str) -> KeyVersion:
        """Read what `dump` wrote."""
        found = json.loads(text)
        cells = {name: CellVersion(*parts) for name, parts in found["cells"].items()}
        return cls(cells, found["rest"])


@dataclass(frozen=True)
class GradedFrom:
    """What a submission was graded from.

    Attributes
    ----------
    key
        Digest of the answer key's `KeyVersion`; empty when not known.
    files
        Digest of what was handed in; empty when not known.
    """

    key: str = ""
    files: str = ""


UNKNOWN = GradedFrom()


def version_of(key: AnswerKey) -> KeyVersion:
    """Work out an answer key's version; a key that can't be used has one too."""
    try:
        notebooks = read(key)
    except BrokenKeyError:
        return KeyVersion({}, digest_of_all(key))
    cells = {
        f"{notebook.name}/{cell.name}": CellVersion(cell.points, _digest(_judged(cell)))
        for notebook in notebooks.values()
        for cell in notebook.cells.values()
        if cell.grade or cell.task
    }
    rest = [part for notebook in notebooks.values() for part in _rest(notebook)]
    for name, data in sorted(key.files.items()):
        rest += [name, hashlib.sha256(data).hexdigest()]
    return KeyVersion(cells, _digest(rest))


def _judged(cell: KeyCell) -> Iterable[str]:
    yield from (cell.kind, cell.cell_type)
    if cell.kind != "task":  # a task's text is for the person who marks it
        yield cell.source


def _rest(notebook: KeyNotebook) -> Iterable[str]:
    yield from (notebook.name, notebook.language)
    for name, cell_type, text in notebook.everything:
        cell = notebook.cells.get(name or "")
        if cell_type != "code":
            continue
        yield name or ""
        if cell is None or not cell.grade:
            yield text
        elif cell.solution:
            yield cell.solved
    yield from sorted(notebook.only_shown)
    yield from sorted(notebook.shown_answers)


def _digest(parts: Iterable[str]) -> str:
    state = hashlib.sha256()
    for part in parts:
        state.update(hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest())
    return state.hexdigest()


def differences(old: KeyVersion | None, new: KeyVersion) -> dict[str, str]:
    """Say in what two versions differ.

    Returns
    -------
    dict
        "notebook/cell" (or `REST`) to a few words. Empty when nothing differs, or when the old one
        is not known.
    """
    if old is None:
        return {}
    found = {}
    for name, cell in new.cells.items():
        words = _difference(old.cells.get(name), cell)
        if words:
            found[name] = words
    if old.rest != new.rest:
        found[REST] = "code between the tests, a solution or a file changed"
    return found


def _difference(old: CellVersion | None, new: CellVersion) -> str:
    if old is None:
        return "new in the answer key"
    words = ["test changed"] if old.judged != new.judged else []
    if old.points > 0 and new.points == 0:
        words.append("excused")
    elif old.points != new.points:
        words.append(f"points {old.points:g} → {new.points:g}")
    return ", ".join(words)
