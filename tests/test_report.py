"""The report on a class: its numbers are right, its page is safe, small and complete."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import small_course as small
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from traitlets.config import Config

from grading.analysis import AssignmentReport, ClassReport
from grading.analysis.analyse import histogram
from grading.analysis.handed_in import read_handed_in
from grading.analysis.items import correlation, cronbach_alpha, items_of
from grading.analysis.seen import Records
from grading.commands import grading
from grading.course import load_course
from grading.errors import EXIT_FAILED, EXIT_OK, EXIT_USAGE
from grading.gradebook import CellPoints, Gradebook
from grading.records import CellOutcome, GradedSubmission, NotebookOutcome, Problem, to_dict
from grading.register import register
from grading.similarity import MOST, RUN, same_words, similar_pairs, tokens

pytestmark = pytest.mark.slow

EVIL = '<img src=x onerror="alert(1)">'
CELLS = ("test_double", "hidden_double", "test_triple", "explain", "draw")


def run(*arguments: str, course: Path) -> Result:
    return CliRunner().invoke(grading, [*arguments, "--course-dir", str(course)])


def check(mistake: str | None, hint: str | None = "Look again.", hidden: bool = False) -> Any:
    line = {"ok": mistake is None, "message": "A check.", "hint": hint, "mistake": mistake}
    line["forbidden"] = []
    lines = [line, line]  # the same mistake twice is one student
    score = float(mistake is None)
    return {"score": score, "lines": lines, "exercise": "xor/accuracy", "hidden": hidden}


def graded(student: str, double: float, triple: float, mistake: str | None) -> GradedSubmission:
    status = "ok" if double else "timeout"
    cells = (
        CellOutcome("test_double", "autograded", double, 2, False, status),
        CellOutcome("hidden_double", "autograded", 1.5 * double, 3, False, "ok", sealed=False),
        CellOutcome("test_triple", "autograded", triple, 4, False, "ok", checks=(check(mistake),)),
        CellOutcome("explain", "manual", None, 5, True, "ok"),
        CellOutcome("draw", "task", None, 6, True, "ok"),
    )
    book = NotebookOutcome("small", cells, b"{}", False)
    return GradedSubmission(student, small.ASSIGNMENT, (book,), (), "namespaces", 0.1)


def mistake_of(exercise: str) -> str:
    from tutor import mistakes

    return f"{exercise}/{mistakes.get(exercise).mistakes[0].id}"


EXERCISE = "activations/sigmoid"
CLASS = {
    "ada": (2, 4, None),
    "bob": (2, 0, mistake_of(EXERCISE)),
    "cyd": (0, 0, mistake_of(EXERCISE)),
    EVIL: (0, 4, "general/not_started"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four graded students, one whose submission is broken; nothing was run for it."""
    root = small.make(tmp_path_factory.mktemp("report") / "course")
    loaded = load_course(root)
    with Gradebook(loaded.db_url, loaded.course_id) as book:
        register(loaded, book, small.ASSIGNMENT)
        for student, scores in CLASS.items():
            book.write(graded(student, *scores), None, "sealed")
        broken = Problem("dee", small.ASSIGNMENT, EVIL, None, "is broken", "Mend it.", fatal=True)
        book.write(GradedSubmission("dee", small.ASSIGNMENT, (), (broken,), "none", 0.0), None)
    source = (root / "source" / small.ASSIGNMENT / "small.ipynb").read_text()
    shutil.copytree(root / "source", root / "release")
    for student in ("ada", "bob"):
        text = json.loads(source)
        for cell in text["cells"]:
            if cell["id"] == "double":
                cell["source"] = long_answer(3)
            if cell["id"] == "test_triple":
                cell["execution_count"] = 3
                data = {"text/plain": "Right."}
                cell["outputs"] = [{"output_type": "execute_result", "data": data}]
        small.write(root / "submitted" / student / small.ASSIGNMENT / "small.ipynb", text["cells"])
    (root / "submitted" / "cyd" / small.ASSIGNMENT).mkdir(parents=True)
    (root / "submitted" / "cyd" / small.ASSIGNMENT / "small.ipynb").write_text('{"cells": [1, {}]}')
    return root


def long_answer(factor: int, name: str = "total") -> str:
    lines = [f"    {name} = {name} + x * {k} - {k * k} / {factor}" for k in range(1, 9)]
    return "\n".join(["def double(x):", f"    {name} = {factor}", *lines, f"    return {name}"])


