"""Thin, typed wrappers of the Linux calls that Python's library lacks."""

from __future__ import annotations

import ctypes
import os
from functools import cache

from grading.sandbox import syscalls

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

MOUNT_ATTR_RDONLY = 1
MOUNT_ATTR_NOSUID = 2
MOUNT_ATTR_NODEV = 4

MADV_COLLAPSE = 25

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_AT_RECURSIVE = 0x8000
_CAPABILITY_VERSION_3 = 0x20080522


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


@cache
def _prctl() -> ctypes._NamedFuncPointer:
    """Give prctl(2) with the types of its arguments, which spares making them for each call."""
    function = ctypes.CDLL(None, use_errno=True).prctl
    function.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    return function


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(name: str, *arguments: int | bytes | ctypes._CArgObject | None) -> int:
    """Make the system call `name`; raise `OSError` if it fails."""
    plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _check(_libc().syscall(ctypes.c_long(syscalls.number(name)), *plain), name)


def unshare(flags: int) -> None:
    """Leave the namespaces in `flags` (CLONE_NEW…) for new ones."""
    _check(_libc().unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Enter the namespace behind `descriptor`."""
    _check(_libc().setns(descriptor, flags), "setns")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount, as mount(2)."""
    arguments = [None if a is None else os.fsencode(a) for a in (source, target, kind)]
    result = _libc().mount(*arguments, ctypes.c_ulong(flags), os.fsencode(options))
    _check(result, f"mount {kind or source} on {target}")


def make_read_only(target: str, *, recursive: bool = True) -> None:
    """Make the mount at `target` read-only, without devices and setuid; or all mounts below too."""
    flags = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
    attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, 0)
    size = ctypes.sizeof(attributes)
    path = os.fsencode(target)
    reach = _AT_RECURSIVE if recursive else 0
    syscall("mount_setattr", -1, path, reach, ctypes.byref(attributes), size)


def change_root(new_root: str) -> None:
    """Make `new_root`, a mount point, the root directory and let go of the old one."""
    os.chdir(new_root)
    syscall("pivot_root", b".", b".")
    _check(_libc().umount2(b".", MNT_DETACH), "umount2")
    os.chdir("/")


def collapse(address: int, size: int) -> None:
    """Move whole large pages' worth of memory into large pages: madvise(2), MADV_COLLAPSE."""
    where, length = ctypes.c_void_p(address), ctypes.c_size_t(size)
    _check(_libc().madvise(where, length, MADV_COLLAPSE), "madvise")


def prctl(option: int, *arguments: int) -> int:
    """Call prctl(2); absent arguments are zero."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return _check(_prctl()(option, *padded), f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for capability in range(64):
        if _prctl()(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # the first number that this kernel doesn't know, or we may not drop any
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall("capset", ctypes.byref(header), ctypes.byref(nothing))
