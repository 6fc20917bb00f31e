"""The arithmetic of the Playground: R networks of one shape, trained side by side.

A layer with D inputs and M neurons has a block of parameters (R, M, D + 1): weights, and the bias
in the last column. The blocks lie one behind the other in one flat vector a network, so that an
update is a handful of operations whatever the number of layers.

Values of the units are arrays (unit, R, sample), with a last unit that is always 1 for the bias to
multiply. With the units first, all but that last one are one contiguous piece of memory, which the
activation functions go through in one sweep. For products, the first two axes are swapped in a view
(`_matrices`), and numpy multiplies the stack of R matrices.

One network is the case R = 1. It drops the axis, because plain matrices cost half the overhead;
that is the only difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tutor.activations import ACTIVATIONS

Floats = NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)

_WORKSPACES = 8


class Unit(Protocol):
    """An activation function for the inner loop, which writes where it is told."""

    def forward(self, z: Floats, a: Floats) -> None:
        """Write f(z) into a."""

    def backward(self, z: Floats, a: Floats, dz: Floats, scratch: Floats) -> None:
        """Turn dL/da, given in dz, into dL/dz, in place."""


# The original's four are written out here, and not taken from the table in tutor.activations: those
# allocate and validate, and take five times as long on arrays of this size. The tests hold the two
# against each other.


class _Tanh:
    def forward(self, z: Floats, a: Floats) -> None:
        np.tanh(z, out=a)

    def backward(self, z: Floats, a: Floats, dz: Floats, scratch: Floats) -> None:
        np.multiply(a, a, out=scratch)
        np.subtract(1.0, scratch, out=scratch)
        np.multiply(dz, scratch, out=dz)


class _Sigmoid:
    def forward(self, z: Floats, a: Floats) -> None:
        np.negative(z, out=a)
        np.exp(a, out=a)
        np.add(a, 1.0, out=a)
        np.divide(1.0, a, out=a)

    def backward(self, z: Floats, a: Floats, dz: Floats, scratch: Floats) -> None:
        np.subtract(1.0, a, out=scratch)
        np.multiply(a, scratch, out=scratch)
        np.multiply(dz, scratch, out=dz)


class _Relu:
    def forward(self, z: Floats, a: Floats) -> None:
        np.maximum(z, 0.0, out=a)

    def backward(self, z: Floats, a: Floats, dz: Floats, scratch: Floats) -> None:
        np.greater(z, 0.0, out=scratch)
        np.multiply(dz, scratch, out=dz)


class _Linear:
    def forward(self, z: Floats, a: Floats) -> None:
        np.copyto(a, z)

    def backward(self, z: Floats, a: Floats, dz: Floats, scratch: Floats) -> None:
        """Leave dz alone: the slope is 1."""


class _FromTable:
    """Any other function of one variable, straight from the table of activations."""

    def __init__(self, name: str) -> None:
        self._activation = ACTIVATIONS[name]

    def forward(self, z: Floats, a: Floats) -> None:
        a[...] = self._activation.function(z)

    def backward(self, z: Floats, a: Floats, dz: Floats, scratch: Floats) -> None:
        dz *= self._activation.derivative(z)


_UNITS: dict[str, Unit] = {
    "tanh": _Tanh(),
    "sigmoid": _Sigmoid(),
    "relu": _Relu(),
    "linear": _Linear(),
}


@dataclass(frozen=True)
class _Workspace:
    """Room for one layer's values, for one number of samples."""

    z: Floats
    a: Floats
    """All M units, without the one that is always 1."""
    dz: Floats
    scratch: Floats
    # The same memory as stacks of matrices (R, unit, sample).
    z_matrices: Floats
    a_matrices: Floats
    """With the row of ones."""
    dz_matrices: Floats
    a_turned: Floats
    """The transposed `a_matrices`."""

    @classmethod
    def of(
        cls, units: int, lead: tuple[int, ...], samples: int, dtype: np.dtype[Any]
    ) -> _Workspace:
        """Make room for `units` units."""
        with_ones = np.ones((units + 1, *lead, samples), dtype)
        z, dz, scratch = np.empty((3, units, *lead, samples), dtype)
        a = _matrices(with_ones)
        return cls(
            *(z, with_ones[:-1], dz, scratch),
            *(_matrices(z), a, _matrices(dz), a.swapaxes(-1, -2)),
        )


