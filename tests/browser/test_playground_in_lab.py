"""The Playground in a real JupyterLab, with mouse and with keyboard only."""

import itertools
import re

import numpy as np
import pytest
from lab import TIMEOUT
from playwright.sync_api import expect

NOTEBOOK = "playground.ipynb"
CELL = "from tutor import widgets\nw = widgets.Playground()\nw"
OWN_FUNCTIONS = """
import numpy as np
from tutor import playground

def forward(x, W, b):
    activations = []
    for weights, bias in zip(W, b):
        x = np.tanh(x @ weights + bias)
        activations.append(x)
    return activations

def backward(x, y, W, b):
    layers = [x, *forward(x, W, b)]
    dz = (layers[-1] - y) * (1 - layers[-1] ** 2) / len(x)
    dW, db = [], []
    for below, weights in zip(layers[-2::-1], W[::-1]):
        dW.insert(0, below.T @ dz)
        db.insert(0, dz.sum(axis=0))
        dz = (dz @ weights.T) * (1 - below**2)
    return dW, db

own = widgets.Playground(functions=playground.NetworkFunctions(forward, backward))
own
"""


@pytest.fixture(scope="module")
def notebook(lab):
    lab.page.set_viewport_size({"width": 900, "height": 1000})
    lab.write(NOTEBOOK, CELL, OWN_FUNCTIONS)
    lab.open(NOTEBOOK)
    lab.run_all()
    return lab


@pytest.fixture
def place(notebook):
    """The widget as it is at first, however the last test left it."""
    shown = notebook.output(0).locator(".pg")
    shown.locator(".pg-unit").first.wait_for()
    if shown.get_by_role("button", name="Pause").count():
        shown.get_by_role("button", name="Pause").click()
    notebook.evaluate(
        "w.set(**vars(__import__('tutor').playground.Config())) or w.playground.rewind()"
    )
    notebook.evaluate("w.refresh()")
    expect_epoch(shown, 0)
    return shown


def epoch(place):
    return int(place.locator(".pg-epoch").inner_text().replace(",", ""))


def expect_epoch(place, number):
    place.page.wait_for_function(
        "n => Number(document.querySelector('.pg-epoch').textContent.replace(',', '')) === n",
        arg=number,
    )


def wait_for_epochs(place, least):
    place.page.wait_for_function(
        "n => Number(document.querySelector('.pg-epoch').textContent.replace(',', '')) >= n",
        arg=least,
    )


def loss(place):
    return place.locator(".pg-losses b").first.inner_text()


def wait_for(lab, code, value):
    """Wait until an expression has a value in the kernel."""
    for _ in range(100):
        found = lab.evaluate(code)
        if found == value:
            return
        lab.page.wait_for_timeout(50)
    pytest.fail(f"{code} is {found!r}, not {value!r}")


def test_it_plays_and_pauses(notebook, place):
    shown = place.locator(".pg-map")
    before, said = notebook.pixels(shown), loss(place)
    place.get_by_role("button", name="Play").click()
    wait_for_epochs(place, 100)
    assert notebook.evaluate("1 + 1") == 2  # a cell gets its turn
    place.get_by_role("button", name="Pause").click()
    notebook.page.wait_for_timeout(500)
    stopped = epoch(place)
    assert notebook.evaluate("w.playground.epoch") == stopped
    notebook.page.wait_for_timeout(500)
    assert epoch(place) == stopped
    assert float(loss(place)) < float(said)
    assert (np.abs(notebook.pixels(shown) - before).max(axis=2) > 40).mean() > 0.3
    live = place.locator("[aria-live=polite]")
    assert f"epoch {stopped}: training loss" in live.inner_text()


