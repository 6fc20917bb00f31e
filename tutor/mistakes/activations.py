"""Exercises of the theme "activations": the functions, their derivatives, and what goes wrong.

Those whose functions take a number to a number are in `activations_pointwise`, those about whole
layers in `activations_layers`. Here are those that are answered by values and words, and the order
of all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor import activations as act
from tutor.mistakes import activations_layers as layers
from tutor.mistakes import activations_pointwise as pointwise
from tutor.mistakes.records import READY_MADE, Exercise, Mistake, Tolerance

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
        Mistake(
            "power_of_ten",
            lambda: 1e-6,
            "The size is right. Give two digits more.",
            "Estimates by a power of ten.",
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
        Mistake(
            "measured_brackets",
            lambda x: np.abs(
                np.tanh(x) * (1 - np.tanh(x) ** 2) - (np.tanh(x + 1e-5) - np.tanh(x - 1e-5) / 2e-5)
            ),
            "`a - b / (2 * h)` divides b only, so your measured slope is huge. Where do brackets "
            "belong?",
            "Leaves the brackets out of a quotient.",
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
    pointwise.SIGMOID,
    pointwise.SIGMOID_DERIVATIVE,
    pointwise.TANH,
    pointwise.TANH_DERIVATIVE,
    pointwise.RELU,
    pointwise.RELU_DERIVATIVE,
    RELU_VALUES,
    pointwise.LEAKY_RELU,
    pointwise.LEAKY_RELU_DERIVATIVE,
    pointwise.PRELU_ALPHA,
    pointwise.ELU,
    pointwise.SOFTPLUS,
    pointwise.SWISH,
    layers.SOFTMAX,
    layers.SOFTMAX_TEMPERATURE,
    SHIFT,
    layers.MAXOUT,
    SATURATION,
    VANISHING,
    layers.SAME_SIGN,
    layers.DEAD_FRACTION,
    layers.COLLAPSE,
    layers.IS_MONOTONIC,
    PROPERTIES,
    SKETCH,
    OUTPUT_LAYER,
    FAULTY_SLIDES,
    COUNTEREXAMPLE,
    SLIDE_GAP,
)
