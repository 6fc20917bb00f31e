"""Find out, by trying, what this machine can promise."""

from __future__ import annotations

from functools import cache

from grading.sandbox.tier import Tier


@cache
def probe() -> Tier:
    """Return the strongest tier that held when it was tried (once per process)."""
    return Tier("none", ("the stronger tiers are not tried yet",))
