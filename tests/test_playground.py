"""The Playground's controls, links, read-outs, maps, and experiments over many seeds."""

import csv
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playground_state import state_of

from tutor import playground as pg
from tutor.playground import (
    Config,
    Playground,
    Target,
    arrivals,
    experiment,
    from_hash,
    session,
    to_hash,
)
from tutor.playground import history as history_module
from tutor.playground.replicas import Replicas

DEFAULT_LINK = (
    "#activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.03"
    "&regularizationRate=0&noise=0&networkShape=4,2&seed=0.59704&showTestData=false"
    "&discretize=false&percTrainData=50&x=true&y=true&xTimesY=false&xSquared=false&ySquared=false"
    "&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=classification"
    "&initZero=false&hideText=false"
)

configs = st.builds(
    Config,
    problem=st.sampled_from(pg.PROBLEMS),
    dataset=st.sampled_from(["circle", "xor", "gauss", "spiral"]),
    reg_dataset=st.sampled_from(["plane", "multi-gauss"]),
    noise=st.sampled_from(pg.NOISES),
    train_percent=st.sampled_from(pg.TRAIN_PERCENTS),
    batch_size=st.sampled_from(pg.BATCH_SIZES),
    features=st.sets(st.sampled_from(list(pg.FEATURES))).map(tuple),
    hidden_layers=st.lists(st.integers(1, 8), max_size=6).map(tuple),
    activation=st.sampled_from(pg.ACTIVATIONS),
    learning_rate=st.sampled_from(pg.LEARNING_RATES),
    regularization=st.sampled_from(pg.REGULARIZATIONS),
    regularization_rate=st.sampled_from(pg.REGULARIZATION_RATES),
    seed=st.text("abcXYZ0123456789.-_", min_size=1, max_size=12),
    init_zero=st.booleans(),
    show_test_data=st.booleans(),
    discretize=st.booleans(),
    hide_text=st.booleans(),
    hidden_controls=st.sets(st.sampled_from(["playButton", "noise", "numHiddenLayers"])).map(tuple),
)


# --- Configuration ---


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dataset": "moon"}, "dataset: expected one of circle, xor, gauss, spiral, got 'moon'"),
        ({"reg_dataset": "circle"}, "reg_dataset: expected one of plane, multi-gauss"),
        ({"batch_size": 31}, "batch_size: expected a whole number from 1 to 30, got 31"),
        ({"batch_size": 0}, "batch_size: expected a whole number from 1 to 30, got 0"),
        ({"batch_size": 2.5}, "batch_size: expected a whole number"),
        ({"batch_size": True}, "batch_size: expected a whole number"),
        ({"learning_rate": 0.02}, "learning_rate: expected one of 1e-05, .* got 0.02"),
        ({"learning_rate": math.nan}, "learning_rate: expected one of .* got nan"),
        ({"noise": 51}, "noise: expected one of 0, 5, "),
        ({"train_percent": 100}, "train_percent: expected one of 10, 20"),
        ({"activation": "maxout"}, "activation: expected one of relu, .* got 'maxout'"),
        ({"regularization": None}, "regularization: expected one of none, L1, L2, got None"),
        ({"hidden_layers": (9,)}, r"hidden_layers\[0\]: expected a whole number from 1 to 8"),
        ({"hidden_layers": (4, 0)}, r"hidden_layers\[1\]: expected a whole number from 1 to 8"),
        ({"hidden_layers": (1,) * 7}, "hidden_layers: expected 0 to 6 layers, got 7"),
        ({"hidden_layers": 4}, "hidden_layers: expected a tuple, got 4"),
        ({"features": ("x3",)}, "features: expected one of x1, x2, .* got 'x3'"),
        ({"features": "x1"}, "features: expected a tuple, got 'x1'"),
        ({"layer_activations": ("tanh",)}, "one for each of the 2 hidden layers, got 1"),
        ({"layer_activations": ("tanh", "x")}, r"layer_activations\[1\]: expected one of"),
        ({"discretize": 1}, "discretize: expected True or False, got 1"),
        ({"epoch_limit": 0}, "epoch_limit: expected a whole number from 1 or None, got 0"),
        ({"target": 0.1}, "target: expected a Target or None, got 0.1"),
        ({"hidden_controls": ("stop",)}, "hidden_controls: expected one of"),
        (
            {"target": Target("test_accuracy", 0.9), "problem": "regression"},
            "regression has no accuracy",
        ),
    ],
)
def test_values_that_a_control_does_not_allow(fields, message):
    with pytest.raises(ValueError, match=message):
        Config(**fields)


