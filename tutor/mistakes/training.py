"""Exercises of the theme "training": forward, loss, backward and SGD, step by step.

Those on one pass are in `training_network`, those on steps in `training_steps`, and those on whole
loops in `training_loops`. Here are those that are answered by values and words, and the order of
all.
"""

from __future__ import annotations

import numpy as np

from tutor.mistakes import training_loops as loops
from tutor.mistakes import training_network as network
from tutor.mistakes import training_steps as steps
from tutor.mistakes.records import READY_MADE, Exercise, Mistake, Tolerance

HE_SCALE = Exercise(
    id="training/he_scale",
    title="How large should first weights be?",
    signature="he_scale(fan_in, fan_out)",
    task="Return the standard deviation of He's initialisation for ReLU, √(2/fan_in).",
    reference=lambda fan_in, fan_out: float(np.sqrt(2 / fan_in)),
    cases=((2, 8), (50, 10), (100, 100)),
    draw=lambda rng: (int(rng.integers(1, 200)), int(rng.integers(1, 200))),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "variance",
            lambda fan_in, fan_out: 2 / fan_in,
            "This is the variance. The standard deviation is asked for.",
            "Mixes up variance and standard deviation.",
        ),
        Mistake(
            "fan_out",
            lambda fan_in, fan_out: float(np.sqrt(2 / fan_out)),
            "You use the number of outputs. How many terms does each neuron add up?",
            "Mixes up fan-in and fan-out.",
        ),
        Mistake(
            "one_above",
            lambda fan_in, fan_out: float(np.sqrt(1 / fan_in)),
            "ReLU silences half of the neurons. Where is the factor that makes up for it?",
            "Uses the rule for tanh.",
        ),
        Mistake(
            "xavier",
            lambda fan_in, fan_out: float(np.sqrt(2 / (fan_in + fan_out))),
            "This is another rule, which averages fan-in and fan-out.",
            "Mixes up He's and Glorot's rule.",
        ),
        Mistake(
            "upside_down",
            lambda fan_in, fan_out: float(np.sqrt(fan_in / 2)),
            "More inputs should mean smaller weights: your fraction is upside down.",
            "Turns the fraction round.",
        ),
        Mistake(
            "root_above_only",
            lambda fan_in, fan_out: float(np.sqrt(2) / fan_in),
            "The root covers the numerator only.",
            "Closes the bracket too early.",
        ),
        Mistake(
            "half_of_it",
            lambda fan_in, fan_out: (2 / fan_in) / 2,
            "No root is left: `** 1 / 2` takes the first power and then the half. Brackets, or "
            "`np.sqrt`.",
            "Forgets that a power comes before a division.",
        ),
        Mistake(
            "both_fans",
            lambda fan_in, fan_out: float(np.sqrt(2 / (fan_in * fan_out))),
            "You divide by both numbers. How many terms does each neuron add up?",
            "Divides by the number of weights.",
        ),
        Mistake(
            "multiplied",
            lambda fan_in, fan_out: float(np.sqrt(2 * fan_in)),
            "More inputs should mean smaller weights: you multiply where the formula divides.",
            "Multiplies where it should divide.",
        ),
        Mistake(
            "two_outside",
            lambda fan_in, fan_out: float(2 / np.sqrt(fan_in)),
            "The 2 stands under the root, too.",
            "Closes the bracket of the root too late or too early.",
        ),
        Mistake(
            "squared",
            lambda fan_in, fan_out: (2 / fan_in) ** 2,
            "You square. Which way leads from a variance to a standard deviation?",
            "Mixes up root and square.",
        ),
        Mistake(
            "uniform_bound",
            lambda fan_in, fan_out: float(np.sqrt(6 / fan_in)),
            "√(6/fan_in) is the bound for uniform numbers. Their standard deviation is asked for.",
            "Mixes up a bound and a standard deviation.",
        ),
        Mistake(
            "root_of_fan_in",
            lambda fan_in, fan_out: float(np.sqrt(fan_in)),
            "More inputs should mean smaller weights. What stands above the fraction bar?",
            "Recalls the root, not the fraction.",
        ),
        Mistake(
            "glorot_without_two",
            lambda fan_in, fan_out: float(np.sqrt(1 / (fan_in + fan_out))),
            "This is made of another rule, which averages fan-in and fan-out.",
            "Mixes up He's and Glorot's rule.",
        ),
        Mistake(
            "fan_out_variance",
            lambda fan_in, fan_out: 2 / fan_out,
            "Two things: the number of inputs counts, and a root is missing.",
            "Mixes up fan-in and fan-out, and variance and deviation.",
        ),
    ),
)

