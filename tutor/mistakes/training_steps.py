"""Exercises of the theme "training" on steps: the update, batches, and how many are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor.mistakes.records import READY_MADE, Exercise, Mistake
from tutor.mistakes.training_cases import (
    FOUR_CLASSES,
    LABELS,
    PROBABILITIES,
    SIZES,
    SQUARE_CASE,
    Rng,
    forward,
    in_batches,
    network_case,
    onehot,
    picked,
    softmax,
)


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
        (
            [np.array([[0.5, -1.0, 2.0]]), np.array([0.0, 1.0, -1.5])],
            [np.array([[0.125, -0.5, 0.25]]), np.array([1.0, -0.625, 0.875])],
            0.25,
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
    X, W1, b1, W2, b2 = network_case(rng, sizes)
    lr = round(float(rng.uniform(0.2, 0.8)), 2)
    return X, rng.integers(0, len(b2), size=len(X)), W1, b1, W2, b2, lr


def _train_step(
    X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any, lr: float, *, wrong: str = ""
) -> tuple[Any, ...]:
    """Do one step of gradient descent, with one slip if asked for."""
    a1, P = forward(X, W1, b1, W2, b2)
    if wrong in ("no_activation", "relu_hidden"):
        a1 = X @ W1 + b1
        a1 = np.maximum(0, a1) if wrong == "relu_hidden" else a1
        P = softmax(a1 @ W2 + b2)
    if wrong == "sigmoid_hidden":
        a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
        P = softmax(a1 @ W2 + b2)
    if wrong == "softmax_over_samples":
        P = softmax(a1 @ W2 + b2, axis=0)
    if wrong == "softmax_over_all":
        P = softmax(a1 @ W2 + b2, axis=None)
    dz2 = P if wrong == "labels_gone" else P - onehot(y, len(b2))
    dz2 = dz2 if wrong == "n_missing" else dz2 / len(y)
    sign = 1 if wrong == "uphill" else -1
    new_W2 = W2 + sign * lr * (a1.T @ dz2)
    dz1 = dz2 @ (new_W2 if wrong == "updated_weights" else W2).T
    if wrong != "slope_forgotten":
        dz1 = dz1 * (1 - a1**2)
    slopes = {
        "slope_of_a": 1 - np.tanh(a1) ** 2,
        "sigmoid_slope": a1 * (1 - a1),
        "sigmoid_hidden": a1 * (1 - a1),
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
        _step_inputs(np.random.default_rng(1), SIZES),
        (
            SQUARE_CASE[0],
            np.array([2, 0, 1]),
            *SQUARE_CASE[1:],
            0.3,
        ),
        # More classes than the labels show.
        (
            FOUR_CLASSES[0],
            np.array([0, 2, 1]),
            *FOUR_CLASSES[1:],
            0.4,
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
            "lr_divided",
            lambda X, y, W1, b1, W2, b2, lr: _train_step(X, y, W1, b1, W2, b2, 1 / lr),
            "A smaller learning rate gives a larger step here.",
            "Divides by the learning rate.",
        ),
        Mistake(
            "classes_counted",
            lambda X, y, W1, b1, W2, b2, lr: _train_step(
                X, y, W1, b1, W2, b2, lr * len(y) / len(b2)
            ),
            "You divide by the number of classes. The loss is a mean over the samples.",
            "Mixes up N and K.",
        ),
        Mistake(
            "labels_gone",
            _slip("labels_gone"),
            "`y` plays no part in your result. What does the gradient at the scores compare?",
            "Takes the output for its gradient.",
        ),
        Mistake(
            "sigmoid_hidden",
            _slip("sigmoid_hidden"),
            "You use the sigmoid, on both ways. This network has tanh.",
            "Uses the sigmoid out of habit.",
        ),
        Mistake(
            "softmax_over_all",
            _slip("softmax_over_all"),
            "All entries of P together sum to 1. Each row is a sample: what should a row sum to?",
            "Sums without an axis.",
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


MINIBATCHES = Exercise(
    id="training/minibatches",
    title="Minibatches",
    signature="minibatches(order, size)",
    task="order holds shuffled sample indices: return a list of arrays, `size` indices each; the "
    "last may be shorter. Every index occurs once.",
    reference=in_batches,
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
            lambda order, size: in_batches(np.arange(len(order)), size),
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
        (PROBABILITIES, LABELS),
        (np.array([[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]]), np.array([1, 1, 0])),
        (np.array([[0.4, 0.35, 0.25], [0.3, 0.3, 0.4], [0.3, 0.4, 0.3]]), np.array([0, 2, 0])),
        (np.array([[0.1, 0.2, 0.7], [0.2, 0.6, 0.2], [0.3, 0.5, 0.2]]), np.array([0, 1, 0])),
    ),
    draw=lambda rng: (lambda n: (softmax(rng.normal(size=(n, 4))), rng.integers(0, 4, size=n)))(
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
            lambda P, y: float(np.mean(picked(P, y))),
            "This is the mean probability of the right label. Accuracy counts decisions.",
            "Takes confidence for accuracy.",
        ),
        Mistake(
            "over_half",
            lambda P, y: float(np.mean(picked(P, y) > 0.5)),
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
                np.eye(P.shape[1])[np.argmax(P, axis=1)], onehot(y, P.shape[1])
            ),
            "You compare entry by entry: then the many zeros that agree count as well. Compare "
            "decisions.",
            "Counts entries where rows are meant.",
        ),
        Mistake(
            "entries_over_half",
            lambda P, y: float(np.mean((P > 0.5) == onehot(y, P.shape[1]))),
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
