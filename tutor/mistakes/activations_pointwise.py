"""Exercises of the theme "activations" whose functions take a number to a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor import activations as act
from tutor.mistakes.records import (
    READY_MADE,
    READY_MADE_SOFTPLUS,
    READY_MADE_TANH,
    Exercise,
    Mistake,
    Tolerance,
)

Rng = np.random.Generator

# Negative, zero and positive; a matrix; the far ends; whole numbers.
_SMALL = np.array([-2.0, -1.0, 0.0, 0.5, 3.0])
_MATRIX = np.array([[-1.5, 0.00625, 2.0], [4.0, -0.75, 0.0]])
_FAR = np.array([-1000.0, -30.0, 30.0, 1000.0])
_WHOLE = np.array([-3, -1, 0, 2, 5])
_CLOSE = np.array([-0.5, 0.0, 0.2])
_POINTWISE = ((_SMALL,), (_MATRIX,), (_FAR,), (_WHOLE,))


def _points(rng: Rng) -> np.ndarray[Any, Any]:
    """Draw a vector or a matrix, with a zero in it and now and then far values or whole numbers."""
    shape = [(6,), (3, 4), (9,)][rng.integers(3)]
    x = rng.normal(scale=[1.0, 3.0, 2000.0][rng.integers(3)], size=shape)
    x.flat[0] = 0.0
    return x.round().astype(int) if rng.integers(2) else x


def _draw(rng: Rng) -> tuple[Any, ...]:
    return (_points(rng),)


def _draw_with(*values: float) -> Callable[[Rng], tuple[Any, ...]]:
    return lambda rng: (_points(rng), float(rng.choice(values)))


def _truncated(right: Callable[..., Any]) -> Mistake:
    """Make the entry for a result array that inherits the input's whole-number type."""
    return Mistake(
        "whole_numbers",
        lambda x, *more: (
            np.trunc(right(x, *more)).astype(np.asarray(x).dtype)
            if np.asarray(x).dtype.kind in "iu"
            else right(x, *more)
        ),
        "Right for floats, but whole numbers go in and only whole numbers come out. What type does "
        "`np.zeros_like(x)` or `x.copy()` have then?",
        "Doesn't know that an array made from an integer array cuts off decimals.",
    )


def _exp(x: Any) -> Any:
    return np.exp(np.asarray(x, float))


def _two_sided(x: Any, right: Callable[[Any], Any], left: Callable[[Any], Any]) -> Any:
    """Compute a function from t = e^(−|x|), with a formula for each side of 0."""
    t = np.exp(-np.abs(np.asarray(x, float)))
    return np.where(np.asarray(x) >= 0, right(t), left(t))


SIGMOID = Exercise(
    id="activations/sigmoid",
    title="The sigmoid",
    signature="sigmoid(x)",
    task="Write σ(x) = 1/(1 + e^(−x)) for arrays of any shape, so that x = ±1000 is fine.",
    reference=act.sigmoid,
    cases=_POINTWISE,
    draw=_draw,
    forbids=READY_MADE,
    plot=True,
    mistakes=(
        Mistake(
            "exponent_sign",
            lambda x: 1 / (1 + _exp(x)),
            "Your curve falls where it should rise: look at the sign of the exponent.",
            "Took e^(+a) from the formula as it is often misprinted, or dropped the minus.",
        ),
        Mistake(
            "overflow",
            lambda x: _exp(x) / (1 + _exp(x)),
            "Fine for small x, but e^1000 is too large for a float, and inf/inf is nan. Which form "
            "of the formula never needs the exp of a large positive number?",
            "Believes that equal formulas compute equally well.",
        ),
        Mistake(
            "brackets",
            lambda x: 1 / 1 + _exp(-x),
            "Python divides before it adds. Which part belongs under the fraction bar?",
            "Reads 1/1+e^(−x) as a fraction with everything behind the slash below the bar.",
        ),
        Mistake(
            "one_forgotten",
            lambda x: 1 / _exp(-x),
            "Your values grow without end, but σ stays below 1. What is missing in the "
            "denominator?",
            "Remembers the exponential, not what bounds it.",
        ),
        Mistake(
            "minus_below",
            lambda x: 1 / (1 - _exp(-x)),
            "Something explodes near x = 0. Compare the sign in your denominator with the formula.",
            "Moved the exponent's minus into the denominator.",
        ),
        Mistake(
            "tanh_instead",
            np.tanh,
            "Your values run from −1 to 1; those of the sigmoid lie between 0 and 1. You wrote its "
            "cousin.",
            "Takes the two S-shaped curves for one.",
        ),
        Mistake(
            "step_instead",
            lambda x: (np.asarray(x) > 0).astype(float),
            "Your curve jumps at 0. The sigmoid is the smooth version of this step.",
            "Thinks of the neuron as on or off.",
        ),
        Mistake(
            "derivative_instead",
            act.sigmoid_derivative,
            "You return the slope of the sigmoid: you have gone one step too far.",
            "Mixes up the function with its derivative a(1 − a).",
        ),
        _truncated(act.sigmoid),
        Mistake(
            "one_branch",
            lambda x: 1 / (1 + np.exp(-np.abs(x))),
            "Never below a half: for negative x you give what belongs to their mirror image. "
            "Where does the sign of x enter?",
            "Uses the formula for x ≥ 0 everywhere.",
        ),
        Mistake(
            "odd",
            lambda x: np.where(np.asarray(x) >= 0, 1.0, -1.0) / (1 + np.exp(-np.abs(x))),
            "A sigmoid is never negative. Write 1/(1 + e^(−x)) for x < 0 in terms of t, and "
            "multiply top and bottom by t.",
            "Believes that the sigmoid is odd, like tanh.",
        ),
        Mistake(
            "other_branch",
            lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))),
            "Never above a half: for positive x you give what belongs to their mirror image. "
            "Where does the sign of x enter?",
            "Uses the formula for x < 0 everywhere.",
        ),
        Mistake(
            "left_denominator",
            lambda x: _two_sided(x, lambda t: 1 / (1 + t), lambda t: t),
            "For negative x you give t alone. What stands below the line on that side?",
            "Takes e^x for the sigmoid on the left, where the two are close.",
        ),
        Mistake(
            "left_minus",
            lambda x: _two_sided(x, lambda t: 1 / (1 + t), lambda t: 1 / (1 - t)),
            "For negative x your values are larger than 1. Write 1/(1 + e^(−x)) in terms of t "
            "there, and multiply top and bottom by t.",
            "Turns a sign where the fraction has to be rewritten.",
        ),
        Mistake(
            "left_negative",
            lambda x: _two_sided(x, lambda t: 1 / (1 + t), lambda t: -t / (1 + t)),
            "A sigmoid is never negative, not for negative x either. Which sign is too many?",
            "Gives the result the sign of x.",
        ),
        Mistake(
            "left_zero",
            lambda x: _two_sided(x, lambda t: 1 / (1 + t), lambda t: 0 * t),
            "For negative x you give 0. The sigmoid is small there, but never 0: that side has a "
            "formula, too.",
            "Multiplies by the condition, and leaves the other side out.",
        ),
        Mistake(
            "left_brackets",
            lambda x: _two_sided(x, lambda t: 1 / (1 + t), lambda t: t / 1 + t),
            "`t / 1 + t` divides first, and is 2t. Which part belongs under the fraction bar?",
            "Leaves out the brackets on one side.",
        ),
        Mistake(
            "brackets_of_both",
            lambda x: _two_sided(x, lambda t: 1 / 1 + t, lambda t: t / 1 + t),
            "Python divides before it adds. Which part belongs under the fraction bar?",
            "Leaves out the brackets below both fraction bars.",
        ),
        Mistake(
            "one_minus_t",
            lambda x: _two_sided(x, lambda t: 1 - t, lambda t: t),
            "Look at x = 0, where the sigmoid is a half: yours jumps there. Which fractions of t "
            "do the two sides need?",
            "Takes t for what is missing to 1.",
        ),
        Mistake(
            "t_only",
            lambda x: np.exp(-np.abs(x)),
            "This is t, a peak at 0. The sigmoid is still to be made of it.",
            "Returns the preparation.",
        ),
        Mistake(
            "base_two",
            lambda x: 1 / (1 + 2.0 ** -np.asarray(x, float)),
            "The shape is right, but too flat: which number is raised to the power −x?",
            "Takes exp for a power of two.",
        ),
        Mistake(
            "input_squared",
            lambda x: 1 / (1 + _exp(-(np.asarray(x, float) ** 2))),
            "Your function is the same on both sides of 0. What stands in the exponent?",
            "Mixes the sigmoid up with the bell curve.",
        ),
    ),
)

