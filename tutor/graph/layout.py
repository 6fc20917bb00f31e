"""Where the parts of a graph's picture go: layers from left to right.

The layout follows Sugiyama, Tagawa and Toda (1981): layers by the longest path from the inputs,
invisible places where wires pass through a layer, an order within each layer with few
crossings, and heights that keep wires level. All lengths are in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.graph import gates
from tutor.graph.narration import number, symbol
from tutor.graph.steps import dependencies

if TYPE_CHECKING:
    from tutor.graph.node import Node

PLATE_HEIGHT = 19  # of the filled plate behind a label
LIFT = 14  # from a wire to the middle of its plates
MARGIN = 8  # around the picture
RADIUS = 17  # of a gate
_CHARACTER = 7.0  # width of a digit at 12 px
_GAP = 11  # between one column's wires and the next column's gates
_ROW = 12  # least space between neighbours in a column


@dataclass(eq=False, slots=True)
class Place:
    """Something with a place in a layer: a node, a branch's plate, or a wire passing by."""

    layer: int
    height: float
    node: Node | None = None
    width: float = 0.0
    tail: float = 0.0  # room for plates on the wire behind a node
    plates: float = 0.0  # the middle of that room
    x: float = 0.0
    y: float = 0.0
    order: float = 0.0
    before: list[Place] = field(default_factory=list)
    after: list[Place] = field(default_factory=list)


@dataclass(slots=True)
class Wire:
    """The way from a node to one input of a gate, through the places between them."""

    source: Place
    target: Place
    operand: int  # which input of the target's gate
    through: list[Place]
    branch: Place | None  # where the plate of a branch's own gradient sits


@dataclass(slots=True)
class Layout:
    """Where everything is; the same for all steps of a graph."""

    places: dict[int, Place]
    wires: list[Wire]
    width: float
    height: float


def arrange(output: Node) -> Layout:
    """Find a place for every node that the output depends on, and a way for every wire."""
    nodes = dependencies(output)
    uses = {node.index: 0 for node in nodes}
    for node in nodes:
        for operand in node.inputs:
            uses[operand.index] += 1
    places = _place_nodes(nodes)
    wires = [
        _lay_wire(places[operand.index], places[node.index], which, uses[operand.index] > 1)
        for node in nodes
        for which, operand in enumerate(node.inputs)
    ]
    layers = _layers(places, output)
    _uncross(layers)
    _set_heights(layers)
    width = _set_columns(layers)
    everything = [place for layer in layers for place in layer]
    top = min(place.y - place.height / 2 for place in everything)
    for place in everything:
        place.y += MARGIN - top
    height = max(place.y + place.height / 2 for place in everything) + MARGIN
    return Layout(places, wires, width, height)


def _place_nodes(nodes: Sequence[Node]) -> dict[int, Place]:
    """Give each node its layer and its size; odd layers are left for branches' plates."""
    places: dict[int, Place] = {}
    for node in nodes:
        layer = 2 + max((places[o.index].layer for o in node.inputs), default=-2)
        width = max(2 * RADIUS, _CHARACTER * 1.1 * len(symbol(node)) + 14)
        texts = [value_text(node, node.value), number(node.gradient or 0.0), "−0.0000"]
        tail = max(map(plate_width, texts)) + 2
        places[node.index] = Place(layer, 2 * (LIFT + PLATE_HEIGHT / 2), node, width, tail)
    return places


def _lay_wire(source: Place, target: Place, operand: int, branches: bool) -> Wire:
    through = [Place(layer, 12) for layer in range(source.layer + 1, target.layer)]
    if branches:
        through[0].height = PLATE_HEIGHT
        through[0].width = plate_width("−0.0000")
    chain = [source, *through, target]
    for left, right in pairwise(chain):
        left.after.append(right)
        right.before.append(left)
    return Wire(source, target, operand, through, through[0] if branches else None)


def _layers(places: dict[int, Place], output: Node) -> list[list[Place]]:
    """Sort all places into layers, in the order in which a walk from the output meets them."""
    count = places[output.index].layer + 1
    layers: list[list[Place]] = [[] for _ in range(count)]
    seen: set[int] = set()
    waiting = [places[output.index]]
    while waiting:
        place = waiting.pop()
        if id(place) in seen:
            continue
        seen.add(id(place))
        place.order = len(layers[place.layer])
        layers[place.layer].append(place)
        waiting.extend(reversed(place.before))
    return layers


