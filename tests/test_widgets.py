import asyncio
import html
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from matplotlib.patches import Circle

from tutor import activations, colours, plots, widgets
from tutor.widgets import dead_units, depth, later, relu_sum, saturation, screen, shown
from tutor.widgets import explorer as explorer_module
from tutor.widgets.assets import stylesheet
from tutor.widgets.live import LivePlot

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=widgets.EXPLORERS)
def explorer(request):
    """One widget of each kind: making it takes longer than most of the tests."""
    made = getattr(widgets, request.param)()
    yield made
    made.close()


@pytest.fixture
def widget(explorer):
    """The widget as it was made."""
    start = {name: control.value for name, control in explorer.inputs.items()}
    yield explorer
    explorer.screen.__dict__.pop("send", None)  # see `ask`
    moved = {name: v for name, v in start.items() if explorer.inputs[name].value != v}
    explorer.set(**moved)


def positions(control):
    """Every value of a list; the ends of a slider and a few values between them."""
    if hasattr(control, "options"):
        return [value for _, value in control.options]
    if isinstance(control, ipywidgets.FloatLogSlider):
        return [float(v) for v in np.logspace(control.min, control.max, 5)]
    values = np.linspace(control.min, control.max, 5)
    return [type(control.value)(value) for value in values]


# Every widget -------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
def test_whole_range_of_every_control(widget):
    """Each by itself, and each choice with all sliders at an end, too."""
    for name, control in widget.inputs.items():
        before = control.value
        seen = set()
        for value in positions(control):
            control.value = value
            assert widget.screen.problem == ""
            ET.fromstring(widget.screen.svg)
            seen.add(widget.screen.svg)
            if hasattr(control, "options"):  # it draws all of the picture anew
                move_sliders_to_their_ends(widget)
        shown = control.layout.display != "none"
        assert len(seen) > 1 or not shown, f"{name} doesn't change the picture"
        control.value = before


def move_sliders_to_their_ends(widget):
    """Move all at once to the lower end, then one after the other to the upper, then back."""
    controls = {name: each for name, each in widget.inputs.items() if not hasattr(each, "options")}
    before = {name: each.value for name, each in controls.items()}
    widget.set(**{name: positions(each)[0] for name, each in controls.items()})
    assert widget.screen.problem == ""
    for each in controls.values():
        each.value = positions(each)[-1]
        assert widget.screen.problem == ""
    widget.set(**before)


def test_text_alternative_follows_every_control(widget):
    for name, control in widget.inputs.items():
        if control.layout.display != "none":
            start, before = control.value, widget.alt
            control.value = next(v for v in positions(control) if v != start)
            assert widget.alt != before, f"the sentence doesn't follow {name}"
            assert "nan" not in widget.alt
            control.value = start


def test_has_title_question_and_labels(widget):
    heading = widget.children[0].value
    assert html.escape(widget.title) in heading
    assert html.escape(widget.question) in heading
    assert widget.question.endswith("?")
    assert all(control.description for control in widget.inputs.values())


def test_mime_bundle_is_the_same_each_time_and_close_leaves_nothing_behind(widget):
    before = set(_instances)
    other = type(widget)()
    assert set(_instances) > before
    bundles = [each._repr_mimebundle_() for each in (widget, other)]
    for bundle in bundles:
        assert bundle.pop("application/vnd.jupyter.widget-view+json")["model_id"]
    assert bundles[0] == bundles[1]
    assert bundles[0]["text/plain"] == f"{widget.title}. {widget.alt}"
    assert re.search(
        r'<img alt="[^"]{40,}".*src="data:image/svg\+xml;base64,', bundles[0]["text/html"]
    )
    other.close()
    assert set(_instances) == before


def test_the_picture_takes_the_theme_s_colours(widget):
    assert not re.search("|".join(screen._THEME), widget.screen.svg)
    assert "var(--fnn-ink)" in widget.screen.svg


# All explorers ------------------------------------------------------------------------------------


