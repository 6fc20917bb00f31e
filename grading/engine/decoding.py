"""Read a value from tagged bytes, whatever they are."""

from __future__ import annotations

import re
import struct
import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np

from grading.engine.wire import (
    ALIGN,
    C128,
    DICTS,
    F64,
    I64,
    MAX_DEPTH,
    MAX_INT_BYTES,
    MAX_ITEMS,
    SHAPES,
    SORTS,
    U32,
    ProtocolError,
    References,
    clean_name,
    dtype_of,
    of_sane_size,
)

_TOO_MANY = f"more than {MAX_ITEMS} items in one message"


@dataclass
class _Decoder:
    body: bytes
    raw: memoryview
    references: References
    place: int = 0
    raw_place: int = 0
    items: int = 0
    depth: int = 0

    def take(self, count: int) -> bytes:
        end = self.place + count
        if end > len(self.body):
            raise ProtocolError("a message ends too early")
        piece = self.body[self.place : end]
        self.place = end
        return piece

    def integer_of_8(self) -> int:
        place = self.place
        self.place = place + 8
        value: int = I64.unpack_from(self.body, place)[0]  # struct.error where the message ends
        return value

    def float_of_8(self) -> float:
        place = self.place
        self.place = place + 8
        value: float = F64.unpack_from(self.body, place)[0]
        return value

    def u32(self) -> int:
        place = self.place
        self.place = place + 4
        size: int = U32.unpack_from(self.body, place)[0]
        return size

    def byte(self) -> int:
        place = self.place
        self.place = place + 1
        return self.body[place]  # IndexError where the message ends

    def get(self) -> Any:
        self.count(1)
        place = self.place
        self.place = place + 1
        return _READERS[self.body[place]](self)

    def count(self, number: int) -> None:
        self.items += number
        if self.items > MAX_ITEMS:
            raise ProtocolError(_TOO_MANY)

    def many(self, number: int) -> list[Any]:
        """Read `number` values one level deeper."""
        body = self.body
        if number > len(body) - self.place:  # each takes one byte at least
            raise ProtocolError("a message ends too early")
        self.count(number)
        self.depth += 1
        if self.depth > MAX_DEPTH + 1:
            raise ProtocolError(f"data nested more than {MAX_DEPTH} deep")
        values = []
        for _ in range(number):
            place = self.place
            self.place = place + 1
            values.append(_READERS[body[place]](self))
        self.depth -= 1
        return values

    def hashables(self, number: int) -> list[Any]:
        values = self.many(number)
        for value in values:
            _check_hashable(value)
        return values

    def text(self) -> str:
        if self.byte() != ord("s"):
            raise ProtocolError("text expected")
        return self.string()

    def string(self) -> str:
        start = self.place + 4
        end = start + U32.unpack_from(self.body, self.place)[0]
        if end > len(self.body):
            raise ProtocolError("a message ends too early")
        self.place = end
        return self.body[start:end].decode("utf-8", "surrogatepass")

    def integer(self) -> int:
        size = self.u32()
        if size > MAX_INT_BYTES:
            raise ProtocolError("an integer is too large")
        return int.from_bytes(self.take(size), "little", signed=True)

    def packed(self) -> list[float]:
        number = self.u32()
        data = self.take(8 * number)
        self.count(number)
        return list(struct.unpack(f"<{number}d", data))

    def mapping(self) -> dict[Any, Any]:
        sort = self.byte()
        if sort >= len(DICTS):
            raise ProtocolError("an unknown mapping")
        number = self.u32()
        values = self.many(2 * number)
        for key in values[::2]:
            _check_hashable(key)
        pairs = zip(values[::2], values[1::2], strict=True)
        made: dict[Any, Any] = DICTS[sort]()
        for key, value in pairs:
            made[key] = value
        return made

    def shape(self, ndim: int) -> tuple[int, ...]:
        if ndim > 32:
            raise ProtocolError("an array of too many dimensions")
        place = self.place
        self.place = place + 8 * ndim
        return SHAPES[ndim].unpack_from(self.body, place)

    def array(self) -> Any:
        dtype = dtype_of(self.take(self.byte()))
        flags, ndim = self.byte(), self.byte()
        shape = self.shape(ndim)
        size = dtype.itemsize
        for length in shape:
            size *= length
        start = self.raw_place + -self.raw_place % ALIGN
        if size > len(self.raw) - start:
            raise ProtocolError("an array is longer than its data")
        if not size and any(length > 2**31 for length in shape):
            raise ProtocolError("an array of an impossible shape")
        self.raw_place = start + size
        value = np.ndarray(shape, dtype, self.raw, start)
        if dtype.kind in ("b", "U"):
            value = _checked(value)
        if flags & 2:
            if ndim:
                raise ProtocolError("a scalar with dimensions")
            return value[()]
        if not flags & 1:
            value.flags.writeable = False
        return value

    def objects(self) -> np.ndarray[Any, Any]:
        shape = self.shape(self.byte())
        size = 1
        for length in shape:
            size *= length
        values = self.many(size)
        if not size and any(length > 2**31 for length in shape):
            raise ProtocolError("an array of an impossible shape")
        array = np.empty(size, dtype=object)
        for place, value in enumerate(values):
            array[place] = value
        return array.reshape(shape)

    def fraction(self) -> Fraction:
        text = self.text()
        if len(text) > 2000 or not re.fullmatch(r"-?\d+(/\d+)?", text):
            raise ProtocolError("not a fraction")
        return Fraction(text)

    def decimal(self) -> Decimal:
        text = self.text()
        if len(text) > 2000:
            raise ProtocolError("a decimal is too long")
        value: Decimal = of_sane_size(Decimal(text))
        return value

    def span(self, make: type) -> Any:
        start, stop, step = self.many(3)
        if make is range and not all(type(part) is int for part in (start, stop, step)):
            raise ProtocolError("a range of something else than integers")
        return of_sane_size(make(start, stop, step))

    def borrowed(self) -> Any:
        number, sort = self.u32(), self.byte()
        if sort >= len(SORTS):
            raise ProtocolError("an unknown sort of handle")
        type_name, name = clean_name(self.text()), clean_name(self.text())
        return self.references.borrow(number, SORTS[sort], type_name, name)


