"""One layer, forward and backward, as plain functions: the mathematics beside its gradient.

A dense layer computes Z = XW + b and A = f(Z). X is (N, D), a sample a row; W is (D, M), b is (M,),
Z and A are (N, M). `dZ` means dL/dZ, and every gradient has the shape of what it belongs to.

All arrays may have a leading axis of R replicas: X (R, N, D), W (R, D, M), b (R, M). Then R layers
are computed at once, each with its own numbers. That is why axes are counted from the end.

With `out` and its like a result goes into an existing array. A small network spends its time not on
arithmetic but on making arrays, so this is half of its speed.
"""

from collections.abc import Callable

import numpy as np

from tutor.activations import Activation
from tutor.floats import FloatArray

__all__ = [
    "activate",
    "activate_backward",
    "dense_backward",
    "dense_forward",
    "prelu_alpha_gradient",
]


def dense_forward(
    X: FloatArray, W: FloatArray, b: FloatArray, out: FloatArray | None = None
) -> FloatArray:
    """Return Z = XW + b, shape (..., N, M)."""
    Z: FloatArray = np.matmul(X, W, out=out)
    Z += b[..., np.newaxis, :]
    return Z


def dense_backward(
    dZ: FloatArray,
    X: FloatArray,
    W: FloatArray,
    dX: FloatArray | None = None,
    dW: FloatArray | None = None,
    db: FloatArray | None = None,
    input_gradient: bool = True,
) -> tuple[FloatArray | None, FloatArray, FloatArray]:
    """Return dX = dZ Wᵀ, dW = Xᵀ dZ, and db = the column sums of dZ.

    The arrays `dX`, `dW`, `db` are filled if given. Nobody asks a network's first layer for its dX:
    with `input_gradient=False` it is None.
    """
    dW = np.matmul(X.swapaxes(-1, -2), dZ, out=dW)
    db = np.add.reduce(dZ, axis=-2, out=db)
    if input_gradient:
        dX = np.matmul(dZ, W.swapaxes(-1, -2), out=dX)
    return dX, dW, db


# The activations of small networks, in place. Each pair is f(Z, out) and, from dA = dL/dA,
# dZ = dA · f'(Z). The derivative is written with the output A where that is cheaper.


def _linear(activation: Activation, Z: FloatArray, out: FloatArray) -> None:
    np.copyto(out, Z)


def _linear_backward(
    activation: Activation, dA: FloatArray, Z: FloatArray, A: FloatArray, out: FloatArray
) -> None:
    np.copyto(out, dA)


def _tanh(activation: Activation, Z: FloatArray, out: FloatArray) -> None:
    np.tanh(Z, out=out)


def _tanh_backward(
    activation: Activation, dA: FloatArray, Z: FloatArray, A: FloatArray, out: FloatArray
) -> None:
    np.multiply(A, A, out=out)  # dA (1 − A²)
    np.subtract(1.0, out, out=out)
    out *= dA


def _sigmoid(activation: Activation, Z: FloatArray, out: FloatArray) -> None:
    np.negative(Z, out=out)  # 1 / (1 + e^−Z); where e^−Z is ∞ this is 0, as it should be
    np.exp(out, out=out)
    out += 1.0
    np.reciprocal(out, out=out)


def _sigmoid_backward(
    activation: Activation, dA: FloatArray, Z: FloatArray, A: FloatArray, out: FloatArray
) -> None:
    np.subtract(1.0, A, out=out)  # dA · A (1 − A)
    out *= A
    out *= dA


def _relu(activation: Activation, Z: FloatArray, out: FloatArray) -> None:
    np.maximum(Z, 0.0, out=out)


def _relu_backward(
    activation: Activation, dA: FloatArray, Z: FloatArray, A: FloatArray, out: FloatArray
) -> None:
    np.greater(Z, 0.0, out=out)  # dA where Z > 0, else 0
    out *= dA


def _leaky_relu(activation: Activation, Z: FloatArray, out: FloatArray) -> None:
    np.multiply(Z, activation.parameters["slope"], out=out)
    np.copyto(out, Z, where=Z > 0)


def _leaky_relu_backward(
    activation: Activation, dA: FloatArray, Z: FloatArray, A: FloatArray, out: FloatArray
) -> None:
    np.multiply(dA, activation.parameters["slope"], out=out)
    np.copyto(out, dA, where=Z > 0)


_IN_PLACE: dict[str, tuple[Callable[..., None], Callable[..., None]]] = {
    "linear": (_linear, _linear_backward),
    "tanh": (_tanh, _tanh_backward),
    "sigmoid": (_sigmoid, _sigmoid_backward),
    "relu": (_relu, _relu_backward),
    "leaky_relu": (_leaky_relu, _leaky_relu_backward),
}


def activate(
    activation: Activation,
    Z: FloatArray,
    alpha: FloatArray | None = None,
    out: FloatArray | None = None,
) -> FloatArray:
    """Return A = f(Z), shape (..., N, M).

    `alpha`, (..., M), holds PReLU's slopes. For maxout, Z has its k pieces on one more axis at the
    end, (..., N, M, k).
    """
    in_place = _IN_PLACE.get(activation.name)
    if in_place is None:
        parameters = {} if alpha is None else {"alpha": alpha[..., np.newaxis, :]}
        A = activation.function(Z, **parameters)
        if out is None:
            return A
        np.copyto(out, A)
        return out
    if out is None:
        out = np.empty_like(Z)
    in_place[0](activation, Z, out)
    return out


def activate_backward(
    activation: Activation,
    dA: FloatArray,
    Z: FloatArray,
    A: FloatArray,
    alpha: FloatArray | None = None,
    out: FloatArray | None = None,
) -> FloatArray:
    """Return dZ = dL/dZ, shape of Z, from dA = dL/dA, both shape of A = f(Z)."""
    in_place = _IN_PLACE.get(activation.name)
    if in_place is None:
        parameters = {} if alpha is None else {"alpha": alpha[..., np.newaxis, :]}
        dZ = activation.backward(dA, Z, **parameters)
        if out is None:
            return dZ
        np.copyto(out, dZ)
        return out
    if out is None:
        out = np.empty_like(Z)
    in_place[1](activation, dA, Z, A, out)
    return out


def prelu_alpha_gradient(
    dA: FloatArray, Z: FloatArray, out: FloatArray | None = None
) -> FloatArray:
    """Return dL/dalpha, (..., M): for each neuron, the sum of dA · Z over samples with Z < 0."""
    gradient: FloatArray = np.add.reduce(dA * np.minimum(Z, 0.0), axis=-2, out=out)
    return gradient
