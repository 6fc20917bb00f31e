"""How numbers are said to people: points, counts, times."""

from __future__ import annotations

__all__ = ["counted", "duration", "number"]


def number(value: float) -> str:
    """Write points without needless decimals: "2", "1.5", "0.67"."""
    return f"{value:z.2f}".rstrip("0").rstrip(".")


def counted(count: float, what: str) -> str:
    """Put a number before a noun: "1 student", "2 students"."""
    return f"{number(count)} {what}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """Say how long something took, in the largest unit of which it has two."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return counted(round(seconds), "second")
