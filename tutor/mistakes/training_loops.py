"""Exercises of the theme "training" on whole loops that are to be mended."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tutor import classifier, datasets
from tutor.mistakes.records import Exercise, Mistake
from tutor.mistakes.training_cases import Rng, in_batches, network_case

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


def _divided_by(count: Callable[[Any, Any, Any], float]) -> Callable[..., Any]:
    """Make a loop that divides a batch's summed gradient by `count(X, rows, batches)`."""

    def loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
        losses = []
        for rows in batches:
            rate = lr * len(rows) / count(X, rows, batches)
            loss, _, params = _relu_step(X[rows], y[rows], params, rate)
            losses.append(loss)
        return np.array(losses)

    return loop


def _with_output_gradient(rule: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Make a loop with `rule(P, Y)` for the gradient at the scores, Y one-hot."""

    def loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
        losses = []
        for rows in batches:
            a1, P = classifier.forward(X[rows], params, "relu")
            losses.append(classifier.loss(P, y[rows]))
            dz2 = rule(P, np.eye(P.shape[1])[y[rows]])
            grads = classifier.backward(X[rows], a1, params, dz2, "relu")
            params = [p - lr * g for p, g in zip(params, grads, strict=True)]
        return np.array(losses)

    return loop


def _with_update(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Make a loop whose new parameters are `rule(params, grads, lr)`."""

    def loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
        losses = []
        for rows in batches:
            loss, grads, _ = _relu_step(X[rows], y[rows], params, lr)
            params = rule(params, grads, lr)
            losses.append(loss)
        return np.array(losses)

    return loop


def _turned_round(params: Any, grads: Any, lr: float) -> list[Any]:
    """Take `lr * g - p` with the gradients of loop A, which have the wrong sign."""
    return [-lr * g - p for p, g in zip(params, grads, strict=True)]


def _in_the_inner_loop(params: Any, grads: Any, lr: float) -> list[Any]:
    """Update all parameters after each gradient that is filled in."""
    turns = range(len(params), 0, -1)
    return [p - n * lr * g for n, p, g in zip(turns, params, grads, strict=True)]


def _late_loop(X: Any, y: Any, params: Any, batches: Any, lr: float) -> Any:
    """Run the loop with the gradients of the batch before."""
    losses, grads = [], [0 * p for p in params]
    for rows in batches:
        loss, new, _ = _relu_step(X[rows], y[rows], params, lr)
        params = [p - lr * g for p, g in zip(params, grads, strict=True)]
        grads = new
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


Orders = Callable[[Sequence[Any]], Sequence[Any]]


def _given(orders: Sequence[Any]) -> Sequence[Any]:
    return orders


def _none(orders: Sequence[Any]) -> Sequence[Any]:
    """Leave the samples where they are in each epoch."""
    return [slice(None)] * len(orders)


def _chained(orders: Sequence[Any]) -> Sequence[Any]:
    """Apply each epoch's order to what the epoch before has left."""
    return list(itertools.accumulate(orders, lambda before, order: before[order]))


def _twice(orders: Sequence[Any]) -> Sequence[Any]:
    return [order[order] for order in orders]


def _first(orders: Sequence[Any]) -> Sequence[Any]:
    return [orders[0]] * len(orders)


def _in_orders(points: Orders, labels: Orders) -> Callable[..., Any]:
    """Make a loop over epochs; points and labels are put into what is made of the orders."""

    def loop(X: Any, y: Any, params: Any, orders: Any, size: int, lr: float) -> Any:
        losses = []
        for points_order, labels_order in zip(points(orders), labels(orders), strict=True):
            epoch_X, epoch_y = X[points_order], y[labels_order]
            batches = [slice(first, first + size) for first in range(0, len(X), size)]
            for rows in batches:
                loss, _, params = _relu_step(epoch_X[rows], epoch_y[rows], params, lr)
                losses.append(loss)
        return np.array(losses)

    return loop


def _in_two_orders(onward: Orders, back: Orders) -> Callable[..., Any]:
    """Make a loop over epochs that takes its points in one order forward, in another backward."""

    def loop(X: Any, y: Any, params: Any, orders: Any, size: int, lr: float) -> Any:
        losses = []
        for there, again, order in zip(onward(orders), back(orders), orders, strict=True):
            labels = y[order]
            for first in range(0, len(X), size):
                rows = slice(first, first + size)
                a1, P = classifier.forward(X[there][rows], params, "relu")
                losses.append(classifier.loss(P, labels[rows]))
                dz2 = classifier.output_gradient(P, labels[rows])
                grads = classifier.backward(X[again][rows], a1, params, dz2, "relu")
                params = [p - lr * g for p, g in zip(params, grads, strict=True)]
        return np.array(losses)

    return loop


# As few as make batches of different sizes: each case is a training.
_LOOP_SAMPLES = 8
# With both the last batch is shorter: a loop that leaves it out is seen.
_BATCH_SIZES = (3, 5)


def _loop_case(rng: Rng) -> tuple[Any, ...]:
    n, d, h, k = _LOOP_SAMPLES, *(int(v) for v in rng.integers(2, 5, size=2)), 3
    X, *params = network_case(rng, (n, d, h, k))
    return X, rng.integers(0, k, size=n), params


def _rate(rng: Rng) -> float:
    """Draw a learning rate, so that a loop with one of its own in place of `lr` is seen."""
    return round(float(rng.uniform(0.1, 0.3)), 2)


def _batch_case(rng: Rng) -> tuple[Any, ...]:
    size = int(rng.choice(_BATCH_SIZES))
    batches = [b for _ in range(2) for b in in_batches(rng.permutation(_LOOP_SAMPLES), size)]
    return *_loop_case(rng), batches, _rate(rng)


def _order_case(rng: Rng) -> tuple[Any, ...]:
    orders = [rng.permutation(_LOOP_SAMPLES) for _ in range(2)]
    return *_loop_case(rng), orders, int(rng.choice(_BATCH_SIZES)), _rate(rng)


_LOOP_TASK = (
    "It trains with ReLU, one step for each batch, and returns the list of the batches' losses, "
    "each taken before its step."
)

_NO_STEPS = (
    "Each batch meets the parameters of the start. Which line of the loop changes `params`, and "
    "by what?"
)


def _slower(times: float, loop: Callable[..., Any] = _loop) -> Callable[..., Any]:
    """Make a loop with its learning rate divided."""
    return lambda *args: loop(*args[:-1], args[-1] / times)


def _of_orders(loop: Callable[..., Any]) -> Callable[..., Any]:
    """Make a loop over batches into one over the orders of the epochs."""
    return lambda X, y, params, orders, size, lr: loop(
        X, y, params, [rows for order in orders for rows in in_batches(order, size)], lr
    )


def _of_the_rate(made: Callable[[Callable[..., Any]], Callable[..., Any]]) -> tuple[Mistake, ...]:
    """Give the mistakes that spoil a mended loop's steps, as functions of the exercise's inputs."""
    return (
        Mistake(
            "lr_forgotten",
            made(lambda X, y, params, batches, lr: _loop(X, y, params, batches, 1.0)),
            "What was wrong is mended. But `lr` plays no part in the step now.",
            "Loses the learning rate.",
        ),
        Mistake(
            "lr_divided",
            made(lambda X, y, params, batches, lr: _loop(X, y, params, batches, 1 / lr)),
            "What was wrong is mended. But a smaller learning rate gives a longer step now.",
            "Divides by the learning rate.",
        ),
        Mistake(
            "mean_twice",
            made(_divided_by(lambda X, rows, batches: len(rows) ** 2)),
            "What was wrong is mended. But the gradient is divided by the number of rows once "
            "more.",
            "Applies 1/N twice.",
        ),
    )


def _plain(loop: Callable[..., Any]) -> Callable[..., Any]:
    return loop


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
            _NO_STEPS,
            "Stops the growth by stopping the training, or leaves the step without effect.",
        ),
        Mistake(
            "mean_lost",
            _divided_by(lambda X, rows, batches: 1),
            "The direction is right now. But the division by the number of rows has gone.",
            "Mends one thing and breaks another.",
        ),
        Mistake(
            "mean_of_all",
            _divided_by(lambda X, rows, batches: len(X)),
            "The direction is right now. But you divide by the number of all samples. The mean "
            "over a batch divides by its own rows.",
            "Takes the number of all samples for the batch's.",
        ),
        Mistake(
            "tanh_in_place",
            _tanh_uphill,
            "You have changed the activation. Does the loss still grow? Follow the sign of `dz2`.",
            "Changes the model in place of the step.",
        ),
        Mistake(
            "losses_after",
            _losses_after,
            "It trains now, but each loss is taken after its step. The task says when.",
            "Moves a line that was right.",
        ),
        Mistake(
            "absolute",
            _with_output_gradient(lambda P, Y: np.abs(P - Y) / len(P)),
            "You take the size of `dz2`. A gradient needs its sign: which way round is the "
            "difference?",
            "Makes a sign positive in place of right.",
        ),
        Mistake(
            "small_steps",
            lambda X, y, params, batches, lr: _loop(X, y, params, batches, -lr / 10),
            "The steps are shorter now, but they still go uphill.",
            "Makes a wrong direction slower instead of turning it round.",
        ),
        Mistake(
            "brackets",
            _with_output_gradient(lambda P, Y: P - Y / len(P)),
            "Only the labels are divided by the number of rows: where do the brackets belong?",
            "Loses the brackets while turning the difference round.",
        ),
        Mistake(
            "labels_gone",
            _with_output_gradient(lambda P, Y: P / len(P)),
            "`dz2` is made of the probabilities alone. Where have the labels gone?",
            "Takes the output for its gradient.",
        ),
        Mistake(
            "over_classes",
            _divided_by(lambda X, rows, batches: 3),
            "The direction is right now. But you divide by the number of classes. The mean over a "
            "batch divides by its rows.",
            "Mixes up N and K.",
        ),
        Mistake(
            "turned_round",
            _with_update(_turned_round),
            "`lr * g - p` turns the parameters' own signs round as well. Only the step is to be "
            "turned.",
            "Swaps the two sides of a difference in place of its sign.",
        ),
        *_of_the_rate(_plain),
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
            f"{_NO_STEPS} Print `grads` in front of it: do the new gradients arrive there?",
            "Empties the gradients before they are used, never fills them, or leaves the step "
            "without effect.",
        ),
        Mistake(
            "uphill",
            lambda X, y, params, batches, lr: _loop(X, y, params, batches, -lr),
            "The gradients are new in each batch now. But the step goes uphill.",
            "Changes the sign as well.",
        ),
        Mistake(
            "averaged",
            _averaged_loop,
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
        Mistake(
            "small_steps",
            _slower(10, _piled_loop),
            "The steps are shorter now, but the gradients still pile up.",
            "Turns the learning rate down instead of finding the cause.",
        ),
        Mistake(
            "pile_divided",
            lambda X, y, params, batches, lr: _piled_loop(X, y, params, batches, lr / len(batches)),
            "You divide by the number of batches, but the gradients still pile up. Each step "
            "should follow its own batch alone.",
            "Treats the symptom: keeps the pile, and makes it smaller.",
        ),
        Mistake(
            "one_late",
            _late_loop,
            "Each step takes the gradients of the batch before. Which line comes first?",
            "Sets the gradients behind the update.",
        ),
        Mistake(
            "update_in_the_inner_loop",
            _with_update(_in_the_inner_loop),
            "The gradients are new in each batch now. But the update stands inside the inner loop "
            "and runs once for each array.",
            "Indents the update too far.",
        ),
        Mistake(
            "lr_twice",
            lambda X, y, params, batches, lr: _loop(X, y, params, batches, lr**2),
            "The gradients are new in each batch now. But they are multiplied by `lr` twice.",
            "Puts the learning rate into the gradient as well.",
        ),
        Mistake(
            "losses_after",
            _losses_after,
            "It trains now, but each loss is taken after its step. The task says when.",
            "Moves a line that was right.",
        ),
        *_of_the_rate(_plain),
    ),
)

