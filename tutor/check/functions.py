"""Check one function: each case gives a line, with what came back and where to look."""

from __future__ import annotations

import builtins
import dis
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import CodeType
from typing import Any

import numpy as np

from tutor import progress
from tutor.check.calling import Missing, Outcome, call, call_many, same
from tutor.check.compare import Difference, as_array, difference, kind_of, number, type_name
from tutor.check.diagnose import Trial, elementwise_input, find_mistake
from tutor.check.patterns import find_pattern
from tutor.check.result import Line, Result
from tutor.mistakes.records import Exercise

UNSEEN = "Other numbers than the ones you saw"
# How much of its inputs a line of a result shows as numbers.
_MOST_ENTRIES = 12
_LONGEST_CALL = 160
_LONGEST_LIST = 80


def not_started(name: str, why: str) -> Line:
    """Say kindly that there is nothing to check yet."""
    return Line("not started", f"`{name}` {why}", mistake="general/not_started")


def missing_function(student: Any, name: str) -> Line | None:
    """Say what is in the place of a function, if it isn't one."""
    if isinstance(student, Missing):
        return not_started(
            name, "isn't there yet. Write its cell, run it, then run this one again."
        )
    if student is None or student is Ellipsis:
        return not_started(name, "is still empty.")
    if not callable(student):
        return Line(
            "wrong",
            f"`{name}` is {kind_of(student, known_only=True)}, not a function.",
            f"Has a later cell given the name to something else? Run the `def {name}` cell again.",
            "general/not_a_function",
        )
    return None


# What Python makes of a body that is `...`, `pass` or a docstring: it returns a constant.
_NOTHING = {
    *("RESUME", "NOP", "RETURN_CONST", "RETURN_VALUE"),
    *("LOAD_CONST", "LOAD_CONST_IMMORTAL", "LOAD_COMMON_CONSTANT"),  # the last from Python 3.15 on
}


def has_empty_body(student: Any) -> bool:
    """Say whether a function does nothing at all: its body is `...`, `pass` or a docstring.

    What stands for a function of another process has a method `has_empty_body` that asks there.
    """
    elsewhere = getattr(student, "has_empty_body", None)
    if elsewhere is not None:
        return elsewhere() is True
    code = getattr(student, "__code__", None)
    if not isinstance(code, CodeType):
        return False
    return {step.opname for step in dis.get_instructions(code)} <= _NOTHING


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


def finish(
    lines: Sequence[Line],
    exercise: Exercise,
    *,
    hidden: bool,
    points: float | None,
    picture: Callable[[], Any] | None = None,
) -> Result:
    """Make the result, and tell the progress view."""
    lines = _once(lines) if hidden else lines
    title = (exercise.title or exercise.name) + (" (hidden tests)" if hidden else "")
    result = Result(
        lines,
        points=points,
        exercise=exercise.id or None,
        hidden=hidden,
        title=title,
        picture=picture,
    )
    if exercise.id:
        progress.record(exercise.id, result.status)
    return result


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


def _once(lines: Sequence[Line]) -> list[Line]:
    """Merge equal lines: how many hidden cases there are is nobody's business."""
    weights: dict[Line, float] = {}
    for line in lines:
        weights[line] = weights.get(line, 0.0) + 1.0
    return [
        Line(k.status, k.message, k.hint, k.mistake, k.forbidden, weight)
        for k, weight in weights.items()
    ]


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
    if found is None:
        return Line("passed", f"{tried}: right.")
    says = found.plain if hidden else found.says
    return Line("wrong", f"{tried}: {says}", found.hint, f"general/{found.id}")


def forbidden_line(tried: str, used: tuple[str, ...]) -> Line:
    """Say that something ready-made was called, and what."""
    names = " and ".join(f"`{name}`" for name in used)
    return Line(
        "wrong",
        f"{tried}: this calls {names}, ready-made.",
        "Here the point is to write it yourself. Which steps does the formula consist of?",
        "general/forbidden",
        used,
    )


def _side_effects(exercise: Exercise, args: Sequence[Any], outcome: Outcome) -> Difference | None:
    if not outcome.changed:
        return None
    names = _argument_names(exercise)
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
    full_id = f"{exercise.id}/{found.id}" if exercise.id else found.id
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
    wanted = _argument_names(exercise)
    if not isinstance(code, CodeType):
        return None
    given = list(code.co_varnames[: code.co_argcount])
    if given == wanted or sorted(given) != sorted(wanted):
        return None
    return f"The task's arguments stand in another order: `{exercise.signature}`."


