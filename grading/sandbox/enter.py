"""What a student process does to itself before the first line of a student's code.

A `Cage` is prepared once, in the warm process: what can be computed, opened or mounted in
advance. Each forked child then calls `Cage.enter`, which can't be undone. The order matters:
namespaces need privileges, Landlock and seccomp take the last ones away, seccomp comes last
because it denies the calls that the others need.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import sys
import tempfile
from pathlib import Path

from grading.sandbox import kernel, landlock, namespaces, scratch, seccomp, view
from grading.sandbox.limits import ONE_THREAD, Limits
from grading.sandbox.tier import Tier

# The whole environment of a student process, but for the scratch directory.
_ENVIRONMENT = {**ONE_THREAD, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "Agg"}
_NEVER = (
    resource.RLIMIT_CORE,
    resource.RLIMIT_MEMLOCK,
    resource.RLIMIT_MSGQUEUE,
    resource.RLIMIT_NICE,
    resource.RLIMIT_RTPRIO,
)


class Cage:
    """The containment of one tier, without namespaces: Landlock, seccomp, limits.

    Parameters
    ----------
    tier : Tier
        "landlock", or "none" for limits alone.
    scratch_parent : str
        A directory of the grader's own, in which each student process gets one.
    """

    def __init__(self, tier: Tier, scratch_parent: str) -> None:
        self.tier = tier
        self.scratch_parent = scratch_parent
        self.warm_pid = os.getpid()
        self.mapped_bytes = _mapped_bytes()
        self.readable: list[str] = []
        self.listable: list[str] = []
        if tier.safe:
            self._find_what_may_be_read()

    def _find_what_may_be_read(self) -> None:
        self.abi = landlock.version()
        hidden = view.hidden_paths()
        for path in view.readable_paths():
            listable, readable = view.split_around(path, hidden)
            self.listable += listable
            self.readable += readable
        # As root, become nobody, unless that would take the interpreter's own files away.
        self.drop_root = os.geteuid() == 0 and all(_open_to_all(p) for p in self.readable)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a child has to keep open until it has entered."""
        return ()

    def fork(self) -> int:
        """Fork as `os.fork`."""
        return os.fork()

    def make_scratch(self) -> str:
        """Return the scratch directory for the next child. Called before the fork."""
        directory = tempfile.mkdtemp(dir=self.scratch_parent)
        if self.tier.safe and self.drop_root:
            os.chown(directory, namespaces.NOBODY, namespaces.NOBODY)
        return directory

    def overflows(self, directory: str, limits: Limits) -> bool:
        """Tell whether a scratch directory holds more than it may."""
        return scratch.exceeds(directory, limits)

    def remove_scratch(self, directory: str) -> None:
        """Delete what a dead child left behind."""
        scratch.remove(directory)

    def enter(self, limits: Limits, directory: str) -> None:
        """Lock the calling child in, for good.

        Parameters
        ----------
        limits : Limits
            What it may use.
        directory : str
            Its scratch directory, which becomes the current one.

        Raises
        ------
        OSError
            If any part fails: the student's code must not run then.
        """
        os.setsid()
        with contextlib.suppress(OSError):
            # Under memory pressure the kernel takes this process first, and not the grader.
            Path("/proc/self/oom_score_adj").write_text("1000")
        if self.tier.safe and self.drop_root:
            os.setgroups([])
            os.setresgid(*[namespaces.NOBODY] * 3)
            os.setresuid(*[namespaces.NOBODY] * 3)
        # After the change of user, which would clear it.
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.warm_pid:
            raise ProcessLookupError("the warm process died before it could be watched")
        os.chdir(directory)
        self._finish(limits, directory, threads=0)

    def _finish(self, limits: Limits, directory: str, *, threads: int) -> None:
        _forget_the_grader(directory)
        _limit_resources(limits, self.mapped_bytes, threads)
        if not self.tier.safe:
            return
        kernel.drop_capabilities()
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        # Nobody with our user id may look into us, and there is no core file.
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        ruleset = landlock.create_ruleset(self.abi)
        landlock.allow(ruleset, self.abi, self.listable, landlock.READ_DIR)
        landlock.allow(ruleset, self.abi, self.readable, landlock.READ)
        landlock.allow(ruleset, self.abi, view.DEVICES, landlock.DEVICE)
        landlock.allow(ruleset, self.abi, [directory], landlock.SCRATCH)
        landlock.restrict(ruleset)
        seccomp.restrict(seccomp.build(threads=threads > 0, pid=os.getpid()))


class NamespaceCage(Cage):
    """The containment of the "namespaces" tier. Building it moves the process into a new root.

    `namespaces.leave_the_machine` must have been called before.
    """

    def _find_what_may_be_read(self) -> None:
        self.abi = landlock.version()
        self.ground = namespaces.build_private_root(view.readable_paths(), view.hidden_paths())
        self.readable = ["/"]
        for threads in (True, False):
            seccomp.build(threads=threads, pid=1)  # the forks find it assembled

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a child has to keep open until it has entered."""
        return (self.ground.proc, self.ground.own_pids)

    def fork(self) -> int:
        """Fork a child that is the first process of a new pid namespace."""
        return self.ground.fork()

    def make_scratch(self) -> str:
        """Return where the child will mount its own scratch directory."""
        return namespaces.SCRATCH

    def overflows(self, directory: str, limits: Limits) -> bool:
        """Return False: the kernel keeps the limit of the child's file system."""
        return False

    def remove_scratch(self, directory: str) -> None:
        """Do nothing: the child's file system has died with it."""

    def enter(self, limits: Limits, directory: str) -> None:
        """Lock the calling child in, for good."""
        os.setsid()
        self.ground.enter(limits)
        os.chdir(directory)
        os.close(self.ground.proc)
        os.close(self.ground.own_pids)
        self._finish(limits, directory, threads=limits.threads)


def _mapped_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _open_to_all(path: str) -> bool:
    """Tell whether any user can reach `path`."""
    place = Path(os.path.realpath(path))
    return all(parent.stat().st_mode & 0o001 for parent in place.parents) and bool(
        place.stat().st_mode & 0o004
    )


def _forget_the_grader(directory: str) -> None:
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(_ENVIRONMENT, HOME=directory, TMPDIR=directory)
    tempfile.tempdir = None
    # Forks share the state of the warm process's generators; fresh interpreters don't.
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(list(os.urandom(16)))  # without numbers it takes half a millisecond


def _limit_resources(limits: Limits, mapped_bytes: int, threads: int) -> None:
    """Set the kernel's limits, soft and hard alike, so that they can't be raised."""
    values = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: mapped_bytes + limits.memory_bytes,
        # The raw output is a file too.
        resource.RLIMIT_FSIZE: max(limits.file_bytes, limits.output_bytes),
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: threads + 1,
    }
    for what in _NEVER:
        values[what] = 0
    for what, value in values.items():
        resource.setrlimit(what, (value, value))
