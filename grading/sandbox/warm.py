"""The warm process: it has imported everything, and forks one student process per submission.

It runs in an interpreter of its own, started with a clean environment, and never sees a
submission, an answer key or a gradebook: nothing that a student process inherits is secret.
`grading.sandbox.spawn` starts it and talks to it; nobody else calls this module.

Protocol, over a sequenced-packet socket: the first messages say what to import, and the last of
them how to contain students' code; that one is answered by "ready" or "error", the others by
"imported". Then each message asks for one student process and carries three descriptors: the
student's end of its link, our end of a status socket, and the file that takes its raw output. On
the status socket we send one message with a descriptor of the process (its pidfd) and one about its
death. When the other end of a status socket closes, the process dies; when the control socket
closes, all of them die.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from grading.sandbox import namespaces
from grading.sandbox.enter import Cage, NamespaceCage
from grading.sandbox.large_pages import use_large_pages
from grading.sandbox.limits import Limits
from grading.sandbox.tier import Tier

MESSAGE_BYTES = 64 * 1024
EXIT_ERROR = 1
# What no Python program uses by accident.
EXIT_MEMORY = 214
# Where a child tells that it has locked itself in, until it has.
_TELL = 4
# How often the scratch directories are measured where the kernel can't limit them.
DISK_CHECK_MILLISECONDS = 50

Main = Callable[[socket.socket], object]


@dataclass(slots=True)
class Child:
    """A student process, as its parent sees it."""

    pid: int
    pidfd: int
    status: socket.socket
    limits: Limits
    scratch: str
    locked_in: int
    started: float
    killed_for: str = ""

    @property
    def deadline(self) -> float:
        """When it has to be dead, in the time of `time.monotonic`."""
        return self.started + self.limits.wall_seconds


class MemoryKills:
    """Tells whether the kernel's out-of-memory killer was at work.

    Made before the private root hides /proc.
    """

    def __init__(self) -> None:
        self._file = os.open("/proc/vmstat", os.O_RDONLY)
        self._count = self._read()

    def happened(self) -> bool:
        """Whether it has killed anything on this machine since the last question."""
        before, self._count = self._count, self._read()
        return self._count > before

    def _read(self) -> int:
        fields = dict(line.split() for line in os.pread(self._file, 1 << 16, 0).splitlines())
        return int(fields.get(b"oom_kill", 0))


class WarmServer:
    """The loop of the warm process: fork, watch, reap."""

    def __init__(
        self, control: socket.socket, main: Main, cage: Cage, memory_kills: MemoryKills
    ) -> None:
        self.memory_kills = memory_kills
        self.control = control
        self.main = main
        self.cage = cage
        self.children: dict[int, Child] = {}
        self.poller = select.poll()
        self.poller.register(control, select.POLLIN)

    def run(self) -> None:
        """Serve until the control socket closes."""
        while True:
            ready = dict(self.poller.poll(self._milliseconds_to_deadline()))
            if self.control.fileno() in ready and not self._serve_request():
                return
            for child in list(self.children.values()):
                self._look_after(child, ready)

    def _look_after(self, child: Child, ready: dict[int, int]) -> None:
        if child.pidfd in ready:
            self._bury(child)
        elif child.killed_for:
            return
        elif child.status.fileno() in ready:
            self._kill(child, "killed")
        elif time.monotonic() >= child.deadline:
            self._kill(child, "wall")
        elif self.cage.overflows(child.scratch, child.limits):
            self._kill(child, "disk")

    def _milliseconds_to_deadline(self) -> int | None:
        waiting = [child.deadline for child in self.children.values() if not child.killed_for]
        if not waiting:
            return None
        until = max(0, int((min(waiting) - time.monotonic()) * 1000) + 1)
        return (
            until if isinstance(self.cage, NamespaceCage) else min(until, DISK_CHECK_MILLISECONDS)
        )

    def _serve_request(self) -> bool:
        try:
            message, descriptors, _, _ = socket.recv_fds(self.control, MESSAGE_BYTES, 3)
        except ConnectionResetError:  # the grader has gone, with something of ours unread
            return False
        if not message:
            return False
        link, status, output = descriptors
        limits = Limits(**json.loads(message)["limits"])
        status_socket = socket.socket(fileno=status)
        try:
            self._fork(limits, status_socket, link, output)
        except OSError as error:  # no memory, no process ids, no disk: the next may succeed
            _tell(status_socket, {"reason": "setup", "detail": str(error)})
            status_socket.close()
        os.close(link)
        os.close(output)
        return True

    def _fork(self, limits: Limits, status_socket: socket.socket, link: int, output: int) -> None:
        scratch = self.cage.make_scratch()
        started = time.monotonic()
        # One byte comes through when the child has locked itself in. An exit status alone could
        # be forged, and a student's process would look like a broken sandbox.
        locked_in, tell_locked_in = os.pipe()
        try:
            pid = self.cage.fork()
            if pid == 0:
                self._become_student(link, output, tell_locked_in, limits, scratch)
        except OSError:
            os.close(locked_in)
            raise
        finally:
            os.close(tell_locked_in)
        pidfd = os.pidfd_open(pid)
        child = Child(pid, pidfd, status_socket, limits, scratch, locked_in, started)
        self.children[pid] = child
        self.poller.register(child.pidfd, select.POLLIN)
        self.poller.register(status_socket, select.POLLIN)
        _tell(status_socket, {"pid": pid}, [child.pidfd])

    def _become_student(
        self, link: int, output: int, tell_locked_in: int, limits: Limits, scratch: str
    ) -> NoReturn:
        code = EXIT_ERROR
        try:
            _arrange_descriptors(link, output, tell_locked_in, self.cage.descriptors)
            student_link = socket.socket(fileno=3)
            self.cage.enter(limits, scratch)
            os.write(_TELL, b"1")
            os.close(_TELL)
            self.main(student_link)
            code = 0
        except SystemExit as end:
            code = _exit_status(end.code)
        except MemoryError:
            code = EXIT_MEMORY
        except BaseException:
            with contextlib.suppress(BaseException):
                os.write(2, traceback.format_exc().encode("utf-8", "replace"))
        finally:
            os._exit(code)

    def _kill(self, child: Child, reason: str) -> None:
        child.killed_for = child.killed_for or reason
        self.poller.unregister(child.status)
        signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)

    def _bury(self, child: Child) -> None:
        _, status, usage = os.wait4(child.pid, 0)
        for descriptor in (child.pidfd, child.status):
            with contextlib.suppress(KeyError):
                self.poller.unregister(descriptor)
        del self.children[child.pid]
        cpu = usage.ru_utime + usage.ru_stime
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        report = {
            "reason": self._reason(child, code, number, cpu),
            "code": code,
            "signal": number,
            "cpu_seconds": cpu,
            "wall_seconds": time.monotonic() - child.started,
            "peak_bytes": usage.ru_maxrss * 1024,
        }
        _tell(child.status, report)
        child.status.close()
        os.close(child.pidfd)
        os.close(child.locked_in)
        self.cage.remove_scratch(child.scratch)

    def _reason(self, child: Child, code: int | None, number: int | None, cpu: float) -> str:
        if child.killed_for:
            return child.killed_for
        if not os.read(child.locked_in, 1):
            return "setup"
        if code is not None:
            return "memory" if code == EXIT_MEMORY else "exit"
        if number == signal.SIGXFSZ:
            return "file"
        if number not in (signal.SIGKILL, signal.SIGXCPU):
            return "signal"
        # The kernel killed it. It counts processor time by the tick, which may run well ahead of
        # the exact time that we are told.
        share = cpu / child.limits.cpu_seconds
        if self.memory_kills.happened() and share < 0.9:
            return "memory"
        return "cpu" if share > 0.3 else "signal"


def _exit_status(code: object) -> int:
    """Return what a Python program that ends with ``sys.exit(code)`` gives to its parent."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else EXIT_ERROR


