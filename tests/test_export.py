"""Grades for spreadsheets, Canvas and Moodle: columns, rows, and nothing that runs."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import small_course as small
from click.testing import CliRunner, Result
from command import nbgrader
from hypothesis import given
from hypothesis import strategies as st
from nbgrader import api

from grading.commands import grading
from grading.commands.results import _export_notes
from grading.errors import EXIT_FAILED, EXIT_OK, EXIT_PROBLEMS, EXIT_USAGE
from grading.export import FORMATS, CanvasExporter, CsvExporter, MoodleExporter
from grading.export.exporter import Outcome
from grading.export.table import harmless
from grading.gradebook import Gradebook

DATA = Path(__file__).parent / "data"
STUDENTS = {
    "ada": ("Ada", "Lovelace", "ada@example.edu", "101"),
    "laila": ("ليلى", "عبد الله", "laila@example.edu", "102"),
    "ben": ('Ben "the, one"', '=cmd|"/c calc"!A1', None, "103"),
    "cyd": (None, None, None, "104"),
    "dee": ("Dee", "Nothing", None, None),
}
SCORES = {"ada": 13.5, "laila": 0, "ben": 7, "cyd": 20}


def make_class(root: Path, students: dict[str, Any], scores: dict[str, float]) -> Path:
    """Make a gradebook; cyd is two points late, laila's submission could be graded to 0."""
    small.make(root)
    url = f"sqlite:///{root / 'gradebook.db'}"
    with Gradebook(url, "small"):
        pass
    with api.Gradebook(url) as book:
        book.add_assignment(small.ASSIGNMENT, duedate=datetime(2026, 3, 1, 12))
        book.add_notebook("small", small.ASSIGNMENT)
        book.add_grade_cell("t", "small", small.ASSIGNMENT, max_score=20, cell_type="code")
        for name, (first, last, email, lms) in students.items():
            fields = {"first_name": first, "last_name": last, "email": email, "lms_user_id": lms}
            book.add_student(name, **fields)
        for name, score in scores.items():
            sent = book.add_submission(small.ASSIGNMENT, name)
            (grade,) = sent.notebooks[0].grades
            grade.auto_score, grade.needs_manual_grade = score, False
            sent.notebooks[0].late_submission_penalty = 2 if name == "cyd" else None
        book.db.commit()
    return root


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_class(tmp_path_factory.mktemp("export") / "course", STUDENTS, SCORES)


def export(course: Path, *arguments: str) -> Result:
    return CliRunner().invoke(grading, ["export", *arguments, "--course-dir", str(course)])


def read(path: Path, mark: str = ",") -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))


