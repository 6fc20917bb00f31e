"""Feedback pages: what is on them, what is not, and when they are made again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import small_course as small
from click.testing import CliRunner, Result
from command import environment_for_programs, nbgrader
from nbgrader import api
from traitlets.config import Config

from grading.commands import grading
from grading.course import load_course
from grading.engines import CONTAINED, STOCK_TIER
from grading.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_PROBLEMS
from grading.feedback import job as making
from grading.feedback import write
from grading.feedback.distribution import FEWEST, _attributes, draw
from grading.feedback.job import STAMP, Job, make_pages
from grading.feedback.page import Sheet, render
from grading.feedback.source import stripped_cells
from grading.gradebook import Gradebook
from grading.marks import Mark, NotebookMarks, SubmissionMarks
from grading.rules import Markers

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

RIGHT = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
ESSAY = (
    "It grows like $x^2$, and **fast**. <script>alert('essay')</script>"
    "<img src='https://example.org/spy.png'>"
)
CLASS = {
    "ada": {**RIGHT, "explain": ESSAY},
    "bob": {
        "double": "def double(x):\n    return x\n\nprint('<b>bob</b> was here')",
        "triple": "def triple(x):\n    return abs(3 * x)",
        "explain": "Bob's own words.",
    },
    "eve": {**RIGHT, "double": "import os\nos._exit(3)"},
}
MANY = 80  # submissions, so that Ctrl-C comes between two of them
HIDDEN = ("1234.5", "2469", "large numbers", "HIDDEN TESTS", "straight line", "MARK SCHEME")


def run(*arguments: str, course: Path) -> Result:
    """Run `grading` on a course, in this process."""
    command, *rest = arguments
    return CliRunner(env={"COLUMNS": "100"}).invoke(
        grading, [command, "--course-dir", str(course), *rest]
    )


def page(course: Path, student: str, name: str = "small") -> str:
    return (course / "feedback" / student / small.ASSIGNMENT / f"{name}.html").read_text()


def text(made: str) -> str:
    """What a reader sees: no tags, no style, white space alike."""
    made = re.sub(r"<style>.*?</style>", "", made, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", made).split())


def feedback(course: Path, *options: str) -> dict[str, Any]:
    done = run("feedback", "--json", "--jobs", "1", *options, course=course)
    assert done.exit_code in (EXIT_OK, EXIT_PROBLEMS), done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a graded class; one student's file is broken."""
    root = small.make(tmp_path_factory.mktemp("feedback") / "course")
    assert run("release", course=root).exit_code == EXIT_OK
    for student, answers in CLASS.items():
        small.hand_in(root, student, answers, "2026-03-01 09:30:00 UTC")
    (small.hand_in(root, "moe", RIGHT) / "small.ipynb").write_text("{")
    moved = small.hand_in(root, "ren", RIGHT)
    (moved / "small.ipynb").rename(moved / "My work.ipynb")
    assert run("run", course=root).exit_code == EXIT_PROBLEMS
    assert feedback(root)["written"] == 5
    return root


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    """A copy of it, with the times of its files."""
    shutil.copytree(graded, tmp_path / "course", symlinks=True)
    return tmp_path / "course"


def copy_bob(course: Path, times: int) -> None:
    """Let others have what bob has: s000, s001 and so on."""
    loaded = load_course(course)
    source = course / "autograded" / "bob" / small.ASSIGNMENT
    with api.Gradebook(loaded.db_url, loaded.course_id) as book:
        for number in range(times):
            name = f"s{number:03d}"
            book.update_or_create_student(name)
            book.update_or_create_submission(small.ASSIGNMENT, name)
            for step in ("autograded", "submitted"):
                shutil.copytree(source, course / step / name / small.ASSIGNMENT)


# ---------------------------------------------------------------------------- what is on a page


def test_right_wrong_and_partly_right_are_told_apart(graded: Path) -> None:
    ada, bob = text(page(graded, "ada")), text(page(graded, "bob"))
    assert "9 of 20 points" in ada
    assert "✓ Right 2 of 2 points" in ada
    assert "✗ Not right yet 0 of 2 points" in bob
    assert "◐ Partly right 2 of 4 points" in bob
    assert "This check failed: assert double(2) == 4" in bob
    assert "– Not answered 0 of 5 points" in text(page(graded, "eve"))
    assert "Handed in 2026-03-01 09:30 UTC" in bob


