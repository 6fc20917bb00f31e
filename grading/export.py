"""Grades as CSV, and as the files that Canvas and Moodle import: plug-ins for `nbgrader export`.

    nbgrader export --exporter=grading.export.CanvasExporter --to canvas.csv

`grading export` runs the same plug-ins. The columns are those of Canvas's own export
(`lib/gradebook_exporter.rb` in instructure/canvas-lms) and those by which Moodle's import finds
users (`grade/import/csv/classes/load_data.php` in moodle/moodle).
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from nbgrader import api
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Unicode

from grading.errors import CourseError
from grading.gradebook import tables
from grading.gradebook.totals import totals

__all__ = [
    "FORMATS",
    "CanvasExporter",
    "CsvExporter",
    "Exporter",
    "MoodleExporter",
    "Outcome",
    "harmless",
]

_BOM = "\ufeff"
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_KEPT_BY_CANVAS = ("EX", "N/A")  # excused there; not assigned there


@dataclass(frozen=True)
class _Score:
    """One student's result in one assignment.

    Attributes
    ----------
    status
        "graded"; "waiting" for a person; "not graded" when it could not be; "missing".
    score
        Points less the late penalty, never below 0; None where there is no grade.
    """

    status: str
    score: float | None = None
    raw: float = 0.0
    penalty: float = 0.0
    timestamp: Any = None


@dataclass(frozen=True)
class _Book:
    """What is exported."""

    students: list[Any]  # rows of nbgrader's student table
    assignments: dict[str, tuple[float, Any]]  # name → (points, due date)
    scores: dict[tuple[str, str], _Score]  # (assignment, student) → result


@dataclass
class Outcome:
    """What an export wrote, and what a person should know about it.

    Attributes
    ----------
    rows
        Students in the file.
    waiting
        Exported scores that still lack points from a person.
    not_graded
        "assignment/student" of submissions that could not be graded; they have no score.
    not_in_template
        Students with a score who have no row in the template.
    not_in_gradebook
        Rows of the template that are no student of the gradebook; left as they were.
    kept
        Cells of the template left as they were because they say that the student is excused, or
        has not been given the assignment.
    notes
        Sentences.
    """

    file: str = ""
    rows: int = 0
    assignments: list[str] = field(default_factory=list)
    waiting: int = 0
    not_graded: list[str] = field(default_factory=list)
    not_in_template: list[str] = field(default_factory=list)
    not_in_gradebook: list[str] = field(default_factory=list)
    kept: int = 0
    notes: list[str] = field(default_factory=list)


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text as a formula: an apostrophe goes in front.

    Numbers, and a dash alone, stay as they are.
    """
    if not text.lstrip(" ").startswith(_FORMULA) or text.strip() == "-":
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text


