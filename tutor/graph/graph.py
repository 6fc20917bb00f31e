"""The graph: builds gates, computes forward and backward, records what its steps come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from tutor.drawing import Drawing
from tutor.graph import drawing, gates
from tutor.graph.gates import Gate
from tutor.graph.layout import Layout, arrange
from tutor.graph.node import Node, finite_number
from tutor.graph.steps import Record, Step, make_steps


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
        self._records: list[Record] = []
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
        number = finite_number(value, f"a number for variable {name!r}")
        node = Node()
        node.name = None
        self.give_name(name, node)
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

    def give_name(self, name: str, node: Node) -> None:
        """Give a node a name that no other has; its former name is free again.

        `Node.named` and `variable` call this.

        Raises
        ------
        ValueError
            If the name is empty or taken by another node of the graph.
        """
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"expected a name, such as 'x', got {name!r}")
        if self._names.get(name, node) is not node:
            raise ValueError(f"the name {name!r} is taken by another node of this graph")
        if node.name is not None:
            del self._names[node.name]
        self._names[name] = node
        node.name = name
        self._version += 1

    def apply(self, gate: Gate, inputs: tuple[Node, ...], constant: float | None = None) -> Node:
        """Add a gate and compute its value and local gradients: what every operator comes to.

        Parameters
        ----------
        gate : Gate
        inputs : tuple of Node
            As many as the gate's rule takes.
        constant : float, optional
            The gate's constant. A gate that has one has one input.

        Raises
        ------
        TypeError
            If the inputs belong to different graphs.
        ValueError
            Outside the gate's domain.
        """
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
            given[node.index] = finite_number(value, f"a number for variable {name!r}")
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
        records: list[Record] = []
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
        return drawing.draw(self, step)

    def layout(self) -> Layout:
        """Return the drawing's layout, which is the same for all steps."""
        key = (self._version, len(self.nodes))
        if self._layout_made is None or self._layout_key != key:
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


def _gradient_error(node: Node, records: Sequence[Record]) -> ValueError:
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
