"""Check plain answers: a number, a choice, a set, a table, an ordering, or what a rule judges.

The right answer is never shown: a wrong one is told what is off and, if catalogued, where to look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tutor.check.calling import Missing, call
from tutor.check.compare import Difference, agrees, as_array, close, difference, kind_of, number
from tutor.check.patterns import find_pattern, find_slip
from tutor.check.reporting import finish
from tutor.check.result import Line, Result
from tutor.check.showing import show
from tutor.check.started import not_started
from tutor.mistakes.records import Exercise, Mistake, Tolerance


def check_answer(
    answer: Any, exercise: Exercise, *, hidden: bool = False, points: float | None = None
) -> Result:
    """Check a plain answer against the exercise's right one."""
    name = exercise.name
    if isinstance(answer, Missing):
        why = "isn't there yet. Write its cell, run it, then run this one again."
        lines = [not_started(name, why)]
    elif answer is None or answer is Ellipsis:
        lines = [not_started(name, "is still empty.")]
    elif _holds_nan(answer):
        says = f"`{name}` holds nan, which isn't a number."
        lines = [_wrong(says, _NAN_HINT, "not_a_number")]
    else:
        lines = _CHECKERS[exercise.kind](answer, exercise)
    return finish(lines, exercise, hidden=hidden, points=points)


_NAN_HINT = "nan comes from 0/0, inf − inf or 0·inf. Print the steps that led to it."


def _holds_nan(answer: Any) -> bool:
    """Say whether a number, or one in a list, is nan. Tables are told so row by row."""
    if isinstance(answer, list | tuple):
        return any(_holds_nan(part) for part in answer)
    array = as_array(answer)
    return array is not None and array.dtype.kind == "f" and bool(np.isnan(array).any())


def _wrong(says: str, hint: str | None, general: str = "value") -> Line:
    return Line("wrong", says, hint, f"general/{general}")


def _with_mistake(exercise: Exercise, says: str, found: Sequence[Mistake]) -> Line:
    """Add the hint, if one mistake alone explains the answer."""
    if len(found) != 1:
        return Line("wrong", says, None, "general/value")
    return Line("wrong", says, found[0].hint, exercise.full_id(found[0]))


def _right(exercise: Exercise) -> Line:
    return Line("passed", f"`{exercise.name}`: right.")


# Numbers, also tuples and arrays of them -------------------------------------------------------


def _number(answer: Any, exercise: Exercise) -> list[Line]:
    expected, name = exercise.answer, exercise.name
    if _has_gap(answer):
        return [not_started(name, "still has a gap to fill in.")]
    found = _numeric_difference(answer, expected, exercise)
    if found is None:
        return [_right(exercise)]
    if isinstance(answer, bool) and not isinstance(expected, bool):
        says = f"`{name}` is True or False; {_wanted(expected, exercise)} is asked for."
        return [_wrong(says, None, "wrong_type")]
    if callable(answer):
        hint = "Is it a function? Then call it: name it with its brackets."
        return [_wrong(f"`{name}` is a function, not a number.", hint, "returned_function")]
    matching = [
        mistake
        for mistake in exercise.mistakes
        if _numeric_difference(answer, mistake.rule(*exercise.cases[0]), exercise) is None
    ]
    if found.id not in ("value", "not_finite") and not matching:
        return [_wrong_form(exercise, name, answer, expected, found)]
    is_number = as_array(answer) is not None
    shown = f" is {number(answer)}" if is_number else ""
    says = f"`{name}`{shown}: that isn't it yet."
    if not matching:
        return [_unexplained(says, answer, expected, exercise)]
    return [_with_mistake(exercise, says, matching)]


def _unexplained(says: str, value: Any, right: Any, exercise: Exercise) -> Line:
    """Add what may be said of numbers that the catalogue doesn't know."""
    pattern = find_pattern([value], [right], exercise.tolerance)
    name = pattern.id if pattern is not None and pattern.id in _TOLD else None
    name = name or find_slip(value, right, exercise.tolerance)
    return _wrong(says, None) if name is None else _wrong(says, _TOLD[name], name)


# What may be said of a plain answer without giving it away.
_TOLD = {
    "rounded": "Right as far as it goes. Give more digits.",
    "close": "Close. Give more digits, or look for what is rounded on the way.",
    "percent": "A hundred times too large: is this per cent?",
    "sign": "Look at the sign.",
    "decimal_point": "The digits are right. Where does the decimal point belong?",
    "sign_and_point": "The digits are right. Look at the sign, and at the decimal point.",
}


