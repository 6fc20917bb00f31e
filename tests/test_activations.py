import copy
import decimal
import math
import pickle
import re
import warnings
from decimal import Decimal

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor import activations
from tutor.activations import ACTIVATIONS, Activation, Range

# A busy machine is no reason to fail.
examples = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

ELEMENTWISE = [a.name for a in ACTIVATIONS.values() if a.elementwise]
LARGEST = np.finfo(float).max
EXTREMES = [0.0, 5e-324, 1e-310, 1e-17, 1e-8, 0.5, 1, 20, 40, 710, 746, 1000, 1e16, 1e308, LARGEST]
EXTREMES = np.array([*(-x for x in EXTREMES), *EXTREMES, -math.inf, math.inf])
all_names = pytest.mark.parametrize("name", list(ACTIVATIONS))
elementwise = pytest.mark.parametrize("name", ELEMENTWISE)


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@all_names
def test_nothing_is_reported_over_the_whole_range_of_floats(name):
    activation = ACTIVATIONS[name]
    pairs = np.stack(np.meshgrid(EXTREMES, EXTREMES), axis=-1)
    with np.errstate(all="raise"):  # even if a student has asked numpy to raise
        assert not np.isnan(activation.function(pairs)).any()
        assert not np.isnan(activation.derivative(pairs)).any()
        da = np.ones(pairs.shape[:-1] if name == "maxout" else pairs.shape)
        assert not np.isnan(activation.backward(da, pairs)).any()


# Values against 420 digits --------------------------------------------------------------------


SLOPE = Decimal.from_float(0.01)


def sigma(x):
    return 1 / (1 + (-x).exp())


EXACT = {
    "linear": (lambda x: x, lambda x: Decimal(1)),
    "binary_step": (lambda x: Decimal(int(x >= 0)), lambda x: Decimal(0)),
    "sigmoid": (sigma, lambda x: (-x).exp() / (1 + (-x).exp()) ** 2),
    "tanh": (
        lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()),
        lambda x: 4 / (x.exp() + (-x).exp()) ** 2,
    ),
    "relu": (lambda x: max(x, Decimal(0)), lambda x: Decimal(int(x > 0))),
    "leaky_relu": (
        lambda x: x if x > 0 else SLOPE * x,
        lambda x: Decimal(1) if x > 0 else SLOPE,
    ),
    "prelu": (
        lambda x: x if x > 0 else Decimal("0.25") * x,
        lambda x: Decimal(1) if x > 0 else Decimal("0.25"),
    ),
    "elu": (lambda x: x if x > 0 else x.exp() - 1, lambda x: Decimal(1) if x > 0 else x.exp()),
    "softplus": (lambda x: (1 + x.exp()).ln(), sigma),
    "swish": (lambda x: x * sigma(x), lambda x: sigma(x) + x * sigma(x) * (1 - sigma(x))),
}


@elementwise
@examples
@given(x=st.floats(-800, 800) | st.sampled_from(sorted(x for x in EXTREMES if abs(x) <= 1e4)))
def test_values_and_derivatives_are_right_to_rounding(name, x):
    activation = ACTIVATIONS[name]
    with decimal.localcontext(decimal.Context(prec=420)):
        value, derivative = (float(f(Decimal(x))) for f in EXACT[name])
    # Near swish's minimum its derivative is a difference of terms below 0.3, so digits cancel.
    cancelled = 1e-16 if name == "swish" else 1e-320
    assert activation.function(x) == pytest.approx(value, rel=1e-13, abs=1e-320)
    assert activation.derivative(x) == pytest.approx(derivative, rel=1e-13, abs=cancelled)


