"""The grader's side: start a warm process, get student processes from it, end them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType

from grading.sandbox.death import REASONS, Death
from grading.sandbox.limits import ONE_THREAD, Limits
from grading.sandbox.tier import Tier

PRELOAD = ("numpy", "matplotlib.figure", "matplotlib.backends.backend_agg", "tutor")
_MESSAGE_BYTES = 64 * 1024
_IMPORTED = b'{"imported": true}'
# Importing matplotlib for the first time on a slow disk, with its list of fonts, takes a while.
_START_SECONDS = 120
# The whole environment of the warm process, but for two paths.
_ENVIRONMENT = {
    **ONE_THREAD,
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    # glibc reserves 64 MiB of address space for each further arena, and that is limited.
    "MALLOC_ARENA_MAX": "1",
}
_BOOT = (
    "import json, sys; sys.path[:], sys.dont_write_bytecode = json.loads(sys.argv[2])\n"
    "from grading.sandbox.warm import main; main(int(sys.argv[1]))"
)


class SandboxError(RuntimeError):
    """The sandbox could not be started or did not hold."""


class Handle:
    """One running student process.

    Attributes
    ----------
    socket : socket.socket
        The grader's end of the link, a connected stream socket. It reads end of file when the
        student process dies, or raises `ConnectionError` if something sent to it was not read.
        Everything that arrives on it is the student's word.
    limits : Limits
        What the process may use.

    Notes
    -----
    A handle is a context manager that kills the process and closes everything. Losing the handle
    kills the process too. Handles of one `WarmProcess` may be used from different threads.
    """

    def __init__(
        self, link: socket.socket, status: socket.socket, output: int, limits: Limits
    ) -> None:
        self.socket = link
        self.limits = limits
        self._status = status
        self._output = output
        self._pidfd = -1
        self._killed_for = ""
        self._death: Death | None = None
        self._await_start()

    def _await_start(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self._status, _MESSAGE_BYTES, 1)
        if descriptors:
            self._pidfd = descriptors[0]
        else:
            self._death = Death(**json.loads(message)) if message else Death("lost")

    def fileno(self) -> int:
        """Return a descriptor that becomes readable when the process dies (a pidfd).

        So a handle can be given to `select`, `selectors` and `poll` beside its socket.
        """
        return self._pidfd

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.wait(0) is None

    def wait(self, timeout: float | None = None) -> Death | None:
        """Wait for the process to end.

        Parameters
        ----------
        timeout : float or None
            Seconds to wait; None waits for the process's own wall limit at most.

        Returns
        -------
        Death or None
            How it ended, or None if it still runs after `timeout`.
        """
        if self._death is None:
            ready, _, _ = select.select([self._status], [], [], timeout)
            if not ready:
                return None
            message = self._status.recv(_MESSAGE_BYTES)
            self._death = Death(**json.loads(message)) if message else Death("lost")
            if self._death.reason == "setup":
                self._death = replace(self._death, detail=self._last_line_of_output())
            elif self._killed_for and self._death.signal == signal.SIGKILL:
                self._death = replace(self._death, reason=self._killed_for)
        return self._death

    def kill(self, reason: str = "killed") -> Death:
        """End the process at once and tell how it ended.

        Nothing of it is left when this returns: a student process can't have children, and it has
        been reaped.

        Parameters
        ----------
        reason : str
            A key of `REASONS`, for what the grader measures itself: "wall" for a deadline of a
            single cell, "output", "reply". A process that had died before keeps its own reason.

        Raises
        ------
        ValueError
            If `reason` is not a key of `REASONS`.
        """
        if reason not in REASONS:
            raise ValueError(f"reason must be one of {', '.join(REASONS)}, got {reason!r}")
        death = self.wait(0)
        if death is None:
            self._killed_for = reason
            try:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            except (OSError, ValueError):
                self._status.shutdown(socket.SHUT_WR)  # the warm process kills it then
            death = self.wait()
        assert death is not None
        return death

    def output(self) -> bytes:
        """Return what was written to the descriptors 1 and 2 so far, at most `output_bytes`.

        This is what C code, or ``os.write(1, …)``, wrote, and the traceback if the child's main
        function raised. Whatever replaces `sys.stdout` never comes here.
        """
        written = min(os.lseek(self._output, 0, os.SEEK_CUR), self.limits.output_bytes)
        return os.pread(self._output, written, 0)

    def _last_line_of_output(self) -> str:
        lines = self.output().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def close(self) -> None:
        """Kill the process if it still runs, and free everything. May be called twice."""
        if self._output < 0:
            return
        self.kill()
        self.socket.close()
        self._status.close()
        os.close(self._output)
        if self._pidfd >= 0:
            os.close(self._pidfd)
        self._output = self._pidfd = -1

    def __enter__(self) -> Handle:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Starting:
    """An interpreter that imports what student processes need, until a `WarmProcess` takes it over.

    What contains their code need not be known yet. It ends when nobody takes it over.

    Parameters
    ----------
    main, preload
        As for `WarmProcess`.
    spare : str or None
        A directory for what libraries keep between runs, where there is no home directory.
    """

    def __init__(
        self, main: str, preload: Iterable[str] = PRELOAD, spare: str | None = None
    ) -> None:
        self.main = main
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # It compiles what it imports for the next time, as this interpreter does.
        ways = json.dumps([sys.path, sys.dont_write_bytecode])
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT, str(theirs.fileno()), ways],
                env=_environment(spare),
                cwd="/",
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.preload(preload)

    @staticmethod
    def early(main: str, preload: Iterable[str] = PRELOAD) -> Starting | None:
        """Start one, if it can be started in advance here."""
        return Starting(main, preload) if sys.platform == "linux" and _has_home() else None

    def preload(self, modules: Iterable[str], **containment: str) -> None:
        """Have it import more; once it is told how to contain itself, it takes no more requests."""
        request = {"main": self.main, "preload": list(modules), **containment}
        with contextlib.suppress(OSError):  # it has ended: whoever waits for it will see
            self.control.send(json.dumps(request).encode())

    def wait(self) -> None:
        """Wait until it has imported what it was told first, or has ended."""
        select.select([self.control], [], [], _START_SECONDS)

    def close(self) -> None:
        """End it."""
        self.control.close()
        wait_or_kill(self.process)


class WarmProcess:
    """A process that has imported everything and forks student processes in milliseconds.

    Parameters
    ----------
    main : str
        ``"package.module:function"``: what each student process runs once it is locked in. It is
        called as ``function(link)``, where `link` is a connected `socket.socket`. Its module is
        imported in the warm process, before any fork, so it may import what it likes at its top,
        but must start no threads and compute nothing with numpy.
    tier : Tier or None
        The containment to use; None uses `probe()`.
    preload : iterable of str
        Modules to import in advance. What isn't imported here can still be imported by a student
        process, if it belongs to the interpreter's or the virtual environment's libraries.
    unsafe : bool
        Allow a tier below "landlock", where only resource limits hold.
    wait : bool
        Whether to wait until it is ready; otherwise call `ready` before `spawn`.
    starting : Starting or None
        An interpreter to take over that was started for the same `main`.

    Raises
    ------
    SandboxError
        If the tier is not safe and `unsafe` is not set, or if the warm process can't start.

    Notes
    -----
    What holds inside `main`: the current directory is an empty, private, size-limited scratch
    directory, the only place that can be written. Descriptors 0, 1, 2 and 3 (the link) are open
    and no other. `os.environ` is empty but for HOME, TMPDIR and a few harmless names. `link`
    supports `sendall`, `recv` and `recv_into`, and `settimeout`; `sendmsg` and `recvmsg` are
    denied, as they could carry descriptors. Sub-processes, sockets and signals to others raise
    `PermissionError`. When `main` returns the process ends with status 0; if it raises, the
    traceback goes to descriptor 2 and the status is 1 (a `MemoryError`: reason "memory").

    Examples
    --------
    >>> with WarmProcess("grading.engine.student:main") as warm:          # doctest: +SKIP
    ...     with warm.spawn(Limits(wall_seconds=5)) as child:
    ...         child.socket.sendall(b"...")
    ...         reply = child.socket.recv(1024)
    ...         death = child.kill()
    """

    def __init__(
        self,
        main: str,
        *,
        tier: Tier | None = None,
        preload: Iterable[str] = PRELOAD,
        unsafe: bool = False,
        wait: bool = True,
        starting: Starting | None = None,
    ) -> None:
        from grading.sandbox.probe import probe

        if sys.platform != "linux":
            raise SandboxError(f"student processes need Linux, and this is {sys.platform}")
        self.tier = probe() if tier is None else tier
        if not self.tier.safe and not unsafe:
            raise SandboxError(f"no sandbox can hold untrusted code here\n{self.tier}")
        self.owner = os.getpid()
        self._lock = threading.Lock()
        self._scratch = tempfile.mkdtemp(prefix="grading-")
        # Others may pass, not look: a student process of root's is nobody.
        Path(self._scratch).chmod(0o711)
        if starting is None:
            starting = Starting(main, (), self._scratch)
        self._control, self._process = starting.control, starting.process
        starting.preload(preload, tier=self.tier.name, scratch=self._scratch)
        self._is_ready = False
        if wait:
            self.ready()

    def ready(self) -> None:
        """Wait until it has imported everything.

        Raises
        ------
        SandboxError
            If it can't start.
        """
        if self._is_ready:
            return
        answer = _IMPORTED
        while answer == _IMPORTED:
            ready, _, _ = select.select([self._control], [], [], _START_SECONDS)
            answer = self._control.recv(_MESSAGE_BYTES) if ready else b""
        if answer.startswith(b'{"ready"'):
            self._is_ready = True
            return
        self.close()
        if answer:
            reason = json.loads(answer)["error"]
        else:
            reason = "it ended at once" if ready else f"no answer in {_START_SECONDS} s"
        raise SandboxError(f"the warm process could not start: {reason}")

    @property
    def pid(self) -> int:
        """The process id of the warm process, or of the parent that waits for it."""
        return self._process.pid

    def listens(self) -> bool:
        """Whether anybody is there to ask; forks of the process that started it may ask, too."""
        poller = select.poll()
        poller.register(self._control, 0)  # the end of the other side is told unasked
        return not poller.poll(0)

    def spawn(self, limits: Limits | None = None) -> Handle:
        """Fork one student process and return at once.

        Raises
        ------
        SandboxError
            If the warm process is gone.
        """
        limits = Limits() if limits is None else limits
        ours, link = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        status, report = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        output = _output_file(limits.output_bytes)
        with link, report:
            try:
                with self._lock:
                    socket.send_fds(
                        self._control,
                        [json.dumps({"limits": asdict(limits)}).encode()],
                        [link.fileno(), report.fileno(), output],
                    )
            except OSError as error:
                raise SandboxError(f"the warm process is gone: {error}") from error
        return Handle(ours, status, output, limits)

    def leave(self) -> None:
        """Ask for nothing more. Forks of the process that started it may, and it ends with them."""
        self._control.close()

    def close(self) -> None:
        """End the warm process and every student process it has forked."""
        self.leave()
        wait_or_kill(self._process)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> WarmProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def wait_or_kill(process: subprocess.Popen[bytes], seconds: float = 5) -> None:
    """Wait for a process that has been told to end; end it if that takes too long."""
    if process.poll() is None:
        descriptor = os.pidfd_open(process.pid)  # `wait` with a timeout would sleep too long
        if not select.select([descriptor], [], [], seconds)[0]:
            process.kill()
        os.close(descriptor)
        process.wait()


def _environment(spare: str | None) -> dict[str, str]:
    """Return the environment of the warm process.

    Matplotlib keeps a list of fonts in the home directory, and builds it anew (a second) at each
    start where it can't.
    """
    if spare is None or _has_home():
        return {**_ENVIRONMENT, "HOME": str(Path("~").expanduser())}
    return {**_ENVIRONMENT, "HOME": spare, "MPLCONFIGDIR": spare}


def _has_home() -> bool:
    """Whether there is a home directory to keep something in."""
    return os.access(Path("~").expanduser(), os.W_OK)


def _output_file(size: int) -> int:
    """Make a memory file that can't grow beyond `size`: writing more raises, and never blocks."""
    import fcntl

    descriptor = os.memfd_create("output", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
    return descriptor
