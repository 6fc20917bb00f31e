"""Exercises of the theme "activations" that take whole layers, samples or functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor import activations as act
from tutor.mistakes import given
from tutor.mistakes.records import READY_MADE, Exercise, Mistake

Rng = np.random.Generator

_LOGITS = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0], [-2.0, -2.0, 4.0]])


def _row_exps(Z: Any) -> Any:
    return np.exp(Z - np.max(Z, axis=1, keepdims=True))


def _naive_softmax(Z: Any) -> Any:
    e = np.exp(Z)
    return e / e.sum(axis=1, keepdims=True)


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
        Mistake(
            "scaled_down",
            lambda Z: _naive_softmax(Z / 1000),
            "Dividing the scores makes the probabilities more even. What may be subtracted from a "
            "row without changing anything?",
            "Divides where it should subtract.",
        ),
        Mistake(
            "first_subtracted",
            lambda Z: _naive_softmax(Z - Z[:, :1]),
            "Right for small scores. With the first one subtracted, the largest can still be too "
            "large for exp.",
            "Subtracts, without asking what for.",
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
            lambda z, T: np.exp(z / T) / np.sum(np.exp(z / T)),
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
            np.array([[1.0, -1.0], [0.5, 2.0], [-3.0, 0.01037]]),
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
        Mistake(
            "relu_of_first",
            lambda X, W, b: np.maximum(0, X @ W[0] + b[0]),
            "This is ReLU of the first piece. The pieces are compared with each other, not with 0.",
            "Takes the special case for the whole.",
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
    X[-1] = np.abs(X[-1])
    X[-1, rng.integers(d)] = 0.0
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
        (
            np.array(
                [
                    [0.5, -0.1, 0.3],
                    [0.9, 0.2, -0.4],
                    [0.6, 0.0, 0.2],
                    [0.1, 0.7, 0.3],
                    [-0.2, -0.8, -0.5],
                    [0.4, 0.9, -0.6],
                ]
            ),
            np.array([2.0, 0.1, 1.0, 3.0, 0.5, -1.0]),
        ),
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
        Mistake(
            "zero_counts",
            lambda X, dz: _share(
                np.all(dz[:, None] * X >= 0, axis=1) | np.all(dz[:, None] * X <= 0, axis=1)
            ),
            "Almost: look at a sample with a gradient of exactly 0. The task asks for > 0 or < 0.",
            "Doesn't distinguish > from ≥.",
        ),
        Mistake(
            "first_and_last",
            lambda X, dz: _share(np.sign(dz * X[:, 0]) == np.sign(dz * X[:, -1])),
            "Right for two inputs only: you compare the first gradient with the last. What about "
            "those between?",
            "Builds the example in.",
        ),
        Mistake(
            "all_samples_at_once",
            lambda X, dz: float(np.all(dz[:, None] * X > 0) | np.all(dz[:, None] * X < 0)),
            "You ask all samples at once, and get one yes or no. Each sample has its own: along "
            "which axis?",
            "Forgets the axis.",
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
            np.array([1.0, -0.93713]),
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


def _function_case(rng: Rng) -> tuple[Any, ...]:
    """Draw a function and where to look: each of the four catches what the others let through."""
    kind = rng.integers(4)
    x = np.sort(rng.uniform(-4, 2, size=12))
    if kind == 0:  # falls behind the last entry
        x[-1] = 2.0
        return given.mesa, x
    if kind == 1:  # falls in the last step alone, or in the last two
        x[-1] = rng.uniform(2.5, 3.0)
        x[-2] = min(x[-2] + rng.integers(2), 2.4)
        return given.mesa, x
    if kind == 2:  # falls in the first step alone
        x = np.sort(np.abs(x))
        x[0] = -rng.uniform(1.1, 2.0) * x[1]
        return given.valley, x
    return given.fall, x


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
        (given.line, np.linspace(-3, 3, 7)),
        (given.ramp, np.linspace(-3, 3, 7)),
        (given.hill, np.linspace(-2, 3, 6)),
        (given.fall, np.linspace(-3, 3, 7)),
        (given.dip, np.linspace(-4, 4, 9)),
        (given.hill, np.linspace(-3, 0, 4)),
        (given.hill, np.linspace(-2, 1, 4)),
        (given.hill, np.linspace(-3, 2, 6)),
        (given.valley, np.linspace(-1, 2, 4)),
        (given.valley, np.linspace(-2, 1, 4)),
        (given.hill, np.array([-3.0, -2.0, -0.2])),
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
        Mistake(
            "tiny_steps",
            lambda f, x: all(f(float(v) + 1e-5) >= f(float(v)) for v in x),
            "You look just behind each entry of x. The question is about the way from one entry "
            "to the next.",
            "Measures slopes in place of comparing values.",
        ),
    ),
)
