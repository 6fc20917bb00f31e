"""The warm process: it has imported everything, and forks one student process per submission.

It runs in an interpreter of its own, started with a clean environment, and never sees a
submission, an answer key or a gradebook: nothing that a student process inherits is secret.
`grading.sandbox.spawn` starts it and talks to it; nobody else calls this module.

Protocol, over a sequenced-packet socket: the first message is the configuration, answered by
one message ("ready" or "error"). Then each message asks for one student process and carries
three descriptors: the student's end of its link, our end of a status socket, and the file that
takes its raw output. On the status socket we send one message with a descriptor of the process
(its pidfd) and one about its death. When the other end of a status socket closes, the process
dies; when the control socket closes, all of them die.
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
from grading.sandbox.limits import Limits
from grading.sandbox.tier import Tier

MESSAGE_BYTES = 64 * 1024
# Exit statuses with a meaning of their own, taken from what no Python program uses by accident.
EXIT_SETUP = 213
EXIT_MEMORY = 214
EXIT_ERROR = 1
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
    started: float
    killed_for: str = ""

    @property
    def deadline(self) -> float:
        """When it has to be dead, in the time of `time.monotonic`."""
        return self.started + self.limits.wall_seconds


class WarmServer:
    """The loop of the warm process: fork, watch, reap."""

    def __init__(self, control: socket.socket, main: Main, cage: Cage) -> None:
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
        message, descriptors, _, _ = socket.recv_fds(self.control, MESSAGE_BYTES, 3)
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
        pid = self.cage.fork()
        if pid == 0:
            self._become_student(link, output, limits, scratch)
        child = Child(pid, os.pidfd_open(pid), status_socket, limits, scratch, started)
        self.children[pid] = child
        self.poller.register(child.pidfd, select.POLLIN)
        self.poller.register(status_socket, select.POLLIN)
        _tell(status_socket, {"pid": pid}, [child.pidfd])

    def _become_student(self, link: int, output: int, limits: Limits, scratch: str) -> NoReturn:
        code = EXIT_SETUP
        try:
            _arrange_descriptors(link, output, self.cage.descriptors)
            student_link = socket.socket(fileno=3)
            self.cage.enter(limits, scratch)
            code = EXIT_ERROR
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
            "reason": _reason(child, code, number, cpu),
            "code": code,
            "signal": number,
            "cpu_seconds": cpu,
            "wall_seconds": time.monotonic() - child.started,
            "peak_bytes": usage.ru_maxrss * 1024,
        }
        _tell(child.status, report)
        child.status.close()
        os.close(child.pidfd)
        self.cage.remove_scratch(child.scratch)


def _exit_status(code: object) -> int:
    """Return what a Python program that ends with ``sys.exit(code)`` gives to its parent."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else EXIT_ERROR


def _reason(child: Child, code: int | None, number: int | None, cpu: float) -> str:
    if child.killed_for:
        return child.killed_for
    if code is not None:
        return {EXIT_SETUP: "setup", EXIT_MEMORY: "memory"}.get(code, "exit")
    if number == signal.SIGXFSZ:
        return "file"
    if number in (signal.SIGKILL, signal.SIGXCPU) and cpu >= child.limits.cpu_seconds - 0.1:
        return "cpu"
    # Nobody of ours sent it: the kernel's out-of-memory killer.
    return "memory" if number == signal.SIGKILL else "signal"


def _tell(
    status: socket.socket, message: dict[str, Any], descriptors: list[int] | None = None
) -> None:
    with contextlib.suppress(OSError):  # the grader has dropped the handle: nobody wants to know
        socket.send_fds(status, [json.dumps(message).encode()], descriptors or [])


def _arrange_descriptors(link: int, output: int, kept: tuple[int, ...]) -> None:
    """Give the student 0 (nothing to read), 1 and 2 (raw output), 3 (the link), and no other.

    What the cage itself still needs stays open for the moment; the cage closes it.
    """
    nothing = os.open("/dev/null", os.O_RDONLY)
    # Move them out of the way of their final places first.
    sources = [os.dup2(fd, 100 + place) for place, fd in enumerate((nothing, output, output, link))]
    for place, source in enumerate(sources):
        os.dup2(source, place)
    first = 4
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, 1 << 20)


def main(control_fd: int) -> None:
    """Import, report, serve. Called by the command line that `spawn` builds."""
    control = socket.socket(fileno=control_fd)
    configuration = json.loads(control.recv(MESSAGE_BYTES))
    try:
        tier = Tier(configuration["tier"])
        if tier.name == "namespaces":
            namespaces.leave_the_machine()
        student_main = _import_everything(configuration["main"], configuration["preload"])
        kind = NamespaceCage if tier.name == "namespaces" else Cage
        cage = kind(tier, configuration["scratch"])
    except BaseException:
        control.send(json.dumps({"error": traceback.format_exc()}).encode())
        return
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"ready": True}).encode())
    WarmServer(control, student_main, cage).run()


def _import_everything(main_name: str, preload: list[str]) -> Main:
    module, _, function = main_name.partition(":")
    for name in [*preload, module]:
        importlib.import_module(name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"imports started {threads - 1} threads, which a fork can't copy")
    student_main: Main = getattr(sys.modules[module], function)
    return student_main