@pytest.mark.parametrize(
    ("name", "at_minus", "at_plus", "slope_minus", "slope_plus"),
    [
        ("linear", -math.inf, math.inf, 1, 1),
        ("binary_step", 0, 1, 0, 0),
        ("sigmoid", 0, 1, 0, 0),
        ("tanh", -1, 1, 0, 0),
        ("relu", 0, math.inf, 0, 1),
        ("leaky_relu", -math.inf, math.inf, 0.01, 1),
        ("prelu", -math.inf, math.inf, 0.25, 1),
        ("elu", -1, math.inf, 0, 1),
        ("softplus", 0, math.inf, 0, 1),
        ("swish", 0, math.inf, 0, 1),
    ],
)
def test_limits_at_infinity(name, at_minus, at_plus, slope_minus, slope_plus):
    activation = ACTIVATIONS[name]
    ends = np.array([-math.inf, math.inf])
    assert activation.function(ends).tolist() == [at_minus, at_plus]
    assert activation.derivative(ends).tolist() == [slope_minus, slope_plus]
    # The largest floats come within a factor of their slope.
    huge = activation.function(np.array([-LARGEST, LARGEST]))
    expected = [
        -LARGEST * slope_minus if math.isinf(at_minus) else at_minus,
        LARGEST * slope_plus if math.isinf(at_plus) else at_plus,
    ]
    assert huge.tolist() == expected


@elementwise
def test_nan_stays_nan(name):
    activation = ACTIVATIONS[name]
    for f in (activation.function, activation.derivative):
        assert np.isnan(f([math.nan, 1.0])).tolist() == [True, False]


def test_parameters_of_zero_are_flat_lines_up_to_infinity():
    assert activations.leaky_relu(-math.inf, slope=0) == 0
    assert activations.prelu([-math.inf, -math.inf], alpha=[0, 1]).tolist() == [0, -math.inf]
    assert activations.swish([-math.inf, 3.0, math.inf], beta=0).tolist() == [
        -math.inf,
        1.5,
        math.inf,
    ]
    assert activations.swish_derivative([-5.0, 3.0], beta=0).tolist() == [0.5, 0.5]
    assert activations.elu([-math.inf, 2.0], alpha=0).tolist() == [0, 2]


# Derivatives --------------------------------------------------------------------------------------

# As a textbook writes them, for autograd. Where x > 0 the first, else the second.
TEXTBOOK = {
    "linear": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + anp.exp(-x)),
    "tanh": anp.tanh,
    "relu": lambda x: anp.where(x > 0, x, 0 * x),
    "leaky_relu": lambda x, slope=0.01: anp.where(x > 0, x, slope * x),
    "prelu": lambda x, alpha=0.25: anp.where(x > 0, x, alpha * x),
    "elu": lambda x, alpha=1.0: anp.where(x > 0, x, alpha * (anp.exp(x) - 1)),
    "softplus": lambda x: anp.log(1 + anp.exp(x)),
    "swish": lambda x, beta=1.0: x / (1 + anp.exp(-beta * x)),
}
parameters_of = {
    "leaky_relu": st.fixed_dictionaries({"slope": st.floats(0, 0.9)}),
    "prelu": st.fixed_dictionaries({"alpha": st.floats(-0.5, 0.9)}),
    "elu": st.fixed_dictionaries({"alpha": st.floats(0.1, 2)}),
    "swish": st.fixed_dictionaries({"beta": st.floats(0, 3)}),
}


@pytest.mark.parametrize("name", list(TEXTBOOK))
@examples
@given(data=st.data(), xs=st.lists(st.floats(-15, 15), min_size=1, max_size=8))
def test_derivative_agrees_with_autograd(name, data, xs):
    parameters = data.draw(parameters_of.get(name, st.just({})))
    activation, x = ACTIVATIONS[name], np.array(xs)
    np.testing.assert_allclose(
        activation.function(x, **parameters), TEXTBOOK[name](x, **parameters), rtol=1e-9, atol=1e-13
    )
    expected = elementwise_grad(lambda x: TEXTBOOK[name](x, **parameters))(x)
    np.testing.assert_allclose(
        activation.derivative(x, **parameters), expected, rtol=1e-9, atol=1e-13
    )


