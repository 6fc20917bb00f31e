"""Why a submission has its score: each cell, each check, each message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grading.display.problems import show_problems
from grading.engines import not_tamper_proof
from grading.records import Problem
from grading.wording import number

__all__ = ["show_why"]


def show_why(console: Console, record: dict[str, Any]) -> None:
    """Show for one submission each cell, each check and each message."""
    console.print(
        f"[bold]{escape(record['assignment'])}, {escape(record['student'])}[/], "
        f"contained by: {record['tier']}"
    )
    show_problems(console, [Problem(**problem) for problem in record["problems"]])
    for notebook in record["notebooks"]:
        heading = f"{notebook['name']}.ipynb" + (": missing" if notebook["missing"] else "")
        table = Table(title=escape(heading), title_justify="left", show_lines=True)
        for name in ("cell", "score", "status", "why"):
            right = name == "score"
            table.add_column(name, justify="right" if right else "left", overflow="fold")
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
    lines: list[str] = []
    for line in failed:
        lines.append(f"[red]✗[/] {escape(str(line.get('message', '')))}")
        more = []
        if line.get("hint"):
            more.append(f"  {escape(str(line['hint']))}")
        if line.get("mistake"):
            more.append(f"  [dim]mistake: {escape(str(line['mistake']))}[/]")
        lines += [text for text in more if text not in lines]
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
