"""A computational graph as an SVG picture, in layers from left to right.

Values sit above the wires in blue, gradients below them in orange. Where a number is used more
than once, the wire splits at a dot: each branch carries its own gradient, and the sum of what
has arrived is shown before the dot. Every label lies on a filled plate, so that the picture
is readable on any background.

The layout follows Sugiyama, Tagawa and Toda (1981): layers by the longest path from the inputs,
invisible places where wires pass through a layer, an order within each layer with few
crossings, and heights that keep wires level.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tutor import graph_gates as gates
from tutor.graph_narration import label, number, symbol
from tutor.graph_replay import dependencies

if TYPE_CHECKING:
    from tutor.graph import Graph, Node, Step

BLUE, ORANGE = "#0072B2", "#E69F00"  # Okabe and Ito's pair; the text on them is white and black
GREY, PALE, DARK = "#808080", "#F2F2F2", "#111111"

_CHARACTER = 7.0  # width of a digit at 12 px
_PLATE_HEIGHT = 19
_LIFT = 14  # from a wire to the middle of its plates
_MARGIN = 8
_GAP = 11  # between one column's wires and the next column's gates
_RADIUS = 17
_ROW = 12  # least space between neighbours in a column
_LEGEND = 34


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture for a notebook.

    Attributes
    ----------
    svg : str
        The picture; it carries its own title, description and label for screen readers.
    alt : str
        What the picture shows, in words.
    """

    svg: str
    alt: str

    def __str__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        data = base64.b64encode(self.svg.encode()).decode()
        alt = escape(self.alt, quote=True)
        source = f"data:image/svg+xml;base64,{data}"
        html = f'<img alt="{alt}" src="{source}" style="max-width:100%;height:auto">'
        return {"text/html": html, "text/plain": self.alt}


@dataclass(eq=False, slots=True)
class _Place:
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
    before: list[_Place] = field(default_factory=list)
    after: list[_Place] = field(default_factory=list)


@dataclass(slots=True)
class _Wire:
    """The way from a node to one input of a gate, through the places between them."""

    source: _Place
    target: _Place
    operand: int  # which input of the target's gate
    through: list[_Place]
    branch: _Place | None  # where the plate of a branch's own gradient sits


@dataclass(slots=True)
class Layout:
    """Where everything is; the same for all steps of a graph."""

    places: dict[int, _Place]
    wires: list[_Wire]
    width: float
    height: float


@dataclass(slots=True)
class _Known:
    """What may be shown at a step."""

    values: dict[int, float]
    gradients: dict[int, float]
    branches: dict[tuple[int, int], float]  # (gate, operand) → its contribution
    active: int | None = None
    backward: bool = False


def draw(graph: Graph, step: int | None = None) -> Drawing:
    """Draw a graph as it is known after a step (by default after the last one).

    Raises
    ------
    ValueError
        If there is no such step, or the graph is empty.
    """
    steps = graph.steps
    if not steps:
        raise ValueError("the graph is empty: add variables and calculate with them first")
    known = _known(steps, len(steps) - 1 if step is None else _index(step, len(steps)))
    if step is None:
        known.active = None
    layout = graph._layout()
    text = _describe(graph, steps, known, step)
    return Drawing(_svg(layout, known, graph.title, text), text)


def _index(step: int, count: int) -> int:
    if isinstance(step, bool) or not hasattr(step, "__index__"):
        raise TypeError(f"expected the number of a step, got {step!r}")
    if not -count <= step < count:
        raise ValueError(f"expected a step from 0 to {count - 1}, got {step}")
    return step % count


def _known(steps: Sequence[Step], last: int) -> _Known:
    known = _Known({}, {}, {})
    for step in steps[: last + 1]:
        if step.kind == "inputs":
            for operand, value in zip(step.operands, step.values, strict=True):
                known.values[operand.index] = value
            continue
        assert step.node is not None
        index = step.node.index
        if step.kind == "forward":
            assert step.value is not None
            known.values[index] = step.value
        elif step.kind == "seed":
            known.gradients[index] = 1.0
        for place, gradient in enumerate(step.downstream):
            known.gradients[step.operands[place].index] = step.accumulated[place]
            known.branches[index, place] = gradient
    current = steps[last]
    known.active = None if current.node is None else current.node.index
    known.backward = current.kind in ("seed", "backward")
    return known


def _describe(graph: Graph, steps: Sequence[Step], known: _Known, step: int | None) -> str:
    parts = []
    for node in dependencies(graph.output):
        if node.index not in known.values:
            continue
        gradient = known.gradients.get(node.index)
        suffix = "" if gradient is None else f", gradient {number(gradient)}"
        parts.append(f"{label(node)}: value {number(known.values[node.index])}{suffix}")
    now = ""
    if step is not None:
        current = steps[_index(step, len(steps))]
        now = f" Step {current.index} of {len(steps) - 1}: {current.text}"
    return f"Computational graph of {graph.title}.{now} Known: {'; '.join(parts)}."


