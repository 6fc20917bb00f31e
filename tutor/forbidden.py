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
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType, ModuleType
from typing import Any

# Their globals are left alone: a ready-made function may use another one inside.
_LIBRARIES = ("numpy", "scipy", "tutor", "matplotlib", "importlib")
_MISSING = object()


@contextmanager
def watch(names: Iterable[str]) -> Iterator[list[str]]:
    """Watch for calls of forbidden names in the current thread.

    Parameters
    ----------
    names : iterable of str
        Dotted names. Packages that aren't imported yet are noticed when they are.

    Yields
    ------
    list of str
        Fills with the names that were used, each once, in order of first use.
    """
    used: list[str] = []
    watcher = _Watcher(tuple(names), used)
    before = sys.getprofile()
    watcher.swap_modules()
    sys.setprofile(watcher.profile if watcher.names else before)
    try:
        yield used
    finally:
        sys.setprofile(before)
        watcher.restore()


class _Recorder:
    """Stands in for a function that the profiler can't see."""

    def __init__(self, target: Any, note: Callable[[], None]) -> None:
        self._target = target
        self._note = note

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._note()
        return self._target(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


class _Watcher:
    def __init__(self, names: Sequence[str], used: list[str]) -> None:
        self.names = names
        self.used = used
        self.thread = threading.get_ident()
        self.prefixes = tuple(
            (_unalias(name[:-2]), name[:-2]) for name in names if name.endswith(".*")
        )
        self.codes: dict[CodeType, str] = {}
        self.builtins: dict[int, str] = {}
        self.recorders: dict[int, tuple[Any, _Recorder]] = {}
        self.undo: list[tuple[dict[str, Any], str, Any]] = []
        self.seen: set[int] = set()
        for name in names:
            if name.endswith(".*"):
                self._add_package(name[:-2])
            else:
                self._add(name, _resolve(_unalias(name)))

    def _add(self, name: str, target: Any) -> None:
        if target is _MISSING:
            return
        code = _code(target)
        if code is not None:
            self.codes[code] = name
        elif type(target) is type(len):
            self.builtins[id(target)] = name
        else:
            self.recorders[id(target)] = (target, _Recorder(target, lambda: self.note(name)))

    def _add_package(self, name: str) -> None:
        module = sys.modules.get(_unalias(name))
        if module is None:
            return
        for value in list(vars(module).values()):
            ours = _inside(str(getattr(value, "__module__", None) or name), _unalias(name))
            if callable(value) and not isinstance(value, type) and ours and _code(value) is None:
                self._add(name, value)

    def note(self, name: str) -> None:
        if name not in self.used:
            self.used.append(name)

    def swap_modules(self) -> None:
        """Replace what only a recorder can see in the modules that the names belong to."""
        homes = {_unalias(name).rpartition(".")[0] for name in self.names}
        for home in homes:
            module = sys.modules.get(home)
            if module is not None and self.recorders:
                self._swap(vars(module))

    def _swap(self, namespace: dict[str, Any]) -> None:
        for key, value in list(namespace.items()):
            found = self.recorders.get(id(value))
            if found is not None:
                self.undo.append((namespace, key, value))
                namespace[key] = found[1]

    def restore(self) -> None:
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
        if self.recorders and not any(_inside(module, library) for library in _LIBRARIES):
            self._look_into(frame)

    def _in_package(self, module: str, caller: FrameType | None) -> None:
        for prefix, name in self.prefixes:
            if _inside(module, prefix):
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
                found = self.recorders.get(id(value))
                if found is not None:
                    found[1]._note()


def _unalias(name: str) -> str:
    return "numpy" + name[2:] if name == "np" or name.startswith("np.") else name


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


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