def _matrices(values: Floats) -> Floats:
    """View (unit, R, sample) as a stack of R matrices; (unit, sample) is a matrix already."""
    return values if values.ndim == 2 else values.swapaxes(0, 1)


class Batch:
    """Some samples: inputs (D + 1, R, B), the last of them 1, and targets (1, R, B).

    What is computed for them is computed in the inputs' precision.
    """

    def __init__(self, inputs: Floats, targets: Floats) -> None:
        self.inputs = _matrices(np.ascontiguousarray(inputs))
        self.turned = self.inputs.swapaxes(-1, -2)
        self.targets = np.ascontiguousarray(targets)
        self.size = inputs.shape[-1]


def cut(inputs: Floats, targets: Floats, size: int) -> list[Batch]:
    """Cut samples, the last axis, into batches; the last one may be smaller."""
    return [
        Batch(inputs[..., i : i + size], targets[..., i : i + size])
        for i in range(0, inputs.shape[-1], size)
    ]


@dataclass(frozen=True)
class Rates:
    """What can be changed while training."""

    learning_rate: float
    regularization: str
    regularization_rate: float


@dataclass(frozen=True)
class KernelState:
    """All that training changes; see `Kernel` for the meaning."""

    parameters: Floats
    dead: NDArray[np.bool_]
    carried: Floats
    carried_count: int


