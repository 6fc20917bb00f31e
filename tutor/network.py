"""A network of dense layers in plain numpy: forward, backward, gradient descent.

    network = Network([2, 4, 2, 1], hidden="tanh", output="tanh", seed=0)
    history = network.train(X, y, epochs=100, batch_size=10, lr=0.03)

One step of training is three calls:

    cache = network.forward(X)                # every Z and A on the way
    gradients = network.backward(cache, y)    # dL/dW and dL/db of every layer
    network.sgd_step(gradients, lr=0.03)      # W ← W − lr · dL/dW, b ← b − lr · dL/db

The same code trains one network or a stack of R replicas: with `replicas=R` every array has a
leading axis of R networks, each with its own seed and, if wanted, its own data and learning rate.
Replica r gets exactly the numbers of a single network with its seed.

X is (N, D), a sample a row; W[l] is (D, M), b[l] is (M,), Z = XW + b is (N, M). With replicas
X is (N, D), shared by all, or (R, N, D); W[l] is (R, D, M), b[l] is (R, M), Z is (R, N, M).
"""

# Annotations stay text, so that numpy.random loads only when it is used.
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tutor import activations, initialisations
from tutor.activations import Activation
from tutor.drawing import Drawing
from tutor.floats import FloatArray
from tutor.initialisations import Initialisation
from tutor.layers import (
    activate,
    activate_backward,
    dense_backward,
    dense_forward,
    prelu_alpha_gradient,
)
from tutor.losses import Loss
from tutor.network_checks import (
    Rate,
    Seed,
    at_least_one,
    check_penalty,
    check_rate,
    check_samples,
    check_sizes,
    check_targets,
    fitting_loss,
    generators,
    hidden_activations,
    in_range,
    is_pair,
)
from tutor.network_counting import Counts, count_network
from tutor.network_drawing import draw_network
from tutor.parameters import Parameters
from tutor.training import Batches, Cache, History, Rule

__all__ = ["Cache", "Network"]

Measures: TypeAlias = tuple[FloatArray, FloatArray | None]


