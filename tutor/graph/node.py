"""A node of a graph: one number, and the operators that make gates of it."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from tutor.graph import gates, narration
from tutor.graph.gates import Gate

if TYPE_CHECKING:
    from tutor.graph.graph import Graph


def finite_number(value: object, what: str = "a number or a node of the same graph") -> float:
    """Return `value` as a float.

    Parameters
    ----------
    value : object
        A Python or numpy number, or an array of shape ().
    what : str
        What was expected, for the message.

    Raises
    ------
    TypeError
        If it isn't one real number.
    ValueError
        If it is infinite or nan.
    """
    if type(value) is float and isfinite(value):
        return value  # by far the commonest case
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, np.ndarray):
        raise TypeError(
            f"expected {what}, got an array of shape {value.shape}: a node holds one number "
            "(Graph.variables makes an array of nodes)"
        )
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"expected {what}, got {value!r} ({type(value).__name__})")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise ValueError(f"expected a finite number, got {value!r}")
    return number


class Node:
    """One number in a graph: a variable, or what a gate computes.

    Made by `Graph.variable` and by calculating with nodes, never directly.

    Attributes
    ----------
    graph : Graph
        The graph it belongs to.
    index : int
        Its place in `graph.nodes`; inputs come before the gates that use them.
    gate : Gate
        The operation (`graph_gates.VARIABLE` for a variable).
    inputs : tuple of Node
        What enters the gate.
    constant : float or None
        The gate's constant: c in c·x, c + x, x**c.
    value : float
        The number it holds.
    local : tuple of float
        For each input, the derivative of `value` with respect to that input.
    gradient : float or None
        d(output)/d(this node) after `Graph.backward`; None before. 0 if the output doesn't
        depend on the node.
    name : str or None
        The name given by `Graph.variable` or `named`.
    """

    __slots__ = (
        "constant",
        "gate",
        "gradient",
        "graph",
        "index",
        "inputs",
        "local",
        "name",
        "value",
    )

    graph: Graph
    index: int
    gate: Gate
    inputs: tuple[Node, ...]
    constant: float | None
    value: float
    local: tuple[float, ...]
    gradient: float | None
    name: str | None

    def named(self, name: str) -> Node:
        """Give the node a name and return the node: `q = (x + y).named("q")`.

        Raises
        ------
        ValueError
            If the name is empty or taken by another node of the graph.
        """
        self.graph.give_name(name, self)
        return self

    @property
    def label(self) -> str:
        """The name, or else the formula, or, if that is long, the gate and its number."""
        return narration.label(self)

    @property
    def formula(self) -> str:
        """How the node is computed from named nodes: "(x + y) × z"."""
        return narration.formula(self)

    def __repr__(self) -> str:
        gradient = "" if self.gradient is None else f", gradient={self.gradient:.6g}"
        return f"Node({self.label}: value={self.value:.6g}{gradient})"

    # Operators. A constant becomes part of its gate (c·x, c + x), as in hand-drawn graphs.
    def __add__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph.apply(gates.ADD, (self, other))
        return self.graph.apply(gates.SHIFT, (self,), finite_number(other))

    __radd__ = __add__

    def __sub__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph.apply(gates.SUBTRACT, (self, other))
        return self.graph.apply(gates.SHIFT, (self,), -finite_number(other))

    def __rsub__(self, other: object) -> Node:
        return self.graph.apply(gates.SUBTRACT_FROM, (self,), finite_number(other))

    def __mul__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph.apply(gates.MULTIPLY, (self, other))
        return self.graph.apply(gates.SCALE, (self,), finite_number(other))

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph.apply(gates.DIVIDE, (self, other))
        return self.graph.apply(gates.DIVIDE_BY, (self,), finite_number(other))

    def __rtruediv__(self, other: object) -> Node:
        constant = finite_number(other)
        if constant == 1.0:
            return self.reciprocal()
        return self.graph.apply(gates.DIVIDE_INTO, (self,), constant)

    def __pow__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph.apply(gates.GENERAL_POWER, (self, other))
        return self.graph.apply(gates.POWER_OF, (self,), finite_number(other))

    def __rpow__(self, other: object) -> Node:
        return self.graph.apply(gates.EXPONENTIAL, (self,), finite_number(other))

    def __neg__(self) -> Node:
        return self.graph.apply(gates.NEGATE, (self,), -1.0)

    def __pos__(self) -> Node:
        return self

    # Python's max(0, x), and an `if`, would compare and so lose the way back to one input.
    def _compare(self, other: object) -> NoReturn:
        raise TypeError(
            "nodes can't be compared: a choice leaves no trace in a graph. "
            "maximum(a, b) and a.relu() are gates"
        )

    __lt__ = __le__ = __gt__ = __ge__ = _compare

    def exp(self) -> Node:
        """Raise e to the power of this node."""
        return self.graph.apply(gates.EXP, (self,))

    def log(self) -> Node:
        """Natural logarithm; ValueError unless the value is greater than 0."""
        return self.graph.apply(gates.LOG, (self,))

    def reciprocal(self) -> Node:
        """1 over this node; ValueError at 0."""
        return self.graph.apply(gates.RECIPROCAL, (self,))

    def sqrt(self) -> Node:
        """Square root, as the power 0.5."""
        return self**0.5

    def tanh(self) -> Node:
        """Hyperbolic tangent."""
        return self.graph.apply(gates.TANH, (self,))

    def sigmoid(self) -> Node:
        """Logistic function 1/(1 + exp(−x)) as one gate."""
        return self.graph.apply(gates.SIGMOID, (self,))

    def relu(self) -> Node:
        """max(0, x), with derivative 0 at 0."""
        return self.graph.apply(gates.RELU, (self,))

    def activate(self, name: str, **parameters: float) -> Node:
        """Apply an activation function of `tutor.activations`: `z.activate("elu", alpha=1)`.

        Raises
        ------
        ValueError
            For an unknown name or parameter, and for softmax and maxout, which take
            several numbers.
        """
        return self.graph.apply(gates.activation_gate(name, parameters), (self,))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Let `np.exp(node)`, `np.maximum(0, node)` and `np.float64(2) * node` build gates."""
        build = _UFUNCS.get(ufunc.__name__)
        if build is None or method != "__call__" or options:
            known = ", ".join(f"np.{name}" for name in _UFUNCS)
            raise TypeError(f"np.{ufunc.__name__} is no gate of a graph; there are {known}")
        if any(isinstance(value, np.ndarray) and value.ndim for value in inputs):
            return np.frompyfunc(build, len(inputs), 1)(*map(_as_objects, inputs))
        return build(*inputs)


