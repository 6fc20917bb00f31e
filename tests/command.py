"""Runs commands as a person would, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COURSE = Path(__file__).resolve().parent.parent / "grading"
Done = subprocess.CompletedProcess[str]


def grading(*arguments: str, cwd: Path = COURSE, **environment: str) -> Done:
    """Run `grading`; any exit code will do."""
    return _run("grading", arguments, cwd, environment)


def nbgrader(*arguments: str, cwd: Path = COURSE, **environment: str) -> Done:
    """Run `nbgrader`, which has to succeed."""
    done = _run("nbgrader", arguments, cwd, environment)
    assert done.returncode == 0, done.stderr
    return done


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
