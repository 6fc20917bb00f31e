"""Numbers and slopes that stand in the text of the notebook on activation functions."""

from html import escape

import numpy as np
import pytest

from tutor import activation_table, activations, check, mistakes, playground, plots
from tutor.activations import softmax
from tutor.widgets.dead_units import train

pytestmark = pytest.mark.slow

X = np.array([-3.0, -1.2, -0.1, 0.2, 1.5, 4.0])
ALPHA = 0.7
SIGMOID = 1 / (1 + np.exp(-X))
# The table "These are the slopes that you haven't written".
SLOPES = {
    "prelu": np.where(X > 0, 1, ALPHA),
    "elu": np.where(X > 0, 1, ALPHA * np.exp(X)),
    "softplus": SIGMOID,
    "swish": SIGMOID + X * SIGMOID * (1 - SIGMOID),
}


def measured(f: object, x: np.ndarray, h: float = 1e-6) -> np.ndarray:
    return (f(x + h) - f(x - h)) / (2 * h)  # type: ignore[operator]


@pytest.mark.parametrize("name", SLOPES)
def test_the_slopes_of_the_table(name: str) -> None:
    options = {"alpha": ALPHA} if name in ("prelu", "elu") else {}
    function = activations.get(name).function
    np.testing.assert_allclose(
        measured(lambda x: function(x, **options), X), SLOPES[name], atol=1e-8
    )


def test_the_slope_of_softmax_in_the_table() -> None:
    z, h = np.array([0.5, -1.0, 2.0]), 1e-6
    p = softmax(z)
    for j in range(3):
        move = h * np.eye(3)[j]
        slope = (softmax(z + move) - softmax(z - move)) / (2 * h)
        expected = np.where(np.arange(3) == j, p * (1 - p), -p * p[j])
        np.testing.assert_allclose(slope, expected, atol=1e-8)


def test_the_slope_of_maxout_is_that_of_its_largest_piece() -> None:
    W, b, x, h = np.array([2.0, -1.0, 0.5]), np.array([0.0, 1.0, 3.0]), 0.3, 1e-6
    slope = (np.max((x + h) * W + b) - np.max((x - h) * W + b)) / (2 * h)
    assert slope == pytest.approx(W[np.argmax(x * W + b)])


def test_how_many_neurons_a_large_rate_kills() -> None:
    def dead(rate: float) -> list[float]:
        return [train("relu", rate, 0.0, seed).dead[-1].mean() for seed in range(10)]

    assert max(dead(0.5) + dead(2.0)) <= 0.05
    assert np.median(dead(5.0)) > 0.9
    assert min(dead(5.0)) > 0.5
    assert np.median(dead(50.0)) == 1


def test_the_table_compares_all_twelve() -> None:
    table = activation_table.table()
    assert [row.label for row in table.rows] == [
        row.label for row in activations.ACTIVATIONS.values()
    ]
    assert len(str(table).splitlines()) == 12
    for row in table.rows:
        for text in (str(row.range), *row.pros, *row.cons):
            assert text in str(table)
            assert escape(text) in table._repr_html_()
    assert [row.name for row in activation_table.table("elu", "relu").rows] == ["elu", "relu"]
    with pytest.raises(ValueError, match="relu6"):
        activation_table.table("relu6")


def test_the_slopes_far_out_and_in_the_middle() -> None:
    slopes = measured(lambda x: 1 / (1 + np.exp(-x)), np.array([-10.0, 0.0, 10.0]))
    np.testing.assert_allclose(slopes, [4.54e-5, 0.25, 4.54e-5], rtol=1e-3)
    assert pytest.approx(9.5e-7, rel=0.01) == 0.25**10
    asked = mistakes.get("activations/saturation").reference()
    np.testing.assert_allclose(asked, slopes, rtol=1e-3)


def test_sigmoids_give_gradients_of_one_sign() -> None:
    rng = np.random.default_rng(2)
    Z, dz = rng.normal(size=(1000, 5)), rng.normal(size=1000)
    share = mistakes.get("activations/same_sign_share").reference
    assert share(1 / (1 + np.exp(-Z)), dz) == 1
    # By chance five signs agree in 2 of 32 cases.
    assert share(np.tanh(Z), dz) == pytest.approx(2 / 32, abs=0.02)


def test_relu_is_twice_as_fast_here_not_six_times() -> None:
    runs = {
        name: playground.experiment(dataset="circle", activation=name, seeds=40, epochs=150)
        for name in ("relu", "tanh", "sigmoid")
    }
    assert [run.reached for run in runs.values()] == [39, 39, 0]
    assert 1.6 < runs["tanh"].summary().median / runs["relu"].summary().median < 2.4


def test_a_sketch_may_be_off_by_a_hand() -> None:
    right = {
        "sigmoid": (0.2, 0.5, 0.8), "sigmoid'": (0.2, 0.3, 0.2), "tanh": (-1, 0, 1),
        "tanh'": (0, 1, 0), "relu": (0, 0, 2), "relu'": (0, 0, 1),
    }  # fmt: skip
    assert check.exercise("activations/sketch", right).ok
    for name in right:
        off = right | {name: tuple(v + 0.4 for v in right[name])}
        assert not check.exercise("activations/sketch", off).ok, name
    assert not check.exercise("activations/sketch", {"relu": (0, 0, 2)}).ok


def test_a_sketch_is_drawn_over_the_curves() -> None:
    assert "none yet" in plots.sketch(None).alt
    assert "tanh at −0.9, 0, 1." in plots.sketch({"tanh": (-0.9, 0, 1), "relu": (1,)}).alt
