"""Send and receive frames over the stream socket between the two processes."""

from __future__ import annotations

import select
import socket
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
    """

    def __init__(self, link: socket.socket, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.link = link
        self.max_bytes = max_bytes

    def send(
        self, value: Any, references: References | None = None, deadline: float | None = None
    ) -> None:
        """Send one value.

        Raises
        ------
        ProtocolError
            If the value can't travel. Nothing has been sent then.
        LinkClosedError, DeadlineError
            If the other end is gone, or does not read before `deadline` (`time.monotonic`).
        """
        for piece in encode_frame(value, references, self.max_bytes):
            if deadline is not None:
                self.link.settimeout(max(deadline - time.monotonic(), 1e-3))
            try:
                self.link.sendall(piece)
            except TimeoutError:
                raise DeadlineError from None
            except OSError:
                raise LinkClosedError from None

    def receive(self, references: References | None = None, deadline: float | None = None) -> Any:
        """Wait for one value.

        Raises
        ------
        ProtocolError
            If what came is no message. The channel can't be used any more.
        LinkClosedError, DeadlineError
            As in `send`.
        """
        header = self._read(HEADER.size, deadline)
        body, raw = read_header(bytes(header), self.max_bytes)
        return decode_payload(self._read(body + raw, deadline), body, references)

    def _read(self, size: int, deadline: float | None) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while len(view):
            if deadline is not None:
                self._wait(deadline)
            try:
                count = self.link.recv_into(view)
            except OSError:
                raise LinkClosedError from None
            if count == 0:
                raise LinkClosedError
            view = view[count:]
        return data

    def _wait(self, deadline: float) -> None:
        poller = select.poll()
        poller.register(self.link, select.POLLIN)
        if not poller.poll(max(deadline - time.monotonic(), 0) * 1000):
            raise DeadlineError
