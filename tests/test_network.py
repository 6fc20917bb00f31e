import copy
import math
import pickle
import subprocess
import sys
import warnings

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tutor import activations, losses
from tutor.graph import Graph
from tutor.initialisations import INITIALISATIONS
from tutor.layers import activate, activate_backward, dense_backward, dense_forward
from tutor.losses import LOSSES
from tutor.network import Network

# A busy machine is no reason to fail.
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples = settings(relaxed, max_examples=60)

XOR_X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
XOR_Y = np.array([0.0, 1, 1, 0])

gradients_of = np.vectorize(lambda node: node.gradient, otypes=[float])


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def four_quadrants(n=60, seed=0):
    """Points labelled ±1 like a chessboard's four fields."""
    X = np.random.default_rng(seed).uniform(-5, 5, (n, 2))
    return X, np.sign(X[:, 0] * X[:, 1])


# Gradients ----------------------------------------------------------------------------------------

HIDDEN = [name for name in activations.ACTIVATIONS if name != "binary_step"]  # has no gradient
KINKED = {"relu", "leaky_relu", "prelu", "maxout"}


@st.composite
def problems(draw, replicas=None):
    """A random network with random data that fit it."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    hidden = [draw(st.sampled_from(HIDDEN)) for _ in sizes[1:-1]]
    loss = draw(st.sampled_from(list(LOSSES)))
    output = LOSSES[loss].pairs_with
    if loss == "squared":
        output = draw(st.sampled_from(HIDDEN))
    network = Network(
        sizes,
        hidden,
        output,
        loss,
        pieces=draw(st.integers(1, 3)),
        init="normal",
        seed=draw(st.integers(0, 1000)),
        replicas=replicas,
    )
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    network.parameters.flat[...] += rng.normal(0, 0.3, network.parameters.flat.shape)
    n = draw(st.integers(1, 5))
    X, y = rng.normal(size=(n, sizes[0])), rng.uniform(size=(n, sizes[-1]))
    if loss == "cross_entropy":
        y /= y.sum(axis=-1, keepdims=True)
    return network, X, y


def far_from_kinks(network, cache, distance=1e-4):
    """Say whether a small step can't move any neuron over a kink."""
    for layer, activation in enumerate(network.activations):
        Z = cache.Z[layer]
        if activation.name == "maxout" and network.pieces[layer] > 1:
            pieces = np.sort(Z.reshape(*Z.shape[:-1], -1, network.pieces[layer]), axis=-1)
            if np.diff(pieces, axis=-1).min() < distance:
                return False
        elif activation.name in KINKED and np.abs(Z).min() < distance:
            return False
    return True


def central_differences(f, x, h=1e-6):
    gradient = np.empty_like(x)
    for i in range(x.size):
        kept = x.flat[i]
        x.flat[i] = kept + h
        up = f()
        x.flat[i] = kept - h
        gradient.flat[i] = (up - f()) / (2 * h)
        x.flat[i] = kept
    return gradient


@pytest.mark.slow
@settings(relaxed, max_examples=150)
@given(problems(), st.sampled_from([0.0, 0.1]), st.sampled_from([0.0, 0.2]))
def test_backward_agrees_with_central_differences(problem, l1, l2):
    network, X, y = problem
    cache = network.forward(X)
    assume(far_from_kinks(network, cache))
    assume(l1 == 0 or np.abs(network.parameters.weights).min() > 1e-4)
    gradients = network.backward(cache, y, l1=l1, l2=l2)
    numerical = central_differences(
        lambda: network.loss(X, y, l1=l1, l2=l2), network.parameters.flat
    )
    np.testing.assert_allclose(gradients.flat, numerical, rtol=1e-5, atol=2e-7)


# The same mathematics as a textbook writes it, differentiated by somebody else.
TEXTBOOK = {
    "linear": lambda z, alpha: z,
    "sigmoid": lambda z, alpha: 1 / (1 + anp.exp(-z)),
    "tanh": lambda z, alpha: anp.tanh(z),
    "relu": lambda z, alpha: anp.where(z > 0, z, 0 * z),
    "leaky_relu": lambda z, alpha: anp.where(z > 0, z, 0.01 * z),
    "prelu": lambda z, alpha: anp.where(z > 0, z, alpha * z),
    "elu": lambda z, alpha: anp.where(z > 0, z, anp.exp(anp.where(z > 0, 0.0, z)) - 1),
    "softplus": lambda z, alpha: anp.log(1 + anp.exp(z)),
    "swish": lambda z, alpha: z / (1 + anp.exp(-z)),
    "softmax": lambda z, alpha: anp.exp(z) / anp.sum(anp.exp(z), axis=-1, keepdims=True),
}
TEXTBOOK_LOSSES = {
    "squared": lambda a, y: 0.5 * anp.sum((a - y) ** 2),
    "logistic": lambda a, y: -anp.sum(y * anp.log(a) + (1 - y) * anp.log(1 - a)),
    "cross_entropy": lambda a, y: -anp.sum(y * anp.log(a)),
}


