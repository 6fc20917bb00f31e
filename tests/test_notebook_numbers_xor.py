"""Formulas and numbers that stand in the text and the pictures of the notebook on XOR."""

import itertools

import numpy as np
import pytest

from tutor import datasets, plots_xor
from tutor.network import Network

pytestmark = pytest.mark.slow

X, XOR = datasets.gate("xor")


def fires(w: tuple[float, ...], b: float, x: np.ndarray = X) -> list[int]:
    return [int(z > 0) for z in x @ np.array(w) + b]


def test_the_worked_gate_and_its_steps() -> None:
    assert fires((1, -1), -0.5) == [0, 0, 1, 0]
    # Each choice is as free as the text says: w1 > 0.5, then w2 ≤ −0.5.
    assert fires((0.5, -1), -0.5) != [0, 0, 1, 0]
    assert fires((1, -0.5), -0.5) == [0, 0, 1, 0]
    assert fires((1, -0.4), -0.5) != [0, 0, 1, 0]


def test_the_lines_drawn_for_and_and_or() -> None:
    for gate, (w1, w2, b) in plots_xor.LINES.items():
        assert fires((w1, w2), b) == datasets.gate(gate).y.tolist()
    assert "no line is drawn" in plots_xor.gates().alt


def test_and_needs_a_bias_between_two_numbers() -> None:
    works = [b for b in np.arange(-3, 1, 0.25) if fires((1, 1), b) == [0, 0, 0, 1]]
    assert (min(works), max(works)) == (-1.75, -1.0)


def test_opposite_corners_balance() -> None:
    rng = np.random.default_rng(0)
    w, b = rng.normal(size=(2, 50)), rng.normal(size=50)
    z = X @ w + b
    np.testing.assert_allclose(z[0] + z[3], z[1] + z[2])
    np.testing.assert_allclose(z[1] + z[2], w[0] + w[1] + 2 * b)


def test_scaling_a_neuron_changes_nothing_and_three_slices_stand_for_all() -> None:
    rng = np.random.default_rng(1)
    for w1, w2, b in rng.normal(size=(50, 3)):
        scale = 1 / abs(b)
        assert fires((w1, w2), b) == fires((w1 * scale, w2 * scale), np.sign(b))


def test_each_of_the_sixteen_tables_is_found_or_contradicts_itself() -> None:
    """z(0,0) + z(1,1) = z(0,1) + z(1,0), so one diagonal can't fire alone and whole."""
    halves = np.arange(-5, 5.5, 0.5)
    assert len(halves) ** 3 == 9261
    found = {tuple(fires((w1, w2), b)) for w1, w2, b in itertools.product(halves[5:16], repeat=3)}
    missing = set(itertools.product((0, 1), repeat=4)) - found
    assert missing == {(0, 1, 1, 0), (1, 0, 0, 1)}


def test_the_product_solves_xor_and_bends_the_boundary() -> None:
    with_product = np.column_stack([X, X[:, 0] * X[:, 1]])
    assert fires((1, 1, -2), -0.5, with_product) == XOR.tolist()
    assert fires((1, 1, 0), -0.5, with_product) == datasets.gate("or").y.tolist()


def test_two_linear_layers_are_one() -> None:
    rng = np.random.default_rng(2)
    W1, b1, w2, b2 = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=3), 0.7
    np.testing.assert_allclose((X @ W1 + b1) @ w2 + b2, X @ (W1 @ w2) + (b1 @ w2 + b2))


def test_the_xnor_network_and_its_hidden_points() -> None:
    h = plots_xor.hidden_layer(X)
    assert h[:, 0].tolist() == datasets.gate("and").y.tolist()
    assert h[:, 1].tolist() == datasets.gate("nor").y.tolist()
    assert (h[1] == h[2]).all()
    assert fires(tuple(plots_xor.W2), plots_xor.B2, h) == datasets.gate("xnor").y.tolist()


def test_the_network_for_xor_has_three_neurons_six_weights_nine_numbers() -> None:
    counts = Network([2, 2, 1]).count()
    assert (counts.neurons, counts.weights, counts.parameters) == (3, 6, 9)