def test_seed_is_text():
    with pytest.raises(TypeError, match="seed: expected a string"):
        Config(seed=0.5)


def test_unknown_field():
    with pytest.raises(ValueError, match=r"configuration field: expected one of .* got 'lr'"):
        Config().replace(lr=1)


@pytest.mark.parametrize(
    ("metric", "value", "message"),
    [
        ("loss", 1, "target metric: expected one of train_loss"),
        ("test_loss", -1, "target value: expected a number of 0 or more"),
        ("test_loss", math.nan, "target value: expected a number"),
        ("test_accuracy", 90, "an accuracy is at most 1"),
    ],
)
def test_bad_targets(metric, value, message):
    with pytest.raises(ValueError, match=message):
        Target(metric, value)


def circle_points(count=40):
    angle = np.linspace(0, 6, count)
    return np.column_stack([np.sin(angle), np.cos(angle)]), np.where(angle > 3, 1.0, -1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: (x, 2 * y), "row 0 has label -2, expected −1 or 1"),
        (lambda x, y: (x, abs(0 * y)), "row 0 has label 0, expected −1 or 1"),
        (lambda x, y: (x + np.inf, y), "row 0 is .*, expected finite numbers"),
        (lambda x, y: (x[:12], y[:12]), "leaves 6 to train on and 6 to test on.*batch of 10"),
        (lambda x, y: (x[:, :1], y), r"expected x of shape \(N, 2\)"),
        (lambda x, y: (x, y[1:]), r"got \(40, 2\) and \(39,\)"),
    ],
)
def test_bad_own_data(change, message):
    with pytest.raises(ValueError, match=message):
        Config(own_data=pg.own_points(*change(*circle_points())))


def test_own_labels_of_regression_lie_between():
    x, y = circle_points()
    Config(problem="regression", own_data=pg.own_points(x, y / 3))
    with pytest.raises(ValueError, match=r"row 0 has label -1\.5, expected from −1 to 1"):
        Config(problem="regression", own_data=pg.own_points(x, 1.5 * y))


def test_own_rows_need_three_columns():
    with pytest.raises(ValueError, match=r"expected rows \(x1, x2, label\), got shape \(20, 2\)"):
        Config(own_data=[(0.0, 1.0)] * 20)


@given(configs)
def test_configuration_travels_as_json(config):
    assert Config(**json.loads(json.dumps(config.to_dict()))) == config


def test_extras_travel_as_json():
    config = Config(
        own_data=pg.own_points(*circle_points()),
        layer_activations=("relu", "elu"),
        target=Target("test_accuracy", 0.9),
        epoch_limit=7,
        loss_includes_penalty=True,
    )
    assert Config(**json.loads(json.dumps(config.to_dict()))) == config


def test_configuration_is_frozen_and_hashable():
    with pytest.raises(AttributeError):
        Config().noise = 5
    assert hash(Config(noise=5)) == hash(Config(noise=5))


# --- Links ---


def test_default_link_is_written_as_the_original_does():
    assert to_hash(Config()) == DEFAULT_LINK
    assert pg.to_url(Config()) == "https://playground.tensorflow.org/" + DEFAULT_LINK


