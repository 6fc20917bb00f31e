"""The hostile side of the sandbox tests: attacks that run inside a student process.

Each attack is harmless where it succeeds (signal 0, invalid arguments for what would stop the
machine), and tells success from denial: it returns when it got through, and raises `OSError`
when it was stopped. Those that are `PRETENDED` return all the same.
"""

import contextlib
import ctypes
import errno
import fcntl
import json
import mmap
import multiprocessing
import os
import platform
import resource
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from multiprocessing import shared_memory
from pathlib import Path

DENIED = (errno.EPERM,)
PRETENDED = (0,)  # it returns as if it had worked, and nothing has happened
ABSENT = (errno.EPERM, errno.EACCES, errno.ENOENT, errno.EROFS)
ATTACKS = {}
ALLOWED_ERRORS = {}
LIBC = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
AF_NETLINK, AF_PACKET, AF_VSOCK = 16, 17, 40


def attack(*errors):
    """Register an attack and the error numbers that count as a denial."""

    def register(function):
        ATTACKS[function.__name__] = function
        ALLOWED_ERRORS[function.__name__] = errors
        return function

    return register


def raw(number, *arguments):
    """Make a system call past Python's library."""
    plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *plain)
    if result == -1:
        raise OSError(ctypes.get_errno(), "denied")
    return result


# Files -------------------------------------------------------------------------------------


@attack(*ABSENT)
def read_secret(facts):
    return Path(facts["secret"]).read_text()


@attack(*ABSENT)
def write_secret(facts):
    Path(facts["secret"]).write_text("stolen")


@attack(*ABSENT)
def append_to_secret(facts):
    with Path(facts["secret"]).open("a") as file:
        file.write("stolen")


@attack(errno.EPERM)
def truncate_secret(facts):
    os.truncate(facts["secret"], 0)


@attack(errno.EPERM)
def truncate_secret_while_opening_for_reading(facts):
    os.close(os.open(facts["secret"], os.O_RDONLY | os.O_TRUNC))


@attack(*ABSENT)
def delete_secret(facts):
    Path(facts["secret"]).unlink()


@attack(*ABSENT, errno.EXDEV)
def rename_secret_here(facts):
    Path(facts["secret"]).rename("mine")


@attack(*ABSENT, errno.EXDEV)
def rename_over_secret(facts):
    Path("mine").write_text("stolen")
    Path("mine").rename(facts["secret"])


@attack(*PRETENDED)
def change_mode_of_secret(facts):
    Path(facts["secret"]).chmod(0)


@attack(*PRETENDED)
def change_mode_by_descriptor(facts):
    os.fchmod(os.open(facts["library"], os.O_RDONLY), 0o777)


@attack(errno.EPERM)
def change_owner_of_secret(facts):
    os.chown(facts["secret"], os.getuid(), os.getgid())


@attack(*PRETENDED)
def change_times_of_secret(facts):
    os.utime(facts["secret"], (0, 0))


@attack(errno.EPERM)
def make_secret_new(facts):
    os.utime(facts["secret"])


@attack(errno.ENOTSUP)
def set_attribute_of_secret(facts):
    os.setxattr(facts["secret"], "user.mark", b"stolen")


@attack(errno.EPERM)
def hard_link_secret(facts):
    os.link(facts["secret"], "mine")


@attack(errno.EPERM)
def hard_link_library(facts):
    os.link(facts["library"], "mine")


@attack(errno.EPERM)
def symbolic_link_to_secret(facts):
    Path("mine").symlink_to(facts["secret"])
    return Path("mine").read_text()


@attack(*ABSENT)
def climb_with_dots(facts):
    return Path("../" * 20 + facts["secret"].lstrip("/")).read_text()


@attack(*ABSENT)
def climb_from_a_directory_descriptor(facts):
    root = os.open("/", os.O_PATH)
    return os.open(facts["secret"].lstrip("/"), os.O_RDONLY, dir_fd=root)


@attack(*ABSENT)
def climb_by_changing_directory(facts):
    for _ in range(20):
        os.chdir("..")
    return Path(facts["secret"].lstrip("/")).read_text()


@attack(*ABSENT)
def list_directory_of_secret(facts):
    return list(Path(Path(facts["secret"]).parent).iterdir())


@attack(*ABSENT)
def make_file_beside_secret(facts):
    Path(facts["secret"] + "2").write_text("here")


@attack(*ABSENT)
def make_directory_beside_secret(facts):
    Path(facts["secret"] + "3").mkdir()


@attack(*ABSENT)
def read_solutions(facts):
    return list(Path(facts["solutions"]).iterdir())


@attack(*ABSENT)
def read_grading_source(facts):
    return Path(facts["grading"], "__init__.py").read_text()