def test_import_is_cheap():
    code = (
        "import sys, tutor.widgets;"
        "print([m for m in ('numpy', 'matplotlib', 'ipywidgets') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_unknown_widget():
    with pytest.raises(AttributeError, match="no widget 'Nonsense'"):
        _ = widgets.Nonsense
    assert "ActivationExplorer" in dir(widgets)


@pytest.mark.parametrize(
    ("start", "error", "message"),
    [
        ({"gain": 11}, ValueError, "gain must be from 0.1 to 10, not 11"),
        ({"gain": np.nan}, ValueError, "gain must be from 0.1 to 10, not nan"),
        ({"gain": "large"}, ValueError, "gain must be a number from 0.1 to 10, not 'large'"),
        ({"gain": None}, ValueError, "gain must be a number from 0.1 to 10, not None"),
        ({"layers": 0}, ValueError, "layers must be from 1 to 50, not 0"),
        ({"layers": 2.5}, ValueError, "layers must be a whole number, not 2.5"),
        ({"activation": "sigmoyd"}, ValueError, "Do you mean sigmoid?"),
        ({"activation": None}, ValueError, "unknown activation None: expected one of linear, "),
        ({"layer": 1}, TypeError, "unknown Depth control 'layer': expected one of activation, "),
    ],
)
def test_values_that_controls_cannot_take_are_refused_and_change_nothing(start, error, message):
    with pytest.raises(error, match=re.escape(message)):
        widgets.Depth(**start)
    widget = widgets.Depth()
    before = widget.values, widget.alt
    with pytest.raises(error, match=re.escape(message)):
        widget.set(**({"activation": "relu", "gain": 2.0} | start))
    assert (widget.values, widget.alt) == before


def test_the_ends_of_a_control_and_numbers_of_numpy_are_taken():
    widget = widgets.Depth(gain=0.1, layers=np.int64(50))
    widget.set(gain=np.float32(10.0), layers=1.0)
    assert widget.values == {"activation": "sigmoid", "layers": 1, "gain": 10.0}


def test_set_draws_once_and_returns_to_listening():
    widget = widgets.SoftmaxTemperature()
    drawn = []
    widget.screen.observe(lambda change: drawn.append(change.new), names="frame")
    widget.set(cat=1.0, dog=2.0, owl=3.0)
    assert len(drawn) == 1
    widget.inputs["cat"].value = 0.5
    assert len(drawn) == 2
    with pytest.raises(ValueError, match="must be from"):
        widget.set(cat=99)
    widget.inputs["cat"].value = 0.7
    assert len(drawn) == 3


def test_an_error_is_shown_and_goes_away():
    widget = widgets.ActivationExplorer()
    move, shown = widget._move, widget.screen.svg

    def broken(now):
        raise ZeroDivisionError("by accident")

    widget._move = broken
    widget.inputs["x"].value = 2.0
    assert "ZeroDivisionError: by accident (test_widgets.py, line" in widget.screen.problem
    assert widget.screen.svg == shown
    widget._move = move
    widget.inputs["x"].value = 2.1
    assert widget.screen.problem == ""
    assert "x = 2.1" in widget.alt


def test_controls_may_change_in_many_threads():
    widget = widgets.ActivationExplorer()
    values = np.linspace(-6, 6, 25)

    def work(part):
        for value in part:
            widget.inputs["x"].value = float(value)

    threads = [threading.Thread(target=work, args=(values[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert widget.screen.problem == ""
    widget.inputs["x"].value = 0.0
    assert "x = 0 the value is 0.5 and the slope 0.25" in widget.alt


def test_a_cell_that_runs_again_closes_its_former_widgets(monkeypatch):
    parent = {"metadata": {"cellId": "one"}, "header": {"msg_id": "first"}}
    kernel = SimpleNamespace(get_parent=lambda: parent)
    monkeypatch.setattr(shown, "get_ipython", lambda: SimpleNamespace(kernel=kernel))
    monkeypatch.setattr(shown, "_of_cell", {})
    former = [widgets.Depth(), widgets.Depth()]
    parent["metadata"] = {"cellId": "two"}
    elsewhere = widgets.Depth()
    parent.update(metadata={"cellId": "one"}, header={"msg_id": "second"})
    again = widgets.Depth()
    assert [each.comm is None for each in former] == [True, True]
    assert elsewhere.comm is not None
    assert again.comm is not None


def test_display_is_a_widget_and_its_stand_in(monkeypatch):
    outputs = []
    monkeypatch.setattr(shown, "display", lambda data, raw: outputs.append(data))
    widgets.ActivationExplorer()._ipython_display_()
    live, stand_in = outputs
    assert "application/vnd.jupyter.widget-view+json" in live
    assert live["text/html"] == ""
    assert "<img alt=" in stand_in["text/html"]
    assert "widget-view" not in str(stand_in.keys())


# Pictures in advance ------------------------------------------------------------------------------


def ask(widget, places):
    """What the page asks, until everything has been answered."""
    frames = []
    widget.screen.send = lambda answer: frames.extend(answer["ahead"])
    for _ in range(2000):
        if len(frames) == len(places):
            return frames
        widget.screen._handle_custom_msg({"ahead": places[len(frames) :]}, [])
    raise AssertionError(f"only {len(frames)} of {len(places)} answers")


def sliders(widget):
    return {name: each for name, each in widget.inputs.items() if hasattr(each, "step")}


@pytest.mark.filterwarnings("error")
def test_pictures_in_advance_are_those_that_moving_would_show(widget):
    before = dict(widget.screen.frame), [each.layout.display for each in widget.inputs.values()]
    own = sliders(widget)
    places = []
    for name, control in own.items():
        if control.layout.display != "none":
            values = {n: each.value for n, each in own.items()}
            places += [list((values | {name: value}).values()) for value in positions(control)[::2]]
    frames = ask(widget, places)
    assert [frame["values"] for frame in frames] == places
    after = dict(widget.screen.frame), [each.layout.display for each in widget.inputs.values()]
    assert after == before
    widget._drawn.clear()
    for frame in frames:
        widget.set(**dict(zip(own, frame["values"], strict=True)))
        assert widget.screen.frame == frame


def test_the_sliders_of_the_page_are_those_of_the_frames(widget):
    own = sliders(widget)
    assert widget.screen.sliders == [each.model_id for each in own.values()]
    assert widget.screen.frame["values"] == [each.value for each in own.values()]
    choices = [each.value for name, each in widget.inputs.items() if name not in own]
    assert widget.screen.frame["choices"] == choices


def test_the_stand_in_shows_the_present_after_pictures_in_advance():
    widget = widgets.Saturation()
    expected = widget._repr_mimebundle_()["text/html"]
    ask(widget, [[-3.0], [4.0]])
    assert widget._repr_mimebundle_()["text/html"] == expected
    stepper = widgets.GraphStepper()
    ask(stepper, [[0, 1.0, 1.0, 1.0]])
    assert stepper.graph.inputs == {"x": -2.0, "y": 5.0, "z": -4.0}


def test_a_picture_that_fails_in_advance_is_left_for_later():
    widget = widgets.Saturation()

    def broken(now):
        raise ZeroDivisionError("by accident")

    widget._move = broken
    (frame,) = ask(widget, [[1.0]])
    assert frame["moving"] is None
    assert widget.screen.problem == ""


def test_a_closed_widget_draws_nothing_in_advance(monkeypatch):
    widget = widgets.Saturation()
    sent = []
    monkeypatch.setattr(widget.screen, "send", sent.append)
    widget.close()
    widget._on_message(widget.screen, {"ahead": [[1.0], [2.0]]}, [])
    assert sent == []


def test_what_is_asked_for_twice_is_done_once_and_can_be_asked_for_again():
    async def ask_often():
        done = []
        work = later.Later(lambda: done.append(True), seconds=0.0)
        assert work.possible
        for times in (1, 2):
            work.ask()
            work.ask()
            await asyncio.sleep(0.05)
            assert len(done) == times

    asyncio.run(ask_often())
    assert not later.Later(print).possible


def test_no_more_pictures_are_kept_than_a_widget_may(monkeypatch):
    monkeypatch.setattr(explorer_module, "FRAMES_KEPT", 3)
    widget = widgets.Saturation(x=0.0)
    frames = ask(widget, [[x] for x in (1.0, 2.0, 3.0, 4.0)])
    assert [key[-1] for key in widget._drawn] == [2.0, 3.0, 4.0]
    widget.set(x=1.0)  # the first to go is drawn again
    assert widget.screen.frame == frames[0]


def test_pictures_in_advance_leave_time_for_other_things(monkeypatch):
    widget = widgets.Saturation()
    answers = []
    widget.screen.send = lambda answer: answers.append(answer["ahead"])
    monkeypatch.setattr("tutor.widgets.explorer.AHEAD_SECONDS", 0.0)
    widget.screen._handle_custom_msg({"ahead": [[1.0], [2.0], [3.0]]}, [])
    assert [frame["values"] for frame in answers[0]] == [[1.0]]


# Live plots ---------------------------------------------------------------------------------------


def figure():
    made, axes = plots.subplots(5, 3)
    with plots.style():
        axes.set(xlim=(0, 10), ylim=(-2, 2))
        (line,) = axes.plot(np.arange(11), np.sin(np.arange(11)), zorder=2)
        (above,) = axes.plot([0, 10], [1, 1], zorder=3)
        (dots,) = axes.plot([1, 2], [1, 0], "o", zorder=4)
        text = axes.text(3, 1, "here", zorder=5)
        bar = axes.bar([4], [1], zorder=1)[0]
        image = axes.imshow(
            np.arange(12.0).reshape(3, 4), extent=(6, 9, -1, 1), aspect="auto", zorder=1.5
        )
        axes.set(xlim=(0, 10), ylim=(-2, 2))
    return made, SimpleNamespace(line=line, above=above, dots=dots, text=text, bar=bar, image=image)


def drawn(svg):
    """What an SVG draws, in order: paths, markers, texts and images, without ids; and where."""
    svg = re.sub(r"<defs>.*?</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'href="#\w+"', 'href="#"', svg)
    found = re.findall(r'<(?:path|use|text|image)[^>]*? (?:d|x|xlink:href)="[^"]*"', svg)
    number = r"-?[0-9]+\.?[0-9]*(?=[ \"])"
    places = [float(each) for each in re.findall(number, "".join(found))]
    return re.sub(number, "", "".join(found)), places


def test_a_live_plot_is_what_matplotlib_would_have_drawn():
    made, artists = figure()
    live = LivePlot(made, [artists.text, artists.line, artists.dots, artists.bar, artists.image])
    artists.line.set_ydata(np.cos(np.arange(11)))
    artists.dots.set_data([5], [-1])
    artists.text.set(x=7, text="there")
    artists.bar.set_height(-1.5)
    artists.image.set_data(-np.arange(12.0).reshape(3, 4))
    svg = live.svg()
    (elements, places), (theirs, right) = drawn(svg), drawn(plots.Picture(made, "").svg())
    assert elements == theirs
    np.testing.assert_allclose(places, right, atol=0.006)
    assert svg.count(">there<") == 1
    assert ">here<" not in svg


@pytest.mark.parametrize(
    "special",
    [
        {"rotation": 30},
        {"text": "two\nlines", "ha": "right", "va": "top"},
        {"text": "$w_1$", "ha": "center"},
        {"bbox": {"facecolor": "white"}},
        {"clip_on": True},
    ],
    ids=["rotated", "lines", "formula", "framed", "clipped"],
)
@pytest.mark.parametrize("plain_first", [False, True])
def test_a_special_text_is_what_matplotlib_would_have_drawn(special, plain_first):
    made, artists = figure()
    live = LivePlot(made, [artists.text])
    if plain_first:
        live.svg()
    artists.text.set(**special)
    (part,) = live.moving_parts()
    whole = plots.Picture(made, "").svg()
    (elements, places), (theirs, right) = drawn(live.svg()), drawn(whole)
    assert elements == theirs
    np.testing.assert_allclose(places, right, atol=0.006)
    turned = [set(re.findall(r'transform="([^"]+)"', each)) for each in (part, whole)]
    assert turned[0] <= turned[1]


@pytest.mark.parametrize(
    "change",
    [
        {"alpha": 0.5}, {"color": "#123456"}, {"ha": "right"}, {"va": "top"}, {"fontsize": 20},
        {"fontweight": "bold"}, {"fontstyle": "italic"}, {"fontfamily": "monospace"},
        {"text": "a < b & c"}, {"text": ""}, {"visible": False}, {"x": 5},
    ],
    ids=str,
)  # fmt: skip
def test_a_text_that_changes_its_look_is_what_matplotlib_would_have_drawn(change):
    made, artists = figure()
    live = LivePlot(made, [artists.text])
    live.svg()
    artists.text.set(**change)
    mine, theirs = (
        re.findall(r'<text style="([^"]*)" x="([^"]*)" y="([^"]*)"[^>]*>([^<]*)<', svg)
        for svg in (live.svg(), plots.Picture(made, "").svg())
    )
    assert [(style, words) for style, *_, words in mine] == [
        (style, words) for style, *_, words in theirs
    ]
    places = ([[float(x), float(y)] for _, x, y, _ in each] for each in (mine, theirs))
    np.testing.assert_allclose(*places, atol=0.006)


def test_where_a_moving_artist_stands_at_first_moves_nothing_else():
    parts = []
    for x in (3, 9.9):
        made, artists = figure()
        artists.text.set(x=x, text="long enough to reach out of the axes")
        parts.append(LivePlot(made, [artists.text]).still_parts)
    assert parts[0] == parts[1]


def test_a_live_plot_draws_the_same_twice():
    made, _ = figure()
    many = made.axes[0].scatter([1, 2, 3], [0, 1, 0], s=[10, 20, 30])
    live = LivePlot(made, [many])
    before = live.svg()
    many.stale = True
    assert live.svg() == before


def test_a_live_plot_draws_the_rest_only_once():
    made, artists = figure()
    live = LivePlot(made, [artists.line])
    before = live.svg()
    artists.above.set_ydata([-1, -1])
    assert live.svg() == before
    artists.line.set_ydata(np.zeros(11))
    assert live.svg() != before


def test_moving_parts_refer_to_the_clip_of_their_axes_and_bring_only_one_of_their_own():
    made, artists = figure()
    live = LivePlot(made, [artists.line, artists.bar, artists.dots])
    circle = Circle((5, 0), 2, transform=made.axes[0].transData)
    artists.dots.set_clip_path(circle)
    for place in (3, 4):  # drawn again, a part is as whole as the first time
        artists.line.set_ydata(np.full(11, place))
        artists.dots.set_data([place], [0])
        svg = live.svg()
        used = set(re.findall(r"url\(#(\w+)\)", svg))
        defined = re.findall(r'<clipPath id="(\w+)"', svg)
        assert len(used) == 2
        assert used <= set(defined)
        assert len(defined) == len(set(defined))
        *others, dots = live.moving_parts()
        assert ["<clipPath" in part for part in (*others, dots)] == [False, False, True]


def test_where_all_moves_the_clip_of_the_axes_stands_still():
    made, artists = figure()
    live = LivePlot(made, list(vars(artists).values()))
    assert "<clipPath" in "".join(live.still_parts)
    assert "<clipPath" not in "".join(live.moving_parts())


def test_a_live_plot_keeps_its_styles_to_itself():
    made, artists = figure()
    svg = LivePlot(made, [artists.line]).svg()
    assert svg.startswith('<svg style="stroke-linejoin: round" ')  # the one that can be seen
    assert svg.count("</svg>") == 1
    assert "<style" not in svg


# What the widgets compute -------------------------------------------------------------------------


def test_activation_explorer_says_what_the_table_says():
    widget = widgets.ActivationExplorer(activation="leaky_relu", x=-2.0, slope=0.1)
    assert widget.alt.startswith("Leaky ReLU with slope = 0.1: at x = −2 the value is −0.2 ")
    assert "slope 0.1. It takes values in (−∞, ∞) and never saturates." in widget.alt


def test_activation_explorer_shows_only_the_parameters_that_count():
    widget = widgets.ActivationExplorer()
    shown = {}
    for name in activations.ACTIVATIONS:
        widget.inputs["activation"].value = name
        shown[name] = [n for n, c in widget.inputs.items() if c.layout.display != "none"][2:]
    assert shown["sigmoid"] == []
    assert shown["prelu"] == ["prelu_alpha"]
    assert shown["elu"] == ["elu_alpha"]
    assert shown["maxout"] == ["w1", "b1", "w2", "b2"]
    assert sum(map(len, shown.values())) == 9


def test_saturation_arrives_or_stays():
    assert saturation.descend("sigmoid", 0.0)[0] == saturation.TARGET
    assert saturation.descend("sigmoid", 10.0)[-1] > 0.999
    assert saturation.descend("relu", 10.0)[1] == saturation.TARGET
    assert saturation.descend("relu", -3.0)[-1] == 0.0
    assert "arrives at 0.5 after 1 step." in widgets.Saturation(activation="relu", x=10).alt
    assert "still answers 0.997" in widgets.Saturation().alt


def test_depth_of_a_linear_network_by_hand():
    x, weights, da = depth._normal()
    forward, backward = depth.pass_through("linear", 3, 2.0)
    scaled = weights[:3] * np.float32(2.0 / np.sqrt(depth.WIDTH))
    np.testing.assert_allclose(forward[2], depth._size(x @ scaled[0] @ scaled[1] @ scaled[2]), 1e-5)
    np.testing.assert_allclose(backward[0], depth._size(da @ scaled[2].T @ scaled[1].T), 1e-5)
    np.testing.assert_allclose(backward[2], depth._size(da))


@pytest.mark.parametrize(
    ("name", "gain", "verdict"),
    [
        ("sigmoid", 1.0, "vanishes"),
        ("relu", 1.4, "arrives"),
        ("tanh", 1.0, "arrives"),
        ("relu", 5.0, "explodes"),
        ("linear", 10.0, "no longer a number"),
    ],
)
def test_depth_verdicts(name, gain, verdict):
    layers = 50 if "number" in verdict else 20
    assert verdict in widgets.Depth(activation=name, gain=gain, layers=layers).alt


def test_dead_units_die_of_a_large_learning_rate_only():
    dead = {lr: dead_units.train("relu", lr, 0.0, 0).dead[-1].mean() for lr in (0.3, 1.0, 10.0)}
    assert dead[0.3] == dead[1.0] == 0.0
    assert dead[10.0] > 0.5
    assert not dead_units.train("leaky_relu", 10.0, 0.0, 0).dead.any()


def test_a_dead_unit_never_changes_again_without_its_inputs():
    dead = dead_units.train("relu", 5.0, 0.0, 0).dead
    assert (dead[1:] >= dead[:-1]).all()


def test_dead_units_learn_at_a_moderate_learning_rate():
    output = dead_units.train("relu", 1.0, 0.0, 0).output
    right = ((output > 0.5) == dead_units._Y[:, 0]).mean(axis=1)
    assert right[0] < 0.8 < 0.95 < right[-1]


@pytest.mark.parametrize("target", relu_sum._TARGETS)
def test_least_squares_comes_close(target):
    widget = widgets.ReluSum(target=target)
    solve, flatten = widget.children[2].children[-2:]
    off = float(re.search(r"([0-9.]+) on average", widget.alt)[1])
    solve.click()
    assert float(re.search(r"([0-9.]+) on average", widget.alt)[1]) < 0.45 * off
    flatten.click()
    assert set(widget.values.values()) == {target, 0.0}


def test_relu_sum_adds_its_pieces():
    widget = widgets.ReluSum(bend1=1.0, bend4=-2.0, height=0.5)
    x = relu_sum._X
    expected = 0.5 + np.maximum(x + 3, 0) - 2 * np.maximum(x, 0)
    np.testing.assert_allclose(widget._sum.get_ydata(), expected, atol=1e-12)


def test_softmax_ignores_a_shift_and_feels_temperature():
    share = {}
    for start in ({}, {"shift": 10.0}, {"temperature": 0.1}, {"temperature": 10.0}):
        alt = widgets.SoftmaxTemperature(**start).alt
        share[str(start)] = [float(p) for p in re.findall(r"(?:cat|dog|owl) ([0-9.]+)[,.]", alt)]
    plain, shifted, cold, hot = share.values()
    assert plain == shifted == [0.705, 0.259, 0.035]
    assert cold[0] == 1.0
    assert max(hot) - min(hot) < 0.1


# Colours ------------------------------------------------------------------------------------------

# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB in and out.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip
_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # fmt: skip


def lab_colour(colour, blindness):
    """CIE L*a*b* of a colour as somebody with a kind of colour blindness sees it."""
    part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(blindness) @ linear, 0, 1)
    x, y, z = np.cbrt(_TO_XYZ @ seen / (_TO_XYZ @ np.ones(3)))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", BLINDNESS)
def test_blue_and_orange_are_told_apart_by_everybody(kind):
    themes = re.findall(r"--fnn-blue: (#\w{6});\s*--fnn-orange: (#\w{6})", stylesheet("screen.css"))
    assert len(themes) == 2
    pairs = [(colours.BLUE, colours.ORANGE), *themes, colours.SIGNS[::2]]
    for one, other in pairs:
        blindness = BLINDNESS[kind]
        apart = np.linalg.norm(lab_colour(one, blindness) - lab_colour(other, blindness))
        assert apart > 40, f"{one} and {other} are {apart:.0f} apart"
