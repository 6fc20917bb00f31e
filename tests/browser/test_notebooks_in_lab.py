"""Each notebook of the course in JupyterLab: run all, then move every control of every widget."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from tutor import widgets

SOLUTIONS = Path(__file__).parents[2] / "solutions"
NOTEBOOKS = sorted(path.relative_to(SOLUTIONS) for path in SOLUTIONS.glob("*/*.ipynb"))
ROLES = {
    "slider", "combobox", "button", "image", "textbox", "checkbox", "radio", "spinbutton", "link",
}  # fmt: skip
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.parent.name)
def notebook(lab, request):
    """A notebook with all answers, run from top to bottom."""
    target = lab.root / "course" / request.param.parent
    shutil.copytree(SOLUTIONS / request.param.parent, target, dirs_exist_ok=True)
    lab.page.set_viewport_size({"width": 900, "height": 1000})
    lab.open(f"course/{request.param}")
    # Nor are pictures drawn in advance: each slider would have dozens.
    explorer = "__import__('tutor.widgets.explorer', fromlist=['Explorer']).Explorer"
    lab.evaluate(f"setattr({explorer}, '_on_message', lambda *_: None)")
    lab.run_all(seconds=300)
    lab.cells = json.loads((SOLUTIONS / request.param).read_text())["cells"]
    lab.name = request.param.parent.name
    return lab


def widget_cells(lab):
    """The cells that show a widget, by what the notebook file says."""
    view = "application/vnd.jupyter.widget-view+json"
    shown = [
        index
        for index, cell in enumerate(lab.cells)
        if any(
            view in output.get("data", {}) or "fnn-stand-in" in str(output)
            for output in cell.get("outputs", [])
        )
    ]
    called = [
        index
        for index, cell in enumerate(lab.cells)
        if cell["cell_type"] == "code"
        and re.search(r"^widgets\.[A-Z]\w+\(", "".join(cell["source"]), re.MULTILINE)
    ]
    assert set(called) <= set(shown)
    return shown


def test_each_widget_is_in_a_notebook():
    sources = "".join((SOLUTIONS / path).read_text(encoding="utf-8") for path in NOTEBOOKS)
    assert [
        name for name in (*widgets.EXPLORERS, "Playground") if f"widgets.{name}(" not in sources
    ] == []


def test_no_cell_fails(notebook):
    failed = [
        (index, output["ename"])
        for index, cell in enumerate(notebook.cells)
        if cell["cell_type"] == "code"
        for output in notebook.outputs(index)
        if output["output_type"] == "error"
    ]
    assert failed == []


def test_every_control_of_every_widget_moves_the_picture(notebook):
    for index in widget_cells(notebook):
        output = notebook.output(index)
        place = output.locator(".fnn-widget").first
        place.wait_for()
        if place.evaluate("element => element.classList.contains('pg')"):
            use_playground(notebook, place)
        else:
            use_explorer(notebook, place, f"{notebook.name}, cell {index}")
        assert [node for node in controls(notebook, place) if not node["name"]] == []
        assert notebook.overflow() == []
        notebook.screenshot(f"{notebook.name}-{index}-light", place)


def test_the_dark_theme_shows_every_widget(notebook):
    notebook.theme("dark")
    try:
        for index in widget_cells(notebook):
            place = notebook.output(index).locator(".fnn-widget").first
            place.wait_for()
            pixels = notebook.pixels(place)
            # Mostly dark, and bright in places.
            assert np.median(pixels.mean(axis=2)) < 80
            assert np.quantile(pixels.mean(axis=2), 0.999) > 170
            notebook.keep(f"{notebook.name}-{index}-dark", pixels)
    finally:
        notebook.theme("light")


def test_no_errors_in_the_page(notebook):
    assert notebook.problems == []


def controls(lab, place):
    return [node for node in lab.accessible(within=place) if node["role"] in ROLES]


def use_explorer(lab, place, name):
    """Move each slider with the keyboard, choose from each list, press each button.

    The sliders first: some lists make a difference only where a slider isn't at 0.
    """
    picture = place.locator(".fnn-picture")
    picture.locator("svg").wait_for()
    index = 0
    while index < place.locator("[role=slider]:visible").count():  # one may bring out others
        use_slider(lab, place, index, f"{name}: slider {index}")
        index += 1
    for each in place.locator("select:visible").all():
        use_list(lab, place, each, name)
    for each in place.locator("button:visible").all():
        expect_change(lab, place, each.click, name)
    assert place.locator(".fnn-problem").is_hidden()


def use_slider(lab, place, index, name):
    """Move a slider some way, to an end if that looks alike: the picture moves.

    What each of its positions shows is tested without a browser: test_widgets.py.
    """
    handle = place.locator("[role=slider]:visible").nth(index)
    picture, sentence = place.locator(".fnn-picture"), place.locator(".fnn-sentence")
    before, moved = lab.pixels(picture), 0
    # Not to an end at once: three equal scores, say, hide what temperature does.
    for key in ("PageUp", "PageDown", "End", "Home"):
        said, value = sentence.inner_text(), handle.get_attribute("aria-valuetext")
        handle.focus()
        lab.page.keyboard.press(key)
        if handle.get_attribute("aria-valuetext") != value:
            expect_other_words(lab, sentence, said)
            moved = lab.changed(picture, before)
        if moved > 20:
            return
    raise AssertionError(f"{name} doesn't move the picture")


def use_list(lab, place, choice, name):
    """Choose what comes next on a list, until the picture moves; the sentence does each time.

    What each choice shows is tested without a browser: test_widgets.py.
    """
    picture, sentence = place.locator(".fnn-picture"), place.locator(".fnn-sentence")
    first = choice.evaluate("select => select.selectedIndex")
    count = choice.locator("option").count()
    before = lab.pixels(picture)
    for step in range(1, count):
        said = sentence.inner_text()
        choice.select_option(index=(first + step) % count)
        expect_other_words(lab, sentence, said)
        # Two of a list may look alike, such as two activations of next to nothing.
        if lab.changed(picture, before) > 20:
            return
    raise AssertionError(f"a list of {name} doesn't move the picture")


def expect_other_words(lab, sentence, said):
    """Wait for another sentence. The picture comes with it, so pixels need no waiting."""
    lab.page.wait_for_function(
        "([element, said]) => element.textContent !== said",
        arg=[sentence.element_handle(), said],
    )


def expect_change(lab, place, act, name):
    """Do something and wait until picture and sentence differ."""
    picture, sentence = place.locator(".fnn-picture"), place.locator(".fnn-sentence")
    before, said = lab.pixels(picture), sentence.inner_text()
    act()
    assert lab.wait_until_changed(picture, before) > 20, f"{name} doesn't move the picture"
    assert sentence.inner_text() != said, f"the sentence doesn't follow {name}"


def use_playground(lab, place):
    """Play and pause; then move what changes the picture at once."""
    place.locator(".pg-unit").first.wait_for()
    shown, count = place.locator("section.pg-output"), place.locator(".pg-epoch")
    before, first = lab.pixels(shown), count.inner_text()
    place.get_by_role("button", name="Play").click()
    lab.wait_until_changed(shown, before)
    while count.inner_text() == first:
        lab.page.wait_for_timeout(50)
    place.get_by_role("button", name="Pause").click()
    lab.page.wait_for_timeout(500)
    stopped = count.inner_text()
    lab.page.wait_for_timeout(300)
    assert count.inner_text() == stopped
    assert lab.wait_until_changed(shown, before) > 100
    for role, name, key in (
        ("checkbox", "Show test data", "Space"),
        ("checkbox", "Discretize output", "Space"),
        ("slider", "Training", "ArrowRight"),
        ("combobox", "Problem type", "ArrowDown"),
    ):
        control = place.get_by_role(role, name=name, exact=True)
        before = lab.pixels(shown)
        control.focus()
        lab.page.keyboard.press(key)
        assert lab.wait_until_changed(shown, before) > 20, f"{name} changes nothing"
    assert place.locator(".fnn-problem").is_hidden()
