"""The ten activation functions that work number by number, each beside its derivative."""

from typing import Any

import numpy as np
import numpy.typing as npt

from tutor.activations.arguments import finite, vectorised
from tutor.floats import FloatArray, as_floats


def _times(factor: Any, x: FloatArray) -> FloatArray:
    """Return factor · x, where 0 · ∞ = 0: a slope of 0 is a flat line all the way out."""
    product: FloatArray = np.asarray(factor * x)
    return np.where((np.asarray(factor) == 0) & np.isinf(x), 0.0, product)


@vectorised
def linear(x: FloatArray) -> FloatArray:
    """Return x itself (a copy)."""
    return x.copy()


@vectorised
def linear_derivative(x: FloatArray) -> FloatArray:
    """Return 1 everywhere."""
    return np.where(np.isnan(x), x, 1.0)


@vectorised
def binary_step(x: FloatArray) -> FloatArray:
    """Return 1 where x ≥ 0, else 0."""
    return np.where(np.isnan(x), x, x >= 0)


@vectorised
def binary_step_derivative(x: FloatArray) -> FloatArray:
    """Return 0 everywhere, by convention also at the jump: nothing can be learned through it."""
    return np.where(np.isnan(x), x, 0.0)


@vectorised
def sigmoid(x: FloatArray) -> FloatArray:
    """Return 1 / (1 + e^(−x)), in (0, 1); far out it rounds to 0 or 1."""
    e = np.exp(-np.abs(x))  # at most 1, so it can't overflow
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


@vectorised
def sigmoid_derivative(x: FloatArray) -> FloatArray:
    """Return σ(x) (1 − σ(x)), at most 1/4."""
    e = np.exp(-np.abs(x))  # written so that 1 − σ loses no digits where σ is nearly 1
    return e / (1.0 + e) ** 2


@vectorised
def tanh(x: FloatArray) -> FloatArray:
    """Return (e^x − e^(−x)) / (e^x + e^(−x)) = 2σ(2x) − 1, in (−1, 1)."""
    return np.tanh(x)


@vectorised
def tanh_derivative(x: FloatArray) -> FloatArray:
    """Return 1 − tanh²(x) = 1 / cosh²(x), at most 1."""
    e = np.exp(-2.0 * np.abs(x))
    return 4.0 * e / (1.0 + e) ** 2


@vectorised
def relu(x: FloatArray) -> FloatArray:
    """Return max(0, x)."""
    return np.maximum(x, 0.0)


@vectorised
def relu_derivative(x: FloatArray) -> FloatArray:
    """Return 1 where x > 0, else 0."""
    return np.where(np.isnan(x), x, x > 0)


@vectorised
def leaky_relu(x: FloatArray, slope: float = 0.01) -> FloatArray:
    """Return x where x > 0, else slope · x."""
    return np.where(x > 0, x, _times(finite(slope, "slope"), x))


@vectorised
def leaky_relu_derivative(x: FloatArray, slope: float = 0.01) -> FloatArray:
    """Return 1 where x > 0, else slope."""
    return np.where(np.isnan(x), x, np.where(x > 0, 1.0, finite(slope, "slope")))


def _alpha(alpha: npt.ArrayLike, x: FloatArray) -> FloatArray:
    """Return PReLU's slopes as an array that broadcasts against `x` without changing its shape."""
    slopes = as_floats(alpha, "alpha")
    if not np.isfinite(slopes).all():
        raise ValueError("alpha must be finite")
    try:
        np.broadcast_to(slopes, x.shape)
    except ValueError:
        raise ValueError(
            f"alpha must be a number or broadcast against x: {slopes.shape} doesn't fit {x.shape}"
        ) from None
    return slopes


@vectorised
def prelu(x: FloatArray, alpha: npt.ArrayLike = 0.25) -> FloatArray:
    """Return x where x > 0, else alpha · x: leaky ReLU whose slope is learned.

    `alpha` is one number, or an array that broadcasts against x, such as one slope a neuron.
    Its default is the value that He et al. (2015) start from.
    """
    return np.where(x > 0, x, _times(_alpha(alpha, x), x))


@vectorised
def prelu_derivative(x: FloatArray, alpha: npt.ArrayLike = 0.25) -> FloatArray:
    """Return ∂a/∂x: 1 where x > 0, else alpha."""
    return np.where(np.isnan(x), x, np.where(x > 0, 1.0, _alpha(alpha, x)))


@vectorised
def prelu_alpha_derivative(x: FloatArray, alpha: npt.ArrayLike = 0.25) -> FloatArray:
    """Return ∂a/∂alpha, element by element: 0 where x > 0, else x.

    dL/dalpha is its product with dL/da, summed over every element that shares the slope.
    """
    _alpha(alpha, x)
    return np.minimum(x, 0.0)


@vectorised
def elu(x: FloatArray, alpha: float = 1.0) -> FloatArray:
    """Return x where x > 0, else alpha · (e^x − 1)."""
    return np.where(x > 0, x, finite(alpha, "alpha") * np.expm1(np.minimum(x, 0.0)))


@vectorised
def elu_derivative(x: FloatArray, alpha: float = 1.0) -> FloatArray:
    """Return 1 where x > 0, else alpha · e^x. With alpha = 1 there is no kink."""
    return np.where(x > 0, 1.0, finite(alpha, "alpha") * np.exp(np.minimum(x, 0.0)))


@vectorised
def softplus(x: FloatArray) -> FloatArray:
    """Return ln(1 + e^x), a smooth ReLU."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


@vectorised
def softplus_derivative(x: FloatArray) -> FloatArray:
    """Return σ(x)."""
    return sigmoid(x)


@vectorised
def swish(x: FloatArray, beta: float = 1.0) -> FloatArray:
    """Return x · σ(beta · x). Its minimum is −0.2785 / beta, near x = −1.278 / beta."""
    gate = sigmoid(_times(finite(beta, "beta"), x))
    return _times(gate, x)


@vectorised
def swish_derivative(x: FloatArray, beta: float = 1.0) -> FloatArray:
    """Return s + beta · x · s · (1 − s) with s = σ(beta · x)."""
    t = _times(finite(beta, "beta"), x)
    return sigmoid(t) + _times(sigmoid_derivative(t), t)