# What errors say --------------------------------------------------------------------------------

_ERROR_HINTS = (
    ("ellipsis", "There is a gap `...` left to fill in."),
    (
        "truth value of an array",
        "`if` and `max` need one True or False, but the input is a whole array. "
        "`np.where(condition, a, b)` and `np.maximum` decide entry by entry.",
    ),
    (
        "only integer scalar arrays",
        "`np.max(0, x)` looks for the largest entry along an axis `x`. `np.maximum(0, x)` compares "
        "entry by entry.",
    ),
    (
        "same number of dimensions",
        "An array of shape (N,) isn't a column: a column has shape (N, 1). `np.column_stack` takes "
        "both.",
    ),
    (
        "only length-1 arrays",
        "The functions of `math` take one number. Those of numpy take whole arrays.",
    ),
    (
        "only 0-dimensional arrays",
        "The functions of `math` take one number. Those of numpy take whole arrays.",
    ),
    (
        "matmul",
        "Write the shapes beside the product: (n, k) @ (k, m). The inner two must be equal.",
    ),
    (
        "not aligned",
        "Write the shapes beside the product: (n, k) @ (k, m). The inner two must be equal.",
    ),
    ("could not be broadcast", "Print the shapes of what you combine: they don't fit together."),
    ("NoneType", "A function that you use returns None: is its `return` missing?"),
    (
        "positional argument",
        "A function gets more or fewer things than it takes. Several arrays for one argument go "
        "into a list: `np.column_stack([a, b])`.",
    ),
    (
        "out of bounds",
        "Places are counted from 0, so the last one is the length − 1. An array doesn't grow when "
        "you write behind its end.",
    ),
    ("index out of range", "Places are counted from 0, so the last one is the length − 1."),
    (
        "arrays used as indices must be",
        "Only whole numbers can be places. What stands in the square brackets: are the arguments "
        "in the order of the task?",
    ),
    ("too many indices", "You give more places than the array has axes. Print its shape."),
    ("invalid index to scalar", "A single number has no entries. Which of your names holds one?"),
    ("has no len()", "A single number has no length. Which of your names holds one?"),
    ("is not subscriptable", "What stands before the square brackets has no entries."),
    (
        "has no attribute",
        "Lists, arrays and numbers can do different things: print `type(...)` of what stands "
        "before the dot. `len`, `sum` and `min` take a list; `np.argmin(x)` finds a place.",
    ),
    (
        "inhomogeneous",
        "An array needs rows of one length. Go through parts of different shapes one by one.",
    ),
    (
        "cannot unpack",
        "Each turn of your loop gets one thing, and you ask for several. `zip(...)` makes pairs.",
    ),
    (
        "as a data type",
        "A shape is one argument, in brackets of its own: `np.zeros((rows, columns))`.",
    ),
    (
        "either both or neither",
        "`np.where` needs a value for both cases: `np.where(condition, this, that)`.",
    ),
    ("bitwise_xor", "`^` isn't a power in Python: write `**`."),
    ("for ^:", "`^` isn't a power in Python: write `**`."),
    (
        "unsupported operand",
        "These two kinds of things can't be combined so. Is one of them a list, text or None? Go "
        "through a list entry by entry.",
    ),
    (
        "multiply sequence",
        "A list can't be multiplied by a number. Go through it entry by entry.",
    ),
    (
        "infinity to integer",
        "An array of whole numbers can't hold infinity: `x.astype(float)` makes another one that "
        "can.",
    ),
    (
        "cannot reshape",
        "The number of entries doesn't fit the new shape. Does every part have to be as long?",
    ),
    ("__round__", "`round` takes one number. Nothing has to be rounded here."),
    ("unexpected keyword", "Is the argument's name spelled as the function has it?"),
    (
        "math range error",
        "An exp grows beyond the largest number. Which sign can its argument have?",
    ),
    ("math domain error", "A log or a square root gets a number outside its domain."),
    ("referenced before assignment", "A name is used before it gets a value on this path."),
    ("cannot access local variable", "A name is used before it gets a value on this path."),
    ("maximum recursion", "Your function calls itself without end."),
    ("read-only", "Don't write into the input: work on a copy."),
)


_COLUMN_HINT = (
    "A matrix (N, K) goes with (K,), a number for each column, or with (N, 1), a number for each "
    "row. `x[:, None]` turns (N,) into (N, 1), and `keepdims=True` keeps it so."
)