@settings(relaxed, max_examples=100)
@given(problems())
def test_forward_loss_and_backward_agree_with_autograd(problem):
    network, X, y = problem
    cache = network.forward(X)
    # The textbook's 1 - a has hardly a digit left further out.
    assume(network.loss_function.name != "logistic" or np.abs(cache.Z[-1]).max() < 12)

    def loss(parameters):
        A = X
        for layer, (W, b, alpha) in enumerate(parameters):
            Z = anp.dot(A, W) + b
            if network.activations[layer].name == "maxout":
                k = network.pieces[layer]
                A = anp.max(anp.reshape(Z, (len(X), -1, k)), axis=-1)
            else:
                A = TEXTBOOK[network.activations[layer].name](Z, alpha)
        return TEXTBOOK_LOSSES[network.loss_function.name](A, y) / len(X)

    nothing = np.zeros(1)
    parameters = [
        (W.copy(), b.copy(), nothing if alpha is None else alpha.copy())
        for W, b, alpha in zip(network.W, network.b, network.alpha, strict=True)
    ]
    expected_loss = loss(parameters)
    assume(np.isfinite(expected_loss) and expected_loss < 1e3)
    assert network.loss(X, y) == pytest.approx(expected_loss, rel=1e-9, abs=1e-12)
    gradients = network.backward(cache, y)
    for layer, (dW, db, dalpha) in enumerate(autograd.grad(loss)(parameters)):
        np.testing.assert_allclose(gradients.W[layer], dW, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(gradients.b[layer], db, rtol=1e-7, atol=1e-9)
        if gradients.alpha[layer] is not None:
            np.testing.assert_allclose(gradients.alpha[layer], dalpha, rtol=1e-7, atol=1e-9)


def test_matrix_gradients_of_a_softmax_network_by_hand():
    network = Network([3, 5, 2], "tanh", "softmax", seed=1)
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(7, 3)), np.eye(2)[rng.integers(0, 2, 7)]
    a1 = np.tanh(X @ network.W[0] + network.b[0])
    scores = np.exp(a1 @ network.W[1] + network.b[1])
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    delta2 = (probabilities - y) / 7
    delta1 = delta2 @ network.W[1].T * (1 - a1**2)

    cache = network.forward(X)
    gradients = network.backward(cache, y)
    np.testing.assert_allclose(cache.output, probabilities, rtol=1e-12)
    np.testing.assert_allclose(cache.dZ[1], delta2, rtol=1e-11)
    np.testing.assert_allclose(cache.dZ[0], delta1, rtol=1e-11)
    np.testing.assert_allclose(gradients.W[1], a1.T @ delta2, rtol=1e-11)
    np.testing.assert_allclose(gradients.b[1], delta2.sum(axis=0), rtol=1e-10, atol=1e-17)
    np.testing.assert_allclose(gradients.W[0], X.T @ delta1, rtol=1e-11)
    np.testing.assert_allclose(gradients.b[0], delta1.sum(axis=0), rtol=1e-10, atol=1e-17)