ZERO_START = Exercise(
    id="training/zero_start",
    title="All weights zero",
    signature="zero_start",
    task="Every weight and bias of a two-layer tanh network starts at 0. What does training do?",
    kind="choice",
    options=(
        "only the last bias learns",
        "it trains, only more slowly",
        "the loss becomes nan",
        "all weights grow alike",
    ),
    reference=lambda: "only the last bias learns",
    mistakes=(
        Mistake(
            "slower",
            lambda: "it trains, only more slowly",
            "Compute dW2 = a1ᵀ·dz2 with a1 = 0. What gets going?",
            "Thinks that any start will do.",
        ),
        Mistake(
            "nan",
            lambda: "the loss becomes nan",
            "Softmax of zeros is harmless. What are the gradients?",
            "Expects a division by zero.",
        ),
        Mistake(
            "alike",
            lambda: "all weights grow alike",
            "That happens when all start at the same value other than 0. What is a1 here?",
            "Mixes up equal weights with zero weights.",
        ),
    ),
)

_LOOP = ("sample a batch", "forward", "loss", "backward", "update")
SGD_LOOP = Exercise(
    id="training/sgd_loop",
    title="The loop in order",
    signature="sgd_loop",
    task="Put in order: backward, forward, loss, sample a batch, update.",
    kind="ordering",
    options=_LOOP,
    reference=lambda: _LOOP,
    mistakes=(
        Mistake(
            "batch_last",
            lambda: ("update", "sample a batch"),
            "What does the first forward pass work on?",
            "Draws the batch for the next round.",
        ),
        Mistake(
            "update_before_backward",
            lambda: ("update", "backward"),
            "What does the update need?",
            "Updates with the gradients of the last round.",
        ),
        Mistake(
            "backward_first",
            lambda: ("backward", "forward"),
            "The way back uses values from the way forward.",
            "Doesn't see what backward needs.",
        ),
        Mistake(
            "loss_before_forward",
            lambda: ("loss", "forward"),
            "The loss compares outputs with labels. Where do the outputs come from?",
            "Doesn't see what the loss needs.",
        ),
        Mistake(
            "batch_behind_forward",
            lambda: ("forward", "sample a batch"),
            "What does the forward pass work on?",
            "Takes the whole data for granted.",
        ),
        Mistake(
            "loss_after_backward",
            lambda: ("backward", "loss"),
            "Where does the way back start?",
            "Takes the loss for a report only.",
        ),
    ),
)

_STATEMENTS = {
    "A": "δ3 = ŷ − y (summed cross-entropy with softmax)",
    "B": "db1 = δ3",
    "C": "dW1 = xᵀδ2",
    "D": "a1 = z1",
    "E": "δ2 = δ3·W2ᵀ ∘ f'(z1)",
    "F": "db2 = δ3 for a batch of samples",
    "G": "dW2 = a1ᵀδ3",
}
FAULTY_SLIDES = Exercise(
    id="training/faulty_slides",
    title="Find the faulty lines",
    signature="faulty_lines",
    task="Of a two-layer network with non-linearity f, which are wrong? "
    + "; ".join(f"{k}: {v}" for k, v in _STATEMENTS.items())
    + ".",
    kind="set",
    options=tuple(_STATEMENTS),
    reference=lambda: {"B", "D", "F"},
    mistakes=(
        Mistake(
            "right_ones_instead",
            lambda given: given == {"A", "C", "E", "G"},
            "These are the right ones. The wrong ones are asked for.",
            "Answers the opposite question.",
        ),
        Mistake(
            "output_delta",
            lambda given: "A" in given,
            "Check A numerically: move one score and watch the loss.",
            "Doesn't trust a formula that is so short.",
        ),
        Mistake(
            "missing_line",
            lambda given: "C" in given,
            "C is missing on the slide. Compare its shape with that of W1.",
            "Takes what the slide lacks for wrong.",
        ),
        Mistake(
            "slope",
            lambda given: "E" in given,
            "On the way back through f you multiply by its slope, and at which value?",
            "Prefers the slide's δ2 without f'.",
        ),
        Mistake(
            "weights_two",
            lambda given: "G" in given,
            "Compare the shape of a1ᵀδ3 with that of W2.",
            "Doesn't check shapes.",
        ),
        Mistake(
            "db1",
            lambda given: "B" not in given,
            "Compare the shapes in B: how many neurons has each layer?",
            "Doesn't check shapes.",
        ),
        Mistake(
            "no_activation",
            lambda given: "D" not in given,
            "Put D into z2: what does the network become?",
            "Overlooks the missing non-linearity.",
        ),
        Mistake(
            "db2",
            lambda given: "F" not in given,
            "δ3 has a row for each sample. What shape has b2?",
            "Overlooks the sum over the samples.",
        ),
    ),
)

