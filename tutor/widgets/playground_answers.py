"""What the page of the Playground is told: numbers and words as JSON, arrays as bytes.

All of it is computed from a `tutor.playground.Playground`; nothing here knows the widget.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor import datasets
from tutor import playground as arithmetic
from tutor.playground import Config, Playground, Target
from tutor.widgets import playground_picture

CHART_POINTS = 256
"""Points of the loss chart that a frame brings at most, besides the last one."""
_SAMPLES = 120
_SIDE = 100  # of the large map
_SMALL = 10  # of a neuron's map
# What the stop conditions offer. The configuration itself allows any number.
_EPOCH_LIMITS = (10, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_LOSSES = (0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.001)
_ACCURACIES = (0.8, 0.9, 0.95, 0.98, 0.99, 1.0)


@functools.cache
def choices() -> dict[str, Any]:
    """Return what never changes: the values that each control allows."""
    return {
        "datasets": {"classification": datasets.CLASSIFICATION, "regression": datasets.REGRESSION},
        "features": [
            {"name": each.name, "key": each.key, "meaning": each.meaning}
            for each in arithmetic.FEATURES.values()
        ],
        "activations": [*arithmetic.ACTIVATIONS, *arithmetic.EXTRA_ACTIVATIONS],
        "original_activations": arithmetic.ACTIVATIONS,
        "problems": arithmetic.PROBLEMS,
        "learning_rates": arithmetic.LEARNING_RATES,
        "regularizations": arithmetic.REGULARIZATIONS,
        "regularization_rates": arithmetic.REGULARIZATION_RATES,
        "noises": arithmetic.NOISES,
        "train_percents": arithmetic.TRAIN_PERCENTS,
        "batch_sizes": arithmetic.BATCH_SIZES,
        "max_layers": arithmetic.MAX_LAYERS,
        "max_neurons": arithmetic.MAX_NEURONS,
        "epoch_limits": _EPOCH_LIMITS,
        "losses": _LOSSES,
        "accuracies": _ACCURACIES,
    }


def feature_maps() -> bytes:
    """Return the large map of each feature, one behind the other."""
    return shades(np.stack(list(arithmetic.feature_maps(_SIDE).values())))


@functools.cache
def samples() -> bytes:
    """Return some points of each data set for its small picture, (data set, point, 3)."""
    drawn = (datasets.playground(each, "0.59704", samples=_SAMPLES) for each in datasets.PLAYGROUND)
    return _floats(np.stack([np.column_stack([data.x, data.y]) for data in drawn]))


def state(playground: Playground, has_own: bool, has_functions: bool) -> dict[str, Any]:
    """Return what changes only when a control is moved."""
    config = playground.config
    fields = config.to_dict()
    fields["own_data"] = None
    link, complete = _link(config)
    return {
        "config": fields,
        "activations": config.activations[:-1],
        "data": "own" if config.own_data is not None else config.data_name,
        "has_own": has_own,
        "train_count": len(playground.data.y_train),
        "link": link,
        "link_complete": complete,
        "code": _cell(config, has_functions),
        "loss_meaning": _loss_meaning(config),
        "functions": has_functions,
    }


def points(playground: Playground) -> bytes:
    """Return all points, training first: x1, x2, label; and so on."""
    data = playground.data
    train = np.column_stack([data.x_train, data.y_train])
    test = np.column_stack([data.x_test, data.y_test])
    return _floats(np.concatenate([train, test]))


def frame(playground: Playground, look: Any) -> tuple[dict[str, Any], list[bytes]]:
    """Return what changes from frame to frame: numbers, and five buffers.

    The buffers are the large map, the small maps, weights and biases, dead links, the chart.
    Maps are bytes: 0 for −1, 127 for 0, 254 for 1.
    """
    config = playground.config
    maps = playground.maps(_SIDE, np.float32)
    if config.discretize:
        maps = [np.where(layer >= 0, 1.0, -1.0) for layer in maps]
    look = _checked_look(look, config.sizes)
    shown = maps[-1][0] if look is None else maps[look[0] - 1][look[1]]
    small = [arithmetic.reduce_maps(layer, _SMALL).ravel() for layer in maps]
    pairs = zip(playground.weights, playground.biases, strict=True)
    parameters = [part.ravel() for pair in pairs for part in pair]
    told = {
        "epoch": playground.epoch,
        "sizes": config.sizes,
        "look": look,
        "loss": _finite(playground.loss),
        "measures": {name: _finite(value) for name, value in playground.measures.items()},
        "explanation": playground.explanation,
        "sentence": playground_picture.sentence(playground),
    }
    dead = np.concatenate([layer.ravel() for layer in playground.dead_links])
    return told, [
        shades(shown),
        shades(np.concatenate(small)),
        _floats(np.concatenate(parameters)),
        dead.astype(np.uint8).tobytes(),
        _chart(playground),
    ]


def _checked_look(look: Any, sizes: tuple[int, ...]) -> list[int] | None:
    """Return the unit to look at, [layer from 1, neuron from 0]; None is the output.

    A page may still ask for a neuron that has just been taken away: that is the output too.
    """
    if not isinstance(look, list) or len(look) != 2:
        return None
    layer, neuron = look
    if not isinstance(layer, int) or not isinstance(neuron, int):
        return None
    return look if 0 < layer < len(sizes) and 0 <= neuron < sizes[layer] else None


def _chart(playground: Playground) -> bytes:
    """Return epochs, training and test losses, one behind the other.

    Every 2ᵏ-th row is taken, so that the points don't wander while more come in; and the last.
    """
    history = playground.history
    train, test = playground.losses, history.column("test_loss")[:, 0]
    epochs = history.epochs
    every = 1 << max(0, math.ceil(math.log2(len(epochs) / CHART_POINTS)))
    rows = np.unique(np.append(np.arange(0, len(epochs), every), len(epochs) - 1))
    return _floats(np.stack([epochs[rows], train[rows], test[rows]]))


def code(config: Config) -> str:
    """Return the Python expression that makes a configuration.

    >>> code(Config(dataset="xor", target=Target("test_loss", 0.1)))
    "playground.Config(dataset='xor', target=playground.Target('test_loss', 0.1))"
    """
    written = []
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if value == field.default:
            continue
        if isinstance(value, Target):
            text = f"playground.Target({value.metric!r}, {value.value!r})"
        else:
            text = "playground.own_points(x, y)" if field.name == "own_data" else repr(value)
        written.append(f"{field.name}={text}")
    return f"playground.Config({', '.join(written)})"


def _cell(config: Config, has_functions: bool) -> str:
    """Write a cell that repeats what is on screen over a hundred seeds."""
    note = (
        "# An experiment runs the course's functions: yours stay behind.\n" if has_functions else ""
    )
    return f"from tutor import playground\n{note}playground.experiment({code(config)}, seeds=100)"


def _link(config: Config) -> tuple[str, bool]:
    """Return the original's link, and whether it carries everything."""
    for drop_extras in (False, True):
        try:
            return arithmetic.to_hash(config, drop_extras=drop_extras), not drop_extras
        except ValueError:
            continue
    return "", False  # the seed can't be written into a link


def _loss_meaning(config: Config) -> str:
    """Say what the training loss on screen consists of."""
    mean = "mean of ½ (output − target)²"
    if config.regularization == "none" or not config.regularization_rate:
        return mean
    penalty = {"L1": "Σ |w|", "L2": "Σ ½ w²"}[config.regularization]
    penalty = f"{config.regularization_rate:g} · {penalty}"
    if config.loss_includes_penalty:
        return f"{mean} + {penalty}"
    return f"{mean}, without the penalty {penalty}"


def _floats(values: NDArray[np.float64]) -> bytes:
    """Turn numbers into four bytes each; the page shows what is too large for that as infinite."""
    with np.errstate(over="ignore"):
        return values.astype("<f4").tobytes()


def shades(values: NDArray[np.float64]) -> bytes:
    """Turn numbers into bytes: 0 for −1 and below, 127 for 0 (and NaN), 254 for 1 and above."""
    clipped = np.nan_to_num(np.clip(values, -1.0, 1.0), nan=0.0)
    return np.rint(127.0 * clipped + 127.0).astype(np.uint8).tobytes()


def _finite(value: float) -> float | None:
    """Replace NaN and infinities, which JSON can't hold."""
    return value if math.isfinite(value) else None
