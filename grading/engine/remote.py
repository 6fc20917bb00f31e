"""What the examiner asks a student's process, and what it remembers of the answers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

from grading.engine import hollow, protocol
from grading.engine.conversation import Conversation, Raw, StudentGone
from grading.engine.key import FirstCall
from grading.engine.question import Exchange, Question, encoded_cases, known_cases
from grading.engine.stand_ins import (
    References,
    StudentFunction,
    StudentIterator,
    apply_changes,
)
from grading.sandbox import Handle
from tutor.mistakes.records import FORBIDDEN_LISTS

_MESSAGE_BYTES = 1024 * 1024  # of files in one message

ABSENT = object()
"""Stands in `Session.fetched` for a name that the student has not bound."""

_CATALOGUED = {names: number for number, names in enumerate(FORBIDDEN_LISTS)}


def _digest(raw: Raw) -> bytes:
    state = sha256(raw[1].to_bytes(8, "little"))
    state.update(raw[0])
    return state.digest()


class Session(Conversation):
    """What is asked of one student process, and what is known of it.

    Parameters
    ----------
    handle, seconds
        As for a `Conversation`.
    files : mapping
        Files to write beside the notebook.

    Attributes
    ----------
    left_out : dict
        Files that could not be written, and why.
    calls : int
        How often the student's code was called; values fetched before a call may be out of date.
    fetched : dict
        Values of names that came along with an answer; `ABSENT` for those not bound.
    fetched_at : int
        Value of `calls` then.
    gave_hollow, gave_nothing : bool
        Whether the test at hand was given something `hollow`; or that, something empty, or None.
    exchanges : list of Exchange or None
        What the test at hand has asked and been answered; None where another student could not be
        asked the same.
    """

    gave_hollow = gave_nothing = looks = _fills = False

    def __init__(self, handle: Handle, seconds: float, files: Mapping[str, bytes]) -> None:
        super().__init__(handle, seconds, References(self))
        self.calls = 0
        self.fetched: dict[str, Any] = {}
        self.fetched_at = -1
        self._later: list[list[Any]] = []
        self._ahead: FirstCall | None = None
        self._forbidden = dict(_CATALOGUED)
        self.exchanges: list[Exchange] | None = None
        self._functions: dict[str, StudentFunction] = {}
        self._answers: deque[tuple[Question, Raw]] = deque()
        self._next: Raw | None = None
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
            given = encoded_cases(cases)
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
        self._put(message)

    def _pass_over_ahead(self) -> None:
        """Take the answer that nobody has read: a test went another way than it does for others."""
        self._ahead = None
        started = time.monotonic()
        with suppress(Exception):
            self._answer(())
        self.deadline += time.monotonic() - started

    def _answer(self, names: Sequence[str], ahead: FirstCall | None = None) -> Any:
        while True:
            message = self._read(self._take())
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

    def _read(self, raw: Raw) -> list[Any]:
        """Decode a message, and note which it was."""
        if self.exchanges is not None:
            self._digest = _digest(raw)
        return super()._read(raw)

    def _take(self) -> Raw:
        """Wait for a message, or take the one that was read before it was asked for."""
        if self._next is None:
            return super()._take()
        raw, self._next = self._next, None
        return raw

    def _serve_callback(self, number: Any, args: Any, kwargs: Any) -> None:
        self.exchanges = None
        super()._serve_callback(number, args, kwargs)

    def _tuple(self, answer: Any, length: int) -> tuple[Any, ...]:
        if not isinstance(answer, tuple) or len(answer) != length:
            self._end("reply")
        return tuple(answer)


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
