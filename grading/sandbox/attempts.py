"""What a student process must not be able to do, tried. Runs inside the sandbox, for `probe`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_TOO_MUCH_MEMORY = 1 << 40


def _read_secret(secret: Path) -> None:
    secret.read_text()


def _overwrite_secret(secret: Path) -> None:
    secret.write_text("")


def _write_beside_secret(secret: Path) -> None:
    Path(secret.parent, "new").write_text("")


def _open_socket(secret: Path) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def _fork(secret: Path) -> None:
    if os.fork() == 0:
        os._exit(0)


def _run_program(secret: Path) -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


def _signal_another(secret: Path) -> None:
    os.kill(1, 0)


def _make_memory_file(secret: Path) -> None:
    os.memfd_create("hidden")


def _take_memory(secret: Path) -> None:
    bytearray(_TOO_MUCH_MEMORY)


def _see_processes(secret: Path) -> None:
    Path("/proc/self/environ").read_bytes()


# What is tried, in words that complete "student code can ...".
FORBIDDEN: dict[str, Callable[[Path], None]] = {
    "read the grader's files": _read_secret,
    "write to the grader's files": _overwrite_secret,
    "make files outside its scratch directory": _write_beside_secret,
    "open network sockets": _open_socket,
    "start processes": _fork,
    "run programs": _run_program,
    "send signals to other processes": _signal_another,
    "make files in memory": _make_memory_file,
    "take any amount of memory": _take_memory,
    "read /proc": _see_processes,
}


def broken_promises(secret: Path) -> list[str]:
    """Try everything and return what was possible, and what should be possible and is not."""
    with suppress(OSError):
        secret.chmod(0o777)  # that may seem to work: whoever asks looks at the file
    broken = []
    for name, attempt in FORBIDDEN.items():
        try:
            attempt(secret)
        except (OSError, MemoryError, subprocess.SubprocessError):
            continue
        broken.append(f"student code can {name}")
    try:
        Path("probe.txt").write_text("kept")
        if Path("probe.txt").read_text() != "kept":
            broken.append("the scratch directory loses what is written to it")
        import wave  # noqa: F401 (small, and nobody has imported it: libraries can be read)
    except (OSError, ImportError) as error:
        broken.append(f"student code cannot do what it may: {error}")
    return broken


def main(link: socket.socket) -> None:
    """Receive the path of a file that must stay secret, and answer with what was broken."""
    secret = Path(link.recv(4096).decode())
    link.sendall(json.dumps(broken_promises(secret)).encode())
