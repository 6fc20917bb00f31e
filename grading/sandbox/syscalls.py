"""System call numbers, from the kernel's headers, for the two processors we know.

The aarch64 table was tried in an emulated machine only (Debian 12, Linux 6.1).
"""

from __future__ import annotations

import platform

# What an `audit_data.arch` field holds for each processor: ELF machine, 64 bits, little endian.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# fmt: off
NUMBERS: dict[str, dict[str, int]] = {
  "x86_64": {
    "read": 0, "write": 1, "readv": 19, "writev": 20, "pread64": 17, "pwrite64": 18, "lseek": 8,
    "open": 2, "openat": 257, "creat": 85, "close": 3, "close_range": 436, "stat": 4, "fstat": 5,
    "lstat": 6, "newfstatat": 262, "statx": 332, "access": 21, "faccessat": 269, "faccessat2": 439,
    "readlink": 89, "readlinkat": 267, "getcwd": 79, "chdir": 80, "fchdir": 81, "getdents": 78,
    "getdents64": 217, "mkdir": 83, "mkdirat": 258, "rmdir": 84, "unlink": 87, "unlinkat": 263,
    "rename": 82, "renameat": 264, "renameat2": 316, "ftruncate": 77, "fsync": 74, "fdatasync": 75,
    "umask": 95, "statfs": 137, "fstatfs": 138, "dup": 32, "dup2": 33, "dup3": 292, "fcntl": 72,
    "ioctl": 16, "pipe": 22, "pipe2": 293, "poll": 7, "ppoll": 271, "select": 23, "pselect6": 270,
    "mmap": 9, "munmap": 11, "mprotect": 10, "mremap": 25, "msync": 26, "brk": 12, "madvise": 28,
    "membarrier": 324, "futex": 202, "set_robust_list": 273, "get_robust_list": 274, "rseq": 334,
    "set_tid_address": 218, "sched_yield": 24, "sched_getaffinity": 204, "getcpu": 309,
    "clock_gettime": 228, "clock_getres": 229, "gettimeofday": 96, "time": 201, "nanosleep": 35,
    "clock_nanosleep": 230, "times": 100, "getrusage": 98, "alarm": 37, "getitimer": 36,
    "setitimer": 38, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
    "rt_sigpending": 127, "rt_sigsuspend": 130, "rt_sigtimedwait": 128, "sigaltstack": 131,
    "pause": 34, "restart_syscall": 219, "tgkill": 234, "exit": 60, "exit_group": 231,
    "getpid": 39, "gettid": 186, "getppid": 110, "getuid": 102, "geteuid": 107, "getgid": 104,
    "getegid": 108, "getresuid": 118, "getresgid": 120, "getgroups": 115, "getpgrp": 111,
    "getpgid": 121, "getsid": 124, "getpriority": 140, "uname": 63, "sysinfo": 99, "getrlimit": 97,
    "prlimit64": 302, "prctl": 157, "getrandom": 318, "sendto": 44, "recvfrom": 45, "shutdown": 48,
    "getsockname": 51, "getpeername": 52, "getsockopt": 55, "clone": 56, "clone3": 435,
    "chmod": 90, "fchmod": 91, "fchmodat": 268, "utime": 132, "utimes": 235, "futimesat": 261,
    "utimensat": 280, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "getxattr": 191,
    "lgetxattr": 192, "fgetxattr": 193, "listxattr": 194, "llistxattr": 195, "flistxattr": 196,
    "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199,
    "capset": 126, "pivot_root": 155, "seccomp": 317, "landlock_create_ruleset": 444,
    "landlock_add_rule": 445, "landlock_restrict_self": 446, "mount_setattr": 442,
  },
  "aarch64": {
    "read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68, "lseek": 62,
    "openat": 56, "close": 57, "close_range": 436, "fstat": 80, "newfstatat": 79, "statx": 291,
    "faccessat": 48, "faccessat2": 439, "readlinkat": 78, "getcwd": 17, "chdir": 49, "fchdir": 50,
    "getdents64": 61, "mkdirat": 34, "unlinkat": 35, "renameat": 38, "renameat2": 276,
    "ftruncate": 46, "fsync": 82, "fdatasync": 83, "umask": 166, "statfs": 43, "fstatfs": 44,
    "dup": 23, "dup3": 24, "fcntl": 25, "ioctl": 29, "pipe2": 59, "ppoll": 73, "pselect6": 72,
    "mmap": 222, "munmap": 215, "mprotect": 226, "mremap": 216, "msync": 227, "brk": 214,
    "madvise": 233, "membarrier": 283, "futex": 98, "set_robust_list": 99, "get_robust_list": 100,
    "rseq": 293,
    "set_tid_address": 96, "sched_yield": 124, "sched_getaffinity": 123, "getcpu": 168,
    "clock_gettime": 113, "clock_getres": 114, "gettimeofday": 169, "nanosleep": 101,
    "clock_nanosleep": 115, "times": 153, "getrusage": 165, "getitimer": 102, "setitimer": 103,
    "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "rt_sigpending": 136,
    "rt_sigsuspend": 133, "rt_sigtimedwait": 137, "sigaltstack": 132, "restart_syscall": 128,
    "tgkill": 131, "exit": 93, "exit_group": 94, "getpid": 172, "gettid": 178, "getppid": 173,
    "getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177, "getresuid": 148,
    "getresgid": 150, "getgroups": 158, "getpgid": 155, "getsid": 156, "getpriority": 141,
    "uname": 160, "sysinfo": 179, "getrlimit": 163, "prlimit64": 261, "prctl": 167,
    "getrandom": 278, "sendto": 206, "recvfrom": 207, "shutdown": 210, "getsockname": 204,
    "getpeername": 205, "getsockopt": 209, "clone": 220, "clone3": 435, "capset": 91,
    "fchmod": 52, "fchmodat": 53, "utimensat": 88, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7,
    "getxattr": 8, "lgetxattr": 9, "fgetxattr": 10, "listxattr": 11, "llistxattr": 12,
    "flistxattr": 13, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16,
    "pivot_root": 41, "seccomp": 277, "landlock_create_ruleset": 444, "landlock_add_rule": 445,
    "landlock_restrict_self": 446, "mount_setattr": 442,
  },
}
# fmt: on

# The highest number in both tables' headers. A libc tries newer calls first and expects ENOSYS.
LAST_KNOWN = 450


def machine() -> str:
    """Return the processor's name in the tables.

    Raises
    ------
    OSError
        If there is no table for this processor.
    """
    name = platform.machine()
    if name not in NUMBERS:
        raise OSError(f"the sandbox knows the system calls of {', '.join(NUMBERS)}, not of {name}")
    return name


def number(name: str) -> int:
    """Return the number of the system call `name` on this processor."""
    return NUMBERS[machine()][name]
