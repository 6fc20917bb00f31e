"""What goes into grading one submission and what comes out: plain, frozen records.

Everything here can travel between *trusted* processes by pickle, and as JSON by `to_dict`.
Nothing here ever comes from a student's process: the engine builds each record itself.
"""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = [
    "KINDS",
    "STATUSES",
    "AnswerKey",
    "CellOutcome",
    "GradedSubmission",
    "NotebookOutcome",
    "Problem",
    "Stopped",
    "Submission",
    "printable",
    "to_dict",
]

# Controls, directions of writing, and halves of characters: a terminal obeys them or fails.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(found: Any) -> Any:
    """Make text harmless for terminals and files; also inside lists, tuples and dicts.

    A student's words reach an instructor's terminal by error messages and names of files.
    """
    if isinstance(found, str):
        return found if found.isprintable() else _UNPRINTABLE.sub("\ufffd", found)
    if isinstance(found, dict):
        return {printable(key): printable(value) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        return type(found)(map(printable, found))
    return found


KINDS = ("autograded", "manual", "task")
"""Sorts of graded cells: tests, answers that a person marks, and tasks."""

STATUSES = (
    "ok",  # full marks, or an answer that waits for a person
    "partial",  # some of the points
    "failed",  # a check or an assertion did not hold
    "error",  # the test cell stopped with another exception
    "died",  # the student's process ended (exit, crash)
    "timeout",  # out of wall-clock or CPU time
    "memory",  # out of memory
    "unanswered",  # a manual answer that is still what was released
    "missing",  # the whole notebook was not handed in, or could not be read
)
"""What happened to a graded cell."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment.

    Attributes
    ----------
    student, assignment
        Identifiers as in the gradebook.
    files
        Relative POSIX paths to contents: notebooks and whatever lies beside them.
    timestamp
        Time of submission, or None when unknown. The engine ignores it; penalties are the course's.
    """

    student: str
    assignment: str
    files: Mapping[str, bytes]
    timestamp: datetime | None = None


@dataclass(frozen=True)
class AnswerKey:
    """The instructor's side of one assignment.

    Attributes
    ----------
    assignment
        Identifier as in the gradebook.
    notebooks
        Notebook name (no suffix) to the source notebook as JSON: solutions, hidden tests, points.
    released
        Notebook name to the notebook as students received it. The checksums of its cells say
        whether an answer was touched. Where a notebook is absent, the engine clears solutions
        itself as nbgrader's defaults do.
    files
        What the assignment ships beside its notebooks (data, pictures), by relative POSIX path.
        They replace files of the same name in the submission.
    database_cells
        Notebook name to the rows of nbgrader's `source_cell` table as plain dicts (`name`,
        `cell_type`, `source`, `locked`, `checksum`, `grade`, `solution`, `task`, `points`).
        Where present they replace what the engine would derive from the notebook: an instructor
        may have generated the assignment with other settings (delimiters, autotests).
    """

    assignment: str
    notebooks: Mapping[str, bytes]
    released: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    database_cells: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class CellOutcome:
    """The outcome of one graded cell.

    Attributes
    ----------
    name
        The cell's nbgrader `grade_id`.
    kind
        One of `KINDS`.
    score
        Points, or None where a person has to mark the answer.
    max_score
        Points the cell is worth.
    needs_manual
        Whether the cell waits for a person (nbgrader's `needs_manual_grade`; a manual score from
        an earlier run sets it too, which only the gradebook's writer knows).
    status
        One of `STATUSES`.
    messages
        Sentences for the student. They never hold hidden tests, their inputs or answers.
    checks
        `Result.to_dict()` of each check that was the cell's value.
    sealed
        True when the student's code could not touch the judgement; False for a cell asserted in
        the student's own process, which is not tamper-proof.
    comment
        nbgrader's automatic comment for the cell: "No response." or None.
    log
        Sentences for the instructor only: what explains the score. May quote hidden tests.
    """

    name: str
    kind: str
    score: float | None
    max_score: float
    needs_manual: bool
    status: str
    messages: tuple[str, ...] = ()
    checks: tuple[dict[str, Any], ...] = ()
    sealed: bool = True
    comment: str | None = None
    log: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("messages", "checks", "log"):
            object.__setattr__(self, name, printable(getattr(self, name)))


@dataclass(frozen=True)
class Stopped:
    """A cell of the student's own in which their process ended, or was stopped.

    Attributes
    ----------
    cell
        Its `grade_id`; None for a cell that the answer key doesn't name.
    place
        Its number in the graded notebook, from 1.
    status
        "timeout", "memory" or "died".
    message
        A sentence for the student, which names the cell.
    """

    cell: str | None
    place: int
    status: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", printable(self.message))


@dataclass(frozen=True)
class NotebookOutcome:
    """The outcome of one notebook.

    Attributes
    ----------
    name
        Notebook name in the answer key, whatever the file was called.
    cells
        The graded cells in the order of the answer key.
    notebook
        The graded notebook as JSON (UTF-8), for nbgrader's `autograded` folder and formgrader.
        Empty when `missing`. For instructors: it holds the hidden tests.
    missing
        No such notebook was handed in, or it could not be read (a `Problem` says so). Every
        automatic score is then 0, as in nbgrader.
    comments
        `grade_id` of each solution cell (graded or not) and task to nbgrader's automatic comment.
    student_notebook
        The same notebook without hidden tests and without what hidden tests put out, to make
        feedback from. Empty when `missing`.
    submitted_as
        Path of the file in the submission; None when `missing`.
    stopped
        The student's own cells in which the process ended. Tests that need what such a cell
        should have made, and got no points, have its status and its message.
    """

    name: str
    cells: tuple[CellOutcome, ...]
    notebook: bytes
    missing: bool
    comments: Mapping[str, str | None] = field(default_factory=dict)
    student_notebook: bytes = b""
    submitted_as: str | None = None
    stopped: tuple[Stopped, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Something about a submission that a person should know.

    Attributes
    ----------
    file, cell
        Where; None when it concerns the whole submission or file.
    what, remedy
        What is wrong, and what to do about it.
    fatal
        True when the file (or, without a file, the submission) could not be graded.
    """

    student: str
    assignment: str
    file: str | None
    cell: str | None
    what: str
    remedy: str
    fatal: bool = False

    def __post_init__(self) -> None:
        for name in ("file", "cell", "what", "remedy"):
            object.__setattr__(self, name, printable(getattr(self, name)))


@dataclass(frozen=True)
class GradedSubmission:
    """All that grading one submission gave.

    Attributes
    ----------
    tier
        Name of the sandbox tier the student's code ran in.
    seconds
        Wall-clock time of grading.
    """

    student: str
    assignment: str
    notebooks: tuple[NotebookOutcome, ...]
    problems: tuple[Problem, ...]
    tier: str
    seconds: float

    @property
    def score(self) -> float:
        """Sum of the automatic scores."""
        return sum(cell.score or 0.0 for nb in self.notebooks for cell in nb.cells)

    @property
    def max_score(self) -> float:
        """Sum of the points that can be had."""
        return sum(cell.max_score for nb in self.notebooks for cell in nb.cells)

    @property
    def sealed(self) -> bool:
        """Whether every automatic score is tamper-proof."""
        return all(cell.sealed for nb in self.notebooks for cell in nb.cells)


def to_dict(record: object) -> Any:
    """Turn a record (or a container of records) into what `json.dumps` accepts.

    Bytes become text when they are UTF-8 and base64 otherwise, times ISO 8601.
    """
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {f.name: to_dict(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, Mapping):
        return {str(key): to_dict(value) for key, value in record.items()}
    if isinstance(record, (list, tuple, set, frozenset)):
        return [to_dict(value) for value in record]
    if isinstance(record, datetime):
        return record.isoformat()
    if isinstance(record, bytes):
        try:
            return record.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(record).decode("ascii")
    return record
