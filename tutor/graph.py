"""A computational graph that remembers every step forward and backward.

>>> from tutor.graph import Graph
>>> graph = Graph()
>>> x, y, z = graph.variable("x", -2), graph.variable("y", 5), graph.variable("z", -4)
>>> q = (x + y).named("q")
>>> f = (q * z).named("f")
>>> graph.backward()
{'x': -4.0, 'y': -4.0, 'z': 3.0}
>>> print(graph.steps[2].text)
A multiply gate: f = q × z = 3 × (−4) = −12.

A node holds one number. For matrices use an object array of nodes (`Graph.variables`):
`@`, `+`, `*`, `np.exp`, `np.log` and `np.tanh` then build the graph number by number.

Conventions where the derivative does not exist:

- max: on a tie the whole gradient goes to the first of the largest inputs. A constant wins
  against a node, so that max(0, x) at 0 agrees with the next line.
- relu'(0) = 0, as in `tutor.activations`.

Speed: building an expression and going forward and backward takes about 0.75 times as long as
in micrograd, measured side by side by `tests/benchmarks/test_graph_speed.py`. The backward pass
only notes each gate and its upstream gradient; `steps` makes the rest from that when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np
import numpy.typing as npt

from tutor import graph_gates as gates
from tutor.graph_gates import Gate

if TYPE_CHECKING:
    from tutor.graph_drawing import Drawing, Layout

FloatArray = npt.NDArray[np.float64]
Kind = Literal["inputs", "forward", "seed", "backward"]


def _number(value: object, what: str = "a number or a node of the same graph") -> float:
    """Return `value` as a float, or say why it isn't one finite number."""
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
        self.graph._take_name(name, self)
        return self

    @property
    def label(self) -> str:
        """The name, or else the formula, or, if that is long, the gate and its number."""
        from tutor.graph_narration import label

        return label(self)

    @property
    def formula(self) -> str:
        """How the node is computed from named nodes: "(x + y) × z"."""
        from tutor.graph_narration import formula

        return formula(self)

    def __repr__(self) -> str:
        gradient = "" if self.gradient is None else f", gradient={self.gradient:.6g}"
        return f"Node({self.label}: value={self.value:.6g}{gradient})"

    # Operators. A constant becomes part of its gate (c·x, c + x), as in hand-drawn graphs.
    def __add__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph._apply(gates.ADD, (self, other))
        return self.graph._apply(gates.SHIFT, (self,), _number(other))

    __radd__ = __add__

    def __sub__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph._apply(gates.SUBTRACT, (self, other))
        return self.graph._apply(gates.SHIFT, (self,), -_number(other))

    def __rsub__(self, other: object) -> Node:
        return self.graph._apply(gates.SUBTRACT_FROM, (self,), _number(other))

    def __mul__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph._apply(gates.MULTIPLY, (self, other))
        return self.graph._apply(gates.SCALE, (self,), _number(other))

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph._apply(gates.DIVIDE, (self, other))
        return self.graph._apply(gates.DIVIDE_BY, (self,), _number(other))

    def __rtruediv__(self, other: object) -> Node:
        constant = _number(other)
        if constant == 1.0:
            return self.reciprocal()
        return self.graph._apply(gates.DIVIDE_INTO, (self,), constant)

    def __pow__(self, other: object) -> Node:
        if isinstance(other, Node):
            return self.graph._apply(gates.GENERAL_POWER, (self, other))
        return self.graph._apply(gates.POWER_OF, (self,), _number(other))

    def __rpow__(self, other: object) -> Node:
        return self.graph._apply(gates.EXPONENTIAL, (self,), _number(other))

    def __neg__(self) -> Node:
        return self.graph._apply(gates.NEGATE, (self,), -1.0)

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
        return self.graph._apply(gates.EXP, (self,))

    def log(self) -> Node:
        """Natural logarithm; ValueError unless the value is greater than 0."""
        return self.graph._apply(gates.LOG, (self,))

    def reciprocal(self) -> Node:
        """1 over this node; ValueError at 0."""
        return self.graph._apply(gates.RECIPROCAL, (self,))

    def sqrt(self) -> Node:
        """Square root, as the power 0.5."""
        return self**0.5

    def tanh(self) -> Node:
        """Hyperbolic tangent."""
        return self.graph._apply(gates.TANH, (self,))

    def sigmoid(self) -> Node:
        """Logistic function 1/(1 + exp(−x)) as one gate."""
        return self.graph._apply(gates.SIGMOID, (self,))

    def relu(self) -> Node:
        """max(0, x), with derivative 0 at 0."""
        return self.graph._apply(gates.RELU, (self,))

    def activate(self, name: str, **parameters: float) -> Node:
        """Apply an activation function of `tutor.activations`: `z.activate("elu", alpha=1)`.

        Raises
        ------
        ValueError
            For an unknown name or parameter, and for softmax and maxout, which take
            several numbers.
        """
        return self.graph._apply(gates.activation_gate(name, parameters), (self,))

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
    return value if isinstance(value, Node) else _number(value)


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
    constants = [_number(value) for value in inputs if not isinstance(value, Node)]
    if not nodes:
        raise TypeError(f"maximum expects at least one node, got {inputs!r}")
    if len(inputs) < 2:
        raise ValueError("maximum expects at least two inputs, got one")
    largest = nodes[0] if len(nodes) == 1 else nodes[0].graph._apply(gates.MAXIMUM, nodes)
    if constants:
        return largest.graph._apply(gates.MAXIMUM_WITH, (largest,), max(constants))
    return largest


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the forward or the backward pass.

    The tuples have one entry for each of `operands`, in the gate's order.

    Attributes
    ----------
    index : int
        Place in `graph.steps`.
    kind : str
        "inputs": the variables are given (always step 0; no node). "forward": a gate computes
        its value. "seed": the backward pass starts with d(output)/d(output) = 1.
        "backward": a gate hands gradients to its inputs.
    node : Node or None
        The node at work. Its values here are those of the step, whatever happens to it later.
    gate : str
        Name of the gate, empty in the steps "inputs" and "seed".
    operands : tuple of Node
        What enters the gate (in step 0: all variables).
    values : tuple of float
        Values of the operands.
    value : float or None
        Value of the node.
    local : tuple of float
        Local gradients d(node)/d(operand).
    upstream : float or None
        d(output)/d(node), complete. None in the forward pass.
    downstream : tuple of float
        upstream × local: what each operand receives in this step.
    accumulated : tuple of float
        Each operand's gradient after this step: the sum of all that it has received so far.
    received : tuple of tuple of float
        The contributions that make up `accumulated`, in the order of arrival.
    uses : tuple of int
        How often each operand is used on the way to the output: its number of contributions.
    """

    index: int
    kind: Kind
    node: Node | None
    gate: str
    operands: tuple[Node, ...]
    values: tuple[float, ...]
    value: float | None
    local: tuple[float, ...] = ()
    upstream: float | None = None
    downstream: tuple[float, ...] = ()
    accumulated: tuple[float, ...] = ()
    received: tuple[tuple[float, ...], ...] = ()
    uses: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The step in words."""
        from tutor.graph_narration import narrate

        return narrate(self)


