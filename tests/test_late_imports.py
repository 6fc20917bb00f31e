"""setuptools, which nbgrader imports and hardly uses, is imported when it is used."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BEGIN = """
import sys
from grading.late_imports import spare_setuptools
spare_setuptools()
from nbgrader.utils import unzip
assert not {"setuptools", "pkg_resources"} & set(sys.modules), "imported with nbgrader"
"""


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_nbgrader_unpacks_archives_all_the_same(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "handed.zip", "w") as archive:
        archive.writestr("folder/a.txt", "whole")
    print_all = f"import pathlib; print(*pathlib.Path({str(tmp_path)!r}).rglob('*.txt'))"
    code = f"unzip({str(tmp_path / 'handed.zip')!r}, {str(tmp_path)!r}, create_own_folder=True)\n"
    found = run(f"{code}assert 'setuptools' in sys.modules\n{print_all}")
    assert Path(found).read_text() == "whole"


def test_a_broken_archive_is_told_by_its_own_error(tmp_path: Path) -> None:
    broken = tmp_path / "handed.zip"
    broken.write_bytes(b"no archive")
    code = f"""
from nbgrader.utils import unpack_archive
from setuptools.archive_util import UnrecognizedFormat
try:
    unpack_archive({str(broken)!r}, {str(tmp_path / "out")!r})
except UnrecognizedFormat:
    print("told")
"""
    assert run(code) == "told"


def test_others_get_the_real_module() -> None:
    code = """
import setuptools.archive_util as one
print(one.default_filter.__module__, one.__name__)
from setuptools import archive_util as two
print(two.unpack_zipfile.__module__, two.__file__.endswith("archive_util.py"))
"""
    assert run(code).splitlines() == [
        "setuptools.archive_util setuptools.archive_util",
        "setuptools.archive_util True",
    ]


def test_what_is_imported_already_stays() -> None:
    code = """
import setuptools.archive_util as real
real.unpack_archive
before = sys.modules["setuptools.archive_util"]
spare_setuptools()
assert sys.modules["setuptools.archive_util"] is before
"""
    assert run(code) == ""


def test_the_command_line_does_without() -> None:
    code = "import sys; sys.argv = ['grading', 'run', 'no such']; from grading.cli import main\n"
    code += "try: main()\nexcept SystemExit: print('setuptools' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
    assert "no such" in done.stderr
