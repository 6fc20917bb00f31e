"""What tests said of answers that others gave before.

A test that only checks says the same of the same answers, and in a class many answers are the
same to the last bit. So what a test asked, what it was answered, and what came of it is kept as a
tree: each node holds the next question, each branch an answer. With another student the questions
are asked along the tree. At its end the test need not run; where an answer is new, it runs, and is
given the answers that have been got already.

A student's process is asked exactly what the test would have asked it, and no answer is taken from
another student's. What is spared is to decode the answers and to judge them.

Examiners that work side by side tell each other what they have judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from grading.engine import outcome, protocol
from grading.engine.conversation import StudentGone
from grading.engine.graded import Written
from grading.engine.question import Exchange, Question
from grading.engine.remote import ABSENT, Session
from grading.engine.shared import Shared
from grading.engine.stand_ins import StudentFunction
from grading.records import CellOutcome

MAX_BYTES = 16 * 1024 * 1024
"""Of questions and judgements in one notebook's trees; with more they begin anew. And of what
examiners tell each other of one notebook."""

_NODE_BYTES = 1000

Signature = tuple[Any, ...]


@dataclass(frozen=True)
class Judgement:
    """What came of a test cell.

    Attributes
    ----------
    outputs
        Of the cell, cleaned.
    outcome
        Its points, and words for the student.
    asked
        Names that the student was asked for.
    """

    outputs: Written
    outcome: CellOutcome
    asked: frozenset[str]


@dataclass(frozen=True)
class _Told:
    """A judgement in the words of another process. Many are never needed."""

    outputs: str
    outcome: str
    asked: list[str]

    def judgement(self) -> Judgement:
        """Make a judgement of the words."""
        outputs = Written(json.loads(self.outputs), self.outputs)
        return Judgement(outputs, outcome.of(json.loads(self.outcome)), frozenset(self.asked))


@dataclass
class _Node:
    """A place in a test: what it asks next, or what came of it."""

    question: Question | None = None
    after: dict[bytes, _Node] = field(default_factory=dict)
    judgement: Judgement | _Told | None = None


class Precedents:
    """The trees of one notebook's tests.

    Forks of the process that has made them learn from each other.
    """

    def __init__(self) -> None:
        self._roots: dict[tuple[str, Signature], _Node] = {}
        self._bytes = 0
        self._shared = Shared(MAX_BYTES)
        # A session knows questions that it has asked ahead by their identity.
        self._cases: dict[protocol.Encoded, protocol.Encoded] = {}

    def find(self, name: str, signature: Signature, session: Session) -> Judgement | None:
        """Ask a student's process what a test asks, as long as the answers are known.

        Parameters
        ----------
        name
            Of the test cell.
        signature
            What its names stand for with this student, see `signature`.
        session
            Answers that turn out to be new stay with it, for the test.
        """
        self._listen()
        node = self._roots.get((name, signature))
        try:
            while node is not None and node.question is not None:
                node = node.after.get(session.put(node.question))
        except StudentGone:
            return None  # the test will meet it
        if node is None or node.judgement is None:
            return None
        session.forget_answers()
        if isinstance(node.judgement, _Told):
            node.judgement = node.judgement.judgement()
        return node.judgement

    def keep(
        self,
        name: str,
        signature: Signature,
        exchanges: Iterable[Exchange],
        judgement: Judgement,
    ) -> None:
        """Remember what a test asked, what it was answered, and what came of it."""
        exchanges = list(exchanges)
        if self._add(name, signature, exchanges, judgement):
            questions = [(q.what, q.name, q.forbids, *q.cases, answer) for q, answer in exchanges]
            words = (
                judgement.outputs.text,
                json.dumps(vars(judgement.outcome)),
                sorted(judgement.asked),
            )
            self._shared.append((name, signature, questions, words))

    def _listen(self) -> None:
        """Take over what other examiners have judged meanwhile."""
        for name, signature, questions, words in self._shared.fresh():
            exchanges = []
            for what, function, forbids, body, raw, answer in questions:
                cases = protocol.Encoded(body, raw)
                cases = self._cases.get(cases, cases)
                exchanges.append((Question(what, function, forbids, cases), answer))
            self._add(name, signature, exchanges, _Told(*words))

    def _add(
        self,
        name: str,
        signature: Signature,
        exchanges: Iterable[Exchange],
        judgement: Judgement | _Told,
    ) -> bool:
        """Add to a tree; say whether it was new, and fits what the test did before."""
        if self._bytes > MAX_BYTES:
            self._roots.clear()
            self._cases.clear()
            self._bytes = 0
        node = self._roots.setdefault((name, signature), _Node())
        for question, answer in exchanges:
            if node.judgement is not None or node.question not in (None, question):
                return False  # it asked something else before, of the same answers: unreliable
            if node.question is None:
                node.question = question
                self._cases.setdefault(question.cases, question.cases)
                self._bytes += sum(map(len, question.cases)) + _NODE_BYTES
            node = node.after.setdefault(answer, _Node())
        if node.question is not None or node.judgement is not None:
            return False
        node.judgement = judgement
        text = judgement.outputs if isinstance(judgement, _Told) else judgement.outputs.text
        self._bytes += 2 * len(text) + _NODE_BYTES  # its outcome holds about the same words
        return True


def signature(session: Session) -> Signature | None:
    """Say what names stand for with a student, as far as a test can tell without asking.

    None where it can't be said.
    """
    if session.fetched_at != session.calls:
        return None
    found: list[Any] = []
    seen: list[Any] = []
    for name in sorted(session.fetched):
        value = session.fetched[name]
        seen.append(value)
        if value is ABSENT:
            found.append((name,))
        elif type(value) is StudentFunction:
            same = next(place for place, other in enumerate(seen) if other is value)
            found.append((name, value.student_type, value.__name__, same))
        else:
            try:
                found.append((name, sha256(b"\0".join(protocol.encoded(value))).digest()))
            except (protocol.ProtocolError, RecursionError):
                return None
    return tuple(found)