class Network:
    """Dense layers, one after another.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, then neurons of each layer: [2, 4, 2, 1] has two hidden layers.
    hidden : str, Activation, or a list with one of them for each hidden layer
    output : str or Activation
    loss : str, Loss or None
        None takes the one that fits the output: "logistic" for sigmoid, "cross_entropy" for
        softmax, else "squared".
    pieces : int
        How many linear pieces each neuron of a maxout layer has.
    init : str or Initialisation
        How weights start; see `tutor.initialisations.INITIALISATIONS`.
    seed : int, or R of them
        Replica r of a stack with one seed s has the seed s + r.
    replicas : int or None
        None is a single network, without the leading axis.

    Attributes
    ----------
    parameters : Parameters
        All parameters; W[l], b[l] and alpha[l] are those of one layer. `W[0] = values` sets them.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        hidden: str | Activation | Sequence[str | Activation] = "tanh",
        output: str | Activation = "linear",
        loss: str | Loss | None = None,
        *,
        pieces: int = 2,
        init: str | Initialisation = "glorot",
        seed: Seed = 0,
        replicas: int | None = None,
    ) -> None:
        self.sizes = check_sizes(sizes)
        self.activations = (
            *hidden_activations(hidden, len(self.sizes) - 2),
            activations.get(output),
        )
        self.replicas = None if replicas is None else at_least_one(replicas, "replicas")
        self.lead = () if self.replicas is None else (self.replicas,)
        k = at_least_one(pieces, "pieces")
        self.pieces = tuple(k if f.name == "maxout" else 1 for f in self.activations)
        self.loss_function = fitting_loss(self.activations[-1], loss)
        self._paired = is_pair(self.activations[-1], self.loss_function)
        self.parameters = self._room()
        self.init(init, seed)

    @property
    def W(self) -> list[FloatArray]:  # noqa: N802  # a matrix, as in the formulas
        """The weights of each layer."""
        return self.parameters.W

    @property
    def b(self) -> list[FloatArray]:
        """The biases of each layer."""
        return self.parameters.b

    @property
    def alpha(self) -> list[FloatArray | None]:
        """The slopes of each PReLU layer, None for others."""
        return self.parameters.alpha

    def _room(self) -> Parameters:
        """Return zeros in the shape of all parameters."""
        layers = [
            (D, M * k, activation.name == "prelu")
            for D, M, k, activation in zip(
                self.sizes[:-1], self.sizes[1:], self.pieces, self.activations, strict=True
            )
        ]
        return Parameters(layers, self.replicas)

    def init(self, scheme: str | Initialisation = "glorot", seed: Seed = 0) -> Network:
        """Set all parameters to new initial values and return the network.

        The random numbers of training (order, dropout, noise) continue the same streams.
        """
        initialisation = initialisations.get(scheme)
        self._rngs = generators(seed, self.replicas)
        for W, b, alpha, activation in zip(
            self.W, self.b, self.alpha, self.activations, strict=True
        ):
            D, M = W.shape[-2:]
            W[...] = self._random(initialisation.draw, D, M)
            b[...] = initialisation.bias
            if alpha is not None:
                alpha[...] = activation.parameters["alpha"]
        return self

    def _random(self, draw: Callable[..., npt.NDArray[Any]], *arguments: Any) -> npt.NDArray[Any]:
        """Return draw(rng, *arguments), or the stack of what each replica's own rng gives."""
        if self.replicas is None:
            return draw(self._rngs[0], *arguments)
        return np.stack([draw(rng, *arguments) for rng in self._rngs])

    # Forward and backward -----------------------------------------------------------------------

    def forward(self, X: npt.ArrayLike) -> Cache:
        """Compute every layer for the samples X, (N, D) or (R, N, D).

        Raises
        ------
        TypeError, ValueError
            If X isn't numbers in that shape, or holds NaN or infinities.
        """
        X = check_samples(X, self.sizes[0], self.replicas)
        cache = Cache(self, X.shape[-2])
        with np.errstate(all="ignore"):
            self._forward(cache, X)
        return cache

    def _forward(self, cache: Cache, X: FloatArray) -> None:
        cache.inputs = [X]
        for layer, activation in enumerate(self.activations):
            dense_forward(cache.inputs[layer], self.W[layer], self.b[layer], out=cache.Z[layer])
            activate(
                activation,
                self._split(layer, cache.Z[layer]),
                self.alpha[layer],
                out=cache.A[layer],
            )
            mask = cache.masks[layer]
            cache.inputs.append(cache.A[layer] if mask is None else cache.A[layer] * mask)

    def backward(
        self, cache: Cache, y: npt.ArrayLike, *, l1: Rate = 0.0, l2: Rate = 0.0
    ) -> Parameters:
        """Return the gradient of the loss with respect to every parameter.

        Parameters
        ----------
        cache : Cache
            From `forward`. Its dZ and dA are filled.
        y : array_like
            Targets, (N, M); (N,) if there is one output; class numbers, (N,), for cross-entropy.
            With replicas also with a leading axis R.
        l1, l2 : float, or one for each replica
            Strengths of the penalties l1 · Σ|w| and l2 · ½ Σw² that are added to the mean loss.
            Biases aren't penalised.
        """
        gradients = self._room()
        y = self._check_targets(y, cache.output.shape[-2])
        with np.errstate(all="ignore"):
            self._backward(
                cache,
                y,
                gradients,
                check_penalty(l1, "l1", self.replicas),
                check_penalty(l2, "l2", self.replicas),
            )
        return gradients

    def _backward(
        self,
        cache: Cache,
        y: FloatArray,
        gradients: Parameters,
        l1: float | FloatArray | None,
        l2: float | FloatArray | None,
    ) -> None:
        self._output_gradient(cache, y)
        last = len(self.activations) - 1
        for layer in range(last, -1, -1):
            if layer < last or not self._paired:
                self._activation_gradient(layer, cache, gradients)
            dense_backward(
                cache.dZ[layer],
                cache.inputs[layer],
                self.W[layer],
                dX=cache.dA[layer - 1],
                dW=gradients.W[layer],
                db=gradients.b[layer],
                input_gradient=layer > 0,
            )
        if l2 is not None:
            gradients.weights += l2 * self.parameters.weights
        if l1 is not None:
            gradients.weights += l1 * np.sign(self.parameters.weights)

    def _output_gradient(self, cache: Cache, y: FloatArray) -> None:
        """Fill the last dZ if it is (A − y)/N, else the last dA; N makes the loss a mean."""
        n_samples = y.shape[-2]
        if self._paired:
            np.subtract(cache.A[-1], y, out=cache.dZ[-1])
            cache.dZ[-1] /= n_samples
        else:
            np.divide(self.loss_function.gradient(cache.A[-1], y), n_samples, out=cache.dA[-1])

    def _activation_gradient(self, layer: int, cache: Cache, gradients: Parameters) -> None:
        """Fill dZ of one layer from its dA."""
        dA, Z, alpha, mask = cache.dA[layer], cache.Z[layer], self.alpha[layer], cache.masks[layer]
        if mask is not None:
            dA *= mask
        if alpha is not None:
            prelu_alpha_gradient(dA, Z, out=gradients.alpha[layer])
        dZ = self._split(layer, cache.dZ[layer])
        activate_backward(
            self.activations[layer], dA, self._split(layer, Z), cache.A[layer], alpha, out=dZ
        )

    def _split(self, layer: int, Z: FloatArray) -> FloatArray:
        """Return a view (N, M, k) of a maxout layer's (N, M·k); others stay as they are."""
        if self.activations[layer].name != "maxout":
            return Z
        return Z.reshape(*Z.shape[:-1], -1, self.pieces[layer])

    def sgd_step(self, gradients: Parameters, lr: Rate) -> None:
        """Move every parameter a step down: θ ← θ − lr · dL/dθ. `lr` may be one per replica."""
        with np.errstate(all="ignore"):
            self._step(gradients, check_rate(lr, "lr", self.replicas))

    def _step(self, gradients: Parameters, lr: float | FloatArray) -> None:
        self.parameters.flat -= lr * gradients.flat

    # Training -----------------------------------------------------------------------------------

    def train(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        *,
        epochs: int = 100,
        batch_size: int = 10,
        lr: Rate = 0.03,
        l1: Rate = 0.0,
        l2: Rate = 0.0,
        dropout: float = 0.0,
        input_noise: float = 0.0,
        shuffle: bool = True,
        test: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
        seed: Seed | None = None,
    ) -> History:
        """Run stochastic gradient descent over all samples, `epochs` times.

        Parameters
        ----------
        X, y : array_like
            Samples and targets, as in `forward` and `backward`.
        epochs, batch_size : int
            Each epoch's last batch may be smaller.
        lr, l1, l2 : float, or one for each replica
            Learning rate, and strengths of regularisation as in `backward`.
        dropout : float
            The probability, in [0, 1), with which a hidden neuron is left out of a step. Those
            that stay are scaled by 1/(1 − p), so that nothing has to change after training.
        input_noise : float
            Standard deviation of the noise that is added to X anew in each step.
        shuffle : bool
            Whether each epoch has a new order. If one batch holds all samples, no order is drawn.
        test : (X, y) or None
            More data, on which the network is only measured.
        seed : int, or R of them, or None
            For order, dropout and noise. None goes on with the random numbers of `init`.

        Returns
        -------
        History
            Losses and accuracies before training and after each epoch. A network that diverges
            has NaN or ∞ there; that is no error.

        Raises
        ------
        TypeError, ValueError
            If the data don't fit the network, or a setting is out of its range.
        """
        X, y = self._check_data(X, y)
        measured = [(X, y)] if test is None else [(X, y), self._check_data(*test)]
        probes = [(X, y, Cache(self, X.shape[-2])) for X, y in measured]
        rule = Rule(
            lr=check_rate(lr, "lr", self.replicas),
            l1=check_penalty(l1, "l1", self.replicas),
            l2=check_penalty(l2, "l2", self.replicas),
            dropout=in_range(dropout, "dropout", below=1.0),
            input_noise=in_range(input_noise, "input_noise"),
        )
        epochs = at_least_one(epochs, "epochs")
        if seed is not None:
            self._rngs = generators(seed, self.replicas)
        batches = Batches(self, X, y, at_least_one(batch_size, "batch_size"))
        step: Callable[[Parameters, Rule], None] = functools.partial(self._epoch, batches)
        if len(batches) == 1 and rule.is_plain:
            # The step sees all samples, so their order doesn't matter, and they have gone forward
            # already, when they were measured.
            step, shuffle = functools.partial(self._descend, *probes[0][1:]), False
        gradients = self._room()
        with np.errstate(all="ignore"):
            records = [self._measure(probes)]
            for _ in range(epochs):
                if shuffle:
                    batches.shuffle(self._random(np.random.Generator.permutation, X.shape[-2]))
                step(gradients, rule)
                records.append(self._measure(probes))
        return History.from_records(records)

    def _epoch(self, batches: Batches, gradients: Parameters, rule: Rule) -> None:
        """Take one step for each batch."""
        for X, y, cache in batches:
            if rule.dropout:
                self._draw_masks(cache, rule.dropout)
            if rule.input_noise:
                X = self._add_noise(X, rule.input_noise)
            self._forward(cache, X)
            self._descend(y, cache, gradients, rule)

    def _descend(self, y: FloatArray, cache: Cache, gradients: Parameters, rule: Rule) -> None:
        """Take one step from where the cache's samples are."""
        self._backward(cache, y, gradients, rule.l1, rule.l2)
        self._step(gradients, rule.lr)

    def _draw_masks(self, cache: Cache, p: float) -> None:
        """Choose the hidden neurons that are left out of this step, for each sample anew."""
        for layer, A in enumerate(cache.A[:-1]):
            drawn = self._random(np.random.Generator.random, A.shape[-2:])
            cache.masks[layer] = (drawn >= p) / (1.0 - p)

    def _add_noise(self, X: FloatArray, deviation: float) -> FloatArray:
        noise: FloatArray = self._random(np.random.Generator.normal, 0.0, deviation, X.shape[-2:])
        return X + noise

    def _measure(self, probes: Sequence[tuple[FloatArray, FloatArray, Cache]]) -> list[Measures]:
        """Return the mean loss and the accuracy on each of the data sets."""
        measures = []
        for X, y, cache in probes:
            self._forward(cache, X)
            measures.append((self._mean_loss(cache, y), self._accuracy(cache.output, y)))
        return measures

    def _mean_loss(self, cache: Cache, y: FloatArray) -> FloatArray:
        from_z = self.loss_function.value_from_z
        if self._paired and from_z is not None:
            return np.asarray(from_z(cache.Z[-1], y).mean(axis=-1))
        return np.asarray(self.loss_function.value(cache.output, y).mean(axis=-1))

    def _accuracy(self, A: FloatArray, y: FloatArray) -> FloatArray | None:
        """Return the share of samples with right decisions, or None if outputs aren't decisions."""
        output = self.activations[-1]
        if output.name == "softmax":
            right = A.argmax(axis=-1) == y.argmax(axis=-1)
        elif np.isfinite([output.range.low, output.range.high]).all():
            threshold = (output.range.low + output.range.high) / 2
            right = (np.greater(A, threshold) == np.greater(y, threshold)).all(axis=-1)
        else:
            return None
        return np.asarray((right & ~np.isnan(A).any(axis=-1)).mean(axis=-1))

    # Use ----------------------------------------------------------------------------------------

    def __call__(self, X: npt.ArrayLike) -> FloatArray:
        """Return the outputs for the samples X: (N, D) gives (N, M)."""
        return self.forward(X).output

    def loss(
        self, X: npt.ArrayLike, y: npt.ArrayLike, *, l1: Rate = 0.0, l2: Rate = 0.0
    ) -> FloatArray:
        """Return the mean loss plus penalties, as in `backward`; () or (R,)."""
        X, y = self._check_data(X, y)
        cache = self.forward(X)
        weights = self.parameters.weights
        with np.errstate(all="ignore"):
            loss = self._mean_loss(cache, y)
            for rate, terms in (
                (check_penalty(l1, "l1", self.replicas), np.abs(weights)),
                (check_penalty(l2, "l2", self.replicas), 0.5 * weights**2),
            ):
                if rate is not None:
                    loss = loss + np.sum(rate * terms, axis=-1)
        return loss

    def accuracy(self, X: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
        """Return the share of samples that are decided rightly, () or (R,).

        Softmax decides for the largest output; sigmoid, tanh and step for the nearer end of their
        range, and with several outputs all have to be right.

        Raises
        ------
        ValueError
            If the output isn't a decision: it has no two ends.
        """
        X, y = self._check_data(X, y)
        accuracy = self._accuracy(self(X), y)
        if accuracy is None:
            label = self.activations[-1].label
            raise ValueError(f"a network whose output is {label} makes no decisions to count")
        return accuracy

    def replica(self, index: int) -> Network:
        """Return one network of a stack as a network of its own; its random numbers start anew."""
        if self.replicas is None:
            raise ValueError("this is a single network, not a stack of replicas")
        network = Network(
            self.sizes,
            self.activations[:-1],
            self.activations[-1],
            self.loss_function,
            pieces=max(self.pieces),
        )
        network.parameters.flat[...] = self.parameters.flat[index]
        return network

    def count(self) -> Counts:
        """Return how many neurons, weights, biases and parameters each layer has, as a table."""
        return count_network(self)

    def draw(self, values: bool = False) -> Drawing:
        """Return a drawing with a line for each weight; `values` shows their signs and sizes."""
        return draw_network(self, values)

    def __repr__(self) -> str:
        layers = [str(self.sizes[0])]
        for size, activation in zip(self.sizes[1:], self.activations, strict=True):
            layers.append(f"{size} {activation.label}")
        stack = "" if self.replicas is None else f", {self.replicas} replicas"
        return f"<Network {' → '.join(layers)}; {self.loss_function.label.lower()}{stack}>"

    def _check_targets(self, y: npt.ArrayLike, n_samples: int) -> FloatArray:
        return check_targets(y, n_samples, self.sizes[-1], self.replicas, self.loss_function)

    def _check_data(self, X: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        X = check_samples(X, self.sizes[0], self.replicas)
        return X, self._check_targets(y, X.shape[-2])
