"""Packs what students get into one zip file: notebooks, `tutor`, and how to start."""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from grading.course import Course
from grading.errors import CourseError, unwritable
from grading.files import replace_file
from grading.notebooks import read_notebook
from grading.release import Release
from grading.rules import Markers, secrets

__all__ = ["build", "default_path", "write"]

_PACKAGE = "tutor"
_SUFFIXES = (".py", ".js", ".css", ".typed")
_WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can state
_README = """\
# {title}

{description}

You need Python {python} or newer ([python.org](https://www.python.org/downloads/)). Open a
terminal in this folder. The first line is needed once and takes a minute or two; the second opens
the notebooks in your browser.

**Linux and macOS**

```
python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
.venv/bin/jupyter lab --notebook-dir=notebooks
```

If the first line says that `venv` or `ensurepip` is missing (Debian, Ubuntu), first run
`sudo apt install python3-venv`.

**Windows** (PowerShell)

```
py -m venv .venv; .venv\\Scripts\\pip install -r requirements.txt
.venv\\Scripts\\jupyter lab --notebook-dir=notebooks
```

Stop it with Ctrl-C in the terminal. Your work is in `notebooks/`: keep a copy of that folder, and
hand in the notebooks from there. Leave `tutor/` as it is: the notebooks import it, and your work is
graded with the original.
"""


def default_path(course: Course) -> Path:
    """Return where the archive goes if nobody says: beside the class's own folders."""
    return course.step_root("feedback").parent / f"{course.course_id}.zip"


def build(course: Course, releases: Iterable[Release]) -> bytes:
    """Pack released assignments; the same course gives the same bytes.

    Raises
    ------
    CourseError
        When a part is missing, or a file holds what students must not see.
    """
    releases = list(releases)
    root = Path(course.directory.root)
    files = dict(_project(root))
    for release in releases:
        folder = f"notebooks/{release.assignment}"
        files |= {f"{folder}/{name}": data for name, data in release.files.items()}
    index = course.step_root("release") / "README.md"
    if index.is_file():
        files["notebooks/README.md"] = _index(index, course, releases)
    _refuse_secrets(course, releases, files)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{course.course_id}/{name}", _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # whatever the machine: access rights are Unix's
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return packed.getvalue()


def write(path: Path, data: bytes) -> None:
    """Write the archive at once, so that nobody finds half of it.

    Raises
    ------
    CourseError
        When it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise unwritable(path, error, "after --archive") from error


def _project(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what is no notebook: the package, what to install, and how."""
    try:
        described = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        project = described["project"]
        yield "pyproject.toml", _pyproject(described).encode()
        for name in ("requirements.txt", "LICENSE"):
            yield name, _normal((root / name).read_bytes())
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise CourseError(
            f"There is no complete course in {root}: {error}.",
            "The archive needs its pyproject.toml, requirements.txt and LICENSE.",
        ) from error
    python = project["requires-python"].lstrip(">=")
    readme = _README.format(
        title=project["name"].replace("-", " ").title(),
        description=project["description"],
        python=python,
    )
    yield "README.md", readme.encode()
    for path in sorted((root / _PACKAGE).rglob("*")):
        place = path.relative_to(root)
        hidden = any(part.startswith((".", "__pycache__")) for part in place.parts)
        if path.is_file() and path.suffix in _SUFFIXES and not hidden and not path.is_symlink():
            yield place.as_posix(), _normal(path.read_bytes())


def _normal(data: bytes) -> bytes:
    """Give text the line ends of the repository, wherever it was checked out."""
    return data.replace(b"\r\n", b"\n")


def _pyproject(described: dict[str, Any]) -> str:
    """Reduce the project's description to what installing `tutor` takes."""
    wanted = ("name", "version", "description", "license", "requires-python", "dependencies")
    data = described["tool"]["setuptools"]["package-data"]
    tables = {
        "build-system": described["build-system"],
        "project": {key: described["project"][key] for key in wanted},
        "tool.setuptools.packages.find": {"include": [f"{_PACKAGE}*"]},
        "tool.setuptools.package-data": {_PACKAGE: data[_PACKAGE]},
    }
    lines = []
    for name, table in tables.items():
        # JSON's texts and lists of texts are TOML's, too.
        pairs = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
        lines += [f"[{name}]", *pairs, ""]
    return "\n".join(lines)


def _index(path: Path, course: Course, releases: list[Release]) -> bytes:
    """Read the students' table of contents, without lines on what is not in the archive."""
    missing = set(course.assignments()) - {release.assignment for release in releases}
    lines = _normal(path.read_bytes()).decode("utf-8").split("\n")
    kept = [line for line in lines if not any(f"]({name}/" in line for name in missing)]
    return "\n".join(kept).encode()


def _refuse_secrets(course: Course, releases: list[Release], files: dict[str, bytes]) -> None:
    """Look once more, at all files together."""
    markers = Markers.configured(course.config)
    begins = [begin for begin, _ in markers.pairs.values()]
    tests = set()
    for release in releases:
        for path in course.folder("source", release.assignment).glob("*.ipynb"):
            source = read_notebook(path.read_bytes())
            tests |= {text for kind, text in secrets(source, markers) if kind == "hidden test"}
    for name, data in files.items():
        text = re.sub(r"\\(.)", r"\1", data.decode("utf-8", "replace"))  # notebooks are JSON
        text = re.sub(r"\s+", " ", text)
        found = [secret for secret in (*begins, *tests) if secret in text]
        if found:
            raise CourseError(
                f"Nothing was packed: {name} holds what students must not see: {found[0][:60]}.",
                "Take it out, or keep it between markers in a source notebook.",
            )
