import ast
import asyncio
import itertools
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from playground_state import state_of

from tutor import playground, plots, widgets
from tutor.playground import Config, NetworkFunctions, Target
from tutor.widgets import playground as module
from tutor.widgets import playground_answers as answers
from tutor.widgets import playground_picture, shown

POINTS = (np.array([[-2.0, -2], [2, 2], [-2, 2], [2, -2]] * 8), np.array([-1.0, -1, 1, 1] * 8))


class Page:
    """What the page sees: it asks, and looks at the answer."""

    def __init__(self, *arguments, **start):
        self.widget = widgets.Playground(*arguments, **start)
        self.answers = []
        self.widget.send = lambda content, buffers=None: self.answers.append((content, buffers))

    def ask(self, what, **details):
        tell(self, what, **details)
        content, buffers = self.answers[-1]
        json.dumps(content, allow_nan=False)  # as ipykernel sends it
        assert (content["view"], content["did"]) == ("me", what)
        return SimpleNamespace(
            frame=content.get("frame"), state=content.get("state"), problem=content.get("problem"),
            content=content, buffers=buffers,
        )  # fmt: skip


def tell(page, what, view="me", **details):
    """Send a message as the page does, through ipywidgets."""
    page.widget._handle_custom_msg({"do": what, "view": view, **details}, [])


@pytest.fixture
def page():
    made = Page()
    yield made
    made.widget.close()


def parameters(answer):
    return np.frombuffer(answer.buffers[2], "<f4")


def chart(answer):
    return np.frombuffer(answer.buffers[4], "<f4").reshape(3, -1)


# A frame ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        {},
        {"hidden_layers": ()},
        {"features": ()},
        {"features": (), "hidden_layers": ()},
        {"hidden_layers": (8,) * 6, "features": tuple(playground.FEATURES)},
        {"problem": "regression", "reg_dataset": "multi-gauss"},
    ],
)
def test_hello_is_answered_with_everything(start):
    page = Page(**start)
    answer = page.ask("hello")
    sizes = page.widget.config.sizes
    links = sum(d * m for d, m in itertools.pairwise(sizes))
    points = 1200 if start.get("problem") else 500
    assert [len(each) for each in answer.buffers] == [
        100 * 100, 100 * sum(sizes[1:]), 4 * (links + sum(sizes[1:])), links, 12, 12 * points,
    ]  # fmt: skip
    assert tuple(answer.frame["sizes"]) == sizes
    assert answer.frame["epoch"] == 0
    assert answer.state["train_count"] == points // 2
    measures = page.widget.playground.measures
    assert answer.frame["loss"] == measures["train_loss"]
    accuracy = answer.frame["measures"]["test_accuracy"]
    assert accuracy == (None if start.get("problem") else measures["test_accuracy"])
    page.widget.close()


def test_parameters_are_sent_layer_by_layer(page):
    answer, state = page.ask("hello"), page.widget.playground
    expected = [
        part.ravel() for pair in zip(state.weights, state.biases, strict=True) for part in pair
    ]
    np.testing.assert_allclose(parameters(answer), np.concatenate(expected), 1e-6)


def test_maps_are_bytes(page):
    answer = page.ask("hello")
    expected = page.widget.playground.decision_map(100)
    shown = np.frombuffer(answer.buffers[0], np.uint8).reshape(100, 100)
    assert np.abs(shown / 127.0 - 1 - expected).max() < 0.5 / 127 + 1e-6
    small = np.frombuffer(answer.buffers[1], np.uint8).reshape(-1, 10, 10)
    first = playground.reduce_maps(page.widget.playground.maps(100)[0], 10)[0]
    assert np.abs(small[0] / 127.0 - 1 - np.clip(first, -1, 1)).max() < 0.5 / 127 + 1e-6


def test_shades_of_what_is_no_number():
    shades = answers.shades(np.array([-np.inf, -3, -1, 0, np.nan, 1, 7, np.inf]))
    assert list(shades) == [0, 0, 0, 127, 127, 254, 254, 254]