def test_numbers_are_written_as_javascript_does():
    link = to_hash(Config(learning_rate=0.00001, regularization_rate=3, hidden_layers=()))
    assert "&learningRate=0.00001&regularizationRate=3&" in link
    assert "&networkShape=&" in link


def test_regularisation_stands_behind_the_activation():
    assert to_hash(Config(regularization="L2")).startswith("#activation=tanh&regularization=L2&")


def test_a_link_as_shared():
    config = from_hash(
        "http://playground.tensorflow.org/#activation=relu&regularization=L1&batchSize=7"
        "&dataset=spiral&regDataset=reg-gauss&learningRate=0.1&regularizationRate=0.001&noise=20"
        "&networkShape=8,8,2&seed=0.07741&showTestData=true&discretize=true&percTrainData=70"
        "&x=true&y=false&xTimesY=true&xSquared=false&ySquared=true&cosX=false&sinX=true"
        "&cosY=false&sinY=false&collectStats=false&problem=regression&initZero=true&hideText=true"
        "&playButton_hide=true&noise_hide=false"
    )
    assert config == Config(
        problem="regression",
        dataset="spiral",
        reg_dataset="multi-gauss",
        noise=20,
        train_percent=70,
        batch_size=7,
        features=("x1", "x2^2", "x1x2", "sin(x1)"),
        hidden_layers=(8, 8, 2),
        activation="relu",
        learning_rate=0.1,
        regularization="L1",
        regularization_rate=0.001,
        seed="0.07741",
        init_zero=True,
        show_test_data=True,
        discretize=True,
        hide_text=True,
        hidden_controls=("playButton",),
    )


@pytest.mark.slow
@given(configs)
def test_link_and_back(config):
    assert from_hash(to_hash(config)) == config


@pytest.mark.parametrize("link", ["", "#", "https://playground.tensorflow.org/", "#seed=&noise="])
def test_what_is_left_out_takes_the_default(link):
    if link.startswith("https"):
        link += "#"
    assert from_hash(link) == Config()


def test_empty_shape_means_no_hidden_layer():
    assert from_hash("#networkShape=").hidden_layers == ()


def test_a_hidden_feature_is_not_used():
    config = from_hash("#y=true&xTimesY=true&y_hide=true")
    assert config.features == ("x1", "x1x2")
    assert "y_hide=true" in to_hash(config)


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("#activation=tahn", "part 1, 'activation=tahn': expected one of relu, tanh, sig"),
        ("#activation=elu", "part 1, 'activation=elu': expected one of relu"),
        ("#seed=1&batchSize=31", "part 2, 'batchSize=31': batch_size: expected a whole number"),
        ("#batchSize=ten", "part 1, 'batchSize=ten': expected a number, got 'ten'"),
        ("#learningRate=nan", "part 1, 'learningRate=nan': learning_rate: expected one of"),
        ("#networkShape=4,9", r"'networkShape=4,9': hidden_layers\[1\]: expected"),
        ("#networkShape=4;2", "expected a number, got '4;2'"),
        ("#regDataset=plane", "'regDataset=plane': expected one of reg-plane, reg-gauss"),
        ("#dataset=moon", "'dataset=moon': dataset: expected one of circle"),
        ("#x=yes", "'x=yes': expected true or false"),
        ("#discretize=0", "'discretize=0': expected true or false"),
        ("#sinx=true", "'sinx=true': unknown name 'sinx'"),
        ("#stop_hide=true", "'stop_hide=true': unknown control 'stop'"),
        ("#nonsense", "'nonsense': expected name=value"),
    ],
)
def test_bad_links_name_the_place(link, message):
    with pytest.raises(ValueError, match=f"link, .*{message}"):
        from_hash(link)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"layer_activations": ("relu", "tanh")}, "can't carry activations per layer"),
        ({"activation": "elu"}, "can't carry the activation elu"),
        ({"own_data": pg.own_points(*circle_points())}, "can't carry own data"),
    ],
)
def test_extras_do_not_fit_into_a_link(fields, message):
    with pytest.raises(ValueError, match=message):
        to_hash(Config(**fields))
    assert to_hash(Config(**fields), drop_extras=True) == DEFAULT_LINK