@elementwise
@examples
@given(data=st.data(), x=st.floats(-30, 30))
def test_derivative_agrees_with_central_differences(name, data, x):
    parameters = data.draw(parameters_of.get(name, st.just({})))
    activation, h = ACTIVATIONS[name], 1e-5
    if abs(x) < 2 * h:
        x = 3 * h  # beside the kink
    f = activation.function(np.array([x - h, x + h]), **parameters)
    slope = (f[1] - f[0]) / (2 * h)
    assert activation.derivative(x, **parameters) == pytest.approx(slope, rel=1e-6, abs=1e-8)


@examples
@given(x=st.floats(-30, 30), alpha=st.floats(-2, 2))
def test_prelu_derivative_for_alpha(x, alpha):
    h = 1e-4
    slope = (activations.prelu(x, alpha + h) - activations.prelu(x, alpha - h)) / (2 * h)
    assert activations.prelu_alpha_derivative(x, alpha) == pytest.approx(slope, rel=1e-8, abs=1e-8)


def test_derivative_at_the_kink_is_the_left_one():
    assert activations.relu_derivative(0.0) == 0
    assert activations.relu_derivative(-0.0) == 0
    assert activations.leaky_relu_derivative(0) == 0.01
    assert activations.prelu_derivative(0, 0.3) == 0.3
    assert activations.elu_derivative(0, 0.5) == 0.5
    assert activations.binary_step_derivative(0) == 0
    assert activations.binary_step([-1e-300, -0.0, 0.0]).tolist() == [0, 1, 1]


def test_identities():
    x = np.linspace(-20, 20, 401)
    np.testing.assert_allclose(
        activations.tanh(x), 2 * activations.sigmoid(2 * x) - 1, rtol=0, atol=1e-15
    )
    np.testing.assert_allclose(activations.sigmoid(-x), 1 - activations.sigmoid(x), atol=1e-15)
    assert (activations.softplus_derivative(x) == activations.sigmoid(x)).all()
    s = activations.sigmoid(x)
    np.testing.assert_allclose(activations.sigmoid_derivative(x), s * (1 - s), atol=1e-16)


def test_prelu_takes_a_slope_for_each_neuron():
    x = -np.ones((2, 3))
    slopes = np.array([0.1, 0.2, 0.3])
    assert activations.prelu(x, slopes).tolist() == [[-0.1, -0.2, -0.3]] * 2
    assert activations.prelu_derivative(x, slopes).tolist() == [[0.1, 0.2, 0.3]] * 2
    with pytest.raises(ValueError, match=r"broadcast against x: \(2,\) doesn't fit \(2, 3\)"):
        activations.prelu(x, [0.1, 0.2])


# Maxout and softmax -------------------------------------------------------------------------------

matrices = st.integers(1, 4).flatmap(
    lambda k: st.lists(st.lists(st.floats(-20, 20), min_size=k, max_size=k), min_size=1, max_size=4)
)


@examples
@given(matrices)
def test_maxout_is_the_largest_piece_and_routes_the_gradient_to_it(rows):
    x = np.array(rows)
    assert activations.maxout(x).tolist() == [max(row) for row in rows]
    routed = activations.maxout_derivative(x)
    assert routed.shape == x.shape
    assert routed.sum(axis=-1).tolist() == [1] * len(rows)
    assert [row.index(max(row)) for row in rows] == routed.argmax(axis=-1).tolist()


def test_maxout_generalises_relu_and_leaky_relu_and_absolute_value():
    x = np.linspace(-3, 3, 13)
    zero = np.zeros_like(x)
    assert (activations.maxout(np.stack([x, zero], -1)) == activations.relu(x)).all()
    assert (activations.maxout(np.stack([x, 0.01 * x], -1)) == activations.leaky_relu(x)).all()
    assert (activations.maxout(np.stack([x, -x], -1)) == abs(x)).all()


@examples
@given(matrices, st.floats(0.1, 10))
def test_softmax_is_a_distribution_and_ignores_a_shift(rows, temperature):
    z = np.array(rows)
    a = activations.softmax(z, temperature=temperature)
    np.testing.assert_allclose(a.sum(axis=-1), 1, rtol=1e-14)
    assert (a > 0).all()
    np.testing.assert_allclose(
        activations.softmax(z + 100, temperature=temperature), a, rtol=1e-9, atol=1e-300
    )
    np.testing.assert_allclose(activations.softmax(z / temperature), a, rtol=1e-12, atol=1e-300)
    textbook = np.exp(z / temperature) / np.exp(z / temperature).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(a, textbook, rtol=1e-12, atol=1e-300)


