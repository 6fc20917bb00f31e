"""Check one function: each case gives a line, with what came back and where to look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import CodeType
from typing import Any

import numpy as np

from tutor.check.calling import Outcome, call, call_many, same
from tutor.check.compare import Difference, as_array, difference
from tutor.check.diagnose import Trial, elementwise_input, find_mistake
from tutor.check.errors import explain_error
from tutor.check.patterns import find_pattern
from tutor.check.reporting import UNSEEN, finish, forbidden_line, judged_line
from tutor.check.result import Line, Result
from tutor.check.showing import argument_names, shown
from tutor.check.started import has_empty_body, missing_function, not_started
from tutor.mistakes.records import Exercise


def check_function(
    student: Any,
    trial: Trial,
    *,
    hidden: bool,
    points: float | None,
) -> Result:
    """Run a function on the cases of a trial and compare it with its exercise's reference.

    Hidden results say whether it is right, and name a mistake, but no input, output or shape.
    """
    exercise, cases = trial.exercise, trial.cases
    name = exercise.name or getattr(student, "__name__", "your function")
    absent = missing_function(student, name)
    if absent is not None:
        return finish([absent], exercise, hidden=hidden, points=points)
    outcomes = call_many(student, cases, forbids=exercise.forbids, prints=hidden)
    if all(isinstance(outcome.error, NotImplementedError) for outcome in outcomes):
        line = not_started(name, "isn't written yet. Replace `raise NotImplementedError()`.")
        return finish([line], exercise, hidden=hidden, points=points)
    gives_nothing = all(outcome.error is None and outcome.value is None for outcome in outcomes)
    if gives_nothing and has_empty_body(student):
        line = not_started(name, "isn't written yet. Write its steps below the `def` line.")
        return finish([line], exercise, hidden=hidden, points=points)
    lines = [
        _line(name, exercise, args, outcome, right, hidden=hidden)
        for args, outcome, right in zip(cases, outcomes, trial.expected, strict=True)
    ]
    if any(line.mistake and not line.forbidden for line in lines):
        order = _argument_order(student, exercise)
        if order is not None:
            lines = _with_hint(lines, "general/argument_order", order)
        else:
            lines = _with_catalogued_hint(lines, trial, outcomes, student)
    if not hidden and len(lines) == len(outcomes):
        lines = _said_once(lines, outcomes)
    picture = None if hidden else _picture(student, exercise, cases, lines)
    return finish(lines, exercise, hidden=hidden, points=points, picture=picture)


def _said_once(lines: Sequence[Line], outcomes: Sequence[Outcome]) -> list[Line]:
    """Say an error, or what is forbidden, only in the line of the first call that it concerns."""
    said: set[str] = set()
    shorter = []
    for line, outcome in zip(lines, outcomes, strict=True):
        tried, colon, text = line.message.partition("`: ")
        again = "the same." if outcome.used else "the same error." if outcome.error else None
        if again and text in said:
            line = replace(line, message=f"{tried}{colon}{again}")
        shorter.append(line)
        said.add(text)
    return shorter


def _line(
    name: str,
    exercise: Exercise,
    args: Sequence[Any],
    outcome: Outcome,
    expected: Outcome,
    *,
    hidden: bool,
) -> Line:
    tried = UNSEEN if hidden else f"`{name}({shown(exercise, args)})`"
    found: Difference | None
    if outcome.error is not None:
        found = explain_error(outcome.error, name)
    else:
        if expected.error is not None:
            raise ValueError(f"the reference of {name} fails") from expected.error
        at = elementwise_input(exercise, args)
        compared = difference(
            outcome.value,
            expected.value,
            exercise.tolerance,
            lists=exercise.lists,
            parts=exercise.parts,
            at=at,
        )
        found = compared or _side_effects(exercise, args, outcome)
    if outcome.used:
        return forbidden_line(tried, outcome.used)
    return judged_line(tried, found, hidden=hidden)


def _side_effects(exercise: Exercise, args: Sequence[Any], outcome: Outcome) -> Difference | None:
    if not outcome.changed:
        return None
    names = argument_names(exercise)
    changed = " and ".join(
        f"`{names[i]}`" if i < len(names) and names[i] else f"input {i + 1}"
        for i in outcome.changed
    )
    belongs = "belongs" if len(outcome.changed) == 1 else "belong"
    says = f"The values are right, but your function changes {changed}, which {belongs} to the "
    lists = any(isinstance(args[i], list) for i in outcome.changed)
    return Difference(
        "changed_input",
        f"{says}caller.",
        f"{says}caller.",
        "`x[...] = ` and `x += ` write into the array that was handed in"
        + (", `append`, `pop` and `sort` change a list" if lists else "")
        + ". Work on `x.copy()`.",
    )


def _with_catalogued_hint(
    lines: Sequence[Line], trial: Trial, outcomes: Sequence[Outcome], student: Any
) -> list[Line]:
    exercise = trial.exercise
    found = find_mistake(trial, outcomes, lambda cases: call_many(student, cases))
    if found is None:
        return _with_pattern(lines, trial, outcomes, student)
    full_id = exercise.full_id(found)
    if found.untouched:
        told = f"`{exercise.name}` does what it did at first."
        return [Line("not started", told, found.hint, full_id)]
    return _with_hint(lines, full_id, found.hint)


def _with_hint(
    lines: Sequence[Line], mistake: str, hint: str, *, only: Sequence[str] = ()
) -> list[Line]:
    """Give one hint to all wrong lines, or to those with `only` these mistakes."""
    return [
        line
        if line.ok or line.forbidden or (only and line.mistake not in only)
        else replace(line, hint=hint, mistake=mistake)
        for line in lines
    ]


# Where a pattern says more than the general hint.
_VAGUE = tuple(
    f"general/{name}" for name in ("value", "wrong_shape", "transposed", "returned_list")
)


def _with_pattern(
    lines: Sequence[Line], trial: Trial, outcomes: Sequence[Outcome], student: Any
) -> list[Line]:
    """Add what the results look like, where neither the catalogue nor an error says more."""
    vague = [line.mistake for line in lines if line.mistake in _VAGUE]
    if not vague or any(outcome.error is not None for outcome in outcomes):
        return list(lines)
    again = call_many(student, [*trial.cases, *trial.probes.cases])
    repeated = zip(outcomes, again, strict=False)
    if not all(same(one.value, other.value) for one, other in repeated):
        hint = (
            "Two calls with the same input give different results: random numbers are drawn. What "
            "is handed in is all that is needed."
        )
        return _with_hint(lines, "general/random", hint, only=_VAGUE)
    expected = [*trial.expected, *trial.probes.expected]
    if any(outcome.error is not None for outcome in again):
        again, expected = list(outcomes), trial.expected
    values, right = ([each.value for each in part] for part in (again, expected))
    if _gives_back(trial.cases, outcomes):
        hint = (
            "What comes back is what was handed in. `p = p - …` in a loop gives a name to a new "
            "thing; the list that it came from stays as it was."
            if isinstance(outcomes[0].value, list)
            else "What comes back is what was handed in. Numpy's functions make a new array: give "
            "it a name, or return it."
        )
        return _with_hint(lines, "general/given_back", hint, only=_VAGUE)
    found = find_pattern(values, right, trial.exercise.tolerance)
    if found is None:
        return list(lines)
    return _with_hint(lines, f"general/{found.id}", found.hint, only=_VAGUE)


def _gives_back(cases: Sequence[Sequence[Any]], outcomes: Sequence[Outcome]) -> bool:
    """Say whether one of the inputs comes back unchanged, in every case."""
    return any(
        all(
            type(outcome.value) is type(args[i]) and same(outcome.value, args[i])
            for args, outcome in zip(cases, outcomes, strict=True)
        )
        for i in range(min(map(len, cases)))
        if all(isinstance(args[i], np.ndarray | list) for args in cases)
    )


def _argument_order(student: Any, exercise: Exercise) -> str | None:
    """Say so when the `def` line has the task's arguments in another order."""
    code = getattr(student, "__code__", None)
    wanted = argument_names(exercise)
    if not isinstance(code, CodeType):
        return None
    given = list(code.co_varnames[: code.co_argcount])
    if given == wanted or sorted(given) != sorted(wanted):
        return None
    return f"The task's arguments stand in another order: `{exercise.signature}`."


def _picture(
    student: Any, exercise: Exercise, cases: Sequence[Sequence[Any]], lines: Sequence[Line]
) -> Callable[[], Any] | None:
    """Prepare the student's curve over the right one, for functions of one number gone wrong."""
    off = any(line.mistake and not line.forbidden for line in lines if not line.ok)
    if not exercise.plot or not off:
        return None
    x = np.linspace(-4.0, 4.0, 161)
    # With the parameters of a case that failed: for others the two curves may agree.
    failed = [args for args, line in zip(cases, lines, strict=False) if not line.ok]
    more = tuple(failed[0][1:])
    got = call(student, (x, *more))
    curve = None if got.error is not None else as_array(got.value)
    right = as_array(call(exercise.reference, (x, *more)).value)
    if curve is None or right is None or curve.shape != x.shape:
        return None

    def draw() -> Any:
        from tutor import plots  # loads matplotlib, so only when something is drawn

        return plots.compare(curve, right, x, label=exercise.name)

    return draw
