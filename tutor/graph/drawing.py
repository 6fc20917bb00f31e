"""A computational graph as an SVG picture.

Values sit above the wires in blue, gradients below them in orange. Where a number is used more
than once, the wire splits at a dot: each branch carries its own gradient, and the sum of what
has arrived is shown before the dot. Every label lies on a filled plate, so that the picture
is readable on any background.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from tutor.colours import AMBER, BLUE, GREY, INK, PAPER
from tutor.drawing import Drawing
from tutor.graph import gates
from tutor.graph.layout import (
    LIFT,
    MARGIN,
    PLATE_HEIGHT,
    RADIUS,
    Layout,
    Place,
    Wire,
    plate_width,
    value_text,
)
from tutor.graph.narration import label, number, symbol
from tutor.graph.steps import dependencies

if TYPE_CHECKING:
    from tutor.graph.graph import Graph
    from tutor.graph.steps import Step

# Fill and text of a plate. The gradients' is lighter than the course's orange, on which neither
# black nor white is easy to read.
_VALUE = (BLUE, PAPER)
_GRADIENT = (AMBER, "black")
_NAME = (PAPER, INK)

_LEGEND = 34  # height of the strip below the graph


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
    layout = graph.layout()
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


def _index_of(place: Place) -> int:
    assert place.node is not None
    return place.node.index


def _is_active(wire: Wire, known: _Known) -> bool:
    return _index_of(wire.target) == known.active


def _port(wire: Wire) -> tuple[float, float]:
    """Return the point where a wire meets its gate: the inputs from top to bottom."""
    gate, node = wire.target, wire.target.node
    assert node is not None
    count = len(node.inputs)
    spread = min(18.0 * (count - 1), 2.0 * RADIUS - 12.0)
    place = wire.operand
    if node.gate.commutes:  # then the wire that comes from higher up enters higher up
        heights = [(other.y, k) for k, other in enumerate(gate.before)]
        place = sorted(heights).index((gate.before[wire.operand].y, wire.operand))
    shift = -spread / 2 + spread * place / (count - 1) if count > 1 else 0.0
    inward = RADIUS - (RADIUS**2 - shift**2) ** 0.5 if _is_round(gate) else 0.0
    return gate.x + inward, gate.y + shift


def _is_round(place: Place) -> bool:
    return place.width <= 2 * RADIUS


def _draw_wire(wire: Wire, known: _Known) -> str:
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
    return _stroke(path, GREY, 5.5) + _stroke(path, AMBER if backward else BLUE, 3.5)


def _stroke(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _draw_tail(place: Place, known: _Known, only_use: int | None) -> str:
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
    above, below = place.y - LIFT, place.y + LIFT
    if value is not None:
        parts.append(_plate(place.plates, above, value_text(node, value), *_VALUE))
    elif node.name is not None:
        parts.append(_plate(place.plates, above, node.name, *_NAME))
    if node.index in known.gradients:
        gradient = number(known.gradients[node.index])
        parts.append(_plate(place.plates, below, gradient, *_GRADIENT))
    return "".join(parts)


def _draw_node(place: Place, known: _Known) -> str:
    node = place.node
    assert node is not None
    middle = place.x + place.width / 2
    is_variable = node.gate is gates.VARIABLE
    height = 26 if is_variable else 2 * RADIUS
    box = (
        f'<rect x="{place.x:.1f}" y="{place.y - height / 2:.1f}" width="{place.width:.1f}" '
        f'height="{height}" rx="{4 if is_variable else RADIUS}" fill="{PAPER}" '
    )
    outlines = [(GREY, 1.5)]
    if node.index == known.active:
        outlines = [(GREY, 6.0), (AMBER if known.backward else BLUE, 4.0)]
    boxes = [f'{box}stroke="{colour}" stroke-width="{width}"/>' for colour, width in outlines]
    text = symbol(node)
    size = 16 if len(text) == 1 else 13
    return "".join(boxes) + _text(middle, place.y, text, INK, size)


def _draw_branch(wire: Wire, known: _Known) -> str:
    gradient = known.branches.get((_index_of(wire.target), wire.operand))
    if gradient is None or wire.branch is None:
        return ""
    middle = wire.branch.x + wire.branch.width / 2
    return _plate(middle, wire.branch.y, number(gradient), *_GRADIENT)


def _plate(x: float, y: float, text: str, fill: str, ink: str) -> str:
    width = plate_width(text)
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - PLATE_HEIGHT / 2:.1f}" width="{width:.1f}" '
        f'height="{PLATE_HEIGHT}" rx="5" fill="{fill}"/>' + _text(x, y, text, ink, 12)
    )


def _text(x: float, y: float, text: str, ink: str, size: int) -> str:
    # A third of the size below the middle is where the baseline of centred digits lies.
    return (
        f'<text x="{x:.1f}" y="{y + 0.36 * size:.1f}" text-anchor="middle" fill="{ink}" '
        f'font-size="{size}">{escape(text)}</text>'
    )


def _draw_legend(y: float) -> str:
    value = _plate(MARGIN + 30, y, "value", *_VALUE)
    return value + _plate(MARGIN + 108, y, "gradient", *_GRADIENT)
