"""Spares what nbgrader imports and hardly ever uses: setuptools, a fifth of the time that it takes.

nbgrader unpacks archives by three functions of setuptools, in two of its commands. Each start of
`grading` would wait for all of setuptools, a tenth of a second.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

__all__ = ["spare_setuptools"]

_MODULE = "setuptools.archive_util"
_FUNCTIONS = ("unpack_archive", "unpack_tarfile", "unpack_zipfile")


class _StandIn(ModuleType):
    """Stands for a module until somebody calls one of its functions or asks for more of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked for by the import system, and answered by no value
            raise AttributeError(name)
        return getattr(_real(), name)


def spare_setuptools() -> None:
    """Have `setuptools.archive_util` imported when it is used; called before nbgrader is imported.

    Nothing is done if it is there already.
    """
    if _MODULE in sys.modules:
        return
    stand_in = _StandIn(_MODULE, "Stands for the real module, which is imported when it is used.")
    for name in _FUNCTIONS:
        setattr(stand_in, name, _later(name))
    sys.modules[_MODULE] = stand_in


def _later(name: str) -> Any:
    """Make a function that imports the real one and calls it."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return getattr(_real(), name)(*args, **kwargs)

    function.__name__ = name
    return function


def _real() -> ModuleType:
    """Import the real module, and take the place of the stand-in away."""
    if isinstance(sys.modules.get(_MODULE), _StandIn):
        del sys.modules[_MODULE]
    return importlib.import_module(_MODULE)
