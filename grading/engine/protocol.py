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

import struct
from typing import Any

from grading.engine.decoding import decode
from grading.engine.encoding import encode
from grading.engine.wire import (
    MAX_NAME,
    NOTHING,
    SORTS,
    Encoded,
    Named,
    NoReferences,
    ProtocolError,
    References,
    clean_name,
)

__all__ = [
    "DEFAULT_MAX_BYTES",
    "HEADER",
    "MAGIC",
    "MAX_NAME",
    "NOTHING",
    "SORTS",
    "Encoded",
    "Named",
    "NoReferences",
    "ProtocolError",
    "References",
    "clean_name",
    "decode_frame",
    "decode_payload",
    "encode_frame",
    "encoded",
    "read_header",
]

MAGIC = b"nbg1"
HEADER = struct.Struct("<4sIQ")
DEFAULT_MAX_BYTES = 64 * 1024 * 1024


def encoded(value: Any, references: References | None = None) -> Encoded:
    """Encode a value that is sent often; it can stand wherever a value can.

    Raises
    ------
    ProtocolError
        As `encode_frame`.
    """
    body, raw, _ = encode(value, references or NoReferences())
    return Encoded(body, b"".join(raw))


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
    body, raw, raw_bytes = encode(value, references or NoReferences())
    if len(body) + raw_bytes > max_bytes:
        raise ProtocolError(f"data of more than {max_bytes // 1024} KiB")
    head = HEADER.pack(MAGIC, len(body), raw_bytes) + body
    return [head, *(piece for piece in raw if len(piece))]


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
    if not 0 <= body_length <= len(view):
        raise ProtocolError("a message ends too early")
    return decode(bytes(view[:body_length]), view[body_length:], references or NoReferences())


def decode_frame(
    data: bytes, references: References | None = None, max_bytes: int = DEFAULT_MAX_BYTES
) -> Any:
    """Decode a whole frame held in memory; see `decode_payload`."""
    body, raw = read_header(bytes(data[: HEADER.size]), max_bytes)
    if len(data) != HEADER.size + body + raw:
        raise ProtocolError("a message of another length than it says")
    return decode_payload(bytearray(data[HEADER.size :]), body, references)