# What the backward pass writes down for each gate: the node and its upstream gradient.
# Everything else in a step follows from that, the order, and the local gradients.
_Record = tuple[Node, float]


class Graph:
    """A computational graph of single numbers.

    Calculating with nodes adds gates and computes their values at once; `backward` computes
    every gradient; `steps` is the record of both; `draw` shows it; `forward` gives the
    variables new values.

    Parameters
    ----------
    title : str, optional
        What the graph computes, for drawings. Default: the output's formula.
    """

    def __init__(self, title: str | None = None) -> None:
        self.nodes: list[Node] = []
        self._title = title
        self._names: dict[str, Node] = {}
        self._output: Node | None = None  # chosen when there were self._output_size nodes
        self._output_size = 0
        self._has_gradients = False
        self._records: list[_Record] = []
        self._steps: tuple[Step, ...] | None = None
        self._steps_key: tuple[int, int] = (-1, -1)
        self._layout_made: Layout | None = None
        self._layout_key: tuple[int, int] = (-1, -1)
        self._version = 0  # counts changes of values and gradients

    # Building
    def variable(self, name: str, value: float) -> Node:
        """Add a named input.

        Raises
        ------
        ValueError
            If the name is taken or the value isn't finite.
        TypeError
            If the value isn't one number.
        """
        number = _number(value, f"a number for variable {name!r}")
        node = Node()
        node.name = None
        self._take_name(name, node)
        node.graph = self
        node.index = len(self.nodes)
        node.gate = gates.VARIABLE
        node.inputs = ()
        node.constant = None
        node.value = number
        node.local = ()
        node.gradient = None
        self.nodes.append(node)
        return node

    def variables(self, name: str, values: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Add an array of named inputs: "W[0,0]", "W[0,1]" and so on.

        Parameters
        ----------
        name : str
            The array's name.
        values : array_like
            Numbers, of any shape that isn't empty.

        Returns
        -------
        numpy.ndarray
            Array of nodes (dtype object) of the shape of `values`.

        Raises
        ------
        ValueError
            If the array is empty or contains numbers that aren't finite.
        """
        numbers = np.asarray(values)
        if numbers.size == 0:
            raise ValueError(f"expected numbers for {name!r}, got an empty array {numbers.shape}")
        nodes = np.empty(numbers.shape, dtype=object)
        for place, number in np.ndenumerate(numbers):
            label = f"{name}[{','.join(map(str, place))}]" if place else name
            nodes[place] = self.variable(label, number)
        return nodes

    def _take_name(self, name: str, node: Node) -> None:
        """Give a node a name that no other has; its former name is free again."""
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"expected a name, such as 'x', got {name!r}")
        if self._names.get(name, node) is not node:
            raise ValueError(f"the name {name!r} is taken by another node of this graph")
        if node.name is not None:
            del self._names[node.name]
        self._names[name] = node
        node.name = name
        self._version += 1

    def _apply(self, gate: Gate, inputs: tuple[Node, ...], constant: float | None = None) -> Node:
        """Add a gate and compute its value and local gradients."""
        node = Node()
        node.graph = self
        node.gate = gate
        node.inputs = inputs
        node.constant = constant
        node.gradient = node.name = None
        # One branch for each usual number of inputs: this is where building spends its time.
        try:
            if constant is not None:
                node.value, node.local = gate.rule(inputs[0].value, constant)
            elif len(inputs) == 1:
                node.value, node.local = gate.rule(inputs[0].value)
            elif len(inputs) == 2:
                first, second = inputs
                if second.graph is not self:
                    raise _mixed_graphs(gate, inputs)
                node.value, node.local = gate.rule(first.value, second.value)
            else:
                if any(operand.graph is not self for operand in inputs):
                    raise _mixed_graphs(gate, inputs)
                node.value, node.local = gate.rule(*[operand.value for operand in inputs])
            if not isfinite(node.value):
                raise OverflowError
        except (ValueError, ArithmeticError):
            raise _domain_error(node, [operand.value for operand in inputs]) from None
        nodes = self.nodes
        node.index = len(nodes)
        nodes.append(node)
        return node

    # Looking up
    def __getitem__(self, name: str) -> Node:
        """Return the node of that name; ValueError if there is none."""
        if name not in self._names:
            known = ", ".join(self._names) or "none yet"
            raise ValueError(f"no node is called {name!r}; the names are: {known}")
        return self._names[name]

    @property
    def output(self) -> Node:
        """The newest node, or the one that was differentiated, until the next is added."""
        if self._output is not None and self._output_size == len(self.nodes):
            return self._output
        if not self.nodes:
            raise ValueError("the graph is empty: add variables and calculate with them first")
        return self.nodes[-1]

    @property
    def title(self) -> str:
        """What the graph computes."""
        if self._title is not None:
            return self._title
        output = self.output
        return f"{output.name} = {output.formula}" if output.name else output.formula

    @property
    def inputs(self) -> dict[str, float]:
        """Name and value of each variable, in the order of their making."""
        return {str(node.name): node.value for node in self.nodes if node.gate is gates.VARIABLE}

    @property
    def gradients(self) -> dict[str, float]:
        """Name and gradient of each variable; ValueError before `backward`."""
        if not self._has_gradients:
            raise ValueError("there are no gradients yet: call backward() first")
        return {
            str(node.name): node.gradient or 0.0
            for node in self.nodes
            if node.gate is gates.VARIABLE
        }

    # Calculating
    def forward(self, **values: float) -> float:
        """Give variables new values, recompute every gate, and forget the gradients.

        If a gate can't be computed, the graph stays as it was.

        Returns
        -------
        float
            The output's value.

        Raises
        ------
        ValueError
            For an unknown name, or outside a gate's domain.
        """
        given: dict[int, float] = {}
        for name, value in values.items():
            node = self[name]
            if node.gate is not gates.VARIABLE:
                raise ValueError(f"{name!r} is computed by a gate; only variables can be set")
            given[node.index] = _number(value, f"a number for variable {name!r}")
        results = self._recompute(given)
        for node, (value, local) in zip(self.nodes, results, strict=True):
            node.value, node.local = value, local
        self._forget_gradients()
        return self.output.value

    def _recompute(self, given: Mapping[int, float]) -> list[tuple[float, tuple[float, ...]]]:
        """Return each node's value and local gradients for new values of variables, by index."""
        results: list[tuple[float, tuple[float, ...]]] = []
        for node in self.nodes:
            if node.gate is gates.VARIABLE:
                results.append((given.get(node.index, node.value), ()))
                continue
            entering = [results[operand.index][0] for operand in node.inputs]
            constants = () if node.constant is None else (node.constant,)
            try:
                result = node.gate.rule(*entering, *constants)
            except (ValueError, ArithmeticError):
                raise _domain_error(node, entering) from None
            if not isfinite(result[0]):
                raise _domain_error(node, entering)
            results.append(result)
        return results

    def backward(self, output: Node | str | None = None) -> dict[str, float]:
        """Compute the gradient of the output with respect to every node.

        Gates are visited in the reverse order of their making, so each node's gradient is
        complete before it is handed on. Earlier gradients are forgotten.

        Parameters
        ----------
        output : Node or str, optional
            Node to differentiate, or its name. Default: the graph's `output`.

        Returns
        -------
        dict
            Name and gradient of each variable.

        Raises
        ------
        ValueError
            If a gradient isn't finite, as for √x at 0.
        """
        end = self._find_output(output)
        self._forget_gradients()
        end.gradient = 1.0
        records: list[_Record] = []
        for node in reversed(self.nodes[: end.index + 1]):
            upstream = node.gradient
            if upstream is None:  # the output doesn't depend on it
                node.gradient = 0.0
                continue
            if not isfinite(upstream):
                self._has_gradients = True  # some
                self._forget_gradients()
                raise _gradient_error(node, records)
            inputs = node.inputs
            if not inputs:
                continue
            records.append((node, upstream))
            for operand, local in zip(inputs, node.local):  # noqa: B905 (checking takes time)
                gradient = operand.gradient
                downstream = upstream * local
                operand.gradient = downstream if gradient is None else gradient + downstream
        for node in self.nodes[end.index + 1 :]:
            node.gradient = 0.0
        self._choose_output(end)
        self._records = records
        self._has_gradients = True
        self._version += 1
        return self.gradients

    def _choose_output(self, node: Node) -> None:
        self._output, self._output_size = node, len(self.nodes)

    def _forget_gradients(self) -> None:
        if self._has_gradients:
            for node in self.nodes:
                node.gradient = None
        self._has_gradients = False
        self._records = []
        self._version += 1

    def _find_output(self, output: Node | str | None) -> Node:
        if output is None:
            return self.output
        node = self[output] if isinstance(output, str) else output
        if not isinstance(node, Node):
            raise TypeError(f"expected a node or its name as output, got {output!r}")
        if node.graph is not self:
            raise ValueError(f"the output {node.label} belongs to another graph")
        return node

    # Replaying
    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step so far: the inputs, the gates forward, and, after `backward`, backward.

        Only what the output depends on appears. Made when asked for, then kept.
        """
        key = (self._version, len(self.nodes))
        if self._steps is None or self._steps_key != key:
            from tutor.graph_replay import make_steps

            self._steps = make_steps(self, self._records)
            self._steps_key = key
        return self._steps

    def narrate(self) -> str:
        """All steps in words, numbered, one on a line."""
        return "\n".join(f"{step.index}. {step.text}" for step in self.steps)

    def draw(self, step: int | None = None) -> Drawing:
        """Draw the graph from left to right, values above the wires, gradients below.

        Parameters
        ----------
        step : int, optional
            Show only what is known after step number `step` of `steps` (negative numbers
            count from the end) and mark the gate at work. Default: all that is known.

        Raises
        ------
        ValueError
            If there is no such step.
        """
        from tutor.graph_drawing import draw

        return draw(self, step)

    def _layout(self) -> Layout:
        """Return the drawing's layout, which is the same for all steps."""
        key = (self._version, len(self.nodes))
        if self._layout_made is None or self._layout_key != key:
            from tutor.graph_drawing import arrange

            self._layout_made = arrange(self.output)
            self._layout_key = key
        return self._layout_made

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return self.draw()._repr_mimebundle_()


def _domain_error(node: Node, values: Sequence[float]) -> ValueError:
    entering = ", ".join(
        f"{operand.label} = {value:.6g}" for operand, value in zip(node.inputs, values, strict=True)
    )
    constant = "" if node.constant is None else f" and the constant {node.constant:.6g}"
    return ValueError(
        f"the {node.gate.name} gate of {node.formula} expected {node.gate.domain}, "
        f"got {entering}{constant}"
    )


def _mixed_graphs(gate: Gate, inputs: Sequence[Node]) -> TypeError:
    names = " and ".join(operand.label for operand in inputs)
    return TypeError(
        f"the {gate.name} gate expected nodes of one graph, got {names} of different graphs"
    )


def _gradient_error(node: Node, records: Sequence[_Record]) -> ValueError:
    culprit = next(gate for gate, _ in records if any(node is operand for operand in gate.inputs))
    return ValueError(
        f"the gradient of {node.label} is not finite: the {culprit.gate.name} gate of "
        f"{culprit.formula} has no finite derivative at {node.label} = {node.value:.6g}"
    )


def trace(function: Callable[..., Node], /, title: str | None = None, **values: float) -> Graph:
    """Build the graph of a Python function by calling it with nodes.

    Parameters
    ----------
    function : callable
        Takes the variables by name and returns one node. It may use operators and
        `np.exp`, `np.log`, `np.tanh`, `np.maximum`, …
    title : str, optional
        What the graph computes.
    **values : float
        The variables.

    Examples
    --------
    >>> trace(lambda x, y, z: (x + y) * z, x=-2, y=5, z=-4).output.value
    -12.0
    """
    graph = Graph(title)
    nodes = {name: graph.variable(name, value) for name, value in values.items()}
    result = function(**nodes)
    if not isinstance(result, Node):
        raise TypeError(f"expected the function to return a node, got {result!r}")
    if result.graph is not graph:
        raise ValueError("the function returned a node of another graph")
    graph._choose_output(result)
    return graph


# The worked examples of the course
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
