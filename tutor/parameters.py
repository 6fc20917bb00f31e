"""The parameters of a network, all in one array."""

# Annotations stay text, so that numpy.random loads only when it is used.
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np

from tutor.floats import FloatArray, as_floats

__all__ = ["Parameters"]


class _Views(list[FloatArray]):
    """A list of views of one array: `W[0] = values` writes into it and leaves the view in place."""

    def __setitem__(self, index: SupportsIndex | slice, value: Any) -> None:
        if isinstance(index, slice):
            raise TypeError("set the values of one layer at a time")
        view = self[index]
        values = as_floats(value, "the new values")
        if values.shape != view.shape:
            raise ValueError(f"expected values of shape {view.shape}, not {values.shape}")
        view[...] = values


class Parameters:
    """All parameters of a network, or all their gradients, in one array.

    Attributes
    ----------
    flat : array, shape (P,) or (R, P)
        Weights of all layers, then biases, then PReLU slopes. That they lie in one array makes
        the update of gradient descent one operation.
    weights : array
        The part of `flat` that holds the weights: what L1 and L2 regularisation act on.
    W, b : list of array
        W[l] (D, M) and b[l] (M,) of each layer, with a leading axis R for replicas. They are
        views of `flat`: a change of one is a change of the other. A maxout layer with k pieces
        has W (D, M·k) and b (M·k,); neuron m owns the columns m·k to m·k + k − 1.
    alpha : list of (array or None)
        The slope of each neuron, (M,), in PReLU layers.
    """

    def __init__(self, layers: Sequence[tuple[int, int, bool]], replicas: int | None) -> None:
        """Make room, all zero, for layers given as (D, columns of W, has slopes)."""
        self._made_for = tuple(layers), replicas
        lead = () if replicas is None else (replicas,)
        n_weights = sum(D * M for D, M, _ in layers)
        n_others = sum(M * (1 + has_slopes) for _, M, has_slopes in layers)
        self.flat: FloatArray = np.zeros((*lead, n_weights + n_others))
        self.weights = self.flat[..., :n_weights]
        self._taken = 0
        self.W = _Views(self._take(D, M) for D, M, _ in layers)
        self.b = _Views(self._take(M) for _, M, _ in layers)
        self.alpha = [self._take(M) if has_slopes else None for _, M, has_slopes in layers]

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the views views in a copy: make room again and fill it."""
        return _restore, (*self._made_for, self.flat)

    def _take(self, *shape: int) -> FloatArray:
        """Return a view of the next free part of `flat`."""
        start, self._taken = self._taken, self._taken + math.prod(shape)
        part = self.flat[..., start : self._taken]
        return part.reshape(*part.shape[:-1], *shape)


def _restore(
    layers: Sequence[tuple[int, int, bool]], replicas: int | None, flat: FloatArray
) -> Parameters:
    parameters = Parameters(layers, replicas)
    parameters.flat[...] = flat
    return parameters
