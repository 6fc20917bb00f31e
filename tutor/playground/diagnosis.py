"""Why a loss became NaN: the epoch in which it happened, replayed batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.playground.kernel import Batch, Kernel, KernelState, Rates


@dataclass(frozen=True)
class Failure:
    """What is known when a loss first isn't a finite number.

    Attributes
    ----------
    epoch : int
        The epoch in training when it happened.
    before : KernelState
        Weights and carried gradients before that epoch.
    rates : Rates
        Learning rate and regularisation during that epoch.
    """

    epoch: int
    before: KernelState
    rates: Rates


@dataclass(frozen=True)
class _Spot:
    """The first value that overflowed, in words."""

    batch: int
    what: str
    largest_weight: float


def explain(
    kernel: Kernel, batches: Sequence[Batch], activations: Sequence[str], failure: Failure
) -> str:
    """Say when and why the loss stopped being a number, and what to change.

    Parameters
    ----------
    kernel : Kernel
        A network of the same shape to replay with. Its parameters are lost.
    batches : sequence of Batch
    activations : sequence of str
        One for each layer, the output's last.
    failure : Failure

    Returns
    -------
    str
        A few sentences.
    """
    if not np.isfinite(failure.before.parameters).all():
        return f"The weights were no numbers any more when epoch {failure.epoch} began."
    with np.errstate(all="ignore"):
        spot = _replay(kernel, batches, failure)
    if spot is None:
        return (
            f"After epoch {failure.epoch} the loss is no longer a number: "
            "the weights are finite, but outputs computed from them are too large to square."
        )
    return (
        f"In epoch {failure.epoch}, at batch {spot.batch} of {len(batches)}, {spot.what} "
        f"became too large for a number (the largest weight before that: "
        f"{spot.largest_weight:.3g}). Infinity minus infinity is not a number (NaN), "
        "and everything computed from a NaN is one too. " + _reason(failure.rates, activations)
    )


def _replay(kernel: Kernel, batches: Sequence[Batch], failure: Failure) -> _Spot | None:
    kernel.restore(failure.before)
    size = batches[0].size
    rates = failure.rates
    for number, batch in enumerate(batches, start=1):
        largest = float(np.abs(kernel.parameters).max())
        for layer, output in enumerate(kernel.forward(batch), start=1):
            if not np.isfinite(output).all():
                return _Spot(number, f"an output of layer {layer}", largest)
        gradient = kernel.gradient(batch)
        if not np.isfinite(gradient).all():
            return _Spot(number, _layer_of(kernel, gradient, "the gradient"), largest)
        kernel.train([batch], size, rates)
        if not np.isfinite(kernel.parameters).all():
            what = _layer_of(kernel, kernel.parameters, "a weight")
            return _Spot(number, what, largest)
    return None


def _layer_of(kernel: Kernel, flat: NDArray[np.float64], what: str) -> str:
    """Name the first layer that holds a value which isn't finite."""
    for layer, block in enumerate(kernel.view(flat), start=1):
        if not np.isfinite(block).all():
            return f"{what} of layer {layer}"
    return what


def _reason(rates: Rates, activations: Sequence[str]) -> str:
    factor = 1 - rates.learning_rate * rates.regularization_rate
    if rates.regularization == "L2" and abs(factor) > 1:
        return (
            f"The cause is the regularisation: with learning rate {rates.learning_rate:g} and "
            f"rate {rates.regularization_rate:g}, each update multiplies every weight by "
            f"1 − {rates.learning_rate:g} · {rates.regularization_rate:g} = {factor:g}, which "
            "makes it larger instead of smaller. Lower one of the two until their product is "
            "below 1."
        )
    unbounded = sorted(set(activations) - {"tanh", "sigmoid", "binary_step"})
    if unbounded:
        return (
            f"The cause is the learning rate, {rates.learning_rate:g}: a step that goes too far "
            "makes the error larger, a larger error makes a longer step, and nothing bounds the "
            f"outputs of {' and '.join(unbounded)} units. Lower the learning rate, or use tanh in "
            "the hidden layers."
        )
    return "The weights were this large before the epoch began: look at those edited by hand."