def _wrong_form(
    exercise: Exercise, name: str, answer: Any, expected: Any, found: Difference
) -> Line:
    """Say that an answer, or a row of a table, is another kind of thing than was asked for."""
    several = isinstance(expected, tuple) and not exercise.parts and len(expected) > 1
    asked = f"{_wanted(expected, exercise)} {'are' if several else 'is'} asked for"
    hint = found.hint
    if _quoted(answer):
        hint = f"Write the number{'s' if isinstance(expected, tuple) else ''} without quotes."
    elif _has_commas(answer, expected):
        return _wrong(f"`{name}` is {kind_of(answer)}; {asked}.", _COMMA_HINT, "decimal_comma")
    elif _is_wrapped(answer) and not isinstance(expected, tuple):
        hint = _WRAPPED_HINT
    elif isinstance(expected, tuple) and len(expected) == 1:
        hint = "A comma makes the brackets hold one: `(4)` is the number 4, `(4,)` a tuple."
    elif isinstance(expected, tuple):
        hint = "Write them in brackets, with commas between."
    return _wrong(f"`{name}` is {kind_of(answer)}; {asked}.", hint, found.id)


_WRAPPED_HINT = "Write the number by itself: brackets, or a comma behind it, wrap it up."
_COMMA_HINT = "Decimals have a point: `0.5`. A comma makes two numbers of it, 0 and 5."


def _has_commas(answer: Any, expected: Any) -> bool:
    """Say whether `0,5` was typed for 0.5: a whole number in front of each one asked for."""
    wanted = expected if isinstance(expected, tuple) else (expected,)
    if _has_one_comma_each(answer, wanted):
        return True
    return (
        isinstance(answer, tuple)
        and len(answer) == 2 * len(wanted)
        and all(type(part) is int for part in answer[::2])
        and any(isinstance(part, float) and part % 1 for part in wanted)
    )


def _has_one_comma_each(answer: Any, wanted: tuple[Any, ...]) -> bool:
    """Say whether whole numbers were typed as such and only the others, as in `1, 1, -1,5`."""
    decimals = [isinstance(part, float) and bool(part % 1) for part in wanted]
    if not isinstance(answer, tuple) or len(answer) != len(wanted) + sum(decimals):
        return False
    places = [digits for decimal in decimals for digits in ([False, True] if decimal else [False])]
    return any(decimals) and all(
        type(part) is int and (part >= 0 or not digits)
        for part, digits in zip(answer, places, strict=True)
    )


def _is_wrapped(answer: Any) -> bool:
    """Say whether one number has got brackets, or a comma behind it."""
    return isinstance(answer, list | tuple | np.ndarray) and np.shape(answer) == (1,)


def _numeric_difference(answer: Any, wanted: Any, exercise: Exercise) -> Any:
    return difference(answer, wanted, exercise.tolerance, lists=True, parts=exercise.parts)


def _wanted(expected: Any, exercise: Exercise) -> str:
    if isinstance(expected, tuple):
        if exercise.parts:
            return f"({', '.join(exercise.parts)})"
        several = len(expected) > 1
        return f"{len(expected)} numbers in brackets" if several else "one number in brackets"
    array = as_array(expected, lists=True)
    return "a number" if array is None or not array.ndim else f"an array of shape {array.shape}"


# Choices -----------------------------------------------------------------------------------------


def _same_text(a: Any, b: Any) -> bool:
    """Compare two cells of an answer: text by what it says, numbers closely."""
    if isinstance(a, str) and isinstance(b, str):
        return _typed(a) == _typed(b)
    one, other = as_array(a), as_array(b)
    if one is None or other is None or isinstance(a, str) or isinstance(b, str):
        return False
    if (one.dtype.kind == "b") != (other.dtype.kind == "b"):
        return False
    return one.shape == other.shape and bool(close(one, other, _ROUGH).all())


_HARD_TO_TYPE = (
    ("−", "-"),
    ("’", "'"),
    ("²", "^2"),
    ("**", "^"),
    ("·", ""),
    ("*", ""),
    ("ization", "isation"),
)


def _typed(text: Any) -> str:
    """Write a text without capitals, spaces, and signs that a keyboard doesn't have."""
    plain = "".join(str(text).casefold().split())
    for sign, typed in _HARD_TO_TYPE:
        plain = plain.replace(sign, typed)
    return plain


def _option(value: Any, options: Sequence[Any]) -> Any:
    return next((option for option in options if _same_text(value, option)), None)


def _all_options(answer: Any, options: Sequence[Any]) -> bool:
    return all(_option(item, options) is not None for item in answer)


def _stranger(answer: Any, options: Sequence[Any]) -> str:
    """Write the first of several things that isn't one of the options."""
    return show(next(item for item in answer if _option(item, options) is None))


