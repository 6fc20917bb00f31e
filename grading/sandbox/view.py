"""Which files of the machine a student process may read."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable
from pathlib import Path

# Shared libraries, the loader's cache, fonts, time zones and kinds of files: what imports, plots
# and `mimetypes` open, which would not be content with a file that it sees and can't read.
_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
# The one package of the course that notebooks import. With an editable install it lies beside
# the solutions, so its own directory is shown and not the one above.
COURSE_PACKAGE = "tutor"
HIDDEN_PACKAGE = "grading"


def readable_paths() -> list[str]:
    """List the directories and files that hold the interpreter, its libraries and `tutor`.

    The list belongs to the calling interpreter. Paths are as imports spell them, symbolic links
    included, and none lies below another.
    """
    wanted = [path for path in _SYSTEM if Path(path).exists()]
    for prefix in (sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix):
        for part in ("lib", "lib64", "pyvenv.cfg"):
            path = Path(prefix, part)
            if path.exists():
                wanted.append(str(path))
    wanted += _package_directories(COURSE_PACKAGE)
    wanted += _mapped_library_directories()
    return _outermost(wanted)


def hidden_paths() -> list[str]:
    """List what must not be read although it may lie below a readable path: the grader."""
    return [os.path.realpath(path) for path in _package_directories(HIDDEN_PACKAGE)]


def _package_directories(package: str) -> list[str]:
    spec = importlib.util.find_spec(package)
    return list(spec.submodule_search_locations or ()) if spec else []


def _mapped_library_directories() -> list[str]:
    """Find shared libraries in unusual places (Nix, modules of a cluster)."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    files = {line.split(maxsplit=5)[5] for line in lines if ".so" in line and "/" in line}
    return sorted({str(Path(file).parent) for file in files if Path(file).exists()})


def _outermost(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(set(paths), key=lambda p: (len(p), p)):
        if not any(lies_below(path, other) for other in kept):
            kept.append(path)
    return kept


def lies_below(path: str, other: str) -> bool:
    """Whether `path` is `other` or something inside it, by its spelling."""
    return path == other or path.startswith(other.rstrip("/") + "/")


def split_around(path: str, hidden: Iterable[str]) -> tuple[list[str], list[str]]:
    """Split a readable path so that the hidden ones are left out.

    Returns
    -------
    listable, readable : list of str
        Directories of which only the names may be read, and paths that may be read with all
        that lies in them.
    """
    inside = [other for other in hidden if lies_below(other, os.path.realpath(path))]
    if not inside:
        return [], [path]
    listable, readable = [path], []
    for entry in os.scandir(path):
        if os.path.realpath(entry.path) in inside:
            continue
        deeper_listable, deeper_readable = split_around(entry.path, inside)
        listable += deeper_listable
        readable += deeper_readable
    return listable, readable
