"""The steps of a graph in words, and the names and numbers in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.graph import gates

if TYPE_CHECKING:
    from tutor.graph.node import Node
    from tutor.graph.steps import Step

_LONGEST_LABEL = 24
_LONGEST_FORMULA = 40
_SUPERSCRIPTS = str.maketrans("−.0123456789", "⁻·⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Write a number with four significant digits and a real minus sign."""
    value += 0.0  # −0 becomes 0
    whole = 1e4 <= abs(value) < 1e6
    text = f"{value:.0f}" if whole else f"{value:.4g}"
    return text.replace("-", "−").replace("e+0", "e").replace("e+", "e").replace("e−0", "e−")


def factor(value: float) -> str:
    """Write a number that follows a sign of calculation: a negative one in brackets."""
    return f"({number(value)})" if value < 0 else number(value)


def _fill(template: str, constant: float | None, operands: tuple[str, ...]) -> str:
    """Put constant and operands into a gate's symbol or formula."""
    text = template.replace("{all}", ", ".join(operands))
    if constant is not None:
        sign = "−" if constant < 0 else "+"
        text = text.replace("{spaced sum}", f"{sign} {number(abs(constant))}")
        text = text.replace("{sum}", f"{sign}{number(abs(constant))}")
        text = text.replace("{superscript}", number(constant).translate(_SUPERSCRIPTS))
        text = text.replace("{c}", number(constant))
    for place, operand in enumerate(operands):
        text = text.replace(f"{{{place}}}", operand)
    return text


def symbol(node: Node) -> str:
    """Return what a drawing writes into the node: a gate's sign, a variable's name."""
    return (
        node.name or ""
        if node.gate is gates.VARIABLE
        else _fill(node.gate.symbol, node.constant, ())
    )


def formula(node: Node) -> str:
    """How a node is computed from named nodes and variables.

    Deep graphs without names give long formulas: below a depth of 8 a gate's number stands
    for it.
    """
    return _formula(node, 8)[0]


def _formula(node: Node, depth: int) -> tuple[str, int]:
    """Return the formula and how tightly it holds together."""
    if node.gate is gates.VARIABLE:
        return str(node.name), gates.ATOM
    operands = []
    for place, operand in enumerate(node.inputs):
        if operand.name is not None:
            operands.append(operand.name)
        elif depth == 0:
            operands.append(f"[{operand.index}]")
        else:
            text, binds = _formula(operand, depth - 1)
            needs = node.gate.needs[min(place, len(node.gate.needs) - 1)]
            operands.append(text if binds >= needs else f"({text})")
    negative = node.gate is gates.SCALE and (node.constant or 0.0) < 0
    binds = gates.SIGNED if negative else node.gate.binds
    return _fill(node.gate.formula, node.constant, tuple(operands)), binds


def label(node: Node) -> str:
    """Name of a node in a sentence: its name, a short formula, or gate and number."""
    if node.name is not None:
        return node.name
    text = formula(node)
    return text if len(text) <= _LONGEST_LABEL else f"{node.gate.name} gate [{node.index}]"


def narrate(step: Step) -> str:
    """Tell one step in a sentence or two."""
    if step.kind == "inputs":
        given = ", ".join(
            f"{label(node)} = {number(value)}"
            for node, value in zip(step.operands, step.values, strict=True)
        )
        return f"The inputs are given: {given}." if given else "There are no inputs."
    assert step.node is not None
    if step.kind == "seed":
        name = step.node.name or "(output)"
        return f"The backward pass starts at the end: d{name}/d{name} = 1."
    if step.kind == "forward":
        return _tell_forward(step, step.node)
    story = _STORIES.get(step.gate, _tell_slope)
    return " ".join([story(step), *_tell_sums(step)])


def _tell_forward(step: Step, node: Node) -> str:
    numbers = tuple(factor(value) for value in step.values)
    inserted = _fill(node.gate.formula, node.constant, numbers)
    if not node.gate.needs[0]:  # inside a function's brackets a sign needs no others
        plain = tuple(number(value) for value in step.values)
        inserted = _fill(node.gate.formula, node.constant, plain)
    assert step.value is not None
    article = "An" if node.gate.name[0] in "aeiou" else "A"
    text = formula(node)
    if len(text) > _LONGEST_FORMULA:
        text = _fill(node.gate.formula, node.constant, tuple(map(label, step.operands)))
    name = f"{node.name} = " if node.name else ""
    equation = " = ".join(dict.fromkeys([name + text, inserted, number(step.value)]))
    return f"{article} {node.gate.name} gate: {equation}."


