"""The commands in the documents: where they stand, which are run, and what they printed.

    python tests/documents.py grading/README.md

runs a document's console blocks in a scratch copy of the course and writes what they print into
the document, wherever it is not what stands there already. `…` on a line of its own stands for any
number of lines, within a line for any text.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import forked
from command import environment_for_programs

ROOT = Path(__file__).resolve().parent.parent
HOME = "/home/you/first-neural-networks"
"""What the documents call the scratch copy's folder."""
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_MARK = "=== command "


@dataclass(frozen=True)
class Command:
    """A command in a document, with the output that stands below it."""

    text: str
    output: str


def fenced(document: Path) -> Iterator[tuple[str, str]]:
    """Yield each code block's language and text, without indentation."""
    for indent, language, text in _BLOCK.findall(document.read_text(encoding="utf-8")):
        lines = text.splitlines(keepends=True)
        yield language, "".join(line.removeprefix(indent) for line in lines)


def commands(text: str) -> list[Command]:
    """Take a console block apart."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [Command(*part.split("\n", 1)) for part in parts]


def walk(
    document: Path, folder: Path, not_run: Mapping[str, str], timeout: float = 280
) -> list[tuple[Command, str]]:
    """Run a document's console blocks one after the other in one shell, in a copy of the course.

    Returns each command that was run with what it printed, on stdout and stderr.
    """
    copy = folder / Path(HOME).name
    copy_course(copy)
    told = [
        command
        for language, text in fenced(document)
        if language == "console"
        for command in commands(text)
        if command.text not in not_run
    ]
    script = "\n".join(f"echo '{_MARK}{n}'\n{c.text}" for n, c in enumerate(told))
    with forked.ready(
        folder / "bin", environment_for_programs(LC_ALL="C.UTF-8", HOME=str(folder))
    ) as environment:
        done = _bash("-c", script, copy, environment, timeout)
    printed = re.split(rf"^{_MARK}\d+\n", done.stdout, flags=re.MULTILINE)[1:]
    shown = [plain(text.replace(str(copy), HOME)) for text in printed]
    return list(zip(told, shown, strict=True))


def course_files() -> list[str]:
    """Name the course's files, in a clone and in an unpacked archive of one."""
    if not (ROOT / ".git").exists():
        lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        ignored = [line.strip("/") for line in lines if not line.startswith("#")]
        places = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
        return [place.as_posix() for place in places if not _fits(place, ignored)]
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = filter(None, os.fsdecode(listed.stdout).split("\0"))
    return [name for name in names if (ROOT / name).is_file()]


def _fits(place: Path, patterns: list[str]) -> bool:
    """Whether a pattern fits a file, or a folder that it is in: by its name or from the top."""
    folders = [place, *place.parents]
    names = {name for one in folders for name in (one.name, one.as_posix())}
    return any(fnmatch(name, pattern) for name in names for pattern in patterns)


def copy_course(to: Path) -> None:
    """Copy the course's files, as they are now."""
    for name in course_files():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, to / name)


def installed_course(to: Path) -> dict[str, str]:
    """Copy the course, with this environment as its `.venv`, so that `make` installs nothing.

    Returns the environment variables for commands there.
    """
    copy_course(to)
    (to / ".venv").mkdir()
    for name in ("bin", "lib", "include", "share", "etc", "pyvenv.cfg"):
        if (Path(sys.prefix) / name).exists():
            (to / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    for stamp in (".lab", ".instructor", ".test"):
        (to / ".venv" / stamp).touch()
    # The packages are this course's, not those of the copy, unless they are looked for there first.
    return environment_for_programs(PYTHONPATH=str(to), HOME=str(to.parent), LC_ALL="C.UTF-8")


def in_shell(script: str, course: Path, environment: Mapping[str, str], seconds: int = 300) -> str:
    """Run a block's lines in one shell, which stops at the first that fails; give the output."""
    done = _bash("-ec", script, course, environment, seconds)
    assert done.returncode == 0, done.stdout
    return done.stdout


def _bash(
    options: str, script: str, folder: Path, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", options, script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )


def plain(text: str) -> str:
    """Leave out trailing blanks and the lines of progress, which depend on the machine's speed."""
    lines = [line.rstrip() for line in text.splitlines()]
    progress = re.compile(r"\d+ of \d+ \w+, [\d.]+/s, \d+ s left")
    return "".join(f"{line}\n" for line in lines if not progress.match(line))


def agrees(expected: str, printed: str) -> bool:
    """Whether an output is the one in the document, apart from times and what `…` stands for."""
    parts = []
    for line in _timeless(expected).splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(map(re.escape, line.split("…"))) + r"\n")
    pattern = "".join(parts)
    return re.fullmatch(pattern, _timeless(printed)) is not None


def _timeless(text: str) -> str:
    text = re.sub(r"\b\d+(\.\d+)? (s|seconds|ms)\b", r"N \2", plain(text))
    return re.sub(r"\b\d+(\.\d+)? a second\b", "N a second", text)


def update(document: Path, not_run: Mapping[str, str]) -> int:
    """Write what commands print into the document; return how many were out of date."""
    with tempfile.TemporaryDirectory() as folder:
        results = walk(document, Path(folder), not_run, timeout=1800)
    text = document.read_text(encoding="utf-8")
    stale, place = 0, 0
    for command, printed in results:
        if agrees(command.output, printed):
            continue
        stale += 1
        for indent in ("", "  ", "   ", "    "):
            before = textwrap.indent(f"$ {command.text}\n{command.output}", indent)
            found = text.find(before, place)
            if found >= 0:
                after = textwrap.indent(f"$ {command.text}\n{printed}", indent)
                text = text[:found] + after + text[found + len(before) :]
                place = found
                break
        else:
            print(f"not found: {command.text}\n{printed}")
    document.write_text(text, encoding="utf-8")
    return stale


NOT_RUN = {
    "python3 -m venv .venv": "the Makefile's own line; every CI run starts with it",
    ". .venv/bin/activate": "the test runs in an environment already",
    'pip install -r requirements.txt -e ".[instructor]"': "the Makefile's own line",
    'pip install -r requirements.txt -e ".[cluster]"': "the tests' environment has that extra",
    'pip install -e ".[postgresql]"': "the tests' environment has that extra",
    "git clone <this repository> && cd <its folder>": "CI starts with it",
    "make test": "this test is a part of it",
    "py -m venv .venv": "Windows",
    ".venv\\Scripts\\pip install -r requirements.txt": "Windows",
    ".venv\\Scripts\\jupyter lab --notebook-dir=notebooks": "Windows",
    "pip install nbdime": "changes the environment that the tests run in",
    "nbdime config-git --enable": "needs nbdime, which no test needs",
    "git diff solutions/03-activations/activations.ipynb": "shows more with nbdime only",
    "createdb course": "PostgreSQL's own; test_postgresql makes a database with initdb",
}
"""Commands of the documents that no test runs as they stand, with the reason."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write what a document's commands print into it.")
    parser.add_argument("document", type=Path)
    count = update(parser.parse_args().document, NOT_RUN)
    print(f"{count} outputs were brought up to date.")
