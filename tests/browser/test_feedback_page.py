"""Feedback pages in a real browser: on a phone, in the dark, for a screen reader, offline."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from markupsafe import Markup

from grading.feedback.distribution import draw
from grading.feedback.page import Sheet, render
from grading.marks import Mark, NotebookMarks, SubmissionMarks

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*/*.ipynb"))
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


def graded(path: Path) -> Sheet:
    """A page of every state from a released notebook: nobody has to grade anything for it."""
    cells = json.loads(path.read_text())["cells"]
    marks = NotebookMarks(penalty=2.0)
    outcomes = {}
    for place, cell in enumerate(cells):
        cell["source"] = "".join(cell["source"])
        grader = cell["metadata"].get("nbgrader", {})
        if not (grader.get("grade") or grader.get("task")):
            continue
        name, worth = grader["grade_id"], float(grader["points"])
        kind = place % 4
        score = (worth, 0.0, worth / 2, None)[kind]
        marks.cells[name] = Mark(score, None, 0.0, worth, score is None)
        line = {
            "ok": kind == 0,
            "message": "`f([1, 2])`: At 1 you get 2; expected 3.",
            "hint": "Look.",
        }
        outcomes[name] = {
            "status": ("ok", "failed", "partial", "ok")[kind],
            "checks": [] if kind == 2 else [{"lines": [line]}],
            "messages": ["`f` took too long and was stopped."],
        }
        marks.comments[name] = "A comment of a person.\nOn two lines."
    for cell in cells:
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution"):
            long = "x" * 300
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": long}]
            break
    whole = SubmissionMarks("ada", path.parent.name, None, 7200.0, {path.stem: marks})
    picture = draw((0.1, 0.4, 0.5, 0.8, 0.9, 1.0), 0.8)
    return Sheet(whole, path.stem, tuple(cells), outcomes, distribution=picture)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for path in NOTEBOOKS:
        (folder / f"{path.stem}.html").write_text(render(graded(path)))
    return folder


def opened(browser, path, size, scheme="light"):
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    return page


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_nothing_is_wider_than_a_phone_and_nothing_is_loaded(browser, pages, name):
    page = opened(browser, pages / f"{name}.html", PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    cut_off = """[...document.querySelectorAll("main *")].filter(e => e.clientWidth > 1
        && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "hidden")
        .map(e => e.outerHTML.slice(0, 100))"""
    assert page.evaluate(cut_off) == []  # what is wider scrolls, and can be read
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert page.complaints == []  # the policy forbids nothing that the page itself uses
    assert page.evaluate("document.querySelectorAll('math').length") > 5
    heights = page.evaluate(
        "[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)"
    )
    assert min(heights) > 5
    page.close()


# Neither do colours depend on the size nor places on the colours.
@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone-light", "desk-dark"]
)
def test_axe_finds_nothing(browser, pages, size, scheme):
    page = opened(browser, pages / "parameters.html", size, scheme)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    page.close()


def test_headings_and_landmarks_tell_where_one_is(browser, pages):
    page = opened(browser, pages / "activations.html", DESK)
    assert page.locator("h1").all_inner_texts() == ["activations"]
    for landmark in ("header", "nav", "main", "footer"):
        assert page.locator(landmark).count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    levels = page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(h => +h.tagName[1])")
    assert all(after - before <= 1 for before, after in pairwise(levels))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to your work"
    page.close()


def test_the_policy_stops_what_sanitising_might_miss(browser, tmp_path):
    """As if a hole were found in what cleans the texts."""
    sheet = graded(NOTEBOOKS[0])
    hole = Markup("<script>document.title='owned'</script><img src='https://example.org/a.png'>")
    made = render(sheet).replace("</main>", f"{hole}</main>")
    (tmp_path / "page.html").write_text(made)
    page = opened(browser, tmp_path / "page.html", DESK)
    assert page.title().startswith("Feedback: ")
    assert len([text for text in page.complaints if "Content Security Policy" in text]) == 2
    page.close()
