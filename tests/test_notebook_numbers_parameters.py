"""Formulas and numbers that stand in the text and the pictures of the notebook on parameters."""

import itertools
import re

import numpy as np
import pytest

from tutor import gradients, plots_parameters
from tutor.network import Network


def parameters(*sizes: int, **options: object) -> int:
    return Network(list(sizes), **options).count().parameters  # type: ignore[arg-type]


def test_the_worked_example() -> None:
    counts = Network([2, 3, 1]).count()
    hidden, output = counts.per_layer
    assert (hidden.neurons, hidden.weights, hidden.biases, hidden.parameters) == (3, 6, 3, 9)
    assert (output.neurons, output.weights, output.biases, output.parameters) == (1, 3, 1, 4)
    assert (counts.neurons, counts.weights, counts.biases, counts.parameters) == (4, 9, 4, 13)
    assert counts.layers == 2


def test_the_two_networks_of_the_slides() -> None:
    counts = Network([3, 4, 2]).count()
    numbers = (counts.neurons, counts.weights, counts.biases, counts.parameters, counts.layers)
    assert numbers == (6, 20, 6, 26, 2)
    counts = Network([3, 4, 4, 1]).count()
    numbers = (counts.neurons, counts.weights, counts.biases, counts.parameters, counts.layers)
    assert numbers == (9, 32, 9, 41, 3)


@pytest.mark.parametrize("sizes", [(3, 4, 2), (3, 4, 4, 1), (784, 100, 10), (5, 1)])
def test_the_formula(sizes: tuple[int, ...]) -> None:
    assert sum((m + 1) * n for m, n in itertools.pairwise(sizes)) == parameters(*sizes)


def test_wider_or_deeper() -> None:
    assert parameters(4, 8, 4) - parameters(4, 4, 4) == 36 == 4 * 4 + 4 * 4 + 4
    assert parameters(4, 4, 4, 4) - parameters(4, 4, 4) == 20
    wide, wider = Network([9, 50, 50, 1]).count(), Network([9, 100, 100, 1]).count()
    assert wider.per_layer[1].weights == 4 * wide.per_layer[1].weights


def test_maxout() -> None:
    counts = Network([3, 4, 2], "maxout", pieces=2).count()
    assert [row.parameters for row in counts.per_layer] == [32, 10]
    assert counts.parameters == 42
    assert [parameters(3, h, 2) for h in (6, 7)] == [38, 44]
    assert all(parameters(3, h, 2) == 6 * h + 2 for h in range(1, 9))


def test_budgets() -> None:
    for n_in, h, n_out in [(2, 249, 1), (7, 3, 5)]:
        assert parameters(n_in, h, n_out) == (n_in + 1 + n_out) * h + n_out
    assert parameters(2, 249, 1) == 997
    assert parameters(2, 250, 1) >= 1000
    assert 950 <= parameters(2, 29, 29, 1) < 1000
    assert 29 * 29 == 841


def test_the_derivative_of_the_penalty() -> None:
    slope = gradients.numerical_gradient(lambda w: 0.5 * 0.01 * w**2, 2.0)
    assert slope == pytest.approx(0.01 * 2.0)


def test_dropout_keeps_the_sum_on_average() -> None:
    u = np.random.default_rng(0).uniform(size=200_000)
    assert np.mean(3.0 * (u < 0.5) / 0.5) == pytest.approx(3.0, rel=0.01)


@pytest.mark.slow
def test_larger_networks_get_more_of_the_training_data_right() -> None:
    # Means over many starts: on another processor single runs end elsewhere.
    stacks = [plots_parameters.trained(size, replicas=60) for size in plots_parameters.SIZES]
    training, new = zip(*(plots_parameters.errors(stack) for stack in stacks), strict=True)
    means = [part.mean() for part in training]
    assert means[0] > means[1] + 0.005 > means[2] + 0.03
    assert means[2] == pytest.approx(0.04, abs=0.01)
    assert new[2].mean() == pytest.approx(0.17, abs=0.015)
    # A small network depends more on its start.
    assert training[0].std() > 1.2 * training[2].std()


@pytest.mark.slow
def test_the_three_strengths_draw_what_the_exercise_says() -> None:
    networks = [plots_parameters.trained(20, l2=s) for s in plots_parameters.STRENGTHS]
    assert {network.count().parameters for network in networks} == {81}
    turns = [plots_parameters.turns(network) for network in networks]
    assert turns[0] > 600  # wiggly
    assert 90 < turns[1] < 400  # smooth
    assert turns[2] < 10  # nearly straight
    new = [plots_parameters.errors(network)[1] for network in networks]
    assert new[1] < min(new[0], new[2]) - 0.02


@pytest.mark.slow
def test_a_large_network_with_a_rein_beats_all_sizes_without() -> None:
    data = [plots_parameters.points(100, seed) for seed in range(100, 110)]
    X, y = np.stack([d.x for d in data]), np.stack([d.y for d in data])

    def new(neurons: int, l2: float) -> np.ndarray:
        networks = Network([2, neurons, 1], "tanh", "sigmoid", init="normal", seed=0, replicas=10)
        networks.train(X, y, epochs=800, batch_size=100, lr=1.0, shuffle=False, l2=l2)
        return plots_parameters.errors(networks)[1]

    without = [new(size, 0.0) for size in (2, 3, 4, 6, 20)]
    reined = new(20, 0.01)
    assert reined.mean() < min(e.mean() for e in without)
    assert reined.max() < min(e.max() for e in without)


@pytest.mark.slow
def test_the_reins_move_both_errors_towards_each_other() -> None:
    plain = plots_parameters.errors(plots_parameters.trained(20, replicas=10))
    for rein in ({"l2": 0.01}, {"dropout": 0.2}, {"input_noise": 1.0}):
        training, new = plots_parameters.errors(plots_parameters.trained(20, replicas=10, **rein))
        assert training.mean() > plain[0].mean()
        assert new.mean() < plain[1].mean()


@pytest.mark.slow
def test_the_pictures_say_what_they_show() -> None:
    capacity = plots_parameters.capacity()
    assert re.search(
        r"20 neurons: [2-5]% of the training data and 1[5-9]% of new data are wrong", capacity.alt
    )
    curves = plots_parameters.learning_curves()
    found = re.search(r"after (\d+) epochs, 0\.3\d?, and then rises to (0\.\d+)\.$", curves.alt)
    assert found, curves.alt
    assert int(found[1]) < 200
    assert 0.5 < float(found[2]) < 0.8
    for picture in (capacity, plots_parameters.strengths(), curves):
        assert len(picture.svg()) < 150_000


def test_a_circle_turns_once_around() -> None:
    angle = np.linspace(0, 2 * np.pi, 100)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    assert plots_parameters.curve_turns(circle) == pytest.approx(360, rel=0.03)
    assert plots_parameters.curve_turns(np.array([[0.0, 0], [1, 1], [3, 3]])) == pytest.approx(0)
