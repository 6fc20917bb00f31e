"""Exercises of the theme "training": forward, loss, backward and SGD, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor import classifier, datasets
from tutor.mistakes.records import READY_MADE, Exercise, Mistake, Tolerance

Rng = np.random.Generator


def _softmax(Z: Any, axis: int = 1) -> Any:
    e = np.exp(Z - np.max(Z, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _onehot(y: Any, K: int) -> Any:
    return np.eye(K)[np.asarray(y)]


def _sizes(rng: Rng) -> tuple[int, int, int, int]:
    """Draw N, D, H, K; now and then all alike, so that turned matrices fit as well."""
    if rng.integers(3) == 0:
        return (int(rng.integers(3, 5)),) * 4
    n, d, h, k = (int(v) for v in rng.integers(2, 6, size=4))
    return n, d, h, max(k, 2)


def _network_case(rng: Rng, sizes: tuple[int, ...] = ()) -> tuple[Any, ...]:
    n, d, h, k = sizes or _sizes(rng)
    return (
        rng.normal(size=(n, d)),
        rng.normal(size=(d, h)),
        rng.normal(size=h),
        rng.normal(size=(h, k)),
        rng.normal(size=k),
    )


_SIZES = (5, 2, 4, 3)
_CASE = _network_case(np.random.default_rng(3), _SIZES)
_SQUARE_CASE = _network_case(np.random.default_rng(7), (3, 3, 3, 3))

# Forward ------------------------------------------------------------------------------------------

LINEAR = Exercise(
    id="training/linear",
    title="A layer forwards",
    signature="linear(X, W, b)",
    task="X (N, D), W (D, M), b (M,): return Z = XW + b, shape (N, M).",
    reference=lambda X, W, b: X @ W + b,
    cases=(_CASE[:3], _SQUARE_CASE[:3]),
    draw=lambda rng: _network_case(rng)[:3],
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


def _forward(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> tuple[Any, Any]:
    a1 = np.tanh(X @ W1 + b1)
    return a1, _softmax(a1 @ W2 + b2)


FORWARD = Exercise(
    id="training/forward",
    title="The whole network forwards",
    signature="forward(X, W1, b1, W2, b2)",
    task="Hidden layer with tanh, output layer with softmax: return (a1, P), shapes (N, H), (N, "
    "K).",
    reference=_forward,
    parts=("a1", "P"),
    cases=(_CASE, _SQUARE_CASE),
    draw=_network_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "no_activation",
            lambda X, W1, b1, W2, b2: (
                X @ W1 + b1,
                _softmax((X @ W1 + b1) @ W2 + b2),
            ),
            "Your a1 equals z1, as on one slide. What is a hidden layer without its non-linearity?",
            "Copied a1 = z1 from the slide.",
        ),
        Mistake(
            "first_bias",
            lambda X, W1, b1, W2, b2: _forward(X, W1, 0 * b1, W2, b2),
            "The first bias plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "last_bias",
            lambda X, W1, b1, W2, b2: _forward(X, W1, b1, W2, 0 * b2),
            "The last bias plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "both_biases",
            lambda X, W1, b1, W2, b2: _forward(X, W1, 0 * b1, W2, 0 * b2),
            "Neither bias plays a part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "softmax_over_samples",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                _softmax(np.tanh(X @ W1 + b1) @ W2 + b2, axis=0),
            ),
            "The columns of P sum to 1. Each row is one sample: over which axis do its classes "
            "lie?",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "softmax_over_everything",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                _softmax((np.tanh(X @ W1 + b1) @ W2 + b2).reshape(1, -1)).reshape(len(X), -1),
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
                _softmax(np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2)),
            ),
            "The scores run through tanh before softmax. Only the hidden layer has a tanh.",
            "Applies the activation in every layer.",
        ),
        Mistake(
            "relu_hidden",
            lambda X, W1, b1, W2, b2: (
                np.maximum(0, X @ W1 + b1),
                _softmax(np.maximum(0, X @ W1 + b1) @ W2 + b2),
            ),
            "You use ReLU. This network has tanh.",
            "Uses ReLU out of habit.",
        ),
        Mistake(
            "z1_handed_on",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                _softmax((X @ W1 + b1) @ W2 + b2),
            ),
            "a1 is right, but the second layer gets something else: a1 or z1?",
            "Computes the activation and goes on without it.",
        ),
        Mistake(
            "order",
            lambda X, W1, b1, W2, b2: _forward(X, W1, b1, W2, b2)[::-1],
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
            lambda X, W1, b1, W2, b2: (lambda a: (a, _softmax(a @ W2 + b2)))(
                1 / (1 + np.exp(-(X @ W1 + b1)))
            ),
            "`a1`: you use the sigmoid. This network has tanh.",
            "Takes one S-curve for the other.",
        ),
        Mistake(
            "softmax_hidden",
            lambda X, W1, b1, W2, b2: (lambda a: (a, _softmax(a @ W2 + b2)))(_softmax(X @ W1 + b1)),
            "`a1`: softmax belongs to the output layer. The hidden one has tanh.",
            "Uses one activation for every layer.",
        ),
        Mistake(
            "exponent_sign",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                _softmax(-(np.tanh(X @ W1 + b1) @ W2 + b2)),
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
            lambda X, W1, b1, W2, b2: (np.tanh(X @ W1 + b1), _softmax(X @ W2 + b2)),
            "`P`: the second layer gets X. What goes into it?",
            "Hands the inputs to every layer.",
        ),
        Mistake(
            "w2_transposed",
            lambda X, W1, b1, W2, b2: (
                np.tanh(X @ W1 + b1),
                _softmax(np.tanh(X @ W1 + b1) @ W2.T + b2),
            ),
            "`P`: for a square W2 numpy doesn't complain, but it is turned. Forwards nothing is.",
            "Turns W2 as on the way back.",
        ),
        Mistake(
            "z1_returned",
            lambda X, W1, b1, W2, b2: (X @ W1 + b1, _forward(X, W1, b1, W2, b2)[1]),
            "P is right. In place of a1 you return z1.",
            "Doesn't separate z from a.",
        ),
        Mistake(
            "softmax_of_hidden",
            lambda X, W1, b1, W2, b2: (np.tanh(X @ W1 + b1), _softmax(np.tanh(X @ W1 + b1))),
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
    reference=_onehot,
    cases=((np.array([2, 0, 1, 1]), 3), (np.array([0, 1]), 4)),
    draw=lambda rng: (rng.integers(0, 3, size=int(rng.integers(2, 6))), int(rng.integers(3, 6))),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "transposed",
            lambda y, K: _onehot(y, K).T,
            "The table is turned: each sample has a row.",
            "Mixes up rows and columns.",
        ),
        Mistake(
            "counted_from_one",
            lambda y, K: _onehot((np.asarray(y) - 1) % K, K),
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
            lambda y, K: _onehot(y, int(np.max(y)) + 1),
            "The number of columns depends on the batch. How many classes are there?",
            "Infers K from the labels at hand.",
        ),
        Mistake(
            "label_as_value",
            lambda y, K: _onehot(y, K) * np.asarray(y)[:, None],
            "At the label's place stands the label. A 1 is asked for.",
            "Writes the label where the mark belongs.",
        ),
        Mistake(
            "first_only",
            lambda y, K: _onehot(y, K) * (np.arange(len(y)) == 0)[:, None],
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
            lambda y, K: 1 - _onehot(y, K),
            "The 0 and the 1 are swapped.",
            "Marks all other classes.",
        ),
        Mistake(
            "minus_one_for_zero",
            lambda y, K: 2 * _onehot(y, K) - 1,
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
            lambda y, K: _onehot(y, K + 1),
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
            lambda y, K: _onehot(np.sort(y), K),
            "The rows are sorted by label. Row n belongs to sample n.",
            "Sorts what should stay in order.",
        ),
        Mistake(
            "each_label_once",
            lambda y, K: _onehot(np.unique(y), K),
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
    return _softmax(rng.normal(size=(n, k))), rng.integers(0, k, size=n)


def _picked(P: Any, y: Any) -> Any:
    return P[np.arange(len(y)), y]


_P = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25], [0.05, 0.05, 0.9]])
_Y = np.array([0, 2, 0, 1])
CROSS_ENTROPY = Exercise(
    id="training/cross_entropy",
    title="The cross-entropy",
    signature="cross_entropy(P, y)",
    task="P (N, K) holds probabilities, y (N,) labels 0 … K−1: return the mean of −log(probability "
    "of the right label), one number.",
    reference=lambda P, y: float(-np.mean(np.log(_picked(P, y)))),
    cases=(
        (_P, _Y),
        (np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([1, 0])),
        (_P[:3], np.array([2, 0, 1])),
    ),
    draw=_loss_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "sum",
            lambda P, y: float(-np.sum(np.log(_picked(P, y)))),
            "You add up the samples: your loss grows with the batch. What is missing?",
            "Forgets 1/N.",
        ),
        Mistake(
            "n_twice",
            lambda P, y: float(-np.mean(np.log(_picked(P, y)))) / len(y),
            "You divide by the number of samples twice: a mean has done it already.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "sign_flipped",
            lambda P, y: float(np.mean(np.log(_picked(P, y)))),
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
            lambda P, y: float(-np.mean(_onehot(y, P.shape[1]) * np.log(P))),
            "You average over the zeros, too: all N·K entries. Over what should the mean run?",
            "Takes the mean of the whole table.",
        ),
        Mistake(
            "no_logarithm",
            lambda P, y: float(-np.mean(_picked(P, y))),
            "Where is the logarithm?",
            "Takes the probability for its cost.",
        ),
        Mistake(
            "one_minus",
            lambda P, y: float(1 - np.mean(_picked(P, y))),
            "Where is the logarithm? A confident mistake should cost much more.",
            "Takes the missing probability for the cost.",
        ),
        Mistake(
            "binary",
            lambda P, y: float(
                -np.mean(
                    np.sum(
                        _onehot(y, P.shape[1]) * np.log(P)
                        + (1 - _onehot(y, P.shape[1])) * np.log(1 - P),
                        axis=1,
                    )
                )
            ),
            "You add the loss of two-class problems. With softmax the right label alone counts.",
            "Uses the log-loss for every class.",
        ),
        Mistake(
            "not_averaged",
            lambda P, y: -np.log(_picked(P, y)),
            "One loss a sample comes out. One number is asked for.",
            "Forgets the mean.",
        ),
        Mistake(
            "base_two",
            lambda P, y: float(-np.mean(np.log2(_picked(P, y)))),
            "The factor is wrong: which base has your logarithm?",
            "Doesn't distinguish log from log2.",
        ),
        Mistake(
            "log_of_mean",
            lambda P, y: float(-np.log(np.mean(_picked(P, y)))),
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
            lambda P, y: -np.mean(np.log(_picked(P, y - 1))),
            "You look one place too far to the left: labels start at 0.",
            "Counts from 1.",
        ),
        Mistake(
            "log_of_the_rest",
            lambda P, y: -np.mean(np.log(1 - _picked(P, y))),
            "You take the logarithm of 1 − p: then being right is punished. Of which probability "
            "is it taken?",
            "Uses the other half of the two-class loss.",
        ),
        Mistake(
            "weighted_by_itself",
            lambda P, y: -np.mean(_picked(P, y) * np.log(_picked(P, y))),
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
            lambda P, y: -np.sum(np.log(_picked(P, y))) / P.shape[1],
            "You divide by the number of classes. Over what does the mean run?",
            "Mixes up N and K.",
        ),
        Mistake(
            "n_minus_one",
            lambda P, y: -np.sum(np.log(_picked(P, y))) / (len(y) - 1),
            "You divide by N − 1. A mean divides by the number of its terms.",
            "Carries N − 1 over from the variance.",
        ),
        Mistake(
            "squared",
            lambda P, y: np.mean(np.sum((_onehot(y, P.shape[1]) - P) ** 2, axis=1)),
            "This is a squared loss. The task wants a logarithm.",
            "Uses another loss.",
        ),
        Mistake(
            "log_one_plus",
            lambda P, y: -np.mean(np.log1p(_picked(P, y))),
            "`np.log1p` adds 1 first. Which logarithm is asked for?",
            "Takes log1p for log.",
        ),
        Mistake(
            "reciprocal",
            lambda P, y: np.mean(1 / _picked(P, y)),
            "Where is the logarithm?",
            "Takes another function that grows as p falls.",
        ),
        Mistake(
            "exponential",
            lambda P, y: np.mean(np.exp(-_picked(P, y))),
            "You take exp where a logarithm is asked for.",
            "Mixes up exp and log.",
        ),
        Mistake(
            "median",
            lambda P, y: -np.median(np.log(_picked(P, y))),
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
                _onehot(y, P.shape[1])
            ),
            "You average the loss of two-class problems over all entries. With softmax the right "
            "label alone counts.",
            "Uses the log-loss for every class.",
        ),
        Mistake(
            "minus_in_front_of_n",
            lambda P, y: -1 / len(y) + np.sum(np.log(_picked(P, y))),
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
        (np.array([[0.0], [4.0]]), np.array([1.0, -1.0])),
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
    reference=lambda P, y: (P - _onehot(y, P.shape[1])) / len(y),
    cases=((_P, _Y), (np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([1, 0]))),
    draw=_loss_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "n_missing",
            lambda P, y: P - _onehot(y, P.shape[1]),
            "N times too large: the loss is a mean over the samples.",
            "Copied δ3 = ŷ − y, which belongs to the summed loss.",
        ),
        Mistake(
            "n_twice",
            lambda P, y: (P - _onehot(y, P.shape[1])) / len(y) ** 2,
            "You divide by the number of samples twice.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "sign_flipped",
            lambda P, y: (_onehot(y, P.shape[1]) - P) / len(y),
            "All signs are turned: this way the loss would grow.",
            "Swaps prediction and target.",
        ),
        Mistake(
            "divided_by_classes",
            lambda P, y: (P - _onehot(y, P.shape[1])) / P.size,
            "You divide by N·K. The mean runs over the samples.",
            "Takes the mean of the whole table.",
        ),
        Mistake(
            "divided_by_k",
            lambda P, y: (P - _onehot(y, P.shape[1])) / P.shape[1],
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
            lambda P, y: -_onehot(y, P.shape[1]) / P / len(y),
            "This is dL/dP. The way through softmax is still ahead.",
            "Stops before softmax.",
        ),
        Mistake(
            "sigma_prime_added",
            lambda P, y: (P - _onehot(y, P.shape[1])) * P * (1 - P) / len(y),
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
            lambda P, y: _onehot(y, P.shape[1]) - P,
            "Two things: all signs are turned, and the loss is a mean over the samples.",
            "Swaps prediction and target, and forgets 1/N.",
        ),
        Mistake(
            "brackets",
            lambda P, y: P - _onehot(y, P.shape[1]) / len(y),
            "Only Y is divided by N: a division comes before a difference. Where do brackets "
            "belong?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "probabilities_divided",
            lambda P, y: P / len(y) - _onehot(y, P.shape[1]),
            "Only P is divided by N. Both parts belong to one mean.",
            "Divides one of two terms.",
        ),
        Mistake(
            "times_n",
            lambda P, y: (P - _onehot(y, P.shape[1])) * len(y),
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
            lambda P, y: -_onehot(y, P.shape[1]) / P,
            "This is dL/dP, of the summed loss. The way through softmax is still ahead, and 1/N.",
            "Stops before softmax.",
        ),
        Mistake(
            "loss_entries",
            lambda P, y: -_onehot(y, P.shape[1]) * np.log(P) / len(y),
            "These are the terms of the loss. How do they change with a score?",
            "Returns the value where the gradient is asked for.",
        ),
        Mistake(
            "right_class_only",
            lambda P, y: (P - 1) * _onehot(y, P.shape[1]) / len(y),
            "Only the right class gets a gradient. The other scores lower its probability: what "
            "do they get?",
            "Believes that other classes have no part in the loss.",
        ),
        Mistake(
            "squared",
            lambda P, y: (P - _onehot(y, P.shape[1])) ** 2 / len(y),
            "You square the difference. Gradients have a sign.",
            "Mixes a loss with its gradient.",
        ),
        Mistake(
            "absolute",
            lambda P, y: np.abs(P - _onehot(y, P.shape[1])) / len(y),
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
            lambda P, y: ((P - _onehot(y, P.shape[1])) / len(y)).T,
            "The numbers are right, but rows and columns are swapped. dz2 has the shape of z2.",
            "Turns the result out of habit.",
        ),
        Mistake(
            "summed_over_samples",
            lambda P, y: (P - _onehot(y, P.shape[1])).sum(axis=0) / len(y),
            "You add the samples up. dz2 has a row for each of them; the sum comes later, for "
            "the bias.",
            "Takes dz2 for db2.",
        ),
        Mistake(
            "picked_only",
            lambda P, y: (_picked(P, y) - 1) / len(y),
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
    X, W1, b1, W2, _ = _network_case(rng, sizes)
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
        _backward_case(np.random.default_rng(4), _SIZES),
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

# Update -------------------------------------------------------------------------------------------


def _step_case(rng: Rng) -> tuple[Any, ...]:
    W, b = rng.normal(size=(2, 3)), rng.normal(size=3)
    return (
        [W, b],
        [rng.normal(size=(2, 3)), rng.normal(size=3)],
        float(rng.choice([0.03, 0.1, 2.0])),
    )


def _update(rule: Callable[..., Any]) -> Callable[..., Any]:
    return lambda params, grads, lr: tuple(
        rule(p, g, lr) for p, g in zip(params, grads, strict=True)
    )


SGD_STEP = Exercise(
    id="training/sgd_step",
    title="One step downhill",
    signature="sgd_step(params, grads, lr)",
    task="Two lists of arrays: return the list of new parameters. The old ones stay as they are.",
    reference=_update(lambda p, g, lr: p - lr * g),
    parts=("W", "b"),
    cases=(
        (
            [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.5, -1.0])],
            [np.array([[0.1, 0.2], [-0.3, 0.4]]), np.array([2.0, -0.5])],
            0.1,
        ),
    ),
    draw=_step_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "uphill",
            _update(lambda p, g, lr: p + lr * g),
            "You climb. The gradient points to where the loss grows.",
            "Flips the sign of the update.",
        ),
        Mistake(
            "lr_forgotten",
            _update(lambda p, g, lr: p - g),
            "The learning rate plays no part in your result.",
            "Forgets the step size.",
        ),
        Mistake(
            "only_the_step",
            _update(lambda p, g, lr: -lr * g),
            "This is the step. Where do you land?",
            "Returns the change instead of the new value.",
        ),
        Mistake(
            "gradient_from_parameter",
            _update(lambda p, g, lr: g - lr * p),
            "Parameters and gradients have changed places.",
            "Mixes up the two lists.",
        ),
        Mistake(
            "divided",
            _update(lambda p, g, lr: p - g / lr),
            "A smaller learning rate gives a larger step here.",
            "Divides by the learning rate.",
        ),
        Mistake(
            "shrunk",
            _update(lambda p, g, lr: p * (1 - lr * g)),
            "The step should not depend on the parameter's own size.",
            "Multiplies where it has to subtract.",
        ),
        Mistake(
            "first_only",
            lambda params, grads, lr: (params[0] - lr * grads[0], *params[1:]),
            "Only the first array is updated: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "sign_of_gradient",
            _update(lambda p, g, lr: p - lr * np.sign(g)),
            "All steps have the same length. A steep slope should give a longer one.",
            "Uses the gradient's direction only.",
        ),
        Mistake(
            "step_only",
            lambda params, grads, lr: tuple(lr * g for g in grads),
            "This is the step. Where do you land with it?",
            "Returns the change in place of the result.",
        ),
        Mistake(
            "brackets",
            _update(lambda p, g, lr: (p - lr) * g),
            "You subtract the learning rate from the parameter. Which product is subtracted?",
            "Puts brackets where there are none.",
        ),
        Mistake(
            "all_scaled",
            _update(lambda p, g, lr: lr * (p - g)),
            "The parameter is multiplied by the learning rate as well. Only the gradient should "
            "be.",
            "Puts brackets where there are none.",
        ),
        Mistake(
            "divided_by_rows",
            _update(lambda p, g, lr: p - lr * g / len(p)),
            "You divide by the number of rows. The gradient contains what the loss divides by "
            "already.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "mean_gradient",
            _update(lambda p, g, lr: p - lr * np.mean(g)),
            "All entries of an array move alike. Each has a gradient of its own.",
            "Averages over parameters.",
        ),
        Mistake(
            "summed_gradient",
            _update(lambda p, g, lr: p - lr * np.sum(g)),
            "All entries of an array move alike. Each has a gradient of its own.",
            "Adds up over parameters.",
        ),
        Mistake(
            "second_only",
            lambda params, grads, lr: (
                params[0],
                *(p - lr * g for p, g in zip(params[1:], grads[1:], strict=True)),
            ),
            "The first array stays as it was. Places are counted from 0.",
            "Starts the loop too late.",
        ),
    ),
)


def _step_inputs(rng: Rng, sizes: tuple[int, ...] = ()) -> tuple[Any, ...]:
    X, W1, b1, W2, b2 = _network_case(rng, sizes)
    return X, rng.integers(0, len(b2), size=len(X)), W1, b1, W2, b2, 0.5


def _train_step(
    X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any, lr: float, *, wrong: str = ""
) -> tuple[Any, ...]:
    """Do one step of gradient descent, with one slip if asked for."""
    a1, P = _forward(X, W1, b1, W2, b2)
    if wrong in ("no_activation", "relu_hidden"):
        a1 = X @ W1 + b1
        a1 = np.maximum(0, a1) if wrong == "relu_hidden" else a1
        P = _softmax(a1 @ W2 + b2)
    if wrong == "softmax_over_samples":
        P = _softmax(a1 @ W2 + b2, axis=0)
    dz2 = P - _onehot(y, len(b2))
    dz2 = dz2 if wrong == "n_missing" else dz2 / len(y)
    sign = 1 if wrong == "uphill" else -1
    new_W2 = W2 + sign * lr * (a1.T @ dz2)
    dz1 = dz2 @ (new_W2 if wrong == "updated_weights" else W2).T
    if wrong != "slope_forgotten":
        dz1 = dz1 * (1 - a1**2)
    slopes = {
        "slope_of_a": 1 - np.tanh(a1) ** 2,
        "sigmoid_slope": a1 * (1 - a1),
        "relu_hidden": a1 > 0,
    }
    if wrong in slopes:
        dz1 = dz2 @ W2.T * slopes[wrong]
    new_b1, new_b2 = b1 + sign * lr * dz1.sum(axis=0), b2 + sign * lr * dz2.sum(axis=0)
    if wrong == "biases_not_summed":
        new_b1, new_b2 = b1 - lr * dz1, b2 - lr * dz2
    if wrong == "biases_kept":
        new_b1, new_b2 = b1, b2
    new_W1 = W1 if wrong == "first_layer_kept" else W1 + sign * lr * (X.T @ dz1)
    return new_W1, b1 if wrong == "first_layer_kept" else new_b1, new_W2, new_b2


def _slip(wrong: str) -> Callable[..., tuple[Any, ...]]:
    return lambda *args: _train_step(*args, wrong=wrong)


def _gradients_alone(*args: Any) -> tuple[Any, ...]:
    before, lr = args[2:6], args[6]
    return tuple((p - new) / lr for p, new in zip(before, _train_step(*args), strict=True))


TRAIN_STEP = Exercise(
    id="training/train_step",
    title="Forward, backward, update",
    signature="train_step(X, y, W1, b1, W2, b2, lr)",
    task="One step of gradient descent on the mean cross-entropy (tanh, softmax): return the new "
    "(W1, b1, W2, b2).",
    reference=_train_step,
    parts=("W1", "b1", "W2", "b2"),
    cases=(
        _step_inputs(np.random.default_rng(1), _SIZES),
        (
            _SQUARE_CASE[0],
            np.array([2, 0, 1]),
            *_SQUARE_CASE[1:],
            0.3,
        ),
    ),
    draw=_step_inputs,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "updated_weights",
            _slip("updated_weights"),
            "The first layer's gradient is computed with the new W2. First all gradients, then all "
            "updates.",
            "Updates weights while still going backwards.",
        ),
        Mistake(
            "n_missing",
            _slip("n_missing"),
            "Your steps are N times too large: the loss is a mean.",
            "Forgets 1/N.",
        ),
        Mistake(
            "uphill",
            _slip("uphill"),
            "You climb. The gradient points to where the loss grows.",
            "Flips the sign of the update.",
        ),
        Mistake(
            "slope_forgotten",
            _slip("slope_forgotten"),
            "You skip tanh on the way back.",
            "Forgets the activation's derivative.",
        ),
        Mistake(
            "slope_of_a",
            _slip("slope_of_a"),
            "tanh is applied twice on the way back: a1 is the activation already.",
            "Feeds a into a derivative that expects z.",
        ),
        Mistake(
            "biases_kept",
            _slip("biases_kept"),
            "Your biases stay as they were. They are learned, too.",
            "Updates weights only.",
        ),
        Mistake(
            "first_layer_kept",
            _slip("first_layer_kept"),
            "Your first layer stays as it was. Its gradient takes one more step backwards.",
            "Trains the last layer only.",
        ),
        Mistake(
            "gradients_only",
            _gradients_alone,
            "These are the gradients. Where do you land with a step against them?",
            "Stops before the update.",
        ),
        Mistake(
            "second_layer_kept",
            lambda *args: (*_train_step(*args)[:2], *args[4:6]),
            "Your second layer stays as it was. It is learned, too.",
            "Trains the first layer only.",
        ),
        Mistake(
            "weights_kept",
            lambda *args: (lambda new: (args[2], new[1], args[4], new[3]))(_train_step(*args)),
            "Your weights stay as they were: only the biases move.",
            "Updates biases only.",
        ),
        Mistake(
            "nothing_moves",
            lambda *args: args[2:6],
            "Everything stays as it was. Which gradients does a step need?",
            "Returns the parameters unchanged.",
        ),
        Mistake(
            "lr_forgotten",
            lambda X, y, W1, b1, W2, b2, lr: _train_step(X, y, W1, b1, W2, b2, 1.0),
            "The learning rate plays no part in your result.",
            "Forgets the step size.",
        ),
        Mistake(
            "n_twice",
            lambda X, y, W1, b1, W2, b2, lr: _train_step(X, y, W1, b1, W2, b2, lr / len(y)),
            "You divide by the number of samples twice.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "biases_averaged",
            lambda *args: (
                lambda new, b1, b2, n: (
                    new[0],
                    b1 + (new[1] - b1) / n,
                    new[2],
                    b2 + (new[3] - b2) / n,
                )
            )(_train_step(*args), args[3], args[5], len(args[1])),
            "The biases are averaged over the samples: dz2 contains the 1/N already.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "sorted_by_kind",
            lambda *args: (lambda new: (new[0], new[2], new[1], new[3]))(_train_step(*args)),
            "The right arrays in another order: W1, b1, W2, b2.",
            "Returns weights first, then biases.",
        ),
        Mistake(
            "softmax_over_samples",
            _slip("softmax_over_samples"),
            "The columns of P sum to 1. Each row is one sample: over which axis do its classes "
            "lie?",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "sigmoid_slope",
            _slip("sigmoid_slope"),
            "a(1 − a) is the slope of the sigmoid. This layer has tanh.",
            "Believes that a(1 − a) is the derivative of every S-shaped curve.",
        ),
        Mistake(
            "no_activation",
            _slip("no_activation"),
            "Your a1 equals z1 on the way forward. What is a hidden layer without its "
            "non-linearity?",
            "Forgets the activation forwards.",
        ),
        Mistake(
            "relu_hidden",
            _slip("relu_hidden"),
            "You use ReLU, on both ways. This network has tanh.",
            "Uses ReLU out of habit.",
        ),
        Mistake(
            "forward_without_biases",
            lambda X, y, W1, b1, W2, b2, lr: (
                lambda new: (new[0], b1 + new[1], new[2], b2 + new[3])
            )(_train_step(X, y, W1, 0 * b1, W2, 0 * b2, lr)),
            "On the way forward your biases play no part.",
            "Forgets the bias.",
        ),
        Mistake(
            "biases_not_summed",
            _slip("biases_not_summed"),
            "`b1` and `b2`: all samples share a bias. What happens to their gradients?",
            "Copied db = δ from the slide.",
        ),
    ),
)


def _batches(order: Any, size: int) -> tuple[Any, ...]:
    return tuple(order[i : i + size] for i in range(0, len(order), size))


MINIBATCHES = Exercise(
    id="training/minibatches",
    title="Minibatches",
    signature="minibatches(order, size)",
    task="order holds shuffled sample indices: return a list of arrays, `size` indices each; the "
    "last may be shorter. Every index occurs once.",
    reference=_batches,
    cases=((np.array([3, 0, 4, 1, 5, 2]), 2), (np.array([2, 4, 0, 3, 1, 6, 5]), 3)),
    draw=lambda rng: (rng.permutation(int(rng.integers(5, 12))), int(rng.integers(2, 5))),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "rest_dropped",
            lambda order, size: tuple(
                order[i * size : (i + 1) * size] for i in range(len(order) // size)
            ),
            "The last samples get lost if the batches don't come out even.",
            "Cuts off what doesn't fill a batch.",
        ),
        Mistake(
            "overlapping",
            lambda order, size: tuple(order[i : i + size] for i in range(len(order))),
            "Your batches overlap: how far should the start move each time?",
            "Moves on by one sample instead of one batch.",
        ),
        Mistake(
            "not_shuffled",
            lambda order, size: _batches(np.arange(len(order)), size),
            "Your batches hold 0, 1, 2, …: the shuffled order plays no part.",
            "Indexes the positions, not what they hold.",
        ),
        Mistake(
            "one_too_few",
            lambda order, size: tuple(order[i : i + size - 1] for i in range(0, len(order), size)),
            "One index of each batch gets lost: a slice stops before its end.",
            "Believes that a slice includes its end.",
        ),
        Mistake(
            "interleaved",
            lambda order, size: tuple(
                order[i :: -(-len(order) // size)] for i in range(-(-len(order) // size))
            ),
            "You deal the samples out like cards. Cut the order into pieces.",
            "Uses the step of a slice for its length.",
        ),
        Mistake(
            "number_of_batches",
            lambda order, size: tuple(np.array_split(order, size)),
            "You make `size` batches. How large should each one be?",
            "Takes the size for the number.",
        ),
        Mistake(
            "one_apart",
            lambda order, size: tuple(order[i : i + size] for i in range(len(order) // size)),
            "Your batches overlap: each begins one place after the one before. How far apart "
            "should they begin?",
            "Counts batches and uses the count as a place.",
        ),
        Mistake(
            "one_too_many",
            lambda order, size: tuple(order[i : i + size + 1] for i in range(0, len(order), size)),
            "Each batch has an index too many: a slice stops before its end.",
            "Adds 1 to the end of a slice.",
        ),
        Mistake(
            "first_left_out",
            lambda order, size: tuple(order[i : i + size] for i in range(1, len(order), size)),
            "The first index is left out: places are counted from 0.",
            "Counts from 1.",
        ),
        Mistake(
            "rest_in_the_last",
            lambda order, size: (
                lambda n: (
                    *(order[i * size : (i + 1) * size] for i in range(n - 1)),
                    order[(n - 1) * size :],
                )
            )(len(order) // size),
            "The rest is added to the last full batch. It makes a shorter batch of its own.",
            "Keeps the number of full batches.",
        ),
        Mistake(
            "empty_at_the_end",
            lambda order, size: tuple(
                order[i * size : (i + 1) * size] for i in range(len(order) // size + 1)
            ),
            "If the batches come out even, an empty one is left at the end. How many starts are "
            "there?",
            "Adds a batch for a rest that may be none.",
        ),
        Mistake(
            "last_batch_left_out",
            lambda order, size: tuple(
                order[i : i + size] for i in range(0, len(order) - size, size)
            ),
            "The last batch is missing. How far do the starts run?",
            "Stops the loop one batch too early.",
        ),
        Mistake(
            "all_in_one_line",
            lambda order, size: tuple(order),
            "All indices came back one by one. `extend` adds the entries of an array, `append` "
            "the array.",
            "Flattens what should be grouped.",
        ),
        Mistake(
            "end_fixed",
            lambda order, size: tuple(order[i:size] for i in range(0, len(order), size)),
            "From the second batch on nothing is left: each slice ends at `size`. Where should "
            "it end?",
            "Takes the end of a slice for its length.",
        ),
    ),
)

ACCURACY = Exercise(
    id="training/accuracy",
    title="Accuracy",
    signature="accuracy(P, y)",
    task="P (N, K) holds probabilities, y (N,) labels: return the share of samples whose most "
    "likely class is right.",
    reference=lambda P, y: float(np.mean(np.argmax(P, axis=1) == y)),
    cases=(
        (_P, _Y),
        (np.array([[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]]), np.array([1, 1, 0])),
        (np.array([[0.4, 0.35, 0.25], [0.3, 0.3, 0.4], [0.3, 0.4, 0.3]]), np.array([0, 2, 0])),
        (np.array([[0.1, 0.2, 0.7], [0.2, 0.6, 0.2], [0.3, 0.5, 0.2]]), np.array([0, 1, 0])),
    ),
    draw=lambda rng: (lambda n: (_softmax(rng.normal(size=(n, 4))), rng.integers(0, 4, size=n)))(
        int(rng.integers(5, 9))
    ),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "error_rate",
            lambda P, y: float(np.mean(np.argmax(P, axis=1) != y)),
            "This is the share of mistakes.",
            "Counts the complement.",
        ),
        Mistake(
            "no_axis",
            lambda P, y: float(np.mean(np.argmax(P) == y)),
            "Without an axis `argmax` finds one place in the whole table. Each sample needs its "
            "own.",
            "Forgets the axis.",
        ),
        Mistake(
            "count",
            lambda P, y: int(np.sum(np.argmax(P, axis=1) == y)),
            "This is the number of right answers. Their share is asked for.",
            "Stops at the count.",
        ),
        Mistake(
            "mean_probability",
            lambda P, y: float(np.mean(_picked(P, y))),
            "This is the mean probability of the right label. Accuracy counts decisions.",
            "Takes confidence for accuracy.",
        ),
        Mistake(
            "over_half",
            lambda P, y: float(np.mean(_picked(P, y) > 0.5)),
            "With more than two classes the winner may have less than 0.5.",
            "Carries the two-class threshold over to many classes.",
        ),
        Mistake(
            "percent",
            lambda P, y: 100 * float(np.mean(np.argmax(P, axis=1) == y)),
            "You return per cent; a share lies between 0 and 1.",
            "Takes per cent for a share.",
        ),
        Mistake(
            "least_likely",
            lambda P, y: float(np.mean(np.argmin(P, axis=1) == y)),
            "You pick the least likely class.",
            "Mixes up argmin and argmax.",
        ),
        Mistake(
            "whole_number",
            lambda P, y: int(np.mean(np.argmax(P, axis=1) == y)),
            "Nearly always 0. Are decimals cut off, do you compare probabilities with labels, "
            "or ask whether all are right?",
            "Cuts off decimals with int or //.",
        ),
        Mistake(
            "over_classes",
            lambda P, y: float(np.sum(np.argmax(P, axis=1) == y) / P.shape[1]),
            "You divide by the number of classes. Of what is a share asked for?",
            "Mixes up N and K.",
        ),
        Mistake(
            "over_entries",
            lambda P, y: float(np.sum(np.argmax(P, axis=1) == y) / P.size),
            "You divide by the number of entries. Of what is a share asked for?",
            "Divides by N·K where N is meant.",
        ),
        Mistake(
            "counted_from_one",
            lambda P, y: float(np.mean(np.argmax(P, axis=1) + 1 == y)),
            "You add 1 to the class. Labels start at 0, and so do places.",
            "Counts from 1.",
        ),
        Mistake(
            "first_sample",
            lambda P, y: float(np.argmax(P[0]) == y[0]) / len(y),
            "Only the first sample counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "counter_set",
            lambda P, y: float(np.any(np.argmax(P, axis=1) == y)) / len(y),
            "Only one right sample is counted: = or += in the loop?",
            "Writes = or =+ for +=.",
        ),
        Mistake(
            "one_is_enough",
            lambda P, y: float(np.any(np.argmax(P, axis=1) == y)),
            "One right sample is enough for you. A share is asked for.",
            "Mixes up any and mean.",
        ),
        Mistake(
            "entries_of_one_hot",
            lambda P, y: (lambda A, B: float(np.mean(A == B)))(
                np.eye(P.shape[1])[np.argmax(P, axis=1)], _onehot(y, P.shape[1])
            ),
            "You compare entry by entry: then the many zeros that agree count as well. Compare "
            "decisions.",
            "Counts entries where rows are meant.",
        ),
        Mistake(
            "entries_over_half",
            lambda P, y: float(np.mean((P > 0.5) == _onehot(y, P.shape[1]))),
            "You compare entry by entry, with a threshold. Each sample has one decision.",
            "Carries the two-class threshold over to many classes.",
        ),
        Mistake(
            "distance",
            lambda P, y: float(1 - np.mean(np.abs(np.argmax(P, axis=1) - y))),
            "You subtract class numbers: then 0 for 2 is a double mistake. Right or wrong is all "
            "that counts.",
            "Takes labels for sizes.",
        ),
        Mistake(
            "two_classes",
            lambda P, y: float(np.mean(np.round(P[:, 1]) == y)),
            "You look at class 1 only. With several classes, which one wins?",
            "Builds the two-class case in.",
        ),
        Mistake(
            "confidence",
            lambda P, y: float(np.mean(np.max(P, axis=1))),
            "This is how sure the network is. How often is it right?",
            "Takes confidence for accuracy.",
        ),
        Mistake(
            "wrong_axis",
            lambda P, y: float(np.mean(np.argmax(P, axis=0) == y)),
            "You look for the largest entry of each column. Each sample is a row: over which "
            "axis do its classes lie?",
            "Mixes up axis 0 and axis 1.",
        ),
    ),
)

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

_BUGS = (
    "the step goes uphill",
    "gradients pile up from batch to batch",
    "softmax runs over the samples",
    "the learning rate is too large",
    "labels are shuffled without the inputs",
    "the activation is missing",
)
BUGS = Exercise(
    id="training/bugs",
    title="Four broken loops",
    signature="bugs",
    task="Loops A to D don't learn. Find out why: A's loss grows steadily from the first step; B "
    "trains at first, then its steps grow longer and longer; C stays at guessing, whatever you "
    "set; D's loss is infinite at first and then jumps about. Choose from: "
    + "; ".join(_BUGS)
    + ".",
    kind="table",
    options=_BUGS,
    reference=lambda: {
        "A": "the step goes uphill",
        "B": "gradients pile up from batch to batch",
        "C": "labels are shuffled without the inputs",
        "D": "the learning rate is too large",
    },
    mistakes=(
        Mistake(
            "rate_for_sign",
            lambda: {"A": "the learning rate is too large"},
            "Make the learning rate tiny: does the loss of A still grow?",
            "Blames the best-known knob.",
        ),
        Mistake(
            "rate_for_pile",
            lambda: {"B": "the learning rate is too large"},
            "Print the length of B's gradient over the first batches, with a tiny learning rate.",
            "Blames the best-known knob.",
        ),
        Mistake(
            "axis_for_pile",
            lambda: {"B": "softmax runs over the samples"},
            "B does train at first, so its forward pass is sound. Print the length of its gradient "
            "over the first batches.",
            "Overlooks that the loss falls at first.",
        ),
        Mistake(
            "sign_for_pile",
            lambda: {"B": "the step goes uphill"},
            "B's loss falls at first: it begins by going down. What changes in its gradient?",
            "Takes any growing loss for a wrong sign.",
        ),
        Mistake(
            "pile_for_sign",
            lambda: {"A": "gradients pile up from batch to batch"},
            "Is A's gradient set anew for each batch? And does the loss ever fall?",
            "Mixes up two ways to diverge.",
        ),
        Mistake(
            "sign_for_rate",
            lambda: {"D": "the step goes uphill"},
            "Make the learning rate tiny: does the loss of D fall now?",
            "Takes any growing loss for a wrong sign.",
        ),
        Mistake(
            "activation_for_labels",
            lambda: {"C": "the activation is missing"},
            "Even a linear network does better than guessing. Look at the data it gets.",
            "Blames the model before looking at the data.",
        ),
        Mistake(
            "axis_for_labels",
            lambda: {"C": "softmax runs over the samples"},
            "Sum the rows of P. If they are 1, look at the data.",
            "Blames the model before looking at the data.",
        ),
        Mistake(
            "pile_for_rate",
            lambda: {"D": "gradients pile up from batch to batch"},
            "Print the length of D's gradient: is it set anew for each batch?",
            "Mixes up two ways to diverge.",
        ),
        Mistake(
            "labels_for_sign",
            lambda: {"A": "labels are shuffled without the inputs"},
            "With shuffled labels the loss stays near guessing. A's grows from the first step.",
            "Doesn't tell standing still from diverging.",
        ),
        Mistake(
            "axis_for_sign",
            lambda: {"A": "softmax runs over the samples"},
            "Sum the rows of P. If they are 1, follow the sign of the step.",
            "Blames the forward pass.",
        ),
        Mistake(
            "activation_for_sign",
            lambda: {"A": "the activation is missing"},
            "A linear network still goes downhill. A climbs.",
            "Blames the model before looking at the step.",
        ),
        Mistake(
            "labels_for_pile",
            lambda: {"B": "labels are shuffled without the inputs"},
            "B does train at first, so its labels fit. What changes from batch to batch?",
            "Overlooks that the loss falls at first.",
        ),
        Mistake(
            "activation_for_pile",
            lambda: {"B": "the activation is missing"},
            "Does a missing activation make steps grow longer and longer?",
            "Blames the model before looking at the step.",
        ),
        Mistake(
            "rate_for_labels",
            lambda: {"C": "the learning rate is too large"},
            "C stays at guessing, whatever you set, the learning rate included.",
            "Blames the best-known knob.",
        ),
        Mistake(
            "sign_for_labels",
            lambda: {"C": "the step goes uphill"},
            "Uphill the loss would grow. C's stays at guessing.",
            "Doesn't tell standing still from diverging.",
        ),
        Mistake(
            "pile_for_labels",
            lambda: {"C": "gradients pile up from batch to batch"},
            "Then its steps would grow longer. C's loss stays at guessing.",
            "Doesn't tell standing still from diverging.",
        ),
        Mistake(
            "labels_for_rate",
            lambda: {"D": "labels are shuffled without the inputs"},
            "With shuffled labels the loss stays near guessing. Make D's learning rate tiny: "
            "does it train?",
            "Doesn't tell standing still from jumping.",
        ),
        Mistake(
            "axis_for_rate",
            lambda: {"D": "softmax runs over the samples"},
            "Sum the rows of P. If they are 1, look at the size of the steps.",
            "Blames the forward pass.",
        ),
        Mistake(
            "activation_for_rate",
            lambda: {"D": "the activation is missing"},
            "Without an activation the loss isn't infinite. How long is D's first step?",
            "Blames the model before looking at the step.",
        ),
    ),
)


def _tanh_uphill(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
    losses = []
    for rows in batches:
        a1, P = classifier.forward(X[rows], params, "tanh")
        losses.append(classifier.loss(P, y[rows]))
        dz2 = classifier.output_gradient(P, y[rows])
        grads = classifier.backward(X[rows], a1, params, dz2, "tanh")
        params = [p + lr * g for p, g in zip(params, grads, strict=True)]
    return np.array(losses)


def _absolute_loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
    losses = []
    for rows in batches:
        a1, P = classifier.forward(X[rows], params, "relu")
        losses.append(classifier.loss(P, y[rows]))
        dz2 = np.abs(classifier.output_gradient(P, y[rows]))
        grads = classifier.backward(X[rows], a1, params, dz2, "relu")
        params = [p - lr * g for p, g in zip(params, grads, strict=True)]
    return np.array(losses)


def _relu_step(X: Any, y: Any, params: Any, lr: float) -> tuple[float, Any, Any]:
    """Give the loss, the gradients and the parameters after one step of the mended loops."""
    a1, P = classifier.forward(X, params, "relu")
    grads = classifier.backward(X, a1, params, classifier.output_gradient(P, y), "relu")
    return classifier.loss(P, y), grads, [p - lr * g for p, g in zip(params, grads, strict=True)]


def _loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
    """Run a loop without a mistake: the loss of each batch before its step."""
    losses = []
    for rows in batches:
        loss, _, params = _relu_step(X[rows], y[rows], params, lr)
        losses.append(loss)
    return np.array(losses)


def _sum_loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
    """Run the loop with the gradient of the summed loss."""
    losses = []
    for rows in batches:
        loss, _, params = _relu_step(X[rows], y[rows], params, lr * len(rows))
        losses.append(loss)
    return np.array(losses)


def _piled_loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
    grads, losses = [0 * p for p in params], []
    for rows in batches:
        loss, new, _ = _relu_step(X[rows], y[rows], params, lr)
        grads = [total + g for total, g in zip(grads, new, strict=True)]
        params = [p - lr * g for p, g in zip(params, grads, strict=True)]
        losses.append(loss)
    return np.array(losses)


def _averaged_loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
    grads, losses = [0 * p for p in params], []
    for turn, rows in enumerate(batches, 1):
        loss, new, _ = _relu_step(X[rows], y[rows], params, lr)
        grads = [total + g for total, g in zip(grads, new, strict=True)]
        params = [p - lr * g / turn for p, g in zip(params, grads, strict=True)]
        losses.append(loss)
    return np.array(losses)


def _losses_after(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
    losses = []
    for rows in batches:
        _, _, params = _relu_step(X[rows], y[rows], params, lr)
        losses.append(_relu_step(X[rows], y[rows], params, lr)[0])
    return np.array(losses)


def _in_orders(
    points: Callable[[Any, Any], Any], labels: Callable[[Any, Any], Any]
) -> Callable[..., Any]:
    """Make a loop over epochs that puts points and labels into the order of each epoch."""

    def loop(X: Any, y: Any, params: Any, orders: Any, size: int, lr: float) -> Any:
        losses = []
        for order in orders:
            epoch_X, epoch_y = points(X, order), labels(y, order)
            batches = [slice(first, first + size) for first in range(0, len(X), size)]
            for rows in batches:
                loss, _, params = _relu_step(epoch_X[rows], epoch_y[rows], params, lr)
                losses.append(loss)
        return np.array(losses)

    return loop


def _put(values: Any, order: Any) -> Any:
    return values[order]


def _leave(values: Any, _: Any) -> Any:
    return values


def _cumulative_loop(X: Any, y: Any, params: Any, orders: Any, size: int, lr: float) -> Any:
    losses = []
    for order in orders:
        X = X[order]
        labels = y[order]
        for first in range(0, len(X), size):
            rows = slice(first, first + size)
            loss, _, params = _relu_step(X[rows], labels[rows], params, lr)
            losses.append(loss)
    return np.array(losses)


def _both_overwritten(X: Any, y: Any, params: Any, orders: Any, size: int, lr: float) -> Any:
    together, chained = np.arange(len(X)), []
    for order in orders:
        together = together[order]
        chained.append(together)
    return _in_orders(_put, _put)(X, y, params, chained, size, lr)


def _ordered_twice(X: Any, y: Any, params: Any, orders: Any, size: int, lr: float) -> Any:
    return _in_orders(_put, _put)(X, y, params, [order[order] for order in orders], size, lr)


# As few as make batches of different sizes: each case is a training.
_LOOP_SAMPLES = 8


def _loop_case(rng: Rng) -> tuple[Any, ...]:
    n, d, h, k = _LOOP_SAMPLES, *(int(v) for v in rng.integers(2, 5, size=2)), 3
    X, *params = _network_case(rng, (n, d, h, k))
    return X, rng.integers(0, k, size=n), params


def _batch_case(rng: Rng) -> tuple[Any, ...]:
    size = int(rng.integers(3, 6))
    batches = [b for _ in range(2) for b in _batches(rng.permutation(_LOOP_SAMPLES), size)]
    return *_loop_case(rng), batches, 0.2


def _order_case(rng: Rng) -> tuple[Any, ...]:
    orders = [rng.permutation(_LOOP_SAMPLES) for _ in range(2)]
    return *_loop_case(rng), orders, int(rng.integers(3, 6)), 0.2


_LOOP_TASK = (
    "It trains with ReLU, one step for each batch, and returns the list of the batches' losses, "
    "each taken before its step."
)

MEND_A = Exercise(
    id="training/mend_a",
    title="Mend loop A",
    signature="loop_a(X, y, params, batches, lr)",
    task=f"Change one thing in loop A, so that it trains. {_LOOP_TASK}",
    reference=_loop,
    cases=(_batch_case(np.random.default_rng(11)), _batch_case(np.random.default_rng(12))),
    draw=_batch_case,
    lists=True,
    mistakes=(
        Mistake(
            "as_it_was",
            lambda X, y, params, batches, lr: _loop(X, y, params, batches, -lr),
            "Follow the sign of `dz2` to the last line: there are two places to mend it, and one "
            "is enough.",
            "Hasn't changed it yet, or has changed both signs.",
            untouched=True,
        ),
        Mistake(
            "tiny_steps",
            lambda X, y, params, batches, lr: _loop(X, y, params, batches, -lr / 100),
            "The steps are shorter now, but they still go uphill.",
            "Makes a wrong direction slower instead of turning it round.",
        ),
        Mistake(
            "no_steps",
            lambda X, y, params, batches, lr: _loop(X, y, params, batches, 0),
            "The parameters stay as they are. Something that was needed is gone.",
            "Stops the growth by stopping the training.",
        ),
        Mistake(
            "mean_lost",
            _sum_loop,
            "The direction is right now. But the division by the number of rows has gone.",
            "Mends one thing and breaks another.",
        ),
        Mistake(
            "tanh_in_place",
            lambda X, y, params, batches, lr: _tanh_uphill(X, y, params, batches, lr),
            "You have changed the activation. Does the loss still grow? Follow the sign of `dz2`.",
            "Changes the model in place of the step.",
        ),
        Mistake(
            "losses_after",
            lambda X, y, params, batches, lr: _losses_after(X, y, params, batches, lr),
            "It trains now, but each loss is taken after its step. The task says when.",
            "Moves a line that was right.",
        ),
        Mistake(
            "absolute",
            lambda X, y, params, batches, lr: _absolute_loop(X, y, params, batches, lr),
            "You take the size of `dz2`. A gradient needs its sign: which way round is the "
            "difference?",
            "Makes a sign positive in place of right.",
        ),
    ),
)

MEND_B = Exercise(
    id="training/mend_b",
    title="Mend loop B",
    signature="loop_b(X, y, params, batches, lr)",
    task=f"Change one thing in loop B, so that it trains. {_LOOP_TASK}",
    reference=_loop,
    cases=(_batch_case(np.random.default_rng(13)), _batch_case(np.random.default_rng(14))),
    draw=_batch_case,
    lists=True,
    mistakes=(
        Mistake(
            "as_it_was",
            _piled_loop,
            "What do `grads` hold when the second batch begins?",
            "Hasn't changed it yet, or treats a symptom.",
            untouched=True,
        ),
        Mistake(
            "tiny_steps",
            lambda X, y, params, batches, lr: _piled_loop(X, y, params, batches, lr / 100),
            "The steps are shorter now, but the gradients still pile up.",
            "Turns the learning rate down instead of finding the cause.",
        ),
        Mistake(
            "no_steps",
            lambda X, y, params, batches, lr: _loop(X, y, params, batches, 0),
            "The parameters stay as they are: the update gets zeros. Print `grads` in front of it: "
            "do the new gradients arrive there?",
            "Empties the gradients before they are used, or never fills them.",
        ),
        Mistake(
            "uphill",
            lambda X, y, params, batches, lr: _loop(X, y, params, batches, -lr),
            "The gradients are new in each batch now. But the step goes uphill.",
            "Changes the sign as well.",
        ),
        Mistake(
            "averaged",
            lambda X, y, params, batches, lr: _averaged_loop(X, y, params, batches, lr),
            "You average over all batches so far. Each step should follow its own batch alone.",
            "Treats the symptom: keeps the pile, and makes it smaller.",
        ),
        Mistake(
            "piled_with_minus",
            lambda X, y, params, batches, lr: _piled_loop(X, y, params, batches, -lr),
            "The gradients still pile up, and the step goes uphill. What should `grads` hold "
            "when the next batch begins?",
            "Changes a sign where something is to be emptied.",
        ),
    ),
)

MEND_C = Exercise(
    id="training/mend_c",
    title="Mend loop C",
    signature="loop_c(X, y, params, orders, size, lr)",
    task="Change one thing in loop C, so that it trains and still goes through the samples in a "
    f"new order in each epoch. {_LOOP_TASK}",
    reference=_in_orders(_put, _put),
    cases=(_order_case(np.random.default_rng(15)), _order_case(np.random.default_rng(16))),
    draw=_order_case,
    lists=True,
    mistakes=(
        Mistake(
            "as_it_was",
            _in_orders(_leave, _put),
            "Which sample stands in row 0 of `points`, and which label in row 0 of `labels`?",
            "Hasn't changed it yet, or treats a symptom.",
            untouched=True,
        ),
        Mistake(
            "not_shuffled",
            _in_orders(_leave, _leave),
            "It trains now, but each epoch has the same batches. Keep the new order, for both.",
            "Takes the shuffling out instead of doing it for both.",
        ),
        Mistake(
            "inputs_only",
            _in_orders(_put, _leave),
            "Now the inputs are shuffled and the labels aren't.",
            "Moves the mistake to the other array.",
        ),
        Mistake(
            "order_on_order",
            _cumulative_loop,
            "From the second epoch on, the inputs are shuffled again and the labels start afresh. "
            "Leave `X` as it is.",
            "Overwrites X in each epoch.",
        ),
        Mistake(
            "ordered_twice",
            lambda X, y, params, orders, size, lr: _ordered_twice(X, y, params, orders, size, lr),
            "Both are put in order, and then taken in that order once more. Once is enough.",
            "Applies the order in both places.",
        ),
        Mistake(
            "both_overwritten",
            lambda X, y, params, orders, size, lr: _both_overwritten(
                X, y, params, orders, size, lr
            ),
            "It trains, but X and y are shuffled again from where the last epoch left them. "
            "Leave both as they are.",
            "Overwrites the data in each epoch.",
        ),
        Mistake(
            "first_order_only",
            lambda X, y, params, orders, size, lr: _in_orders(_put, _put)(
                X, y, params, [orders[0]] * len(orders), size, lr
            ),
            "It trains, but each epoch has the same batches, those of the first order.",
            "Shuffles once, before the epochs.",
        ),
    ),
)


def _spiral_loss(lr: Any) -> float:
    """Give the mean loss in the last of 30 epochs on the notebook's spiral."""
    X, y = datasets.spiral(samples=300, classes=3, noise=0.2, seed=0)
    rng = np.random.default_rng(0)
    batches = [rows for _ in range(30) for rows in classifier.batches(len(X), 30, rng)]
    with np.errstate(all="ignore"):
        params = classifier.start(scale=0.5, seed=1)
        return float(np.mean(_loop(X, y, params, batches, float(lr))[-10:]))