@pytest.mark.parametrize("hidden", ["tanh", "relu", "softplus", "elu"])
def test_backward_agrees_with_the_computational_graph(hidden):
    network = Network([2, 3, 2], hidden, "sigmoid", seed=3)
    X, y = np.random.default_rng(0).normal(size=(3, 2)), np.array([[0, 1], [1, 1], [1.0, 0]])
    graph = Graph()
    W1, b1, W2, b2 = (
        graph.variables(name, values)
        for name, values in zip(
            ("W1", "b1", "W2", "b2"),
            (network.W[0], network.b[0], network.W[1], network.b[1]),
            strict=True,
        )
    )
    activate_nodes = np.vectorize(lambda node, name: node.activate(name), otypes=[object])
    a1 = activate_nodes(X @ W1 + b1, hidden)
    a2 = activate_nodes(a1 @ W2 + b2, "sigmoid")
    loss = -(y * np.log(a2) + (1 - y) * np.log(1 - a2)).sum() * (1 / 3)
    graph.backward(loss)
    gradients = network.backward(network.forward(X), y)
    assert network.loss(X, y) == pytest.approx(loss.value, rel=1e-12)
    np.testing.assert_allclose(gradients.W[0], gradients_of(W1), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(gradients.b[0], gradients_of(b1), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(gradients.W[1], gradients_of(W2), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(gradients.b[1], gradients_of(b2), rtol=1e-9, atol=1e-15)


def test_softmax_with_a_temperature():
    warm = activations.get("softmax").with_parameters(temperature=2.0)
    network = Network([2, 3], output=warm, seed=1)
    assert network.loss_function.name == "cross_entropy"
    X, y = np.random.default_rng(0).normal(size=(4, 2)), [0, 1, 2, 1]
    gradients = network.backward(network.forward(X), y)
    numerical = central_differences(lambda: network.loss(X, y), network.parameters.flat)
    np.testing.assert_allclose(gradients.flat, numerical, rtol=1e-6, atol=1e-9)


def test_a_loss_from_z_is_exact_where_the_output_rounds_to_0_or_1():
    network = Network([1, 1], output="sigmoid")
    network.W[0] = [[1.0]]
    assert network.loss([[800.0]], [0.0]) == 800
    assert network.loss([[-800.0]], [1.0]) == 800
    assert network.loss([[800.0]], [1.0]) == 0
    classes = Network([2, 2], output="softmax")
    classes.W[0] = np.eye(2)
    assert classes.loss([[800.0, 0.0]], [1]) == 800
    assert classes.loss([[800.0, 0.0]], [0]) == 0
    gradients = network.backward(network.forward([[800.0]]), [0.0])
    assert gradients.W[0] == 800


def test_minus_of_the_logistic_loss_covers_both_terms():
    value = LOSSES["logistic"].value(np.array([[0.8]]), np.array([[0.0]]))
    assert value == pytest.approx(-math.log(0.2))
    value = LOSSES["logistic"].value(np.array([[0.8]]), np.array([[1.0]]))
    assert value == pytest.approx(-math.log(0.8))


@examples
@given(st.sampled_from(list(LOSSES)), st.integers(0, 999))
def test_gradients_of_losses(name, seed):
    rng = np.random.default_rng(seed)
    a, y = rng.uniform(0.05, 0.95, (2, 3, 2))
    loss = LOSSES[name]
    numerical = central_differences(lambda: loss.value(a, y).sum(), a)
    np.testing.assert_allclose(loss.gradient(a, y), numerical, rtol=1e-6, atol=1e-8)


def test_losses_at_their_ends():
    for name in ("logistic", "cross_entropy"):
        loss = LOSSES[name]
        certain = np.array([[1.0, 0.0]])
        assert loss.value(certain, certain) == 0
        assert loss.value(certain, certain[:, ::-1]) == math.inf
        assert np.isfinite(loss.gradient(certain, certain)).all()


# Layers as functions ------------------------------------------------------------------------------


def test_dense_layer_in_new_arrays_and_in_given_ones():
    rng = np.random.default_rng(0)
    X, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    dZ = rng.normal(size=(5, 2))
    assert np.allclose(dense_forward(X, W, b), X @ W + b)
    dX, dW, db = dense_backward(dZ, X, W)
    assert np.allclose(dX, dZ @ W.T)
    assert np.allclose(dW, X.T @ dZ)
    assert np.allclose(db, dZ.sum(axis=0))
    room = np.empty((5, 3)), np.empty((3, 2)), np.empty(2)
    for made, given_array in zip(dense_backward(dZ, X, W, *room), room, strict=True):
        assert made is given_array
    assert dense_backward(dZ, X, W, input_gradient=False)[0] is None
    Z = np.empty((5, 2))
    assert dense_forward(X, W, b, out=Z) is Z


@examples
@given(st.sampled_from(HIDDEN), st.integers(0, 999), st.sampled_from([(), (4,)]))
def test_activations_in_place_are_those_of_the_table(name, seed, lead):
    activation = activations.get(name)
    rng = np.random.default_rng(seed)
    shape = (*lead, 5, 3, 2) if name == "maxout" else (*lead, 5, 3)
    Z, dA = rng.normal(0, 3, shape), rng.normal(size=(*lead, 5, 3))
    alpha = rng.uniform(0, 1, (*lead, 3)) if name == "prelu" else None
    extra = {"alpha": alpha[..., None, :]} if name == "prelu" else {}
    A = activate(activation, Z, alpha)
    np.testing.assert_allclose(A, activation.function(Z, **extra), rtol=1e-13, atol=1e-16)
    dZ = activate_backward(activation, dA, Z, A, alpha)
    np.testing.assert_allclose(dZ, activation.backward(dA, Z, **extra), rtol=1e-12, atol=1e-15)
    room_A, room_Z = np.empty_like(A), np.empty_like(Z)
    assert activate(activation, Z, alpha, out=room_A) is room_A
    assert activate_backward(activation, dA, Z, A, alpha, out=room_Z) is room_Z
    assert (room_A == A).all()
    assert (room_Z == dZ).all()


# Training -----------------------------------------------------------------------------------------


def slow_training(W, b, X, y, epochs, batch_size, lr, l1, l2):
    """A tanh network with one output and squared loss, number by number, and its losses."""
    W, b = [w.tolist() for w in W], [v.tolist() for v in b]

    def outputs(x):
        layers = [list(x)]
        for weights, biases in zip(W, b, strict=True):
            layers.append(
                [
                    math.tanh(sum(layers[-1][i] * weights[i][j] for i in range(len(weights))) + c)
                    for j, c in enumerate(biases)
                ]
            )
        return layers

    def mean_loss():
        return sum(0.5 * (outputs(x)[-1][0] - t) ** 2 for x, t in zip(X, y, strict=True)) / len(X)

    losses = [mean_loss()]
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            rows = range(start, min(start + batch_size, len(X)))
            dW = [[[0.0] * len(row) for row in weights] for weights in W]
            db = [[0.0] * len(biases) for biases in b]
            for n in rows:
                layers = outputs(X[n])
                delta = [layers[-1][0] - y[n]]
                for layer in reversed(range(len(W))):
                    delta = [d * (1 - a * a) for d, a in zip(delta, layers[layer + 1], strict=True)]
                    for j, d in enumerate(delta):
                        db[layer][j] += d / len(rows)
                        for i, a in enumerate(layers[layer]):
                            dW[layer][i][j] += a * d / len(rows)
                    delta = [
                        sum(d * w for d, w in zip(delta, row, strict=True)) for row in W[layer]
                    ]
            for layer in range(len(W)):
                for j in range(len(b[layer])):
                    b[layer][j] -= lr * db[layer][j]
                    for i in range(len(W[layer])):
                        w = W[layer][i][j]
                        penalty = l2 * w + l1 * ((w > 0) - (w < 0))
                        W[layer][i][j] = w - lr * (dW[layer][i][j] + penalty)
        losses.append(mean_loss())
    return W, b, losses


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.003, 0.0), (0.0, 0.01), (0.001, 0.02)])
def test_training_agrees_with_a_slow_transcription(l1, l2):
    X, y = four_quadrants(23)
    network = Network([2, 4, 2, 1], output="tanh", init="playground", seed=5)
    start = [w.copy() for w in network.W], [v.copy() for v in network.b]
    history = network.train(X, y, epochs=5, batch_size=10, lr=0.1, l1=l1, l2=l2, shuffle=False)
    W, b, losses = slow_training(*start, X.tolist(), y.tolist(), 5, 10, 0.1, l1, l2)
    np.testing.assert_allclose(history.loss, losses, rtol=0, atol=1e-13)
    for layer in range(3):
        np.testing.assert_allclose(network.W[layer], W[layer], rtol=0, atol=1e-13)
        np.testing.assert_allclose(network.b[layer], b[layer], rtol=0, atol=1e-13)


