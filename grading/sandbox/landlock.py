"""Landlock: which files the process may reach, whatever its user id may."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from grading.sandbox import kernel

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REMOVE_DIR = 1 << 4
REMOVE_FILE = 1 << 5
MAKE_CHAR = 1 << 6
MAKE_DIR = 1 << 7
MAKE_REG = 1 << 8
MAKE_SOCK = 1 << 9
MAKE_FIFO = 1 << 10
MAKE_BLOCK = 1 << 11
MAKE_SYM = 1 << 12
REFER = 1 << 13  # ABI 2
TRUNCATE = 1 << 14  # ABI 3
IOCTL_DEV = 1 << 15  # ABI 5

# Nobody may execute: loading a shared library needs only to read it.
READ = READ_FILE | READ_DIR
SCRATCH = READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER
DEVICE = READ_FILE | WRITE_FILE | TRUNCATE

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_NET_BIND_AND_CONNECT = 3
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV


class _PathBeneath(ctypes.Structure):
    """The kernel's `struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Return the Landlock ABI of the running kernel.

    Raises
    ------
    OSError
        ENOSYS or EOPNOTSUPP if the kernel has no Landlock or was started without it.
    """
    return kernel.syscall("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)


def handled_rights(abi: int) -> int:
    """Return every file right that Landlock ABI `abi` can withhold."""
    last = {1: MAKE_SYM, 2: REFER, 3: TRUNCATE, 4: TRUNCATE}.get(abi, IOCTL_DEV)
    return 2 * last - 1


def create_ruleset(abi: int) -> int:
    """Return the descriptor of a ruleset that allows nothing yet.

    It withholds every file right, and from ABI 4 on TCP, from ABI 6 on abstract sockets and
    signals outside the process.
    """
    attributes = (ctypes.c_uint64 * 3)(
        handled_rights(abi),
        _NET_BIND_AND_CONNECT if abi >= 4 else 0,
        _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
    )
    # An older kernel knows a shorter structure.
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    return kernel.syscall("landlock_create_ruleset", ctypes.byref(attributes), size, 0)


def allow(ruleset: int, abi: int, paths: Iterable[str], rights: int) -> None:
    """Allow `rights` on each path and what lies below it; skip paths that don't exist."""
    for path in paths:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            wanted = rights & handled_rights(abi)
            if not Path(path).is_dir():
                wanted &= _FILE_RIGHTS
            rule = _PathBeneath(wanted, descriptor)
            kernel.syscall("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(descriptor)


def restrict(ruleset: int) -> None:
    """Apply the ruleset to the calling thread, for good. Needs no_new_privs."""
    kernel.syscall("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)
