"""Derivatives by measurement, a gradient checker that says why, and the cost of matrix chains.

- `measure` the numerical gradient and Jacobian;
- `checker` compares a gradient with the measured one; `slopes` knows how exact that one is, and the
  function's kinks; `reasons` puts a difference in words;
- `chains` the cost of the chain rule's products.

Layout: a Jacobian has the numerator layout, J[i, j] = ∂f_i/∂x_j. The gradient of one number
has the shape of x.
"""

from tutor.gradients.chains import ChainCost, chain_cost
from tutor.gradients.checker import GradientCheck, check_gradient
from tutor.gradients.measure import jacobian, numerical_gradient

__all__ = [
    "ChainCost",
    "GradientCheck",
    "chain_cost",
    "check_gradient",
    "jacobian",
    "numerical_gradient",
]