def explain_error(error: BaseException, name: str) -> Difference:
    """Say what an error means. For hidden tests only the built-in class is named, not the text."""
    kind = _builtin_class(error)
    text = "" if isinstance(error, SystemExit) else str(error)
    hint = next((hint for part, hint in _ERROR_HINTS if part in text), None)
    if isinstance(error, NotImplementedError):
        return Difference("not_started", "This part isn't written yet.", "Not written yet.")
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError):
        hint = "Is the name spelled as where it is defined, and has that cell been run?"
        missing = re.search(r"name '(\w+)' is not defined", text)
        if missing and callable(getattr(np, missing[1], None)):
            hint = f"numpy's functions need their first name: `np.{missing[1]}`."
    if isinstance(error, TypeError) and text.startswith(f"{name}()"):
        hint = "The arguments in your `def` line differ from the task's."
    paired = re.search(r"broadcast together with shapes \((\d+),\d+\) \((\d+),\)", text)
    if paired and paired[1] == paired[2]:
        hint = _COLUMN_HINT
    if isinstance(error, SystemExit):
        hint = "Remove `exit()` and `quit()`: they stop the whole notebook."
    said = f": {text.removesuffix(' in comparison')}" if text else ""
    where = _where(error)
    return Difference(
        "gap_left" if "ellipsis" in text else "raised",
        f"It stops with {kind}{said[:200]}{'' if said.endswith('.') else '.'}{where}",
        f"It stops with an error ({kind}).",
        hint,
    )


def _builtin_class(error: BaseException) -> str:
    for base in type(error).__mro__:
        if getattr(builtins, base.__name__, None) is base:
            return str(base.__name__)
    return "Exception"


def _where(error: BaseException) -> str:
    """Name the line of the student's code in which the error was raised."""
    told = re.findall(r"\bline (\d+)", str(getattr(error, "student_traceback", "")))
    place, step = (int(told[-1]) if told else None), error.__traceback__
    while step is not None and not told:
        filename = step.tb_frame.f_code.co_filename
        if "/tutor/" not in filename and "site-packages" not in filename:
            place = step.tb_lineno
        step = step.tb_next
    return f" Look at line {place} of its cell." if place is not None else ""


# What was tried, and the picture ----------------------------------------------------------------


def _argument_names(exercise: Exercise) -> list[str]:
    inside = exercise.signature.partition("(")[2].rstrip(")").split(",")
    return [part.partition("=")[0].strip() for part in inside]


def shown(exercise: Exercise, args: Sequence[Any]) -> str:
    """Write the arguments; large ones by their names in the task, "X of shape (5, 2)"."""
    names = _argument_names(exercise)
    texts = [show(arg) for arg in args]
    if sum(map(len, texts)) > _LONGEST_CALL:
        texts = [show(arg, matrices=False) for arg in args]
    if len(names) == len(args) and all(names):
        texts = [
            re.sub(r"^(array(?= of shape)|list(?= of \d+ arrays))", name, text)
            for name, text in zip(names, texts, strict=True)
        ]
    return ", ".join(texts)


def show(value: Any, *, matrices: bool = True) -> str:
    """Write an argument as briefly as a line of a table allows.

    A small array is written out, one with two or more axes only if `matrices`.
    """
    if isinstance(value, np.ndarray):
        most = _MOST_ENTRIES if value.ndim == 1 or matrices else 0
        return _entries(value) if 0 < value.size <= most else f"array of shape {value.shape}"
    if isinstance(value, bool | int | float | np.generic):
        return number(value)
    if callable(value):
        return str(getattr(value, "__name__", "function")).replace("<lambda>", "f").lstrip("_")
    if isinstance(value, list) and any(isinstance(item, np.ndarray) for item in value):
        text = "[" + ", ".join(show(item, matrices=matrices) for item in value) + "]"
        return text if len(text) <= _LONGEST_LIST else f"list of {len(value)} arrays"
    text = repr(value) if isinstance(value, str | list | tuple | dict | set) else type_name(value)
    return text if len(text) <= 40 else f"{type_name(value)} of length {len(value)}"


def _entries(value: Any) -> str:
    """Write an array's numbers, row by row in square brackets."""
    if np.ndim(value) == 0:
        return number(value)
    return "[" + ", ".join(_entries(part) for part in value) + "]"


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
