"""What `--json` prints: a schema for each command, and a document on `grading run`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import small_course as small
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import grading as package
from grading.commands import grading
from grading.gradebook import Row
from grading.records import STATUSES, CellOutcome, Problem
from grading.run import Summary
from grading.schema import FOLDER, PRINTED, schema, text

pytestmark = pytest.mark.usefixtures("shared_nursery")

TEXT = (Path(package.__file__).parent / "JSON.md").read_text(encoding="utf-8")
PARTS = dict(
    zip(
        ("run", "problem", "row", "why"),
        re.split(r"\n\*\*(?:A problem|A row|`why`)", TEXT),
        strict=True,
    )
)


def named(part: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", PARTS[part]))


def test_each_key_is_documented() -> None:
    for part, record in (("run", Summary), ("problem", Problem), ("row", Row)):
        missing = {field.name for field in fields(record)} - named(part)
        assert not missing, f"{part}: {missing}"
    missing = {field.name for field in fields(CellOutcome)} | set(STATUSES)
    assert not missing - named("why")


def test_nothing_is_documented_that_does_not_exist() -> None:
    tables = {
        part: set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", text, re.M))))
        for part, text in PARTS.items()
    }
    assert tables["run"] == {f.name for f in fields(Summary)} | {"gradebook", "submissions"}
    assert tables["row"] == {f.name for f in fields(Row)} | {"why"}
    assert tables["why"] == {f.name for f in fields(CellOutcome)}


def test_each_command_has_a_schema_and_no_other() -> None:
    assert set(PRINTED) == set(grading.commands)
    assert {path.stem for path in FOLDER.glob("*")} == set(PRINTED)


@pytest.mark.parametrize("command", PRINTED)
def test_the_files_say_what_the_records_are(command: str) -> None:
    stored = (FOLDER / f"{command}.json").read_text(encoding="utf-8")
    assert stored == text(command), "`python -m grading.schema` writes it anew"
    Draft202012Validator.check_schema(json.loads(stored))


def strict(found: Any) -> Any:
    """Forbid what a schema doesn't name; the schemas themselves let later versions add keys."""
    if isinstance(found, list):
        return [strict(one) for one in found]
    if not isinstance(found, dict):
        return found
    closed = {key: strict(value) for key, value in found.items()}
    if "properties" in found and found.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


def check(command: str, *arguments: str, course: Path, code: int = 0) -> Any:
    """Run a command in this process; what it prints has to fit its schema to the letter."""
    options = [command, *arguments, "--json", "--course-dir", str(course)]
    done = CliRunner().invoke(grading, options)
    assert done.exit_code == code, done.output
    printed = json.loads(done.stdout)
    Draft202012Validator(strict(schema(command))).validate(printed)
    return printed


@pytest.mark.slow
def test_what_is_printed_fits_the_schemas(tmp_path: Path) -> None:
    """A term with a right answer, a wrong one, one that dies, and a file that can't be read."""
    course = small.make(tmp_path / "course")
    assert check("release", course=course)["written"]
    assert check("validate", "--static", course=course) == {"problems": []}
    check("refresh", course=course)
    right = {"double": "def double(x):\n    return 2 * x", "explain": "It grows."}
    small.hand_in(course, "ada", right, "2026-01-01 10:00:00 UTC")
    small.hand_in(course, "bob", {"double": "import os\nos._exit(0)"})
    (small.hand_in(course, "cyd", {}) / "small.ipynb").write_text("{")
    ran = check("run", "--student", "*", "--why", course=course, code=1)
    assert [row["student"] for row in ran["submissions"] if row["why"]] == ["ada", "bob", "cyd"]
    assert ran["problems"]
    check("excuse", small.ASSIGNMENT, "test_double", course=course)
    again = check("run", course=course, code=1)
    assert again["changes"]
    assert again["key_changes"]
    check("feedback", course=course)
    (one,) = check("report", course=course)["assignments"]
    assert one["items"]
    assert one["trouble"]
    check("export", "-o", str(tmp_path / "grades.csv"), course=course, code=1)
    download = tmp_path / "download.zip"
    with zipfile.ZipFile(download, "w") as archive:
        archive.writestr(
            "Eve Ezra_1_assignsubmission_file/small.ipynb",
            (course / "release" / small.ASSIGNMENT / "small.ipynb").read_bytes(),
        )
    assert check("collect", small.ASSIGNMENT, str(download), course=course)["new"]
    (course / "release" / small.ASSIGNMENT / "small.ipynb").write_text("{}")
    assert check("release", "--check", course=course, code=1)["problems"]


@pytest.mark.slow
def test_a_schema_refuses_what_is_not_printed(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"problems": [{"student": 5}]}')
    command = ("check_jsonschema", "--schemafile", str(FOLDER / "validate.json"), str(wrong))
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 1
    assert "5 is not of type 'string'" in done.stdout
