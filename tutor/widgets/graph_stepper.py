"""A computational graph forward and backward, one step at a time."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from tutor import graph as graphs
from tutor import plots
from tutor.names import unknown
from tutor.widgets.controls import counter, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.sketch import WIDTH, Sketch

if TYPE_CHECKING:
    from tutor.graph import Graph
    from tutor.widgets.live import LivePlot

_HEAD = 52  # display units above the drawing
_LARGEST = 1.35  # a small graph is drawn larger, but not like a poster
_KINDS = {
    "inputs": "the inputs are given",
    "forward": "forward: a gate computes its value",
    "seed": "backward begins at the output",
    "backward": "backward: a gate hands gradients to its inputs",
}


class GraphStepper(Explorer):
    """Step through a graph: values forward, gradients backward, each step in a sentence.

    Parameters
    ----------
    graph
        One of the worked examples, "product_of_sum" (by default), "neuron" or "shared_input", or
        your own `tutor.graph.Graph`, which stays as it is.
    **start
        `step` (0 is the first), and the graph's inputs by name.

    Raises
    ------
    TypeError, ValueError
        If there is no such example or control, or the graph computes nothing.
    """

    title = "A graph, forward and backward"
    question = (
        "Before each step: which number comes next, and which local gradient is it multiplied by?"
    )

    def __init__(self, graph: str | Graph = "product_of_sum", **start: Any) -> None:
        self.graph = _own(graph)
        super().__init__(**start)

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        inputs = self.graph.inputs
        if "step" in inputs:
            raise ValueError("an input can't be named 'step': so is the slider over the steps")
        return {
            "step": counter("Step", 0, 0, len(self.graph.steps) - 1),
            **{name: _slider_for(name, value) for name, value in inputs.items()},
        }

    def _plot(self, now: Any) -> LivePlot:
        self._began_with = dict(self.graph.inputs)
        sizes = [_size(self.graph.draw(step.index).svg) for step in self.graph.steps]
        height = max(_scale(width) * height for width, height in sizes)
        self._sketch = Sketch(max(_HEAD + 60, _HEAD + height))
        return self._sketch

    def _move(self, now: Any) -> str:
        values = {name: getattr(now, name) for name in self.graph.inputs}
        impossible = ""
        try:
            self._compute(values)
        except ValueError as error:  # such as the logarithm of a negative number
            impossible = f"{error}. The picture shows the values that the graph began with."
            self._compute(self._began_with)
        step = self.graph.steps[now.step]
        self._draw(now.step, _KINDS[step.kind])
        given = ", ".join(f"{name} = {plots.number(value)}" for name, value in values.items())
        return (
            impossible
            or f"Step {now.step} of {len(self.graph.steps) - 1} with {given}: {step.text}"
        )

    def _compute(self, values: Mapping[str, float]) -> None:
        """Send values forward through the graph and gradients back."""
        if values != self.graph.inputs:
            self.graph.forward(**values)
            self.graph.backward(self.graph.output)

    def _draw(self, step: int, kind: str) -> None:
        drawing = self.graph.draw(step).svg
        width, _ = _size(drawing)
        scale = _scale(width)
        sketch = self._sketch
        sketch.clear()
        sketch.text(WIDTH / 2, 18, self.graph.title, 14, bold=True)
        sketch.text(WIDTH / 2, 38, kind, 13)
        sketch.add(_inside(drawing), (WIDTH - scale * width) / 2, _HEAD, scale)


def _size(drawing: str) -> tuple[float, float]:
    """Return the width and height of an `<svg>` element."""
    width, height = re.findall(r'(?:width|height)="(\d+)"', drawing)[:2]
    return float(width), float(height)


def _scale(width: float) -> float:
    """Return by how much a drawing is enlarged."""
    return min(_LARGEST, (WIDTH - 20) / width)


def _own(graph: str | Graph) -> Graph:
    """Return a graph that may be changed, with its gradients computed."""
    if isinstance(graph, str):
        if graph not in graphs.examples:
            raise ValueError(unknown("example", graph, graphs.examples))
        own = graphs.examples[graph]()
    elif isinstance(graph, graphs.Graph):
        if not graph.nodes:
            raise ValueError("the graph is empty: add variables and calculate with them first")
        # Gates are known by identity, so a copy has to share them.
        own = copy.deepcopy(graph, {id(node.gate): node.gate for node in graph.nodes})
    else:
        raise TypeError(f"expected a Graph or an example's name, not {graph!r}")
    own.backward(own.output)
    return own


def _slider_for(name: str, value: float) -> ipywidgets.FloatSlider:
    """Return a slider on which the value has room on both sides."""
    end = 5.0
    while abs(value) > 0.8 * end:
        end *= 2
    return slider(name, value, -end, end, end / 50, digits=2)


def _inside(drawing: str) -> str:
    """Return what is inside the drawing."""
    inside = re.sub(r"^<svg[^>]*>(<title>.*?</title>)?(<desc>.*?</desc>)?", "", drawing)
    inside = inside.removesuffix("</svg>")
    return f'<g font-size="12">{inside}</g>'