class Kernel:
    """Parameters of R networks, and the Playground's training rule.

    Parameters
    ----------
    sizes : sequence of int
        Units in each layer, inputs first.
    activations : sequence of str
        One for each layer after the inputs.
    replicas : int
        R.

    Attributes
    ----------
    parameters : ndarray, shape (P,) or (R, P)
        All weights and biases; (P,) when R is 1.
    dead : ndarray of bool, same shape
        Links that L1 has set to 0 for good.
    carried, carried_count
        Summed gradients of samples at an epoch's end that didn't fill a batch, and their number.
        They enter the next update, as in the original.
    """

    def __init__(self, sizes: Sequence[int], activations: Sequence[str], replicas: int) -> None:
        self.sizes = tuple(sizes)
        self.replicas = replicas
        self.units = [_UNITS.get(name) or _FromTable(name) for name in activations]
        self._lead = () if replicas == 1 else (replicas,)
        # The same product; np.dot needs half the time of np.matmul when matrices are this small.
        self._product: Callable[..., Floats] = np.dot if replicas == 1 else np.matmul
        shapes = [(m, d + 1) for d, m in zip(self.sizes, self.sizes[1:], strict=False)]
        count = sum(m * d for m, d in shapes)
        self.parameters = np.zeros((*self._lead, count))
        self.dead = np.zeros(self.parameters.shape, dtype=bool)
        self._some_dead = False
        self.carried = np.zeros_like(self.parameters)
        self.carried_count = 0
        self._gradient = np.zeros_like(self.parameters)
        self._decay = np.zeros_like(self.parameters)
        self.blocks = self.view(self.parameters, shapes)
        self._transposed = [block[..., :-1].swapaxes(-1, -2) for block in self.blocks]
        self._gradients = self.view(self._gradient, shapes)
        # Regularisation leaves biases alone.
        self._is_weight = np.ones_like(self.parameters)
        for block in self.view(self._is_weight, shapes):
            block[..., -1] = 0
        self._shapes = shapes
        self._workspaces: dict[tuple[int, np.dtype[Any]], list[_Workspace]] = {}

    def view(
        self, flat: NDArray[Number], shapes: Sequence[tuple[int, int]] | None = None
    ) -> list[NDArray[Number]]:
        """Return a flat vector's blocks, (M, D + 1) or (R, M, D + 1) a layer, without copying."""
        blocks = []
        start = 0
        for m, d in shapes or self._shapes:
            blocks.append(flat[..., start : start + m * d].reshape(*self._lead, m, d))
            start += m * d
        return blocks

    def state(self) -> KernelState:
        """Return a copy of all that training changes."""
        return KernelState(
            self.parameters.copy(), self.dead.copy(), self.carried.copy(), self.carried_count
        )

    def restore(self, state: KernelState) -> None:
        """Go back to a state."""
        self.parameters[...] = state.parameters
        self.dead[...] = state.dead
        self._some_dead = bool(state.dead.any())
        self.carried[...] = state.carried
        self.carried_count = state.carried_count

    def _workspace(self, batch: Batch) -> list[_Workspace]:
        key = batch.size, batch.inputs.dtype
        layers = self._workspaces.get(key)
        if layers is None:
            # Points to predict come in any number; room for the latest few is enough.
            while len(self._workspaces) >= _WORKSPACES:
                del self._workspaces[next(iter(self._workspaces))]
            layers = [_Workspace.of(m, self._lead, *key) for m in self.sizes[1:]]
            self._workspaces[key] = layers
        return layers

    def forward(self, batch: Batch) -> list[Floats]:
        """Return each layer's output, (M, B) or (M, R, B), valid until the next call."""
        layers = self._workspace(batch)
        self._forward(batch, layers)
        return [layer.a for layer in layers]

    def _forward(self, batch: Batch, layers: Sequence[_Workspace]) -> None:
        below = batch.inputs
        blocks = self.blocks
        if below.dtype != blocks[0].dtype:
            blocks = [block.astype(below.dtype) for block in blocks]
        for block, unit, layer in zip(blocks, self.units, layers, strict=True):
            self._product(block, below, out=layer.z_matrices)
            unit.forward(layer.z, layer.a)
            below = layer.a_matrices

    def gradient(self, batch: Batch) -> Floats:
        """Return the gradient of the batch's summed loss, Σ ½(o − t)², as a flat vector.

        It is valid until the next call.
        """
        layers = self._workspace(batch)
        self._forward(batch, layers)
        np.subtract(layers[-1].a, batch.targets, out=layers[-1].dz)
        for i in range(len(layers) - 1, -1, -1):
            layer = layers[i]
            self.units[i].backward(layer.z, layer.a, layer.dz, layer.scratch)
            below = layers[i - 1].a_turned if i else batch.turned
            self._product(layer.dz_matrices, below, out=self._gradients[i])
            if i:
                self._product(self._transposed[i], layer.dz_matrices, out=layers[i - 1].dz_matrices)
        return self._gradient

    def update(self, gradient: Floats, count: int, rates: Rates) -> None:
        """Move the parameters against a gradient summed over `count` samples.

        w₁ = w − (lr / count) Σg, then w₂ = w₁ − lr · rate · R′(w) with the w from before. When L1
        takes a weight across 0, it becomes 0 and its link stays dead. `gradient` is overwritten.
        """
        regularised = rates.regularization != "none"
        if regularised:
            slope = np.sign if rates.regularization == "L1" else np.positive
            decay = slope(self.parameters, out=self._decay)
            decay *= rates.learning_rate * rates.regularization_rate
            decay *= self._is_weight
        np.multiply(gradient, rates.learning_rate / count, out=gradient)
        if self._some_dead:
            gradient[self.dead] = 0
        np.subtract(self.parameters, gradient, out=self.parameters)
        if not regularised:
            return
        if self._some_dead:
            decay[self.dead] = 0
        if rates.regularization == "L1":
            crossed = self.parameters * (self.parameters - decay) < 0
            np.subtract(self.parameters, decay, out=self.parameters)
            if crossed.any():
                self.parameters[crossed] = 0
                self.dead |= crossed
                self._some_dead = True
        else:
            np.subtract(self.parameters, decay, out=self.parameters)

    def train(self, batches: Sequence[Batch], batch_size: int, rates: Rates) -> None:
        """Go through the batches once; a last one of fewer samples is carried over."""
        for batch in batches:
            gradient, count = self.gradient(batch), batch.size
            if self.carried_count:
                gradient += self.carried
                count += self.carried_count
            if batch.size == batch_size:
                self.update(gradient, count, rates)
                self.carried_count = 0
            else:
                self.carried[...] = gradient
                self.carried_count = count
