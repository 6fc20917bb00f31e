"""Looks a thing up by its name, and says what to do when there is none of that name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

__all__ = ["look_up", "nearest", "unknown"]

Thing = TypeVar("Thing")


def look_up(kind: type[Thing], wanted: object, table: Mapping[str, Thing]) -> Thing:
    """Return the entry of a table with this name, or `wanted` itself if it is such a thing already.

    Capitals, spaces and hyphens don't matter: "Leaky ReLU" is leaky_relu.

    Raises
    ------
    ValueError
        If there is none of this name; the message names the nearest, and all.
    TypeError
        If it is neither a name nor of this kind.
    """
    if isinstance(wanted, kind):
        return wanted
    what = kind.__name__
    if not isinstance(wanted, str):
        article = "an" if what[0] in "AEIOU" else "a"
        raise TypeError(f"{what.lower()} must be a name or {article} {what}, not {wanted!r}")
    name = wanted.strip().lower().replace(" ", "_").replace("-", "_")
    if name not in table:
        raise ValueError(unknown(what.lower(), wanted, table))
    return table[name]


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """Word the error for a name that isn't known.

    >>> unknown("gate", "xnor", ("and", "xor"))
    "unknown gate 'xnor': expected one of and, xor. Do you mean xor?"
    """
    names = list(known)
    near = nearest(name, names) if isinstance(name, str) else ""
    return f"unknown {what} {name!r}: expected one of {', '.join(names)}{near and '.' + near}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Ask for the known name that is nearest: " Do you mean relu?", or "" where none is near."""
    near = difflib.get_close_matches(name.lower(), list(known), 1)
    return f" Do you mean {near[0]}?" if near else ""
