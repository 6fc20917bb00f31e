"""What the widgets on gates, graphs, matrices, networks and descent compute and say.

What holds for every widget is in test_widgets.py.
"""

import asyncio
import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.path import Path

from tutor import activations, datasets, plots, widgets
from tutor import graph as graphs
from tutor.network import Network
from tutor.widgets import capacity, descent, gate_space, matrix_shapes, neuron_line
from tutor.widgets.parameter_counter import product
from tutor.widgets.regions import Regions
from tutor.widgets.sketch import WIDTH, Sketch

pytestmark = pytest.mark.slow

# Regions of the plane ---------------------------------------------------------------------------


def areas(regions):
    """The area of each shaded side, in the units of the axes."""
    found = []
    for side in regions._sides:
        corners = side.get_path().to_polygons()
        found.append(sum(_area(polygon) for polygon in corners))
    return found


def _area(polygon):
    x, y = np.asarray(polygon).T
    return abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2


@pytest.fixture
def regions():
    _, axes = plots.subplots(4, 4)
    axes.set(xlim=(0, 2), ylim=(0, 1))
    return Regions(axes)


def test_a_straight_boundary_is_exact(regions):
    regions.show(regions.points @ [1.0, 0.0] - 0.5)
    np.testing.assert_allclose(areas(regions), [0.5, 1.5])
    (line,) = regions._boundary.get_segments()
    np.testing.assert_allclose(line[:, 0], 0.5)


@pytest.mark.parametrize(("value", "expected"), [(1.0, [0, 2]), (-1.0, [2, 0]), (0.0, [2, 0])])
def test_one_side_may_be_everything(regions, value, expected):
    regions.show(np.full(len(regions.points), value))
    np.testing.assert_allclose(areas(regions), expected)
    assert regions._boundary.get_segments() == []


# One neuron's line ------------------------------------------------------------------------------

SOLUTIONS = {
    "and": {"w1": 1, "w2": 1, "b": -1.5},
    "or": {"w1": 1, "w2": 1, "b": -0.5},
    "nand": {"w1": -1, "w2": -1, "b": 1.5},
    "xor": {"features": "product", "w1": 1, "w2": 1, "w3": -2, "b": -0.5},
}


@pytest.mark.parametrize("gate", neuron_line.GATES)
def test_a_solution_has_four_corners_right(gate):
    widget = widgets.NeuronLine(gate=gate, **SOLUTIONS[gate])
    assert widget.alt.endswith(": 4 of 4 corners are right.")
    assert len(widget._crosses.get_xdata()) == 0
    assert [row[2].get_text() for row in widget._cells] == ["✓"] * 4


def test_wrong_corners_are_named_and_crossed():
    widget = widgets.NeuronLine(gate="and", w1=1, w2=1, b=-0.5)
    assert widget.alt == (
        "AND, z = 1·x1 + 1·x2 − 0.5: 2 of 4 corners are right, wrong: (0, 1), (1, 0)."
    )
    assert widget._crosses.get_xydata().tolist() == [[0, 1], [1, 0]]
    assert [row[1].get_text() for row in widget._cells] == ["0", "1", "1", "1"]


def test_on_the_line_the_answer_is_0_in_spite_of_rounding():
    widget = widgets.NeuronLine(gate="or", w1=0.1, w2=0.2, b=-0.3)  # 0.1 + 0.2 − 0.3 is not 0
    assert "z = 0 at (1, 1): on the line the answer is 0." in widget.alt
    assert "1 of 4 corners are right, wrong: (0, 1), (1, 0), (1, 1)." in widget.alt


def test_xor_without_the_product_never_has_four():
    widget = widgets.NeuronLine(gate="xor")
    for w1, w2, b in itertools.product(np.linspace(-3, 3, 5), repeat=3):
        widget.set(w1=w1, w2=w2, b=b)
        assert "4 of 4" not in widget.alt


