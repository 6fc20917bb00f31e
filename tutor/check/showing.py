"""How a line of a result writes the inputs that were tried."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.check.compare import number, type_name
from tutor.mistakes.records import Exercise

# How much of its inputs a line of a result shows as numbers.
_MOST_ENTRIES = 12
_LONGEST_CALL = 160
_LONGEST_LIST = 50
_LONGEST_ROW = 25


def argument_names(exercise: Exercise) -> list[str]:
    """Give the names of an exercise's arguments, without defaults, as its signature has them."""
    inside = exercise.signature.partition("(")[2].rstrip(")").split(",")
    return [part.partition("=")[0].strip() for part in inside]


def shown(exercise: Exercise, args: Sequence[Any]) -> str:
    """Write the arguments; large ones by their names in the task, "X of shape (5, 2)"."""
    names = argument_names(exercise)
    texts = [show(arg) for arg in args]
    if sum(map(len, texts)) > _LONGEST_CALL:
        texts = [show(arg, matrices=False) for arg in args]
    if len(names) == len(args) and all(names):
        texts = [
            re.sub(r"^(array(?= of shape)|list(?= of \d+ arrays))", name, text)
            for name, text in zip(names, texts, strict=True)
        ]
    return ", ".join(texts)


def show(value: Any, *, matrices: bool = True) -> str:
    """Write an argument as briefly as a line of a table allows.

    A small array is written out. Without `matrices`, in a call that would be too long, one with two
    or more axes isn't, nor a row of numbers with many digits.
    """
    if isinstance(value, np.ndarray):
        most = _MOST_ENTRIES if value.ndim == 1 or matrices else 0
        text = _entries(value) if 0 < value.size <= most else ""
        fits = text and (matrices or len(text) <= _LONGEST_ROW)
        return text if fits else f"array of shape {value.shape}"
    if isinstance(value, bool | int | float | np.generic):
        return number(value)
    if callable(value):
        return str(getattr(value, "__name__", "function")).replace("<lambda>", "f").lstrip("_")
    if isinstance(value, list) and any(isinstance(item, np.ndarray) for item in value):
        text = "[" + ", ".join(show(item, matrices=matrices) for item in value) + "]"
        return text if len(text) <= _LONGEST_LIST else f"list of {len(value)} arrays"
    text = repr(value) if isinstance(value, str | list | tuple | dict | set) else type_name(value)
    return text if len(text) <= 40 else f"{type_name(value)} of length {len(value)}"


def _entries(value: Any) -> str:
    """Write an array's numbers, row by row in square brackets."""
    if np.ndim(value) == 0:
        return number(value)
    return "[" + ", ".join(_entries(part) for part in value) + "]"