@attack(*ABSENT)
def read_home(facts):
    return list(Path(facts["home"] + "/.config").iterdir()), list(
        Path(facts["home"] + "/.ssh").iterdir()
    )


@attack(*ABSENT)
def write_to_library(facts):
    with Path(facts["library"]).open("a"):
        return "open"


@attack(*ABSENT)
def plant_module_in_library(facts):
    Path(facts["library"]).with_name("planted.py").write_text("")


@attack(*ABSENT)
def plant_module_in_tutor(facts):
    import tutor

    Path(tutor.__file__).with_name("planted.py").write_text("")


@attack(*ABSENT)
def read_neighbours_scratch(facts):
    return Path(facts["neighbour_scratch"], "answer.txt").read_text()


@attack(*ABSENT)
def write_to_tmp(facts):
    Path("/tmp/planted").write_text("")


@attack(*ABSENT)
def write_to_dev_shm(facts):
    Path("/dev/shm/planted").write_text("")


@attack(errno.EPERM)
def make_fifo(facts):
    os.mkfifo("pipe")


@attack(errno.EPERM)
def make_device(facts):
    os.mknod("disk", 0o060600, os.makedev(8, 0))


@attack(errno.ENOSYS, errno.EPERM)
def open_with_openat2(facts):
    how = (ctypes.c_uint64 * 3)(0, 0, 0)
    return raw(437, -100, facts["secret"].encode(), ctypes.byref(how), 24)


@attack(errno.EPERM)
def open_by_handle(facts):
    return raw(304 if X86 else 265, 0, None, 0)


@attack(errno.EPERM)
def clone_mount_tree(facts):
    return raw(428, -100, b"/", 1)


@attack(errno.EPERM)
def change_root(facts):
    os.chroot(".")


@attack(errno.EPERM)
def escape_from_change_root(facts):
    Path("jail").mkdir()
    inside = os.open(".", os.O_RDONLY)
    os.chroot("jail")
    os.fchdir(inside)
    return list(Path("../../..").iterdir())


@attack(errno.EPERM)
def mount_tmpfs(facts):
    if LIBC.mount(b"none", b".", b"tmpfs", ctypes.c_ulong(0), None):
        raise OSError(ctypes.get_errno(), "denied")


@attack(errno.EPERM)
def unmount_scratch(facts):
    if LIBC.umount2(b".", 2):
        raise OSError(ctypes.get_errno(), "denied")


@attack(errno.EPERM)
def remount_root_writable(facts):
    if LIBC.mount(None, b"/", None, ctypes.c_ulong(32 | 4096), None):
        raise OSError(ctypes.get_errno(), "denied")


@attack(*ABSENT)
def read_own_memory_file(facts):
    with Path("/proc/self/mem").open("r+b") as file:
        return file.fileno()


@attack(*ABSENT)
def walk_through_proc_root(facts):
    return Path("/proc/self/root" + facts["secret"]).read_text()


@attack(*ABSENT)
def walk_through_proc_of_grader(facts):
    return list(Path(f"/proc/{facts['grader']}/root").iterdir())


@attack(*ABSENT)
def read_memory_of_grader(facts):
    return Path(f"/proc/{facts['grader']}/mem").open("rb").fileno()


@attack(*ABSENT)
def read_memory_of_parent(facts):
    return Path(f"/proc/{os.getppid()}/mem").open("rb").fileno()


@attack(*ABSENT)
def read_environment_of_grader(facts):
    return Path(f"/proc/{facts['grader']}/environ").read_bytes().decode()


@attack(*ABSENT)
def list_processes(facts):
    return list(Path("/proc").iterdir())


@attack(*ABSENT)
def write_core_pattern(facts):
    return os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)


@attack(*ABSENT)
def write_oom_score(facts):
    Path("/proc/self/oom_score_adj").write_text("-1000")


@attack(*ABSENT)
def leave_cgroup(facts):
    return list(Path("/sys/fs/cgroup").iterdir())


@attack(*ABSENT)
def open_disk(facts):
    return list(Path("/dev").iterdir()), os.open("/dev/vda", os.O_RDONLY)


@attack(*ABSENT, errno.ENXIO)
def open_controlling_terminal(facts):
    return os.open("/dev/tty", os.O_RDWR)


@attack(*ABSENT)
def open_terminal_of_grader(facts):
    return os.open(facts["terminal"], os.O_RDWR | os.O_NOCTTY)


@attack(*ABSENT)
def make_terminal(facts):
    return os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)


@attack(errno.EPERM)
def type_into_terminal(facts):
    for descriptor in range(4):
        fcntl.ioctl(descriptor, termios.TIOCSTI, b"x")


@attack(*ABSENT)
def read_kernel_log(facts):
    return os.open("/dev/kmsg", os.O_RDONLY)