def test_csv_has_nbgraders_columns_and_a_status(course: Path, tmp_path: Path) -> None:
    done = export(course, "-o", str(tmp_path / "g.csv"))
    assert done.exit_code == EXIT_OK, done.output
    assert (tmp_path / "g.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    header, *rows = read(tmp_path / "g.csv")
    nbgrader("export", "--to", str(tmp_path / "theirs.csv"), cwd=course)
    assert header == [*read(tmp_path / "theirs.csv")[0], "status"]
    found = {row[3]: dict(zip(header, row, strict=True)) for row in rows}
    assert set(found) == set(STUDENTS)
    assert (found["ada"]["score"], found["ada"]["max_score"]) == ("13.5", "20")
    assert (found["cyd"]["score"], found["cyd"]["raw_score"]) == ("18", "20")
    assert (found["laila"]["score"], found["laila"]["status"]) == ("0", "graded")
    assert (found["dee"]["score"], found["dee"]["status"]) == ("", "missing")
    assert found["laila"]["first_name"] == "ليلى"
    assert found["ben"]["last_name"] == '\'=cmd|"/c calc"!A1'
    assert found["ben"]["first_name"] == 'Ben "the, one"'


def test_missing_is_zero_only_when_asked_for(course: Path, tmp_path: Path) -> None:
    export(course, "--missing-as-zero", "--no-bom", "-o", str(tmp_path / "g.csv"))
    rows = {row[3]: row for row in read(tmp_path / "g.csv")}
    assert rows["dee"][9] == "0"
    assert not (tmp_path / "g.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_no_option_says_is_as_configured(tmp_path: Path) -> None:
    """So `grading export` and `nbgrader export --exporter=…` write the same."""
    root = make_class(tmp_path / "course", STUDENTS, SCORES)
    config = root / "nbgrader_config.py"
    place = tmp_path / "mine.csv"
    options = {"missing_as_zero": True, "bom": False, "to": str(place)}
    lines = [f"c.CsvExporter.{name} = {value!r}\n" for name, value in options.items()]
    config.write_text(config.read_text() + "".join(lines))
    done = export(root)
    assert f": {place}\n" in done.stdout
    assert {row[3]: row[9] for row in read(place)}["dee"] == "0"
    assert not place.read_bytes().startswith(b"\xef\xbb\xbf")
    other = tmp_path / "other.csv"
    export(root, "-o", str(other), "--bom")
    assert other.read_bytes() == b"\xef\xbb\xbf" + place.read_bytes()


def test_a_configured_template_is_filled_in(tmp_path: Path) -> None:
    root = make_class(tmp_path / "course", STUDENTS, SCORES)
    template, place = tmp_path / "from.csv", tmp_path / "to.csv"
    template.write_text("Student,ID,Homework A (9)\nLovelace Ada,101,\n")
    config = root / "nbgrader_config.py"
    columns = {small.ASSIGNMENT: "Homework A (9)"}
    lines = [
        f"c.CanvasExporter.template = {str(template)!r}\n",
        f"c.CanvasExporter.columns = {columns!r}\n",
    ]
    config.write_text(config.read_text() + "".join(lines))
    export(root, "--format", "canvas", "-o", str(place))
    assert read(place)[1] == ["Lovelace Ada", "101", "13.5"]


def test_canvas_columns(course: Path, tmp_path: Path) -> None:
    export(course, "--format", "canvas", "-o", str(tmp_path / "c.csv"))
    header, points, *rows = read(tmp_path / "c.csv")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01-small"]
    assert points == ["    Points Possible", "", "", "", "", "20"]
    assert rows[0] == ["Lovelace, Ada", "101", "", "ada", "", "13.5"]
    assert [row[-1] for row in rows] == ["13.5", "7", "18", "", "0"]


def test_canvas_template_comes_back_with_the_same_rows_and_columns(
    course: Path, tmp_path: Path
) -> None:
    template, to = DATA / "canvas_export.csv", tmp_path / "c.csv"
    done = export(
        course, "--format", "canvas", "--template", str(template), "-o", str(to), "--json"
    )
    assert done.exit_code == EXIT_PROBLEMS  # somebody in it is unknown here
    before, after = read(template), read(to)
    changed = {
        (before[i][0], before[0][j]): (before[i][j], after[i][j])
        for i in range(len(before))
        for j in range(len(before[i]))
        if before[i][j] != after[i][j]
    }
    column = "01-small (4711)"
    assert changed == {
        ("Lovelace, Ada", column): ("", "13.5"),
        ("عبد الله, ليلى", column): ("3", "0"),
    }
    assert [len(row) for row in after] == [len(row) for row in before]
    outcome = json.loads(done.stdout)
    assert outcome["not_in_gradebook"] == ["Elsewhere, Zoe", "Student, Test"]
    assert outcome["kept"] == 2  # EX and N/A
    assert to.read_bytes().count(b"\r\n") == len(before)
    again = tmp_path / "again.csv"
    export(course, "--format", "canvas", "--template", str(to), "-o", str(again))
    assert again.read_bytes() == to.read_bytes()


def test_moodle_columns_and_template(course: Path, tmp_path: Path) -> None:
    export(course, "--format", "moodle", "-o", str(tmp_path / "m.csv"))
    header, *rows = read(tmp_path / "m.csv")
    assert header == [
        "First name", "Last name", "ID number", "Email address", "Username", "01-small",
    ]  # fmt: skip
    assert rows[0] == ["Ada", "Lovelace", "101", "ada@example.edu", "ada", "13.5"]
    assert [row[-1] for row in rows] == ["13.5", "7", "18", "-", "0"]
    template = DATA / "moodle_export.csv"
    export(course, "--format", "moodle", "--template", str(template), "-o", str(tmp_path / "t.csv"))
    before, after = read(template), read(tmp_path / "t.csv")
    assert [row[6] for row in after[1:]] == ["13.5", "0", "-"]
    for row in (*before, *after):
        row[6] = ""
    assert after == before


def test_other_headings_delimiters_and_points(course: Path, tmp_path: Path) -> None:
    template = tmp_path / "t.csv"
    template.write_text(
        "\ufeffStudent;ID;SIS Login ID;Section;Homework A (9)\r\n"
        "    Points Possible;;;;10\r\nx;101;;;\r\ny;;LAILA@example.edu;;\r\n"
    )
    arguments = ("--format", "canvas", "--template", str(template), "-o", str(tmp_path / "o.csv"))
    refused = export(course, *arguments)
    assert refused.exit_code == EXIT_FAILED
    assert "Homework A (9)" in refused.stderr
    refused = export(course, *arguments, "--column", "01-smal=Homework A")
    assert refused.exit_code == EXIT_FAILED
    assert "There is no assignment 01-smal. Do you mean 01-small?" in refused.stderr
    done = export(course, *arguments, "--column", "01-small=Homework A")
    assert "Homework A (9) is worth 10 points in the template and 20 here" in done.stderr
    assert "Graded, but not in the template: ben, cyd." in done.stderr
    assert (tmp_path / "o.csv").read_bytes().startswith(b"\xef\xbb\xbfStudent;ID")
    assert [row[4] for row in read(tmp_path / "o.csv", ";")[1:]] == ["10", "13.5", "0"]


def test_long_lists_of_names_are_cut_and_what_was_kept_is_said() -> None:
    names = [f"s{number}" for number in range(12)]
    outcome = Outcome(not_in_template=names, not_in_gradebook=names[:10], kept=1)
    first_ten = "s0, s1, s2, s3, s4, s5, s6, s7, s8, s9"
    assert _export_notes(outcome) == [
        f"Graded, but not in the template: {first_ten} and 2 more.",
        f"In the template, but not in the gradebook: {first_ten}.",
        "1 cell of the template kept (EX or N/A).",
    ]


def test_a_template_wants_a_format_that_has_one(course: Path) -> None:
    refused = export(course, "--template", str(DATA / "canvas_export.csv"))
    assert refused.exit_code == EXIT_USAGE
    assert "--format canvas or moodle" in refused.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "template.csv is empty. Export it from the platform again."),
        (
            "Student,ID,SIS Login ID,01-small\n    Points Possible,,,20\nDoe,77,doe,\n",
            "is of a student in the gradebook. They are found by ID, SIS User ID, SIS Login ID",
        ),
    ],
)
def test_a_template_of_another_class_is_not_filled_in(
    course: Path, tmp_path: Path, text: str, said: str
) -> None:
    template, to = tmp_path / "template.csv", tmp_path / "to.csv"
    template.write_text(text)
    done = export(course, "--format", "canvas", "--template", str(template), "-o", str(to))
    assert done.exit_code == EXIT_FAILED
    assert said in done.stderr
    assert not to.exists()


