"""Pictures of the Playground say in words what they show, and show every unit and every seed."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tutor import playground, plots_playground

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network():
    trained = playground.Playground(hidden_layers=(3, 2), activation="relu", seed="1")
    trained.step(5)
    return trained


@pytest.fixture(scope="module")
def runs():
    settings = {"dataset": "xor", "seeds": 6, "epochs": 40}
    return {name: playground.experiment(activation=name, **settings) for name in ("tanh", "relu")}


def test_each_unit_has_a_map(network):
    picture = plots_playground.neurons(network)
    drawn = [axes for axes in picture.figure.axes if axes.images]
    assert len(drawn) == 2 + 3 + 2 + 1
    output = next(axes for axes in drawn if axes.get_title() == "output")
    np.testing.assert_array_equal(output.images[0].get_array(), network.maps(50)[-1][0])


def test_alt_of_the_maps_gives_each_units_share(network):
    alt = plots_playground.neurons(network).alt
    assert "network 2–3–2–1 on circle after 5 epochs" in alt
    share = 100 * np.mean(network.maps(50)[-1] > 0)
    assert f"output: {share:.0f} %" in alt
    assert len(re.findall(r"\d+ %", alt)) == 3 + 2 + 1


def test_a_network_without_hidden_layers_or_with_nan_is_drawn():
    single = playground.Playground(hidden_layers=(), learning_rate=10.0, problem="regression")
    single.step(20)
    ET.fromstring(plots_playground.neurons(single).svg())


def test_curves_show_median_and_quartiles(runs):
    picture = plots_playground.curves(runs)
    line = picture.figure.axes[0].lines[0]
    np.testing.assert_allclose(line.get_ydata(), np.median(runs["tanh"].curves["test_loss"], 1))
    assert f"tanh ends at {np.median(runs['tanh'].final['test_loss']):.3g}" in picture.alt
    assert len(picture.figure.axes[0].collections) == 2  # a band each


def test_curves_break_where_the_median_is_no_number():
    wild = playground.experiment(
        problem="regression", learning_rate=10.0, seeds=3, epochs=10, hidden_layers=()
    )
    picture = plots_playground.curves({"wild": wild}, "train_loss")
    assert np.isnan(picture.figure.axes[0].lines[0].get_ydata()[-1])
    assert "not a number" in picture.alt


def test_arrivals_mark_every_seed_once(runs):
    picture = plots_playground.arrivals(runs)
    marks = picture.figure.axes[0].lines[0].get_xdata()
    arrived = runs["tanh"].epochs_to_target
    assert len(marks) == 6
    assert sorted(marks[marks <= 40]) == sorted(arrived[np.isfinite(arrived)])
    for name, run in runs.items():
        assert f"{name}: {run.reached} of 6 arrive" in picture.alt


def test_a_median_of_never_is_said():
    runs = {"spiral": playground.experiment(dataset="spiral", seeds=2, epochs=3)}
    assert "0 of 2 arrive, median never" in plots_playground.arrivals(runs).alt


def test_pictures_are_the_same_each_time(network, runs):
    for draw in (
        lambda: plots_playground.neurons(network),
        lambda: plots_playground.curves(runs),
        lambda: plots_playground.arrivals(runs),
    ):
        assert draw().svg() == draw().svg()


def test_unknown_measures_and_empty_comparisons_are_refused(runs):
    with pytest.raises(ValueError, match="train_loss"):
        plots_playground.curves(runs, "accuracy")
    with pytest.raises(ValueError, match="one to 3"):
        plots_playground.arrivals({})