def test_the_third_weight_shows_only_with_the_product():
    widget = widgets.NeuronLine()
    assert widget.inputs["w3"].layout.display == "none"
    widget.inputs["features"].value = "product"
    assert widget.inputs["w3"].layout.display is None
    assert "x1·x2" in widget.alt


# The space of weights ---------------------------------------------------------------------------


@pytest.mark.parametrize("gate", neuron_line.GATES)
@pytest.mark.parametrize("b", [-2.0, -0.7, 0.0, 1.3])
def test_regions_agree_with_counting(gate, b):
    inputs, wanted = datasets.gate(gate)
    found = gate_space.regions(b, wanted)
    assert sum(_area(polygon) for polygon, _ in found) == pytest.approx(36)
    for w in np.random.default_rng(0).uniform(-3, 3, (200, 2)):
        right = (((inputs @ w + b) > 0) == wanted).sum()
        (count,) = [c for polygon, c in found if Path(polygon).contains_point(w)]
        assert count == right


def test_only_xor_has_no_perfect_neuron():
    best = {gate: gate_space.best(datasets.gate(gate).y) for gate in neuron_line.GATES}
    assert best == {"and": 4, "or": 4, "nand": 4, "xor": 3}


def test_the_map_says_what_is_possible():
    assert "3 of 4 rows are right. Some points have 4." in widgets.GateSpace().alt
    assert "another b does better" in widgets.GateSpace(gate="nand").alt
    assert "No point has 4, whatever b" in widgets.GateSpace(gate="xor", b=-1).alt
    assert "4 of 4 rows" in widgets.GateSpace(w1=1, w2=1).alt


def test_every_shade_of_the_map_is_in_its_legend():
    widget = widgets.GateSpace(gate="xor", b=-1)
    (legend,) = widget._live.figure.legends
    told = {
        text.get_text(): tuple(patch.get_facecolor())
        for text, patch in zip(legend.get_texts(), legend.get_patches(), strict=True)
    }
    drawn = {str(count): tuple(patch.get_facecolor()) for count, patch in enumerate(widget._areas)}
    assert told == drawn


def test_the_inequalities_follow_the_point():
    widget = widgets.GateSpace(gate="xor", b=-1, w1=2, w2=0.5)
    texts = [row.get_text() for row in widget._rows]
    assert texts == ["is −1: ✓ right", "is −0.5: ✗ wrong", "is 1: ✓ right", "is 1.5: ✗ wrong"]


def test_cutting_nothing_and_everything():
    square = gate_space.SQUARE
    assert len(gate_space.cut(square, (1, 0), 5.0)) == 4
    assert gate_space.cut(square, (1, 0), -5.0) == []
    assert _area(gate_space.cut(square, (1, 1), 0.0)) == pytest.approx(18)


# Descent ----------------------------------------------------------------------------------------


def test_descent_is_the_closed_form():
    path = descent.descend(10.0, 0.15, 0.0)
    n = np.arange(descent.STEPS + 1)
    np.testing.assert_allclose(path[:, 0], -4 * (1 - 0.15) ** n)
    np.testing.assert_allclose(path[:, 1], 1.5 * (1 - 1.5) ** n)
    np.testing.assert_allclose(descent.loss(path, 10.0)[0], 8 + 5 * 1.5**2)


def test_momentum_by_hand():
    path = descent.descend(2.0, 0.1, 0.5, steps=2)
    np.testing.assert_allclose(path[1], [-4 + 0.4, 1.5 - 0.3])
    np.testing.assert_allclose(path[2], [-3.6 + 0.5 * 0.4 + 0.36, 1.2 - 0.5 * 0.3 - 0.24])


