"""A classifier with one hidden layer, written as plainly as the training notebook asks for it.

It is a yardstick and a stand-in for functions that a student hasn't written yet; `tutor.network`
is the general network. Rows are samples: X (N, D), W1 (D, H), b1 (H,), W2 (H, K), b2 (K,).
`params` is the list [W1, b1, W2, b2]. The hidden layer has tanh or ReLU, the output softmax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tutor import activations
from tutor.floats import FloatArray

Labels = npt.NDArray[np.integer[Any]]

# Each activation's slope in terms of the activation a.
_SLOPES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "tanh": lambda a: 1 - a**2,
    "relu": lambda a: (a > 0).astype(np.float64),
}


def start(
    hidden: int = 24,
    *,
    inputs: int = 2,
    classes: int = 3,
    scale: float | None = None,
    seed: int = 0,
) -> list[FloatArray]:
    """Draw first parameters: normal weights, biases of 0.

    Parameters
    ----------
    hidden, inputs, classes
        The numbers H, D and K.
    scale
        Standard deviation of the weights; by default √(1/fan-in), as suits tanh.
    seed
        Seed of the generator.

    Returns
    -------
    list of array
        [W1, b1, W2, b2].
    """
    rng = np.random.default_rng(seed)

    def weights(fan_in: int, fan_out: int) -> FloatArray:
        deviation = np.sqrt(1 / fan_in) if scale is None else scale
        return deviation * rng.normal(size=(fan_in, fan_out))

    return [weights(inputs, hidden), np.zeros(hidden), weights(hidden, classes), np.zeros(classes)]


def forward(
    X: FloatArray, params: Sequence[FloatArray], activation: str = "tanh"
) -> tuple[FloatArray, FloatArray]:
    """Return the hidden activations a1, (N, H), and the probabilities P, (N, K)."""
    W1, b1, W2, b2 = params
    a1 = activations.get(activation).function(X @ W1 + b1)
    return a1, activations.softmax(a1 @ W2 + b2)


def loss(P: FloatArray, y: Labels) -> float:
    """Return the mean cross-entropy: ∞ if a right class has probability 0."""
    with np.errstate(divide="ignore"):
        return float(-np.mean(np.log(P[np.arange(len(y)), y])))


def accuracy(P: FloatArray, y: Labels) -> float:
    """Return the share of samples whose most likely class is the right one."""
    return float(np.mean(np.argmax(P, axis=1) == y))


def output_gradient(P: FloatArray, y: Labels) -> FloatArray:
    """Return dz2 = dL/dz2, (N, K), of the mean cross-entropy of softmax."""
    return (P - np.eye(P.shape[1])[y]) / len(y)


def backward(
    X: FloatArray,
    a1: FloatArray,
    params: Sequence[FloatArray],
    dz2: FloatArray,
    activation: str = "tanh",
) -> list[FloatArray]:
    """Return the gradients [dW1, db1, dW2, db2] from the gradient of the scores, dz2."""
    dz1 = dz2 @ params[2].T * _SLOPES[activation](a1)
    return [X.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0)]


def batches(samples: int, size: int, rng: np.random.Generator) -> Iterator[Labels]:
    """Yield the indices of one epoch's batches, in a new order; the last may be smaller."""
    order = rng.permutation(samples)
    for first in range(0, samples, size):
        yield order[first : first + size]


def train_step(
    X: FloatArray,
    y: Labels,
    W1: FloatArray,
    b1: FloatArray,
    W2: FloatArray,
    b2: FloatArray,
    lr: float,
) -> tuple[FloatArray, ...]:
    """Do one step of gradient descent on the mean cross-entropy, with tanh."""
    params = [W1, b1, W2, b2]
    a1, P = forward(X, params)
    gradients = backward(X, a1, params, output_gradient(P, y))
    return tuple(p - lr * g for p, g in zip(params, gradients, strict=True))


def is_right(step: Callable[..., Any]) -> bool:
    """Tell whether a function does what `train_step` does; one that stops with an error doesn't."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(7, 2)), rng.integers(0, 3, size=7)
    W1, b1, W2, b2 = start(5)
    expected = train_step(X, y, W1, b1, W2, b2, 0.5)
    try:
        with np.errstate(all="ignore"):
            given = step(X.copy(), y.copy(), *(p.copy() for p in (W1, b1, W2, b2)), 0.5)
            pairs = list(zip(given, expected, strict=True))
            return all(np.shape(a) == b.shape and np.allclose(a, b) for a, b in pairs)
    except Exception:  # a student's function may fail in any way
        return False


def train(
    X: FloatArray,
    y: Labels,
    params: Sequence[FloatArray],
    lr: float,
    epochs: int,
    size: int = 30,
    seed: int = 0,
) -> tuple[list[FloatArray], list[float]]:
    """Train with minibatches of `size` samples.

    Returns
    -------
    tuple
        The parameters after training, and the loss over all samples before training and after
        each epoch.
    """
    rng = np.random.default_rng(seed)
    now = list(params)
    losses = [loss(forward(X, now)[1], y)]
    for _ in range(epochs):
        for rows in batches(len(X), size, rng):
            W1, b1, W2, b2 = now
            now = list(train_step(X[rows], y[rows], W1, b1, W2, b2, lr))
        losses.append(loss(forward(X, now)[1], y))
    return now, losses


def by_epoch(losses: Any, epochs: int) -> FloatArray:
    """Return the mean loss of each epoch, (epochs,), of a loop that notes one a batch.

    Raises
    ------
    ValueError
        In words for a student, if `losses` isn't a list of numbers that fills the epochs.
    """
    if losses is None:
        raise ValueError("it gives None in place of its losses: the last `return` may be missing")
    try:
        values = np.asarray(losses, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError("it gives something else than a list of numbers") from None
    if values.ndim != 1:
        raise ValueError("it gives one number in place of a list with a loss for each batch")
    if not values.size or values.size % epochs:
        raise ValueError(
            f"it gives {values.size} losses, which don't fill {epochs} epochs: one belongs to each "
            "batch, and `return` behind the loop"
        )
    return np.asarray(values.reshape(epochs, -1).mean(axis=1))
