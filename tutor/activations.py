"""Twelve activation functions, their derivatives, and what is known about each: one table.

`ACTIVATIONS` maps a name to an `Activation`: function, derivative, formulas, range, properties.
Each function exists by itself too: `sigmoid(x)` and `sigmoid_derivative(x)`, and so on.

All of them take scalars, lists or arrays of any shape and return floats of the same shape (`maxout`
drops its last axis). float32 stays float32; integers become float64. They are correct to rounding
over the whole range of floats, infinities included; NaN stays NaN; the input is never changed.

At a kink the derivative doesn't exist. By convention the one from the left is used: relu'(0) = 0.
"""

import dataclasses
import difflib
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Concatenate, Literal, ParamSpec, TypeAlias, cast

import numpy as np
import numpy.typing as npt

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Range",
    "binary_step",
    "binary_step_derivative",
    "elu",
    "elu_derivative",
    "get",
    "leaky_relu",
    "leaky_relu_derivative",
    "linear",
    "linear_derivative",
    "maxout",
    "maxout_derivative",
    "prelu",
    "prelu_alpha_derivative",
    "prelu_derivative",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "softmax",
    "softmax_derivative",
    "softmax_jacobian",
    "softplus",
    "softplus_derivative",
    "swish",
    "swish_derivative",
    "tanh",
    "tanh_derivative",
]

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
P = ParamSpec("P")


def as_floats(x: npt.ArrayLike, name: str = "x") -> FloatArray:
    """Return `x` as an array of floats; floats of any width are kept, integers become float64.

    Raises
    ------
    TypeError
        If `x` holds something else than real numbers.
    ValueError
        If `x` is a nested list whose rows have different lengths.
    """
    try:
        array = np.asarray(x)
    except ValueError:
        raise ValueError(f"{name} must be a number or a regular array, not a ragged list") from None
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    raise TypeError(f"{name} must hold real numbers, not values of type {array.dtype}")


def _vectorised(
    function: Callable[Concatenate[FloatArray, P], FloatArray],
) -> Callable[Concatenate[npt.ArrayLike, P], FloatArray]:
    """Let `function` take anything like an array, stay silent, and keep the width of floats.

    Overflow to infinity and underflow to zero are the right answers here, so they aren't reported.
    """

    @functools.wraps(function)
    def wrapper(x: npt.ArrayLike, *args: P.args, **kwargs: P.kwargs) -> FloatArray:
        array = as_floats(x)
        with np.errstate(all="ignore"):
            result = np.asarray(function(array, *args, **kwargs), dtype=array.dtype)
        return result[()]  # a scalar for a scalar, as numpy's own functions do

    return cast(Callable[Concatenate[npt.ArrayLike, P], FloatArray], wrapper)