def test_training_is_forward_backward_step():
    X, y = four_quadrants(40)
    trained = Network([2, 3, 1], "sigmoid", "tanh", seed=3)
    by_hand = Network([2, 3, 1], "sigmoid", "tanh", seed=3)
    trained.train(X, y, epochs=2, batch_size=8, lr=0.2, l2=0.01, shuffle=False)
    for _ in range(2):
        for start in range(0, 40, 8):
            batch = slice(start, start + 8)
            gradients = by_hand.backward(by_hand.forward(X[batch]), y[batch], l2=0.01)
            by_hand.sgd_step(gradients, lr=0.2)
    assert (trained.parameters.flat == by_hand.parameters.flat).all()


def test_shuffling_uses_every_sample_once_an_epoch():
    X, y = np.arange(10.0)[:, None], np.zeros(10)
    network = Network([1, 1], init="zeros", seed=0)
    seen = []

    def spy(cache, X, forward=network._forward):
        if len(X) == 4 or len(X) == 2:
            seen.extend(X[:, 0].tolist())
        forward(cache, X)

    network._forward = spy
    network.train(X, y, epochs=2, batch_size=4, lr=0.01)
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert seen[:10] != seen[10:]
    assert X[:, 0].tolist() == list(range(10))


def test_one_neuron_learns_a_line_and_a_hidden_layer_learns_xor():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    history = Network([2, 1]).train(X, X @ [2.0, -1.0] + 0.5, epochs=50, lr=0.1)
    assert history.loss[-1] < 1e-20
    xor = Network([2, 4, 1], "tanh", "sigmoid", init="normal", seed=1)
    history = xor.train(XOR_X, XOR_Y, epochs=500, batch_size=4, lr=1.0)
    assert history.accuracy[-1] == 1
    assert history.loss[-1] < 0.05
    assert (xor(XOR_X)[:, 0].round() == XOR_Y).all()


@pytest.mark.slow
@pytest.mark.parametrize("hidden", HIDDEN)
def test_each_activation_learns(hidden):
    X, y = four_quadrants(100)
    network = Network([2, 8, 1], hidden, "tanh", init="he", seed=1)
    history = network.train(X / 5, y, epochs=200, lr=0.3)
    if hidden == "linear":  # a layer more, and still one straight line
        assert history.loss[-1] > 0.8 * history.loss[0]
    else:
        assert history.loss[-1] < 0.2 * history.loss[0]


def test_class_numbers_and_one_hot_rows_are_the_same_targets():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    labels = X.argmax(axis=1) + (X.sum(axis=1) > 1)
    one = Network([2, 8, 3], "relu", "softmax", seed=0)
    two = Network([2, 8, 3], "relu", "softmax", seed=0)
    history = one.train(X, labels, epochs=60, lr=0.2)
    assert (history.loss == two.train(X, np.eye(3)[labels], epochs=60, lr=0.2).loss).all()
    assert history.accuracy[-1] > 0.9
    assert one.accuracy(X, labels) == history.accuracy[-1]
    np.testing.assert_allclose(one(X).sum(axis=1), 1)