@attack(*ABSENT)
def race_renames_against_an_open(facts):
    """Swap directories while a path with dots through them is resolved."""
    for name in ("a/b/c/d", "z"):
        Path(name).mkdir(parents=True)
    up = "a/b/c/d/" + "../" * 25 + facts["secret"].lstrip("/")

    def swap(*_):
        for old, new in (("a/b/c", "z/c"), ("z/c", "a/b/c")):
            with contextlib.suppress(OSError):
                Path(old).rename(new)
        signal.setitimer(signal.ITIMER_REAL, 0.0005)

    signal.signal(signal.SIGALRM, swap)
    signal.setitimer(signal.ITIMER_REAL, 0.0005)
    denial = None
    for _ in range(3000):
        try:
            return Path(up).read_text()
        except OSError as error:
            denial = error
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    raise denial


# Processes -----------------------------------------------------------------------------------


@attack(errno.EPERM)
def fork(facts):
    if os.fork() == 0:
        os._exit(0)


@attack(errno.EPERM, errno.ENOSYS)
def fork_by_number(facts):
    if not X86:
        raise OSError(errno.ENOSYS, "no such call here")
    if raw(57) == 0:
        os._exit(0)


@attack(errno.EPERM, errno.ENOSYS)
def vfork_by_number(facts):
    if not X86:
        raise OSError(errno.ENOSYS, "no such call here")
    if raw(58) == 0:
        os._exit(0)


@attack(errno.EPERM)
def clone_without_thread(facts):
    if raw(56 if X86 else 220, signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)


@attack(errno.EPERM)
def clone_into_user_namespace(facts):
    if raw(56 if X86 else 220, 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)


@attack(errno.EPERM)
def clone_sharing_memory_without_thread(facts):
    if raw(56 if X86 else 220, 0x100 | 0x4000 | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)


@attack(errno.ENOSYS)
def clone3(facts):
    arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, signal.SIGCHLD)
    if raw(435, ctypes.byref(arguments), 88) == 0:
        os._exit(0)


@attack(errno.EPERM)
def daemonise(facts):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)


@attack(errno.EPERM)
def fork_bomb(facts):
    for _ in range(2000):
        try:
            if os.fork() == 0:
                os._exit(0)
        except PermissionError as error:
            denial = error
        else:
            return "forked"
    raise denial


@attack(errno.EPERM)
def replace_program(facts):
    os.execv(sys.executable, [sys.executable, "-c", "pass"])


@attack(errno.EPERM)
def replace_program_by_descriptor(facts):
    descriptor = os.open(facts["library"], os.O_RDONLY)
    return raw(322 if X86 else 281, descriptor, b"", None, None, 0x1000)


@attack(errno.EPERM)
def run_shell(facts):
    subprocess.run("true", shell=True, check=True)


@attack(errno.EPERM)
def spawn_program(facts):
    return os.posix_spawn("/bin/true", ["true"], {})


@attack(errno.EPERM)
def system_call_of_library(facts):
    if os.system("true") != 0:
        raise OSError(errno.EPERM, "system() could not fork")


@attack(errno.EPERM)
def run_memory_file(facts):
    descriptor = os.memfd_create("program")
    os.execve(descriptor, ["program"], {})


@attack(errno.EPERM)
def make_secret_memory(facts):
    return raw(447, 0)


@attack(*ABSENT)
def start_multiprocessing(facts):
    process = multiprocessing.get_context("fork").Process(target=print)
    process.start()


@attack(*ABSENT, errno.EINVAL)
def execute_file_in_scratch(facts):
    """Map a file of our own as executable, and run it the usual way."""
    Path("program").write_text("#!/bin/sh\n")
    os.execv("./program", ["program"])


@attack(errno.EPERM)
def new_user_namespace(facts):
    if LIBC.unshare(0x10000000):
        raise OSError(ctypes.get_errno(), "denied")


@attack(errno.EPERM)
def new_mount_namespace(facts):
    if LIBC.unshare(0x00020000):
        raise OSError(ctypes.get_errno(), "denied")


@attack(errno.EPERM)
def enter_other_namespace(facts):
    if LIBC.setns(0, 0):
        raise OSError(ctypes.get_errno(), "denied")


@attack(errno.EPERM)
def trace_grader(facts):
    return raw(101 if X86 else 117, 16, facts["grader"], 0, 0)


@attack(errno.EPERM)
def trace_parent(facts):
    return raw(101 if X86 else 117, 0x4206, os.getppid(), 0, 0)


@attack(errno.EPERM)
def ask_to_be_traced(facts):
    return raw(101 if X86 else 117, 0, 0, 0, 0)


@attack(errno.EPERM)
def read_memory_by_process_vm(facts):
    return raw(310 if X86 else 270, facts["grader"], None, 0, None, 0, 0)