def _uncross(layers: list[list[Place]], sweeps: int = 8) -> None:
    """Reorder each layer by the mean place of its neighbours; keep the best order found."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(sweeps):
        if fewest == 0:
            break
        backward = sweep % 2 == 0
        for layer in reversed(layers) if backward else layers:
            for place in layer:
                near = place.after if backward else place.before
                if near:
                    place.order = sum(other.order for other in near) / len(near)
            layer.sort(key=lambda place: place.order)
            _number_places(layer)
        count = _crossings(layers)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    for layer, order in zip(layers, best, strict=True):
        layer[:] = order
        _number_places(layer)


def _number_places(layer: Sequence[Place]) -> None:
    for order, place in enumerate(layer):
        place.order = order


def _crossings(layers: Sequence[Sequence[Place]]) -> int:
    """Count pairs of wires between neighbouring layers that cross."""
    count = 0
    for layer in layers:
        ends = [sorted(after.order for after in place.after) for place in layer]
        passed: list[float] = []
        for group in ends:
            count += sum(1 for end in group for other in passed if other > end)
            passed.extend(group)
    return count


def _set_heights(layers: Sequence[Sequence[Place]], rounds: int = 24) -> None:
    """Move every place towards the mean height of its neighbours without overlaps."""
    for layer in layers:
        _spread(layer, [0.0] * len(layer))
    for turn in range(rounds):
        for layer in layers if turn % 2 else reversed(layers):
            wishes = []
            for place in layer:
                near = [*place.before, *place.after]
                wishes.append(_mean_height(near, place.y))
            _spread(layer, wishes)
    for layer in layers:  # at last level with what comes in, which straightens chains of gates
        _spread(layer, [_mean_height(place.before, place.y) for place in layer])


def _mean_height(places: Sequence[Place], default: float) -> float:
    return sum(place.y for place in places) / len(places) if places else default


def _spread(layer: Sequence[Place], wishes: Sequence[float]) -> None:
    """Set heights as near to the wishes as the distances allow (least squares).

    With the least distances taken off, the heights only have to be in order: that is an
    isotonic regression, solved by merging neighbours that are out of order.
    """
    offsets, offset = [], 0.0
    for place, following in zip(layer, [*layer[1:], None], strict=True):
        offsets.append(offset)
        if following is not None:
            offset += (place.height + following.height) / 2 + _ROW
    blocks: list[tuple[float, int]] = []
    for wish, shift in zip(wishes, offsets, strict=True):
        total, size = wish - shift, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / size:
            merged, members = blocks.pop()
            total, size = total + merged, size + members
        blocks.append((total, size))
    means = [total / size for total, size in blocks for _ in range(size)]
    for place, mean, shift in zip(layer, means, offsets, strict=True):
        place.y = mean + shift


def _set_columns(layers: Sequence[Sequence[Place]]) -> float:
    """Set each layer's column; return the width of the picture."""
    left = float(MARGIN)
    for number_, layer in enumerate(layers):
        width = max(place.width for place in layer)
        tail = max(place.tail for place in layer)
        for place in layer:
            # Gates stand in the middle of their column; a wire that passes by crosses all of it.
            place.x = left
            if place.node is not None:
                place.x += (width - place.width) / 2
                place.tail = left + width + tail - place.x - place.width
                place.plates = left + width + tail / 2
            else:
                place.width, place.tail = width, tail
        left += width + tail
        if number_ % 2 == 0 or width:
            left += _GAP
    return left - _GAP + MARGIN + 6  # 6: the arrow at the output


def value_text(node: Node, value: float) -> str:
    """Write a value for a plate: a gate's name stands before it, a variable's in its box."""
    if node.name is None or node.gate is gates.VARIABLE:
        return number(value)
    return f"{node.name} = {number(value)}"


def plate_width(text: str) -> float:
    """Return how wide a label's plate is, in pixels."""
    return _CHARACTER * 1.06 * len(text) + 8
