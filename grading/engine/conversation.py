"""Messages to and from a student's process, whatever they are about.

Every answer is taken as plain data (`protocol`). A process that answers nonsense, too much, or too
late is ended, and the request raises `StudentGone`.
"""

from __future__ import annotations

import builtins
import time
from typing import Any, NoReturn

from grading.engine import protocol
from grading.engine.channel import Channel, DeadlineError, LinkClosedError
from grading.engine.stand_ins import References
from grading.sandbox import Death, Handle

GRACE = 1.0
MAX_CALLBACK_DEPTH = 20

Raw = tuple[bytearray, int]
"""A message as `protocol.decode_payload` takes it."""


class StudentGone(BaseException):
    """The student's process ended while it had something to do.

    Not an `Exception`: a test that catches whatever a student's function raises goes on, but there
    is nobody left to ask.

    Attributes
    ----------
    death : Death
        How it ended, as seen from outside.
    """

    def __init__(self, death: Death) -> None:
        super().__init__(str(death))
        self.death = death


class Conversation:
    """A link to one student process, with a clock.

    Parameters
    ----------
    handle : Handle
        The process.
    seconds : float
        Time for one cell, or for all that one test cell asks.
    references : References
        Stand-ins for the process's objects, and what was lent to it of ours.

    Attributes
    ----------
    death : Death or None
        How the process ended; None while it lives.
    discreet : bool
        Whether a hidden test runs: names that the student made up are not taken over then.
    deadline : float
        When the clock runs out, as `time.monotonic` counts.
    """

    def __init__(self, handle: Handle, seconds: float, references: References) -> None:
        self.handle = handle
        self.seconds = seconds
        self.channel = Channel(handle.socket, handle.limits.reply_bytes, seconds + GRACE)
        self.references = references
        self.death: Death | None = None
        self.discreet = False
        self.deadline = time.monotonic() + seconds
        self._depth = 0

    def allow(self, seconds: float | None = None) -> None:
        """Start the clock for the next cell."""
        self.deadline = time.monotonic() + (self.seconds if seconds is None else seconds)

    def close(self) -> None:
        """End the process."""
        self.handle.close()

    def _left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.01)

    def _put(self, message: list[Any]) -> None:
        """Send a message.

        Raises
        ------
        StudentGone
            If nobody is at the other end.
        TypeError
            If something in it can't travel.
        """
        try:
            self.channel.send(message, self.references)
        except protocol.ProtocolError as error:
            raise TypeError(str(error)) from None
        except LinkClosedError:
            self._end("killed")

    def _take(self) -> Raw:
        """Wait for a message, and leave it as it came."""
        try:
            return self.channel.take(self.deadline + GRACE)
        except protocol.ProtocolError:
            self._end("reply")
        except DeadlineError:
            self._end("wall")
        except LinkClosedError:
            self._end("killed")

    def _read(self, raw: Raw) -> list[Any]:
        """Decode a message: a list that begins with a word."""
        try:
            message = protocol.decode_payload(*raw, self.references)
        except protocol.ProtocolError:
            self._end("reply")
        if not isinstance(message, list) or not message or not isinstance(message[0], str):
            self._end("reply")
        return message

    def _serve_callback(self, number: Any, args: Any, kwargs: Any) -> None:
        """Call a function of ours for the student's code, and send back what it gives."""
        plain = isinstance(args, tuple) and isinstance(kwargs, dict) and type(number) is int
        if not plain or not 0 <= number < len(self.references.lent):
            self._end("reply")
        if self._depth >= MAX_CALLBACK_DEPTH or not all(isinstance(key, str) for key in kwargs):
            self._end("reply")
        self._depth += 1
        try:
            answer = ["answer", self.references.lent[number](*args, **kwargs)]
        except StudentGone:
            raise
        except Exception as error:
            answer = ["raise", type(error).__name__, str(error)[:1000]]
        finally:
            self._depth -= 1
        try:
            self.channel.send(answer, self.references)
        except protocol.ProtocolError as error:
            self.channel.send(["raise", "TypeError", str(error)])
        except LinkClosedError:
            self._end("killed")

    def _exception(self, name: Any, ancestors: Any, text: Any, trace: Any) -> Exception:
        error = _builtin_exception(ancestors, text if isinstance(text, str) else "")
        error.student_traceback = trace if isinstance(trace, str) else ""  # type: ignore[attr-defined]
        kind = type(error).__name__ if self.discreet else protocol.clean_name(name)
        error.student_type = kind  # type: ignore[attr-defined]
        return error

    def _end(self, reason: str) -> NoReturn:
        """Make sure that the process is dead, and say how it died."""
        if reason == "killed":  # it closed the link: give it a moment to finish dying
            self.handle.wait(GRACE)
        self.death = self.handle.kill(reason)
        raise StudentGone(self.death)


def _builtin_exception(ancestors: Any, text: str) -> Exception:
    """Make an instance of the nearest built-in class, or a RuntimeError."""
    for name in ancestors if isinstance(ancestors, list) else []:
        kind = getattr(builtins, name, None) if isinstance(name, str) else None
        if isinstance(kind, type) and issubclass(kind, Exception) and kind is not Exception:
            try:
                return kind(text)
            except TypeError:  # some need more than a text
                break
    return RuntimeError(text)