def _listing(options: Sequence[Any]) -> str:
    return ", ".join(f'"{o}"' if isinstance(o, str) else str(o) for o in options)


def _choice(answer: Any, exercise: Exercise) -> list[Line]:
    if _same_text(answer, exercise.answer):
        return [_right(exercise)]
    if exercise.options and _option(answer, exercise.options) is None:
        says = f"`{exercise.name}` isn't one of the choices."
        if isinstance(answer, list | tuple | set) and _all_options(answer, exercise.options):
            says = f"`{exercise.name}` is {kind_of(answer)}; one choice is asked for."
            return [_wrong(says, "Write it by itself, without brackets.", "wrong_type")]
        return [_wrong(says, f"Choose from {_listing(exercise.options)}.", "not_an_option")]
    found = [m for m in exercise.mistakes if _same_text(answer, m.rule(*exercise.cases[0]))]
    return [_with_mistake(exercise, f"`{exercise.name}`: not this one.", found)]


def _set(answer: Any, exercise: Exercise) -> list[Line]:
    name = exercise.name
    if not isinstance(answer, set | frozenset | list | tuple):
        says = f"`{name}` is {kind_of(answer, known_only=True)}; a set is asked for."
        example = ", ".join(f'"{option}"' for option in exercise.options[:2])
        return [_wrong(says, f"Write it as {{{example}}}.", "wrong_type")]
    given = {_option(item, exercise.options) for item in answer}
    if None in given:
        says = f"`{name}` holds {_stranger(answer, exercise.options)}, which isn't a choice."
        hint = f"Choose from {_listing(exercise.options)}, each in quotes of its own."
        return [_wrong(says, hint, "not_an_option")]
    right = set(exercise.answer)
    if given == right:
        return [_right(exercise)]
    extra, lacking = len(given - right), len(right - given)
    belong = "doesn't belong" if extra == 1 else "don't belong"
    missing = "1 is" if lacking == 1 else f"{lacking} are"
    says = f"`{name}`: {extra} of your choices {belong}, and {missing} missing."
    if not lacking:
        says = f"`{name}`: {extra} of your {len(given)} choices {belong}."
    elif not extra:
        says = f"`{name}`: what you chose is right, and {missing} missing."
    found = [m for m in exercise.mistakes if m.rule(frozenset(given))]
    return [_with_mistake(exercise, says, found[:1])]


# Tables and orderings -----------------------------------------------------------------------------


def _table(answer: Any, exercise: Exercise) -> list[Line]:
    if not isinstance(answer, dict):
        says = (
            f"`{exercise.name}` is {kind_of(answer, known_only=True)}; a dictionary is asked for."
        )
        return [_wrong(says, 'Write it as {"name": value}.', "wrong_type")]
    rows = {_typed(key): key for key in exercise.answer}
    strange = [key for key in answer if _typed(key) not in rows]
    given = {rows[_typed(key)]: answer[key] for key in answer if key not in strange}
    lines = [_row(key, right, given, exercise) for key, right in exercise.answer.items()]
    if strange and len(given) < len(rows):
        says = f"`{strange[0]}` isn't a row of this table."
        hint = "Copy the names of the rows as they stand in the cell's comment."
        lines.append(_wrong(says, hint, "missing_key"))
    return lines


def _row(key: Any, right: Any, answer: dict[Any, Any], exercise: Exercise) -> Line:
    value = answer.get(key)
    if value is None or value is Ellipsis:
        return not_started(str(key), "is still to fill in.")
    if _holds_nan(value):
        return _wrong(f"`{key}` is nan, not a number.", _NAN_HINT, "not_a_number")
    if _cell_agrees(value, right, exercise):
        return Line("passed", f"`{key}`: right.")
    if exercise.options and _option(value, exercise.options) is None:
        hint = f"Choose from {_listing(exercise.options)}."
        return _wrong(f"`{key}`: that isn't one of the choices.", hint, "not_an_option")
    found = []
    for mistake in exercise.mistakes:
        slips = mistake.rule(*exercise.cases[0])
        if key in slips and all(_cell_agrees(answer.get(k), v, exercise) for k, v in slips.items()):
            found.append(mistake)
    if isinstance(right, bool) and not isinstance(value, bool | np.bool_):
        says = f"`{key}` is {kind_of(value)}; True or False is asked for."
        return _wrong(says, "Write True or False, without quotes.", "wrong_type")
    if not found and not isinstance(right, str | bool):
        form = difference(value, right, exercise.tolerance, lists=True)
        if form is not None and form.id not in ("value", "not_finite"):
            return _wrong_form(exercise, str(key), value, right, form)
    if not found and not isinstance(right, str | bool):
        return _unexplained(f"`{key}`: not yet right.", value, right, exercise)
    found.sort(key=lambda mistake: -len(mistake.rule(*exercise.cases[0])))
    return _with_mistake(exercise, f"`{key}`: not yet right.", found[:1])