def _finite(value: float, name: str) -> float:
    """Return `value` if it is a finite real number, else raise."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, not {value}")
    return float(value)


def _positive(value: float, name: str) -> float:
    """Return `value` if it is a finite number above 0, else raise."""
    if _finite(value, name) <= 0:
        raise ValueError(f"{name} must be greater than 0, not {value}")
    return float(value)


def _times(factor: Any, x: FloatArray) -> FloatArray:
    """Return factor · x, where 0 · ∞ = 0: a slope of 0 is a flat line all the way out."""
    product: FloatArray = np.asarray(factor * x)
    return np.where((np.asarray(factor) == 0) & np.isinf(x), 0.0, product)


# Element by element -----------------------------------------------------------------------------


@_vectorised
def linear(x: FloatArray) -> FloatArray:
    """Return x itself (a copy)."""
    return x.copy()


@_vectorised
def linear_derivative(x: FloatArray) -> FloatArray:
    """Return 1 everywhere."""
    return np.where(np.isnan(x), x, 1.0)


@_vectorised
def binary_step(x: FloatArray) -> FloatArray:
    """Return 1 where x ≥ 0, else 0."""
    return np.where(np.isnan(x), x, x >= 0)


@_vectorised
def binary_step_derivative(x: FloatArray) -> FloatArray:
    """Return 0 everywhere, by convention also at the jump: nothing can be learned through it."""
    return np.where(np.isnan(x), x, 0.0)


@_vectorised
def sigmoid(x: FloatArray) -> FloatArray:
    """Return 1 / (1 + e^(−x)), in (0, 1); far out it rounds to 0 or 1."""
    e = np.exp(-np.abs(x))  # at most 1, so it can't overflow
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


@_vectorised
def sigmoid_derivative(x: FloatArray) -> FloatArray:
    """Return σ(x) (1 − σ(x)), at most 1/4."""
    e = np.exp(-np.abs(x))  # written so that 1 − σ loses no digits where σ is nearly 1
    return e / (1.0 + e) ** 2


@_vectorised
def tanh(x: FloatArray) -> FloatArray:
    """Return (e^x − e^(−x)) / (e^x + e^(−x)) = 2σ(2x) − 1, in (−1, 1)."""
    return np.tanh(x)


@_vectorised
def tanh_derivative(x: FloatArray) -> FloatArray:
    """Return 1 − tanh²(x) = 1 / cosh²(x), at most 1."""
    e = np.exp(-2.0 * np.abs(x))
    return 4.0 * e / (1.0 + e) ** 2


@_vectorised
def relu(x: FloatArray) -> FloatArray:
    """Return max(0, x)."""
    return np.maximum(x, 0.0)


@_vectorised
def relu_derivative(x: FloatArray) -> FloatArray:
    """Return 1 where x > 0, else 0."""
    return np.where(np.isnan(x), x, x > 0)


@_vectorised
def leaky_relu(x: FloatArray, slope: float = 0.01) -> FloatArray:
    """Return x where x > 0, else slope · x."""
    return np.where(x > 0, x, _times(_finite(slope, "slope"), x))


@_vectorised
def leaky_relu_derivative(x: FloatArray, slope: float = 0.01) -> FloatArray:
    """Return 1 where x > 0, else slope."""
    return np.where(np.isnan(x), x, np.where(x > 0, 1.0, _finite(slope, "slope")))


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


@_vectorised
def prelu(x: FloatArray, alpha: npt.ArrayLike = 0.25) -> FloatArray:
    """Return x where x > 0, else alpha · x: leaky ReLU whose slope is learned.

    `alpha` is one number, or an array that broadcasts against x, such as one slope a neuron.
    Its default is the value that He et al. (2015) start from.
    """
    return np.where(x > 0, x, _times(_alpha(alpha, x), x))


@_vectorised
def prelu_derivative(x: FloatArray, alpha: npt.ArrayLike = 0.25) -> FloatArray:
    """Return ∂a/∂x: 1 where x > 0, else alpha."""
    return np.where(np.isnan(x), x, np.where(x > 0, 1.0, _alpha(alpha, x)))


@_vectorised
def prelu_alpha_derivative(x: FloatArray, alpha: npt.ArrayLike = 0.25) -> FloatArray:
    """Return ∂a/∂alpha, element by element: 0 where x > 0, else x.

    dL/dalpha is its product with dL/da, summed over every element that shares the slope.
    """
    _alpha(alpha, x)
    return np.minimum(x, 0.0)


@_vectorised
def elu(x: FloatArray, alpha: float = 1.0) -> FloatArray:
    """Return x where x > 0, else alpha · (e^x − 1)."""
    return np.where(x > 0, x, _finite(alpha, "alpha") * np.expm1(np.minimum(x, 0.0)))


@_vectorised
def elu_derivative(x: FloatArray, alpha: float = 1.0) -> FloatArray:
    """Return 1 where x > 0, else alpha · e^x. With alpha = 1 there is no kink."""
    return np.where(x > 0, 1.0, _finite(alpha, "alpha") * np.exp(np.minimum(x, 0.0)))


@_vectorised
def softplus(x: FloatArray) -> FloatArray:
    """Return ln(1 + e^x), a smooth ReLU."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


@_vectorised
def softplus_derivative(x: FloatArray) -> FloatArray:
    """Return σ(x)."""
    return sigmoid(x)


