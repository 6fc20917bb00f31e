"""Twelve activation functions, their derivatives, and what is known about each: one table.

`ACTIVATIONS` maps a name to an `Activation`: function, derivative, formulas, range, properties.
Each function exists by itself too: `sigmoid(x)` and `sigmoid_derivative(x)`, and so on.

All of them take scalars, lists or arrays of any shape and return floats of the same shape (`maxout`
drops its last axis). float32 stays float32; integers become float64. They are correct to rounding
over the whole range of floats, infinities included; NaN stays NaN; the input is never changed.

At a kink the derivative doesn't exist. By convention the one from the left is used: relu'(0) = 0.
"""

from tutor.activations.elementwise import (
    binary_step,
    binary_step_derivative,
    elu,
    elu_derivative,
    leaky_relu,
    leaky_relu_derivative,
    linear,
    linear_derivative,
    prelu,
    prelu_alpha_derivative,
    prelu_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    softplus,
    softplus_derivative,
    swish,
    swish_derivative,
    tanh,
    tanh_derivative,
)
from tutor.activations.over_axis import (
    maxout,
    maxout_derivative,
    softmax,
    softmax_derivative,
    softmax_jacobian,
)
from tutor.activations.record import Activation, Range
from tutor.activations.table import ACTIVATIONS, get

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
