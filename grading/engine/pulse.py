"""What an examiner is doing, told to the process that watches it through memory they share.

An alarm can't interrupt a test that computes in C, with a student's huge number say. So the watcher
ends such an examiner, and knows which test to leave out.
"""

from __future__ import annotations

import mmap
import struct
import time

_NOTE = struct.Struct("<diI")  # until when, which notebook, which cell; in order of the key
_GRACE = 3.0


class Pulse:
    """A note of which test runs, and until when it has to end.

    Make it before the fork.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _NOTE.size)
        self.rest()

    def begin(self, notebook: int, cell: int, seconds: float) -> None:
        """Note that a test has begun that gets an alarm after so many seconds."""
        self._note(time.monotonic() + seconds + _GRACE, notebook, cell)

    def rest(self) -> None:
        """Note that no test runs."""
        self._note(float("inf"), -1, 0)

    def _note(self, until: float, notebook: int, cell: int) -> None:
        self._memory[:] = _NOTE.pack(until, notebook, cell)

    def stuck(self) -> tuple[int, int] | None:
        """Tell which notebook's which cell should have ended by now, if any."""
        until, notebook, cell = _NOTE.unpack(self._memory[:])
        return (notebook, cell) if time.monotonic() > until else None

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