def test_discretized_maps_have_two_shades(page):
    assert len(set(page.ask("hello").buffers[0])) > 20
    answer = page.ask("set", changes={"discretize": True})
    assert set(answer.buffers[0]) <= {0, 254}
    assert answer.content["rebuilt"] is False


def test_looking_at_a_neuron(page):
    output = page.ask("look", look=None).buffers[0]
    answer = page.ask("look", look=[1, 2])
    assert answer.frame["look"] == [1, 2]
    assert answer.state is None
    exact = answers.shades(page.widget.playground.maps(100)[0][2])
    # The page's maps are computed in single precision: a shade more or less at a border.
    shades, exact = (
        np.frombuffer(each, np.uint8).astype(int) for each in (answer.buffers[0], exact)
    )
    assert np.abs(shades - exact).max() <= 1
    assert np.mean(shades != exact) < 0.001
    for gone in ([1, 4], [4, 0], [0, 0], [-1, 0], [1, -1], ["1", 0], [1], "12", 7, [1, None]):
        answer = page.ask("look", look=gone)
        assert (answer.frame["look"], answer.buffers[0]) == (None, output)


def test_dead_links_are_told():
    page = Page(regularization="L1", regularization_rate=0.3)
    for _ in range(3):
        page.ask("step")
    answer = page.ask("look")
    dead = np.concatenate([layer.ravel() for layer in page.widget.playground.dead_links])
    assert dead.any()
    assert list(answer.buffers[3]) == list(dead.astype(int))


@pytest.mark.slow
def test_chart_is_bounded_and_ends_with_the_latest_epoch(page):
    for epochs in (1, 100, 155, 1, 500):
        page.widget.playground.step(epochs)
        rows = chart(page.ask("look"))
        assert rows.shape[1] <= answers.CHART_POINTS + 1
        assert rows[0, 0] == 0
        assert rows[0, -1] == page.widget.playground.epoch
        assert (np.diff(rows[0]) > 0).all()
    assert rows[1, -1] == np.float32(page.widget.playground.measures["train_loss"])
    assert rows[2, -1] == np.float32(page.widget.playground.measures["test_loss"])


def test_penalty_counts_where_it_is_asked_for():
    page = Page(regularization="L2", regularization_rate=0.1)
    without = page.ask("hello")
    assert "without the penalty 0.1 · Σ ½ w²" in without.state["loss_meaning"]
    answer = page.ask("set", changes={"loss_includes_penalty": True})
    penalty = page.widget.playground.measures["penalty"]
    assert answer.frame["loss"] == pytest.approx(without.frame["loss"] + penalty)
    assert chart(answer)[1, 0] == pytest.approx(chart(without)[1, 0] + penalty)
    assert answer.state["loss_meaning"].endswith("+ 0.1 · Σ ½ w²")
    for told in (without, answer):  # who can't see the screen is told the same
        assert f"training loss {plots.number(told.frame['loss'])}, " in told.frame["sentence"]
    assert without.frame["sentence"] != answer.frame["sentence"]


def test_the_still_picture_has_the_losses_that_are_on_screen(page, monkeypatch):
    page.widget.set(regularization="L2", regularization_rate=0.3, loss_includes_penalty=True)
    page.ask("train")
    drawn = []
    monkeypatch.setattr(plots.Picture, "__init__", lambda _, figure, __: drawn.append(figure))
    playground_picture.draw(page.widget.playground)
    train, test = (line.get_ydata() for line in drawn[0].axes[2].lines)
    shown = chart(page.ask("look"))
    np.testing.assert_allclose([train, test], shown[1:], 1e-6)


# Training -----------------------------------------------------------------------------------------


def test_a_frame_trains_exactly_as_the_playground_does(page):
    answer = page.ask("train")
    other = playground.Playground()
    other.step(answer.frame["epoch"])
    assert answer.frame["epoch"] >= 1
    assert answer.frame["loss"] == other.loss
    assert "stopped" not in answer.content
    assert answer.state is None


def test_a_frame_is_short_in_epochs_and_in_time(page, monkeypatch):
    quick = Page(hidden_layers=(), train_percent=10)
    monkeypatch.setattr(module, "SECONDS", 60)
    assert quick.ask("train").frame["epoch"] == module.EPOCHS
    monkeypatch.setattr(module, "SECONDS", 1e-9)
    answer = page.ask("train")
    assert (answer.problem, answer.frame["epoch"]) == (None, 1)
    assert "stopped" not in answer.content


