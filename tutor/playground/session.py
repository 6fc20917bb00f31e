"""The Playground without its page: configure, train, look, edit, export."""

from __future__ import annotations

import math
import random
import time
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from tutor import datasets
from tutor.playground import url
from tutor.playground.borrowed import BorrowedKernel, NetworkFunctions
from tutor.playground.config import FEATURES, Config, features, is_number
from tutor.playground.diagnosis import explain
from tutor.playground.experiment import Experiment, experiment
from tutor.playground.history import History
from tutor.playground.kernel import Batch, Kernel, cut
from tutor.playground.replicas import Replicas

Floats = NDArray[np.float64]

LIVE = frozenset(
    (
        *("learning_rate", "regularization", "regularization_rate", "show_test_data"),
        *("discretize", "loss_includes_penalty", "target", "epoch_limit"),
        *("hide_text", "hidden_controls"),
    )
)
"""Fields of the configuration that change without a new network.

The original rebuilds the network for a change of regularisation; here it goes on.
"""

EXTENT = 6.0
"""The maps show the square from −6 to 6."""

_MAP_BLOCK = 2_000
"""Points of a map computed at once: they fit into the processor's cache, and BLAS takes one thread.

With more it takes two, and the one that waits takes the processor from the browser.
"""


class Playground:
    """One network in training, exactly as in TensorFlow Playground.

    Data and first weights follow from the configuration alone: change the configuration and change
    it back, and the same run starts again.

    Parameters
    ----------
    config : Config, optional
        The original's defaults when left out.
    functions : NetworkFunctions, optional
        Another network's forward and backward pass in place of ours.
    **changes
        Fields of `Config` that differ from `config`.

    Examples
    --------
    >>> playground = Playground(dataset="xor", learning_rate=0.1)
    >>> playground.run(epochs=2)
    'epochs'
    >>> playground.epoch
    2
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        functions: NetworkFunctions | None = None,
        **changes: Any,
    ) -> None:
        config = config or Config()
        self._functions = functions
        self._build(config.replace(**changes) if changes else config)

    def _build(self, config: Config) -> None:
        self._runs = Replicas(config, kernel=self._kernel(config))
        self._grids: dict[tuple[int, np.dtype[Any]], list[Batch]] = {}

    def _kernel(self, config: Config) -> Kernel:
        if self._functions is None:
            return Kernel(config.sizes, config.activations, 1)
        return BorrowedKernel(config.sizes, config.activations, self._functions)

    # --- Controls ---

    @property
    def config(self) -> Config:
        """The present configuration. `set` changes it."""
        return self._runs.config

    def set(self, **changes: Any) -> bool:
        """Change controls.

        Learning rate, regularisation, stop conditions and what is drawn change at once, and
        training goes on. Everything else starts a new network at epoch 0, from the seed.

        Returns
        -------
        bool
            Whether a new network was started.

        Raises
        ------
        ValueError
            When a control doesn't exist or doesn't allow a value. Nothing has changed then.
        """
        config = self.config.replace(**changes)
        changed = {
            name for name in vars(config) if getattr(config, name) != getattr(self.config, name)
        }
        if changed <= LIVE:
            self._runs.set_live(config)
            return False
        self._build(config)
        return True

    def reset(self) -> None:
        """Start again with new weights, the next of the seed's stream (the original's Reset)."""
        self._runs.reset()

    def rewind(self) -> None:
        """Start again with the same weights as before."""
        self._runs.rewind()

    def regenerate(self, seed: str | None = None) -> None:
        """Draw new data and keep the network (the original's Regenerate).

        Parameters
        ----------
        seed : str, optional
            Drawn at random when left out, five decimals as in the original. Own data are dealt out
            anew to training and test.
        """
        if seed is None:
            seed = f"{random.random():.5f}"
        self._runs.redraw_data(self.config.replace(seed=seed))

    # --- Training ---

    def step(self, epochs: int = 1) -> None:
        """Train for some epochs, one by default (the original's Step), whatever the limits say.

        Raises
        ------
        ValueError
            When `epochs` is negative or not a whole number.
        """
        if not is_number(epochs) or epochs < 0 or epochs % 1:
            raise ValueError(f"epochs: expected a whole number of 0 or more, got {epochs!r}")
        for _ in range(int(epochs)):
            self._runs.train_epoch()

    def run(self, epochs: int | None = None, seconds: float | None = None) -> str:
        """Train until a stop condition holds.

        Parameters
        ----------
        epochs : int, optional
            At most so many more.
        seconds : float, optional
            About this long. One epoch at least is trained, unless a condition holds already.

        Returns
        -------
        str
            Why it stopped: "target", "epoch limit", "not a number", "epochs" or "seconds".

        Raises
        ------
        ValueError
            When nothing would ever stop it: no `epochs`, no `seconds`, no epoch limit.
        """
        config = self.config
        if epochs is None and seconds is None and config.epoch_limit is None:
            raise ValueError("give epochs= or seconds=, or set an epoch limit, so that it ends")
        last = math.inf if epochs is None else self.epoch + epochs
        end = math.inf if seconds is None else time.perf_counter() + seconds
        limit = math.inf if config.epoch_limit is None else config.epoch_limit
        while True:
            if self._runs.failure is not None:
                return "not a number"
            if self.target_reached:
                return "target"
            if self.epoch >= limit:
                return "epoch limit"
            if self.epoch >= last:
                return "epochs"
            self._runs.train_epoch()
            if time.perf_counter() >= end and self.epoch < min(limit, last):
                return "seconds"

    # --- Read-outs ---

    @property
    def epoch(self) -> int:
        """Epochs trained so far."""
        return self._runs.epoch

    @property
    def measures(self) -> dict[str, float]:
        """Losses, accuracies and penalty at the present weights; see `history.Measures`."""
        return self._runs.measures.at(0)

    @property
    def loss(self) -> float:
        """Training loss, with the regularisation term if the configuration says so."""
        measures = self.measures
        with_penalty = self.config.loss_includes_penalty
        return measures["train_loss"] + (measures["penalty"] if with_penalty else 0.0)

    @property
    def losses(self) -> Floats:
        """What `loss` was at each of the epochs `history.epochs`, shape (epochs,)."""
        losses = self.history.column("train_loss")[:, 0]
        if self.config.loss_includes_penalty:
            losses = losses + self.history.column("penalty")[:, 0]
        return losses

    @property
    def target_reached(self) -> bool:
        """Whether the configuration's target holds now; False without a target."""
        target = self.config.target
        return target is not None and bool(target.reached(self.measures[target.metric]))

    @property
    def history(self) -> History:
        """Measures by epoch."""
        return self._runs.history

    @property
    def explanation(self) -> str | None:
        """When and why the loss stopped being a number; None as long as it is one."""
        failure = self._runs.failure
        if failure is None:
            return None
        spare = Kernel(self.config.sizes, self.config.activations, 1)
        return explain(spare, self._runs.batches, self.config.activations, failure)

    @property
    def data(self) -> datasets.Split:
        """The points: x_train (N, 2), y_train (N,), x_test, y_test, in the order of training."""
        n = self._runs.train_count
        x, y = self._runs.x[0], self._runs.y[0]
        return datasets.Split(x[:n].copy(), y[:n].copy(), x[n:].copy(), y[n:].copy())

    # --- Weights ---

    @property
    def weights(self) -> list[Floats]:
        """Weights of each layer, (D, M), copies."""
        return self._runs.weights()

    @property
    def biases(self) -> list[Floats]:
        """Biases of each layer, (M,), copies."""
        return self._runs.biases()

    @property
    def dead_links(self) -> list[NDArray[np.bool_]]:
        """For each layer, (D, M): links that L1 has set to 0 and that learn no more."""
        kernel = self._runs.kernel
        return [block[:, :-1].T.copy() for block in kernel.view(kernel.dead)]

    def set_weight(self, layer: int, source: int, neuron: int, value: float) -> None:
        """Edit a weight by hand; the losses follow at once.

        Parameters
        ----------
        layer : int
            From 1 (first hidden layer) to the number of layers (output).
        source, neuron : int
            From 0: unit of the layer below (a feature for layer 1), and unit of this layer.
        value : float

        Raises
        ------
        ValueError
            When there is no such link, or the value isn't finite.
        """
        block = self._block(layer)
        _check_index("neuron", neuron, block.shape[0])
        _check_index("source", source, block.shape[1] - 1)
        self._edit(block, neuron, source, value)

    def set_bias(self, layer: int, neuron: int, value: float) -> None:
        """Edit a bias by hand; the losses follow at once. Parameters as in `set_weight`."""
        block = self._block(layer)
        _check_index("neuron", neuron, block.shape[0])
        self._edit(block, neuron, -1, value)

    def _block(self, layer: int) -> Floats:
        blocks = self._runs.kernel.blocks
        _check_index("layer", layer - 1, len(blocks), first=1)
        return blocks[layer - 1]

    def _edit(self, block: Floats, neuron: int, column: int, value: float) -> None:
        if not isinstance(value, int | float | np.number) or not math.isfinite(value):
            raise ValueError(f"value: expected a finite number, got {value!r}")
        block[neuron, column] = value
        self._runs.edited()

    # --- Maps ---

    def activations_at(self, x: ArrayLike) -> list[Floats]:
        """Compute what each unit gives for points.

        Parameters
        ----------
        x : array_like, shape (N, 2)

        Returns
        -------
        list of ndarray, shapes (N, M)
            One a layer; the output, (N, 1), is the last.

        Raises
        ------
        ValueError
            When the shape is wrong.
        """
        points = np.asarray(x, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"x: expected shape (N, 2), got {points.shape}")
        return [values.T.copy() for values in self._forward(self._batch(points))]

    def predict(self, x: ArrayLike) -> Floats:
        """Compute the output, (N,), for points (N, 2)."""
        return self.activations_at(x)[-1][:, 0]

    def _batch(self, points: Floats) -> Batch:
        inputs = np.ones((len(self.config.features) + 1, len(points)))
        inputs[:-1] = features(points, self.config.features).T
        return Batch(inputs, np.zeros((1, len(points))))

    def _forward(self, batch: Batch) -> list[Floats]:
        with np.errstate(all="ignore"):
            return self._runs.kernel.forward(batch)

    def maps(self, size: int = 100, dtype: DTypeLike = np.float64) -> list[Floats]:
        """Compute what each unit gives over the square from −6 to 6.

        Parameters
        ----------
        size : int
            Points along each side, at least 2; the first and the last lie on the border.
        dtype : data-type
            The precision to compute in. np.float32 is enough to look at, and quicker.

        Returns
        -------
        list of ndarray, shapes (M, size, size)
            One a layer, the output last. Row 0 is the top (x2 = 6), column 0 the left (x1 = −6).
        """
        key = size, np.dtype(dtype)
        if key not in self._grids:
            whole = self._batch(grid(size))
            batches = cut(whole.inputs.astype(dtype), whole.targets, _MAP_BLOCK)
            # Windows of a few sizes are asked for again and again, frame by frame.
            self._grids = {key: batches} | dict(list(self._grids.items())[:3])
        maps = [np.empty((m, size**2), dtype) for m in self.config.sizes[1:]]
        start = 0
        for batch in self._grids[key]:
            part = slice(start, start + batch.size)
            for layer, values in zip(maps, self._forward(batch), strict=True):
                layer[:, part] = values
            start += batch.size
        return [layer.reshape(-1, size, size) for layer in maps]

    def decision_map(self, size: int = 100, discretize: bool | None = None) -> Floats:
        """Compute the output over the square, (size, size); see `maps`.

        Parameters
        ----------
        size : int
        discretize : bool, optional
            Give only −1 and 1 (0 counts as 1). The configuration decides when left out.
        """
        output: Floats = self.maps(size)[-1][0]
        if self.config.discretize if discretize is None else discretize:
            return np.where(output >= 0, 1.0, -1.0)
        return output

    # --- In and out ---

    def to_hash(self, *, drop_extras: bool = False) -> str:
        """Return the original's link, from the # on; see `url.to_hash`."""
        return url.to_hash(self.config, drop_extras=drop_extras)

    @classmethod
    def from_hash(cls, link: str) -> Playground:
        """Start what a link of the original describes; see `url.from_hash`."""
        return cls(url.from_hash(link))

    def to_csv(self) -> str:
        """Return the history as comma-separated text."""
        return self.history.to_csv()

    def experiment(self, **arguments: Any) -> Experiment:
        """Repeat the present configuration over many seeds; see `experiment.experiment`."""
        return experiment(self.config, **arguments)

    def __repr__(self) -> str:
        measures = self.measures
        network = "-".join(map(str, self.config.sizes))
        return (
            f"Playground({self.config.data_name}, {network}, epoch {self.epoch}, "
            f"train loss {measures['train_loss']:.4g}, test loss {measures['test_loss']:.4g})"
        )


def grid(size: int) -> Floats:
    """Return the points of a map, (size², 2), row by row from the top, left to right."""
    if not isinstance(size, int | np.integer) or size < 2:
        raise ValueError(f"size: expected a whole number from 2, got {size!r}")
    line = np.linspace(-EXTENT, EXTENT, size)
    x1, x2 = np.meshgrid(line, line[::-1])
    return np.column_stack([x1.ravel(), x2.ravel()])


def feature_maps(size: int = 100) -> dict[str, Floats]:
    """Compute each feature over the square, (size, size): the pictures of the legend."""
    values = features(grid(size), tuple(FEATURES))
    return {name: values[:, i].reshape(size, size) for i, name in enumerate(FEATURES)}


def reduce_maps(maps: Floats, size: int) -> Floats:
    """Shrink maps (..., S, S) to (..., size, size) by the means of square blocks.

    Raises
    ------
    ValueError
        When `size` doesn't divide S.
    """
    side = maps.shape[-1]
    if size < 1 or side % size:
        raise ValueError(f"size: expected a divisor of {side}, got {size!r}")
    block = side // size
    means: Floats = maps.reshape(*maps.shape[:-2], size, block, size, block).mean(axis=(-3, -1))
    return means


def _check_index(name: str, index: int, count: int, first: int = 0) -> None:
    if not isinstance(index, int | np.integer) or not 0 <= index < count:
        raise ValueError(f"{name}: expected {first} to {count - 1 + first}, got {index + first!r}")
