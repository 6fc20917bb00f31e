"""Problems, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from grading.records import Problem, printable

__all__ = ["describe", "show_problems"]


def describe(problem: Problem) -> str:
    """Say a problem in one line: who, which file, which cell, what, what to do."""
    where = [part for part in (problem.assignment, problem.student) if part not in ("", ".")]
    text = "/".join([*where, problem.file] if problem.file else where)
    if problem.cell:
        text += f", cell {problem.cell}"
    remedy = "" if problem.remedy == "Nothing." else problem.remedy
    text = f"{text}: {problem.what.rstrip('.')}. {remedy}"
    return " ".join(printable(text).splitlines()).rstrip()  # a name may have several


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """List problems, one a line."""
    for problem in problems:
        colour = "red" if problem.fatal else "yellow"
        text = f"[{colour}]{escape(describe(problem))}[/]"
        console.print(text, highlight=False, soft_wrap=True)
