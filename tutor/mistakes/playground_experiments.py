"""Exercises of the theme "playground" that are answered by training networks.

Measured numbers come from the seeds "1" to "20" unless said otherwise; tests/ measures them again.
The tolerances leave room for 50 or 100 seeds in place of 20, but not for another quartile.

Challenges are judged by training: the settings that a student gives, on a few seeds side by side.
That takes a tenth of a second for a network of the default size. The judge and the mistakes ask for
the same ones, which `experiment` looks up.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.mistakes.records import READY_MADE, Exercise, Mistake, Tolerance
from tutor.names import nearest

if TYPE_CHECKING:
    from tutor.playground import Config, Experiment, Playground

Rng = np.random.Generator

TARGET = 0.05
"""Test loss below which a run counts as converged."""
_MEDIANS = Tolerance(0.08, 0.5)


# How quickly? -------------------------------------------------------------------------------------

BATCH_SIZE = Exercise(
    id="playground/batch_size",
    title="A smaller batch",
    signature="batch_medians",
    task="Circle, all else default, 20 seeds: the median number of epochs until a test loss of "
    "0.05 with batches of 10 and of 5, and how many updates that is (250 training points).",
    kind="table",
    reference=lambda: {
        "epochs, batch 10": 58,
        "epochs, batch 5": 31,
        "updates, batch 10": 58 * 25,
        "updates, batch 5": 31 * 50,
    },
    tolerance=_MEDIANS,
    mistakes=(
        Mistake(
            "swapped",
            lambda: {"epochs, batch 10": 31, "epochs, batch 5": 58},
            "Which of the two updates more often in an epoch? Check which run is which.",
            "Thinks that a larger batch learns more from an epoch.",
        ),
        Mistake(
            "times_batch",
            lambda: {"updates, batch 10": 580, "updates, batch 5": 155},
            "You multiply epochs by the batch size. How many batches are there in an epoch?",
            "Takes the size of a batch for their number.",
        ),
        Mistake(
            "times_points",
            lambda: {"updates, batch 10": 58 * 250, "updates, batch 5": 31 * 250},
            "That is the number of points seen. An update comes after each batch.",
            "Takes a sample for an update.",
        ),
        Mistake(
            "all_points",
            lambda: {"updates, batch 10": 58 * 50, "updates, batch 5": 31 * 100},
            "Half of the 500 points are for testing.",
            "Trains on the test points, too.",
        ),
        Mistake(
            "same_number",
            lambda: {"updates, batch 5": 31 * 25},
            "Batches of 5: there are more than 25 of them in 250 points.",
            "Forgets that the batch size sets the number of batches.",
        ),
        Mistake(
            "fastest",
            lambda: {"epochs, batch 10": 36, "epochs, batch 5": 19},
            "These are the luckiest seeds. The median is asked for.",
            "Shows the best run.",
        ),
        Mistake(
            "epochs_for_updates",
            lambda: {"updates, batch 10": 58, "updates, batch 5": 31},
            "That is one update an epoch. How many batches are there in an epoch?",
            "Takes an epoch for an update.",
        ),
        Mistake(
            "updates_of_one_epoch",
            lambda: {"updates, batch 10": 25, "updates, batch 5": 50},
            "That is one epoch. How many epochs does the median run need?",
            "Forgets the epochs.",
        ),
        Mistake(
            "divided_by_batch",
            lambda: {"updates, batch 10": 5.8, "updates, batch 5": 6.2},
            "You divide epochs by the batch size. How many batches are there in an epoch?",
            "Divides the wrong number.",
        ),
        Mistake(
            "batches_swapped",
            lambda: {"updates, batch 10": 58 * 50},
            "Batches of 10: there are fewer than 50 of them in 250 points.",
            "Mixes up which batch size gives how many batches.",
        ),
        Mistake(
            "swapped_in_updates",
            lambda: {"updates, batch 10": 31 * 25, "updates, batch 5": 58 * 50},
            "You multiply the epochs of one run by the batches of the other.",
            "Carries swapped epochs on.",
        ),
        Mistake(
            "lower_quartile",
            lambda: {"epochs, batch 10": 45, "epochs, batch 5": 23.75},
            "You read the lower quartile: only a quarter of the runs are so fast.",
            "Reads the first column of the table.",
        ),
        Mistake(
            "upper_quartile",
            lambda: {"epochs, batch 10": 65.75, "epochs, batch 5": 34},
            "You read the upper quartile. The median stands in the middle.",
            "Reads the last column of the table.",
        ),
    ),
)

DEFAULT_MEDIANS = Exercise(
    id="playground/default_medians",
    title="The default network: how quickly?",
    signature="default_medians",
    task="Default settings, 20 seeds, 100 epochs: the median number of epochs until a test loss of "
    "0.05, for circle, xor and gauss.",
    kind="table",
    reference=lambda: {"circle": 58, "xor": 58, "gauss": 3.5},
    tolerance=_MEDIANS,
    mistakes=(
        Mistake(
            "fastest",
            lambda: {"circle": 36, "xor": 32},
            "These are the luckiest seeds. Read the median.",
            "Shows the best run.",
        ),
        Mistake(
            "lower_quartile",
            lambda: {"circle": 45, "xor": 50.5},
            "You read the lower quartile: only a quarter of the runs are so fast.",
            "Reads the first column of the table.",
        ),
        Mistake(
            "upper_quartile",
            lambda: {"circle": 65.75},
            "You read the upper quartile. The median stands in the middle.",
            "Reads the last column of the table.",
        ),
        Mistake(
            "relu",
            lambda: {"circle": 26, "xor": 27, "gauss": 6},
            "These are the medians with ReLU. What is the default activation?",
            "Measures another network than the one asked about.",
        ),
        Mistake(
            "losses",
            lambda: {"circle": 0.01, "xor": 0.02, "gauss": 0.0005},
            "These are losses. The first row of the table holds epochs.",
            "Reads a final loss where a number of epochs is asked for.",
        ),
        Mistake(
            "other_target",
            lambda: {"circle": 49.5},
            "This fits a test loss of 0.1. The target is 0.05.",
            "Compares runs with another target.",
        ),
        Mistake(
            "arrivals",
            lambda: {"circle": 19, "xor": 15, "gauss": 20},
            "These are the runs that arrive. The median number of epochs is asked for.",
            "Reads another row of the table.",
        ),
    ),
)

DEFAULT_ARRIVED = Exercise(
    id="playground/default_arrived",
    title="The default network: how reliably?",
    signature="default_arrived",
    task="The same runs: how many of the 20 reach a test loss of 0.05 within 100 epochs?",
    kind="table",
    reference=lambda: {"circle": 19, "xor": 15, "gauss": 20, "spiral": 0},
    tolerance=Tolerance(0.0, 1.0),
    mistakes=(
        Mistake(
            "failures",
            lambda: {"circle": 1, "xor": 5, "gauss": 0, "spiral": 20},
            "You count the runs that didn't arrive.",
            "Counts the complement.",
        ),
        Mistake(
            "percent",
            lambda: {"circle": 95, "xor": 75, "gauss": 100},
            "More than 20? How many of 20 is asked for, not per cent.",
            "Takes per cent for a count.",
        ),
        Mistake(
            "share",
            lambda: {"xor": 0.75, "gauss": 1.0},
            "These are shares. How many of the 20 is that?",
            "Takes a share for a count.",
        ),
        Mistake(
            "relu",
            lambda: {"xor": 12},
            "That many arrive with ReLU. The default is tanh.",
            "Measures another network than the one asked about.",
        ),
        Mistake(
            "spiral_arrives",
            lambda: {"spiral": 20},
            "Look at the spiral's test loss at the end: it has hardly moved.",
            "Trusts that training always succeeds.",
        ),
        Mistake(
            "all_of_them",
            lambda: {"xor": 20},
            "Not every run arrives on XOR. The table says how many.",
            "Trusts that training always succeeds.",
        ),
        Mistake(
            "epochs",
            lambda: {"circle": 58, "xor": 58, "gauss": 3.5},
            "These are medians, in epochs. How many of the 20 runs arrive?",
            "Reads another row of the table.",
        ),
    ),
)

RELU_SHARE = Exercise(
    id="playground/relu_share",
    title="ReLU against tanh, seed by seed",
    signature="relu_share",
    task="20 seeds, 100 epochs: on which share of the seeds does ReLU need fewer epochs than tanh?",
    kind="table",
    reference=lambda: {"circle": 0.9, "xor": 0.6, "gauss": 0.0},
    tolerance=Tolerance(0.0, 0.1),
    mistakes=(
        Mistake(
            "direction",
            lambda: {"circle": 0.1, "gauss": 0.9},
            "You count the seeds on which tanh is faster. Fewer epochs are faster.",
            "Takes more epochs for faster.",
        ),
        Mistake(
            "percent",
            lambda: {"circle": 90, "xor": 60},
            "A share lies between 0 and 1.",
            "Takes per cent for a share.",
        ),
        Mistake(
            "count",
            lambda: {"circle": 18, "xor": 12},
            "These are numbers of seeds. Their share is asked for.",
            "Stops at the count.",
        ),
        Mistake(
            "arrivals",
            lambda: {"gauss": 1.0},
            "On Gauss all runs arrive, but that isn't the question: which needs fewer epochs?",
            "Takes arriving for being faster.",
        ),
        Mistake(
            "ratio",
            lambda: {"circle": 2.23, "xor": 2.15, "gauss": 0.58},
            "You divide medians. On how many of the seeds is ReLU ahead?",
            "Reports a speed-up where a share is asked for.",
        ),
        Mistake(
            "all_on_xor",
            lambda: {"xor": 1.0},
            "Look at XOR seed by seed: where ReLU doesn't arrive, it isn't faster.",
            "Takes the medians for every seed.",
        ),
        Mistake(
            "direction_on_xor",
            lambda: {"xor": 0.4},
            "You count the seeds on which ReLU isn't faster. Fewer epochs are faster.",
            "Takes more epochs for faster.",
        ),
        Mistake(
            "medians",
            lambda: {"circle": 26, "xor": 27, "gauss": 6},
            "These are ReLU's medians. On which share of the seeds is it ahead?",
            "Reports medians where a share is asked for.",
        ),
    ),
)

_VERDICTS = (
    "ReLU is faster",
    "tanh is faster",
    "ReLU is faster, but arrives less often",
    "neither arrives",
)
RELU_VERDICT = Exercise(
    id="playground/relu_verdict",
    title="Is ReLU faster?",
    signature="relu_verdict",
    task="What do your measurements say about each data set?",
    kind="table",
    options=_VERDICTS,
    reference=lambda: {
        "circle": _VERDICTS[0],
        "xor": _VERDICTS[2],
        "gauss": _VERDICTS[1],
        "spiral": _VERDICTS[3],
    },
    mistakes=(
        Mistake(
            "slide_gauss",
            lambda: {"gauss": "ReLU is faster"},
            "So says the slide. What do the medians on Gauss say?",
            "Copies the slide without measuring.",
        ),
        Mistake(
            "slide_xor",
            lambda: {"xor": "ReLU is faster"},
            "The runs that arrive do so sooner. How many arrive, with each of the two?",
            "Looks at the median only.",
        ),
        Mistake(
            "xor_tanh",
            lambda: {"xor": "tanh is faster"},
            "Compare the medians on XOR again. Arriving more often isn't being faster.",
            "Takes reliable for fast.",
        ),
        Mistake(
            "circle_fails",
            lambda: {"circle": "ReLU is faster, but arrives less often"},
            "How many of the 20 arrive on the circle, with each of the two?",
            "Carries the result for XOR over.",
        ),
        Mistake(
            "slide_spiral",
            lambda: {"spiral": "ReLU is faster"},
            "Nobody can be faster who doesn't arrive. How many of the 20 did?",
            "Copies the slide without measuring.",
        ),
        Mistake(
            "circle_tanh",
            lambda: {"circle": "tanh is faster"},
            "Fewer epochs are faster. Look at the medians again.",
            "Takes more epochs for faster.",
        ),
        Mistake(
            "circle_neither",
            lambda: {"circle": "neither arrives"},
            "Look at the circle again: how many of the 20 arrive, with each of the two?",
            "Carries the result for the spiral over.",
        ),
        Mistake(
            "xor_neither",
            lambda: {"xor": "neither arrives"},
            "Look at XOR again: how many of the 20 arrive, with each of the two?",
            "Takes some failures for all.",
        ),
        Mistake(
            "gauss_neither",
            lambda: {"gauss": "neither arrives"},
            "On Gauss all runs arrive. Compare the medians.",
            "Carries the result for the spiral over.",
        ),
        Mistake(
            "gauss_less_often",
            lambda: {"gauss": "ReLU is faster, but arrives less often"},
            "On Gauss all runs arrive, with both. Compare the medians.",
            "Carries the result for XOR over.",
        ),
        Mistake(
            "spiral_tanh",
            lambda: {"spiral": "tanh is faster"},
            "Nobody can be faster who doesn't arrive. How many of the 20 did?",
            "Takes a smaller loss for arriving.",
        ),
        Mistake(
            "spiral_less_often",
            lambda: {"spiral": "ReLU is faster, but arrives less often"},
            "Nobody can be faster who doesn't arrive. How many of the 20 did, with each of the "
            "two?",
            "Carries the result for XOR over.",
        ),
    ),
)


# Boundaries ---------------------------------------------------------------------------------------


def _bends(z: Any) -> Any:
    """Change of slope at the inner points, (N − 2,)."""
    return np.diff(np.asarray(z, dtype=float), 2)


def _share_straight(z: Any) -> float:
    return float(np.mean(np.abs(_bends(z)) < 1e-9))


def _line_case(rng: Rng) -> tuple[Any, ...]:
    n = int(rng.integers(10, 30))
    bends = np.zeros(n)
    where = rng.choice(np.arange(1, n - 1), size=int(rng.integers(2, 5)), replace=False)
    bends[where] = rng.choice([-1.0, -0.5, 0.5, 2.0], size=where.size)
    bends[where[0]] = -1.0
    slopes = float(rng.integers(-3, 4)) + np.cumsum(bends)
    z = np.cumsum(slopes)
    if rng.integers(2):  # the ends would be in line with each other, were they neighbours
        z[-1] = 2 * z[0] - z[1]
    return (z,)


STRAIGHT_SHARE = Exercise(
    id="playground/straight_share",
    title="Straight or bent?",
    signature="straight_share(z)",
    task="z (N,) holds values at equal steps along a line: return the share of the N − 2 inner "
    "points at which |z[i−1] − 2·z[i] + z[i+1]| is below 1e-9, that is, where nothing bends.",
    reference=_share_straight,
    cases=(
        (np.array([0.0, 1.0, 2.0, 3.0, 3.0, 3.0, 1.0, -1.0, -1.0]),),
        (np.array([4.0, 2.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0]),),
        (np.array([0.0, 1.0, 2.0, 1.0, 0.0, -1.0]),),
    ),
    draw=_line_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "not_absolute",
            lambda z: float(np.mean(_bends(z) < 1e-9)),
            "A bend downwards is negative, and a negative number is below 1e-9, too.",
            "Forgets the absolute value.",
        ),
        Mistake(
            "first_difference",
            lambda z: float(np.mean(np.abs(np.diff(z)) < 1e-9)),
            "You look for level stretches. A straight piece may rise.",
            "Takes a slope of 0 for a straight line.",
        ),
        Mistake(
            "complement",
            lambda z: float(np.mean(np.abs(_bends(z)) >= 1e-9)),
            "This is the share of the points that bend.",
            "Counts the complement.",
        ),
        Mistake(
            "count",
            lambda z: int(np.sum(np.abs(_bends(z)) < 1e-9)),
            "This is a number of points. Their share is asked for.",
            "Stops at the count.",
        ),
        Mistake(
            "divided_by_n",
            lambda z: float(np.sum(np.abs(_bends(z)) < 1e-9) / len(z)),
            "The two ends have only one neighbour. How many inner points are there?",
            "Divides by all points.",
        ),
        Mistake(
            "all_or_nothing",
            lambda z: bool(np.all(np.abs(_bends(z)) < 1e-9)),
            "One bend makes the whole line count as bent. A share is asked for. Is it cut "
            "off by `//`?",
            "Tests the line as a whole.",
        ),
        Mistake(
            "plus_two",
            lambda z: float(np.mean(np.abs(z[:-2] + 2 * z[1:-1] + z[2:]) < 1e-9)),
            "Check the sign in front of 2·z[i]: on a straight line the three terms should cancel.",
            "Has one sign wrong.",
        ),
        Mistake(
            "two_forgotten",
            lambda z: float(np.mean(np.abs(z[:-2] - z[1:-1] + z[2:]) < 1e-9)),
            "The 2 is missing: on a straight line the three terms should cancel.",
            "Drops a factor.",
        ),
        Mistake(
            "neighbours_compared",
            lambda z: float(np.mean(np.abs(z[2:] - z[:-2]) < 1e-9)),
            "You compare the two neighbours. The point between them is missing.",
            "Takes level for straight.",
        ),
        Mistake(
            "mean_bend",
            lambda z: float(np.mean(np.abs(_bends(z)))),
            "You average the bends. The share of points without one is asked for.",
            "Forgets the comparison.",
        ),
        Mistake(
            "upward_bends",
            lambda z: float(np.mean(_bends(z) > 1e-9)),
            "You count the bends upwards. The points without a bend are asked for.",
            "Turns the comparison round, and forgets the absolute value.",
        ),
        Mistake(
            "downward_bends",
            lambda z: float(np.mean(_bends(z) < 0)),
            "You count the bends downwards. The points without a bend are asked for.",
            "Asks for a sign where a size is meant.",
        ),
        Mistake(
            "divided_by_steps",
            lambda z: float(np.sum(np.abs(_bends(z)) < 1e-9) / (len(z) - 1)),
            "You divide by the number of steps. How many inner points are there?",
            "Divides by N − 1.",
        ),
        Mistake(
            "first_point",
            lambda z: float(abs(_bends(z)[0]) < 1e-9) / (len(z) - 2),
            "Only the first inner point counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "last_point_missed",
            lambda z: float(np.sum(np.abs(_bends(z)[:-1]) < 1e-9) / (len(z) - 2)),
            "The last inner point isn't looked at. Where does your loop stop?",
            "Ends the loop too early.",
        ),
        Mistake(
            "around_the_corner",
            lambda z: float(
                (np.sum(np.abs(_bends(z)) < 1e-9) + (abs(z[-1] - 2 * z[0] + z[1]) < 1e-9))
                / (len(z) - 2)
            ),
            "Your loop begins at the first point: z[−1] is the last one. Which points have two "
            "neighbours?",
            "Starts the loop too early, and doesn't know what index −1 means.",
        ),
        Mistake(
            "all_pass",
            lambda z: 1.0,
            "Every point counts as straight for you: is your bound far too large, such as `10e9` "
            "or `1e9`?",
            "Loses the minus of an exponent.",
        ),
    ),
)

RELU_CIRCLE: Mapping[str, Any] = {"dataset": "circle", "activation": "relu", "seed": "1"}
"""The network whose boundary the exercise is about; trained for 60 epochs."""


@functools.cache
def relu_network() -> Playground:
    """Train the network whose boundary the exercise asks about."""
    from tutor.playground import Playground

    network = Playground(**RELU_CIRCLE)
    network.step(60)
    return network


def _outputs_at(points: Any) -> Any:
    """Give the outputs at two points and half-way between them, (3,)."""
    A, B = (np.asarray(point, dtype=float) for point in points)
    if A.shape != (2,) or B.shape != (2,):
        raise ValueError("two points are asked for, each with x1 and x2")
    if not (np.abs([A, B]) <= 6).all():
        raise _OffTheMapError
    return relu_network().predict(np.array([A, B, (A + B) / 2]))


class _OffTheMapError(Exception):
    """A point lies outside the square from −6 to 6."""


def _judge_points(points: Any) -> str | None:
    try:
        a, b, middle = _outputs_at(points)
    except _OffTheMapError:
        return "a point lies outside the picture: −6 to 6."
    if (a > 0) != (b > 0):
        return "the two points are on different sides."
    return None if (a > 0) != (middle > 0) else "the point half-way is on the same side."


NOT_A_LINE = Exercise(
    id="playground/not_a_line",
    title="Prove it: not a line",
    signature="same_side",
    task="The ReLU network on circle (seed 1, 60 epochs): give two points of the square from −6 "
    "to 6, ((x1, x2), (x1, x2)), on one side of its boundary whose midpoint is on the other.",
    kind="judged",
    example=((-5.0, 0.0), (5.0, 0.0)),
    parts=("two points", "each with x1 and x2"),
    reference=_judge_points,
    mistakes=(
        Mistake(
            "different_sides",
            lambda points: (_outputs_at(points)[:2] > 0).sum() == 1,
            "One point is inside and one outside. Any line can separate those.",
            "Thinks that points on both sides prove a bend.",
        ),
        Mistake(
            "inside",
            lambda points: (_outputs_at(points) > 0).all(),
            "Both are inside, and so is all between them. Where would a line have to fail?",
            "Looks for the proof on the convex side.",
        ),
        Mistake(
            "same_corner",
            lambda points: (_outputs_at(points) <= 0).all(),
            "Both are outside, and the way from one to the other misses the blue region.",
            "Takes two points outside for a proof.",
        ),
        Mistake(
            "off_the_map",
            lambda points: bool((np.abs(np.asarray(points, dtype=float)) > 6).any()),
            "Choose points that you can see in the picture.",
            "Leaves the square on which the map is drawn.",
        ),
    ),
)


# Layers -------------------------------------------------------------------------------------------

DEPTH = Exercise(
    id="playground/depth",
    title="Does depth solve the spiral?",
    signature="spiral_losses",
    task="Spiral, 10 seeds, 150 epochs, all else default: the median test loss at the end with "
    "hidden layers 4-2, 8-8 and 8-8-8, and with 8-8 and the inputs x1, x2, sin x1, sin x2.",
    kind="table",
    reference=lambda: {"4-2": 0.482, "8-8": 0.482, "8-8-8": 0.481, "8-8 and sines": 0.025},
    tolerance=Tolerance(0.0, 0.02),
    mistakes=(
        Mistake(
            "training_loss",
            lambda: {"8-8": 0.428, "8-8-8": 0.438},
            "These are training losses. Which points has the network never seen?",
            "Reads the loss on the data it was trained on.",
        ),
        Mistake(
            "accuracy",
            lambda: {"4-2": 0.59, "8-8": 0.61, "8-8-8": 0.612, "8-8 and sines": 0.994},
            "These are accuracies. The final test loss stands in another row.",
            "Takes accuracy for loss.",
        ),
        Mistake(
            "percent",
            lambda: {"4-2": 59.0, "8-8": 61.0, "8-8-8": 61.2, "8-8 and sines": 99.4},
            "These are accuracies in per cent. The final test loss stands in another row.",
            "Takes accuracy for loss.",
        ),
        Mistake(
            "sines_everywhere",
            lambda: {"8-8": 0.025},
            "Here the inputs are x1 and x2 only. Are the sines still switched on?",
            "Changes two things at once.",
        ),
        Mistake(
            "expected_to_fall",
            lambda: {"8-8": 0.35, "8-8-8": 0.25},
            "Are these measured? The slide would lead one to expect them.",
            "Writes down what ought to come out.",
        ),
    ),
)


# Challenges ---------------------------------------------------------------------------------------


class _RefusedError(Exception):
    """Settings that can't be trained, with what to tell the student."""


