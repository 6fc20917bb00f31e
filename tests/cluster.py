"""A Dask cluster on this machine, made of processes that a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from command import environment_for_programs
from distributed import Client

Process = subprocess.Popen[bytes]


@dataclass
class LocalCluster:
    """A scheduler and workers, each a process group of its own.

    Attributes
    ----------
    root
        Where each gets a folder to itself: workers share no file with anybody.
    modules
        A folder of further modules that workers can import.
    nannies
        Whether each worker has a process above it that starts it again when it dies. That is Dask's
        default, and costs one more start of Python a worker.
    """

    root: Path
    modules: Path | None = None
    nannies: bool = False
    port: int = 0
    scheduler: Process | None = None
    workers: list[Process] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        """Start it, at the same address as the one before."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        # Should the tests be killed, it ends by itself, and so do the workers.
        place = ("--host", "127.0.0.1", "--port", str(self.port))
        self.scheduler = self._start("scheduler", *place, "--idle-timeout", "300")

    def start_worker(self, *options: str, threads: int = 1) -> Process:
        """Start a worker; it need not be there yet when this returns."""
        alone = () if self.nannies else ("--no-nanny",)
        given = ("--nthreads", str(threads), "--death-timeout", "60", *alone, *options)
        self.workers.append(self._start("worker", self.address, *given))
        return self.workers[-1]

    def wait_for(self, workers: int) -> None:
        """Wait until so many workers are there."""
        with Client(self.address, timeout=60, set_as_default=False) as client:
            if workers:
                client.wait_for_workers(workers, timeout=120)

    def _start(self, what: str, *options: str) -> Process:
        folder = self.root / f"{what}-{len(self.workers)}-{time.monotonic_ns()}"
        folder.mkdir(parents=True)
        changes = {"TMPDIR": str(folder), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        if self.modules:
            path = filter(None, [str(self.modules), os.environ.get("PYTHONPATH")])
            changes["PYTHONPATH"] = os.pathsep.join(path)
        command = [sys.executable, "-m", "dask", what, *options, "--no-dashboard"]
        with (folder / "log").open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=folder,
                env=environment_for_programs(**changes),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self) -> None:
        """End all of it."""
        for process in [*self.workers, *filter(None, [self.scheduler])]:
            kill(process)


def kill(process: Process) -> None:
    """Kill a process and its group, which a nanny and its worker are, and wait for its end."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


@contextmanager
def cluster(root: Path, workers: int = 2, **given: Any) -> Iterator[LocalCluster]:
    """Start a cluster (see `LocalCluster`); end it afterwards, whatever is left of it."""
    made = LocalCluster(root, **given)
    try:
        made.start_scheduler()
        for _ in range(workers):
            made.start_worker()
        made.wait_for(workers)
        yield made
    finally:
        made.end()