SIGMOID_DERIVATIVE = Exercise(
    id="activations/sigmoid_derivative",
    title="Slope of the sigmoid",
    signature="sigmoid_derivative(x)",
    task="Write σ'(x) as a function of x (not of σ(x)).",
    reference=act.sigmoid_derivative,
    cases=_POINTWISE,
    draw=_draw,
    forbids=READY_MADE,
    plot=True,
    tolerance=Tolerance(1e-5, 1e-9),
    mistakes=(
        Mistake(
            "of_the_activation",
            lambda x: np.asarray(x, float) * (1 - np.asarray(x, float)),
            "The formula a(1 − a) is right if a is the activation. What is handed to your "
            "function: a, or x?",
            "Takes z for a: the formula is remembered without what its letter stands for.",
        ),
        Mistake(
            "sigmoid_twice",
            lambda x: act.sigmoid(act.sigmoid(x)) * (1 - act.sigmoid(act.sigmoid(x))),
            "The sigmoid is applied twice on the way. Once is enough.",
            "Feeds an activation to a function that expects a pre-activation.",
        ),
        Mistake(
            "function_instead",
            act.sigmoid,
            "This is the sigmoid itself. Where is its curve steepest, and how steep is it there?",
            "Returns the value where the slope is asked for.",
        ),
        Mistake(
            "factor_forgotten",
            lambda x: 1 - act.sigmoid(x),
            "One of two factors is missing: far to the left the slope has to vanish too.",
            "Recalls half of a(1 − a).",
        ),
        Mistake(
            "plus_in_bracket",
            lambda x: act.sigmoid(x) * (1 + act.sigmoid(x)),
            "At the right end σ is flat, but you get 2. Check the sign in the bracket.",
            "Recalls the shape of the formula, not its sign.",
        ),
        Mistake(
            "sign_flipped",
            lambda x: -act.sigmoid_derivative(x),
            "The sigmoid rises everywhere, so no slope can be negative. Count your minus signs: "
            "the chain rule gives one, and so does the power −1.",
            "Loses one of the two minus signs of the chain rule.",
        ),
        Mistake(
            "tanh_rule",
            lambda x: 1 - act.sigmoid(x) ** 2,
            "1 − a² is the rule for another S-shaped function.",
            "Mixes up the derivatives of tanh and sigmoid.",
        ),
        Mistake(
            "overflow",
            lambda x: _exp(-x) / (1 + _exp(-x)) ** 2,
            "Right for small x. For x = −1000 this is inf/inf. Can you write it with σ(x) alone?",
            "Believes that equal formulas compute equally well.",
        ),
        _truncated(act.sigmoid_derivative),
        Mistake(
            "t_for_a",
            lambda x: np.exp(-np.abs(x)) * (1 - np.exp(-np.abs(x))),
            "a(1 − a) wants the sigmoid, and you put in t. What is the sigmoid in terms of t?",
            "Takes t for the activation.",
        ),
        Mistake(
            "square_inside",
            lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x)) ** 2),
            "What exactly is squared below the line: t, or all of 1 + t?",
            "Misses the brackets of a square.",
        ),
        Mistake(
            "square_forgotten",
            lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))),
            "At 0 your slope is a half, twice too large. What is squared below the line?",
            "Loses the square of the chain rule.",
        ),
        Mistake(
            "brackets",
            lambda x: np.exp(-np.abs(x)) / 1 + np.exp(-np.abs(x)) ** 2,
            "`t / 1 + …` divides first. What belongs under the fraction bar?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "one_above",
            lambda x: 1 / (1 + np.exp(-np.abs(x))) ** 2,
            "Far from 0 your slope goes to 1. There the sigmoid is flat: what stands above the "
            "fraction bar?",
            "Forgets the inner derivative.",
        ),
        Mistake(
            "doubled",
            lambda x: 2 * np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))),
            "A square isn't a double: what is (1 + t)²?",
            "Takes the square for twice.",
        ),
        Mistake(
            "first_factor_only",
            lambda x: 1 / (1 + np.exp(-np.abs(x))),
            "Far from 0 your slope goes to 1, where the sigmoid is flat. Which factor of a(1 − "
            "a) is missing?",
            "Recalls half of a(1 − a).",
        ),
        Mistake(
            "plus_in_bracket_t",
            lambda x: (lambda a: a * (1 + a))(1 / (1 + np.exp(-np.abs(x)))),
            "Far from 0 σ is flat, but you get 2. Check the sign in the bracket.",
            "Recalls the shape of the formula, not its sign.",
        ),
        Mistake(
            "x_in_bracket",
            lambda x: act.sigmoid(x) * (1 - np.asarray(x)),
            "You subtract x from 1. What stands in the bracket of a(1 − a)?",
            "Mixes input and activation.",
        ),
        Mistake(
            "x_in_bracket_t",
            lambda x: (1 - np.asarray(x)) / (1 + np.exp(-np.abs(x))),
            "You subtract x from 1. What stands in the bracket of a(1 − a)?",
            "Mixes input and activation.",
        ),
        Mistake(
            "times_x",
            lambda x: np.asarray(x) * act.sigmoid_derivative(x),
            "At 0 the sigmoid is steepest, and your slope is 0. Which factor is too many?",
            "Multiplies by x, as in a product rule.",
        ),
        Mistake(
            "sign_of_x",
            lambda x: np.sign(x) * act.sigmoid_derivative(x),
            "The sigmoid rises on both sides of 0. Which sign does its slope have on the left?",
            "Gives the slope the sign of x.",
        ),
        Mistake(
            "t_only",
            lambda x: np.exp(-np.abs(x)),
            "This is t. The slope is still to be made of it.",
            "Returns the preparation.",
        ),
        Mistake(
            "t_in_bracket",
            lambda x: (1 - np.exp(-np.abs(x))) / (1 + np.exp(-np.abs(x))),
            "At 0, where the sigmoid is steepest, your slope is 0. The bracket of a(1 − a) holds "
            "a, not t.",
            "Mixes t and the activation.",
        ),
        Mistake(
            "negative_left",
            lambda x: np.where(np.asarray(x) >= 0, 1, -1) * act.sigmoid_derivative(x),
            "The sigmoid rises on both sides of 0. Which sign does its slope have on the left?",
            "Gives the slope the sign of x.",
        ),
    ),
)