@pytest.mark.parametrize(
    ("start", "verdict", "ends"),
    [
        ({"lr": 0.05}, "doesn't overshoot", "small"),
        ({"lr": 10**-0.75}, "zig-zags", "small"),
        ({"lr": 10**-0.7, "steepness": 10.5}, "It diverges: above 0.19", "large"),
        ({"lr": 0.1, "steepness": 20.0}, "swings for ever", "same"),
        ({"lr": 0.5, "steepness": 1.0}, "the bowl is round", "small"),
        ({"lr": 10**-0.5, "momentum": 0.8}, "Momentum", "small"),
        ({"lr": 1.0, "momentum": 0.8}, "diverges", "large"),
    ],
)  # fmt: skip
def test_descent_verdicts_come_true(start, verdict, ends):
    widget = widgets.Descent(steps=descent.STEPS, **start)
    assert verdict in widget.alt
    now = widget.values
    path = descent.descend(now["steepness"], now["lr"], now["momentum"])
    across = np.abs(path[:, 1])
    assert {"small": across[-1] < 0.4, "large": across[-1] > 100, "same": across[-1] > 1.49}[ends]


def test_a_round_bowl_is_left_straight_and_one_step_is_one_step():
    assert "after 1 step the loss" in widgets.Descent(steps=1).alt
    path = descent.descend(1.0, 0.5, 0.0)
    np.testing.assert_allclose(path[:, 0] * descent.START[1], path[:, 1] * descent.START[0])


def test_a_path_that_diverges_is_drawn_until_it_is_far():
    widget = widgets.Descent(lr=1.0, steepness=30.0, steps=60)
    assert widget.screen.problem == ""
    drawn = widget._path.get_xydata()
    assert np.isfinite(drawn).all()
    assert len(drawn) < 10
    assert len(widget._losses.get_xdata()) == 61


# Stepping through a graph -----------------------------------------------------------------------


@pytest.mark.parametrize("name", graphs.examples)
def test_every_step_of_the_worked_examples(name):
    graph = graphs.examples[name]()
    graph.backward()
    widget = widgets.GraphStepper(name)
    assert widget.inputs["step"].max == len(graph.steps) - 1
    for step in graph.steps:
        widget.inputs["step"].value = step.index
        assert widget.alt.startswith(f"Step {step.index} of {len(graph.steps) - 1} with ")
        assert widget.alt.endswith(f": {step.text}")
        texts = [e.text for e in ET.fromstring(widget.screen.svg).iter() if e.tag.endswith("text")]
        if step.kind == "backward":
            assert plots.number(step.downstream[0], 4) in texts


def test_inputs_can_be_moved():
    widget = widgets.GraphStepper("product_of_sum", step=5, x=1.0)
    assert "upstream gradient −4 unchanged to x and y" in widget.alt
    assert ">f = −24<" in widget.screen.svg
    assert widget.alt.startswith("Step 5 of 5 with x = 1, y = 5, z = −4: ")
    assert widget.graph.inputs == {"x": 1.0, "y": 5.0, "z": -4.0}
    assert widget.graph.gradients == {"x": -4.0, "y": -4.0, "z": 6.0}


def test_your_own_graph_stays_as_it_is():
    graph = graphs.Graph()
    a = graph.variable("a", 2.0)
    (a.log() * a).named("f")
    widget = widgets.GraphStepper(graph)
    widget.set(a=3.0, step=len(widget.graph.steps) - 1)
    assert graph.inputs == {"a": 2.0}
    assert graph.output.gradient is None
    assert widget.graph.gradients["a"] == pytest.approx(np.log(3) + 1)


def test_values_that_cannot_be_computed_are_told():
    graph = graphs.Graph()
    graph.variable("a", 2.0).log()
    widget = widgets.GraphStepper(graph)
    before = widget.screen.svg
    widget.inputs["a"].value = -1.0
    assert "The picture shows the values that the graph began with." in widget.alt
    assert widget.screen.problem == ""
    assert widget.screen.svg == before
    widget.inputs["a"].value = 1.0
    assert widget.alt.startswith("Step 0")


@pytest.mark.parametrize(
    ("graph", "error", "message"),
    [
        ("nonsense", ValueError, "unknown example 'nonsense': expected one of"),
        (3, TypeError, "expected a Graph or an example's name, not 3"),
        (graphs.Graph(), ValueError, "the graph is empty"),
    ],
)
def test_what_is_no_graph(graph, error, message):
    with pytest.raises(error, match=message):
        widgets.GraphStepper(graph)


