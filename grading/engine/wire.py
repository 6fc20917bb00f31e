"""What both ends of the wire know: its bounds, what stands for what isn't plain data, and types."""

from __future__ import annotations

import re
import struct
from collections import Counter, OrderedDict, defaultdict
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np

MAX_DEPTH = 60
MAX_ITEMS = 2_000_000
MAX_INT_BYTES = 1 << 14
MAX_NAME = 120
MAX_EXPONENT = 5000

SORTS = ("function", "class", "iterator", "object")
"""What a handle stands for: the first two can be called, the third can be iterated over."""

U32 = struct.Struct("<I")
I64 = struct.Struct("<q")
F64 = struct.Struct("<d")
C128 = struct.Struct("<dd")
SHAPES = [struct.Struct(f"<{ndim}Q") for ndim in range(65)]  # numpy allows 64 dimensions
ALIGN = 16
_DTYPE = re.compile(
    r"[<>|=](b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[US][1-9]\d{0,5}|[mM]8(\[\d{0,6}[a-zA-Z]{1,2}\])?)"
)
_UNSAFE_NAME = re.compile(r"[^\w.<>]")
DICTS: tuple[type, ...] = (dict, OrderedDict, Counter, defaultdict)


class ProtocolError(Exception):
    """Bytes that are no message, or a value that can't be one."""


class Encoded(NamedTuple):
    """A value that was encoded before; see `protocol.encoded`."""

    body: bytes
    raw: bytes


NOTHING = Encoded(b"", b"")
"""Stands where there is nothing to encode."""


class Named(NamedTuple):
    """Something that both sides have imported, by module and name."""

    module: str
    name: str


class References(Protocol):
    """Where handles are made and looked up; each side of the wire has its own."""

    def lend(self, value: Any) -> tuple[int, int, str, str] | Named | int:
        """Say how a value that is no plain data travels.

        Returns ``(id, index into SORTS, type name, own name)`` for an object of this side, the id
        alone for one that came from the other side, or the name of what the other side has too.
        Raises `ProtocolError` to refuse.
        """

    def named(self, module: str, name: str) -> Any:
        """Give what has this name; raise `ProtocolError` to refuse."""

    def borrow(self, number: int, sort: str, type_name: str, name: str) -> Any:
        """Give what stands for an object of the other side."""

    def own(self, number: int) -> Any:
        """Give back an object of this side; raise `ProtocolError` if there is none."""


class NoReferences:
    """For plain data only."""

    def lend(self, value: Any) -> tuple[int, int, str, str] | Named | int:
        """Refuse."""
        raise ProtocolError(f"a {type(value).__name__} can't travel between the two processes")

    def named(self, module: str, name: str) -> Any:
        """Refuse."""
        raise ProtocolError("a name where only plain data is expected")

    def borrow(self, number: int, sort: str, type_name: str, name: str) -> Any:
        """Refuse."""
        raise ProtocolError("a handle where only plain data is expected")

    def own(self, number: int) -> Any:
        """Refuse."""
        raise ProtocolError("a handle where only plain data is expected")


def clean_name(name: object) -> str:
    """Reduce the name of a type or function to letters, digits and dots, capped."""
    if type(name) is not str:
        return ""
    if len(name) > MAX_NAME:  # a student chooses it: what is long is not remembered
        return _UNSAFE_NAME.sub("", name)[:MAX_NAME]
    return _clean(name)


@lru_cache(maxsize=1000)
def _clean(name: str) -> str:
    return _UNSAFE_NAME.sub("", name)


@lru_cache(maxsize=256)
def dtype_name(dtype: np.dtype[Any]) -> bytes:
    """Give the name of a type that can travel, or nothing."""
    plain = _DTYPE.fullmatch(dtype.str) is not None and dtype.itemsize > 0
    return dtype.str.encode("ascii") if plain else b""


@lru_cache(maxsize=256)
def dtype_of(name: bytes) -> np.dtype[Any]:
    """Give the type of an array that came; raise `ProtocolError` for one that can't travel."""
    if not _DTYPE.fullmatch(name.decode("ascii")):
        raise ProtocolError("an array of a type that can't travel")
    return np.dtype(name.decode("ascii"))


def of_sane_size(value: Any) -> Any:
    """Refuse what is short to write and endless to work with: a test could not be interrupted."""
    if type(value) is range and abs((value.stop - value.start) // value.step) > MAX_ITEMS:
        raise ProtocolError(f"a range of more than {MAX_ITEMS} numbers")
    if type(value) is Decimal and value.is_finite() and abs(value.adjusted()) > MAX_EXPONENT:
        raise ProtocolError(f"a decimal with an exponent of more than {MAX_EXPONENT}")
    return value