@attack(errno.EPERM)
def write_memory_by_process_vm(facts):
    return raw(311 if X86 else 271, facts["grader"], None, 0, None, 0, 0)


@attack(errno.EPERM)
def steal_descriptor(facts):
    return raw(438, os.pidfd_open(facts["grader"]), 1, 0)


@attack(errno.EPERM)
def signal_by_process_descriptor(facts):
    return raw(424, 0, 0, None, 0)


@attack(errno.EPERM)
def signal_grader(facts):
    os.kill(facts["grader"], 0)


@attack(errno.EPERM)
def signal_parent(facts):
    os.kill(os.getppid(), 0)


@attack(errno.EPERM)
def signal_everybody(facts):
    os.kill(-1, 0)


@attack(errno.EPERM)
def signal_own_group(facts):
    os.killpg(0, 0)


@attack(errno.EPERM)
def signal_first_process(facts):
    os.kill(1, 0)


@attack(errno.EPERM)
def signal_neighbour(facts):
    os.kill(facts["neighbour"], 0)


@attack(errno.EPERM)
def signal_thread_of_grader(facts):
    return raw(234 if X86 else 131, facts["grader"], facts["grader"], 0)


@attack(errno.EPERM)
def signal_by_thread_number(facts):
    return raw(200 if X86 else 130, facts["grader"], 0)


@attack(errno.EPERM)
def queue_signal(facts):
    return raw(129 if X86 else 138, facts["grader"], 0, b"\0" * 128)


@attack(errno.EPERM)
def queue_signal_to_thread(facts):
    return raw(297 if X86 else 240, facts["grader"], facts["grader"], 0, b"\0" * 128)


@attack(errno.EPERM)
def signal_by_descriptor_owner(facts):
    fcntl.fcntl(3, fcntl.F_SETOWN, facts["grader"])


@attack(errno.EPERM)
def choose_signal_of_descriptor(facts):
    fcntl.fcntl(3, fcntl.F_SETSIG, signal.SIGKILL)


@attack(errno.EPERM)
def own_descriptor_by_ioctl(facts):
    fcntl.ioctl(3, 0x8901, struct.pack("i", facts["grader"]))


@attack(errno.EPERM)
def limit_grader(facts):
    resource.prlimit(facts["grader"], resource.RLIMIT_NOFILE, (3, 3))


@attack(errno.EPERM)
def read_limits_of_grader(facts):
    return resource.prlimit(facts["grader"], resource.RLIMIT_NOFILE)


@attack(errno.EPERM)
def raise_own_limits(facts):
    limits = (ctypes.c_uint64 * 2)(2**64 - 1, 2**64 - 1)
    return raw(302 if X86 else 261, 0, resource.RLIMIT_AS, ctypes.byref(limits), None)


@attack(errno.EPERM)
def raise_own_limits_by_old_call(facts):
    return raw(160 if X86 else 164, resource.RLIMIT_CPU, (ctypes.c_uint64 * 2)(10**6, 10**6))


@attack(errno.EPERM)
def slow_grader_down(facts):
    os.setpriority(os.PRIO_PROCESS, facts["grader"], 19)


@attack(errno.EPERM)
def take_processors_from_grader(facts):
    os.sched_setaffinity(facts["grader"], {0})


@attack(errno.EPERM)
def become_real_time(facts):
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


@attack(errno.EPERM)
def change_io_priority(facts):
    return raw(251 if X86 else 30, 1, 0, 0)


@attack(errno.EPERM)
def become_root(facts):
    os.setuid(0)


@attack(errno.EPERM)
def become_root_for_files(facts):
    return raw(122 if X86 else 151, 0)


@attack(errno.EPERM)
def become_another_group(facts):
    os.setresgid(0, 0, 0)


@attack(errno.EPERM)
def join_groups(facts):
    os.setgroups([0])


@attack(errno.EPERM)
def regain_capabilities(facts):
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    return raw(126 if X86 else 91, ctypes.byref(header), (ctypes.c_uint32 * 6)(*[2**32 - 1] * 6))


def _prctl(option, *arguments):
    result = LIBC.prctl(option, *[ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]])
    if result < 0:
        raise OSError(ctypes.get_errno(), "denied")
    return result


@attack(errno.EPERM)
def outlive_parent(facts):
    return _prctl(1, 0)


@attack(errno.EPERM)
def become_dumpable(facts):
    return _prctl(4, 1)


@attack(errno.EPERM)
def let_anybody_trace(facts):
    return _prctl(0x59616D61, -1)


@attack(errno.EPERM)
def adopt_orphans(facts):
    return _prctl(36, 1)


@attack(errno.EPERM)
def move_program_break(facts):
    return _prctl(35, 1, 0)