def test_step_rewind_reset_regenerate(page):
    first, data = parameters(page.ask("hello")), page.widget.playground.data.x_train
    assert page.ask("step").frame["epoch"] == 1
    page.ask("step")
    answer = page.ask("rewind")
    assert answer.frame["epoch"] == 0
    np.testing.assert_array_equal(parameters(answer), first)
    answer = page.ask("regenerate")
    np.testing.assert_array_equal(parameters(answer), first)
    assert not np.array_equal(page.widget.playground.data.x_train, data)
    assert answer.state["config"]["seed"] != "0.59704"
    assert not np.array_equal(parameters(page.ask("reset")), first)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ({"epoch_limit": 2}, "Stopped at the limit of 2 epochs."),
        ({"target": Target("train_loss", 0.6)}, "Target reached: train loss ≤ 0.6."),
        (
            {"activation": "relu", "learning_rate": 10, "problem": "regression"},
            "The loss is no longer a number.",
        ),
    ],
)
def test_it_says_why_it_stopped(start, said):
    page = Page(**start)
    for _ in range(50):
        answer = page.ask("train")
        if "stopped" in answer.content:
            break
    assert answer.content["stopped"] == said
    epoch = answer.frame["epoch"]
    assert page.ask("train").frame["epoch"] == epoch
    failed = "number" in said
    assert (answer.frame["loss"] is None) == failed
    assert (answer.frame["explanation"] is not None) == failed
    if failed:
        assert "no longer a number" in answer.frame["explanation"]
        assert page.ask("rewind").frame["explanation"] is None


# Controls -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "rebuilt"),
    [
        ({"learning_rate": 0.1}, False),
        ({"regularization": "L1", "regularization_rate": 0.01}, False),
        ({"show_test_data": True}, False),
        ({"target": {"metric": "test_loss", "value": 0.05}, "epoch_limit": 100}, False),
        ({"dataset": "spiral"}, True),
        ({"hidden_layers": [4, 2, 3], "layer_activations": ["tanh", "relu", "elu"]}, True),
        ({"features": ["x2", "x1x2"]}, True),
        ({"noise": 25}, True),
        ({"seed": "7"}, True),
    ],
)
def test_controls_change_the_configuration(page, changes, rebuilt):
    page.ask("step")
    answer = page.ask("set", changes=changes)
    assert answer.content["rebuilt"] == rebuilt
    assert page.widget.config == Config().replace(**changes)
    assert answer.frame["epoch"] == (0 if rebuilt else 1)
    for name in changes:
        assert answer.state["config"][name] == changes[name]


def test_every_choice_is_allowed(page):
    choices = page.widget.choices
    for field, name in (
        ("learning_rate", "learning_rates"), ("regularization", "regularizations"),
        ("regularization_rate", "regularization_rates"), ("activation", "activations"),
        ("noise", "noises"), ("train_percent", "train_percents"), ("batch_size", "batch_sizes"),
        ("epoch_limit", "epoch_limits"), ("problem", "problems"),
    ):  # fmt: skip
        for value in choices[name]:
            assert page.ask("set", changes={field: value}).problem is None
    for metric, name in (("test_loss", "losses"), ("train_accuracy", "accuracies")):
        page.ask("set", changes={"problem": "classification"})
        for value in choices[name]:
            target = {"metric": metric, "value": value}
            assert page.ask("set", changes={"target": target}).problem is None
    json.dumps(choices, allow_nan=False)


def test_regression_drops_an_accuracy_to_stop_at():
    page = Page(target=Target("test_accuracy", 0.9))
    answer = page.ask("set", changes={"problem": "regression"})
    assert answer.problem is None
    assert answer.state["config"]["target"] is None
    assert answer.state["data"] == "plane"


