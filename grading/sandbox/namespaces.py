"""Namespaces and the private root.

The warm process itself lives in namespaces of its own: no network, no view of other processes,
and a root directory that holds nothing but read-only libraries. As first process of its pid
namespace it takes everything that it has forked with it when it dies. Each student process gets
a further user, pid, mount and ipc namespace, in which it is nobody, and an empty scratch
directory on a memory file system of limited size.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grading.sandbox import kernel, view
from grading.sandbox.limits import Limits

SCRATCH = "/scratch"
NOBODY = 65534
_ALL = (
    kernel.CLONE_NEWUSER
    | kernel.CLONE_NEWNS
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
)
# Where the new root is put together. Every Linux system has it, and only this process sees what
# is mounted on it.
_BUILDING_SITE = "/tmp"
_PASSWD = f"student:x:{NOBODY}:{NOBODY}::{SCRATCH}:/\n"
_GROUP = f"student:x:{NOBODY}:\n"


def leave_the_machine() -> None:
    """Move this process into new namespaces. Returns in a child that is the first process there.

    The calling process only waits for that child and never returns. It must have one thread.

    Raises
    ------
    OSError
        If the kernel, or the container around us, forbids it.
    """
    signal_end, wait_end = os.pipe()[::-1]
    writer = os.fork()
    if writer == 0:
        os.close(signal_end)
        os._exit(_write_maps_for(os.getppid(), wait_end))
    os.close(wait_end)
    try:
        kernel.unshare(_ALL)
        os.write(signal_end, b"1")
    finally:
        os.close(signal_end)
        _, status = os.waitpid(writer, 0)
    if status:
        raise PermissionError("the user namespace could not be given its user id")
    child = os.fork()
    if child:
        _wait_as(child)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait_as(child: int) -> None:
    """Hold no descriptor, wait for `child` and end like it."""
    os.closerange(0, 1 << 20)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _write_maps_for(pid: int, wait_end: int) -> int:
    """Map our user into the namespace of `pid`, once it is there; return an exit status.

    Root maps nobody as well, so that student processes need not be root. Only a process outside
    the namespace may write two lines.
    """
    if os.read(wait_end, 1) != b"1":
        return 1
    user, group = os.geteuid(), os.getegid()
    extra = f"{NOBODY} {NOBODY} 1\n" if user == 0 else ""
    process = Path("/proc", str(pid))
    try:
        if user != 0:
            Path(process, "setgroups").write_text("deny")
        Path(process, "uid_map").write_text(f"0 {user} 1\n{extra}")
        Path(process, "gid_map").write_text(f"0 {group} 1\n{extra}")
    except OSError:
        return 1
    return 0


@dataclass(frozen=True, slots=True)
class Ground:
    """What the warm process keeps to make namespaces for its children.

    Attributes
    ----------
    proc : int
        Directory descriptor of the host's /proc, which has no place in the private root. Student
        processes close it before they run anything.
    own_pids : int
        Descriptor of the warm process's own pid namespace.
    drop_root : bool
        Whether student processes change to the user nobody.
    """

    proc: int
    own_pids: int
    drop_root: bool

    def fork(self) -> int:
        """Fork a child that is the first process of a new pid namespace."""
        kernel.unshare(kernel.CLONE_NEWPID)
        pid = -1
        try:
            pid = os.fork()
        finally:
            if pid:
                # Otherwise the next child would be a neighbour in the same namespace.
                kernel.setns(self.own_pids, kernel.CLONE_NEWPID)
        return pid

    def enter(self, limits: Limits) -> None:
        """Give the calling child its own user, mounts, ipc and an empty scratch directory."""
        with contextlib.suppress(OSError):
            # Under memory pressure the kernel takes this process first, and not the grader.
            self._write("oom_score_adj", "1000")
        if self.drop_root:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            # Changing the user made /proc/self ours no longer.
            kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
        user, group = os.geteuid(), os.getegid()
        kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC)
        with contextlib.suppress(PermissionError):  # denied already, further out
            self._write("setgroups", "deny")
        self._write("uid_map", f"{NOBODY} {user} 1")
        self._write("gid_map", f"{NOBODY} {group} 1")
        kernel.mount(
            "scratch",
            SCRATCH,
            "tmpfs",
            kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC,
            f"size={limits.scratch_bytes},nr_inodes={limits.scratch_files + 1},mode=700",
        )

    def _write(self, name: str, text: str) -> None:
        descriptor = os.open(f"self/{name}", os.O_WRONLY, dir_fd=self.proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def build_private_root(readable: Iterable[str], hidden: Iterable[str]) -> Ground:
    """Replace this process's root directory by one with only what `readable` names.

    Parameters
    ----------
    readable : iterable of str
        Absolute paths, shown read-only at the same place. Symbolic links on the way are kept.
    hidden : iterable of str
        Directories below them that are shown empty.
    """
    proc = _move_up(os.open("/proc", os.O_PATH | os.O_DIRECTORY))
    own_pids = _move_up(os.open("/proc/self/ns/pid", os.O_RDONLY))
    # Hold the sources: the building site may hide some of them.
    plan = _Plan()
    for path in readable:
        plan.add(path)
    for path in view.DEVICES:
        plan.add(path)
    socket.sethostname("sandbox")
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("root", _BUILDING_SITE, "tmpfs", kernel.MS_NOSUID, "size=1m,mode=755")
    plan.build(_BUILDING_SITE, hidden)
    for name in (SCRATCH, "/etc", "/tmp"):
        Path(_BUILDING_SITE + name).mkdir(exist_ok=True)
    Path(_BUILDING_SITE, "etc/passwd").write_text(_PASSWD)
    Path(_BUILDING_SITE, "etc/group").write_text(_GROUP)
    plan.seal(_BUILDING_SITE)
    kernel.change_root(_BUILDING_SITE)
    return Ground(proc, own_pids, drop_root=_maps_nobody(proc))


def _move_up(descriptor: int) -> int:
    """Give a descriptor a number that no student process uses for something else."""
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 200)
    os.close(descriptor)
    return high


def _maps_nobody(proc: int) -> bool:
    descriptor = os.open("self/uid_map", os.O_RDONLY, dir_fd=proc)
    try:
        return len(os.read(descriptor, 4096).splitlines()) > 1
    finally:
        os.close(descriptor)


class _Plan:
    """Mounts and symbolic links of a root directory that is not yet there."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}
        self.sources: dict[str, int] = {}

    def add(self, path: str) -> None:
        """Plan to show `path`, and each symbolic link on the way to it."""
        real = "/"
        parts = [part for part in path.split("/") if part]
        for position, part in enumerate(parts):
            place = Path(real, part)
            if place.is_symlink():
                target = place.readlink()
                self.links[str(place)] = str(target)
                rest = parts[position + 1 :]
                self.add(os.path.normpath(Path(real, target, *rest)))
                return
            real = str(place)
        if os.access(real, os.R_OK) and not self._shown(real):
            self.sources[real] = os.open(real, os.O_PATH)

    def _shown(self, real: str) -> bool:
        return any(view.lies_below(real, source) for source in self.sources)

    def build(self, root: str, hidden: Iterable[str]) -> None:
        """Make the mount points below `root` and mount the sources on them, outer ones first."""
        for place in sorted(self.sources, key=len):
            descriptor = self.sources[place]
            target = Path(root + place)
            source = Path(f"/proc/self/fd/{descriptor}")
            if not target.exists():
                _make_mount_point(target, is_directory=source.is_dir())
            kernel.mount(str(source), str(target), None, kernel.MS_BIND | kernel.MS_REC)
            os.close(descriptor)
        for place, destination in self.links.items():
            link = Path(root + place)
            if not self._shown(place) and not link.is_symlink():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(destination)
        for path in hidden:
            if self._shown(path):
                kernel.mount("hidden", root + path, "tmpfs", 0, "size=4k,mode=755")

    def seal(self, root: str) -> None:
        """Make everything read-only but the devices, whose file systems must allow devices."""
        for place in self.sources:
            if place not in view.DEVICES:
                kernel.make_read_only(root + place)
        kernel.make_read_only(root, recursive=False)


def _make_mount_point(target: Path, *, is_directory: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_directory:
        target.mkdir()
    else:
        target.touch()
