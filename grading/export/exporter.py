"""What the exporters share: the options, the outcome, and how a template is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from nbgrader import api
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Unicode

from grading.errors import CourseError
from grading.export.grades import Grades, Score, read_grades
from grading.export.table import to_csv
from grading.export.template import BOM, Finder, Template, read_template
from grading.wording import number

__all__ = ["Exporter", "Outcome"]


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


class Exporter(ExportPlugin):  # type: ignore[misc]
    """A plug-in of nbgrader's; each format says below what is its own.

    Attributes
    ----------
    default_file
        Where the grades go if nobody says.
    no_grade
        What stands where there is no grade.
    kept
        What a cell of a template may hold that no grade takes the place of.
    known_by
        Heading of a template's column → the student's attributes that may stand in it.
    """

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
    kept: ClassVar[tuple[str, ...]] = ()
    known_by: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def rows(self, grades: Grades) -> Iterable[list[str]]:
        """Give the lines of a file that is made without a template."""
        raise NotImplementedError

    def titles(self, column: str) -> tuple[str, ...]:
        """Return what the title of an assignment may be whose column has this heading."""
        return ()

    def is_student(self, row: Sequence[str]) -> bool:
        """Whether a row of a template is a student's."""
        return any(cell.strip() for cell in row)

    def holds_points(self, row: Sequence[str]) -> bool:
        """Whether a row of a template says what each assignment is worth."""
        return False

    def export(self, gradebook: api.Gradebook) -> None:
        """Write the grades to `to`; what a person should know is in `outcome`, and logged.

        Raises
        ------
        CourseError
            When the template can't be used.
        OSError
            When the file can't be written.
        """
        grades = read_grades(gradebook, self.assignment, self.student)
        self.outcome = Outcome(
            str(self.to or self.default_file),
            assignments=[*grades.assignments],
            waiting=sum(score.status == "waiting" for score in grades.scores.values()),
            not_graded=[
                f"{assignment}/{student}"
                for (assignment, student), score in grades.scores.items()
                if score.status == "not graded"
            ],
        )
        if self.template:
            template = read_template(Path(self.template))
            self._fill_in(template, grades)
            text = template.text(self.bom)
        else:
            self.outcome.rows = len(grades.students)
            text = (BOM if self.bom else "") + to_csv(self.rows(grades))
        Path(self.outcome.file).write_text(text, encoding="utf-8", newline="")
        for note in self.outcome.notes:
            self.log.warning(note)

    def cell(self, score: Score | None) -> str:
        """Write one score."""
        if score is not None and score.score is not None:
            return number(score.score)
        nothing = score is None or score.status == "missing"
        return "0" if nothing and self.missing_as_zero else self.no_grade

    def cells_of(self, grades: Grades, student: str) -> list[str]:
        """Write a student's scores, in the order of the assignments."""
        return [self.cell(grades.scores.get((name, student))) for name in grades.assignments]

    def _fill_in(self, template: Template, grades: Grades) -> None:
        """Fill in a template; columns, rows and all other cells stay."""
        places = self._places(template, grades)
        keys = [self.known_by.get(heading, ()) for heading in template.header]
        finder = Finder(grades.students, keys)
        found: set[str] = set()
        for row in template.rows[1:]:
            student = finder.find(row)
            if student is not None:
                self.outcome.rows += 1
                found.add(student)
                self._fill_row(row, grades, student, places)
            elif self.is_student(row):
                self.outcome.not_in_gradebook.append(row[0].strip())
            elif self.holds_points(row):
                self._compare_points(row, grades, template.header, places)
        if self.outcome.not_in_gradebook and not found:
            raise CourseError(
                f"No row of the template {template.path} is of a student in the gradebook.",
                f"They are found by {', '.join(self.known_by)}: `nbgrader db student add NAME "
                "--lms-user-id=…` sets what the platform calls them. If it is another platform's "
                "file, give its --format.",
            )
        scored = {student for (_, student), one in grades.scores.items() if one.score is not None}
        self.outcome.not_in_template = sorted(scored - found)

    def _places(self, template: Template, grades: Grades) -> dict[str, int]:
        """Find each assignment's column."""
        places = {}
        for name in grades.assignments:
            wanted = self.columns.get(name, name)
            for place, heading in enumerate(template.header):
                if any(_same(title, wanted) for title in (heading, *self.titles(heading))):
                    places[name] = place
                    break
            else:
                self.outcome.notes.append(
                    f"The template has no column for {name}; it was left out. "
                    f'Give its heading: --column "{name}=…".'
                )
        if not places:
            raise CourseError(
                f"The template {template.path} has a column for none of the assignments.",
                f"Its columns: {', '.join(template.header)}.",
            )
        return places

    def _fill_row(
        self, row: list[str], grades: Grades, student: str, places: Mapping[str, int]
    ) -> None:
        for name, place in places.items():
            row += [""] * (place + 1 - len(row))
            written = self.cell(grades.scores.get((name, student)))
            if row[place].strip() in self.kept:
                self.outcome.kept += 1
            elif written != self.no_grade:
                row[place] = written

    def _compare_points(
        self, row: Sequence[str], grades: Grades, header: Sequence[str], places: Mapping[str, int]
    ) -> None:
        """Note where the platform has other maximum points."""
        for name, place in places.items():
            try:
                theirs = float(row[place])
            except (ValueError, IndexError):
                continue
            ours = grades.assignments[name].points
            if theirs != ours:
                self.outcome.notes.append(
                    f"{header[place]} is worth {number(theirs)} points in the template and "
                    f"{number(ours)} here. Scores are written as they are."
                )


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
