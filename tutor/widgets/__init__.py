"""Interactive pictures, each usable in one line: `widgets.ActivationExplorer()`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.widgets.activation_explorer import ActivationExplorer
    from tutor.widgets.dead_units import DeadUnits
    from tutor.widgets.depth import Depth
    from tutor.widgets.relu_sum import ReluSum
    from tutor.widgets.saturation import Saturation
    from tutor.widgets.softmax_temperature import SoftmaxTemperature

# Where each widget lives. It loads on first use, so that importing this package costs nothing.
_WIDGETS = {
    "ActivationExplorer": "activation_explorer",
    "DeadUnits": "dead_units",
    "Depth": "depth",
    "ReluSum": "relu_sum",
    "Saturation": "saturation",
    "SoftmaxTemperature": "softmax_temperature",
}

__all__ = [
    "ActivationExplorer",
    "DeadUnits",
    "Depth",
    "ReluSum",
    "Saturation",
    "SoftmaxTemperature",
]


def __getattr__(name: str) -> Any:
    if name not in _WIDGETS:
        raise AttributeError(f"module {__name__!r} has no widget {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WIDGETS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_WIDGETS)