@examples
@given(matrices, st.floats(0.3, 5))
def test_softmax_jacobian(rows, temperature):
    z, h = np.array(rows), 1e-5
    jacobian = activations.softmax_jacobian(z, temperature=temperature)
    assert jacobian.shape == (*z.shape, z.shape[-1])
    for j in range(z.shape[-1]):
        up, down = z.copy(), z.copy()
        up[:, j] += h
        down[:, j] -= h
        slope = activations.softmax(up, temperature=temperature)
        slope = (slope - activations.softmax(down, temperature=temperature)) / (2 * h)
        np.testing.assert_allclose(jacobian[:, :, j], slope, rtol=1e-5, atol=1e-9)
    diagonal = activations.softmax_derivative(z, temperature=temperature)
    np.testing.assert_allclose(diagonal, np.einsum("nii->ni", jacobian), rtol=1e-12, atol=1e-300)
    # Outputs keep their sum, so every column of the Jacobian sums to 0.
    np.testing.assert_allclose(jacobian.sum(axis=-2), 0, atol=1e-14)


def test_softmax_along_another_axis():
    z = np.arange(24.0).reshape(2, 3, 4) ** 1.5
    a = activations.softmax(z, axis=1)
    np.testing.assert_allclose(a.sum(axis=1), np.ones((2, 4)))
    np.testing.assert_array_equal(a, np.moveaxis(activations.softmax(np.moveaxis(z, 1, -1)), -1, 1))
    assert activations.softmax_jacobian(z, axis=1).shape == (2, 4, 3, 3)


def test_softmax_over_the_whole_range_of_floats():
    inf = math.inf
    assert activations.softmax([-LARGEST, LARGEST]).tolist() == [0, 1]
    assert activations.softmax([LARGEST, LARGEST]).tolist() == [0.5, 0.5]
    assert activations.softmax([1000.0, 1000.0, -1000.0]).tolist() == [0.5, 0.5, 0]
    assert activations.softmax([inf, 3, inf]).tolist() == [0.5, 0, 0.5]
    assert activations.softmax([-inf, -inf]).tolist() == [0.5, 0.5]
    assert activations.softmax([-inf, 0]).tolist() == [0, 1]
    assert activations.softmax([1, 2], temperature=1e-300).tolist() == [0, 1]
    np.testing.assert_allclose(activations.softmax([1, 2], temperature=1e300), [0.5, 0.5])
    assert np.isnan(activations.softmax([math.nan, 1])).all()
    assert np.isfinite(activations.softmax_jacobian([-LARGEST, 0, LARGEST])).all()


def test_temperature_sharpens_and_flattens():
    entropies = []
    for temperature in (0.1, 0.5, 1, 2, 10):
        a = activations.softmax([1, 2, 3], temperature=temperature)
        entropies.append(-(a * np.log(a)).sum())
    assert entropies == sorted(entropies)


@all_names
@examples
@given(data=st.data())
def test_backward_is_the_jacobian_times_the_upstream_gradient(name, data):
    activation = ACTIVATIONS[name]
    x = np.array(data.draw(st.lists(st.floats(-5, 5), min_size=3, max_size=3)))
    da = np.array(data.draw(st.floats(-2, 2) if name == "maxout" else st.just([1.5, -2.0, 0.5])))
    dx = activation.backward(da, x)
    assert dx.shape == x.shape
    if name == "softmax":
        expected = da @ activations.softmax_jacobian(x)
    else:
        expected = da * activation.derivative(x)
    np.testing.assert_allclose(dx, expected, rtol=1e-12, atol=1e-15)


# The properties of the table, measured ---------------------------------------------------------

GRID = np.concatenate([-np.geomspace(700, 1e-3, 3000), [0.0], np.geomspace(1e-3, 700, 3000)])


