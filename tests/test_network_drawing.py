import base64
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from tutor import colours
from tutor.network import Network

SVG = "{http://www.w3.org/2000/svg}"


def totals(network):
    c = network.count()
    return c.neurons, c.weights, c.biases, c.parameters, c.layers


def shapes(network, kind, **options):
    """Return the marks of one class in the drawing."""
    root = ElementTree.fromstring(network.draw(**options).svg)
    return [mark for mark in root if mark.get("class") == kind]


# Counts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([3, 4, 2], (6, 20, 6, 26, 2)),
        ([3, 4, 4, 1], (9, 32, 9, 41, 3)),
        ([2, 4, 2, 1], (7, 18, 7, 25, 3)),
        ([784, 10], (10, 7840, 10, 7850, 1)),
        ([1, 1], (1, 1, 1, 2, 1)),
    ],
)
def test_totals(sizes, expected):
    assert totals(Network(sizes)) == expected
    assert totals(Network(sizes, replicas=3)) == expected


def test_a_maxout_layer_has_k_times_the_parameters():
    plain = Network([3, 4, 2]).count().per_layer
    for k in (1, 2, 3):
        rows = Network([3, 4, 2], "maxout", pieces=k).count().per_layer
        assert rows[0].parameters == k * plain[0].parameters
        assert rows[1].parameters == plain[1].parameters
        assert [row.neurons for row in rows] == [4, 2]


def test_prelu_adds_a_slope_for_each_neuron():
    counts = Network([3, 4, 2], "prelu").count()
    assert counts.slopes == 4
    assert counts.parameters == 26 + 4


@pytest.mark.parametrize("hidden", ["tanh", "maxout", "prelu"])
def test_counts_are_what_training_changes(hidden):
    network = Network([5, 4, 3, 2], hidden, pieces=3)
    counts = network.count()
    assert counts.parameters == network.parameters.flat.size
    assert counts.weights == sum(W.size for W in network.W)
    assert counts.biases == sum(b.size for b in network.b)


def test_the_table_as_text():
    assert str(Network([3, 4, 2], "relu", "softmax").count()).splitlines() == [
        "layer  activation  inputs  neurons  weights  biases  parameters",
        "1      ReLU             3        4       12       4          16",
        "2      Softmax          4        2        8       2          10",
        "sum                              6       20       6          26",
    ]
    assert "slopes" in str(Network([3, 4, 2], "prelu").count())
    assert "7,840" in str(Network([784, 10]).count())


