"""From what a graph recorded to the list of its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from tutor import graph_gates as gates
from tutor.graph import Step

if TYPE_CHECKING:
    from tutor.graph import Graph, Node, _Record


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


def make_steps(graph: Graph, records: Sequence[_Record]) -> tuple[Step, ...]:
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


def _backward_steps(nodes: Sequence[Node], records: Sequence[_Record], start: int) -> list[Step]:
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
