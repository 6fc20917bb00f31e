import base64
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tutor import activations, plots


def wrong_sign(x):
    return 1 / (1 + np.exp(x))


@pytest.mark.slow
@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_draws_each_activation(name):
    picture = plots.activation(name, at=0.5)
    assert activations.get(name).label in picture.alt
    assert "At x = 0.5 the value is" in picture.alt
    ET.fromstring(picture.svg())


def test_alt_of_activation_holds_its_numbers():
    alt = plots.activation("sigmoid", at=0.0).alt
    assert "At x = 0 the value is 0.5 and the slope 0.25." in alt


def test_parameters_reach_the_function_and_the_title():
    alt = plots.activation("leaky_relu", span=(-10, 10), at=-10, slope=0.1).alt
    assert alt.startswith("Leaky ReLU (slope 0.1)")
    assert "At x = −10 the value is −1 and the slope 0.1." in alt


@pytest.mark.parametrize("span", [(1, 1), (2, 1), (0, np.inf), (np.nan, 1)])
def test_rejects_what_is_no_interval(span):
    with pytest.raises(ValueError, match="two finite numbers"):
        plots.activation("relu", span=span)


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_curve_has_the_slope_of_its_values(name):
    x = np.linspace(-3.03, 3.01, 41)
    _, slope = plots.curve(name, x)
    h = 1e-6
    rise = (plots.curve(name, x + h)[0] - plots.curve(name, x - h)[0]) / (2 * h)
    np.testing.assert_allclose(slope, rise, atol=1e-7)


def test_a_step_is_broken_and_a_steep_curve_is_not():
    x = np.linspace(-5, 5, 401)
    assert np.isnan(plots.broken(plots.curve("binary_step", x)[0])).sum() == 1
    assert not np.isnan(plots.broken(plots.curve("sigmoid", 30 * x)[0])).any()


@pytest.mark.slow
def test_svg_is_the_same_each_time_and_in_each_process():
    code = (
        "import hashlib; from tutor import plots;"
        "print(hashlib.sha256(plots.activation('elu', at=-1).svg().encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    picture = plots.gallery()
    assert picture.svg() == picture.svg()
    assert "metadata" not in picture.svg()


def test_html_is_an_image_with_escaped_alt():
    picture = plots.activation("relu")
    picture.alt = 'a "quoted" <b> & more'
    bundle = picture._repr_mimebundle_()
    assert 'alt="a &quot;quoted&quot; &lt;b&gt; &amp; more"' in bundle["text/html"]
    assert bundle["text/plain"] == picture.alt
    data = re.search(r'base64,([^"]+)"', bundle["text/html"])[1]
    assert base64.b64decode(data).decode() == picture.svg()


@pytest.mark.slow
def test_leaves_pyplot_alone():
    code = (
        "import sys; from tutor import plots;"
        "plots.gallery().svg(); plots.activation('relu').svg();"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_compare_names_the_largest_difference():
    picture = plots.compare(wrong_sign, activations.sigmoid, [-2, 0, 0.5])
    assert picture.alt == (
        "Your function differs from expected at 2 of 3 inputs, most at x = −2: "
        "0.881 in place of 0.119."
    )


def test_compare_when_all_is_right():
    picture = plots.compare(np.tanh, activations.tanh, np.linspace(-1, 1, 7), label="my tanh")
    assert picture.alt == "My tanh agrees with expected at all 7 inputs."


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "says"),
    [
        (lambda x: 1 / 0, "Your function raised ZeroDivisionError: division by zero."),
        (lambda x: x[:2], "Your function returned shape (2,), expected (4,)."),
        (lambda x: None, "Your function returned nothing (None)."),
        (lambda x: "text", "Your function raised ValueError"),
        (lambda x: x * np.nan, "at 4 of 4 inputs, most at x = −1: not a number in place of 0.269"),
        (lambda x: x / np.zeros(4), "most at x = −1: −∞ in place of 0.269"),
        (lambda x: np.exp(np.full(4, 700.0)), "1.01e304 in place of"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_compare_survives_what_students_write(student, says):
    picture = plots.compare(student, activations.sigmoid, [-1.0, 0.0, 2.0, 1000.0])
    assert says in picture.alt
    ET.fromstring(picture.svg())


@pytest.mark.filterwarnings("error")
def test_compare_takes_values_matrices_and_numpy_warnings():
    x = np.arange(6.0).reshape(2, 3)
    assert "agrees" in plots.compare(activations.softmax, activations.softmax, x).alt
    assert "element 3" in plots.compare([0, 1, 2, 9], [0, 1, 2, 3], np.zeros((2, 2))).alt
    plots.compare(np.log, activations.relu, np.array([-1.0, 0.0, 1.0])).svg()


def test_compare_does_not_let_students_change_the_inputs():
    x = np.array([3.0, 1.0, 2.0])

    def greedy(values):
        values[:] = 0
        return values

    plots.compare(greedy, activations.relu, x)
    np.testing.assert_array_equal(x, [3.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.12345, "−0.123"),
        (-1e-12, "−1e−12"),
        (-0.0, "0"),
        (1234.56, "1235"),
        (-1000, "−1000"),
        (0.99995, "0.99995"),
        (-0.99994, "−0.99994"),
        (0.9996, "0.9996"),
        (1 - 4.2e-9, "0.999999996"),
        (0.95, "0.95"),
        (1.0, "1"),
        (np.nan, "not a number"),
        (-np.inf, "−∞"),
        (1e20, "1e20"),
    ],
)
def test_number(value, text):
    assert plots.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1e-12, "10⁻¹²"), (-1e4, "−10⁴"), (0.0, "0"), (1.0, "1"), (-10.0, "−10")]
)
def test_power(value, text):
    assert plots.power(value) == text