def test_a_crash_is_explained(graded: Path) -> None:
    assert "Your code ended the Python process." in text(page(graded, "eve"))


def test_nothing_hidden_is_on_any_page(graded: Path) -> None:
    for student in (*CLASS, "moe", "ren"):
        made = page(graded, student)
        assert not [secret for secret in HIDDEN if secret in made], student


def test_a_page_holds_nothing_of_another_student(graded: Path) -> None:
    for student in CLASS:
        others = {*CLASS, "moe", "ren"} - {student}
        assert not [name for name in others if re.search(rf"\b{name}\b", page(graded, student))]
    assert "own words" not in page(graded, "ada")
    assert "It grows like" not in page(graded, "bob")


def test_what_students_wrote_is_shown_but_does_nothing(graded: Path) -> None:
    ada, bob = page(graded, "ada"), page(graded, "bob")
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in ada
    assert "<strong>fast</strong>" in ada
    assert "<script" not in ada
    assert "example.org" not in re.sub(r"&lt;.*?&gt;|&lt;[^<]*", "", ada)
    assert "&lt;b&gt;bob&lt;/b&gt; was here" in bob


class Finder(HTMLParser):
    """Collects addresses and ids."""

    def __init__(self, made: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(made)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "srcset", "data", "action"):
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")


def test_a_page_needs_no_network_and_its_links_lead_somewhere(graded: Path) -> None:
    for student in CLASS:
        made = page(graded, student)
        found = Finder(made)
        assert not [one for one in found.addresses if not one.startswith("data:image/")]
        assert len(set(found.ids)) == len(found.ids)
        assert {link[1:] for link in found.links if link.startswith("#")} <= set(found.ids)
        assert "default-src &#39;none&#39;" in made
        assert "@import" not in made
        assert "url(" not in made


def test_a_file_that_could_not_be_read_gets_a_page_that_says_so(graded: Path) -> None:
    made = text(page(graded, "moe"))
    assert "Not graded yet" in made
    assert "Your file small.ipynb could not be read: not valid JSON" in made
    assert "Please ask your instructor." in made


def test_a_renamed_notebook_is_found_by_its_own_name(graded: Path) -> None:
    made = page(graded, "ren")
    assert "Your file <code>My work.ipynb</code> was taken as <code>small.ipynb</code>" in made
    assert page(graded, "ren", "My work") == made


def made_from(
    tmp_path: Path, tier: str, problems: list[dict[str, Any]], **handed_in: str
) -> dict[str, str]:
    """Make the pages of notebooks that weren't graded, from what was handed in as what."""
    marks = SubmissionMarks("ada", small.ASSIGNMENT, None, 0.0)
    marks.notebooks.update(dict.fromkeys(handed_in, NotebookMarks(0.0)))
    told = [{"name": name, "submitted_as": file} for name, file in handed_in.items()]
    record = {"notebooks": told, "problems": problems, "tier": tier}
    markers, nowhere = Markers.configured(Config()), tmp_path / "nowhere"
    job = Job(marks, nowhere, nowhere, tmp_path / "pages", markers, False, (), 0o644)
    make_pages(job, "stamp", record, {})
    return {path.name: path.read_text() for path in job.pages.glob("*.html")}


def test_a_file_named_like_another_notebook_does_not_take_that_ones_page(tmp_path: Path) -> None:
    """As when a copy of one notebook in a folder of its own is taken for another."""
    made = made_from(tmp_path, CONTAINED[0], [], one="one.ipynb", two="b/one.ipynb")
    assert made.keys() == {"one.html", "two.html"}
    for name in ("one", "two"):
        assert f"<h1>{name}</h1>" in made[f"{name}.html"]


def test_a_page_under_a_name_that_is_no_longer_handed_in_goes(tmp_path: Path) -> None:
    before = made_from(tmp_path, CONTAINED[0], [], one="My work.ipynb")
    assert before.keys() == {"one.html", "My work.html"}
    assert made_from(tmp_path, CONTAINED[0], [], one="one.ipynb").keys() == {"one.html"}


