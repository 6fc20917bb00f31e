"""Measured derivatives, the gradient checker's reasons, and the cost of matrix chains."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tutor.gradients import chain_cost, check_gradient, jacobian, numerical_gradient
from tutor.graph import examples

Function = Callable[..., Any]
SHAPES = hnp.array_shapes(max_dims=3, max_side=3)
ARRAYS = hnp.arrays(np.float64, SHAPES, elements=st.floats(-2, 2))


# Measuring ------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(ARRAYS)
def test_gradient_of_any_shape_agrees_with_autograd(x: np.ndarray) -> None:
    def f(x: Any) -> Any:
        return anp.sum(anp.tanh(x) ** 2 + anp.exp(-x) * x) + anp.sum(x) * anp.mean(x)

    measured = numerical_gradient(f, x)
    assert measured.shape == x.shape
    np.testing.assert_allclose(measured, autograd.grad(f)(x), rtol=1e-6, atol=1e-7)


def test_gradient_of_a_number_is_a_number() -> None:
    slope = numerical_gradient(lambda x: x**3, 2)
    assert type(slope) is float
    assert slope == pytest.approx(12)


def test_gradient_of_the_graph_examples() -> None:
    for make in examples.values():
        graph = make()
        names, values = list(graph.inputs), list(graph.inputs.values())

        def f(x: np.ndarray, make: Function = make, names: list[str] = names) -> float:
            return make(**dict(zip(names, x, strict=True))).output.value

        exact = list(graph.backward().values())
        np.testing.assert_allclose(numerical_gradient(f, values), exact, rtol=1e-7, atol=1e-9)


def test_gradient_is_centred() -> None:
    calls: list[float] = []

    def f(x: float) -> float:
        calls.append(x)
        return x * x

    numerical_gradient(f, 3.0, h=0.25)
    assert sorted(calls) == [2.75, 3.0, 3.25]


def test_integers_become_floats() -> None:
    whole = np.array([1, 2, 3])
    np.testing.assert_allclose(numerical_gradient(lambda x: (x * x).sum(), whole), [2, 4, 6])
    assert whole.dtype.kind == "i"


def test_input_is_left_alone_even_if_f_changes_its_own() -> None:
    def f(x: np.ndarray) -> float:
        x *= x
        return float(x.sum())

    x = np.array([1.0, -2.0])
    np.testing.assert_allclose(numerical_gradient(f, x), [2, -4])
    np.testing.assert_allclose(jacobian(f, x), [2, -4])
    assert check_gradient(f, x, lambda x: np.multiply(x, 2, out=x))
    np.testing.assert_array_equal(x, [1.0, -2.0])


def test_large_and_small_places_have_suitable_steps() -> None:
    assert numerical_gradient(lambda x: x * x, 1e9) == pytest.approx(2e9, rel=1e-6)
    assert numerical_gradient(np.exp, -20.0) == pytest.approx(np.exp(-20), rel=1e-3)


def test_single_precision_functions_get_a_longer_step() -> None:
    def f(x: np.ndarray) -> np.float32:
        return (x.astype(np.float32) ** 2).sum()

    np.testing.assert_allclose(numerical_gradient(f, [0.5, 3.0]), [1, 6], rtol=1e-3)


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.float64, 4, elements=st.floats(-2, 2)))
def test_jacobian_agrees_with_autograd(x: np.ndarray) -> None:
    W = np.linspace(-1, 1, 12).reshape(3, 4)

    def f(x: Any) -> Any:
        return anp.tanh(anp.dot(W, x)) * x[0]

    measured = jacobian(f, x)
    assert measured.shape == (3, 4)
    np.testing.assert_allclose(measured, autograd.jacobian(f)(x), rtol=1e-6, atol=1e-7)


def test_jacobian_of_the_identity_is_exactly_the_identity_matrix() -> None:
    np.testing.assert_array_equal(jacobian(lambda x: x, [0.1, 2.0, -30.0]), np.eye(3))


def test_jacobian_shapes() -> None:
    assert jacobian(lambda x: x.sum(), np.ones((2, 3))).shape == (2, 3)
    assert jacobian(lambda x: x @ np.ones((3, 4)), np.ones((2, 3))).shape == (2, 4, 2, 3)
    assert jacobian(lambda x: np.array([x, x**2, x**3]), 2.0) == pytest.approx([1, 4, 12])
    assert jacobian(lambda x: x**2, 2.0).shape == ()


@pytest.mark.parametrize("measure", [numerical_gradient, jacobian])
@pytest.mark.parametrize(
    ("f", "x", "error", "message"),
    [
        (np.sum, [], ValueError, r"at least one number in x, got an empty array \(0,\)"),
        (np.sum, [1, np.nan], ValueError, r"finite numbers in x, got nan at index \[1\]"),
        (np.sum, np.inf, ValueError, "finite numbers in x, got inf"),
        (np.sum, ["a"], TypeError, "expected real numbers for x"),
        (np.sum, [1j], TypeError, "expected real numbers for x, got complex"),
        (np.sum, [[1], [1, 2]], ValueError, "unequal length"),
        (lambda x: None, [1.0], TypeError, "f to return real numbers, got None"),
        (lambda x: "a", [1.0], TypeError, "f to return real numbers, got 'a'"),
    ],
)
def test_measuring_says_what_was_expected(
    measure: Function, f: Function, x: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        measure(f, x)


def test_measuring_reports_what_f_returns() -> None:
    with pytest.raises(ValueError, match=r"one number, got an array of shape \(2,\) \(jacobian"):
        numerical_gradient(lambda x: x, [1.0, 2.0])
    with pytest.raises(ValueError, match="finite number, got nan"):
        numerical_gradient(lambda x: np.log(x).sum(), [1.0, -1.0])
    with pytest.raises(ValueError, match=r"got nan beside x\[1\]"):
        numerical_gradient(lambda x: np.sqrt(x).sum(), [1.0, 0.0])
    with pytest.raises(ValueError, match=r"shape \(1,\) for every x, got \(2,\)"):
        jacobian(lambda x: np.ones(2 if x[0] > 1 else 1), [1.0])
    with pytest.raises(ValueError, match=r"finite numbers, got others beside x\[0\]"):
        jacobian(np.sqrt, [0.0, 1.0])
    with pytest.raises(ValueError, match=r"empty array \(0,\)"):
        jacobian(lambda x: x[:0], [0.0, 1.0])


@pytest.mark.parametrize(("h", "error"), [(0, ValueError), (-1e-5, ValueError), ("a", TypeError)])
def test_steps_must_be_positive(h: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="step h"):
        numerical_gradient(lambda x: x, 1.0, h=h)


def test_step_that_vanishes() -> None:
    with pytest.raises(ValueError, match="vanishes beside x"):
        numerical_gradient(lambda x: x, 1e9, h=1e-9)


# Checking -------------------------------------------------------------------------------------

GENERATOR = np.random.default_rng(3)
X, Y = GENERATOR.normal(size=(16, 3)), GENERATOR.normal(size=(16, 3))
W = GENERATOR.normal(size=(3, 3))


def loss(W: np.ndarray) -> float:
    return float(np.mean(np.sum((X @ W - Y) ** 2, axis=1)))


G = 2 * X.T @ (X @ W - Y) / len(X)


@pytest.mark.parametrize(
    ("wrong", "cause", "words"),
    [
        (-G, "sign", "the sign is flipped"),
        (G / 2, "factor", "2 times too small (a factor 2"),
        (G * 2, "factor", "2 times too large (a factor 2"),
        (G * 16, "factor", "16 times too large (a factor 16: a mean over 16 samples?)"),
        (G / 16, "factor", "16 times too small (a factor 1/16: a mean over 16 samples?)"),
        (G / 3, "factor", "3 times too small (a factor 1/N: 3 is the length of x along axis"),
        (G / 9, "factor", "a factor 1/N: 9 is the number of elements of x"),
        (G * 0.7, "factor", "0.7 times the right one"),
        (G * -2, "factor", "and the sign is flipped"),
        (G.T, "transposed", "rows and columns have changed places"),
        (G * 0, "zero", "it is 0 everywhere"),
        (G + 0.25, "offset", "every element is off by the same amount, 0.25"),
        (G + 0.3 * W, "weight-decay", "it has an extra term 0.3 × x"),
        (G - 0.3 * W, "weight-decay", "it lacks a term 0.3 × x"),
        (G[::-1], "places", "right but in other places"),
        (np.where(np.eye(3), np.nan, G), "nan", "it contains nan at index [0, 0] (3 of 9"),
        (G * [[1], [1], [-1]], "sign", "the sign is flipped in row 2 only"),
        (G * [1, 2, 1], "factor", "2 times too large (a factor 2, as from the derivative of a"),
        (G + np.diag([0, 1.234, 0]), "unknown", "the numbers differ at index [1, 1]"),
        (G[:2], "shape", "expected the shape of x, (3, 3), got (2, 3)"),
        (G.ravel(), "shape", "got (9,): reshaped, with the right numbers"),
        (G.sum(axis=0), "shape", "got (3,): the right numbers summed over axis 0"),
        (G.mean(axis=1, keepdims=True), "shape", "the right numbers averaged over axis 1"),
    ],
)
def test_reasons(wrong: np.ndarray, cause: str, words: str) -> None:
    check = check_gradient(loss, W, wrong)
    assert not check
    assert not check.ok
    assert check.cause == cause
    assert words in str(check)


def test_right_gradient_passes() -> None:
    check = check_gradient(loss, W, G)
    assert check
    assert (check.cause, check.reason, check.wrong, check.kinks) == ("", "", 0, ())
    assert check.relative_error < 1e-7
    assert "The gradient is right" in check.text
    assert check_gradient(loss, W, lambda W: 2 * X.T @ (X @ W - Y) / len(X))


def test_transposed_shape_is_told_apart_from_transposed_numbers() -> None:
    A = GENERATOR.normal(size=(2, 3))
    check = check_gradient(lambda W: (A * W**2).sum(), A, (3 * A**2).T)
    assert check.cause == "transposed"
    assert "got (3, 2): transposed, with" not in check.text
    check = check_gradient(lambda W: (W**2).sum(), A, (2 * A).T)
    assert "got (3, 2): transposed, with the right numbers" in check.text


def test_the_worst_index_is_named() -> None:
    wrong = G.copy()
    wrong[2, 1] += 10
    check = check_gradient(loss, W, wrong)
    assert check.index == (2, 1)
    assert check.wrong == 1
    assert f"at index [2, 1]: given {wrong[2, 1]:.6g}, measured {G[2, 1]:.6g}" in check.text
    difference = abs(wrong[2, 1] - G[2, 1])
    expected = difference / max(abs(wrong[2, 1]), abs(G[2, 1]))
    assert check.relative_error == pytest.approx(expected, rel=1e-6)


def test_relative_error_of_two_zeros_is_zero() -> None:
    check = check_gradient(lambda x: (x[:1] ** 2).sum(), [1.0, 5.0], [2.0, 0.0])
    assert check
    assert check_gradient(lambda x: 7.0, [1.0, 2.0], [0.0, 0.0]).relative_error == 0


def test_rounding_of_large_values_is_allowed_for() -> None:
    x = np.linspace(0, 1, 7)

    def f(x: np.ndarray) -> float:
        return 1e8 + float(np.sin(x).sum())

    assert np.abs(numerical_gradient(f, x) - np.cos(x)).max() > 1e-4
    assert check_gradient(f, x, np.cos(x))
    assert not check_gradient(f, x, np.cos(x) + 0.5)


def relu_sum(x: np.ndarray) -> float:
    return float(np.maximum(x, 0).sum())


@pytest.mark.parametrize("beside", [0.0, 1e-7, 1.21e-6, 3e-6, -3e-6, 5.9e-6, -6.05e-6])
@pytest.mark.parametrize("given_slope", ["left", "right"])
def test_both_slopes_pass_at_a_kink(beside: float, given_slope: str) -> None:
    slope = {"left": 0.0, "right": 1.0}[given_slope]
    if beside != 0.0:
        slope = float(beside > 0)
    check = check_gradient(relu_sum, [beside, 1.0, -1.0], [slope, 1.0, 0.0])
    assert check
    assert check.kinks == ((0,),)
    assert "[0] the function has a kink" in check.text


def test_impossible_slope_at_a_kink_fails() -> None:
    check = check_gradient(relu_sum, [0.0, 1.0, -1.0], [-0.5, 1.0, 0.0])
    assert not check
    assert check.cause == "kink"
    assert "kink close to x[0]" in check.text


def test_a_step_function_has_gradient_zero() -> None:
    assert check_gradient(lambda x: float(x[0] >= 0), [0.0], [0.0])


@pytest.mark.parametrize("x", [0.0, 1e-6, 0.3, -2.0])
def test_flat_places_are_no_kinks(x: float) -> None:
    for f, slope in ((lambda x: x**2, 2 * x), (lambda x: x**3, 3 * x**2), (np.cos, -np.sin(x))):
        right = check_gradient(f, x, slope)
        assert right
        assert right.kinks == ()
        assert not check_gradient(f, x, slope + 0.1)


@settings(max_examples=60, deadline=None)
@given(ARRAYS.filter(lambda x: np.abs(x).max() > 0.01), st.floats(-3, 3), st.data())
def test_any_wrong_element_is_found(x: np.ndarray, factor: float, data: st.DataObject) -> None:
    def f(x: np.ndarray) -> float:
        return float((np.sin(x) + x**2).sum())

    exact = np.cos(x) + 2 * x
    assert check_gradient(f, x, exact)
    place = np.unravel_index(data.draw(st.integers(0, x.size - 1)), x.shape)
    wrong = exact.copy()
    wrong[place] = wrong[place] * factor + 0.01
    if abs(wrong[place] - exact[place]) > 1e-3:
        assert not check_gradient(f, x, wrong)


def test_single_precision_gradients_are_compared_less_strictly() -> None:
    assert check_gradient(loss, W, G.astype(np.float32))
    assert not check_gradient(loss, W, (G * 1.01).astype(np.float32))


def test_gradient_of_one_number() -> None:
    assert check_gradient(lambda x: x**2, 3, 6.0)
    check = check_gradient(lambda x: x**2, 3, lambda x: x)
    assert check.cause == "factor"
    assert "2 times too small" in check.text
    assert check_gradient(lambda x: x**2, 3, 7.1).cause == "unknown"


def test_result_shows_as_html() -> None:
    html = check_gradient(loss, W, -G)._repr_html_()
    assert "✗" in html
    assert "the sign is flipped" in html
    assert "✓" in check_gradient(loss, W, G)._repr_html_()


def test_checker_rejects_what_it_cannot_compare() -> None:
    with pytest.raises(TypeError, match="expected real numbers as gradient"):
        check_gradient(loss, W, None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one number"):
        check_gradient(lambda x: x, [1.0, 2.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="empty"):
        check_gradient(np.sum, [], [])


def test_no_warning_escapes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="got nan"):
            numerical_gradient(lambda x: np.log(x), -1.0)
        check_gradient(lambda x: float(np.exp(x).sum()), [700.0, -700.0], lambda x: np.exp(-x) / 0)


# Matrix chains --------------------------------------------------------------------------------

SIZES = st.integers(1, 60)


@given(SIZES, SIZES, SIZES, SIZES)
def test_two_orders_of_three_matrices(m: int, n: int, p: int, q: int) -> None:
    cost = chain_cost(m, n, p, q)
    left, right = m * n * p + m * p * q, n * p * q + m * n * q
    assert (cost.left, cost.right) == (left, right)
    assert cost.orders == {"(AB)C": left, "A(BC)": right}
    assert cost.best_cost == min(left, right)
    assert cost.best == ("(AB)C" if left < right else "A(BC)")


@given(SIZES, SIZES, SIZES)
def test_one_column_at_the_end(m: int, n: int, p: int) -> None:
    cost = chain_cost(m, n, p, 1)
    assert (cost.left, cost.right) == (m * p * (n + 1), n * (m + p))


def test_counts_are_what_multiplying_takes() -> None:
    sizes = (2, 3, 4, 5)
    multiplications = 0

    def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        nonlocal multiplications
        product = np.zeros((a.shape[0], b.shape[1]))
        for i, j, k in itertools.product(*map(range, (a.shape[0], b.shape[1], a.shape[1]))):
            product[i, j] += a[i, k] * b[k, j]
            multiplications += 1
        return product

    a, b, c = (np.ones(pair) for pair in itertools.pairwise(sizes))
    multiply(multiply(a, b), c)
    assert multiplications == chain_cost(*sizes).left
    multiplications = 0
    multiply(a, multiply(b, c))
    assert multiplications == chain_cost(*sizes).right


@settings(deadline=None)
@given(st.lists(SIZES, min_size=3, max_size=8))
def test_best_order_is_the_cheapest_of_all(sizes: list[int]) -> None:
    cost = chain_cost(*sizes)
    assert cost.best_cost == min(cost.orders.values())
    assert cost.orders[cost.best] == cost.best_cost
    assert {cost.left, cost.right} <= set(cost.orders.values())
    assert len(cost.orders) == [1, 2, 5, 14, 42, 132][len(sizes) - 3]  # the Catalan numbers


def test_textbook_chain() -> None:
    cost = chain_cost(30, 35, 15, 5, 10, 20, 25)
    assert (cost.best, cost.best_cost) == ("(A(BC))((DE)F)", 15125)
    assert "15,125 multiplications" in cost.text


def test_long_chains() -> None:
    cost = chain_cost(*[10, 20] * 20)
    assert "M39" in cost.best
    with pytest.raises(ValueError, match="at most 10 matrices"):
        _ = cost.orders
    assert "From left to right" in str(cost)
    assert "A(BC): 18" in chain_cost(2, 3, 4, 1)._repr_html_()


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ((2, 3), ValueError, "at least three sizes"),
        ((2, 0, 3), ValueError, "at least 1, got 0"),
        ((2, 3.0, 4), TypeError, "whole numbers as sizes, got 3.0"),
        ((2, True, 4), TypeError, "whole numbers as sizes, got True"),
    ],
)
def test_chain_errors(sizes: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        chain_cost(*sizes)
