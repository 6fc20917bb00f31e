"""What the course's notebooks import: mathematics, checks, plots and widgets.

Importing `tutor` costs little: its modules, matplotlib and ipywidgets load when they are used.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import a module of the package when it is first asked for, as in ``tutor.progress()``."""
    if name.startswith("_") or find_spec(f"tutor.{name}") is None:
        raise AttributeError(f"tutor has nothing called {name!r}")
    return import_module(f"tutor.{name}")
