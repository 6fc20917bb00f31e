"""The Playground's numbers: against the original's, and against a slow transcript of its rules."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from playground_transcript import Transcript

from tutor import activations
from tutor.playground import (
    ACTIVATIONS,
    EXTRA_ACTIVATIONS,
    FEATURES,
    LEARNING_RATES,
    Config,
    NetworkFunctions,
    Playground,
    own_points,
)
from tutor.playground.kernel import _UNITS
from tutor.playground.replicas import Replicas

ORIGINAL = json.loads((Path(__file__).parent / "data" / "playground_original.json").read_text())


@pytest.mark.parametrize(
    "run", ORIGINAL["runs"], ids=lambda run: run["config"].get("dataset", "circle")
)
def test_losses_and_weights_are_the_originals(run):
    playground = Playground(Config(**run["config"]))
    for epoch, expected in run["epochs"].items():
        playground.step(int(epoch) - playground.epoch)
        measures = playground.measures
        found = [measures["train_loss"], measures["test_loss"]]
        np.testing.assert_allclose(found, expected["loss"], rtol=0, atol=1e-12)
        for layer, W in enumerate(playground.weights):
            np.testing.assert_allclose(W.T, expected["W"][layer], rtol=0, atol=1e-12)
            np.testing.assert_allclose(
                playground.biases[layer], expected["b"][layer], rtol=0, atol=1e-12
            )


def assert_same(playground, transcript, tolerance=1e-12):
    """Hold weights, biases, losses and dead links of both against each other."""
    for layer, (W, slow) in enumerate(
        zip(playground.weights, transcript.weights(), strict=True), start=1
    ):
        np.testing.assert_allclose(
            W, np.reshape(slow, W.shape), rtol=tolerance, atol=tolerance, err_msg=f"layer {layer}"
        )
    biases = [node.bias for node in transcript.nodes()]
    found = np.concatenate(playground.biases)
    np.testing.assert_allclose(found, biases, rtol=tolerance, atol=tolerance)
    assert sum(dead.sum() for dead in playground.dead_links) == transcript.dead_links()
    measures = playground.measures
    slow = [transcript.loss(transcript.train), transcript.loss(transcript.test)]
    np.testing.assert_allclose(
        [measures["train_loss"], measures["test_loss"]], slow, rtol=tolerance, atol=tolerance
    )


def compare(epochs=3, **fields):
    config = Config(**fields)
    playground, transcript = Playground(config), Transcript(config)
    assert_same(playground, transcript)
    for _ in range(epochs):
        playground.step()
        transcript.epoch()
    assert_same(playground, transcript)
    return playground, transcript


@pytest.mark.parametrize("activation", ACTIVATIONS + EXTRA_ACTIVATIONS)
def test_every_activation(activation):
    compare(dataset="xor", noise=10, activation=activation, hidden_layers=(3, 2))


@pytest.mark.parametrize("dataset", ["circle", "xor", "gauss", "spiral"])
def test_every_classification_set(dataset):
    compare(dataset=dataset, noise=35, batch_size=9)


@pytest.mark.parametrize("dataset", ["plane", "multi-gauss"])
def test_every_regression_set(dataset):
    compare(epochs=2, problem="regression", reg_dataset=dataset, noise=25, activation="relu")


@pytest.mark.parametrize("layers", [(), (1,), (8, 1, 3), (2, 2, 2, 2, 2, 2)])
def test_every_depth(layers):
    compare(hidden_layers=layers, seed="depth", train_percent=20)


@pytest.mark.parametrize("features", [tuple(FEATURES), (), ("sin(x2)",)])
def test_features(features):
    playground, _ = compare(dataset="spiral", features=features, train_percent=30)
    assert playground.weights[0].shape == (len(features), 4)


@pytest.mark.parametrize("size", [1, 7, 11, 30])
def test_leftover_gradients_enter_the_next_epoch(size):
    # 250 samples: 7 leaves 5, 11 leaves 8, 30 leaves 10 over at each epoch's end.
    compare(epochs=4, batch_size=size)


@pytest.mark.parametrize("rate", [0.01, 0.3])
def test_l1_kills_links_for_good(rate):
    playground, transcript = compare(
        epochs=8, regularization="L1", regularization_rate=rate, learning_rate=0.1
    )
    assert transcript.dead_links() > 0
    dead = [links.copy() for links in playground.dead_links]
    playground.set(regularization="none")
    playground.step(3)
    for links, before, W in zip(playground.dead_links, dead, playground.weights, strict=True):
        np.testing.assert_array_equal(links, before)
        assert (W[links] == 0).all()


def test_dead_link_stays_dead_under_l2_and_edits():
    playground, transcript = compare(epochs=8, regularization="L1", regularization_rate=0.3)
    source, neuron = np.argwhere(playground.dead_links[0])[0]
    playground.set_weight(1, int(source), int(neuron), 0.7)
    transcript.layers[0][neuron].links[source].weight = 0.7
    transcript.config = playground.config.replace(regularization="L2")
    playground.set(regularization="L2")
    playground.step(3)
    for _ in range(3):
        transcript.epoch()
    assert_same(playground, transcript)
    assert playground.weights[0][source, neuron] == 0.7


def test_l2():
    compare(epochs=5, regularization="L2", regularization_rate=0.1, batch_size=4)


def test_start_from_zero():
    playground, _ = compare(init_zero=True)
    assert playground.weights[0].tolist() == [[0.0] * 4] * 2


def test_rates_change_without_a_new_network():
    playground, transcript = compare(batch_size=8)
    for changes in (
        {"learning_rate": 0.3},
        {"regularization": "L2", "regularization_rate": 0.01},
        {"regularization": "L1", "learning_rate": 0.1},
    ):
        assert playground.set(**changes) is False
        transcript.config = transcript.config.replace(**changes)
        playground.step(2)
        for _ in range(2):
            transcript.epoch()
        assert_same(playground, transcript)


def test_own_data():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(45, 2))
    points = own_points(x, np.where(x.sum(axis=1) > 0, 1, -1))
    compare(own_data=points, batch_size=4, train_percent=60)


def test_regenerate_keeps_network_and_leftovers():
    playground, transcript = compare(batch_size=7)
    playground.regenerate("another")
    assert playground.config.seed == "another"
    assert playground.epoch == 3
    transcript.train, transcript.test = (
        Transcript(playground.config).train,
        (Transcript(playground.config).test),
    )
    assert_same(playground, transcript)
    playground.step(2)
    for _ in range(2):
        transcript.epoch()
    assert_same(playground, transcript)


def parameters_of(transcript):
    weights = [link.weight for node in transcript.nodes() for link in node.links]
    return np.array([node.bias for node in transcript.nodes()] + weights)


# Shrinking a training run would take minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)

configs = st.builds(
    Config,
    problem=st.sampled_from(["classification", "regression"]),
    dataset=st.sampled_from(["circle", "xor", "gauss", "spiral"]),
    reg_dataset=st.sampled_from(["plane", "multi-gauss"]),
    noise=st.sampled_from(range(0, 51, 5)),
    train_percent=st.sampled_from([10, 20]),
    batch_size=st.integers(1, 30),
    features=st.sets(st.sampled_from(list(FEATURES))).map(tuple),
    hidden_layers=st.lists(st.integers(1, 4), max_size=3).map(tuple),
    activation=st.sampled_from(ACTIVATIONS + EXTRA_ACTIVATIONS),
    learning_rate=st.sampled_from([rate for rate in LEARNING_RATES if rate < 0.2]),
    regularization=st.sampled_from(["none", "L1", "L2"]),
    regularization_rate=st.sampled_from([0.0, 0.01, 0.1, 1.0]),
    seed=st.text("0123456789.", min_size=1, max_size=8),
    init_zero=st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, phases=NO_SHRINKING)
@given(configs)
def test_any_configuration(config):
    # Training can be chaotic: a twin that starts 1e-15 away shows how far rounding may carry.
    playground, transcript, twin = Playground(config), Transcript(config), Transcript(config)
    twin.layers[0][0].bias += 1e-15
    for _ in range(2):
        playground.step()
        transcript.epoch()
        twin.epoch()
    parameters = parameters_of(transcript)
    drift = np.abs(parameters - parameters_of(twin)).max()
    if drift < 1e-9 and np.abs(parameters).max() < 100:
        assert_same(playground, transcript, tolerance=1e-12 + 1000 * drift)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, phases=NO_SHRINKING)
@given(configs, st.integers(2, 5))
def test_replicas_equal_single_runs(config, count):
    config = config.replace(learning_rate=min(config.learning_rate, 0.03))
    seeds = [f"{config.seed}/{i}" for i in range(count)]
    together = Replicas(config, seeds)
    for _ in range(3):
        together.train_epoch()
    for i, seed in enumerate(seeds):
        alone = Replicas(config.replace(seed=seed))
        for _ in range(3):
            alone.train_epoch()
        for name, value in alone.measures.at(0).items():
            np.testing.assert_allclose(together.measures.at(i)[name], value, rtol=1e-9, atol=1e-12)
        if alone.measures.train_loss[0] < 100:
            for W, W_alone in zip(together.weights(i), alone.weights(), strict=True):
                np.testing.assert_allclose(W, W_alone, rtol=1e-9, atol=1e-12)
            for b, b_alone in zip(together.biases(i), alone.biases(), strict=True):
                np.testing.assert_allclose(b, b_alone, rtol=1e-9, atol=1e-12)


def test_replicas_have_their_own_dead_links():
    config = Config(regularization="L1", regularization_rate=0.1, learning_rate=0.1, batch_size=7)
    together = Replicas(config, ["1", "2", "3"])
    for _ in range(6):
        together.train_epoch()
    for i, seed in enumerate("123"):
        alone = Replicas(config.replace(seed=seed))
        for _ in range(6):
            alone.train_epoch()
        assert alone.kernel.dead.any()
        np.testing.assert_array_equal(together.kernel.dead[i], alone.kernel.dead)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_inner_loop_agrees_with_the_table(name):
    z = np.concatenate([np.linspace(-30, 30, 1001), [0.0, -0.0, 1e-300, -1e-300, 700, -700]])
    a, dz, scratch = np.empty_like(z), np.ones_like(z), np.empty_like(z)
    _UNITS[name].forward(z, a)
    _UNITS[name].backward(z, a, dz, scratch)
    table = activations.ACTIVATIONS[name]
    np.testing.assert_allclose(a, table.function(z), rtol=1e-13, atol=1e-300)
    # 1 − a² loses digits where tanh is flat; the original computes it this way.
    np.testing.assert_allclose(dz, table.derivative(z), rtol=1e-12, atol=1e-15)


def test_slope_of_relu_at_zero_is_zero():
    playground = Playground(
        hidden_layers=(1,), activation="relu", features=(), init_zero=True, learning_rate=1.0
    )
    playground.set_weight(2, 0, 0, 1.0)
    playground.step(2)
    assert playground.biases[0].tolist() == [0.0]


# --- Another network's functions ---


def plain_forward(x, W, b):
    layers = []
    for weights, bias in zip(W, b, strict=True):
        x = np.tanh(x @ weights + bias)
        layers.append(x)
    return layers


def plain_backward(x, y, W, b):
    layers = [x, *plain_forward(x, W, b)]
    da = (layers[-1] - y) / len(x)
    dW, db = [], []
    for i in reversed(range(len(W))):
        dz = da * (1 - layers[i + 1] ** 2)
        dW.insert(0, layers[i].T @ dz)
        db.insert(0, dz.sum(axis=0))
        da = dz @ W[i].T
    return dW, db


def test_borrowed_functions_train_the_same_network():
    config = Config(dataset="xor", batch_size=7, regularization="L1", regularization_rate=0.01)
    ours = Playground(config)
    theirs = Playground(config, functions=NetworkFunctions(plain_forward, plain_backward))
    ours.step(5)
    theirs.step(5)
    for W, W_theirs in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(W, W_theirs, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours.maps(10)[0], theirs.maps(10)[0], atol=1e-12)
    assert theirs.measures["test_loss"] == pytest.approx(ours.measures["test_loss"], abs=1e-12)


def test_borrowed_functions_survive_a_new_network():
    playground = Playground(functions=NetworkFunctions(plain_forward, plain_backward))
    playground.set(hidden_layers=(3,))
    playground.step()
    expected = Playground(hidden_layers=(3,))
    expected.step()
    assert playground.measures["train_loss"] == pytest.approx(expected.measures["train_loss"])


@pytest.mark.parametrize(
    ("forward", "backward", "message"),
    [
        (lambda x, W, b: x, plain_backward, "forward: activations: expected a list of 3 arrays"),
        (
            lambda x, W, b: [a.T for a in plain_forward(x, W, b)],
            plain_backward,
            r"forward: activations of layer 1: expected shape \(500, 4\), got \(4, 500\)",
        ),
        (plain_forward, lambda x, y, W, b: None, r"backward: expected \(dW, db\), got NoneType"),
        (
            plain_forward,
            lambda x, y, W, b: (plain_backward(x, y, W, b)[0], b[:1]),
            "backward: db: expected a list of 3 arrays, got 1",
        ),
    ],
)
def test_borrowed_functions_that_return_the_wrong_thing(forward, backward, message):
    with pytest.raises(ValueError, match=message):
        Playground(functions=NetworkFunctions(forward, backward)).step()
