"""The examiner: runs test cells unmodified, outside the student's process.

A test cell's names are its own, the instructor's (imports, helper functions, constants), or the
student's. The student's values arrive as plain data and functions as stand-ins, see `remote`.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import linecache
import random
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

import numpy as np
import numpy.random  # numpy itself imports it late, which each fork would have to do again

from grading.engine import source as sources
from grading.engine.conversation import StudentGone
from grading.engine.key import KeyNotebook
from grading.engine.remote import ABSENT, Session
from grading.engine.shell import Output, Recorder, Stream, error_output, finished
from grading.engine.stand_ins import StudentObject
from grading.engine.trust import TestPlan
from tutor.check import Result

_MISSING = object()


class TestTimeoutError(Exception):
    """A test cell took too long outside the student's process."""


@dataclass
class Verdict:
    """What running one test cell gave.

    Attributes
    ----------
    outputs
        In nbformat's form.
    error
        What ended it, if anything did.
    gone
        The death of the student's process, if it died meanwhile.
    value
        The last expression's value.
    text
        Its text/plain, by which nbgrader scores; None without a value.
    warnings
        What Python or numpy warned of in the examiner.
    seconds
        Time it took.
    """

    outputs: list[Output] = field(default_factory=list)
    error: BaseException | None = None
    gone: StudentGone | None = None
    value: Any = None
    text: str | None = None
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def stderr(self) -> bool:
        """Whether the test cell itself wrote to stderr."""
        return any(output.get("name") == "stderr" for output in self.outputs)

    @property
    def line(self) -> int | None:
        """Line of the test cell at which it ended."""
        found = None
        for frame, number in traceback.walk_tb(self.error.__traceback__ if self.error else None):
            if frame.f_code.co_filename.startswith("<cell "):
                found = number if found is None else found
        return found


@dataclass(frozen=True)
class Bindings:
    """The names that test cells have bound at some moment."""

    values: dict[str, Any] = field(default_factory=dict)


class Locals(dict[str, Any]):
    """The names of a running test cell, as the interpreter asks for them one by one."""

    def __init__(self, examiner: Examiner, plan: TestPlan) -> None:
        super().__init__()
        self._examiner = examiner
        self._plan = plan

    def __getitem__(self, name: str) -> Any:
        return self._examiner.look_up(name, self._plan)

    def __setitem__(self, name: str, value: Any) -> None:
        self._examiner.globals[name] = value
        self._examiner.mine.add(name)

    def __delitem__(self, name: str) -> None:
        if name not in self._examiner.mine:
            raise KeyError(name)
        self._examiner.mine.discard(name)
        del self._examiner.globals[name]


