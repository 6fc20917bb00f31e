"""Data sets of the course: logic gates, the six of TensorFlow Playground, moons and a spiral.

Every function returns a `Dataset`: `x` of shape (N, 2), one row a sample, and `y` of shape (N,).
The Playground's six are the same points, in the same order, as the original draws for a seed
string; `moons` and `spiral` use numpy's generator and an ordinary seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.names import unknown
from tutor.seedrandom import SeedRandom

Floats = NDArray[np.float64]
Point = tuple[float, float, float]
"""x1, x2 and label."""

GATES: dict[str, tuple[int, int, int, int]] = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "xor": (0, 1, 1, 0),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
    "xnor": (1, 0, 0, 1),
}
"""Truth tables: outputs for the inputs 00, 01, 10, 11."""

CLASSIFICATION_SAMPLES = 500
REGRESSION_SAMPLES = 1200


class Dataset(NamedTuple):
    """Samples `x` of shape (N, D), and labels `y` of shape (N,)."""

    x: Floats
    y: NDArray[Any]


class Split(NamedTuple):
    """A data set in two parts: the one to learn from, and the one to be examined on."""

    x_train: Floats
    y_train: NDArray[Any]
    x_test: Floats
    y_test: NDArray[Any]


def gate(name: str) -> Dataset:
    """Return the truth table of a logic gate.

    Parameters
    ----------
    name : str
        "and", "or", "xor", "nand", "nor" or "xnor", in any case.

    Returns
    -------
    Dataset
        x (4, 2) with rows 00, 01, 10, 11; y (4,) of 0.0 and 1.0.

    Raises
    ------
    ValueError
        When there is no such gate.
    """
    outputs = GATES.get(name.lower() if isinstance(name, str) else "")
    if outputs is None:
        raise ValueError(unknown("gate", name, GATES))
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    return Dataset(x, np.array(outputs, dtype=np.float64))


# --- The Playground's six. Noise is a fraction here: the slider's 20 is 0.2. ---


def _interpolate(low: float, high: float, t: float) -> float:
    """Blend linearly, with the roundings of the drawing library that the Playground uses."""
    return low * (1 - t) + high * t


def _circle(random: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    radius = 5.0
    for inner, outer in ((0.0, radius * 0.5), (radius * 0.7, radius)):
        for _ in range(math.ceil(n / 2)):
            r = random.uniform(inner, outer)
            angle = random.uniform(0, 2 * math.pi)
            x, y = r * math.sin(angle), r * math.cos(angle)
            noisy_x = x + random.uniform(-radius, radius) * noise
            noisy_y = y + random.uniform(-radius, radius) * noise
            inside = math.sqrt(noisy_x * noisy_x + noisy_y * noisy_y) < radius * 0.5
            yield x, y, 1.0 if inside else -1.0


def _xor(random: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    padding = 0.3
    for _ in range(n):
        x = random.uniform(-5, 5)
        x += padding if x > 0 else -padding
        y = random.uniform(-5, 5)
        y += padding if y > 0 else -padding
        noisy_x = x + random.uniform(-5, 5) * noise
        noisy_y = y + random.uniform(-5, 5) * noise
        yield x, y, 1.0 if noisy_x * noisy_y >= 0 else -1.0


def _normal(random: SeedRandom, mean: float, variance: float) -> float:
    """Draw by the polar Box-Muller method; its second value is thrown away."""
    s = 2.0
    v = 0.0
    while s > 1 or s == 0:
        v = 2 * random.random() - 1
        other = 2 * random.random() - 1
        s = v * v + other * other
    return mean + math.sqrt(variance) * (math.sqrt(-2 * math.log(s) / s) * v)


def _gauss(random: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    variance = _interpolate(0.5, 4, noise / 0.5)
    for centre, label in ((2.0, 1.0), (-2.0, -1.0)):
        for _ in range(math.ceil(n / 2)):
            x = _normal(random, centre, variance)
            y = _normal(random, centre, variance)
            yield x, y, label


def _spiral(random: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    half = n / 2
    for turn, label in ((0.0, 1.0), (math.pi, -1.0)):
        for i in range(math.ceil(half)):
            r = i / half * 5
            t = 1.75 * i / half * 2 * math.pi + turn
            x = r * math.sin(t) + random.uniform(-1, 1) * noise
            y = r * math.cos(t) + random.uniform(-1, 1) * noise
            yield x, y, label


def _regression(
    random: SeedRandom, n: int, noise: float, label: Callable[[float, float], float]
) -> Iterator[Point]:
    for _ in range(n):
        x = random.uniform(-6, 6)
        y = random.uniform(-6, 6)
        noisy_x = x + random.uniform(-6, 6) * noise
        noisy_y = y + random.uniform(-6, 6) * noise
        yield x, y, label(noisy_x, noisy_y)


def _plane_label(x: float, y: float) -> float:
    return _interpolate(-1, 1, (x + y + 10) / 20)


_BUMPS = ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1))


def _bumps_label(x: float, y: float) -> float:
    """Return the largest in magnitude of six signed cones of radius 2."""
    label = 0.0
    for centre_x, centre_y, sign in _BUMPS:
        dx, dy = x - centre_x, y - centre_y
        distance = math.sqrt(dx * dx + dy * dy)
        height = sign * (1 - max(0.0, min(1.0, distance / 2)))
        if abs(height) > abs(label):
            label = height
    return label


def _plane(random: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    return _regression(random, n, noise, _plane_label)


def _multi_gauss(random: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    return _regression(random, n, noise, _bumps_label)


_Generator = Callable[[SeedRandom, int, float], Iterator[Point]]

_CLASSIFICATION: dict[str, _Generator] = {
    "circle": _circle,
    "xor": _xor,
    "gauss": _gauss,
    "spiral": _spiral,
}
_REGRESSION: dict[str, _Generator] = {"plane": _plane, "multi-gauss": _multi_gauss}

CLASSIFICATION = tuple(_CLASSIFICATION)
REGRESSION = tuple(_REGRESSION)
PLAYGROUND = CLASSIFICATION + REGRESSION
"""Names of the Playground's data sets."""