def test_dropout_leaves_out_the_right_share_and_keeps_the_mean():
    network = Network([2, 50, 1], seed=0)
    cache = network.forward(np.ones((400, 2)))
    network._draw_masks(cache, 0.25)
    mask, last = cache.masks
    assert last is None  # outputs are never left out
    assert set(np.unique(mask)) == {0, 1 / 0.75}
    assert (mask == 0).mean() == pytest.approx(0.25, abs=0.01)
    assert mask.mean() == pytest.approx(1, abs=0.01)


def test_gradients_with_dropout():
    network = Network([2, 6, 5, 1], ["tanh", "sigmoid"], "tanh", seed=0)
    X, y = four_quadrants(7)
    cache = network.forward(X)
    network._draw_masks(cache, 0.4)
    network._forward(cache, X)
    gradients = network.backward(cache, y)

    def loss():
        network._forward(cache, X)
        return 0.5 * ((cache.output[:, 0] - y) ** 2).mean()

    numerical = central_differences(loss, network.parameters.flat)
    np.testing.assert_allclose(gradients.flat, numerical, rtol=1e-5, atol=1e-9)


def test_input_noise_has_its_deviation_and_changes_training_only():
    network = Network([2, 3, 1], seed=0)
    noise = network._add_noise(np.zeros((4000, 2)), 0.3)
    assert noise.std() == pytest.approx(0.3, rel=0.03)
    assert abs(noise.mean()) < 0.02
    X, y = four_quadrants()
    before = X.copy()
    plain = Network([2, 3, 1], seed=0).train(X, y, epochs=3, lr=0.01)
    noisy = Network([2, 3, 1], seed=0).train(X, y, epochs=3, lr=0.01, input_noise=0.5)
    np.testing.assert_array_equal(X, before)
    assert plain.loss[0] == noisy.loss[0]
    assert plain.loss[-1] != noisy.loss[-1]


def test_l1_makes_weights_smaller_than_l2_leaves_them():
    X, y = four_quadrants()
    weights = {}
    for name, penalties in {"none": {}, "l1": {"l1": 0.03}, "l2": {"l2": 0.03}}.items():
        network = Network([2, 8, 1], "tanh", "tanh", seed=0)
        network.train(X, y, epochs=200, lr=0.05, **penalties)
        weights[name] = np.abs(network.parameters.weights)
    assert weights["l1"].sum() < weights["none"].sum()
    assert weights["l2"].sum() < weights["none"].sum()
    assert (weights["l1"] < 0.01).sum() > (weights["l2"] < 0.01).sum()


def test_history():
    X, y = four_quadrants(100)
    X_test, y_test = four_quadrants(50, seed=9)
    network = Network([2, 8, 1], "tanh", "tanh", seed=0)
    before = network.loss(X, y)
    history = network.train(X, y, epochs=40, lr=0.1, test=(X_test, y_test))
    assert len(history) == 40
    assert history.loss.shape == history.test_loss.shape == history.accuracy.shape == (41,)
    assert history.loss[0] == before
    assert history.loss[-1] == network.loss(X, y)
    assert history.test_loss[-1] == network.loss(X_test, y_test)
    assert history.test_accuracy[-1] == network.accuracy(X_test, y_test)
    assert Network([2, 1]).train(X, y, epochs=1, lr=0.001).accuracy is None
    assert Network([2, 1]).train(X, y, epochs=1, lr=0.001).test_loss is None


def test_a_network_that_diverges_says_so_without_warnings():
    X, y = four_quadrants()
    network = Network([2, 8, 1], "relu", "linear", replicas=2, seed=0)
    history = network.train(X, y, epochs=30, lr=[1e3, 1e-3])
    assert np.isfinite(history.loss[-1]).tolist() == [False, True]
    single = Network([2, 8, 8, 1], "relu", "sigmoid", init="normal")
    history = single.train(X, y > 0, epochs=30, lr=1e200)
    assert not np.isfinite(history.loss[-1])
    assert np.isnan(single.parameters.flat).any()
    assert 0 <= history.accuracy[-1] <= 1


def test_training_continues_where_it_stopped():
    X, y = four_quadrants()
    once = Network([2, 4, 1], seed=2)
    twice = Network([2, 4, 1], seed=2)
    whole = once.train(X, y, epochs=6, lr=0.01)
    first, second = (twice.train(X, y, epochs=3, lr=0.01) for _ in range(2))
    assert whole.loss.tolist() == [*first.loss, *second.loss[1:]]


def test_seed_of_training():
    X, y = four_quadrants()
    networks = [Network([2, 4, 1], seed=2) for _ in range(3)]
    losses = [
        network.train(X, y, epochs=2, lr=0.01, seed=seed).loss[-1]
        for network, seed in zip(networks, (7, 7, 8), strict=True)
    ]
    assert losses[0] == losses[1] != losses[2]


# Replicas -----------------------------------------------------------------------------------------

EVERYTHING = [
    {},
    {"l1": 0.01, "l2": 0.001},
    {"dropout": 0.3, "input_noise": 0.2},
    {"shuffle": False, "batch_size": 7},
    {"seed": 11},
]