class Examiner:
    """Runs the test cells of one notebook against one student.

    Parameters
    ----------
    notebook : KeyNotebook
        The answer key.
    session : Session or None
        The student's process.

    Attributes
    ----------
    globals : dict
        The test cells' namespace. What was borrowed from the student is in it only while a cell
        runs.
    mine : set of str
        Names that test cells have bound.
    asked : set of str
        Names that the student was asked for; whoever wants to know empties it first.
    """

    def __init__(self, notebook: KeyNotebook, session: Session | None = None) -> None:
        self.notebook = notebook
        self.trust = notebook.trust
        self.session = session
        self.globals: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self.mine: set[str] = set()
        self.asked: set[str] = set()
        self._nested: set[str] = set()
        self._givens: dict[str, Any] = {}
        self._filled: set[str] = set()

    def remember(self) -> Bindings:
        """Say what test cells have bound so far."""
        return Bindings({name: self.globals[name] for name in self.mine})

    def recall(self, bindings: Bindings, later: Bindings) -> None:
        """Go back to what was bound then, and add what only later cells have bound.

        The namespace stays the same object: functions that test cells defined look into it.
        """
        for name in self.mine:
            del self.globals[name]
        bound = {**later.values, **bindings.values}
        self.globals.update(bound)
        self.mine = set(bound)

    def look_up(self, name: str, plan: TestPlan) -> Any:
        """Find the value of a name for a test cell.

        Raises
        ------
        KeyError
            If nobody has bound it; the interpreter makes a NameError of it.
        """
        if name in self.mine and (name in plan.own or name in plan.earlier):
            return self.globals[name]
        value = self._trusted(name)
        if value is not _MISSING:
            return value
        if hasattr(builtins, name) and name not in self.trust.by_students:
            return getattr(builtins, name)
        value = self._ask(name)
        if value is _MISSING:
            if name in self.mine:
                return self.globals[name]
            raise KeyError(name)
        return value

    def _trusted(self, name: str) -> Any:
        trust = self.trust
        if name in trust.helpers:
            return self._helper(name)
        if name in trust.imports:
            return _imported(*trust.imports[name])
        if name in trust.learned:
            known = self._ask(name) is not _MISSING
            return _imported(*trust.learned[name]) if known else _MISSING
        for module in trust.star:
            found = getattr(importlib.import_module(module), name, _MISSING)
            if found is not _MISSING and not name.startswith("_"):
                return found
        return _MISSING

    def _helper(self, name: str) -> Any:
        """Define a function, class or constant of the instructor's locked cells."""
        if name not in self.globals:
            statement = self.trust.helpers[name]
            self.globals[name] = None  # ends the recursion of functions that use each other
            code = compile(ast.Module([statement], []), "<cell locked>", "exec", dont_inherit=True)
            self._fill(code, _EMPTY)
            exec(code, self.globals)
        return self.globals[name]

    def _ask(self, name: str) -> Any:
        """Fetch a name from the student, unless nothing of theirs ran since it was fetched."""
        self.asked.add(name)
        if self.session is None:
            return _MISSING
        session = self.session
        if session.fetched_at != session.calls:
            session.fetched = {}
            session.fetched_at = session.calls
        if name not in session.fetched:
            session.fetched[name] = session.get([name]).get(name, ABSENT)
        value = session.fetched[name]
        if session.looks and name in self.trust.givens:
            value = session.given(value, self._given(name))
        elif value is not ABSENT:
            value = session.taken(value)
        return _MISSING if value is ABSENT else value

    def _given(self, name: str) -> Any:
        """Give what a locked cell writes down; the same object for the whole of a test."""
        if name not in self._givens:
            expression = self.trust.givens[name]
            scope = {
                alias: np for alias, found in self.trust.imports.items() if found[0] == "numpy"
            }
            code = compile(ast.Expression(expression), "<cell locked>", "eval", dont_inherit=True)
            self._givens[name] = eval(code, scope)
        return self._givens[name]

    def _fill(self, code: CodeType, plan: TestPlan) -> None:
        """Put the names that functions of a cell use into their globals, while the cell runs."""
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._nested.update(_all_names(constant))
        for name in sorted(self._nested):
            if name not in self.globals and (
                not hasattr(builtins, name) or name in self.trust.by_students
            ):
                try:
                    self.globals[name] = self.look_up(name, plan)
                except KeyError:
                    continue
                self._filled.add(name)

    def run(self, name: str, seconds: float) -> Verdict:
        """Run a test cell.

        Parameters
        ----------
        name
            Its `grade_id`.
        seconds
            Time for all of it, the student's functions included.

        Notes
        -----
        Whoever asks for it has the session `attend` the test first.
        """
        started = time.monotonic()
        verdict = Verdict()
        recorder = Recorder()
        recorder.begin(draw=False)
        self._givens.clear()
        plan = self.notebook.plans[name]
        try:
            body, last, quiet = compiled(name, self.notebook.cells[name].source)
            with _surroundings(recorder, verdict, self.session, seconds + 2.0):
                self._execute(body, last, plan, verdict)
                if verdict.value is not None and not quiet:
                    self._show(verdict, recorder)
        except BaseException as error:
            verdict.error = error
        if self.session is not None and self.session.death is not None:
            verdict.gone = StudentGone(self.session.death)
        verdict.outputs = finished(recorder.end())
        if verdict.error is not None:
            verdict.outputs.append(error_output(verdict.error))
        verdict.seconds = time.monotonic() - started
        return verdict

    def _execute(
        self, body: CodeType, last: CodeType | None, plan: TestPlan, verdict: Verdict
    ) -> None:
        local = Locals(self, plan)
        try:
            self._fill(body, plan)
            exec(body, self.globals, local)
            if last is not None:
                self._fill(last, plan)
                verdict.value = eval(last, self.globals, local)
        finally:
            for name in self._filled - self.mine:
                self.globals.pop(name, None)
            self._filled.clear()

    def _show(self, verdict: Verdict, recorder: Recorder) -> None:
        """Represent the last value as IPython would."""
        value = verdict.value
        verdict.text = repr(value) if isinstance(value, Result) else _formatter()(value)
        data = {"text/plain": verdict.text}
        draw = getattr(value, "_repr_html_", None)
        if draw is not None and not isinstance(value, (StudentObject, type)):
            html = draw()
            if isinstance(html, str):
                data["text/html"] = html
        recorder.bundle("execute_result", data, {})


