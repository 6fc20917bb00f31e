"""Exercises of the theme "activations": the functions, their derivatives, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor import activations as act
from tutor.mistakes.records import READY_MADE, Exercise, Mistake, Tolerance

Rng = np.random.Generator


# Negative, zero and positive; a matrix; the far ends; whole numbers.
_SMALL = np.array([-2.0, -1.0, 0.0, 0.5, 3.0])
_MATRIX = np.array([[-1.5, 0.25, 2.0], [4.0, -0.75, 0.0]])
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


def _row_exps(Z: Any) -> Any:
    return np.exp(Z - np.max(Z, axis=1, keepdims=True))


def _naive_softmax(Z: Any) -> Any:
    e = np.exp(Z)
    return e / e.sum(axis=1, keepdims=True)


# One after the other, as in the notebook ----------------------------------------------------------

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
    forbids=(*READY_MADE, "np.tanh", "math.tanh"),
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
        (np.array([-2.0, 3.0, -0.5, 1.0]), np.array([0.5, -1.0, 2.0, 1.5]), 0.25),
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
    forbids=(*READY_MADE, "np.logaddexp"),
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

_LOGITS = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0], [-2.0, -2.0, 4.0]])


def _draw_logits(rng: Rng) -> tuple[Any, ...]:
    shape = [(3, 4), (4, 3), (4, 4), (1, 5)][rng.integers(4)]
    return (rng.normal(scale=[1.0, 2.0, 2000.0][rng.integers(3)], size=shape),)


SOFTMAX = Exercise(
    id="activations/softmax",
    title="Softmax, row by row",
    signature="softmax(Z)",
    task="Z is (N, K): turn every row into probabilities. Large scores must not overflow.",
    reference=lambda Z: act.softmax(Z, axis=1),
    cases=(
        (_LOGITS,),
        (np.array([[0.0, 1.0], [2.0, -1.0], [5.0, 5.0]]),),
        (np.array([[-1000.0, -1001.0, -999.0], [-1000.0, 0.0, 1000.0]]),),
    ),
    draw=_draw_logits,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "overflow",
            _naive_softmax,
            "Right for small scores. e^1000 is infinite, and inf/inf is nan. What may you subtract "
            "from a row without changing its softmax?",
            "Believes that equal formulas compute equally well.",
        ),
        Mistake(
            "wrong_axis",
            lambda Z: act.softmax(Z, axis=0),
            "Your columns sum to 1. Each row is one sample: over which axis do its classes lie?",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "whole_matrix",
            lambda Z: act.softmax(np.ravel(Z)).reshape(np.shape(Z)),
            "All numbers together sum to 1. Every sample needs its own probabilities.",
            "Treats the batch as a single vector.",
        ),
        Mistake(
            "overflow_whole_matrix",
            lambda Z: np.exp(Z) / np.exp(Z).sum(),
            "All numbers together sum to 1. Every sample needs its own probabilities. (Large "
            "scores come after that.)",
            "Treats the batch as a single vector.",
        ),
        Mistake(
            "overflow_wrong_axis",
            lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True),
            "Your columns sum to 1. Each row is one sample: over which axis do its classes lie?",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "keepdims",
            lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1),
            "The row sums line up with the columns. What keeps them as a column of shape (N, 1)?",
            "Doesn't see how (N, K)/(N,) is broadcast.",
        ),
        Mistake(
            "global_maximum",
            lambda Z: _naive_softmax(Z - np.max(Z)),
            "One row is far below the largest score of all, and all its exps become 0. Whose "
            "maximum should a row lose?",
            "Subtracts the maximum of the batch.",
        ),
        Mistake(
            "not_normalised",
            lambda Z: np.exp(Z - np.max(Z, axis=1, keepdims=True)),
            "Your rows don't sum to 1 yet. Which step is missing?",
            "Stops after exp.",
        ),
        Mistake(
            "no_exp",
            lambda Z: Z / np.sum(Z, axis=1, keepdims=True),
            "Scores are divided by their sum, and a probability comes out negative. What makes "
            "every score positive first?",
            "Takes normalising for the whole of softmax.",
        ),
        Mistake(
            "sigmoid_instead",
            act.sigmoid,
            "Each score is squashed for itself, and the rows don't sum to 1. Softmax lets the "
            "classes compete.",
            "Uses the two-class function for several classes.",
        ),
        Mistake(
            "log_softmax",
            lambda Z: (
                Z
                - np.max(Z, axis=1, keepdims=True)
                - np.log(
                    np.sum(np.exp(Z - np.max(Z, axis=1, keepdims=True)), axis=1, keepdims=True)
                )
            ),
            "Your values are negative: they are the logarithms of the probabilities.",
            "Mixes up softmax with its logarithm.",
        ),
        Mistake(
            "exponent_sign",
            lambda Z: act.softmax(-np.asarray(Z), axis=1),
            "The largest score gets the smallest probability. Look at the sign of the exponent.",
            "Carries the minus over from the sigmoid.",
        ),
        Mistake(
            "hard_maximum",
            lambda Z: np.eye(Z.shape[1])[np.argmax(Z, axis=1)],
            "You return 1 for the winner and 0 for the others. Softmax is softer.",
            "Takes softmax for argmax.",
        ),
        Mistake(
            "divided_by_largest",
            lambda Z: _naive_softmax(Z / Z.max(axis=1, keepdims=True)),
            "You divide by the largest score. Subtracting a number from all scores of a row "
            "changes nothing; dividing does.",
            "Divides where it should subtract.",
        ),
        Mistake(
            "keepdims_after_maximum",
            lambda Z: (lambda e: e / e.sum(axis=1))(_row_exps(Z)),
            "The row sums line up with the columns. What keeps them as a column of shape (N, 1)?",
            "Doesn't see how (N, K)/(N,) is broadcast.",
        ),
        Mistake(
            "one_sum_for_all",
            lambda Z: (lambda e: e / e.sum())(_row_exps(Z)),
            "All numbers together sum to 1. Every sample needs its own probabilities.",
            "Treats the batch as a single vector.",
        ),
        Mistake(
            "column_sums",
            lambda Z: (lambda e: e / e.sum(axis=0))(_row_exps(Z)),
            "Your columns sum to 1. Each row is one sample: over which axis do its classes lie?",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "maximum_without_axis_kept",
            lambda Z: (lambda e: e / e.sum(axis=1, keepdims=True))(np.exp(Z - Z.max(axis=1))),
            "The rows' maxima line up with the columns. What keeps them as a column of shape (N, "
            "1)?",
            "Doesn't see how (N, K) − (N,) is broadcast.",
        ),
        Mistake(
            "maximum_of_columns",
            lambda Z: (lambda e: e / e.sum(axis=1, keepdims=True))(np.exp(Z - Z.max(axis=0))),
            "You subtract the largest of each column. What may be subtracted is one number for "
            "all scores of a row.",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "minimum_subtracted",
            lambda Z: _naive_softmax(Z - Z.min(axis=1, keepdims=True)),
            "Right for small scores. With the smallest one subtracted, the largest can still be "
            "too large for exp.",
            "Subtracts, without asking what for.",
        ),
        Mistake(
            "mean_subtracted",
            lambda Z: _naive_softmax(Z - Z.mean(axis=1, keepdims=True)),
            "Right for small scores. With the mean subtracted, the largest can still be too "
            "large for exp.",
            "Standardises out of habit.",
        ),
        Mistake(
            "largest_absolute_subtracted",
            lambda Z: _naive_softmax(Z - np.abs(Z).max(axis=1, keepdims=True)),
            "Where all scores are far below 0, you push them further down, and all exps become "
            "0. Which one becomes 0 exactly?",
            "Takes the largest size for the largest score.",
        ),
        Mistake(
            "turned_round",
            lambda Z: _naive_softmax(Z.max(axis=1, keepdims=True) - Z),
            "The largest score gets the smallest probability. In which order is the difference "
            "taken?",
            "Swaps the terms of a difference.",
        ),
        Mistake(
            "subtracted_after_exp",
            lambda Z: (lambda e: e / e.sum(axis=1, keepdims=True))(
                np.exp(Z) - np.exp(Z).max(axis=1, keepdims=True)
            ),
            "You subtract from the exps: then one is 0 and others negative. Subtract from the "
            "scores, before exp.",
            "Does the right step too late.",
        ),
        Mistake(
            "clipped",
            lambda Z: _naive_softmax(np.clip(Z, -500, 500)),
            "Scores beyond your bounds become equal, and so do their probabilities. Subtracting "
            "from a row loses nothing.",
            "Cuts off in place of shifting.",
        ),
        Mistake(
            "divided_by_scores",
            lambda Z: _row_exps(Z) / Z.sum(axis=1, keepdims=True),
            "Your rows don't sum to 1: you divide the exps by the sum of the scores.",
            "Normalises with another sum than its own.",
        ),
        Mistake(
            "mean_for_sum",
            lambda Z: (lambda e: e / e.mean(axis=1, keepdims=True))(_row_exps(Z)),
            "Your rows sum to K. By what do you divide: by the sum, or by the mean?",
            "Mixes up mean and sum.",
        ),
        Mistake(
            "one_added",
            lambda Z: (lambda e: e / (1 + e.sum(axis=1, keepdims=True)))(_row_exps(Z)),
            "Your rows don't quite sum to 1. What is added below the line?",
            "Carries the 1 over from the sigmoid.",
        ),
        Mistake(
            "base_two",
            lambda Z: (lambda e: e / e.sum(axis=1, keepdims=True))(
                2.0 ** (Z - Z.max(axis=1, keepdims=True))
            ),
            "Your rows sum to 1, but they are too even. Which number is raised to the power of a "
            "score?",
            "Takes exp for a power of two.",
        ),
        Mistake(
            "squares",
            lambda Z: Z**2 / (Z**2).sum(axis=1, keepdims=True),
            "Squares are positive, too, but a very negative score becomes likely. What makes "
            "every score positive and keeps their order?",
            "Makes scores positive in another way.",
        ),
        Mistake(
            "row_sums",
            lambda Z: _row_exps(Z).sum(axis=1),
            "You return the sums. What is divided by them?",
            "Stops at the denominator.",
        ),
        Mistake(
            "labels",
            lambda Z: np.argmax(Z, axis=1),
            "You return the winning classes. A probability for each class is asked for.",
            "Takes softmax for argmax.",
        ),
        Mistake(
            "left_turned",
            lambda Z: act.softmax(Z, axis=1).T,
            "The probabilities are right, but rows and columns are swapped: is a `.T` missing or "
            "too many?",
            "Turns the table and forgets to turn it back.",
        ),
    ),
)


def _draw_temperature(rng: Rng) -> tuple[Any, ...]:
    scale = [2.0, 20000.0][rng.integers(2)]
    return rng.normal(scale=scale, size=int(rng.integers(3, 6))), float(rng.choice([0.5, 2.0, 5.0]))


SOFTMAX_TEMPERATURE = Exercise(
    id="activations/softmax_temperature",
    title="Softmax with a temperature",
    signature="softmax_temperature(z, T)",
    task="z is (K,): return the softmax of z/T for a temperature T > 0, safe for large scores.",
    reference=lambda z, T: act.softmax(z, temperature=T),
    cases=(
        (np.array([1.0, 2.0, 4.0]), 1.0),
        (np.array([1.0, 2.0, 4.0]), 0.5),
        (np.array([-1.0, 0.0, 3.0, 3.5]), 4.0),
        (np.array([1000.0, 1010.0]), 5.0),
        (np.array([0.0, 1.0, 3000.0]), 2.0),
    ),
    draw=_draw_temperature,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "multiplied",
            lambda z, T: act.softmax(np.asarray(z) * T),
            "A high temperature should even out the probabilities, and yours sharpens them.",
            "Multiplies by the temperature.",
        ),
        Mistake(
            "ignored",
            lambda z, T: act.softmax(z),
            "The temperature plays no part in your result.",
            "Forgets the parameter.",
        ),
        Mistake(
            "outside",
            lambda z, T: act.softmax(z) / T,
            "Your probabilities sum to 1/T. The temperature works on the scores, before exp.",
            "Scales the result, not the scores.",
        ),
        Mistake(
            "overflow",
            lambda z, T: (
                np.exp(np.asarray(z) / T) / np.sum(np.exp(np.asarray(z) / T))
                if np.max(np.asarray(z) / T) < 150
                else np.full(np.shape(z), np.nan)
            ),
            "Right for small scores, nan for large ones. Subtract first, exp afterwards.",
            "Believes that equal formulas compute equally well.",
        ),
        Mistake(
            "power",
            lambda z, T: act.softmax(z) ** (1 / T),
            "Your probabilities no longer sum to 1. What if the temperature worked on the scores?",
            "Rescales after normalising, without normalising again.",
        ),
        Mistake(
            "ignored_overflow",
            lambda z, T: np.exp(z) / np.sum(np.exp(z)),
            "The temperature plays no part in your result. (Large scores come after that.)",
            "Forgets the parameter, or divides where it cancels.",
        ),
        Mistake(
            "multiplied_overflow",
            lambda z, T: np.exp(z * T) / np.sum(np.exp(z * T)),
            "A high temperature should even out the probabilities, and yours sharpens them. "
            "(Large scores come after that.)",
            "Multiplies by the temperature.",
        ),
        Mistake(
            "maximum_not_divided",
            lambda z, T: (lambda e: e / e.sum())(np.exp(z / T - np.max(z))),
            "Right for small scores. Of z/T you subtract the largest of z: whose maximum should "
            "it be?",
            "Doesn't see that both terms need the division.",
        ),
        Mistake(
            "brackets",
            lambda z, T: (lambda e: e / e.sum())(np.exp(z - np.max(z) / T)),
            "Only the maximum is divided by T: `z - m / T` divides first. Where "
            "do brackets belong?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "mean_subtracted",
            lambda z, T: (lambda e: e / e.sum())(np.exp((z - np.mean(z)) / T)),
            "Right for small scores. With the mean subtracted, the largest can still be too "
            "large for exp.",
            "Standardises out of habit.",
        ),
        Mistake(
            "divided_again",
            lambda z, T: act.softmax(z, temperature=T) / T,
            "Your probabilities sum to 1/T: the temperature works on the scores, and only there.",
            "Divides the scores and the result.",
        ),
        Mistake(
            "scaled_up",
            lambda z, T: T * act.softmax(z),
            "Your probabilities sum to T. The temperature works on the scores, before exp.",
            "Scales the result, not the scores.",
        ),
        Mistake(
            "not_normalised",
            lambda z, T: np.exp((z - np.max(z)) / T),
            "Your results don't sum to 1 yet. Which step is missing?",
            "Stops after exp.",
        ),
        Mistake(
            "other_denominator",
            lambda z, T: np.exp((z - np.max(z)) / T) / np.exp(z - np.max(z)).sum(),
            "Your probabilities don't sum to 1. Are the same exps above and below the line?",
            "Forgets the temperature below the line.",
        ),
        Mistake(
            "exponent_sign",
            lambda z, T: act.softmax(-np.asarray(z), temperature=T),
            "The largest score gets the smallest probability. Look at the sign of the exponent.",
            "Carries the minus over from the sigmoid.",
        ),
        Mistake(
            "turned_round",
            lambda z, T: (lambda e: e / e.sum())(np.exp((np.max(z) - z) / T)),
            "The largest score gets the smallest probability. In which order is the difference "
            "taken?",
            "Swaps the terms of a difference.",
        ),
    ),
)


def _maxout_case(rng: Rng) -> tuple[Any, ...]:
    n, d, m, k = (int(v) for v in rng.integers(2, 5, size=4))
    return rng.normal(size=(n, d)), rng.normal(size=(k, d, m)), rng.normal(size=(k, m))


def _pieces(X: Any, W: Any, b: Any) -> Any:
    """Compute all pieces, shape (k, N, M)."""
    return np.einsum("nd,kdm->knm", X, W) + b[:, None, :]


def _no_bias(X: Any, W: Any, b: Any) -> Any:
    return np.einsum("nd,kdm->knm", X, W)


MAXOUT = Exercise(
    id="activations/maxout",
    title="A maxout layer",
    signature="maxout(X, W, b)",
    task="X is (N, D), W is (k, D, M), b is (k, M): for each of M neurons return the largest of "
    "its k pieces X·W[i] + b[i], shape (N, M).",
    reference=lambda X, W, b: np.max(_pieces(X, W, b), axis=0),
    cases=(
        (
            np.array([[1.0, -1.0], [0.5, 2.0], [-3.0, 0.0]]),
            np.array([[[1.0, 0.0], [2.0, -1.0]], [[-1.0, 0.5], [0.0, 1.0]]]),
            np.array([[0.5, -0.5], [-1.0, 1.5]]),
        ),
        (
            np.array([[1.0, -1.0], [0.5, 2.0], [-3.0, 0.0]]),
            np.array([[[1.0, 0.0], [2.0, -1.0]], [[-1.0, 0.5], [0.0, 1.0]], [[0.5, 0.5], [-1, 1]]]),
            np.array([[0.5, -0.5], [-1.0, 1.5], [0.25, 2.0]]),
        ),
    ),
    draw=_maxout_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "bias_forgotten",
            lambda X, W, b: np.max(_no_bias(X, W, b), axis=0),
            "The biases play no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "bias_after",
            lambda X, W, b: np.max(_no_bias(X, W, b), axis=0) + np.max(b, axis=0),
            "The winner is chosen before the bias is added. Each piece has its own bias.",
            "Believes that max and + can change places.",
        ),
        Mistake(
            "minimum",
            lambda X, W, b: np.min(_pieces(X, W, b), axis=0),
            "You pick the smallest piece.",
            "Mixes up max and min.",
        ),
        Mistake(
            "sum_of_pieces",
            lambda X, W, b: np.sum(_pieces(X, W, b), axis=0),
            "You add the pieces up: then the layer is linear again.",
            "Treats the pieces as terms of a sum.",
        ),
        Mistake(
            "mean_of_pieces",
            lambda X, W, b: np.mean(_pieces(X, W, b), axis=0),
            "You average the pieces: then the layer is linear again.",
            "Treats the pieces as an ensemble.",
        ),
        Mistake(
            "relu_on_top",
            lambda X, W, b: np.maximum(0, np.max(_pieces(X, W, b), axis=0)),
            "Negative results come out as 0: is there an activation too many, or does a loop "
            "start from zeros?",
            "Adds ReLU out of habit.",
        ),
        Mistake(
            "over_neurons",
            lambda X, W, b: np.max(_pieces(X, W, b), axis=2),
            "You take the largest neuron of each piece. Over which axis do the pieces lie?",
            "Takes the maximum over the wrong axis.",
        ),
        Mistake(
            "over_samples",
            lambda X, W, b: np.max(_pieces(X, W, b), axis=1),
            "You take the largest over the samples. Over which axis do the pieces lie?",
            "Takes the maximum over the wrong axis.",
        ),
        Mistake(
            "first_piece",
            lambda X, W, b: _pieces(X, W, b)[0],
            "Only the first piece is used. What about the others?",
            "Stops after an ordinary layer.",
        ),
        Mistake(
            "last_piece",
            lambda X, W, b: _pieces(X, W, b)[-1],
            "Only the last piece is in your result: does each turn of the loop write over the "
            "one before?",
            "Overwrites in a loop where it should compare.",
        ),
        Mistake(
            "one_piece_short",
            lambda X, W, b: np.max(_pieces(X, W, b)[: max(1, len(W) - 1)], axis=0),
            "The last piece is left out. Where does your loop stop?",
            "Ends the loop too early.",
        ),
        Mistake(
            "two_pieces_only",
            lambda X, W, b: np.max(_pieces(X, W, b)[:2], axis=0),
            "Right for two pieces only. How many are there in W?",
            "Learned maxout with two pieces.",
        ),
        Mistake(
            "weights_first",
            lambda X, W, b: X @ W.max(axis=0) + b.max(axis=0),
            "You take the largest weights. The largest results are asked for, and they need not "
            "come from them.",
            "Believes that max and the product can change places.",
        ),
        Mistake(
            "piece_numbers",
            lambda X, W, b: np.argmax(_pieces(X, W, b), axis=0),
            "You return which piece wins. What is its value?",
            "Mixes up max and argmax.",
        ),
        Mistake(
            "all_pieces",
            lambda X, W, b: _pieces(X, W, b),
            "All pieces are there. Which of them leaves the neuron?",
            "Stops before the maximum.",
        ),
        Mistake(
            "first_bias_for_all",
            lambda X, W, b: np.max(_no_bias(X, W, b) + b[0], axis=0),
            "All pieces get the bias of the first one. Each has its own.",
            "Leaves a fixed index in a loop.",
        ),
        Mistake(
            "bias_subtracted",
            lambda X, W, b: np.max(_no_bias(X, W, b) - b[:, None, :], axis=0),
            "The bias enters with the wrong sign.",
            "Takes the bias for a threshold.",
        ),
        Mistake(
            "absolute",
            lambda X, W, b: np.max(np.abs(_pieces(X, W, b)), axis=0),
            "Negative results come out positive. The largest one may be negative.",
            "Takes the largest size for the largest value.",
        ),
    ),
)


def _dead_case(rng: Rng) -> tuple[Any, ...]:
    shape = [(4, 6), (6, 4), (5, 5), (3, 8)][rng.integers(4)]
    Z = rng.normal(size=shape) - rng.integers(0, 3, size=shape[1])
    Z[:, 0], Z[0, -1] = -np.abs(Z[:, 0]) - 0.1, 0.5
    Z[:, 1] = np.minimum(Z[:, 1], 0.0)
    return (Z,)


DEAD_FRACTION = Exercise(
    id="activations/dead_fraction",
    title="How many ReLUs are dead?",
    signature="dead_fraction(Z)",
    task="Z is (N, M), the pre-activations of M ReLU neurons for N samples. Return the fraction of "
    "neurons that output 0 for every sample.",
    reference=lambda Z: float(np.mean(np.all(np.asarray(Z) <= 0, axis=0))),
    cases=(
        (np.array([[-1.0, 2.0, -3.0, 0.0], [-0.5, -1.0, 4.0, -2.0], [-2.0, -3.0, -1.0, 0.0]]),),
        (np.array([[1.0, -1.0], [-1.0, -2.0]]),),
        (-np.ones((3, 5)),),
        (np.array([[-1.0, 2.0, 3.0], [-0.5, -1.0, -4.0]]),),
    ),
    draw=_dead_case,
    mistakes=(
        Mistake(
            "zeros_counted",
            lambda Z: float(np.mean(Z <= 0)),
            "You count single zeros. A neuron is dead only if it is silent for all samples.",
            "Takes inactive for dead.",
        ),
        Mistake(
            "any_sample",
            lambda Z: float(np.mean(np.any(Z <= 0, axis=0))),
            "You count neurons that are silent for some sample. Dead means silent for each one.",
            "Mixes up any and all.",
        ),
        Mistake(
            "wrong_axis",
            lambda Z: float(np.mean(np.all(Z <= 0, axis=1))),
            "You count samples, not neurons. Neurons are the columns of Z.",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "count_instead",
            lambda Z: int(np.sum(np.all(Z <= 0, axis=0))),
            "This is the number of dead neurons. The fraction is asked for.",
            "Stops at the count.",
        ),
        Mistake(
            "alive_instead",
            lambda Z: float(np.mean(np.any(Z > 0, axis=0))),
            "This is the fraction of neurons that are alive.",
            "Counts the complement.",
        ),
        Mistake(
            "zero_excluded",
            lambda Z: float(np.mean(np.all(Z < 0, axis=0))),
            "What does ReLU give for a pre-activation of exactly 0, and what is its slope there?",
            "Forgets that 0 is silent too.",
        ),
        Mistake(
            "percent",
            lambda Z: 100 * float(np.mean(np.all(Z <= 0, axis=0))),
            "You return per cent; a fraction lies between 0 and 1.",
            "Takes per cent for a fraction.",
        ),
        Mistake(
            "mean_negative",
            lambda Z: float(np.mean(np.mean(Z, axis=0) <= 0)),
            "You look at the average over the samples. One active sample is enough to live.",
            "Judges a neuron by its mean.",
        ),
        Mistake(
            "divided_by_samples",
            lambda Z: float(np.sum(np.all(Z <= 0, axis=0)) / len(Z)),
            "You divide by the number of samples. Of what is a fraction asked for?",
            "Divides by N where M is meant.",
        ),
        Mistake(
            "divided_by_size",
            lambda Z: float(np.sum(np.all(Z <= 0, axis=0)) / Z.size),
            "You divide by the number of entries. Of what is a fraction asked for?",
            "Divides by N·M where M is meant.",
        ),
        Mistake(
            "whole_table",
            lambda Z: float(np.all(Z <= 0)),
            "Only 0 or 1 comes out. Do you ask about the whole table, without an axis, or cut "
            "decimals off with `//`?",
            "Forgets the axis, or cuts off the share.",
        ),
        Mistake(
            "exact_zeros",
            lambda Z: float(np.mean(Z == 0)),
            "Z holds pre-activations. Which of them does ReLU send to 0?",
            "Looks for zeros before the activation.",
        ),
        Mistake(
            "zeros_counted_strictly",
            lambda Z: float(np.mean(Z < 0)),
            "You count single negative entries. A neuron is dead only if it is silent for all "
            "samples.",
            "Takes inactive for dead.",
        ),
        Mistake(
            "wrong_axis_strictly",
            lambda Z: float(np.mean(np.all(Z < 0, axis=1))),
            "You count samples, not neurons. Neurons are the columns of Z.",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "samples_over_neurons",
            lambda Z: float(np.sum(np.all(Z <= 0, axis=1)) / Z.shape[1]),
            "You count samples, and divide by the number of neurons. Neurons are the columns of Z.",
            "Loops over rows, which are samples.",
        ),
    ),
)


def _same_sign_case(rng: Rng) -> tuple[Any, ...]:
    n, d = int(rng.integers(5, 9)), int(rng.integers(2, 4))
    X = rng.normal(size=(n, d))
    X[: n // 2] = np.abs(X[: n // 2])
    dz = rng.normal(size=n)
    dz[0], dz[1] = -abs(dz[0]), abs(dz[1])
    return X, dz


def _share(signs: Any) -> float:
    return float(np.mean(signs))


SAME_SIGN = Exercise(
    id="activations/same_sign_share",
    title="Why zero-centred inputs help",
    signature="same_sign_share(X, dz)",
    task="X is (N, D), dz is (N,). For sample n the gradient of the D weights is dz[n]·X[n]. "
    "Return the share of samples whose D gradients are all > 0 or all < 0.",
    reference=lambda X, dz: _share(
        np.all(dz[:, None] * X > 0, axis=1) | np.all(dz[:, None] * X < 0, axis=1)
    ),
    cases=(
        (
            np.array([[0.2, 0.9], [0.5, -0.1], [-0.4, -0.6], [0.7, 0.3]]),
            np.array([1.0, 2.0, 0.5, -1.0]),
        ),
        (np.array([[0.5, 0.1, 0.3], [0.9, 0.2, 0.4]]), np.array([-2.0, 0.1])),
        (np.array([[0.5, 0.1, -0.3], [0.9, 0.2, 0.4]]), np.array([2.0, 0.1])),
    ),
    draw=_same_sign_case,
    mistakes=(
        Mistake(
            "positive_only",
            lambda X, dz: _share(np.all(dz[:, None] * X > 0, axis=1)),
            "Gradients that are all negative have one sign, too.",
            "Thinks of one sign only.",
        ),
        Mistake(
            "upstream_forgotten",
            lambda X, dz: _share(np.all(X > 0, axis=1)),
            "`dz` plays no part in your result, and negative rows are left out.",
            "Looks at the inputs where gradients are meant.",
        ),
        Mistake(
            "wrong_axis",
            lambda X, dz: _share(
                np.all(dz[:, None] * X > 0, axis=0) | np.all(dz[:, None] * X < 0, axis=0)
            ),
            "You compare the samples with each other. The question is about the weights of one "
            "sample.",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "positive_entries",
            lambda X, dz: _share(dz[:, None] * X > 0),
            "You count single gradients. A sample counts if all of its gradients agree.",
            "Counts entries where rows are meant.",
        ),
        Mistake(
            "count_instead",
            lambda X, dz: int(
                np.sum(np.all(dz[:, None] * X > 0, axis=1) | np.all(dz[:, None] * X < 0, axis=1))
            ),
            "This is the number of samples. Their share is asked for.",
            "Stops at the count.",
        ),
        Mistake(
            "complement",
            lambda X, dz: (
                1
                - _share(np.all(dz[:, None] * X > 0, axis=1) | np.all(dz[:, None] * X < 0, axis=1))
            ),
            "This is the share of samples with mixed signs.",
            "Counts the complement.",
        ),
        Mistake(
            "any_gradient",
            lambda X, dz: _share(
                np.any(dz[:, None] * X > 0, axis=1) | np.any(dz[:, None] * X < 0, axis=1)
            ),
            "One gradient of a sign is enough for you. All D of them have to agree.",
            "Mixes up any and all.",
        ),
        Mistake(
            "negative_only",
            lambda X, dz: _share(np.all(dz[:, None] * X < 0, axis=1)),
            "Gradients that are all positive have one sign, too.",
            "Thinks of one sign only.",
        ),
        Mistake(
            "positive_product",
            lambda X, dz: _share(np.prod(dz[:, None] * X, axis=1) > 0),
            "The product of two negative numbers is positive, and with three or more the product "
            "says little. Compare the signs.",
            "Takes the product's sign for agreement.",
        ),
        Mistake(
            "first_two_weights",
            lambda X, dz: _share(np.sign(dz * X[:, 0]) == np.sign(dz * X[:, 1])),
            "You compare the first two gradients. There may be more than two weights.",
            "Builds the size of the example in.",
        ),
        Mistake(
            "first_sample",
            lambda X, dz: _share(np.all(dz[0] * X[0] > 0) | np.all(dz[0] * X[0] < 0)) / len(X),
            "The loop ends in its first turn: `return` belongs behind it.",
            "Returns from within the loop.",
        ),
        Mistake(
            "divided_by_weights",
            lambda X, dz: float(
                np.sum(np.all(dz[:, None] * X > 0, axis=1) | np.all(dz[:, None] * X < 0, axis=1))
                / X.shape[1]
            ),
            "You divide by the number of weights. Of what is a share asked for?",
            "Divides by D where N is meant.",
        ),
    ),
)


def _layers(rng: Rng) -> tuple[Any, ...]:
    d, h, m = (int(v) for v in rng.integers(2, 5, size=3))
    if rng.integers(2):
        h = m = d
    return (
        rng.normal(size=(d, h)),
        rng.normal(size=h),
        rng.normal(size=(h, m)),
        rng.normal(size=m),
    )


COLLAPSE = Exercise(
    id="activations/collapse",
    title="Two linear layers are one",
    signature="collapse(W1, b1, W2, b2)",
    task="Without activation, X → (XW1 + b1)W2 + b2 is one linear map. Return its (W, b).",
    reference=lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2 + b2),
    parts=("W", "b"),
    cases=(
        (
            np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]]),
            np.array([0.5, 1.0, -2.0]),
            np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 4.0]]),
            np.array([3.0, -1.0]),
        ),
        (
            np.array([[1.0, 2.0], [3.0, -1.0]]),
            np.array([1.0, -1.0]),
            np.array([[0.0, 1.0], [2.0, 0.5]]),
            np.array([0.5, 0.25]),
        ),
    ),
    draw=_layers,
    mistakes=(
        Mistake(
            "bias_added",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
            "W is right. The first bias runs through the second layer, too: what happens to it "
            "there?",
            "Adds the biases as if no layer lay between them.",
        ),
        Mistake(
            "first_bias_lost",
            lambda W1, b1, W2, b2: (W1 @ W2, b2),
            "W is right. Multiply out (XW1 + b1)W2 + b2 and look where b1 goes.",
            "Forgets the first bias.",
        ),
        Mistake(
            "order_swapped",
            lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2),
            "Rows are samples, so X meets W1 first. In which order do the matrices stand?",
            "Writes the product as for column vectors.",
        ),
        Mistake(
            "entrywise",
            lambda W1, b1, W2, b2: (W1 * W2, b1 * W2 + b2),
            "`*` multiplies entry by entry. Which sign is the matrix product?",
            "Mixes up * and @.",
        ),
        Mistake(
            "weights_added",
            lambda W1, b1, W2, b2: (W1 + W2, b1 + b2),
            "You add the layers. One follows the other: what does that do to matrices?",
            "Composes maps by adding them.",
        ),
        Mistake(
            "bias_through_first",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W1 + b2),
            "W is right. Through which layer does the first bias still have to go?",
            "Sends the bias through its own layer.",
        ),
        Mistake(
            "second_bias_lost",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2),
            "W is right. One bias is missing: which one is added at the very end?",
            "Forgets the second bias.",
        ),
        Mistake(
            "order",
            lambda W1, b1, W2, b2: (b1 @ W2 + b2, W1 @ W2),
            "The right arrays in another order: W comes first.",
            "Returns the parts in another order.",
        ),
        Mistake(
            "turned",
            lambda W1, b1, W2, b2: ((W1 @ W2).T, b1 @ W2 + b2),
            "W is turned. Rows are samples here: X stands in front of it.",
            "Writes W as for column vectors.",
        ),
        Mistake(
            "both_biases_through",
            lambda W1, b1, W2, b2: (W1 @ W2, (b1 + b2) @ W2),
            "W is right. You send both biases through the second layer. Which of them is added "
            "behind it?",
            "Adds the biases before the second layer.",
        ),
        Mistake(
            "bias_product_turned",
            lambda W1, b1, W2, b2: (W1 @ W2, W2 @ b1 + b2),
            "W is right. b1 is a row, like a sample: on which side of W2 does it stand?",
            "Writes the product as for column vectors.",
        ),
        Mistake(
            "biases_swapped",
            lambda W1, b1, W2, b2: (W1 @ W2, b2 @ W1 + b1),
            "W is right. Which bias comes first and runs through a layer, and through which one?",
            "Swaps the layers' parts.",
        ),
        Mistake(
            "biases_multiplied",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 * b2),
            "W is right. Multiply out (XW1 + b1)W2 + b2: what happens to b1, and what to b2?",
            "Treats biases as the weights.",
        ),
        Mistake(
            "second_bias_subtracted",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2 - b2),
            "W is right. With which sign does b2 enter?",
            "Has one sign wrong.",
        ),
    ),
)


def _line(x: float) -> float:
    return 3 * x + 1


def _hill(x: float) -> float:
    return 4 - x**2


def _bowl(x: float) -> float:
    return x**2


def _mesa(x: float) -> float:
    return min(0.0, 4 - x**2)


def _ramp(x: float) -> float:
    return max(0.0, x)


def _fall(x: float) -> float:
    return -(x**3)


def _dip(x: float) -> float:
    return float(x / (1 + np.exp(-x)))


def _function_case(rng: Rng) -> tuple[Any, ...]:
    """Draw a function and where to look: each of the four catches what the others let through."""
    kind = rng.integers(4)
    x = np.sort(rng.uniform(-4, 2, size=12))
    if kind == 0:
        return _mesa, x
    if kind == 1:  # falls in the last step alone, or in the last two
        x[-1] = rng.uniform(2.5, 3.0)
        x[-2] = min(x[-2] + rng.integers(2), 2.4)
        return _mesa, x
    if kind == 2:  # falls in the first step alone
        x = np.sort(np.abs(x))
        x[0] = -rng.uniform(1.1, 2.0) * x[1]
        return _bowl, x
    return _fall, x


def _values_of(f: Callable[[float], float], x: Any) -> Any:
    return np.array([f(float(v)) for v in x])


IS_MONOTONIC = Exercise(
    id="activations/never_falls",
    title="Monotonic, by experiment",
    signature="never_falls(f, x)",
    task="f takes one number and gives one; x is a sorted array. Return True if f never falls from "
    "one entry of x to the next, else False.",
    reference=lambda f, x: bool(np.all(np.diff(_values_of(f, x)) >= 0)),
    cases=(
        (_line, np.linspace(-3, 3, 7)),
        (_ramp, np.linspace(-3, 3, 7)),
        (_hill, np.linspace(-2, 3, 6)),
        (_fall, np.linspace(-3, 3, 7)),
        (_dip, np.linspace(-4, 4, 9)),
        (_hill, np.linspace(-3, 0, 4)),
        (_hill, np.linspace(-2, 1, 4)),
        (_hill, np.linspace(-3, 2, 6)),
        (_bowl, np.linspace(-1, 2, 4)),
        (_bowl, np.linspace(-2, 1, 4)),
    ),
    draw=_function_case,
    mistakes=(
        Mistake(
            "strictly",
            lambda f, x: bool(np.all(np.diff(_values_of(f, x)) > 0)),
            "A flat piece is not a fall: ReLU counts as monotonic.",
            "Takes “never falls” for “always rises”.",
        ),
        Mistake(
            "ends_only",
            lambda f, x: bool(f(float(x[-1])) >= f(float(x[0]))),
            "You compare the ends. What may happen in between?",
            "Judges a curve by its ends.",
        ),
        Mistake(
            "either_direction",
            lambda f, x: bool(
                np.all(np.diff(_values_of(f, x)) >= 0) or np.all(np.diff(_values_of(f, x)) <= 0)
            ),
            "A function that falls all the way is let through. Read the question once more.",
            "Uses the general definition of monotonic, either way.",
        ),
        Mistake(
            "falls_instead",
            lambda f, x: bool(np.all(np.diff(_values_of(f, x)) <= 0)),
            "You test whether it never rises. Check the direction of your comparison.",
            "Turns the comparison round.",
        ),
        Mistake(
            "some_step",
            lambda f, x: bool(np.any(np.diff(_values_of(f, x)) >= 0)),
            "One rising step is enough for you. It has to hold for all of them.",
            "Mixes up any and all.",
        ),
        Mistake(
            "inputs_compared",
            lambda f, x: bool(np.all(np.diff(x) >= 0)),
            "True comes out, whatever f is. Do you compare the inputs, which are sorted "
            "anyway? Compare what f gives.",
            "Looks at x instead of f(x).",
        ),
        Mistake(
            "first_step_only",
            lambda f, x: bool(f(float(x[1])) >= f(float(x[0]))),
            "The loop ends in its first turn: `return True` belongs behind it.",
            "Returns from within the loop, whatever it finds.",
        ),
        Mistake(
            "last_step_only",
            lambda f, x: bool(f(float(x[-1])) >= f(float(x[-2]))),
            "Only the last step counts in your result: each turn of the loop writes over the one "
            "before.",
            "Overwrites in a loop.",
        ),
        Mistake(
            "last_step_missed",
            lambda f, x: bool(np.all(np.diff(_values_of(f, x))[:-1] >= 0)),
            "The last step isn't looked at. How many steps lie between N values, and where does "
            "your loop stop?",
            "Ends the loop too early.",
        ),
        Mistake(
            "first_step_missed",
            lambda f, x: bool(np.all(np.diff(_values_of(f, x))[1:] >= 0)),
            "The first step isn't looked at. Where does your loop begin?",
            "Starts the loop too late.",
        ),
        Mistake(
            "fixed_step",
            lambda f, x: bool(all(f(float(v) + 1) >= f(float(v)) for v in x)),
            "You compare f(x) with f(x + 1). The question is about one entry of x and the next.",
            "Takes the next number for the next entry.",
        ),
        Mistake(
            "start_compared",
            lambda f, x: bool(np.all(_values_of(f, x) >= f(float(x[0])))),
            "You compare with the first value. A curve may rise and then fall a little.",
            "Judges a curve by its start.",
        ),
        Mistake(
            "sign_of_values",
            lambda f, x: bool(np.all(_values_of(f, x) >= 0)),
            "You ask whether f is negative anywhere. The question is whether it falls.",
            "Takes a negative value for a fall.",
        ),
        Mistake(
            "compared_with_x",
            lambda f, x: bool(np.all(_values_of(f, x) >= np.asarray(x))),
            "You compare f(x) with x. Compare each value of f with the one before.",
            "Compares outputs with inputs.",
        ),
        Mistake(
            "opposite",
            lambda f, x: bool(np.any(np.diff(_values_of(f, x)) < 0)),
            "You return True where f falls. Read the question once more.",
            "Answers the opposite question.",
        ),
        Mistake(
            "count",
            lambda f, x: int(np.sum(np.diff(_values_of(f, x)) < 0)),
            "You count the falls. True or False is asked for.",
            "Stops at the count.",
        ),
        Mistake(
            "end_is_highest",
            lambda f, x: bool(f(float(x[-1])) == np.max(_values_of(f, x))),
            "You ask whether the last value is the highest. What may happen before?",
            "Judges a curve by its end.",
        ),
    ),
)

PROPERTIES = Exercise(
    id="activations/properties",
    title="The property table, by experiment",
    signature="properties",
    task="Measure, then fill in True or False for each row.",
    kind="table",
    reference=lambda: {
        "sigmoid is zero-centred": False,
        "sigmoid saturates on both sides": True,
        "sigmoid is monotonic": True,
        "tanh is zero-centred": True,
        "tanh saturates on both sides": True,
        "relu can die": True,
        "relu has a derivative at every x": False,
        "relu saturates for x < 0": True,
        "leaky_relu can die": False,
        "elu saturates for x < 0": True,
        "softplus has a derivative at every x": True,
        "swish is monotonic": False,
    },
    mistakes=(
        Mistake(
            "sigmoid_centred",
            lambda: {"sigmoid is zero-centred": True},
            "Take the mean output over inputs that are spread evenly around 0.",
            "Confuses a symmetric shape with a mean of 0.",
        ),
        Mistake(
            "sigmoid_not_saturating",
            lambda: {"sigmoid saturates on both sides": False},
            "How steep is it at −10 and at 10?",
            "Thinks that only one end is flat.",
        ),
        Mistake(
            "sigmoid_not_monotonic",
            lambda: {"sigmoid is monotonic": False},
            "Its slope rises and falls, but does the curve itself ever fall?",
            "Looks at the derivative's hump instead of the function.",
        ),
        Mistake(
            "tanh_not_centred",
            lambda: {"tanh is zero-centred": False},
            "Compare tanh(−2) with tanh(2). What is their mean?",
            "Mixes up tanh and sigmoid.",
        ),
        Mistake(
            "tanh_not_saturating",
            lambda: {"tanh saturates on both sides": False},
            "Being centred doesn't help at the ends: how steep is tanh at −10?",
            "Believes that a zero-centred function doesn't saturate.",
        ),
        Mistake(
            "relu_never_dies",
            lambda: {"relu can die": False},
            "What gradient does a ReLU pass on when its input is negative for every sample?",
            "Knows ReLU as the cure, not its illness.",
        ),
        Mistake(
            "relu_smooth",
            lambda: {"relu has a derivative at every x": True},
            "Measure the slope just left and just right of 0.",
            "Takes the convention for a derivative.",
        ),
        Mistake(
            "relu_never_flat",
            lambda: {"relu saturates for x < 0": False},
            "One slide says that its slope is never zero. Measure it at −3.",
            "Copied “never zero” from the slide.",
        ),
        Mistake(
            "leaky_dies",
            lambda: {"leaky_relu can die": True},
            "How large is its slope at −3? Is that enough for a step?",
            "Carries ReLU's illness over to its cure.",
        ),
        Mistake(
            "elu_not_flat",
            lambda: {"elu saturates for x < 0": False},
            "How steep is ELU at −10?",
            "Believes that ELU behaves like leaky ReLU far to the left.",
        ),
        Mistake(
            "softplus_kink",
            lambda: {"softplus has a derivative at every x": False},
            "Zoom in at 0: is there a corner, or only a bend?",
            "Takes softplus for ReLU.",
        ),
        Mistake(
            "swish_monotonic",
            lambda: {"swish is monotonic": True},
            "Look closely between −3 and −1.",
            "Judges swish by its right half.",
        ),
    ),
)

RELU_VALUES = Exercise(
    id="activations/relu_at_three_points",
    title="ReLU at −10, 0 and 10",
    signature="relu_at",
    task="Correct the slide: give ReLU's value a and slope da at x = −10, 0 and 10.",
    kind="table",
    reference=lambda: {
        "a(-10)": 0.0,
        "a(0)": 0.0,
        "a(10)": 10.0,
        "da(-10)": 0.0,
        "da(0)": 0.0,
        "da(10)": 1.0,
    },
    mistakes=(
        Mistake(
            "one_at_zero",
            lambda: {"da(0)": 1.0},
            "The slide says 1 here. The slope at the bend is a convention: which one is ours?",
            "Copied the slide's convention.",
        ),
        Mistake(
            "half_at_zero",
            lambda: {"da(0)": 0.5},
            "Between the two one-sided slopes any value could be agreed on. Which one does this "
            "course use?",
            "Takes the mean of both sides.",
        ),
        Mistake(
            "value_as_slope",
            lambda: {"da(10)": 10.0},
            "That is the value at 10. How much does it change when x grows by 1?",
            "Mixes up value and slope.",
        ),
        Mistake(
            "slope_as_value",
            lambda: {"a(10)": 1.0},
            "That is the slope. What comes out for an input of 10?",
            "Mixes up value and slope.",
        ),
        Mistake(
            "identity_left",
            lambda: {"a(-10)": -10.0},
            "What does the maximum of 0 and a negative number give?",
            "Forgets the rectifier.",
        ),
        Mistake(
            "absolute_left",
            lambda: {"a(-10)": 10.0},
            "ReLU doesn't drop the sign: take the maximum of 0 and −10.",
            "Takes ReLU for |x|.",
        ),
        Mistake(
            "slope_left",
            lambda: {"da(-10)": 1.0},
            "Walk along the graph left of 0: how much does it rise with each step?",
            "Believes that ReLU's slope is never zero.",
        ),
        Mistake(
            "falling_left",
            lambda: {"da(-10)": -1.0},
            "A slope of −1 means falling. Look at the graph left of 0.",
            "Takes ReLU for |x|.",
        ),
        Mistake(
            "leaky_value",
            lambda: {"a(-10)": -0.1},
            "Nothing leaks through ReLU. What does the maximum of 0 and −10 give?",
            "Mixes up ReLU and leaky ReLU.",
        ),
        Mistake(
            "leaky_slope",
            lambda: {"da(-10)": 0.01},
            "That is the slope of leaky ReLU. Plain ReLU is flat on the left.",
            "Mixes up ReLU and leaky ReLU.",
        ),
        Mistake(
            "one_as_value_at_zero",
            lambda: {"a(0)": 1.0},
            "What is the maximum of 0 and 0?",
            "Mixes up value and slope at the bend.",
        ),
        Mistake(
            "half_as_value_at_zero",
            lambda: {"a(0)": 0.5},
            "0.5 is the sigmoid's value at 0. What is the maximum of 0 and 0?",
            "Carries the sigmoid's value over.",
        ),
        Mistake(
            "flat_on_the_right",
            lambda: {"da(10)": 0.0},
            "At 10 ReLU is still rising: how much does its value change when x grows by 1?",
            "Differentiates the number 10, or thinks that ReLU saturates.",
        ),
    ),
)

SATURATION = Exercise(
    id="activations/saturation",
    title="The sigmoid's slope at −10, 0 and 10",
    signature="sigmoid_slopes",
    task="Give (σ'(−10), σ'(0), σ'(10)) to at least three digits.",
    kind="number",
    reference=lambda: tuple(float(v) for v in act.sigmoid_derivative(np.array([-10.0, 0.0, 10.0]))),
    parts=("σ'(−10)", "σ'(0)", "σ'(10)"),
    tolerance=Tolerance(2e-3, 1e-9),
    mistakes=(
        Mistake(
            "values_instead",
            lambda: tuple(float(v) for v in act.sigmoid(np.array([-10.0, 0.0, 10.0]))),
            "These are the values of σ. How steep is it there?",
            "Mixes up value and slope.",
        ),
        Mistake(
            "of_the_activation",
            lambda: (-110.0, 0.0, -90.0),
            "You put x itself into a(1 − a). What is a?",
            "Takes z for a.",
        ),
        Mistake(
            "tanh_slopes",
            lambda: (
                float(act.tanh_derivative(-10.0)),
                1.0,
                float(act.tanh_derivative(10.0)),
            ),
            "The slope at 0 is too large: this is tanh's.",
            "Mixes up the derivatives of tanh and sigmoid.",
        ),
        Mistake(
            "half_in_the_middle",
            lambda: (
                float(act.sigmoid_derivative(-10.0)),
                0.5,
                float(act.sigmoid_derivative(10.0)),
            ),
            "The ends are right. At 0, 0.5 is the value of σ: use both factors of its slope.",
            "Uses the value at 0 for the slope.",
        ),
        Mistake(
            "exactly_zero",
            lambda: (0.0, 0.25, 0.0),
            "Almost: the slopes at the ends are tiny, but not 0. Give them in scientific notation.",
            "Takes saturated for exactly flat.",
        ),
        Mistake(
            "sign_at_the_left",
            lambda: (
                -float(act.sigmoid_derivative(-10.0)),
                0.25,
                float(act.sigmoid_derivative(10.0)),
            ),
            "σ rises on the left as well. Can its slope be negative there?",
            "Gives the slope the sign of x.",
        ),
        Mistake(
            "values_rounded",
            lambda: (0.0, 0.5, 1.0),
            "These are about the values of σ. How steep is it there?",
            "Mixes up value and slope.",
        ),
        Mistake(
            "value_at_the_right",
            lambda: (0.0, 0.25, 1.0),
            "On the right σ is near 1, and nearly flat. How steep is it there?",
            "Gives the value at one end, the slope elsewhere.",
        ),
        Mistake(
            "half_and_zero",
            lambda: (0.0, 0.5, 0.0),
            "0.5 is the value of σ at 0: use both factors of its slope. And the ends are tiny, "
            "but not 0.",
            "Uses the value at 0 for the slope.",
        ),
        Mistake(
            "tanh_rounded",
            lambda: (0.0, 1.0, 0.0),
            "The slope at 0 is too large: this is tanh's.",
            "Mixes up the derivatives of tanh and sigmoid.",
        ),
        Mistake(
            "relu_slopes",
            lambda: (0.0, 0.0, 1.0),
            "These are the slopes of ReLU. The sigmoid is steepest in the middle.",
            "Carries ReLU's slopes over.",
        ),
    ),
)

VANISHING = Exercise(
    id="activations/vanishing",
    title="Ten sigmoids in a row",
    signature="shrink_factor",
    task="A gradient passes ten sigmoid neurons in a row, all weights 1. At best, what factor is "
    "left of it?",
    kind="number",
    reference=lambda: 0.25**10,
    tolerance=Tolerance(1e-2, 1e-9),
    mistakes=(
        Mistake(
            "added",
            lambda: 0.25 * 10,
            "Slopes along a chain aren't added up: what does the chain rule do with them?",
            "Adds local derivatives along a chain.",
        ),
        Mistake(
            "value_at_zero",
            lambda: 0.5**10,
            "0.5 is σ(0). How large is the largest slope of σ?",
            "Uses the value where the slope belongs.",
        ),
        Mistake(
            "one_step_less",
            lambda: 0.25**9,
            "Ten neurons, ten slopes. Did you count the gaps between them?",
            "Counts gaps instead of neurons.",
        ),
        Mistake(
            "one_neuron",
            lambda: 0.25,
            "That is one neuron. The gradient passes ten.",
            "Stops after one layer.",
        ),
        Mistake(
            "divided",
            lambda: 0.25 / 10,
            "Each neuron takes its share of what is left, not of the start.",
            "Shrinks by equal amounts instead of equal factors.",
        ),
        Mistake(
            "tanh_bound",
            lambda: 1.0,
            "A slope of 1 is tanh's best. What is the sigmoid's?",
            "Mixes up the derivatives of tanh and sigmoid.",
        ),
        Mistake(
            "swapped",
            lambda: 10**0.25,
            "You took a power of ten. Which number is multiplied, and how many times?",
            "Swaps base and exponent.",
        ),
        Mistake(
            "grows",
            lambda: 4.0**10,
            "Each slope is at most a quarter. Does the gradient grow or shrink?",
            "Turns the fraction round.",
        ),
        Mistake(
            "one_step_more",
            lambda: 0.25**11,
            "Ten neurons, ten slopes. Where does the eleventh come from?",
            "Counts inputs or outputs as well.",
        ),
        Mistake(
            "nothing_left",
            lambda: 0.0,
            "Very little is left, but more than that: multiply ten slopes, each at its largest.",
            "Takes vanishing for zero.",
        ),
        Mistake(
            "slope_at_ten",
            lambda: float(act.sigmoid_derivative(10.0)),
            "That is the slope of one sigmoid at x = 10. Here are ten of them, each at its best.",
            "Takes the number of neurons for the input.",
        ),
    ),
)

OUTPUT_LAYER = Exercise(
    id="activations/which_for_what",
    title="Which activation for which task?",
    signature="output_activation",
    task="Choose for each task: linear, sigmoid, softmax, relu or tanh.",
    kind="table",
    options=("linear", "sigmoid", "softmax", "relu", "tanh"),
    reference=lambda: {
        "output: a house price, may be any number": "linear",
        "output: spam or not": "sigmoid",
        "output: one digit out of ten": "softmax",
        "output: which of these tags fit (several may)": "sigmoid",
        "hidden layers of an image classifier": "relu",
        "hidden state of a recurrent network": "tanh",
    },
    mistakes=(
        Mistake(
            "softmax_for_regression",
            lambda: {"output: a house price, may be any number": "softmax"},
            "One slide recommends softmax for this. Which values can softmax take?",
            "Copied “softmax for regression” from the slide.",
        ),
        Mistake(
            "softmax_for_tags",
            lambda: {"output: which of these tags fit (several may)": "softmax"},
            "One slide says so. With softmax the tags share a total of 1: can two of them be "
            "certain?",
            "Copied “softmax for multi-label” from the slide.",
        ),
        Mistake(
            "relu_for_regression",
            lambda: {"output: a house price, may be any number": "relu"},
            "Could this output ever be below 0?",
            "Takes the best hidden activation for the best output.",
        ),
        Mistake(
            "sigmoid_for_regression",
            lambda: {"output: a house price, may be any number": "sigmoid"},
            "Between which values would every price lie?",
            "Squashes every output.",
        ),
        Mistake(
            "sigmoid_for_classes",
            lambda: {"output: one digit out of ten": "sigmoid"},
            "Exactly one digit is right. Do ten separate sigmoids know that?",
            "Treats classes that exclude each other as independent.",
        ),
        Mistake(
            "softmax_for_two",
            lambda: {"output: spam or not": "softmax"},
            "It works with two outputs. Which of the choices needs only one?",
            "Reaches for softmax whenever there are classes.",
        ),
        Mistake(
            "sigmoid_hidden",
            lambda: {"hidden layers of an image classifier": "sigmoid"},
            "Think of ten sigmoids in a row: what is left of the gradient?",
            "Uses sigmoid everywhere.",
        ),
        Mistake(
            "linear_hidden",
            lambda: {"hidden layers of an image classifier": "linear"},
            "What do several linear layers in a row amount to?",
            "Forgets what the non-linearity is for.",
        ),
        Mistake(
            "tanh_for_two",
            lambda: {"output: spam or not": "tanh"},
            "It has the right shape. But can a probability be below 0?",
            "Takes any squeezing function for a probability.",
        ),
        Mistake(
            "relu_in_a_loop",
            lambda: {"hidden state of a recurrent network": "relu"},
            "A recurrent network feeds its state back into itself, many times. What keeps the "
            "numbers from growing each time?",
            "Takes ReLU for every hidden layer.",
        ),
        Mistake(
            "tanh_for_regression",
            lambda: {"output: a house price, may be any number": "tanh"},
            "Between which values would every price lie?",
            "Squashes every output.",
        ),
        Mistake(
            "relu_for_two",
            lambda: {"output: spam or not": "relu"},
            "Can a probability be 17?",
            "Takes the best hidden activation for the best output.",
        ),
        Mistake(
            "linear_for_two",
            lambda: {"output: spam or not": "linear"},
            "Without a bound the output can be −5 or 17. Which function makes a probability of it?",
            "Leaves a score where a probability is wanted.",
        ),
        Mistake(
            "relu_for_classes",
            lambda: {"output: one digit out of ten": "relu"},
            "Ten probabilities that sum to 1: which function makes those?",
            "Takes the best hidden activation for the best output.",
        ),
        Mistake(
            "linear_for_classes",
            lambda: {"output: one digit out of ten": "linear"},
            "These are scores. Which function makes ten probabilities of them?",
            "Leaves scores where probabilities are wanted.",
        ),
        Mistake(
            "tanh_for_classes",
            lambda: {"output: one digit out of ten": "tanh"},
            "Can a probability be below 0? And what do the ten sum to?",
            "Takes any squeezing function for a probability.",
        ),
        Mistake(
            "relu_for_tags",
            lambda: {"output: which of these tags fit (several may)": "relu"},
            "Each tag needs a probability of its own. Can one be 17?",
            "Takes the best hidden activation for the best output.",
        ),
        Mistake(
            "linear_for_tags",
            lambda: {"output: which of these tags fit (several may)": "linear"},
            "Each tag needs a probability of its own. Which function makes one of a score?",
            "Leaves scores where probabilities are wanted.",
        ),
        Mistake(
            "tanh_for_tags",
            lambda: {"output: which of these tags fit (several may)": "tanh"},
            "Each tag needs a probability of its own. Can one be below 0?",
            "Takes any squeezing function for a probability.",
        ),
        Mistake(
            "tanh_hidden",
            lambda: {"hidden layers of an image classifier": "tanh"},
            "It works, but it is flat on both sides, and such networks are deep. Which one keeps "
            "a slope of 1?",
            "Knows tanh as the better sigmoid, and stops there.",
        ),
        Mistake(
            "softmax_hidden",
            lambda: {"hidden layers of an image classifier": "softmax"},
            "Softmax makes a layer's neurons share a total of 1. Which simple function is usual "
            "between layers?",
            "Uses the output's activation everywhere.",
        ),
        Mistake(
            "sigmoid_in_a_loop",
            lambda: {"hidden state of a recurrent network": "sigmoid"},
            "A state that is fed back should be able to go up and down around 0. Which S-curve "
            "is centred there?",
            "Takes one S-curve for the other.",
        ),
        Mistake(
            "linear_in_a_loop",
            lambda: {"hidden state of a recurrent network": "linear"},
            "A recurrent network feeds its state back into itself, many times. What keeps the "
            "numbers from growing each time?",
            "Forgets what the non-linearity is for.",
        ),
        Mistake(
            "softmax_in_a_loop",
            lambda: {"hidden state of a recurrent network": "softmax"},
            "A state isn't a choice between its entries: they need not sum to 1.",
            "Takes a state for an output.",
        ),
    ),
)

SHIFT = Exercise(
    id="activations/softmax_shift",
    title="Adding 100 to every score",
    signature="softmax_shift",
    task="All scores of a row grow by 100. What happens to its softmax?",
    kind="choice",
    options=("nothing", "all grow", "sharper", "flatter", "overflow"),
    reference=lambda: "nothing",
    mistakes=(
        Mistake(
            "grow",
            lambda: "all grow",
            "They sum to 1 before and after. Can all of them grow?",
            "Judges each output for itself.",
        ),
        Mistake(
            "sharper",
            lambda: "sharper",
            "Multiplying all scores would do that. What does adding do to their differences?",
            "Mixes up shifting and scaling.",
        ),
        Mistake(
            "flatter",
            lambda: "flatter",
            "Dividing all scores would do that. What does adding do to their differences?",
            "Mixes up shifting and scaling, or thinks of relative differences.",
        ),
        Mistake(
            "overflow",
            lambda: "overflow",
            "A careless program may overflow. The question is about the function.",
            "Mixes up a function with a program for it.",
        ),
    ),
)

_SLIDES = {
    "A": "σ(x) = 1/(1 + e^(−x))",
    "B": "σ(x) = 1/(1 + e^x)",
    "C": "tanh'(x) = sech(x)",
    "D": "tanh'(x) = z(1 − z²) with z = tanh x",
    "E": "tanh(x) = 2σ(2x) − 1",
    "F": "σ takes the values 0 and 1",
    "G": "the slope of ReLU is never zero",
    "H": "softmax suits several labels at once, and regression",
    "I": "σ(x) = x/(1 + e^(−x))",
    "J": "swish is x·σ(x), which is x/(1 + e^(−x))",
}
FAULTY_SLIDES = Exercise(
    id="activations/faulty_slides",
    title="Find the faulty slides",
    signature="faulty_slides",
    task="Which statements are wrong? " + "; ".join(f"{k}: {v}" for k, v in _SLIDES.items()) + ".",
    kind="set",
    options=tuple(_SLIDES),
    reference=lambda: {"B", "C", "D", "F", "G", "H", "I"},
    mistakes=(
        Mistake(
            "right_ones_instead",
            lambda given: given == {"A", "E", "J"},
            "These three are the right ones. The wrong ones are asked for.",
            "Answers the opposite question.",
        ),
        Mistake(
            "sign_accused",
            lambda given: "A" in given,
            "One of A and B is right. Which of them rises with x?",
            "Isn't sure about the sign of the exponent.",
        ),
        Mistake(
            "identity_accused",
            lambda given: "E" in given,
            "Compare both sides of E at a few points before you accuse it.",
            "Doesn't expect tanh and sigmoid to be related.",
        ),
        Mistake(
            "exponent_missed",
            lambda given: "B" not in given,
            "Put a large x into A and B. Which one goes to 1?",
            "Doesn't check the sign of the exponent.",
        ),
        Mistake(
            "square_missed",
            lambda given: "C" not in given,
            "Measure the slope of tanh at x = 1 and compare it with C.",
            "Doesn't check a formula against a number.",
        ),
        Mistake(
            "factor_missed",
            lambda given: "D" not in given,
            "What does D give at x = 0, and how steep is tanh there?",
            "Doesn't check a formula against a number.",
        ),
        Mistake(
            "flat_missed",
            lambda given: "G" not in given,
            "How steep is ReLU at −3?",
            "Believes that ReLU never saturates.",
        ),
        Mistake(
            "interval_missed",
            lambda given: "F" not in given,
            "Is there an x with σ(x) = 1 exactly? (A float that rounds to 1 doesn't count.)",
            "Doesn't distinguish open from closed intervals.",
        ),
        Mistake(
            "labels_missed",
            lambda given: "H" not in given,
            "Can softmax give two labels 0.9 each?",
            "Mixes up multi-class and multi-label.",
        ),
        Mistake(
            "swish_missed",
            lambda given: "I" not in given,
            "Put x = 0 into A and into I. Can one letter σ stand for both?",
            "Takes swish and the sigmoid for one function.",
        ),
        Mistake(
            "swish_accused",
            lambda given: "J" in given,
            "Write A in place of σ in J, and multiply by x. What comes out?",
            "Takes the right formula of swish for wrong, along with its wrong name.",
        ),
    ),
)


def _sech_gap(x: float) -> float:
    return float(abs(1 / np.cosh(float(x)) - (1 - np.tanh(float(x)) ** 2)))


COUNTEREXAMPLE = Exercise(
    id="activations/sech_counterexample",
    title="Prove it: tanh' is not sech",
    signature="where_sech_fails",
    task="Give an x at which sech(x) differs from the slope of tanh by more than 0.2.",
    kind="judged",
    example=1.3,
    parts=("one number",),
    reference=lambda x: None if _sech_gap(x) > 0.2 else "there the two differ by less than 0.2.",
    mistakes=(
        Mistake(
            "at_zero",
            lambda x: float(x) == 0,
            "At 0 both are 1: this is the one place where the slide is right.",
            "Tests a formula at its easiest point only.",
        ),
        Mistake(
            "far_away",
            lambda x: abs(float(x)) > 1.9,
            "Far from 0 both go to 0. Where do two bell curves of different width differ most?",
            "Looks for the largest difference at the ends.",
        ),
        Mistake(
            "too_close",
            lambda x: 0 < abs(float(x)) < 1,
            "You are close to 0, where they still agree. Move outwards.",
            "Searches too near the point where both agree.",
        ),
    ),
)


def _slide_derivative(x: Any) -> Any:
    return np.tanh(x) * (1 - np.tanh(x) ** 2)


SLIDE_GAP = Exercise(
    id="activations/slide_gap",
    title="Prove it: the other slide's tanh'",
    signature="slide_gap(x)",
    task="One slide claims tanh'(x) = z(1 − z²) with z = tanh x. Measure the slope of tanh with a "
    "centred difference (h = 1e-5) and return |slide − measured|, in the shape of x.",
    reference=lambda x: np.abs(_slide_derivative(x) - (1 - np.tanh(x) ** 2)),
    cases=((np.array([-2.0, -0.5, 0.0, 0.5, 2.0]),), (np.array([[0.1, 1.0], [-1.0, 3.0]]),)),
    draw=lambda rng: (rng.normal(scale=1.5, size=[(5,), (2, 3)][rng.integers(2)]),),
    forbids=READY_MADE,
    tolerance=Tolerance(1e-4, 1e-7),
    plot=True,
    mistakes=(
        Mistake(
            "signed",
            lambda x: _slide_derivative(x) - (1 - np.tanh(x) ** 2),
            "Some of your gaps are negative: how far apart are the two?",
            "Forgets the absolute value.",
        ),
        Mistake(
            "two_forgotten",
            lambda x: np.abs(_slide_derivative(x) - 2 * (1 - np.tanh(x) ** 2)),
            "Your measured slope is twice too large: how far apart are x − h and x + h?",
            "Divides a centred difference by h.",
        ),
        Mistake(
            "sech_slide",
            lambda x: np.abs(1 / np.cosh(x) - (1 - np.tanh(x) ** 2)),
            "That is the other faulty slide. This one claims z(1 − z²).",
            "Mixes up the two slides.",
        ),
        Mistake(
            "z_for_x",
            lambda x: np.abs(x * (1 - x**2) - (1 - np.tanh(x) ** 2)),
            "In the slide's formula z isn't the input. What is it?",
            "Takes x for z.",
        ),
        Mistake(
            "slope_only",
            lambda x: 1 - np.tanh(x) ** 2,
            "This is the measured slope. The distance to the slide's value is asked for.",
            "Stops half-way.",
        ),
        Mistake(
            "slide_only",
            _slide_derivative,
            "This is the slide's value. The distance to the measured slope is asked for.",
            "Stops half-way.",
        ),
        Mistake(
            "brackets_missing",
            lambda x: np.abs(np.tanh(x) * (1 - np.tanh(x) ** 2) - (1 - np.tanh(x) ** 2) * 1e-10),
            "`a / 2 * h` divides by 2 and multiplies by h, so your measured slope is nearly 0. "
            "Where do brackets belong?",
            "Writes … / 2 * h for … / (2 * h).",
        ),
        Mistake(
            "added",
            lambda x: np.abs(_slide_derivative(x) + (1 - np.tanh(x) ** 2)),
            "A distance is the size of a difference, and you add.",
            "Has one sign wrong.",
        ),
        Mistake(
            "squared",
            lambda x: (_slide_derivative(x) - (1 - np.tanh(x) ** 2)) ** 2,
            "You square the difference. The task asks for its size.",
            "Takes the squared error out of habit.",
        ),
        Mistake(
            "relative",
            lambda x: np.abs(_slide_derivative(x) - (1 - np.tanh(x) ** 2)) / (1 - np.tanh(x) ** 2),
            "You divide by the slope. The distance itself is asked for.",
            "Takes the relative error for the distance.",
        ),
        Mistake(
            "parts_absolute",
            lambda x: np.abs(_slide_derivative(x)) - (1 - np.tanh(x) ** 2),
            "You take the absolute values first and subtract then. In which order is a distance "
            "taken?",
            "Swaps difference and absolute value.",
        ),
        Mistake(
            "value_for_slope",
            lambda x: np.abs(_slide_derivative(x) - np.tanh(x)),
            "You compare the slide with tanh itself. Measure how steep tanh is.",
            "Mixes up a function and its slope.",
        ),
        Mistake(
            "slope_of_the_slide",
            lambda x: np.abs(
                _slide_derivative(x) - (1 - 3 * np.tanh(x) ** 2) * (1 - np.tanh(x) ** 2)
            ),
            "You measure the slope of the slide's formula. Of which function does it claim to be "
            "the slope?",
            "Differentiates the claim.",
        ),
        Mistake(
            "square_outside",
            lambda x: np.abs(np.tanh(x) * (1 - np.tanh(x)) ** 2 - (1 - np.tanh(x) ** 2)),
            "Look at the slide's formula once more: what exactly is squared?",
            "Puts the square at the wrong place.",
        ),
        Mistake(
            "coarse_step",
            lambda x: np.abs(_slide_derivative(x) - (np.tanh(x + 0.1) - np.tanh(x - 0.1)) / 0.2),
            "Almost: your step is too long to measure the slope well. Which h does the task give?",
            "Measures with a step of 0.1.",
        ),
    ),
)


_SKETCHED: dict[str, tuple[float, float, float]] = {
    name + mark: tuple(float(v) for v in curve(np.array([-2.0, 0.0, 2.0])))  # type: ignore[misc]
    for name in ("sigmoid", "tanh", "relu")
    for mark, curve in (("", act.get(name).function), ("'", act.get(name).derivative))
}
_SKETCH_TOLERANCE = 0.15


def _rows(sketch: Any) -> dict[str, Any]:
    """Give the rows under the names of the task: typed "ReLU’", say, for "relu'"."""
    return {str(name).casefold().strip().replace("’", "'"): sketch[name] for name in sketch}


def _off(heights: Any, name: str) -> bool:
    """Say whether a sketched curve is further off than a drawing by hand may be."""
    gaps = np.abs(np.asarray(heights, dtype=float) - _SKETCHED[name])
    return not bool(np.all(gaps <= _SKETCH_TOLERANCE))  # nan is off


def _judge_sketch(sketch: Any) -> str | None:
    rows = _rows(sketch) if isinstance(sketch, dict) else {}
    if set(rows) != set(_SKETCHED):
        return "is asked for as a table with the six rows " + ", ".join(_SKETCHED) + "."
    for name, heights in rows.items():
        if np.shape(heights) != (3,):
            return f"needs three heights for {name}, at x = −2, 0 and 2."
        if any(isinstance(height, str) for height in heights):
            return f"needs numbers for {name}, without quotes."
    wrong = [name for name in _SKETCHED if _off(rows[name], name)]
    if wrong:
        curves = "1 of 6 curves" if len(wrong) == 1 else f"{len(wrong)} of 6 curves"
        return f"has {curves} off by more than 0.15; look at {wrong[0]}."
    return None


def _drawn(name: str, slip: Callable[[float, float, float], bool]) -> Callable[[Any], bool]:
    """Make the rule for a slip in the heights of the curve that the message names."""

    def rule(sketch: Any) -> bool:
        rows = _rows(sketch)
        named = next(curve for curve in _SKETCHED if _off(rows[curve], curve))
        return named == name and bool(slip(*(float(height) for height in rows[name])))

    return rule


def _about(height: float, wanted: float) -> bool:
    return abs(height - wanted) <= _SKETCH_TOLERANCE


SKETCH = Exercise(
    id="activations/sketch",
    title="Three curves and their slopes, from memory",
    signature="sketch",
    task="Sketch sigmoid, tanh and ReLU with their derivatives, and give each curve's height at "
    "x = −2, 0 and 2, to within 0.15.",
    kind="judged",
    example={name: tuple(round(v, 1) for v in heights) for name, heights in _SKETCHED.items()},
    reference=_judge_sketch,
    mistakes=(
        Mistake(
            "sigmoid_falls",
            _drawn("sigmoid", lambda left, middle, right: left > middle > right),
            "Your sigmoid falls. What does it answer for a large x?",
            "Isn't sure about the sign of the exponent.",
        ),
        Mistake(
            "sigmoid_through_zero",
            _drawn("sigmoid", lambda left, middle, right: _about(middle, 0)),
            "Your sigmoid passes through 0. What does it answer when it can't decide?",
            "Draws the sigmoid like tanh.",
        ),
        Mistake(
            "sigmoid_below_zero",
            _drawn("sigmoid", lambda left, middle, right: left < 0 or right > 1.15),
            "Between which values does a sigmoid run?",
            "Gives the sigmoid the range of tanh, or none.",
        ),
        Mistake(
            "sigmoid_slope_one",
            _drawn("sigmoid'", lambda left, middle, right: _about(middle, 1)),
            "Your sigmoid has a slope of 1 in the middle. Compute σ(0)·(1 − σ(0)).",
            "Takes the slope of tanh for that of the sigmoid.",
        ),
        Mistake(
            "sigmoid_slope_half",
            _drawn("sigmoid'", lambda left, middle, right: _about(middle, 0.5)),
            "0.5 is the height of the sigmoid in the middle. How steep is it there?",
            "Uses the value at 0 for the slope.",
        ),
        Mistake(
            "sigmoid_slope_negative",
            _drawn("sigmoid'", lambda left, middle, right: min(left, right) < 0),
            "The sigmoid rises on both sides. Can a slope be negative there?",
            "Gives the slope the sign of x, or takes rising less for falling.",
        ),
        Mistake(
            "tanh_falls",
            _drawn("tanh", lambda left, middle, right: left > middle > right),
            "Your tanh falls. What sign does it have for a large x?",
            "Swaps the ends of the curve.",
        ),
        Mistake(
            "tanh_like_sigmoid",
            _drawn("tanh", lambda left, middle, right: left >= 0),
            "Your tanh isn't negative on the left. Between which values does it run?",
            "Draws tanh like the sigmoid.",
        ),
        Mistake(
            "tanh_too_high",
            _drawn("tanh", lambda left, middle, right: max(abs(left), abs(right)) > 1.15),
            "Your tanh leaves its range. Between which values does it run?",
            "Draws a straight line, or a cubic.",
        ),
        Mistake(
            "tanh_slope_of_sigmoid",
            _drawn("tanh'", lambda left, middle, right: _about(middle, 0.25)),
            "A quarter is the slope of the sigmoid. tanh climbs from −1 to 1 in less room.",
            "Takes the slope of the sigmoid for that of tanh.",
        ),
        Mistake(
            "tanh_slope_is_curve",
            _drawn("tanh'", lambda left, middle, right: _about(middle, 0)),
            "Where is tanh steepest? There its slope is largest, not 0.",
            "Mixes up a function and its slope.",
        ),
        Mistake(
            "tanh_slope_negative",
            _drawn("tanh'", lambda left, middle, right: min(left, right) < 0),
            "tanh rises on both sides. Can a slope be negative there?",
            "Gives the slope the sign of x.",
        ),
        Mistake(
            "relu_identity",
            _drawn("relu", lambda left, middle, right: left < 0),
            "Your ReLU goes below 0. What does the maximum of 0 and a negative number give?",
            "Forgets the rectifier.",
        ),
        Mistake(
            "relu_absolute",
            _drawn("relu", lambda left, middle, right: left > 0.15),
            "Your ReLU comes down from the left. Take the maximum of 0 and −2.",
            "Takes ReLU for |x|.",
        ),
        Mistake(
            "relu_bounded",
            _drawn("relu", lambda left, middle, right: _about(right, 1)),
            "Your ReLU reaches 1 at x = 2. Does it have an upper end, and how steep is it?",
            "Gives ReLU the sigmoid's upper bound, or draws its slope.",
        ),
        Mistake(
            "slope_is_curve",
            _drawn("relu'", lambda left, middle, right: _about(right, 2)),
            "You have drawn ReLU twice. How steep is it on the right?",
            "Mixes up a function and its slope.",
        ),
        Mistake(
            "relu_slope_left",
            _drawn("relu'", lambda left, middle, right: abs(left) > 0.15),
            "How steep is ReLU on the left, where it is level?",
            "Believes that ReLU always has a slope, as one slide says.",
        ),
        Mistake(
            "relu_slope_at_zero",
            _drawn("relu'", lambda left, middle, right: middle > 0.15),
            "Right and left of 0 you are right. At 0 the slope is a convention: which one is ours?",
            "Knows another convention, or takes the mean of both sides.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    SIGMOID,
    SIGMOID_DERIVATIVE,
    TANH,
    TANH_DERIVATIVE,
    RELU,
    RELU_DERIVATIVE,
    RELU_VALUES,
    LEAKY_RELU,
    LEAKY_RELU_DERIVATIVE,
    PRELU_ALPHA,
    ELU,
    SOFTPLUS,
    SWISH,
    SOFTMAX,
    SOFTMAX_TEMPERATURE,
    SHIFT,
    MAXOUT,
    SATURATION,
    VANISHING,
    SAME_SIGN,
    DEAD_FRACTION,
    COLLAPSE,
    IS_MONOTONIC,
    PROPERTIES,
    SKETCH,
    OUTPUT_LAYER,
    FAULTY_SLIDES,
    COUNTEREXAMPLE,
    SLIDE_GAP,
)