@pytest.mark.parametrize(
    ("target", "changes"),
    [
        (Target("test_loss", 0.1), {"problem": "regression"}),
        (Target("test_accuracy", 0.9), {"learning_rate": 0.1}),
        (Target("test_accuracy", 0.9), {"problem": "classification"}),
    ],
)
def test_what_to_stop_at_stays_where_it_can_be_reached(target, changes):
    answer = Page(target=target).ask("set", changes=changes)
    assert answer.problem is None
    assert answer.state["config"]["target"] == {"metric": target.metric, "value": target.value}


def test_editing_by_hand_changes_the_loss_at_once(page):
    other = playground.Playground()
    other.set_weight(1, 1, 3, 2.5)
    answer = page.ask("weight", layer=1, source=1, neuron=3, value=2.5)
    assert answer.frame["loss"] == other.loss
    assert page.widget.playground.weights[0][1, 3] == 2.5
    other.set_bias(3, 0, -1.0)
    answer = page.ask("bias", layer=3, neuron=0, value=-1)
    assert answer.frame["loss"] == other.loss
    assert parameters(answer)[-1] == -1


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "train",
        {},
        {"do": None},
        {"do": ["train"]},
        {"do": "explode"},
        {"do": "_set"},
        {"do": "set"},
        {"do": "set", "changes": "all"},
        {"do": "set", "changes": {1: 2}},
        {"do": "set", "changes": {"learning_rate": 0.07}},
        {"do": "set", "changes": {"nonsense": 1}},
        {"do": "set", "changes": {"hidden_layers": [9]}},
        {"do": "set", "changes": {"hidden_layers": "44"}},
        {"do": "set", "changes": {"target": {"metric": "luck", "value": 1}}},
        {"do": "set", "changes": {"target": {"value": 1}}},
        {"do": "weight", "layer": 9, "source": 0, "neuron": 0, "value": 1},
        {"do": "weight", "layer": 1, "source": 2, "neuron": 0, "value": 1},
        {"do": "weight", "layer": 1, "source": 0, "neuron": 0, "value": float("nan")},
        {"do": "weight", "layer": 1, "source": 0, "neuron": 0, "value": "1"},
        {"do": "weight", "layer": 1, "source": 0, "neuron": 0},
        {"do": "weight", "layer": True, "source": 0, "neuron": 0, "value": 1},
        {"do": "bias", "layer": 0, "neuron": 0, "value": 1},
        {"do": "bias", "layer": 1.0, "neuron": 0, "value": 1},
        {"do": "link"},
        {"do": "link", "link": 7},
        {"do": "link", "link": "#learningRate=fast"},
    ],
)
def test_bad_messages_change_nothing_and_are_answered(page, message):
    page.ask("step")
    before, config = state_of(page.widget.playground), page.widget.config
    page.widget._on_message(page.widget, message, [])
    content, buffers = page.answers[-1]
    assert re.search(r"Error: .+ \(\w+\.py, line \d+\)$", content["problem"])
    assert content["state"]["config"]["learning_rate"] == 0.03
    assert len(buffers) == 1
    json.dumps(content, allow_nan=False)
    assert state_of(page.widget.playground) == before
    assert page.widget.config == config
    assert page.ask("step").frame["epoch"] == 2


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"do": "explode"}, "asked for something unknown: {'do': 'explode'}"),
        ("train", "asked for something unknown: {'unreadable': 'train'}"),
        ({"do": "set", "changes": "all"}, "expected changes by name, got 'all'"),
        ({"do": "set", "changes": {1: 2}}, "expected changes by name, got {1: 2}"),
        ({"do": "bias", "layer": True}, "layer: expected a whole number, got True"),
        ({"do": "bias", "layer": "1"}, "layer: expected a whole number, got '1'"),
        ({"do": "bias", "layer": 1, "neuron": 0}, "value: expected a number, got None"),
        ({"do": "bias", "layer": 1, "neuron": 0, "value": True}, "expected a number, got True"),
    ],
)
def test_a_bad_message_is_answered_with_what_is_wrong_about_it(page, message, said):
    page.widget._on_message(page.widget, message, [])
    assert said in page.answers[-1][0]["problem"]


# In and out ---------------------------------------------------------------------------------------


