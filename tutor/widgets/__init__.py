"""Interactive pictures, each usable in one line: `widgets.ActivationExplorer()`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.widgets.activation_explorer import ActivationExplorer
    from tutor.widgets.capacity import Capacity
    from tutor.widgets.dead_units import DeadUnits
    from tutor.widgets.depth import Depth
    from tutor.widgets.descent import Descent
    from tutor.widgets.gate_space import GateSpace
    from tutor.widgets.graph_stepper import GraphStepper
    from tutor.widgets.live_loss import LiveLoss
    from tutor.widgets.matrix_shapes import MatrixShapes
    from tutor.widgets.neuron_line import NeuronLine
    from tutor.widgets.parameter_counter import ParameterCounter
    from tutor.widgets.playground import Playground
    from tutor.widgets.relu_sum import ReluSum
    from tutor.widgets.saturation import Saturation
    from tutor.widgets.softmax_temperature import SoftmaxTemperature

# Where each widget lives. It loads on first use, so that importing this package costs nothing.
_WIDGETS = {
    "ActivationExplorer": "activation_explorer",
    "Capacity": "capacity",
    "DeadUnits": "dead_units",
    "Depth": "depth",
    "Descent": "descent",
    "GateSpace": "gate_space",
    "GraphStepper": "graph_stepper",
    "LiveLoss": "live_loss",
    "MatrixShapes": "matrix_shapes",
    "NeuronLine": "neuron_line",
    "ParameterCounter": "parameter_counter",
    "Playground": "playground",
    "ReluSum": "relu_sum",
    "Saturation": "saturation",
    "SoftmaxTemperature": "softmax_temperature",
}

__all__ = [
    "ActivationExplorer",
    "Capacity",
    "DeadUnits",
    "Depth",
    "Descent",
    "GateSpace",
    "GraphStepper",
    "LiveLoss",
    "MatrixShapes",
    "NeuronLine",
    "ParameterCounter",
    "Playground",
    "ReluSum",
    "Saturation",
    "SoftmaxTemperature",
]

EXPLORERS = tuple(name for name in __all__ if name not in ("LiveLoss", "Playground"))
"""Widgets of one kind: sliders, a picture, a sentence (`tutor.widgets.explorer.Explorer`)."""


def __getattr__(name: str) -> Any:
    if name not in _WIDGETS:
        raise AttributeError(f"module {__name__!r} has no widget {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WIDGETS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_WIDGETS)