@pytest.fixture(scope="module")
def numbers(course: Path) -> Any:
    done = run("report", "--json", course=course)
    assert done.exit_code == EXIT_OK, done.output
    (found,) = json.loads(done.stdout)["assignments"]
    return found


def test_scores(numbers: Any) -> None:
    assert (numbers["submissions"], numbers["failed"]) == (5, 1)
    scores = {line["student"]: line["score"] for line in numbers["scores"]}
    assert scores == {"ada": 9, "bob": 5, "cyd": 0, EVIL: 4}
    assert numbers["mean"] == 4.5
    assert numbers["median"] == 4.5
    assert numbers["deviation"] == pytest.approx(np.std([9, 5, 0, 4], ddof=1))
    assert numbers["histogram"] == [1, 0, 2, 0, 1, 0, 0, 0, 0, 0]
    assert numbers["max_score"] == 20


def test_items_by_exercise_with_corrected_correlation(numbers: Any) -> None:
    items = {item["name"]: item for item in numbers["items"]}
    assert set(items) == {
        *("small/test_double", "small/hidden_double", "xor/accuracy"),
        *("small/explain", "small/draw"),
    }
    double = items["small/test_double"]
    assert double["difficulty"] == 0.5
    rest = [3 + 4, 3 + 0, 0, 4]  # without the item itself, and without what waits for a person
    expected = np.corrcoef([2, 2, 0, 0], rest)[0, 1]
    assert double["discrimination"] == pytest.approx(expected)
    triple = items["xor/accuracy"]
    assert (triple["full"], triple["none"], triple["unanswered"]) == (2, 2, 1)
    waiting = items["small/explain"]
    assert (waiting["waiting"], waiting["difficulty"], waiting["discrimination"]) == (4, None, None)


def test_an_answer_left_as_it_was_is_not_begun() -> None:
    empty = CellOutcome("explain", "manual", 0.0, 5, False, "unanswered")
    record = to_dict(graded("ada", 2, 4, None))
    record["notebooks"][0]["cells"][3] = to_dict(empty)
    seen = Records(["ada", "bob"], str)
    seen.add(record)
    points = [CellPoints(name, "small/explain", 0.0, name == "bob", "") for name in ("ada", "bob")]
    ((item,), _) = items_of({"small/explain": 5.0}, seen, points)
    assert (item.unanswered, item.waiting, item.difficulty) == (1, 1, 0.0)
    points.append(CellPoints("cyd", "small/explain", 0.0, True, ""))
    ((item,), _) = items_of({"small/explain": 5.0}, seen, points)
    assert item.difficulty is None  # most wait, so that the few marked say nothing


def test_a_cell_that_was_stopped_is_listed_and_not_what_hangs_on_it() -> None:
    record = to_dict(graded("bob", 0, 0, None))
    (notebook,) = record["notebooks"]
    why = "In the cell `triple`: your code needed more memory than there is."
    begins = "In the cell that begins with `x`: your code took too long and was stopped."
    notebook["stopped"] = [
        {"cell": None, "place": 1, "status": "timeout", "message": begins},
        {"cell": "triple", "place": 5, "status": "memory", "message": why},
    ]
    lacks = {"status": "memory", "messages": [f"{why} This test needs what that cell makes."]}
    notebook["cells"][2] |= lacks | {"checks": []}
    seen = Records(["bob"], str)
    seen.add(record)
    assert seen.trouble["memory"] == {"bob": ["small/triple"]}
    assert seen.trouble["timeout"] == {"bob": ["small/cell 1", "small/test_double"]}
    assert not any(seen.unanswered.values())


def test_misconceptions_count_students_not_lines(numbers: Any) -> None:
    (found,) = numbers["misconceptions"]
    assert found["id"] == mistake_of(EXERCISE)
    assert found["students"] == ["bob", "cyd"]
    assert found["thinking"]
    assert found["hint"] == "Look again."


def test_trouble_and_trust(numbers: Any) -> None:
    assert numbers["trouble"]["timeout"] == [
        {"student": EVIL, "cells": ["small/test_double"]},
        {"student": "cyd", "cells": ["small/test_double"]},
    ]
    assert {one["student"] for one in numbers["unsealed"]} == set(CLASS)
    assert numbers["passed_there"] == [{"student": "bob", "cells": ["small/test_triple"]}]
    assert numbers["stored"] == 2  # ada's and bob's notebooks say how a test went
    (remark,) = numbers["remarks"]
    assert (remark["student"], remark["fatal"]) == ("dee", True)