TANH = Exercise(
    id="activations/tanh",
    title="tanh from the sigmoid",
    signature="tanh(x)",
    task="Write tanh from the sigmoid, tanh(x) = 2σ(2x) − 1, without calling a ready-made tanh.",
    reference=act.tanh,
    cases=_POINTWISE,
    draw=_draw,
    forbids=READY_MADE_TANH,
    plot=True,
    mistakes=(
        Mistake(
            "inner_two_forgotten",
            lambda x: 2 * act.sigmoid(x) - 1,
            "The range is right, the slope at 0 is only half of what it should be. Both twos of "
            "the formula are needed.",
            "Stretches the output, not the input.",
        ),
        Mistake(
            "outer_two_forgotten",
            lambda x: act.sigmoid(2 * np.asarray(x)) - 1,
            "Your values lie between −1 and 0. What stretches them to −1 … 1?",
            "Stretches the input, not the output.",
        ),
        Mistake(
            "shift_forgotten",
            lambda x: 2 * act.sigmoid(2 * np.asarray(x)),
            "tanh(0) is 0, and yours is not. What moves the curve down?",
            "Forgets that tanh is centred at 0.",
        ),
        Mistake(
            "sigmoid_instead",
            act.sigmoid,
            "This is the sigmoid: between 0 and 1. tanh runs from −1 to 1.",
            "Takes the two S-shaped curves for one.",
        ),
        Mistake(
            "upside_down",
            lambda x: -np.tanh(x),
            "Your curve falls. Look at the order of the difference, or at the sign of an exponent.",
            "Swaps e^x and e^(−x).",
        ),
        Mistake(
            "overflow",
            lambda x: (_exp(x) - _exp(-x)) / (_exp(x) + _exp(-x)),
            "Right for small x, but e^1000 is infinite, and inf/inf is nan. A sigmoid that is safe "
            "for all x helps.",
            "Believes that equal formulas compute equally well.",
        ),
        Mistake(
            "reciprocal",
            lambda x: 1 / np.tanh(np.asarray(x, float)),
            "Your values lie outside −1 … 1, and at 0 you divide by 0. Is the fraction upside "
            "down?",
            "Swaps numerator and denominator: that is coth.",
        ),
        _truncated(act.tanh),
        Mistake(
            "even",
            lambda x: np.abs(np.tanh(x)),
            "Never negative: for negative x you give what belongs to their mirror image. Where "
            "does the sign of x enter?",
            "Loses the sign with the absolute value.",
        ),
        Mistake(
            "reciprocal_of_t",
            lambda x: np.sign(x) * (1 + np.exp(-2 * np.abs(x))) / (1 - np.exp(-2 * np.abs(x))),
            "Your values lie outside −1 … 1, and at 0 you divide by 0. Is the "
            "fraction upside down?",
            "Swaps numerator and denominator: that is coth.",
        ),
        Mistake(
            "brackets",
            lambda x: _exp(x) - _exp(-x) / _exp(x) + _exp(-x),
            "Python divides before it adds and subtracts. Which two parts belong in brackets?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "all_doubled",
            lambda x: 2 * (act.sigmoid(2 * np.asarray(x)) - 1),
            "Your values lie between −2 and 0. What exactly is doubled in the formula: σ, or "
            "σ − 1?",
            "Puts a bracket where there is none.",
        ),
        Mistake(
            "shifted_up",
            lambda x: 2 * act.sigmoid(2 * np.asarray(x)) + 1,
            "tanh(0) is 0, and yours is 2. Check the sign of the 1.",
            "Shifts the wrong way.",
        ),
        Mistake(
            "input_halved",
            lambda x: 2 * act.sigmoid(np.asarray(x) / 2) - 1,
            "The range is right, but tanh is steeper: is the input doubled or halved?",
            "Stretches the input the wrong way.",
        ),
        Mistake(
            "two_moved_outside",
            lambda x: 4 * act.sigmoid(x) - 1,
            "Your values run from −1 to 3. σ(2x) isn't 2σ(x): where does the inner 2 belong?",
            "Believes that a factor can be moved out of a function.",
        ),
        Mistake(
            "arctangent",
            np.arctan,
            "Your curve levels off at π/2: this is another S-curve, the arctangent. Use the "
            "formula with σ.",
            "Takes one S-curve for the other.",
        ),
        Mistake(
            "without_h",
            np.tan,
            "This is the tangent of an angle. tanh has an h, and a formula with σ.",
            "Takes tan for tanh.",
        ),
        Mistake(
            "sinh_instead",
            np.sinh,
            "Your values grow without end: this is sinh, the part above the fraction bar.",
            "Stops at the numerator.",
        ),
        Mistake(
            "numerator_only",
            lambda x: np.sign(x) * (1 - np.exp(-2 * np.abs(x))),
            "The ends are right, but at 0 your curve is twice too steep. What stands below the "
            "fraction bar?",
            "Forgets the denominator.",
        ),
    ),
)

TANH_DERIVATIVE = Exercise(
    id="activations/tanh_derivative",
    title="Slope of tanh",
    signature="tanh_derivative(x)",
    task="Write tanh'(x) as a function of x. np.tanh may be used.",
    reference=act.tanh_derivative,
    cases=_POINTWISE,
    draw=_draw,
    forbids=READY_MADE,
    plot=True,
    mistakes=(
        Mistake(
            "square_forgotten",
            lambda x: 1 / np.cosh(np.asarray(x, float)),
            "This is sech(x), as one of the slides has it. Compare it at x = 1 with a slope that "
            "you measure: something has to be squared.",
            "Copied tanh' = sech from the slide.",
        ),
        Mistake(
            "extra_factor",
            lambda x: np.tanh(x) * (1 - np.tanh(x) ** 2),
            "This is z(1 − z²), as one of the slides has it. It is 0 at x = 0, where tanh is "
            "steepest. Which factor is too many?",
            "Mixes σ' = a(1 − a) with tanh', as the slide does.",
        ),
        Mistake(
            "of_the_activation",
            lambda x: 1 - np.asarray(x, float) ** 2,
            "1 − a² is right if a is the activation. What is handed to your function: a, or x?",
            "Takes z for a.",
        ),
        Mistake(
            "sigmoid_rule",
            lambda x: np.tanh(x) * (1 - np.tanh(x)),
            "a(1 − a) is the rule for the sigmoid. tanh has its own.",
            "Believes that a(1 − a) is the derivative of every S-shaped curve.",
        ),
        Mistake(
            "no_square",
            lambda x: 1 - np.tanh(x),
            "At the left end the slope has to vanish, and you get 2. Is everything squared that "
            "should be?",
            "Drops the square.",
        ),
        Mistake(
            "plus",
            lambda x: 1 + np.tanh(x) ** 2,
            "A flat end has slope 0, and yours is 2. Check the sign.",
            "Mixes it up with the rule for tan, 1 + tan².",
        ),
        Mistake(
            "sign_flipped",
            lambda x: np.tanh(x) ** 2 - 1,
            "tanh rises everywhere, so no slope can be negative. Check the order of the "
            "difference.",
            "Swaps the terms of the difference.",
        ),
        Mistake(
            "function_instead",
            np.tanh,
            "This is tanh itself. What is asked for is its slope.",
            "Returns the value where the slope is asked for.",
        ),
        _truncated(act.tanh_derivative),
        Mistake(
            "input_squared",
            lambda x: 1 - np.tanh(np.asarray(x, float) ** 2),
            "You square x. The formula squares tanh(x).",
            "Puts the square at the wrong place.",
        ),
        Mistake(
            "all_squared",
            lambda x: (1 - np.tanh(x)) ** 2,
            "You square the whole difference. What exactly is squared in the formula?",
            "Puts the square at the wrong place.",
        ),
        Mistake(
            "doubled",
            lambda x: 1 - 2 * np.tanh(x),
            "A square isn't a double. What is subtracted from 1?",
            "Takes the square for twice.",
        ),
        Mistake(
            "of_the_formula",
            lambda x: -2 * np.tanh(x),
            "At 0, where tanh is steepest, yours is 0. You have differentiated 1 − a², which is "
            "the slope already.",
            "Differentiates once more.",
        ),
        Mistake(
            "second_derivative",
            lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2),
            "At 0, where tanh is steepest, yours is 0: this is the slope of the slope.",
            "Differentiates twice.",
        ),
        Mistake(
            "square_only",
            lambda x: np.tanh(x) ** 2,
            "Your slope is largest where tanh is flat. From what is the square subtracted?",
            "Forgets the 1.",
        ),
        Mistake(
            "times_x",
            lambda x: 1 - np.tanh(x) * np.asarray(x),
            "You multiply tanh(x) by x. By what is it multiplied in a square?",
            "Mixes input and activation.",
        ),
        Mistake(
            "square_in_sech",
            lambda x: 1 / np.cosh(np.asarray(x, float) ** 2),
            "You square x. The formula squares sech(x).",
            "Puts the square at the wrong place.",
        ),
        Mistake(
            "cosh_above",
            lambda x: np.cosh(np.asarray(x, float)) ** 2,
            "Your slope grows without end, where tanh is flat. Is cosh above or below the "
            "fraction bar?",
            "Takes sech for cosh.",
        ),
    ),
)