def test_the_table_as_html_has_heads_for_screen_readers():
    class Cells(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.scopes, self.text = [], [], []

        def handle_starttag(self, tag, attributes):
            self.open.append(tag)
            self.scopes += [value for key, value in attributes if key == "scope"]

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

        def handle_data(self, data):
            self.text.append(data)

    cells = Cells()
    cells.feed(Network([3, 4, 2]).count()._repr_html_())
    assert not cells.open
    assert cells.scopes.count("col") == 7
    assert cells.scopes.count("row") == 3
    assert cells.text[-4:] == ["6", "20", "6", "26"]


# Drawings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[3, 4, 2], [3, 4, 4, 1], [2, 1], [1, 6, 1, 6]])
def test_each_parameter_is_drawn_once(sizes):
    network = Network(sizes)
    counts = network.count()
    weights = shapes(network, "weight")
    assert len(weights) == counts.weights
    assert len(shapes(network, "bias")) == counts.biases
    assert len(shapes(network, "neuron")) == counts.neurons
    assert len(shapes(network, "input")) == sizes[0]
    lines = {tuple(line.get(key) for key in ("x1", "y1", "x2", "y2")) for line in weights}
    assert len(lines) == counts.weights
    assert len({line.find(f"{SVG}title").text for line in weights}) == counts.weights


def test_pieces_and_slopes_are_drawn():
    network = Network([3, 4, 2], "maxout", pieces=2)
    weights = shapes(network, "weight")
    assert len(weights) == 24 + 8
    lines = {tuple(line.get(key) for key in ("x1", "y1", "x2", "y2")) for line in weights}
    assert len(lines) == 32
    squares = shapes(network, "bias")
    assert len(squares) == 8 + 2
    # A neuron's two squares lie side by side below its middle.
    middle = float(shapes(network, "neuron")[0].get("cx"))
    assert [float(square.get("x")) + 4 - middle for square in squares[:2]] == [-5, 5]
    assert len(shapes(Network([3, 4, 2], "prelu"), "slope")) == 4
    assert weights[1].find(f"{SVG}title").text == (
        "weight from input 1 to neuron 1 of layer 1, piece 2"
    )


def test_lines_join_the_right_circles():
    network = Network([3, 4, 2])
    places = {
        kind: [(c.get("cx"), c.get("cy")) for c in shapes(network, kind)]
        for kind in ("input", "neuron")
    }
    for line in shapes(network, "weight"):
        source, i, j, layer = re.match(
            r"weight from (input|neuron of layer 1) (\d) to neuron (\d) of layer (\d)",
            line.find(f"{SVG}title").text,
        ).groups()
        start = places["input" if source == "input" else "neuron"][int(i) - 1]
        end = places["neuron"][(int(layer) - 1) * 4 + int(j) - 1]
        assert (line.get("x1"), line.get("y1")) == start
        assert (line.get("x2"), line.get("y2")) == end


def test_everything_lies_inside_the_picture():
    for sizes in ([1, 1], [8, 2, 8], [2, 20, 1]):
        root = ElementTree.fromstring(Network(sizes).draw().svg)
        width, height = float(root.get("width")), float(root.get("height"))
        for circle in root.iter(f"{SVG}circle"):
            x, y, r = (float(circle.get(key)) for key in ("cx", "cy", "r"))
            assert r <= x <= width - r
            assert y - r >= 40
            assert y + r <= height - 24


def test_the_first_of_each_layer_is_at_the_top():
    heights = [float(circle.get("cy")) for circle in shapes(Network([4, 1]), "input")]
    assert heights == sorted(heights)


def test_signs_and_sizes_of_weights():
    network = Network([3, 1])
    network.W[0] = [[2.0], [-0.5], [0.0]]
    lines = shapes(network, "weight", values=True)
    blue, orange, grey = (line.get("stroke") for line in lines)
    assert (blue, orange, grey) == (colours.BLUE, colours.ORANGE, colours.GREY)
    widths = [float(line.get("stroke-width")) for line in lines]
    assert widths[0] > widths[1] > widths[2]
    assert lines[1].find(f"{SVG}title").text.endswith(" = -0.5")
    assert {line.get("stroke") for line in shapes(network, "weight")} == {colours.GREY}


def test_text_alternative():
    drawing = Network([3, 4, 2], "relu", "softmax").draw()
    words = (
        "2 layers, from left to right: 3 inputs, 4 ReLU neurons, 2 Softmax neurons."
        " 6 neurons, 20 weights, 6 biases: 26 parameters."
    )
    assert repr(drawing) == drawing.alt == f"Network 3–4–2. {words}"
    root = ElementTree.fromstring(drawing.svg)
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert description.text == words


def test_shows_as_a_picture_in_a_notebook():
    drawing = Network([3, 4, 2]).draw()
    bundle = drawing._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == drawing.alt
    assert f'alt="{drawing.alt}"' in bundle["text/html"]
    data = re.search('base64,([^"]*)"', bundle["text/html"])[1]
    assert base64.b64decode(data).decode() == drawing.svg


def test_the_same_network_gives_the_same_bytes():
    one, two = (Network([3, 4, 2], seed=1).draw(values=True) for _ in range(2))
    assert one.svg == two.svg


def test_what_cannot_be_drawn():
    with pytest.raises(ValueError, match=r"7,840 weights can't be read .* count\(\)"):
        Network([784, 10]).draw()
    with pytest.raises(ValueError, match=r"replica\(r\)"):
        Network([2, 1], replicas=2).draw(values=True)
    assert len(shapes(Network([2, 1], replicas=2), "weight")) == 2


def test_drawing_changes_nothing():
    network = Network([3, 4, 2], "prelu")
    before = network.parameters.flat.copy()
    network.draw(values=True)
    np.testing.assert_array_equal(network.parameters.flat, before)
