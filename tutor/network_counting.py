"""Count a network's layers, neurons and parameters.

The inputs are no layer and no neurons: a 3-4-2 network has 2 layers, 6 neurons, 20 weights,
6 biases and so 26 parameters.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.network import Network

__all__ = ["Counts", "LayerCount", "count_network"]


@dataclass(frozen=True)
class LayerCount:
    """What one layer has; layers are numbered from 1, as in the table."""

    layer: int
    activation: str
    inputs: int
    neurons: int
    weights: int
    biases: int
    slopes: int

    @property
    def parameters(self) -> int:
        """All that training changes."""
        return self.weights + self.biases + self.slopes


@dataclass(frozen=True)
class Counts:
    """What a network has, by layer and in all; shows as a table."""

    per_layer: tuple[LayerCount, ...]

    @property
    def layers(self) -> int:
        """The number of layers; the input isn't counted."""
        return len(self.per_layer)

    @property
    def neurons(self) -> int:
        """The number of neurons; the inputs aren't counted."""
        return sum(row.neurons for row in self.per_layer)

    @property
    def weights(self) -> int:
        """The number of weights, one for each line in a drawing."""
        return sum(row.weights for row in self.per_layer)

    @property
    def biases(self) -> int:
        """The number of biases: one a neuron, or k in a maxout neuron with k pieces."""
        return sum(row.biases for row in self.per_layer)

    @property
    def slopes(self) -> int:
        """The number of slopes that PReLU neurons learn."""
        return sum(row.slopes for row in self.per_layer)

    @property
    def parameters(self) -> int:
        """All that training changes."""
        return sum(row.parameters for row in self.per_layer)

    def _table(self) -> Iterator[tuple[str, ...]]:
        """Yield the head, a row for each layer, and the sums."""
        slopes = self.slopes > 0
        yield (
            *("layer", "activation", "inputs", "neurons", "weights", "biases"),
            *(("slopes",) if slopes else ()),
            "parameters",
        )
        for row in self.per_layer:
            numbers = (row.inputs, row.neurons, row.weights, row.biases)
            extra = (row.slopes,) if slopes else ()
            cells = (*numbers, *extra, row.parameters)
            yield (str(row.layer), row.activation, *(f"{cell:,}" for cell in cells))
        extra = (self.slopes,) if slopes else ()
        sums = (self.neurons, self.weights, self.biases, *extra, self.parameters)
        yield ("sum", "", "", *(f"{number:,}" for number in sums))

    def __str__(self) -> str:
        rows = list(self._table())
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = []
        for row in rows:
            cells = [
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *body, sums = ([html.escape(cell) for cell in row] for row in self._table())
        columns = "".join(f'<th scope="col">{cell}</th>' for cell in head)
        rows = [
            f'<tr><th scope="row">{name}</th>' + "".join(f"<td>{cell}</td>" for cell in row)
            for name, *row in (*body, sums)
        ]
        return (
            "<table><caption>Parameters, layer by layer</caption>"
            f"<thead><tr>{columns}</tr></thead>"
            f"<tbody>{'</tr>'.join(rows)}</tr></tbody></table>"
        )


def count_network(network: "Network") -> Counts:
    """Count the parameters of one network (of one replica, if it is a stack)."""
    rows = []
    for i, activation in enumerate(network.activations):
        D, columns = network.W[i].shape[-2:]
        alpha = network.alpha[i]
        rows.append(
            LayerCount(
                layer=i + 1,
                activation=activation.label,
                inputs=D,
                neurons=network.sizes[i + 1],
                weights=D * columns,
                biases=columns,
                slopes=0 if alpha is None else alpha.shape[-1],
            )
        )
    return Counts(tuple(rows))