@attack(errno.EPERM)
def install_own_filter(facts):
    return raw(317 if X86 else 277, 1, 0, None)


@attack(errno.EPERM)
def listen_to_filter(facts):
    return raw(317 if X86 else 277, 1, 8, None)


@attack(errno.EPERM)
def change_personality(facts):
    return raw(135 if X86 else 92, 0x0040000)


@attack(errno.EPERM)
def leave_session(facts):
    os.setsid()


@attack(errno.EPERM)
def leave_process_group(facts):
    os.setpgid(0, 0)


# Sockets and shared memory -------------------------------------------------------------------


@attack(errno.EPERM)
def connect_by_tcp(facts):
    with socket.create_connection(("127.0.0.1", facts["tcp"]), timeout=2):
        return "connected"


@attack(errno.EPERM)
def send_by_udp(facts):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.sendto(b"stolen", ("127.0.0.1", facts["udp"]))


@attack(errno.EPERM)
def send_by_udp_6(facts):
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close()


@attack(errno.EPERM)
def resolve_a_name(facts):
    for kind in (socket.AF_INET, socket.AF_UNIX):
        socket.socket(kind, socket.SOCK_STREAM | socket.SOCK_CLOEXEC).close()
    return socket.getaddrinfo("localhost.localdomain", 80)


@attack(errno.EPERM)
def connect_to_unix_socket(facts):
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(facts["unix"])


@attack(errno.EPERM)
def connect_to_abstract_socket(facts):
    with socket.socket(socket.AF_UNIX) as link:
        link.connect("\0" + facts["abstract"])


@attack(errno.EPERM)
def make_socket_pair(facts):
    socket.socketpair()


@attack(errno.EPERM)
def open_netlink(facts):
    socket.socket(AF_NETLINK, socket.SOCK_RAW, 0).close()


@attack(errno.EPERM)
def open_packet_socket(facts):
    socket.socket(AF_PACKET, socket.SOCK_RAW, 0).close()


@attack(errno.EPERM)
def open_raw_socket(facts):
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()


@attack(errno.EPERM)
def open_machine_socket(facts):
    socket.socket(AF_VSOCK, socket.SOCK_STREAM).close()


@attack(errno.EPERM)
def listen_on_link(facts):
    with socket.socket(fileno=os.dup(3)) as link:
        link.listen()


@attack(errno.EPERM)
def reconnect_link(facts):
    with socket.socket(fileno=os.dup(3)) as link:
        link.connect(facts["unix"])


@attack(errno.EPERM)
def enlarge_link_buffer(facts):
    with socket.socket(fileno=os.dup(3)) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)


@attack(errno.EPERM)
def pass_descriptor_over_link(facts):
    with socket.socket(fileno=os.dup(3)) as link:
        socket.send_fds(link, [b"x"], [0])


@attack(errno.EPERM)
def receive_descriptor_over_link(facts):
    # Not by setblocking, which would change the link itself and end the process by accident.
    with socket.socket(fileno=os.dup(3)) as link:
        return socket.recv_fds(link, 1, 1, socket.MSG_DONTWAIT)


@attack(errno.EPERM)
def send_out_of_band(facts):
    with socket.socket(fileno=os.dup(3)) as link:
        link.send(b"x", socket.MSG_OOB)


@attack(errno.EPERM)
def attach_shared_memory_of_grader(facts):
    return raw(30 if X86 else 196, facts["shm"], 0, 0)


@attack(errno.EPERM)
def make_system_v_memory(facts):
    return raw(29 if X86 else 194, 0, 4096, 0o1600)


@attack(errno.EPERM)
def make_system_v_semaphore(facts):
    return raw(64 if X86 else 190, 0, 1, 0o1600)


@attack(errno.EPERM)
def make_system_v_queue(facts):
    return raw(68 if X86 else 186, 0, 0o1600)


@attack(errno.EPERM)
def make_posix_queue(facts):
    return raw(240 if X86 else 180, b"queue", os.O_CREAT | os.O_RDWR, 0o600, None)


@attack(*ABSENT)
def make_posix_memory(facts):
    return shared_memory.SharedMemory(create=True, size=4096).name


@attack(*ABSENT)
def attach_posix_memory_of_grader(facts):
    return bytes(shared_memory.SharedMemory(facts["posix_shm"]).buf[:6]).decode()


# The kernel's back rooms ---------------------------------------------------------------------

