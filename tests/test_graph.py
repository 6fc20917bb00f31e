"""The computational graph against worked examples, differences, autograd and matrices."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor import activations, colours
from tutor.graph import (
    Graph,
    Node,
    examples,
    maximum,
    trace,
)
from tutor.graph.layout import arrange

values_of = np.vectorize(lambda node: node.value, otypes=[float])
gradients_of = np.vectorize(lambda node: node.gradient, otypes=[float])

# Worked examples ------------------------------------------------------------------------------


def test_product_of_sum() -> None:
    graph = examples["product_of_sum"]()
    assert graph.backward() == {"x": -4.0, "y": -4.0, "z": 3.0}
    assert (graph["q"].value, graph["f"].value) == (3.0, -12.0)
    assert (graph["q"].gradient, graph["f"].gradient) == (-4.0, 1.0)


def test_neuron_gate_by_gate() -> None:
    graph = examples["neuron"]()
    gradients = graph.backward()
    assert graph["f"].value == pytest.approx(0.7311, abs=5e-5)
    expected = {"w0": -0.1966, "w1": -0.3932, "w2": 0.1966, "x0": 0.3932, "x1": -0.5898}
    assert gradients == pytest.approx(expected, abs=5e-5)
    # The eight gates and the numbers between them, from the input to the output.
    gates = [step.gate for step in graph.steps if step.kind == "forward"]
    assert gates == [
        *["multiply", "multiply", "add", "add"],
        *["negate", "exp", "add-constant", "reciprocal"],
    ]
    values = [step.value for step in graph.steps if step.kind == "forward"]
    assert values == pytest.approx([-2, 6, 4, 1, -1, 0.3679, 1.3679, 0.7311], abs=5e-5)
    upstream = [step.upstream for step in graph.steps if step.kind == "backward"]
    expected = [1, -0.5344, -0.5344, -0.1966, 0.1966, 0.1966, 0.1966, 0.1966]
    assert upstream == pytest.approx(expected, abs=5e-5)


def test_neuron_agrees_with_the_sigmoid_as_one_gate() -> None:
    gates = examples["neuron"]()
    one = trace(
        lambda w0, x0, w1, x1, w2: (w0 * x0 + w1 * x1 + w2).sigmoid(),
        w0=2, x0=-1, w1=-3, x1=-2, w2=-3,
    )  # fmt: skip
    assert one.backward() == pytest.approx(gates.backward())


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_shared_input_follows_sum_and_product_rule(a: float, b: float) -> None:
    gradients = examples["shared_input"](a=a, b=b).backward()
    assert gradients == pytest.approx({"a": b + 1, "b": a + 2 * b + 1})


# Every gate -----------------------------------------------------------------------------------

Function = Callable[..., Any]
ANY, POSITIVE = st.floats(-3, 3), st.floats(0.1, 3)
NOT_ZERO = st.one_of(POSITIVE, st.floats(-3, -0.1))

# name: (what the graph does, the same for autograd, where its inputs are drawn from)
GATES: dict[str, tuple[Function, Function, list[Any]]] = {
    "add": (lambda a, b: a + b, lambda a, b: a + b, [ANY, ANY]),
    "subtract": (lambda a, b: a - b, lambda a, b: a - b, [ANY, ANY]),
    "multiply": (lambda a, b: a * b, lambda a, b: a * b, [ANY, ANY]),
    "divide": (lambda a, b: a / b, lambda a, b: a / b, [ANY, NOT_ZERO]),
    "power": (lambda a, b: a**b, lambda a, b: a**b, [POSITIVE, ANY]),
    "maximum": (maximum, anp.maximum, [ANY, ANY]),
    "maximum of three": (
        lambda a, b, c: maximum(a, b, c),
        lambda a, b, c: anp.max(anp.stack([a, b, c])),
        [ANY, ANY, ANY],
    ),
    "shift": (lambda a: a + 2.5, lambda a: a + 2.5, [ANY]),
    "shift from the left": (lambda a: 2.5 + a, lambda a: 2.5 + a, [ANY]),
    "subtract constant": (lambda a: a - 2.5, lambda a: a - 2.5, [ANY]),
    "subtract from constant": (lambda a: 2.5 - a, lambda a: 2.5 - a, [ANY]),
    "scale": (lambda a: -1.5 * a, lambda a: -1.5 * a, [ANY]),
    "scale from the right": (lambda a: a * -1.5, lambda a: a * -1.5, [ANY]),
    "divide by constant": (lambda a: a / -4.0, lambda a: a / -4.0, [ANY]),
    "divide into constant": (lambda a: 3.0 / a, lambda a: 3.0 / a, [NOT_ZERO]),
    "reciprocal": (lambda a: 1 / a, lambda a: 1 / a, [NOT_ZERO]),
    "negate": (lambda a: -a, lambda a: -a, [ANY]),
    "square": (lambda a: a**2, lambda a: a**2, [ANY]),
    "negative power": (lambda a: a**-3, lambda a: a**-3.0, [NOT_ZERO]),
    "root": (lambda a: a**0.5, lambda a: a**0.5, [POSITIVE]),
    "exponential": (lambda a: 2.0**a, lambda a: 2.0**a, [ANY]),
    "exp": (lambda a: a.exp(), anp.exp, [ANY]),
    "log": (lambda a: a.log(), anp.log, [POSITIVE]),
    "tanh": (lambda a: a.tanh(), anp.tanh, [ANY]),
    "sigmoid": (lambda a: a.sigmoid(), lambda a: 1 / (1 + anp.exp(-a)), [ANY]),
    "relu": (lambda a: a.relu(), lambda a: anp.maximum(0.0, a), [NOT_ZERO]),
    "maximum with constant": (
        lambda a: maximum(0.5, a),
        lambda a: anp.maximum(0.5, a),
        [st.one_of(st.floats(-3, 0.4), st.floats(0.6, 3))],
    ),
}


@pytest.mark.parametrize("name", GATES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_gate_agrees_with_differences_and_autograd(name: str, data: st.DataObject) -> None:
    ours, theirs, domains = GATES[name]
    numbers = [data.draw(domain) for domain in domains]
    if "maximum" in name and len(numbers) > 1:
        gaps = np.diff(np.sort(numbers))
        if gaps.min() < 1e-3:  # ties have a test of their own
            return
    graph = Graph()
    nodes = [graph.variable(f"x{i}", number) for i, number in enumerate(numbers)]
    output = ours(*nodes)
    gradients = list(graph.backward().values())
    assert output.value == pytest.approx(float(theirs(*numbers)), rel=1e-12, abs=1e-12)
    for place in range(len(numbers)):
        exact = float(autograd.grad(theirs, place)(*[float(number) for number in numbers]))
        assert gradients[place] == pytest.approx(exact, rel=1e-9, abs=1e-12)
        measured = _difference(theirs, numbers, place)
        assert gradients[place] == pytest.approx(measured, rel=1e-5, abs=1e-6)


def _difference(function: Function, numbers: list[float], place: int, h: float = 1e-5) -> float:
    above, below = list(numbers), list(numbers)
    above[place] += h
    below[place] -= h
    return float((function(*above) - function(*below)) / (2 * h))


SCALAR_ACTIVATIONS = [name for name in activations.ACTIVATIONS if name not in ("maxout", "softmax")]


@pytest.mark.parametrize("name", SCALAR_ACTIVATIONS)
@given(x=st.floats(-30, 30))
def test_activation_gate_agrees_with_the_table(name: str, x: float) -> None:
    graph = Graph()
    node = graph.variable("x", x).activate(name)
    graph.backward()
    activation = activations.get(name)
    assert node.value == pytest.approx(float(activation.function(x)), rel=1e-13, abs=1e-300)
    slope = float(activation.derivative(x))
    assert graph.gradients["x"] == pytest.approx(slope, rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("x", [-1e308, -1000.0, -40.0, -0.0, 0.0, 40.0, 1000.0, 1e308])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_quick_activations_are_stable_at_the_ends(name: str, x: float) -> None:
    graph = Graph()
    node = graph.variable("x", x).activate(name)
    graph.backward()
    activation = activations.get(name)
    assert node.value == pytest.approx(float(activation.function(x)), rel=1e-13)
    assert graph.gradients["x"] == pytest.approx(float(activation.derivative(x)), abs=1e-16)


def test_activation_parameters_reach_the_function() -> None:
    graph = Graph()
    node = graph.variable("x", -2.0).activate("leaky_relu", slope=0.1)
    assert node.value == pytest.approx(-0.2)
    assert graph.backward() == pytest.approx({"x": 0.1})
    with pytest.raises(ValueError, match=r"leaky_relu has no parameter 'alpha'.*slope"):
        node.activate("leaky_relu", alpha=0.1)


def test_ties_at_max_go_to_the_first_input() -> None:
    graph = trace(lambda a, b, c: maximum(a, b, c), a=1, b=3, c=3)
    assert graph.backward() == {"a": 0.0, "b": 1.0, "c": 0.0}
    assert "tie at 3" in graph.steps[-1].text
    assert "first of the equal inputs" in graph.steps[-1].text


def test_constant_wins_a_tie_as_relu_does_at_zero() -> None:
    for function in (
        lambda x: maximum(0, x),
        lambda x: maximum(x, 0),
        lambda x: np.maximum(0.0, x),
        lambda x: x.relu(),
    ):
        graph = trace(function, x=0.0)
        assert graph.backward() == {"x": 0.0}
        assert "convention" in graph.steps[-1].text


def test_numpy_functions_and_scalars_build_gates() -> None:
    def function(x: Any) -> Any:
        tail = np.sqrt(x) + np.square(x) - np.negative(np.tanh(x)) + np.reciprocal(x)
        return np.float64(2) * np.exp(x) + np.log(x) / np.float32(4) + tail + np.maximum(x, 1.0)

    graph = trace(function, x=np.array(1.5))
    assert graph.output.value == pytest.approx(function(1.5))
    exact = autograd.grad(
        lambda x: 2 * anp.exp(x) + anp.log(x) / 4 + x**0.5 + x**2 + anp.tanh(x) + 1 / x + x
    )(1.5)
    assert graph.backward()["x"] == pytest.approx(exact)
    assert type(graph.output.value) is float


# Random expressions ---------------------------------------------------------------------------

UNARY: list[Function] = [
    lambda m, a: m.tanh(a),
    lambda m, a: m.exp(m.tanh(a)),
    lambda m, a: m.log(a * a + 1.0),
    lambda m, a: 1.0 / (a * a + 0.5),
    lambda m, a: 2.0 - a,
    lambda m, a: a * -0.7 + 0.3,
    lambda m, a: (a * a + 1.0) ** 0.5,
    lambda m, a: m.maximum(0.1234567, a),
    lambda m, a: -a / 3.0,
]
BINARY: list[Function] = [
    lambda m, a, b: a + b,
    lambda m, a, b: a - b,
    lambda m, a, b: a * b,
    lambda m, a, b: a / (b * b + 1.0),
    lambda m, a, b: m.maximum(a, b),
    lambda m, a, b: (a * a + 0.5) ** m.tanh(b),
]


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(st.floats(-2, 2), min_size=3, max_size=3, unique=True),
    plan=st.lists(
        st.tuples(st.integers(0, 14), st.integers(0, 99), st.integers(0, 99)),
        min_size=1,
        max_size=14,
    ),
)
def test_random_graphs_agree_with_autograd(
    values: list[float], plan: list[tuple[int, int, int]]
) -> None:
    def compute(module: Any, inputs: Any) -> Any:
        numbers = list(inputs)
        for operation, first, second in plan:
            a, b = numbers[first % len(numbers)], numbers[second % len(numbers)]
            if operation < len(UNARY):
                numbers.append(UNARY[operation](module, a))
            else:
                numbers.append(BINARY[operation - len(UNARY)](module, a, b))
        return module.tanh(numbers[-1])

    exact_value = compute(anp, values)
    if _has_near_tie(plan, compute, values):
        return
    graph = Graph()
    output = compute(np, [graph.variable(name, v) for name, v in zip("xyz", values, strict=True)])
    gradients = list(graph.backward(output).values())
    exact = autograd.grad(lambda *inputs: compute(anp, inputs), argnum=[0, 1, 2])(*values)
    assert output.value == pytest.approx(exact_value, rel=1e-9, abs=1e-12)
    assert gradients == pytest.approx([float(number) for number in exact], rel=1e-7, abs=1e-9)


def _has_near_tie(plan: Any, compute: Function, values: list[float]) -> bool:
    """Tell whether a maximum compares numbers that are equal or nearly so."""
    tie = False

    class Watching:
        tanh, exp, log = staticmethod(np.tanh), staticmethod(np.exp), staticmethod(np.log)

        @staticmethod
        def maximum(a: float, b: float) -> float:
            nonlocal tie
            tie = tie or abs(a - b) < 1e-6
            return max(a, b)

    compute(Watching, values)
    return tie


def test_graph_agrees_with_a_matrix_network() -> None:
    """The gradients of a softmax network: δ3 = ŷ − y, δ2 = δ3 W2ᵀ ∘ f'(z1), and so on."""
    generator = np.random.default_rng(7)
    X, W1 = generator.normal(size=(1, 3)), generator.normal(size=(3, 4))
    b1, W2 = generator.normal(size=4), generator.normal(size=(4, 3))
    b2, y = generator.normal(size=3), np.array([[0.0, 1.0, 0.0]])

    graph = Graph()
    names = {"X": X, "W1": W1, "b1": b1, "W2": W2, "b2": b2}
    nodes = {name: graph.variables(name, array) for name, array in names.items()}
    z1 = nodes["X"] @ nodes["W1"] + nodes["b1"]
    a1 = np.tanh(z1)
    z2 = a1 @ nodes["W2"] + nodes["b2"]
    exponentials = np.exp(z2)
    prediction = exponentials / exponentials.sum()
    graph.backward(-(y * np.log(prediction)).sum())

    plain_z1 = X @ W1 + b1
    plain_a1 = np.tanh(plain_z1)
    scores = np.exp(plain_a1 @ W2 + b2)
    delta3 = scores / scores.sum() - y
    delta2 = delta3 @ W2.T * (1 - np.tanh(plain_z1) ** 2)
    np.testing.assert_allclose(values_of(prediction), scores / scores.sum())
    np.testing.assert_allclose(gradients_of(z2), delta3)
    np.testing.assert_allclose(gradients_of(z1), delta2)
    np.testing.assert_allclose(gradients_of(nodes["W2"]), plain_a1.T @ delta3)
    np.testing.assert_allclose(gradients_of(nodes["W1"]), X.T @ delta2)
    np.testing.assert_allclose(gradients_of(nodes["b2"]), delta3.sum(axis=0))
    np.testing.assert_allclose(gradients_of(nodes["b1"]), delta2.sum(axis=0))
    np.testing.assert_allclose(gradients_of(nodes["X"]), delta2 @ W1.T)


