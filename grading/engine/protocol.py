"""The wire between the examiner and a student's process: plain data in frames, nothing else.

A value is encoded by its exact type into tagged bytes; the contents of arrays follow as one raw
block. What isn't plain data stays where it is and travels as a handle: an id, a sort and the name
of its type. Decoding makes only built-in values, numpy arrays of listed types, and what the
reader's own `References` return for a handle. No pickle, no `eval`, no attribute of a decoded
value is used.

A frame is ``magic (4), body length (u32), raw length (u64), body, raw``, little endian.

`decode_frame` gives a value or raises `ProtocolError` for any bytes whatsoever, and needs memory
in proportion to their number.
"""

from __future__ import annotations

import re
import struct
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn, Protocol

import numpy as np

MAGIC = b"nbg1"
HEADER = struct.Struct("<4sIQ")
MAX_DEPTH = 60
MAX_ITEMS = 2_000_000
_TOO_MANY = f"more than {MAX_ITEMS} items in one message"
MAX_INT_BYTES = 1 << 14
MAX_NAME = 120
MAX_EXPONENT = 5000
DEFAULT_MAX_BYTES = 64 * 1024 * 1024

SORTS = ("function", "class", "iterator", "object")
"""What a handle stands for: the first two can be called, the third can be iterated over."""

_U32 = struct.Struct("<I")
_I64 = struct.Struct("<q")
_F64 = struct.Struct("<d")
_C128 = struct.Struct("<dd")
_SHAPES = [struct.Struct(f"<{ndim}Q") for ndim in range(65)]  # numpy allows 64 dimensions
_ALIGN = 16
_SMALL = 16 * 1024
_DTYPE = re.compile(
    r"[<>|=](b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[US][1-9]\d{0,5}|[mM]8(\[\d{0,6}[a-zA-Z]{1,2}\])?)"
)
_UNSAFE_NAME = re.compile(r"[^\w.<>]")
_DICTS: tuple[type, ...] = (dict, OrderedDict, Counter, defaultdict)


class ProtocolError(Exception):
    """Bytes that are no message, or a value that can't be one."""


class Encoded(NamedTuple):
    """A value that was encoded before; see `encoded`."""

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


# ------------------------------------------------------------------------------------- encoding


class _Encoder:
    def __init__(self, references: References) -> None:
        self.references = references
        self.parts: list[bytes] = []
        self.raw: list[memoryview | bytes] = []
        self.raw_bytes = 0
        self.depth = 0

    def put(self, value: Any) -> None:
        write = _WRITERS.get(type(value))
        if write is not None:
            write(self, value)
        elif issubclass(type(value), np.generic) and _dtype_name(value.dtype):
            self.array(np.asarray(value), scalar=True)
        else:
            self.handle(value)

    def handle(self, value: Any) -> None:
        lent = self.references.lend(value)
        if isinstance(lent, int):
            self.parts.append(b"Y" + _U32.pack(lent))
            return
        if isinstance(lent, Named):
            self.parts.append(b"G")
            self.text(lent.module)
            self.text(lent.name)
            return
        number, sort, type_name, name = lent
        self.parts.append(b"M" + _U32.pack(number) + bytes([sort]))
        self.text(type_name)
        self.text(name)

    def text(self, value: str) -> None:
        encoded = value.encode("utf-8", "surrogatepass")
        self.parts.append(b"s" + _U32.pack(len(encoded)) + encoded)

    def integer(self, value: int) -> None:
        if -(2**63) <= value < 2**63:
            self.parts.append(b"i" + _I64.pack(value))
            return
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise ProtocolError(f"an integer of {value.bit_length()} bits is too large")
        self.parts.append(b"I" + _U32.pack(size) + value.to_bytes(size, "little", signed=True))

    def bytestring(self, value: bytes | bytearray) -> None:
        tag = b"b" if type(value) is bytes else b"B"
        self.parts.append(tag + _U32.pack(len(value)) + bytes(value))

    def sequence(self, value: Sequence[Any]) -> None:
        tag = {list: b"l", tuple: b"t", set: b"S", frozenset: b"Z"}[type(value)]
        if tag == b"l" and len(value) > 8 and self.packed(value):
            return
        self.parts.append(tag + _U32.pack(len(value)))
        self.nested(value)

    def packed(self, value: Sequence[Any]) -> bool:
        """Write a long list of floats in one go."""
        if not all(type(item) is float for item in value):
            return False
        self.parts.append(b"D" + _U32.pack(len(value)) + struct.pack(f"<{len(value)}d", *value))
        return True

    def mapping(self, value: dict[Any, Any]) -> None:
        self.parts.append(b"d" + bytes([_DICTS.index(type(value))]) + _U32.pack(len(value)))
        self.nested([part for item in value.items() for part in item])

    def nested(self, values: Any) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ProtocolError(f"data nested more than {MAX_DEPTH} deep")
        for item in list(values):
            write = _WRITERS.get(type(item))  # as in `put`, without a call for each
            if write is not None:
                write(self, item)
            else:
                self.put(item)
        self.depth -= 1

    def array(self, value: np.ndarray[Any, Any], scalar: bool = False) -> None:
        dtype = _dtype_name(value.dtype)
        if not dtype:
            if value.dtype == object and not scalar:
                self.objects(value)
            else:
                self.handle(value)
            return
        flags = bool(value.flags.writeable) | scalar << 1
        ndim = value.ndim
        shape = _SHAPES[ndim].pack(*value.shape)
        self.parts.append(b"a" + bytes((len(dtype),)) + dtype + bytes((flags, ndim)) + shape)
        pad = -self.raw_bytes % _ALIGN
        self.raw += [b"\0" * pad, _contents(value)]
        self.raw_bytes += pad + value.nbytes

    def again(self, value: Encoded) -> None:
        """Write what was encoded before."""
        self.parts.append(value.body)
        pad = -self.raw_bytes % _ALIGN  # inside of it, places are relative to its start
        self.raw += [b"\0" * pad, value.raw]
        self.raw_bytes += pad + len(value.raw)

    def objects(self, value: np.ndarray[Any, Any]) -> None:
        self.parts.append(b"o" + bytes([value.ndim]))
        self.parts.append(_SHAPES[value.ndim].pack(*value.shape))
        self.nested(value.reshape(-1).tolist())

    def number_text(self, value: Fraction | Decimal) -> None:
        self.parts.append(b"x" if type(value) is Fraction else b"X")
        self.text(str(_of_sane_size(value)))

    def span(self, value: range | slice) -> None:
        self.parts.append(b"r" if type(_of_sane_size(value)) is range else b"L")
        self.nested([value.start, value.stop, value.step])


