"""Exercises of the theme "training" on one pass: forward, loss and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor.mistakes.records import READY_MADE, Exercise, Mistake
from tutor.mistakes.training_cases import (
    LABELS,
    PROBABILITIES,
    SIZES,
    SQUARE_CASE,
    Rng,
    forward,
    network_case,
    onehot,
    picked,
    softmax,
)

_CASE = network_case(np.random.default_rng(3), SIZES)

# Forward ------------------------------------------------------------------------------------------

LINEAR = Exercise(
    id="training/linear",
    title="A layer forwards",
    signature="linear(X, W, b)",
    task="X (N, D), W (D, M), b (M,): return Z = XW + b, shape (N, M).",
    reference=lambda X, W, b: X @ W + b,
    cases=(_CASE[:3], SQUARE_CASE[:3]),
    draw=lambda rng: network_case(rng)[:3],
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "bias_forgotten",
            lambda X, W, b: X @ W,
            "The bias plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "w_transposed",
            lambda X, W, b: X @ W.T + b,
            "For a square W numpy doesn't complain, but W is turned. Rows are samples here: XW.",
            "Writes the layer as for column vectors.",
        ),
        Mistake(
            "w_first",
            lambda X, W, b: W @ X + b,
            "W stands in front of X. Rows are samples here: which one comes first?",
            "Writes the layer as for column vectors.",
        ),
        Mistake(
            "entrywise",
            lambda X, W, b: X * W + b,
            "`*` multiplies entry by entry. Which sign is the matrix product?",
            "Mixes up * and @.",
        ),
        Mistake(
            "bias_subtracted",
            lambda X, W, b: X @ W - b,
            "The bias enters with the wrong sign.",
            "Takes the bias for a threshold.",
        ),
        Mistake(
            "bias_down_the_rows",
            lambda X, W, b: X @ W + b[:, None],
            "The bias runs down the samples. It belongs to the outputs, the columns.",
            "Thinks of b as a column.",
        ),
        Mistake(
            "activation_added",
            lambda X, W, b: np.tanh(X @ W + b),
            "You apply an activation already. Here only Z is asked for.",
            "Doesn't separate z from a.",
        ),
        Mistake(
            "relu_added",
            lambda X, W, b: np.maximum(0, X @ W + b),
            "You apply ReLU already. Here only Z is asked for.",
            "Doesn't separate z from a.",
        ),
        Mistake(
            "bias_before",
            lambda X, W, b: (X + b) @ W,
            "You add the bias to the inputs. When does a neuron add it: before or after the "
            "product?",
            "Adds the bias before the weights.",
        ),
        Mistake(
            "bias_in_weights",
            lambda X, W, b: X @ (W + b),
            "You add the bias to the weights: then it is multiplied by the inputs. When does a "
            "neuron add it?",
            "Adds the bias before the product.",
        ),
        Mistake(
            "bias_multiplied",
            lambda X, W, b: X @ W * b,
            "The bias is a factor in your result. What does it do to a neuron's sum?",
            "Multiplies where it should add.",
        ),
        Mistake(
            "bias_summed",
            lambda X, W, b: X @ W + np.sum(b),
            "You add the biases up first. Each neuron, each column, has its own.",
            "Takes the bias for a property of the layer.",
        ),
        Mistake(
            "first_bias_for_all",
            lambda X, W, b: X @ W + b[0],
            "All neurons get the bias of the first one. Each column has its own.",
            "Takes the bias for a property of the layer.",
        ),
        Mistake(
            "x_transposed",
            lambda X, W, b: X.T @ W + b,
            "For a square X numpy doesn't complain, but X is turned. Rows are samples here: XW.",
            "Turns what stands the right way.",
        ),
        Mistake(
            "as_for_columns",
            lambda X, W, b: W.T @ X + b,
            "Rows are samples here: X stands in front of W, and neither is turned.",
            "Writes the layer as for column vectors.",
        ),
        Mistake(
            "result_turned",
            lambda X, W, b: W.T @ X.T + b[:, None],
            "The numbers are right, but rows and columns are swapped: each sample has a row here.",
            "Writes the layer as for column vectors.",
        ),
        Mistake(
            "product_turned",
            lambda X, W, b: (X @ W).T + b,
            "You turn the product. Each sample has a row, and the bias runs along it.",
            "Turns the result out of habit.",
        ),
        Mistake(
            "sigmoid_added",
            lambda X, W, b: 1 / (1 + np.exp(-(X @ W + b))),
            "You apply an activation already. Here only Z is asked for.",
            "Doesn't separate z from a.",
        ),
    ),
)


FORWARD = Exercise(
    id="training/forward",
    title="The whole network forwards",
    signature="forward(X, W1, b1, W2, b2)",
    task="Hidden layer with tanh, output layer with softmax: return (a1, P), shapes (N, H), (N, "
    "K).",
    reference=forward,
    parts=("a1", "P"),
    cases=(_CASE, SQUARE_CASE),
    draw=network_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "no_activation",
            lambda X, W1, b1, W2, b2: (
                X @ W1 + b1,
                softmax((X @ W1 + b1) @ W2 + b2),
            ),
            "Your a1 equals z1, as on one slide. What is a hidden layer without its non-linearity?",
            "Copied a1 = z1 from the slide.",
        ),
        Mistake(
            "first_bias",
            lambda X, W1, b1, W2, b2: forward(X, W1, 0 * b1, W2, b2),
            "The first bias plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "last_bias",
            lambda X, W1, b1, W2, b2: forward(X, W1, b1, W2, 0 * b2),
            "The last bias plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "both_biases",
            lambda X, W1, b1, W2, b2: forward(X, W1, 0 * b1, W2, 0 * b2),
            "Neither bias plays a part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "softmax_over_samples",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                softmax(np.tanh(X @ W1 + b1) @ W2 + b2, axis=0),
            ),
            "The columns of P sum to 1. Each row is one sample: over which axis do its classes "
            "lie?",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "softmax_over_everything",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                softmax((np.tanh(X @ W1 + b1) @ W2 + b2).reshape(1, -1)).reshape(len(X), -1),
            ),
            "All of P sums to 1. Each sample needs probabilities of its own: over which axis do "
            "you add up?",
            "Forgets the axis of the sum.",
        ),
        Mistake(
            "scores_returned",
            lambda X, W1, b1, W2, b2: (np.tanh(X @ W1 + b1), np.tanh(X @ W1 + b1) @ W2 + b2),
            "P holds scores: its rows don't sum to 1 yet.",
            "Stops before softmax.",
        ),
        Mistake(
            "tanh_at_the_end",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                softmax(np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2)),
            ),
            "The scores run through tanh before softmax. Only the hidden layer has a tanh.",
            "Applies the activation in every layer.",
        ),
        Mistake(
            "relu_hidden",
            lambda X, W1, b1, W2, b2: (
                np.maximum(0, X @ W1 + b1),
                softmax(np.maximum(0, X @ W1 + b1) @ W2 + b2),
            ),
            "You use ReLU. This network has tanh.",
            "Uses ReLU out of habit.",
        ),
        Mistake(
            "z1_handed_on",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                softmax((X @ W1 + b1) @ W2 + b2),
            ),
            "a1 is right, but the second layer gets something else: a1 or z1?",
            "Computes the activation and goes on without it.",
        ),
        Mistake(
            "order",
            lambda X, W1, b1, W2, b2: forward(X, W1, b1, W2, b2)[::-1],
            "The right arrays in another order: a1 comes first.",
            "Returns the parts in another order.",
        ),
        Mistake(
            "not_normalised",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                np.exp(np.tanh(X @ W1 + b1) @ W2 + b2),
            ),
            "The rows of P don't sum to 1 yet: which step comes behind exp?",
            "Stops after exp.",
        ),
        Mistake(
            "not_normalised_shifted",
            lambda X, W1, b1, W2, b2: (
                lambda z: (np.tanh(X @ W1 + b1), np.exp(z - z.max(axis=1, keepdims=True)))
            )(np.tanh(X @ W1 + b1) @ W2 + b2),
            "The rows of P don't sum to 1 yet: which step comes behind exp?",
            "Stops after exp.",
        ),
        Mistake(
            "keepdims",
            lambda X, W1, b1, W2, b2: (lambda a, e: (a, e / e.sum(axis=1)))(
                np.tanh(X @ W1 + b1), np.exp(np.tanh(X @ W1 + b1) @ W2 + b2)
            ),
            "`P`: the row sums line up with the columns. What keeps them as a column of shape "
            "(N, 1)?",
            "Doesn't see how (N, K)/(N,) is broadcast.",
        ),
        Mistake(
            "maximum_of_columns",
            lambda X, W1, b1, W2, b2: (
                lambda z: (
                    np.tanh(X @ W1 + b1),
                    (lambda e: e / e.sum(axis=1, keepdims=True))(np.exp(z - z.max(axis=0))),
                )
            )(np.tanh(X @ W1 + b1) @ W2 + b2),
            "`P`: you subtract the largest of each column. What may be subtracted is one number "
            "for all scores of a row.",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "sigmoid_output",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                1 / (1 + np.exp(-(np.tanh(X @ W1 + b1) @ W2 + b2))),
            ),
            "`P`: each score is squashed for itself, and the rows don't sum to 1. Which function "
            "lets the classes compete?",
            "Uses the two-class function for several classes.",
        ),
        Mistake(
            "tanh_output",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2),
            ),
            "`P`: probabilities can't be negative. Which function belongs to the output layer?",
            "Uses one activation for every layer.",
        ),
        Mistake(
            "sigmoid_hidden",
            lambda X, W1, b1, W2, b2: (lambda a: (a, softmax(a @ W2 + b2)))(
                1 / (1 + np.exp(-(X @ W1 + b1)))
            ),
            "`a1`: you use the sigmoid. This network has tanh.",
            "Takes one S-curve for the other.",
        ),
        Mistake(
            "softmax_hidden",
            lambda X, W1, b1, W2, b2: (lambda a: (a, softmax(a @ W2 + b2)))(softmax(X @ W1 + b1)),
            "`a1`: softmax belongs to the output layer. The hidden one has tanh.",
            "Uses one activation for every layer.",
        ),
        Mistake(
            "exponent_sign",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                softmax(-(np.tanh(X @ W1 + b1) @ W2 + b2)),
            ),
            "`P`: the largest score gets the smallest probability. Look at the sign of the "
            "exponent.",
            "Carries the minus over from the sigmoid.",
        ),
        Mistake(
            "no_exp",
            lambda X, W1, b1, W2, b2: (lambda a, z: (a, z / z.sum(axis=1, keepdims=True)))(
                np.tanh(X @ W1 + b1), np.tanh(X @ W1 + b1) @ W2 + b2
            ),
            "`P`: scores are divided by their sum, and a probability comes out negative. What "
            "makes every score positive first?",
            "Takes normalising for the whole of softmax.",
        ),
        Mistake(
            "inputs_again",
            lambda X, W1, b1, W2, b2: (np.tanh(X @ W1 + b1), softmax(X @ W2 + b2)),
            "`P`: the second layer gets X. What goes into it?",
            "Hands the inputs to every layer.",
        ),
        Mistake(
            "w2_transposed",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                softmax(np.tanh(X @ W1 + b1) @ W2.T + b2),
            ),
            "`P`: for a square W2 numpy doesn't complain, but it is turned. Forwards nothing is.",
            "Turns W2 as on the way back.",
        ),
        Mistake(
            "z1_returned",
            lambda X, W1, b1, W2, b2: (X @ W1 + b1, forward(X, W1, b1, W2, b2)[1]),
            "P is right. In place of a1 you return z1.",
            "Doesn't separate z from a.",
        ),
        Mistake(
            "softmax_of_hidden",
            lambda X, W1, b1, W2, b2: (np.tanh(X @ W1 + b1), softmax(np.tanh(X @ W1 + b1))),
            "`P` is made of a1. The second layer, W2 and b2, is left out.",
            "Stops after the hidden layer.",
        ),
        Mistake(
            "classes_returned",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                np.argmax(np.tanh(X @ W1 + b1) @ W2 + b2, axis=1),
            ),
            "You return the winning classes. P holds a probability for each class.",
            "Takes softmax for argmax.",
        ),
    ),
)


def _whole_rows(y: Any, K: int) -> Any:
    Y = np.zeros((len(y), K))
    Y[y] = 1  # stops with an IndexError where there are fewer samples than classes
    return Y


ONE_HOT = Exercise(
    id="training/one_hot",
    title="Labels as rows",
    signature="one_hot(y, K)",
    task="y (N,) holds labels 0 … K−1: return (N, K) with a 1 at each label, else 0.",
    reference=onehot,
    cases=((np.array([2, 0, 1, 1]), 3), (np.array([0, 1]), 4)),
    draw=lambda rng: (rng.integers(0, 3, size=int(rng.integers(2, 6))), int(rng.integers(3, 6))),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "transposed",
            lambda y, K: onehot(y, K).T,
            "The table is turned: each sample has a row.",
            "Mixes up rows and columns.",
        ),
        Mistake(
            "counted_from_one",
            lambda y, K: onehot((np.asarray(y) - 1) % K, K),
            "Each 1 sits one place too far to the left: labels start at 0.",
            "Counts from 1.",
        ),
        Mistake(
            "whole_columns",
            lambda y, K: np.tile(np.isin(np.arange(K), y).astype(float), (len(y), 1)),
            "All rows are equal: `Y[:, y] = 1` fills whole columns. Which rows should be paired "
            "with which labels?",
            "Doesn't pair row and label in the index.",
        ),
        Mistake(
            "whole_rows",
            _whole_rows,
            "`Y[y] = 1` fills whole rows: it takes the labels for sample numbers. Which rows "
            "should be paired with which labels?",
            "Doesn't pair row and label in the index.",
        ),
        Mistake(
            "largest_label",
            lambda y, K: onehot(y, int(np.max(y)) + 1),
            "The number of columns depends on the batch. How many classes are there?",
            "Infers K from the labels at hand.",
        ),
        Mistake(
            "label_as_value",
            lambda y, K: onehot(y, K) * np.asarray(y)[:, None],
            "At the label's place stands the label. A 1 is asked for.",
            "Writes the label where the mark belongs.",
        ),
        Mistake(
            "first_only",
            lambda y, K: onehot(y, K) * (np.arange(len(y)) == 0)[:, None],
            "Only the first row is filled: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "all_ones",
            lambda y, K: np.ones((len(y), K)),
            "Whole rows are filled. At which place of its row does a label put its 1?",
            "Writes to a row where an entry is meant.",
        ),
        Mistake(
            "inverted",
            lambda y, K: 1 - onehot(y, K),
            "The 0 and the 1 are swapped.",
            "Marks all other classes.",
        ),
        Mistake(
            "minus_one_for_zero",
            lambda y, K: 2 * onehot(y, K) - 1,
            "The others get −1. The task says what they should be.",
            "Carries the targets −1 and 1 over.",
        ),
        Mistake(
            "shifted_right",
            lambda y, K: (np.asarray(y)[:, None] == np.arange(1, K + 1)).astype(float),
            "Labels start at 0, and your columns at 1: a label of 0 has no 1 in its row.",
            "Counts from 1.",
        ),
        Mistake(
            "one_column_more",
            lambda y, K: onehot(y, K + 1),
            "You have a column too many. The labels are 0 … K−1: how many is that?",
            "Counts K as a label as well.",
        ),
        Mistake(
            "samples_for_classes",
            lambda y, K: np.eye(len(y))[np.asarray(y)],
            "The number of columns is the number of samples. How many classes are there?",
            "Mixes up N and K.",
        ),
        Mistake(
            "unit_matrix",
            lambda y, K: np.eye(K),
            "This is the identity: a row for each class, in order. Which of its rows does each "
            "label need?",
            "Stops at the table of all rows.",
        ),
        Mistake(
            "sorted_labels",
            lambda y, K: onehot(np.sort(y), K),
            "The rows are sorted by label. Row n belongs to sample n.",
            "Sorts what should stay in order.",
        ),
        Mistake(
            "each_label_once",
            lambda y, K: onehot(np.unique(y), K),
            "Each label has one row only. Each sample needs its own.",
            "Makes rows for labels in place of samples.",
        ),
        Mistake(
            "steps",
            lambda y, K: (np.asarray(y)[:, None] >= np.arange(K)).astype(float),
            "All places up to the label are filled. Only one should be.",
            "Compares with ≥ in place of =.",
        ),
    ),
)


def _loss_case(rng: Rng) -> tuple[Any, ...]:
    n, k = (int(v) for v in rng.integers(2, 6, size=2))
    return softmax(rng.normal(size=(n, k))), rng.integers(0, k, size=n)


CROSS_ENTROPY = Exercise(
    id="training/cross_entropy",
    title="The cross-entropy",
    signature="cross_entropy(P, y)",
    task="P (N, K) holds probabilities, y (N,) labels 0 … K−1: return the mean of −log(probability "
    "of the right label), one number.",
    reference=lambda P, y: float(-np.mean(np.log(picked(P, y)))),
    cases=(
        (PROBABILITIES, LABELS),
        (np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([1, 0])),
        (PROBABILITIES[:3], np.array([2, 0, 1])),
    ),
    draw=_loss_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "sum",
            lambda P, y: float(-np.sum(np.log(picked(P, y)))),
            "You add up the samples: your loss grows with the batch. What is missing?",
            "Forgets 1/N.",
        ),
        Mistake(
            "n_twice",
            lambda P, y: float(-np.mean(np.log(picked(P, y)))) / len(y),
            "You divide by the number of samples twice: a mean has done it already.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "sign_flipped",
            lambda P, y: float(np.mean(np.log(picked(P, y)))),
            "Your loss is negative. What is in front of the logarithm?",
            "Forgets the minus.",
        ),
        Mistake(
            "paired_each_with_each",
            lambda P, y: float(-np.mean(np.log(P[:, y]))),
            "`P[:, y]` is (N, N): each sample is paired with each label. Which rows belong to "
            "which labels?",
            "Doesn't pair row and label in the index.",
        ),
        Mistake(
            "all_classes",
            lambda P, y: float(-np.mean(np.log(P))),
            "The labels play no part in your result.",
            "Averages over all classes.",
        ),
        Mistake(
            "divided_by_classes",
            lambda P, y: float(-np.mean(onehot(y, P.shape[1]) * np.log(P))),
            "You average over the zeros, too: all N·K entries. Over what should the mean run?",
            "Takes the mean of the whole table.",
        ),
        Mistake(
            "no_logarithm",
            lambda P, y: float(-np.mean(picked(P, y))),
            "Where is the logarithm?",
            "Takes the probability for its cost.",
        ),
        Mistake(
            "one_minus",
            lambda P, y: float(1 - np.mean(picked(P, y))),
            "Where is the logarithm? A confident mistake should cost much more.",
            "Takes the missing probability for the cost.",
        ),
        Mistake(
            "binary",
            lambda P, y: float(
                -np.mean(
                    np.sum(
                        onehot(y, P.shape[1]) * np.log(P)
                        + (1 - onehot(y, P.shape[1])) * np.log(1 - P),
                        axis=1,
                    )
                )
            ),
            "You add the loss of two-class problems. With softmax the right label alone counts.",
            "Uses the log-loss for every class.",
        ),
        Mistake(
            "not_averaged",
            lambda P, y: -np.log(picked(P, y)),
            "One loss a sample comes out. One number is asked for.",
            "Forgets the mean.",
        ),
        Mistake(
            "base_two",
            lambda P, y: float(-np.mean(np.log2(picked(P, y)))),
            "The factor is wrong: which base has your logarithm?",
            "Doesn't distinguish log from log2.",
        ),
        Mistake(
            "log_of_mean",
            lambda P, y: float(-np.log(np.mean(picked(P, y)))),
            "You average before the logarithm. Each sample pays for itself.",
            "Swaps mean and logarithm.",
        ),
        Mistake(
            "rows_picked",
            lambda P, y: float(-np.mean(np.log(P[y]))),
            "`P[y]` picks whole rows, those with the labels' numbers. One entry of each row is "
            "needed.",
            "Takes a label for the number of a row.",
        ),
        Mistake(
            "label_times",
            lambda P, y: -np.mean(y * np.log(P[np.arange(len(y)), y])),
            "You multiply by the label's number, so class 0 costs nothing. A label says where to "
            "look, not how much it counts.",
            "Takes labels for weights.",
        ),
        Mistake(
            "largest",
            lambda P, y: -np.mean(np.log(P.max(axis=1))),
            "You look at the largest probability of each row. Which one counts, wherever it is?",
            "Rewards certainty in place of truth.",
        ),
        Mistake(
            "indices_swapped",
            lambda P, y: -np.mean(np.log(P[y, np.arange(len(y))])),
            "In `P[y, …]` the label chooses the row. Which index comes first?",
            "Swaps rows and columns of an index.",
        ),
        Mistake(
            "wrong_class_one_before",
            lambda P, y: -np.mean(np.log(picked(P, y - 1))),
            "You look one place too far to the left: labels start at 0.",
            "Counts from 1.",
        ),
        Mistake(
            "log_of_the_rest",
            lambda P, y: -np.mean(np.log(1 - picked(P, y))),
            "You take the logarithm of 1 − p: then being right is punished. Of which probability "
            "is it taken?",
            "Uses the other half of the two-class loss.",
        ),
        Mistake(
            "weighted_by_itself",
            lambda P, y: -np.mean(picked(P, y) * np.log(picked(P, y))),
            "You multiply by the probability. The right class has the label 1: it counts in full.",
            "Mixes the cross-entropy with the entropy.",
        ),
        Mistake(
            "entropy",
            lambda P, y: -np.mean(np.sum(P * np.log(P), axis=1)),
            "The labels play no part in your result: this is the entropy of P.",
            "Mixes the cross-entropy with the entropy.",
        ),
        Mistake(
            "divided_by_k",
            lambda P, y: -np.sum(np.log(picked(P, y))) / P.shape[1],
            "You divide by the number of classes. Over what does the mean run?",
            "Mixes up N and K.",
        ),
        Mistake(
            "n_minus_one",
            lambda P, y: -np.sum(np.log(picked(P, y))) / (len(y) - 1),
            "You divide by N − 1. A mean divides by the number of its terms.",
            "Carries N − 1 over from the variance.",
        ),
        Mistake(
            "squared",
            lambda P, y: np.mean(np.sum((onehot(y, P.shape[1]) - P) ** 2, axis=1)),
            "This is a squared loss. The task wants a logarithm.",
            "Uses another loss.",
        ),
        Mistake(
            "log_one_plus",
            lambda P, y: -np.mean(np.log1p(picked(P, y))),
            "`np.log1p` adds 1 first. Which logarithm is asked for?",
            "Takes log1p for log.",
        ),
        Mistake(
            "reciprocal",
            lambda P, y: np.mean(1 / picked(P, y)),
            "Where is the logarithm?",
            "Takes another function that grows as p falls.",
        ),
        Mistake(
            "exponential",
            lambda P, y: np.mean(np.exp(-picked(P, y))),
            "You take exp where a logarithm is asked for.",
            "Mixes up exp and log.",
        ),
        Mistake(
            "median",
            lambda P, y: -np.median(np.log(picked(P, y))),
            "You take the median. The mean is asked for: a confident mistake has to show.",
            "Mixes up two averages.",
        ),
        Mistake(
            "first_sample",
            lambda P, y: -np.log(P[0, y[0]]),
            "Only the first sample counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "last_sample",
            lambda P, y: -np.log(P[-1, y[-1]]) / len(y),
            "Only the last sample counts in your result: = or += in the loop?",
            "Overwrites in a loop where it should add.",
        ),
        Mistake(
            "all_pairs_summed",
            lambda P, y: -np.sum(np.log(P[:, y])) / len(y),
            "`P[:, y]` is (N, N): each sample is paired with each label. Which rows belong to "
            "which labels?",
            "Doesn't pair row and label in the index.",
        ),
        Mistake(
            "first_class",
            lambda P, y: -np.mean(np.log(P[:, 0])),
            "The labels play no part in your result: you take the first column for each sample.",
            "Leaves a fixed index where the label belongs.",
        ),
        Mistake(
            "binary_mean",
            lambda P, y: (lambda Y: -np.mean(Y * np.log(P) + (1 - Y) * np.log(1 - P)))(
                onehot(y, P.shape[1])
            ),
            "You average the loss of two-class problems over all entries. With softmax the right "
            "label alone counts.",
            "Uses the log-loss for every class.",
        ),
        Mistake(
            "minus_in_front_of_n",
            lambda P, y: -1 / len(y) + np.sum(np.log(picked(P, y))),
            "You add where the 1/N is a factor.",
            "Adds where it should multiply.",
        ),
        Mistake(
            "log_of_hits",
            lambda P, y: -np.mean(np.log(np.argmax(P, axis=1) == y)),
            "A wrong decision costs you infinity, a right one nothing. The logarithm is taken of "
            "a probability.",
            "Takes decisions for probabilities.",
        ),
    ),
)

SQUARED_LOSS = Exercise(
    id="training/squared_loss",
    title="The squared loss",
    signature="squared_loss(o, t)",
    task="o (N, 1) are a network's outputs, t (N,) the targets: return the mean of ½(o − t)², one "
    "number.",
    reference=lambda o, t: float(np.mean(0.5 * (np.ravel(o) - t) ** 2)),
    cases=(
        (np.array([[1.0], [2.0], [-1.0]]), np.array([0.5, 2.5, 1.0])),
        (np.array([[0.0], [0.41]]), np.array([1.0, -0.1])),
    ),
    draw=lambda rng: (lambda n: (rng.normal(size=(n, 1)), rng.normal(size=n)))(
        int(rng.integers(2, 7))
    ),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "broadcast",
            lambda o, t: float(np.mean(0.5 * (o - t) ** 2)),
            "(N, 1) minus (N,) is (N, N): each output meets each target. Print the shape of the "
            "difference.",
            "Doesn't see the broadcast of (N, 1) with (N,).",
        ),
        Mistake(
            "broadcast_half_dropped",
            lambda o, t: float(np.mean((o - t) ** 2)),
            "(N, 1) minus (N,) is (N, N): print the shape of the difference. And look at the front "
            "of the formula.",
            "Doesn't see the broadcast, and drops the ½.",
        ),
        Mistake(
            "half_dropped",
            lambda o, t: float(np.mean((np.ravel(o) - t) ** 2)),
            "Twice too large: look at the front of the formula.",
            "Drops the ½.",
        ),
        Mistake(
            "sum",
            lambda o, t: float(np.sum(0.5 * (np.ravel(o) - t) ** 2)),
            "You add up the samples: your loss grows with the batch. What is missing?",
            "Forgets 1/N.",
        ),
        Mistake(
            "n_twice",
            lambda o, t: float(np.mean(0.5 * (np.ravel(o) - t) ** 2)) / len(t),
            "You divide by the number of samples twice: a mean has done it already.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "not_squared",
            lambda o, t: float(np.mean(0.5 * (np.ravel(o) - t))),
            "Errors to both sides cancel. What keeps them from doing so?",
            "Forgets the square.",
        ),
        Mistake(
            "absolute",
            lambda o, t: float(np.mean(0.5 * np.abs(np.ravel(o) - t))),
            "You take the size of the error where its square is asked for.",
            "Uses another loss.",
        ),
        Mistake(
            "root",
            lambda o, t: float(np.sqrt(np.mean((np.ravel(o) - t) ** 2))),
            "You take a root. The loss is the mean square itself.",
            "Uses the root mean square.",
        ),
        Mistake(
            "square_of_mean",
            lambda o, t: float(0.5 * np.mean(np.ravel(o) - t) ** 2),
            "You average before you square: errors to both sides cancel.",
            "Swaps mean and square.",
        ),
        Mistake(
            "first_output",
            lambda o, t: np.mean(0.5 * (o[0] - t) ** 2),
            "`o[0]` is the first sample. You want the first column: `o[:, 0]`.",
            "Mixes up rows and columns.",
        ),
        Mistake(
            "broadcast_summed",
            lambda o, t: float(np.sum(0.5 * (o - t) ** 2)),
            "(N, 1) minus (N,) is (N, N): each output meets each target. And the task says mean.",
            "Doesn't see the broadcast of (N, 1) with (N,).",
        ),
        Mistake(
            "broadcast_over_n",
            lambda o, t: float(np.sum(0.5 * (o - t) ** 2) / len(t)),
            "(N, 1) minus (N,) is (N, N): each output meets each target. Print the shape of the "
            "difference.",
            "Doesn't see the broadcast of (N, 1) with (N,).",
        ),
        Mistake(
            "halved_mean_squared",
            lambda o, t: float(np.mean(0.5 * (np.ravel(o) - t)) ** 2),
            "You average before you square: errors to both sides cancel.",
            "Swaps mean and square.",
        ),
        Mistake(
            "added",
            lambda o, t: float(np.mean(0.5 * (np.ravel(o) + t) ** 2)),
            "An error is a difference, and you add.",
            "Has one sign wrong.",
        ),
        Mistake(
            "squares_subtracted",
            lambda o, t: float(np.mean(0.5 * (np.ravel(o) ** 2 - t**2))),
            "You square first and subtract then. What exactly is squared?",
            "Swaps difference and square.",
        ),
        Mistake(
            "brackets",
            lambda o, t: float(np.mean(0.5 * np.ravel(o) - t**2)),
            "A power comes before a difference. What exactly is squared?",
            "Leaves the brackets out of a square.",
        ),
        Mistake(
            "two_for_a_half",
            lambda o, t: float(2 * np.mean((np.ravel(o) - t) ** 2)),
            "Four times too large: is the factor in front 2 or ½?",
            "Doubles where it should halve.",
        ),
        Mistake(
            "root_of_the_loss",
            lambda o, t: float(np.sqrt(np.mean(0.5 * (np.ravel(o) - t) ** 2))),
            "You take a root. The loss is the mean square itself.",
            "Uses the root mean square.",
        ),
        Mistake(
            "largest",
            lambda o, t: float(np.max(0.5 * (np.ravel(o) - t) ** 2)),
            "Only the largest error counts in your result.",
            "Mixes up max and mean.",
        ),
        Mistake(
            "n_minus_one",
            lambda o, t: float(np.sum(0.5 * (np.ravel(o) - t) ** 2) / (len(t) - 1)),
            "You divide by N − 1. A mean divides by the number of its terms.",
            "Carries N − 1 over from the variance.",
        ),
        Mistake(
            "absolute_half_dropped",
            lambda o, t: float(np.mean(np.abs(np.ravel(o) - t))),
            "You take the size of the error. The task wants half of its square.",
            "Uses another loss.",
        ),
    ),
)

# Backward -----------------------------------------------------------------------------------------

OUTPUT_GRADIENT = Exercise(
    id="training/output_gradient",
    title="The gradient at the scores",
    signature="output_gradient(P, y)",
    task="The loss is the mean cross-entropy of P = softmax(z2): return dz2 (N, K).",
    reference=lambda P, y: (P - onehot(y, P.shape[1])) / len(y),
    cases=((PROBABILITIES, LABELS), (np.array([[0.2037, 0.7963], [0.6, 0.4]]), np.array([1, 0]))),
    draw=_loss_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "n_missing",
            lambda P, y: P - onehot(y, P.shape[1]),
            "N times too large: the loss is a mean over the samples.",
            "Copied δ3 = ŷ − y, which belongs to the summed loss.",
        ),
        Mistake(
            "n_twice",
            lambda P, y: (P - onehot(y, P.shape[1])) / len(y) ** 2,
            "You divide by the number of samples twice.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "sign_flipped",
            lambda P, y: (onehot(y, P.shape[1]) - P) / len(y),
            "All signs are turned: this way the loss would grow.",
            "Swaps prediction and target.",
        ),
        Mistake(
            "divided_by_classes",
            lambda P, y: (P - onehot(y, P.shape[1])) / P.size,
            "You divide by N·K. The mean runs over the samples.",
            "Takes the mean of the whole table.",
        ),
        Mistake(
            "divided_by_k",
            lambda P, y: (P - onehot(y, P.shape[1])) / P.shape[1],
            "You divide by the number of classes. Over what does the mean run?",
            "Mixes up N and K.",
        ),
        Mistake(
            "probabilities",
            lambda P, y: P / len(y),
            "The labels play no part in your result.",
            "Forgets the target.",
        ),
        Mistake(
            "loss_gradient",
            lambda P, y: -onehot(y, P.shape[1]) / P / len(y),
            "This is dL/dP. The way through softmax is still ahead.",
            "Stops before softmax.",
        ),
        Mistake(
            "sigma_prime_added",
            lambda P, y: (P - onehot(y, P.shape[1])) * P * (1 - P) / len(y),
            "P(1 − P) is too much: P − Y contains the way through softmax already.",
            "Multiplies by the activation's derivative once more.",
        ),
        Mistake(
            "label_subtracted",
            lambda P, y: (P - np.asarray(y)[:, None]) / len(y),
            "You subtract the label's number from each entry. Which entry should lose 1?",
            "Takes the label for its one-hot row.",
        ),
        Mistake(
            "whole_columns",
            lambda P, y: (P - np.isin(np.arange(P.shape[1]), y)) / len(y),
            "`P[:, y]` picks whole columns. Which rows should be paired with which labels?",
            "Doesn't pair row and label in the index.",
        ),
        Mistake(
            "label_minus_probability",
            lambda P, y: onehot(y, P.shape[1]) - P,
            "Two things: all signs are turned, and the loss is a mean over the samples.",
            "Swaps prediction and target, and forgets 1/N.",
        ),
        Mistake(
            "brackets",
            lambda P, y: P - onehot(y, P.shape[1]) / len(y),
            "Only Y is divided by N: a division comes before a difference. Where do brackets "
            "belong?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "probabilities_divided",
            lambda P, y: P / len(y) - onehot(y, P.shape[1]),
            "Only P is divided by N. Both parts belong to one mean.",
            "Divides one of two terms.",
        ),
        Mistake(
            "times_n",
            lambda P, y: (P - onehot(y, P.shape[1])) * len(y),
            "You multiply by the number of samples. What does a mean do?",
            "Multiplies where it should divide.",
        ),
        Mistake(
            "label_numbers",
            lambda P, y: (P - y) / len(y),
            "You subtract the labels' numbers, along the columns. Which entry of each row should "
            "lose 1?",
            "Takes the label for its one-hot row.",
        ),
        Mistake(
            "loss_gradient_summed",
            lambda P, y: -onehot(y, P.shape[1]) / P,
            "This is dL/dP, of the summed loss. The way through softmax is still ahead, and 1/N.",
            "Stops before softmax.",
        ),
        Mistake(
            "loss_entries",
            lambda P, y: -onehot(y, P.shape[1]) * np.log(P) / len(y),
            "These are the terms of the loss. How do they change with a score?",
            "Returns the value where the gradient is asked for.",
        ),
        Mistake(
            "right_class_only",
            lambda P, y: (P - 1) * onehot(y, P.shape[1]) / len(y),
            "Only the right class gets a gradient. The other scores lower its probability: what "
            "do they get?",
            "Believes that other classes have no part in the loss.",
        ),
        Mistake(
            "squared",
            lambda P, y: (P - onehot(y, P.shape[1])) ** 2 / len(y),
            "You square the difference. Gradients have a sign.",
            "Mixes a loss with its gradient.",
        ),
        Mistake(
            "absolute",
            lambda P, y: np.abs(P - onehot(y, P.shape[1])) / len(y),
            "You take the size of the difference. Gradients have a sign.",
            "Mixes an error with a gradient.",
        ),
        Mistake(
            "sigma_prime",
            lambda P, y: P * (1 - P) / len(y),
            "The labels play no part in your result: this is the slope of a sigmoid.",
            "Uses the activation's derivative alone.",
        ),
        Mistake(
            "winner_subtracted",
            lambda P, y: (P - np.eye(P.shape[1])[np.argmax(P, axis=1)]) / len(y),
            "You subtract 1 from the winner. Which class should lose it, wherever it is?",
            "Takes the decision for the label.",
        ),
        Mistake(
            "one_place_left",
            lambda P, y: (P - np.eye(P.shape[1])[np.asarray(y) - 1]) / len(y),
            "Each 1 is taken one place too far to the left: labels start at 0.",
            "Counts from 1.",
        ),
        Mistake(
            "turned",
            lambda P, y: ((P - onehot(y, P.shape[1])) / len(y)).T,
            "The numbers are right, but rows and columns are swapped. dz2 has the shape of z2.",
            "Turns the result out of habit.",
        ),
        Mistake(
            "summed_over_samples",
            lambda P, y: (P - onehot(y, P.shape[1])).sum(axis=0) / len(y),
            "You add the samples up. dz2 has a row for each of them; the sum comes later, for "
            "the bias.",
            "Takes dz2 for db2.",
        ),
        Mistake(
            "picked_only",
            lambda P, y: (picked(P, y) - 1) / len(y),
            "One number a sample comes out. Each of the K scores needs its gradient.",
            "Looks at the right class only.",
        ),
    ),
)


def _backward(X: Any, a1: Any, W2: Any, dz2: Any) -> tuple[Any, ...]:
    return _backward_with(X, a1, W2, dz2, 1 - a1**2)


def _backward_with(X: Any, a1: Any, W2: Any, dz2: Any, slope: Any) -> tuple[Any, ...]:
    dz1 = dz2 @ W2.T * slope
    return X.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0)


def _backward_case(rng: Rng, sizes: tuple[int, ...] = ()) -> tuple[Any, ...]:
    X, W1, b1, W2, _ = network_case(rng, sizes)
    return X, np.tanh(X @ W1 + b1), W2, rng.normal(size=(len(X), W2.shape[1]))


def _replace(i: int, rule: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """Make a rule that goes wrong in one part only."""

    def wrong(X: Any, a1: Any, W2: Any, dz2: Any) -> tuple[Any, ...]:
        parts = list(_backward(X, a1, W2, dz2))
        parts[i] = rule(X, a1, W2, dz2, dz2 @ W2.T * (1 - a1**2))
        return tuple(parts)

    return wrong


BACKWARD = Exercise(
    id="training/backward",
    title="The whole network backwards",
    signature="backward(X, a1, W2, dz2)",
    task="a1 = tanh(XW1 + b1) and z2 = a1·W2 + b2; dz2 is given: return (dW1, db1, dW2, db2).",
    reference=_backward,
    parts=("dW1", "db1", "dW2", "db2"),
    cases=(
        _backward_case(np.random.default_rng(4), SIZES),
        _backward_case(np.random.default_rng(8), (3, 3, 3, 3)),
    ),
    draw=_backward_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "slope_forgotten",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, 1.0),
            "You skip tanh on the way back, as on one slide (a1 = z1).",
            "Copied δ2 = δ3·W2ᵀ from the slide.",
        ),
        Mistake(
            "slope_of_a",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, 1 - np.tanh(a1) ** 2),
            "tanh is applied twice on the way. a1 is the activation already: what is the slope in "
            "terms of it?",
            "Feeds a into a derivative that expects z.",
        ),
        Mistake(
            "sigmoid_slope",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, a1 * (1 - a1)),
            "a(1 − a) is the slope of the sigmoid. This layer has tanh.",
            "Believes that a(1 − a) is the derivative of every S-shaped curve.",
        ),
        Mistake(
            "slide_slope",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, a1 * (1 - a1**2)),
            "z(1 − z²) is from a faulty slide. Which factor is too many?",
            "Copied tanh' = z(1 − z²) from the slide.",
        ),
        Mistake(
            "relu_slope",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, a1 > 0),
            "You use the slope of ReLU. This layer has tanh.",
            "Uses ReLU out of habit.",
        ),
        Mistake(
            "no_square",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, 1 - a1),
            "Look at the slope of tanh once more: is everything squared that should be?",
            "Drops the square.",
        ),
        Mistake(
            "slope_bracket",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, (1 - a1) ** 2),
            "Look at the slope of tanh once more: what exactly is squared?",
            "Closes the bracket too early.",
        ),
        Mistake(
            "sign_flipped",
            lambda X, a1, W2, dz2: tuple(-part for part in _backward(X, a1, W2, dz2)),
            "All signs are turned. The minus belongs to the update, not to the gradient.",
            "Puts the update's minus into the gradient.",
        ),
        Mistake(
            "w2_not_transposed",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2.T, dz2, 1 - a1**2),
            "On the way back W2 has to be turned. For a square one numpy doesn't complain.",
            "Multiplies by W2 as on the way forward.",
        ),
        Mistake(
            "db1_from_the_slide",
            _replace(1, lambda X, a1, W2, dz2, dz1: dz2.sum(axis=0)),
            "`db1` is made of the output's gradient, as on one slide. Which layer does b1 belong "
            "to?",
            "Copied db1 = δ3 from the slide.",
        ),
        Mistake(
            "db1_not_summed",
            _replace(1, lambda X, a1, W2, dz2, dz1: dz1),
            "`db1`: all samples share the bias. What happens to their gradients?",
            "Hands δ on as the slide does.",
        ),
        Mistake(
            "db2_not_summed",
            _replace(3, lambda X, a1, W2, dz2, dz1: dz2),
            "`db2`: all samples share the bias. What happens to their gradients?",
            "Copied db2 = δ3 from the slide.",
        ),
        Mistake(
            "biases_not_summed",
            lambda X, a1, W2, dz2: (
                X.T @ (dz2 @ W2.T * (1 - a1**2)),
                dz2 @ W2.T * (1 - a1**2),
                a1.T @ dz2,
                dz2,
            ),
            "`db1` and `db2`: all samples share a bias. What happens to their gradients?",
            "Copied db = δ from the slide.",
        ),
        Mistake(
            "biases_averaged",
            lambda X, a1, W2, dz2: (
                X.T @ (dz2 @ W2.T * (1 - a1**2)),
                np.mean(dz2 @ W2.T * (1 - a1**2), axis=0),
                a1.T @ dz2,
                np.mean(dz2, axis=0),
            ),
            "`db1` and `db2` are averaged: dz2 contains the 1/N already.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "biases_wrong_axis",
            lambda X, a1, W2, dz2: (
                X.T @ (dz2 @ W2.T * (1 - a1**2)),
                np.sum(dz2 @ W2.T * (1 - a1**2), axis=1),
                a1.T @ dz2,
                np.sum(dz2, axis=1),
            ),
            "`db1` and `db2` are summed over the neurons. Each neuron has its own bias.",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "dw2_from_z1",
            lambda X, a1, W2, dz2: (
                *_backward(X, a1, W2, dz2)[:2],
                np.arctanh(a1).T @ dz2,
                dz2.sum(axis=0),
            ),
            "`dW2`: the second layer was fed a1. What do you put in?",
            "Uses z1 where a1 went in.",
        ),
        Mistake(
            "divided_by_n",
            lambda X, a1, W2, dz2: tuple(part / len(X) for part in _backward(X, a1, W2, dz2)),
            "You divide by N. If the loss is a mean, dz2 contains the 1/N already.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "order",
            lambda X, a1, W2, dz2: _backward(X, a1, W2, dz2)[2:] + _backward(X, a1, W2, dz2)[:2],
            "The right arrays in another order: the first layer comes first.",
            "Returns the layers in backward order.",
        ),
        Mistake(
            "x_not_transposed",
            _replace(0, lambda X, a1, W2, dz2, dz1: X @ dz1),
            "`dW1`: write the shapes beside the product. Which matrix has to be turned?",
            "Multiplies by X as on the way forward.",
        ),
        Mistake(
            "slope_plus",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, 1 + a1**2),
            "Look at the slope of tanh once more: is it 1 plus or 1 minus the square?",
            "Has one sign wrong.",
        ),
        Mistake(
            "slope_brackets_missing",
            lambda X, a1, W2, dz2: (
                lambda dz1: (X.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0))
            )(dz2 @ W2.T * 1 - a1**2),
            "`… * 1 - a1**2` multiplies by 1, and then subtracts. Where do brackets belong?",
            "Leaves the brackets out of a difference.",
        ),
        Mistake(
            "slope_is_a",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, a1),
            "On the way back you multiply by a1. By what does the chain rule multiply?",
            "Uses the value where the slope belongs.",
        ),
        Mistake(
            "slope_of_slope",
            lambda X, a1, W2, dz2: _backward_with(X, a1, W2, dz2, -2 * a1),
            "You have differentiated 1 − a², which is the slope already.",
            "Differentiates once more.",
        ),
        Mistake(
            "matrix_product_with_slope",
            lambda X, a1, W2, dz2: (
                lambda dz1: (X.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0))
            )((dz2 @ W2.T) @ (1 - a1**2)),
            "tanh works entry by entry. Which sign multiplies entry by entry?",
            "Mixes up * and @.",
        ),
        Mistake(
            "dw_turned",
            lambda X, a1, W2, dz2: tuple(part.T for part in _backward(X, a1, W2, dz2)),
            "`dW1` and `dW2` are turned. A derivative has the shape of what it differentiates.",
            "Writes the product as for column vectors.",
        ),
        Mistake(
            "dw2_from_inputs",
            _replace(2, lambda X, a1, W2, dz2, dz1: X.T @ dz2),
            "`dW2`: the second layer was fed a1. What do you put in?",
            "Hands the inputs to every layer.",
        ),
        Mistake(
            "dw1_from_hidden",
            _replace(0, lambda X, a1, W2, dz2, dz1: a1.T @ dz1),
            "`dW1`: the first layer was fed X. What do you put in?",
            "Uses one activation for every layer.",
        ),
        Mistake(
            "dw2_from_dz1",
            lambda X, a1, W2, dz2: (
                lambda dz1: (X.T @ dz1, dz1.sum(axis=0), a1.T @ dz1, dz1.sum(axis=0))
            )(dz2 @ W2.T * (1 - a1**2)),
            "`dW2` and `db2`: which gradient arrives at the second layer, dz1 or dz2?",
            "Uses one gradient for every layer.",
        ),
        Mistake(
            "dw2_not_transposed",
            _replace(2, lambda X, a1, W2, dz2, dz1: a1 @ dz2),
            "`dW2`: write the shapes beside the product. Which matrix has to be turned?",
            "Multiplies by a1 as on the way forward.",
        ),
        Mistake(
            "db1_without_slope",
            _replace(1, lambda X, a1, W2, dz2, dz1: (dz2 @ W2.T).sum(axis=0)),
            "`db1` skips tanh: the bias stands inside it, like W1.",
            "Forgets the activation's derivative for the bias.",
        ),
        Mistake(
            "dw1_without_slope",
            _replace(0, lambda X, a1, W2, dz2, dz1: X.T @ (dz2 @ W2.T)),
            "`dW1` skips tanh: the weights stand inside it, like b1.",
            "Forgets the activation's derivative for the weights.",
        ),
        Mistake(
            "weights_divided",
            lambda X, a1, W2, dz2: (lambda g: (g[0] / len(X), g[1], g[2] / len(X), g[3]))(
                _backward(X, a1, W2, dz2)
            ),
            "`dW1` and `dW2` are divided by N. dz2 contains the 1/N already.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "sorted_by_kind",
            lambda X, a1, W2, dz2: (lambda g: (g[0], g[2], g[1], g[3]))(_backward(X, a1, W2, dz2)),
            "The right arrays in another order: dW1, db1, dW2, db2.",
            "Returns weights first, then biases.",
        ),
        Mistake(
            "biases_as_numbers",
            lambda X, a1, W2, dz2: (lambda g: (g[0], g[1].sum(), g[2], g[3].sum()))(
                _backward(X, a1, W2, dz2)
            ),
            "`db1` and `db2` are summed over everything. Each neuron has its own bias: over "
            "which axis lie the samples?",
            "Forgets the axis of the sum.",
        ),
    ),
)
