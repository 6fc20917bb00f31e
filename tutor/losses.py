"""How wrong is an answer? Three loss functions with their gradients.

Each gives one loss a sample, summed over the outputs; training takes the mean over the samples.
`LOSSES` maps a name to a `Loss`.

A loss and the output activation it is made for have a simple gradient together: for sigmoid with
the logistic loss, and for softmax with cross-entropy, dL/dz = a − y. The network uses that, and
takes such a loss from z: ln(a) would be −∞ where a rounds to 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from tutor.floats import FloatArray
from tutor.names import look_up

__all__ = ["LOSSES", "Loss", "get"]

LossFunction = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True)
class Loss:
    """A loss function.

    Attributes
    ----------
    name, label : str
        For code and for people.
    formula : str
        LaTeX, for one sample with outputs a and targets y.
    value : callable
        value(a, y), both (..., N, M), gives the losses of the samples, (..., N).
    gradient : callable
        gradient(a, y) gives dL/da, (..., N, M).
    pairs_with : str or None
        The output activation for which dL/dz = a − y.
    value_from_z : callable or None
        value_from_z(z, y): the same losses from that activation's input.
    """

    name: str
    label: str
    formula: str
    value: LossFunction = field(repr=False)
    gradient: LossFunction = field(repr=False)
    pairs_with: str | None = None
    value_from_z: LossFunction | None = field(default=None, repr=False)


def _times_log(y: FloatArray, a: FloatArray) -> FloatArray:
    """Return y · ln(a), where 0 · ln(0) = 0."""
    return np.where(y == 0, 0.0, y * np.log(a))


def _over(y: FloatArray, a: FloatArray) -> FloatArray:
    """Return y / a, where 0 / 0 = 0."""
    return np.where(y == 0, 0.0, y / a)


def squared(a: FloatArray, y: FloatArray) -> FloatArray:
    """Return Σ ½ (a − y)²."""
    return np.asarray(0.5 * np.sum((a - y) ** 2, axis=-1))


def squared_gradient(a: FloatArray, y: FloatArray) -> FloatArray:
    """Return a − y."""
    return a - y


def logistic(a: FloatArray, y: FloatArray) -> FloatArray:
    """Return −Σ [y ln(a) + (1 − y) ln(1 − a)]: the minus covers both terms."""
    with np.errstate(all="ignore"):
        return np.asarray(-np.sum(_times_log(y, a) + _times_log(1 - y, 1 - a), axis=-1))


def logistic_gradient(a: FloatArray, y: FloatArray) -> FloatArray:
    """Return −y / a + (1 − y) / (1 − a)."""
    with np.errstate(all="ignore"):
        return _over(1 - y, 1 - a) - _over(y, a)


def logistic_from_z(z: FloatArray, y: FloatArray) -> FloatArray:
    """Return Σ [ln(1 + e^z) − y z], the logistic loss of a = σ(z)."""
    with np.errstate(all="ignore"):
        softplus = np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))
        return np.asarray(np.sum(softplus - y * z, axis=-1))


def cross_entropy(a: FloatArray, y: FloatArray) -> FloatArray:
    """Return −Σ y ln(a)."""
    with np.errstate(all="ignore"):
        return np.asarray(-np.sum(_times_log(y, a), axis=-1))


def cross_entropy_gradient(a: FloatArray, y: FloatArray) -> FloatArray:
    """Return −y / a."""
    with np.errstate(all="ignore"):
        return -_over(y, a)


def cross_entropy_from_z(z: FloatArray, y: FloatArray) -> FloatArray:
    """Return ln(Σ e^z) − Σ y z, the cross-entropy of a = softmax(z), where Σ y = 1."""
    with np.errstate(all="ignore"):
        below = z - np.max(z, axis=-1, keepdims=True)  # shift invariance: e^below can't overflow
        likely = np.where(y == 0, 0.0, y * below)
        return np.asarray(np.log(np.sum(np.exp(below), axis=-1)) - np.sum(likely, axis=-1))


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "squared": Loss(
            name="squared",
            label="Squared loss",
            formula=r"\ell = \tfrac{1}{2} \sum_i (a_i - y_i)^2",
            value=squared,
            gradient=squared_gradient,
            pairs_with="linear",
            value_from_z=squared,
        ),
        "logistic": Loss(
            name="logistic",
            label="Logistic loss",
            formula=r"\ell = -\sum_i \left[ y_i \ln a_i + (1 - y_i) \ln(1 - a_i) \right]",
            value=logistic,
            gradient=logistic_gradient,
            pairs_with="sigmoid",
            value_from_z=logistic_from_z,
        ),
        "cross_entropy": Loss(
            name="cross_entropy",
            label="Cross-entropy",
            formula=r"\ell = -\sum_i y_i \ln a_i",
            value=cross_entropy,
            gradient=cross_entropy_gradient,
            pairs_with="softmax",
            value_from_z=cross_entropy_from_z,
        ),
    }
)


def get(loss: str | Loss) -> Loss:
    """Return the loss with this name, or itself.

    Raises
    ------
    ValueError
        If there is none of this name; the message names the nearest.
    TypeError
        If it is neither a name nor a `Loss`.
    """
    return look_up(Loss, loss, LOSSES)
