"""Compare what came back with what was expected, and say in plain words how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tutor.mistakes.records import Tolerance

Array = npt.NDArray[Any]

# Rounding in single and half precision: what a right solution in that precision can be off by.
_COARSE = {4: Tolerance(2e-3, 1e-5), 2: Tolerance(3e-2, 3e-3)}  # by bytes a number
_KNOWN_TYPES = {
    "NoneType": "None",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dictionary",
    "set": "a set",
    "str": "text in quotes",
    "bytes": "bytes",
    "generator": "a generator",
    "function": "a function",
    "builtin_function_or_method": "a function",
    "method": "a function",
    "map": "a `map` object",
    "zip": "a `zip` object",
    "filter": "a `filter` object",
    "range": "a `range`",
    "bool": "True or False",
    "ellipsis": "`...`",
    "int": "a number",
    "float": "a number",
    "complex": "a complex number",
}


@dataclass(frozen=True)
class Difference:
    """How an answer differs from the expected one.

    Attributes
    ----------
    id : str
        The general mistake, ``"returned_none"`` for one; ``"value"`` if the numbers are wrong.
    says : str
        What came back and what was expected, for visible tests.
    plain : str
        The same without any value or shape, for hidden tests.
    hint : str, optional
        Where to look.
    """

    id: str
    says: str
    plain: str
    hint: str | None = None

    def in_part(self, name: object) -> Difference:
        """Say the same of a part of an answer: of a tuple's, or of a dictionary's value."""
        return replace(self, says=f"`{name}`: {self.says}", plain=f"`{name}`: {self.plain}")


def number(value: Any) -> str:
    """Write a number shortly."""
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def _told_apart(one: Any, other: Any) -> tuple[str, str]:
    """Write two numbers that differ with as many digits as it takes to see that."""
    texts = number(one), number(other)
    for digits in range(7, 18):
        if texts[0] != texts[1]:
            break
        texts = f"{float(one):.{digits}g}", f"{float(other):.{digits}g}"
    return texts


def type_name(value: Any) -> str:
    """Name a value's type; what can't travel between processes carries it in `student_type`."""
    return str(getattr(value, "student_type", type(value).__name__))


def kind_of(value: Any, *, known_only: bool = False) -> str:
    """Describe a value in words: "None", "a list", "an array of shape (3, 2)"."""
    if isinstance(value, np.ndarray):
        return "an array" if known_only else f"an array of shape {value.shape}"
    if isinstance(value, np.generic):
        return "a number"
    name = type_name(value)
    return _KNOWN_TYPES.get(name, "an object" if known_only else f"an object of type `{name}`")


def as_array(value: Any, *, lists: bool = False) -> Array | None:
    """Give a number or an array of numbers as a plain array, anything else as None."""
    if isinstance(value, np.ndarray):
        plain = np.array(value, copy=True, subok=False)
        return plain if plain.dtype.kind in "biuf" else _objects(plain)
    if isinstance(value, bool | int | float | np.bool_ | np.integer | np.floating):
        return _checked(np.asarray(value))
    if lists and isinstance(value, list | tuple):
        try:
            return _checked(np.asarray(value))
        except ValueError:
            return None
    return None


def _checked(array: Array) -> Array | None:
    return array if array.dtype.kind in "biuf" else _objects(array)


def _objects(array: Array) -> Array | None:
    """Rescue an array of Python numbers (or of numpy's), as big integers or loops make them."""
    if array.dtype.kind != "O":
        return None
    plain = (bool, int, float, np.bool_, np.integer, np.floating)
    if not all(type(item) in plain or isinstance(item, np.generic) for item in array.flat):
        return None
    try:
        return array.astype(float)
    except (TypeError, ValueError, OverflowError):
        return None


def difference(
    got: Any,
    expected: Any,
    tolerance: Tolerance,
    *,
    lists: bool = False,
    parts: Sequence[str] = (),
    at: Array | None = None,
) -> Difference | None:
    """Compare an answer with the expected one; None if they agree.

    Parameters
    ----------
    got, expected : object
        Numbers, arrays, text, None, tuples, dictionaries or sets of them.
    tolerance : Tolerance
        For float64; answers in single or half precision get what their rounding needs.
    lists : bool
        Whether a list passes for an array.
    parts : sequence of str
        Names of the parts of a tuple.
    at : array, optional
        The input, if the function works element by element.
    """
    if isinstance(expected, tuple):
        return _tuples(got, expected, tolerance, lists=lists, parts=parts)
    if isinstance(expected, Mapping):
        return _mappings(got, expected, tolerance, lists=lists)
    numbers = as_array(expected, lists=True)
    if numbers is None or isinstance(expected, str):
        return _plain(got, expected)
    listed = lists or isinstance(expected, list)
    array = as_array(got, lists=listed and numbers.ndim > 0)
    if array is None:
        return _wrong_type(got, numbers, listed=lists and numbers.ndim > 0)
    return _shapes(array, numbers) or _values(array, numbers, tolerance, at)


def agrees(
    got: Any,
    expected: Any,
    tolerance: Tolerance,
    *,
    lists: bool = False,
    parts: Sequence[str] = (),
) -> bool:
    """Say whether `difference` finds none; where numbers differ, it takes a third of the time."""
    if isinstance(expected, tuple):
        if isinstance(got, list | tuple) and len(got) == len(expected):
            pairs = zip(got, expected, strict=True)
            return all(agrees(one, other, tolerance, lists=lists) for one, other in pairs)
    elif not isinstance(expected, str | Mapping):
        numbers = as_array(expected, lists=True)
        if numbers is not None:
            listed = lists or isinstance(expected, list)
            array = as_array(got, lists=listed and numbers.ndim > 0)
            return (
                array is not None
                and array.shape == numbers.shape
                and all_close(array, numbers, tolerance)
            )
    return difference(got, expected, tolerance, lists=lists, parts=parts) is None


def _tuples(
    got: Any, expected: tuple[Any, ...], tolerance: Tolerance, *, lists: bool, parts: Sequence[str]
) -> Difference | None:
    names = list(parts) or [f"part {i + 1}" for i in range(len(expected))]
    listing = f": {', '.join(names)}" if parts else ""
    numbers = all(np.ndim(part) == 0 for part in expected)
    if numbers and isinstance(got, np.ndarray) and got.shape == (len(expected),):
        got = tuple(got)
    order = f"Return {', '.join(names)}, in this order."
    if not parts:
        order = "Return them in a list, one after the other."
    if not parts and isinstance(got, list | tuple) and len(got) != len(expected):
        order = "How many turns does your loop take, and which of them adds to the list?"
    if not isinstance(got, list | tuple):
        wrong = _wrong_type(got, None, wanted=f"{len(expected)} things{listing}")
        if wrong.id == "returned_generator":
            return replace(wrong, hint="Collect them: in square brackets they become a list.")
        return wrong if wrong.hint else replace(wrong, hint=order)
    if (
        len(got) == 1 < len(expected)
        and difference(got[0], expected[0], tolerance, lists=lists) is None
    ):
        return Difference(
            "first_only",
            f"1 thing came back; expected {len(expected)}{listing}.",
            "The number of things that came back is wrong.",
            "The first one is right and the others are missing. Does `return` stand inside a loop? "
            "It ends the function at once.",
        )
    if len(got) != len(expected):
        came = "1 thing" if len(got) == 1 else f"{len(got)} things"
        return Difference(
            "wrong_length",
            f"{came} came back; expected {len(expected)}{listing}.",
            "The number of things that came back is wrong.",
            order if got else "The list is empty. Is anything appended to it in your loop?",
        )
    for name, one, other in zip(names, got, expected, strict=True):
        found = difference(one, other, tolerance, lists=lists)
        if found is not None:
            return found.in_part(name)
    return None


def _mappings(
    got: Any, expected: Mapping[Any, Any], tolerance: Tolerance, *, lists: bool
) -> Difference | None:
    if not isinstance(got, dict):
        return _wrong_type(got, None, wanted="a dictionary")
    absent = [key for key in expected if key not in got]
    if absent:
        listing = ", ".join(f"`{key}`" for key in absent)
        return Difference(
            "missing_key",
            f"The dictionary has no {listing}.",
            "A key is missing in the dictionary.",
            "Compare the names of the keys with those in the task.",
        )
    for key, other in expected.items():
        found = difference(got[key], other, tolerance, lists=lists)
        if found is not None:
            return found.in_part(key)
    return None


def _plain(got: Any, expected: Any) -> Difference | None:
    """Compare text, None, True and False, sets: by type and value, never by the student's `==`."""
    if expected is None or isinstance(expected, bool | np.bool_):
        agree = type(got) in (bool, np.bool_, type(None)) and got == expected
    elif isinstance(expected, set | frozenset):
        agree = isinstance(got, set | frozenset) and set(got) == set(expected)
    else:
        agree = type(got) is type(expected) and got == expected
    if agree:
        return None
    if type(got) is type(expected) and isinstance(got, str | bool):
        return Difference(
            "value", f"You get {got!r}; expected {expected!r}.", "The answer differs."
        )
    return _wrong_type(got, None, wanted=kind_of(expected))


def _wrong_type(
    got: Any, numbers: Array | None, wanted: str | None = None, *, listed: bool = False
) -> Difference:
    name = type_name(got)
    says, plain = kind_of(got), kind_of(got, known_only=True)
    hint = _TYPE_HINTS.get(name)
    truth = numbers is not None and numbers.dtype.kind == "b"
    if wanted is None:
        wanted = "True or False" if truth else "a number"
        if numbers is not None and numbers.ndim:
            wanted = f"an array of shape {numbers.shape}"
            if isinstance(got, list | tuple) and len(got) != len(numbers):
                says += f" of length {len(got)}"
    if listed and numbers is not None:
        things = "numbers" if numbers.ndim == 1 else f"rows of {numbers.shape[1]} numbers"
        wanted = f"a list of {len(numbers)} {things}"
        if name in ("list", "tuple"):
            return Difference(
                "wrong_type",
                f"It gives {says} in which not all are numbers; expected {wanted}.",
                f"It gives {plain} in which not all are numbers.",
                "Print what you return. Which of your names holds the numbers?",
            )
    if truth and name == "str":
        hint = "Write True and False without quotes."
    if name in ("list", "tuple") and numbers is not None and not numbers.ndim:
        hint = "One number is asked for, not several."
    if isinstance(got, np.ndarray) and got.dtype.kind not in "biuf":
        hint = _TYPE_HINTS["object_array"]
        says = f"an array of {'text' if got.dtype.kind in 'US' else 'objects'}"
    return Difference(
        _TYPE_IDS.get(name, "wrong_type"),
        f"It gives {says}; expected {wanted}.",
        f"It gives {plain}, which is the wrong type.",
        hint,
    )


_TYPE_IDS = {
    "NoneType": "returned_none",
    "list": "returned_list",
    "tuple": "returned_tuple",
    "str": "returned_string",
    "generator": "returned_generator",
    "map": "returned_generator",
    "zip": "returned_generator",
    "filter": "returned_generator",
    "function": "returned_function",
    "builtin_function_or_method": "returned_function",
    "method": "returned_function",
    "ellipsis": "gap_left",
}
_TYPE_HINTS = {
    "NoneType": "Does every path through your function end in `return`? `print` doesn't return.",
    "list": "Turn the list into an array with `np.array(...)` before you return it.",
    "tuple": "A comma in your `return` makes a tuple, and so does `np.where` with nothing but a "
    "condition. One thing is asked for.",
    "str": "Return the numbers themselves, without quotes or `str(...)`.",
    "generator": "Collect the values first: `np.array([... for ...])` with square brackets.",
    "map": "A `map` computes nothing until it is asked: write `np.array(list(...))`.",
    "zip": "A `zip` holds pairs and computes nothing: write `np.array(list(...))`.",
    "filter": "A `filter` computes nothing until it is asked: write `np.array(list(...))`.",
    "function": "You return a function itself. Call it: are the brackets `(...)` missing?",
    "builtin_function_or_method": "You return a function itself. Are the brackets `(...)` missing?",
    "method": "You return a function itself. Are the brackets `(...)` missing?",
    "ellipsis": "There is a gap `...` left to fill in.",
    "Fraction": "Make an ordinary number of it: `float(...)`.",
    "Decimal": "Make an ordinary number of it: `float(...)`.",
    "object_array": "Look at what you put into the array: every entry has to be a number.",
}


def _shapes(array: Array, numbers: Array) -> Difference | None:
    if array.shape == numbers.shape:
        return None
    says = f"The result has shape {array.shape}; expected {numbers.shape}."
    if numbers.ndim == 0:
        says = f"The result has shape {array.shape}; expected a single number."
    elif array.ndim == 0:
        says = f"The result is a single number; expected an array of shape {numbers.shape}."
    plain = "The result has the wrong shape."
    if array.ndim == 2 and array.shape == numbers.shape[::-1]:
        return Difference("transposed", says, plain, "Rows and columns are swapped: check the order"
                          " of your products, and each `.T`.")  # fmt: skip
    if array.ndim == 0:
        hint = "Do you add up or pick out more than you should? Keep one value per entry."
    elif numbers.ndim == 0:
        hint = "One number is asked for: is there a sum or a mean missing?"
        if array.size == 1:
            hint = "One number is asked for: which axis is left over?"
    elif array.size == numbers.size:
        hint = "The number of values is right: check `keepdims` and added or lost axes."
    elif array.ndim == numbers.ndim + 1 and array.shape[-1] == array.shape[-2]:
        hint = "Two arrays were paired each with each: print the shapes that you combine."
    else:
        hint = "Print the shape of each intermediate result and see where it departs."
    return Difference("wrong_shape", says, plain, hint)


def _values(
    array: Array, numbers: Array, tolerance: Tolerance, at: Array | None
) -> Difference | None:
    off = ~close(array, numbers, tolerance)
    if not off.any():
        return None
    index = tuple(int(i) for i in np.argwhere(off)[0]) if array.ndim else ()
    got, wanted = _told_apart(array[index], numbers[index])
    place = ""
    if at is not None and at.shape == array.shape:
        place = f"At {number(at[index])} "
    elif index:
        place = f"At index {list(index)} "
    says = (
        f"{place}you get {got}; expected {wanted}."
        if place
        else f"You get {got}; expected {wanted}."
    )
    if array.size > 1:
        says += f" ({int(off.sum())} of {array.size} values differ.)"
    if np.isnan(array[index]) and not np.isnan(numbers[index]):
        return Difference(
            "not_finite",
            says,
            "Some values are nan (not a number).",
            "nan comes from 0/0, inf − inf, inf/inf or 0·inf, and one nan spoils every sum, mean "
            "and median. Which of your steps can grow too large?",
        )
    if np.isinf(array[index]) and not np.isinf(numbers[index]):
        return Difference(
            "not_finite",
            says,
            "Some values are infinite.",
            "Infinity comes from an exp of a large number, a division by 0 or log(0).",
        )
    return Difference("value", says, "Some values are not right yet.")


def close(array: Array, numbers: Array, tolerance: Tolerance) -> npt.NDArray[np.bool_]:
    """Say where two arrays of one shape agree; NaN agrees with NaN, infinity with itself."""
    equal = np.asarray(array == numbers)
    if equal.all():
        return equal  # as most right answers are, at a fifth of the time
    got, wanted, near, bounds = _near(array, numbers, tolerance)
    with np.errstate(all="ignore"):
        if near.all() and np.isfinite(wanted).all():
            return near
        return np.asarray(np.isclose(got, wanted, *bounds, equal_nan=True))


def all_close(array: Array, numbers: Array, tolerance: Tolerance) -> bool:
    """Say whether two arrays of one shape agree everywhere; see `close`."""
    if np.asarray(array == numbers).all():
        return True
    got, wanted, near, _ = _near(array, numbers, tolerance)
    if (~near & np.isfinite(got) & np.isfinite(wanted)).any():
        return False  # as most wrong answers do, at a third of the time
    return bool(close(array, numbers, tolerance).all())


def _near(
    array: Array, numbers: Array, tolerance: Tolerance
) -> tuple[Array, Array, npt.NDArray[np.bool_], tuple[float, float]]:
    """Do what `np.isclose` does where all is finite, at a tenth of its time; NaN is never near.

    Returns
    -------
    tuple
        Both arrays as floats, where they are near, and the relative and absolute tolerance.
    """
    kind = array.dtype
    tol = _COARSE.get(kind.itemsize, tolerance) if kind.kind == "f" else tolerance
    relative = max(tol.relative, tolerance.relative)
    absolute = max(tol.absolute, tolerance.absolute)
    got, wanted = array.astype(float, copy=False), numbers.astype(float, copy=False)
    with np.errstate(all="ignore"):
        near = np.asarray(np.abs(got - wanted) <= absolute + relative * np.abs(wanted))
    return got, wanted, near, (relative, absolute)
