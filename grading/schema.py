"""JSON schemas of what the commands print with `--json`, made from the records they print.

    python -m grading.schema

writes them into `grading/schemas/`, one file a command. A test says when that is due.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import types
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import (
    Any,
    Literal,
    TypedDict,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from grading.analysis import ClassReport
from grading.collect import Collected
from grading.export import Outcome
from grading.feedback import FeedbackSummary
from grading.gradebook import Row
from grading.records import KINDS, STATUSES, CellOutcome, Problem, Stopped
from grading.run import Summary

__all__ = ["FOLDER", "PRINTED", "schema", "text"]

FOLDER = Path(__file__).parent / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
}
_ATTRIBUTE = re.compile(r"^(\w+(?:, \w+)*)(?: : .*)?\n((?: {4}.*\n?|\n)+)", re.MULTILINE)


class Checked(TypedDict):
    """What was found."""

    problems: list[Problem]


class Released(TypedDict):
    """What was written: files by assignment, and the students' archive if it was asked for."""

    written: dict[str, list[str]]
    archive: str | None
    problems: list[Problem]


class Excused(TypedDict):
    """The points of each "notebook/cell" whose points changed, as they were before excusing."""

    changed: dict[str, float]


class Line(TypedDict):
    """One thing that a check looked at."""

    ok: bool
    message: str
    hint: str | None
    mistake: str | None
    forbidden: list[str]


class Check(TypedDict):
    """What one check of the course found."""

    score: float
    lines: list[Line]
    exercise: str | None
    hidden: bool


class Notebook(TypedDict):
    """A notebook in `why`."""

    name: str
    missing: bool
    submitted_as: str | None
    comments: dict[str, str | None]
    cells: list[CellOutcome]
    stopped: list[Stopped]


class Why(TypedDict):
    """What grading a submission said about each cell."""

    student: str
    assignment: str
    tier: str
    seconds: float
    problems: list[Problem]
    notebooks: list[Notebook]


PRINTED: dict[str, tuple[type, ...]] = {
    "release": (Released, Checked),  # Checked when nothing was written
    "validate": (Checked,),
    "refresh": (Checked,),
    "run": (Summary,),
    "collect": (Collected,),
    "feedback": (FeedbackSummary,),
    "report": (ClassReport,),
    "export": (Outcome,),
    "excuse": (Excused,),
}
"""What each command prints, by its name."""


def schema(command: str) -> dict[str, Any]:
    """Make the schema of what a command prints.

    Parameters
    ----------
    command
        Name of a command, such as "run".

    Returns
    -------
    dict
        A JSON schema, draft 2020-12. Each record has a definition of its own in it.
    """
    records: dict[str, Any] = {}
    kinds = [_schema(kind, records) for kind in PRINTED[command]]
    if command == "run":
        _add(records["Summary"], "gradebook", _PLAIN[str])
        rows = {"type": "array", "items": _schema(Row, records)}
        _add(records["Summary"], "submissions", rows)
        why = {"anyOf": [_schema(Why, records), _PLAIN[type(None)]]}
        records["Row"]["properties"]["why"] = why  # only with --why
        records["Notebook"]["required"].remove("stopped")  # records of older versions have none
    _add_what_records_leave_open(records)
    top = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    title = f"grading {command} --json"
    return {"$schema": _DIALECT, "title": title, **top, "$defs": dict(sorted(records.items()))}


def _add(record: dict[str, Any], name: str, kind: dict[str, Any]) -> None:
    record["properties"][name] = kind
    record["required"].append(name)


def _add_what_records_leave_open(records: dict[str, Any]) -> None:
    """Say of a cell what its Python type doesn't: the words it may hold, and a check's shape."""
    if "CellOutcome" in records:
        cell = records["CellOutcome"]["properties"]
        cell["kind"]["enum"] = list(KINDS)
        cell["status"]["enum"] = list(STATUSES)
        cell["checks"]["items"] = _schema(Check, records)


def _schema(kind: Any, records: dict[str, Any]) -> dict[str, Any]:
    """Turn a type into a schema; records go into `records` and are referred to."""
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if isinstance(kind, type) and (dataclasses.is_dataclass(kind) or is_typeddict(kind)):
        name = kind.__name__
        if name not in records:
            records[name] = {}  # before its fields, which may refer to it
            records[name] = _record(kind, records)
        return {"$ref": f"#/$defs/{name}"}
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(one, records) for one in inside]}
    if origin is Literal:
        return {"enum": list(inside)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema(inside[1], records)}
    if origin is tuple and inside[1:] != (...,):
        items = [_schema(one, records) for one in inside]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "items": False}
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(inside[0], records)}
    raise TypeError(f"{kind} has no schema")


def _record(kind: type, records: dict[str, Any]) -> dict[str, Any]:
    """Describe a dataclass or a TypedDict by its fields and its docstring."""
    doc = inspect.getdoc(kind) or ""
    said = {
        name: " ".join(words.split())
        for names, words in _ATTRIBUTE.findall(doc + "\n")
        for name in names.split(", ")
    }
    properties = {}
    for name, hint in get_type_hints(kind).items():
        properties[name] = _schema(hint, records)
        if name in said:
            properties[name]["description"] = said[name]
    return {
        "description": doc.partition("\n\n")[0].replace("\n", " "),
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def text(command: str) -> str:
    """Give a command's schema as it stands in its file."""
    return json.dumps(schema(command), indent=1, ensure_ascii=False) + "\n"


def _write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for command in PRINTED:
        (FOLDER / f"{command}.json").write_text(text(command), encoding="utf-8")


if __name__ == "__main__":
    _write()
