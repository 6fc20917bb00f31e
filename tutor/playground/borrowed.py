"""A network whose mathematics somebody else wrote: the student's functions in place of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.playground.kernel import Batch, Kernel

Floats = NDArray[np.float64]
Forward = Callable[[Floats, list[Floats], list[Floats]], Sequence[Any]]
Backward = Callable[
    [Floats, Floats, list[Floats], list[Floats]], tuple[Sequence[Any], Sequence[Any]]
]


@dataclass(frozen=True)
class NetworkFunctions:
    """Forward and backward pass in the course's notation, rows being samples.

    Attributes
    ----------
    forward : callable
        `forward(x, W, b)` with x (N, D), W a list of (D, M), b a list of (M,). Returns a list of
        each layer's activations, (N, M), the output (N, 1) last.
    backward : callable
        `backward(x, y, W, b)` with y (N, 1). Returns (dW, db): two lists, in the shapes of W and b,
        with the gradient of the mean of ½(output − y)².
    """

    forward: Forward
    backward: Backward


class BorrowedKernel(Kernel):
    """The Playground's training rule around another network's forward and backward pass."""

    def __init__(
        self, sizes: Sequence[int], activations: Sequence[str], functions: NetworkFunctions
    ) -> None:
        super().__init__(sizes, activations, 1)
        self._functions = functions

    def _parameters(self) -> tuple[list[Floats], list[Floats]]:
        """Return copies, so that the functions can't change the network behind its back."""
        weights = [block[:, :-1].T.copy() for block in self.blocks]
        return weights, [block[:, -1].copy() for block in self.blocks]

    def forward(self, batch: Batch) -> list[Floats]:
        """Return each layer's output, (M, B), from the borrowed forward pass."""
        returned = self._functions.forward(
            batch.inputs[:-1].T.astype(np.float64), *self._parameters()
        )
        shapes = [(batch.size, m) for m in self.sizes[1:]]
        return [values.T for values in _checked("forward: activations", returned, shapes)]

    def gradient(self, batch: Batch) -> Floats:
        """Return the gradient of the batch's summed loss from the borrowed backward pass."""
        weights, biases = self._parameters()
        x, y = batch.inputs[:-1].T.copy(), batch.targets.T.copy()
        returned = self._functions.backward(x, y, weights, biases)
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            raise ValueError(f"backward: expected (dW, db), got {type(returned).__name__}")
        dW = _checked("backward: dW", returned[0], [array.shape for array in weights])
        db = _checked("backward: db", returned[1], [array.shape for array in biases])
        for block, for_weights, for_bias in zip(self._gradients, dW, db, strict=True):
            block[:, :-1] = for_weights.T
            block[:, -1] = for_bias
        self._gradient *= batch.size
        return self._gradient


def _checked(what: str, returned: Any, shapes: Sequence[tuple[int, ...]]) -> list[Floats]:
    """Turn returned arrays into floats of the expected shapes."""
    if not isinstance(returned, list | tuple) or len(returned) != len(shapes):
        count = len(returned) if isinstance(returned, list | tuple) else type(returned).__name__
        raise ValueError(f"{what}: expected a list of {len(shapes)} arrays, got {count}")
    arrays = [np.asarray(array, dtype=np.float64) for array in returned]
    for layer, (array, shape) in enumerate(zip(arrays, shapes, strict=True), start=1):
        if array.shape != shape:
            raise ValueError(f"{what} of layer {layer}: expected shape {shape}, got {array.shape}")
    return arrays