# Steps ----------------------------------------------------------------------------------------


def test_steps_of_the_first_example() -> None:
    graph = examples["product_of_sum"]()
    graph.backward()
    steps = graph.steps
    assert [step.kind for step in steps] == [
        *["inputs", "forward", "forward", "seed", "backward", "backward"]
    ]
    assert [step.index for step in steps] == list(range(6))
    multiply = steps[4]
    assert multiply.node is graph["f"]
    assert multiply.operands == (graph["q"], graph["z"])
    assert (multiply.values, multiply.value) == ((3.0, -4.0), -12.0)
    assert (multiply.local, multiply.upstream) == ((-4.0, 3.0), 1.0)
    assert multiply.downstream == multiply.accumulated == (-4.0, 3.0)
    assert multiply.uses == (1, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        multiply.value = 1.0  # type: ignore[misc]


def test_copies_add_up_step_by_step() -> None:
    graph = examples["shared_input"](a=2, b=1)
    graph.backward()
    first, second = graph.steps[-2:]
    assert (first.gate, first.received, first.accumulated) == ("add-constant", ((3.0,),), (3.0,))
    assert second.received == ((2.0,), (3.0, 2.0))
    assert second.accumulated == (2.0, 5.0)
    assert "more will be added (+=)" in first.text
    assert "add up (+=): 3 + 2 = 5 in all" in second.text


def test_a_gate_that_uses_a_node_twice() -> None:
    graph = trace(lambda x: x * x, x=3)
    assert graph.backward() == {"x": 6.0}
    assert graph.steps[-1].received == ((3.0, 3.0), (3.0, 3.0))
    assert "3 + 3 = 6 in all" in graph.steps[-1].text


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=5, max_size=5))
def test_last_accumulated_gradient_is_the_nodes_gradient(values: list[float]) -> None:
    graph = trace(
        lambda a, b, c, d, e: (a * b + c) * (b - d) + (a * e).tanh() * b * b,
        **dict(zip("abcde", values, strict=True)),
    )
    graph.backward()
    last = {}
    for step in graph.steps:
        for operand, gradient in zip(step.operands, step.accumulated, strict=False):
            last[operand.index] = gradient
        for local, downstream in zip(step.local, step.downstream, strict=False):
            assert step.upstream is not None
            assert downstream == step.upstream * local
    assert last == {n.index: n.gradient for n in graph.nodes if n is not graph.output}


