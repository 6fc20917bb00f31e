"""The student's process: runs the student's cells and answers the examiner's questions.

Everything in here runs beside the student's code, which may read and change all of it. That is why
nothing here is secret and nothing it says is believed: it holds no test, no expected value, no
score, and what it answers is plain data that the examiner judges elsewhere.
"""

from __future__ import annotations

import asyncio
import asyncio.selector_events
import builtins
import importlib
import os
import random
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import numpy as np
import numpy.random

from grading.engine import protocol
from grading.engine.channel import Channel, LinkClosedError
from grading.engine.fingerprint import fingerprint
from grading.engine.generators import Generators
from grading.engine.shell import StudentShell, error_output, finished
from tutor import forbidden
from tutor.check.calling import watched
from tutor.check.started import has_empty_body
from tutor.mistakes.records import FORBIDDEN_LISTS

MAX_TRACEBACK = 4000
_VIEWS = ("dict_keys", "dict_values", "dict_items")
_MUTABLE = (list, dict, set, bytearray, np.ndarray)
_ATOMS = frozenset((int, float, str, bytes, bool, type(None)))


class CellTimeoutError(KeyboardInterrupt):
    """A cell or a call took too long; raised inside the student's code by an alarm."""


class Callback:
    """A function of the examiner, as the student's code sees it."""

    def __init__(self, server: Server, number: int, name: str) -> None:
        self._server = server
        self._number = number
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Have the examiner call it."""
        return self._server.call_back(self._number, args, kwargs)


class Stranger:
    """An object of the examiner that the student's code can only hand on."""

    def __init__(self, number: int) -> None:
        self._number = number


