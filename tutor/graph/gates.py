"""The gates of a computational graph: each one's value and its derivative, side by side.

A gate's `rule` takes the numbers that enter (and its constant, if it has one, last) and
returns the number that leaves and one local gradient for each number that entered:
the derivative of what leaves with respect to what entered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tutor import activations

Rule = Callable[..., tuple[float, tuple[float, ...]]]

# How tightly a formula holds together, to know where brackets are needed.
SIGNED, SUM, PRODUCT, POWER, ATOM = range(5)


@dataclass(frozen=True, slots=True)
class Gate:
    """One kind of operation.

    Attributes
    ----------
    name : str
        The word used in sentences: "multiply".
    rule : callable
        (inputs..., [constant]) → (value, local gradients).
    symbol : str
        What a drawing shows inside the gate; `{c}` stands for the constant.
    formula : str
        How the gate is written: `{0}`, `{1}` are its inputs, `{c}` its constant.
    binds : int
        How tightly the formula holds together (`SIGNED` … `ATOM`).
    needs : tuple of int
        How tightly each input must hold together to stand without brackets.
    domain : str
        What the gate accepts, for error messages.
    commutes : bool
        True if the inputs may change places.
    """

    name: str
    rule: Rule
    symbol: str
    formula: str
    binds: int = ATOM
    needs: tuple[int, ...] = (SIGNED,)
    domain: str = "a result that fits in a float64 (at most 1.8e308)"
    commutes: bool = False

    def __deepcopy__(self, memo: dict[int, object]) -> Gate:
        return self  # a copied graph asks `gate is VARIABLE`, too


def _add(a: float, b: float) -> tuple[float, tuple[float, ...]]:
    return a + b, (1.0, 1.0)


def _subtract(a: float, b: float) -> tuple[float, tuple[float, ...]]:
    return a - b, (1.0, -1.0)


def _multiply(a: float, b: float) -> tuple[float, tuple[float, ...]]:
    return a * b, (b, a)


def _divide(a: float, b: float) -> tuple[float, tuple[float, ...]]:
    quotient = a / b
    return quotient, (1.0 / b, -quotient / b)


def _shift(x: float, c: float) -> tuple[float, tuple[float, ...]]:
    return x + c, (1.0,)


def _subtract_from(x: float, c: float) -> tuple[float, tuple[float, ...]]:
    return c - x, (-1.0,)


def _scale(x: float, c: float) -> tuple[float, tuple[float, ...]]:
    return c * x, (c,)


def _divide_by(x: float, c: float) -> tuple[float, tuple[float, ...]]:
    return x / c, (1.0 / c,)


def _divide_into(x: float, c: float) -> tuple[float, tuple[float, ...]]:
    quotient = c / x
    return quotient, (-quotient / x,)


def _reciprocal(x: float) -> tuple[float, tuple[float, ...]]:
    inverse = 1.0 / x
    return inverse, (-inverse * inverse,)


def _power_slope(x: float, n: float) -> float:
    if n == 0.0:
        return 0.0
    if x == 0.0 and n < 1.0:
        return math.inf  # the tangent of √x at 0 is vertical
    return n * math.pow(x, n - 1.0)


def _power(x: float, n: float) -> tuple[float, tuple[float, ...]]:
    return math.pow(x, n), (_power_slope(x, n),)


def _general_power(x: float, y: float) -> tuple[float, tuple[float, ...]]:
    value = math.pow(x, y)
    return value, (_power_slope(x, y), value * math.log(x))


def _exponential(x: float, c: float) -> tuple[float, tuple[float, ...]]:
    value = math.pow(c, x)
    return value, (value * math.log(c),)


def _exp(x: float) -> tuple[float, tuple[float, ...]]:
    value = math.exp(x)
    return value, (value,)


def _log(x: float) -> tuple[float, tuple[float, ...]]:
    return math.log(x), (1.0 / x,)


def _maximum(*inputs: float) -> tuple[float, tuple[float, ...]]:
    largest = max(inputs)
    winner = inputs.index(largest)  # the first one, if several are equal
    return largest, tuple(1.0 if i == winner else 0.0 for i in range(len(inputs)))


def _maximum_with(x: float, c: float) -> tuple[float, tuple[float, ...]]:
    # The constant wins a tie: max(0, x) at 0 then agrees with relu'(0) = 0.
    return (x, (1.0,)) if x > c else (c, (0.0,))


# The three commonest activations have rules of their own: on a single number, `math` is some
# ten times quicker than the array functions of `tutor.activations`, with which tests compare them.
def _sigmoid(x: float) -> tuple[float, tuple[float, ...]]:
    e = math.exp(-abs(x))  # never overflows
    value = 1.0 / (1.0 + e) if x >= 0.0 else e / (1.0 + e)
    return value, (e / (1.0 + e) ** 2,)


def _tanh(x: float) -> tuple[float, tuple[float, ...]]:
    e = math.exp(-2.0 * abs(x))
    return math.tanh(x), (4.0 * e / (1.0 + e) ** 2,)  # 1 − tanh², exact where tanh rounds to 1


def _relu(x: float) -> tuple[float, tuple[float, ...]]:
    return (x, (1.0,)) if x > 0.0 else (0.0, (0.0,))


_NOT_ZERO = "a denominator other than 0"
_POWER_DOMAIN = (
    "a base and an exponent with a real, finite power "
    "(a base below 0 needs a whole exponent, a base of 0 an exponent of at least 0)"
)

VARIABLE = Gate("variable", lambda: (0.0, ()), "", "")
ADD = Gate("add", _add, "+", "{0} + {1}", SUM, (SUM, SUM), commutes=True)
SUBTRACT = Gate("subtract", _subtract, "−", "{0} − {1}", SUM, (SUM, PRODUCT))
MULTIPLY = Gate("multiply", _multiply, "×", "{0} × {1}", PRODUCT, (PRODUCT,) * 2, commutes=True)
DIVIDE = Gate("divide", _divide, "÷", "{0} / {1}", PRODUCT, (PRODUCT, POWER), _NOT_ZERO)
SHIFT = Gate("add-constant", _shift, "{sum}", "{0} {spaced sum}", SUM, (SUM,))
SUBTRACT_FROM = Gate("subtract-from-constant", _subtract_from, "{c}−", "{c} − {0}", SUM, (PRODUCT,))
SCALE = Gate("multiply-by-constant", _scale, "×{c}", "{c} × {0}", PRODUCT, (PRODUCT,))
NEGATE = Gate("negate", _scale, "×{c}", "−{0}", SIGNED, (PRODUCT,))
DIVIDE_BY = Gate(
    "divide-by-constant", _divide_by, "÷{c}", "{0} / {c}", PRODUCT, (PRODUCT,), _NOT_ZERO
)
DIVIDE_INTO = Gate(
    "divide-into-constant", _divide_into, "{c}/x", "{c} / {0}", PRODUCT, (POWER,), _NOT_ZERO
)
RECIPROCAL = Gate("reciprocal", _reciprocal, "1/x", "1 / {0}", PRODUCT, (POWER,), _NOT_ZERO)
POWER_OF = Gate(
    "power", _power, "x{superscript}", "{0}{superscript}", POWER, (ATOM,), _POWER_DOMAIN
)
GENERAL_POWER = Gate(
    "power",
    _general_power,
    "xʸ",
    "{0}^{1}",
    POWER,
    (ATOM, ATOM),
    "a base greater than 0 (the derivative for the exponent contains the base's logarithm) "
    "and a result that fits in a float64",
)
EXPONENTIAL = Gate(
    "exponential", _exponential, "{c}ˣ", "{c}^{0}", POWER, (ATOM,),
    "a base greater than 0 and a result that fits in a float64",
)  # fmt: skip
EXP = Gate(
    "exp", _exp, "exp", "exp({0})",
    domain="an input of at most 709.78 (beyond that, exp doesn't fit in a float64)",
)  # fmt: skip
LOG = Gate("log", _log, "log", "log({0})", domain="an input greater than 0")
MAXIMUM = Gate("max", _maximum, "max", "max({all})", commutes=True)
MAXIMUM_WITH = Gate("max", _maximum_with, "max {c}", "max({c}, {0})")
SIGMOID = Gate("sigmoid", _sigmoid, "σ", "σ({0})")
TANH = Gate("tanh", _tanh, "tanh", "tanh({0})")
RELU = Gate("relu", _relu, "ReLU", "ReLU({0})")

_QUICK: Mapping[str, Gate] = {"sigmoid": SIGMOID, "tanh": TANH, "relu": RELU}
_NOT_ONE_NUMBER = {
    "softmax": "softmax turns several numbers into several: build it from exp, + and /",
    "maxout": "maxout takes several numbers: use maximum(...)",
}


def activation_gate(name: str, parameters: Mapping[str, float]) -> Gate:
    """Make the gate of an activation function of `tutor.activations`.

    Parameters
    ----------
    name : str
        "sigmoid", "leaky_relu", …: any activation from one number to one number.
    parameters : mapping of str to float
        The activation's parameters, such as `slope`; what is left out has its default.

    Raises
    ------
    ValueError
        For an unknown name, an unknown parameter, or an activation of several numbers.
    """
    if not isinstance(name, str):
        raise TypeError(f"expected an activation's name, such as 'tanh', got {name!r}")
    if name in _NOT_ONE_NUMBER:
        raise ValueError(_NOT_ONE_NUMBER[name])
    if name in _QUICK and not parameters:
        return _QUICK[name]
    return _table_gate(name, tuple(sorted(parameters.items())))


@lru_cache(maxsize=256)
def _table_gate(name: str, parameters: tuple[tuple[str, float], ...]) -> Gate:
    activation = activations.get(name)
    known = dict(parameters)
    unknown = sorted(set(known) - set(activation.parameters))
    if unknown:
        expected = ", ".join(activation.parameters) or "none"
        raise ValueError(f"{name} has no parameter {unknown[0]!r} (its parameters: {expected})")

    def rule(x: float) -> tuple[float, tuple[float, ...]]:
        value = float(activation.function(x, **known))
        return value, (float(activation.derivative(x, **known)),)

    return Gate(name, rule, activation.label, f"{activation.label}({{0}})")
