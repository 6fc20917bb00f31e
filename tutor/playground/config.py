"""Everything that can be set in the Playground, as one frozen, validated record."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor import datasets

Floats = NDArray[np.float64]

PROBLEMS = ("classification", "regression")
ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear")
"""The original's activation functions."""
EXTRA_ACTIVATIONS = ("leaky_relu", "elu", "softplus", "swish", "binary_step")
"""Further functions of the course that a hidden layer may have."""
REGULARIZATIONS = ("none", "L1", "L2")
LEARNING_RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
REGULARIZATION_RATES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
NOISES = tuple(range(0, 51, 5))
TRAIN_PERCENTS = tuple(range(10, 91, 10))
BATCH_SIZES = tuple(range(1, 31))
MAX_LAYERS = 6
MAX_NEURONS = 8
CONTROLS = (
    *("showTestData", "discretize", "playButton", "stepButton", "resetButton", "learningRate"),
    *("activation", "regularization", "regularizationRate", "problem", "dataset"),
    *("percTrainData", "noise", "batchSize", "numHiddenLayers"),
)
"""Controls that a link can hide, by their names in the link."""

METRICS = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")


@dataclass(frozen=True)
class Feature:
    """One of the inputs that the network can be given.

    Attributes
    ----------
    name : str
        Name in the course.
    key : str
        Name in the original's link.
    formula : str
        LaTeX.
    meaning : str
        What a single neuron can do with it, in words.
    function : callable
        Of x1 and x2, arrays of one shape.
    """

    name: str
    key: str
    formula: str
    meaning: str
    function: Callable[[Floats, Floats], Floats]


FEATURES = {
    feature.name: feature
    for feature in (
        Feature("x1", "x", "x_1", "left to right: a vertical edge", lambda x1, x2: x1),
        Feature("x2", "y", "x_2", "bottom to top: a horizontal edge", lambda x1, x2: x2),
        Feature("x1^2", "xSquared", "x_1^2", "an upright band", lambda x1, x2: x1 * x1),
        Feature("x2^2", "ySquared", "x_2^2", "a flat band", lambda x1, x2: x2 * x2),
        Feature("x1x2", "xTimesY", "x_1 x_2", "the quadrants", lambda x1, x2: x1 * x2),
        Feature("sin(x1)", "sinX", r"\sin(x_1)", "upright stripes", lambda x1, x2: np.sin(x1)),
        Feature("sin(x2)", "sinY", r"\sin(x_2)", "flat stripes", lambda x1, x2: np.sin(x2)),
    )
}
"""Feature legend, in the order in which the network takes them."""


def features(x: ArrayLike, names: Sequence[str]) -> Floats:
    """Compute the named features of points.

    Parameters
    ----------
    x : array_like, shape (N, 2)
        Columns x1 and x2.
    names : sequence of str
        Keys of `FEATURES`.

    Returns
    -------
    ndarray, shape (N, len(names))
    """
    points = np.asarray(x, dtype=np.float64)
    x1, x2 = points[:, 0], points[:, 1]
    result = np.empty((len(points), len(names)))
    for column, name in enumerate(names):
        result[:, column] = FEATURES[name].function(x1, x2)
    return result


@dataclass(frozen=True)
class Target:
    """When a run may stop: a loss at or below a value, or an accuracy at or above it.

    Attributes
    ----------
    metric : str
        "train_loss", "test_loss", "train_accuracy" or "test_accuracy".
    value : float
        Loss (mean ½(o − t)², without the penalty), or accuracy from 0 to 1.
    """

    metric: str
    value: float

    def __post_init__(self) -> None:
        _one_of("target metric", self.metric, METRICS)
        if not is_number(self.value) or self.value < 0:
            raise ValueError(f"target value: expected a number of 0 or more, got {self.value!r}")
        if self.is_accuracy and self.value > 1:
            raise ValueError(f"target value: an accuracy is at most 1, got {self.value!r}")
        object.__setattr__(self, "value", float(self.value))

    @property
    def is_accuracy(self) -> bool:
        """Whether bigger is better."""
        return self.metric.endswith("accuracy")

    def reached(self, measured: ArrayLike) -> NDArray[np.bool_]:
        """Tell, for each measured value, whether the target is reached (never for NaN)."""
        values = np.asarray(measured, dtype=np.float64)
        return values >= self.value if self.is_accuracy else values <= self.value

    def __str__(self) -> str:
        sign = "≥" if self.is_accuracy else "≤"
        return f"{self.metric.replace('_', ' ')} {sign} {self.value:g}"