RELU = Exercise(
    id="activations/relu",
    title="ReLU",
    signature="relu(x)",
    task="Write ReLU, max(0, x), entry by entry.",
    reference=act.relu,
    cases=_POINTWISE,
    draw=_draw,
    forbids=READY_MADE,
    plot=True,
    mistakes=(
        Mistake(
            "wrong_side",
            lambda x: np.minimum(0, x),
            "You keep the negative side and clear the positive one.",
            "Mixes up which side a rectifier lets through.",
        ),
        Mistake(
            "absolute",
            np.abs,
            "Negative inputs come out positive; ReLU sends them to one and the same value.",
            "Thinks that rectifying means dropping the sign.",
        ),
        Mistake(
            "step_instead",
            lambda x: (np.asarray(x) > 0).astype(float),
            "You return which inputs are positive. ReLU lets them through with their value.",
            "Takes the gate for what passes through it.",
        ),
        Mistake(
            "maximum_of_all",
            lambda x: max(0, np.max(x)),
            "One number comes out. The maximum is wanted for each entry separately: `np.max` and "
            "`np.maximum` do different things.",
            "Mixes up np.max with np.maximum.",
        ),
        Mistake(
            "negative_dropped",
            lambda x: np.asarray(x)[np.asarray(x) > 0],
            "Your result is shorter than the input: negative entries are left out. They should "
            "stay, with another value.",
            "Selects instead of setting to zero.",
        ),
        Mistake(
            "clipped_at_one",
            lambda x: np.clip(x, 0, 1),
            "Large inputs come out as 1. ReLU has no upper end.",
            "Gives ReLU the sigmoid's upper bound.",
        ),
        Mistake(
            "identity",
            lambda x: np.asarray(x),
            "Everything comes out as it went in: nothing happens to negative inputs yet.",
            "The condition never applies.",
        ),
        Mistake(
            "leaky",
            act.leaky_relu,
            "Negative inputs leak through a little. That is ReLU's leaky relative.",
            "Mixes up ReLU and leaky ReLU.",
        ),
        Mistake(
            "slope_on_the_right",
            lambda x: np.where(np.asarray(x) > 0, 1, x),
            "Positive inputs come out as 1, and negative ones as they are. Which value belongs "
            "to which side?",
            "Mixes ReLU with its slope, and the sides.",
        ),
        Mistake(
            "floor_of_one",
            lambda x: np.maximum(1, x),
            "Nothing comes out below 1. With which number is x compared?",
            "Takes 1 for the lower bound.",
        ),
        Mistake(
            "threshold_one",
            lambda x: np.where(np.asarray(x) > 1, x, 0),
            "Inputs between 0 and 1 are lost. Where is the bend of ReLU?",
            "Puts the bend at 1.",
        ),
        Mistake(
            "softplus_instead",
            act.softplus,
            "This is softplus, ReLU's smooth relative. ReLU has a corner.",
            "Takes the smooth version for the original.",
        ),
    ),
)

RELU_DERIVATIVE = Exercise(
    id="activations/relu_derivative",
    title="Slope of ReLU",
    signature="relu_derivative(x)",
    task="Write ReLU'(x), with the course's convention ReLU'(0) = 0.",
    reference=act.relu_derivative,
    cases=_POINTWISE,
    draw=_draw,
    forbids=READY_MADE,
    plot=True,
    mistakes=(
        Mistake(
            "one_at_zero",
            lambda x: (np.asarray(x) >= 0).astype(float),
            "Right everywhere but at 0. There the slope is a convention: which one does this "
            "course use?",
            "Knows the other convention, ReLU'(0) = 1.",
        ),
        Mistake(
            "half_at_zero",
            lambda x: (np.sign(x) + 1) / 2,
            "Right everywhere but at 0. A slope between the two sides is possible, but it isn't "
            "the convention of this course.",
            "Takes the mean of both one-sided slopes.",
        ),
        Mistake(
            "function_instead",
            act.relu,
            "This is ReLU itself. How steep is it at 3, and at 300?",
            "Returns the value where the slope is asked for.",
        ),
        Mistake(
            "minus_one",
            lambda x: np.sign(x),
            "ReLU is flat for negative inputs; a slope of −1 would mean that it falls.",
            "Differentiates |x|.",
        ),
        Mistake(
            "always_one",
            lambda x: np.ones_like(np.asarray(x, float)),
            "One slide says that the slope is never zero. Look at the graph left of 0.",
            "Believes that ReLU never saturates.",
        ),
        Mistake(
            "wrong_side",
            lambda x: (np.asarray(x) < 0).astype(float),
            "The two sides are swapped: on which one does ReLU rise?",
            "Turns the comparison round.",
        ),
        Mistake(
            "threshold_ten",
            lambda x: (np.asarray(x) > 10).astype(float),
            "You compare with 10, as one of the slides does by mistake. Where is the bend of ReLU?",
            "Copied the misprint “if x > 10” from the slide.",
        ),
        Mistake(
            "minus_one_left",
            lambda x: np.where(np.asarray(x) > 0, 1.0, -1.0),
            "ReLU is flat for negative inputs; a slope of −1 would mean that it falls.",
            "Differentiates |x|, or takes “not rising” for falling.",
        ),
        Mistake(
            "sides_swapped",
            lambda x: np.where(np.asarray(x) > 0, 0.0, 1.0),
            "The two sides are swapped: on which one does ReLU rise?",
            "Swaps the two values of np.where.",
        ),
        Mistake(
            "clipped",
            lambda x: np.clip(np.asarray(x, float), 0, 1),
            "Between 0 and 1 you give x itself. How steep is ReLU there?",
            "Cuts the function off in place of differentiating it.",
        ),
        Mistake(
            "threshold_one",
            lambda x: (np.asarray(x) > 1).astype(float),
            "Between 0 and 1 ReLU rises already. Where is its bend?",
            "Puts the bend at 1.",
        ),
        Mistake(
            "divided_by_x",
            lambda x: np.maximum(0, x) / np.asarray(x, float),
            "ReLU(x)/x is the slope of a line through 0, and at x = 0 it is 0/0. Ask for the "
            "sign of x.",
            "Takes value over input for the slope.",
        ),
    ),
)

