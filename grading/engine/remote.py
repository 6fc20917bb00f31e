"""The examiner's view of a student's process: requests, and what stands for the student's objects.

Every answer is taken as plain data (`protocol`). A process that answers nonsense, too much, or too
late is ended, and the request raises `StudentGone`.
"""

from __future__ import annotations

import builtins
import sys
import time
import types
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NoReturn

import numpy as np

from grading.engine import hollow, protocol
from grading.engine.channel import Channel, DeadlineError, LinkClosedError
from grading.engine.key import FirstCall
from grading.sandbox import Death, Handle
from tutor import mistakes

GRACE = 1.0
# What a hidden test may say of a type: a class named after what it was called with is a message.
_COMMON_TYPES = frozenset(
    (
        "function",
        "builtin_function_or_method",
        "method",
        "type",
        "module",
        "generator",
        "map",
        "zip",
        "filter",
        "enumerate",
        "reversed",
        "range",
        "coroutine",
        "list_iterator",
        "dict_keys",
        "dict_values",
        "dict_items",
        "matrix",
        "MaskedArray",
        "DataFrame",
        "Series",
        "memoryview",
        "ufunc",
        "partial",
        "property",
        "Result",
        "Picture",
        "Figure",
    )
)
MAX_CALLBACK_DEPTH = 20
_MESSAGE_BYTES = 1024 * 1024  # of files in one message
MAX_LENT = 10_000


class StudentGone(BaseException):
    """The student's process ended while it had something to do.

    Not an `Exception`: a test that catches whatever a student's function raises goes on, but there
    is nobody left to ask.

    Attributes
    ----------
    death : Death
        How it ended, as seen from outside.
    """

    def __init__(self, death: Death) -> None:
        super().__init__(str(death))
        self.death = death


class StudentObject:
    """Stands for an object of the student's process that can't travel.

    It has no abilities: it can be handed back to functions of the student, and that is all.

    Attributes
    ----------
    student_type : str
        Name of the type of the student's object, on the student's word.
    """

    __slots__ = ("_number", "_session", "student_type")

    def __init__(self, session: Session, number: int, student_type: str) -> None:
        self._session = session
        self._number = number
        self.student_type = student_type

    def __repr__(self) -> str:
        return f"<{self.student_type} in the student's process>"

    def __copy__(self) -> StudentObject:
        return self

    def __deepcopy__(self, memo: object) -> StudentObject:
        return self


class StudentIterator(StudentObject):
    """Stands for a generator or another iterator of the student's; its items are fetched."""

    __slots__ = ("_items", "_more")

    def __init__(self, session: Session, number: int, student_type: str) -> None:
        super().__init__(session, number, student_type)
        self._items: list[Any] = []
        self._more = True

    def __iter__(self) -> Iterator[Any]:
        if self.student_type in ("dict_keys", "dict_values", "dict_items"):
            return iter(self._session.request("iterate", self))
        return self

    def __next__(self) -> Any:
        if not self._items and self._more:
            # One by one: a generator may print, count or never end.
            self._items, self._more = self._session.next_items(self, 1)
        if not self._items:
            raise StopIteration
        return self._items.pop(0)