# Layout -----------------------------------------------------------------------------------


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
    layers = _layers(places, wires, output)
    _uncross(layers)
    _set_heights(layers)
    width = _set_columns(layers)
    everything = [place for layer in layers for place in layer]
    top = min(place.y - place.height / 2 for place in everything)
    for place in everything:
        place.y += _MARGIN - top
    height = max(place.y + place.height / 2 for place in everything) + _MARGIN
    return Layout(places, wires, width, height)


def _place_nodes(nodes: Sequence[Node]) -> dict[int, _Place]:
    """Give each node its layer and its size; odd layers are left for branches' plates."""
    places: dict[int, _Place] = {}
    for node in nodes:
        layer = 2 + max((places[o.index].layer for o in node.inputs), default=-2)
        width = max(2 * _RADIUS, _CHARACTER * 1.1 * len(symbol(node)) + 14)
        texts = [_value_text(node, node.value), number(node.gradient or 0.0), "−0.0000"]
        tail = max(map(_plate_width, texts)) + 2
        places[node.index] = _Place(layer, 2 * (_LIFT + _PLATE_HEIGHT / 2), node, width, tail)
    return places


def _lay_wire(source: _Place, target: _Place, operand: int, branches: bool) -> _Wire:
    through = [_Place(layer, 12) for layer in range(source.layer + 1, target.layer)]
    if branches:
        through[0].height = _PLATE_HEIGHT
        through[0].width = _plate_width("−0.0000")
    chain = [source, *through, target]
    for left, right in pairwise(chain):
        left.after.append(right)
        right.before.append(left)
    return _Wire(source, target, operand, through, through[0] if branches else None)


def _layers(places: dict[int, _Place], wires: Iterable[_Wire], output: Node) -> list[list[_Place]]:
    """Sort all places into layers, in the order in which a walk from the output meets them."""
    count = places[output.index].layer + 1
    layers: list[list[_Place]] = [[] for _ in range(count)]
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


def _uncross(layers: list[list[_Place]], sweeps: int = 8) -> None:
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


def _number_places(layer: Sequence[_Place]) -> None:
    for order, place in enumerate(layer):
        place.order = order


def _crossings(layers: Sequence[Sequence[_Place]]) -> int:
    """Count pairs of wires between neighbouring layers that cross."""
    count = 0
    for layer in layers:
        ends = [sorted(after.order for after in place.after) for place in layer]
        passed: list[float] = []
        for group in ends:
            count += sum(1 for end in group for other in passed if other > end)
            passed.extend(group)
    return count


def _set_heights(layers: Sequence[Sequence[_Place]], rounds: int = 24) -> None:
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


def _mean_height(places: Sequence[_Place], default: float) -> float:
    return sum(place.y for place in places) / len(places) if places else default


def _spread(layer: Sequence[_Place], wishes: Sequence[float]) -> None:
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


def _set_columns(layers: Sequence[Sequence[_Place]]) -> float:
    """Set each layer's column; return the width of the picture."""
    left = float(_MARGIN)
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
    return left - _GAP + _MARGIN + 6  # 6: the arrow at the output


# Drawing ----------------------------------------------------------------------------------


def _svg(layout: Layout, known: _Known, title: str, text: str) -> str:
    width = max(layout.width, 250.0)
    height = layout.height + _LEGEND
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    style = "font-family:'DejaVu Sans',Verdana,Arial,sans-serif;max-width:100%;height:auto"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" '
        f'aria-label="{escape(text, quote=True)}" style="{style}" font-size="12">',
        f"<title>{escape(title)}</title><desc>{escape(text)}</desc>",
    ]
    wires = sorted(layout.wires, key=lambda wire: _is_active(wire, known))
    only_uses = {id(wire.source): _index_of(wire.target) for wire in wires if wire.branch is None}
    parts += [_draw_wire(wire, known) for wire in wires]
    parts += [
        _draw_tail(place, known, only_uses.get(id(place))) for place in layout.places.values()
    ]
    parts += [_draw_node(place, known) for place in layout.places.values()]
    parts += [_draw_branch(wire, known) for wire in layout.wires if wire.branch]
    parts.append(_draw_legend(layout.height + 12))
    return "".join([*parts, "</svg>"])


def _index_of(place: _Place) -> int:
    assert place.node is not None
    return place.node.index


def _is_active(wire: _Wire, known: _Known) -> bool:
    return _index_of(wire.target) == known.active


def _port(wire: _Wire) -> tuple[float, float]:
    """Return the point where a wire meets its gate: the inputs from top to bottom."""
    gate, node = wire.target, wire.target.node
    assert node is not None
    count = len(node.inputs)
    spread = min(18.0 * (count - 1), 2.0 * _RADIUS - 12.0)
    place = wire.operand
    if node.gate.commutes:  # then the wire that comes from higher up enters higher up
        heights = [(other.y, k) for k, other in enumerate(gate.before)]
        place = sorted(heights).index((gate.before[wire.operand].y, wire.operand))
    shift = -spread / 2 + spread * place / (count - 1) if count > 1 else 0.0
    inward = _RADIUS - (_RADIUS**2 - shift**2) ** 0.5 if _is_round(gate) else 0.0
    return gate.x + inward, gate.y + shift