@pytest.mark.parametrize("settings_of_training", EVERYTHING)
@pytest.mark.parametrize("hidden", ["tanh", ["relu", "maxout"], ["prelu", "sigmoid"]])
@pytest.mark.parametrize("init", ["glorot", "playground"])
def test_replicas_are_exactly_single_runs(settings_of_training, hidden, init):
    X, y = four_quadrants(34)
    test = four_quadrants(20, seed=4)
    architecture = {"hidden": hidden, "output": "tanh", "init": init}
    stack = Network([2, 4, 3, 1], **architecture, seed=20, replicas=3)
    together = stack.train(X, y, epochs=4, lr=0.05, test=test, **settings_of_training)
    for r in range(3):
        single = Network([2, 4, 3, 1], **architecture, seed=20 + r)
        own = dict(settings_of_training)
        if "seed" in own:
            own["seed"] += r
        alone = single.train(X, y, epochs=4, lr=0.05, test=test, **own)
        assert (together.loss[:, r] == alone.loss).all()
        assert (together.test_loss[:, r] == alone.test_loss).all()
        assert (together.accuracy[:, r] == alone.accuracy).all()
        assert (stack.parameters.flat[r] == single.parameters.flat).all()
        assert (stack.replica(r)(X) == stack(X)[r]).all()
        assert (stack.replica(r).parameters.flat == single.parameters.flat).all()


def test_replicas_with_their_own_data_rates_and_seeds():
    data = [four_quadrants(30, seed=seed) for seed in range(3)]
    X, y = np.stack([X for X, _ in data]), np.stack([y for _, y in data])
    rates = {"lr": [0.01, 0.1, 0.3], "l1": [0.0, 0.01, 0.0], "l2": [0.1, 0.0, 0.0]}
    stack = Network([2, 4, 1], output="tanh", seed=[5, 1, 9], replicas=3)
    together = stack.train(X, y, epochs=3, **rates)
    for r, seed in enumerate([5, 1, 9]):
        single = Network([2, 4, 1], output="tanh", seed=seed)
        alone = single.train(*data[r], epochs=3, **{name: v[r] for name, v in rates.items()})
        assert (together.loss[:, r] == alone.loss).all()


@settings(relaxed, max_examples=40)
@given(problems(replicas=3))
def test_gradients_of_replicas_are_those_of_single_networks(problem):
    stack, X, y = problem
    gradients = stack.backward(stack.forward(X), y)
    for r in range(3):
        single = stack.replica(r)
        expected = single.backward(single.forward(X), y).flat
        assert (gradients.flat[r] == expected).all()


def test_class_numbers_for_each_replica():
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(2, 9, 4)), rng.integers(0, 3, (2, 9))
    stack = Network([4, 3], output="softmax", replicas=2)
    losses = stack.loss(X, labels)
    for r in range(2):
        assert losses[r] == stack.replica(r).loss(X[r], labels[r])
        assert stack.accuracy(X, labels)[r] == stack.replica(r).accuracy(X[r], labels[r])


def test_rows_of_targets_that_look_like_class_numbers_of_replicas():
    stack = Network([1, 3], output="softmax", replicas=3, seed=0)
    X, y = np.ones((3, 1)), np.eye(3)
    assert (stack.loss(X, y) == stack.loss(X, np.stack([y, y, y]))).all()


# Parameters ---------------------------------------------------------------------------------------


def test_one_array_and_its_views():
    network = Network([2, 3, 1], "prelu", seed=0)
    assert network.parameters.flat.shape == (2 * 3 + 3 * 1 + 3 + 1 + 3,)
    network.parameters.flat[...] = np.arange(16)
    assert network.W[0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert network.W[1].tolist() == [[6], [7], [8]]
    assert network.b[0].tolist() == [9, 10, 11]
    assert network.b[1].tolist() == [12]
    assert network.alpha[0].tolist() == [13, 14, 15]
    assert network.alpha[1] is None
    assert network.parameters.weights.tolist() == list(range(9))
    network.W[0] = [[1, 1, 1], [2, 2, 2]]
    assert network.parameters.flat[:6].tolist() == [1, 1, 1, 2, 2, 2]
    network.b[1] -= 2
    assert network.parameters.flat[12] == 10
    with pytest.raises(ValueError, match=r"shape \(2, 3\), not \(3, 2\)"):
        network.W[0] = np.ones((3, 2))
    with pytest.raises(TypeError, match="one layer at a time"):
        network.W[:] = [1, 2]


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))]
)
def test_a_copy_trains_like_the_original_and_apart_from_it(duplicate):
    X, y = four_quadrants()
    network = Network([2, 3, 1], "prelu", "softplus", seed=0, replicas=2)
    network.train(X, y, epochs=1)
    copied, before = duplicate(network), network.parameters.flat.copy()
    assert (copied.parameters.flat == before).all()
    losses = copied.train(X, y, epochs=2).loss
    assert (network.parameters.flat == before).all()
    assert (network.train(X, y, epochs=2).loss == losses).all()
    copied.W[0][...] = 7
    assert (copied.parameters.flat[:, :6] == 7).all()
    assert not (network.W[0] == 7).any()


