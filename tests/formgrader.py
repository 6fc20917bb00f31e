"""nbgrader's formgrader, served for tests."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from command import environment_for_programs


@contextlib.contextmanager
def server(home: Path, root: Path, scratch: Path) -> Iterator[str]:
    """Start a server with nbgrader's extension, as the guide says; yield formgrader's address.

    Parameters
    ----------
    home
        Folder of nbgrader_config.py, from which it is started.
    root
        Folder that the server shows; the course lies in it.
    scratch
        Folder for its settings and its log.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
    options = [f"--port={port}", "--IdentityProvider.token=", f"--ServerApp.root_dir={root}"]
    options.append("--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=True")
    folders = {name: str(scratch / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    log = scratch / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command + options,
            cwd=home,
            env=environment_for_programs(**folders),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}/formgrader"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api/assignments", timeout=30).close()
                break
            except urllib.error.URLError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.2)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
