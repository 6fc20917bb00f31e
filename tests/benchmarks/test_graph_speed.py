"""The graph, which records its steps, beside micrograd, which doesn't, on the same expressions.

Each round builds the expression, computes it forward and goes backward.
Run with `pytest tests/benchmarks/test_graph_speed.py --benchmark-group-by=param:expression`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from micrograd.engine import Value

from tutor.graph import Graph

Scalar = Any
Expression = Callable[[list[Scalar]], Scalar]

SIZES = (3, 8, 8, 1)
PARAMETERS = sum((before + 1) * after for before, after in pairwise(SIZES))
random.seed(1)
STARTS = {
    "mixed": [-4.0, 2.0],
    "network": [0.5, -1.2, 0.8] + [random.uniform(-1, 1) for _ in range(PARAMETERS)],
}


def mixed(inputs: list[Scalar]) -> Scalar:
    """Some of everything that micrograd has: sums, products, powers, quotients, ReLU, copies."""
    a, b = inputs
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c - a
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    return f / 2 + 10 / f


def network(inputs: list[Scalar]) -> Scalar:
    """A 3-8-8-1 network with ReLU, all its weights and biases variables."""
    activations, parameters = inputs[:3], iter(inputs[3:])
    for size in SIZES[1:]:
        layer = []
        for _ in range(size):
            z = next(parameters)
            for activation in activations:
                z = z + activation * next(parameters)
            layer.append(z.relu())
        activations = layer
    return (activations[0] - 1.5) ** 2


EXPRESSIONS: dict[str, Expression] = {"mixed": mixed, "network": network}


def run_graph(expression: str) -> list[float]:
    graph = Graph()
    inputs = [graph.variable(f"x{i}", value) for i, value in enumerate(STARTS[expression])]
    EXPRESSIONS[expression](inputs)
    return list(graph.backward().values())


def run_micrograd(expression: str) -> list[float]:
    inputs = [Value(value) for value in STARTS[expression]]
    EXPRESSIONS[expression](inputs).backward()
    return [node.grad for node in inputs]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("run", [run_graph, run_micrograd], ids=["tutor", "micrograd"])
def test_forward_and_backward(benchmark: Any, run: Callable[..., Any], expression: str) -> None:
    gradients = benchmark(run, expression)
    assert gradients == pytest.approx(run_micrograd(expression))
