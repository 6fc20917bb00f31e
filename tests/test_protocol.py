"""The wire protocol: what it carries, and that no bytes whatsoever can do harm."""

from __future__ import annotations

import contextlib
import struct
from collections import Counter, OrderedDict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from grading.engine import decoding, protocol
from grading.engine.protocol import ProtocolError, decode_frame, encode_frame


def wire(value: Any, **options: Any) -> bytes:
    return b"".join(bytes(piece) for piece in encode_frame(value, **options))


def same(a: Any, b: Any) -> bool:
    """Compare values with their types; NaN equals itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    return repr(a) == repr(b)


VALUES = [
    None,
    True,
    False,
    ...,
    0,
    -1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**300,
    0.1,
    -0.0,
    float("nan"),
    float("-inf"),
    1 + 2j,
    "",
    "é€😀",
    "\ud800",
    b"",
    b"\0\xff",
    bytearray(b"x"),
    [],
    (),
    {},
    set(),
    frozenset({1}),
    [1, [2, (3, {"a": {4}})]],
    {1: 2, "a": None, (1, 2): []},
    OrderedDict(b=1, a=2),
    Counter("aab"),
    range(0, 10, 3),
    slice(1, None, 2),
    Fraction(-1, 3),
    Decimal("1.50"),
    [0.5] * 20,
    [1.0, 2] * 10,
    np.float64(0.1),
    np.float32(0.1),
    np.int8(-3),
    np.bool_(True),
    np.str_("x"),
    np.complex64(1j),
    np.datetime64("2020-01-01"),
    np.arange(6.0).reshape(2, 3),
    np.zeros((0, 3)),
    np.array(5),
    np.array(["a", "bcd"]),
    np.array([True, False]),
    np.array([1, 2], ">i4"),
    np.array([b"x"]),
    np.arange(10)[::-2],
    np.eye(3).T,
    np.array([None, [1]], dtype=object),
    np.array(["2020"], "M8[D]"),
    np.float16(1),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: f"{type(v).__name__}-{v!r}"[:40])
def test_value_comes_back_as_it_was(value: Any) -> None:
    back = decode_frame(wire(value))
    if isinstance(value, np.ndarray) and value.dtype == object:
        assert back.tolist() == value.tolist()
    else:
        assert same(back, value)


def test_arrays_keep_whether_they_can_be_written() -> None:
    array = np.arange(3.0)
    assert decode_frame(wire(array)).flags.writeable
    array.flags.writeable = False
    assert not decode_frame(wire(array)).flags.writeable


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.text()
    | st.binary()
    | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=5)
    ),
    max_leaves=20,
)


@pytest.mark.slow
@given(PLAIN)
def test_any_plain_data_comes_back(value: Any) -> None:
    assert same(decode_frame(wire(value)), value)


@pytest.mark.slow
@given(nps.arrays(nps.scalar_dtypes(), nps.array_shapes(min_dims=0, max_dims=4, min_side=0)))
def test_any_array_comes_back(array: np.ndarray) -> None:
    if array.dtype.itemsize == 0:
        return
    assert same(decode_frame(wire(array)), array)


class Anything:
    """References that make something of every handle."""

    def lend(self, value: Any) -> tuple[int, int, str, str] | int:
        return 7, 0, type(value).__name__, "name"

    def borrow(self, number: int, sort: str, type_name: str, name: str) -> Any:
        return (number, sort, type_name, name)

    def named(self, module, name):
        return None

    def own(self, number: int) -> Any:
        raise ProtocolError("none")


def harmless(data: bytes) -> None:
    """Decode bytes: a value or a ProtocolError, and nothing else."""
    with contextlib.suppress(ProtocolError):
        decode_frame(data, Anything(), max_bytes=1 << 20)


@pytest.mark.slow
@given(st.binary(max_size=300))
@settings(max_examples=500)
def test_random_bytes_are_harmless(data: bytes) -> None:
    harmless(data)


@pytest.mark.slow
@given(st.binary(max_size=300), st.integers(0, 200))
@settings(max_examples=1000)
def test_random_bodies_are_harmless(body: bytes, raw: int) -> None:
    raw = min(raw, len(body))
    harmless(struct.pack("<4sIQ", b"nbg1", len(body) - raw, raw) + body)


TAGS = bytes(tag for tag, read in enumerate(decoding._READERS) if read is not decoding._refuse)


@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from([bytes([t]) for t in TAGS])
        | st.sampled_from(
            [
                b"\0\0\0\0",
                b"\1\0\0\0",
                b"\xff\xff\xff\xff",
                b"\0" * 8,
                b"\xff" * 8,
                b"\3<f8",
                b"\3<U9",
                b"\3|b1",
                b"\2\0",
            ]
        )
        | st.binary(max_size=4),
        max_size=30,
    ),
    st.binary(max_size=64),
)
@settings(max_examples=2000, deadline=None)
def test_bodies_made_of_tags_are_harmless(pieces: list[bytes], raw: bytes) -> None:
    body = b"".join(pieces)
    harmless(struct.pack("<4sIQ", b"nbg1", len(body), len(raw)) + body + raw)


@pytest.mark.slow
@given(st.sampled_from(VALUES), st.integers(0, 10_000), st.integers(0, 255))
@settings(max_examples=1000)
def test_a_changed_byte_is_harmless(value: Any, place: int, byte: int) -> None:
    data = bytearray(wire(value))
    data[place % len(data)] = byte
    harmless(bytes(data))


@given(st.sampled_from(VALUES), st.integers(0, 10_000))
def test_a_cut_message_is_refused(value: Any, length: int) -> None:
    data = wire(value)
    with pytest.raises(ProtocolError):
        decode_frame(data[: length % len(data)])


def body(tags: bytes, raw: bytes = b"") -> bytes:
    return struct.pack("<4sIQ", b"nbg1", len(tags), len(raw)) + tags + raw


@pytest.mark.parametrize(
    "data",
    [
        body(b"l\x01\0\0\0" * 10_000 + b"N"),
        body(b"l\xff\xff\xff\xff"),
        body(b"d\0\xff\xff\xff\xff"),
        body(b"d\x09\0\0\0\0"),
        body(b"s\xff\xff\xff\xff"),
        body(b"s\x01\0\0\0\xff"),
        body(b"I\xff\xff\0\0" + b"\1" * 0xFFFF),
        body(b"D\xff\xff\xff\x0f"),
        body(b"a\x03<f8\x01\x01" + struct.pack("<Q", 2**60)),
        body(b"a\x03<f8\x01\x02" + struct.pack("<QQ", 2**40, 0)),
        body(b"a\x03<f8\x01\x40" + b"\0" * 8 * 64),
        body(b"a\x02|O\x01\x00"),
        body(b"a\x03<f8\x03\x01" + struct.pack("<Q", 1), b"\0" * 8),
        body(b"a\x03<f8\x01\x01" + struct.pack("<Q", 1), b"\0" * 16),
        body(b"a\x03<U1\x01\x01" + struct.pack("<Q", 1), b"\xff" * 4),
        body(b"o\x01" + struct.pack("<Q", 2**50)),
        body(b"r" + b"N" * 3),
        body(b"r" + b"i" + b"\0" * 8 + b"i" + b"\0" * 8 + b"i" + b"\0" * 8),
        body(b"S\x01\0\0\0l\0\0\0\0"),
        body(b"d\0\x01\0\0\0l\0\0\0\0N"),
        body(b"S\x01\0\0\0t\x01\0\0\0l\0\0\0\0"),
        body(b"xs\x03\0\0\0" + b"1/0"),
        body(b"Xs\x03\0\0\0" + b"abc"),
        body(b"N", b"behind"),
        body(b"NN"),
        body(b"?"),
        body(b""),
        b"",
        b"nbg1",
        struct.pack("<4sIQ", b"nbg1", 2**31, 2**62),
        struct.pack("<4sIQ", b"nope", 1, 0) + b"N",
    ],
    ids=range(31),
)
def test_malformed_message_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_frame(data)


def test_truth_values_are_made_true_or_false() -> None:
    array = decode_frame(body(b"a\x03|b1\x01\x01" + struct.pack("<Q", 3), b"\0\2\xff"))
    assert array.view("u1").tolist() == [0, 1, 1]


def test_only_so_many_items() -> None:
    with pytest.raises(ProtocolError, match="items"):
        decode_frame(body(b"l" + struct.pack("<I", 2_000_001) + b"N" * 2_000_001))


@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: 1,
        int,
        type("L", (list,), {})(),
        np.zeros(2, [("a", int)]),
        np.ma.masked_array([1]),
        1 << 10**6,
    ],
    ids=["object", "function", "class", "subclass", "structured", "masked", "huge"],
)
def test_what_is_no_plain_data_is_refused_without_references(value: Any) -> None:
    with pytest.raises(ProtocolError):
        encode_frame(value)


def test_too_much_is_not_sent() -> None:
    with pytest.raises(ProtocolError, match="KiB"):
        encode_frame(np.zeros(2000), max_bytes=10_000)
    nested: list[Any] = []
    nested.append(nested)
    with pytest.raises(ProtocolError, match="deep"):
        encode_frame(nested)


def test_names_of_handles_are_cleaned() -> None:
    evil = type("<script>\n" + "x" * 500, (), {})
    (number, sort, type_name, _) = decode_frame(wire(evil(), references=Anything()), Anything())
    assert (number, sort) == (7, "function")
    assert "\n" not in type_name
    assert len(type_name) <= protocol.MAX_NAME


@pytest.mark.parametrize(
    "body",
    [
        b"X" + b"s" + (12).to_bytes(4, "little") + b"1E+999999999",
        b"r" + b"".join(b"i" + n.to_bytes(8, "little") for n in (0, 2**62, 1)),
    ],
)
def test_what_is_short_to_write_and_endless_to_use_is_refused(body: bytes) -> None:
    frame = protocol.HEADER.pack(protocol.MAGIC, len(body), 0) + body
    with pytest.raises(protocol.ProtocolError, match="of more than"):
        protocol.decode_frame(frame)


def test_long_ranges_and_decimals_are_refused_by_the_sender_too() -> None:
    for value in (range(10**12), Decimal("1e99999")):
        with pytest.raises(protocol.ProtocolError, match="of more than"):
            protocol.encode_frame(value)