class StudentFunction(StudentObject):
    """Stands for something callable in the student's process.

    Calling it sends the arguments there and gives the result as plain data. Arrays, lists and
    dicts that the student's code changed in place are changed here too.
    """

    __slots__ = ("__name__",)

    def __init__(self, session: Session, number: int, student_type: str, name: str) -> None:
        super().__init__(session, number, student_type)
        self.__name__ = name or "function"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function."""
        return self._session.call(self, args, kwargs)

    def call_many(
        self, forbids: Sequence[str], cases: Sequence[Sequence[Any]]
    ) -> list[tuple[Any, Exception | None, tuple[str, ...], tuple[int, ...]]]:
        """Call it on each case, for the price of one message; see `Session.call_many`."""
        return self._session.call_many(self, forbids, cases)

    def has_empty_body(self) -> bool:
        """Whether there is nothing in it but `...`, `pass` or a docstring, on the student's word.

        Who says so falsely is told to begin, and gets no points.
        """
        return self._session.ask("empty", self) is True

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        text = self._session.ask("describe", self)
        return text if isinstance(text, str) and text else None


class _References:
    """Handles as the examiner's side keeps them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lent: list[Any] = []
        self.known: dict[int, StudentObject] = {}

    def lend(self, value: Any) -> tuple[int, int, str, str] | protocol.Named | int:
        known_by = _public_name(value)
        if known_by is not None:
            return known_by
        if isinstance(value, StudentObject):
            if value._session is not self.session:
                raise protocol.ProtocolError("an object of another student process")
            return value._number
        if not callable(value):
            kind = type(value)
            raise protocol.ProtocolError(
                f"a {kind.__module__}.{kind.__qualname__} can't be passed to the student's "
                "process: use numbers, text, lists, tuples, dicts, sets, arrays or functions"
            )
        number = next((n for n, other in enumerate(self.lent) if other is value), len(self.lent))
        if number == MAX_LENT:
            raise protocol.ProtocolError("too many functions passed to the student's process")
        if number == len(self.lent):
            self.lent.append(value)
        return number, 0, "function", protocol.clean_name(getattr(value, "__name__", ""))

    def borrow(self, number: int, sort: str, type_name: str, name: str) -> StudentObject:
        self.session.exchanges = None  # a number means something else with another student
        known = self.known.get(number)
        if known is not None:
            return known
        if self.session.discreet:
            type_name = type_name if type_name in _COMMON_TYPES else "object"
            name = ""
        made: StudentObject
        if sort in ("function", "class"):
            made = StudentFunction(self.session, number, type_name, name)
        elif sort == "iterator":
            made = StudentIterator(self.session, number, type_name)
        else:
            made = StudentObject(self.session, number, type_name)
        self.known[number] = made
        return made

    def own(self, number: int) -> Any:
        self.session.exchanges = None
        if number >= len(self.lent):
            raise protocol.ProtocolError("an unknown handle")
        return self.lent[number]

    def named(self, module: str, name: str) -> Any:
        raise protocol.ProtocolError("the student's process may name nothing")


ABSENT = object()
"""Stands in `Session.fetched` for a name that the student has not bound."""

_CATALOGUED = {names: number for number, names in enumerate(mistakes.forbidden_lists())}
_known_cases: dict[int, tuple[Sequence[Sequence[Any]], protocol.Encoded]] = {}


def know_cases(cases: Sequence[Sequence[Any]]) -> bool:
    """Encode in advance the cases of a test, which are the same objects for every student.

    Say whether that is possible: what belongs to one conversation can't be known.
    """
    given = _encoded_cases(cases)
    if isinstance(given, protocol.Encoded):
        _known_cases[id(cases)] = cases, given
        return True
    return False


def known_cases(cases: Sequence[Sequence[Any]]) -> protocol.Encoded | list[tuple[Any, ...]]:
    """Give cases as they can be sent."""
    known = _known_cases.get(id(cases))
    if known is not None and known[0] is cases:
        return known[1]
    return [tuple(args) for args in cases]


def _encoded_cases(cases: Sequence[Sequence[Any]]) -> protocol.Encoded | list[tuple[Any, ...]]:
    """Encode cases, unless something in them belongs to one conversation, or can't travel."""
    given = [tuple(args) for args in cases]
    try:
        return protocol.encoded(given, _Public())
    except (protocol.ProtocolError, RecursionError):
        return given


@dataclass(frozen=True)
class Question:
    """Something that a test asks of a student's function, in words that fit every student.

    Attributes
    ----------
    what
        "calls", or a request that takes the function alone.
    name
        Under which the test has fetched the function.
    forbids, cases
        As in `Session.call_many`; empty for other requests.
    """

    what: str
    name: str
    forbids: tuple[str, ...] = ()
    cases: protocol.Encoded = protocol.NOTHING


Exchange = tuple[Question, bytes]
"""A question and the digest of its answer."""

_Raw = tuple[bytearray, int]
"""A message as `protocol.decode_payload` takes it."""


def _digest(raw: _Raw) -> bytes:
    state = sha256(raw[1].to_bytes(8, "little"))
    state.update(raw[0])
    return state.digest()


class _Public(protocol.NoReferences):
    """Handles of what belongs to no conversation."""

    def lend(self, value: Any) -> tuple[int, int, str, str] | protocol.Named | int:
        return _public_name(value) or super().lend(value)