def _cell_agrees(value: Any, right: Any, exercise: Exercise) -> bool:
    if isinstance(right, str):
        return _same_text(value, right)
    if isinstance(right, bool):
        return as_array(value) is not None and _same_text(value, right)
    return agrees(value, right, exercise.tolerance, lists=True)


def _ordering(answer: Any, exercise: Exercise) -> list[Line]:
    name, right = exercise.name, list(exercise.answer)
    if not isinstance(answer, list | tuple):
        says = f"`{name}` is {kind_of(answer, known_only=True)}; a list is asked for."
        return [_wrong(says, 'Write it as ["first", "second"].', "wrong_type")]
    given = [_option(item, right) for item in answer]
    if None in given or len(set(given)) != len(given) or len(given) != len(right):
        says = f"`{name}` has to hold each of the {len(right)} items once."
        if None in given:
            says = f"`{name}` holds {_stranger(answer, right)}, which isn't one of the items."
        return [_wrong(says, f"The items are {_listing(sorted(right))}.", "not_an_option")]
    if given == right:
        return [_right(exercise)]
    fits = next(i for i, (a, b) in enumerate(zip(given, right, strict=True)) if a != b)
    says = f"`{name}`: the first {fits} places are right, then it departs."
    if not fits:
        says = f"`{name}`: the first place isn't right yet."
    found = [m for m in exercise.mistakes if _in_this_order(m.rule(*exercise.cases[0]), given)]
    return [_with_mistake(exercise, says, found[:1])]


def _in_this_order(items: Sequence[Any], given: Sequence[Any]) -> bool:
    places = [given.index(item) for item in items]
    return places == sorted(places)


# Anything that fulfils a rule ---------------------------------------------------------------------


def _judged(answer: Any, exercise: Exercise) -> list[Line]:
    if _has_gap(answer):
        return [not_started(exercise.name, "still has a gap to fill in.")]
    numbers = not _quoted(exercise.example) and not isinstance(exercise.example, dict)
    if numbers and _quoted(answer):
        says = f"`{exercise.name}` holds text in quotes; numbers are asked for."
        return [_wrong(says, "Write numbers without quotes.", "returned_string")]
    if isinstance(answer, set | frozenset):
        says = f"`{exercise.name}` is a set. What is asked for is {_form(exercise)}."
        hint = "Braces make a set, which has no order. Write round or square brackets."
        return [_wrong(says, hint, "wrong_type")]
    verdict = call(exercise.reference, (answer,))
    if verdict.error is not None:
        says = f"`{exercise.name}` is {_described(answer)}. What is asked for is {_form(exercise)}."
        if _has_commas(answer, exercise.example):
            return [_wrong(says, _COMMA_HINT, "decimal_comma")]
        wrapped = isinstance(exercise.example, float) and _is_wrapped(answer)
        return [_wrong(says, _WRAPPED_HINT if wrapped else None, "wrong_type")]
    if verdict.value is None:
        return [_right(exercise)]
    found = [m for m in exercise.mistakes if bool(call(m.rule, (answer,)).value)]
    return [_with_mistake(exercise, f"`{exercise.name}`: {verdict.value}", found[:1])]


def _quoted(answer: Any) -> bool:
    """Say whether there is text in an answer. A dictionary of settings may hold some."""
    if isinstance(answer, list | tuple):
        return any(_quoted(part) for part in answer)
    return isinstance(answer, str)


def _has_gap(answer: Any) -> bool:
    if isinstance(answer, dict):
        return _has_gap(list(answer.values()))
    if isinstance(answer, list | tuple):
        return any(_has_gap(part) for part in answer)
    return answer is Ellipsis or answer is None


def _described(answer: Any) -> str:
    if isinstance(answer, list | tuple):
        return f"{kind_of(answer)} of length {len(answer)}"
    return kind_of(answer)


def _form(exercise: Exercise) -> str:
    if not exercise.parts:
        return kind_of(exercise.example)
    listing = ", ".join(exercise.parts)
    return f"({listing})" if len(exercise.parts) > 1 else listing


_ROUGH = Tolerance(1e-9, 1e-12)
_CHECKERS: dict[str, Callable[[Any, Exercise], list[Line]]] = {
    "number": _number,
    "choice": _choice,
    "set": _set,
    "table": _table,
    "ordering": _ordering,
    "judged": _judged,
}
