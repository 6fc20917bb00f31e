"""What a class's grades say about the class, the exercises and the tests: numbers only.

`to_dict` of the result is what `grading report --json` prints; the attributes documented here are
its schema.
"""

from __future__ import annotations

import json
import math
import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grading.course import Course
from grading.gradebook import Gradebook, Row, not_tamper_proof
from grading.similarity import Answers, Group, Pair, same_words, similar_pairs
from tutor import mistakes

__all__ = ["AssignmentReport", "ClassReport", "Item", "Misconception", "analyse"]

BINS = 10
_LARGEST = 20_000_000  # bytes of a notebook that is read for its answers
_TROUBLE = ("timeout", "memory", "died", "error")


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


Name = Callable[[str], str]
_Trouble = dict[str, dict[str, list[str]]]


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
    seen = _Records(graded.keys(), name)
    for record in book.records(assignment):
        seen.add(record)
    points = book.cell_points(assignment)
    worth = {
        f"{notebook}/{cell['name']}": float(cell["points"])
        for notebook, cells in book.source_cells(assignment).items()
        for cell in cells
        if cell["points"] is not None
    }
    items, alpha = _items(worth, seen, [one for one in points if one[0] in graded])
    scores = np.array([row.score for row in graded.values()])
    handed = _handed_in(course, book, assignment, graded.keys())
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
        histogram=_histogram(scores, sum(worth.values())),
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


def _histogram(scores: Any, most: float) -> tuple[int, ...]:
    if not most:
        return (0,) * BINS
    # A hair more, so that 0.3 of 1 is in the fourth tenth whatever floats make of it.
    places = np.floor(scores / most * BINS + 1e-9).clip(0, BINS - 1).astype(int)
    return tuple(int(count) for count in np.bincount(places, minlength=BINS))


class _Records:
    """Collects what the records of a class's submissions say.

    Parameters
    ----------
    graded
        Students whose submission counts.
    name
        How a student is called in the report.
    """

    def __init__(self, graded: Iterable[str], name: Name) -> None:
        self.graded = frozenset(graded)
        self.name = name
        self.exercises: dict[str, str] = {}  # "notebook/cell" → exercise
        self.unanswered: dict[str, set[str]] = defaultdict(set)  # exercise → students
        self.made: dict[str, set[str]] = defaultdict(set)  # mistake → students
        self.where: dict[str, str] = {}  # mistake → exercise
        self.hints: dict[str, str] = {}
        self.trouble: _Trouble = {s: defaultdict(list) for s in _TROUBLE}
        self.unsealed: dict[str, list[str]] = defaultdict(list)
        self.visible_failures: dict[str, list[str]] = defaultdict(list)
        self.remarks: list[Remark] = []

    def add(self, record: Mapping[str, Any]) -> None:
        """Take in one record of the gradebook."""
        student = record["student"]
        for problem in record["problems"]:
            parts = (problem[key] for key in ("file", "cell", "what", "remedy", "fatal"))
            self.remarks.append(Remark(self.name(student), *parts))
        if student not in self.graded:
            return
        for notebook in record["notebooks"]:
            stopped = notebook.get("stopped", ())  # records of older versions have none
            for one in stopped:
                name = one["cell"] or f"cell {one['place']}"
                self.trouble[one["status"]][student].append(f"{notebook['name']}/{name}")
            causes = tuple(one["message"] for one in stopped)
            for cell in () if notebook["missing"] else notebook["cells"]:
                full = f"{notebook['name']}/{cell['name']}"
                self._cell(student, full, cell, record["tier"])
                # A test that only lacks what a stopped cell should have made is no second accident.
                inherited = any(str(words).startswith(causes) for words in cell["messages"])
                if cell["status"] in self.trouble and not (causes and inherited):
                    self.trouble[cell["status"]][student].append(full)

    def _cell(self, student: str, full: str, cell: Mapping[str, Any], tier: str) -> None:
        if cell["status"] == "unanswered":
            self.unanswered[full].add(student)
        if not_tamper_proof(tier, cell):
            self.unsealed[student].append(full)
        hidden = any(check.get("hidden") for check in cell["checks"])
        if cell["kind"] == "autograded" and (cell["score"] or 0) < cell["max_score"] and not hidden:
            self.visible_failures[student].append(full)
        for check in cell["checks"]:
            exercise = check.get("exercise")
            if exercise:
                self.exercises[full] = exercise
            for line in check.get("lines", ()):
                if not line.get("ok") and line.get("mistake"):
                    self._mistake(student, exercise or full, line)

    def _mistake(self, student: str, exercise: str, line: Mapping[str, Any]) -> None:
        found = str(line["mistake"])
        if found == "general/not_started":
            self.unanswered[exercise].add(student)
            return
        # A general mistake is one of its exercise too: what to teach again depends on both.
        key = f"{exercise}\0{found}"
        self.made[key].add(student)
        self.where[key] = exercise
        if line.get("hint"):
            self.hints[key] = str(line["hint"])

    def misconceptions(self) -> tuple[Misconception, ...]:
        """Give the mistakes, the most frequent first."""
        found = []
        for key, students in self.made.items():
            ident = key.partition("\0")[2]
            try:
                thinking = mistakes.thinking(ident)
            except ValueError:
                thinking = ""  # graded with a catalogue that had it
            names = tuple(sorted(map(self.name, students)))
            title = _title(self.where[key])
            found.append(Misconception(ident, title, thinking, self.hints.get(key, ""), names))
        return tuple(sorted(found, key=lambda one: (-len(one.students), one.exercise, one.id)))


