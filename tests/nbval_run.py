"""Run a notebook under nbval, outputs compared, as quickly as it can be started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def nbval(path: Path, option: str = "--nbval") -> subprocess.CompletedProcess[str]:
    """Run one notebook; `--nbval-lax` compares only the outputs of cells that ask for it."""
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", option, "--nbval-current-env"]
    command += ["--nbval-sanitize-with", str(ROOT / "tests/nbval_sanitize.cfg")]
    # None of our settings, and no other plugin: to load them takes a second and a half.
    command += ["-c", os.devnull, "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "-q", "--color=no", str(path)],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
