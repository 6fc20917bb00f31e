"""Is there anything to check yet? If not, say so kindly."""

from __future__ import annotations

import dis
from types import CodeType
from typing import Any

from tutor.check.calling import Missing
from tutor.check.compare import kind_of
from tutor.check.result import Line


def not_started(name: str, why: str) -> Line:
    """Say kindly that there is nothing to check yet."""
    return Line("not started", f"`{name}` {why}", mistake="general/not_started")


def missing_function(student: Any, name: str) -> Line | None:
    """Say what is in the place of a function, if it isn't one."""
    if isinstance(student, Missing):
        return not_started(
            name, "isn't there yet. Write its cell, run it, then run this one again."
        )
    if student is None or student is Ellipsis:
        return not_started(name, "is still empty.")
    if not callable(student):
        return Line(
            "wrong",
            f"`{name}` is {kind_of(student, known_only=True)}, not a function.",
            f"Has a later cell given the name to something else? Run the `def {name}` cell again.",
            "general/not_a_function",
        )
    return None


# What Python makes of a body that is `...`, `pass` or a docstring: it returns a constant.
_NOTHING = {
    *("RESUME", "NOP", "RETURN_CONST", "RETURN_VALUE"),
    *("LOAD_CONST", "LOAD_CONST_IMMORTAL", "LOAD_COMMON_CONSTANT"),  # the last from Python 3.15 on
}


def has_empty_body(student: Any) -> bool:
    """Say whether a function does nothing at all: its body is `...`, `pass` or a docstring.

    What stands for a function of another process has a method `has_empty_body` that asks there.
    """
    elsewhere = getattr(student, "has_empty_body", None)
    if elsewhere is not None:
        return elsewhere() is True
    code = getattr(student, "__code__", None)
    if not isinstance(code, CodeType):
        return False
    return {step.opname for step in dis.get_instructions(code)} <= _NOTHING
