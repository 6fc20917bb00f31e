"""What tests said of answers that others gave before.

A test that only checks says the same of the same answers, and in a class many answers are the
same to the last bit. So what a test asked, what it was answered, and what came of it is kept as a
tree: each node holds the next question, each branch an answer. With another student the questions
are asked along the tree. At its end the test need not run; where an answer is new, it runs, and is
given the answers that have been got already.

A student's process is asked exactly what the test would have asked it, and no answer is taken from
another student's. What is spared is to decode the answers and to judge them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from grading.engine import protocol
from grading.engine.graded import Written
from grading.engine.remote import ABSENT, Exchange, Question, Session, StudentFunction, StudentGone
from grading.records import CellOutcome

MAX_BYTES = 16 * 1024 * 1024
"""Of questions and judgements in one notebook's trees; with more they begin anew."""

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


@dataclass
class _Node:
    """A place in a test: what it asks next, or what came of it."""

    question: Question | None = None
    after: dict[bytes, _Node] = field(default_factory=dict)
    judgement: Judgement | None = None


class Precedents:
    """The trees of one notebook's tests."""

    def __init__(self) -> None:
        self._roots: dict[tuple[str, Signature], _Node] = {}
        self._bytes = 0

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
        node = self._roots.get((name, signature))
        try:
            while node is not None and node.question is not None:
                node = node.after.get(session.put(node.question))
        except StudentGone:
            return None  # the test will meet it
        if node is None or node.judgement is None:
            return None
        session.forget_answers()
        return node.judgement

    def keep(
        self,
        name: str,
        signature: Signature,
        exchanges: Iterable[Exchange],
        judgement: Judgement,
    ) -> None:
        """Remember what a test asked, what it was answered, and what came of it."""
        if self._bytes > MAX_BYTES:
            self._roots.clear()
            self._bytes = 0
        node = self._roots.setdefault((name, signature), _Node())
        for question, answer in exchanges:
            if node.judgement is not None or node.question not in (None, question):
                return  # it asked something else before, of the same answers: nothing to rely on
            if node.question is None:
                node.question = question
                self._bytes += sum(map(len, question.cases)) + _NODE_BYTES
            node = node.after.setdefault(answer, _Node())
        if node.question is None and node.judgement is None:
            node.judgement = judgement
            # Its outcome holds about the same words as its outputs.
            self._bytes += 2 * len(judgement.outputs.text) + _NODE_BYTES


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
