"""Tests that need the student's own objects: asserted beside the student's code, not sealed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from grading.engine import graded, outcome
from grading.engine.conversation import StudentGone
from grading.engine.findings import Findings
from grading.engine.key import KeyCell
from grading.engine.lives import Lives
from grading.engine.remote import Session
from grading.records import CellOutcome


def run(lives: Lives, found: Findings, wanted: Sequence[int]) -> None:
    """Assert test cells in a process of their own, so that the sealed run never sees these tests.

    Parameters
    ----------
    wanted
        Places of the tests, in order.
    """
    lives.close()
    needed = _needed(found, wanted)
    secret = any(_key_at(found, place).hidden for place in [*wanted, *needed])
    try:
        for place in range(wanted[-1] + 1):
            again = lives.runs(place) or (place in needed and place not in lives.skipped)
            if place not in wanted and not again:
                continue
            session = lives.at(place)
            if session is None:
                if place in wanted:
                    found.fail(place, lives.why_none())
            elif place in wanted:
                _assert(place, session, found, secret)
            else:
                lives.silently(place, session)
    finally:
        lives.close()


def _needed(found: Findings, wanted: Collection[int]) -> set[int]:
    """Find the tests that define what those beside the student's code take from them."""
    needed: set[int] = set()
    names: set[str] = set()
    for place in range(max(wanted), -1, -1):
        key = found.cells[place].key
        plan = found.key.plans.get(key.name) if key is not None else None
        if plan is None or not (place in wanted or plan.own & names):
            continue
        if place not in wanted:
            needed.add(place)
        names = (names - plan.own) | plan.earlier
    return needed


def _assert(place: int, session: Session, found: Findings, secret: bool) -> None:
    key = _key_at(found, place)
    result, outputs = _asserted(key, session)
    if secret:
        words = () if result.status == "ok" else ("A test failed.",)
        result = replace(result, messages=words)
    found.note(place, replace(result, sealed=False), outputs)
    if secret:
        found.conceal(key.name)


def _asserted(key: KeyCell, session: Session) -> tuple[CellOutcome, list[graded.Output]]:
    try:
        answer = session.run(key.source, draw=False)
    except StudentGone as gone:
        return outcome.died(key, gone.death), []
    except Exception as error:
        outputs = [graded.error(type(error).__name__, str(error))]
    else:
        outputs = graded.clean_outputs(answer.get("outputs"))
    return outcome.beside(key, outputs), outputs


def _key_at(found: Findings, place: int) -> KeyCell:
    key = found.cells[place].key
    assert key is not None
    return key