def test_only_what_the_output_depends_on_is_replayed() -> None:
    graph = Graph()
    x, y = graph.variable("x", 2), graph.variable("y", 3)
    f = x * x
    aside = x * y
    assert graph.backward(f) == {"x": 4.0, "y": 0.0}
    assert aside.gradient == 0.0
    assert {step.node for step in graph.steps} == {None, f}


def test_steps_before_backward_are_the_forward_pass() -> None:
    graph = examples["product_of_sum"]()
    assert [step.kind for step in graph.steps] == ["inputs", "forward", "forward"]
    with pytest.raises(ValueError, match=r"call backward\(\) first"):
        _ = graph.gradients


def test_backward_twice_gives_the_same() -> None:
    graph = examples["neuron"]()
    assert graph.backward() == graph.backward()


def test_growing_after_backward_starts_afresh() -> None:
    graph = examples["product_of_sum"]()
    graph.backward()
    (graph["f"] * 2).named("g")
    assert graph.output is graph["g"]
    assert graph.steps[-1].kind == "forward"
    assert graph.backward() == {"x": -8.0, "y": -8.0, "z": 6.0}


def test_backward_from_a_named_node() -> None:
    graph = examples["product_of_sum"]()
    assert graph.backward("q") == {"x": 1.0, "y": 1.0, "z": 0.0}
    assert graph["f"].gradient == 0.0


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_forward_with_new_values_equals_a_new_graph(w0: float, x1: float) -> None:
    graph = examples["neuron"]()
    before = graph.backward()
    graph.forward(w0=w0, x1=x1)
    fresh = examples["neuron"](w0=w0, x1=x1)
    assert graph["f"].value == fresh["f"].value
    assert graph["f"].gradient is None
    assert graph.backward() == fresh.backward()
    graph.forward(w0=2, x1=-2)
    assert graph.backward() == before


