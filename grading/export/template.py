"""A file that a learning platform exported, to be filled in: its cells, and whose row is whose."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grading.errors import CourseError
from grading.export.table import to_csv

__all__ = ["BOM", "Finder", "Template", "read_template"]

BOM = "\ufeff"
"""The byte order mark that says "UTF-8" to Excel."""


@dataclass(frozen=True)
class Template:
    """A file's cells, and how it is written.

    Attributes
    ----------
    header
        The columns' headings, without spaces around them.
    rows
        All lines, the headings' included; to be changed in place.
    delimiter
        What stands between two cells.
    bom
        Whether it begins with a byte order mark.
    """

    path: Path
    header: Sequence[str]
    rows: list[list[str]]
    delimiter: str
    bom: bool

    def text(self, bom: bool = False) -> str:
        """Write it as it was read, with what has changed; a byte order mark can be added."""
        return (BOM if self.bom or bom else "") + to_csv(self.rows, self.delimiter)


def read_template(path: Path) -> Template:
    """Read a template.

    Raises
    ------
    CourseError
        When it can't be read, is no UTF-8, or is empty.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(
            f"The template {path} can't be read: {error}.", "It has to be a CSV file in UTF-8."
        ) from error
    bom, text = text.startswith(BOM), text.removeprefix(BOM)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not rows:
        raise CourseError(f"The template {path} is empty.", "Export it from the platform again.")
    header = [name.strip() for name in rows[0]]
    return Template(path, header, rows, delimiter, bom)


class Finder:
    """Finds the student of a template's row.

    Parameters
    ----------
    students
        Rows of nbgrader's student table.
    keys
        For each column, the student's attributes that may stand in it.
    """

    def __init__(self, students: Iterable[Any], keys: Sequence[tuple[str, ...]]) -> None:
        self.keys = [(place, attributes) for place, attributes in enumerate(keys) if attributes]
        self.known: dict[str, dict[str, str]] = defaultdict(dict)
        for student in students:
            for attribute in ("id", "lms_user_id", "email"):
                value = getattr(student, attribute)
                if value:
                    self.known[attribute][value.strip().casefold()] = student.id

    def find(self, row: Sequence[str]) -> str | None:
        """Return the student's id; the first column that knows one decides."""
        for place, attributes in self.keys:
            value = row[place].strip().casefold() if place < len(row) else ""
            for attribute in attributes if value else ():
                if value in self.known[attribute]:
                    return self.known[attribute][value]
        return None