def test_columns_of_a_maxout_layer():
    network = Network([1, 2, 1], "maxout", pieces=2)
    network.W[0] = [[1, -1, 5, 0]]
    network.b[0] = [0, 0, 0, 2]
    assert network.forward([[-3.0]]).A[0].tolist() == [[3, 2]]  # |x| and max(5x, 2)


@pytest.mark.parametrize(
    ("name", "deviation"),
    [
        ("glorot", math.sqrt(2 / (300 + 200))),
        ("xavier", math.sqrt(2 / (300 + 200))),
        ("he", math.sqrt(2 / 300)),
        ("playground", math.sqrt(1 / 12)),
        ("small_normal", 0.01),
        ("normal", 1.0),
        ("zeros", 0.0),
    ],
)
def test_initialisations(name, deviation):
    network = Network([300, 200, 1], init=name, seed=1)
    W = network.W[0]
    assert W.std() == pytest.approx(deviation, rel=0.02)
    assert abs(W.mean()) < 0.02 * max(deviation, 1e-9)
    assert (network.b[0] == (0.1 if name == "playground" else 0)).all()
    if name == "playground":
        assert 0.49 < np.abs(W).max() <= 0.5
    assert network.init(name, seed=1) is network
    assert (network.W[0] == W).all()
    assert set(INITIALISATIONS) == {
        *("glorot", "he", "playground", "small_normal", "normal", "zeros"),
    }


def test_prelu_slopes_start_at_their_default_and_are_learned():
    X, y = four_quadrants()
    slow = activations.get("prelu").with_parameters(alpha=0.1)
    for activation, start in (("prelu", 0.25), (slow, 0.1)):
        network = Network([2, 4, 1], activation, seed=0)
        assert (network.alpha[0] == start).all()
        network.train(X, y, epochs=2, lr=0.01)
        assert (network.alpha[0] != start).all()


def test_leaky_slope_can_be_chosen():
    steep = activations.get("leaky_relu").with_parameters(slope=0.1)
    network = Network([1, 1], output=steep)
    network.W[0] = [[1.0]]
    assert network([[-1.0], [2.0]]).tolist() == [[-0.1], [2]]
    gradients = network.backward(network.forward([[-1.0]]), [0.0])
    assert gradients.W[0] == pytest.approx(0.01)


def test_repr():
    network = Network([2, 4, 1], "relu", "sigmoid", replicas=5)
    assert repr(network) == ("<Network 2 → 4 ReLU → 1 Sigmoid; logistic loss, 5 replicas>")


# What is refused ----------------------------------------------------------------------------------