def test_old_steps_keep_their_numbers() -> None:
    graph = examples["product_of_sum"]()
    graph.backward()
    old = graph.steps
    graph.forward(x=100)
    assert old[1].value == 3.0
    assert graph.steps[1].value == 105.0


def test_failed_forward_leaves_the_graph_as_it_was() -> None:
    graph = trace(lambda x, y: (x + y).log(), x=1, y=2)
    gradients = graph.backward()
    with pytest.raises(ValueError, match="log gate"):
        graph.forward(x=-5)
    assert graph.inputs == {"x": 1.0, "y": 2.0}
    assert graph.gradients == gradients


# Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "values", "sentence"),
    [
        (lambda a, b: a * b, (3, -4), "swaps its inputs: a gets b × upstream = −4 × 1 = −4"),
        (lambda a, b: a + b, (3, -4), "The add gate distributes: both local gradients are 1"),
        (lambda a, b: a - b, (3, -4), "unchanged to a and with the sign flipped, −1, to b"),
        (
            lambda a, b: maximum(a, b),
            (3, -4),
            "routes its whole upstream gradient 1 to a, the largest input; b gets 0",
        ),
        (lambda a, b: a / b, (3, -4), "b gets −a/b² × upstream = −0.1875 × 1"),
        (lambda a, b: a.exp(), (0, 0), "exp is its own derivative"),
        (lambda a, b: a.log(), (4, 0), "1/x = 1/4 = 0.25"),
        (lambda a, b: 1 / a, (4, 0), "−1/x² = −1/4² = −0.0625"),
        (lambda a, b: 3 / a, (2, 0), "−c/x² = −3/2² = −0.75"),
        (lambda a, b: 3 * a, (4, 0), "has that constant as its local gradient, 3"),
        (lambda a, b: a / 4, (4, 0), "one over that constant as its local gradient, 0.25"),
        (lambda a, b: 3 + a, (4, 0), "Adding a constant doesn't change the slope"),
        (lambda a, b: 3 - a, (4, 0), "Subtracting from a constant flips the sign"),
        (lambda a, b: a**3, (2, 0), "local gradient is 3 × 2² = 12"),
        (lambda a, b: a**b, (2, 3), "a gets b × a^(b − 1) × upstream = 12 × 1 = 12"),
        (lambda a, b: 2**a, (3, 0), "its own output times log 2, 5.545"),
        (lambda a, b: a.sigmoid(), (0, 0), "(1 − σ)σ = (1 − 0.5) × 0.5 = 0.25"),
        (lambda a, b: a.tanh(), (0, 0), "1 − tanh² = 1 − 0² = 1"),
        (lambda a, b: a.relu(), (2, 0), "lets the gradient through, because a = 2 > 0"),
        (lambda a, b: a.relu(), (-2, 0), "blocks the gradient, because a = −2 < 0"),
        (lambda a, b: maximum(a, 1), (2, 0), "routes its upstream gradient to a"),
        (lambda a, b: maximum(a, 1), (0, 0), "lets nothing through to a: the constant 1 is larger"),
        (lambda a, b: a.activate("elu"), (2, 0), "of elu is its slope at 2, which is 1"),
    ],
)
def test_backward_step_in_words(
    function: Function, values: tuple[float, float], sentence: str
) -> None:
    graph = trace(function, a=values[0], b=values[1])
    graph.backward()
    assert sentence in graph.steps[-1].text