def test_step_rewind_and_reset(notebook, place):
    first = notebook.evaluate("w.playground.weights[0].tolist()")
    for number in (1, 2):
        place.get_by_role("button", name="Step").click()
        expect_epoch(place, number)
    place.get_by_role("button", name="Rewind").click()
    expect_epoch(place, 0)
    assert notebook.evaluate("w.playground.weights[0].tolist()") == first
    place.get_by_role("button", name="Step").click()
    expect_epoch(place, 1)
    place.get_by_role("button", name="Reset").click()
    expect_epoch(place, 0)
    assert notebook.evaluate("w.playground.weights[0].tolist()") != first


def test_a_weight_is_read_and_edited_at_its_link(notebook, place):
    stage = place.locator(".pg-stage")
    box = stage.bounding_box()
    units = [place.get_by_role("button", name=name, exact=True).bounding_box()
             for name in ("Layer 2, neuron 1", "Output")]  # fmt: skip
    x = (units[0]["x"] + units[0]["width"] + units[1]["x"]) / 2
    # Half-way along, a link is half-way up.
    y = sum(unit["y"] + unit["height"] / 2 for unit in units) / 2
    notebook.page.mouse.move(x, y)
    tip = place.locator(".pg-tip")
    tip.wait_for()
    weight = notebook.evaluate("w.playground.weights[2][0, 0]")
    assert tip.inner_text() == f"neuron 1 → output: weight {weight:.3f}".replace("-", "−")
    assert tip.bounding_box()["x"] > box["x"]
    notebook.page.mouse.click(x, y)
    field = place.get_by_role("spinbutton", name="Weight from neuron 1 to Output")
    assert field.evaluate("field => field === document.activeElement")
    before = loss(place)
    notebook.page.keyboard.type("2.5")
    wait_for(notebook, "w.playground.weights[2][0, 0]", 2.5)
    # The page hears of it after the kernel has answered the test.
    shown = place.locator(".pg-losses b").first
    expect(shown).to_have_text(f"{notebook.evaluate('w.playground.loss'):.3f}", timeout=TIMEOUT)
    assert loss(place) != before
    notebook.page.keyboard.press("Escape")


def test_a_number_can_be_typed_while_the_page_changes_its_width(notebook, place):
    """The network is laid out anew then; the field that is being written in stays."""
    page = notebook.page
    place.get_by_role("button", name="Output", exact=True).click()
    field = place.get_by_role("spinbutton", name="Weight from neuron 1 to Output")
    field.click()
    field.select_text()
    page.keyboard.type("2.")
    stage = place.locator(".pg-stage")
    before, size = stage.bounding_box()["width"], page.viewport_size
    page.set_viewport_size(size | {"width": size["width"] + 60})
    try:
        page.wait_for_function(
            "old => document.querySelector('.pg-stage').clientWidth > old", arg=before
        )
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        page.keyboard.type("5")
        wait_for(notebook, "w.playground.weights[2][0, 0]", 2.5)
        assert field.evaluate("field => field === document.activeElement")
    finally:
        page.set_viewport_size(size)
        page.keyboard.press("Escape")