NET = Network([2, 3, 1])
SOFT = Network([2, 3], output="softmax")
STACK = Network([2, 1], replicas=3)
X3 = np.ones((3, 2))
NAN = np.array([[1.0, 2], [3, math.nan]])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: Network([2]), ValueError, "at least one layer"),
        (lambda: Network(5), TypeError, r"a list like \[2, 4, 1\]"),
        (lambda: Network("241"), TypeError, r"a list like \[2, 4, 1\]"),
        (lambda: Network([2, 0]), ValueError, "each size must be at least 1, not 0"),
        (lambda: Network([2, 1.5]), TypeError, "each size must be a whole number, not 1.5"),
        (lambda: Network([2, 3, 1], "tanhh"), ValueError, "Do you mean tanh?"),
        (lambda: Network([2, 3, 1], ["tanh", "relu"]), ValueError, "1 activations, one a layer"),
        (lambda: Network([2, 3, 1], 3), TypeError, "an activation or a list"),
        (lambda: Network([2, 1], output="logits"), ValueError, "unknown activation 'logits'"),
        (lambda: Network([2, 1], loss="mse"), ValueError, "one of squared, logistic"),
        (lambda: Network([2, 1], loss=3), TypeError, "a name or a Loss"),
        (lambda: Network([2, 1], "tanh", "tanh", "logistic"), ValueError, "output='sigmoid'"),
        (lambda: Network([2, 1], loss="cross_entropy"), ValueError, "output='softmax'"),
        (lambda: Network([2, 1], init="random"), ValueError, "one of glorot, he, playground"),
        (lambda: Network([2, 1], init=0), TypeError, "a name or an Initialisation"),
        (lambda: Network([2, 1], replicas=0), ValueError, "replicas must be at least 1"),
        (lambda: Network([2, 3, 1], "maxout", pieces=0), ValueError, "pieces must be at least 1"),
        (lambda: Network([2, 1], seed=-1), ValueError, "whole numbers from 0"),
        (lambda: Network([2, 1], seed=None), TypeError, "a whole number, or a list"),
        (lambda: Network([2, 1], seed="a"), TypeError, "a whole number, or a list"),
        (lambda: Network([2, 1], seed=[1, 2], replicas=3), ValueError, "one number or 3 of them"),
        (lambda: NET.forward([1, 2]), ValueError, r"\(N, 2\), a sample a row, not \(2,\)"),
        (lambda: NET.forward(np.ones((4, 3))), ValueError, r"\(N, 2\), a sample a row"),
        (lambda: NET.forward(np.ones((5, 4, 2))), ValueError, r"\(N, 2\), a sample a row"),
        (lambda: NET.forward(np.ones((0, 2))), ValueError, "at least one sample"),
        (lambda: NET.forward(NAN), ValueError, r"X must hold finite .* nan at index \(1, 1\)"),
        (lambda: NET.forward([["a", "b"]]), TypeError, "X must hold real numbers"),
        (lambda: NET.forward([[1, 2], [3]]), ValueError, "X must be .* not a ragged list"),
        (lambda: STACK.forward(np.ones((2, 4, 2))), ValueError, r"\(N, 2\) or \(3, N, 2\)"),
        (lambda: NET.backward(NET.forward(X3), [1, 2]), ValueError, r"\(3, 1\) or \(3,\), not"),
        (lambda: NET.loss(X3, [1, 2, math.inf]), ValueError, r"there is inf at index \(2,\)"),
        (lambda: SOFT.loss(X3, [0, 1]), ValueError, r"\(3, 3\), or class numbers \(3,\), not"),
        (lambda: SOFT.loss(X3, [0, 1, 3]), ValueError, "whole numbers from 0 to 2"),
        (lambda: SOFT.loss(X3, [0, 1, 0.5]), ValueError, "whole numbers from 0 to 2"),
        (lambda: SOFT.loss(X3, np.ones((3, 3))), ValueError, "rows sum to 1"),
        (lambda: SOFT.loss(X3, -np.eye(3)), ValueError, "from 0 to 1, not -1 to"),
        (lambda: STACK.loss(X3, np.ones((2, 3))), ValueError, "or 3 of them stacked, not"),
        (
            lambda: Network([2, 1], output="sigmoid").loss(X3, [-1, 1, 1]),
            ValueError,
            "Logistic loss needs targets from 0 to 1, not -1 to 1",
        ),
        (lambda: NET.accuracy(X3, [1, 2, 3]), ValueError, "makes no decisions"),
        (lambda: NET.replica(0), ValueError, "a single network"),
        (lambda: NET.train(X3, [1, 2, 3], lr=-1), ValueError, "lr must not be negative"),
        (lambda: NET.train(X3, [1, 2, 3], lr=math.nan), ValueError, "lr must hold finite"),
        (lambda: NET.train(X3, [1, 2, 3], lr=[1, 2]), ValueError, "lr must be a number, not"),
        (lambda: STACK.train(X3, [1, 2, 3], l1=[1, 2]), ValueError, "each of 3 replicas"),
        (lambda: NET.train(X3, [1, 2, 3], dropout=1), ValueError, "from 0 to below 1"),
        (lambda: NET.train(X3, [1, 2, 3], input_noise=-1), ValueError, "not negative"),
        (lambda: NET.train(X3, [1, 2, 3], epochs=0), ValueError, "epochs must be at least 1"),
        (lambda: NET.train(X3, [1, 2, 3], batch_size=2.0), TypeError, "a whole number, not 2.0"),
        (lambda: NET.train(X3, [1, 2, 3], test=(X3, [1])), ValueError, r"y must have the shape"),
        (lambda: losses.get("mae"), ValueError, "unknown loss 'mae'"),
    ],
)
def test_errors_say_what_was_expected(call, error, words):
    before = NET.parameters.flat.copy()
    with pytest.raises(error, match=words):
        call()
    assert (NET.parameters.flat == before).all()


def test_inputs_are_never_changed():
    X, y = four_quadrants(20)
    kept = X.copy(), y.copy()
    network = Network([2, 3, 1], "tanh", "linear", seed=0)
    network.train(X, y, epochs=2, lr=0.01, dropout=0.2, input_noise=0.1)
    cache = network.forward(X)
    gradients = network.backward(cache, y)
    before = gradients.flat.copy()
    network.sgd_step(gradients, 0.1)
    assert (gradients.flat == before).all()
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(y, kept[1])


def test_import_loads_nothing_heavy():
    code = (
        "import sys, numpy; before = set(sys.modules); import tutor.network;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "tutor" in loaded
    assert not {"matplotlib", "IPython", "ipywidgets", "anywidget", "traitlets"} & set(loaded)


@pytest.mark.parametrize("replicas", [None, 3])
def test_a_batch_of_all_samples_is_the_three_calls_of_a_step(replicas):
    """The way forward is shared with the measurement; the numbers don't know it."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), rng.integers(0, 2, size=30)
    one, other = (
        Network([2, 5, 1], "tanh", "sigmoid", seed=1, replicas=replicas) for _ in range(2)
    )
    history = one.train(X, y, epochs=20, batch_size=30, lr=0.5, l2=0.01, test=(X[:9], y[:9]))
    losses = [other.loss(X, y)]
    for _ in range(20):
        other.sgd_step(other.backward(other.forward(X), y, l2=0.01), lr=0.5)
        losses.append(other.loss(X, y))
    np.testing.assert_allclose(one.parameters.flat, other.parameters.flat, rtol=1e-10)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-10)
    np.testing.assert_allclose(history.test_loss[-1], other.loss(X[:9], y[:9]), rtol=1e-10)