def _refuse(decoder: _Decoder) -> NoReturn:
    raise ProtocolError("an unknown tag")


_READERS: list[Callable[[_Decoder], Any]] = [_refuse] * 256
for _tag, _reader in {
    "N": lambda decoder: None,
    "e": lambda decoder: ...,
    "T": lambda decoder: True,
    "F": lambda decoder: False,
    "i": _Decoder.integer_of_8,
    "I": _Decoder.integer,
    "f": _Decoder.float_of_8,
    "c": lambda decoder: complex(*C128.unpack(decoder.take(16))),
    "s": _Decoder.string,
    "b": lambda decoder: decoder.take(decoder.u32()),
    "B": lambda decoder: bytearray(decoder.take(decoder.u32())),
    "l": lambda decoder: decoder.many(decoder.u32()),
    "t": lambda decoder: tuple(decoder.many(decoder.u32())),
    "S": lambda decoder: set(decoder.hashables(decoder.u32())),
    "Z": lambda decoder: frozenset(decoder.hashables(decoder.u32())),
    "D": _Decoder.packed,
    "d": _Decoder.mapping,
    "a": _Decoder.array,
    "o": _Decoder.objects,
    "x": _Decoder.fraction,
    "X": _Decoder.decimal,
    "r": lambda decoder: decoder.span(range),
    "L": lambda decoder: decoder.span(slice),
    "M": _Decoder.borrowed,
    "Y": lambda decoder: decoder.references.own(decoder.u32()),
    "G": lambda decoder: decoder.references.named(decoder.text(), decoder.text()),
}.items():
    _READERS[ord(_tag)] = _reader


def _check_hashable(value: Any) -> None:
    if isinstance(value, tuple):
        for item in value:
            _check_hashable(item)
    elif not isinstance(value, Hashable):
        raise ProtocolError(f"a {type(value).__name__} can't be a key")


def _checked(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Refuse or repair contents that numpy itself would never make."""
    if value.dtype.kind == "b":
        # A truth value of 2 equals nothing and passes `all`.
        truth: np.ndarray[Any, Any] = np.not_equal(value.view("u1"), 0)
        return np.asarray(truth)
    if value.dtype.kind == "U" and value.size:
        points = (
            np.ascontiguousarray(value).reshape(-1).view(value.dtype.byteorder.strip("|=") + "u4")
        )
        if points.max() > sys.maxunicode:
            raise ProtocolError("text that is not Unicode")
    return value


def decode(body: bytes, raw: memoryview, references: References) -> Any:
    """Decode tagged bytes and the raw block behind them.

    Raises
    ------
    ProtocolError
        For anything that `encoding.encode` would not have written.
    """
    decoder = _Decoder(body, raw, references)
    try:
        value = decoder.get()
    except ProtocolError:
        raise
    except (struct.error, IndexError):
        raise ProtocolError("a message ends too early") from None
    except (ValueError, TypeError, OverflowError, ArithmeticError, RecursionError) as error:
        raise ProtocolError(f"a malformed message ({type(error).__name__})") from None
    if decoder.place != len(body) or decoder.raw_place != len(raw):
        raise ProtocolError("a message with something behind it")
    return value
