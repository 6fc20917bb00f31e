"""The numbers of a report on a class, and what each one means.

`to_dict` of a `ClassReport` is what `grading report --json` prints; the attributes documented here
are its schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grading.similarity import Group, Pair

BINS = 10
"""Bars of the histogram of scores."""

Name = Callable[[str], str]
"""Says how a student is called in the report."""


@dataclass(frozen=True)
class Item:
    """One exercise: all its graded cells together.

    Attributes
    ----------
    name
        Id in the catalogue, or "notebook/cell" where the catalogue does not know it.
    cells
        "notebook/cell" of its graded cells.
    difficulty
        Mean share of the points, from 0 (nobody got any) to 1; None when nobody handed in, the
        exercise is worth nothing, or it waits in more submissions than it is marked in: those
        marked first are mostly those without an answer.
    discrimination
        Corrected item-total correlation: Pearson's correlation of the points for the exercise with
        the points for all others. None with fewer than three submissions, or where one of the two
        is the same for everybody.
    full, none
        Submissions with all points, and with none.
    unanswered
        Submissions in which it was not begun.
    waiting
        Submissions in which it waits for a person; they are in no other number of the item.
    """

    name: str
    title: str
    cells: tuple[str, ...]
    points: float
    difficulty: float | None
    discrimination: float | None
    full: int
    none: int
    unanswered: int
    waiting: int


@dataclass(frozen=True)
class Misconception:
    """A catalogued mistake and who made it.

    Attributes
    ----------
    id
        Of the mistake: "theme/exercise/mistake", or "general/…", which any exercise can attract.
    exercise
        Title of the exercise.
    thinking
        What the student probably believes.
    hint
        What the student was told; empty where only a hidden test saw it.
    students
        All who made it.
    """

    id: str
    exercise: str
    thinking: str
    hint: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Cells:
    """A student's cells to which something happened."""

    student: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """A notebook that waits for a person.

    Attributes
    ----------
    submission
        nbgrader's id of it, as formgrader's address has it.
    """

    student: str
    notebook: str
    cells: tuple[str, ...]
    submission: str


@dataclass(frozen=True)
class Remark:
    """What was noticed about a submission (see `Problem`)."""

    student: str
    file: str | None
    cell: str | None
    what: str
    remedy: str
    fatal: bool


@dataclass(frozen=True)
class StudentScore:
    """One student's line; `name` is empty where the gradebook has none."""

    student: str
    name: str
    score: float | None
    late_hours: float
    penalty: float


@dataclass(frozen=True)
class AssignmentReport:
    """Everything about one assignment.

    Attributes
    ----------
    submissions, failed
        Handed in, and of those impossible to grade; the latter are in no other number.
    late
        Graded submissions after their due date.
    scores
        Every graded student's line, by student. Late penalties are taken off.
    mean, median, deviation, quartiles
        Of the scores; None without any. The deviation is the sample's (n − 1).
    histogram
        Submissions in each tenth of the maximum; the last one includes the maximum, extra credit
        counts there.
    reliability
        Cronbach's alpha over the exercises that wait for nobody; None where undefined.
    items
        Exercises in the order of the notebook.
    misconceptions
        The most frequent first.
    trouble
        Status ("timeout", "memory", "died", "error") → students with the cells concerned: their
        own cell, or the test during which it happened.
    unsealed
        Students with test results that their own code could have touched.
    stored
        Graded submissions whose notebook says how a visible test went where the student worked;
        without that, nothing can be said of them in `passed_there`.
    passed_there
        Visible tests that had passed where the student worked, say the outputs stored in the
        notebook handed in, and do not pass here. Nothing is run again for it.
    manual
        Notebooks that wait for a person.
    remarks
        What was noticed about submissions.
    same, similar
        Submissions that are alike (see `grading.similarity`).
    """

    assignment: str
    max_score: float
    submissions: int
    failed: int
    late: int
    scores: tuple[StudentScore, ...]
    mean: float | None
    median: float | None
    deviation: float | None
    quartiles: tuple[float, float] | None
    histogram: tuple[int, ...]
    reliability: float | None
    items: tuple[Item, ...]
    misconceptions: tuple[Misconception, ...]
    trouble: Mapping[str, tuple[Cells, ...]]
    unsealed: tuple[Cells, ...]
    stored: int
    passed_there: tuple[Cells, ...]
    manual: tuple[Waiting, ...]
    remarks: tuple[Remark, ...]
    same: tuple[Group, ...]
    similar: tuple[Pair, ...]


@dataclass(frozen=True)
class ClassReport:
    """The whole report.

    Attributes
    ----------
    course
        nbgrader's name of the course.
    students
        Students in the gradebook.
    anonymous
        Whether students are numbered instead of named.
    """

    course: str
    students: int
    anonymous: bool
    assignments: tuple[AssignmentReport, ...]
