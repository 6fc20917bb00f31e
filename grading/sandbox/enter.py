"""What a student process does to itself before the first line of a student's code."""

from __future__ import annotations

import os
import resource

from grading.sandbox.limits import Limits
from grading.sandbox.tier import Tier


def limit_resources(limits: Limits, tier: Tier) -> None:
    """Set the kernel's resource limits, soft and hard alike, so that they can't be raised."""
    mapped = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    for what, value in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, mapped + limits.memory_bytes),
        (resource.RLIMIT_FSIZE, max(limits.file_bytes, limits.output_bytes)),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))


def enter(tier: Tier, limits: Limits) -> None:
    """Lock the calling process in, for good."""
    limit_resources(limits, tier)
