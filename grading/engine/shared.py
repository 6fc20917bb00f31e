"""What forks of one process leave for each other to read, in memory that they share."""

from __future__ import annotations

import fcntl
import os
import struct
import weakref
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from grading.engine import protocol

_SUM = struct.Struct("<I")


class Shared:
    """A list of plain data that only grows.

    Make it before the forks: what one of them appends all of them can read. Nobody waits for
    anybody.

    Parameters
    ----------
    max_bytes : int
        What would make it longer is not appended.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._file = os.memfd_create("shared", os.MFD_CLOEXEC)
        weakref.finalize(self, os.close, self._file)
        # The kernel keeps apart what is appended at the same time.
        fcntl.fcntl(self._file, fcntl.F_SETFL, os.O_APPEND)
        self._read = 0
        self._torn = False

    def append(self, value: Any) -> None:
        """Let others read a value, if there is room for it.

        Raises
        ------
        ProtocolError
            If it is no plain data.
        """
        frame = b"".join(protocol.encode_frame(value))
        if os.fstat(self._file).st_size + _SUM.size + len(frame) <= self.max_bytes:
            with suppress(OSError):  # no memory: the others judge for themselves
                os.write(self._file, _SUM.pack(zlib.crc32(frame)) + frame)

    def fresh(self) -> Iterator[Any]:
        """Give what was appended, by whomever, since this process asked last.

        Whoever is killed while it appends leaves a part. Nothing behind that can be read.
        """
        while not self._torn and (frame := self._next()):
            self._read += _SUM.size + len(frame)
            yield protocol.decode_frame(frame, max_bytes=self.max_bytes)

    def _next(self) -> bytes:
        """Read the next frame, if all of it is there and whole."""
        left = os.fstat(self._file).st_size - self._read
        head = os.pread(self._file, _SUM.size + protocol.HEADER.size, self._read)
        if left < _SUM.size + protocol.HEADER.size:
            return b""
        try:
            size = sum(protocol.read_header(head[_SUM.size :], self.max_bytes))
        except protocol.ProtocolError:
            self._torn = True
            return b""
        size += protocol.HEADER.size
        if left < _SUM.size + size:
            return b""
        frame = os.pread(self._file, size, self._read + _SUM.size)
        self._torn = _SUM.unpack_from(head)[0] != zlib.crc32(frame)
        return b"" if self._torn else frame
