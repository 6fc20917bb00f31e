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
from tutor.check.errors import line_of_student


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


class StoppedError(KeyboardInterrupt):
    """A student's function was interrupted. JupyterLab shows this in place of the check's calls."""

    def __init__(self, line: int | None) -> None:
        where = f" It was in line {line} of its cell." if line is not None else ""
        super().__init__(f"Stopped while your function was running.{where} Does its loop end?")

    def _render_traceback_(self) -> list[str]:  # as IPython asks for it
        return [f"KeyboardInterrupt: {self}"]


def call(
    student: Any, args: Sequence[Any], *, forbids: Sequence[str] = (), prints: bool = True
) -> Outcome:
    """Call a student's function once; see `call_many`."""
    return call_many(student, [args], forbids=forbids, prints=prints)[0]


def call_many(
    student: Any,
    cases: Sequence[Sequence[Any]],
    *,
    forbids: Sequence[str] = (),
    prints: bool = True,
) -> list[Outcome]:
    """Call a student's function on one case after the other.

    Parameters
    ----------
    student : callable
        The function, or what stands for it in another process: a method
        `call_many(forbids, cases)`, giving value, error, forbidden names used and positions of
        changed inputs for each case, is asked once for all of them.
    cases : sequence of sequences
        Arguments of each call. It gets copies.
    forbids : sequence of str
        Names to watch for.
    prints : bool
        Whether to swallow what it prints.
    """
    elsewhere = getattr(student, "call_many", None)
    if elsewhere is not None:
        with silence(prints=prints):
            return [Outcome(*reply) for reply in elsewhere(tuple(forbids), cases)]
    given = [copy.deepcopy(tuple(args)) for args in cases]
    try:
        with silence(prints=prints):
            ended = watched(student, given, forbids)
    except KeyboardInterrupt as stop:
        raise StoppedError(line_of_student(stop)) from None
    return [
        Outcome(value, error, used, _changed(args, copies))
        for (value, error, used), args, copies in zip(ended, cases, given, strict=True)
    ]


def watched(
    student: Any,
    cases: Sequence[Sequence[Any]],
    forbids: Sequence[str],
    caught: tuple[type[BaseException], ...] = (Exception, SystemExit),
    last: tuple[type[BaseException], ...] = (),
) -> list[tuple[Any, BaseException | None, tuple[str, ...]]]:
    """Call a function on one case after the other, as it is; see `call_many` for students'.

    As little else as possible runs while the calls are watched: that is slow.

    Parameters
    ----------
    student, cases, forbids
        As in `call_many`, but without copies.
    caught
        What counts as the end of one call.
    last
        What of it is the end of all of them.

    Returns
    -------
    list of tuple
        For each case its value, its error and the forbidden names that it used.
    """
    ended: list[tuple[Any, BaseException | None, tuple[str, ...]]] = []
    with forbidden.watch(forbids, student) as used:
        itself = tuple(used)  # the function may be what is forbidden
        for args in cases:
            value, error = None, None
            used[:] = itself
            try:
                value = student(*args)
            except caught as raised:
                error = raised
            ended.append((value, error, tuple(used)))
            if isinstance(error, last):
                ended += [ended[-1]] * (len(cases) - len(ended))
                break
    return ended


def _changed(before: Sequence[Any], after: Sequence[Any]) -> tuple[int, ...]:
    return tuple(i for i, (a, b) in enumerate(zip(before, after, strict=True)) if not same(a, b))


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
    if type(a) is not type(b):
        return False
    plain = (int, str, bytes, bool, type(None), set)
    return not isinstance(a, plain) or bool(a == b)