def playground(
    name: str, seed: str | SeedRandom, noise: float = 0, samples: int | None = None
) -> Dataset:
    """Draw one of the Playground's data sets, shuffled as the original shuffles it.

    Parameters
    ----------
    name : str
        "circle", "xor", "gauss" or "spiral" (labels −1 and 1), "plane" or "multi-gauss" (labels
        from −1 to 1; a little beyond for the plane).
    seed : str or SeedRandom
        Seed string; or a stream to go on with, which is then left where the weights start.
    noise : float
        The slider's per cent, 0 to 50.
    samples : int, optional
        500 for classification and 1200 for regression when left out. An odd number is rounded up
        for circle, gauss and spiral, which consist of two halves.

    Returns
    -------
    Dataset
        x (N, 2) and y (N,), in the order in which the Playground trains on them.

    Raises
    ------
    ValueError
        When there is no such data set, or noise or samples are out of range.
    """
    generators = _CLASSIFICATION | _REGRESSION
    if name not in generators:
        raise ValueError(unknown("data set", name, generators))
    if not 0 <= noise <= 50:
        raise ValueError(f"noise: expected 0 to 50 per cent, got {noise!r}")
    if samples is None:
        samples = CLASSIFICATION_SAMPLES if name in _CLASSIFICATION else REGRESSION_SAMPLES
    if samples < 1:
        raise ValueError(f"samples: expected at least 1, got {samples!r}")
    random = seed if isinstance(seed, SeedRandom) else SeedRandom(seed)
    points = np.array(list(generators[name](random, samples, noise / 100)))
    points = points[random.shuffle(len(points))]
    return Dataset(points[:, :2].copy(), points[:, 2].copy())


# --- For the training notebook ---


def moons(samples: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Draw two interleaving half circles.

    Parameters
    ----------
    samples : int
        Number of points in both moons together, at least 2.
    noise : float
        Standard deviation of the normal noise added to each coordinate.
    seed : int
        Seed of numpy's generator.

    Returns
    -------
    Dataset
        x (samples, 2); y (samples,) of the classes 0 (upper moon) and 1 (lower moon).

    Raises
    ------
    ValueError
        When samples is below 2, or noise is negative or not finite.
    """
    _check_draw(samples, 2, noise, "noise")
    random = np.random.default_rng(seed)
    y = np.arange(samples) % 2
    angle = np.pi * random.random(samples)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    x = np.where(y[:, None] == 0, upper, lower) + noise * random.standard_normal((samples, 2))
    return Dataset(x, y)


def spiral(samples: int = 300, classes: int = 3, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Draw a spiral with one arm for each class, within a circle of about radius 2.

    Parameters
    ----------
    samples : int
        Number of points in all arms together, at least `classes`.
    classes : int
        Number of arms, at least 1.
    noise : float
        Standard deviation of the normal noise added to each angle, in radians.
    seed : int
        Seed of numpy's generator.

    Returns
    -------
    Dataset
        x (samples, 2); y (samples,) of the classes 0 to classes − 1.

    Raises
    ------
    ValueError
        When classes is below 1, samples is below classes, or noise is negative or not finite.
    """
    if classes < 1:
        raise ValueError(f"classes: expected at least 1, got {classes!r}")
    _check_draw(samples, classes, noise, "noise")
    random = np.random.default_rng(seed)
    y = np.arange(samples) % classes
    radius = np.sqrt(random.random(samples))  # the root spreads the points evenly over the disc
    angle = 2 * np.pi * y / classes + 4.5 * radius + noise * random.standard_normal(samples)
    return Dataset(2 * radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), y)


def _check_draw(samples: int, least: int, deviation: float, name: str) -> None:
    if samples < least:
        raise ValueError(f"samples: expected at least {least}, got {samples!r}")
    if not (math.isfinite(deviation) and deviation >= 0):
        raise ValueError(f"{name}: expected a standard deviation of 0 or more, got {deviation!r}")


def split(x: ArrayLike, y: ArrayLike, train_percent: float = 50, seed: int | None = None) -> Split:
    """Split a data set into a training and a test part.

    The number of training samples is rounded down, as in the Playground.

    Parameters
    ----------
    x : array_like, shape (N, D)
    y : array_like, shape (N,) or (N, M)
    train_percent : float
        Part of the samples to train on, in per cent, above 0 and below 100.
    seed : int, optional
        Shuffle with this seed first. Without it the order is kept: the Playground's data are
        shuffled already.

    Returns
    -------
    Split
        x_train, y_train, x_test, y_test: copies, neither part empty.

    Raises
    ------
    ValueError
        When the lengths differ, or a part would be empty.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y)
    if x.ndim != 2 or y.ndim == 0 or len(x) != len(y):
        raise ValueError(f"expected x (N, D) and y with N rows, got shapes {x.shape} and {y.shape}")
    if not 0 < train_percent < 100:
        raise ValueError(f"train_percent: expected above 0 and below 100, got {train_percent!r}")
    count = math.floor(len(x) * train_percent / 100)
    if not 0 < count < len(x):
        raise ValueError(f"{train_percent} % of {len(x)} samples leaves one part empty")
    order = np.arange(len(x))
    if seed is not None:
        order = np.random.default_rng(seed).permutation(order)
    train, test = order[:count], order[count:]
    return Split(x[train], y[train], x[test], y[test])