def _train(config: Config, seeds: int | tuple[str, ...], epochs: int) -> Experiment:
    from tutor.playground import experiment

    return experiment(config, seeds=seeds, epochs=epochs)


def _arrivals(config: Config, seeds: tuple[str, ...], epochs: int, enough: int) -> Sequence[float]:
    from tutor.playground import arrivals

    return arrivals(config, seeds, epochs, enough)


def _configure(settings: Any, allowed: tuple[str, ...], task: Mapping[str, Any]) -> Config:
    """Turn a student's settings into a configuration of the challenge.

    Raises
    ------
    _RefusedError
        With a sentence for the student.
    TypeError
        If the answer isn't a dictionary.
    """
    from tutor.playground import Config

    if not isinstance(settings, dict):
        raise TypeError("settings: expected a dictionary")
    others = [str(name) for name in settings if name not in allowed]
    near = nearest(others[0], allowed) if others else ""
    if near:
        raise _RefusedError(f"there is no {others[0]} here.{near}")
    if others:
        raise _RefusedError(
            f"{others[0]} isn't yours to set here; you may set {', '.join(allowed)}."
        )
    try:
        return Config(**{**task, **settings})
    except (ValueError, TypeError) as error:
        raise _RefusedError(f"{error}.") from None


def _parameters(config: Config) -> int:
    return sum((a + 1) * b for a, b in itertools.pairwise(config.sizes))