# Name, number on x86-64, on aarch64, and arguments that make the call fail with another error
# than EPERM if it gets through.
_BACK_ROOMS = (
    ("add_key", 248, 217, (None, None, None, 0, 0)),
    ("request_key", 249, 218, (None, None, None, 0)),
    ("keyctl", 250, 219, (0, -3, 0)),
    ("bpf", 321, 280, (0, None, 0)),
    ("perf_event_open", 298, 241, (None, 0, -1, -1, 0)),
    ("io_uring_setup", 425, 425, (0, None)),
    ("io_uring_enter", 426, 426, (-1, 0, 0, 0, None, 0)),
    ("io_uring_register", 427, 427, (-1, 0, None, 0)),
    ("io_setup", 206, 0, (0, None)),
    ("userfaultfd", 323, 282, (-1,)),
    ("process_madvise", 440, 440, (-1, None, 0, 0, 0)),
    ("kcmp", 312, 272, (0, 0, 99, 0, 0)),
    ("modify_ldt", 154, None, (99, None, 0)),
    ("ioperm", 173, None, (1 << 20, 1, 1)),
    ("iopl", 172, None, (99,)),
    ("arch_prctl", 158, None, (0x1003, None)),
    ("init_module", 175, 105, (None, 0, None)),
    ("finit_module", 313, 273, (-1, None, 0)),
    ("kexec_load", 246, 104, (0, 10**6, None, 0)),
    ("reboot", 169, 142, (0, 0, 0, None)),
    ("swapon", 167, 224, (None, 0)),
    ("pivot_root", 155, 41, (None, None)),
    ("sethostname", 170, 161, (None, -1)),
    ("clock_settime", 227, 112, (99, None)),
    ("syslog", 103, 116, (99, None, 0)),
    ("acct", 163, 89, (b"/nowhere",)),
    ("quotactl", 179, 60, (-1, None, 0, None)),
    ("fanotify_init", 300, 262, (-1, 0)),
    ("inotify_init1", 294, 26, (1,)),
    ("signalfd4", 289, 74, (-1, None, 0, 0)),
    ("timerfd_create", 283, 85, (99, 0)),
    ("timer_create", 222, 107, (99, None, None)),
    ("eventfd2", 290, 19, (0, 1)),
    ("epoll_create1", 291, 20, (1,)),
    ("splice", 275, 76, (-1, None, -1, None, 1, 0)),
    ("vmsplice", 278, 75, (-1, None, 0, 0)),
    ("sendfile", 40, 71, (-1, -1, None, 1)),
    ("copy_file_range", 326, 285, (-1, None, -1, None, 1, 0)),
    ("fallocate", 285, 47, (-1, 0, 0, 1)),
    ("mlockall", 151, 230, (99,)),
    ("mbind", 237, 235, (None, 4096, 99, None, 0, 0)),
    ("move_pages", 279, 239, (0, 1, None, None, None, 0)),
    ("remap_file_pages", 216, 234, (None, 0, 1, 0, 0)),
    ("pkey_alloc", 330, 289, (1, 0)),
    ("landlock_create_ruleset", 444, 444, (None, 0, 99)),
    ("seccomp_notify", 317, 277, (99, 0, None)),
    ("fsopen", 430, 430, (None, 0)),
    ("move_mount", 429, 429, (-1, None, -1, None, 0)),
    ("mount_setattr", 442, 442, (-1, None, 0, None, 0)),
    ("name_to_handle_at", 303, 264, (-1, None, None, None, 0)),
    ("sysfs", 139, None, (99, 0, 0)),
    ("vhangup", None, None, ()),
    ("lookup_dcookie", 212, 18, (0, None, 0)),
    ("set_mempolicy", 238, 237, (99, None, 0)),
    ("sync", None, None, ()),
)


def _back_room(on_x86, on_arm, arguments):
    def attempt(facts):
        return raw(on_x86 if X86 else on_arm, *arguments)

    return attempt


for _name, _on_x86, _on_arm, _arguments in _BACK_ROOMS:
    if (_on_x86 if X86 else _on_arm) is not None:
        ATTACKS[f"call_{_name}"] = _back_room(_on_x86, _on_arm, _arguments)
        ALLOWED_ERRORS[f"call_{_name}"] = DENIED


@attack(errno.EPERM)
def call_through_x32(facts):
    return raw(0x40000000 | 39)


@attack(errno.ENOSYS)
def call_a_number_of_the_future(facts):
    return raw(467)


def _machine_code(code):
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    return ctypes.CFUNCTYPE(ctypes.c_long)(address)()


@attack(errno.EPERM)
def call_through_32_bit_gate(facts):
    """getpid by ``int 0x80``: the 32-bit table, where 20 is harmless and 2 is fork."""
    if not X86:
        raise OSError(errno.EPERM, "no such gate here")
    result = _machine_code(b"\xb8\x14\x00\x00\x00\xcd\x80\x48\x98\xc3")
    if result < 0:
        raise OSError(-result, "denied")
    return result


@attack(errno.EPERM)
def fork_by_machine_code(facts):
    if not X86:
        raise OSError(errno.EPERM, "written for x86-64")
    result = _machine_code(b"\xb8\x39\x00\x00\x00\x0f\x05\xc3")
    if result < 0:
        raise OSError(-result, "denied")
    return result