def test_links_go_out_and_come_in(page):
    link = Page(dataset="xor", noise=20, hidden_layers=(3, 3, 3)).ask("hello").state["link"]
    answer = page.ask("link", link=f"https://playground.tensorflow.org/{link}")
    assert answer.content["rebuilt"] is True
    assert answer.state["link"] == link
    assert answer.state["link_complete"]
    assert page.widget.config == Config(dataset="xor", noise=20, hidden_layers=(3, 3, 3))


def test_a_link_says_when_it_lacks_something():
    state = Page(layer_activations=("relu", "tanh")).ask("hello").state
    assert not state["link_complete"]
    assert "networkShape=4,2" in state["link"]
    state = Page(seed="not for links!&").ask("hello").state
    assert (state["link"], state["link_complete"]) == ("", False)


def test_code_makes_the_same_configuration():
    config = Config(
        dataset="spiral", hidden_layers=(8, 3), layer_activations=("relu", "tanh"), noise=10,
        target=Target("test_accuracy", 0.9), features=("x1", "sin(x2)"),
    )  # fmt: skip
    text = answers.code(config)
    ast.parse(text, mode="eval")
    assert eval(text, {"playground": playground}) == config
    assert answers.code(Config()) == "playground.Config()"


def test_the_cell_for_a_hundred_seeds_runs(page, monkeypatch):
    asked = []
    monkeypatch.setattr(
        playground, "experiment", lambda config, seeds: asked.append((config, seeds))
    )
    text = page.ask("set", changes={"hidden_layers": [3]}).state["code"]
    exec(text)
    assert asked == [(Config(hidden_layers=(3,)), 100)]
    assert "#" not in text


def test_losses_are_exported(page):
    page.ask("step")
    rows = page.ask("export").content["csv"].splitlines()
    assert rows[0].startswith("epoch,train_loss,test_loss")
    assert len(rows) == 3


def test_own_data_can_be_left_and_found_again():
    page = Page(own_data=POINTS)
    state = page.ask("hello").state
    assert (state["data"], state["has_own"], state["train_count"]) == ("own", True, 16)
    assert state["config"]["own_data"] is None  # it travels as bytes
    assert "own_points(x, y)" in state["code"]
    state = page.ask("set", changes={"dataset": "xor", "own_data": None}).state
    assert (state["data"], state["has_own"], state["train_count"]) == ("xor", True, 250)
    page.widget.set(noise=20)
    state = page.ask("set", changes={"use_own_data": True}).state
    assert (state["data"], state["train_count"]) == ("own", 16)
    answer = page.ask("set", changes={"batch_size": 30})
    assert "at least one batch of 30" in answer.problem
    assert Page().ask("hello").state["has_own"] is False


def numpy_forward(x, W, b):
    layers = []
    for weights, bias in zip(W, b, strict=True):
        x = np.tanh(x @ weights + bias)
        layers.append(x)
    return layers


def numpy_backward(x, y, W, b):
    layers = [x, *numpy_forward(x, W, b)]
    da, dW, db = (layers[-1] - y) / len(x), [], []
    for below, a, weights in reversed(list(zip(layers, layers[1:], W, strict=False))):
        dz = da * (1 - a * a)
        dW.insert(0, below.T @ dz)
        db.insert(0, dz.sum(axis=0))
        da = dz @ weights.T
    return dW, db


def test_functions_of_one_s_own_take_the_place_of_ours():
    called = []

    def forward(x, W, b):
        called.append(len(x))
        return numpy_forward(x, W, b)

    page = Page(functions=NetworkFunctions(forward, numpy_backward))
    assert page.ask("hello").state["functions"] is True
    assert "yours stay behind" in page.ask("hello").state["code"]
    answer = page.ask("step")
    assert called
    assert answer.frame["loss"] == pytest.approx(Page().ask("step").frame["loss"], rel=1e-9)


def test_an_error_in_one_s_own_functions_is_told():
    broken = []

    def backward(x, y, W, b):
        if broken:
            raise ZeroDivisionError("by accident")
        return numpy_backward(x, y, W, b)

    page = Page(functions=NetworkFunctions(numpy_forward, backward))
    assert page.ask("step").problem is None
    broken.append(True)
    answer = page.ask("train")
    assert "ZeroDivisionError: by accident (test_widgets_playground.py, line" in answer.problem
    broken.clear()
    assert page.ask("step").problem is None