def _gets(step: Step, place: int, reason: str = "upstream") -> str:
    """Tell what one operand receives: "q gets z × upstream = −4 × 1 = −4"."""
    assert step.upstream is not None
    sum_ = f"{number(step.local[place])} × {factor(step.upstream)}"
    what = "" if reason == "upstream" else f"{reason} × upstream = "
    return f"{label(step.operands[place])} gets {what}{sum_} = {number(step.downstream[place])}"


def _tell_add(step: Step) -> str:
    assert step.upstream is not None
    names = " and ".join(label(operand) for operand in step.operands)
    if step.operands[0] is step.operands[1]:
        names = f"{label(step.operands[0])} twice"
    return (
        f"The add gate distributes: both local gradients are 1, so it hands its upstream "
        f"gradient {number(step.upstream)} unchanged to {names}."
    )


def _tell_subtract(step: Step) -> str:
    assert step.upstream is not None
    first, second = (label(operand) for operand in step.operands)
    return (
        f"The subtract gate hands its upstream gradient {number(step.upstream)} unchanged to "
        f"{first} and with the sign flipped, {number(step.downstream[1])}, to {second}."
    )


def _tell_multiply(step: Step) -> str:
    first, second = (label(operand) for operand in step.operands)
    return f"The multiply gate swaps its inputs: {_gets(step, 0, second)}; {_gets(step, 1, first)}."


def _tell_divide(step: Step) -> str:
    above, below = (_bracketed(operand) for operand in step.operands)
    return (
        f"The divide gate: {_gets(step, 0, f'1/{below}')}; {_gets(step, 1, f'−{above}/{below}²')}."
    )


def _tell_add_constant(step: Step) -> str:
    return f"Adding a constant doesn't change the slope, the local gradient is 1: {_gets(step, 0)}."


def _tell_subtract_from(step: Step) -> str:
    return (
        f"Subtracting from a constant flips the sign, the local gradient is −1: {_gets(step, 0)}."
    )