def _contents(value: np.ndarray[Any, Any]) -> bytes | memoryview:
    """Give the items of an array one after the other; large ones are not copied."""
    if value.nbytes < _SMALL:
        return value.tobytes()
    data = np.ascontiguousarray(value)
    if value.dtype.kind in "mM":
        data = data.view("i8")
    return data.reshape(-1).view("u1").data


def _constant(tag: bytes) -> Callable[[_Encoder, Any], None]:
    return lambda encoder, value: encoder.parts.append(tag)


_WRITERS: dict[type, Callable[[_Encoder, Any], None]] = {
    type(None): _constant(b"N"),
    type(...): _constant(b"e"),
    bool: lambda encoder, value: encoder.parts.append(b"T" if value else b"F"),
    int: _Encoder.integer,
    float: lambda encoder, value: encoder.parts.append(b"f" + _F64.pack(value)),
    complex: lambda encoder, value: encoder.parts.append(b"c" + _C128.pack(value.real, value.imag)),
    str: _Encoder.text,
    bytes: _Encoder.bytestring,
    bytearray: _Encoder.bytestring,
    list: _Encoder.sequence,
    tuple: _Encoder.sequence,
    set: _Encoder.sequence,
    frozenset: _Encoder.sequence,
    **dict.fromkeys(_DICTS, _Encoder.mapping),
    np.ndarray: _Encoder.array,
    Fraction: _Encoder.number_text,
    Decimal: _Encoder.number_text,
    range: _Encoder.span,
    slice: _Encoder.span,
    Encoded: _Encoder.again,
}


@lru_cache(maxsize=256)
def _dtype_name(dtype: np.dtype[Any]) -> bytes:
    """Give the name of a type that can travel, or nothing."""
    plain = _DTYPE.fullmatch(dtype.str) is not None and dtype.itemsize > 0
    return dtype.str.encode("ascii") if plain else b""


@lru_cache(maxsize=256)
def _dtype(name: bytes) -> np.dtype[Any]:
    if not _DTYPE.fullmatch(name.decode("ascii")):
        raise ProtocolError("an array of a type that can't travel")
    return np.dtype(name.decode("ascii"))


def encoded(value: Any, references: References | None = None) -> Encoded:
    """Encode a value that is sent often; it can stand wherever a value can.

    Raises
    ------
    ProtocolError
        As `encode_frame`.
    """
    encoder = _Encoder(references or NoReferences())
    encoder.put(value)
    return Encoded(b"".join(encoder.parts), b"".join(encoder.raw))


def encode_frame(
    value: Any, references: References | None = None, max_bytes: int = DEFAULT_MAX_BYTES
) -> list[bytes | memoryview]:
    """Encode one value as a frame.

    Parameters
    ----------
    value
        Plain data; what isn't plain goes through `references`.
    references
        Makes handles; without it only plain data can be encoded.
    max_bytes
        Cap on the frame.

    Returns
    -------
    list of bytes-like
        Pieces to be sent one after the other.

    Raises
    ------
    ProtocolError
        If the value is too large, nested too deep, or refused by `references`.
    """
    encoder = _Encoder(references or NoReferences())
    encoder.put(value)
    body = b"".join(encoder.parts)
    if len(body) + encoder.raw_bytes > max_bytes:
        raise ProtocolError(f"data of more than {max_bytes // 1024} KiB")
    head = HEADER.pack(MAGIC, len(body), encoder.raw_bytes) + body
    return [head, *(piece for piece in encoder.raw if len(piece))]


