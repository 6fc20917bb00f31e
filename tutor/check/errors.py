"""What an error in a student's code means, and where to look."""

from __future__ import annotations

import builtins
import re
import sysconfig
from pathlib import Path

import numpy as np

from tutor.check.compare import Difference

_PYTHON = sysconfig.get_path("stdlib")
_ONE_NUMBER = (
    "`int`, `float` and the functions of `math` take one number. Those of numpy take whole "
    "arrays; `x.astype(int)` makes whole numbers of them."
)
# The first part that stands in the error's text gives the hint, so the narrower ones come first.
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
        "for the concatenation axis",
        "What you put side by side has different lengths. `X[0]` is the first row of X, `X[:, 0]` "
        "its first column.",
    ),
    (
        "same number of dimensions",
        "An array of shape (N,) isn't a column: a column has shape (N, 1). `np.column_stack` takes "
        "both.",
    ),
    ("only length-1 arrays", _ONE_NUMBER),
    ("only 0-dimensional arrays", _ONE_NUMBER),
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
        "out of bounds for array of dimension",
        "The array has fewer axes than that: print its shape. Axes are counted from 0.",
    ),
    (
        "with size 0",
        "The array is empty: nothing meets your condition, say. What is asked for then?",
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
    ("indices must be integers", "A place is a whole number: `/` gives a fraction, `//` doesn't."),
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
        "Cannot cast ufunc",
        "An array of whole numbers can't hold fractions: `x.astype(float)` makes another one that "
        "can.",
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
    (
        "division by zero",
        "Something is divided by 0 here. For which inputs can that be, and what does the task ask "
        "for there?",
    ),
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
    place = int(told[-1]) if told else line_of_student(error)
    return f" Look at line {place} of its cell." if place is not None else ""


def line_of_student(error: BaseException) -> int | None:
    """Find the last line of the student's own code on the way to an error; None if there is none.

    Neither the checks nor libraries count, Python's own included.
    """
    place, step = None, error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        ours = {"tutor", "site-packages"} & set(Path(file).parts)
        if not ours and not file.startswith((_PYTHON, "<frozen")):
            place = step.tb_lineno
        step = step.tb_next
    return place
