"""Scores of an assignment, what has changed in them, and what can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import mean, median

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grading.changes import KeyChange, ScoreChange
from grading.engines import CONTAINED
from grading.gradebook import Row
from grading.wording import counted, duration, number

__all__ = ["score_table", "show_changes", "show_trust"]

_LONGEST_TABLE = 40


def score_table(rows: Sequence[Row]) -> Table:
    """Make the table of one assignment's scores: each student, or a summary of a big class."""
    title = escape(f"{rows[0].assignment}, {counted(rows[0].max_score, 'point')}")
    if len(rows) > _LONGEST_TABLE:
        return _summary_table(rows, title)
    table = Table(title=title, title_justify="left")
    table.add_column("student", overflow="fold")  # a name that is cut off means nobody
    table.add_column("score", justify="right")
    table.add_column("remarks")
    for row in rows:
        score = "–" if row.failed else number(row.score)
        table.add_row(escape(row.student), score, ", ".join(_remarks(row)))
    return table


def _remarks(row: Row) -> list[str]:
    remarks = ["could not be graded"] if row.failed else []
    if row.needs_manual and not row.failed:
        remarks.append("needs manual grading")
    if row.late_seconds:
        remarks.append(f"{duration(row.late_seconds)} late")
    if row.penalty:
        remarks.append(f"{counted(row.penalty, 'point')} taken off")
    if row.unsealed:
        remarks.append("not tamper-proof")
    return remarks


def _summary_table(rows: Sequence[Row], title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    scores = [row.score for row in rows if not row.failed]
    facts = {"submissions": str(len(rows))}
    if scores:
        facts["mean score"] = number(mean(scores))
        three = (min(scores), median(scores), max(scores))
        facts["lowest, median, highest"] = ", ".join(map(number, three))
    facts["need manual grading"] = str(sum(r.needs_manual and not r.failed for r in rows))
    facts["late"] = str(sum(r.late_seconds > 0 for r in rows))
    facts["not tamper-proof"] = str(sum(r.unsealed > 0 for r in rows))
    facts["could not be graded"] = str(sum(r.failed for r in rows))
    for name, value in facts.items():
        table.add_row(name, value)
    return table


def show_changes(
    console: Console, keys: Sequence[KeyChange], changes: Sequence[ScoreChange]
) -> None:
    """Say what is different in the answer keys, and whose score changed by it, and why."""
    for key in keys:
        where = f"{key.assignment}, {key.cell}" if key.cell else key.assignment
        text = f"{where}: {key.what} since {counted(key.submissions, 'submission')} was graded."
        if key.submissions > 1:
            text = text.replace(" was graded", " were graded")
        console.print(escape(text), highlight=False, soft_wrap=True)
    if not changes:
        return
    title = f"{counted(len(changes), 'score')} changed"
    if len(changes) > _LONGEST_TABLE:
        console.print(_changes_by_reason(changes, title))
        return
    table = Table(title=title, title_justify="left")
    for name in ("assignment", "student", "score", "cell", "why"):
        table.add_column(name, justify="right" if name == "score" else "left", overflow="fold")
    for change in sorted(changes, key=lambda one: (one.assignment, one.student)):
        score = f"{number(change.old)} → {number(change.new)}"
        row = (escape(change.assignment), escape(change.student))
        table.add_row(*row, score, "", "" if change.cells else change.why)
        for cell in change.cells:
            points = f"{_or_none(cell.old)} → {_or_none(cell.new)}"
            table.add_row("", "", points, escape(cell.cell), escape(cell.why))
    console.print(table)


def _changes_by_reason(changes: Sequence[ScoreChange], title: str) -> Table:
    """Sum up many changes: by cell and reason, how many gained and how many lost."""
    table = Table(title=f"{title} (--json has each)", title_justify="left")
    for name in ("assignment", "cell", "why", "more", "less"):
        right = name in ("more", "less")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    up: Counter[tuple[str, str, str]] = Counter()
    down: Counter[tuple[str, str, str]] = Counter()
    for change in changes:
        for cell in change.cells:
            gained = (cell.new or 0.0) > (cell.old or 0.0)
            (up if gained else down)[change.assignment, cell.cell, cell.why] += 1
        if not change.cells:
            gained = change.new > change.old
            (up if gained else down)[change.assignment, "", change.why] += 1
    for what in sorted(up.keys() | down.keys()):
        table.add_row(*map(escape, what), str(up[what]), str(down[what]))
    return table


def _or_none(points: float | None) -> str:
    return "none" if points is None else number(points)


def show_trust(console: Console, rows: Iterable[Row]) -> None:
    """Say what contained the students' code, and which results are not tamper-proof."""
    graded = [row for row in rows if row.tier and not row.failed]
    tiers = Counter(row.tier for row in graded)
    if tiers:
        text = ", ".join(
            (name if name in CONTAINED else f"[bold red]{name}[/]")
            + (f" ({count})" if len(tiers) > 1 else "")
            for name, count in tiers.most_common()
        )
        console.print(f"Students' code was contained by: {text}", highlight=False)
    open_tests = sum(row.unsealed for row in graded)
    if open_tests:
        students = sum(row.unsealed > 0 for row in graded)
        console.print(
            f"[yellow]Not tamper-proof: {counted(open_tests, 'test result')} of "
            f"{counted(students, 'submission')}, "
            "judged where the student's code could reach. `--student NAME --why` names them.[/]",
            highlight=False,
        )
