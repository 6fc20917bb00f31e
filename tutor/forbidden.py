"""Notice forbidden calls while a function runs.

An exercise that asks for a derivative is not solved by `np.gradient`. Reading the source misses
`from numpy import gradient as g`; so the names are watched while the student's code runs:

- Python functions and anything inside a forbidden package are seen by a profile function
  (`sys.setprofile`), by their code object or by the module that they run in;
- builtin functions are seen by the same profile function;
- what the profiler can't see, numpy's ufuncs for one, is replaced by a recorder for the time of the
  watch: in its own module, and in the globals of each function that runs.

Names are dotted, ``"np.gradient"`` or ``"scipy.special.expit"``. A name that ends in ``.*``, such
as ``"autograd.*"``, stands for everything in that package.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from types import CodeType, FrameType, ModuleType
from typing import Any, ClassVar

import numpy as np

# Their globals are left alone: a ready-made function may use another one inside.
_LIBRARIES = ("numpy", "scipy", "tutor", "matplotlib", "importlib")
_MISSING = object()


@contextmanager
def watch(names: Iterable[str], function: Any = None) -> Iterator[list[str]]:
    """Watch for calls of forbidden names in the current thread.

    Parameters
    ----------
    names : iterable of str
        Dotted names. Packages that aren't imported yet are noticed when they are.
    function : callable, optional
        What is going to be called: after ``tanh = np.tanh`` it is itself what is forbidden.

    Yields
    ------
    list of str
        Fills with the names that were used, each once, in order of first use.
    """
    used: list[str] = []
    wanted = tuple(names)
    if not wanted:
        yield used
        return
    watcher = _Watcher(wanted, used)
    before = sys.getprofile()
    free = before is None or callable(before)  # a C profiler couldn't be put back
    watcher.swap_modules()
    if free:
        sys.setprofile(watcher.profile)
    watcher.note_value(function)
    try:
        yield used
    finally:
        if free:
            sys.setprofile(before)
        watcher.restore()


class _Recorder:
    """Stands in for a function that the profiler can't see."""

    def __init__(self, target: Any, name: str) -> None:
        self._target, self._name = target, name

    def note(self) -> None:
        if _Watcher.current is not None:
            _Watcher.current.note(self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.note()
        return self._target(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


class _Targets:
    """What the names stand for among the modules imported so far, found once.

    Attributes
    ----------
    prefixes : tuple of (str, str)
        Of each name that ends in ``.*``, the package as Python calls it and as the name does.
    inside : dict
        Module to the forbidden packages that it is in, filled as modules are met.
    codes, builtins : dict
        Code objects of Python functions, ids of builtin ones: to the names that they go by.
    recorders : dict
        Id of each function that the profiler can't see, to the function and its recorder. The
        function is kept so that its id stays its own.
    spots : list of (dict, str, object)
        Where such functions lie in the modules that the names belong to: namespace, key, value.
    """

    def __init__(self, names: Sequence[str]) -> None:
        modules = len(sys.modules)
        self.prefixes = tuple(
            (_unalias(name[:-2]), name[:-2]) for name in names if name.endswith(".*")
        )
        self.inside: dict[str, tuple[tuple[str, str], ...]] = {}
        self.codes: dict[CodeType, str] = {}
        self.builtins: dict[int, str] = {}
        self.recorders: dict[int, tuple[Any, _Recorder]] = {}
        for name in names:
            for target, recorder in _found(name, modules):
                code = _code(target)
                if code is not None:
                    self.codes[code] = recorder._name
                elif type(target) is type(len):
                    self.builtins[id(target)] = recorder._name
                else:
                    self.recorders[id(target)] = (target, recorder)
        homes = {_unalias(name).rpartition(".")[0] for name in names} & sys.modules.keys()
        self.spots = [
            (vars(sys.modules[home]), key, value)
            for home in sorted(homes)
            for key, value in vars(sys.modules[home]).items()
            if id(value) in self.recorders
        ]

    def packages_of(self, module: str) -> tuple[tuple[str, str], ...]:
        """Give the forbidden packages that a module is in; hardly any is, so it is remembered."""
        found = self.inside.get(module)
        if found is None:
            found = tuple(pair for pair in self.prefixes if _inside(module, pair[0]))
            self.inside[module] = found
        return found


@lru_cache(maxsize=1024)
def _found(name: str, modules: int) -> list[tuple[Any, _Recorder]]:
    """Find what one name stands for, once for all the lists of names that hold it.

    `modules`, the number of imported modules, is there for the cache: with more of them a name may
    stand for more.
    """
    if not name.endswith(".*"):
        target = _resolve(_unalias(name))
        return [] if target is _MISSING else [(target, _Recorder(target, name))]
    package = name[:-2]
    module = sys.modules.get(_unalias(package))
    return [
        (value, _Recorder(value, package))
        for value in (list(vars(module).values()) if module is not None else ())
        if callable(value)
        and not isinstance(value, type)
        and _inside(str(getattr(value, "__module__", None) or package), _unalias(package))
        and _code(value) is None
    ]


@lru_cache(maxsize=256)
def _targets(names: tuple[str, ...], modules: int) -> _Targets:
    """Find the targets again whenever the number of imported modules has changed."""
    return _Targets(names)


def prepare(lists: Iterable[Sequence[str]]) -> None:
    """Find in advance what lists of names stand for, so that forked processes needn't."""
    for names in lists:
        _targets(tuple(names), len(sys.modules))


class _Watcher:
    """One watch: fills `used`, and undoes what it has put into other modules.

    Its methods run for each call that is watched, so it has the targets' tables at hand.
    """

    current: ClassVar[_Watcher | None] = None

    def __init__(self, names: tuple[str, ...], used: list[str]) -> None:
        self.used = used
        self.targets = _targets(names, len(sys.modules))
        self.outer, _Watcher.current = _Watcher.current, self
        self.codes, self.builtins = self.targets.codes, self.targets.builtins
        self.prefixes, self.recorders = self.targets.prefixes, self.targets.recorders
        self.undo: list[tuple[dict[str, Any], str, Any]] = []
        self.seen: set[int] = set()

    def note(self, name: str) -> None:
        if name not in self.used:
            self.used.append(name)

    def swap_modules(self) -> None:
        """Put recorders in the modules that the names belong to."""
        for namespace, key, value in self.targets.spots:
            if namespace.get(key) is value:
                self._put(namespace, key, value)

    def _put(self, namespace: dict[str, Any], key: str, value: Any) -> None:
        self.undo.append((namespace, key, value))
        namespace[key] = self.recorders[id(value)][1]

    def _swap(self, namespace: dict[str, Any]) -> None:
        for key, value in list(namespace.items()):
            if id(value) in self.recorders:
                self._put(namespace, key, value)

    def restore(self) -> None:
        _Watcher.current = self.outer
        for namespace, key, value in reversed(self.undo):
            namespace[key] = value

    def profile(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "call":
            self._python_call(frame)
        elif event == "c_call":
            name = self.builtins.get(id(arg))
            if name is not None:
                self.note(name)
            elif self.prefixes:
                self._in_package(str(getattr(arg, "__module__", "")), frame)

    def _python_call(self, frame: FrameType) -> None:
        name = self.codes.get(frame.f_code)
        if name is not None:
            self.note(name)
        module = str(frame.f_globals.get("__name__", ""))
        if self.prefixes:
            self._in_package(module, frame.f_back)
        if self.recorders and not _in_library(module):
            self._look_into(frame)

    def _in_package(self, module: str, caller: FrameType | None) -> None:
        for prefix, name in self.targets.packages_of(module):
            calling = str(caller.f_globals.get("__name__", "")) if caller else ""
            if not _inside(calling, prefix):
                self.note(name)

    def _look_into(self, frame: FrameType) -> None:
        """Put recorders into the globals of running code; default arguments are seen directly."""
        if id(frame.f_globals) not in self.seen:
            self.seen.add(id(frame.f_globals))
            self._swap(frame.f_globals)
        if frame.f_code.co_argcount or frame.f_code.co_freevars:
            for value in frame.f_locals.values():
                self.note_value(value)

    def note_value(self, value: Any) -> None:
        """Note a forbidden function that the profiler won't see, also in a thin wrapping."""
        while type(value) in (partial, np.vectorize):
            value = value.func if type(value) is partial else value.pyfunc
        found = self.recorders.get(id(value))
        if found is not None:
            found[1].note()


def _unalias(name: str) -> str:
    return "numpy" + name[2:] if name == "np" or name.startswith("np.") else name


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


@lru_cache(maxsize=256)
def _in_library(module: str) -> bool:
    return any(_inside(module, library) for library in _LIBRARIES)


def _resolve(name: str) -> Any:
    """Find the object of a dotted name among the modules imported so far."""
    home, _, rest = name.rpartition(".")
    module = sys.modules.get(home)
    if isinstance(module, ModuleType):
        return vars(module).get(rest, _MISSING)
    return _MISSING


def _code(target: Any) -> CodeType | None:
    """Give the code of a Python function, also of one that numpy's dispatcher wraps."""
    inner = getattr(target, "__wrapped__", target)
    code = getattr(inner, "__code__", None)
    return code if isinstance(code, CodeType) else None
