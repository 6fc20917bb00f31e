"""Writes tables as CSV of which a spreadsheet runs nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

__all__ = ["harmless", "to_csv"]

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def to_csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Write rows as CSV, with the line ends of RFC 4180 and each cell made `harmless`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue()


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text as a formula: an apostrophe goes in front.

    Numbers, and a dash alone, stay as they are.
    """
    if not text.lstrip(" ").startswith(_FORMULA) or text.strip() == "-":
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text
