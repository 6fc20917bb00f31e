"""What the command line shows: progress, problems, tables."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from grading.changes import KeyChange, ScoreChange
from grading.engines import CONTAINED
from grading.gradebook import Row, not_tamper_proof
from grading.records import GradedSubmission, Problem
from grading.wording import counted, duration, number

__all__ = [
    "Watch",
    "describe",
    "score_table",
    "show_changes",
    "show_problems",
    "show_trust",
    "why",
]

_LONGEST_TABLE = 40
_NUMBERS = 50  # columns that the bar leaves to the numbers, and to the terminal's ^C
_EVERY = 5.0  # seconds between plain lines of progress


class Watch:
    """Follows a run: a bar on a terminal, plain lines elsewhere.

    Parameters
    ----------
    console
        Where to show it (stderr, so that stdout holds results alone).
    unit
        What is counted, in the singular.
    """

    def __init__(self, console: Console, unit: str = "submission") -> None:
        self.console = console
        self.unit = unit
        self.done = self.total = self.bad = 0
        self._bar: Progress | None = None
        self._preparing = console.status("Looking at what was handed in …")
        self._task = TaskID(0)
        self._start = self._last = time.monotonic()

    def __enter__(self) -> Watch:
        if self.console.is_terminal:
            self._preparing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._preparing.stop()
        if self._bar is not None:
            self._bar.stop()

    def contained(self, tier: str) -> None:
        """Warn if nothing contains students' code."""
        if tier not in CONTAINED:
            self.console.print(
                "[bold red]WARNING: nothing contains students' code. While it is graded, it can "
                "read and change all that you can, grades included.[/]",
                highlight=False,
            )

    def noticed(self, problems: Iterable[Problem]) -> None:
        """Show what can't be graded and is not tried."""
        for problem in problems:
            self._show(problem)

    def _show(self, problem: Problem) -> None:
        if problem.fatal:
            self.bad += 1
            show_problems(self._bar.console if self._bar else self.console, [problem])

    def begin(self, to_do: int, up_to_date: int) -> None:
        """Show how much there is to do."""
        self._preparing.stop()
        self.total = to_do
        self._start = self._last = time.monotonic()
        if up_to_date:
            self.console.print(f"{counted(up_to_date, self.unit)} up to date.", highlight=False)
        if not to_do:
            return
        if not self.console.is_terminal:
            self.console.print(f"{counted(to_do, self.unit)} to do.", highlight=False)
            return
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=min(40, max(5, self.console.width - _NUMBERS))),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[bad]}"),
            console=self.console,
            transient=True,
        )
        self._task = self._bar.add_task("Working", total=to_do, rate="", bad="")
        self._bar.start()

    def graded(self, graded: GradedSubmission) -> None:
        """Count a graded submission, and show what a person has to know of it."""
        self.step(graded.problems)

    def step(self, problems: Iterable[Problem] = ()) -> None:
        """Count one piece of work, and show at once what of it could not be done."""
        self.done += 1
        for problem in problems:
            self._show(problem)
        now = time.monotonic()
        rate = self.done / max(now - self._start, 1e-9)
        if self._bar is not None:
            bad = f"[red]{counted(self.bad, 'problem')}[/]" if self.bad else "no problems"
            self._bar.update(self._task, completed=self.done, rate=f"{rate:.1f}/s", bad=bad)
        elif now - self._last > _EVERY or self.done == self.total:
            self._last = now
            left = (self.total - self.done) / rate
            self.console.print(
                f"{self.done} of {counted(self.total, self.unit)}, {rate:.1f}/s, "
                f"{left:.0f} s left, {counted(self.bad, 'problem')}",
                highlight=False,
            )