# What may happen, within limits --------------------------------------------------------------

CONDUCT = {}


def conduct(function):
    """Register something that returns a measurement, or ends the process."""
    CONDUCT[function.__name__] = function
    return function


@conduct
def honest_work(facts):
    """Use everything that an answer may use."""
    import csv  # noqa: F401 (not imported in advance)
    import tempfile

    import numpy as np
    from matplotlib.figure import Figure

    Path("sub").mkdir()
    Path("sub/a.txt").write_text("kept")
    Path("sub/a.txt").rename("b.txt")
    np.save("array.npy", np.arange(10))
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("x")
    figure = Figure()
    figure.subplots().plot([1, 2], [3, 4])
    figure.savefig("plot.svg")
    figure.savefig("plot.png")
    solution = np.linalg.solve(np.eye(300) * 2, np.ones(300))
    Path("sub").rmdir()
    with Path("/dev/null").open("w") as nowhere:
        nowhere.write("x")
    names = sorted(path.name for path in Path().iterdir())
    return {
        "files": names,
        "text": Path("b.txt").read_text(),
        "sum": float(np.load("array.npy").sum()),
        "solved": float(solution.sum()),
        "random": len(os.urandom(4)) + len(Path("/dev/urandom").open("rb").read(4)),
        "limit": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    }


@conduct
def maps(facts):
    """Write to a file by way of memory."""
    import mmap

    Path("mapped").write_bytes(bytes(5000))
    with Path("mapped").open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[:4] = b"kept"
        memory.flush()
    return Path("mapped").read_bytes()[:5].decode()


@conduct
def fetches(facts):
    """Open local files by their addresses, one that is there and one that isn't."""
    import urllib.error
    import urllib.request

    Path("table.csv").write_text("kept")
    with urllib.request.urlopen(Path("table.csv").absolute().as_uri()) as page:
        kept = page.read().decode()
    try:
        urllib.request.urlopen(Path("absent.csv").absolute().as_uri())
    except urllib.error.URLError as error:
        return [kept, type(error.reason).__name__]


@conduct
def copies(facts):
    """Copy files and pack and unpack them, which ends with their modes and times."""
    import shutil
    import tarfile
    import zipfile

    Path("data").mkdir()
    Path("data/a.txt").write_text("kept")
    shutil.copy("data/a.txt", "one.txt")
    shutil.copy2("data/a.txt", "two.txt")
    shutil.copytree("data", "three")
    shutil.move("two.txt", "moved.txt")
    with tarfile.open("all.tar.gz", "w:gz") as archive:
        archive.add("data")
    with tarfile.open("all.tar.gz") as archive:
        archive.extractall("four")
    shutil.make_archive("all", "zip", "data")
    with zipfile.ZipFile("all.zip") as archive:
        archive.extractall("five")
    Path("new.txt").touch()
    Path("one.txt").touch()
    Path("one.txt").chmod(0o600)
    found = sorted(str(path) for path in Path().rglob("*.txt"))
    return {path: Path(path).read_text() for path in found}


