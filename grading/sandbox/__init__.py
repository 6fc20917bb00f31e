"""A cage for student code: one locked-in process per submission.

The grader starts one `WarmProcess` per worker, asks it for a student process per submission with
`WarmProcess.spawn`, talks to it over ``handle.socket``, and ends it with ``handle.kill()``, which
tells why it died (`Death`). `Limits` says how much of the machine it may use. `probe` finds out,
by trying, which containment (`Tier`) this machine offers.

Importing this package works everywhere; only Linux has the kernel interfaces behind it.
"""

from grading.sandbox.death import REASONS, Death
from grading.sandbox.limits import Limits
from grading.sandbox.probe import probe
from grading.sandbox.spawn import Handle, SandboxError, Starting, WarmProcess
from grading.sandbox.tier import Tier

__all__ = [
    "REASONS",
    "Death",
    "Handle",
    "Limits",
    "SandboxError",
    "Starting",
    "Tier",
    "WarmProcess",
    "probe",
]
