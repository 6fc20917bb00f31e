"""How the weights of a network start: a table of schemes, by name."""

# Annotations stay text, so that numpy.random loads only when it is used.
from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from tutor.floats import FloatArray
from tutor.names import look_up

__all__ = ["INITIALISATIONS", "Initialisation", "get"]


@dataclass(frozen=True)
class Initialisation:
    """How parameters start: `draw(rng, D, M)` returns weights (D, M); biases are all `bias`."""

    name: str
    label: str
    draw: Callable[[np.random.Generator, int, int], FloatArray]
    bias: float = 0.0


def _glorot(rng: np.random.Generator, D: int, M: int) -> FloatArray:
    """Variance 2 / (D + M), of Glorot and Bengio (2010): made for tanh."""
    limit = math.sqrt(6 / (D + M))
    return rng.uniform(-limit, limit, (D, M))


def _he(rng: np.random.Generator, D: int, M: int) -> FloatArray:
    """Variance 2 / D, of He et al. (2015): made for ReLU, which lets half of the signal pass."""
    return rng.normal(0.0, math.sqrt(2 / D), (D, M))


def _playground(rng: np.random.Generator, D: int, M: int) -> FloatArray:
    return rng.uniform(-0.5, 0.5, (D, M))


def _small_normal(rng: np.random.Generator, D: int, M: int) -> FloatArray:
    return rng.normal(0.0, 0.01, (D, M))


def _normal(rng: np.random.Generator, D: int, M: int) -> FloatArray:
    return rng.normal(0.0, 1.0, (D, M))


def _zeros(rng: np.random.Generator, D: int, M: int) -> FloatArray:
    return np.zeros((D, M))


INITIALISATIONS: Mapping[str, Initialisation] = MappingProxyType(
    {
        scheme.name: scheme
        for scheme in (
            Initialisation("glorot", "Glorot (Xavier)", _glorot),
            Initialisation("he", "He", _he),
            Initialisation("playground", "Playground: U(−0.5, 0.5)", _playground, bias=0.1),
            Initialisation("small_normal", "Normal, σ = 0.01", _small_normal),
            Initialisation("normal", "Normal, σ = 1", _normal),
            Initialisation("zeros", "All zero", _zeros),
        )
    }
)


def get(scheme: str | Initialisation) -> Initialisation:
    """Return the initialisation with this name ("xavier" is Glorot's), or itself.

    Raises
    ------
    ValueError
        If there is none of this name; the message names the nearest.
    TypeError
        If it is neither a name nor an `Initialisation`.
    """
    return look_up(Initialisation, "glorot" if scheme == "xavier" else scheme, INITIALISATIONS)
