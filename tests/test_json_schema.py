"""The document on `grading run --json` names each key that is printed."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import grading
from grading.gradebook import Row
from grading.records import STATUSES, CellOutcome, Problem
from grading.run import Summary

TEXT = (Path(grading.__file__).parent / "JSON.md").read_text(encoding="utf-8")
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