def test_forward_pass_in_words() -> None:
    graph = examples["product_of_sum"]()
    graph.backward()
    assert graph.steps[0].text == "The inputs are given: x = −2, y = 5, z = −4."
    assert graph.steps[2].text == "A multiply gate: f = q × z = 3 × (−4) = −12."
    assert graph.steps[3].text == "The backward pass starts at the end: df/df = 1."
    assert graph.narrate().count("\n") == 5


@pytest.mark.parametrize(
    ("function", "formula"),
    [
        (lambda a, b: (a + b) * a, "(a + b) × a"),
        (lambda a, b: a - (b - a), "a − (b − a)"),
        (lambda a, b: a - b - a, "a − b − a"),
        (lambda a, b: a / (b * a), "a / (b × a)"),
        (lambda a, b: (a * b) ** 2, "(a × b)²"),
        (lambda a, b: (-a).exp(), "exp(−a)"),
        (lambda a, b: a * -b, "a × (−b)"),
        (lambda a, b: a - 2, "a − 2"),
        (lambda a, b: -2 * a + b, "(−2 × a) + b"),
        (lambda a, b: 2 - a, "2 − a"),
        (lambda a, b: 2 / (a + b), "2 / (a + b)"),
        (lambda a, b: a**-0.5, "a⁻⁰·⁵"),
        (lambda a, b: maximum(a, b + 1, a * b), "max(a, b + 1, a × b)"),
        (lambda a, b: (a * 3).sigmoid(), "σ(3 × a)"),
    ],
)
def test_formula_has_the_brackets_it_needs(function: Function, formula: str) -> None:
    assert trace(function, a=2, b=3).output.formula == formula


