"""Puts the report on a class together."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from grading.analysis.handed_in import read_handed_in
from grading.analysis.items import items_of
from grading.analysis.model import (
    BINS,
    AssignmentReport,
    Cells,
    ClassReport,
    Name,
    StudentScore,
    Waiting,
)
from grading.analysis.seen import Records
from grading.course import Course
from grading.gradebook import CellPoints, Gradebook, Row
from grading.similarity import Group, Pair, same_words, similar_pairs


def analyse(
    course: Course, book: Gradebook, names: Iterable[str], *, anonymous: bool = False
) -> ClassReport:
    """Work out the report's numbers.

    Parameters
    ----------
    course, book
        The class.
    names
        Assignments; those that the gradebook does not know are left out.
    anonymous
        Number the students, in an order that says nothing, instead of naming them.
    """
    everybody = sorted(book.students())
    name = _numbered(everybody) if anonymous else str
    people = {} if anonymous else book.names()
    reports = tuple(
        _assignment(course, book, one, name, people)
        for one in names
        if book.digest(one) is not None
    )
    return ClassReport(course.course_id, len(everybody), anonymous, reports)


def _numbered(students: list[str]) -> Name:
    shuffled = random.SystemRandom().sample(students, len(students))
    width = len(str(len(students)))
    numbers = {student: f"student {i:0{width}}" for i, student in enumerate(shuffled, 1)}
    return lambda student: numbers.get(student, "unknown student")


def _assignment(
    course: Course, book: Gradebook, assignment: str, name: Name, people: Mapping[str, str]
) -> AssignmentReport:
    rows = book.rows(assignment)
    graded = {row.student: row for row in rows if not row.failed}
    seen = Records(graded.keys(), name)
    for record in book.records(assignment):
        seen.add(record)
    points = book.cell_points(assignment)
    worth = {
        f"{notebook}/{cell['name']}": float(cell["points"])
        for notebook, cells in book.source_cells(assignment).items()
        for cell in cells
        if cell["points"] is not None
    }
    items, alpha = items_of(worth, seen, [one for one in points if one.student in graded])
    scores = np.array([row.score for row in graded.values()])
    handed = read_handed_in(course, book, assignment, graded.keys())
    some = scores.size > 0
    return AssignmentReport(
        assignment=assignment,
        max_score=sum(worth.values()),
        submissions=len(rows),
        failed=len(rows) - len(graded),
        late=sum(row.late_seconds > 0 for row in graded.values()),
        scores=_lines(graded.values(), name, people),
        mean=float(scores.mean()) if some else None,
        median=float(np.median(scores)) if some else None,
        deviation=float(scores.std(ddof=1)) if scores.size > 1 else None,
        quartiles=_pair(np.quantile(scores, (0.25, 0.75))) if some else None,
        histogram=histogram(scores, sum(worth.values())),
        reliability=alpha,
        items=items,
        misconceptions=seen.misconceptions(),
        trouble={status: _cells(found, name) for status, found in seen.trouble.items()},
        unsealed=_cells(seen.unsealed, name),
        stored=handed.stored,
        passed_there=_cells(_passed_there(handed.passed, seen.visible_failures), name),
        manual=_manual(points, graded, name),
        remarks=tuple(seen.remarks),
        same=tuple(
            Group(tuple(sorted(map(name, one.students))), one.answers, one.reference)
            for one in same_words(handed.answers, handed.reference)
        ),
        similar=tuple(
            Pair(name(one.one), name(one.other), one.similarity, one.shared)
            for one in similar_pairs(handed.answers, handed.reference, os.cpu_count() or 1)
        ),
    )


def _lines(rows: Iterable[Row], name: Name, people: Mapping[str, str]) -> tuple[StudentScore, ...]:
    lines = [
        StudentScore(
            name(row.student),
            people.get(row.student, ""),
            row.score,
            round(row.late_seconds / 3600, 1),
            row.penalty,
        )
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda line: line.student))


def _pair(values: Any) -> tuple[float, float]:
    low, high = values
    return float(low), float(high)


def histogram(scores: Any, most: float) -> tuple[int, ...]:
    """Count the scores in each tenth of the maximum; more than the maximum is in the last."""
    if not most:
        return (0,) * BINS
    # A hair more, so that 0.3 of 1 is in the fourth tenth whatever floats make of it.
    places = np.floor(scores / most * BINS + 1e-9).clip(0, BINS - 1).astype(int)
    return tuple(int(count) for count in np.bincount(places, minlength=BINS))


def _manual(points: list[CellPoints], graded: Mapping[str, Row], name: Name) -> tuple[Waiting, ...]:
    """List the notebooks that wait for a person, by notebook and student."""
    waiting: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in points:
        if one.waits and one.student in graded:
            notebook, _, cell = one.cell.partition("/")
            waiting[notebook, one.student, one.submission].append(cell)
    found = [
        Waiting(name(student), notebook, tuple(cells), submission)
        for (notebook, student, submission), cells in waiting.items()
    ]
    return tuple(sorted(found, key=lambda line: (line.notebook, line.student)))


def _cells(found: Mapping[str, list[str]], name: Name) -> tuple[Cells, ...]:
    lines = [Cells(name(student), tuple(cells)) for student, cells in found.items()]
    return tuple(sorted(lines, key=lambda line: line.student))


def _passed_there(
    passed: Mapping[str, set[str]], failed_here: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    found = {
        student: [cell for cell in cells if cell in passed.get(student, ())]
        for student, cells in failed_here.items()
    }
    return {student: cells for student, cells in found.items() if cells}
