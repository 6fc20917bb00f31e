"""How far a piece of work is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from grading.display.problems import show_problems
from grading.engines import CONTAINED
from grading.records import GradedSubmission, Problem
from grading.wording import counted

__all__ = ["Watch"]

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