def test_an_input_named_step():
    graph = graphs.Graph()
    graph.variable("step", 2.0).exp()
    with pytest.raises(ValueError, match="can't be named 'step'"):
        widgets.GraphStepper(graph)


def test_large_inputs_get_large_sliders():
    graph = graphs.Graph()
    (graph.variable("a", 300.0) * 2).named("f")
    slider = widgets.GraphStepper(graph).inputs["a"]
    assert (slider.value, slider.min, slider.max) == (300.0, -640.0, 640.0)


# Matrix shapes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", matrix_shapes.ATTEMPTS)
@pytest.mark.parametrize(("N", "D", "M"), [(5, 3, 2), (3, 3, 2), (2, 3, 3), (2, 3, 2), (4, 4, 4)])
def test_attempts_are_judged_as_numpy_would(name, N, D, M):
    attempt = matrix_shapes.ATTEMPTS[name]
    rng = np.random.default_rng(0)
    X, W, dZ = (rng.standard_normal(shape) for shape in ((N, D), (D, M), (N, M)))
    right = {"dW": X.T @ dZ, "dX": dZ @ W.T}[attempt.target]
    matrices = {"X": X, "Xᵀ": X.T, "W": W, "Wᵀ": W.T, "dZ": dZ, "dZᵀ": dZ.T}
    good, verdict = attempt.judge({"1": 1, "N": N, "D": D, "M": M})
    try:
        result = matrices[attempt.left] @ matrices[attempt.right]
    except ValueError:
        assert "they don't fit" in verdict
        assert not good
    else:
        assert "they don't fit" not in verdict
        assert good == (result.shape == right.shape and np.allclose(result, right))


def test_each_gradient_has_exactly_one_right_order():
    good = [
        name
        for name, attempt in matrix_shapes.ATTEMPTS.items()
        if attempt.judge({"N": 5, "D": 3, "M": 2})[0]
    ]
    assert good == ["dW = Xᵀ · dZ", "dX = dZ · Wᵀ"]


def test_blocks_are_to_scale_and_inside():
    widget = widgets.MatrixShapes(N=8, D=8, M=8)
    for values in ({}, {"N": 1}, {"D": 1}, {"M": 1}):
        widget.set(**values)
        boxes = [
            [float(e.get(k)) for k in ("x", "y", "width", "height")]
            for e in ET.fromstring(widget.screen.svg).iter()
            if e.tag.endswith("rect") and e.get("x")
        ]
        assert len(boxes) == 4 + 3 + 3 + 2 + 3
        for x, y, width, height in boxes:
            assert x >= 0
            assert x + width <= WIDTH
            assert y >= 0
            assert y + height <= widget._sketch.height
        sizes = {1: 1, **{i: getattr(widget.inputs[i], "value", 1) for i in "NDM"}}
        z, x, w, b = boxes[:4]
        np.testing.assert_allclose(np.array(z[2:]) / 7.5, [sizes["M"], sizes["N"]])
        np.testing.assert_allclose(np.array(x[2:]) / 7.5, [sizes["D"], sizes["N"]])
        np.testing.assert_allclose(np.array(w[2:]) / 7.5, [sizes["M"], sizes["D"]])
        np.testing.assert_allclose(np.array(b[2:]) / 7.5, [sizes["M"], 1])


def test_multiplications_are_counted():
    widget = widgets.MatrixShapes(N=5, D=3, M=2)
    assert "Z, dW and dX take 30 multiplications each" in widget.alt
    assert "N·D·M = 5·3·2 = 30 multiplications" in widget.screen.svg
    assert "column sums: 2·(5 − 1) = 8 additions" in widget.screen.svg


