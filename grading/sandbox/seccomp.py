"""The system calls that a student process may make. Everything else is denied.

A list of what is allowed, not of what is dangerous: a call that nobody thought of, or that a
newer kernel brings, is denied too. A denied call returns EPERM, which Python shows as a
`PermissionError`, so that one forbidden line costs a student that cell and not the process.
Calls newer than our tables, and clone3, return ENOSYS: libc then falls back to the older call.
What copies a file or unpacks an archive would set its mode and times: those calls do nothing and
say that they have worked.
"""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache

from grading.sandbox import bpf, kernel, syscalls
from grading.sandbox.bpf import Program

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_DENY = _ERRNO | errno.EPERM
_UNKNOWN = _ERRNO | errno.ENOSYS
_ABSENT = _ERRNO | errno.ENOTSUP
_PRETEND = _ERRNO | 0
_SET_MODE_FILTER = 1
_X32_BIT = 0x40000000

# Allowed whatever their arguments. The reasons for what is missing stand beside each group.
_ALWAYS = (
    # Files: Landlock and the private root decide which ones. Not here: chown and truncate by path
    # (Landlock does not watch all of them), link, symlink, mknod (nothing in a scratch directory
    # needs them), openat2 (its flags lie behind a pointer), splice, sendfile, copy_file_range,
    # fallocate, io_uring, aio (attack surface without use), name_to_handle_at, mount, chroot,
    # inotify, fanotify, quotactl, sync.
    "read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "close", "close_range",
    "stat", "fstat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2",
    "readlink", "readlinkat", "getcwd", "chdir", "fchdir", "getdents", "getdents64", "creat",
    "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2",
    "ftruncate", "fsync", "fdatasync", "umask", "statfs", "fstatfs", "dup", "dup2", "dup3",
    "pipe", "pipe2", "poll", "ppoll", "select", "pselect6",
    # Memory and threads' locks. Not here: memfd_create and memfd_secret (files outside every
    # limit), process_vm_*, process_madvise, userfaultfd, mlock, mbind, shmget, pkey_*.
    "mmap", "munmap", "mprotect", "mremap", "msync", "brk", "madvise", "membarrier", "futex",
    "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "sched_yield",
    "sched_getaffinity", "getcpu",
    # Time. Not here: timer_create, timerfd (no use), clock_settime, adjtimex.
    "clock_gettime", "clock_getres", "gettimeofday", "time", "nanosleep", "clock_nanosleep",
    "times", "getrusage", "alarm", "getitimer", "setitimer",
    # Own signals. Not here: kill, tkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_*, signalfd.
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend",
    "rt_sigtimedwait", "sigaltstack", "pause", "restart_syscall",
    # Who am I, and the end. Not here: fork, vfork, execve, execveat, ptrace, kcmp, setsid,
    # setpgid, set*id, setgroups, capset, setpriority, sched_set*, setrlimit, personality,
    # unshare, setns, keyctl, add_key, request_key, bpf, perf_event_open, seccomp, landlock_*,
    # modules, reboot, swap, acct, syslog, sethostname, mq_*, sem*, msg*, ioperm, arch_prctl.
    "exit", "exit_group", "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid",
    "getresuid", "getresgid", "getgroups", "getpgrp", "getpgid", "getsid", "getpriority", "uname",
    "sysinfo", "getrlimit", "getrandom",
    # The link. Not here: socket, socketpair, connect, bind, listen, accept (no network, no
    # abstract sockets), sendmsg and recvmsg (they carry descriptors), setsockopt.
    "shutdown", "getsockname", "getpeername", "getsockopt",
)  # fmt: skip

# Landlock does not watch these, so they must not happen. But `shutil.copy` and others end with
# them, and in a directory that nobody else sees modes and times don't matter.
_PRETENDED = ("chmod", "fchmod", "fchmodat")
# With the argument that points to the times. "Now" is a null pointer, and is denied: `Path.touch`
# makes a new file only if it could not set the time of an old one.
_TIMES = {"utime": 1, "utimes": 1, "futimesat": 2, "utimensat": 2}
# "This file system has none": `shutil.copy2` and `copytree` take that for an answer.
_ATTRIBUTES = tuple(
    f"{kind}{what}xattr" for kind in ("", "l", "f") for what in ("set", "get", "list", "remove")
)

# ioctl: is this a terminal, how wide is it, and blocking or not. No TIOCSTI, no FIOSETOWN.
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# fcntl: duplicate, the two flag words, and locks of records, without which SQLite opens no file;
# nobody else locks what a student process can open. No F_SETOWN and F_SETSIG, which send signals
# to others, no F_SETPIPE_SZ, no leases, no seals.
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 1030)
# prctl: the thread's name, and a name for memory (glibc). No PR_SET_PDEATHSIG, no PR_SET_MM.
_PRCTLS = (15, 16, 0x53564D41)
# Flags of send and recv: MSG_DONTWAIT, MSG_NOSIGNAL, MSG_MORE; MSG_PEEK, MSG_DONTWAIT,
# MSG_WAITALL. No MSG_OOB, which has a history of kernel bugs.
_SEND_FLAGS = 0x40 | 0x4000 | 0x8000
_RECEIVE_FLAGS = 0x2 | 0x40 | 0x100
# clone as pthread_create calls it: CLONE_VM, _FS, _FILES, _SIGHAND, _THREAD.
_THREAD_FLAGS = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000
_NAMESPACE_FLAGS = 0x7E020000 | 0x00000080