@pytest.mark.parametrize("tier", [*CONTAINED, STOCK_TIER])
def test_why_a_file_cannot_be_read_is_told_only_in_our_own_words(tmp_path: Path, tier: str) -> None:
    """Those of nbgrader's engine may quote a hidden test."""
    problem = {"file": "one.ipynb", "fatal": True, "what": "assert secret(1) == 2"}
    made = text(made_from(tmp_path, tier, [problem], one="one.ipynb")["one.html"])
    assert "Your file one.ipynb could not be read" in made
    assert ("assert secret(1)" in made) == (tier in CONTAINED)


# ----------------------------------------------------------------------------- when it is made


def test_nothing_is_made_twice(course: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (course / "feedback").rglob("*.html")}
    assert feedback(course)["up_to_date"] == 5
    assert {p: p.stat().st_mtime_ns for p in (course / "feedback").rglob("*.html")} == before
    assert feedback(course, "--force", "--student", "a*")["written"] == 1


def mark(course: Path, student: str, cell: str, score: float, comment: str) -> None:
    """Mark an answer by hand, as formgrader does."""
    loaded = load_course(course)
    with api.Gradebook(loaded.db_url, loaded.course_id) as book:
        grade = book.find_grade(cell, "small", small.ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        book.find_comment(cell, "small", small.ASSIGNMENT, student).manual_comment = comment
        book.db.commit()


def test_a_manual_mark_makes_that_page_alone_out_of_date(course: Path) -> None:
    assert "2 answers wait for your instructor" in text(page(course, "ada"))
    mark(course, "ada", "explain", 4, "Good, but\nwhy <it> grows is missing.")
    result = feedback(course)
    assert (result["written"], result["up_to_date"]) == (1, 4)
    made = page(course, "ada")
    assert "13 of 20 points" in text(made)
    assert "◐ Partly right 4 of 5 points" in text(made)
    assert "Good, but\nwhy &lt;it&gt; grows is missing." in made
    assert "1 answer waits" in text(made)


def test_regrading_makes_the_page_again(course: Path) -> None:
    small.hand_in(course, "bob", RIGHT, "2026-03-02 09:30:00 UTC")
    assert run("run", course=course).exit_code == EXIT_PROBLEMS  # moe's
    assert feedback(course)["written"] == 1
    assert "Not right yet" not in page(course, "bob")
    stamp = course / "feedback" / "bob" / small.ASSIGNMENT / "timestamp.txt"
    assert stamp.read_text() == "2026-03-02 09:30:00 UTC"


def test_lateness_and_its_price_are_shown(course: Path) -> None:
    loaded = load_course(course)
    with api.Gradebook(loaded.db_url, loaded.course_id) as book:
        submission = book.find_submission(small.ASSIGNMENT, "ada")
        submission.assignment.duedate = submission.timestamp.replace(hour=6)
        submission.notebooks[0].late_submission_penalty = 1.5
        book.db.commit()
    feedback(course)
    made = text(page(course, "ada"))
    assert "7.5 of 20 points" in made
    assert "3 hours late" in made
    assert "Taken off for being late: 1.5 points" in made


def test_pages_that_nbgrader_wrote_over_ours_are_made_again(course: Path) -> None:
    nbgrader("generate_feedback", small.ASSIGNMENT, "--force", "--student", "ada", cwd=course)
    assert "Content-Security-Policy" not in page(course, "ada")
    assert feedback(course)["written"] == 1
    assert "Content-Security-Policy" in page(course, "ada")


def test_a_graded_notebook_that_changed_makes_its_page_again_whatever_the_marks(
    course: Path,
) -> None:
    """As when nbgrader graded it again, with the same points."""
    path = course / "autograded" / "bob" / small.ASSIGNMENT / "small.ipynb"
    path.write_text(path.read_text() + "\n")
    assert feedback(course)["written"] == 1


def test_files_for_release_feedback_lie_beside_the_page(course: Path) -> None:
    graded = course / "autograded" / "ada" / small.ASSIGNMENT
    (graded / "submission_secret.txt").write_text("s3cret")
    feedback(course, "--force")
    folder = course / "feedback" / "ada" / small.ASSIGNMENT
    names = {path.name for path in folder.iterdir()}
    assert names == {"small.html", "timestamp.txt", "submission_secret.txt", STAMP}
    assert (folder / "submission_secret.txt").read_text() == "s3cret"
    assert stat.S_IMODE((folder / "small.html").stat().st_mode) == 0o644


def test_a_cell_that_was_stopped_is_named_and_so_is_its_test() -> None:
    why = "In the cell `double`: your code took too long and was stopped."
    told = {"status": "timeout", "checks": [], "messages": [f"{why} This test needs it."]}
    marks = SubmissionMarks("ada", small.ASSIGNMENT, None, 0.0)
    cells = {"test_double": Mark(0.0, None, 0.0, 2.0, False)}
    marks.notebooks["small"] = NotebookMarks(0.0, cells)
    sheet = Sheet(marks, "small", (), {"test_double": told}, stopped=(why,))
    shown = text(render(sheet))
    assert "In the cell double : your code took too long and was stopped." in shown
    assert "test_double ✗ Took too long" in shown
    cells["test_double"] = Mark(0.0, 2.0, 0.0, 2.0, False)  # a person saw that it was right
    assert "test_double 2 of 2 points ✓ Right" in text(render(sheet))


def test_a_part_without_a_cell_on_the_page_is_named_but_is_no_link() -> None:
    marks = SubmissionMarks("ada", small.ASSIGNMENT, None, 0.0)
    marks.notebooks["small"] = NotebookMarks(0.0, {"double": Mark(0.0, None, 0.0, 2.0, False)})
    made = render(Sheet(marks, "small", None))
    assert made.startswith("<!DOCTYPE html>")
    assert text(made).count("double ") == 2  # to look at again, and in the table of all parts
    assert Finder(made).links == ["#work"]


def sheet_of(checks: list[Any], outputs: list[Any]) -> Sheet:
    """A page on one failed test: what was checked, and what its cell put out."""
    marks = SubmissionMarks("ada", small.ASSIGNMENT, None, 0.0)
    marks.notebooks["small"] = NotebookMarks(0.0, {"t": Mark(0.0, None, 0.0, 2.0, False)})
    cell = small.cell("double(2)", "t", grade=True, locked=True) | {"outputs": outputs}
    told = {"status": "wrong", "checks": checks, "messages": []}
    return Sheet(marks, "small", (cell,), {"t": told})


def test_a_hint_is_given_once_in_a_check() -> None:
    hint, other = "Look at the sign of the exponent.", "Look at the shape."
    lines = [
        {"ok": False, "message": f"input {number}", "hint": words}
        for number, words in enumerate((hint, hint, other, hint, None))
    ]
    shown = text(render(sheet_of([{"lines": lines}], [])))
    assert [shown.count(words) for words in (hint, other)] == [1, 1]
    assert [f"input {number}" in shown for number in range(5)] == [True] * 5
    assert shown.index("input 0") < shown.index(hint) < shown.index("input 1")
    shown = text(render(sheet_of([{"lines": lines}, {"lines": lines}], [])))
    assert shown.count(hint) == 2  # each check's table stands alone


@pytest.mark.parametrize("kind", ["stream", "error", "text/plain"])
def test_a_long_output_is_cut_and_says_by_how_much(kind: str) -> None:
    def made(length: int) -> str:
        words = "x" * length
        output = {
            "stream": {"output_type": "stream", "text": words},
            "error": {"output_type": "error", "traceback": [words]},
            "text/plain": {"output_type": "display_data", "data": {"text/plain": words}},
        }[kind]
        return text(render(sheet_of([], [output])))

    assert "x" * 20_000 in made(20_000)
    assert "more character" not in made(20_000)
    assert f"{'x' * 20_000} … 1 more character " in made(20_001)
    assert "x" * 20_001 not in made(20_345)
    assert "… 345 more characters " in made(20_345)


# ------------------------------------------------------------------------- graded by nbgrader


PEEK = "print('peeked:', [line for line in In if '24' + '69' in line])"


def test_what_nbgrader_graded_is_stripped_of_hidden_tests(course: Path) -> None:
    """Under nbgrader a later cell of the student can print the tests that ran before."""
    answers = {**RIGHT, "double": "def double(x):\n    return x", "triple": RIGHT["triple"]}
    small.hand_in(course, "ada", {**answers, "triple": f"{RIGHT['triple']}\n\n{PEEK}"})
    nbgrader("autograde", small.ASSIGNMENT, "--force", "--student", "ada", cwd=course)
    graded = (course / "autograded" / "ada" / small.ASSIGNMENT / "small.ipynb").read_text()
    assert "peeked: [" in graded
    assert "2469" in graded
    assert feedback(course)["written"] == 1
    made = page(course, "ada")
    assert not [secret for secret in HIDDEN if secret in text(made)]
    assert "Hidden tests: failed." in made
    assert "This output is left out: it shows part of a hidden test." in made
    assert "AssertionError" in made  # the visible test's


def test_without_the_engines_notebook_the_graded_one_is_stripped(course: Path) -> None:
    """As for a gradebook of a version that did not keep it."""
    import sqlite3

    with sqlite3.connect(course / "gradebook.db") as db:
        db.execute("DROP TABLE grading_student_notebook")
    assert feedback(course, "--force")["problems"] == []
    for student in CLASS:
        assert not [secret for secret in HIDDEN if secret in page(course, student)]
    assert "Hidden tests: failed." in page(course, "bob")


def test_outputs_that_a_student_made_up_cost_no_page_and_do_not_swell_it() -> None:
    """nbgrader keeps what was handed in where it is told not to run it."""
    broken = [{"output_type": "stream"}, {"output_type": "nonsense"}, {"output_type": "error"}]
    broken += [{"output_type": "display_data", "data": {"image/png": "no base64 <b>"}}]
    many = [{"output_type": "stream", "name": "stdout", "text": "again\n"}] * 5000
    cell = small.cell("double(2)") | {"outputs": [*broken, *many]}
    graded = json.dumps(small.notebook([cell])).encode()
    marks = sheet_of([], []).marks
    cells = stripped_cells(graded, Markers.configured(Config()), marks.notebooks["small"])
    made = text(render(Sheet(marks, "small", cells)))
    assert "double" in made
    assert 0 < made.count("again") <= 1000
    assert "Output truncated" in made


# --------------------------------------------------------------------------- when things go wrong


def test_a_page_that_takes_for_ever_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(_: Sheet) -> str:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            pass
        return "at last"

    before = signal.getsignal(signal.SIGALRM)
    monkeypatch.setattr(making, "_SECONDS", 0.2)
    monkeypatch.setattr(making, "render", endless)
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"more than 0\.2 seconds"):
        made_from(tmp_path, CONTAINED[0], [], small="small.ipynb")
    assert time.monotonic() - start < 8
    monkeypatch.setattr(making, "render", lambda _: "soon")
    made = made_from(tmp_path, CONTAINED[0], [], small="small.ipynb")
    time.sleep(0.4)  # the limit is that page's, not of what comes after it
    assert signal.getsignal(signal.SIGALRM) is before
    assert made == {"small.html": "soon"}