SMALLEST_TASK: Mapping[str, Any] = {"dataset": "circle"}
_SMALLEST_CONTROLS = ("hidden_layers", "activation", "learning_rate")


def _smallest(settings: Any) -> Config:
    return _configure(settings, _SMALLEST_CONTROLS, SMALLEST_TASK)


def _smallest_arrived(config: Config) -> int:
    """Count the seeds that arrive, up to the 8 that are asked for."""
    seeds = tuple(str(seed) for seed in range(1, 11))
    return int(np.isfinite(_arrivals(config, seeds, 100, 8)).sum())


def _judge_smallest(settings: Any) -> str | None:
    try:
        config = _smallest(settings)
    except _RefusedError as refusal:
        return str(refusal)
    reached = _smallest_arrived(config)
    if reached < 8:
        return f"{reached} of 10 seeds arrive within 100 epochs; at least 8 have to."
    total = _parameters(config)
    return None if total <= 13 else f"it works, with {total} parameters. 13 or fewer are asked for."


SMALLEST = Exercise(
    id="playground/smallest_network",
    title="The smallest network",
    signature="smallest_network",
    task="Circle, from x1 and x2: settings for a network of at most 13 parameters that gets below "
    "a test loss of 0.05 within 100 epochs on at least 8 of 10 seeds.",
    kind="judged",
    example={"hidden_layers": (3,), "learning_rate": 0.1},
    parts=('a dictionary of settings such as {"hidden_layers": (4, 2), "learning_rate": 0.03}',),
    reference=_judge_smallest,
    mistakes=(
        Mistake(
            "no_comma",
            lambda settings: isinstance(settings.get("hidden_layers"), int),
            "In Python, (8) is the number 8. A tuple with one entry needs a comma: (8,).",
            "Takes brackets for a tuple.",
        ),
        Mistake(
            "features_added",
            lambda settings: "features" in settings,
            "With squares it would need no hidden layer at all. Here the inputs are x1 and x2.",
            "Solves another task.",
        ),
        Mistake(
            "no_hidden_layer",
            lambda settings: _smallest(settings).hidden_layers == (),
            "Without a hidden layer the boundary is one straight line. Can it surround a disc?",
            "Minimises without asking what is needed.",
        ),
        Mistake(
            "too_few_lines",
            lambda settings: _smallest(settings).hidden_layers[0] < 3,
            "Each neuron of the first layer draws one line. How many lines close a shape?",
            "Minimises without asking what is needed.",
        ),
        Mistake(
            "linear",
            lambda settings: _smallest(settings).activation == "linear",
            "Without a bend all layers together are one line.",
            "Forgets what an activation function is for.",
        ),
        Mistake(
            "too_large",
            lambda settings: (
                _parameters(_smallest(settings)) > 13
                and _smallest_arrived(_smallest(settings)) >= 8
            ),
            "Try one hidden layer only, and take neurons away until it fails.",
            "Stops at the first network that works.",
        ),
        Mistake(
            "too_slow",
            lambda settings: (
                _parameters(_smallest(settings)) <= 13 and _smallest(settings).learning_rate <= 0.03
            ),
            "The size may do. 100 epochs are few, though: what makes each step count for more?",
            "Changes the size only.",
        ),
        Mistake(
            "too_fast",
            lambda settings: _smallest(settings).learning_rate >= 1,
            "Look at the loss: at this learning rate it jumps.",
            "Believes that more learning rate is always better.",
        ),
        Mistake(
            "saturating",
            lambda settings: _smallest(settings).activation == "sigmoid",
            "The sigmoid's slope is a quarter at best, so it trains slowly. Which activation "
            "doesn't lose that much?",
            "Takes one S-curve for the other.",
        ),
        Mistake(
            "decimal_comma",
            lambda settings: isinstance(settings.get("learning_rate"), tuple),
            "Decimals have a point: `0.1`. A comma makes two numbers of it.",
            "Writes decimals with a comma.",
        ),
    ),
)