def _as_objects(value: object) -> npt.NDArray[np.object_]:
    """Wrap a number, a node or an array, so that numpy hands its elements to Python code."""
    return np.asarray(value, dtype=object)


def _plain(value: object) -> Any:
    """Turn a numpy scalar into a float, whose operators leave the work to the node."""
    return value if isinstance(value, Node) else finite_number(value)


_UFUNCS: dict[str, Callable[..., Node]] = {
    "add": lambda a, b: _plain(a) + _plain(b),
    "subtract": lambda a, b: _plain(a) - _plain(b),
    "multiply": lambda a, b: _plain(a) * _plain(b),
    "divide": lambda a, b: _plain(a) / _plain(b),
    "power": lambda a, b: _plain(a) ** _plain(b),
    "float_power": lambda a, b: _plain(a) ** _plain(b),
    "maximum": lambda a, b: maximum(a, b),
    "negative": lambda a: -a,
    "positive": lambda a: a,
    "reciprocal": lambda a: a.reciprocal(),
    "square": lambda a: a**2,
    "sqrt": lambda a: a.sqrt(),
    "exp": lambda a: a.exp(),
    "log": lambda a: a.log(),
    "tanh": lambda a: a.tanh(),
}


def maximum(*inputs: Node | float) -> Node:
    """Build a max gate: the largest of several nodes, or of one node and a constant.

    On a tie the gradient goes to the first of the largest inputs; a constant comes before
    a node, wherever it was written.

    Raises
    ------
    ValueError
        For fewer than two inputs, more than one constant beside one node, or mixed graphs.
    TypeError
        If no input is a node.
    """
    nodes = tuple(value for value in inputs if isinstance(value, Node))
    constants = [finite_number(value) for value in inputs if not isinstance(value, Node)]
    if not nodes:
        raise TypeError(f"maximum expects at least one node, got {inputs!r}")
    if len(inputs) < 2:
        raise ValueError("maximum expects at least two inputs, got one")
    largest = nodes[0] if len(nodes) == 1 else nodes[0].graph.apply(gates.MAXIMUM, nodes)
    if constants:
        return largest.graph.apply(gates.MAXIMUM_WITH, (largest,), max(constants))
    return largest
