"""Runs commands as a person would, or in this process where that is no different."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

COURSE = Path(__file__).resolve().parent.parent / "grading"
Done = subprocess.CompletedProcess[str]


def grading(*arguments: str, cwd: Path = COURSE, **environment: str) -> Done:
    """Run `grading` in this process: the same without its start; any exit code will do."""
    from click.testing import CliRunner

    from grading.commands import grading as command

    runner = CliRunner(env=environment_for_programs(**environment))
    with contextlib.chdir(cwd):
        done = runner.invoke(command, arguments, prog_name="grading")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(arguments, done.exit_code, done.stdout, done.stderr)


def nbgrader_process(*arguments: str, cwd: Path = COURSE, **environment: str) -> Done:
    """Run `nbgrader` as a person would; it has to succeed."""
    done = _run("nbgrader", arguments, cwd, environment)
    assert done.returncode == 0, done.stderr
    return done


def nbgrader(*arguments: str, cwd: Path = COURSE, **environment: str) -> Done:
    """Run `nbgrader`, which has to succeed, in this process: the same without its start.

    That start, of an import of all of nbgrader and Jupyter, is most of what a command takes.
    """
    from nbgrader.apps import NbGraderApp
    from traitlets.config import Application

    out, errors = io.StringIO(), io.StringIO()
    before = dict(os.environ)
    os.environ |= environment_for_programs(**environment)
    try:
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            NbGraderApp.launch_instance(list(arguments))
    except SystemExit as end:
        if end.code:
            raise AssertionError(errors.getvalue()) from end
    finally:
        os.environ.clear()
        os.environ |= before
        if Application.initialized():
            type(Application.instance()).clear_instance()  # that of the command
    return Done(arguments, 0, out.getvalue(), errors.getvalue())


def no_waiting_for_the_disk(connection: Any, _: object) -> None:
    """Let SQLite hand its writes to the system at once: no test's gradebook outlives the system."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous=OFF")


_COMPILED: dict[Any, Any] = {}
_DIALECT: list[Any] = []


def keep_what_was_compiled(connection: Any) -> None:
    """Let all gradebooks on SQLite share their statements as SQL: each would compile them anew.

    SQLAlchemy keeps them by engine and by dialect, and tests open hundreds of gradebooks.
    """
    if connection.dialect.name == "sqlite":
        _DIALECT[:] = _DIALECT or [connection.dialect]
        connection.dialect = _DIALECT[0]
        connection.execution_options(compiled_cache=_COMPILED)


def _run(module: str, arguments: tuple[str, ...], cwd: Path, environment: dict[str, str]) -> Done:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env=environment_for_programs(**environment),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def environment_for_programs(**changes: str) -> dict[str, str]:
    """Return an environment in which programs beside this Python are found by name."""
    here = Path(sys.executable).parent
    path = os.pathsep.join([str(here), os.environ.get("PATH", "")])
    return os.environ | {"PATH": path, "COLUMNS": "100"} | changes


def command_of(process: psutil.Process) -> str:
    """Return the command line of a process; nothing if it has ended since it was found."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""
