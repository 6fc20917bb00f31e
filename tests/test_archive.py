"""The archive for students: what is in it, what is not, and that it starts."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import time
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import grading
from documents import course_files
from students_environment import furnish

from grading import archive
from grading.course import Course, load_course
from grading.errors import CourseError
from grading.notebooks import read_notebook
from grading.release import Release, prepare
from grading.rules import Markers, secrets

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
TOP = "first-neural-networks"


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(ROOT / "grading")


@pytest.fixture(scope="module")
def releases(course: Course) -> list[Release]:
    return [prepare(course, name) for name in course.assignments()]


@pytest.fixture(scope="module")
def packed(course: Course, releases: list[Release]) -> bytes:
    return archive.build(course, releases)


@pytest.fixture(scope="module")
def files(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def test_everything_a_student_needs_is_in_it_and_nothing_else(files: dict[str, bytes]) -> None:
    places = {name.removeprefix(f"{TOP}/") for name in files}
    assert all(name.startswith(f"{TOP}/") for name in files)
    top = {place.partition("/")[0] for place in places}
    assert top == {
        "LICENSE",
        "README.md",
        "notebooks",
        "pyproject.toml",
        "requirements.txt",
        "tutor",
    }
    assert len([place for place in places if place.endswith(".ipynb")]) == 6
    assert {"notebooks/README.md", "tutor/py.typed", "tutor/widgets/playground.js"} <= places
    ours = {name for name in course_files() if name.startswith(("tutor/", "notebooks/"))}
    assert places - ours == {"LICENSE", "README.md", "pyproject.toml", "requirements.txt"}


def test_nothing_of_hidden_tests_is_in_it(course: Course, files: dict[str, bytes]) -> None:
    markers = Markers.configured(course.config)
    hidden = set()
    for name in course.assignments():
        for path in course.folder("source", name).glob("*.ipynb"):
            source = read_notebook(path.read_bytes())
            hidden |= {text for kind, text in secrets(source, markers) if kind == "hidden test"}
    assert len(hidden) > 50
    for name, data in files.items():
        text = data.decode().replace('\\"', '"')
        assert not [line for line in hidden if line in text], name
        assert not re.search(r"(BEGIN|END) (HIDDEN|SOLUTION|MARK)", text), name


def test_same_course_gives_the_same_bytes(
    course: Course, releases: list[Release], packed: bytes
) -> None:
    assert archive.build(course, list(reversed(releases))) == packed


def test_project_file_asks_for_what_tutor_imports_only(files: dict[str, bytes]) -> None:
    made = tomllib.loads(files[f"{TOP}/pyproject.toml"].decode())
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert made["project"]["dependencies"] == ours["project"]["dependencies"]
    assert {"scripts", "optional-dependencies"}.isdisjoint(made["project"])
    assert b"grading" not in files[f"{TOP}/pyproject.toml"]


def test_a_part_of_the_course_lists_only_that_part(course: Course, releases: list[Release]) -> None:
    with zipfile.ZipFile(io.BytesIO(archive.build(course, releases[:1]))) as opened:
        index = opened.read(f"{TOP}/notebooks/README.md").decode()
        names = opened.namelist()
    assert [name for name in names if name.endswith(".ipynb")] == [
        f"{TOP}/notebooks/01-xor/xor.ipynb"
    ]
    assert "01-xor/xor.ipynb" in index
    assert "02-backprop" not in index


def test_a_hidden_test_in_any_file_stops_it(course: Course, releases: list[Release]) -> None:
    line = 'check.exercise("activations/sigmoid", seed=31, hidden=True)'
    leaky = Release("03-activations", {**releases[2].files, "help.txt": line.encode()})
    with pytest.raises(CourseError, match=r"help\.txt holds what students must not see"):
        archive.build(course, [leaky])
    marked = Release("03-activations", {"x.py": b"### BEGIN SOLUTION"})
    with pytest.raises(CourseError, match=r"x\.py holds what students must not see"):
        archive.build(course, [marked])


def test_written_in_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "course.zip"
    archive.write(path, b"1")
    archive.write(path, b"2")
    assert path.read_bytes() == b"2"
    assert [one.name for one in path.parent.iterdir()] == ["course.zip"]
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="can't be written"):
        archive.write(tmp_path / "file" / "course.zip", b"1")


def test_command_line_refuses_a_name_that_is_no_zip() -> None:
    done = grading("release", "--archive", "03-activations")
    assert done.returncode == 2
    assert "Name assignments before it" in done.stderr


@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name == "nt", reason="the lines for Linux and macOS are run")
def test_unpacked_elsewhere_its_own_two_lines_start_it(tmp_path: Path) -> None:
    """As a student does it: unpack, the README's two lines, open a notebook, run it.

    The packages that the archive asks for are there before: `make test` itself has shown that pip
    can fetch them.
    """
    zipped = tmp_path / "course.zip"
    done = grading("release", "02-backprop", "--archive", str(zipped), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["archive"] == str(zipped)
    shutil.unpack_archive(zipped, tmp_path)
    folder = tmp_path / TOP
    install, start = two_lines(folder / "README.md")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    environment["HOME"] = str(tmp_path)  # nothing of this machine's Jupyter
    environment["PIP_CACHE_DIR"] = subprocess.run(
        ["python3", "-m", "pip", "cache", "dir"], capture_output=True, text=True
    ).stdout.strip()
    furnish(folder / ".venv", asked_for_by(folder))
    subprocess.run(install, shell=True, cwd=folder, env=environment, check=True, timeout=600)
    python = folder / ".venv" / "bin" / "python"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(python), *arguments], cwd=folder, env=environment, capture_output=True, text=True
        )

    assert run("-c", "import grading").returncode != 0
    assert run("-c", "import tutor; print(tutor.__file__)").stdout.startswith(str(folder / "tutor"))
    with jupyter_lab(start, folder, environment) as address:
        url = f"{address}/api/contents/02-backprop/backprop.ipynb?token=x"
        with urllib.request.urlopen(url) as answer:
            assert json.load(answer)["content"]["cells"]
    done = run(
        *("-m", "nbconvert", "--execute", "--to", "notebook", "--output", "done.ipynb"),
        *("--allow-errors", "notebooks/02-backprop/backprop.ipynb"),
    )
    assert done.returncode == 0, done.stderr
    executed = (folder / "notebooks" / "02-backprop" / "done.ipynb").read_text()
    assert "ModuleNotFoundError" not in executed
    assert "Not started" in executed  # the checks answered


def asked_for_by(course: Path) -> list[str]:
    """Give what the course's two files ask for, itself left out."""
    lines = (course / "requirements.txt").read_text().splitlines()
    project = tomllib.loads((course / "pyproject.toml").read_text())["project"]
    named: list[str] = [line for line in lines if line and line[0] not in "#-"]
    return [*named, *project["dependencies"], "pip"]  # the last one is what venv brings itself


def two_lines(readme: Path) -> list[str]:
    block = re.search(r"\*\*Linux and macOS\*\*\s+```\n(.*?)```", readme.read_text(), re.DOTALL)
    assert block
    lines = block[1].splitlines()
    assert len(lines) == 2
    return lines


@contextlib.contextmanager
def jupyter_lab(start: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Start JupyterLab with the README's line; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --allow-root --port={port} --IdentityProvider.token=x"
    server = subprocess.Popen(f"exec {start} {options}", shell=True, cwd=folder, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert server.poll() is None
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api"):
                break
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)