# What every student's process has imported, and everybody may read.
_PUBLIC = frozenset(("tutor", "numpy", "math"))


def _public_name(value: Any) -> protocol.Named | None:
    """Name a function of a library, which the student's process can call by itself.

    Asking for it there spares a message for each call; whoever changes it there fools themselves.
    """
    if type(value) is not types.FunctionType:
        return None
    module, name = value.__module__ or "", value.__qualname__
    if module.partition(".")[0] not in _PUBLIC:
        return None
    found = vars(sys.modules[module]).get(name) if module in sys.modules else None
    return protocol.Named(module, name) if found is value else None


class Session:
    """A conversation with one student process.

    Parameters
    ----------
    handle : Handle
        The process.
    seconds : float
        Time for one cell, or for all that one test cell asks.
    files : mapping
        Files to write beside the notebook.

    Attributes
    ----------
    death : Death or None
        How the process ended; None while it lives.
    left_out : dict
        Files that could not be written, and why.
    calls : int
        How often the student's code was called; values fetched before a call may be out of date.
    fetched : dict
        Values of names that came along with an answer; `ABSENT` for those not bound.
    fetched_at : int
        Value of `calls` then.
    discreet : bool
        Whether a hidden test runs: names that the student made up are not taken over then.
    gave_hollow, gave_nothing : bool
        Whether the test at hand was given something `hollow`; or that, something empty, or None.
    exchanges : list of Exchange or None
        What the test at hand has asked and been answered; None where another student could not be
        asked the same.
    """

    gave_hollow = gave_nothing = looks = _fills = False

    def __init__(self, handle: Handle, seconds: float, files: Mapping[str, bytes]) -> None:
        self.handle = handle
        self.seconds = seconds
        self.channel = Channel(handle.socket, handle.limits.reply_bytes, seconds + GRACE)
        self.references = _References(self)
        self.death: Death | None = None
        self.calls = 0
        self.discreet = False
        self.deadline = time.monotonic() + seconds
        self.fetched: dict[str, Any] = {}
        self.fetched_at = -1
        self._depth = 0
        self._later: list[list[Any]] = []
        self._ahead: FirstCall | None = None
        self._forbidden = dict(_CATALOGUED)
        self.exchanges: list[Exchange] | None = None
        self._functions: dict[str, StudentFunction] = {}
        self._answers: deque[tuple[Question, _Raw]] = deque()
        self._next: _Raw | None = None
        self._digest = b""
        self.later("limits", handle.limits.reply_bytes, handle.limits.output_bytes)
        self.left_out: dict[str, str] = {}
        for part in _parts(files):
            try:
                answer = self.request("files", part)
            except TypeError:  # more than a message holds
                answer = dict.fromkeys(part, "File too large")
            if type(answer) is dict:
                self.left_out |= answer

    def allow(self, seconds: float | None = None) -> None:
        """Start the clock for the next cell."""
        self.deadline = time.monotonic() + (self.seconds if seconds is None else seconds)

    def attend(
        self,
        seconds: float,
        *,
        discreet: bool,
        note: bool,
        looks: bool = False,
        fills: bool = False,
    ) -> None:
        """Begin a test.

        Parameters
        ----------
        seconds
            Time for all that it asks.
        discreet
            Whether it is hidden.
        note
            Whether to note what it asks and is answered, in `exchanges`.
        looks
            Whether to look for what is `hollow`, and for what is not as it was given.
        fills
            Whether it gets infinity in place of that.
        """
        self.allow(seconds)
        self.gave_hollow = self.gave_nothing = False
        self.looks, self._fills = looks, fills
        self.discreet = discreet
        self._answers.clear()
        self.exchanges = [] if note else None
        fresh = self.fetched if note and self.fetched_at == self.calls else {}
        self._functions = {
            name: value for name, value in fresh.items() if type(value) is StudentFunction
        }

    def put(self, question: Question) -> bytes:
        """Ask a question before the test does; give the digest of the answer.

        The test finds the answer when it asks.

        Raises
        ------
        StudentGone
            As in `request`.
        """
        function = self._functions[question.name]
        if question.what != "calls":
            self._send((), None, question.what, function)
        elif self._is_ahead(question.forbids, function, question.cases):
            self._ahead = None
        else:
            number = self._forbid(question.forbids)
            self._send((), None, "calls", number, function, question.cases, {}, self._left())
        raw = self._take()
        self._answers.append((question, raw))
        return _digest(raw)

    def given(self, value: Any, ours: Any) -> Any:
        """Give the value of a name that a read-only cell binds, as the test at hand gets it.

        A student's that is another one counts as hollow.
        """
        if self._fills:
            return ours
        if not _same(value, ours):
            self.gave_hollow = self.gave_nothing = True
        return value

    def taken(self, value: Any) -> Any:
        """Give a student's value as the test at hand gets it."""
        if self.looks:
            self.gave_hollow |= hollow.has_hollow(value)
            self.gave_nothing |= hollow.has_nothing(value)
        return hollow.filled(value) if self._fills else value

    def forget_answers(self) -> None:
        """Drop the answers to what was asked before a test that did not have to run."""
        self._answers.clear()
        self.calls += 1

    def run(
        self, source: str, draw: bool, then: Sequence[str] = (), ahead: FirstCall | None = None
    ) -> dict[str, Any]:
        """Run a cell of the student's; give its ending and outputs, both on the student's word.

        Parameters
        ----------
        then
            Names that will be asked for behind it: they come along in `fetched`.
        ahead
            A call that will be asked for behind it. The student's process makes it meanwhile, and
            answers it by itself; nobody has to read the answer.
        """
        self.allow()
        self.calls += 1
        answer = self._ask_with(then, ahead, "run", source, self._left(), draw)
        return answer if isinstance(answer, dict) else {}

    def later(self, *request: Any) -> None:
        """Send a request along with the next one: nobody needs its answer."""
        self._later.append(list(request))

    def return_to(
        self, number: int, names: Sequence[str], ahead: FirstCall | None = None
    ) -> set[str]:
        """Go back to a state that was kept; say which of the names' objects were changed since.

        What the names stood for comes along in `fetched`; for `ahead` see `run`.

        Raises
        ------
        Exception
            If that is not possible.
        """
        self.calls += 1
        answer = self._ask_with(names, ahead, "return", number, list(names))
        if type(answer) is not list:
            self._end("reply")
        return {name for name in answer if isinstance(name, str)}

    def get(self, names: list[str]) -> dict[str, Any]:
        """Fetch global names; those that the student has not bound are left out."""
        answer = self.request("get", names)
        if not isinstance(answer, dict):
            self._end("reply")
        return {name: answer[name] for name in names if name in answer}

    def call(self, function: StudentFunction, args: tuple[Any, ...], kwargs: Any) -> Any:
        """Call a function of the student's."""
        [(value, error, _, changes)] = self._calls((), function, [args], dict(kwargs))
        if error is not None:
            raise error
        apply_changes(changes, args, kwargs)
        return value

    def call_many(
        self, function: StudentFunction, forbids: Sequence[str], cases: Sequence[Sequence[Any]]
    ) -> list[tuple[Any, Exception | None, tuple[str, ...], tuple[int, ...]]]:
        """Call a function of the student's on one case after the other.

        Returns
        -------
        list of tuple
            For each case its value, its error, which of the forbidden names it used, and which
            arguments it changed in place.
        """
        try:
            replies = self._calls(forbids, function, cases, {})
        except Exception as error:
            if len(cases) == 1:
                return [(None, error, (), ())]
            # One of them can't travel, or all together are too much.
            return [self.call_many(function, forbids, [args])[0] for args in cases]
        return [
            (value, error, used, tuple(n for n in range(len(args)) if n in changes))
            for args, (value, error, used, changes) in zip(cases, replies, strict=True)
        ]

    def _calls(
        self,
        forbids: Sequence[str],
        function: StudentFunction,
        cases: Sequence[Sequence[Any]],
        kwargs: dict[str, Any],
    ) -> list[tuple[Any, Exception | None, tuple[str, ...], dict[Any, Any]]]:
        """Have a function called; give value, error, forbidden names and changed arguments."""
        self.calls += 1
        given = known_cases(cases)
        if self.exchanges is not None and not isinstance(given, protocol.Encoded):
            given = _encoded_cases(cases)
        question = None if kwargs else self._question("calls", function, forbids, given)
        if self._is_answered(question):
            answer = self._noted(question)
        elif not kwargs and self._is_ahead(forbids, function, given):
            self._ahead = None
            answer = self._noted(question)
        else:
            number = self._forbid(forbids)
            self._send((), None, "calls", number, function, given, kwargs, self._left())
            answer = self._noted(question)
        if not isinstance(answer, list) or len(answer) != len(cases):
            self._end("reply")
        asked = {name.removesuffix(".*") for name in forbids}
        return [self._reply(reply, asked) for reply in answer]

    def _is_ahead(
        self,
        forbids: Sequence[str],
        function: StudentFunction,
        given: protocol.Encoded | list[tuple[Any, ...]],
    ) -> bool:
        """Whether the answer to these calls is on its way already."""
        ahead = self._ahead
        return (
            ahead is not None
            and known_cases(ahead.cases) is given
            and ahead.forbids == tuple(forbids)
            and self.fetched.get(ahead.name) is function
        )

    def _question(
        self,
        what: str,
        function: StudentFunction,
        forbids: Sequence[str] = (),
        given: protocol.Encoded | list[tuple[Any, ...]] = protocol.NOTHING,
    ) -> Question | None:
        """Put what is asked in words that fit every student; None where that is not possible."""
        names = (name for name in sorted(self._functions) if self._functions[name] is function)
        name = next(names, None)
        if name is None or not isinstance(given, protocol.Encoded):
            return None
        return Question(what, name, tuple(forbids), given)

    def _is_answered(self, question: Question | None) -> bool:
        """Whether a question was asked before; its answer is what is read next then."""
        if not self._answers:
            return False
        asked, raw = self._answers.popleft()
        self._next = raw
        if asked == question:
            return True
        # The test goes another way than it did with the same answers. What was asked in vain may
        # still want something of the examiner.
        self._answers.clear()
        with suppress(Exception):
            self._answer(())
        return False

    def _noted(self, question: Question | None) -> Any:
        """Wait for the answer to a question, and note both."""
        try:
            return self._answer(())
        finally:
            if question is None:
                self.exchanges = None
            if self.exchanges is not None:
                assert question is not None
                self.exchanges.append((question, self._digest))

    def _forbid(self, forbids: Sequence[str]) -> int:
        """Send names to watch for, unless both sides know them; give their number."""
        names = tuple(forbids)
        if not names:
            return -1
        number = self._forbidden.get(names)
        if number is None:
            number = self._forbidden[names] = len(self._forbidden)
            self.later("forbid", number, list(names))
        return number

    def _reply(
        self, reply: Any, asked: set[str]
    ) -> tuple[Any, Exception | None, tuple[str, ...], dict[Any, Any]]:
        if isinstance(reply, list) and len(reply) == 1:
            return self.taken(reply[0]), None, (), {}
        if not isinstance(reply, list) or len(reply) != 7:
            self._end("reply")
        used, changes, failed, *rest = reply
        # Only names that were asked for may come back; of "package.*" it is the package's name.
        known = (
            tuple(n for n in used if type(n) is str and n in asked) if type(used) is list else ()
        )
        if failed is True:
            return None, self._exception(*rest), known, {}
        changed = self.taken(changes) if type(changes) is dict else {}
        return self.taken(rest[0]), None, known, changed

    def next_items(self, iterator: StudentIterator, number: int) -> tuple[list[Any], bool]:
        """Fetch items of an iterator."""
        self.calls += 1
        items, more = self._tuple(self.request("next", iterator, number, self._left()), 2)
        if not isinstance(items, list):
            self._end("reply")
        return items[:number], more is True

    def request(self, *request: Any) -> Any:
        """Send a request and wait for its answer, serving callbacks in between.

        Raises
        ------
        StudentGone
            If the process ended, was too slow, or answered nonsense.
        TypeError
            If an argument can't travel.
        Exception
            What the student's code raised, as a built-in exception with `student_traceback`.
        """
        self.exchanges = None
        return self._ask_with((), None, *request)

    def ask(self, what: str, function: StudentFunction) -> Any:
        """Ask what takes a function alone; see `request`."""
        question = self._question(what, function)
        if not self._is_answered(question):
            self._send((), None, what, function)
        return self._noted(question)

    def _ask_with(self, names: Sequence[str], ahead: FirstCall | None, *request: Any) -> Any:
        """Send a request, with those that were put off, and wait for its answer; see `request`.

        The values of `names` come along with its answer, in `fetched`; the answer to `ahead`
        comes behind it.
        """
        self._send(names, ahead, *request)
        return self._answer(names, ahead)

    def _send(self, names: Sequence[str], ahead: FirstCall | None, *request: Any) -> None:
        """Send a request, with those that were put off."""
        if self.death is not None:
            raise StudentGone(self.death)
        if self._ahead is not None:
            self._pass_over_ahead()
        message = list(request)
        first: list[Any] = []
        if ahead is not None and ahead.name in names:
            number = self._forbid(ahead.forbids)
            first = [ahead.name, number, known_cases(ahead.cases), self.seconds]
        if names or self._later:
            message = ["with", self._later, message, list(names), first]
            self._later = []
        try:
            self.channel.send(message, self.references)
        except protocol.ProtocolError as error:
            raise TypeError(str(error)) from None
        except LinkClosedError:
            self._end("killed")

    def _pass_over_ahead(self) -> None:
        """Take the answer that nobody has read: a test went another way than it does for others."""
        self._ahead = None
        started = time.monotonic()
        with suppress(Exception):
            self._answer(())
        self.deadline += time.monotonic() - started

    def close(self) -> None:
        """End the process."""
        self.handle.close()

    def _answer(self, names: Sequence[str], ahead: FirstCall | None = None) -> Any:
        while True:
            message = self._receive()
            if not isinstance(message, list) or not message or not isinstance(message[0], str):
                self._end("reply")
            if message[0] == "ok" and len(message) == 2:
                return message[1]
            if message[0] == "ok" and len(message) == 4 and type(message[2]) is dict:
                self.fetched = {name: message[2].get(name, ABSENT) for name in names}
                self.fetched_at = self.calls
                self._ahead = ahead if message[3] is True else None
                return message[1]
            if message[0] == "error" and len(message) == 5:
                raise self._exception(*message[1:])
            if message[0] != "callback" or len(message) != 4:
                self._end("reply")
            self._serve_callback(*message[1:])

    def _receive(self) -> Any:
        raw = self._take()
        if self.exchanges is not None:
            self._digest = _digest(raw)
        try:
            return protocol.decode_payload(*raw, self.references)
        except protocol.ProtocolError:
            self._end("reply")

    def _take(self) -> _Raw:
        """Wait for a message, and leave it as it came."""
        if self._next is not None:
            raw, self._next = self._next, None
            return raw
        try:
            return self.channel.take(self.deadline + GRACE)
        except protocol.ProtocolError:
            self._end("reply")
        except DeadlineError:
            self._end("wall")
        except LinkClosedError:
            self._end("killed")

    def _serve_callback(self, number: Any, args: Any, kwargs: Any) -> None:
        """Call a function of ours for the student's code, and send back what it gives."""
        self.exchanges = None
        plain = isinstance(args, tuple) and isinstance(kwargs, dict) and type(number) is int
        if not plain or not 0 <= number < len(self.references.lent):
            self._end("reply")
        if self._depth >= MAX_CALLBACK_DEPTH or not all(isinstance(key, str) for key in kwargs):
            self._end("reply")
        self._depth += 1
        try:
            answer = ["answer", self.references.lent[number](*args, **kwargs)]
        except StudentGone:
            raise
        except Exception as error:
            answer = ["raise", type(error).__name__, str(error)[:1000]]
        finally:
            self._depth -= 1
        try:
            self.channel.send(answer, self.references)
        except protocol.ProtocolError as error:
            self.channel.send(["raise", "TypeError", str(error)])
        except LinkClosedError:
            self._end("killed")

    def _exception(self, name: Any, ancestors: Any, text: Any, trace: Any) -> Exception:
        error = _builtin_exception(ancestors, text if isinstance(text, str) else "")
        error.student_traceback = trace if isinstance(trace, str) else ""  # type: ignore[attr-defined]
        kind = type(error).__name__ if self.discreet else protocol.clean_name(name)
        error.student_type = kind  # type: ignore[attr-defined]
        return error

    def _tuple(self, answer: Any, length: int) -> tuple[Any, ...]:
        if not isinstance(answer, tuple) or len(answer) != length:
            self._end("reply")
        return tuple(answer)

    def _left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.01)

    def _end(self, reason: str) -> NoReturn:
        """Make sure that the process is dead, and say how it died."""
        if reason == "killed":  # it closed the link: give it a moment to finish dying
            self.handle.wait(GRACE)
        self.death = self.handle.kill(reason)
        raise StudentGone(self.death)


