"""The twelve activation functions of the course: one record each, and how to look one up."""

import math
from collections.abc import Mapping
from types import MappingProxyType

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
    maxout_backward,
    maxout_derivative,
    softmax,
    softmax_backward,
    softmax_derivative,
)
from tutor.activations.record import Activation, Range
from tutor.names import look_up


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
        _backward=maxout_backward,
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
        _backward=softmax_backward,
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
    return look_up(Activation, activation, ACTIVATIONS)