# The widget ---------------------------------------------------------------------------------------


def test_starts_from_a_configuration_and_changes():
    widget = widgets.Playground(Config(dataset="xor", noise=10), learning_rate=0.1)
    assert widget.config == Config(dataset="xor", noise=10, learning_rate=0.1)
    with pytest.raises(ValueError, match="dataset: expected one of circle, xor"):
        widgets.Playground(dataset="triangle")
    with pytest.raises(ValueError, match="expected x of shape"):
        widgets.Playground(own_data=([1, 2], [1, 1]))


def test_python_changes_what_is_on_screen(page):
    assert page.widget.set(dataset="gauss") is True
    content, _ = page.answers[-1]
    assert content["state"]["data"] == "gauss"
    page.widget.playground.step(3)
    page.widget.refresh()
    assert page.answers[-1][0]["frame"]["epoch"] == 3
    with pytest.raises(ValueError, match="batch_size"):
        page.widget.set(batch_size=0)


def test_what_the_page_needs_from_the_start_comes_with_it(page):
    """The browser reads these while it builds the controls, before it asks for anything."""
    state = page.widget.get_state(["choices", "feature_maps", "samples"])
    assert state["choices"]["title"] == "Playground"
    assert state["choices"]["question"].endswith("blue from orange?")
    assert state["choices"]["noises"][0] == 0
    assert len(state["feature_maps"]) == 100 * 100 * len(playground.FEATURES)
    assert len(state["samples"]) > 0


def test_experiment_from_the_screen(page):
    page.ask("set", changes={"dataset": "gauss", "hidden_layers": []})
    result = playground.experiment(page.widget.config, seeds=3, epochs=5)
    assert result.config.data_name == "gauss"
    assert result.config.sizes == (2, 1)


@pytest.mark.slow
def test_picture_and_sentence_without_a_kernel():
    bundles = [widgets.Playground(dataset="xor")._repr_mimebundle_() for _ in range(2)]
    for bundle in bundles:
        assert bundle.pop("application/vnd.jupyter.widget-view+json")["model_id"]
    assert bundles[0] == bundles[1]
    assert bundles[0]["text/plain"].startswith(
        "Playground. Data xor, network 2–4–2–1 with tanh, epoch 0: training loss 0.5"
    )
    assert re.search(
        r'<img alt="Data xor[^"]{60,}".*src="data:image/svg\+xml;base64,', bundles[0]["text/html"]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "start",
    [{"features": (), "hidden_layers": ()}, {"problem": "regression"}, {"hidden_layers": (8,) * 6}],
)
@pytest.mark.filterwarnings("error")
def test_pictures_of_all_kinds(start):
    widget = widgets.Playground(**start)
    widget.playground.step(2)
    assert "<img" in widget._repr_mimebundle_()["text/html"]
    assert "nan" not in widget.alt


@pytest.mark.filterwarnings("error")
def test_picture_of_a_failure():
    page = Page(activation="relu", learning_rate=10, problem="regression")
    page.widget.playground.run(epochs=200)
    assert "training loss ∞" in page.widget.alt
    assert "<img" in page.widget._repr_mimebundle_()["text/html"]
    assert page.ask("look").frame["loss"] is None


def test_close_leaves_nothing_behind():
    before = set(_instances)
    widget = widgets.Playground()
    assert set(_instances) > before
    widget.close()
    assert set(_instances) == before


def test_a_cell_that_runs_again_closes_its_former_playground(monkeypatch):
    parent = {"metadata": {"cellId": "one"}, "header": {"msg_id": "first"}}
    kernel = SimpleNamespace(get_parent=lambda: parent)
    monkeypatch.setattr(shown, "get_ipython", lambda: SimpleNamespace(kernel=kernel))
    monkeypatch.setattr(shown, "_of_cell", {})
    former = widgets.Playground()
    parent["header"] = {"msg_id": "second"}
    again = widgets.Playground()
    assert former.comm is None
    assert again.comm is not None