MEND_C = Exercise(
    id="training/mend_c",
    title="Mend loop C",
    signature="loop_c(X, y, params, orders, size, lr)",
    task="Change one thing in loop C, so that it trains and still goes through the samples in a "
    f"new order in each epoch. {_LOOP_TASK}",
    reference=_in_orders(_given, _given),
    cases=(_order_case(np.random.default_rng(15)), _order_case(np.random.default_rng(16))),
    draw=_order_case,
    lists=True,
    mistakes=(
        Mistake(
            "as_it_was",
            _in_orders(_none, _given),
            "Which sample stands in row 0 of `points`, and which label in row 0 of `labels`?",
            "Hasn't changed it yet, or treats a symptom.",
            untouched=True,
        ),
        Mistake(
            "not_shuffled",
            _in_orders(_none, _none),
            "It trains now, but each epoch has the same batches. Keep the new order, for both.",
            "Takes the shuffling out instead of doing it for both.",
        ),
        Mistake(
            "inputs_only",
            _in_orders(_given, _none),
            "Now the inputs are shuffled and the labels aren't.",
            "Moves the mistake to the other array.",
        ),
        Mistake(
            "order_on_order",
            _in_orders(_chained, _given),
            "From the second epoch on, the inputs are shuffled again and the labels start afresh. "
            "Leave `X` as it is.",
            "Overwrites X in each epoch.",
        ),
        Mistake(
            "ordered_twice",
            _in_orders(_twice, _twice),
            "Both are put in order, and then taken in that order once more. Once is enough.",
            "Applies the order in both places.",
        ),
        Mistake(
            "both_overwritten",
            _in_orders(_chained, _chained),
            "It trains, but X and y are shuffled again from where the last epoch left them. "
            "Leave both as they are.",
            "Overwrites the data in each epoch.",
        ),
        Mistake(
            "first_order_only",
            _in_orders(_first, _first),
            "It trains, but each epoch has the same batches, those of the first order.",
            "Shuffles once, before the epochs.",
        ),
        Mistake(
            "forward_only",
            _in_two_orders(_given, _none),
            "Forward goes through the samples in the new order, backward in the old one. Both need "
            "the same rows.",
            "Mends one of two places.",
        ),
        Mistake(
            "backward_only",
            _in_two_orders(_none, _given),
            "Backward goes through the samples in the new order, forward in the old one. Both need "
            "the same rows.",
            "Mends one of two places.",
        ),
        Mistake(
            "labels_twice",
            _in_orders(_given, _twice),
            "The labels are put in order twice now, and the inputs once.",
            "Applies the order where the labels have it already.",
        ),
        Mistake(
            "labels_on_labels",
            _in_orders(_given, _chained),
            "From the second epoch on, the labels are shuffled again and the inputs start afresh. "
            "Leave `y` as it is.",
            "Overwrites y in each epoch.",
        ),
        Mistake(
            "small_steps",
            _slower(10, _in_orders(_none, _given)),
            "The steps are shorter now, but the labels still belong to other samples.",
            "Blames the learning rate.",
        ),
        Mistake(
            "sign_turned",
            _slower(-1, _in_orders(_none, _given)),
            "You have turned the step round, but the labels still belong to other samples.",
            "Blames the sign.",
        ),
        Mistake(
            "uphill",
            _slower(-1, _in_orders(_given, _given)),
            "Inputs and labels belong together now. But the step goes uphill.",
            "Changes the sign as well.",
        ),
        Mistake(
            "no_steps",
            _slower(np.inf, _in_orders(_given, _given)),
            _NO_STEPS,
            "Leaves the step without effect.",
        ),
        Mistake(
            "losses_after",
            _of_orders(_losses_after),
            "It trains now, but each loss is taken after its step. The task says when.",
            "Moves a line that was right.",
        ),
        Mistake(
            "one_an_epoch",
            lambda X, y, params, orders, size, lr: (
                _in_orders(_given, _given)(X, y, params, orders, size, lr)
                .reshape(len(orders), -1)
                .mean(axis=1)
            ),
            "It trains now, but you give one loss an epoch. One of each batch is asked for.",
            "Averages over the epoch, as the picture does.",
        ),
        *_of_the_rate(_of_orders),
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