DATA_LOSS = Exercise(
    id="training/guessing",
    title="The loss of guessing",
    signature="guessing_loss",
    task="Ten classes, equally frequent, and a network that gives each probability 0.1: what is "
    "its cross-entropy (natural logarithm)?",
    kind="number",
    reference=lambda: float(np.log(10)),
    tolerance=Tolerance(1e-2, 1e-9),
    mistakes=(
        Mistake(
            "accuracy",
            lambda: 0.1,
            "That is its accuracy. What does −log do to it?",
            "Takes the probability for the loss.",
        ),
        Mistake(
            "weighted",
            lambda: float(0.1 * np.log(10)),
            "You multiply by the probability. The right class has the label 1: it counts in full.",
            "Takes the label's weight for the probability.",
        ),
        Mistake(
            "error_rate",
            lambda: 0.9,
            "That is its error rate. What does −log do to the probability of the right class?",
            "Takes the error rate for the loss.",
        ),
        Mistake(
            "negative",
            lambda: float(np.log(0.1)),
            "A loss isn't negative: what is in front of the logarithm?",
            "Forgets the minus.",
        ),
        Mistake(
            "base_ten",
            lambda: 1.0,
            "Right for base 10. The natural logarithm is asked for.",
            "Doesn't distinguish log from log10.",
        ),
        Mistake(
            "base_two",
            lambda: float(np.log2(10)),
            "Right for base 2. The natural logarithm is asked for.",
            "Doesn't distinguish log from log2.",
        ),
        Mistake(
            "summed",
            lambda: float(10 * np.log(10)),
            "Only the right class counts, not all ten.",
            "Adds over the classes.",
        ),
        Mistake(
            "number_of_classes",
            lambda: 10.0,
            "That is the number of classes. What does −log do to 0.1?",
            "Takes 1/p for the loss.",
        ),
        Mistake(
            "log_of_the_rest",
            lambda: float(-np.log(0.9)),
            "0.9 is the probability of being wrong. Of which one is the logarithm taken?",
            "Takes the logarithm of the wrong probability.",
        ),
        Mistake(
            "other_classes",
            lambda: float(np.log(9)),
            "Ten classes share the probability, the right one included.",
            "Counts the wrong classes only.",
        ),
        Mistake(
            "two_classes",
            lambda: float(-(0.1 * np.log(0.1) + 0.9 * np.log(0.9))),
            "This is the entropy of right and wrong. Only the probability of the right class "
            "counts.",
            "Uses the two-class formula.",
        ),
        Mistake(
            "all_two_classes",
            lambda: float(-(np.log(0.1) + 9 * np.log(0.9))),
            "You add a two-class loss for each class. With softmax the right one alone counts.",
            "Uses the log-loss for every class.",
        ),
        Mistake(
            "nothing",
            lambda: 0.0,
            "0 is the loss of a network that is right and certain. This one guesses.",
            "Takes “learned nothing” for a loss of 0.",
        ),
        Mistake(
            "squared",
            lambda: 0.81,
            "This is a squared error. The cross-entropy takes a logarithm.",
            "Uses another loss.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    network.LINEAR,
    network.FORWARD,
    network.ONE_HOT,
    network.CROSS_ENTROPY,
    DATA_LOSS,
    network.SQUARED_LOSS,
    network.OUTPUT_GRADIENT,
    network.BACKWARD,
    steps.SGD_STEP,
    steps.MINIBATCHES,
    SGD_LOOP,
    steps.TRAIN_STEP,
    steps.ACCURACY,
    HE_SCALE,
    ZERO_START,
    loops.BUGS,
    loops.MEND_A,
    loops.MEND_B,
    loops.MEND_C,
    loops.MEND_D,
    FAULTY_SLIDES,
)
