"""What a machine would grade with: versions, and what contains students' code there.

Run as a program it prints that as JSON. A Dask worker runs it so, because trying the sandbox needs
a process without threads.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from grading.errors import CourseError

__all__ = ["Machine", "differences", "here", "versions"]

_SECONDS = 180
_PACKAGES = ("numpy", "distributed")
_OURS = ("grading", "tutor")


@dataclass(frozen=True)
class Machine:
    """A machine that could grade.

    Attributes
    ----------
    versions
        What decides how a submission is graded, by name.
    tier
        What contains students' code.
    missing
        What it lacks for better containment, a sentence each.
    """

    versions: Mapping[str, str]
    tier: str
    missing: tuple[str, ...]


@cache
def versions() -> Mapping[str, str]:
    """Return the version of everything that decides how a submission is graded.

    For the course itself that is a fingerprint of its code: a number would say nothing of a
    correction made this morning.
    """
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    found |= {name: version(name) for name in _PACKAGES}
    return found | {name: _fingerprint(name) for name in _OURS}


def _fingerprint(package: str) -> str:
    root = Path(__file__).resolve().parents[2] / package
    digest = hashlib.sha256()
    for path in sorted(_sources(root)):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _sources(root: Path) -> Iterator[Path]:
    """Find a package's modules: a class's folder may lie beside them, and is no package."""
    yield from root.glob("*.py")
    for folder in root.iterdir():
        if (folder / "__init__.py").is_file():
            yield from _sources(folder)


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Say in which versions two machines differ; nothing if in none."""
    return ", ".join(
        f"{name} {theirs.get(name, 'missing')} instead of {number}"
        for name, number in ours.items()
        if theirs.get(name) != number
    )


@cache
def here() -> Machine:
    """Find out about this machine, in a process of its own.

    Raises
    ------
    CourseError
        When that process fails.
    """
    command = [sys.executable, "-P", "-m", "grading.cluster.machine"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
        detail = getattr(error, "stderr", None) or str(error)
        last = str(detail).strip().splitlines()[-1]
        raise CourseError(
            f"`{' '.join(command)}` fails: {last}.", "Run it there to see what is missing."
        ) from error
    return Machine(told["versions"], told["tier"], tuple(told["missing"]))


if __name__ == "__main__":
    from grading.sandbox import probe

    tier = probe()
    print(json.dumps(asdict(Machine(versions(), tier.name, tier.missing))))
