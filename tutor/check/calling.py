"""Call a student's function: on fresh copies, watched, silent, and safe from whatever it raises."""

from __future__ import annotations

import copy
import io
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from tutor import forbidden


@dataclass(frozen=True)
class Outcome:
    """What one call gave: a value or an error, forbidden names used, inputs changed (positions)."""

    value: Any = None
    error: BaseException | None = None
    used: tuple[str, ...] = ()
    changed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Stands for a name that the notebook hasn't defined yet."""

    name: str


class _Yours:
    """Look names up in the notebook: `yours.sigmoid` is `sigmoid`, or stands for its absence."""

    def __getattr__(self, name: str) -> Any:
        return lookup(name, sys._getframe(1))


yours = _Yours()


def lookup(name: str, frame: FrameType) -> Any:
    """Find a name as the code of `frame` would; an undefined one gives a `Missing`."""
    for namespace in (frame.f_locals, frame.f_globals):
        try:
            return namespace[name]
        except (KeyError, NameError):
            continue
    return Missing(name)


@contextmanager
def silence(*, prints: bool) -> Iterator[None]:
    """Keep warnings and stderr away (nbgrader scores any stderr as 0), and stdout if `prints`."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(np.errstate(all="ignore"))
        stack.enter_context(redirect_stderr(io.StringIO()))
        if prints:
            stack.enter_context(redirect_stdout(io.StringIO()))
        yield


def call(
    student: Any, args: Sequence[Any], *, forbids: Sequence[str] = (), prints: bool = True
) -> Outcome:
    """Call a student's function once.

    Parameters
    ----------
    student : callable
        The function, or a proxy of it in another process.
    args : sequence
        Its arguments. It gets copies.
    forbids : sequence of str
        Names to watch for. A function with a method `call_watched(names, args, kwargs)`, giving the
        result and the names used, is asked to watch itself.
    prints : bool
        Whether to swallow what it prints.
    """
    given = copy.deepcopy(tuple(args))
    watched = getattr(student, "call_watched", None) if forbids else None
    names: Sequence[str] = ()
    value, error = None, None
    with silence(prints=prints):
        try:
            if watched is not None:
                value, names = watched(tuple(forbids), given, {})
            else:
                with forbidden.watch(forbids, student) as names:
                    value = student(*given)
        except (Exception, SystemExit) as raised:
            error = raised
    changed = tuple(i for i, (a, b) in enumerate(zip(args, given, strict=True)) if not same(a, b))
    return Outcome(value, error, tuple(names), changed)


def same(a: Any, b: Any) -> bool:
    """Say whether two inputs are equal to the last bit, dtype and shape included."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        return a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (a != a and b != b)
    plain = (int, str, bytes, bool, type(None), set)
    return not isinstance(a, plain) or (type(a) is type(b) and bool(a == b))