def _title(exercise: str) -> str:
    try:
        return mistakes.get(exercise).title
    except ValueError:
        return exercise


def _items(
    worth: Mapping[str, float], seen: _Records, points: list[tuple[str, str, float, bool, str]]
) -> tuple[tuple[Item, ...], float | None]:
    """Analyse each exercise, and how well they go together."""
    exercises: dict[str, list[str]] = defaultdict(list)
    for cell in worth:
        exercises[seen.exercises.get(cell, cell)].append(cell)
    students = {student: i for i, student in enumerate(sorted({one[0] for one in points}))}
    place = {cell: j for j, cells in enumerate(exercises.values()) for cell in cells}
    table = np.zeros((len(students), len(exercises)))
    marked = np.ones(table.shape, dtype=bool)
    for student, cell, score, waits, _ in points:
        table[students[student], place[cell]] += score
        marked[students[student], place[cell]] &= not waits
    discriminations = _item_rest(table, marked)
    items = []
    for j, (exercise, cells) in enumerate(exercises.items()):
        most = sum(worth[cell] for cell in cells)
        got = table[marked[:, j], j]
        waiting = int((~marked[:, j]).sum())
        known = most and got.size and got.size >= waiting
        items.append(
            Item(
                name=exercise,
                title=_title(exercise),
                cells=tuple(cells),
                points=most,
                difficulty=float(got.mean() / most) if known else None,
                discrimination=discriminations[j],
                full=int((got >= most - 1e-9).sum()) if most else 0,
                none=int((got <= 0).sum()),
                unanswered=len(set().union(*(seen.unanswered[n] for n in (exercise, *cells)))),
                waiting=waiting,
            )
        )
    return tuple(items), _alpha(table[:, marked.all(axis=0)])


def _item_rest(table: Any, marked: Any) -> list[float | None]:
    """Compute corrected item-total correlations.

    Parameters
    ----------
    table
        Points, shape (submissions, exercises).
    marked
        Whether they are final, same shape. Submissions in which an exercise waits for a person
        don't count for it, and exercises that wait anywhere don't count for the others.

    Notes
    -----
    r(item, total − item), without which an item would correlate with itself: S. Henrysson,
    Correction of item-total correlations in item analysis, Psychometrika 28 (1963) 211–218, names
    the problem; J. C. Nunnally and I. H. Bernstein, Psychometric Theory (1994), use this form.
    """
    final = marked.all(axis=0)
    total = table[:, final].sum(axis=1)
    found: list[float | None] = []
    for j in range(table.shape[1]):
        rows = marked[:, j]
        item = table[rows, j]
        rest = total[rows] - (item if final[j] else 0.0)
        found.append(_correlation(item, rest))
    return found


def _correlation(a: Any, b: Any) -> float | None:
    """Compute Pearson's correlation; None with fewer than three values, or constant ones."""
    if len(a) < 3:
        return None
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float(np.clip((a * b).sum() / spread, -1, 1)) if spread > 1e-9 else None


def _alpha(table: Any) -> float | None:
    """Compute Cronbach's alpha (L. J. Cronbach, Psychometrika 16 (1951) 297–334)."""
    rows, columns = table.shape
    if rows < 3 or columns < 2:
        return None
    total = float(table.sum(axis=1).var(ddof=1))
    if total <= 1e-12:
        return None
    return float(columns / (columns - 1) * (1 - table.var(axis=0, ddof=1).sum() / total))


