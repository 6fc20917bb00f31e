"""Each widget in a real JupyterLab: it is named, it fits, it leaves a picture behind.

That each of its controls moves the picture is tested in the notebooks: test_notebooks_in_lab.py.
"""

import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tutor import widgets

NAMES = list(widgets.EXPLORERS)
NOTEBOOK = "widgets.ipynb"


@pytest.fixture(scope="module")
def notebook(lab):
    """A notebook with one widget a cell, all run."""
    calls = (f"widgets.{name}()" for name in NAMES)
    lab.write(NOTEBOOK, *(f"from tutor import widgets\n{call}" for call in calls))
    lab.page.set_viewport_size({"width": 900, "height": 1000})
    lab.open(NOTEBOOK)
    lab.run_all()
    return lab


@pytest.fixture(params=NAMES)
def shown(notebook, request):
    """The place of one widget, with the notebook's page."""
    place = notebook.output(NAMES.index(request.param)).locator(".fnn-widget")
    place.locator(".fnn-picture svg").wait_for()
    notebook.name = request.param
    return notebook, place


@pytest.mark.parametrize("name", ["ActivationExplorer", "GraphStepper", "ReluSum"])
def test_a_slider_moves_without_waiting_for_the_kernel(notebook, name):
    lab, index = notebook, NAMES.index(name)
    place = lab.output(index).locator(".fnn-widget")
    picture, sentence = place.locator(".fnn-picture"), place.locator(".fnn-sentence")
    handle = place.locator("[role=slider]:visible").first
    handle.focus()
    place.locator("[data-ahead=complete]").wait_for()  # pictures in advance
    before, said = lab.pixels(picture), sentence.inner_text()
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    long = "try:\\n    __import__('time').sleep(60)\\nexcept KeyboardInterrupt:\\n    pass"
    # Its status alone says little: messages of widgets may be answered on a thread of their own.
    lab.page.evaluate(
        f"""() => {{ const request = window.request = {{ended: false}};
            {kernel}.requestExecute({{code: "{long}"}}).done
                .then(() => {{ request.ended = true }}) }}"""
    )
    lab.page.wait_for_function(f"() => {kernel}.status === 'busy'")
    lab.page.keyboard.press("ArrowRight")
    assert lab.wait_until_changed(picture, before, seconds=2) > 20
    moved, now = lab.pixels(picture), sentence.inner_text()
    assert now != said
    assert lab.page.evaluate("window.request.ended") is False
    lab.page.evaluate(f"{kernel}.interrupt()")
    # The kernel catches up and says the same.
    value = float(handle.get_attribute("aria-valuetext").replace("−", "-"))
    widget = f"[w for w in __import__('gc').get_objects() if type(w).__name__ == {name!r}][-1]"
    control = f"next(c for c in {widget}.inputs.values() if hasattr(c, 'step'))"
    assert abs(lab.evaluate(f"{control}.value") - value) < 1e-9
    assert lab.evaluate(f"{widget}.alt") == now == sentence.inner_text()
    assert lab.wait_until_changed(picture, moved, seconds=0.5) == 0


def test_from_here_on_no_picture_is_drawn_in_advance(notebook):
    """Each slider that gets the focus would have dozens; the tests above have seen them come."""
    explorer = "__import__('tutor.widgets.explorer', fromlist=['Explorer']).Explorer"
    stopped = notebook.evaluate(
        "[w.screen.on_msg(w._on_message, remove=True) for w in __import__('gc').get_objects()"
        f" if isinstance(w, {explorer})]"
    )
    assert len(stopped) >= len(NAMES)


def test_every_control_has_a_name(shown):
    lab, place = shown
    nodes = lab.accessible(within=place)
    wanted = {"slider", "combobox", "button", "image", "textbox"}
    controls = [node for node in nodes if node["role"] in wanted]
    assert {"slider", "image"} <= {node["role"] for node in controls}
    assert [node for node in controls if not node["name"]] == []
    image = next(node for node in controls if node["role"] == "image")
    assert image["name"] == place.locator(".fnn-sentence").inner_text()
    sliders = [node["name"] for node in controls if node["role"] == "slider"]
    assert len(set(sliders)) == len(sliders)


def test_tab_reaches_every_control_and_shows_where(shown):
    lab, place = shown
    kinds = "[role=slider], select, button"
    controls = place.locator(f":is({kinds}):visible")
    controls.first.focus()
    reached = []
    for _ in range(3 * controls.count()):  # the number beside a slider can be edited: a stop too
        element = lab.page.evaluate_handle("document.activeElement")
        if not place.evaluate("(place, element) => place.contains(element)", element):
            break
        outline = element.evaluate("element => getComputedStyle(element).outlineStyle")
        assert outline != "none", element
        reached.append(element.evaluate("(element, kinds) => element.matches(kinds)", kinds))
        lab.page.keyboard.press("Tab")
    assert sum(reached) == controls.count()


def test_nothing_scrolls_sideways_at_900_pixels(shown):
    lab, place = shown
    assert lab.overflow() == []
    box, outer = place.bounding_box(), lab.page.locator(".jp-WindowedPanel-outer").bounding_box()
    assert box["x"] + box["width"] <= outer["x"] + outer["width"]


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(notebook, request):
    """A theme, changed to once for all widgets: every style of the page is computed anew."""
    notebook.theme(request.param)
    yield request.param
    notebook.theme("light")