# Counting parameters ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ({}, "3-4-2 network: 2 layers, 6 neurons. (3·4 + 4) + (4·2 + 2) = 16 + 10 = 26 parameters, "
             "20 weights and 6 biases."),
        ({"layers": 2, "outputs": 1},
         "3-4-4-1 network: 3 layers, 9 neurons. (3·4 + 4) + (4·4 + 4) + (4·1 + 1) = "
         "16 + 20 + 5 = 41 parameters, 32 weights and 9 biases."),
        ({"pieces": 2}, "3-4-2 network: 2 layers, 6 neurons. 2·(3·4 + 4) + (4·2 + 2) = "
                        "32 + 10 = 42 parameters, 32 weights and 10 biases."),
        ({"layers": 0, "inputs": 1, "outputs": 1}, "1-1 network: 1 layer, 1 neuron. (1·1 + 1) = "
                                                   "2 parameters, 1 weight and 1 bias."),
    ],
)  # fmt: skip
def test_parameters_are_counted(start, said):
    assert widgets.ParameterCounter(**start).alt == said


@pytest.mark.parametrize("k", [1, 3])
def test_products_are_the_numbers(k):
    network = Network([5, 7, 2], hidden="relu" if k == 1 else "maxout", pieces=k)
    first, last = network.count().per_layer
    assert eval(product(first, k).replace("·", "*")) == first.parameters
    assert eval(product(last, 1).replace("·", "*")) == last.parameters


@pytest.mark.parametrize("layers", range(5))
def test_the_drawing_has_a_line_for_each_weight_and_a_square_for_each_bias(layers):
    widget = widgets.ParameterCounter(layers=layers, inputs=8, outputs=5, pieces=2)
    svg = widget.screen.svg
    weights, biases = map(int, re.search(r"(\d+) weights and (\d+) biases", widget.alt).groups())
    (path,) = re.findall(r'<path d="([^"]+)"', svg)
    assert path.count("M") == weights
    assert svg.count('class="bias"') == biases
    assert svg.count('class="input"') == 8
    shown = [n for n in range(1, 5) if widget.inputs[f"width{n}"].layout.display is None]
    assert shown == list(range(1, layers + 1))


def test_the_largest_drawing_stays_inside():
    widest = dict.fromkeys([f"width{n}" for n in range(1, 5)], 8)
    widget = widgets.ParameterCounter(inputs=8, outputs=8, layers=4, pieces=4, **widest)
    x, y, scale = map(
        float,
        re.search(
            r"translate\(([-0-9.]+) ([-0-9.]+)\) scale\(([0-9.]+)", widget.screen.svg
        ).groups(),
    )
    circles = re.findall(r'cx="([0-9.]+)" cy="([0-9.]+)" r="(\d+)"', widget.screen.svg)
    for cx, cy, r in np.array(circles, dtype=float):
        assert x + scale * (cx - r) >= 0
        assert x + scale * (cx + r) <= WIDTH
        assert y + scale * (cy - r) >= 40
        assert y + scale * (cy + r) <= widget._sketch.height - 84


# Capacity ---------------------------------------------------------------------------------------


def shares(widget):
    """Right answers on the training data and on new data, in per cent, as the widget says."""
    found = re.search(r"(\d+)% of the training data are right and (\d+)% of the new", widget.alt)
    return tuple(map(int, found.groups()))


def test_capacity_overfits_and_l2_cures_it():
    widget = widgets.Capacity(neurons=3)
    few = shares(widget)
    widget.set(neurons=20)
    many = shares(widget)
    widget.set(l2=10**-1.5)
    cured = shares(widget)
    assert many[0] > few[0]
    assert many[1] < 85
    assert cured[0] < many[0]
    assert cured[1] >= max(many[1], few[1]) + 4


def test_capacity_says_what_the_network_does():
    widget = widgets.Capacity(neurons=6, l2=0.01)
    run = widget._runs[6, 0.01, 1]
    for share, (x, y) in zip(shares(widget), (capacity._TRAIN, capacity._TEST), strict=True):
        assert share == round(100 * run.network.accuracy(x, y))
    a = activations.tanh(capacity._TEST.x @ run.network.W[0] + run.network.b[0])
    answers = activations.sigmoid(a @ run.network.W[1] + run.network.b[1])[:, 0] > 0.5
    wrong = capacity._TEST.x[answers != capacity._TEST.y]
    assert widget._panels[1][3].get_xydata().tolist() == wrong.tolist()