@cache
def build(*, threads: bool, pid: int) -> bytes:
    """Assemble the filter (0.6 ms, once for each pair of arguments).

    Parameters
    ----------
    threads : bool
        Whether the process may start threads.
    pid : int
        The process's own id, as itself sees it: the only one it may signal.

    Returns
    -------
    bytes
        An array of `struct sock_filter`.
    """
    table = syscalls.NUMBERS[syscalls.machine()]
    program = [
        bpf.load(bpf.ARCHITECTURE_OFFSET),
        # The 32-bit interface of the same processor numbers its calls differently.
        *bpf.if_not_equal(syscalls.ARCHITECTURES[syscalls.machine()], [bpf.give(_DENY)]),
        bpf.load(bpf.NUMBER_OFFSET),
        *bpf.if_any_bit(_X32_BIT, [bpf.give(_DENY)]),
        *bpf.if_above(syscalls.LAST_KNOWN, [bpf.give(_UNKNOWN)]),
        *bpf.if_equal(table["clone3"], [bpf.give(_UNKNOWN)]),
    ]
    for names, answer in ((_ALWAYS, _ALLOW), (_PRETENDED, _PRETEND), (_ATTRIBUTES, _ABSENT)):
        for name in names:
            if name in table:
                program += bpf.if_equal(table[name], [bpf.give(answer)])
    for name, body in _conditional(threads=threads, pid=pid).items():
        if name in table:
            program += bpf.if_equal(table[name], [*body, bpf.give(_DENY)])
    program.append(bpf.give(_DENY))
    return bpf.encode(program)


def _conditional(*, threads: bool, pid: int) -> dict[str, Program]:
    """Return, for each call that depends on its arguments, what allows it.

    The kernel reads flags, commands and process ids from the low half of an argument only, so
    only that half is compared; of pointers both halves.
    """
    allow = [bpf.give(_ALLOW)]
    rules = {
        "ioctl": _one_of(1, _IOCTLS),
        "fcntl": _one_of(1, _FCNTLS),
        "prctl": _one_of(0, _PRCTLS),
        # abort() and raise() come here; nobody else can be meant.
        "tgkill": [bpf.load(bpf.low_word(0)), *bpf.if_equal(pid, allow)],
        # Reading our own limits, not setting them: the pointer to new ones is null.
        "prlimit64": [
            bpf.load(bpf.low_word(2)),
            *bpf.if_not_equal(0, [bpf.give(_DENY)]),
            bpf.load(bpf.high_word(2)),
            *bpf.if_not_equal(0, [bpf.give(_DENY)]),
            bpf.load(bpf.low_word(0)),
            *bpf.if_equal(0, allow),
            *bpf.if_equal(pid, allow),
        ],
        "sendto": _only_flags(3, _SEND_FLAGS),
        "recvfrom": _only_flags(3, _RECEIVE_FLAGS),
        "open": _no_truncating_read(1),
        "openat": _no_truncating_read(2),
        **{name: _pretend_given(argument) for name, argument in _TIMES.items()},
    }
    if threads:
        rules["clone"] = [
            bpf.load(bpf.low_word(0)),
            *bpf.if_any_bit(_NAMESPACE_FLAGS, [bpf.give(_DENY)]),
            bpf.mask(_THREAD_FLAGS),
            *bpf.if_equal(_THREAD_FLAGS, allow),
        ]
    return rules


def _pretend_given(argument: int) -> Program:
    """Pretend that it has worked if a pointer is given."""
    return [
        bpf.load(bpf.low_word(argument)),
        *bpf.if_not_equal(0, [bpf.give(_PRETEND)]),
        bpf.load(bpf.high_word(argument)),
        *bpf.if_not_equal(0, [bpf.give(_PRETEND)]),
    ]


def _one_of(argument: int, values: tuple[int, ...]) -> Program:
    program = [bpf.load(bpf.low_word(argument))]
    for value in values:
        program += bpf.if_equal(value, [bpf.give(_ALLOW)])
    return program


def _only_flags(argument: int, flags: int) -> Program:
    return [
        bpf.load(bpf.low_word(argument)),
        *bpf.if_any_bit(0xFFFFFFFF & ~flags, [bpf.give(_DENY)]),
        bpf.give(_ALLOW),
    ]


def _no_truncating_read(argument: int) -> Program:
    """Allow opening, but not with O_TRUNC and without writing, which Landlock 1 and 2 miss."""
    return [
        bpf.load(bpf.low_word(argument)),
        bpf.mask(os.O_TRUNC | os.O_WRONLY | os.O_RDWR),
        *bpf.if_equal(os.O_TRUNC, [bpf.give(_DENY)]),
        bpf.give(_ALLOW),
    ]


class _FilterProgram(ctypes.Structure):
    """The kernel's `struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def restrict(filter_bytes: bytes) -> None:
    """Install the filter in the calling thread, for good. Needs no_new_privs.

    Raises
    ------
    OSError
        If the kernel has no seccomp filters or forbids them.
    """
    program = _FilterProgram(len(filter_bytes) // 8, filter_bytes)
    kernel.syscall("seccomp", _SET_MODE_FILTER, 0, ctypes.byref(program))
