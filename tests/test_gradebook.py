"""The gradebook that `grading` writes is the one that nbgrader would write."""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import RFC_4122, UUID

import pytest
import small_course as small
import sqlalchemy as sa
from gradebook_dump import dump
from nbgrader import api
from nbgrader.converters import Autograde

from grading import publish as publishing
from grading.address import missing_file, shown
from grading.convert import convert
from grading.course import Course, load_course
from grading.errors import CourseError
from grading.files import tidy
from grading.gradebook import Gradebook, migration, writing
from grading.penalties import penalty
from grading.register import register
from grading.stale import why
from grading.stock import StockEngine
from grading.task import Task

pytestmark = pytest.mark.slow

RIGHT = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
# No kernels here: the outputs are in the submissions already, as with nbgrader's --no-execute.
STORED = """
c.Execute.enabled = False
c.ClearOutput.enabled = False
c.LateSubmissionPlugin.penalty_method = "zero"
"""
FAILED = {
    "output_type": "error",
    "ename": "AssertionError",
    "evalue": "large numbers",
    "traceback": [],
}


def half(text: str) -> dict[str, object]:
    data = {"text/plain": text}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}


NOISE = {"output_type": "stream", "name": "stderr", "text": "RuntimeWarning: overflow"}

# student: (answers, outputs of test cells, time of submission, notebooks left out)
CLASS = {
    "all-right": (RIGHT | {"explain": "It grows."}, {"test_triple": [half("4.0")]}, "10:00", ()),
    "half": (RIGHT, {"test_triple": [half("2.0")]}, "11:00", ()),
    "nothing": ({}, {g: [FAILED] for g in ("test_double", "hidden_double")}, "11:59", ()),
    "noisy": (RIGHT, {"test_double": [NOISE], "hidden_double": [FAILED]}, None, ()),
    "late": (RIGHT, {}, "13:30", ()),
    "late-but-allowed": (RIGHT, {}, "13:30", ()),
    "one-missing": (RIGHT, {}, "10:00", ("other",)),
    "no-test-cell": (RIGHT, {}, "10:00", ()),
}


def fill(course: Course, students: list[str]) -> None:
    """Hand in `CLASS`."""
    for student in students:
        answers, outputs, time, left_out = CLASS[student]
        stamp = time and f"2026-03-01 {time}:00 UTC"
        folder = small.hand_in(course.home, student, answers, stamp)
        path = folder / "small.ipynb"
        book = json.loads(path.read_text())
        if student == "no-test-cell":
            book["cells"] = [c for c in book["cells"] if c["id"] != "test_double"]
        for cell in book["cells"]:
            cell.update({"outputs": outputs[cell["id"]]} if cell["id"] in outputs else {})
        path.write_text(json.dumps(book))
        if "other" not in left_out:
            shutil.copy(path, folder / "other.ipynb")


def make(root: Path, config: str = STORED, students: tuple[str, ...] = tuple(CLASS)) -> Course:
    """Make a course of two equal notebooks, due at noon, handed in by a class."""
    small.make(root, config)
    source = root / "source" / small.ASSIGNMENT
    shutil.copytree(source, root / "release" / small.ASSIGNMENT)
    shutil.copy(source / "small.ipynb", source / "other.ipynb")
    course = load_course(root)
    with Gradebook(course.db_url, course.course_id) as book:
        register(course, book, small.ASSIGNMENT)
    release(course)
    fill(course, list(students))
    with api.Gradebook(course.db_url) as book:
        book.find_assignment(small.ASSIGNMENT).duedate = datetime(2026, 3, 1, 12)
        book.db.commit()
    return course


def release(course: Course) -> None:
    from nbgrader.converters import GenerateAssignment

    done = convert(GenerateAssignment, course, small.ASSIGNMENT, force=True)
    assert done.failure is None


def extend(course: Course) -> None:
    with api.Gradebook(course.db_url) as book:
        if any(s.id == "late-but-allowed" for s in book.students):
            book.grant_extension(small.ASSIGNMENT, "late-but-allowed", hours=2)


def grade_with_nbgrader(course: Course, student: str = "*") -> None:
    done = convert(Autograde, course, small.ASSIGNMENT, force=True, student_id=student)
    assert done.failure is None, done.log


