"""Every command in every document is run by some test, or it is said why not."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from documents import NOT_RUN, ROOT, commands, course_files, fenced, in_shell, installed_course

SHELL = ("", "sh", "console", "text")

INSTRUCTORS = "test_documents.py::test_what_the_readme_tells_instructors"
EXAMPLE = "test_worked_example.py::test_an_exercise_is_added_and_removed"
RUN_BY = {
    # README.md
    "make lab": "test_documents.py::test_make_lab_opens_the_notebooks",
    "make grade": INSTRUCTORS,
    ".venv/bin/grading run": INSTRUCTORS,
    ".venv/bin/grading feedback": INSTRUCTORS,
    # CONTRIBUTING.md
    "jupytext --to py:percent": EXAMPLE,
    "jupytext --update --to ipynb": EXAMPLE,
    "rm solutions/": EXAMPLE,
    "grading refresh": EXAMPLE,
    "grading release": EXAMPLE,
    "pytest tests/test_mistakes.py tests/test_check_corpus.py": EXAMPLE,
    # grading/README.md, outside of its console blocks
    "jupyter lab --ServerApp.root_dir=..": "formgrader.py::server",
    "nbgrader release_assignment": "test_stock_nbgrader.py::term",
    "nbgrader fetch_assignment": "test_stock_nbgrader.py::term",
    "nbgrader submit": "test_stock_nbgrader.py::term",
    "nbgrader collect": "test_stock_nbgrader.py::term",
    "nbgrader release_feedback": "test_stock_nbgrader.py::term",
    "nbgrader fetch_feedback": "test_stock_nbgrader.py::term",
    "grading run": "test_guide.py::test_every_command_prints_what_the_guide_shows",
    "grading feedback": "test_guide.py::test_every_command_prints_what_the_guide_shows",
    "grading export --format canvas --template": "test_export.py::test_",
    "grading run --timeout 5 --scheduler": "test_cluster.py::test_",
    "grading run --db postgresql": "test_postgresql.py::test_",
    "dask scheduler": "cluster.py::",
    "dask worker": "cluster.py::",
}
"""How commands begin, and the test (or what tests share) that runs them."""


def documents() -> list[Path]:
    return [ROOT / name for name in course_files() if name.endswith(".md")]


def told(document: Path) -> Iterator[str]:
    """Yield the commands of a document, without comments."""
    for language, text in fenced(document):
        if language not in SHELL or text.startswith(("tutor\n", "# %%")):
            continue
        if re.search(r"^\$ ", text, re.MULTILINE):
            if language != "console":  # console blocks are run line by line by test_guide
                yield from (command.text for command in commands(text))
        else:
            yield from (re.split(r"\s+#", line)[0] for line in text.splitlines() if line[0] != "#")


COMMANDS = sorted({(path.name, line) for path in documents() for line in told(path)})


def runner(command: str) -> str | None:
    """Find what runs a command: the longest beginning counts."""
    fits = [start for start in RUN_BY if command.startswith(start)]
    return RUN_BY[max(fits, key=len)] if fits else None


@pytest.mark.parametrize(("document", "command"), COMMANDS)
def test_a_test_runs_it_or_a_reason_says_why_not(document: str, command: str) -> None:
    assert (runner(command) is None) is (command in NOT_RUN), (
        f"{document} tells readers to type {command!r}: run it in a test and name that in RUN_BY, "
        "or give the reason in documents.NOT_RUN"
    )


def test_nothing_is_listed_that_no_document_says() -> None:
    everything = {command for _, command in COMMANDS}
    shown = {
        command.text
        for path in documents()
        for language, text in fenced(path)
        if language == "console"
        for command in commands(text)
    }
    assert set(NOT_RUN) <= everything | shown
    unused = {start for start in RUN_BY if not any(c.startswith(start) for c in everything)}
    assert not unused


@pytest.mark.parametrize("place", sorted(set(RUN_BY.values())))
def test_what_runs_commands_exists(place: str) -> None:
    file, _, name = place.partition("::")
    assert f"def {name}" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def block(document: str, start: str) -> str:
    """Return the one code block of a document that begins so."""
    (found,) = {text for _, text in fenced(ROOT / document) if text.startswith(start)}
    return found


@pytest.mark.slow
def test_make_lab_opens_the_notebooks(tmp_path: Path) -> None:
    environment = installed_course(tmp_path / "course")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --ServerApp.port={port} --IdentityProvider.token=t"
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        server = subprocess.Popen(
            ["bash", "-c", block("README.md", "make lab")],
            cwd=tmp_path / "course",
            env=environment | {"LAB_OPTIONS": options},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        listing = wait_for(f"http://127.0.0.1:{port}/api/contents?token=t", server)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    assert "03-activations" in listing
    assert "Opening JupyterLab on notebooks/" in log.read_text()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> str:
    """Ask until the server answers."""
    for _ in range(240):
        assert server.poll() is None
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=60) as answer:
            text: str = answer.read().decode()
            return text
        time.sleep(0.5)
    raise AssertionError("no answer")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_the_readme_tells_instructors(tmp_path: Path) -> None:
    """The blocks in their order, in one shell; then a submission for the class of one's own."""
    course = tmp_path / "course"
    environment = installed_course(course)
    # Two of the sample class are enough: the guide's test grades all of it.
    maker = course / "tests" / "sample_class.py"
    text = maker.read_text(encoding="utf-8")
    few = text.replace("for sample in samples:", "for sample in list(samples)[:2]:")
    assert few != text
    maker.write_text(few, encoding="utf-8")

    shell = partial(in_shell, course=course, environment=environment)

    assert "2 graded" in shell(block("README.md", "make grade"))
    page = "grading/sample-class/feedback/ada/03-activations/activations.html"
    assert (course / page).is_file()
    hers = Path("submitted") / "ada" / "03-activations"
    own = course / "grading" / "class" / hers
    shell(f"mkdir -p {own.parent} && cp -r grading/sample-class/{hers} {own}")
    said = shell(block("README.md", ".venv/bin/grading run"))
    assert "1 graded" in said
    assert "Feedback for 1 submission (1 new" in said
    assert "ada" in shell("cd grading && ../.venv/bin/nbgrader db student list")