def _manual(
    points: list[tuple[str, str, float, bool, str]], graded: Mapping[str, Row], name: Name
) -> tuple[Waiting, ...]:
    """List the notebooks that wait for a person, by notebook and student."""
    waiting: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for student, full, _, waits, ident in points:
        if waits and student in graded:
            notebook, _, cell = full.partition("/")
            waiting[notebook, student, ident].append(cell)
    found = [
        Waiting(name(student), notebook, tuple(cells), ident)
        for (notebook, student, ident), cells in waiting.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.notebook, one.student)))


def _cells(found: Mapping[str, list[str]], name: Name) -> tuple[Cells, ...]:
    lines = [Cells(name(student), tuple(cells)) for student, cells in found.items()]
    return tuple(sorted(lines, key=lambda line: line.student))


# ------------------------------------------------------------------- what is in the notebooks


@dataclass
class _Handed:
    """What submitted notebooks say.

    Attributes
    ----------
    answers
        Student → what was written in which cell.
    stored
        Number of students with a visible test that was run where they worked.
    passed
        Student → test cells that passed there.
    reference
        Cell → the instructor's solution.
    """

    answers: dict[str, Answers] = field(default_factory=dict)
    stored: int = 0
    passed: dict[str, set[str]] = field(default_factory=dict)
    reference: dict[str, str] = field(default_factory=dict)


def _handed_in(course: Course, book: Gradebook, assignment: str, graded: Iterable[str]) -> _Handed:
    """Read the answers from the files handed in, by the names of their cells."""
    stubs: dict[str, str] = {}
    tests: dict[str, str] = {}  # cell → notebook/cell
    for notebook, cells in book.source_cells(assignment).items():
        for cell in cells:
            if cell["solution"]:
                stubs[cell["name"]] = cell["source"]
            elif cell["grade"] and "BEGIN HIDDEN TESTS" not in cell["source"]:
                tests[cell["name"]] = f"{notebook}/{cell['name']}"
    handed = _Handed()
    for path in sorted(course.folder("source", assignment).glob("*.ipynb")):
        handed.reference |= {
            name: _source(cell) for name, cell in _named_cells(path.read_bytes()) if name in stubs
        }
    wanted = set(graded)
    for one in course.handed_in(assignment):
        if one.student not in wanted:
            continue
        answers: dict[str, str] = {}
        passed: set[str] = set()
        stored = False
        for path in sorted(one.path.glob("*.ipynb")):
            if path.is_symlink() or path.stat().st_size > _LARGEST:
                continue
            for name, cell in _named_cells(path.read_bytes()):
                text = _source(cell)
                if name in stubs and text.strip() not in ("", stubs[name].strip()):
                    answers[name] = text
                elif name in tests and cell.get("execution_count"):
                    stored = True
                    if _passed(cell):
                        passed.add(tests[name])
        handed.stored += stored
        handed.answers[one.student] = answers
        handed.passed[one.student] = passed
    return handed


def _named_cells(data: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the cells that have a name; whatever is wrong with a notebook is left out."""
    for cell in _cells_of(data):
        name = _grade_id(cell)
        if name:
            yield name, cell


def _cells_of(data: bytes) -> list[dict[str, Any]]:
    try:
        cells = json.loads(data).get("cells", ())
    except (ValueError, AttributeError, RecursionError):
        return []
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _grade_id(cell: Mapping[str, Any]) -> str:
    metadata = cell.get("metadata")
    known = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = known.get("grade_id") if isinstance(known, dict) else None
    return name if isinstance(name, str) else ""


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _passed(cell: Mapping[str, Any]) -> bool:
    """Whether a test cell that was run passed in full, by its stored outputs."""
    outputs = cell.get("outputs")
    if not isinstance(outputs, list):
        return False
    for output in outputs:
        kind = output.get("output_type") if isinstance(output, dict) else "error"
        if kind == "error" or (kind == "stream" and output.get("name") == "stderr"):
            return False
        if kind == "execute_result":
            data = output.get("data")
            text = data.get("text/plain") if isinstance(data, dict) else None
            text = "".join(map(str, text)) if isinstance(text, list) else text
            return not _is_number(text)  # a number is partial credit; see `Result.__repr__`
    return True


def _is_number(text: Any) -> bool:
    try:
        return math.isfinite(float(text))
    except (TypeError, ValueError):
        return False


def _passed_there(
    passed: Mapping[str, set[str]], failed_here: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    found = {
        student: [cell for cell in cells if cell in passed.get(student, ())]
        for student, cells in failed_here.items()
    }
    return {student: cells for student, cells in found.items() if cells}