@pytest.mark.parametrize("seed", ["", "a b", "a&b", "50%", "ä"])
def test_seeds_that_a_link_would_change(seed):
    with pytest.raises(ValueError, match="can't carry the seed"):
        to_hash(Config(seed=seed))


# --- Controls ---


def test_live_controls_keep_the_network():
    playground = Playground()
    playground.step(2)
    weights = playground.weights
    assert not playground.set(learning_rate=0.1, regularization="L2", discretize=True)
    assert playground.epoch == 2
    assert all(np.array_equal(a, b) for a, b in zip(weights, playground.weights, strict=True))


def test_other_controls_start_a_new_network():
    playground = Playground()
    playground.step(2)
    assert playground.set(hidden_layers=(3,))
    assert playground.epoch == 0
    assert [W.shape for W in playground.weights] == [(2, 3), (3, 1)]
    assert playground.set(hidden_layers=(4, 2))
    assert playground.weights[0].tolist() == Playground().weights[0].tolist()


def test_a_refused_change_changes_nothing():
    playground = Playground()
    playground.step()
    with pytest.raises(ValueError, match="batch_size"):
        playground.set(learning_rate=0.1, batch_size=99)
    assert playground.config == Config()
    assert playground.epoch == 1


def test_rewind_brings_the_same_weights_back_and_reset_new_ones():
    playground = Playground(regularization="L1", regularization_rate=0.3, batch_size=7)
    first = playground.weights
    playground.step(5)
    after_five = playground.measures
    assert any(links.any() for links in playground.dead_links)
    playground.rewind()
    assert playground.epoch == 0
    assert not any(links.any() for links in playground.dead_links)
    assert len(playground.history) == 1
    np.testing.assert_array_equal(playground.weights[0], first[0])
    playground.step(5)
    assert playground.measures == after_five
    playground.reset()
    assert playground.epoch == 0
    assert not np.array_equal(playground.weights[0], first[0])
    second = playground.weights[0]
    playground.step()
    playground.rewind()
    np.testing.assert_array_equal(playground.weights[0], second)


def test_regenerate_draws_a_seed_of_five_decimals():
    playground = Playground()
    weights = playground.weights
    playground.regenerate()
    assert len(playground.config.seed) == 7
    assert 0 <= float(playground.config.seed) <= 1
    np.testing.assert_array_equal(playground.weights[0], weights[0])
    assert not np.array_equal(playground.data.x_train, Playground().data.x_train)


def test_layers_can_have_different_activations():
    playground = Playground(layer_activations=("relu", "sigmoid"))
    points = np.random.default_rng(0).normal(size=(7, 2)) * 3
    a = points
    for W, b, f in zip(
        playground.weights,
        playground.biases,
        (lambda z: np.maximum(z, 0), lambda z: 1 / (1 + np.exp(-z)), np.tanh),
        strict=True,
    ):
        a = f(a @ W + b)
    np.testing.assert_allclose(playground.predict(points), a[:, 0], atol=1e-14)
    assert playground.config.replace(hidden_layers=(3,)).layer_activations is None


# --- Training until something happens ---


def test_run_stops_at_the_target():
    playground = Playground(target=Target("test_loss", 0.1), learning_rate=0.1)
    assert playground.run(epochs=1000) == "target"
    losses = playground.history.column("test_loss")[:, 0]
    assert losses[-1] <= 0.1
    assert (losses[:-1] > 0.1).all()
    assert playground.run(epochs=5) == "target"
    assert playground.epoch == len(losses) - 1


def test_run_stops_at_an_accuracy():
    playground = Playground(target=Target("train_accuracy", 0.99), learning_rate=0.1)
    assert playground.run(epochs=1000) == "target"
    assert playground.measures["train_accuracy"] >= 0.99