class Lent:
    """Objects of the student that the examiner holds handles to."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}

    def lend(self, value: Any) -> tuple[int, int, str, str] | int:
        """Give an object a number; see `protocol.References`."""
        if type(value) in (Callback, Stranger):  # `isinstance` would ask the object
            return int(value._number)
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        kind = type(value)
        sort = "object"
        if issubclass(kind, type):
            sort = "class"
        elif _has(kind, "__next__") or _name(kind) in _VIEWS:
            sort = "iterator"
        elif callable(value) and not _has(kind, "__array_interface__"):
            sort = "function"
        name = _name(value) if sort in ("class", "function") else ""
        return number, protocol.SORTS.index(sort), _name(kind), name

    def borrow(self, number: int, sort: str, type_name: str, name: str) -> Any:
        """Stand in for an object of the examiner."""
        if sort in ("function", "class"):
            return Callback(self.server, number, name)
        return Stranger(number)

    def named(self, module: str, name: str) -> Any:
        """Give a function of a library, which the examiner has too, as it is here."""
        return getattr(importlib.import_module(module), name, None)

    def own(self, number: int) -> Any:
        """Give back an object that was lent."""
        if number >= len(self.objects):
            raise protocol.ProtocolError("an unknown handle")
        return self.objects[number]


# A class may have ideas of its own of what an attribute is, and raise anything.


def _has(kind: type, name: str) -> bool:
    with suppress(Exception):
        return hasattr(kind, name)
    return False


def _name(value: Any) -> str:
    with suppress(Exception):
        return protocol.clean_name(getattr(value, "__name__", ""))
    return ""


class Server:
    """Answers requests until the examiner hangs up."""

    def __init__(self, link: socket.socket, shell: StudentShell) -> None:
        self.channel = Channel(link)
        self.shell = shell
        self.lent = Lent(self)
        self.kept: dict[int, dict[str, Any]] = {}
        self.generators = Generators()
        self.watched: list[str] = []
        self.forbidden: dict[int, Sequence[str]] = dict(enumerate(FORBIDDEN_LISTS))

    def serve(self) -> None:
        """Answer until the link closes."""
        while True:
            try:
                request = self.channel.receive(self.lent)
            except LinkClosedError:
                return
            self.reply(request)

    def reply(self, request: list[Any]) -> None:
        """Do what one request asks and send the answer.

        ``["with", requests, request, names, call]`` spares messages: requests whose answers nobody
        needs, names that will be asked for next, and a call that will be asked for next, if it
        isn't empty. It is answered without being asked for where the name is a function.
        """
        wanted: list[str] = []
        ahead: list[Any] = []
        if request[0] == "with":
            _, before, request, wanted, ahead = request
            for name, *arguments in before:
                with suppress(BaseException):  # what builds on it will fail
                    getattr(self, "do_" + name)(*arguments)
        try:
            answer = ["ok", getattr(self, "do_" + request[0])(*request[1:])]
        except BaseException as error:
            answer = _error(error)
        if answer[0] != "ok" or not (wanted and self._send_with(answer, wanted, ahead)):
            self._send(answer)

    def _send_with(self, answer: list[Any], wanted: list[str], ahead: list[Any]) -> bool:
        """Send an answer and what comes along with it; say whether that can travel."""
        function = self.shell.user_ns.get(ahead[0]) if ahead else None
        calls = type(function) is FunctionType
        try:
            self.channel.send([*answer, self.do_get(wanted), calls], self.lent)
        except (LinkClosedError, MemoryError):
            raise
        except Exception:  # it can't travel
            return False
        if calls:
            _, number, cases, seconds = ahead
            self.reply(["calls", number, function, cases, {}, seconds])
        return True

    def _send(self, answer: list[Any]) -> None:
        try:
            self.channel.send(answer, self.lent)
        except (LinkClosedError, MemoryError):
            raise
        except Exception as error:  # it can't travel
            text = error_output(error)["evalue"]
            self.channel.send(["error", "ValueError", ["ValueError"], text, ""], self.lent)

    def do_limits(self, reply_bytes: int, output_bytes: int) -> None:
        """Take the caps on messages and outputs."""
        self.channel.max_bytes = reply_bytes
        self.shell.recorder.max_bytes = output_bytes

    def do_files(self, files: dict[str, bytes]) -> dict[str, str]:
        """Write files into the scratch directory; say of those that don't fit in why."""
        left_out = {}
        for name, content in files.items():
            path = Path(name)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            except OSError as error:
                left_out[name] = error.strerror or ""
                with suppress(OSError):
                    path.unlink()  # what there is of it
        return left_out

    def do_run(self, source: str, seconds: float, draw: bool) -> dict[str, Any]:
        """Run one cell."""
        self.generators.look(source)
        with _alarm(seconds):
            outputs, error = self.shell.run(source, draw)
        signal.signal(signal.SIGALRM, _ring)  # the cell may have set its own
        ending = "ok" if error is None else "error"
        if isinstance(error, CellTimeoutError):
            ending = "timeout"
        elif isinstance(error, MemoryError):
            ending = "memory"
        return {"ending": ending, "outputs": finished(outputs)}

    def do_get(self, names: list[str]) -> dict[str, Any]:
        """Look up global names; those that don't exist are left out."""
        namespace = self.shell.user_ns
        return {name: namespace[name] for name in names if name in namespace}

    def do_forbid(self, number: int, names: list[str]) -> None:
        """Take names to watch for in calls to come."""
        self.forbidden[number] = tuple(names)

    def do_calls(
        self,
        number: int,
        function: Any,
        cases: list[tuple[Any, ...]],
        kwargs: dict[str, Any],
        seconds: float,
    ) -> list[list[Any]]:
        """Call a function on one case after the other, watched; see `do_forbid`.

        Returns
        -------
        list of list
            For each case: its value alone; or forbidden names it used, the arguments that it
            changed in place, whether it failed, and the value with three fillers, or what `_error`
            says.
        """
        before = [_mutable_state(args, kwargs, self.lent) for args in cases]
        called = partial(function, **kwargs) if kwargs else function
        names = self.forbidden.get(number, ())
        with _alarm(seconds):
            ended = watched(called, cases, names, (BaseException,), (CellTimeoutError,))
        replies = []
        for args, state, (value, error, used) in zip(cases, before, ended, strict=True):
            if error is None:
                changed = _changes(state, args, kwargs, self.lent)
                if used or changed:
                    replies.append([list(used), changed, False, value, None, None, None])
                else:
                    replies.append([value])
            else:
                replies.append([list(used), {}, True, *_error(error)[1:]])
        return replies

    def do_next(self, iterator: Any, number: int, seconds: float) -> tuple[list[Any], bool]:
        """Give the next items of an iterator, and whether there may be more."""
        items: list[Any] = []
        with _alarm(seconds):
            for item in iterator:
                items.append(item)
                if len(items) == number:
                    return items, True
        return items, False

    def do_iterate(self, value: Any) -> Any:
        """Start on an iterable that is no iterator yet, such as the keys of a dict."""
        return iter(value)

    def do_describe(self, value: Any) -> str:
        """Give the docstring of a function."""
        text = getattr(value, "__doc__", None)
        return text if type(text) is str else ""

    def do_empty(self, function: Any) -> bool:
        """Say whether a function does nothing."""
        return has_empty_body(function)

    def do_seed(self, library: str, seed: Any) -> None:
        """Seed a generator of random numbers as the test just did with its own."""
        self.generators.seed()
        (np.random.seed if library == "numpy" else random.seed)(seed)

    def do_watch(self, names: list[str]) -> None:
        """Take the names whose objects `do_keep` looks at."""
        self.watched = names

    def do_keep(self, number: int) -> None:
        """Remember the namespace and the random state as they are now."""
        self.kept[number] = {
            "namespace": dict(self.shell.user_ns),
            "generators": self.generators.keep(),
            "prints": self._fingerprints(self.watched),
        }

    def _fingerprints(self, names: Iterable[str]) -> dict[str, int]:
        namespace = self.shell.user_ns
        return {name: fingerprint([namespace[name]]) for name in names if name in namespace}

    def do_return(self, number: int, names: list[str]) -> list[str]:
        """Go back to what was kept; list which of the names' objects were changed since."""
        state = self.kept[number]
        self.shell.user_ns.clear()
        self.shell.user_ns.update(state["namespace"])
        self.generators.restore(state["generators"])
        before, now = state["prints"], self._fingerprints(names)
        return [name for name in names if now.get(name) != before.get(name)]

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Ask the examiner to call one of its functions, during a request of its own."""
        self.channel.send(["callback", number, args, kwargs], self.lent)
        while True:
            answer = self.channel.receive(self.lent)
            if answer[0] == "answer":
                return answer[1]
            if answer[0] == "raise":
                raise exception(answer[1], answer[2])
            self.reply(answer)  # the examiner's function calls one of ours


def exception(name: str, text: str) -> Exception:
    """Make a built-in exception from its name."""
    kind = getattr(builtins, name, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = RuntimeError
    try:
        return kind(text)
    except TypeError:  # some need more than a text
        return RuntimeError(text)


def _error(error: BaseException) -> list[Any]:
    names = [kind.__name__ for kind in type(error).__mro__]
    output = error_output(error)
    if len(error.args) == 1 and type(error.args[0]) is str:
        output["evalue"] = error.args[0]  # `str` of a KeyError has quotes
    trace = "\n".join(output["traceback"])[:MAX_TRACEBACK]
    return ["error", output["ename"], names, output["evalue"], trace]


def _mutable_state(
    args: tuple[Any, ...], kwargs: dict[str, Any], lent: Lent
) -> dict[Any, tuple[Any, ...]]:
    pairs = [*enumerate(args), *kwargs.items()]
    return {key: _state(value, lent) for key, value in pairs if isinstance(value, _MUTABLE)}


def _state(value: Any, lent: Lent) -> tuple[Any, ...]:
    """Give what tells whether a container was changed."""
    if type(value) is np.ndarray and value.dtype != object:
        return value.tobytes(), value.dtype, value.shape
    if type(value) is list and _is_plain(value):
        with suppress(ValueError):  # Python writes no number of more than 4,300 digits
            return (repr(value),)
    return tuple(bytes(piece) for piece in protocol.encode_frame(value, lent))


def _is_plain(values: list[Any], deep: bool = True) -> bool:
    """Say whether a list, or a list of lists, holds nothing that `repr` could ask or mix up."""
    kinds = set(map(type, values))
    if kinds <= _ATOMS:
        return True
    inner = [value for value in values if type(value) is list]
    return deep and kinds <= {*_ATOMS, list} and all(_is_plain(value, False) for value in inner)


def _changes(
    before: dict[Any, tuple[Any, ...]], args: tuple[Any, ...], kwargs: dict[str, Any], lent: Lent
) -> dict[Any, Any]:
    changed = {}
    for key, old in before.items():
        value = args[key] if isinstance(key, int) else kwargs[key]
        if _state(value, lent) != old:
            changed[key] = value
    return changed


def _ring(number: int, frame: FrameType | None) -> None:
    raise CellTimeoutError("stopped: it took too long")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer. The examiner has a deadline of its own behind it."""
    outer = signal.setitimer(signal.ITIMER_REAL, seconds)[0]
    started = time.monotonic()
    try:
        yield
    finally:
        left = max(outer - (time.monotonic() - started), 1e-3) if outer else 0.0
        signal.setitimer(signal.ITIMER_REAL, left)


