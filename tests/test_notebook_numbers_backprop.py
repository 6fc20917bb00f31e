"""Formulas and numbers that stand in the text of the notebook on backpropagation."""

from fractions import Fraction

import numpy as np
import pytest

from tutor import gradients, graph


def test_the_example_of_the_chain_rule() -> None:
    assert (2 * 1 + 1) ** 3 == 27
    assert gradients.numerical_gradient(lambda x: (2 * x + 1) ** 3, 1.0) == pytest.approx(54)


def test_the_worked_graph() -> None:
    example = graph.trace(lambda x, y, z: x * y + z, x=3, y=-2, z=5)
    assert example.output.value == -1
    assert example.nodes[3].value == -6
    assert example.backward() == {"x": -2, "y": 3, "z": 1}


def test_setting_one_input_changes_the_gradients_that_the_question_asks_for() -> None:
    base = graph.product_of_sum().backward()
    other_z = graph.product_of_sum(z=2).backward()
    assert {name for name in base if base[name] != other_z[name]} == {"x", "y"}
    other_x = graph.product_of_sum(x=3).backward()
    assert {name for name in base if base[name] != other_x[name]} == {"z"}


def test_two_gates_of_the_sigmoid_turn_the_sign() -> None:
    neuron = graph.neuron(1, 2, -1, 1, 0.5)
    neuron.backward()
    assert neuron["z"].value == 1.5
    chain = neuron.nodes[neuron["z"].index + 1 :]
    assert [node.gate.name for node in chain] == ["negate", "exp", "add-constant", "reciprocal"]
    assert [node.local[0] < 0 for node in chain] == [True, False, False, True]


def test_the_numbers_of_the_three_graphs() -> None:
    assert graph.product_of_sum().output.value == -12
    assert graph.product_of_sum().backward() == {"x": -4, "y": -4, "z": 3}
    neuron = graph.neuron()
    assert neuron.output.value == pytest.approx(0.7311, abs=5e-5)
    expected = {"w0": -0.1966, "w1": -0.3932, "w2": 0.1966, "x0": 0.3932, "x1": -0.5898}
    assert neuron.backward() == pytest.approx(expected, abs=5e-5)
    for a, b in [(2.0, 1.0), (-3.0, 0.5)]:
        assert graph.shared_input(a, b).backward() == {"a": b + 1, "b": a + 2 * b + 1}


def test_a_large_bias_takes_all_gradients_away() -> None:
    before, after = graph.neuron().backward(), graph.neuron(w2=2).backward()
    assert all(abs(after[name]) < 0.02 * abs(before[name]) for name in before)


def test_joining_the_gates_of_the_sigmoid() -> None:
    z = np.linspace(-4, 4, 17)
    f = 1 / (1 + np.exp(-z))
    gates = -1 / (1 + np.exp(-z)) ** 2 * 1 * np.exp(-z) * -1
    np.testing.assert_allclose(gates, np.exp(-z) / (1 + np.exp(-z)) ** 2)
    np.testing.assert_allclose(gates, (1 - f) * f)


def test_the_graph_with_four_patterns() -> None:
    def f(x: graph.Node, y: graph.Node, z: graph.Node) -> graph.Node:
        result: graph.Node = np.maximum(x, y) * z + x  # type: ignore[call-overload]
        return result

    assert graph.trace(f, x=2, y=-1, z=3).backward() == {"x": 4, "y": 0, "z": 2}
    assert graph.trace(f, x=2, y=4, z=3).backward() == {"x": 1, "y": 3, "z": 4}


def test_the_jacobian_of_the_example() -> None:
    x = np.array([2.0, 5.0])
    expected = [[1, 3], [2 * x[0] * x[1], x[0] ** 2]]
    measured = gradients.jacobian(lambda x: np.array([x[0] + 3 * x[1], x[0] ** 2 * x[1]]), x)
    np.testing.assert_allclose(measured, expected, rtol=1e-8)
    np.testing.assert_array_equal(expected, [[1, 3], [20, 4]])


def test_the_shapes_of_derivatives_in_the_table() -> None:
    x = np.ones(3)
    assert gradients.jacobian(lambda x: float(x.sum()), x).shape == (3,)
    assert gradients.jacobian(lambda x: np.array([x, 2 * x]), 1.0).shape == (2,)
    assert gradients.jacobian(lambda x: x[:2], x).shape == (2, 3)


def test_the_size_of_a_layers_jacobian() -> None:
    assert 4.0e9 < (64 * 1000) * (64 * 1000) < 4.2e9


def test_the_sums_of_the_matrix_form() -> None:
    rng = np.random.default_rng(0)
    X, W, dY = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    for array, product, sums in [
        (X, dY @ W.T, np.einsum("nm,dm->nd", dY, W)),
        (W, X.T @ dY, np.einsum("nd,nm->dm", X, dY)),
    ]:

        def loss(value: np.ndarray, array: np.ndarray = array) -> float:
            return float(np.sum(dY * (value @ W if array is X else X @ value)))

        measured = gradients.numerical_gradient(loss, array)
        np.testing.assert_allclose(product, sums)
        np.testing.assert_allclose(product, measured, atol=1e-8)


def test_the_costs_of_the_chain() -> None:
    assert (2 * 3 * 4, 2 * 4 * 1, 3 * 4 * 1, 2 * 3 * 1) == (24, 8, 12, 6)
    cost = gradients.chain_cost(2, 3, 4, 1)
    assert (cost.left, cost.right) == (32, 18)
    for m, n, p in [(2, 3, 4), (7, 5, 11)]:
        cost = gradients.chain_cost(m, n, p, 1)
        assert (cost.left, cost.right) == (m * p * (n + 1), n * (m + p))


def test_from_the_inputs_takes_five_hundred_times_the_work() -> None:
    cost = gradients.chain_cost(1, 1000, 1000, 1000)
    assert 500 <= Fraction(cost.right, cost.left) <= 501


def test_errors_of_steps_to_one_side_and_to_both() -> None:
    from tutor.plots_backprop import slope_errors, step_sizes

    one, both = slope_errors(np.array([1e-3, 1e-2]))
    assert one[1] / one[0] == pytest.approx(10, rel=0.01)
    assert both[1] / both[0] == pytest.approx(100, rel=0.01)
    one, both = slope_errors(10.0 ** np.arange(-15, 0))
    assert np.argmin(both) > np.argmin(one)
    assert slope_errors(np.array([1e-5]))[1] < 1e-9
    assert slope_errors(np.array([1e-15]))[1] > 0.1
    alt = step_sizes().alt
    assert "at h = 10⁻⁸" in alt
    assert "at h = 10⁻⁶" in alt