def test_one_page_that_cannot_be_made_stops_no_other(course: Path) -> None:
    folder = course / "feedback" / "ada" / small.ASSIGNMENT
    shutil.rmtree(folder)
    folder.write_text("in the way")
    result = feedback(course, "--force")
    assert result["written"] == 4
    (problem,) = result["problems"]
    assert (problem["student"], problem["fatal"]) == ("ada", True)
    assert "has no feedback" in problem["what"]


def test_many_pages_are_made_by_several_processes(course: Path) -> None:
    one = {s: page(course, s) for s in CLASS}
    shutil.rmtree(course / "feedback")
    done = run("feedback", "--json", "--jobs", "2", course=course)
    assert json.loads(done.stdout)["written"] == 5
    assert {s: page(course, s) for s in CLASS} == one


@pytest.mark.skipif(sys.platform != "linux", reason="what is patched here gets into forks only")
def test_a_process_that_is_ended_is_named_and_its_pages_are_made_by_the_next_call(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_bob(course, 20)  # more than are given to the processes at once
    made = write.make_pages

    def end(job: Job, *rest: Any) -> None:
        if job.marks.student == "s003":
            os._exit(1)
        made(job, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(write, "make_pages", end)
        done = run("feedback", "--json", "--force", "--jobs", "2", course=course)
    assert done.exit_code == EXIT_PROBLEMS, done.exception
    result = json.loads(done.stdout)
    without = {problem["student"] for problem in result["problems"]}
    assert "s003" in without
    assert result["written"] + len(without) == 25
    assert all("--jobs 1" in problem["remedy"] for problem in result["problems"])
    assert feedback(course)["problems"] == []
    assert len(list(course.glob(f"feedback/*/*/{STAMP}"))) == 25


SLOW_DISK = """
import os, time
replace = os.replace
def slowly(*args, **kwargs):
    time.sleep(0.1)
    return replace(*args, **kwargs)
os.replace = slowly
"""


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another thing there")
def test_ctrl_c_keeps_whole_pages_and_the_next_call_goes_on(course: Path, tmp_path: Path) -> None:
    copy_bob(course, MANY)
    # So that we look in time on a busy machine.
    (tmp_path / "sitecustomize.py").write_text(SLOW_DISK)
    started = subprocess.Popen(
        [sys.executable, "-m", "grading", "feedback", "--course-dir", str(course)],
        env=environment_for_programs(PYTHONPATH=str(tmp_path)),
        stderr=subprocess.PIPE,
        text=True,
    )
    pages = course / "feedback"
    deadline = time.monotonic() + 120
    while len(list(pages.glob("s*/*/*.html"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == EXIT_INTERRUPTED, errors
    assert "Traceback" not in errors
    assert "run the same command again" in errors
    assert not list(pages.rglob("*.new"))
    for made in pages.glob("s*/*/*.html"):
        assert made.read_text().rstrip().endswith("</html>")
    before = len(list(pages.glob(f"s*/*/{STAMP}")))
    assert 3 <= before < MANY
    result = feedback(course)
    assert result["written"] == MANY - before
    assert len(list(pages.glob("s*/*/small.html"))) == MANY


# ----------------------------------------------------------------------------- the distribution


def test_the_class_is_shown_only_when_asked_for(course: Path) -> None:
    assert "<svg" not in page(course, "ada")
    only = "This page holds only your work and your marks"
    assert f"{only}. It loads" in page(course, "ada")
    assert feedback(course, "--distribution")["written"] == 5
    assert "<svg" not in page(course, "ada")  # four graded submissions would give people away
    loaded = load_course(course)
    with api.Gradebook(loaded.db_url, loaded.course_id) as book:
        book.update_or_create_student("zoe")
        book.update_or_create_submission(small.ASSIGNMENT, "zoe")
    feedback(course, "--distribution")
    made = page(course, "ada")
    assert "Scores of 5 submissions. Your score is in the blue bar, from" in text(made)
    assert 'role="img" aria-label="How many submissions got which share of the points.' in made
    assert "style=" not in made
    assert "<svg" in made
    assert f"{only}, and a picture of all scores without names. It loads" in made
    assert feedback(course)["written"] == 5  # without it again
    assert "<svg" not in page(course, "ada")


def test_the_picture_says_in_words_what_it_shows() -> None:
    scores = (0.0, 0.05, 0.5, 1.0, 1.2, 0.9)
    made = draw(scores, 0.5)
    assert made is not None
    assert "0 to 10 %: 2; 50 to 60 %: 1; 90 to 100 %: 3. Yours is between 50 and 60 %." in made
    assert set(re.findall(r'font-size="([^"]+)"', made)) == {"9px", "10px"}  # bars, and the axis
    assert draw(scores, None) is not None
    assert draw(scores[: FEWEST - 1], 0.5) is None


def test_the_shorthand_that_an_older_matplotlib_writes_keeps_the_size() -> None:
    assert _attributes("font: 9px 'Arial'; fill: red") == ' fill="red" font-size="9px"'


def test_students_notebooks_are_kept_with_the_grades(graded: Path) -> None:
    loaded = load_course(graded)
    with Gradebook(loaded.db_url, loaded.course_id) as book:
        (kept,) = book.student_notebooks(small.ASSIGNMENT, "bob").values()
        assert book.student_notebooks(small.ASSIGNMENT, "moe") == {}
    assert b"2469" not in kept.data
    assert b"was here" in kept.data
    names = {path.name for path in (graded / "autograded").rglob("*.ipynb")}
    assert names == {"small.ipynb"}
