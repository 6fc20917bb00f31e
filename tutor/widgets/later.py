"""Work that goes on by itself: a slice at a time, so that the kernel listens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LISTENING_SECONDS = 0.004
"""How long the kernel listens between two slices, if nobody says otherwise."""


class Later:
    """Calls a function on the kernel's event loop, a moment after it was asked to.

    Parameters
    ----------
    function
        Does a few milliseconds of work, and asks again when there is more.
    seconds
        In which the kernel hears what the page wants meanwhile. Without them it hears nothing
        until all work is done.

    Attributes
    ----------
    possible : bool
        Whether there is an event loop. In a plain script there is none, and nothing runs later.
    """

    def __init__(self, function: Callable[[], None], seconds: float = LISTENING_SECONDS) -> None:
        self._function = function
        self._seconds = seconds
        self._awaited = False
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        self.possible = self._loop is not None

    def ask(self) -> None:
        """Have the function called once, from whichever thread a message is answered on."""
        if self._loop is None or self._awaited:
            return
        self._awaited = True
        self._loop.call_soon_threadsafe(self._loop.call_later, self._seconds, self._call)

    def _call(self) -> None:
        self._awaited = False
        self._function()