class Exporter(ExportPlugin):  # type: ignore[misc]
    """What the exporters have in common."""

    template = Unicode("", help="file exported by the LMS, to be filled in").tag(config=True)
    columns = Dict(
        {}, help="name of an assignment here → its column in the template, if it is another"
    ).tag(config=True)
    missing_as_zero = Bool(False, help="write 0 where nothing was handed in").tag(config=True)
    bom = Bool(False, help="begin with a byte order mark, so that Excel reads UTF-8").tag(
        config=True
    )

    default_file = ""
    no_grade = ""

    def export(self, gradebook: api.Gradebook) -> None:
        """Write the grades to `to`; what a person should know is in `outcome`, and logged.

        Raises
        ------
        CourseError
            When the template can't be used.
        """
        book = _read(gradebook, self.assignment, self.student)
        self.outcome = Outcome(str(self.to or self.default_file), assignments=[*book.assignments])
        for (assignment, student), score in book.scores.items():
            self.outcome.waiting += score.status == "waiting"
            if score.status == "not graded":
                self.outcome.not_graded.append(f"{assignment}/{student}")
        if self.template:
            text = self._fill_in(book)
        else:
            rows = self.rows(book)
            self.outcome.rows = len(book.students)
            text = (_BOM if self.bom else "") + _written(rows, ",")
        Path(self.outcome.file).write_text(text, encoding="utf-8", newline="")
        for note in self.outcome.notes:
            self.log.warning(note)

    def rows(self, book: _Book) -> Iterable[list[str]]:
        """Give the lines of the file."""
        raise NotImplementedError

    def known_by(self, column: str) -> tuple[str, ...]:
        """Name the student's attributes that a column of a template may hold."""
        return ()

    def titles(self, column: str) -> tuple[str, ...]:
        """Return what the title of an assignment may be whose column has this heading."""
        return ()

    def cell(self, score: _Score | None) -> str:
        """Write one score."""
        if score is not None and score.score is not None:
            return _number(score.score)
        nothing = score is None or score.status == "missing"
        return "0" if nothing and self.missing_as_zero else self.no_grade

    def _fill_in(self, book: _Book) -> str:
        """Fill in a template; columns, rows and all other cells stay."""
        path = Path(self.template)
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CourseError(
                f"The template {path} can't be read: {error}.", "It has to be a CSV file in UTF-8."
            ) from error
        bom, text = text.startswith(_BOM), text.removeprefix(_BOM)
        first = text.split("\n", 1)[0]
        mark = max(",;\t", key=first.count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
        header = [name.strip() for name in rows[0]] if rows else []
        places = self._places(book, header)
        keys = [(place, self.known_by(name)) for place, name in enumerate(header)]
        finder = _Finder(book.students, [(place, names) for place, names in keys if names])
        found: set[str] = set()
        for row in rows[1:]:
            student = finder.find(row)
            if student is not None:
                self.outcome.rows += 1
                found.add(student)
                self._fill_row(book, row, student, places)
            elif self.is_student(row):
                self.outcome.not_in_gradebook.append(row[0].strip())
            else:
                self._compare_points(book, row, header, places)
        self.outcome.not_in_template = sorted(
            {student for (_, student), one in book.scores.items() if one.score is not None} - found
        )
        return (_BOM if bom or self.bom else "") + _written(rows, mark)

    def is_student(self, row: Sequence[str]) -> bool:
        """Whether a row of a template is a student's."""
        return any(cell.strip() for cell in row)

    def _places(self, book: _Book, header: Sequence[str]) -> dict[str, int]:
        """Find each assignment's column."""
        places = {}
        for name in book.assignments:
            wanted = self.columns.get(name, name)
            for place, column in enumerate(header):
                if any(_same(title, wanted) for title in (column, *self.titles(column))):
                    places[name] = place
                    break
            else:
                self.outcome.notes.append(
                    f"The template has no column for {name}; it was left out. "
                    f'Give its heading: --column "{name}=…".'
                )
        if not places:
            raise CourseError(
                f"The template {self.template} has a column for none of the assignments.",
                f"Its columns: {', '.join(header)}.",
            )
        return places

    def _fill_row(self, book: _Book, row: list[str], student: str, places: dict[str, int]) -> None:
        for name, place in places.items():
            row += [""] * (place + 1 - len(row))
            score = book.scores.get((name, student))
            written = self.cell(score)
            if row[place].strip() in _KEPT_BY_CANVAS:
                self.outcome.kept += 1
            elif written != self.no_grade:
                row[place] = written

    def _compare_points(
        self, book: _Book, row: Sequence[str], header: Sequence[str], places: dict[str, int]
    ) -> None:
        """Note where the LMS has other maximum points."""
        if not (row and row[0].strip() == "Points Possible"):
            return
        for name, place in places.items():
            try:
                theirs = float(row[place])
            except (ValueError, IndexError):
                continue
            ours = book.assignments[name][0]
            if theirs != ours:
                self.outcome.notes.append(
                    f"{header[place]} is worth {_number(theirs)} points in the template and "
                    f"{_number(ours)} here. Scores are written as they are."
                )


class CsvExporter(Exporter):
    """One line a student and assignment: the columns of nbgrader's exporter, and `status`.

    nbgrader's own writes a student who handed in nothing with 0 points, and does not quote commas.
    """

    default_file = "grades.csv"
    bom = Bool(True, help="begin with a byte order mark, so that Excel reads UTF-8").tag(
        config=True
    )

    def rows(self, book: _Book) -> Iterable[list[str]]:
        """Give the lines of the file."""
        yield [
            *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name"),
            *("email", "raw_score", "late_submission_penalty", "score", "max_score", "status"),
        ]
        for name, (points, duedate) in book.assignments.items():
            for student in book.students:
                score = book.scores.get((name, student.id), _Score("missing"))
                graded = score.score is not None
                yield [
                    name,
                    str(duedate or ""),
                    str(score.timestamp or ""),
                    student.id,
                    student.last_name or "",
                    student.first_name or "",
                    student.email or "",
                    _number(score.raw) if graded else "",
                    _number(score.penalty) if graded else "",
                    self.cell(score),
                    _number(points),
                    score.status,
                ]


class CanvasExporter(Exporter):
    """Canvas's gradebook: Student, ID, SIS User ID, SIS Login ID, Section, then the assignments.

    Without a template, an assignment is a new one for Canvas; with Canvas's own export as the
    template, the grades go to the assignments that are there.
    """

    default_file = "canvas.csv"

    def rows(self, book: _Book) -> Iterable[list[str]]:
        """Give the lines of the file."""
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *book.assignments]
        maxima = [_number(points) for points, _ in book.assignments.values()]
        yield ["    Points Possible", "", "", "", "", *maxima]
        for student in book.students:
            names = [name for name in (student.last_name, student.first_name) if name]
            grades = [self.cell(book.scores.get((name, student.id))) for name in book.assignments]
            who = [", ".join(names) or student.id, student.lms_user_id or "", "", student.id, ""]
            yield who + grades

    def known_by(self, column: str) -> tuple[str, ...]:
        """Name the student's attributes that a column of a template may hold."""
        return {
            "ID": ("lms_user_id",),
            "SIS User ID": ("id", "lms_user_id"),
            "SIS Login ID": ("id", "email"),
        }.get(column, ())

    def titles(self, column: str) -> tuple[str, ...]:
        """Return the title in "Title (123)"."""
        found = re.fullmatch(r"(.*\S)\s*\(\d+\)", column)
        return (found[1],) if found else ()

    def is_student(self, row: Sequence[str]) -> bool:
        """Whether a row of a template is a student's: those have an ID."""
        return len(row) > 1 and bool(row[1].strip())


