"""Interactive pictures, each usable in one line: `widgets.ActivationExplorer()`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.widgets.activation_explorer import ActivationExplorer

# Where each widget lives. It loads on first use, so that importing this package costs nothing.
_WIDGETS = {
    "ActivationExplorer": "activation_explorer",
}

__all__ = ["ActivationExplorer"]


def __getattr__(name: str) -> Any:
    if name not in _WIDGETS:
        raise AttributeError(f"module {__name__!r} has no widget {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WIDGETS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_WIDGETS)