def test_the_page_is_made_of_all_its_files():
    shown = Path(module.__file__).parent.glob("playground*.js")
    assert set(module._PAGE) == {"text.js", "kernel.js", *(path.name for path in shown)}
    assert module._PAGE[-1] == "playground.js"  # the one that exports
    assert module.Playground._esm.count("export default") == 1


# While it plays -----------------------------------------------------------------------------------


def in_a_kernel(steps):
    """Run a coroutine function with a page whose widget has an event loop, as in a kernel."""

    async def run():
        page = Page(seed="0.5")
        try:
            await steps(page, lambda: [content for content, _ in page.answers])
        finally:
            page.widget.close()

    asyncio.run(run())


async def until(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it didn't happen within 5 seconds")


def test_frames_come_one_by_one_and_other_questions_between_them():
    async def steps(page, answers):
        tell(page, "train", frames=3)
        assert answers() == []  # the kernel listens first
        await until(answers)
        tell(page, "look", look=[1, 0])
        await until(lambda: len(answers()) == 4)
        assert [each["did"] for each in answers()].count("train") == 3
        epochs = [each["frame"]["epoch"] for each in answers() if each["did"] == "train"]
        assert epochs == sorted(set(epochs))
        assert answers()[-1]["frame"]["look"] == [1, 0]  # though it was asked for before
        await asyncio.sleep(0.1)
        assert len(answers()) == 4  # and no more

    in_a_kernel(steps)


def test_a_frame_shows_what_its_own_view_looks_at():
    async def steps(page, answers):
        tell(page, "train", frames=1)
        tell(page, "train", view="other", frames=1)
        tell(page, "look", look=[1, 0])
        await until(lambda: len(answers()) == 3)
        trained = {each["view"]: each["frame"]["look"] for each in answers()[1:]}
        assert trained == {"me": [1, 0], "other": None}

    in_a_kernel(steps)


def test_who_says_no_number_of_frames_gets_one():
    async def steps(page, answers):
        tell(page, "train")
        await until(answers)
        await asyncio.sleep(0.1)
        assert len(answers()) == 1
        assert not page.widget._later._awaited  # nothing runs on in a kernel that has nothing to do

    in_a_kernel(steps)


def test_a_page_gets_no_more_frames_than_it_may_ask_for_at_once():
    async def steps(page, answers):
        tell(page, "train", frames=1000)
        assert len(page.widget._wanted) == module.MOST_FRAMES

    in_a_kernel(steps)


def test_own_data_that_came_from_a_cell_are_found_again():
    page = Page()
    page.widget.set(own_data=playground.own_points(*POINTS))
    page.ask("set", changes={"dataset": "xor", "own_data": None})
    assert page.ask("set", changes={"use_own_data": True}).state["data"] == "own"
    page.widget.close()


def test_a_pause_drops_what_is_left_of_this_view_only():
    async def steps(page, answers):
        tell(page, "train", frames=8)
        tell(page, "train", view="other", frames=1)
        await until(answers)
        tell(page, "pause")
        *_, newest, paused = answers()
        assert paused["did"] == "pause"
        # The page has been sent where training stands, so the answer needn't wait for a picture.
        assert newest["frame"]["epoch"] == page.widget.playground.epoch
        assert "frame" not in paused
        await asyncio.sleep(0.2)
        assert [each["view"] for each in answers()[answers().index(paused) + 1 :]] == ["other"]

    in_a_kernel(steps)


@pytest.mark.parametrize("frames", [None, "2", -1, 10**9])
def test_a_strange_number_of_frames_does_no_harm(frames):
    async def steps(page, answers):
        tell(page, "train", frames=frames)
        await asyncio.sleep(0.05)
        tell(page, "pause")
        assert len(page.widget._wanted) == 0
        assert len(answers()) <= module.MOST_FRAMES + 1

    in_a_kernel(steps)


def test_a_closed_playground_trains_no_more():
    async def steps(page, answers):
        tell(page, "train", frames=4)
        await until(answers)
        page.widget.close()
        epoch = page.widget.playground.epoch
        failed = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: failed.append(what))
        await asyncio.sleep(0.1)
        assert page.widget.playground.epoch == epoch
        assert failed == []

    in_a_kernel(steps)