LEAKY_RELU = Exercise(
    id="activations/leaky_relu",
    title="Leaky ReLU",
    signature="leaky_relu(x, slope)",
    task="Write leaky ReLU with the slope of the negative side as a parameter (0 < slope < 1).",
    reference=act.leaky_relu,
    cases=((_SMALL, 0.01), (_MATRIX, 0.1), (_FAR, 0.3), (_WHOLE, 0.1), (_CLOSE, 0.3)),
    draw=_draw_with(0.01, 0.05, 0.1, 0.2, 0.3),
    forbids=READY_MADE,
    plot=True,
    mistakes=(
        Mistake(
            "slope_fixed",
            lambda x, slope: act.leaky_relu(x, 0.01),
            "Right for a slope of 0.01 only. The slope is handed in: use it.",
            "Learned leaky ReLU with 0.01 built in.",
        ),
        Mistake(
            "slope_fixed_tenth",
            lambda x, slope: act.leaky_relu(x, 0.1),
            "Right for a slope of 0.1 only. The slope is handed in: use it.",
            "Learned leaky ReLU with 0.1 built in.",
        ),
        Mistake(
            "sides_swapped",
            lambda x, slope: np.minimum(x, slope * np.asarray(x)),
            "The negative side is untouched, and the positive one is flattened. Which is which?",
            "Takes the smaller of the two where the larger is meant.",
        ),
        Mistake(
            "constant_leak",
            lambda x, slope: np.where(np.asarray(x) > 0, x, slope),
            "On the negative side every input gives the same value. A leak is a slope, not a "
            "level.",
            "Takes the slope for the value.",
        ),
        Mistake(
            "leak_subtracted",
            lambda x, slope: np.where(np.asarray(x) > 0, x, -slope * np.asarray(x)),
            "Negative inputs come out positive. Does the leak keep the sign?",
            "Adds a minus because the side is negative.",
        ),
        Mistake(
            "plain_relu",
            lambda x, slope: np.maximum(0.0, x),
            "Negative inputs give 0: nothing leaks yet.",
            "Writes ReLU and forgets the leak.",
        ),
        _truncated(act.leaky_relu),
        Mistake(
            "divided",
            lambda x, slope: np.where(np.asarray(x) > 0, x, np.asarray(x) / slope),
            "The negative side is steeper than the positive one: you divide by the slope.",
            "Divides where it should multiply.",
        ),
        Mistake(
            "slope_as_floor",
            lambda x, slope: np.maximum(slope, x),
            "You compare x with the slope. With which line is x compared on the negative side?",
            "Takes the slope for the value.",
        ),
        Mistake(
            "slope_added",
            lambda x, slope: np.where(np.asarray(x) > 0, x, slope + np.asarray(x)),
            "On the negative side the line is as steep as on the positive one. What does a slope "
            "do to x?",
            "Adds where it should multiply.",
        ),
        Mistake(
            "slope_everywhere",
            lambda x, slope: slope * np.asarray(x),
            "You flatten both sides. How steep is the positive one?",
            "Forgets the case distinction.",
        ),
        Mistake(
            "slope_on_the_right",
            lambda x, slope: np.where(np.asarray(x) > 0, slope * np.asarray(x), 0),
            "The positive side is flattened, and the negative one is 0. Which side leaks?",
            "Puts the leak on the wrong side of ReLU.",
        ),
        Mistake(
            "leak_on_both",
            lambda x, slope: np.maximum(0, x) + slope * np.asarray(x),
            "Right for negative x. On the positive side the leak is added, too.",
            "Adds the leak to ReLU everywhere.",
        ),
        Mistake(
            "slopes_returned",
            lambda x, slope: np.where(np.asarray(x) > 0, 1.0, slope),
            "These are the slopes of the two sides. Which values does the function take?",
            "Returns the slope where the value is asked for.",
        ),
        Mistake(
            "level_below",
            lambda x, slope: np.where(np.asarray(x) > 0, x, -slope),
            "On the negative side every input gives the same value. A leak is a slope, "
            "not a level.",
            "Takes the slope for the value, with a minus.",
        ),
        Mistake(
            "complement",
            lambda x, slope: np.where(np.asarray(x) > 0, x, (1 - slope) * np.asarray(x)),
            "You multiply by 1 − slope: then little leaks where much should.",
            "Takes the slope for what is held back.",
        ),
        Mistake(
            "slope_subtracted",
            lambda x, slope: np.where(np.asarray(x) > 0, x, np.asarray(x) - slope),
            "On the negative side the line is as steep as on the positive one. What does a slope "
            "do to x?",
            "Subtracts where it should multiply.",
        ),
    ),
)

LEAKY_RELU_DERIVATIVE = Exercise(
    id="activations/leaky_relu_derivative",
    title="Slope of leaky ReLU",
    signature="leaky_relu_derivative(x, slope)",
    task="Write the derivative of leaky ReLU; at 0 take the slope of the negative side.",
    reference=act.leaky_relu_derivative,
    cases=((_SMALL, 0.01), (_MATRIX, 0.1), (_FAR, 0.3), (_WHOLE, 0.1)),
    draw=_draw_with(0.01, 0.05, 0.1, 0.2, 0.3),
    forbids=READY_MADE,
    plot=True,
    mistakes=(
        Mistake(
            "zero_on_the_left",
            lambda x, slope: act.relu_derivative(x),
            "This is the slope of plain ReLU: the negative side isn't flat here.",
            "Differentiates ReLU.",
        ),
        Mistake(
            "one_at_zero",
            lambda x, slope: np.where(np.asarray(x) >= 0, 1.0, slope),
            "Right everywhere but at 0. Read the task: which side counts there?",
            "Puts the bend on the right side.",
        ),
        Mistake(
            "function_instead",
            act.leaky_relu,
            "This is leaky ReLU itself. Its slope takes two values only.",
            "Returns the value where the slope is asked for.",
        ),
        Mistake(
            "slope_times_x",
            lambda x, slope: np.where(np.asarray(x) > 0, 1.0, slope * np.asarray(x)),
            "On the negative side you return the value, on the positive one the slope.",
            "Differentiates one branch only.",
        ),
        Mistake(
            "sign_flipped",
            lambda x, slope: np.where(np.asarray(x) > 0, 1.0, -slope),
            "Leaky ReLU rises on both sides. Can a slope be negative then?",
            "Adds a minus because the side is negative.",
        ),
        Mistake(
            "slope_fixed",
            lambda x, slope: np.where(np.asarray(x) > 0, 1.0, 0.01),
            "Right for a slope of 0.01 only. The slope is handed in: use it.",
            "Learned leaky ReLU with 0.01 built in.",
        ),
        _truncated(act.leaky_relu_derivative),
        Mistake(
            "value_on_the_right",
            lambda x, slope: np.where(np.asarray(x) > 0, x, slope),
            "On the positive side you return the value, on the negative one the slope.",
            "Differentiates one branch only.",
        ),
        Mistake(
            "sides_swapped",
            lambda x, slope: np.where(np.asarray(x) > 0, slope, 1.0),
            "The two sides are swapped: on which one is the function x itself?",
            "Swaps the two values of np.where.",
        ),
        Mistake(
            "sides_swapped_strictly",
            lambda x, slope: np.where(np.asarray(x) < 0, 1.0, slope),
            "The two sides are swapped: on which one is the function x itself?",
            "Turns the comparison round.",
        ),
        Mistake(
            "slope_everywhere",
            lambda x, slope: np.full(np.shape(x), slope),
            "You give the slope of the negative side everywhere. How steep is the positive one?",
            "Forgets the case distinction.",
        ),
        Mistake(
            "zero_at_zero",
            lambda x, slope: np.where(
                np.asarray(x) > 0, 1.0, np.where(np.asarray(x) < 0, slope, 0.0)
            ),
            "Right everywhere but at 0. Read the task: which side counts there?",
            "Carries ReLU's convention over.",
        ),
        Mistake(
            "half_at_zero",
            lambda x, slope: np.where(
                np.asarray(x) > 0, 1.0, np.where(np.asarray(x) < 0, slope, (1 + slope) / 2)
            ),
            "Right everywhere but at 0. Read the task: which side counts there?",
            "Takes the mean of both one-sided slopes.",
        ),
        Mistake(
            "slope_added",
            lambda x, slope: (np.asarray(x) > 0) + slope,
            "On the positive side you get a little more than 1. Does the leak add to it?",
            "Adds the leak to ReLU's slope everywhere.",
        ),
        Mistake(
            "slope_fixed_tenth",
            lambda x, slope: np.where(np.asarray(x) > 0, 1.0, 0.1),
            "Right for a slope of 0.1 only. The slope is handed in: use it.",
            "Learned leaky ReLU with 0.1 built in.",
        ),
        Mistake(
            "divided_by_x",
            lambda x, slope: act.leaky_relu(x, slope) / np.asarray(x, float),
            "Right but at 0, where it is 0/0. Ask for the sign of x.",
            "Takes value over input for the slope.",
        ),
    ),
)