@elementwise
def test_nonlinear(name):
    f = ACTIVATIONS[name].function
    x = np.linspace(-3, 3, 25)
    sums = f(x[:, None] + x) - (f(x)[:, None] + f(x))
    linear = np.allclose(sums, 0, atol=1e-12) and np.allclose(f(-2 * x), -2 * f(x), atol=1e-12)
    assert ACTIVATIONS[name].nonlinear == (not linear)


@elementwise
def test_kinks(name):
    activation = ACTIVATIONS[name]
    x, h = np.linspace(-5, 5, 201), 1e-7
    x[100] = 0.0
    f = activation.function
    right, left = (f(x + h) - f(x)) / h, (f(x) - f(x - h)) / h
    found = x[np.abs(right - left) > 1e-3]
    assert found.tolist() == list(activation.kinks)
    assert activation.differentiable == (len(found) == 0)


@elementwise
def test_monotonic(name):
    steps = np.diff(ACTIVATIONS[name].function(GRID))
    assert ACTIVATIONS[name].monotonic == bool((steps >= 0).all())


@elementwise
def test_zero_centred(name):
    x = np.random.default_rng(0).normal(size=5000)
    mean = ACTIVATIONS[name].function(np.concatenate([x, -x])).mean()
    assert ACTIVATIONS[name].zero_centred == (abs(mean) < 1e-12)


@elementwise
def test_saturates(name):
    left, right = abs(ACTIVATIONS[name].derivative([-100.0, 100.0])) < 1e-30
    words = {(False, False): "no", (True, False): "left", (False, True): "right"}
    assert ACTIVATIONS[name].saturates == words.get((left, right), "both")


@elementwise
def test_can_die(name):
    derivative = ACTIVATIONS[name].derivative(-np.geomspace(1e-6, 30, 200))
    assert ACTIVATIONS[name].can_die == bool((derivative == 0).all())


@all_names
def test_needs_exp(name, monkeypatch):
    used = set()

    class Spy:
        def __getattr__(self, attribute):
            used.add(attribute)
            return getattr(np, attribute)

    for module in (activations.elementwise, activations.over_axis):
        monkeypatch.setattr(module, "np", Spy())
    ACTIVATIONS[name].function([0.5, -0.5])
    assert ACTIVATIONS[name].needs_exp == bool(used & {"exp", "expm1", "tanh", "logaddexp"})


def test_properties_of_maxout_piece_by_piece():
    row = ACTIVATIONS["maxout"]
    x = np.linspace(-50, 50, 201)
    pieces = np.stack([x, np.full_like(x, 0.25)], axis=-1)
    f = activations.maxout(pieces)
    assert row.monotonic
    assert (np.diff(f) >= 0).all()
    assert row.nonlinear
    assert not np.allclose(np.diff(f, 2), 0)
    assert not row.differentiable  # where two pieces are equal
    right = activations.maxout([0.25 + 1e-6, 0.25]) - 0.25
    left = 0.25 - activations.maxout([0.25 - 1e-6, 0.25])
    assert right == pytest.approx(1e-6)
    assert left == 0
    # One piece always lets the whole gradient through.
    assert row.saturates == "no"
    assert not row.can_die
    assert (activations.maxout_derivative(pieces).sum(axis=-1) == 1).all()
    random = np.random.default_rng(0).normal(size=(1000, 2))
    assert not row.zero_centred
    assert activations.maxout(np.concatenate([random, -random])).mean() > 0.3


def test_properties_of_softmax_each_output_against_its_own_input():
    row = ACTIVATIONS["softmax"]
    x = np.linspace(-100, 100, 4001)
    z = np.stack([x, np.zeros_like(x), np.ones_like(x)], axis=-1)
    a = activations.softmax(z)[:, 0]
    assert row.monotonic
    assert (np.diff(a) >= 0).all()
    assert row.nonlinear
    assert not np.allclose(np.diff(a, 2), 0)
    assert row.differentiable
    assert row.saturates == "both"
    slopes = activations.softmax_derivative(z)[[0, -1], 0]
    assert (slopes < 1e-30).all()
    assert not row.can_die
    assert (activations.softmax_derivative(z)[1500:2000, 0] > 0).all()
    assert not row.zero_centred
    assert activations.softmax(np.random.default_rng(0).normal(size=(9, 3))).mean() > 0


