"""How a student process ended."""

from __future__ import annotations

import signal
from dataclasses import dataclass

REASONS = {
    "exit": "the process ended by itself",
    "signal": "the process crashed",
    "cpu": "the limit of processor time was reached",
    "wall": "the time limit was reached",
    "memory": "the memory limit was reached",
    "output": "too much output was written",
    "reply": "an answer was too large",
    "file": "a file grew too large",
    "disk": "too much was stored in the scratch directory",
    "setup": "the sandbox could not be set up",
    "killed": "the grader ended the process",
    "lost": "the sandbox itself ended",
}


@dataclass(frozen=True, slots=True)
class Death:
    """The end of one student process, as seen from outside it.

    Attributes
    ----------
    reason : str
        A key of `REASONS`. "exit" has a `code`; "signal" has a `signal`.
    code : int or None
        Exit status, if the process exited.
    signal : int or None
        Number of the signal, if a signal ended it.
    cpu_seconds, wall_seconds : float
        Processor time and clock time from fork to death.
    peak_bytes : int
        Largest resident memory, including what is shared with the warm process.
    detail : str
        What went wrong, for "setup"; empty otherwise.
    """

    reason: str
    code: int | None = None
    signal: int | None = None
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_bytes: int = 0
    detail: str = ""

    def __str__(self) -> str:
        text = REASONS[self.reason]
        if self.reason == "exit":
            text += f" (exit status {self.code})"
        elif self.reason == "signal" and self.signal is not None:
            text += f" ({_signal_name(self.signal)})"
        return f"{text}: {self.detail}" if self.detail else text


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