def _warm_shell() -> StudentShell:
    """Make the shell and run a cell, so that forks find everything in place."""
    shell = StudentShell.instance()
    real = sys.stdout, sys.stderr, builtins.input
    shell.run("import numpy\nNone", draw=False)
    shell.run("1 / 0", draw=False)
    _rehearse(shell)
    sys.stdout, sys.stderr, builtins.input = real
    return shell


class _Own:
    """The examiner's side of the rehearsal: it lends nothing and means the first thing lent."""

    def lend(self, value: Any) -> int:
        return 0

    def borrow(self, number: int, sort: str, type_name: str, name: str) -> Any:
        return None

    def own(self, number: int) -> Any:
        return None

    def named(self, module: str, name: str) -> Any:
        return None


def _rehearse(shell: StudentShell) -> None:
    """Answer some requests, so that forks find the interpreter's and other caches filled.

    The interpreter adapts code to the types that it meets, after some dozen times. What it has
    learned here needs neither be learned again in each fork nor be copied there.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        server, channel = Server(theirs, shell), Channel(ours)
        x = np.array([-1.0, 0.5])
        function = (
            "def f(x, *y):\n    if y:\n        raise ValueError('no')\n    return [x, 1.0, None]"
        )
        requests: list[list[Any]] = [
            ["run", function, 5.0, False],
            ["run", "print('a')\nf(1)", 5.0, False],
            ["get", ["f", "g"]],
            ["with", [["watch", ["f"]], ["keep", 0]], ["run", "f(2)", 5.0, False], ["f"], []],
            ["return", 0, ["f"]],
            ["forbid", -2, ["np.tanh", "scipy.*"]],
            ["calls", -2, _FIRST, [(x,), (x, 2.0), (x,)], {}, 5.0],
            ["calls", -1, _FIRST, [(x,), (x,)], {}, 5.0],
        ]
        for _ in range(20):
            for request in requests:
                channel.send(request, _Own())
                server.reply(server.channel.receive(server.lent))
                channel.receive(_Own())
    shell.reset(new_session=True)  # type: ignore[no-untyped-call]


_FIRST = object()
SHELL: Callable[[], StudentShell] | StudentShell = _warm_shell()


def _without_sockets() -> None:
    """Let asyncio do without its pair of sockets and without epoll, which the cage does not allow.

    The sockets only wake the loop from other threads.
    """

    def make(loop: Any) -> None:
        loop._ssock = loop._csock = None

    base: Any = asyncio.selector_events.BaseSelectorEventLoop
    base._make_self_pipe = make
    base._close_self_pipe = lambda loop: None
    module: Any = selectors
    module.DefaultSelector = selectors.PollSelector


_without_sockets()


def prepare() -> None:
    """Find out in advance what forks would; called when everything is imported."""
    forbidden.prepare(FORBIDDEN_LISTS)


def main(link: socket.socket) -> None:
    """Serve one submission; called in the locked-in fork."""
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    sys.path.insert(0, "")
    signal.signal(signal.SIGALRM, _ring)
    assert isinstance(SHELL, StudentShell)
    SHELL.open_streams()
    Server(link, SHELL).serve()