def _alpha_case(rng: Rng) -> tuple[Any, ...]:
    shape = [(5,), (3, 4), (2, 6)][rng.integers(3)]
    return rng.normal(size=shape), rng.normal(size=shape), float(rng.choice([0.1, 0.25, 0.4]))


PRELU_ALPHA = Exercise(
    id="activations/prelu_alpha_gradient",
    title="PReLU learns its slope",
    signature="prelu_alpha_gradient(x, da, alpha)",
    task="Given da = dL/da in the shape of x, return dL/dα of PReLU, one number: all entries of x "
    "share α.",
    reference=lambda x, da, alpha: float(np.sum(da * np.where(x > 0, 0.0, x))),
    cases=(
        (np.array([-2.0, 3.0, -0.57, 1.0]), np.array([0.5, -1.0, -1.731, 1.5]), 0.25),
        (_MATRIX, np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]]), 0.1),
    ),
    draw=_alpha_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "sum_forgotten",
            lambda x, da, alpha: da * np.where(x > 0, 0.0, x),
            "One α serves all entries. What happens to gradients where a value fans out?",
            "Treats the shared parameter as if each entry had its own.",
        ),
        Mistake(
            "mean_instead",
            lambda x, da, alpha: np.mean(da * np.where(x > 0, 0.0, x)),
            "You average. Where a value fans out, its gradients do something else.",
            "Averages over uses of a shared parameter.",
        ),
        Mistake(
            "upstream_forgotten",
            lambda x, da, alpha: np.sum(np.where(x > 0, 0.0, x)),
            "`da` plays no part in your result. The chain rule multiplies by it.",
            "Stops at the local derivative.",
        ),
        Mistake(
            "derivative_in_x",
            lambda x, da, alpha: np.sum(da * np.where(x > 0, 1.0, alpha)),
            "You differentiate with respect to x. Hold x fixed and wiggle α.",
            "Reaches for da/dx out of habit.",
        ),
        Mistake(
            "wrong_side",
            lambda x, da, alpha: np.sum(da * np.where(x > 0, x, 0.0)),
            "On which side of 0 does α appear in the formula?",
            "Turns the comparison round.",
        ),
        Mistake(
            "both_sides",
            lambda x, da, alpha: np.sum(da * x),
            "Positive entries don't contain α. Do they contribute?",
            "Forgets the case distinction.",
        ),
        Mistake(
            "alpha_kept",
            lambda x, da, alpha: np.sum(da * np.where(x > 0, 0.0, alpha * x)),
            "You still multiply by α. What is the derivative of α·x with respect to α?",
            "Leaves the variable standing when differentiating.",
        ),
        Mistake(
            "sign_flipped",
            lambda x, da, alpha: -np.sum(da * np.where(x > 0, 0.0, x)),
            "The size is right, the sign isn't. The values x < 0 bring their own sign.",
            "Uses |x| on the negative side.",
        ),
        Mistake(
            "x_forgotten",
            lambda x, da, alpha: np.sum(np.where(x > 0, 0.0, da)),
            "The values of x play no part in your result. What is the derivative of α·x with "
            "respect to α?",
            "Takes it for 1.",
        ),
        Mistake(
            "alpha_times_da",
            lambda x, da, alpha: np.sum(alpha * da),
            "x plays no part in your result. What is the derivative of α·x with respect to α?",
            "Reaches for da/dx, and forgets the sides.",
        ),
        Mistake(
            "alpha_for_x",
            lambda x, da, alpha: np.sum(da * np.where(x > 0, 0.0, alpha)),
            "You give the derivative with respect to x on the negative side. Hold x fixed and "
            "wiggle α.",
            "Reaches for da/dx out of habit.",
        ),
        Mistake(
            "value_for_derivative",
            lambda x, da, alpha: np.sum(da * np.where(x > 0, x, alpha * x)),
            "You multiply by PReLU itself. What is its derivative with respect to α?",
            "Uses the value where the slope belongs.",
        ),
        Mistake(
            "one_on_the_right",
            lambda x, da, alpha: np.sum(da * np.where(x > 0, 1.0, x)),
            "For x > 0 the result doesn't change with α. What is the derivative there?",
            "Mixes da/dx and da/dα.",
        ),
        Mistake(
            "sums_multiplied",
            lambda x, da, alpha: np.sum(da) * np.sum(np.where(x > 0, 0.0, x)),
            "You add up first and multiply then. Each entry of da belongs to one entry of x.",
            "Swaps sum and product.",
        ),
        Mistake(
            "axis_left_over",
            lambda x, da, alpha: np.sum(da * np.where(x > 0, 0.0, x), axis=0),
            "For a table you get a number for each column: `axis=0`, and Python's own `sum`, "
            "add up the rows only. All entries share one α.",
            "Sums over the rows only.",
        ),
        Mistake(
            "divided_by_length",
            lambda x, da, alpha: np.sum(da * np.where(x > 0, 0.0, x)) / len(x),
            "You average. Where a value fans out, its gradients do something else.",
            "Averages over uses of a shared parameter.",
        ),
        Mistake(
            "updated",
            lambda x, da, alpha: alpha - np.sum(da * np.where(x > 0, 0.0, x)),
            "You take a step with α already. The gradient alone is asked for.",
            "Goes on to the update.",
        ),
        Mistake(
            "side_of_da",
            lambda x, da, alpha: np.sum(np.where(da > 0, 0.0, da * x)),
            "Which entries count depends on a sign. Of da, or of x?",
            "Asks for the sign of the wrong array.",
        ),
    ),
)