NOISE_TASK: Mapping[str, Any] = {
    "dataset": "circle",
    "noise": 30,
    "train_percent": 10,
    "features": ("x1", "x2", "x1^2", "x2^2", "x1x2", "sin(x1)", "sin(x2)"),
    "hidden_layers": (8, 8),
    "learning_rate": 0.1,
}
_NOISE_CONTROLS = ("regularization", "regularization_rate")
_NOISE_BOUND = 0.18


def _noise_loss(settings: Any, name: str = "test_loss") -> float:
    config = _configure(settings, _NOISE_CONTROLS, NOISE_TASK)
    return _train(config, 10, 150).summary(name).median


def _rate(settings: Any) -> float:
    return float(settings.get("regularization_rate", 0.0))


def _kind(settings: Any) -> str:
    return str(settings.get("regularization", "none"))


def _judge_noise(settings: Any) -> str | None:
    try:
        loss = _noise_loss(settings)
    except _RefusedError as refusal:
        return str(refusal)
    return None if loss <= _NOISE_BOUND else f"the median test loss is {loss:.3f}, not yet 0.18."


NOISE = Exercise(
    id="playground/tame_noise",
    title="Regularise the noise away",
    signature="against_noise",
    task="Circle with 30 % noise, 50 training points, all features, layers 8-8, learning rate 0.1: "
    "bring the median test loss after 150 epochs (10 seeds) to 0.18 or less by regularisation.",
    kind="judged",
    example={"regularization": "L2", "regularization_rate": 0.1},
    parts=('a dictionary such as {"regularization": "L1", "regularization_rate": 0.001}',),
    reference=_judge_noise,
    mistakes=(
        Mistake(
            "other_controls",
            lambda settings: not {"dataset", "noise", "train_percent"}.isdisjoint(settings),
            "Less noise or more data would help, but in life you can't order them.",
            "Changes the task.",
        ),
        Mistake(
            "no_kind",
            lambda settings: (
                set(settings) <= set(_NOISE_CONTROLS)
                and _rate(settings) > 0
                and _kind(settings) == "none"
            ),
            "A rate alone does nothing: which kind of regularisation?",
            "Sets the rate and forgets the kind.",
        ),
        Mistake(
            "no_rate",
            lambda settings: set(settings) <= set(_NOISE_CONTROLS) and _rate(settings) == 0,
            "A kind of regularisation with a rate of 0 changes nothing.",
            "Sets the kind and forgets the rate, or doesn't regularise.",
        ),
        Mistake(
            "too_strong",
            lambda settings: _noise_loss(settings, "train_loss") > 0.15,
            "Now the training loss is large, too: the network can't even follow the circle.",
            "Believes that more regularisation is always better.",
        ),
        Mistake(
            "too_weak",
            lambda settings: _noise_loss(settings, "train_loss") < 0.05,
            "The training loss is still far below the test loss: noise is being learned by heart.",
            "Chooses a rate that does next to nothing.",
        ),
        Mistake(
            "decimal_comma",
            lambda settings: isinstance(settings.get("regularization_rate"), tuple),
            "Decimals have a point: `0.1`. A comma makes two numbers of it.",
            "Writes decimals with a comma.",
        ),
    ),
)