def test_run_stops_at_the_epoch_limit():
    playground = Playground(epoch_limit=4)
    assert playground.run() == "epoch limit"
    assert playground.run(epochs=3) == "epoch limit"
    assert playground.epoch == 4


def test_run_stops_after_epochs_or_seconds():
    playground = Playground()
    assert playground.run(epochs=3) == "epochs"
    assert playground.epoch == 3
    assert playground.run(seconds=0) == "seconds"
    assert playground.epoch == 4
    with pytest.raises(ValueError, match="give epochs= or seconds="):
        playground.run()


@pytest.mark.parametrize("epochs", [-1, 0.5, "a", math.inf, None])
def test_step_needs_a_count(epochs):
    with pytest.raises(ValueError, match="epochs: expected a whole number"):
        Playground().step(epochs)


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        (
            {"regularization": "L2", "regularization_rate": 10, "learning_rate": 10},
            ["The cause is the regularisation", "1 − 10 · 10 = -99", "a weight of layer"],
        ),
        (
            {"problem": "regression", "learning_rate": 1, "activation": "linear"},
            ["The cause is the learning rate, 1", "outputs of linear units", "of 60"],
        ),
    ],
)
def test_nan_is_explained(fields, parts):
    playground = Playground(**fields)
    assert playground.explanation is None
    assert playground.run(epochs=500) == "not a number"
    assert not math.isfinite(playground.measures["train_loss"])
    epoch = playground.epoch
    explanation = playground.explanation
    for part in [f"In epoch {epoch}, at batch", *parts]:
        assert part in explanation
    playground.step()
    assert playground.explanation == explanation
    assert playground.epoch == epoch + 1
    playground.rewind()
    assert playground.explanation is None
    assert math.isfinite(playground.measures["train_loss"])


def test_nan_after_an_edit_is_explained_and_healed():
    playground = Playground(problem="regression")
    playground.set_weight(3, 0, 0, 1e300)
    playground.step()
    assert playground.run(epochs=1) == "not a number"
    assert "epoch 1" in playground.explanation
    for layer, W in enumerate(Playground(problem="regression").weights, start=1):
        for source, neuron in np.ndindex(W.shape):
            playground.set_weight(layer, source, neuron, W[source, neuron])
            playground.set_bias(layer, neuron, 0.1)
    assert playground.explanation is None


# --- Read-outs ---


def test_measures_are_what_they_say():
    playground = Playground(dataset="xor", noise=20, regularization="L2", regularization_rate=0.1)
    playground.step(3)
    data, measures = playground.data, playground.measures
    output = playground.predict(data.x_test)
    assert measures["test_loss"] == pytest.approx(np.mean((output - data.y_test) ** 2) / 2)
    assert measures["test_accuracy"] == np.mean((output >= 0) == (data.y_test > 0))
    squares = sum((W**2).sum() for W in playground.weights)
    assert measures["penalty"] == pytest.approx(0.1 * squares / 2)
    playground.set(regularization="L1")
    sums = sum(np.abs(W).sum() for W in playground.weights)
    assert playground.measures["penalty"] == pytest.approx(0.1 * sums)


def test_loss_with_and_without_penalty():
    playground = Playground(regularization="L2", regularization_rate=0.1)
    measures = playground.measures
    assert playground.loss == measures["train_loss"]
    playground.set(loss_includes_penalty=True)
    assert playground.loss == measures["train_loss"] + measures["penalty"]


def test_regression_has_no_accuracy():
    assert math.isnan(Playground(problem="regression").measures["test_accuracy"])


