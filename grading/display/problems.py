"""Problems, one a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.markup import escape

from grading.records import Problem, printable

__all__ = ["describe", "show_problems"]

_MOST = 5  # lines that say the same of one student, who could hide all others behind thousands


def describe(problem: Problem) -> str:
    """Say a problem in one line: who, which file, which cell, what, what to do."""
    where = [part for part in (problem.assignment, problem.student) if part not in ("", ".")]
    text = "/".join([*where, problem.file] if problem.file else where)
    if problem.cell:
        text += f", cell {problem.cell}"
    remedy = "" if problem.remedy == "Nothing." else problem.remedy
    text = f"{text}: {problem.what.rstrip('.')}. {remedy}"
    return " ".join(printable(text).splitlines()).rstrip()  # a name may have several


def _sort(problem: Problem) -> tuple[str, str, str]:
    return problem.assignment, problem.student, problem.what


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """List problems, one a line; of many that are the same of one student, the first few."""
    count = Counter(map(_sort, problems))
    shown: Counter[tuple[str, ...]] = Counter()
    for problem in problems:
        sort = _sort(problem)
        shown[sort] += 1
        if shown[sort] == _MOST + 1:
            text = describe(replace(problem, file=None, cell=None, remedy=""))
            text = f"{text} ({count[sort] - _MOST} more of these)"
            console.print(escape(text), highlight=False, soft_wrap=True)
        if shown[sort] > _MOST:
            continue
        colour = "red" if problem.fatal else "yellow"
        text = f"[{colour}]{escape(describe(problem))}[/]"
        console.print(text, highlight=False, soft_wrap=True)