def grade_all(course: Course, scratch: Path, student: str = "*") -> list[tuple[Task, Any]]:
    """Grade in this process."""
    engine = StockEngine(course, scratch)
    with Gradebook(course.db_url) as book:
        key = course.answer_key(small.ASSIGNMENT, book.source_cells(small.ASSIGNMENT))
    graded = []
    for handed in course.handed_in(small.ASSIGNMENT, (student,)):
        submission, problems = course.read_submission(handed)
        assert not problems
        graded.append((Task(key, submission), engine.grade(key, submission)))
    return graded


def publish(course: Course, graded: list[tuple[Task, Any]]) -> None:
    """Save what was graded: what `grading run` does, without its pool."""
    with Gradebook(course.db_url, course.course_id, penalty(course)) as book:
        for task, result in graded:
            publishing.publish(course, book, task, result, "nbgrader")


def grade_with_ours(course: Course, scratch: Path, student: str = "*") -> None:
    publish(course, grade_all(course, scratch, student))


def mark_by_hand(course: Course) -> None:
    """Do what a person does in formgrader."""
    with api.Gradebook(course.db_url) as book:
        for name in ("explain", "test_double", "draw"):
            mark = book.find_grade(name, "small", small.ASSIGNMENT, "late-but-allowed")
            mark.manual_score, mark.extra_credit = 4.5, 0.5
            mark.needs_manual_grade = False
        note = book.find_comment("explain", "small", small.ASSIGNMENT, "late-but-allowed")
        note.manual_comment = "Say why."
        book.db.commit()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Course]:
    """Two equal courses, graded by nbgrader and by us; some again after a person was at it."""
    root = tmp_path_factory.mktemp("gradebook")
    stock, ours = make(root / "stock"), make(root / "ours")
    grade_with_nbgrader(stock)
    grade_with_ours(ours, root)
    for course in (stock, ours):
        extend(course)
        mark_by_hand(course)
    grade_with_nbgrader(stock, "late*")
    grade_with_ours(ours, root, "late*")
    return stock, ours


def test_rows_equal_nbgraders(pair: tuple[Course, Course]) -> None:
    stock, ours = pair
    assert dump(ours.db_url) == dump(stock.db_url)


def test_manual_grades_and_comments_survive_a_regrade(pair: tuple[Course, Course]) -> None:
    lines = dump(pair[1].db_url)
    where = (small.ASSIGNMENT, "late-but-allowed", "small")
    assert ("grade", *where, "test_double", 2.0, 4.5, 0.5, 2.0, True) in lines
    assert ("comment", *where, "explain", "No response.", "Say why.") in lines


def test_the_class_covers_what_it_should(pair: tuple[Course, Course]) -> None:
    with Gradebook(pair[1].db_url) as book:
        rows = {row.student: row for row in book.rows(small.ASSIGNMENT)}
    scores = {student: row.score for student, row in rows.items()}
    assert scores == {
        "all-right": 18,
        "half": 14,
        "nothing": 8,  # partial cells without output count in full
        "noisy": 8,
        "late": 0,
        # Marked by hand: two cells that had no points, and one that had 2.
        "late-but-allowed": 18 + 2 * (4.5 + 0.5) + (4.5 - 2 + 0.5),
        "one-missing": 9,
        "no-test-cell": 14,
    }
    assert rows["late"].late_seconds == 5400
    assert rows["late"].penalty == 18
    assert rows["late-but-allowed"].late_seconds == 0
    assert all(row.max_score == 40 and not row.failed for row in rows.values())


def test_files_equal_nbgraders(pair: tuple[Course, Course]) -> None:
    trees = []
    for course in pair:
        root = course.home / "autograded"
        paths = [p for p in sorted(root.rglob("*")) if p.is_file() and p.name[0] != "."]
        trees.append({str(p.relative_to(root)): p.stat().st_mode for p in paths})
    assert trees[0] == trees[1]


def test_one_commit_and_few_statements(cut: Cut, tmp_path: Path) -> None:
    task, graded = cut.results[0]
    shutil.copytree(cut.after.home, tmp_path / "course")
    course = load_course(tmp_path / "course")
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    def note_commit(_: object) -> None:
        seen.append("COMMIT")

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    sa.event.listen(sa.Engine, "commit", note_commit)
    try:
        with Gradebook(course.db_url, course.course_id, penalty(course)) as book:
            book.write(graded, task.submission.timestamp)  # also looks the assignment up, once
            seen.clear()
            book.write(graded, task.submission.timestamp)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
        sa.event.remove(sa.Engine, "commit", note_commit)
    assert seen.count("COMMIT") == 1
    assert len(seen) <= 14