@_vectorised
def swish(x: FloatArray, beta: float = 1.0) -> FloatArray:
    """Return x · σ(beta · x). Its minimum is −0.2785 / beta, near x = −1.278 / beta."""
    gate = sigmoid(_times(_finite(beta, "beta"), x))
    return _times(gate, x)


@_vectorised
def swish_derivative(x: FloatArray, beta: float = 1.0) -> FloatArray:
    """Return s + beta · x · s · (1 − s) with s = σ(beta · x)."""
    t = _times(_finite(beta, "beta"), x)
    return sigmoid(t) + _times(sigmoid_derivative(t), t)


# Over an axis -----------------------------------------------------------------------------------


def _check_pieces(x: FloatArray) -> None:
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(
            f"maxout needs its k ≥ 1 pieces on the last axis, shape (..., k), not {x.shape}"
        )


@_vectorised
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


@_vectorised
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


@_vectorised
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
    top = np.max(x, axis=axis, keepdims=True)
    below = (x - top) / _positive(temperature, "temperature")
    e = np.exp(np.where(x == top, 0.0, below))  # ∞ − ∞ is 0 here
    return np.asarray(e / np.sum(e, axis=axis, keepdims=True))


@_vectorised
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


@_vectorised
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


def _maxout_backward(da: FloatArray, x: FloatArray) -> FloatArray:
    """Route dL/da to the largest piece."""
    return np.asarray(da[..., None] * maxout_derivative(x))


def _softmax_backward(
    da: FloatArray, x: FloatArray, axis: int = -1, temperature: float = 1.0
) -> FloatArray:
    """Multiply dL/da by the Jacobian without building it: a (da − Σ da·a) / T."""
    a = softmax(x, axis=axis, temperature=temperature)
    return np.asarray(a * (da - np.sum(da * a, axis=axis, keepdims=True)) / temperature)


# The table --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """The values a function takes: an interval with open or closed ends, or a few `values`.

    An end at infinity is open. `value in range` says whether a number belongs to it. Floats round:
    σ(40) is below 1, but no float between it and 1 is nearer to it than 1 itself.
    """

    low: float
    high: float
    low_open: bool = True
    high_open: bool = True
    values: tuple[float, ...] = ()

    def __contains__(self, value: float) -> bool:
        if self.values:
            return value in self.values
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return bool(above and below)

    def __str__(self) -> str:
        if self.values:
            return "{" + ", ".join(_number(value) for value in self.values) + "}"
        left, right = "[("[self.low_open], "])"[self.high_open]
        return f"{left}{_number(self.low)}, {_number(self.high)}{right}"


def _number(value: float) -> str:
    """Write a number the way a mathematician would."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


