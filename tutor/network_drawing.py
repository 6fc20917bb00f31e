"""Draw a network so that each of its parameters can be counted by eye."""

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tutor.colours import BLUE, GREY, GRID, INK, ORANGE, PAPER
from tutor.drawing import Drawing
from tutor.network_counting import Counts, count_network

if TYPE_CHECKING:
    from tutor.network import Network

__all__ = ["draw_network"]

MAX_WEIGHTS = 2000  # more lines than this are a grey patch, and a megabyte of SVG
COLUMN, ROW, RADIUS, MARGIN = 150, 56, 16, 40  # pixels


def draw_network(network: "Network", values: bool = False) -> Drawing:
    """Draw inputs and neurons as circles, a line for each weight, a square for each bias.

    A maxout neuron with k pieces has k lines from each input and k squares; a PReLU neuron has a
    diamond for its slope. Each mark has a title that says what it is.

    Parameters
    ----------
    network : Network
    values : bool
        Whether colours show signs (blue +, orange −) and widths show sizes of the parameters.

    Raises
    ------
    ValueError
        If there are too many weights to draw, or `values` are asked of a stack of replicas.
    """
    counts = count_network(network)
    if counts.weights > MAX_WEIGHTS:
        raise ValueError(
            f"a drawing of {counts.weights:,} weights can't be read (at most {MAX_WEIGHTS:,});"
            " count() gives the numbers"
        )
    if values and network.replicas is not None:
        raise ValueError("a stack has no single values to show: draw one network.replica(r)")
    return _Draughtsman(network, counts, values).draw()


class _Draughtsman:
    """Places the neurons, then draws lines, circles, squares and words on top of each other."""

    def __init__(self, network: "Network", counts: Counts, values: bool) -> None:
        self.network, self.counts, self.values = network, counts, values
        self.width = 2 * MARGIN + COLUMN * (len(network.sizes) - 1) + 2 * RADIUS
        self.height = 2 * MARGIN + ROW * max(network.sizes) + 24
        self.middle = MARGIN + ROW * max(network.sizes) / 2

    def draw(self) -> Drawing:
        c = self.counts
        name = "–".join(str(size) for size in self.network.sizes)
        layers = [f"{self.network.sizes[0]} inputs"]
        for row in c.per_layer:
            noun = "neuron" if row.neurons == 1 else "neurons"
            layers.append(f"{row.neurons} {row.activation} {noun}")
        slopes = f", {c.slopes} slopes" if c.slopes else ""
        totals = (
            f"{c.neurons} neurons, {c.weights} weights, {c.biases} biases{slopes}:"
            f" {c.parameters} parameters"
        )
        description = f"{c.layers} layers, from left to right: {', '.join(layers)}. {totals}."
        title = f"Network {name}"
        marks = [*self._weights(), *self._nodes(), *self._biases(), *self._slopes()]
        marks += [*self._captions(), self._text(self.width / 2, self.height - 14, totals)]
        key = "network-" + "-".join(str(size) for size in self.network.sizes)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{self.width}"'
            f' height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
            f' aria-labelledby="{key}-title {key}-desc" font-family="sans-serif" font-size="13">'
            f'<title id="{key}-title">{html.escape(title)}</title>'
            f'<desc id="{key}-desc">{html.escape(description)}</desc>'
            f'<rect width="100%" height="100%" rx="6" fill="{PAPER}"/>{"".join(marks)}</svg>'
        )
        return Drawing(svg, f"{title}. {description}")

    def _place(self, column: int, row: int) -> tuple[float, float]:
        """Return the middle of a circle; column 0 holds the inputs."""
        x = MARGIN + RADIUS + COLUMN * column
        y = self.middle + ROW * (row - (self.network.sizes[column] - 1) / 2)
        return x, y

    def _look(self, value: float) -> tuple[str, float, str]:
        """Return colour, width, and words for a parameter's value."""
        if not self.values:
            return GREY, 1.2, ""
        width = 0.5 + 4 * min(abs(value), 2) / 2
        colour = BLUE if value > 0 else ORANGE if value < 0 else GREY
        return colour, width, f" = {value:.3g}"

    def _weights(self) -> Iterator[str]:
        for layer, W in enumerate(self.network.W):
            k = self.network.pieces[layer]
            W = W.reshape(-1, *W.shape[-2:])[0]
            source = "input" if layer == 0 else f"neuron of layer {layer}"
            for (i, column), value in np.ndenumerate(W):
                neuron, piece = divmod(column, k)
                x1, y1 = self._place(layer, i)
                x2, y2 = self._place(layer + 1, neuron)
                shift = 5 * (piece - (k - 1) / 2)  # the lines of one maxout neuron side by side
                colour, width, words = self._look(float(value))
                part = f", piece {piece + 1}" if k > 1 else ""
                yield (
                    f'<line class="weight" x1="{x1:g}" y1="{y1 + shift:g}" x2="{x2:g}"'
                    f' y2="{y2 + shift:g}" stroke="{colour}" stroke-width="{width:.3g}">'
                    f"<title>weight from {source} {i + 1} to neuron {neuron + 1}"
                    f" of layer {layer + 1}{part}{words}</title></line>"
                )

    def _nodes(self) -> Iterator[str]:
        for column, size in enumerate(self.network.sizes):
            kind = "neuron" if column else "input"
            for row in range(size):
                x, y = self._place(column, row)
                yield (
                    f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="{RADIUS}"'
                    f' fill="{PAPER if column else GRID}" stroke="{INK}"'
                    f' stroke-width="1.5"/>'
                )
                if not column:
                    yield self._text(x, y + 4, f"x{row + 1}")

    def _biases(self) -> Iterator[str]:
        for layer, b in enumerate(self.network.b):
            k = self.network.pieces[layer]
            for column, value in enumerate(b.reshape(-1, b.shape[-1])[0]):
                neuron, piece = divmod(column, k)
                x, y = self._place(layer + 1, neuron)
                colour, _, words = self._look(float(value))
                part = f", piece {piece + 1}" if k > 1 else ""
                yield (
                    f'<rect class="bias" x="{x - 4 + 10 * (piece - (k - 1) / 2):g}"'
                    f' y="{y + RADIUS - 4:g}" width="8" height="8" fill="{colour}">'
                    f"<title>bias of neuron {neuron + 1} of layer {layer + 1}{part}{words}"
                    "</title></rect>"
                )

    def _slopes(self) -> Iterator[str]:
        for layer, alpha in enumerate(self.network.alpha):
            if alpha is None:
                continue
            for neuron, value in enumerate(alpha.reshape(-1, alpha.shape[-1])[0]):
                x, y = self._place(layer + 1, neuron)
                colour, _, words = self._look(float(value))
                yield (
                    f'<path class="slope" d="M{x:g} {y - RADIUS - 5:g}l5 5l-5 5l-5 -5z"'
                    f' fill="{colour}"><title>slope of neuron {neuron + 1} of layer {layer + 1}'
                    f"{words}</title></path>"
                )

    def _captions(self) -> Iterator[str]:
        for column in range(len(self.network.sizes)):
            x, _ = self._place(column, 0)
            words = f"layer {column}" if column else "input"
            yield self._text(x, 18, words)
            if column:
                yield self._text(x, 33, self.network.activations[column - 1].label)

    def _text(self, x: float, y: float, words: str) -> str:
        return (
            f'<text x="{x:g}" y="{y:g}" text-anchor="middle" fill="{INK}">'
            f"{html.escape(words)}</text>"
        )