def test_rows_of_a_submission_are_neighbours() -> None:
    ids = list(itertools.islice(writing._new_ids(), 5000))
    assert ids == sorted(ids)
    assert len(set(ids)) == 5000
    for one in (ids[0], ids[-1]):
        assert len(one) == len(UUID(one).hex) == 32
        assert (UUID(one).version, UUID(one).variant) == (7, RFC_4122)
    begun = (UUID(ids[0]).int >> 80) / 1000
    assert abs(begun - time.time()) < 60
    others = [next(writing._new_ids()) for _ in range(1000)]
    assert len(set(others)) == 1000
    assert not set(others) & set(ids)


def test_a_new_submission_gets_its_rows_as_they_are_to_be(cut: Cut, tmp_path: Path) -> None:
    """No row is written twice."""
    task, graded = next((t, g) for t, g in cut.results if g.notebooks and not g.problems)
    shutil.copytree(cut.after.home, tmp_path / "course")
    course = load_course(tmp_path / "course")
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    with Gradebook(course.db_url, course.course_id, penalty(course)) as book:
        book.write(graded, task.submission.timestamp)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            book.write(replace(graded, student="somebody-new"), task.submission.timestamp)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        assert not [one for one in seen if one.startswith(("UPDATE grade", "UPDATE comment"))]
        (old,) = [row for row in book.rows(graded.assignment) if row.student == graded.student]
        (new,) = [row for row in book.rows(graded.assignment) if row.student == "somebody-new"]
    assert replace(new, student=old.student) == old
    assert old.score


def test_a_submission_that_fails_loses_its_automatic_score(cut: Cut, tmp_path: Path) -> None:
    shutil.copytree(cut.after.home, tmp_path / "course")
    course = load_course(tmp_path / "course")
    (course.home / "submitted" / "half" / small.ASSIGNMENT / "small.ipynb").write_text("{")
    (course.home / "submitted" / "half" / small.ASSIGNMENT / "other.ipynb").unlink()
    grade_with_ours(course, tmp_path, "half")
    with Gradebook(course.db_url) as book:
        row = next(row for row in book.rows(small.ASSIGNMENT) if row.student == "half")
        record = book.record(small.ASSIGNMENT, "half")
    with api.Gradebook(course.db_url) as stock:
        handed_in = stock.find_submission(small.ASSIGNMENT, "half")
        grades = [grade for book in handed_in.notebooks for grade in book.grades]
        assert grades
        assert {(grade.auto_score, grade.needs_manual_grade) for grade in grades} == {(None, True)}
    assert row.failed
    assert row.needs_manual
    assert row.score == 0
    assert record is not None
    assert any("JSON is broken" in problem["what"] for problem in record["problems"])
    assert not (course.home / "autograded" / "half" / small.ASSIGNMENT).exists()


class Killed(BaseException):
    """Stands for the end of the process: nothing handles it."""


STEPS = [
    *[("statement", n) for n in range(1, 13)],
    *[("step", name) for name in ("_lay_out", "remove_folder", "rename", "rmtree")],
]