def test_the_page_links_to_formgrader(course: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    arguments = ("--formgrader", "http://localhost:9999/", "-o", str(out))
    assert run("report", *arguments, course=course).exit_code == EXIT_OK
    text = out.read_text()
    from nbgrader import api

    with api.Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        (ident,) = (n.id for n in book.find_submission(small.ASSIGNMENT, "ada").notebooks)
    assert f'href="http://localhost:9999/formgrader/submissions/{ident}"' in text
    assert 'href="http://localhost:9999/formgrader/gradebook/01-small/small"' in text


@pytest.mark.parametrize(
    "wrong", ["nonsense", "localhost:8888", "ftp://host", "http://", "http://["]
)
def test_what_is_no_address_of_a_server_is_refused(
    course: Path, tmp_path: Path, wrong: str
) -> None:
    out = tmp_path / "r.html"
    done = run("report", "--formgrader", wrong, "-o", str(out), course=course)
    assert done.exit_code == EXIT_USAGE
    assert f"'{wrong}' is no address of a server" in " ".join(done.output.split())
    assert not out.exists()


def test_the_page_says_what_passed_there_is_based_on(course: Path, tmp_path: Path) -> None:
    run("report", "-o", str(tmp_path / "r.html"), course=course)
    text = " ".join((tmp_path / "r.html").read_text().split())
    assert "Based on the outputs stored in the notebooks handed in" in text
    assert "2 submissions of 4 say how a visible test went there; nothing can be said" in text
    assert "1 submission had a visible test pass there that does not pass here." in text


class Elements(HTMLParser):
    """Notes elements, and whether they are closed in order."""

    VOID = frozenset(["meta", "img", "br", "link", "input", "hr"])

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_self_contained_and_escapes_names(course: Path, tmp_path: Path) -> None:
    run("report", "-o", str(tmp_path / "r.html"), course=course)
    text = (tmp_path / "r.html").read_text()
    assert EVIL not in text
    assert "&lt;img src=x" in text
    elements = Elements(text)
    assert not elements.open
    names = {tag for tag, _ in elements.found}
    assert not names & {"img", "link", "iframe", "object"}
    assert not any(attrs.get("src") for _, attrs in elements.found)
    assert not re.search(r"url\((?!#)", text)
    ids = [attrs["id"] for _, attrs in elements.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in elements.found:
        if tag == "svg":
            assert attrs["role"] == "img"
            assert attrs["aria-labelledby"] in ids
        if tag == "th":
            assert attrs["scope"] in ("row", "col")


def test_hidden_tests_and_solutions_are_not_in_it(course: Path, tmp_path: Path) -> None:
    run("report", "-o", str(tmp_path / "r.html"), course=course)
    text = (tmp_path / "r.html").read_text()
    for secret in ("1234.5", "large numbers", "return 3 * x"):
        assert secret not in text


def test_hidden_tests_are_told_by_the_courses_own_marker(tmp_path: Path) -> None:
    config = Config()
    config.ClearHiddenTests.begin_test_delimeter = "BEGIN SECRET"
    cell = {"name": "t", "grade": True, "solution": False, "source": "### BEGIN SECRET\nassert 1"}
    ran = small.cell("", "t") | {"execution_count": 1}
    small.write(tmp_path / "n.ipynb", [ran])
    course = SimpleNamespace(
        config=config,
        folder=lambda *_: tmp_path / "nothing",
        handed_in=lambda _: [SimpleNamespace(student="ada", path=tmp_path)],
    )
    book = SimpleNamespace(source_cells=lambda _: {"n": (cell,)})
    assert read_handed_in(course, book, "", ["ada"]).passed == {"ada": set()}
    cell["source"] = "assert 1"
    assert read_handed_in(course, book, "", ["ada"]).passed == {"ada": {"n/t"}}


def test_anonymous_names_nobody(course: Path, tmp_path: Path) -> None:
    run("report", "--anonymous", "-o", str(tmp_path / "r.html"), course=course)
    text = re.sub(r"<(style|script)>.*?</\1>|<svg.*?</svg>", "", (tmp_path / "r.html").read_text())
    for student in ("ada", "bob", "cyd", "dee"):
        assert not re.search(rf"\b{student}\b", text)
    assert "student 1" in text


def test_nothing_graded_and_one_student_alone(tmp_path: Path) -> None:
    root = small.make(tmp_path / "course")
    loaded = load_course(root)
    with Gradebook(loaded.db_url, loaded.course_id):
        pass
    assert run("report", course=root).exit_code == EXIT_OK
    assert "Nothing has been graded yet." in (root / "report.html").read_text()
    with Gradebook(loaded.db_url, loaded.course_id) as book:
        register(loaded, book, small.ASSIGNMENT)
    assert run("report", course=root).exit_code == EXIT_OK
    with Gradebook(loaded.db_url, loaded.course_id) as book:
        book.write(graded("ada", 2, 4, None), None, "sealed")
    done = run("report", "--json", course=root)
    (found,) = json.loads(done.stdout)["assignments"]
    assert found["deviation"] is None
    assert all(item["discrimination"] is None for item in found["items"])
    assert run("report", course=root).exit_code == EXIT_OK
    refused = run("report", "-o", str(tmp_path / "no" / "r.html"), course=root)
    assert refused.exit_code == EXIT_FAILED
    assert "can't be written" in refused.stderr


def test_every_number_is_json(numbers: Any) -> None:
    def walk(value: Any) -> Iterator[float]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                yield from walk(one)
        elif isinstance(value, float):
            yield value

    assert all(map(math.isfinite, walk(numbers)))


def test_the_schema_is_documented() -> None:
    for kind in (ClassReport, AssignmentReport):
        for name in kind.__dataclass_fields__:
            assert re.search(rf"^    (.*, )?{name}(,.*)?$", kind.__doc__ or "", re.M) or name in (
                "assignment",
                "max_score",
                "assignments",
            )


@given(st.lists(st.floats(0, 20), min_size=0, max_size=30))
def test_histogram_counts_everybody(scores: list[float]) -> None:
    assert sum(histogram(np.array(scores), 20.0)) == len(scores)


def test_alpha_of_equal_items_is_one() -> None:
    column = np.array([0.0, 1, 2, 5])
    assert cronbach_alpha(np.column_stack([column] * 4)) == pytest.approx(1)
    assert correlation(column, np.ones(4)) is None


# ------------------------------------------------------------------------------- similarity


def other_answer(seed: int) -> str:
    numbers = np.random.default_rng(seed).integers(1, 99, 30)
    return "def double(x):\n" + "\n".join(f"    y = x {'+-*/'[n % 4]} {n}" for n in numbers)


def test_renamed_and_commented_copies_are_found() -> None:
    copy = long_answer(7, "sum_of_all").replace("\n", "  # mine\n", 3)
    class_ = {"a": {"double": long_answer(7)}, "b": {"double": copy}}
    class_ |= {f"other{k}": {"double": other_answer(k)} for k in range(8)}
    (pair,) = similar_pairs(class_, {"double": "def double(x):\n    return 2 * x"})
    assert (pair.one, pair.other) == ("a", "b")
    assert pair.similarity == 1


def test_equal_submissions_are_a_group_and_not_pairs() -> None:
    class_ = {name: {"double": long_answer(7)} for name in "abc"} | {"d": {"double": "pass"}}
    (group,) = same_words(class_, {"double": long_answer(7)})
    assert (group.students, group.reference) == (("a", "b", "c"), True)
    assert similar_pairs(class_, {}) == []


def test_endless_answers_are_compared_as_far_as_they_matter() -> None:
    """Two who work together could stop the report for hours."""
    long = [str(number) for number in range(MOST)]
    tail = {"ada": "1 2 3", "bob": "4 5 6"}
    class_ = {name: {"c": " ".join([*long, more])} for name, more in tail.items()}
    (pair,) = similar_pairs(class_, {})
    assert (pair.similarity, pair.shared) == (1, MOST - RUN + 1)


def test_short_answers_say_nothing() -> None:
    class_ = {name: {"double": "def double(x):\n    return 2 * x"} for name in "ab"}
    assert same_words(class_, {}) == []
    assert similar_pairs(class_, {}) == []
    assert similar_pairs({}, {}) == []


def test_what_the_whole_class_has_is_no_copy() -> None:
    class_ = {f"s{k}": {"double": long_answer(7), "triple": other_answer(k)} for k in range(12)}
    assert similar_pairs(class_, {}) == []


@given(st.text(max_size=300))
def test_any_text_can_be_cut(text: str) -> None:
    assert all(tokens(text))
