"""An environment that holds what some requirements ask for and nothing else of this one.

Its files are links to this environment's, so it is there in a second where pip, which unpacks a
hundred packages, takes minutes. `pip install` of the same requirements then finds them met, or
fetches what is missing.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from importlib.util import cache_from_source
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def asked_for(requirements: Iterable[str]) -> list[Distribution]:
    """Give the packages that the requirements ask for, and those ask for, and so on."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found[name] = distribution(name)
        for further in map(Requirement, found[name].requires or ()):
            marker = further.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in extras | {""}):
                waiting.append(further)
    return list(found.values())


def furnish(environment: Path, requirements: Iterable[str]) -> None:
    """Put what they ask for where `python3 -m venv` will make the environment."""
    here, site = sys.prefix, sysconfig.get_path("purelib")
    for package in asked_for(requirements):
        files = {os.path.normpath(f"{site}/{file}") for file in package.files or ()}
        # Compiled too, also where that was done after the installation: it would be done anew.
        files |= {cache_from_source(file) for file in files if file.endswith(".py")}
        for source in filter(os.path.isfile, files):
            target = environment / os.path.relpath(source, here)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.parent.name == "bin":
                _copy_program(Path(source), target, environment)
            else:
                _link(source, target)


def _copy_program(source: Path, target: Path, environment: Path) -> None:
    """Copy a program, whose first line says which Python runs it."""
    text = source.read_bytes()
    target.write_bytes(text.replace(os.fsencode(sys.prefix), os.fsencode(environment), 1))
    shutil.copymode(source, target)


def _link(source: str, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        pass  # two packages have it in common
    except OSError:  # on another disk
        shutil.copy2(source, target)
