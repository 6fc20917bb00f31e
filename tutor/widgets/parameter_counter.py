"""The parameters of a network, counted layer by layer beside its drawing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from tutor import network_drawing
from tutor.colours import GREY
from tutor.network import Network
from tutor.widgets.controls import counter
from tutor.widgets.explorer import Explorer
from tutor.widgets.sketch import WIDTH, Sketch

if TYPE_CHECKING:
    from tutor.network_counting import LayerCount
    from tutor.widgets.live import LivePlot

DEEPEST = 4
WIDEST = 8
_HEAD, _ROOM = 46, 330  # display units for captions and for the neurons
_FOOT = _HEAD + _ROOM
_HEIGHT = _FOOT + 84


def product(row: LayerCount, k: int) -> str:
    """Write a layer's parameters as a sum of products: inputs · neurons + biases.

    >>> from tutor.network import Network
    >>> product(Network([3, 4, 2]).count().per_layer[0], 1)
    '3·4 + 4'
    """
    if k == 1:
        return f"{row.inputs}·{row.neurons} + {row.neurons}"
    return f"{k}·({row.inputs}·{row.neurons} + {row.neurons})"


class ParameterCounter(Explorer):
    """Choose the layers of a network, see it drawn, and count its parameters.

    Parameters
    ----------
    **start
        `inputs` and `outputs` (from 1 to 8), `layers` (hidden ones, from 0 to 4), their widths
        `width1` to `width4` (from 1 to 8), and `pieces` (from 1 to 4): with 2 or more, hidden
        neurons are maxout neurons.
    """

    title = "Count the parameters"
    question = (
        "Count before you read the sum. What adds more parameters: a wider layer, one more layer, "
        "or one more piece of maxout?"
    )

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        return {
            "inputs": counter("Inputs", 3, 1, WIDEST),
            "outputs": counter("Outputs", 2, 1, WIDEST),
            "layers": counter("Hidden layers", 1, 0, DEEPEST),
            "pieces": counter("Maxout pieces", 1, 1, 4),
            **{f"width{n}": counter(f"Width {n}", 4, 1, WIDEST) for n in range(1, DEEPEST + 1)},
        }

    def _plot(self, now: Any) -> LivePlot:
        self._sketch = Sketch(_HEIGHT)
        return self._sketch

    def _arrange(self, now: Any) -> None:
        for n in range(1, DEEPEST + 1):
            self.inputs[f"width{n}"].layout.display = None if n <= now.layers else "none"
        self.inputs["pieces"].layout.display = None if now.layers else "none"

    def _move(self, now: Any) -> str:
        widths = [getattr(now, f"width{n}") for n in range(1, now.layers + 1)]
        network = Network(
            [now.inputs, *widths, now.outputs],
            hidden="relu" if now.pieces == 1 else "maxout", pieces=now.pieces, init="zeros",
        )  # fmt: skip
        counts = network.count()
        pieces = [*([now.pieces] * now.layers), 1]
        products = [product(row, k) for row, k in zip(counts.per_layer, pieces, strict=True)]
        self._draw(network, products)
        name = "-".join(str(size) for size in network.sizes)
        sums = " + ".join(str(row.parameters) for row in counts.per_layer)
        return (
            f"{name} network: {_several(counts.layers, 'layer')}, "
            f"{_several(counts.neurons, 'neuron')}. {_sum(products)} = "
            f"{f'{sums} = ' if counts.layers > 1 else ''}{counts.parameters} parameters, "
            f"{_several(counts.weights, 'weight')} and {_several(counts.biases, 'bias')}."
        )

    def _draw(self, network: Network, products: list[str]) -> None:
        svg = network.draw().svg
        width = float(re.findall(r'width="(\d+)"', svg)[0])
        height = network_drawing.ROW * max(network.sizes)
        scale = min(1.0, WIDTH / width, _ROOM / height)
        left = (WIDTH - scale * width) / 2
        top = _HEAD + (_ROOM - scale * height) / 2 - scale * network_drawing.MARGIN
        sketch = self._sketch
        sketch.clear()
        sketch.add(_marks(svg), left, top, scale)
        first = network_drawing.MARGIN + network_drawing.RADIUS
        columns = [left + scale * (first + network_drawing.COLUMN * i) for i in range(DEEPEST + 2)]
        sketch.text(columns[0], 18, "input")
        for row, words in zip(network.count().per_layer, products, strict=True):
            end = columns[row.layer]
            sketch.text(end, 18, f"layer {row.layer}")
            sketch.text(end, 35, row.activation, 12)
            # A layer's parameters sit on the lines that lead to it.
            middle = (end + columns[row.layer - 1]) / 2
            sketch.text(middle, _FOOT + 18, words)
            sketch.text(middle, _FOOT + 37, f"= {row.parameters}", bold=True)
        total = f"{network.count().parameters} parameters"
        sketch.text(WIDTH / 2, _FOOT + 72, total, 17, bold=True)


def _marks(drawing: str) -> str:
    """Return a drawing's lines, as one path, and its circles and squares.

    A thousand lines of their own would take a page longer than a slider's next position.
    """
    inside = re.sub(r"^<svg[^>]*>", "", drawing.removesuffix("</svg>"))
    inside = re.sub(r"<(title|desc).*?</\1>|<rect width=.*?/>", "", inside)
    inside = re.sub(r"<text [^>]*>(?!x\d).*?</text>", "", inside)  # captions have their own size
    line = r'<line [^>]*?x1="(\S+)" y1="(\S+)" x2="(\S+)" y2="(\S+)"[^>]*></line>'
    path = "".join(f"M{x1} {y1}L{x2} {y2}" for x1, y1, x2, y2 in re.findall(line, inside))
    inside = re.sub(line, "", inside)
    return f'<path d="{path}" stroke="{GREY}" stroke-width="1.2"/><g font-size="13">{inside}</g>'


def _sum(products: list[str]) -> str:
    return " + ".join(p if p.endswith(")") else f"({p})" for p in products)


def _several(count: int, what: str) -> str:
    plural = "biases" if what == "bias" else f"{what}s"
    return f"{count} {what if count == 1 else plural}"
