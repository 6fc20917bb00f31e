"""Exercises of the theme "playground": what it computes, how runs are compared, what follows.

Those that are answered by training networks are in `playground_experiments`. The order of all is
here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor.mistakes import playground_experiments as experiments
from tutor.mistakes.records import READY_MADE, Exercise, Mistake

Rng = np.random.Generator


# What the Playground computes ---------------------------------------------------------------------

FEATURES = Exercise(
    id="playground/features",
    title="The seven features",
    signature="features(X)",
    task="X (N, 2): return (N, 7) with x1, x2, x1², x2², x1·x2, sin x1, sin x2, in this order.",
    reference=lambda X: _features(X),
    cases=((np.array([[1.0, -2.0], [0.5, 3.0], [-4.0, 0.0]]),),),
    draw=lambda rng: (rng.uniform(-5, 5, size=(int(rng.integers(1, 6)), 2)),),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "degrees",
            lambda X: np.hstack([_features(X)[:, :5], np.sin(np.deg2rad(X))]),
            "Your sines hardly move: are x1 and x2 taken for degrees?",
            "Converts where numpy wants radians already.",
        ),
        Mistake(
            "doubled",
            lambda X: np.hstack([X, 2 * X, _features(X)[:, 4:]]),
            "Look at the third column: a square isn't a double.",
            "Mixes up x² with 2x.",
        ),
        Mistake(
            "sum_for_product",
            lambda X: np.column_stack(
                [X, X**2, X[:, 0] + X[:, 1], np.sin(X[:, 0]), np.sin(X[:, 1])]
            ),
            "Look at the fifth column: it is a sum.",
            "Adds where the feature multiplies.",
        ),
        Mistake(
            "cosines",
            lambda X: np.hstack([_features(X)[:, :5], np.cos(X)]),
            "Look at the last two columns at x = 0.",
            "Mixes up sine and cosine.",
        ),
        Mistake(
            "transposed",
            lambda X: _features(X).T,
            "Your table is turned: each sample has a row.",
            "Stacks the features as rows.",
        ),
        Mistake(
            "product_first",
            lambda X: _features(X)[:, [0, 1, 4, 2, 3, 5, 6]],
            "All features are there, in another order. Compare with the list.",
            "Follows an order of their own.",
        ),
        Mistake(
            "by_input",
            lambda X: _features(X)[:, [0, 2, 5, 1, 3, 6, 4]],
            "All features are there, ordered by input. Compare with the list.",
            "Groups the features by input.",
        ),
        Mistake(
            "without_sines",
            lambda X: _features(X)[:, :5],
            "Two columns are missing.",
            "Stops at the polynomial features.",
        ),
        Mistake(
            "product_last",
            lambda X: np.column_stack([X, X**2, np.sin(X), X[:, 0] * X[:, 1]]),
            "All seven are there, in another order: x1·x2 comes before the sines.",
            "Appends the product last.",
        ),
        Mistake(
            "sines_swapped",
            lambda X: _features(X)[:, [0, 1, 2, 3, 4, 6, 5]],
            "Look at the last two columns: sin x1 comes first.",
            "Swaps the two inputs.",
        ),
        Mistake(
            "sine_of_product",
            lambda X: np.column_stack(
                [_features(X)[:, :5], np.sin(X[:, 0] * X[:, 1]), np.sin(X[:, 1])]
            ),
            "Look at the sixth column: the sine is taken of x1 alone.",
            "Carries the product on into the sine.",
        ),
        Mistake(
            "times_pi",
            lambda X: np.hstack([_features(X)[:, :5], np.sin(np.pi * X)]),
            "Look at the last two columns: there is no π in the list.",
            "Expects a sine to contain π.",
        ),
        Mistake(
            "sines_squared",
            lambda X: np.hstack([_features(X)[:, :5], np.sin(X) ** 2]),
            "Look at the last two columns: are the sines squared as well?",
            "Carries the square on into the sines.",
        ),
        Mistake(
            "squares_added",
            lambda X: np.column_stack([X, X[:, 0] ** 2 + X[:, 1] ** 2, _features(X)[:, 4:]]),
            "A column is missing: x1² and x2² are two features, not their sum.",
            "Thinks of the circle.",
        ),
        Mistake(
            "same_square_twice",
            lambda X: _features(X)[:, [0, 1, 2, 2, 4, 5, 6]],
            "Look at the fourth column: which input is squared there?",
            "Copies a term without changing it.",
        ),
        Mistake(
            "cubes",
            lambda X: np.hstack([X, X**3, _features(X)[:, 4:]]),
            "Look at the third and the fourth column: which power is asked for?",
            "Takes another power.",
        ),
        Mistake(
            "inputs_left_out",
            lambda X: _features(X)[:, 2:],
            "Two columns are missing: x1 and x2 themselves are features, too.",
            "Lists new features only.",
        ),
        Mistake(
            "ones_in_front",
            lambda X: np.column_stack([np.ones(len(X)), _features(X)]),
            "A column of ones is too many: the bias isn't a feature here.",
            "Folds the bias into the inputs.",
        ),
        Mistake(
            "sine_before_product",
            lambda X: _features(X)[:, [0, 1, 2, 3, 5, 4, 6]],
            "All seven are there, in another order: x1·x2 comes before the sines.",
            "Groups the features by input.",
        ),
        Mistake(
            "scalar_product",
            lambda X: np.column_stack(
                [_features(X)[:, :4], np.full(len(X), X[:, 0] @ X[:, 1]), np.sin(X)]
            ),
            "Look at the fifth column: `@` adds up over the samples. Each sample has its own "
            "product.",
            "Mixes up * and @.",
        ),
        Mistake(
            "all_in_one_line",
            lambda X: _features(X).T.ravel(),
            "All numbers came back in one line. What puts arrays side by side as columns?",
            "Appends arrays end to end.",
        ),
        Mistake(
            "reshaped",
            lambda X: _features(X).T.reshape(-1, 7),
            "`reshape` fills row by row, and tears columns apart. Which attribute turns a table?",
            "Takes reshape for a transpose.",
        ),
        Mistake(
            "last_cosine",
            lambda X: np.column_stack([_features(X)[:, :6], np.cos(X[:, 1])]),
            "Look at the last column at x2 = 0: sine or cosine?",
            "Expects the sine and the cosine in a pair.",
        ),
        Mistake(
            "ones_behind",
            lambda X: np.column_stack([_features(X), np.ones(len(X))]),
            "A column of ones is too many: the bias isn't a feature here.",
            "Folds the bias into the inputs.",
        ),
    ),
)


def _features(X: Any) -> Any:
    x1, x2 = X[:, 0], X[:, 1]
    return np.column_stack([x1, x2, x1**2, x2**2, x1 * x2, np.sin(x1), np.sin(x2)])


def _outputs(rng: Rng) -> tuple[Any, ...]:
    n = int(rng.integers(4, 9))
    return np.tanh(rng.normal(size=n)), rng.choice([-1.0, 1.0], size=n)


LOSS = Exercise(
    id="playground/loss",
    title="The Playground's loss",
    signature="loss(o, t)",
    task="o and t are (N,), outputs and targets −1 or 1: return the mean of ½(o − t)².",
    reference=lambda o, t: float(np.mean(0.5 * (o - t) ** 2)),
    cases=(
        (np.array([0.5, -0.8, 0.1]), np.array([1.0, -1.0, -1.0])),
        (np.array([0.92, -0.35, -0.7, 0.18, 0.5]), np.array([1.0, 1.0, -1.0, -1.0, 1.0])),
        (np.array([0.9, -0.97]), np.array([1.0, -1.0])),
    ),
    draw=_outputs,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "half_dropped",
            lambda o, t: float(np.mean((o - t) ** 2)),
            "Twice too large: look at the front of the formula.",
            "Drops the ½.",
        ),
        Mistake(
            "sum",
            lambda o, t: float(np.sum(0.5 * (o - t) ** 2)),
            "You add up the points. The Playground shows the mean.",
            "Forgets 1/N.",
        ),
        Mistake(
            "n_twice",
            lambda o, t: float(np.mean(0.5 * (o - t) ** 2)) / len(o),
            "You divide by the number of points twice.",
            "Applies 1/N twice.",
        ),
        Mistake(
            "not_squared",
            lambda o, t: float(np.mean(0.5 * (o - t))),
            "Errors to both sides cancel. What keeps them from doing so?",
            "Forgets the square.",
        ),
        Mistake(
            "absolute",
            lambda o, t: float(np.mean(0.5 * np.abs(o - t))),
            "You take the size of the error where its square is asked for.",
            "Uses another loss.",
        ),
        Mistake(
            "error_rate",
            lambda o, t: float(np.mean(np.sign(o) != t)),
            "This is the share of wrong sides. The loss also asks how far off an output is.",
            "Takes the error rate for the loss.",
        ),
        Mistake(
            "square_of_mean",
            lambda o, t: float(0.5 * np.mean(o - t) ** 2),
            "You average before you square: errors to both sides cancel.",
            "Swaps mean and square.",
        ),
        Mistake(
            "mean_first",
            lambda o, t: np.mean(0.5 * (o - t)) ** 2,
            "You average before you square: errors to both sides cancel.",
            "Squares the mean.",
        ),
        Mistake(
            "added",
            lambda o, t: float(np.mean(0.5 * (o + t) ** 2)),
            "An error is a difference, and you add.",
            "Has one sign wrong.",
        ),
        Mistake(
            "root",
            lambda o, t: float(np.sqrt(np.mean(0.5 * (o - t) ** 2))),
            "You take a root. The loss is the mean square itself.",
            "Uses the root mean square.",
        ),
        Mistake(
            "squares_subtracted",
            lambda o, t: float(np.mean(0.5 * (o**2 - t**2))),
            "You square first and subtract then. What exactly is squared?",
            "Swaps difference and square.",
        ),
        Mistake(
            "brackets",
            lambda o, t: float(np.mean(0.5 * o - t**2)),
            "A power comes before a difference. What exactly is squared?",
            "Leaves the brackets out of a square.",
        ),
        Mistake(
            "times_n",
            lambda o, t: float(np.sum((o - t) ** 2) / 2 * len(o)),
            "`… / 2 * N` divides by 2 and multiplies by N. Where do brackets belong?",
            "Writes … / 2 * N for … / (2 * N).",
        ),
        Mistake(
            "n_minus_one",
            lambda o, t: float(np.sum(0.5 * (o - t) ** 2) / (len(o) - 1)),
            "You divide by N − 1. A mean divides by the number of its terms.",
            "Carries N − 1 over from the variance.",
        ),
        Mistake(
            "first_point",
            lambda o, t: float(0.5 * (o[0] - t[0]) ** 2),
            "Only the first point counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "last_point",
            lambda o, t: float(0.5 * (o[-1] - t[-1]) ** 2 / len(o)),
            "Only the last point counts in your result: = or += in the loop?",
            "Overwrites in a loop where it should add.",
        ),
        Mistake(
            "sum_of_squares",
            lambda o, t: float(np.sum((o - t) ** 2)),
            "Two things: a mean is asked for, and there is a factor in front of the square.",
            "Forgets 1/N and the ½.",
        ),
        Mistake(
            "largest",
            lambda o, t: float(np.max(0.5 * (o - t) ** 2)),
            "Only the largest error counts in your result.",
            "Mixes up max and mean.",
        ),
        Mistake(
            "absolute_half_dropped",
            lambda o, t: float(np.mean(np.abs(o - t))),
            "You take the size of the error. Half of its square is asked for.",
            "Uses another loss.",
        ),
        Mistake(
            "doubled",
            lambda o, t: float(np.mean(0.5 * (o - t) * 2)),
            "`* 2` is a double. Which sign is the square?",
            "Mixes up x² with 2x.",
        ),
        Mistake(
            "three_points_only",
            lambda o, t: float(np.sum(0.5 * (o - t) ** 2) / 3),
            "Right for three points only. By how many should the sum be divided?",
            "Builds the example in.",
        ),
        Mistake(
            "half_squared",
            lambda o, t: float(np.mean((0.5 * (o - t)) ** 2)),
            "You square the ½ as well. What exactly is squared in the formula?",
            "Puts the factor inside the square.",
        ),
    ),
)

ACCURACY = Exercise(
    id="playground/accuracy",
    title="Accuracy with classes −1 and 1",
    signature="accuracy(o, t)",
    task="o (N,) are outputs between −1 and 1, none of them 0; t (N,) is −1 or 1: return the "
    "share of points on the right side.",
    reference=lambda o, t: float(np.mean((o > 0) == (t > 0))),
    cases=(
        (np.array([0.5, -0.8, 0.1, 0.3]), np.array([1.0, -1.0, -1.0, 1.0])),
        (
            np.array([-0.2, 0.9, -0.7, -0.3, 0.6, 0.4, -0.8]),
            np.array([1.0, 1.0, -1.0, -1.0, -1.0, 1.0, -1.0]),
        ),
    ),
    draw=_outputs,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "threshold_half",
            lambda o, t: float(np.mean((o > 0.5) == (t > 0))),
            "0.5 is half-way between 0 and 1. What is half-way between −1 and 1?",
            "Carries the threshold of a probability over to tanh.",
        ),
        Mistake(
            "exact",
            lambda o, t: float(np.mean(o == t)),
            "An output hardly ever equals its target exactly. Which side is it on?",
            "Compares numbers where sides are meant.",
        ),
        Mistake(
            "error_rate",
            lambda o, t: float(np.mean((o > 0) != (t > 0))),
            "This is the share on the wrong side.",
            "Counts the complement.",
        ),
        Mistake(
            "count",
            lambda o, t: int(np.sum((o > 0) == (t > 0))),
            "This is a number of points. Their share is asked for.",
            "Stops at the count.",
        ),
        Mistake(
            "positives",
            lambda o, t: float(np.mean((o > 0) & (t > 0))),
            "Points rightly put on the negative side count, too.",
            "Counts hits of one class only.",
        ),
        Mistake(
            "percent",
            lambda o, t: 100 * float(np.mean((o > 0) == (t > 0))),
            "You return per cent; a share lies between 0 and 1.",
            "Takes per cent for a share.",
        ),
        Mistake(
            "mean_sign",
            lambda o, t: float(np.mean(np.sign(o) * t)),
            "Your result can be negative: right points count 1, wrong ones −1. What is a share?",
            "Takes the mean of products for a share.",
        ),
        Mistake(
            "counter_set",
            lambda o, t: float(np.any((o > 0) == (t > 0))) / len(o),
            "Only one right point is counted. `right =+ 1` sets it to 1; which way round adds?",
            "Writes =+ for +=.",
        ),
        Mistake(
            "product_averaged",
            lambda o, t: np.mean(o * t),
            "o·t tells the side by its sign. How sure the network is doesn't count.",
            "Averages o·t.",
        ),
        Mistake(
            "rounded",
            lambda o, t: float(np.mean(np.round(o) == t)),
            "You round the outputs, or ask whether they are near their targets. It is enough to be "
            "on the right side.",
            "Judges by distance where sides are meant.",
        ),
        Mistake(
            "complement_of_loss",
            lambda o, t: float(1 - np.mean(0.5 * (o - t) ** 2)),
            "You subtract the loss from 1. Accuracy counts decisions.",
            "Takes accuracy for what is missing from the loss.",
        ),
        Mistake(
            "share_of_positive",
            lambda o, t: float(np.mean(o > 0)),
            "The targets play no part in your result.",
            "Counts one kind of output.",
        ),
        Mistake(
            "ratio_of_positives",
            lambda o, t: float(np.sum(o > 0) / max(1, np.sum(t > 0))),
            "You compare how many are positive. Are they the same points?",
            "Compares counts in place of pairs.",
        ),
        Mistake(
            "either",
            lambda o, t: float(np.mean((o > 0) | (t > 0))),
            "One of the two being positive is enough for you. When are output and target on the "
            "same side?",
            "Mixes up “or” and “the same”.",
        ),
        Mistake(
            "above_target",
            lambda o, t: float(np.mean(o >= t)),
            "You ask whether an output is above its target. Which side of 0 is it on?",
            "Compares output and target directly.",
        ),
        Mistake(
            "first_point",
            lambda o, t: float((o[0] > 0) == (t[0] > 0)) / len(o),
            "Only the first point counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "four_points_only",
            lambda o, t: float(np.sum((o > 0) == (t > 0)) / 4),
            "Right for four points only. By how many should their number be divided?",
            "Builds the example in.",
        ),
    ),
)


def _l1(w: Any, g: Any, lr: float, rate: float) -> Any:
    stepped = w - lr * g
    pulled = stepped - lr * rate * np.sign(w)
    return np.where(stepped * pulled < 0, 0.0, pulled)


def _l1_case(rng: Rng) -> tuple[Any, ...]:
    w = rng.normal(scale=0.3, size=8)
    return w, rng.normal(size=8), float(rng.choice([0.1, 0.3])), float(rng.choice([0.3, 1.0, 3.0]))


L1_STEP = Exercise(
    id="playground/l1_step",
    title="L1 cuts links",
    signature="l1_step(w, g, lr, rate)",
    task="Arrays w and g: first w1 = w − lr·g, then w2 = w1 − lr·rate·sign(w), with the old w in "
    "sign; where w1·w2 < 0 the weight becomes 0. Return the new weights.",
    reference=_l1,
    cases=(
        (
            np.array([0.5, -0.4, 0.02, -0.01, 0.3]),
            np.array([0.1, -0.2, 0.0, 0.05, 4.0]),
            0.1,
            0.3,
        ),
        (np.array([0.3, -0.3137]), np.array([3.2, 0.1019]), 0.1, 3.0),
    ),
    draw=_l1_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "not_cut",
            lambda w, g, lr, rate: w - lr * g - lr * rate * np.sign(w),
            "Small weights swing past 0. What does the task say about a change of sign?",
            "Forgets the cut at 0.",
        ),
        Mistake(
            "l2",
            lambda w, g, lr, rate: w - lr * g - lr * rate * w,
            "Your pull depends on the weight's size: that is L2.",
            "Mixes up L1 and L2.",
        ),
        Mistake(
            "pull_outwards",
            lambda w, g, lr, rate: w - lr * g + lr * rate * np.sign(w),
            "Your weights are pushed away from 0.",
            "Flips the sign of the penalty.",
        ),
        Mistake(
            "no_penalty",
            lambda w, g, lr, rate: w - lr * g,
            "The rate plays no part in your result.",
            "Forgets the penalty.",
        ),
        Mistake(
            "sign_of_new",
            lambda w, g, lr, rate: _cut(w - lr * g, w - lr * g - lr * rate * np.sign(w - lr * g)),
            "Almost: the sign is taken of the old weight, not of the one after the first step.",
            "Uses the updated weight too early.",
        ),
        Mistake(
            "compared_with_old",
            lambda w, g, lr, rate: _cut(w, w - lr * g - lr * rate * np.sign(w)),
            "Almost: a weight is cut if the pull changes its sign, not if the whole step does.",
            "Compares with the weight before the first step.",
        ),
        Mistake(
            "lr_forgotten",
            lambda w, g, lr, rate: _cut(w - lr * g, w - lr * g - rate * np.sign(w)),
            "Your pull doesn't depend on the learning rate.",
            "Leaves the learning rate out of the penalty.",
        ),
        Mistake(
            "decay_of_l2",
            lambda w, g, lr, rate: _cut(w - lr * g, w - lr * g - lr * rate * w),
            "You pull in proportion to the weight: that is L2. L1 pulls all alike.",
            "Mixes up L1 and L2.",
        ),
        Mistake(
            "cut_turned_round",
            lambda w, g, lr, rate: (lambda w1, w2: np.where(w1 * w2 > 0, 0.0, w2))(
                w - lr * g, w - lr * g - lr * rate * np.sign(w)
            ),
            "You cut the weights that keep their sign. Which product shows a change?",
            "Turns the comparison round.",
        ),
        Mistake(
            "step_without_pull",
            lambda w, g, lr, rate: (lambda w1, w2: np.where(w1 * w2 < 0, 0.0, w1))(
                w - lr * g, w - lr * g - lr * rate * np.sign(w)
            ),
            "Weights that aren't cut come out without their pull. Which of w1 and w2 is the new "
            "one?",
            "Returns the value before the last step.",
        ),
        Mistake(
            "pull_from_the_start",
            lambda w, g, lr, rate: (lambda w1, w2: np.where(w1 * w2 < 0, 0.0, w2))(
                w - lr * g, w - lr * rate * np.sign(w)
            ),
            "Your second step starts from w again, and the gradient is lost. Where does it start?",
            "Uses the old weight in the second step.",
        ),
        Mistake(
            "uphill",
            lambda w, g, lr, rate: _cut(w + lr * g, w + lr * g - lr * rate * np.sign(w)),
            "You climb. The gradient points to where the loss grows.",
            "Flips the sign of the update.",
        ),
        Mistake(
            "absolute_pull",
            lambda w, g, lr, rate: _cut(w - lr * g, w - lr * g - lr * rate * np.abs(w)),
            "You pull by the size of a weight, and always downwards. L1 pulls by its sign.",
            "Uses the penalty in place of its derivative.",
        ),
        Mistake(
            "sign_of_gradient",
            lambda w, g, lr, rate: _cut(w - lr * g, w - lr * g - lr * rate * np.sign(g)),
            "You pull by the sign of the gradient. Whose sign says where 0 is?",
            "Takes the wrong array.",
        ),
        Mistake(
            "gradient_without_lr",
            lambda w, g, lr, rate: _cut(w - g, w - g - lr * rate * np.sign(w)),
            "Your first step doesn't depend on the learning rate.",
            "Leaves the learning rate out of the step.",
        ),
        Mistake(
            "all_downwards",
            lambda w, g, lr, rate: _cut(w - lr * g, w - lr * g - lr * rate),
            "All weights are pulled downwards, the negative ones away from 0. What gives the "
            "pull its direction?",
            "Forgets the sign.",
        ),
        Mistake(
            "all_downwards_uncut",
            lambda w, g, lr, rate: w - lr * (g + rate),
            "All weights are pulled downwards, the negative ones away from 0, and none is cut.",
            "Forgets the sign, and the cut.",
        ),
        Mistake(
            "negative_cut",
            lambda w, g, lr, rate: (lambda w2: np.where(w2 < 0, 0.0, w2))(
                w - lr * g - lr * rate * np.sign(w)
            ),
            "All negative weights become 0. Only those that change their sign should.",
            "Takes negative for a change of sign.",
        ),
        Mistake(
            "old_kept",
            lambda w, g, lr, rate: (lambda w1, w2: np.where(w1 * w2 < 0, w, w2))(
                w - lr * g, w - lr * g - lr * rate * np.sign(w)
            ),
            "Where the sign changes you keep the old weight. The task says what it becomes.",
            "Undoes the step instead of cutting.",
        ),
        Mistake(
            "first_step_cut",
            lambda w, g, lr, rate: (lambda w1, w2: np.where(w1 * w < 0, 0.0, w2))(
                w - lr * g, w - lr * g - lr * rate * np.sign(w)
            ),
            "You cut where the first step changes the sign. Which step is the pull?",
            "Compares with the weight before the first step.",
        ),
        Mistake(
            "decay_without_lr",
            lambda w, g, lr, rate: _cut(w - lr * g, w - lr * g - rate * w),
            "You pull in proportion to the weight: that is L2. And the learning rate is missing.",
            "Mixes up L1 and L2.",
        ),
    ),
)


def _cut(before: Any, after: Any) -> Any:
    return np.where(before * after < 0, 0.0, after)


SPLIT = Exercise(
    id="playground/split_sizes",
    title="Training and test points",
    signature="split_sizes(n, percent)",
    task="n points, `percent` of them for training, rounded down: return (training, test).",
    reference=lambda n, percent: (n * percent // 100, n - n * percent // 100),
    parts=("training", "test"),
    cases=((500, 50), (500, 10), (7, 50), (33, 80), (9, 40)),
    # Not 70 per cent: 90 * 0.7 is a little less than 63, and int(n * (percent / 100)) isn't wrong.
    draw=lambda rng: (
        int(rng.integers(20, 600)),
        int(rng.choice([10, 20, 30, 40, 50, 60, 80, 90])),
    ),
    mistakes=(
        Mistake(
            "swapped",
            lambda n, percent: (n - n * percent // 100, n * percent // 100),
            "The right sizes, but the ratio is for training.",
            "Takes the ratio for the test share.",
        ),
        Mistake(
            "as_fraction",
            lambda n, percent: (n * percent, n - n * percent),
            "`percent` is a number like 50, not 0.5.",
            "Forgets the hundred.",
        ),
        Mistake(
            "rounded_up",
            lambda n, percent: (-(-n * percent // 100), n + (-n * percent // 100)),
            "One too many now and then: the training part is rounded down.",
            "Rounds the other way.",
        ),
        Mistake(
            "fraction",
            lambda n, percent: (n * percent / 100, n - n * percent / 100),
            "There are no fractions of a point.",
            "Forgets to round.",
        ),
        Mistake(
            "both_down",
            lambda n, percent: (n * percent // 100, n * (100 - percent) // 100),
            "A point gets lost now and then. What is left for the test?",
            "Rounds both parts.",
        ),
        Mistake(
            "rest_forgotten",
            lambda n, percent: (n * percent // 100, n),
            "The test points are those that are left.",
            "Tests on all points.",
        ),
        Mistake(
            "rounded",
            lambda n, percent: (round(n * percent / 100), n - round(n * percent / 100)),
            "Almost: the task rounds down, always.",
            "Rounds to the nearest.",
        ),
        Mistake(
            "hundreds_first",
            lambda n, percent: (n // 100 * percent, n - n // 100 * percent),
            "`n // 100` cuts off before you multiply. In which order is nothing lost?",
            "Rounds down too early.",
        ),
        Mistake(
            "share_cut",
            lambda n, percent: (n * (percent // 100), n - n * (percent // 100)),
            "`percent // 100` is 0 below 100 per cent. In which order is nothing lost?",
            "Rounds down too early.",
        ),
        Mistake(
            "percent_as_number",
            lambda n, percent: (percent, n - percent),
            "You take per cent for a number of points. Per cent of what?",
            "Forgets to multiply by n.",
        ),
        Mistake(
            "divided_by_percent",
            lambda n, percent: (n // percent, n - n // percent),
            "You divide by the percentage: a larger one gives you fewer points.",
            "Divides where it should multiply.",
        ),
        Mistake(
            "complement_of_percent",
            lambda n, percent: (n * percent // 100, 100 - percent),
            "The training size is right. The second number is a percentage, and points are asked "
            "for.",
            "Mixes percentages and points.",
        ),
        Mistake(
            "same_twice",
            lambda n, percent: (n * percent // 100, n * percent // 100),
            "The training size is right. The test points are those that are left.",
            "Repeats the formula without changing it.",
        ),
        Mistake(
            "halves",
            lambda n, percent: (n // 2, n - n // 2),
            "Right for 50 per cent only. The percentage is handed in: use it.",
            "Builds the default in.",
        ),
        Mistake(
            "one_more",
            lambda n, percent: (n * percent // 100 + 1, n - n * percent // 100 - 1),
            "One training point too many. Rounding down adds nothing.",
            "Counts one too many.",
        ),
        Mistake(
            "test_rounded",
            lambda n, percent: (n * percent // 100, round(n * (100 - percent) / 100)),
            "Now and then a point is lost or counted twice. What is left for the test?",
            "Rounds both parts.",
        ),
    ),
)

UPDATES = Exercise(
    id="playground/updates",
    title="How many updates?",
    signature="updates(n, batch, epochs)",
    task="The Playground updates after every full batch of an epoch; an incomplete last batch "
    "gives no update of its own. How many updates do n points give?",
    reference=lambda n, batch, epochs: n // batch * epochs,
    cases=((250, 10, 1), (250, 7, 3), (9, 10, 5)),
    draw=lambda rng: (
        int(rng.integers(*((20, 400) if rng.integers(3) else (2, 15)))),
        int(rng.integers(1, 31)),
        int(rng.integers(1, 20)),
    ),
    mistakes=(
        Mistake(
            "rounded_up",
            lambda n, batch, epochs: -(-n // batch) * epochs,
            "The incomplete batch at the end gives no update of its own here.",
            "Counts the last, short batch.",
        ),
        Mistake(
            "carried_over",
            lambda n, batch, epochs: n * epochs // batch,
            "The count starts anew each epoch: leftover gradients wait for the next full batch, "
            "and don't make one sooner.",
            "Fills batches across epochs.",
        ),
        Mistake(
            "one_epoch",
            lambda n, batch, epochs: n // batch,
            "That is one epoch.",
            "Forgets the epochs.",
        ),
        Mistake(
            "each_point",
            lambda n, batch, epochs: n * epochs,
            "That is an update for each point. What does the batch size do?",
            "Takes a sample for an update.",
        ),
        Mistake(
            "epochs_only",
            lambda n, batch, epochs: epochs,
            "That is one update an epoch. The batch size makes more of them.",
            "Takes an epoch for an update.",
        ),
        Mistake(
            "fraction",
            lambda n, batch, epochs: n / batch * epochs,
            "There are no fractions of an update.",
            "Forgets to round.",
        ),
        Mistake(
            "batch_multiplied",
            lambda n, batch, epochs: n * batch * epochs,
            "Larger batches should mean fewer updates.",
            "Multiplies by the batch size.",
        ),
        Mistake(
            "added",
            lambda n, batch, epochs: n // batch + epochs,
            "Each epoch has so many updates: are the epochs added?",
            "Adds where it should multiply.",
        ),
        Mistake(
            "batch_for_batches",
            lambda n, batch, epochs: batch * epochs,
            "`batch` says how many points are in a batch. How many batches are there in an epoch?",
            "Takes the size of a batch for the number of batches.",
        ),
        Mistake(
            "divided_by_epochs",
            lambda n, batch, epochs: n // (batch * epochs),
            "More epochs give you fewer updates. Which way should it go?",
            "Divides where it should multiply.",
        ),
        Mistake(
            "at_least_one",
            lambda n, batch, epochs: max(1, n // batch) * epochs,
            "Almost: an epoch without a full batch gives no update at all.",
            "Believes that every epoch changes something.",
        ),
        Mistake(
            "nearest",
            lambda n, batch, epochs: round(n / batch) * epochs,
            "Now and then one too many: only full batches count.",
            "Rounds where it has to cut off.",
        ),
        Mistake(
            "rest_counted",
            lambda n, batch, epochs: n % batch * epochs,
            "`%` gives the points that are left over. How many full batches are there?",
            "Mixes up // and %.",
        ),
        Mistake(
            "one_more",
            lambda n, batch, epochs: (n // batch + 1) * epochs,
            "One too many in each epoch: an incomplete batch gives no update, and there may be "
            "none.",
            "Adds a batch for the rest.",
        ),
        Mistake(
            "one_epoch_less",
            lambda n, batch, epochs: n // batch * (epochs - 1),
            "An epoch is missing. All of them update.",
            "Counts gaps instead of epochs.",
        ),
        Mistake(
            "turned_round",
            lambda n, batch, epochs: batch // n * epochs,
            "You divide the batch size by the number of points. How often does a batch fit into "
            "the points?",
            "Turns the fraction round.",
        ),
        Mistake(
            "power",
            lambda n, batch, epochs: (n // batch) ** epochs,
            "`**` is a power. Each epoch has as many updates as the one before.",
            "Takes ** for a product.",
        ),
        Mistake(
            "half_of_the_points",
            lambda n, batch, epochs: n // 2 // batch * epochs,
            "You take half of the points away. n is the number of training points already.",
            "Splits once more.",
        ),
        Mistake(
            "always_250_points",
            lambda n, batch, epochs: 250 // batch * epochs,
            "Right for 250 points only. Their number is handed in: use it.",
            "Builds the default in.",
        ),
    ),
)

# How runs are compared ----------------------------------------------------------------------------


def _losses_case(rng: Rng) -> tuple[Any, ...]:
    fall = 0.5 * np.exp(-np.arange(12) / rng.uniform(3, 9)) + rng.normal(scale=0.03, size=12)
    target = float(rng.choice([0.05, 0.15, 0.25]))
    where = rng.integers(5)
    if where < 2:
        fall[rng.integers(1, 4)] = target
    elif where == 2:  # never reached
        fall += target - fall.min() + 0.01
    elif where == 3:  # in the last epoch only
        fall += target - fall.min() + 0.01
        fall[-1] = target - 0.01 * rng.integers(2)
    else:  # from the start
        fall[0] = target - 0.01 * rng.integers(2)
    return fall, target


def _first_reached(losses: Any, target: float) -> int:
    reached = np.flatnonzero(np.asarray(losses) <= target)
    return int(reached[0]) if reached.size else -1


EPOCHS_TO_TARGET = Exercise(
    id="playground/epochs_to_target",
    title="How quickly does it converge?",
    signature="epochs_to_target(losses, target)",
    task="losses[i] is the loss after epoch i: return the first i with a loss of the target or "
    "less, −1 if there is none.",
    reference=_first_reached,
    cases=(
        (np.array([0.5, 0.3, 0.08, 0.12, 0.05]), 0.1),
        (np.array([0.5, 0.4, 0.3]), 0.1),
        (np.array([0.5, 0.1, 0.1, 0.05]), 0.1),
        (np.array([0.09, 0.2, 0.05]), 0.1),
        (np.array([0.5, 0.4, 0.08]), 0.1),
    ),
    draw=_losses_case,
    mistakes=(
        Mistake(
            "counted_from_one",
            lambda losses, target: _first_reached(losses, target) + 1,
            "One too many: losses[0] belongs to epoch 0. (And no epoch is −1.)",
            "Counts from 1.",
        ),
        Mistake(
            "below_only",
            lambda losses, target: (
                int(np.flatnonzero(losses < target)[0]) if np.any(losses < target) else -1
            ),
            "Almost: look at a loss that equals the target.",
            "Doesn't distinguish < from ≤.",
        ),
        Mistake(
            "first_if_none",
            lambda losses, target: int(np.argmax(losses <= target)),
            "Right if the target is reached. What does argmax give if nothing is True?",
            "Trusts argmax with an empty condition.",
        ),
        Mistake(
            "last",
            lambda losses, target: (
                int(np.flatnonzero(losses <= target)[-1]) if np.any(losses <= target) else -1
            ),
            "You return the last such epoch.",
            "Overwrites the first hit in a loop.",
        ),
        Mistake(
            "best",
            lambda losses, target: int(np.argmin(losses)) if np.min(losses) <= target else -1,
            "You return the best epoch. The first good enough one is asked for.",
            "Takes the smallest loss for the first good enough one.",
        ),
        Mistake(
            "number_of_epochs",
            lambda losses, target: int(np.sum(losses > target)),
            "You count epochs above the target. A loss can rise again, and the target may never be "
            "reached.",
            "Assumes that a loss only falls.",
        ),
        Mistake(
            "length_if_none",
            lambda losses, target: (
                len(losses)
                if _first_reached(losses, target) < 0
                else _first_reached(losses, target)
            ),
            "Right if the target is reached. What is asked for if it never is?",
            "Returns the length for “never”.",
        ),
        Mistake(
            "direction",
            lambda losses, target: (
                int(np.flatnonzero(losses > target)[0]) if np.any(losses > target) else -1
            ),
            "You look for a loss above the target.",
            "Turns the comparison round.",
        ),
        Mistake(
            "first_loss_only",
            lambda losses, target: 0 if losses[0] <= target else -1,
            "The loop ends in its first turn: `return -1` belongs behind it.",
            "Returns from within the loop, whatever it finds.",
        ),
        Mistake(
            "loss_returned",
            lambda losses, target: next((float(loss) for loss in losses if loss <= target), -1),
            "You return the loss. Its place is asked for.",
            "Mixes up a value and its place.",
        ),
        Mistake(
            "first_loss_missed",
            lambda losses, target: next(
                (i for i in range(1, len(losses)) if losses[i] <= target), -1
            ),
            "The first loss isn't looked at. Epochs are counted from 0 here.",
            "Starts the loop too late.",
        ),
        Mistake(
            "last_loss_missed",
            lambda losses, target: next(
                (i for i in range(len(losses) - 1) if losses[i] <= target), -1
            ),
            "The last loss isn't looked at. Where does your loop stop?",
            "Ends the loop too early.",
        ),
        Mistake(
            "exactly",
            lambda losses, target: next((i for i, loss in enumerate(losses) if loss == target), -1),
            "You look for a loss that equals the target. Less will do, too.",
            "Takes “at most” for “exactly”.",
        ),
        Mistake(
            "nearest",
            lambda losses, target: int(np.argmin(np.abs(losses - target))),
            "You look for the loss nearest to the target. The first one that isn't above it is "
            "asked for.",
            "Takes near for reached.",
        ),
        Mistake(
            "smallest_loss",
            lambda losses, target: int(np.argmin(losses)),
            "The target plays no part in your result: you return the best epoch.",
            "Takes the smallest loss for the first good enough one.",
        ),
        Mistake(
            "good_epochs",
            lambda losses, target: int(np.sum(losses <= target)),
            "You count the epochs that reach the target. Which one is the first?",
            "Takes a count for a place.",
        ),
        Mistake(
            "stays_below",
            lambda losses, target: next(
                (i for i in range(len(losses)) if np.all(losses[i:] <= target)), -1
            ),
            "You ask from when on the loss stays below. The first time is asked for.",
            "Asks for more than the task.",
        ),
        Mistake(
            "infinity_if_none",
            lambda losses, target: (
                _first_reached(losses, target) if np.any(losses <= target) else np.inf
            ),
            "Right if the target is reached. What is asked for if it never is?",
            "Returns infinity for “never”.",
        ),
    ),
)


def _typical(epochs: Any) -> float:
    """Give the median where −1, never, counts as infinite."""
    values = np.where(np.asarray(epochs) < 0, np.inf, np.asarray(epochs, float))
    ordered = np.sort(values)
    n = len(ordered)
    return float(ordered[n // 2] if n % 2 else (ordered[n // 2 - 1] + ordered[n // 2]) / 2)


def _median_where(keep: Callable[[Any], Any]) -> Callable[[Any], float]:
    return lambda epochs: float(np.median(keep(np.asarray(epochs, float))))


def _seeds_case(rng: Rng) -> tuple[Any, ...]:
    epochs = rng.integers(5, 200, size=int(rng.integers(6, 11)))
    epochs[: int(rng.choice([1, 2, len(epochs) // 2, len(epochs) - 2]))] = -1
    if rng.integers(2):
        epochs[-2:] = 0  # at the target before the first epoch
    return (rng.permutation(epochs),)


TYPICAL = Exercise(
    id="playground/typical_epochs",
    title="The typical run",
    signature="typical_epochs(epochs)",
    task="epochs holds one number a seed, −1 for runs that never got there: return the median, "
    "where −1 counts as infinitely long.",
    reference=_typical,
    cases=(
        (np.array([30, 20, 90, 40, 25]),),
        (np.array([30, -1, 90, 40, 0]),),
        (np.array([30, 20, 90, 41]),),
        (np.array([-1, 12, -1, 50]),),
    ),
    draw=_seeds_case,
    mistakes=(
        Mistake(
            "minus_one_kept",
            _median_where(lambda e: e),
            "A run that never got there counts as the fastest of all. What does −1 stand for?",
            "Computes with a code as if it were a number.",
        ),
        Mistake(
            "failures_dropped",
            _median_where(lambda e: e[e >= 0]),
            "You leave out the runs that failed: then a method looks better, the more often it "
            "fails.",
            "Drops inconvenient runs.",
        ),
        Mistake(
            "mean",
            lambda epochs: float(np.mean(epochs)),
            "You take the mean. One slow run moves it a lot; and what about −1?",
            "Takes the mean out of habit.",
        ),
        Mistake(
            "mean_of_successes",
            lambda epochs: float(np.mean(np.asarray(epochs)[np.asarray(epochs) >= 0])),
            "You take the mean, and only of the runs that got there.",
            "Takes the mean and drops inconvenient runs.",
        ),
        Mistake(
            "best_seed",
            lambda epochs: float(np.min(np.where(np.asarray(epochs) < 0, np.inf, epochs))),
            "You report the luckiest seed.",
            "Shows the best run.",
        ),
        Mistake(
            "not_sorted",
            lambda epochs: float(
                np.where(np.asarray(epochs) < 0, np.inf, epochs)[len(epochs) // 2]
            ),
            "You take the middle of the list as it is. When is the middle the median?",
            "Forgets to sort.",
        ),
        Mistake(
            "even_number",
            lambda epochs: float(
                np.sort(np.where(np.asarray(epochs) < 0, np.inf, epochs))[len(epochs) // 2]
            ),
            "Right for an odd number of seeds. What lies in the middle of an even number?",
            "Forgets the case of an even number.",
        ),
        Mistake(
            "hundred_for_never",
            lambda epochs: float(np.median(np.where(epochs < 0, 100, epochs))),
            "A run that never got there counts as 100 for you. It counts as infinitely long.",
            "Takes the length of the run for its result.",
        ),
        Mistake(
            "zero_for_never",
            lambda epochs: float(np.median(np.where(epochs < 0, 0, epochs))),
            "A run that never got there counts as the fastest of all. What does −1 stand for?",
            "Sets missing values to 0.",
        ),
        Mistake(
            "nan_for_never",
            lambda epochs: float(np.median(np.where(epochs < 0, np.nan, epochs))),
            "One nan makes the median nan. Which number is larger than all others?",
            "Marks missing values as in a table of data.",
        ),
        Mistake(
            "mean_with_infinity",
            lambda epochs: float(np.mean(np.where(epochs < 0, np.inf, epochs))),
            "You take the mean: one failed run makes it infinite. The median is asked for.",
            "Takes the mean out of habit.",
        ),
        Mistake(
            "slowest_seed",
            lambda epochs: float(np.max(np.where(epochs < 0, np.inf, epochs))),
            "You report the slowest seed. What is typical?",
            "Shows the worst run.",
        ),
        Mistake(
            "lower_middle",
            lambda epochs: float(
                np.sort(np.where(epochs < 0, np.inf, epochs))[(len(epochs) - 1) // 2]
            ),
            "Right for an odd number of seeds. What lies in the middle of an even number?",
            "Forgets the case of an even number.",
        ),
        Mistake(
            "sign_dropped",
            lambda epochs: float(np.median(np.abs(epochs))),
            "−1 isn't one epoch: it is a code. What does it stand for?",
            "Computes with a code as if it were a number.",
        ),
        Mistake(
            "successes_upper_middle",
            lambda epochs: float(np.sort(epochs[epochs >= 0])[np.sum(epochs >= 0) // 2]),
            "You leave out the runs that failed: then a method looks better, the more often it "
            "fails.",
            "Drops inconvenient runs, and the case of an even number.",
        ),
        Mistake(
            "zero_as_failure",
            lambda epochs: float(np.median(np.where(epochs <= 0, np.inf, epochs))),
            "Only −1 stands for a run that never got there. What does 0 say?",
            "Takes every number that isn't positive for a failure.",
        ),
        Mistake(
            "cut_to_whole",
            lambda epochs: int(_typical(epochs)),
            "A median may lie between two numbers, or be infinite. Return it as it is.",
            "Makes a whole number of the median.",
        ),
        Mistake(
            "thousand_for_never",
            lambda epochs: (
                _typical(epochs)
                if np.isfinite(_typical(epochs))
                else float(np.median(np.where(np.asarray(epochs) < 0, 1000, epochs)))
            ),
            "1000 epochs are many, but not infinitely many: `np.inf` is a number for that.",
            "Takes a large number for infinity.",
        ),
    ),
)


def _pairs_case(rng: Rng) -> tuple[Any, ...]:
    """Draw the epochs of two methods; now and then one never gets there, or neither."""
    a, b = rng.integers(10, 30, size=(2, int(rng.integers(5, 9)))).astype(float)
    if rng.integers(2):
        a[rng.random(a.size) < 0.3] = np.inf
        b[rng.random(b.size) < 0.3] = np.inf
    return a, b


FASTER = Exercise(
    id="playground/faster_share",
    title="Faster on how many seeds?",
    signature="faster_share(a, b)",
    task="Epochs of two methods, seed by seed (the same seeds): return the share of seeds on "
    "which a needs fewer epochs than b.",
    reference=lambda a, b: float(np.mean(a < b)),
    cases=(
        (np.array([10, 50, 30, 40, 25]), np.array([15, 18, 35, 40, 26])),
        (
            np.array([np.inf, 20, np.inf, 45, 12, 30, 33]),
            np.array([30, np.inf, np.inf, 50, 60, 28, 33]),
        ),
    ),
    draw=_pairs_case,
    mistakes=(
        Mistake(
            "ties_counted",
            lambda a, b: float(np.mean(a <= b)),
            "A tie isn't faster.",
            "Doesn't distinguish < from ≤.",
        ),
        Mistake(
            "direction",
            lambda a, b: float(np.mean(a > b)),
            "You count the seeds on which a is slower.",
            "Takes more epochs for faster.",
        ),
        Mistake(
            "count",
            lambda a, b: int(np.sum(a < b)),
            "This is a number of seeds. Their share is asked for.",
            "Stops at the count.",
        ),
        Mistake(
            "ratio_of_means",
            lambda a, b: float(np.mean(b) / np.mean(a)),
            "You compare the means. On how many seeds is a faster?",
            "Reports a speed-up where a share is asked for.",
        ),
        Mistake(
            "each_with_each",
            lambda a, b: float(np.mean(a[:, None] < b[None, :])),
            "You compare each run of a with each of b. Both methods ran on the same seeds: pair "
            "them.",
            "Ignores that the runs are paired.",
        ),
        Mistake(
            "sorted_first",
            lambda a, b: float(np.mean(np.sort(a) < np.sort(b))),
            "Sorting tears the pairs apart: entry i of both belongs to the same seed.",
            "Ignores that the runs are paired.",
        ),
        Mistake(
            "means_divided",
            lambda a, b: np.mean(a) / np.mean(b),
            "This compares the means. Compare seed by seed, and count.",
            "Compares averages in place of pairs.",
        ),
        Mistake(
            "ratios_averaged",
            lambda a, b: float(np.mean(b / a)),
            "You average ratios. On how many seeds is a faster?",
            "Reports a speed-up where a share is asked for.",
        ),
        Mistake(
            "differences_averaged",
            lambda a, b: float(np.mean(b - a)),
            "You average the difference. On how many seeds is a faster?",
            "Reports a gain where a share is asked for.",
        ),
        Mistake(
            "means_compared",
            lambda a, b: float(np.mean(a) < np.mean(b)),
            "You compare the means: only 0 or 1 comes out. Compare seed by seed, and count.",
            "Compares averages in place of pairs.",
        ),
        Mistake(
            "ties_left_out",
            lambda a, b: float(np.sum(a < b) / max(1, np.sum(a != b))),
            "You leave out the ties. They are seeds, too.",
            "Divides by the decided ones only.",
        ),
        Mistake(
            "ties_halved",
            lambda a, b: float(np.mean(a < b) + 0.5 * np.mean(a == b)),
            "A tie counts half for you. It isn't faster.",
            "Splits ties, as in a tournament.",
        ),
        Mistake(
            "medians_divided",
            lambda a, b: float(np.median(a) / np.median(b)),
            "This compares the medians. Compare seed by seed, and count.",
            "Compares averages in place of pairs.",
        ),
        Mistake(
            "both_counted",
            lambda a, b: float(np.sum(a < b) / (len(a) + len(b))),
            "You divide by the runs of both methods. How many seeds are there?",
            "Counts runs where seeds are meant.",
        ),
        Mistake(
            "always",
            lambda a, b: float(np.all(a < b)),
            "Only 0 or 1 comes out: do you ask whether a is always faster, or cut the share "
            "off with `//`?",
            "Mixes up all and mean.",
        ),
        Mistake(
            "once",
            lambda a, b: float(np.any(a < b)),
            "Only 0 or 1 comes out: is it asked whether a is ever faster, or how often?",
            "Mixes up any and mean.",
        ),
        Mistake(
            "failures_left_out",
            lambda a, b: float(np.mean((a < b)[np.isfinite(a) & np.isfinite(b)])),
            "You leave out seeds on which one of the two never arrives. On these the other one is "
            "faster.",
            "Drops inconvenient runs.",
        ),
    ),
)


# Conclusions --------------------------------------------------------------------------------------

SINGLE_NEURON = Exercise(
    id="playground/single_neuron",
    title="Without a hidden layer",
    signature="enough_features",
    task="No hidden layer: which features are enough to separate each data set?",
    kind="table",
    options=("x1 and x2", "x1² and x2²", "x1·x2", "none of the seven"),
    reference=lambda: {
        "gauss": "x1 and x2",
        "circle": "x1² and x2²",
        "xor": "x1·x2",
        "spiral": "none of the seven",
    },
    mistakes=(
        Mistake(
            "circle_linear",
            lambda: {"circle": "x1 and x2"},
            "A line can't surround the centre. What is the same for all points of a circle?",
            "Believes that one neuron can bend its line.",
        ),
        Mistake(
            "xor_linear",
            lambda: {"xor": "x1 and x2"},
            "No line separates XOR. Which feature has one sign in two opposite quadrants?",
            "Believes that XOR is linearly separable.",
        ),
        Mistake(
            "xor_squares",
            lambda: {"xor": "x1² and x2²"},
            "A square forgets the sign, and XOR depends on signs.",
            "Mixes up the features for circle and XOR.",
        ),
        Mistake(
            "circle_product",
            lambda: {"circle": "x1·x2"},
            "What is x1·x2 on the axes, near the centre and far out?",
            "Mixes up the features for circle and XOR.",
        ),
        Mistake(
            "spiral_squares",
            lambda: {"spiral": "x1² and x2²"},
            "Both arms pass at each distance from the centre.",
            "Takes the spiral for rings.",
        ),
        Mistake(
            "gauss_none",
            lambda: {"gauss": "none of the seven"},
            "Two separate clouds: can you draw a line between them?",
            "Overestimates the simplest data set.",
        ),
        Mistake(
            "gauss_squares",
            lambda: {"gauss": "x1² and x2²"},
            "The two clouds lie opposite each other: what do the squares of opposite points have "
            "in common?",
            "Takes more for better.",
        ),
        Mistake(
            "gauss_product",
            lambda: {"gauss": "x1·x2"},
            "The two clouds lie opposite each other: what is the sign of x1·x2 in both?",
            "Mixes up the features for Gauss and XOR.",
        ),
        Mistake(
            "circle_none",
            lambda: {"circle": "none of the seven"},
            "What is the same for all points of a circle, and can it be made of the seven?",
            "Believes that a curved boundary needs a hidden layer.",
        ),
        Mistake(
            "xor_none",
            lambda: {"xor": "none of the seven"},
            "x1 and x2 alone won't do. Which feature has one sign in two opposite quadrants?",
            "Believes that XOR needs a hidden layer, whatever the features.",
        ),
        Mistake(
            "spiral_linear",
            lambda: {"spiral": "x1 and x2"},
            "Can one line separate two arms that wind around each other?",
            "Believes that one neuron can bend its line.",
        ),
        Mistake(
            "spiral_product",
            lambda: {"spiral": "x1·x2"},
            "Both arms pass through all four quadrants.",
            "Takes the spiral for XOR.",
        ),
    ),
)

BOUNDARY_SHAPE = Exercise(
    id="playground/boundary_shape",
    title="tanh or ReLU?",
    signature="relu_boundary",
    task="Which decision boundaries does a network of ReLUs draw?",
    kind="choice",
    options=("straight lines", "pieces of straight lines", "smooth curves", "circles"),
    reference=lambda: "pieces of straight lines",
    mistakes=(
        Mistake(
            "linear",
            lambda: "straight lines",
            "The slide says “linear”. Look closer: the boundary has corners.",
            "Copied “linear boundaries” from the slide.",
        ),
        Mistake(
            "smooth",
            lambda: "smooth curves",
            "That is tanh. Is a sum of bent lines smooth?",
            "Mixes up tanh and ReLU.",
        ),
        Mistake(
            "circles",
            lambda: "circles",
            "It looks round from afar on the circle data. Count the corners.",
            "Judges by the data set, not by the function.",
        ),
    ),
)

LAYERS = Exercise(
    id="playground/layers",
    title="What each layer sees",
    signature="patterns",
    task="A network with two hidden layers: what do the heat maps show in the first, in the "
    "second, and at the output?",
    kind="table",
    options=("straight edges", "combined shapes", "the data set's classes"),
    reference=lambda: {
        "first layer": "straight edges",
        "second layer": "combined shapes",
        "output": "the data set's classes",
    },
    mistakes=(
        Mistake(
            "first_combines",
            lambda: {"first layer": "combined shapes"},
            "Each neuron of the first layer sees x1 and x2 only. What can one neuron draw?",
            "Expects shapes at once.",
        ),
        Mistake(
            "second_edges",
            lambda: {"second layer": "straight edges"},
            "The second layer gets edges as its input. What does it make of them?",
            "Thinks that all layers do the same.",
        ),
        Mistake(
            "first_classes",
            lambda: {"first layer": "the data set's classes"},
            "If the first layer knew the classes, what would the others be for?",
            "Reads the network backwards.",
        ),
        Mistake(
            "output_edges",
            lambda: {"output": "straight edges"},
            "The output is what the network was trained on.",
            "Reads the network backwards.",
        ),
        Mistake(
            "second_classes",
            lambda: {"second layer": "the data set's classes"},
            "The output layer still has something to do. What does each neuron of the second "
            "layer make of edges?",
            "Reads the second layer as the result.",
        ),
        Mistake(
            "output_shapes",
            lambda: {"output": "combined shapes"},
            "What was the output trained on?",
            "Stops one layer too early.",
        ),
    ),
)

EVIDENCE = Exercise(
    id="playground/evidence",
    title="What counts as evidence?",
    signature="evidence",
    task="Is ReLU faster than tanh here? Which observation is the strongest evidence?",
    kind="choice",
    options=(
        "it was on the seed that I tried",
        "on circle it was on 91 of 100 seeds, the same for both",
        "its best run is faster than tanh's best run",
        "the slides say so",
    ),
    reference=lambda: "on circle it was on 91 of 100 seeds, the same for both",
    mistakes=(
        Mistake(
            "one_seed",
            lambda: "it was on the seed that I tried",
            "Try another seed, and one more.",
            "Generalises from one run.",
        ),
        Mistake(
            "best_runs",
            lambda: "its best run is faster than tanh's best run",
            "The best of many runs says how lucky a method can be.",
            "Compares extremes.",
        ),
        Mistake(
            "authority",
            lambda: "the slides say so",
            "The slides have been wrong before. What did you measure?",
            "Trusts print.",
        ),
    ),
)

DEFAULT_SIZE = Exercise(
    id="playground/default_size",
    title="The default network",
    signature="default_parameters",
    task="Two inputs, hidden layers of 4 and 2 neurons, one output: how many parameters?",
    kind="number",
    reference=lambda: 25,
    mistakes=(
        Mistake(
            "biases_forgotten",
            lambda: 18,
            "These are the weights alone.",
            "Forgets the bias.",
        ),
        Mistake(
            "output_forgotten",
            lambda: 22,
            "The output is a neuron, too.",
            "Counts hidden layers only.",
        ),
        Mistake(
            "neurons",
            lambda: 7,
            "These are the neurons. Parameters are their weights and biases.",
            "Counts neurons.",
        ),
        Mistake(
            "biases_of_inputs",
            lambda: 27,
            "Inputs have no bias.",
            "Gives every circle a bias.",
        ),
        Mistake(
            "plus_one_on_the_wrong_side",
            lambda: 26,
            "The +1 sits on the wrong side: who has a bias, the neurons that send or those that "
            "receive?",
            "Knows (a + 1)·b, but not why the 1 is there.",
        ),
        Mistake(
            "output_bias_forgotten",
            lambda: 24,
            "The output neuron has a bias, too.",
            "Forgets the output's bias.",
        ),
        Mistake(
            "sizes_multiplied",
            lambda: 10,
            "4 times 2 and 2: inputs, biases and the last layer are missing. Count layer by layer.",
            "Multiplies the sizes of the hidden layers.",
        ),
        Mistake(
            "one_bias_a_layer",
            lambda: 21,
            "Each neuron has its own bias, not each layer.",
            "Takes the “+1” drawn at each layer for one parameter.",
        ),
        Mistake(
            "one_bias_for_all",
            lambda: 19,
            "Each neuron has its own bias, not the network.",
            "Takes the bias for a property of the network.",
        ),
        Mistake(
            "all_multiplied",
            lambda: 16,
            "You multiply all sizes. Weights lie between neighbouring layers, and neurons have "
            "biases.",
            "Multiplies along the network instead of layer by layer.",
        ),
        Mistake(
            "all_multiplied_and_biases",
            lambda: 23,
            "You multiply all sizes. Weights lie between neighbouring layers: add those up.",
            "Multiplies along the network instead of layer by layer.",
        ),
        Mistake(
            "sizes_added",
            lambda: 15,
            "You add the sizes of two layers. How many lines does each neuron get?",
            "Adds where every pair is connected.",
        ),
        Mistake(
            "circles",
            lambda: 9,
            "You count circles. Parameters are the lines between them, and the biases.",
            "Counts neurons and inputs.",
        ),
        Mistake(
            "counted_twice",
            lambda: 32,
            "You add the biases twice, or the neurons. Only what is learned is a parameter.",
            "Adds up all that can be counted.",
        ),
        Mistake(
            "both_sides",
            lambda: 36,
            "Two +1 in each term: one of them belongs to nobody.",
            "Adds a bias on either side.",
        ),
        Mistake(
            "first_layer_only",
            lambda: 12,
            "That is the first hidden layer. Two more follow.",
            "Stops after one layer.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    SPLIT,
    UPDATES,
    DEFAULT_SIZE,
    FEATURES,
    SINGLE_NEURON,
    LOSS,
    ACCURACY,
    EPOCHS_TO_TARGET,
    TYPICAL,
    experiments.BATCH_SIZE,
    experiments.DEFAULT_MEDIANS,
    experiments.DEFAULT_ARRIVED,
    FASTER,
    experiments.RELU_SHARE,
    experiments.RELU_VERDICT,
    EVIDENCE,
    BOUNDARY_SHAPE,
    experiments.STRAIGHT_SHARE,
    experiments.NOT_A_LINE,
    LAYERS,
    experiments.DEPTH,
    experiments.SMALLEST,
    L1_STEP,
    experiments.NOISE,
    experiments.SPIRAL,
    experiments.FAULTY_SLIDES,
    experiments.COUNTEREXAMPLE,
)