@conduct
def timer(facts):
    """Interrupt an endless loop with a signal of our own."""

    def ring(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        while True:
            pass
    except TimeoutError:
        return "rang"


@conduct
def random_numbers(facts):
    import random

    import numpy as np

    return [random.random(), float(np.random.random())]  # noqa: NPY002


@conduct
def open_descriptors(facts):
    found = []
    for descriptor in range(1 << 12):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        found.append(descriptor)
    return found


@conduct
def environment(facts):
    pointer = ctypes.POINTER(ctypes.c_char_p).in_dll(LIBC, "environ")
    below, position = [], 0
    while pointer[position]:
        below.append(pointer[position].decode())
        position += 1
    return {"python": dict(os.environ), "below": below}


@conduct
def identity(facts):
    return {
        "uid": os.getuid(),
        "gid": os.getgid(),
        "groups": os.getgroups(),
        "cwd": str(Path.cwd()),
    }


@conduct
def secrets_in_memory(facts):
    """Look for a word of the grader's environment and arguments in every object we can reach."""
    import gc

    word = facts["half_word"] + "".join(reversed(facts["other_half_reversed"]))
    texts = (o for holder in gc.get_objects() for o in gc.get_referents(holder))
    return sum(isinstance(o, str) and word in o and o is not word for o in texts)


@conduct
def thread_bomb(facts):
    started = []
    stop = threading.Event()
    try:
        for _ in range(500):
            thread = threading.Thread(target=stop.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError:
        pass
    stop.set()
    return len(started)


@conduct
def small_stack_thread_bomb(facts):
    threading.stack_size(131072)  # aarch64 takes no less
    return thread_bomb(facts)


@conduct
def memory_bomb(facts):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


@conduct
def memory_bomb_caught(facts):
    hoard = []
    try:
        while True:
            hoard.append(bytearray(1 << 20))
    except MemoryError:
        count = len(hoard)
        hoard.clear()
        return count


@conduct
def map_bomb(facts):
    held = []
    try:
        while True:
            held.append(mmap.mmap(-1, 1 << 24))
    except OSError:
        return len(held)


@conduct
def pipe_bomb(facts):
    held = []
    try:
        while True:
            held.append(os.pipe())
    except OSError:
        count = len(held)
    for pair in held:
        for descriptor in pair:
            os.close(descriptor)
    return count


@conduct
def file_bomb(facts):
    """One file, as large as it goes."""
    written = 0
    try:
        with Path("big").open("wb", buffering=0) as file:
            while True:
                written += file.write(b"x" * 65536)
    except OSError as error:
        return [written, error.errno]


@conduct
def file_bomb_with_default_signal(facts):
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    return file_bomb(facts)


@conduct
def sparse_file(facts):
    try:
        with Path("sparse").open("wb") as file:
            file.truncate(1 << 40)
    except OSError as error:
        return error.errno


@conduct
def disk_bomb(facts):
    """Many files of the largest size; what is left fills the directory."""
    written = 0
    try:
        for number in range(10_000):
            with Path(f"f{number}").open("wb", buffering=0) as file:
                for _ in range(8):
                    written += file.write(b"x" * 131072)
    except OSError as error:
        return [written, error.errno]


@conduct
def inode_bomb(facts):
    made = 0
    try:
        while True:
            os.close(os.open(f"f{made}", os.O_CREAT | os.O_WRONLY))
            made += 1
    except OSError as error:
        return [made, error.errno]


@conduct
def deep_directories(facts):
    made = 0
    try:
        while made < facts.get("depth", 10**6):
            Path("d").mkdir()
            os.chdir("d")
            made += 1
    except OSError as error:
        return [made, error.errno]
    return [made, 0]


@conduct
def flood_output(facts):
    written = 0
    block = b"x" * (1 << 20)
    try:
        while written < 1 << 30:
            written += os.write(1, block)
    except OSError as error:
        return [written, error.errno]
    return [written, 0]


@conduct
def flood_python_output(facts):
    try:
        for _ in range(1 << 16):
            print("x" * 1024, flush=True)
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return error.errno


@conduct
def flood_link(facts):
    while True:
        os.write(3, b"x" * 65536)


@conduct
def close_link_and_stay(facts):
    os.close(3)
    while True:
        time.sleep(1)


@conduct
def spin(facts):
    while True:
        pass


@conduct
def spin_ignoring_signals(facts):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass


@conduct
def sleep_ignoring_signals(facts):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    while True:
        time.sleep(1)


@conduct
def stop_itself(facts):
    signal.raise_signal(signal.SIGSTOP)
    time.sleep(60)


@conduct
def crash(facts):
    return ctypes.string_at(0)


@conduct
def overflow_c_stack(facts):
    sys.setrecursionlimit(10**8)

    class Deep:
        def __repr__(self):
            return repr(self)

    return repr(Deep())


@conduct
def abort(facts):
    os.abort()


@conduct
def leave(facts):
    os._exit(7)


@conduct
def leave_without_answer(facts):
    os._exit(facts["status"])


@conduct
def raise_system_exit(facts):
    sys.exit(3)


@conduct
def raise_error(facts):
    raise LookupError("lost")


@conduct
def write_answer(facts):
    Path("answer.txt").write_text("the neighbour's answer")
    return str(Path.cwd())


@conduct
def files_here(facts):
    return sorted(path.name for path in Path().iterdir())


@conduct
def reply_largely(facts):
    return "x" * (8 << 20)


# ---------------------------------------------------------------------------------------------


def receive(link):
    """Read one length-prefixed JSON message; None at the end of the stream."""
    header = read_exactly(link, 4)
    if header is None:
        return None
    return json.loads(read_exactly(link, struct.unpack("!I", header)[0]))


def read_exactly(link, count):
    parts = bytearray()
    while len(parts) < count:
        part = link.recv(count - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)


def send(link, message):
    body = json.dumps(message).encode()
    link.sendall(struct.pack("!I", len(body)) + body)


def main(link):
    """Serve attacks by name until the grader closes the link."""
    while (request := receive(link)) is not None:
        name, facts = request
        if name in CONDUCT:
            send(link, {"returned": CONDUCT[name](facts)})
            continue
        try:
            returned = ATTACKS[name](facts)
        except OSError as error:
            send(link, {"errno": error.errno, "text": repr(error)})
        else:
            send(link, {"returned": repr(returned)})