def test_labels_stay_short_and_are_quick_for_deep_graphs() -> None:
    graph = Graph()
    node = graph.variable("x", 1.0)
    for _ in range(300):
        node = node + node * 0.01
    assert len(node.label) < 30
    graph.backward()
    assert len(graph.steps) == 1202


# Drawing --------------------------------------------------------------------------------------

SVG = "{http://www.w3.org/2000/svg}"


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_drawing_shows_values_and_gradients() -> None:
    graph = examples["neuron"]()
    graph.backward()
    texts = _texts(graph.draw().svg)
    for text in ("f = 0.7311", "z = 1", "−0.1966", "−0.3932", "0.3932", "−0.5898", "exp", "1/x"):
        assert text in texts


def test_drawing_shows_only_what_is_known_at_a_step() -> None:
    graph = examples["product_of_sum"]()
    graph.backward()
    numbers = [
        sorted(set(_texts(graph.draw(k).svg)) - {"x", "y", "z", "+", "×", "value", "gradient"})
        for k in range(6)
    ]
    assert numbers[0] == ["5", "f", "q", "−2", "−4"]
    assert numbers[1] == ["5", "f", "q = 3", "−2", "−4"]
    assert numbers[2] == ["5", "f = −12", "q = 3", "−2", "−4"]
    assert numbers[3] == ["1", "5", "f = −12", "q = 3", "−2", "−4"]
    assert numbers[4] == ["1", "3", "5", "f = −12", "q = 3", "−2", "−4"]
    assert [_texts(graph.draw(k).svg).count("−4") for k in range(6)] == [1, 1, 1, 1, 2, 4]


def test_branches_carry_their_own_gradients_and_the_sum() -> None:
    graph = examples["shared_input"](a=10, b=6)
    graph.backward()
    assert _texts(graph.draw(6).svg).count("16") == 3  # d's gradient, the branch, the sum so far
    assert "23" not in _texts(graph.draw(6).svg)
    assert _texts(graph.draw(7).svg).count("23") == 1


def test_active_gate_is_marked() -> None:
    graph = examples["product_of_sum"]()
    graph.backward()

    def marked(step: int | None) -> set[str]:
        root = ElementTree.fromstring(graph.draw(step).svg)
        wide = [r for r in root.iter(f"{SVG}rect") if r.get("stroke-width") == "4.0"]
        return {str(rect.get("stroke")) for rect in wide}

    assert marked(1) == {colours.BLUE}
    assert marked(4) == {colours.AMBER}
    assert marked(0) == marked(None) == set()