ELU = Exercise(
    id="activations/elu",
    title="ELU",
    signature="elu(x, alpha)",
    task="Write ELU: x for x > 0, α(e^x − 1) otherwise. x = 1000 must not overflow.",
    reference=act.elu,
    cases=((_SMALL, 1.0), (_MATRIX, 0.5), (_FAR, 1.0), (_WHOLE, 2.0)),
    draw=_draw_with(0.5, 1.0, 1.5, 2.0),
    forbids=READY_MADE,
    plot=True,
    mistakes=(
        Mistake(
            "alpha_forgotten",
            lambda x, alpha: act.elu(x, 1.0),
            "Right for α = 1 only. Where does α come in?",
            "Learned ELU with α = 1.",
        ),
        Mistake(
            "minus_one_forgotten",
            lambda x, alpha: np.where(np.asarray(x) > 0, x, alpha * _exp(np.minimum(x, 0))),
            "Your curve jumps at 0. What brings the left piece down to meet the right one?",
            "Drops the −1 that joins the two pieces.",
        ),
        Mistake(
            "minus_outside",
            lambda x, alpha: np.where(np.asarray(x) > 0, x, alpha * _exp(np.minimum(x, 0)) - 1),
            "For α = 1 it fits, otherwise the curve jumps at 0. What does α multiply?",
            "Leaves out the bracket.",
        ),
        Mistake(
            "overflow",
            lambda x, alpha: (np.asarray(x) > 0) * x + (np.asarray(x) <= 0) * alpha * (_exp(x) - 1),
            "0 times infinity is nan: e^1000 is computed although it isn't used. Can you keep "
            "large values away from exp?",
            "Believes that multiplying by 0 makes any number harmless.",
        ),
        Mistake(
            "exponent_sign",
            lambda x, alpha: np.where(np.asarray(x) > 0, x, alpha * (_exp(-np.asarray(x)) - 1)),
            "Far to the left your curve rises without end; ELU levels off there. Look at the sign "
            "of the exponent.",
            "Adds a minus because the side is negative.",
        ),
        Mistake(
            "alpha_inside",
            lambda x, alpha: np.where(
                np.asarray(x) > 0, x, _exp(alpha * np.minimum(np.asarray(x), 0)) - 1
            ),
            "Your curve levels off at −1 whatever α is. Where does α belong: inside the exponent "
            "or in front?",
            "Recalls that α belongs to the exponential, not where.",
        ),
        Mistake(
            "plain_relu",
            lambda x, alpha: np.maximum(0.0, x),
            "Negative inputs give 0. Their own piece of the formula is still missing.",
            "Writes ReLU.",
        ),
        _truncated(act.elu),
        Mistake(
            "minus_in_exponent",
            lambda x, alpha: np.where(
                np.asarray(x) > 0, x, alpha * _exp(np.minimum(np.asarray(x), 0) - 1)
            ),
            "Your curve jumps at 0. Is the 1 taken from the exponential or from its exponent?",
            "Reads e^x − 1 as e^(x − 1).",
        ),
        Mistake(
            "turned_round",
            lambda x, alpha: np.where(np.asarray(x) > 0, x, -alpha * np.expm1(np.minimum(x, 0))),
            "Negative inputs come out positive: which of e^x and 1 is the smaller one for x < 0?",
            "Swaps the terms of a difference.",
        ),
        Mistake(
            "larger_of_the_two",
            lambda x, alpha: np.maximum(x, alpha * np.expm1(np.minimum(x, 0))),
            "Right for α up to 1. For α = 2 the line x lies above α(e^x − 1) just left of 0: "
            "which piece belongs there?",
            "Takes a case distinction for a maximum, as in ReLU.",
        ),
        Mistake(
            "larger_of_the_two_unsafe",
            lambda x, alpha: np.maximum(x, alpha * (_exp(x) - 1)),
            "For x > 0 e^x − 1 is larger than x, and you give that. Which piece belongs to which "
            "side?",
            "Takes a case distinction for a maximum, as in ReLU.",
        ),
        Mistake(
            "added",
            lambda x, alpha: np.maximum(0, x) + alpha * (_exp(x) - 1),
            "Right for negative x. On the positive side both pieces are added.",
            "Adds the pieces without keeping them apart.",
        ),
        Mistake(
            "sides_swapped",
            lambda x, alpha: np.where(np.asarray(x) < 0, x, alpha * (_exp(x) - 1)),
            "The two sides are swapped: which one levels off?",
            "Turns the comparison round.",
        ),
        Mistake(
            "leaky_instead",
            lambda x, alpha: np.where(np.asarray(x) > 0, x, alpha * np.asarray(x)),
            "Far to the left your line goes on falling: that is leaky ReLU. ELU levels off.",
            "Mixes up ELU and leaky ReLU.",
        ),
        Mistake(
            "alpha_subtracted",
            lambda x, alpha: np.where(np.asarray(x) > 0, x, _exp(np.minimum(x, 0)) - alpha),
            "For α = 1 it fits, otherwise the curve jumps at 0. What does α multiply?",
            "Subtracts α where it should multiply.",
        ),
        Mistake(
            "alpha_on_both",
            lambda x, alpha: np.where(
                np.asarray(x) > 0, alpha * np.asarray(x), alpha * np.expm1(np.minimum(x, 0))
            ),
            "Right for α = 1. On the positive side ELU is x, whatever α is.",
            "Multiplies both pieces.",
        ),
        Mistake(
            "derivative_instead",
            lambda x, alpha: np.where(np.asarray(x) > 0, 1.0, alpha * _exp(np.minimum(x, 0))),
            "These are the slopes of ELU. Which values does it take?",
            "Returns the slope where the value is asked for.",
        ),
        Mistake(
            "plus_one",
            lambda x, alpha: np.where(np.asarray(x) > 0, x, alpha * (_exp(np.minimum(x, 0)) + 1)),
            "Your curve jumps at 0, and ELU is never positive on the left. Check the sign "
            "of the 1.",
            "Has the sign of the 1 wrong.",
        ),
    ),
)

SOFTPLUS = Exercise(
    id="activations/softplus",
    title="Softplus",
    signature="softplus(x)",
    task="Write softplus, log(1 + e^x), so that x = ±1000 is fine (np.logaddexp would be "
    "ready-made).",
    reference=act.softplus,
    cases=_POINTWISE,
    draw=_draw,
    forbids=READY_MADE_SOFTPLUS,
    plot=True,
    mistakes=(
        Mistake(
            "overflow",
            lambda x: np.log(1 + _exp(x)),
            "Right for small x, but infinite for x = 1000, where softplus is about 1000. Factor "
            "the large exponential out before you take the log.",
            "Believes that equal formulas compute equally well.",
        ),
        Mistake(
            "exponent_sign",
            lambda x: act.softplus(-np.asarray(x)),
            "Your curve falls, softplus rises. Look at the sign of the exponent.",
            "Carries the minus over from the sigmoid.",
        ),
        Mistake(
            "one_forgotten",
            lambda x: np.asarray(x, float),
            "Your result is x again: log and exp undo each other. What stands beside e^x?",
            "Forgets the 1.",
        ),
        Mistake(
            "base_two",
            lambda x: act.softplus(x) / np.log(2),
            "The shape is right, the scale isn't: which base has your logarithm?",
            "Doesn't distinguish log from log2.",
        ),
        Mistake(
            "base_ten",
            lambda x: act.softplus(x) / np.log(10),
            "The shape is right, the scale isn't: which base has your logarithm?",
            "Doesn't distinguish log from log10.",
        ),
        Mistake(
            "relu_instead",
            act.relu,
            "This is ReLU: it has a corner at 0. Softplus rounds it off.",
            "Takes the smooth version for the original.",
        ),
        Mistake(
            "derivative_instead",
            act.sigmoid,
            "Your values stay below 1. You wrote the slope of softplus, which is another function "
            "of this notebook.",
            "Mixes up softplus with its derivative.",
        ),
        _truncated(act.softplus),
        Mistake(
            "large_part_missing",
            lambda x: np.log1p(np.exp(-np.abs(x))),
            "Right for negative x only. For large x softplus is about x, and yours goes back to 0.",
            "Leaves out what was factored out.",
        ),
        Mistake(
            "subtracted",
            lambda x: np.maximum(x, 0) - np.log1p(np.exp(-np.abs(x))),
            "Softplus lies above ReLU everywhere, yours below it.",
            "Has one sign wrong.",
        ),
        Mistake(
            "x_for_maximum",
            lambda x: np.asarray(x) + np.log1p(np.exp(-np.abs(x))),
            "Right for positive x. Far to the left softplus goes to 0, and yours falls: which "
            "part of x is factored out?",
            "Factors x out on both sides.",
        ),
        Mistake(
            "absolute_value",
            lambda x: np.abs(x) + np.log1p(np.exp(-np.abs(x))),
            "Right for positive x. Far to the left softplus goes to 0, and yours rises: which "
            "part of x is factored out?",
            "Factors |x| out on both sides.",
        ),
        Mistake(
            "minimum",
            lambda x: np.minimum(x, 0) + np.log1p(np.exp(-np.abs(x))),
            "For large x softplus is about x, and yours goes to 0. Which is the larger of x and 0?",
            "Mixes up max and min.",
        ),
        Mistake(
            "one_twice",
            lambda x: np.maximum(x, 0) + np.log1p(1 + np.exp(-np.abs(x))),
            "`np.log1p(t)` is log(1 + t): it adds the 1 itself.",
            "Adds the 1 once more.",
        ),
        Mistake(
            "log_of_t",
            lambda x: np.maximum(x, 0) + np.log(np.exp(-np.abs(x))),
            "log and exp undo each other: what stands beside t under the logarithm?",
            "Forgets the 1.",
        ),
        Mistake(
            "minus_in_log",
            lambda x: np.maximum(x, 0) + np.log(1 - np.exp(-np.abs(x))),
            "At 0 your logarithm gets 0. Check the sign in front of t.",
            "Has one sign wrong.",
        ),
        Mistake(
            "product",
            lambda x: np.maximum(x, 0) * np.log1p(np.exp(-np.abs(x))),
            "For negative x you get 0. A factor inside a logarithm comes out as a term: what "
            "joins the two parts?",
            "Takes log(a·b) for log a · log b.",
        ),
        Mistake(
            "larger_of_the_two",
            lambda x: np.maximum(x, np.log1p(np.exp(-np.abs(x)))),
            "Softplus lies above ReLU everywhere, for positive x as well. What joins "
            "the two parts?",
            "Takes a sum for a maximum.",
        ),
        Mistake(
            "relu_on_the_right",
            lambda x: np.where(np.asarray(x) > 0, x, np.log1p(np.exp(-np.abs(x)))),
            "Right for negative x. For positive x softplus is a little more than x.",
            "Takes softplus for ReLU on the right.",
        ),
        Mistake(
            "one_outside",
            lambda x: 1 + np.log(_exp(x)),
            "Your result is a straight line: log and exp undo each other. Where does the 1 belong?",
            "Adds the 1 behind the logarithm.",
        ),
        Mistake(
            "exp_only",
            lambda x: np.log(1) + _exp(x),
            "Your curve grows like e^x. What does the logarithm cover?",
            "Closes the bracket of the logarithm too early.",
        ),
        Mistake(
            "log_missing",
            lambda x: 1 + _exp(x),
            "Your curve grows like e^x, softplus like x. Which function is missing?",
            "Stops before the logarithm.",
        ),
        Mistake(
            "exponent_grows",
            lambda x: np.maximum(x, 0) + np.log(1 + np.exp(np.abs(np.asarray(x, float)))),
            "The exponent should never be large: which sign does it need?",
            "Factors out, and leaves the exponent as it was.",
        ),
        Mistake(
            "clipped",
            lambda x: np.log(1 + np.exp(np.clip(x, -500, 500))),
            "Beyond your bound the curve stays level, and softplus goes on rising. The worked "
            "example loses nothing.",
            "Cuts off in place of rewriting.",
        ),
        Mistake(
            "log_cosh_copied",
            lambda x: np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2),
            "This is the worked example itself, ln cosh. Take the large part out of 1 + e^x in "
            "the same way.",
            "Copies the example.",
        ),
        Mistake(
            "exponent_doubled",
            lambda x: np.maximum(x, 0) + np.log1p(np.exp(-2 * np.abs(x))),
            "Right far out, too low around 0: which exponent is left when e^|x| is taken out of 1 "
            "+ e^x?",
            "Carries the 2 over from the worked example.",
        ),
    ),
)

