"""Maxout and softmax, whose outputs depend on all numbers along an axis."""

import numpy as np

from tutor.activations.arguments import positive, vectorised
from tutor.floats import FloatArray


def _check_pieces(x: FloatArray) -> None:
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(
            f"maxout needs its k ≥ 1 pieces on the last axis, shape (..., k), not {x.shape}"
        )


@vectorised
def maxout(x: FloatArray) -> FloatArray:
    """Return the largest of k pieces, max(x₁, …, x_k).

    Parameters
    ----------
    x : array_like, shape (..., k)
        The pieces. In a layer each is its own X·W + b, so a neuron has k times the parameters.
        With pieces (x, 0) maxout is ReLU, with (x, 0.01x) leaky ReLU, with (x, −x) it is |x|.

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If there is no piece to choose from.
    """
    _check_pieces(x)
    return np.asarray(np.max(x, axis=-1))


@vectorised
def maxout_derivative(x: FloatArray) -> FloatArray:
    """Return ∂a/∂x, shape (..., k): 1 for the largest piece (the first of equals), 0 for others."""
    _check_pieces(x)
    largest = np.argmax(x, axis=-1, keepdims=True)
    return np.asarray(np.arange(x.shape[-1]) == largest)


def _check_axis(x: FloatArray, axis: int) -> None:
    if x.ndim == 0:
        raise ValueError("softmax needs an array with an axis of classes, not a single number")
    if not isinstance(axis, int | np.integer) or isinstance(axis, bool):
        raise TypeError(f"axis must be an integer, not {type(axis).__name__}")
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"axis must be from {-x.ndim} to {x.ndim - 1} for x of shape {x.shape}")
    if x.shape[axis] == 0:
        raise ValueError(f"softmax needs at least one class on axis {axis}, not shape {x.shape}")


@vectorised
def softmax(x: FloatArray, axis: int = -1, temperature: float = 1.0) -> FloatArray:
    """Return e^(x_i/T) / Σ_j e^(x_j/T): positive numbers that sum to 1 along `axis`.

    Adding a constant to all of x changes nothing; the largest x is subtracted, so that nothing
    overflows. Several +∞ share the whole 1, and K times −∞ gives 1/K each.

    Parameters
    ----------
    x : array_like
        Scores (logits); the classes lie on `axis`.
    axis : int
    temperature : float
        T > 0. Below 1 sharpens towards the largest score, above 1 flattens towards 1/K.

    Raises
    ------
    ValueError
        If there is no class, no such axis, or T isn't positive.
    """
    _check_axis(x, axis)
    top = x.max(axis=axis, keepdims=True)
    below = (x - top) / positive(temperature, "temperature")
    e = np.exp(np.where(x == top, 0.0, below))  # ∞ − ∞ is 0 here
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


@vectorised
def softmax_derivative(x: FloatArray, axis: int = -1, temperature: float = 1.0) -> FloatArray:
    """Return ∂a_i/∂x_i = a_i (1 − a_i) / T, the diagonal of the Jacobian, in the shape of x.

    Each output depends on each input: for backpropagation use `softmax_jacobian`, or the
    `backward` of `ACTIVATIONS["softmax"]`.
    """
    a = softmax(x, axis=axis, temperature=temperature)
    # 1 − a is the sum of the others. For the one a that may be near 1 that keeps all digits.
    near_one = a > 0.5
    others = np.sum(np.where(near_one, 0.0, a), axis=axis, keepdims=True)
    return np.asarray(a * np.where(near_one, others, 1.0 - a) / temperature)


@vectorised
def softmax_jacobian(x: FloatArray, axis: int = -1, temperature: float = 1.0) -> FloatArray:
    """Return J[..., i, j] = ∂a_i/∂x_j = a_i (δ_ij − a_j) / T.

    The classes are moved from `axis` to the last two axes: (..., K) gives (..., K, K).
    """
    a = np.moveaxis(softmax(x, axis=axis, temperature=temperature), axis, -1)
    diagonal = np.moveaxis(softmax_derivative(x, axis=axis, temperature=temperature), axis, -1)
    jacobian = -a[..., :, None] * a[..., None, :] / temperature
    classes = np.arange(a.shape[-1])
    jacobian[..., classes, classes] = diagonal
    return np.asarray(jacobian)


def maxout_backward(da: FloatArray, x: FloatArray) -> FloatArray:
    """Return dL/dx, shape (..., k), from dL/da, shape (...): all of it to the largest piece."""
    return np.asarray(da[..., None] * maxout_derivative(x))


def softmax_backward(
    da: FloatArray, x: FloatArray, axis: int = -1, temperature: float = 1.0
) -> FloatArray:
    """Return dL/dx from dL/da, both of shape x, without the Jacobian: a (da − Σ da·a) / T."""
    a = softmax(x, axis=axis, temperature=temperature)
    return np.asarray(a * (da - np.sum(da * a, axis=axis, keepdims=True)) / temperature)