def _is_round(place: _Place) -> bool:
    return place.width <= 2 * _RADIUS


def _draw_wire(wire: _Wire, known: _Known) -> str:
    source = wire.source
    x, y = source.x + source.width + source.tail, source.y
    path = [f"M{x:.1f} {y:.1f}"]
    for place in wire.through:
        if place.width + place.tail > 0:
            path.append(_curve(x, y, place.x, place.y))
            x, y = place.x + place.width + place.tail, place.y
            path.append(f"H{x:.1f}")
    path.append(_curve(x, y, *_port(wire)))
    return _line("".join(path), _is_active(wire, known), known.backward)


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    middle = (x + to_x) / 2
    return f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"


def _line(path: str, active: bool, backward: bool) -> str:
    """Draw a wire; an active one in colour with a grey edge, for contrast on white."""
    if not active:
        return _stroke(path, GREY, 1.5)
    return _stroke(path, GREY, 5.5) + _stroke(path, ORANGE if backward else BLUE, 3.5)


def _stroke(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _draw_tail(place: _Place, known: _Known, only_use: int | None) -> str:
    """Draw the wire behind a node, its value above and its gradient below.

    It is marked with the node, and with the only gate that uses it (`only_use`).
    """
    node = place.node
    assert node is not None
    start, end = place.x + place.width, place.x + place.width + place.tail
    active = known.active is not None and known.active in (node.index, only_use)
    parts = [_line(f"M{start:.1f} {place.y:.1f}H{end:.1f}", active, known.backward)]
    if not place.after:
        tip = f"M{end:.1f} {place.y - 5:.1f}l8 5l-8 5z"
        parts.append(f'<path d="{tip}" fill="{GREY}"/>')
    if len(place.after) > 1:
        parts.append(f'<circle cx="{end:.1f}" cy="{place.y:.1f}" r="4" fill="{GREY}"/>')
    value = known.values.get(node.index)
    above, below = place.y - _LIFT, place.y + _LIFT
    if value is not None:
        parts.append(_plate(place.plates, above, _value_text(node, value), BLUE, "#FFFFFF"))
    elif node.name is not None:
        parts.append(_plate(place.plates, above, node.name, PALE, DARK))
    if node.index in known.gradients:
        gradient = number(known.gradients[node.index])
        parts.append(_plate(place.plates, below, gradient, ORANGE, "#000000"))
    return "".join(parts)


def _draw_node(place: _Place, known: _Known) -> str:
    node = place.node
    assert node is not None
    middle = place.x + place.width / 2
    is_variable = node.gate is gates.VARIABLE
    height = 26 if is_variable else 2 * _RADIUS
    box = (
        f'<rect x="{place.x:.1f}" y="{place.y - height / 2:.1f}" width="{place.width:.1f}" '
        f'height="{height}" rx="{4 if is_variable else _RADIUS}" fill="{PALE}" '
    )
    outlines = [(GREY, 1.5)]
    if node.index == known.active:
        outlines = [(GREY, 6.0), (ORANGE if known.backward else BLUE, 4.0)]
    boxes = [f'{box}stroke="{colour}" stroke-width="{width}"/>' for colour, width in outlines]
    text = symbol(node)
    size = 16 if len(text) == 1 else 13
    return "".join(boxes) + _text(middle, place.y, text, DARK, size)


def _draw_branch(wire: _Wire, known: _Known) -> str:
    gradient = known.branches.get((_index_of(wire.target), wire.operand))
    if gradient is None or wire.branch is None:
        return ""
    middle = wire.branch.x + wire.branch.width / 2
    return _plate(middle, wire.branch.y, number(gradient), ORANGE, "#000000")


def _value_text(node: Node, value: float) -> str:
    """Write a value for a plate: a gate's name stands before it, a variable's in its box."""
    if node.name is None or node.gate is gates.VARIABLE:
        return number(value)
    return f"{node.name} = {number(value)}"


def _plate_width(text: str) -> float:
    return _CHARACTER * 1.06 * len(text) + 8


def _plate(x: float, y: float, text: str, fill: str, ink: str) -> str:
    width = _plate_width(text)
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - _PLATE_HEIGHT / 2:.1f}" width="{width:.1f}" '
        f'height="{_PLATE_HEIGHT}" rx="5" fill="{fill}"/>' + _text(x, y, text, ink, 12)
    )


def _text(x: float, y: float, text: str, ink: str, size: int) -> str:
    # A third of the size below the middle is where the baseline of centred digits lies.
    return (
        f'<text x="{x:.1f}" y="{y + 0.36 * size:.1f}" text-anchor="middle" fill="{ink}" '
        f'font-size="{size}">{escape(text)}</text>'
    )


def _draw_legend(y: float) -> str:
    value = _plate(_MARGIN + 30, y, "value", BLUE, "#FFFFFF")
    return value + _plate(_MARGIN + 108, y, "gradient", ORANGE, "#000000")