def test_drawing_is_named_for_screen_readers() -> None:
    graph = examples["product_of_sum"]()
    graph.backward()
    drawing = graph.draw(4)
    root = ElementTree.fromstring(drawing.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == drawing.alt
    assert root.findtext(f"{SVG}title") == "f = (x + y) × z"
    assert root.findtext(f"{SVG}desc") == drawing.alt
    assert "Step 4 of 5: The multiply gate swaps its inputs" in drawing.alt
    assert "q: value 3, gradient −4" in drawing.alt
    bundle = drawing._repr_mimebundle_()
    assert bundle["text/plain"] == drawing.alt
    assert bundle["text/html"].startswith('<img alt="Computational graph of f = (x + y) × z.')


def test_drawing_escapes_names() -> None:
    graph = Graph('<&"')
    graph.variable("a<b>&\"'", 1.0)
    drawing = graph.draw()
    assert ElementTree.fromstring(drawing.svg).findtext(f"{SVG}title") == '<&"'
    assert "a<b>&\"'" in _texts(drawing.svg)


def _overlaps(svg: str) -> list[tuple[str, str]]:
    """Pairs of boxes (gates, variables, plates) that overlap by more than rounding to 0.1 makes."""
    boxes = []
    for rect in ElementTree.fromstring(svg).iter(f"{SVG}rect"):
        x, y, width, height = (float(rect.get(key, 0)) for key in ("x", "y", "width", "height"))
        boxes.append((x, y, x + width, y + height))
    return [
        (str(a), str(b))
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if min(a[2], b[2]) - max(a[0], b[0]) > 0.3 and min(a[3], b[3]) - max(a[1], b[1]) > 0.3
    ]


def test_the_longest_worked_example_fits_into_a_notebook_unscaled() -> None:
    graph = examples["neuron"]()
    graph.backward()
    assert float(ElementTree.fromstring(graph.draw().svg).get("width", 0)) <= 900


def test_a_copied_graph_lives_on_by_itself() -> None:
    graph = examples["neuron"]()
    graph.backward()
    twin = copy.deepcopy(graph)
    assert twin.inputs == graph.inputs
    assert twin.gradients == graph.gradients
    assert twin.draw().svg == graph.draw().svg
    twin.forward(w0=0.0)
    assert twin.output.value != graph.output.value == pytest.approx(0.7310586)
    assert twin.backward()["x0"] == 0.0
    assert graph.gradients["x0"] == pytest.approx(0.3932239)
    activated = trace(lambda x: x.activate("elu"), x=-1)
    assert copy.deepcopy(activated).backward() == activated.backward()


@pytest.mark.parametrize("name", examples)
def test_nothing_overlaps_in_the_worked_examples(name: str) -> None:
    graph = examples[name]()
    graph.backward()
    assert _overlaps(graph.draw().svg) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 99), st.integers(0, 99)),
        min_size=1,
        max_size=20,
    )
)
def test_nothing_overlaps_in_random_graphs(plan: list[tuple[int, int, int]]) -> None:
    graph = Graph()
    nodes = [graph.variable("first_input", -0.123456), graph.variable("b", 1e-9)]
    for operation, i, j in plan:
        a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
        nodes.append(
            [lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a.tanh()][operation](a, b)
        )
    graph.backward()
    svg = graph.draw().svg
    assert _overlaps(svg) == []
    root = ElementTree.fromstring(svg)
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("x", 0)) >= 0
        assert float(rect.get("y", 0)) >= 0
        assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= width
        assert float(rect.get("y", 0)) + float(rect.get("height", 0)) <= height


def _crossings(graph: Graph) -> int:
    """Count pairs of wires that change places between two layers."""
    pieces = [
        (left.layer, left.y, right.y)
        for wire in arrange(graph.output).wires
        for left, right in itertools.pairwise([wire.source, *wire.through, wire.target])
    ]
    return sum(
        a[0] == b[0] and (a[1] - b[1]) * (a[2] - b[2]) < 0
        for a, b in itertools.combinations(pieces, 2)
    )


def test_wires_cross_only_where_they_have_to() -> None:
    assert [_crossings(make()) for make in examples.values()] == [0, 0, 0]
    # In the order in which a walk from the output meets the nodes, these have 4 each.
    assert _crossings(trace(lambda a, b, c: a * c + b * c * a, a=1, b=2, c=3)) == 1
    assert _crossings(trace(lambda a, b, c: a * b + b * c + c * a, a=1, b=2, c=3)) == 2


def test_layout_does_not_move_from_step_to_step() -> None:
    graph = examples["shared_input"]()
    graph.backward()
    box = re.compile(r'<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="34"')
    boxes = [set(box.findall(graph.draw(k).svg)) for k in range(len(graph.steps))]
    assert len(boxes[0]) == 3
    assert all(found == boxes[0] for found in boxes)


def test_drawing_is_reproducible() -> None:
    first, second = examples["neuron"](), examples["neuron"]()
    assert first.draw().svg == second.draw().svg


@pytest.mark.parametrize(
    "function", [lambda x: max(0, x), lambda x: x if x <= 1 else -x, lambda x: min(x, x * 2)]
)
def test_comparing_nodes_says_what_to_write_instead(function: Callable[[Node], Node]) -> None:
    with pytest.raises(TypeError, match=r"maximum\(a, b\) and a.relu\(\) are gates"):
        trace(function, x=1)


@pytest.mark.parametrize("step", [6, -7, 100])
def test_drawing_an_unknown_step(step: int) -> None:
    graph = examples["product_of_sum"]()
    graph.backward()
    with pytest.raises(ValueError, match="expected a step from 0 to 5"):
        graph.draw(step)


