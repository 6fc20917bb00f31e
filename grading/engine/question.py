"""What a test asks of a student's function, in words that fit every student."""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grading.engine import protocol


@dataclass(frozen=True)
class Question:
    """Something that a test asks of a student's function, in words that fit every student.

    Attributes
    ----------
    what
        "calls", or a request that takes the function alone.
    name
        Under which the test has fetched the function.
    forbids, cases
        As in `Session.call_many`; empty for other requests.
    """

    what: str
    name: str
    forbids: tuple[str, ...] = ()
    cases: protocol.Encoded = protocol.NOTHING


Exchange = tuple[Question, bytes]
"""A question and the digest of its answer."""

_known_cases: dict[int, tuple[Sequence[Sequence[Any]], protocol.Encoded]] = {}


def know_cases(cases: Sequence[Sequence[Any]]) -> bool:
    """Encode in advance the cases of a test, which are the same objects for every student.

    Say whether that is possible: what belongs to one conversation can't be known.
    """
    given = encoded_cases(cases)
    if isinstance(given, protocol.Encoded):
        _known_cases[id(cases)] = cases, given
        return True
    return False


def known_cases(cases: Sequence[Sequence[Any]]) -> protocol.Encoded | list[tuple[Any, ...]]:
    """Give cases as they can be sent."""
    known = _known_cases.get(id(cases))
    if known is not None and known[0] is cases:
        return known[1]
    return [tuple(args) for args in cases]


def encoded_cases(cases: Sequence[Sequence[Any]]) -> protocol.Encoded | list[tuple[Any, ...]]:
    """Encode cases, unless something in them belongs to one conversation, or can't travel."""
    given = [tuple(args) for args in cases]
    try:
        return protocol.encoded(given, _Public())
    except (protocol.ProtocolError, RecursionError):
        return given


class _Public(protocol.NoReferences):
    """Handles of what belongs to no conversation."""

    def lend(self, value: Any) -> tuple[int, int, str, str] | protocol.Named | int:
        return public_name(value) or super().lend(value)


# What every student's process has imported, and everybody may read.
_PUBLIC = frozenset(("tutor", "numpy", "math"))


def public_name(value: Any) -> protocol.Named | None:
    """Name a function of a library, which the student's process can call by itself.

    Asking for it there spares a message for each call; whoever changes it there fools themselves.
    """
    if type(value) is not types.FunctionType:
        return None
    module, name = value.__module__ or "", value.__qualname__
    if module.partition(".")[0] not in _PUBLIC:
        return None
    found = vars(sys.modules[module]).get(name) if module in sys.modules else None
    return protocol.Named(module, name) if found is value else None
