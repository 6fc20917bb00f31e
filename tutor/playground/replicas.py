"""R runs of one configuration, each with its own seed: data, networks, measures, history.

The Playground itself is the case R = 1.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tutor import datasets
from tutor.playground.config import Config, features
from tutor.playground.diagnosis import Failure
from tutor.playground.history import History, Measures
from tutor.playground.kernel import Kernel, KernelState, Rates, cut
from tutor.seedrandom import SeedRandom

Floats = NDArray[np.float64]

# Samples × replicas looked at in one go when a loss is computed: fewer cost calls, more don't help.
_CHUNK = 8192


@functools.lru_cache(maxsize=512)
def _drawn(name: str, noise: float, seed: str) -> tuple[datasets.Dataset, SeedRandom]:
    """Draw data, or recall them: byte by byte, they take as long as ten epochs.

    Comparisons use the same seeds again and again. Neither part may be changed.
    """
    stream = SeedRandom(seed)
    return datasets.playground(name, stream, noise), stream


class Replicas:
    """Networks, data and measures of R runs.

    Parameters
    ----------
    config : Config
    seeds : sequence of str, optional
        One a run; the configuration's own when left out.
    kernel : Kernel, optional
        Another kernel of the right shape.

    Attributes
    ----------
    epoch : int
        Epochs trained so far.
    measures : Measures
        Losses and accuracies at the present weights; never stale.
    history : History
    first : KernelState
        What the run started with.
    failed_at : ndarray of int, shape (R,)
        Epoch in which a loss stopped being a finite number; 0 when none did.
    failure : Failure or None
        What is needed to explain the first of them.
    x, y : ndarray, shapes (R, N, 2) and (R, N)
        Data in the order of training; the first `train_count` samples are for training.
    """

    def __init__(
        self, config: Config, seeds: Sequence[str] | None = None, kernel: Kernel | None = None
    ) -> None:
        self.seeds = tuple(seeds) if seeds is not None else (config.seed,)
        self.config = config
        self.kernel = kernel or Kernel(config.sizes, config.activations, len(self.seeds))
        self._draw_data()
        self.reset()

    @property
    def replicas(self) -> int:
        """R."""
        return len(self.seeds)

    def reset(self) -> None:
        """Draw new weights, the next ones of each seed's stream, and start at epoch 0."""
        kernel = self.kernel
        start = np.zeros_like(kernel.parameters)
        for block in kernel.view(start):
            m, d = block.shape[-2:]
            for network, stream in zip(block.reshape(-1, m, d), self._streams, strict=True):
                # Neuron by neuron, input by input. They are drawn even when they aren't used.
                numbers = [stream.random() - 0.5 for _ in range(m * (d - 1))]
                network[:, :-1] = np.reshape(numbers, (m, d - 1))
                network[:, -1] = 0.1
        if self.config.init_zero:
            start[...] = 0
        nothing = np.zeros_like(start)
        self.first = KernelState(start, nothing.astype(bool), nothing, 0)
        self.rewind()

    def rewind(self) -> None:
        """Go back to epoch 0 and the weights that the run started with."""
        self.kernel.restore(self.first)
        self.epoch = 0
        self.history = History(self.replicas)
        self.failed_at = np.zeros(self.replicas, dtype=np.int64)
        self.failure: Failure | None = None
        self.measure()

    def edited(self) -> None:
        """Measure again after weights were edited by hand; finite ones end a failure."""
        if np.isfinite(self.kernel.parameters).all():
            self.failed_at[:] = 0
            self.failure = None
        self.measure()

    def set_live(self, config: Config) -> None:
        """Take over what doesn't need a new network: rates and what is drawn."""
        self.config = config
        self.measure()

    def redraw_data(self, config: Config) -> None:
        """Draw new data from another seed and keep the network (the original's Regenerate)."""
        self.config = config
        self.seeds = (config.seed,)
        self._streams = [SeedRandom(config.seed)]
        self._draw_data()
        self.measure()

    def _draw_data(self) -> None:
        config = self.config
        drawn = [self._one_set(seed) for seed in self.seeds]
        self._streams = [stream for _, stream in drawn]
        self.x = np.stack([data.x for data, _ in drawn])
        self.y = np.stack([data.y for data, _ in drawn])
        count = self.y.shape[1]
        self.train_count = math.floor(count * config.train_percent / 100)
        inputs = np.ones((len(config.features) + 1, self.replicas, count))
        for replica in range(self.replicas):
            inputs[:-1, replica] = features(self.x[replica], config.features).T
        targets = self.y[None]
        if self.replicas == 1:
            inputs, targets = inputs[:, 0], targets[:, 0]
        train = self.train_count
        self.batches = cut(inputs[..., :train], targets[..., :train], config.batch_size)
        self._chunks = cut(inputs, targets, max(1, _CHUNK // self.replicas))

    def _one_set(self, seed: str) -> tuple[datasets.Dataset, SeedRandom]:
        """Draw a run's data; the stream returned goes on with its weights."""
        config = self.config
        if config.own_data is None:
            data, stream = _drawn(config.data_name, config.noise, seed)
            return data, stream.copy()
        stream = SeedRandom(seed)
        points = np.array(config.own_data)
        points = points[stream.shuffle(len(points))]
        return datasets.Dataset(points[:, :2], points[:, 2]), stream

    @property
    def rates(self) -> Rates:
        """Learning rate and regularisation now in force."""
        config = self.config
        return Rates(config.learning_rate, config.regularization, config.regularization_rate)

    def train_epoch(self) -> None:
        """Train every network on its training data once, then measure."""
        # The state before is kept for an explanation, should the loss become NaN.
        before = self.kernel.state()
        with np.errstate(all="ignore"):
            self.kernel.train(self.batches, self.config.batch_size, self.rates)
        self.epoch += 1
        self.measure()
        losses = self.measures
        finite = np.isfinite(losses.train_loss + losses.test_loss)
        if not finite.all():
            self.failed_at[~finite & (self.failed_at == 0)] = self.epoch
            self.failure = self.failure or Failure(self.epoch, before, self.rates)

    def measure(self) -> None:
        """Compute losses and accuracies at the present weights, and note them for this epoch."""
        with np.errstate(all="ignore"):
            outputs = np.concatenate(
                [self.kernel.forward(chunk)[-1].copy() for chunk in self._chunks], axis=-1
            )
            self.measures = self._measured(outputs.reshape(self.replicas, -1))
        self.history.record(self.epoch, self.measures)

    def _measured(self, outputs: Floats) -> Measures:
        targets, n = self.y, self.train_count
        losses = 0.5 * (outputs - targets) ** 2
        if self.config.problem == "classification":
            right = (outputs >= 0) == (targets >= 0)
            right &= np.isfinite(outputs)
            train, test = right[:, :n].mean(axis=1), right[:, n:].mean(axis=1)
        else:
            train = test = np.full(self.replicas, np.nan)
        return Measures(
            train_loss=losses[:, :n].mean(axis=1),
            test_loss=losses[:, n:].mean(axis=1),
            train_accuracy=train,
            test_accuracy=test,
            penalty=self._penalty(),
        )

    def _penalty(self) -> Floats:
        config = self.config
        total = np.zeros(self.replicas)
        if config.regularization == "none" or not config.regularization_rate:
            return total
        for block in self.kernel.blocks:
            weights = block[..., :-1].reshape(self.replicas, -1)
            if config.regularization == "L1":
                total += np.abs(weights).sum(axis=1)
            else:
                total += 0.5 * (weights * weights).sum(axis=1)
        return config.regularization_rate * total

    def weights(self, replica: int = 0) -> list[Floats]:
        """Return one network's weights, one array (D, M) a layer, copies."""
        return [block[:, :-1].T.copy() for block in self._blocks(replica)]

    def biases(self, replica: int = 0) -> list[Floats]:
        """Return one network's biases, one array (M,) a layer, copies."""
        return [block[:, -1].copy() for block in self._blocks(replica)]

    def _blocks(self, replica: int) -> list[Floats]:
        blocks = self.kernel.blocks
        return blocks if self.replicas == 1 else [block[replica] for block in blocks]