# Range --------------------------------------------------------------------------------------------


@elementwise
def test_range_is_what_the_function_takes(name):
    activation, x = ACTIVATIONS[name], np.linspace(-30, 30, 600001)
    values, interval = activation.function(x), activation.range
    if interval.values:
        assert sorted(set(values.tolist())) == list(interval.values)
        return
    for end, is_open, found in (
        (interval.low, interval.low_open, values.min()),
        (interval.high, interval.high_open, values.max()),
    ):
        if math.isinf(end):
            assert abs(activation.function(np.copysign(1e6, end))) >= 1e4
        else:
            assert found == pytest.approx(end, abs=1e-9)
            assert is_open == (end not in interval)
    # In 20 digits nothing rounds up to an open end.
    with decimal.localcontext(decimal.Context(prec=60)):
        for x in (-40, -1.278, 0, 3, 40):
            assert EXACT[name][0](Decimal(x)) in interval


def test_ranges_as_text():
    written = {name: str(activation.range) for name, activation in ACTIVATIONS.items()}
    assert written == {
        "linear": "(−∞, ∞)",
        "binary_step": "{0, 1}",
        "sigmoid": "(0, 1)",
        "tanh": "(−1, 1)",
        "relu": "[0, ∞)",
        "leaky_relu": "(−∞, ∞)",
        "prelu": "(−∞, ∞)",
        "elu": "(−1, ∞)",
        "softplus": "(0, ∞)",
        "swish": "[−0.2785, ∞)",
        "maxout": "(−∞, ∞)",
        "softmax": "(0, 1)",
    }


def test_membership_of_a_range():
    assert 0 not in ACTIVATIONS["sigmoid"].range
    assert 1 not in ACTIVATIONS["sigmoid"].range
    assert 1e-300 in ACTIVATIONS["sigmoid"].range
    assert 0 in ACTIVATIONS["relu"].range
    assert -1e-300 not in ACTIVATIONS["relu"].range
    assert math.inf not in ACTIVATIONS["relu"].range
    assert 0.5 not in ACTIVATIONS["binary_step"].range
    assert 1 in Range(0, 1, high_open=False)


# Formulas: the LaTeX says what the code does ---------------------------------------------------


def braced(text, start):
    """Return the inside of the braces that open at `start`, and where they end."""
    depth = 0
    for end in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[start + 1 : end], end + 1
    raise ValueError(text)


def evaluate(latex, **names):
    """Evaluate the small part of LaTeX in which the table's formulas are written."""
    latex = latex.replace(r"\,", " * ")
    if match := re.fullmatch(r"\s*\\begin\{cases\}(.*)\\end\{cases\}\s*", latex):
        for line in match[1].split(r"\\"):
            expression, condition = line.split("&")
            if evaluate(condition, **names):
                return evaluate(expression, **names)
        raise ValueError(latex)
    while (at := latex.find(r"\frac")) >= 0:
        top, end = braced(latex, at + 5)
        bottom, end = braced(latex, end)
        latex = f"{latex[:at]}(({top}) / ({bottom})){latex[end:]}"
    while (at := latex.find("e^{")) >= 0:
        power, end = braced(latex, at + 2)
        latex = f"{latex[:at]} exp({power}){latex[end:]}"
    latex = re.sub(r"\\tanh\^2\(x\)", "tanh(x)**2", latex)
    for command, python in (
        (r"\le", "<="),
        (r"\ge", ">="),
        (r"\beta x", "beta * x"),
        (r"\alpha", "alpha"),
        (r"\sigma", "sigma"),
        (r"\tanh", "tanh"),
        (r"\max", "max"),
        (r"\min", "min"),
        (r"\ln", "log"),
    ):
        latex = latex.replace(command, python)
    latex = re.sub(r"(\d)(sigma|x)", r"\1 * \2", latex)
    functions = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "max": max, "min": min}
    functions["sigma"] = lambda x: 1 / (1 + math.exp(-x))
    return eval(latex.strip(), {"__builtins__": {}}, {**functions, **names})