class MoodleExporter(Exporter):
    """Moodle's grade import: columns that tell the user, then one an assignment.

    A dash stands for no grade, as in Moodle's own export: an empty cell would make a new grade item
    fail.
    """

    default_file = "moodle.csv"
    no_grade = "-"

    def rows(self, book: _Book) -> Iterable[list[str]]:
        """Give the lines of the file."""
        yield [
            *("First name", "Last name", "ID number", "Email address", "Username"),
            *book.assignments,
        ]
        for student in book.students:
            yield [
                student.first_name or "",
                student.last_name or "",
                student.lms_user_id or "",
                student.email or "",
                student.id,
                *(self.cell(book.scores.get((name, student.id))) for name in book.assignments),
            ]

    def known_by(self, column: str) -> tuple[str, ...]:
        """Name the student's attributes that a column of a template may hold."""
        return {
            "ID number": ("lms_user_id", "id"),
            "Email address": ("email", "id"),
            "Username": ("id",),
        }.get(column, ())

    def titles(self, column: str) -> tuple[str, ...]:
        """Return the title in "Assignment: Title (Real)"; other columns can't take points."""
        found = re.fullmatch(r"(.*\S)\s*\(Real\)", column)
        return (found[1], found[1].partition(":")[2].strip()) if found else ()


FORMATS: dict[str, type[Exporter]] = {
    "csv": CsvExporter,
    "canvas": CanvasExporter,
    "moodle": MoodleExporter,
}


class _Finder:
    """Finds the student of a template's row.

    Parameters
    ----------
    students
        Rows of nbgrader's student table.
    keys
        (place in the row, attributes that may stand there).
    """

    def __init__(self, students: Iterable[Any], keys: list[tuple[int, tuple[str, ...]]]) -> None:
        self.keys = keys
        self.known: dict[str, dict[str, str]] = defaultdict(dict)
        for student in students:
            for attribute in ("id", "lms_user_id", "email"):
                value = getattr(student, attribute)
                if value:
                    self.known[attribute][value.strip().casefold()] = student.id

    def find(self, row: Sequence[str]) -> str | None:
        """Return the student's id; the first column that knows one decides."""
        for place, attributes in self.keys:
            value = row[place].strip().casefold() if place < len(row) else ""
            for attribute in attributes if value else ():
                if value in self.known[attribute]:
                    return self.known[attribute][value]
        return None


def _read(gradebook: api.Gradebook, assignments: list[Any], students: list[Any]) -> _Book:
    """Read a gradebook in a few statements, however big the class."""
    db = gradebook.db
    wanted, people = {str(name) for name in assignments}, {str(name) for name in students}
    pupils = [
        one
        for one in db.execute(sa.select(api.Student.__table__).order_by(api.Student.id))
        if not people or one.id in people
    ]
    ids = {one.id for one in pupils}
    table: dict[str, tuple[float, Any]] = {}
    scores: dict[tuple[str, str], _Score] = {}
    for one in sorted(gradebook.assignments, key=lambda assignment: str(assignment.name)):
        if wanted and one.name not in wanted:
            continue
        table[one.name] = (float(one.max_score or 0.0), one.duedate)
        failed = _failed(db, one.name)
        for row in db.execute(totals(one.id)):
            if row.student_id in ids:
                scores[one.name, row.student_id] = _score(row, row.student_id in failed)
    return _Book(pupils, table, scores)


def _score(row: Any, failed: bool) -> _Score:
    if failed:
        return _Score("not graded", timestamp=row.timestamp)
    status = "waiting" if row.waiting else "graded"
    left = max(0.0, row.score - row.penalty)
    return _Score(status, left, row.score, row.penalty, row.timestamp)


def _failed(db: Any, assignment: str) -> set[str]:
    """Name the students whose submission `grading run` could not grade."""
    record = tables.record
    if not sa.inspect(db.get_bind()).has_table(record.name):
        return set()
    query = sa.select(record.c.student).where(record.c.assignment == assignment, record.c.failed)
    return set(db.scalars(query))


def _written(rows: Iterable[Sequence[str]], mark: str) -> str:
    """Write lines as CSV that a spreadsheet runs nothing of."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=mark, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue()


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
