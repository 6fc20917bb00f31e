"""What a training run needs around the network: a cache, batches, and a record of how it went."""

# Annotations stay text: Network is imported only to check types.
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from tutor.floats import FloatArray

if TYPE_CHECKING:
    from tutor.network import Network

__all__ = ["Batches", "Cache", "History", "Rule"]


class Cache:
    """What a forward pass leaves behind for the backward pass. Layers count from 0.

    Attributes
    ----------
    inputs : list of array
        inputs[l], (N, D), is what layer l saw: X, then each A, after noise and dropout.
    Z, A : list of array
        Pre-activations and activations, (N, M). A maxout layer's Z is (N, M·k).
    dZ, dA : list of array
        dL/dZ and dL/dA, filled by `Network.backward`. The last dA stays unused if the output
        activation and the loss give dZ = (A − y)/N together.
    masks : list of (array or None)
        The factors of dropout, 0 or 1/(1 − p); (N, M).
    """

    def __init__(self, network: Network, n_samples: int) -> None:
        shapes = [(*network.lead, n_samples, M) for M in network.sizes[1:]]
        sum_shapes = [(*network.lead, n_samples, b.shape[-1]) for b in network.b]
        self.inputs: list[FloatArray] = []
        self.Z: list[FloatArray] = [np.empty(shape) for shape in sum_shapes]
        self.A: list[FloatArray] = [np.empty(shape) for shape in shapes]
        self.dZ: list[FloatArray] = [np.empty(shape) for shape in sum_shapes]
        self.dA: list[FloatArray] = [np.empty(shape) for shape in shapes]
        self.masks: list[FloatArray | None] = [None] * len(shapes)

    @property
    def output(self) -> FloatArray:
        """The network's output, (N, M)."""
        return self.A[-1]


@dataclass(frozen=True)
class Rule:
    """How one step of training is done; the fields are those of `Network.train`, checked."""

    lr: float | FloatArray
    l1: float | FloatArray | None
    l2: float | FloatArray | None
    dropout: float
    input_noise: float

    @property
    def is_plain(self) -> bool:
        """Whether a step sees samples and neurons as they are."""
        return not (self.dropout or self.input_noise)


class Batches:
    """The training data in a new order each epoch, cut into batches.

    The data are shuffled into buffers that stay where they are, so each batch is a view made once,
    and has a cache that is used again in every epoch. The last batch may be smaller.
    """

    def __init__(self, network: Network, X: FloatArray, y: FloatArray, batch_size: int) -> None:
        lead = network.lead
        self._X = np.broadcast_to(X, (*lead, *X.shape[-2:]))
        self._y = np.broadcast_to(y, (*lead, *y.shape[-2:]))
        self._shuffled_X, self._shuffled_y = self._X.copy(), self._y.copy()
        self._batches: list[tuple[FloatArray, FloatArray, Cache]] = []
        caches: dict[int, Cache] = {}
        for start in range(0, X.shape[-2], batch_size):
            rows = slice(start, start + batch_size)
            X_batch, y_batch = self._shuffled_X[..., rows, :], self._shuffled_y[..., rows, :]
            size = X_batch.shape[-2]
            cache = caches.setdefault(size, Cache(network, size))
            self._batches.append((X_batch, y_batch, cache))

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self._batches)

    def __iter__(self) -> Iterator[tuple[FloatArray, FloatArray, Cache]]:
        """Yield X, y and a cache for each batch."""
        return iter(self._batches)

    def shuffle(self, order: npt.NDArray[np.integer[Any]]) -> None:
        """Put the samples into this `order`, (N,) or (R, N)."""
        rows = order[..., np.newaxis]
        np.copyto(self._shuffled_X, np.take_along_axis(self._X, rows, axis=-2))
        np.copyto(self._shuffled_y, np.take_along_axis(self._y, rows, axis=-2))


@dataclass(frozen=True)
class History:
    """How a training run went. Entry e is the state after e epochs; entry 0 is the start.

    Attributes
    ----------
    loss, test_loss : array, shape (E + 1,) or (E + 1, R)
        The mean loss over the whole data set, without dropout, noise or penalties. `test_loss` is
        None without test data. NaN or ∞ from the epoch on in which the network diverged.
    accuracy, test_accuracy : array or None
        The share of right decisions; None where the output isn't one.
    """

    loss: FloatArray
    test_loss: FloatArray | None = None
    accuracy: FloatArray | None = None
    test_accuracy: FloatArray | None = None

    @classmethod
    def from_records(cls, records: Sequence[list[tuple[FloatArray, FloatArray | None]]]) -> Self:
        """Put together what was measured: for each epoch (loss, accuracy) of one or two sets."""
        columns: list[Any] = []
        for data_set in zip(*records, strict=True):
            for values in zip(*data_set, strict=True):
                columns.append(None if values[0] is None else np.stack(values))
        loss, accuracy, test_loss, test_accuracy = (*columns, None, None)[:4]
        return cls(loss, test_loss, accuracy, test_accuracy)

    def __len__(self) -> int:
        """Return the number of epochs."""
        return len(self.loss) - 1