_EMPTY = TestPlan(frozenset(), frozenset(), "")


def _imported(module: str, attribute: str | None) -> Any:
    """Do what an import statement does."""
    found = importlib.import_module(module)
    if attribute is None:
        return found
    if attribute == "":
        return sys.modules[module.partition(".")[0]]
    value = getattr(found, attribute, _MISSING)
    return importlib.import_module(f"{module}.{attribute}") if value is _MISSING else value


def _all_names(code: CodeType) -> list[str]:
    found = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += _all_names(constant)
    return found


@lru_cache(maxsize=2000)
def compiled(name: str, source: str) -> tuple[CodeType, CodeType | None, bool]:
    """Compile a test cell.

    Returns
    -------
    tuple
        Its statements, its last expression if it ends in one, and whether a semicolon behind it
        keeps its value from being shown.

    Raises
    ------
    SyntaxError
        If it is no Python.
    """
    text = sources.python(source)
    filename = f"<cell {name}>"
    tree = ast.parse(text, filename)
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    last: CodeType | None = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        expression = tree.body.pop()
        assert isinstance(expression, ast.Expr)
        last = compile(ast.Expression(expression.value), filename, "eval", dont_inherit=True)
    quiet = text.rstrip().endswith(";")
    return compile(tree, filename, "exec", dont_inherit=True), last, quiet


@lru_cache(maxsize=1)
def _formatter() -> Callable[[Any], str]:
    from IPython.core.formatters import PlainTextFormatter

    formatter = PlainTextFormatter()
    return lambda value: str(formatter(value))


@contextmanager
def _surroundings(
    recorder: Recorder, verdict: Verdict, session: Session | None, seconds: float
) -> Iterator[None]:
    """Capture streams and warnings, pass seeds on to the student, and watch the time."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TestTimeoutError(f"the test cell took more than {seconds:g} seconds")

    def note(message: Any, category: Any, *place: Any, **more: Any) -> None:
        verdict.warnings.append(f"{category.__name__}: {message}"[:500])

    real = sys.stdout, sys.stderr, np.random.seed, random.seed
    sys.stdout, sys.stderr = Stream(recorder, "stdout"), Stream(recorder, "stderr")
    if session is not None:
        np.random.seed = _also(np.random.seed, session, "numpy")
        random.seed = _also(random.seed, session, "random")
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = note
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout, sys.stderr, np.random.seed, random.seed = real


def _also(seed: Callable[..., None], session: Session, library: str) -> Callable[..., None]:
    """Seed here and in the student's process: in one process they share the generator."""

    def both(value: Any = None, *more: Any, **options: Any) -> None:
        seed(value, *more, **options)
        if value is not None:
            session.request("seed", library, value)

    return both