SWISH = Exercise(
    id="activations/swish",
    title="Swish",
    signature="swish(x)",
    task="Write swish, x·σ(x), so that x = ±1000 is fine.",
    reference=act.swish,
    cases=_POINTWISE,
    draw=_draw,
    forbids=READY_MADE,
    plot=True,
    mistakes=(
        Mistake(
            "factor_forgotten",
            act.sigmoid,
            "This is σ(x) alone; the slide uses its letter for swish, too. Which factor is "
            "missing?",
            "Follows the slide that calls swish σ.",
        ),
        Mistake(
            "exponent_sign",
            lambda x: np.asarray(x) / (1 + _exp(np.asarray(x))),
            "For large x swish is about x, and yours goes to 0. Look at the sign of the exponent.",
            "Drops the minus of the exponent.",
        ),
        Mistake(
            "of_itself",
            lambda x: np.asarray(x) * act.sigmoid(-np.abs(x)),
            "Right for negative x. For positive ones, which of your two branches is used?",
            "Uses the stable form for negative x on both sides.",
        ),
        Mistake(
            "square",
            lambda x: act.sigmoid(x) ** 2,
            "You multiply σ(x) by itself, not by x.",
            "Loses the input on the way.",
        ),
        Mistake(
            "plus",
            lambda x: np.asarray(x) + act.sigmoid(x),
            "You add where the formula multiplies.",
            "Reads the dot as a plus.",
        ),
        Mistake(
            "tanh_gate",
            lambda x: np.asarray(x) * np.tanh(x),
            "Your function is the same on both sides of 0. Which S-curve is the gate?",
            "Takes tanh for the sigmoid.",
        ),
        Mistake(
            "overflow",
            lambda x: np.asarray(x) * _exp(x) / (1 + _exp(x)),
            "inf/inf is nan: e^1000 is too large. Which form of σ never needs the exp of a large "
            "positive number?",
            "Believes that equal formulas compute equally well.",
        ),
        _truncated(act.swish),
        Mistake(
            "brackets_missing",
            lambda x: x / 1 + np.exp(-np.asarray(x, float)),
            "`x / 1 + …` divides first: what should stand below the line?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "one_branch",
            lambda x: np.asarray(x) / (1 + np.exp(-np.abs(x))),
            "Right for positive x. For negative ones, which of the two forms of σ is used?",
            "Uses the stable form for positive x on both sides.",
        ),
        Mistake(
            "absolute",
            lambda x: np.abs(x) * act.sigmoid(x),
            "Swish dips below 0 on the left, and yours is never negative. Which factor keeps its "
            "sign?",
            "Loses the sign with the absolute value.",
        ),
        Mistake(
            "sigma_of_square",
            lambda x: act.sigmoid(np.asarray(x) ** 2),
            "x·σ(x) multiplies from outside. You put x·x into σ.",
            "Reads x·σ(x) as σ(x·x).",
        ),
        Mistake(
            "sigma_of_double",
            lambda x: np.asarray(x) * act.sigmoid(2 * np.asarray(x)),
            "Your gate opens too fast: what goes into σ, x or 2x?",
            "Carries the 2 over from tanh.",
        ),
        Mistake(
            "sigma_slope",
            act.sigmoid_derivative,
            "This is the slope of σ. Swish is x times σ itself.",
            "Mixes up swish and σ'.",
        ),
        Mistake(
            "derivative_instead",
            lambda x: act.sigmoid(x) + np.asarray(x) * act.sigmoid_derivative(x),
            "This is the slope of swish: you have gone one step too far.",
            "Returns the slope where the value is asked for.",
        ),
        Mistake(
            "divided",
            lambda x: act.sigmoid(x) / np.asarray(x, float),
            "You divide σ(x) by x. The dot is a product.",
            "Divides where it should multiply.",
        ),
        Mistake(
            "denominator_multiplied",
            lambda x: np.asarray(x) * (1 + _exp(-np.asarray(x, float))),
            "For negative x yours explodes. Is 1 + e^(−x) multiplied by, or divided by?",
            "Takes the denominator for σ.",
        ),
        Mistake(
            "minus_below",
            lambda x: np.asarray(x, float) / (1 - _exp(-np.asarray(x, float))),
            "At 0 you divide by 0. Compare the sign in your denominator with the formula.",
            "Moved the exponent's minus into the denominator.",
        ),
        Mistake(
            "subtracted",
            lambda x: np.asarray(x) - act.sigmoid(x),
            "You subtract where the formula multiplies.",
            "Reads the dot as a minus.",
        ),
        Mistake(
            "relu_instead",
            lambda x: np.maximum(x, 0),
            "This is ReLU: it has a corner, and it doesn't dip below 0.",
            "Takes the smooth version for the original.",
        ),
        Mistake(
            "relu_gate",
            lambda x: np.asarray(x) * np.maximum(x, 0),
            "For large x swish is about x, and yours is x². Which S-curve is the gate?",
            "Takes ReLU for the sigmoid.",
        ),
    ),
)