def test_training_in_slices_is_training():
    at_once, sliced = capacity.Run(6, 0.001, 0), capacity.Run(6, 0.001, 0)
    at_once.train()
    while sliced.steps < capacity.STEPS:
        sliced.train(333)
    assert sliced.steps == at_once.steps == capacity.STEPS
    np.testing.assert_array_equal(sliced.network.parameters.flat, at_once.network.parameters.flat)


def test_a_slider_starts_training_that_goes_on_by_itself():
    async def student():
        widget = widgets.Capacity(neurons=3)
        assert "after 1000 of 1000 steps" in widget.alt
        widget.inputs["neurons"].value = 6
        assert f"after {capacity._SLICE} of 1000 steps" in widget.alt
        widget.inputs["neurons"].value = 8
        for _ in range(500):
            await asyncio.sleep(0.01)
            if "after 1000 of 1000 steps" in widget.alt:
                break
        assert widget.alt.startswith("8 hidden neurons")
        assert "after 1000 of 1000 steps" in widget.alt
        assert not widget._training._awaited
        assert widget._runs[6, 1e-4, 1].steps < 1000
        trained = widget.alt
        widget.inputs["neurons"].value = 9
        widget.inputs["neurons"].value = 8
        assert widget.alt == trained  # remembered
        widget.inputs["neurons"].value = 10
        steps = widget._runs[10, 1e-4, 1].steps
        widget.close()
        await asyncio.sleep(0.1)
        assert widget._runs[10, 1e-4, 1].steps == steps

    asyncio.run(student())


def test_setting_trains_to_the_end_in_a_notebook_too():
    async def cell():
        widget = widgets.Capacity(neurons=3)
        widget.set(neurons=4)
        assert "after 1000 of 1000 steps" in widget.alt
        widget.close()

    asyncio.run(cell())


# Live plots -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", widgets.EXPLORERS)
def test_no_change_of_an_artist_is_missed(name):
    widget = getattr(widgets, name)()
    for control in widget.inputs.values():
        if hasattr(control, "min") and control.layout.display != "none":
            control.value = control.min if control.value != control.min else control.max
            fresh = type(widget)(**widget.values)
            assert fresh.screen.svg == widget.screen.svg
            fresh.close()


def test_what_stays_is_not_drawn_again():
    widget = widgets.GateSpace()
    drawn = []
    draw = widget._live._pen.draw_alone
    widget._live._pen.draw_alone = lambda artist: drawn.append(artist) or draw(artist)
    widget.inputs["w1"].value = 0.6
    assert widget._dot in drawn
    assert not set(drawn) & {*widget._tags[:2]}
    assert len(drawn) < 8


def test_a_picture_that_was_seen_is_not_drawn_again():
    widget = widgets.NeuronLine()
    first = widget.screen.frame
    widget.inputs["b"].value = 1.0
    widget._live._pen.draw_alone = None
    widget.inputs["b"].value = -0.5
    assert widget.screen.frame == first
    assert widget.screen.problem == ""
    widget.inputs["b"].value = 2.0
    assert "TypeError" in widget.screen.problem  # that one has to be drawn


# Sketches ---------------------------------------------------------------------------------------


def test_a_sketch_is_well_formed_and_escapes():
    sketch = Sketch(100)
    sketch.text(10, 20, "a < b & c", anchor="start")
    sketch.rectangle(1, 2, 3, 4)
    sketch.path("M0 0h5")
    sketch.add("<circle r='2'/>", 5, 6, 0.5)
    root = ET.fromstring(sketch.svg())
    assert root.get("viewBox") == f"0 0 {WIDTH} 100"
    assert "a < b & c" in [e.text for e in root.iter()]
    sketch.clear()
    assert len(ET.fromstring(sketch.svg())) == 1
