"""`grading` and `nbgrader` that start at once: forked from a process that has imported both.

To import nbgrader and Jupyter is most of what a command takes, and a document shows dozens. How the
two really start is tested by `test_cli` and `test_documents`.

`ready` starts that process and writes the two commands. Each hands its arguments, folder,
environment and streams over; a fork of the process takes them, runs the command and ends as it
would have ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

# Starts in a few milliseconds: nothing but this, and no look for packages.
_CLIENT = """
import json, os, socket, sys
there = socket.socket(socket.AF_UNIX)
there.connect(sys.argv[1])
asked = json.dumps([sys.argv[2], sys.argv[3:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(there, [len(asked).to_bytes(4, "big")], [0, 1, 2])
there.sendall(asked)
sys.exit(int(there.recv(4) or b"70"))
"""
_SLOW_AND_RARE = ("grading.cluster", "grading.__main__", "grading.nbgrader_config")


@contextlib.contextmanager
def ready(folder: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Give `environment` with the two commands first on its path; they work until the end."""
    folder.mkdir()
    short = tempfile.TemporaryDirectory()  # an address has room for a hundred letters
    place = Path(short.name, "socket")
    client = Path(short.name, "client.py")
    client.write_text(_CLIENT, encoding="utf-8")
    for name in ("grading", "nbgrader"):
        words = shlex.join([sys.executable, "-IS", str(client), str(place), name])
        (folder / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(place))
        door.listen()
        process = subprocess.Popen(
            [sys.executable, __file__, str(door.fileno())],
            pass_fds=[door.fileno()],
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    try:
        yield environment | {"PATH": os.pathsep.join([str(folder), environment["PATH"]])}
    finally:
        process.terminate()
        process.wait()
        short.cleanup()


def serve(door: socket.socket) -> None:
    """Import what commands import, then fork for each that comes."""
    import sqlalchemy as sa
    from command import no_waiting_for_the_disk

    import grading

    for module in pkgutil.walk_packages(grading.__path__, "grading."):
        if not module.name.startswith(_SLOW_AND_RARE):
            importlib.import_module(module.name)
    sa.event.listen(sa.Engine, "connect", no_waiting_for_the_disk)
    assert threading.active_count() == 1  # a fork would leave the others behind
    gc.collect()
    gc.freeze()  # else each fork takes it all apart as it ends: a second and a half
    while True:
        client, _ = door.accept()
        with contextlib.suppress(ChildProcessError):  # there is none
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork() == 0:
            door.close()
            answer(client)
            return
        client.close()


def answer(client: socket.socket) -> None:
    """Run the command in one more fork, which returns from here; tell how it ended."""
    size, streams, _, _ = socket.recv_fds(client, 4, 3)
    with client.makefile("rb") as sent:
        name, arguments, folder, environment = json.loads(sent.read(int.from_bytes(size, "big")))
    command = os.fork()
    if command:
        _, status = os.waitpid(command, 0)
        code = os.waitstatus_to_exitcode(status)
        client.sendall(str(code if code >= 0 else 128 - code).encode())
        os._exit(0)
    client.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ |= environment
    sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", 1, "utf-8", "backslashreplace")  # noqa: SIM115
    sys.argv = [name, *arguments]
    run(name)


def run(name: str) -> None:
    """Do what the installed program of this name does."""
    from importlib.metadata import entry_points

    (program,) = entry_points(group="console_scripts", name=name)
    sys.exit(program.load()())


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
