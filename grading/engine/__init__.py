"""Grade one submission: the student's code in a cage, the tests outside it.

`grade_submission` is all that others need. `Engine` does the same for many submissions, and says
when its warm process ends.

Importing the package costs little: most commands only read keys and notebooks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grading.engine.grade import Settings
    from grading.engine.key import BrokenKeyError
    from grading.engine.service import Engine, grade_submission

__all__ = ["BrokenKeyError", "Engine", "Settings", "grade_submission"]

_HOMES = {
    "BrokenKeyError": "grading.engine.key",
    "Engine": "grading.engine.service",
    "Settings": "grading.engine.grade",
    "grade_submission": "grading.engine.service",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