@dataclass(frozen=True)
class Activation:
    """One activation function and what is known about it.

    Attributes
    ----------
    name, label : str
        For code ("leaky_relu") and for people ("Leaky ReLU").
    function, derivative : callable
        Both are called as f(x, **parameters).
    formula, derivative_formula : str
        LaTeX without dollar signs.
    range : Range
        All values of the function. This and what follows is said of the default parameters.
    parameters : mapping of str to float
        The default values of its parameters.
    elementwise : bool
        Whether each output depends on one input only. Of the twelve, maxout and softmax don't:
        their properties below are meant for each output against each input, others held fixed.
    nonlinear : bool
        Whether layers gain anything by it; layers with linear ones are one linear map.
    kinks : tuple of float
        Where the derivative doesn't exist.
    differentiable : bool
        Whether the derivative exists everywhere.
    monotonic : bool
        Whether the function never falls.
    zero_centred : bool
        Whether outputs average 0 for inputs that are symmetric about 0.
    saturates : {"no", "left", "right", "both"}
        On which side, far out, the derivative goes to 0.
    can_die : bool
        Whether the derivative is exactly 0 for every negative input, so that a neuron that
        is negative on all data never changes again.
    needs_exp : bool
        Whether it costs an exponential function.
    pros, cons : tuple of str
    use : str
        Where it is used.
    """

    name: str
    label: str
    function: Callable[..., FloatArray] = field(repr=False)
    derivative: Callable[..., FloatArray] = field(repr=False)
    formula: str = field(repr=False)
    derivative_formula: str = field(repr=False)
    range: Range
    parameters: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    elementwise: bool = True
    nonlinear: bool = True
    kinks: tuple[float, ...] = ()
    differentiable: bool = True
    monotonic: bool = True
    zero_centred: bool = False
    saturates: Literal["no", "left", "right", "both"] = "no"
    can_die: bool = False
    needs_exp: bool = False
    pros: tuple[str, ...] = field(default=(), repr=False)
    cons: tuple[str, ...] = field(default=(), repr=False)
    use: str = field(default="", repr=False)
    # dL/dx from dL/da where it isn't simply dL/da · derivative(x)
    _backward: Callable[..., FloatArray] | None = field(default=None, repr=False)

    def __call__(self, x: npt.ArrayLike, **parameters: Any) -> FloatArray:
        """Return the function's value; parameters not given have their defaults."""
        return self.function(x, **{**self.parameters, **parameters})

    def with_parameters(self, **parameters: float) -> "Activation":
        """Return a copy with other defaults: `get("leaky_relu").with_parameters(slope=0.1)`.

        Raises
        ------
        ValueError
            If it has no such parameter, or the function doesn't accept the value.
        """
        unknown = sorted(set(parameters) - set(self.parameters))
        if unknown:
            known = ", ".join(self.parameters) or "none"
            raise ValueError(f"{self.label} has no parameter {unknown[0]!r}; its own: {known}")
        self.function([0.0], **parameters)  # raises for values outside its domain
        return dataclasses.replace(
            self,
            function=functools.partial(self.function, **parameters),
            derivative=functools.partial(self.derivative, **parameters),
            parameters=MappingProxyType({**self.parameters, **parameters}),
            _backward=self._backward and functools.partial(self._backward, **parameters),
        )

    def backward(self, da: npt.ArrayLike, x: npt.ArrayLike, **parameters: Any) -> FloatArray:
        """Return dL/dx, shape of x, from `da` = dL/da, shape of the output.

        Raises
        ------
        ValueError
            If `da` doesn't have the shape of the output.
        """
        upstream, inputs = as_floats(da, "da"), as_floats(x)
        expected = inputs.shape[:-1] if self.name == "maxout" else inputs.shape
        if upstream.shape != expected:
            raise ValueError(f"da must have the output's shape {expected}, not {upstream.shape}")
        with np.errstate(all="ignore"):
            if self._backward is not None:
                return self._backward(upstream, inputs, **parameters)
            return cast(FloatArray, upstream * self.derivative(inputs, **parameters))

    # A MappingProxyType can't be pickled or copied, a dict can.
    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "parameters": dict(self.parameters)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, parameters=MappingProxyType(state["parameters"]))

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.formula}$"


def _defaults(**parameters: float) -> Mapping[str, float]:
    """Return default parameters that nobody can change by accident."""
    return MappingProxyType(parameters)


_REAL_LINE = Range(-math.inf, math.inf)