def test_negative_steps_count_from_the_end() -> None:
    graph = examples["product_of_sum"]()
    graph.backward()
    assert graph.draw(-1) == graph.draw(5)
    with pytest.raises(TypeError, match="number of a step"):
        graph.draw("last")  # type: ignore[arg-type]


# Errors ---------------------------------------------------------------------------------------


def _x(value: float = 2.0) -> Node:
    return Graph().variable("x", value)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: (_x() - 3).log(), r"log gate of log\(x − 3\) expected .* than 0, got x − 3 = -1"),
        (lambda: _x(0).log(), "expected an input greater than 0, got x = 0"),
        (lambda: 1 / _x(0), "reciprocal gate of 1 / x expected a denominator other than 0"),
        (lambda: 5 / _x(0), "denominator other than 0"),
        (lambda: _x(1) / 0, "denominator other than 0"),
        (lambda: (lambda x: x / (x - x))(_x()), "divide gate of x / .* denominator other than 0"),
        (lambda: _x(-2) ** 0.5, "power gate of x⁰·⁵ expected a base"),
        (lambda: _x(0) ** -1, "power gate"),
        (lambda: (lambda x: x**x)(_x(-1.5)), "power gate of x.x expected a base greater than 0"),
        (lambda: (-2.0) ** _x(), "exponential gate .* base greater than 0"),
        (lambda: (1000 * _x()).exp(), "exp gate .* at most 709.78"),
        (lambda: _x(1e200) * 1e200, r"a result that fits in a float64"),
        (lambda: (lambda x: x * x)(_x(1e200)), r"a result that fits in a float64"),
        (lambda: _x() + math.nan, "expected a finite number, got nan"),
        (lambda: _x() + 10**400, "expected a finite number"),
        (lambda: _x(math.inf), "expected a finite number"),
        (
            lambda: Graph().variables("W", []),
            r"expected numbers for 'W', got an empty array \(0,\)",
        ),
        (lambda: Graph().variable(" ", 1), "expected a name"),
        (lambda: Graph().output, "the graph is empty"),
        (lambda: Graph().draw(), "the graph is empty"),
        (lambda: _x().graph["nope"], "no node is called 'nope'; the names are: x"),
        (lambda: _x().graph.variable("x", 1), "the name 'x' is taken"),
        (lambda: _x().graph.forward(y=1), "no node is called 'y'"),
        (lambda: _x().named("y").graph["x"], "no node is called 'x'; the names are: y"),
        (lambda: _x().activate("nope"), "nope"),
        (lambda: _x().activate("softmax"), "softmax turns several numbers into several"),
        (lambda: maximum(_x()), "at least two inputs"),
        (lambda: _x(0).sqrt().graph.backward(), "gradient of x is not finite: the power gate"),
        (lambda: _x().graph.backward(_x()), "belongs to another graph"),
    ],
)
def test_value_errors_say_what_was_expected(action: Function, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        action()


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: _x() + _x(), "expected nodes of one graph, got x and x of different graphs"),
        (lambda: maximum(*[_x() for _ in range(3)]), "expected nodes of one graph"),
        (lambda: _x() * "2", "expected a number or a node of the same graph, got '2'"),
        (lambda: _x() * True, "expected a number .* got True"),
        (lambda: _x() + 1j, "expected a number"),
        (lambda: _x() + None, "expected a number"),
        (lambda: Graph().variable("x", np.ones(3)), r"'x', got an array of shape \(3,\)"),
        (lambda: Graph().variable("x", "1"), "expected a number for variable 'x', got '1'"),
        (lambda: maximum(1, 2), "at least one node"),
        (lambda: np.sin(_x()), r"np.sin is no gate of a graph; there are np.add"),
        (lambda: math.exp(_x()), "must be real number"),
        (lambda: trace(lambda x: 3.0, x=1), "expected the function to return a node, got 3.0"),
        (lambda: _x().graph.backward(3), "expected a node or its name as output"),
        (lambda: _x().activate(np.tanh), "expected an activation's name"),
    ],
)
def test_type_errors_say_what_was_expected(action: Function, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        action()


def test_failed_backward_leaves_no_gradients() -> None:
    graph = trace(lambda x, y: x.sqrt() * y, x=0, y=1)
    with pytest.raises(ValueError, match="no finite derivative"):
        graph.backward()
    assert all(node.gradient is None for node in graph.nodes)
    assert graph.steps[-1].kind == "forward"


def test_failed_gate_is_not_added() -> None:
    graph = Graph()
    x = graph.variable("x", -1.0)
    with pytest.raises(ValueError, match="log"):
        x.log()
    assert graph.nodes == [x]
    assert graph.backward() == {"x": 1.0}