def _same(one: Any, other: Any) -> bool:
    try:
        return protocol.encoded(one) == protocol.encoded(other)
    except (protocol.ProtocolError, RecursionError):
        return False


def _parts(files: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Give files in parts that fit in a message; a single one may be larger."""
    part: dict[str, bytes] = {}
    for name, content in files.items():
        if part and sum(map(len, part.values())) + len(content) > _MESSAGE_BYTES:
            yield part
            part = {}
        part[name] = content
    if part:
        yield part


class Nobody(Session):
    """A session without a process: whatever is asked for is a function that gives None.

    Attributes
    ----------
    first : FirstCall or None
        What was called first, if that can be asked for in advance.
    """

    def __init__(self) -> None:
        self.death = None
        self.calls = 0
        self.discreet = False
        self.fetched, self.fetched_at = {}, -1
        self.first: FirstCall | None = None

    def attend(
        self,
        seconds: float,
        *,
        discreet: bool,
        note: bool,
        looks: bool = False,
        fills: bool = False,
    ) -> None:
        """Do nothing: there is no clock."""

    def get(self, names: list[str]) -> dict[str, Any]:
        """Give functions."""
        return {name: StudentFunction(self, 0, "function", name) for name in names}

    def request(self, *request: Any) -> Any:
        """Do nothing."""

    def ask(self, what: str, function: StudentFunction) -> Any:
        """Do nothing."""

    def _calls(
        self,
        forbids: Sequence[str],
        function: StudentFunction,
        cases: Sequence[Sequence[Any]],
        kwargs: dict[str, Any],
    ) -> list[tuple[Any, Exception | None, tuple[str, ...], dict[Any, Any]]]:
        if know_cases(cases) and self.calls == 0:
            self.first = FirstCall(function.__name__, tuple(forbids), cases)
        self.calls += 1
        return [(None, None, (), {}) for _ in cases]


def _builtin_exception(ancestors: Any, text: str) -> Exception:
    """Make an instance of the nearest built-in class, or a RuntimeError."""
    for name in ancestors if isinstance(ancestors, list) else []:
        kind = getattr(builtins, name, None) if isinstance(name, str) else None
        if isinstance(kind, type) and issubclass(kind, Exception) and kind is not Exception:
            try:
                return kind(text)
            except TypeError:  # some need more than a text
                break
    return RuntimeError(text)


def apply_changes(changes: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Change arguments in place as the student's code changed its copies of them.

    Parameters
    ----------
    changes : dict
        Position or keyword of an argument to its new contents, on the student's word.
    args, kwargs
        The arguments as the caller holds them.
    """
    if not isinstance(changes, dict):
        return
    for key, new in changes.items():
        if type(key) is int and 0 <= key < len(args):
            overwrite(args[key], new)
        elif isinstance(key, str) and key in kwargs:
            overwrite(kwargs[key], new)


def overwrite(old: Any, new: Any) -> bool:
    """Give a container the contents of another of the same type; say whether that was possible."""
    if type(old) is not type(new):
        return False
    if isinstance(old, np.ndarray):
        return _overwrite_array(old, new)
    if isinstance(old, list):
        old[:] = [_merged(a, b) for a, b in zip(old, new, strict=False)] + new[len(old) :]
    elif isinstance(old, dict):
        merged = {key: _merged(old.get(key), value) for key, value in new.items()}
        old.clear()
        old.update(merged)
    elif isinstance(old, set):
        old.clear()
        old.update(new)
    elif isinstance(old, bytearray):
        old[:] = new
    else:
        return False
    return True


def _merged(old: Any, new: Any) -> Any:
    return old if overwrite(old, new) else new


def _overwrite_array(old: np.ndarray[Any, Any], new: np.ndarray[Any, Any]) -> bool:
    if old.dtype != new.dtype or not old.flags.writeable:
        return False
    if old.shape != new.shape:
        try:
            old.resize(new.shape, refcheck=False)
        except ValueError:  # a view can't be resized
            return False
    old[...] = new
    return True
