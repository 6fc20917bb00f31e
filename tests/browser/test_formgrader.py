"""A person gives points and comments in nbgrader's formgrader, on a gradebook of `grading`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import formgrader
import pytest
import small_course as small
from command import grading
from lab import SCREENSHOTS, TIMEOUT
from nbgrader import api
from playwright.sync_api import Browser, Page

ANSWERS = {
    "ada": {"double": small.DOUBLE, "triple": small.TRIPLE, "explain": "It grows because."},
    "ben": {"double": small.DOUBLE, "explain": "No idea, but a <b>bold</b> one."},
}
COMMENT = 'Say <em>why</em> it grows: لماذا؟ 🤔 "quoted"'


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small.make(tmp_path_factory.mktemp("formgrader") / "course")
    small.release(root)
    for student, answers in ANSWERS.items():
        small.hand_in(root, student, answers, "2026-03-01 10:00:00 UTC")
    done = grading("run", cwd=root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture(scope="module")
def page(browser: Browser, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    scratch = tmp_path_factory.mktemp("server")
    with formgrader.server(root, root, scratch) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(TIMEOUT)
        page.goto(f"{address}/gradebook")
        yield page
        page.close()


def test_points_and_comments_from_formgrader_to_feedback(page: Page, root: Path) -> None:
    # From the list of assignments to ada's notebook, by clicks.
    page.get_by_role("link", name=small.ASSIGNMENT, exact=True).click()
    page.get_by_role("link", name=small.NOTEBOOK, exact=True).click()
    page.get_by_role("link", name="Submission #1").click()
    page.wait_for_function("typeof formgrader !== 'undefined' && formgrader.grades?.loaded")
    page.wait_for_function("formgrader.comments?.loaded")
    notebook = page.evaluate("submission_id")
    student = student_of(root, notebook)
    assert ANSWERS[student]["explain"].split("<")[0] in page.inner_text("body")
    assert "Three points for the straight line" in page.inner_text("body")  # the marking scheme

    write(page, "#explain", "3.5", "/api/grade/")
    write(page, "#explain_extra_credit", "0.5", "/api/grade/")
    write(page, "#explain-comment", COMMENT, "/api/comment/")
    write(page, "#draw", "6", "/api/grade/")
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "formgrader.png", full_page=True)

    page.reload()
    page.wait_for_function("formgrader?.grades?.loaded && formgrader.comments?.loaded")
    assert page.input_value("#explain") == "3.5"
    assert page.input_value("#explain-comment") == COMMENT

    automatic = 9 if student == "ada" else 5
    assert score(root, student) == automatic + 3.5 + 0.5 + 6

    done = grading("feedback", "--student", student, "--force", cwd=root)
    assert done.returncode == 0, done.stderr
    feedback = root / "feedback" / student / small.ASSIGNMENT / f"{small.NOTEBOOK}.html"
    page.goto(feedback.as_uri())
    text = page.inner_text("body")
    assert "لماذا؟ 🤔" in text
    assert f"{automatic + 10}" in text
    page.screenshot(path=SCREENSHOTS / "formgrader-feedback.png", full_page=True)

    again = grading("run", "--force", cwd=root)
    assert again.returncode == 0, again.stderr
    assert score(root, student) == automatic + 3.5 + 0.5 + 6
    page.go_back()
    page.reload()
    page.wait_for_function("formgrader?.grades?.loaded && formgrader.comments?.loaded")
    assert page.evaluate("submission_id") == notebook  # no link of anybody's breaks
    assert page.input_value("#explain") == "3.5"
    assert page.input_value("#explain_extra_credit") == "0.5"
    assert page.input_value("#explain-comment") == COMMENT
    assert page.input_value("#draw") == "6"


def write(page: Page, field: str, text: str, saved_by: str) -> None:
    """Write into a field as a person does, leave it, and wait until the server has it."""
    page.click(field)
    page.keyboard.type(text)
    with page.expect_response(
        lambda answer: saved_by in answer.url and answer.request.method == "PUT"
    ) as answer:
        page.keyboard.press("Tab")
    assert answer.value.ok


def student_of(root: Path, notebook: str) -> str:
    with api.Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        student: str = book.find_submission_notebook_by_id(notebook).student.id
    return student


def score(root: Path, student: str) -> float:
    with api.Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        points: float = book.find_submission(small.ASSIGNMENT, student).score
    return points