@elementwise
@pytest.mark.parametrize("x", [-3.0, -0.5, 0.7, 2.0])
def test_formulas(name, x):
    activation = ACTIVATIONS[name]
    given = {{"slope": "s"}.get(key, key): v for key, v in activation.parameters.items()}
    for formula, function in (
        (activation.formula, activation.function),
        (activation.derivative_formula, activation.derivative),
    ):
        formula = formula.replace(r"\quad (x \ne 0)", "").replace(r"\operatorname{sech}^2(x)", "")
        formula = formula.split(r"\qquad")[0]
        right_hand_sides = [side for side in formula.split(" = ")[1:] if side.strip()]
        assert right_hand_sides
        for side in right_hand_sides:
            assert evaluate(side, x=x, **given) == pytest.approx(float(function(x)), rel=1e-12)


# What goes in and what comes out ---------------------------------------------------------------


@all_names
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_width_of_floats_is_kept_and_the_input_unchanged(name, dtype):
    activation = ACTIVATIONS[name]
    x = np.linspace(-200, 200, 24, dtype=dtype).reshape(2, 3, 4)
    before = x.copy()
    for f in (activation.function, activation.derivative):
        result = f(x)
        assert result.dtype == dtype
        expected = np.asarray(f(x.astype(np.float64)))
        rtol = 1e-14 if dtype is np.float64 else 2e-5
        np.testing.assert_allclose(result, expected, rtol=rtol, atol=np.finfo(dtype).tiny)
        result[...] = 99  # is never a view of the input
        np.testing.assert_array_equal(x, before)


@elementwise
def test_shapes(name):
    activation = ACTIVATIONS[name]
    for f in (activation.function, activation.derivative, activation):
        for shape in [(), (1,), (0,), (2, 3), (2, 0, 4), (1, 2, 3, 4)]:
            assert np.shape(f(np.ones(shape))) == shape
        assert isinstance(f(2), np.floating)
        assert isinstance(f(np.float32(2)), np.float32)
        assert f([1, 2]).dtype == np.float64
        assert (f([1, 2]) == f(np.array([1.0, 2.0]))).all()
        assert (f(np.arange(6.0).reshape(2, 3).T) == f(np.arange(6.0).reshape(2, 3)).T).all()


@all_names
def test_what_isnt_numbers_is_refused(name):
    function = ACTIVATIONS[name].function
    with pytest.raises(TypeError, match="real numbers"):
        function(["a", "b"])
    with pytest.raises(TypeError, match="real numbers"):
        function([1j, 2])
    with pytest.raises(TypeError, match="real numbers"):
        function(None)
    with pytest.raises(ValueError, match="ragged"):
        function([[1.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: activations.leaky_relu(1, slope=math.nan), ValueError, "slope must be finite"),
        (lambda: activations.leaky_relu(1, slope="x"), TypeError, "slope must be a number"),
        (lambda: activations.elu(1, alpha=math.inf), ValueError, "alpha must be finite"),
        (lambda: activations.prelu(1, alpha=math.inf), ValueError, "alpha must be finite"),
        (lambda: activations.prelu(1.0, alpha=[1, 2]), ValueError, "broadcast"),
        (lambda: activations.swish(1, beta=math.nan), ValueError, "beta must be finite"),
        (lambda: activations.softmax([1], temperature=0), ValueError, "greater than 0"),
        (lambda: activations.softmax([1], temperature=-1), ValueError, "greater than 0"),
        (lambda: activations.softmax([1], axis=1), ValueError, "axis must be from -1 to 0"),
        (lambda: activations.softmax([1], axis=0.5), TypeError, "axis must be an integer"),
        (lambda: activations.softmax(3.0), ValueError, "axis of classes"),
        (lambda: activations.softmax([]), ValueError, "at least one class"),
        (lambda: activations.maxout(3.0), ValueError, "last axis"),
        (lambda: activations.maxout(np.ones((2, 0))), ValueError, r"not \(2, 0\)"),
        (lambda: activations.maxout_derivative(np.ones((2, 0))), ValueError, r"not \(2, 0\)"),
        (lambda: ACTIVATIONS["relu"].backward([1, 2], [1]), ValueError, r"\(1,\), not \(2,\)"),
        (lambda: ACTIVATIONS["maxout"].backward([1, 2], [1, 2]), ValueError, r"shape \(\)"),
        (lambda: activations.get("sigmod"), ValueError, "Do you mean sigmoid?"),
        (lambda: activations.get("qqq"), ValueError, "expected one of linear, binary_step"),
        (lambda: activations.get(3), TypeError, "a name or an Activation"),
        (
            lambda: ACTIVATIONS["relu"].with_parameters(slope=1),
            ValueError,
            "ReLU has no parameter 'slope'",
        ),
        (
            lambda: ACTIVATIONS["softmax"].with_parameters(temperature=0),
            ValueError,
            "greater than 0",
        ),
    ],
)
def test_errors_say_what_was_expected(call, error, words):
    with pytest.raises(error, match=words):
        call()