def test_an_export_of_nothing_says_why(tmp_path: Path) -> None:
    root = small.make(tmp_path / "course")
    Gradebook(f"sqlite:///{root / 'gradebook.db'}").close()
    done = export(root, "-o", str(tmp_path / "grades.csv"))
    assert "0 students, no assignment" in done.stdout
    assert "Nothing is graded yet. `grading run` grades what is in" in done.stderr


def test_what_is_not_graded_has_no_score_and_is_named(course: Path, tmp_path: Path) -> None:
    book = make_class(tmp_path / "course", STUDENTS, SCORES)
    url = f"sqlite:///{book / 'gradebook.db'}"
    with api.Gradebook(url) as opened:
        grade = opened.find_grade("t", "small", small.ASSIGNMENT, "ada")
        grade.needs_manual_grade = True
        opened.db.commit()
    from grading.records import GradedSubmission, Problem

    with Gradebook(url, "small") as ours:
        problem = Problem("ben", small.ASSIGNMENT, "small.ipynb", None, "broken", "", fatal=True)
        ours.write(GradedSubmission("ben", small.ASSIGNMENT, (), (problem,), "none", 0.0), None)
    done = export(book, "--format", "canvas", "-o", str(tmp_path / "c.csv"))
    assert done.exit_code == EXIT_PROBLEMS
    assert "1 score still without a person's points." in done.stderr
    assert "Not graded, so without a score: 01-small/ben." in done.stderr
    assert {row[3]: row[5] for row in read(tmp_path / "c.csv")[2:]}["ben"] == ""


def test_the_command_offers_each_format() -> None:
    options = {option.name: option for option in grading.commands["export"].params}
    assert options["form"].type.choices == tuple(FORMATS)  # type: ignore[attr-defined]
    for exporter in FORMATS.values():
        assert exporter.default_file in str(options["output"].help)  # type: ignore[attr-defined]


def test_an_empty_class_gives_the_headings(tmp_path: Path) -> None:
    course = make_class(tmp_path / "course", {}, {})
    for form, lines in (("csv", 1), ("canvas", 2), ("moodle", 1)):
        done = export(course, "--format", form, "-o", str(tmp_path / form))
        assert done.exit_code == EXIT_OK
        assert len(read(tmp_path / form)) == lines


@pytest.mark.parametrize("exporter", [CsvExporter, CanvasExporter, MoodleExporter])
def test_as_a_plug_in_of_nbgrader(exporter: type, course: Path, tmp_path: Path) -> None:
    form = exporter.__name__.removesuffix("Exporter").lower()
    export(course, "--format", form, "-o", str(tmp_path / "ours"))
    name = f"grading.export.{exporter.__name__}"
    nbgrader("export", f"--exporter={name}", "--to", str(tmp_path / "theirs"), cwd=course)
    assert (tmp_path / "theirs").read_bytes() == (tmp_path / "ours").read_bytes()
    nbgrader(
        *("export", f"--exporter={name}", "--to", str(tmp_path / "one"), "--student", "['ada']"),
        cwd=course,
    )
    assert len(read(tmp_path / "one")) == (3 if form == "canvas" else 2)


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd()", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1+1", "-x"]
)
def test_formulas_are_defused(text: str) -> None:
    assert harmless(text) == "'" + text


@given(st.one_of(st.integers(), st.floats(allow_nan=False)))
def test_numbers_stay_numbers(value: float) -> None:
    assert harmless(str(value)) == str(value)


def test_plain_texts_stay() -> None:
    for text in ("", "-", "Ada", "عبد الله", "O'Neill", "a=b", "'=1"):
        assert harmless(text) == text