def test_an_edit_shows_at_once_and_adds_nothing_to_the_history():
    playground = Playground()
    playground.step(2)
    before = playground.measures
    playground.set_weight(1, 0, 2, 5.0)
    playground.set_bias(3, 0, -1.0)
    assert playground.weights[0][0, 2] == 5
    assert playground.biases[2][0] == -1
    data = playground.data
    expected = np.mean((playground.predict(data.x_train) - data.y_train) ** 2) / 2
    assert playground.measures["train_loss"] == pytest.approx(expected)
    assert playground.measures != before
    assert playground.history.epochs.tolist() == [0, 1, 2]
    assert playground.history.column("train_loss")[-1, 0] == playground.measures["train_loss"]


def test_looking_adds_nothing_to_the_history():
    playground = Playground()
    playground.step()
    playground.decision_map()
    playground.set(discretize=True, show_test_data=True)
    assert playground.history.epochs.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: p.set_weight(0, 0, 0, 1.0), "layer: expected 1 to 3, got 0"),
        (lambda p: p.set_weight(4, 0, 0, 1.0), "layer: expected 1 to 3, got 4"),
        (lambda p: p.set_weight(1, 2, 0, 1.0), "source: expected 0 to 1, got 2"),
        (lambda p: p.set_weight(1, 0, 4, 1.0), "neuron: expected 0 to 3, got 4"),
        (lambda p: p.set_weight(1, 0, -1, 1.0), "neuron: expected 0 to 3, got -1"),
        (lambda p: p.set_bias(1, 0, math.nan), "value: expected a finite number, got nan"),
        (lambda p: p.set_bias(1, 0, "1"), "value: expected a finite number, got '1'"),
        (lambda p: p.predict([1.0, 2.0]), r"x: expected shape \(N, 2\), got \(2,\)"),
        (lambda p: p.maps(1), "size: expected a whole number from 2"),
        (lambda p: pg.reduce_maps(p.maps(100)[0], 7), "size: expected a divisor of 100, got 7"),
        (lambda p: p.history.column("loss"), "unknown measure 'loss'"),
    ],
)
def test_bad_calls_change_nothing(call, message):
    playground = Playground()
    state = state_of(playground)
    with pytest.raises(ValueError, match=message):
        call(playground)
    assert state_of(playground) == state


def test_what_is_given_out_is_a_copy():
    playground = Playground()
    state = state_of(playground)
    for array in (*playground.weights, *playground.biases, *playground.data, playground.maps(5)[0]):
        array[...] = 7
    assert state_of(playground) == state


# --- Maps ---


def test_maps_look_like_the_picture():
    playground = Playground()
    maps = playground.maps(13)
    assert [layer.shape for layer in maps] == [(4, 13, 13), (2, 13, 13), (1, 13, 13)]
    corners = playground.predict([[-6, 6], [6, 6], [-6, -6], [0, 0]])
    output = maps[-1][0]
    np.testing.assert_allclose(
        [output[0, 0], output[0, -1], output[-1, 0], output[6, 6]], corners, atol=1e-14
    )
    np.testing.assert_array_equal(playground.decision_map(13), output)
    assert set(np.unique(playground.decision_map(13, discretize=True))) <= {-1, 1}


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "elu"])
def test_maps_in_single_precision_are_the_same_to_the_eye(activation):
    playground = Playground(activation=activation, hidden_layers=(5, 3))
    playground.step(3)
    exact, quick = playground.maps(61), playground.maps(61, np.float32)
    for layer, rough in zip(exact, quick, strict=True):
        assert (layer.dtype, rough.dtype) == (np.float64, np.float32)
        np.testing.assert_allclose(rough, layer, atol=2e-5)
    points = session.grid(61)  # more than are computed at once
    np.testing.assert_allclose(
        exact[0].reshape(5, -1).T, playground.activations_at(points)[0], rtol=1e-12, atol=1e-14
    )


def test_maps_follow_the_weights():
    playground = Playground()
    before = playground.maps(10)
    playground.step()
    assert not np.array_equal(before[0], playground.maps(10)[0])