def test_the_xor_network_of_the_written_answer() -> None:
    h = np.column_stack([datasets.gate("or").y, datasets.gate("and").y])
    assert h.tolist() == [[0, 0], [1, 0], [1, 0], [1, 1]]
    assert fires((1, -2), -0.5, h) == XOR.tolist()


def test_the_probability_on_the_line_is_a_half() -> None:
    w, b = np.array([2.0, -3.0]), 0.5
    x = np.array([0.7, (2 * 0.7 + 0.5) / 3])
    assert 1 / (1 + np.exp(-(w @ x + b))) == pytest.approx(0.5)


def test_the_loss_in_one_formula_is_the_loss_of_either_case() -> None:
    P = np.array([0.2, 0.9])
    for y, case in ((1, -np.log(P)), (0, -np.log(1 - P))):
        np.testing.assert_allclose(-(y * np.log(P) + (1 - y) * np.log(1 - P)), case)
    assert "both are 0.693" in plots_xor.log_loss().alt


def test_the_slides_loss_falls_below_minus_one() -> None:
    y, P = 0, 0.9
    assert -y * np.log(P) + (1 - y) * np.log(1 - P) < -1


def test_the_best_logistic_regression_without_the_feature_says_one_half() -> None:
    """At w = 0, b = 0 the gradient is 0, and the loss is convex."""
    network = Network([2, 1], output="sigmoid", init="zeros")
    gradients = network.backward(network.forward(X), XOR)
    assert np.abs(gradients.W[0]).max() < 1e-15
    assert np.abs(gradients.b[0]).max() < 1e-15


def test_the_two_tones_of_the_spectrogram() -> None:
    strength = plots_xor.spectrum(plots_xor.sound()[1])
    frequencies = np.argmax(strength, axis=0) * plots_xor.RATE / plots_xor.WINDOW
    assert frequencies.tolist() == [200.0] * 10 + [600.0] * 10
    assert ((strength > 0.05).sum(axis=0) == 1).all()


def test_the_timeline_is_the_exercises_answer_in_the_order_of_years() -> None:
    from tutor import mistakes

    years = [year for year, _ in plots_xor.HISTORY]
    names = [name for _, name in plots_xor.HISTORY]
    assert years == sorted(set(years))
    (exercise,) = (e for e in mistakes.exercises("xor") if e.id == "xor/timeline")
    assert list(exercise.reference()) == names
    when = {name: year for year, name in plots_xor.HISTORY}
    assert when["backpropagation"] - when["XOR winter"] == 17
    for name, year in (("LeNet-5", 1998), ("AlexNet", 2012), ("GAN", 2014), ("Transformer", 2017)):
        assert when[name] == year
        assert f"{year} {name}" in plots_xor.timeline().alt


@pytest.mark.parametrize(
    "draw",
    [
        plots_xor.neuron,
        plots_xor.gates,
        plots_xor.hidden_space,
        plots_xor.log_loss,
        plots_xor.spectrogram,
        plots_xor.timeline,
    ],
)
def test_each_picture_is_small_and_the_same_each_time(draw: object) -> None:
    assert callable(draw)
    first, second = draw(), draw()
    assert first.svg() == second.svg()
    assert len(first.svg()) < 60_000
    assert len(first.alt) > 60


def test_the_numbers_of_the_brain() -> None:
    from tutor import mistakes

    brain = mistakes.get("xor/brain").reference()
    assert brain["neurons"] == 86e9
    assert 1e14 <= brain["connections"] <= 1e15
    assert brain["connections per neuron"] == pytest.approx(5814, abs=1)


def test_two_hidden_neurons_often_get_stuck_and_eight_never() -> None:
    right = {}
    for hidden in (2, 8):
        networks = Network(
            [2, hidden, 1], "sigmoid", "sigmoid", init="normal", seed=0, replicas=100
        )
        networks.train(X, XOR, epochs=1000, batch_size=4, lr=4.0)
        right[hidden] = ((networks(X)[..., 0] > 0.5) == (XOR == 1)).all(axis=1).sum()
    assert 65 <= right[2] <= 88  # "about one start in four gets stuck"
    assert right[8] >= 99