def _tell_scale(step: Step) -> str:
    return (
        "Multiplying by a constant has that constant as its local gradient, "
        f"{number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_divide_by(step: Step) -> str:
    return (
        "Dividing by a constant has one over that constant as its local gradient, "
        f"{number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_divide_into(step: Step) -> str:
    return _tell_formula(step, "c/x", "−c/x²", f"−{factor(_constant(step))}")


def _tell_reciprocal(step: Step) -> str:
    return _tell_formula(step, "1/x", "−1/x²", "−1")


def _tell_formula(step: Step, function: str, slope: str, above: str) -> str:
    return (
        f"The local gradient of {function} is {slope} = {above}/{factor(step.values[0])}² = "
        f"{number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_power(step: Step) -> str:
    if len(step.operands) == 2:
        base, exponent = (_bracketed(operand) for operand in step.operands)
        return (
            f"The power gate: {_gets(step, 0, f'{exponent} × {base}^({exponent} − 1)')}; "
            f"{_gets(step, 1, f'{base}^{exponent} × log {base}')}."
        )
    n, x = _constant(step), factor(step.values[0])
    power = number(n - 1).translate(_SUPERSCRIPTS)
    return (
        f"The power gate brings the exponent down and takes one off: the local gradient is "
        f"{number(n)} × {x}{power} = {number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_exponential(step: Step) -> str:
    assert step.value is not None
    base = number(_constant(step))
    return (
        f"The local gradient of {base}ˣ is its own output times log {base}, "
        f"{number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_exp(step: Step) -> str:
    return (
        f"exp is its own derivative: the local gradient is its own output, "
        f"{number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_log(step: Step) -> str:
    return (
        f"The local gradient of log x is 1/x = 1/{factor(step.values[0])} = "
        f"{number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_max(step: Step) -> str:
    assert step.upstream is not None
    if len(step.operands) == 1:
        return _tell_max_with_constant(step)
    winner = step.local.index(1.0)
    losers = " and ".join(
        label(operand) for place, operand in enumerate(step.operands) if place != winner
    )
    name = label(step.operands[winner])
    story = (
        f"The max gate routes its whole upstream gradient {number(step.upstream)} to {name}, "
        f"the largest input; {losers} {'gets' if len(step.operands) == 2 else 'get'} 0."
    )
    if step.values.count(step.values[winner]) == 1:
        return story
    return (
        f"{story} There is a tie at {number(step.values[winner])}, where the derivative does not "
        "exist: by convention the first of the equal inputs gets everything."
    )


def _tell_max_with_constant(step: Step) -> str:
    constant, name = _constant(step), label(step.operands[0])
    if step.local[0] == 1.0:
        return (
            f"The max gate routes its upstream gradient to {name}, which is larger than "
            f"{number(constant)}: {_gets(step, 0)}."
        )
    reason = f"the constant {number(constant)} is larger"
    if step.values[0] == constant:
        reason = (
            f"at the tie with {number(constant)} the derivative does not exist, and by "
            "convention the constant wins"
        )
    return f"The max gate lets nothing through to {name}: {reason}. {_gets(step, 0)}."


def _tell_sigmoid(step: Step) -> str:
    assert step.value is not None
    value = number(step.value)
    return (
        f"The local gradient of the sigmoid comes from its own output: (1 − σ)σ = "
        f"(1 − {value}) × {value} = {number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_tanh(step: Step) -> str:
    assert step.value is not None
    return (
        f"The local gradient of tanh comes from its own output: 1 − tanh² = "
        f"1 − {factor(step.value)}² = {number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_relu(step: Step) -> str:
    name, value = label(step.operands[0]), number(step.values[0])
    if step.local[0] == 1.0:
        return f"ReLU lets the gradient through, because {name} = {value} > 0: {_gets(step, 0)}."
    reason = f"{name} = {value}"
    if step.values[0] < 0:
        reason += " < 0"
    else:
        reason += ", where the slope is 0 by convention"
    return f"ReLU blocks the gradient, because {reason}: {_gets(step, 0)}."


def _tell_slope(step: Step) -> str:
    """Tell the step of a gate without a story of its own: an activation from the table."""
    return (
        f"The local gradient of {step.gate.replace('_', ' ')} is its slope at "
        f"{number(step.values[0])}, which is {number(step.local[0])}: {_gets(step, 0)}."
    )


def _tell_sums(step: Step) -> list[str]:
    """Tell how gradients add up where an operand is used more than once."""
    sentences = []
    seen: set[int] = set()
    for place in reversed(range(len(step.operands))):
        operand = step.operands[place]
        if step.uses[place] < 2 or operand.index in seen:
            continue
        seen.add(operand.index)
        name, received = label(operand), step.received[place]
        if len(received) == 1:
            sentences.append(
                f"{name} is used {_times(step.uses[place])}, so more will be added (+=)."
            )
            continue
        parts = " + ".join([number(received[0]), *map(factor, received[1:])])
        end = "so far" if len(received) < step.uses[place] else "in all"
        sentences.append(
            f"{name} was copied, and the gradients of the copies add up (+=): "
            f"{parts} = {number(step.accumulated[place])} {end}."
        )
    return sentences[::-1]


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _bracketed(node: Node) -> str:
    """Name of a node as an operand of a product, a quotient or a power."""
    text, binds = _formula(node, 8)
    if node.name is not None:
        return node.name
    return f"({text})" if binds < gates.ATOM else text


def _constant(step: Step) -> float:
    assert step.node is not None
    assert step.node.constant is not None
    return step.node.constant


_STORIES: dict[str, Callable[[Step], str]] = {
    "add": _tell_add,
    "subtract": _tell_subtract,
    "multiply": _tell_multiply,
    "divide": _tell_divide,
    "add-constant": _tell_add_constant,
    "subtract-from-constant": _tell_subtract_from,
    "multiply-by-constant": _tell_scale,
    "negate": _tell_scale,
    "divide-by-constant": _tell_divide_by,
    "divide-into-constant": _tell_divide_into,
    "reciprocal": _tell_reciprocal,
    "power": _tell_power,
    "exponential": _tell_exponential,
    "exp": _tell_exp,
    "log": _tell_log,
    "max": _tell_max,
    "sigmoid": _tell_sigmoid,
    "tanh": _tell_tanh,
    "relu": _tell_relu,
}
