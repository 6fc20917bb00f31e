"""The widgets on gates, graphs, matrices, networks and descent, used as a student uses them.

What holds for every widget (names, keys, themes, width) is in test_widgets_in_lab.py.
"""

import numpy as np
import pytest

from tutor import graph

NAMES = [
    "NeuronLine", "GateSpace", "GraphStepper", "MatrixShapes", "ParameterCounter", "Capacity",
    "Descent",
]  # fmt: skip
NOTEBOOK = "second.ipynb"


@pytest.fixture(scope="module")
def notebook(lab):
    """A notebook with one of these widgets a cell, all run."""
    lab.write(NOTEBOOK, *(f"from tutor import widgets\nwidgets.{name}()" for name in NAMES))
    lab.page.set_viewport_size({"width": 900, "height": 1000})
    lab.open(NOTEBOOK)
    lab.run_all()
    return lab


class Shown:
    """One widget on the page: its sentence, its controls by their labels."""

    def __init__(self, lab, name):
        self.lab = lab
        self.place = lab.output(NAMES.index(name)).locator(".fnn-widget")
        self.picture = self.place.locator(".fnn-picture")
        self.picture.locator("svg").wait_for()

    @property
    def sentence(self):
        return self.place.locator(".fnn-sentence").inner_text()

    def press(self, label, key, times=1):
        """Press a key on a slider, once or more often."""
        self.place.get_by_role("slider", name=label, exact=True).focus()
        for _ in range(times):
            self.lab.page.keyboard.press(key)

    def choose(self, label, option):
        self.place.get_by_label(label, exact=True).select_option(label=option)

    def wait(self, words):
        """Wait until the sentence holds some words, and check that no error is shown."""
        self.place.locator(".fnn-sentence", has_text=words).wait_for()
        assert self.place.locator(".fnn-problem").is_hidden()

    def pixels(self):
        return self.lab.pixels(self.picture)

    def texts(self, which="text"):
        """What is written in the picture."""
        return [text.strip() for text in self.picture.locator(f"svg {which}").all_text_contents()]


def changed(before, after):
    return int((np.abs(after - before).max(axis=2) > 40).sum())


def test_and_is_found_by_keyboard(notebook):
    shown = Shown(notebook, "NeuronLine")
    before = shown.pixels()
    assert shown.texts().count("✗") == 2
    shown.press("b", "ArrowLeft", 7)
    shown.wait("4 of 4 corners are right")
    assert "✗" not in shown.texts()
    assert changed(before, shown.pixels()) > 1000  # crosses go away, the line moves


def test_xor_needs_the_product(notebook):
    shown = Shown(notebook, "NeuronLine")
    third = shown.place.get_by_role("slider", name="w3 of x1·x2", exact=True)
    assert third.is_hidden()
    shown.choose("Gate", "XOR")
    shown.wait("XOR")
    assert "4 of 4" not in shown.sentence
    before = shown.pixels()
    shown.choose("Features", "x1, x2, x1·x2")
    shown.wait("x1·x2")
    third.wait_for()
    notebook.screenshot("NeuronLine-product", shown.place)
    assert changed(before, shown.pixels()) > 1000


def test_the_space_of_xor_has_no_four(notebook):
    shown = Shown(notebook, "GateSpace")
    counts = "text[style*='13px']"  # only the numbers on the map are that large
    assert "4" in shown.texts(counts)
    shown.choose("Gate", "XOR")
    for key, b in (("Home", "b = −3"), ("End", "b = 3")):
        shown.press("b", key)
        shown.wait(b)
        assert "No point has 4" in shown.sentence
        assert max(shown.texts(counts)) in {"2", "3"}
    notebook.screenshot("GateSpace-xor", shown.place)


def test_all_steps_of_a_graph(notebook):
    worked = graph.examples["product_of_sum"]()
    worked.backward()
    shown = Shown(notebook, "GraphStepper")
    for step in worked.steps:
        if step.index:
            before = shown.pixels()
            shown.press("Step", "ArrowRight")
        shown.wait(step.text)
        if step.index:
            assert changed(before, shown.pixels()) > 50
    assert {"q = 3", "f = −12", "−4", "3", "1"} <= set(shown.texts())
    shown.press("x", "ArrowRight", 10)
    shown.picture.locator("svg text", has_text="q = 4").wait_for()


def test_orders_of_matrices(notebook):
    shown = Shown(notebook, "MatrixShapes")
    assert "they don't fit" in shown.sentence
    for order, verdict in (
        ("dW = dZᵀ · X", "the transpose of dW"),
        ("dW = Xᵀ · dZ", "is right"),
    ):
        shown.choose("Try", order)
        shown.wait(verdict)
    shown.press("N (samples)", "ArrowRight")
    shown.wait("Z, dW and dX take 56 multiplications each")
    assert "N·D·M = 7·4·2 = 56 multiplications" in shown.texts()


def test_counting_to_26_and_41(notebook):
    shown = Shown(notebook, "ParameterCounter")
    assert "= 26 parameters" in shown.sentence
    shown.press("Hidden layers", "ArrowRight")
    shown.place.get_by_role("slider", name="Width 2", exact=True).wait_for()
    shown.press("Outputs", "ArrowLeft")
    shown.wait("16 + 20 + 5 = 41 parameters")
    assert "41 parameters" in shown.texts()
    shown.press("Hidden layers", "End")
    shown.press("Maxout pieces", "End")
    shown.wait("3-4-4-4-4-1 network")
    notebook.screenshot("ParameterCounter-deep", shown.place)
    assert notebook.overflow() == []


def test_training_is_watched(notebook):
    """A busy machine draws fewer pictures on the way of one training: then watch up to three."""
    shown = Shown(notebook, "Capacity")
    page, before = notebook.page, shown.pixels()
    page.evaluate(
        """element => { window.onTheWay = new Set(); window.ends = new Set();
        new MutationObserver(() => {
            const text = element.textContent;
            (text.includes('after 1000 of 1000 steps') ? ends : onTheWay).add(text);
        }).observe(element, {childList: true, characterData: true, subtree: true}) }""",
        shown.place.locator(".fnn-sentence").element_handle(),
    )
    # A slider's other positions are trained in advance: each training is begun by another one.
    for slider, key in (
        ("Hidden neurons", "ArrowLeft"),
        ("Start weights", "ArrowRight"),
        ("L2 strength", "ArrowRight"),
    ):
        ended = page.evaluate("ends.size")
        shown.press(slider, key)
        shown.wait("19 hidden neurons")
        page.wait_for_function("ended => ends.size > ended", arg=ended)
        if page.evaluate("onTheWay.size") > 10:
            break
    assert page.evaluate("onTheWay.size") > 10
    shown.wait("after 1000 of 1000 steps")
    assert changed(before, shown.pixels()) > 200


def test_a_large_learning_rate_diverges(notebook):
    shown = Shown(notebook, "Descent")
    assert "zig-zags" in shown.sentence
    shown.press("Learning rate", "End")
    shown.wait("It diverges: above 0.2")
    shown.press("Learning rate", "Home")
    shown.wait("It doesn't overshoot")


def test_no_errors_in_the_page(notebook):
    assert notebook.problems == []
