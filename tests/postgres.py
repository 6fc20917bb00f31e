"""A PostgreSQL server of the tests' own: thrown away afterwards, seen by nobody else."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = "/usr/lib/postgresql/*/bin"
USER = "course"
# Nothing that is worth keeping, so nothing waits for the disk.
SETTINGS = "-c fsync=off -c full_page_writes=off -c listen_addresses='' -c max_connections=30"


def binaries() -> Path:
    """Return the folder of `initdb` and `pg_ctl`."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).parent] if on_path else sorted(Path("/").glob(PLACES[1:]))
    if not found:
        raise RuntimeError(
            "The tests on PostgreSQL need its server: `apt install postgresql`. "
            f"There is no initdb on the path or in {PLACES}."
        )
    return found[-1]


@contextmanager
def server() -> Iterator[str]:
    """Start a server on a unix socket; yield its address without a database's name.

    It refuses to run as root, who lends it to Debian's user `postgres`.
    """
    place = binaries()
    folder = Path(tempfile.mkdtemp(prefix="course-pg-"))
    as_user: dict[str, str] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", pwd.getpwnam("postgres").pw_gid)
        as_user = {"user": "postgres", "group": "postgres"}

    def run(program: str, *arguments: str) -> None:
        # To a file: the server keeps its end of a pipe open, and the pipe's reader would wait.
        log = folder.with_suffix(".log")
        with log.open("w") as output:
            done = subprocess.run(
                [place / program, *arguments],
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=120,
                extra_groups=[] if as_user else None,
                **as_user,  # type: ignore[arg-type]
            )
        text = log.read_text()
        log.unlink()
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{text}")

    data = folder / "data"
    try:
        run("initdb", "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"{SETTINGS} -k {folder}"
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://{USER}@/{{name}}?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