@pytest.mark.parametrize("where", STEPS, ids=lambda where: f"{where[0]}-{where[1]}")
@pytest.mark.parametrize("again", [False, True], ids=["first time", "regrade"])
def test_cut_off_anywhere_the_next_run_makes_it_good(
    where: tuple[str, object],
    again: bool,
    cut: Cut,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree((cut.after if again else cut.before).home, tmp_path / "course")
    course = load_course(tmp_path / "course")
    with monkeypatch.context() as patch:
        cut_off(patch, where)
        try:
            publish(course, cut.results)
        except Killed:
            pass
        else:  # it needed fewer statements; there was nothing to remove
            assert where[0] == "statement" or (where[1] == "rmtree" and not again)
    gc.collect()  # an answer of the database that is half read locks it; a dead process has none
    left = _left(course)
    publish(course, [pair for pair in cut.results if pair[0].submission.student in left])
    assert dump(course.db_url) == dump(cut.after.db_url)
    graded = course.home / "autograded"
    assert len(list(graded.glob("*/01-small/*.ipynb"))) == 4
    assert not list(graded.glob("*/.*"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_random_moments_the_next_run_makes_it_good(cut: Cut, tmp_path: Path) -> None:
    """`kill -9` in the middle of writing results, first ones and newer ones."""
    chance = random.Random(7)
    expected = dump(cut.after.db_url)
    _grade_an_older_version(cut, tmp_path / "older")
    starts = [cut.before.home, tmp_path / "older"]
    shutil.copytree(cut.before.home, tmp_path / "timed")
    whole = _publish_and_kill(load_course(tmp_path / "timed"), cut.results, None)
    left_over = set()
    for number in range(24):
        home = tmp_path / f"course{number}"
        shutil.copytree(starts[number % 2], home)
        course = load_course(home)
        assert _left(course) == {"half", "late"}
        _publish_and_kill(course, cut.results, chance.uniform(0, whole))
        with contextlib.closing(sqlite3.connect(home / "gradebook.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        left = _left(course)
        left_over.add(len(left))
        publish(course, [pair for pair in cut.results if pair[0].submission.student in left])
        assert dump(course.db_url) == expected
        assert len(list((home / "autograded").glob("*/01-small/*.ipynb"))) == 4
        assert not list((home / "autograded").glob("*/.*"))
    assert left_over & {1, 2}  # or it was never killed in time


def _grade_an_older_version(cut: Cut, home: Path) -> None:
    """Make a course in which everybody was graded for something worse, handed in before."""
    shutil.copytree(cut.before.home, home)
    course = load_course(home)
    older = []
    for task, graded in cut.results:
        books = [
            replace(nb, cells=tuple(replace(cell, score=0.25) for cell in nb.cells))
            for nb in graded.notebooks
        ]
        files = {**task.submission.files, "timestamp.txt": b"2026-02-01 10:00:00 UTC"}
        submission = replace(task.submission, files=files, timestamp=datetime(2026, 2, 1, 10))
        older.append(
            (replace(task, submission=submission), replace(graded, notebooks=tuple(books)))
        )
    publish(course, older)


def _publish_and_kill(
    course: Course, results: list[tuple[Task, Any]], seconds: float | None
) -> float:
    """Save results in another process, ended after so many seconds; say how long it worked."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            with Gradebook(course.db_url, course.course_id, penalty(course)) as book:
                book.rows(small.ASSIGNMENT)
                os.write(writer, b".")
                for task, result in results:
                    publishing.publish(course, book, task, result, "nbgrader")
            os.write(writer, b".")
        signal.pause()
    os.read(reader, 1)
    start = time.monotonic()
    if seconds is None:
        os.read(reader, 1)
    else:
        time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(reader)
    os.close(writer)
    return time.monotonic() - start


def _left(course: Course) -> set[str]:
    """Do what a run begins with: tidy up, and find out what is to be graded."""
    with Gradebook(course.db_url) as book:
        known = {row.student: row.failed for row in book.rows(small.ASSIGNMENT)}
    handed = course.handed_in(small.ASSIGNMENT)
    for one in handed:
        tidy(course.folder("autograded", one.assignment, one.student))
    return {one.student for one in handed if why(course, one, known) is not None}


@dataclass
class Cut:
    """A class not graded yet, the same class graded undisturbed, and the results."""

    before: Course
    after: Course
    results: list[tuple[Task, Any]]


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    root = tmp_path_factory.mktemp("cut")
    before = make(root / "before", students=("half", "late"))
    results = grade_all(before, root)
    shutil.copytree(before.home, root / "after")
    after = load_course(root / "after")
    publish(after, results)
    return Cut(before, after, results)


def cut_off(patch: pytest.MonkeyPatch, where: tuple[str, object]) -> None:
    """End the "process" at one point of writing one result."""
    kind, what = where
    if kind == "statement":
        count = 0
        write = Gradebook.write

        def dying_write(book: Gradebook, *args: object, **kwargs: object) -> None:
            def note(*_: object) -> None:
                nonlocal count
                count += 1
                if count == what:
                    raise Killed

            sa.event.listen(book._engine, "after_cursor_execute", note)
            try:
                write(book, *args, **kwargs)  # type: ignore[arg-type]
            finally:
                sa.event.remove(book._engine, "after_cursor_execute", note)

        patch.setattr(Gradebook, "write", dying_write)
    elif what == "rename":
        rename = Path.rename

        def dying_rename(path: Path, target: Path) -> Path:
            if path.name.endswith(".new"):
                raise Killed
            return rename(path, target)

        patch.setattr(Path, "rename", dying_rename)
    elif what == "rmtree":
        engine_rmtree = shutil.rmtree

        def dying_rmtree(path: Path, *args: object, **kwargs: object) -> None:
            if str(path).endswith(".old"):
                raise Killed
            engine_rmtree(path, *args, **kwargs)  # type: ignore[arg-type]

        patch.setattr(shutil, "rmtree", dying_rmtree)
    else:
        original = getattr(publishing, str(what))

        def dying(*args: object) -> None:
            original(*args)
            raise Killed

        patch.setattr(publishing, str(what), dying)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("database is locked", "Another program is writing to it"),
        ("file is not a database", "Take a copy from before"),
        ("database disk image is malformed", "Take a copy from before"),
        ("no such column: x", "`nbgrader db upgrade`"),
    ],
)
def test_what_goes_wrong_in_the_middle_has_a_remedy(
    tmp_path: Path, words: str, remedy: str
) -> None:
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with pytest.raises(CourseError) as caught, Gradebook(url):
        raise sa.exc.OperationalError("SELECT", {}, sqlite3.OperationalError(words))
    assert f"{tmp_path / 'gradebook.db'} can't be used" in caught.value.what
    assert words in caught.value.what
    assert remedy in caught.value.remedy


def test_a_gradebook_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_text("this is no database, whatever its name says" * 100)
    with pytest.raises(CourseError, match=r"gradebook\.db can't be opened"):
        Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}")


@pytest.mark.parametrize("name", ["a%20b", "Klasse ü", "c#1 & d=e;f", "now?mode=ro"])
def test_a_gradebook_is_where_its_class_is_whatever_the_folder_is_called(
    tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    course = load_course(small.make(tmp_path / "course"), folder)
    with Gradebook(course.db_url), api.Gradebook(course.db_url):
        assert (folder / "gradebook.db").is_file()
    assert shown(course.db_url) == f"sqlite:///{folder / 'gradebook.db'}"
    assert missing_file(course.db_url) is None
    assert {path.name for path in tmp_path.iterdir()} == {"course", name}


def test_a_bare_path_is_answered_with_an_address(tmp_path: Path) -> None:
    path = str(tmp_path / "gradebook.db")
    with pytest.raises(CourseError, match=f"Write the address of a file as sqlite:///{path}"):
        Gradebook(path)


def test_unknown_assignment_is_named(tmp_path: Path) -> None:
    with (
        Gradebook(f"sqlite:///{tmp_path / 'new' / 'gradebook.db'}") as book,
        pytest.raises(CourseError, match="does not know the assignment 09-nothing"),
    ):
        book.rows("09-nothing")


FIRST_VERSION = """
CREATE TABLE grading_record (
    assignment VARCHAR(128) NOT NULL, student VARCHAR(128) NOT NULL, engine VARCHAR(32) NOT NULL,
    graded DATETIME NOT NULL, failed BOOLEAN NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (assignment, student))
"""


def age(path: Path) -> None:
    """Turn a gradebook into what the first version of `grading` wrote."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE grading_record RENAME TO new")
        db.execute(FIRST_VERSION)
        db.execute(
            "INSERT INTO grading_record "
            "SELECT assignment, student, engine, graded, failed, record FROM new"
        )
        db.execute("DROP TABLE new")
        db.commit()


def test_a_gradebook_of_the_first_version_is_brought_up_to_date(cut: Cut, tmp_path: Path) -> None:
    shutil.copytree(cut.after.home, tmp_path / "course")
    course = load_course(tmp_path / "course")
    with Gradebook(course.db_url) as book:
        rows = book.rows(small.ASSIGNMENT)
        record = book.record(small.ASSIGNMENT, "half")
    before = dump(course.db_url)
    assert {(row.tier, row.unsealed) for row in rows} == {("none (nbgrader)", 6)}
    age(tmp_path / "course" / "gradebook.db")
    with Gradebook(course.db_url) as book:
        assert book.rows(small.ASSIGNMENT) == rows
        assert book.record(small.ASSIGNMENT, "half") == record
    assert dump(course.db_url) == before
    publish(course, cut.results)
    assert dump(course.db_url) == before


def test_each_row_gets_the_values_of_its_own_record() -> None:
    def table(*newer: sa.Column[Any]) -> sa.Table:
        keys = [sa.Column(name, sa.String(9), primary_key=True) for name in ("hw", "who")]
        return sa.Table("t", sa.MetaData(), *keys, sa.Column("record", sa.LargeBinary), *newer)

    rows = [("hw1", "ada", 1), ("hw1", "bob", 2), ("hw2", "ada", 3)]
    before = table()
    after = table(*(sa.Column(name, sa.Integer, server_default="7") for name in ("n", "other")))
    engine = sa.create_engine("sqlite://")
    with engine.connect() as db:
        before.create(db)
        for hw, who, number in rows:
            record = zlib.compress(json.dumps({"number": number}).encode())
            db.execute(sa.insert(before).values(hw=hw, who=who, record=record))
        db.commit()
        added = migration.upgrade(db, after, lambda record: {"n": record["number"]})
        assert added == ["n", "other"]
        found = db.execute(sa.select(after.c.hw, after.c.who, after.c.n, after.c.other)).all()
        assert sorted(tuple(row) for row in found) == [(*row, 7) for row in rows]
        db.commit()
        assert migration.upgrade(db, after, lambda _: {"n": 0}) == []


def test_an_upgrade_that_is_cut_off_has_changed_nothing(
    cut: Cut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(cut.after.home, tmp_path / "course")
    course = load_course(tmp_path / "course")
    age(tmp_path / "course" / "gradebook.db")

    def dying(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(migration, "_fill", dying)
        with pytest.raises(Killed):
            Gradebook(course.db_url)
    with Gradebook(course.db_url) as book:
        assert {row.tier for row in book.rows(small.ASSIGNMENT)} == {"none (nbgrader)"}


def test_a_gradebook_of_a_newer_version_is_left_alone(cut: Cut, tmp_path: Path) -> None:
    shutil.copytree(cut.after.home, tmp_path / "course")
    course = load_course(tmp_path / "course")
    with contextlib.closing(sqlite3.connect(tmp_path / "course" / "gradebook.db")) as db:
        db.execute("ALTER TABLE grading_record ADD COLUMN mood VARCHAR(9) NOT NULL DEFAULT ''")
    with pytest.raises(CourseError, match=r"newer version of `grading`.* mood"):
        Gradebook(course.db_url)


def test_several_may_create_a_gradebook_at_the_same_moment(tmp_path: Path) -> None:
    for attempt in range(5):
        url = f"sqlite:///{tmp_path / f'{attempt}.db'}"
        gate = threading.Barrier(4)

        def create(url: str = url, gate: threading.Barrier = gate) -> set[str]:
            gate.wait()
            with Gradebook(url) as book:
                return book.students()

        with ThreadPoolExecutor(4) as threads:
            created = [threads.submit(create) for _ in range(4)]
            assert [book.result() for book in created] == [set()] * 4


def test_an_assignment_is_registered_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk takes its time for each commit, and half a notebook can't be graded."""
    small.make(tmp_path, STORED)
    course = load_course(tmp_path)
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    def note_commit(_: object) -> None:
        seen.append("COMMIT")

    def lose(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    with Gradebook(course.db_url, course.course_id) as book:
        with monkeypatch.context() as broken:
            broken.setattr(api.Gradebook, "add_source_cell", lose)
            with pytest.raises(CourseError, match="no space left"):
                register(course, book, small.ASSIGNMENT)
        with api.Gradebook(course.db_url) as stock:
            assert not stock.find_assignment(small.ASSIGNMENT).notebooks
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        sa.event.listen(sa.Engine, "commit", note_commit)
        try:
            assert register(course, book, small.ASSIGNMENT)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
            sa.event.remove(sa.Engine, "commit", note_commit)
        assert len(book.source_cells(small.ASSIGNMENT)["small"]) > 5
    cells = [place for place, what in enumerate(seen) if what.startswith("INSERT INTO source_cell")]
    notebook = next(n for n, what in enumerate(seen) if what.startswith("INSERT INTO notebook"))
    assert "COMMIT" not in seen[notebook : cells[-1]]
    assert "COMMIT" in seen[cells[-1] :]
