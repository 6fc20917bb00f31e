"""The steps of a graph, forward and backward, and how they come from what the graph recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Literal

from tutor.graph import gates, narration

if TYPE_CHECKING:
    from tutor.graph.graph import Graph
    from tutor.graph.node import Node

Kind = Literal["inputs", "forward", "seed", "backward"]
Record = tuple["Node", float]
"""What the backward pass writes down for each gate: the node and its upstream gradient.

All else in a step follows from that, from the order, and from the local gradients.
"""


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
        return narration.narrate(self)


def dependencies(output: Node) -> list[Node]:
    """Return the nodes that the output depends on and the output, in the order of making."""
    found = {output.index: output}
    waiting = [output]
    while waiting:
        for operand in waiting.pop().inputs:
            if operand.index not in found:
                found[operand.index] = operand
                waiting.append(operand)
    return [found[index] for index in sorted(found)]


def make_steps(graph: Graph, records: Sequence[Record]) -> tuple[Step, ...]:
    """Make the steps forward and, if there are records, backward."""
    if not graph.nodes:
        return ()
    nodes = dependencies(graph.output)
    steps = _forward_steps(nodes)
    if graph.output.gradient is not None:
        steps += _backward_steps(nodes, records, len(steps))
    return tuple(steps)


def _forward_steps(nodes: Sequence[Node]) -> list[Step]:
    variables = tuple(node for node in nodes if node.gate is gates.VARIABLE)
    values = tuple(node.value for node in variables)
    steps = [Step(0, "inputs", None, "", variables, values, None)]
    for node in nodes:
        if node.gate is not gates.VARIABLE:
            steps.append(_gate_step(node, len(steps)))
    return steps


def _gate_step(node: Node, index: int) -> Step:
    values = tuple(operand.value for operand in node.inputs)
    return Step(index, "forward", node, node.gate.name, node.inputs, values, node.value, node.local)


def _backward_steps(nodes: Sequence[Node], records: Sequence[Record], start: int) -> list[Step]:
    uses = Counter(operand.index for node in nodes for operand in node.inputs)
    received: dict[int, tuple[float, ...]] = {}
    output = nodes[-1]
    steps = [Step(start, "seed", output, "", (), (), output.value, upstream=1.0)]
    for node, upstream in records:
        downstream = tuple(upstream * local for local in node.local)
        for operand, contribution in zip(node.inputs, downstream, strict=True):
            received[operand.index] = (*received.get(operand.index, ()), contribution)
        arrived = tuple(received[operand.index] for operand in node.inputs)
        steps.append(
            replace(
                _gate_step(node, start + len(steps)),
                kind="backward",
                upstream=upstream,
                downstream=downstream,
                accumulated=tuple(reduce(add, numbers) for numbers in arrived),
                received=arrived,
                uses=tuple(uses[operand.index] for operand in node.inputs),
            )
        )
    return steps
