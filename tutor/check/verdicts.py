"""Run a function on cases and judge each outcome by a rule, where there is no right answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tutor.check.calling import Outcome, call_many
from tutor.check.compare import Difference
from tutor.check.reporting import UNSEEN, finish, forbidden_line, judged_line
from tutor.check.result import Result
from tutor.check.showing import shown
from tutor.check.started import missing_function, not_started
from tutor.check.vocabulary import entry_for, to_calls

Verdict = Callable[[Sequence[Any], Outcome], Difference | None]


def run(
    student: Any,
    on: Any,
    exercise: str | None,
    verdict: Verdict,
    *,
    hidden: bool,
    points: float | None,
    says: str = "right",
) -> Result:
    """Call a function on each case and let `verdict` say what is wrong, if anything.

    Parameters
    ----------
    student : object
        What the notebook has in the function's place.
    on : object
        The cases, as in `agrees`.
    exercise : str or None
        Its catalogue entry says what is forbidden.
    verdict : callable
        From the arguments and the outcome of a call to what is wrong with it, or None.
    hidden, points
        As in `exercise`.
    says : str
        What is said of a case with nothing wrong.
    """
    entry = entry_for(exercise, student, "function")
    absent = missing_function(student, entry.name)
    if absent is not None:
        return finish([absent], entry, hidden=hidden, points=points)
    lines = []
    cases = to_calls(on)
    outcomes = call_many(student, cases, forbids=entry.forbids, prints=hidden)
    for args, outcome in zip(cases, outcomes, strict=True):
        tried = UNSEEN if hidden else f"`{entry.name}({shown(entry, args)})`"
        if isinstance(outcome.error, NotImplementedError):
            lines.append(not_started(entry.name, "isn't written yet."))
        elif outcome.used:
            lines.append(forbidden_line(tried, outcome.used))
        else:
            found = verdict(args, outcome)
            lines.append(judged_line(tried, found, hidden=hidden, says=says))
    return finish(lines, entry, hidden=hidden, points=points)