MEND_D = Exercise(
    id="training/mend_d",
    title="Mend loop D",
    signature="rate_for_d",
    task="Give a learning rate with which loop D reaches a mean loss below 0.7 in its last epoch.",
    kind="judged",
    example=0.2,
    parts=("one number",),
    reference=lambda lr: (
        None if _spiral_loss(lr) < 0.7 else "with it the last epoch's mean loss isn't below 0.7."
    ),
    mistakes=(
        Mistake(
            "negative",
            lambda lr: float(lr) < 0,
            "A negative learning rate goes uphill.",
            "Turns the sign instead of the size.",
        ),
        Mistake(
            "nothing",
            lambda lr: float(lr) == 0,
            "With a learning rate of 0 no weight moves.",
            "Makes the steps so small that there are none.",
        ),
        Mistake(
            "crawls",
            lambda lr: 0 < float(lr) < 0.01,
            "Now the steps are so small that 30 epochs aren't enough.",
            "Overshoots on the safe side.",
        ),
        Mistake(
            "still_too_large",
            lambda lr: float(lr) > 1,
            "Still thrown about. Divide by ten until the loss falls.",
            "Takes half a step back.",
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
    LINEAR,
    FORWARD,
    ONE_HOT,
    CROSS_ENTROPY,
    DATA_LOSS,
    SQUARED_LOSS,
    OUTPUT_GRADIENT,
    BACKWARD,
    SGD_STEP,
    MINIBATCHES,
    SGD_LOOP,
    TRAIN_STEP,
    ACCURACY,
    HE_SCALE,
    ZERO_START,
    BUGS,
    MEND_A,
    MEND_B,
    MEND_C,
    MEND_D,
    FAULTY_SLIDES,
)
