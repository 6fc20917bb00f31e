"""Check that a training gets there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tutor.check.calling import Outcome, call, call_many
from tutor.check.compare import difference, number
from tutor.check.errors import explain_error
from tutor.check.reporting import UNSEEN, finish, forbidden_line, judged_line
from tutor.check.result import Line, Result
from tutor.check.started import missing_function, not_started
from tutor.check.vocabulary import entry_for
from tutor.mistakes.records import Exercise, Tolerance


def learns(
    train: Any,
    *,
    below: float,
    seeds: Sequence[int],
    measure: Callable[[Any], float] | None = None,
    at_least: int | None = None,
    what: str = "loss",
    exercise: str | None = None,
    hidden: bool = False,
    points: float | None = None,
) -> Result:
    """Check a learning outcome: ``train(seed)`` ends with a loss below a bound.

    Parameters
    ----------
    train : callable
        The student's training. Its result is the loss, or `measure` computes the loss from it.
    below : float
    seeds : sequence of int
        One run each.
    at_least : int, optional
        How many runs have to get there; all, if left out.
    what : str
        What is measured, in words: "test loss".
    """
    entry = entry_for(exercise, train, "function")
    absent = missing_function(train, entry.name)
    if absent is not None:
        return finish([absent], entry, hidden=hidden, points=points)
    cases = [(seed,) for seed in seeds]
    outcomes = call_many(train, cases, forbids=entry.forbids, prints=hidden)
    if all(isinstance(outcome.error, NotImplementedError) for outcome in outcomes):
        line = not_started(entry.name, "isn't written yet.")
        return finish([line], entry, hidden=hidden, points=points)
    line = _learning_line(entry, outcomes, below, at_least or len(seeds), measure, what, hidden)
    return finish([line], entry, hidden=hidden, points=points)


def _learning_line(
    entry: Exercise,
    outcomes: Sequence[Outcome],
    below: float,
    needed: int,
    measure: Callable[[Any], float] | None,
    what: str,
    hidden: bool,
) -> Line:
    tried = UNSEEN if hidden else f"`{entry.name}`"
    used = tuple(dict.fromkeys(name for outcome in outcomes for name in outcome.used))
    if used:
        return forbidden_line(tried, used)
    losses = []
    for outcome in outcomes:
        measured = outcome
        if measure is not None and outcome.error is None:
            measured = call(measure, (outcome.value,))
        if measured.error is not None:
            return judged_line(tried, explain_error(measured.error, ""), hidden=hidden, says="")
        wrong = difference(measured.value, 0.0, Tolerance(0.0, np.inf))
        if wrong is not None and wrong.id != "not_finite":
            return judged_line(tried, wrong, hidden=hidden, says="")
        losses.append(float(np.asarray(measured.value)))
    reached = sum(-np.inf < loss < below for loss in losses)
    runs = f"{reached} of {len(losses)} runs get the {what} below {number(below)}"
    if hidden:
        runs = f"the {what} {'gets' if reached >= needed else 'does not get'} low enough"
    if reached >= needed:
        return Line("passed", f"{tried}: {runs}.")
    if any(not np.isfinite(loss) for loss in losses):
        hint = "A loss of nan or infinity: is the learning rate too large, or a logarithm of 0?"
    else:
        hint = "Draw the loss over the steps: does it still fall, stand still, or jump about?"
    best = "" if hidden else f" The best ends at {number(min(losses))}; {needed} have to get there."
    return Line("wrong", f"{tried}: {runs}.{best}", hint, "general/not_learned")
