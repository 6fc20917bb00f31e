"""Send and receive frames over the stream socket between the two processes."""

from __future__ import annotations

import select
import socket
import struct
import time
from typing import Any

from grading.engine.protocol import (
    DEFAULT_MAX_BYTES,
    HEADER,
    References,
    decode_payload,
    encode_frame,
    read_header,
)

_SMALL = 32 * 1024


class LinkClosedError(Exception):
    """The other end is gone."""


class DeadlineError(Exception):
    """Nothing (or not everything) came in time."""


class Channel:
    """Frames over one socket.

    Parameters
    ----------
    link : socket.socket
        A connected stream socket.
    max_bytes : int
        Cap on one frame, both ways.
    send_seconds : float or None
        How long to wait for an other end that does not read. The kernel watches it, which spares
        a system call a message.
    """

    def __init__(
        self,
        link: socket.socket,
        max_bytes: int = DEFAULT_MAX_BYTES,
        send_seconds: float | None = None,
    ) -> None:
        self.link = link
        if send_seconds is not None:
            whole, part = divmod(send_seconds, 1)
            duration = struct.pack("@ll", int(whole), int(part * 1e6))
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, duration)
        self.max_bytes = max_bytes
        self._rest = b""
        self._poller = select.poll()
        self._poller.register(link, select.POLLIN)

    def send(self, value: Any, references: References | None = None) -> None:
        """Send one value.

        Raises
        ------
        ProtocolError
            If the value can't travel. Nothing has been sent then.
        LinkClosedError
            If the other end is gone, or reads nothing.
        """
        pieces = encode_frame(value, references, self.max_bytes)
        if sum(map(len, pieces)) <= _SMALL:
            pieces = [b"".join(pieces)]
        for piece in pieces:
            try:
                self.link.sendall(piece)
            except OSError:  # gone, or it reads nothing (see `send_seconds`)
                raise LinkClosedError from None

    def receive(self, references: References | None = None, deadline: float | None = None) -> Any:
        """Wait for one value.

        Raises
        ------
        ProtocolError
            If what came is no message. The channel can't be used any more.
        LinkClosedError
            If the other end is gone.
        DeadlineError
            If not everything came before `deadline` (`time.monotonic`).
        """
        return decode_payload(*self.take(deadline), references)

    def take(self, deadline: float | None = None) -> tuple[bytearray, int]:
        """Wait for one value and leave it as it came; see `receive` and `decode_payload`."""
        while len(self._rest) < HEADER.size:
            self._rest += self._some(deadline)
        body, raw = read_header(bytes(self._rest[: HEADER.size]), self.max_bytes)
        return self._payload(body + raw, deadline), body

    def _payload(self, size: int, deadline: float | None) -> bytearray:
        """Take `size` bytes: what is left of earlier reads, then straight from the socket."""
        end = HEADER.size + size
        if len(self._rest) >= end:
            payload = bytearray(self._rest[HEADER.size : end])
            self._rest = self._rest[end:]
            return payload
        payload = bytearray(size)
        have = len(self._rest) - HEADER.size
        payload[:have] = self._rest[HEADER.size :]
        self._rest = b""
        view = memoryview(payload)[have:]
        while len(view):
            self._wait(deadline)
            try:
                count = self.link.recv_into(view)
            except OSError:
                raise LinkClosedError from None
            if count == 0:
                raise LinkClosedError
            view = view[count:]
        return payload

    def _some(self, deadline: float | None) -> bytes:
        self._wait(deadline)
        try:
            data = self.link.recv(_SMALL)
        except OSError:
            raise LinkClosedError from None
        if not data:
            raise LinkClosedError
        return data

    def _wait(self, deadline: float | None) -> None:
        if deadline is None:
            return
        milliseconds = max(deadline - time.monotonic(), 0) * 1000
        if not self._poller.poll(milliseconds):
            raise DeadlineError