def test_small_maps_are_means_of_blocks():
    playground = Playground()
    fine = playground.maps(100)[0]
    small = pg.reduce_maps(fine, 10)
    assert small.shape == (4, 10, 10)
    assert small[1, 2, 3] == pytest.approx(fine[1, 20:30, 30:40].mean())


def test_feature_maps():
    maps = pg.feature_maps(5)
    assert list(maps) == list(pg.FEATURES)
    assert maps["x1"][0].tolist() == [-6, -3, 0, 3, 6]
    assert maps["x2"][:, 0].tolist() == [6, 3, 0, -3, -6]
    assert maps["x1x2"][0, 0] == -36
    np.testing.assert_allclose(maps["sin(x2)"][:, 2], np.sin([6, 3, 0, -3, -6]))


# --- History, in and out ---


def test_history_stays_small(monkeypatch):
    monkeypatch.setattr(history_module, "LIMIT", 64)
    history = history_module.History(2)
    for epoch in range(1000):
        values = np.array([epoch, -epoch], dtype=float)
        history.record(epoch, history_module.Measures(*[values] * 5))
        assert len(history) <= 64
        assert history.epochs[-1] == epoch
    epochs = history.epochs
    assert epochs[0] == 0
    assert len(epochs) > 30
    assert (np.diff(epochs)[:-1] == np.diff(epochs)[0]).all()
    np.testing.assert_array_equal(history.column("penalty"), np.column_stack([epochs, -epochs]))


