"""Write a value as tagged bytes, with the contents of arrays behind."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from grading.engine.wire import (
    ALIGN,
    C128,
    DICTS,
    F64,
    I64,
    MAX_DEPTH,
    MAX_INT_BYTES,
    SHAPES,
    U32,
    Encoded,
    Named,
    ProtocolError,
    References,
    dtype_name,
    of_sane_size,
)

_SMALL = 16 * 1024


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
        elif issubclass(type(value), np.generic) and dtype_name(value.dtype):
            self.array(np.asarray(value), scalar=True)
        else:
            self.handle(value)

    def handle(self, value: Any) -> None:
        lent = self.references.lend(value)
        if isinstance(lent, int):
            self.parts.append(b"Y" + U32.pack(lent))
            return
        if isinstance(lent, Named):
            self.parts.append(b"G")
            self.text(lent.module)
            self.text(lent.name)
            return
        number, sort, type_name, name = lent
        self.parts.append(b"M" + U32.pack(number) + bytes([sort]))
        self.text(type_name)
        self.text(name)

    def text(self, value: str) -> None:
        encoded = value.encode("utf-8", "surrogatepass")
        self.parts.append(b"s" + U32.pack(len(encoded)) + encoded)

    def integer(self, value: int) -> None:
        if -(2**63) <= value < 2**63:
            self.parts.append(b"i" + I64.pack(value))
            return
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise ProtocolError(f"an integer of {value.bit_length()} bits is too large")
        self.parts.append(b"I" + U32.pack(size) + value.to_bytes(size, "little", signed=True))

    def bytestring(self, value: bytes | bytearray) -> None:
        tag = b"b" if type(value) is bytes else b"B"
        self.parts.append(tag + U32.pack(len(value)) + bytes(value))

    def sequence(self, value: Sequence[Any]) -> None:
        tag = {list: b"l", tuple: b"t", set: b"S", frozenset: b"Z"}[type(value)]
        if tag == b"l" and len(value) > 8 and self.packed(value):
            return
        self.parts.append(tag + U32.pack(len(value)))
        self.nested(value)

    def packed(self, value: Sequence[Any]) -> bool:
        """Write a long list of floats in one go."""
        if not all(type(item) is float for item in value):
            return False
        self.parts.append(b"D" + U32.pack(len(value)) + struct.pack(f"<{len(value)}d", *value))
        return True

    def mapping(self, value: dict[Any, Any]) -> None:
        self.parts.append(b"d" + bytes([DICTS.index(type(value))]) + U32.pack(len(value)))
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
        dtype = dtype_name(value.dtype)
        if not dtype:
            if value.dtype == object and not scalar:
                self.objects(value)
            else:
                self.handle(value)
            return
        flags = bool(value.flags.writeable) | scalar << 1
        ndim = value.ndim
        shape = SHAPES[ndim].pack(*value.shape)
        self.parts.append(b"a" + bytes((len(dtype),)) + dtype + bytes((flags, ndim)) + shape)
        pad = -self.raw_bytes % ALIGN
        self.raw += [b"\0" * pad, _contents(value)]
        self.raw_bytes += pad + value.nbytes

    def again(self, value: Encoded) -> None:
        """Write what was encoded before."""
        self.parts.append(value.body)
        pad = -self.raw_bytes % ALIGN  # inside of it, places are relative to its start
        self.raw += [b"\0" * pad, value.raw]
        self.raw_bytes += pad + len(value.raw)

    def objects(self, value: np.ndarray[Any, Any]) -> None:
        self.parts.append(b"o" + bytes([value.ndim]))
        self.parts.append(SHAPES[value.ndim].pack(*value.shape))
        self.nested(value.reshape(-1).tolist())

    def number_text(self, value: Fraction | Decimal) -> None:
        self.parts.append(b"x" if type(value) is Fraction else b"X")
        self.text(str(of_sane_size(value)))

    def span(self, value: range | slice) -> None:
        self.parts.append(b"r" if type(of_sane_size(value)) is range else b"L")
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
    float: lambda encoder, value: encoder.parts.append(b"f" + F64.pack(value)),
    complex: lambda encoder, value: encoder.parts.append(b"c" + C128.pack(value.real, value.imag)),
    str: _Encoder.text,
    bytes: _Encoder.bytestring,
    bytearray: _Encoder.bytestring,
    list: _Encoder.sequence,
    tuple: _Encoder.sequence,
    set: _Encoder.sequence,
    frozenset: _Encoder.sequence,
    **dict.fromkeys(DICTS, _Encoder.mapping),
    np.ndarray: _Encoder.array,
    Fraction: _Encoder.number_text,
    Decimal: _Encoder.number_text,
    range: _Encoder.span,
    slice: _Encoder.span,
    Encoded: _Encoder.again,
}


def encode(value: Any, references: References) -> tuple[bytes, list[memoryview | bytes], int]:
    """Encode a value.

    Returns
    -------
    tuple
        The tagged bytes, the pieces of the raw block, and its length in bytes.

    Raises
    ------
    ProtocolError
        If the value is nested too deep, or refused by `references`.
    """
    encoder = _Encoder(references)
    encoder.put(value)
    return b"".join(encoder.parts), encoder.raw, encoder.raw_bytes
