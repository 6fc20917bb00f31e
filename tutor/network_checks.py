"""What a network accepts: checks that say what was expected and what came."""

# Annotations stay text, so that numpy.random loads only when it is used.
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tutor import activations, losses
from tutor.activations import Activation
from tutor.floats import FloatArray, as_floats
from tutor.losses import Loss

Rate: TypeAlias = float | Sequence[float] | FloatArray
Seed: TypeAlias = int | Sequence[int]


def check_samples(X: npt.ArrayLike, D: int, replicas: int | None) -> FloatArray:
    """Return X as floats, (N, D) or (R, N, D)."""
    X = finite(X, "X")
    stacked = replicas is not None and X.shape[:-2] == (replicas,)
    if X.ndim < 2 or X.shape[-1] != D or not (X.ndim == 2 or stacked):
        also = "" if replicas is None else f" or ({replicas}, N, {D})"
        raise ValueError(f"X must have the shape (N, {D}){also}, a sample a row, not {X.shape}")
    if X.shape[-2] == 0:
        raise ValueError("X must hold at least one sample, but it is empty")
    return X


def check_targets(y: npt.ArrayLike, N: int, M: int, replicas: int | None, loss: Loss) -> FloatArray:
    """Return y as floats, (N, M) or (R, N, M), with class numbers made one-hot.

    If R, N and M are equal, class numbers (R, N) look like rows (N, M), and are taken as those.
    """
    y = finite(y, "y")
    leads = [()] if replicas is None else [(), (replicas,)]
    if y.shape != (N, M) and y.shape in [(*lead, N) for lead in leads]:
        if M == 1:
            y = y[..., np.newaxis]
        elif loss.name == "cross_entropy":
            y = _one_hot(y, M)
    if y.shape not in [(*lead, N, M) for lead in leads]:
        short = f" or ({N},)" if M == 1 else ""
        if loss.name == "cross_entropy":
            short = f", or class numbers ({N},)"
        stacked = "" if replicas is None else f", or {replicas} of them stacked"
        raise ValueError(f"y must have the shape ({N}, {M}){short}{stacked}, not {y.shape}")
    if loss.name in ("logistic", "cross_entropy") and not ((y >= 0) & (y <= 1)).all():
        raise ValueError(f"{loss.label} needs targets from 0 to 1, not {y.min():g} to {y.max():g}")
    if loss.name == "cross_entropy" and not np.allclose(y.sum(axis=-1), 1.0, rtol=0, atol=1e-9):
        raise ValueError(f"{loss.label} needs targets whose rows sum to 1")
    return y


def check_rate(rate: Rate, name: str, replicas: int | None) -> float | FloatArray:
    """Return a number, or (R, 1) to be broadcast against all parameters of each replica."""
    rates = finite(rate, name)
    if rates.shape != () and (replicas is None or rates.shape != (replicas,)):
        each = "" if replicas is None else f" or one for each of {replicas} replicas"
        raise ValueError(f"{name} must be a number{each}, not of shape {rates.shape}")
    if (rates < 0).any():
        raise ValueError(f"{name} must not be negative, but it is {rates.min():g}")
    return float(rates) if rates.ndim == 0 else rates[:, np.newaxis]


def check_penalty(rate: Rate, name: str, replicas: int | None) -> float | FloatArray | None:
    """Return the rate as `check_rate` does, or None if there is nothing to add."""
    checked = check_rate(rate, name, replicas)
    return checked if np.any(checked) else None


def check_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes of the input and of at least one layer."""
    if isinstance(sizes, str | bytes) or not isinstance(sizes, Iterable):
        raise TypeError(f"sizes must be a list like [2, 4, 1], not {sizes!r}")
    checked = tuple(at_least_one(size, "each size") for size in sizes)
    if len(checked) < 2:
        raise ValueError(f"sizes needs the inputs and at least one layer, not {list(checked)}")
    return checked


def hidden_activations(
    hidden: str | Activation | Sequence[str | Activation], n_layers: int
) -> tuple[Activation, ...]:
    """Return an activation for each hidden layer."""
    if isinstance(hidden, str | Activation):
        return (activations.get(hidden),) * n_layers
    if not isinstance(hidden, Iterable):
        raise TypeError(f"hidden must be an activation or a list of them, not {hidden!r}")
    found = tuple(activations.get(one) for one in hidden)
    if len(found) != n_layers:
        raise ValueError(f"hidden must name {n_layers} activations, one a layer, not {len(found)}")
    return found


def fitting_loss(output: Activation, loss: str | Loss | None) -> Loss:
    """Return the loss, by default the one that fits, after checking that the output suits it."""
    if loss is None:
        loss = {"sigmoid": "logistic", "softmax": "cross_entropy"}.get(output.name, "squared")
    found = losses.get(loss)
    if found.name != "squared" and output.name != found.pairs_with:
        raise ValueError(f"{found.label} needs output={found.pairs_with!r}, not {output.name!r}")
    return found


def is_pair(output: Activation, loss: Loss) -> bool:
    """Say whether dL/dz = a − y; a temperature other than 1 would make it (a − y)/T."""
    defaults = activations.ACTIVATIONS[output.name].parameters
    return output.name == loss.pairs_with and output.parameters == defaults


def generators(seed: Seed, replicas: int | None) -> list[np.random.Generator]:
    """Return a random generator for each replica."""
    n = 1 if replicas is None else replicas
    if isinstance(seed, int | np.integer) and not isinstance(seed, bool):
        seeds = [int(seed) + r for r in range(n)]
    elif isinstance(seed, Iterable) and not isinstance(seed, str | bytes):
        seeds = list(seed)
    else:
        raise TypeError(f"seed must be a whole number, or a list of them, not {seed!r}")
    if len(seeds) != n:
        raise ValueError(f"seed must be one number or {n} of them, not {len(seeds)}")
    if any(not isinstance(s, int | np.integer) or s < 0 for s in seeds):
        raise ValueError(f"seeds must be whole numbers from 0, not {seed!r}")
    return [np.random.default_rng(s) for s in seeds]


def at_least_one(value: int, name: str) -> int:
    """Return a whole number from 1."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return int(value)


def in_range(value: float, name: str, below: float = np.inf) -> float:
    """Return a number from 0 to below `below`."""
    number = finite(value, name)
    if number.shape != () or not 0 <= number < below:
        limit = "not negative" if below == np.inf else f"from 0 to below {below:g}"
        raise ValueError(f"{name} must be one number, {limit}, not {value!r}")
    return float(number)


def finite(values: npt.ArrayLike, name: str) -> FloatArray:
    """Return an array of float64, after checking that it holds nothing but finite numbers."""
    array = as_floats(values, name).astype(np.float64, copy=False)
    wrong = ~np.isfinite(array)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        at = f" at index {where}" if where else ""
        raise ValueError(f"{name} must hold finite numbers, but there is {array[where]}{at}")
    return array


def _one_hot(labels: FloatArray, n_classes: int) -> FloatArray:
    """Return a row for each class number, 1 at that place: (..., N) gives (..., N, K)."""
    if not ((labels == np.floor(labels)) & (labels >= 0) & (labels < n_classes)).all():
        raise ValueError(f"class numbers must be whole numbers from 0 to {n_classes - 1}")
    rows: FloatArray = np.eye(n_classes)[labels.astype(int)]
    return rows