SPIRAL_TASK: Mapping[str, Any] = {"dataset": "spiral"}
_SPIRAL_CONTROLS = ("features", "hidden_layers", "activation", "learning_rate")


def _spiral(settings: Any) -> Config:
    return _configure(settings, _SPIRAL_CONTROLS, SPIRAL_TASK)


def _spiral_arrived(config: Config) -> int:
    return int((_train(config, 5, 150).final["test_loss"] <= 0.1).sum())


def _judge_spiral(settings: Any) -> str | None:
    try:
        config = _spiral(settings)
    except _RefusedError as refusal:
        return str(refusal)
    arrived = _spiral_arrived(config)
    return None if arrived >= 4 else f"{arrived} of 5 seeds end with a test loss of 0.1 or less."


SPIRAL = Exercise(
    id="playground/solve_spiral",
    title="Solve the spiral",
    signature="spiral_network",
    task="Spiral: settings with which at least 4 of 5 seeds end with a test loss of 0.1 or less "
    "after 150 epochs.",
    kind="judged",
    example={"features": ("x1", "x2", "sin(x1)", "sin(x2)"), "hidden_layers": (8, 8)},
    parts=('a dictionary such as {"features": ("x1", "x2"), "hidden_layers": (4, 2)}',),
    reference=_judge_spiral,
    mistakes=(
        Mistake(
            "no_comma",
            lambda settings: isinstance(settings.get("hidden_layers"), int),
            "In Python, (8) is the number 8. A tuple with one entry needs a comma: (8,).",
            "Takes brackets for a tuple.",
        ),
        Mistake(
            "more_data",
            lambda settings: bool(set(settings) & {"train_percent", "noise", "batch_size"}),
            "The data and the batches stay as they are. Work on inputs and network.",
            "Changes the task.",
        ),
        Mistake(
            "no_bend",
            lambda settings: (
                _spiral(settings).hidden_layers == () or _spiral(settings).activation == "linear"
            ),
            "Without bends the network only adds up its inputs, and no such sum makes a spiral.",
            "Hopes that features alone are enough.",
        ),
        Mistake(
            "too_fast",
            lambda settings: _spiral(settings).learning_rate >= 1,
            "At this learning rate the loss jumps about and doesn't settle.",
            "Believes that more learning rate is always better.",
        ),
        Mistake(
            "without_sines",
            lambda settings: not {"sin(x1)", "sin(x2)"} & set(_spiral(settings).features),
            "150 epochs are few for layers alone. Walk outwards: the colours alternate. Which "
            "inputs do so, too?",
            "Believes that depth replaces features at no cost.",
        ),
        Mistake(
            "only_sines",
            lambda settings: not {"x1", "x2"} & set(_spiral(settings).features),
            "Sines repeat: alone they can't tell near from far. Which inputs can?",
            "Replaces inputs instead of adding some.",
        ),
        Mistake(
            "too_slow",
            lambda settings: _spiral(settings).learning_rate < 0.03,
            "The loss is still falling at the end. 150 epochs are few at this learning rate.",
            "Keeps a learning rate for safety.",
        ),
        Mistake(
            "too_small",
            lambda settings: sum(_spiral(settings).hidden_layers) < 16,
            "These inputs help. Now give the network more neurons to combine them.",
            "Changes the inputs only.",
        ),
        Mistake(
            "all_features",
            lambda settings: len(_spiral(settings).features) == 7,
            "Seven inputs are much to sort out in 150 epochs. Which of them don't alternate?",
            "Believes that more inputs can't do harm.",
        ),
        Mistake(
            "one_sine",
            lambda settings: len({"sin(x1)", "sin(x2)"} & set(_spiral(settings).features)) == 1,
            "One sine alternates in one direction only. The arms wind in both.",
            "Adds one feature and stops.",
        ),
        Mistake(
            "relu_stuck",
            lambda settings: _spiral(settings).activation == "relu",
            "The inputs help. But with ReLU more runs get stuck, as on XOR: which activation "
            "arrives more often?",
            "Takes ReLU for the better choice everywhere.",
        ),
        Mistake(
            "one_name",
            lambda settings: isinstance(settings.get("features"), str),
            'Several names go into a tuple, and so does one, with a comma behind it: `("x1",)`.',
            "Takes a name for a tuple of names.",
        ),
    ),
)