def _tell(
    status: socket.socket, message: dict[str, Any], descriptors: list[int] | None = None
) -> None:
    with contextlib.suppress(OSError):  # the grader has dropped the handle: nobody wants to know
        socket.send_fds(status, [json.dumps(message).encode()], descriptors or [])


def _arrange_descriptors(link: int, output: int, tell: int, kept: tuple[int, ...]) -> None:
    """Give the student 0 (nothing to read), 1 and 2 (raw output), 3 (the link), and no other.

    What is still needed to lock it in stays open for the moment, and is closed then.
    """
    nothing = os.open("/dev/null", os.O_RDONLY)
    wanted = (nothing, output, output, link, tell)
    # Move them out of the way of their final places first.
    sources = [os.dup2(fd, 100 + place) for place, fd in enumerate(wanted)]
    for place, source in enumerate(sources):
        os.dup2(source, place)
    first = _TELL + 1
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, 1 << 20)


def main(control_fd: int) -> None:
    """Import, report, serve. Called by the command line that `spawn` builds."""
    control = socket.socket(fileno=control_fd)
    gc.disable()  # imports make no garbage
    wanted: list[str] = []
    while True:
        message = _heard(control)
        if not message:
            return  # nobody needs it
        request = json.loads(message)
        if "tier" in request:
            break
        wanted += request["preload"]
        with contextlib.suppress(BaseException):  # who is ready is told then
            _import_everything(request["main"], wanted)
        _settle()  # it will have to do so again, with little left to do, when somebody waits for it
        _say(control, {"imported": True})
    try:
        student_main = _import_everything(request["main"], [*wanted, *request["preload"]])
        _prepare(student_main)
        sys.dont_write_bytecode = True  # student processes may write nothing there
        memory_kills = MemoryKills()
        tier = Tier(request["tier"])
        _settle()  # before it forks: a process that stays behind shares what nobody touches
        if tier.name == "namespaces":
            namespaces.leave_the_machine()
        kind = NamespaceCage if tier.name == "namespaces" else Cage
        cage = kind(tier, request["scratch"])
    except BaseException:
        _say(control, {"error": traceback.format_exc()})
        return
    gc.freeze()
    gc.enable()
    if _say(control, {"ready": True}):
        WarmServer(control, student_main, cage, memory_kills).run()
    os._exit(0)  # somebody waits for it, and nothing is left to tidy up


def _settle() -> None:
    """Let go of garbage, and put in order what is left for the forks."""
    gc.collect()
    gc.freeze()
    use_large_pages()


def _prepare(student_main: Main) -> None:
    """Call `prepare` of the module that `student_main` is from, now that all is imported."""
    prepare = getattr(sys.modules[student_main.__module__], "prepare", None)
    if prepare is not None:
        prepare()


def _heard(control: socket.socket) -> bytes:
    """Wait for a message of the grader; nothing if it has gone, whatever it had left unread."""
    try:
        return control.recv(MESSAGE_BYTES)
    except ConnectionResetError:
        return b""


def _say(control: socket.socket, message: dict[str, Any]) -> bool:
    """Tell the grader; say whether it is still there: it may have been stopped meanwhile."""
    try:
        control.send(json.dumps(message).encode())
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def _import_everything(main_name: str, preload: list[str]) -> Main:
    module, _, function = main_name.partition(":")
    for name in [*preload, module]:
        importlib.import_module(name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"imports started {threads - 1} threads, which a fork can't copy")
    student_main: Main = getattr(sys.modules[module], function)
    return student_main