def describe(problem: Problem) -> str:
    """Say a problem in one line: who, which file, which cell, what, what to do."""
    where = [part for part in (problem.assignment, problem.student) if part not in ("", ".")]
    text = "/".join([*where, problem.file] if problem.file else where)
    if problem.cell:
        text += f", cell {problem.cell}"
    remedy = "" if problem.remedy == "Nothing." else problem.remedy
    return f"{text}: {problem.what.rstrip('.')}. {remedy}".rstrip()


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """List problems, one a line."""
    for problem in problems:
        colour = "red" if problem.fatal else "yellow"
        text = f"[{colour}]{escape(describe(problem))}[/]"
        console.print(text, highlight=False, soft_wrap=True)


def score_table(rows: Sequence[Row]) -> Table:
    """Make the table of one assignment's scores: each student, or a summary of a big class."""
    title = f"{rows[0].assignment}, {number(rows[0].max_score)} points"
    if len(rows) > _LONGEST_TABLE:
        return _summary_table(rows, title)
    table = Table(title=title, title_justify="left")
    table.add_column("student")
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
        remarks.append(f"{number(row.penalty)} points taken off")
    if row.unsealed:
        remarks.append("not tamper-proof")
    return remarks


def _summary_table(rows: Sequence[Row], title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    scores = sorted(row.score for row in rows if not row.failed)
    facts = {"submissions": str(len(rows))}
    if scores:
        facts["mean score"] = number(sum(scores) / len(scores))
        facts["lowest, median, highest"] = ", ".join(
            number(scores[i]) for i in (0, len(scores) // 2, -1)
        )
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
        table.add_column(name, justify="right" if name == "score" else "left")
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
        table.add_column(name, justify="right" if name in ("more", "less") else "left")
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


def why(console: Console, record: dict[str, Any]) -> None:
    """Show for one submission each cell, each check and each message."""
    console.print(
        f"[bold]{escape(record['assignment'])}, {escape(record['student'])}[/], "
        f"contained by: {record['tier']}"
    )
    for problem in record["problems"]:
        show_problems(console, [Problem(**problem)])
    for notebook in record["notebooks"]:
        heading = f"{notebook['name']}.ipynb" + (": missing" if notebook["missing"] else "")
        table = Table(title=escape(heading), title_justify="left", show_lines=True)
        for name in ("cell", "score", "status", "why"):
            table.add_column(name, justify="right" if name == "score" else "left")
        for cell in notebook["cells"]:
            reasons = _reasons(cell, record["tier"])
            table.add_row(escape(cell["name"]), _points(cell), cell["status"], reasons)
        console.print(table)


def _points(cell: dict[str, Any]) -> str:
    got = "?" if cell["score"] is None else number(cell["score"])
    return f"{got}/{number(cell['max_score'])}"


def _reasons(cell: dict[str, Any], tier: str) -> str:
    """Put together all that explains a cell's score, each thing once."""
    checked = [line for check in cell["checks"] for line in check.get("lines", ())]
    failed = [line for line in checked if not line.get("ok")]
    lines = []
    for line in failed:
        lines.append(f"[red]✗[/] {escape(str(line.get('message', '')))}")
        if line.get("hint"):
            lines.append(f"  {escape(str(line['hint']))}")
        if line.get("mistake"):
            lines.append(f"  [dim]mistake: {escape(str(line['mistake']))}[/]")
    if right := len(checked) - len(failed):
        lines.append(f"[green]✓[/] {right} right")
    if not checked:  # otherwise the messages are what the checks said
        lines += [escape(text) for text in cell["messages"]]
    lines += [f"[dim]{escape(text)}[/]" for text in _unsaid(cell["log"], cell["checks"])]
    if cell["needs_manual"]:
        lines.append("waits for a person")
    if not_tamper_proof(tier, cell):
        lines.append("[yellow]not tamper-proof[/]")
    return "\n".join(lines)


def _unsaid(log: Iterable[str], checks: Iterable[dict[str, Any]]) -> list[str]:
    """Leave out of a log what its checks have said already."""
    lines = [line for check in checks for line in check.get("lines", ())]
    said = [str(line.get(part) or "") for line in lines for part in ("message", "hint")]
    return [text for text in log if not any(part and part in text for part in said)]