def test_the_network_by_keyboard_alone(notebook, place):
    page = notebook.page
    place.get_by_role("button", name="Play").focus()
    page.keyboard.press("Space")
    wait_for_epochs(place, 2)
    page.keyboard.press("Space")
    feature = place.get_by_role("button", name="Feature x₁", exact=True)
    feature.focus()
    for key in ("ArrowDown", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "Layer 1, neuron 2"
    assert place.locator(".pg-unit:focus-visible").count() == 1
    page.wait_for_function(
        "document.querySelector('.pg-caption').textContent === 'Layer 1, neuron 2'"
    )
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "Bias of Layer 1, neuron 2"
    bias = notebook.evaluate("w.playground.biases[0][1]")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(300)
    assert 0 < notebook.evaluate("w.playground.biases[0][1]") - bias < 0.2
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == "Layer 1, neuron 2"
    for key in ("ArrowLeft", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    wait_for(notebook, "w.config.features", ["x1", "x2", "x1^2"])
    assert page.evaluate(focused) == "Feature x₁²"


def test_every_control_by_keyboard(notebook, place):
    page = notebook.page
    for role, name, key, code, value in (
        ("slider", "Training", "ArrowRight", "w.config.train_percent", 60),
        ("slider", "Noise", "ArrowRight", "w.config.noise", 5),
        ("slider", "Batch size", "ArrowLeft", "w.config.batch_size", 9),
        ("combobox", "Learning rate", "ArrowDown", "w.config.learning_rate", 0.1),
        ("combobox", "Activation of layer 2", "ArrowUp", "w.config.activations[1]", "relu"),
        ("combobox", "Regularization", "ArrowDown", "w.config.regularization", "L1"),
        ("combobox", "Regularization rate", "ArrowDown", "w.config.regularization_rate", 0.001),
        ("checkbox", "Show test data", "Space", "w.config.show_test_data", True),
        ("checkbox", "Discretize output", "Space", "w.config.discretize", True),
        ("button", "Add a neuron to layer 1", "Enter", "w.config.hidden_layers", [5, 2]),
        ("button", "Add a hidden layer", "Enter", "w.config.hidden_layers", [5, 2, 2]),
        ("radio", "circle", "ArrowRight", "w.config.dataset", "xor"),
        ("combobox", "Activation", "ArrowUp", "w.config.activations[2]", "relu"),
        ("combobox", "Problem type", "ArrowDown", "w.config.problem", "regression"),
    ):
        place.get_by_role(role, name=name, exact=True).focus()
        page.keyboard.press(key)
        wait_for(notebook, code, value)
        focused = page.evaluate("document.activeElement.closest('.pg') !== null")
        assert focused, f"{name} loses the focus"
    assert place.get_by_role("radio", name="plane").is_checked()
    assert place.locator(".fnn-problem").is_hidden()
    assert notebook.evaluate("w.config.layer_activations") is None


def test_hovering_a_neuron_enlarges_it(notebook, place):
    shown, caption = place.locator(".pg-map"), place.locator(".pg-caption")
    before = notebook.pixels(shown)
    place.get_by_role("button", name="Layer 1, neuron 3", exact=True).hover()
    notebook.page.wait_for_function(
        "document.querySelector('.pg-caption').textContent === 'Layer 1, neuron 3'"
    )
    assert notebook.wait_until_changed(shown, before) > 1000
    place.get_by_role("button", name="Feature sin(x₁)").hover()
    assert caption.inner_text() == "Feature sin(x₁)"
    place.locator(".fnn-title").hover()
    notebook.page.wait_for_function(
        "document.querySelector('.pg-caption').textContent === 'Output of the network'"
    )


def test_the_chart_is_read_with_mouse_and_keys(notebook, place):
    notebook.evaluate("w.playground.step(10) or w.refresh()")
    expect_epoch(place, 10)
    chart = place.get_by_role("slider", name="Loss chart")
    chart.hover()  # in the middle
    reading = place.locator(".pg-reading")
    losses = notebook.evaluate("w.playground.history.column('test_loss')[:, 0].tolist()")
    assert reading.inner_text().startswith("Epoch 5: training ")
    assert reading.inner_text().endswith(f"test {losses[5]:.4f}")
    chart.focus()
    for key, at in (("Home", 0), ("ArrowRight", 1), ("End", 10)):
        notebook.page.keyboard.press(key)
        notebook.page.wait_for_timeout(100)
        assert chart.get_attribute("aria-valuetext").startswith(f"Epoch {at}: ")


def test_links_stop_conditions_and_problems(notebook, place):
    place.get_by_text("Share, export, repeat").click()
    field = place.get_by_role("textbox", name="Link of TensorFlow Playground")
    assert field.input_value() == notebook.evaluate("w.playground.to_hash()")
    for change, note in (
        ("layer_activations=['relu', 'tanh']", "a layer's own activation"),
        ("seed='my own', layer_activations=None", "A link can't carry this seed."),
    ):
        notebook.evaluate(f"w.set({change})")
        place.locator(".pg-note", has_text=note).wait_for()
    assert field.input_value() == ""
    field.fill("#dataset=gauss&networkShape=3&seed=0.5")
    field.press("Enter")
    wait_for(
        notebook, "[w.config.dataset, w.config.hidden_layers, w.config.seed]", ["gauss", [3], "0.5"]
    )
    field.fill("#dataset=dough")
    place.get_by_role("button", name="Use this link").click()
    problem = place.locator(".fnn-problem")
    problem.wait_for()
    assert "dough" in problem.inner_text()
    notebook.evaluate("w.set(epoch_limit=3)")
    place.get_by_role("button", name="Play").click()
    place.get_by_text("Stopped at the limit of 3 epochs.", exact=True).wait_for()
    assert epoch(place) == 3
    assert problem.is_hidden()
    notebook.evaluate("w.set(epoch_limit=None)")
    place.get_by_text("Stop, loss, seed").click()
    place.get_by_label("Stop when").select_option("test loss ≤")
    place.get_by_role("button", name="Play").click()
    place.get_by_text("Target reached: ", exact=False).first.wait_for()
    assert place.get_by_role("button", name="Play").is_visible()
    assert notebook.evaluate("w.playground.measures['test_loss'] <= w.config.target.value")
    notebook.evaluate("w.set(target=None)")
    notebook.evaluate(
        "w.set(problem='regression', activation='relu', learning_rate=10, epoch_limit=None)"
    )
    place.get_by_role("button", name="Play").click()
    problem.wait_for()
    assert "too large for a number" in problem.inner_text()
    with notebook.page.expect_download() as download:
        place.get_by_role("button", name="Save the losses as CSV").click()
    assert download.value.path().read_text().startswith("epoch,train_loss,test_loss")


def test_it_trains_with_a_students_own_functions(notebook, place):
    theirs = notebook.output(1).locator(".pg")
    theirs.get_by_text("Stop, loss, seed").click()
    theirs.get_by_text("Forward and backward pass are your own functions.", exact=False).wait_for()
    for number in range(1, 4):
        for shown in (place, theirs):
            shown.get_by_role("button", name="Step").click()
        theirs.locator(".pg-epoch").get_by_text(f"000,00{number}").wait_for()
        place.locator(".pg-epoch").get_by_text(f"000,00{number}").wait_for()
    assert loss(theirs) == loss(place) != "0.000"
    assert notebook.evaluate("abs(own.playground.loss - w.playground.loss) < 1e-12")


def test_every_control_has_a_name_of_its_own(notebook, place):
    for details in place.locator("details").all():
        details.evaluate("details => { details.open = true }")
    nodes = notebook.accessible(within=place)
    wanted = {
        "slider",
        "combobox",
        "button",
        "image",
        "textbox",
        "checkbox",
        "radio",
        "spinbutton",
        "link",
    }
    controls = [node for node in nodes if node["role"] in wanted]
    assert {"slider", "combobox", "button", "image", "textbox", "checkbox", "radio"} <= {
        node["role"] for node in controls
    }
    assert [node for node in controls if not node["name"]] == []
    names = [(node["role"], node["name"]) for node in controls]
    assert sorted(set(names)) == sorted(names)
    for details in place.locator("details").all():
        details.evaluate("details => { details.open = false }")


@pytest.mark.parametrize("width", [900, 1280])
def test_it_fits_and_is_readable_in_both_themes(notebook, place, width):
    notebook.evaluate("w.set(hidden_layers=(8,) * 6, show_test_data=True)")
    notebook.page.set_viewport_size({"width": width, "height": 1000})
    for theme in ("light", "dark"):
        notebook.theme(theme)
        notebook.output(0)
        notebook.page.wait_for_timeout(300)
        assert notebook.overflow() == []
        outer = notebook.page.locator(".jp-WindowedPanel-outer").bounding_box()
        for each in (place, place.locator(".pg-map"), place.locator(".pg-head").last):
            box = each.bounding_box()
            assert box["x"] + box["width"] <= outer["x"] + outer["width"]
        ink, paper = place.evaluate(
            """element => [getComputedStyle(element).color,
            getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor]
            .map(colour => Number(colour.match(/\\d+/)[0]))"""
        )
        assert abs(ink - paper) > 180
        assert (ink > paper) == (theme == "dark")
        notebook.screenshot(f"Playground-{width}-{theme}", place)
    notebook.theme("light")
    notebook.page.set_viewport_size({"width": 900, "height": 1000})


@pytest.mark.parametrize("width", [260, 460])
def test_in_a_narrow_window_nothing_lies_on_anything_else(place, width):
    """A window of 800 pixels, or one enlarged to 200 %, leaves the Playground no more."""
    place.evaluate("(element, width) => { element.style.width = `${width}px` }", width)
    place.page.wait_for_timeout(300)
    parts = place.locator(".pg-button, .pg-epoch, .pg-field, .pg-range > span, .pg-map, h4").all()
    boxes = [part.bounding_box() for part in parts if part.is_visible()]
    assert len(boxes) > 10
    outer = place.bounding_box()
    for box in boxes:
        assert outer["x"] <= box["x"]
        assert box["x"] + box["width"] <= outer["x"] + outer["width"] + 1
    for one, other in itertools.combinations(boxes, 2):
        beside = any(
            a["x"] + a["width"] <= b["x"] + 1 or a["y"] + a["height"] <= b["y"] + 1
            for a, b in ((one, other), (other, one))
        )
        assert beside, (one, other)
    place.evaluate("element => { element.style.width = '' }")


def test_running_the_cell_again_stops_the_former_one(notebook, place):
    count = "len(__import__('ipywidgets').widgets.widget._instances)"
    before = notebook.evaluate(count)
    notebook.evaluate("globals().__setitem__('former', w)")
    place.get_by_role("button", name="Play").click()
    wait_for_epochs(place, 5)
    notebook.run_cell(0)
    place.get_by_role("button", name="Play").wait_for()
    expect_epoch(place, 0)
    stopped = notebook.evaluate("former.playground.epoch")
    notebook.page.wait_for_timeout(400)
    assert notebook.evaluate("former.playground.epoch") == stopped
    assert notebook.evaluate(count) == before
    assert notebook.output(0).locator(".pg").count() == 1
    assert len(notebook.outputs(0)) == 2


def test_closing_the_notebook_stops_the_training(notebook, place):
    place.get_by_role("button", name="Play").click()
    wait_for_epochs(place, 5)
    notebook.save()
    notebook.open(NOTEBOOK)  # closes it first; the kernel goes on
    stopped = notebook.evaluate("w.playground.epoch")
    assert stopped >= 5
    notebook.page.wait_for_timeout(400)
    assert notebook.evaluate("w.playground.epoch") == stopped


def test_without_a_kernel_there_is_a_picture(notebook):
    notebook.run_all()
    notebook.output(0).locator(".pg").wait_for()
    notebook.save()
    notebook.shut_down()
    notebook.open(NOTEBOOK)
    output = notebook.output(0)
    image = output.locator(".fnn-stand-in img")
    image.wait_for()
    notebook.page.wait_for_timeout(1200)  # it waits for a second for a live widget
    assert image.bounding_box()["height"] > 150
    assert re.match(r"Data circle, network 2–4–2–1 with tanh, epoch 0", image.get_attribute("alt"))
    assert "Error displaying widget" not in output.inner_text()
    notebook.screenshot("Playground-without-kernel", output)


def test_no_errors_in_the_page(notebook):
    assert notebook.problems == []