def test_ink_stands_out_in_both_themes(theme, shown):
    lab, place = shown
    colours = place.evaluate(
        """element => [getComputedStyle(element.querySelector('svg text')).fill,
        getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor]"""
    )
    ink, paper = ([int(n) for n in re.findall(r"\d+", colour)[:3]] for colour in colours)
    assert contrast(ink, paper) >= 7
    lab.screenshot(f"{lab.name}-{theme}", place)


def contrast(one, other):
    """Contrast of two colours, WCAG 2.2: 1 to 21."""
    lights = []
    for colour in (one, other):
        part = np.asarray(colour) / 255
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        lights.append(linear @ [0.2126, 0.7152, 0.0722])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_only_the_live_widget_is_shown(shown):
    lab, _ = shown
    output = lab.output(NAMES.index(lab.name))
    assert len(lab.outputs(NAMES.index(lab.name))) == 2
    assert output.locator(".fnn-stand-in").is_hidden()


def test_running_a_cell_again_leaves_nothing_behind(notebook):
    count = "len(__import__('ipywidgets').widgets.widget._instances)"
    before = notebook.evaluate(count)
    for _ in range(3):
        notebook.run_cell(1)
    notebook.output(1).locator(".fnn-picture svg").wait_for()
    assert notebook.evaluate(count) == before
    assert len(notebook.outputs(1)) == 2
    assert notebook.page.locator(".fnn-widget").count() <= len(NAMES)


def test_a_notebook_without_kernel_shows_pictures(notebook):
    notebook.output(0).locator(".fnn-picture svg").wait_for()
    notebook.save()
    notebook.shut_down()
    notebook.open(NOTEBOOK)
    for index in range(2):
        output = notebook.output(index)
        image = output.locator(".fnn-stand-in img")
        image.wait_for()
        notebook.page.wait_for_timeout(1200)  # it waits for a second for a live widget
        assert image.bounding_box()["height"] > 200
        assert len(image.get_attribute("alt")) > 40
        assert "Error displaying widget" not in output.inner_text()
    notebook.screenshot("without-kernel")


def test_exported_html_shows_pictures(notebook, tmp_path):
    """As nbconvert makes it, and as a code host shows it: nothing runs, nothing is loaded."""
    shutil.copy(notebook.root / NOTEBOOK, tmp_path)
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(tmp_path / NOTEBOOK)]
    subprocess.run(command, check=True, capture_output=True)
    page = notebook.page.context.browser.new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto((tmp_path / NOTEBOOK).with_suffix(".html").as_uri(), wait_until="domcontentloaded")
    images = page.locator("img[alt]")
    images.last.wait_for()
    assert images.count() == len(NAMES)
    for index in range(len(NAMES)):
        assert images.nth(index).evaluate("image => image.naturalWidth") > 300
        assert len(images.nth(index).get_attribute("alt")) > 40
    page.close()


def test_an_error_is_told_in_the_widget(notebook):
    notebook.write(
        "error.ipynb",
        "from tutor import widgets\nw = widgets.Saturation()\nw",
        "def broken(now):\n    raise ValueError('out of ideas')\nw._move = broken",
        "w",
    )
    notebook.open("error.ipynb")
    notebook.run_all()
    place = notebook.output(0).locator(".fnn-widget")
    place.locator("[role=slider]").first.focus()
    notebook.page.keyboard.press("ArrowRight")
    problem = place.locator(".fnn-problem")
    problem.wait_for()
    assert "ValueError: out of ideas" in problem.inner_text()


def test_a_widget_that_is_shown_twice_has_every_id_once(notebook):
    """Or the clipping of one picture would be that of another. In the notebook of the last test."""
    for index in (0, 2):
        notebook.output(index).locator(".fnn-picture svg").wait_for()
    ids = notebook.page.evaluate(
        "[...document.querySelectorAll('.fnn-picture svg')].map(picture =>"
        " [...picture.querySelectorAll('[id]')].map(element => element.id))"
    )
    assert len(ids) == 2
    assert len(ids[0]) == len(ids[1]) > 0
    assert not set(ids[0]) & set(ids[1])


def test_sliders_follow_another_page_and_a_forgotten_widget_says_so(notebook):
    """In the notebook that the last test has left, by a widget that isn't broken."""
    place = notebook.output(0).locator(".fnn-widget")
    notebook.run_cell(0)
    place.locator(".fnn-picture svg").wait_for()
    name, control = next(
        (n, c) for n, c in widgets.Saturation().inputs.items() if hasattr(c, "step")
    )
    # As a message of another page does it: the kernel doesn't send the value on.
    notebook.evaluate(f"w.inputs['{name}'].set_state({{'value': {control.max}}})")
    handle = place.locator("[role=slider]").first
    notebook.page.wait_for_function(
        "([handle, value]) => Number(handle.getAttribute('aria-valuetext')) === value",
        arg=[handle.element_handle(), control.max],
    )
    assert place.locator(".fnn-note").is_hidden()
    # Until it is done: a notebook that is closed in the middle of it is an error in the page.
    notebook.page.evaluate(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    place.locator(".fnn-note", has_text="Run this cell again").wait_for()


def test_no_errors_in_the_page(notebook):
    assert notebook.problems == []
