"""The slopes of a function around one point: how exact its measured gradient is, and its kinks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tutor.gradients.measure import FloatArray, Function, evaluate


@dataclass(frozen=True)
class Problem:
    """A function, a place, the steps there and the value there."""

    f: Function
    x: FloatArray
    h: FloatArray
    start: FloatArray

    @cached_property
    def noise(self) -> FloatArray:
        """Rounding error of the measured gradient, with a margin of 20."""
        epsilon = float(np.finfo(self.start.dtype).eps)
        return np.asarray(20 * epsilon * max(abs(float(self.start)), 1e-30) / self.h)

    def slopes(self, index: tuple[int, ...], scale: float = 1.0) -> tuple[float, float]:
        """Return the slopes to the left and to the right of one element."""
        h = scale * float(self.h[index])
        above, below = self.x.copy(), self.x.copy()
        above[index] += h
        below[index] -= h
        middle = float(self.start)
        left = (middle - float(evaluate(self.f, below).item())) / h
        right = (float(evaluate(self.f, above).item()) - middle) / h
        return left, right

    def truncation(self, index: tuple[int, ...]) -> float:
        """Error of the measured gradient from the step's length, with a margin of 3.

        It grows with h², so the differences for h and 2h are apart by three times the error.
        """
        return abs(sum(self.slopes(index)) - sum(self.slopes(index, 2.0))) / 2


def has_kink(problem: Problem, index: tuple[int, ...]) -> bool:
    """Tell whether there is a kink within the step: the one-sided slopes differ by a jump.

    For a smooth function they differ by h f'', in proportion to the step. A kink at x keeps
    the gap constant; a kink nearby makes it start where the step reaches the kink.
    """
    gap, nearer, farther = (
        abs(right - left) for left, right in (problem.slopes(index, k) for k in (1.0, 0.25, 4.0))
    )
    left, right = problem.slopes(index)
    negligible = max(1e-5 * max(abs(left), abs(right)), 100 * float(problem.noise[index]))
    if not gap > negligible:
        return False
    return abs(nearer - gap / 4) > 0.1 * gap or abs(farther - 4 * gap) > gap


def at_kink(problem: Problem, index: tuple[int, ...], given: float) -> bool:
    """Tell whether there is a kink and the given slope is a possible one."""
    if not has_kink(problem, index):
        return False
    slopes = [*problem.slopes(index), *problem.slopes(index, 4.0), *problem.slopes(index, 0.25)]
    margin = 1e-3 * max(map(abs, slopes)) + float(problem.noise[index])
    return min(slopes) - margin <= given <= max(slopes) + margin