_ROWS = (
    Activation(
        name="linear",
        label="Linear",
        function=linear,
        derivative=linear_derivative,
        formula=r"f(x) = x",
        derivative_formula=r"f'(x) = 1",
        range=_REAL_LINE,
        nonlinear=False,
        zero_centred=True,
        pros=("Outputs of any size.", "The gradient passes unchanged."),
        cons=("Stacked linear layers are one linear layer.",),
        use="Output of a regression.",
    ),
    Activation(
        name="binary_step",
        label="Binary step",
        function=binary_step,
        derivative=binary_step_derivative,
        formula=r"f(x) = \begin{cases} 1 & x \ge 0 \\ 0 & x < 0 \end{cases}",
        derivative_formula=r"f'(x) = 0 \quad (x \ne 0)",
        range=Range(0, 1, low_open=False, high_open=False, values=(0, 1)),
        kinks=(0.0,),
        differentiable=False,
        saturates="both",
        can_die=True,
        pros=("A clear yes or no.",),
        cons=("No gradient anywhere, so gradient descent learns nothing.",),
        use="The perceptron of 1958; today only to explain.",
    ),
    Activation(
        name="sigmoid",
        label="Sigmoid",
        function=sigmoid,
        derivative=sigmoid_derivative,
        formula=r"\sigma(x) = \frac{1}{1 + e^{-x}}",
        derivative_formula=r"\sigma'(x) = \sigma(x)\,(1 - \sigma(x))",
        range=Range(0, 1),
        saturates="both",
        needs_exp=True,
        pros=("Reads as a probability.", "Smooth."),
        cons=(
            "Saturates on both sides: gradients vanish.",
            "The derivative is at most 1/4.",
            "Outputs are all positive.",
        ),
        use="Output of a binary or multi-label classifier; gates.",
    ),
    Activation(
        name="tanh",
        label="tanh",
        function=tanh,
        derivative=tanh_derivative,
        formula=r"\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}} = 2\sigma(2x) - 1",
        derivative_formula=r"\tanh'(x) = 1 - \tanh^2(x) = \operatorname{sech}^2(x)",
        range=Range(-1, 1),
        zero_centred=True,
        saturates="both",
        needs_exp=True,
        pros=("Zero-centred.", "Smooth.", "Its derivative reaches 1."),
        cons=("Saturates on both sides: gradients vanish.",),
        use="Hidden layers of small and of recurrent networks.",
    ),
    Activation(
        name="relu",
        label="ReLU",
        function=relu,
        derivative=relu_derivative,
        formula=r"f(x) = \max(0, x)",
        derivative_formula=r"f'(x) = \begin{cases} 1 & x > 0 \\ 0 & x < 0 \end{cases}",
        range=Range(0, math.inf, low_open=False),
        kinks=(0.0,),
        differentiable=False,
        saturates="left",
        can_die=True,
        pros=("Cheap.", "Doesn't saturate for x > 0."),
        cons=("No gradient for x < 0: a neuron can die.", "Outputs are never negative."),
        use="The first choice for hidden layers, above all in convolutional networks.",
    ),
    Activation(
        name="leaky_relu",
        label="Leaky ReLU",
        function=leaky_relu,
        derivative=leaky_relu_derivative,
        formula=r"f(x) = \begin{cases} x & x > 0 \\ s\,x & x \le 0 \end{cases}",
        derivative_formula=r"f'(x) = \begin{cases} 1 & x > 0 \\ s & x < 0 \end{cases}",
        range=_REAL_LINE,
        parameters=_defaults(slope=0.01),
        kinks=(0.0,),
        differentiable=False,
        pros=("Cheap.", "Never saturates and can't die."),
        cons=("The slope has to be chosen.",),
        use="Hidden layers in which ReLU neurons die.",
    ),
    Activation(
        name="prelu",
        label="PReLU",
        function=prelu,
        derivative=prelu_derivative,
        formula=r"f(x) = \begin{cases} x & x > 0 \\ \alpha\,x & x \le 0 \end{cases}",
        derivative_formula=(
            r"\frac{\partial f}{\partial x} ="
            r" \begin{cases} 1 & x > 0 \\ \alpha & x < 0 \end{cases}"
            r"\qquad \frac{\partial f}{\partial \alpha} = \min(0, x)"
        ),
        range=_REAL_LINE,
        parameters=_defaults(alpha=0.25),
        kinks=(0.0,),
        differentiable=False,
        pros=("The slope is learned.", "Never saturates while the slope isn't 0."),
        cons=("More parameters.",),
        use="Hidden layers of deep networks with much data.",
    ),
    Activation(
        name="elu",
        label="ELU",
        function=elu,
        derivative=elu_derivative,
        formula=r"f(x) = \begin{cases} x & x > 0 \\ \alpha\,(e^{x} - 1) & x \le 0 \end{cases}",
        derivative_formula=(
            r"f'(x) = \begin{cases} 1 & x > 0 \\ \alpha\,e^{x} & x < 0 \end{cases}"
        ),
        range=Range(-1, math.inf),
        parameters=_defaults(alpha=1.0),
        saturates="left",
        needs_exp=True,
        pros=("Negative outputs bring the mean nearer to 0.", "Smooth for α = 1.", "Can't die."),
        cons=("Costs exp().", "Saturates on the left."),
        use="Hidden layers, where its cost doesn't matter.",
    ),
    Activation(
        name="softplus",
        label="Softplus",
        function=softplus,
        derivative=softplus_derivative,
        formula=r"f(x) = \ln(1 + e^{x})",
        derivative_formula=r"f'(x) = \sigma(x)",
        range=Range(0, math.inf),
        saturates="left",
        needs_exp=True,
        pros=("A ReLU without a kink.", "Always positive."),
        cons=("Costs exp() and a logarithm.", "Outputs are all positive."),
        use="Outputs that must be positive, such as a variance.",
    ),
    Activation(
        name="swish",
        label="Swish",
        function=swish,
        derivative=swish_derivative,
        formula=r"f(x) = x\,\sigma(\beta x)",
        derivative_formula=(
            r"f'(x) = \sigma(\beta x) + \beta x\,\sigma(\beta x)\,(1 - \sigma(\beta x))"
        ),
        # Minimum of x·σ(x): −W(1/e), W being Lambert's function.
        range=Range(-0.2784645427610738, math.inf, low_open=False),
        parameters=_defaults(beta=1.0),
        monotonic=False,
        saturates="left",
        needs_exp=True,
        pros=("Smooth.", "Often a little better than ReLU in deep networks."),
        cons=("Costs exp().", "Not monotonic."),
        use="Hidden layers of deep networks.",
    ),
    Activation(
        name="maxout",
        label="Maxout",
        function=maxout,
        derivative=maxout_derivative,
        formula=r"f(x) = \max(x_1, \dots, x_k)",
        derivative_formula=(
            r"\frac{\partial f}{\partial x_i} ="
            r" \begin{cases} 1 & x_i \text{ is the largest} \\ 0 & \text{otherwise} \end{cases}"
        ),
        range=_REAL_LINE,
        elementwise=False,
        differentiable=False,
        pros=("Generalises ReLU and leaky ReLU.", "Neither saturates nor dies."),
        cons=("k times the parameters of each neuron.",),
        use="Hidden layers, with dropout.",
        _backward=_maxout_backward,
    ),
    Activation(
        name="softmax",
        label="Softmax",
        function=softmax,
        derivative=softmax_derivative,
        formula=r"f(x)_i = \frac{e^{x_i / T}}{\sum_j e^{x_j / T}}",
        derivative_formula=(
            r"\frac{\partial f_i}{\partial x_j} = \frac{1}{T}\,f_i\,(\delta_{ij} - f_j)"
        ),
        range=Range(0, 1),
        parameters=_defaults(axis=-1, temperature=1.0),
        elementwise=False,
        saturates="both",
        needs_exp=True,
        pros=("Outputs sum to 1: a probability for each class.",),
        cons=("Only for exactly one right class.", "Saturates when one score leads by far."),
        use="Output of a multi-class classifier with one label.",
        _backward=_softmax_backward,
    ),
)

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType({row.name: row for row in _ROWS})


def get(activation: str | Activation) -> Activation:
    """Return the activation with this name or label ("relu", "Leaky ReLU"), or itself.

    Raises
    ------
    ValueError
        If there is none of this name; the message names the nearest.
    TypeError
        If it is neither a name nor an `Activation`.
    """
    if isinstance(activation, Activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(f"activation must be a name or an Activation, not {activation!r}")
    name = activation.strip().lower().replace(" ", "_").replace("-", "_")
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]
    close = difflib.get_close_matches(name, ACTIVATIONS, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    raise ValueError(
        f"unknown activation {activation!r}. {hint}Expected one of: {', '.join(ACTIVATIONS)}"
    )
