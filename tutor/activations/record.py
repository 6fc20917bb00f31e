"""The record of one activation function: the function and what is known about it."""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from tutor.floats import FloatArray, as_floats


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
