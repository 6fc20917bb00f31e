"""The worked examples of the course, each a function that builds its graph."""

from collections.abc import Callable, Mapping

from tutor.graph.graph import Graph


def product_of_sum(x: float = -2.0, y: float = 5.0, z: float = -4.0) -> Graph:
    """Build f = (x + y) z. At the defaults q = 3, f = −12 and the gradients are −4, −4, 3."""
    graph = Graph("f = (x + y) × z")
    nodes = [graph.variable(*pair) for pair in (("x", x), ("y", y), ("z", z))]
    q = (nodes[0] + nodes[1]).named("q")
    (q * nodes[2]).named("f")
    return graph


def neuron(
    w0: float = 2.0, x0: float = -1.0, w1: float = -3.0, x1: float = -2.0, w2: float = -3.0
) -> Graph:
    """Build f = 1/(1 + exp(−(w0 x0 + w1 x1 + w2))) gate by gate; w2 is the bias.

    At the defaults f = 0.7311, df/dw = (−0.1966, −0.3932, 0.1966) and
    df/dx = (0.3932, −0.5898).
    """
    graph = Graph("f = 1 / (1 + exp(−(w0 × x0 + w1 × x1 + w2)))")
    weight0, input0 = graph.variable("w0", w0), graph.variable("x0", x0)
    weight1, input1 = graph.variable("w1", w1), graph.variable("x1", x1)
    bias = graph.variable("w2", w2)
    z = (weight0 * input0 + weight1 * input1 + bias).named("z")
    (1 / (1 + (-z).exp())).named("f")
    return graph


def shared_input(a: float = 2.0, b: float = 1.0) -> Graph:
    """Build e = (a + b)(b + 1): b is used twice, so de/da = b + 1 and de/db = a + 2b + 1."""
    graph = Graph("e = (a + b) × (b + 1)")
    first, second = graph.variable("a", a), graph.variable("b", b)
    c = (first + second).named("c")
    d = (second + 1).named("d")
    (c * d).named("e")
    return graph


examples: Mapping[str, Callable[..., Graph]] = {
    "product_of_sum": product_of_sum,
    "neuron": neuron,
    "shared_input": shared_input,
}
"""The worked examples by name: `examples["neuron"](w0=1.5)` builds one with other values."""