def test_csv():
    playground = Playground()
    playground.step(2)
    rows = list(csv.DictReader(playground.to_csv().splitlines()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert float(rows[2]["test_loss"]) == playground.measures["test_loss"]


def test_link_of_a_playground():
    playground = Playground.from_hash("#dataset=xor&seed=1")
    assert playground.config == Config(dataset="xor", seed="1")
    assert playground.to_hash() == to_hash(playground.config)


# --- Experiments ---


def test_experiment_equals_single_runs():
    target = Target("test_loss", 0.3)
    result = experiment(dataset="xor", seeds=["a", "b", "c"], epochs=40, target=target)
    for i, seed in enumerate(result.seeds):
        alone = Playground(dataset="xor", seed=seed)
        alone.step(40)
        for name, values in result.final.items():
            assert values[i] == pytest.approx(alone.measures[name], abs=1e-9)
        losses = alone.history.column("test_loss")[:, 0]
        first = np.flatnonzero(losses <= 0.3)
        assert result.epochs_to_target[i] == (first[0] if len(first) else np.inf)
        np.testing.assert_allclose(result.curves["test_loss"][:, i], losses, atol=1e-9)
    assert result.curve_epochs.tolist() == list(range(41))


def test_what_is_done_to_a_result_doesnt_reach_the_next_one():
    first = experiment(seeds=2, epochs=3)
    first.curves["test_loss"][:] = 0
    first.epochs_to_target[:] = 1
    again = experiment(seeds=2, epochs=3)
    assert again.curves["test_loss"].min() > 0.3
    assert np.isinf(again.epochs_to_target).all()


def test_runs_that_never_arrive_are_not_left_out():
    result = experiment(seeds=9, epochs=40, target=Target("test_loss", 0.1), learning_rate=0.03)
    assert 0 < result.reached < 9
    waited = np.sort(result.epochs_to_target)
    summary = result.summary()
    assert summary.median == waited[4]
    assert summary.lower == waited[2]
    assert summary.upper == waited[6]
    never = experiment(seeds=5, epochs=2)
    assert never.reached == 0
    assert never.summary().median == math.inf
    assert "more than 2" in repr(never)
    assert "0 of 5 runs reached the target within 2 epochs" in repr(never)
    assert json.loads(json.dumps(never.to_dict()))["epochs_to_target"] == [None] * 5


def test_summary_with_infinities():
    assert pg.Summary.of([1, 2, 3, 4]) == pg.Summary(1.75, 2.5, 3.25)
    assert pg.Summary.of([1, 2, np.inf]) == pg.Summary(1.5, 2, np.inf)
    assert pg.Summary.of([1, np.nan, np.inf]) == pg.Summary(np.inf, np.inf, np.inf)
    assert pg.Summary.of([5.0]) == pg.Summary(5, 5, 5)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_summary_of_finite_values_is_numpys(values):
    summary = pg.Summary.of(values)
    expected = np.quantile(values, [0.25, 0.5, 0.75])
    np.testing.assert_allclose([summary.lower, summary.median, summary.upper], expected, rtol=1e-9)


def test_runs_that_blow_up_are_counted():
    result = experiment(
        seeds=4, epochs=9, regularization="L2", regularization_rate=10, learning_rate=10
    )
    assert result.failed == 4
    assert ((result.failed_at > 0) & (result.failed_at < 9)).all()
    assert result.summary("test_loss").median == math.inf
    assert result.summary("test_accuracy").median == 0
    assert "in 4 the loss stopped being a number" in repr(result)
    assert "not a number" in result._repr_html_()


def test_target_at_the_start_counts_as_epoch_zero():
    result = experiment(seeds=3, epochs=1, target=Target("test_loss", 5))
    assert result.epochs_to_target.tolist() == [0, 0, 0]


def test_arrivals_are_those_of_the_experiment(monkeypatch):
    trained = []
    train_epoch = Replicas.train_epoch
    monkeypatch.setattr(
        Replicas, "train_epoch", lambda runs: (trained.append(1), train_epoch(runs))[1]
    )
    config, seeds = Config(dataset="circle"), ("1", "2", "3", "4")
    whole = experiment(config, seeds=seeds, epochs=60).epochs_to_target
    assert 0 < np.isfinite(whole).sum() < 60
    for enough in (1, 2, 4, 9):
        trained.clear()
        found = np.array(arrivals(config, seeds, 60, enough))
        last = np.sort(whole)[enough - 1] if enough <= 4 else np.inf
        assert np.array_equal(found, np.where(whole <= last, whole, np.inf)), enough
        assert len(trained) == min(last, 60)


def test_experiment_of_regression_has_no_accuracy():
    result = experiment(seeds=2, epochs=1, problem="regression")
    assert "accuracy" not in repr(result)
    with pytest.raises(ValueError, match="regression has no accuracy"):
        result.summary("test_accuracy")
    with pytest.raises(ValueError, match="unknown value 'loss'"):
        result.summary("loss")


def test_experiment_as_table():
    result = Playground(dataset="gauss").experiment(seeds=3, epochs=20)
    html = result._repr_html_()
    assert html.count("<tr>") == 6
    assert '<th scope="row"' in html
    assert "gauss, network 2-4-2-1, 3 seeds" in html
    rows = list(csv.DictReader(result.to_csv().splitlines()))
    assert [row["seed"] for row in rows] == ["1", "2", "3"]
    assert float(rows[1]["test_loss"]) == result.final["test_loss"][1]
    assert rows[0]["failed_at"] == ""


def test_progress_is_reported():
    seen = []
    experiment(seeds=2, epochs=3, progress=seen.append)
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seeds": 0}, "seeds: expected at least one"),
        ({"seeds": []}, "seeds: expected at least one"),
        ({"seeds": "abc"}, "seeds: expected a number or a list"),
        ({"seeds": ["a", "a"]}, "the same seed twice"),
        ({"epochs": 0}, "epochs: expected a whole number from 1"),
        ({"epochs": 1.5}, "epochs: expected a whole number from 1"),
        ({"epochs": "9"}, "epochs: expected a whole number from 1"),
        ({"epochs": math.inf}, "epochs: expected a whole number from 1"),
        ({"dataset": "moon"}, "dataset: expected one of"),
    ],
)
def test_bad_experiments(arguments, message):
    with pytest.raises(ValueError, match=message):
        experiment(**arguments)