# The slides ---------------------------------------------------------------------------------------

_STATEMENTS = {
    "A": "on circle, xor and gauss the median run of the default network gets below a test loss "
    "of 0.05 within 100 epochs",
    "B": "on these three, every run does",
    "C": "with ReLU the optimisation converges faster, whatever the data set",
    "D": "the decision boundary of a ReLU network is a straight line",
    "E": "on xor, ReLU runs get stuck more often than tanh runs",
    "F": "for the spiral, additional layers are what it takes: with 8-8-8, 150 epochs will do",
}
FAULTY_SLIDES = Exercise(
    id="playground/faulty_slides",
    title="Find the faulty slide",
    signature="faulty_slides",
    task="Which don't hold? " + "; ".join(f"{k}: {v}" for k, v in _STATEMENTS.items()) + ".",
    kind="set",
    options=tuple(_STATEMENTS),
    reference=lambda: {"B", "C", "D", "F"},
    mistakes=(
        Mistake(
            "right_ones_instead",
            lambda given: given == {"A", "E"},
            "These two hold. The ones that don't are asked for.",
            "Answers the opposite question.",
        ),
        Mistake(
            "median_accused",
            lambda given: "A" in given,
            "Statement A speaks of the median run. Look at the medians again.",
            "Takes a statement about the median for one about all runs.",
        ),
        Mistake(
            "stuck_accused",
            lambda given: "E" in given,
            "Count again how many of the 20 arrive on XOR, with each of the two.",
            "Looks at speed only.",
        ),
        Mistake(
            "every_run",
            lambda given: "B" not in given,
            "How many of the 20 arrive on XOR?",
            "Takes the median run for every run.",
        ),
        Mistake(
            "always_faster",
            lambda given: "C" not in given,
            "What do the medians on Gauss say?",
            "Trusts the slide, or one data set.",
        ),
        Mistake(
            "straight",
            lambda given: "D" not in given,
            "Two points on one side, the middle between them on the other: can a line do that?",
            "Copied “linear boundaries” from the slide.",
        ),
        Mistake(
            "layers",
            lambda given: "F" not in given,
            "What was the test loss with 8-8-8 after 150 epochs? What helped instead?",
            "Trusts the slide.",
        ),
    ),
)