# The table ----------------------------------------------------------------------------------------


def test_the_table():
    assert list(ACTIVATIONS) == [
        *("linear", "binary_step", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu"),
        *("softplus", "swish", "maxout", "softmax"),
    ]
    for name, activation in ACTIVATIONS.items():
        assert activation.name == name
        assert activation.function is getattr(activations, name)
        assert activation.derivative is getattr(activations, f"{name}_derivative")
        assert activation.pros
        assert activation.cons
        assert activation.use
        assert activation.formula.count("{") == activation.formula.count("}")
        hash(activation)
        with pytest.raises(AttributeError):
            activation.label = "x"
        with pytest.raises(TypeError):
            activation.parameters["x"] = 1
    with pytest.raises(TypeError):
        ACTIVATIONS["new"] = ACTIVATIONS["relu"]


@pytest.mark.parametrize("name", ["leaky_relu", "Leaky ReLU", "leaky-relu", " LEAKY_RELU "])
def test_get(name):
    assert activations.get(name) is ACTIVATIONS["leaky_relu"]
    assert activations.get(ACTIVATIONS["leaky_relu"]) is ACTIVATIONS["leaky_relu"]


def test_default_parameters_are_those_of_the_functions():
    for activation in ACTIVATIONS.values():
        x = [-2.0, 1.0]
        values = activation.function(x, **activation.parameters)
        assert (values == activation.function(x)).all()


def test_with_parameters():
    steep = activations.get("leaky_relu").with_parameters(slope=0.1)
    assert isinstance(steep, Activation)
    assert steep(-1.0) == -0.1
    assert steep.derivative(-1.0) == 0.1
    assert steep(-1.0, slope=0.2) == -0.2
    assert steep.parameters == {"slope": 0.1}
    assert ACTIVATIONS["leaky_relu"](-1.0) == -0.01
    cold = activations.get("softmax").with_parameters(temperature=0.5)
    np.testing.assert_allclose(
        cold.backward([1.0, 0.0], [1.0, 2.0]),
        activations.softmax_jacobian([1, 2], temperature=0.5)[0],
    )


def test_shows_its_formula():
    assert ACTIVATIONS["relu"]._repr_latex_() == r"$\displaystyle f(x) = \max(0, x)$"


def test_copies_and_pickles():
    steep = activations.get("leaky_relu").with_parameters(slope=0.1)
    for copied in (copy.copy(steep), copy.deepcopy(steep), pickle.loads(pickle.dumps(steep))):
        assert copied(-1.0) == -0.1
        assert copied.parameters == {"slope": 0.1}
        with pytest.raises(TypeError):
            copied.parameters["slope"] = 1
    for activation in ACTIVATIONS.values():
        assert pickle.loads(pickle.dumps(activation)) == activation
