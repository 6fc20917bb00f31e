"""Networks, samples and passes that exercises of the theme "training" share."""

from __future__ import annotations

from typing import Any

import numpy as np

Rng = np.random.Generator


def softmax(Z: Any, axis: int | None = 1) -> Any:
    """Give the probabilities of scores, (N, K), along an axis; None is over all of them."""
    e = np.exp(Z - np.max(Z, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def onehot(y: Any, K: int) -> Any:
    """Give a row for each label, (N, K), with a 1 at the label's place."""
    return np.eye(K)[np.asarray(y)]


def draw_sizes(rng: Rng) -> tuple[int, int, int, int]:
    """Draw N, D, H, K; now and then all alike, so that turned matrices fit as well."""
    if rng.integers(3) == 0:
        return (int(rng.integers(3, 5)),) * 4
    n, d, h, k = (int(v) for v in rng.integers(2, 6, size=4))
    return n, d, h, max(k, 2)


def network_case(rng: Rng, sizes: tuple[int, ...] = ()) -> tuple[Any, ...]:
    """Draw X, (N, D), and W1, b1, W2, b2 of D inputs, H hidden units and K classes."""
    n, d, h, k = sizes or draw_sizes(rng)
    return (
        rng.normal(size=(n, d)),
        rng.normal(size=(d, h)),
        rng.normal(size=h),
        rng.normal(size=(h, k)),
        rng.normal(size=k),
    )


SIZES = (5, 2, 4, 3)
SQUARE_CASE = network_case(np.random.default_rng(7), (3, 3, 3, 3))
FOUR_CLASSES = network_case(np.random.default_rng(8), (3, 2, 3, 4))


def forward(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> tuple[Any, Any]:
    """Give the hidden activations a1, (N, H), of tanh, and the probabilities P, (N, K)."""
    a1 = np.tanh(X @ W1 + b1)
    return a1, softmax(a1 @ W2 + b2)


def picked(P: Any, y: Any) -> Any:
    """Give the probability of each sample's own label, (N,)."""
    return P[np.arange(len(y)), y]


PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25], [0.05, 0.05, 0.9]])
LABELS = np.array([0, 2, 0, 1])


def in_batches(order: Any, size: int) -> tuple[Any, ...]:
    """Cut an order of samples into batches; the last may be smaller."""
    return tuple(order[i : i + size] for i in range(0, len(order), size))