_DATA = ("circle", "xor", "gauss", "spiral")


def _race(pair: Any) -> tuple[float, float]:
    """Give the epochs that ReLU and tanh need, all else default."""
    from tutor.playground import Config

    dataset, seed = pair
    if not isinstance(seed, str | int):
        raise TypeError("seed: expected a text")
    dataset = dataset.casefold() if isinstance(dataset, str) else dataset
    if dataset not in _DATA:
        raise _RefusedError(f"there are the data sets {', '.join(_DATA)}.")
    relu, tanh = (
        _arrivals(Config(dataset=dataset, activation=name), (str(seed),), 100, 1)[0]
        for name in ("relu", "tanh")
    )
    return relu, tanh


def _judge_race(pair: Any) -> str | None:
    try:
        relu, tanh = _race(pair)
    except _RefusedError as refusal:
        return str(refusal)
    if relu == tanh:
        return "the two are level there." if np.isfinite(relu) else "neither arrives there."
    return None if relu > tanh else f"ReLU needs {relu:g} epochs there and is faster."


COUNTEREXAMPLE = Exercise(
    id="playground/relu_slower",
    title="Prove it: ReLU isn't always faster",
    signature="relu_is_slower_at",
    task='“ReLU converges even faster.” Give a data set and a seed, such as ("circle", "1"), for '
    "which the default network needs more epochs with ReLU than with tanh to get to 0.05.",
    kind="judged",
    example=("gauss", "1"),
    parts=("a data set", "a seed"),
    reference=_judge_race,
    mistakes=(
        Mistake(
            "spiral",
            lambda pair: pair[0] == "spiral",
            "On the spiral neither gets there in 100 epochs, so neither is slower.",
            "Takes two failures for a comparison.",
        ),
        Mistake(
            "level",
            lambda pair: _race(pair)[0] == _race(pair)[1],
            "As fast isn't slower. Try the next seed.",
            "Doesn't distinguish > from ≥.",
        ),
        Mistake(
            "swapped",
            lambda pair: pair[1] in _DATA,
            "The data set comes first, then the seed.",
            "Swaps data set and seed.",
        ),
        Mistake(
            "where_it_is_faster",
            lambda pair: _race(pair)[0] < _race(pair)[1],
            "On which data set were ReLU's medians the larger ones?",
            "Picks a data set at random.",
        ),
    ),
)
