"""The tables of system calls agree with the kernel's own headers."""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path

import pytest

from grading.sandbox import seccomp, syscalls

INCLUDE = Path("/usr/include")
HEADERS = {
    "x86_64": ("x86_64-linux-gnu/asm/unistd_64.h", "asm/unistd_64.h"),
    # Newer processors number their calls alike.
    "aarch64": ("asm-generic/unistd.h",),
}
HERE = [name for name in HEADERS if name == "aarch64" or platform.machine() == name]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only")


def numbers(header: str) -> dict[str, int]:
    """Read a header's numbers, those with an alias (``__NR_a __NR3264_b``) too."""
    defined = dict(re.findall(r"#define\s+(__NR\w*?_\w+)\s+(\w+)", header))
    found = {}
    for name, value in defined.items():
        value = defined.get(value, value)
        if name.startswith("__NR_") and value.isdecimal():
            found[name.removeprefix("__NR_")] = int(value)
    return found


@pytest.mark.slow  # those that are quick need no headers
@pytest.mark.parametrize("processor", HERE)
def test_numbers_are_the_kernels(processor: str) -> None:
    places = [INCLUDE / name for name in HEADERS[processor] if (INCLUDE / name).is_file()]
    assert places, "the kernel's headers are not here (on Debian: apt install linux-libc-dev)"
    header = numbers(places[0].read_text())
    table = syscalls.NUMBERS[processor]
    assert {name: header.get(name, number) for name, number in table.items()} == table
    assert len(table.keys() & header.keys()) > 0.95 * len(table)


@pytest.mark.parametrize("processor", syscalls.NUMBERS)
def test_numbers_are_each_calls_own(processor: str) -> None:
    table = syscalls.NUMBERS[processor]
    assert len(set(table.values())) == len(table)
    assert max(table.values()) <= syscalls.LAST_KNOWN


def test_each_call_that_is_answered_has_a_number_somewhere() -> None:
    known = {name for table in syscalls.NUMBERS.values() for name in table}
    groups = (seccomp._ALWAYS, seccomp._PRETENDED, tuple(seccomp._TIMES), seccomp._ATTRIBUTES)
    answered = {name for group in groups for name in group}
    assert answered <= known
    assert len(answered) == sum(map(len, groups))
