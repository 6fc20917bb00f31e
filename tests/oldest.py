"""Pins the oldest versions that pyproject.toml allows, for `make oldest`.

    pip install uv
    python tests/oldest.py

writes `tests/oldest.txt`: the lower bound of whatever students and instructors install and of a few
tools that the tests need, and the newest of what those need in turn, on Python 3.11.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "tests" / "oldest.txt"
EXTRAS = ("instructor", "cluster", "postgresql")
TOOLS = ("pytest", "pytest-timeout", "pytest-xdist", "hypothesis", "autograd", "jsonschema")
HEADER = "# The oldest versions that pyproject.toml allows; made by `python tests/oldest.py`.\n"
# matplotlib 3.8 calls functions that later ones deprecate; the warnings don't reach users, but
# the tests turn warnings into errors.
TOGETHER = ("pyparsing==3.1.4", "psycopg[binary]")
_BOUND = re.compile(r"([\w-]+)(?:\[[\w,]+\])?>=([\d.]+)")


def bounds() -> dict[str, str]:
    """Return the lower bound of each package that somebody needs, and of the tools."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for name in EXTRAS for line in optional[name])]
    lines += (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    lines += [line for line in optional["test"] if re.split(r"[>=\[]", line)[0] in TOOLS]
    matches = [_BOUND.match(line) for line in lines]
    return {match[1]: match[2] for match in matches if match}


def pins() -> dict[str, str]:
    """Return what `oldest.txt` pins."""
    lines = PINS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def _compile() -> str:
    """Let uv find the versions that go together."""
    wanted = "\n".join([*(f"{n}=={v}.*" for n, v in bounds().items()), *TOGETHER])
    command = ("uv", "pip", "compile", "-", "--python-version=3.11", "--resolution=lowest-direct")
    done = subprocess.run(
        [sys.executable, "-m", *command, "--quiet", "--no-header", "--no-annotate"],
        input=wanted,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    PINS.write_text(HEADER + _compile(), encoding="utf-8")