# ------------------------------------------------------------------------------------- decoding


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
        value: int = _I64.unpack_from(self.body, place)[0]  # struct.error where the message ends
        return value

    def float_of_8(self) -> float:
        place = self.place
        self.place = place + 8
        value: float = _F64.unpack_from(self.body, place)[0]
        return value

    def u32(self) -> int:
        place = self.place
        self.place = place + 4
        size: int = _U32.unpack_from(self.body, place)[0]
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
        end = start + _U32.unpack_from(self.body, self.place)[0]
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
        if sort >= len(_DICTS):
            raise ProtocolError("an unknown mapping")
        number = self.u32()
        values = self.many(2 * number)
        for key in values[::2]:
            _check_hashable(key)
        pairs = zip(values[::2], values[1::2], strict=True)
        made: dict[Any, Any] = _DICTS[sort]()
        for key, value in pairs:
            made[key] = value
        return made

    def shape(self, ndim: int) -> tuple[int, ...]:
        if ndim > 32:
            raise ProtocolError("an array of too many dimensions")
        place = self.place
        self.place = place + 8 * ndim
        return _SHAPES[ndim].unpack_from(self.body, place)

    def array(self) -> Any:
        dtype = _dtype(self.take(self.byte()))
        flags, ndim = self.byte(), self.byte()
        shape = self.shape(ndim)
        size = dtype.itemsize
        for length in shape:
            size *= length
        start = self.raw_place + -self.raw_place % _ALIGN
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
        value: Decimal = _of_sane_size(Decimal(text))
        return value

    def span(self, make: type) -> Any:
        start, stop, step = self.many(3)
        if make is range and not all(type(part) is int for part in (start, stop, step)):
            raise ProtocolError("a range of something else than integers")
        return _of_sane_size(make(start, stop, step))

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
    "c": lambda decoder: complex(*_C128.unpack(decoder.take(16))),
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


def _of_sane_size(value: Any) -> Any:
    """Refuse what is short to write and endless to work with: a test could not be interrupted."""
    if type(value) is range and abs((value.stop - value.start) // value.step) > MAX_ITEMS:
        raise ProtocolError(f"a range of more than {MAX_ITEMS} numbers")
    if type(value) is Decimal and value.is_finite() and abs(value.adjusted()) > MAX_EXPONENT:
        raise ProtocolError(f"a decimal with an exponent of more than {MAX_EXPONENT}")
    return value


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


def read_header(header: bytes, max_bytes: int = DEFAULT_MAX_BYTES) -> tuple[int, int]:
    """Check a frame's header.

    Returns
    -------
    tuple of int
        Lengths of the body and of the raw block, in bytes.

    Raises
    ------
    ProtocolError
        If it is no header or announces more than `max_bytes`.
    """
    if len(header) != HEADER.size:
        raise ProtocolError("a header ends too early")
    magic, body, raw = HEADER.unpack(header)
    if magic != MAGIC:
        raise ProtocolError("not a message")
    if body + raw > max_bytes:
        raise ProtocolError(f"a message of {body + raw} bytes; at most {max_bytes} are allowed")
    return body, raw


def decode_payload(
    payload: bytearray, body_length: int, references: References | None = None
) -> Any:
    """Decode what follows a header: the body and the raw block.

    Raises
    ------
    ProtocolError
        For anything that `encode_frame` would not have written.
    """
    view = memoryview(payload)
    body = bytes(view[:body_length])
    decoder = _Decoder(body, view[body_length:], references or NoReferences())
    try:
        value = decoder.get()
    except ProtocolError:
        raise
    except (struct.error, IndexError):
        raise ProtocolError("a message ends too early") from None
    except (ValueError, TypeError, OverflowError, ArithmeticError, RecursionError) as error:
        raise ProtocolError(f"a malformed message ({type(error).__name__})") from None
    if decoder.place != body_length or decoder.raw_place != len(view) - body_length:
        raise ProtocolError("a message with something behind it")
    return value


def decode_frame(
    data: bytes, references: References | None = None, max_bytes: int = DEFAULT_MAX_BYTES
) -> Any:
    """Decode a whole frame held in memory; see `decode_payload`."""
    body, raw = read_header(bytes(data[: HEADER.size]), max_bytes)
    if len(data) != HEADER.size + body + raw:
        raise ProtocolError("a message of another length than it says")
    return decode_payload(bytearray(data[HEADER.size :]), body, references)
