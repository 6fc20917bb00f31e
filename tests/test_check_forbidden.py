"""Forbidden calls are noticed while the function runs, however they are named."""

import functools
import math
import sys
import types

import numpy as np
import pytest
from scipy.special import expit

from tutor import activations, check, forbidden

x = np.array([0.5, 1.0])
gradient = np.gradient
tangent = np.tanh


def used(names, f, *args):
    with forbidden.watch(names) as found:
        f(*args)
    return found


def in_notebook(source):
    """Define f as a notebook would, in globals of its own."""
    namespace = {"__name__": "__main__", "np": np, "math": math, "expit": expit}
    exec(source, namespace)
    return namespace["f"]


@pytest.mark.parametrize(
    ("names", "source", "expected"),
    [
        (["np.gradient"], "def f(x): return np.gradient(x)", ["np.gradient"]),
        (["numpy.gradient"], "def f(x): return np.gradient(x)", ["numpy.gradient"]),
        (
            ["np.gradient"],
            "from numpy import gradient as g\ndef f(x): return g(x)",
            ["np.gradient"],
        ),
        (["np.gradient"], "def f(x): return getattr(np, 'grad' + 'ient')(x)", ["np.gradient"]),
        (["np.tanh"], "def f(x): return np.tanh(x)", ["np.tanh"]),
        (["np.tanh"], "from numpy import tanh as t\ndef f(x): return t(x)", ["np.tanh"]),
        (["np.tanh"], "t = np.tanh\ng = lambda x: t(x)\ndef f(x): return g(x)", ["np.tanh"]),
        (["np.tanh"], "def f(x, t=np.tanh): return t(x)", ["np.tanh"]),
        (["np.tanh"], "def f(x): return [np.tanh(v) for v in x]", ["np.tanh"]),
        (["math.tanh"], "def f(x): return math.tanh(x[0])", ["math.tanh"]),
        (["scipy.special.expit"], "def f(x): return expit(x)", ["scipy.special.expit"]),
        (["scipy.special.*"], "def f(x): return expit(x)", ["scipy.special.*"]),
        (
            ["scipy.special.*"],
            "def f(x):\n import scipy.special as s\n return s.softmax(x)",
            ["scipy.special"],
        ),
        (
            ["tutor.activations.*"],
            "from tutor.activations import relu\ndef f(x): return relu(x)",
            ["tutor.activations"],
        ),
        (
            ["tutor.activations.*"],
            "from tutor import activations as a\ndef f(x): return a.ACTIVATIONS['relu'](x)",
            ["tutor.activations"],
        ),
        (
            ["autograd.*"],
            "def f(x):\n from autograd import grad\n return grad(lambda t: t * t)(1.0)",
            ["autograd"],
        ),
        (["np.tanh", "np.exp"], "def f(x): return np.exp(np.tanh(x))", ["np.tanh", "np.exp"]),
        (["np.tanh"], "def f(x): return np.exp(x) + np.sinh(x)", []),
        (["np.gradient"], "def f(x): return np.diff(x)", []),
        (["tutor.activations.*"], "def f(x): return np.maximum(0, x)", []),
        (["jax.*", "torch.*"], "def f(x): return x", []),
        ([], "def f(x): return np.tanh(x)", []),
    ],
)
def test_calls_are_noticed(names, source, expected):
    assert [name.removesuffix(".*") for name in used(names, in_notebook(source), x)] == [
        name.removesuffix(".*") for name in expected
    ]


def test_only_what_runs_counts():
    f = in_notebook("def f(x):\n if x[0] > 100:\n  return np.gradient(x)\n return x")
    assert used(["np.gradient"], f, x) == []
    assert used(["np.gradient"], f, 1000 * x) == ["np.gradient"]


def test_everything_is_put_back():
    before = {id(np.tanh), id(np.gradient), id(tangent)}
    profile = sys.getprofile()

    def f():
        tangent(x)
        raise RuntimeError

    namespace = types.FunctionType(f.__code__, {"tangent": np.tanh, "x": x, "__builtins__": {}})
    with pytest.raises(NameError), forbidden.watch(["np.tanh", "np.gradient"]):
        namespace()
    assert {id(np.tanh), id(np.gradient), id(tangent)} == before
    assert namespace.__globals__["tangent"] is np.tanh
    assert sys.getprofile() is profile


def test_the_watch_ends():
    with forbidden.watch(["np.tanh"]) as found:
        pass
    np.tanh(x)
    assert found == []


def test_callbacks_of_the_checker_are_not_held_against_the_student():
    def numerical_gradient(f, x):
        return np.array([(f(x + e) - f(x - e)) / 2e-5 for e in 1e-5 * np.eye(len(x))])

    assert check.exercise("backprop/numerical_gradient", numerical_gradient).ok


def test_the_student_and_the_instructor_are_told():
    result = check.exercise("activations/sigmoid", lambda t: activations.sigmoid(t))
    line = result.lines[0]
    assert line.forbidden == ("tutor.activations",)
    assert "`tutor.activations`" in line.message
    assert result.to_dict()["lines"][0]["forbidden"] == ["tutor.activations"]
    assert result.score == 0


@pytest.mark.parametrize(
    "ready_made", [expit, functools.partial(expit), functools.partial(np.vectorize(expit))]
)
@pytest.mark.parametrize("hidden", [False, True])
def test_the_ready_made_function_under_the_name_of_the_students(ready_made, hidden):
    """After `sigmoid = expit` no Python code of the student's runs, so nothing else shows it."""
    seed = 3 if hidden else None
    result = check.exercise("activations/sigmoid", ready_made, seed=seed, hidden=hidden)
    assert {line.mistake for line in result.lines} == {"general/forbidden"}
    names = ["scipy.special.expit", "np.tanh"]
    assert used(names, lambda f, v: f(v), ready_made, x) == names[:1]