def own_points(x: ArrayLike, y: ArrayLike) -> tuple[tuple[float, float, float], ...]:
    """Turn arrays into the form in which a `Config` keeps own data.

    Parameters
    ----------
    x : array_like, shape (N, 2)
    y : array_like, shape (N,)
        Labels from −1 to 1.

    Returns
    -------
    tuple of (x1, x2, label)

    Raises
    ------
    ValueError
        When a shape is wrong.
    """
    points, labels = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != points.shape[:1]:
        raise ValueError(
            f"own data: expected x of shape (N, 2) and y of shape (N,), "
            f"got {points.shape} and {labels.shape}"
        )
    return tuple(zip(*points.T.tolist(), labels.tolist(), strict=True))


@dataclass(frozen=True)
class Config:
    """The whole state of the Playground's controls. Defaults are the original's.

    Attributes
    ----------
    problem : str
        "classification" (output unit tanh) or "regression" (output unit linear).
    dataset, reg_dataset : str
        The data set used for classification, and the one used for regression.
    noise : int
        Per cent, 0 to 50 in steps of 5.
    train_percent : int
        Part of the data to train on, 10 to 90 in steps of 10.
    batch_size : int
        1 to 30.
    features : tuple of str
        Keys of `FEATURES`; kept in the legend's order. May be empty.
    hidden_layers : tuple of int
        Neurons in each hidden layer: 0 to 6 layers of 1 to 8.
    activation : str
        Of every hidden layer.
    layer_activations : tuple of str, optional
        One for each hidden layer, in place of `activation`. Not in the original.
    learning_rate : float
    regularization : str
        "none", "L1" or "L2".
    regularization_rate : float
    seed : str
        Determines data, order and first weights.
    init_zero : bool
        Start with all weights and biases 0.
    show_test_data, discretize : bool
        What is drawn; without influence on the numbers.
    loss_includes_penalty : bool
        Whether `Playground.loss` adds the regularisation term. The original never does.
    target : Target, optional
        When `Playground.run` stops. Not in the original.
    epoch_limit : int, optional
        `Playground.run` never goes beyond this epoch. Not in the original.
    own_data : tuple of (x1, x2, label), optional
        In place of the drawn data; see `own_points`. Labels −1 and 1 for classification, from −1
        to 1 for regression. Not in the original.
    hide_text : bool
    hidden_controls : tuple of str
        Controls and feature keys that a link hides.

    Raises
    ------
    ValueError
        When a value isn't one that the control allows. The message lists those that are.
    TypeError
        When the seed isn't a string.

    Examples
    --------
    >>> Config(dataset="xor", hidden_layers=(4,)).replace(learning_rate=0.1).batch_size
    10
    """

    problem: str = "classification"
    dataset: str = "circle"
    reg_dataset: str = "plane"
    noise: int = 0
    train_percent: int = 50
    batch_size: int = 10
    features: tuple[str, ...] = ("x1", "x2")
    hidden_layers: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    layer_activations: tuple[str, ...] | None = None
    learning_rate: float = 0.03
    regularization: str = "none"
    regularization_rate: float = 0.0
    seed: str = "0.59704"
    init_zero: bool = False
    show_test_data: bool = False
    discretize: bool = False
    loss_includes_penalty: bool = False
    target: Target | None = None
    epoch_limit: int | None = None
    own_data: tuple[tuple[float, float, float], ...] | None = None
    hide_text: bool = False
    hidden_controls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            value = _one_of(name, getattr(self, name), allowed)
            object.__setattr__(self, name, value)
        for name in _SWITCHES:
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise ValueError(f"{name}: expected True or False, got {getattr(self, name)!r}")
            object.__setattr__(self, name, bool(getattr(self, name)))
        if not isinstance(self.seed, str):
            raise TypeError(f"seed: expected a string such as '0.59704', got {self.seed!r}")
        self._check_network()
        self._check_stop()
        known = CONTROLS + tuple(feature.key for feature in FEATURES.values())
        self._set_names("hidden_controls", known)
        if self.own_data is not None:
            object.__setattr__(self, "own_data", self._checked_points())

    def _set_names(self, field: str, known: tuple[str, ...]) -> None:
        """Check a tuple of names and put it into the order of `known`."""
        given = _items(field, getattr(self, field))
        for name in given:
            _one_of(field, name, known)
        object.__setattr__(self, field, tuple(name for name in known if name in given))

    def _check_network(self) -> None:
        self._set_names("features", tuple(FEATURES))
        sizes = _items("hidden_layers", self.hidden_layers)
        if len(sizes) > MAX_LAYERS:
            raise ValueError(f"hidden_layers: expected 0 to {MAX_LAYERS} layers, got {len(sizes)}")
        whole = tuple(
            _one_of(f"hidden_layers[{i}]", size, tuple(range(1, MAX_NEURONS + 1)))
            for i, size in enumerate(sizes)
        )
        object.__setattr__(self, "hidden_layers", whole)
        if self.layer_activations is None:
            return
        names = _items("layer_activations", self.layer_activations)
        if len(names) != len(whole):
            raise ValueError(
                f"layer_activations: expected one for each of the {len(whole)} hidden layers, "
                f"got {len(names)}"
            )
        for i, name in enumerate(names):
            _one_of(f"layer_activations[{i}]", name, ACTIVATIONS + EXTRA_ACTIVATIONS)
        object.__setattr__(self, "layer_activations", tuple(names))

    def _check_stop(self) -> None:
        target: Any = self.target
        if isinstance(target, Mapping):
            # As it comes from JSON.
            object.__setattr__(self, "target", Target(**target))
        elif not isinstance(target, Target | None):
            raise ValueError(f"target: expected a Target or None, got {target!r}")
        if self.target is not None and self.target.is_accuracy and self.problem == "regression":
            raise ValueError("target: regression has no accuracy; stop at a loss instead")
        limit = self.epoch_limit
        if limit is not None and (not is_number(limit) or limit < 1 or limit != int(limit)):
            raise ValueError(f"epoch_limit: expected a whole number from 1 or None, got {limit!r}")
        object.__setattr__(self, "epoch_limit", None if limit is None else int(limit))

    def _checked_points(self) -> tuple[tuple[float, float, float], ...]:
        points = np.array(self.own_data, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 3:
            raise ValueError(f"own_data: expected rows (x1, x2, label), got shape {points.shape}")
        if not np.isfinite(points).all():
            row = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
            raise ValueError(
                f"own_data: row {row} is {points[row].tolist()}, expected finite numbers"
            )
        if self.problem == "classification":
            wrong, expected = ~np.isin(points[:, 2], (-1, 1)), "−1 or 1"
        else:
            wrong, expected = np.abs(points[:, 2]) > 1, "from −1 to 1"
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                f"own_data: row {row} has label {points[row, 2]:g}, expected {expected}"
            )
        train = math.floor(len(points) * self.train_percent / 100)
        if train < self.batch_size or train == len(points):
            raise ValueError(
                f"own_data: {self.train_percent} % of {len(points)} points leaves {train} to train "
                f"on and {len(points) - train} to test on; expected at least one batch of "
                f"{self.batch_size} and one test point"
            )
        return tuple(map(tuple, points.tolist()))

    @property
    def data_name(self) -> str:
        """Name of the data set in use."""
        if self.own_data is not None:
            return "own data"
        return self.dataset if self.problem == "classification" else self.reg_dataset

    @property
    def activations(self) -> tuple[str, ...]:
        """Activation of each layer, the output's last."""
        hidden = self.layer_activations or (self.activation,) * len(self.hidden_layers)
        return (*hidden, "linear" if self.problem == "regression" else "tanh")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of units in each layer: inputs, hidden layers, 1 output."""
        return (len(self.features), *self.hidden_layers, 1)

    def replace(self, **changes: Any) -> Config:
        """Return a copy with some fields changed.

        A per-layer list of activations is dropped when the hidden layers change without it.

        Raises
        ------
        ValueError
            When there is no such field, or a value isn't allowed.
        """
        known = [field.name for field in dataclasses.fields(self)]
        for name in changes:
            _one_of("configuration field", name, known)
        if "hidden_layers" in changes and "layer_activations" not in changes:
            changes["layer_activations"] = None
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain data, ready for JSON."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return plain


_CHOICES: dict[str, tuple[Any, ...]] = {
    "problem": PROBLEMS,
    "dataset": datasets.CLASSIFICATION,
    "reg_dataset": datasets.REGRESSION,
    "noise": NOISES,
    "train_percent": TRAIN_PERCENTS,
    "batch_size": BATCH_SIZES,
    "activation": ACTIVATIONS + EXTRA_ACTIVATIONS,
    "learning_rate": LEARNING_RATES,
    "regularization": REGULARIZATIONS,
    "regularization_rate": REGULARIZATION_RATES,
}
_SWITCHES = ("init_zero", "show_test_data", "discretize", "loss_includes_penalty", "hide_text")


def is_number(value: object) -> bool:
    """Tell whether a value is a finite real number (a bool isn't)."""
    return (
        isinstance(value, int | float | np.integer | np.floating)
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def _one_of(name: str, value: Any, allowed: Sequence[Any]) -> Any:
    """Return the member of `allowed` that equals `value`, or say which ones there are."""
    comparable = isinstance(value, str) or is_number(value)
    if comparable and value in allowed:
        return allowed[allowed.index(value)]
    if isinstance(allowed[0], int) and list(allowed) == list(range(allowed[0], allowed[-1] + 1)):
        choices = f"a whole number from {allowed[0]} to {allowed[-1]}"
    else:
        choices = "one of " + ", ".join(f"{entry}" for entry in allowed)
    raise ValueError(f"{name}: expected {choices}, got {value!r}")


def _items(name: str, value: Any) -> tuple[Any, ...]:
    """Return a sequence as a tuple; a single string or number is no sequence."""
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        raise ValueError(f"{name}: expected a tuple, got {value!r}")
    return tuple(value.tolist()) if isinstance(value, np.ndarray) else tuple(value)
