"""Grade one notebook: run its cells in order, examine, and go on after a death.

The student's cells and the visible tests run in order in one process. Hidden tests come last, in
that process as it was at their place: so nothing that a student's cell or a visible test shows can
hold what a hidden test passed in. Where objects were changed in place since, the hidden test runs
again in a fresh process, at its exact place, whose outputs are dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grading.engine import beside, graded, outcome
from grading.engine.conversation import StudentGone
from grading.engine.examiner import Bindings, Examiner
from grading.engine.findings import Findings
from grading.engine.key import FirstCall, KeyNotebook
from grading.engine.lives import Lives, Spawn
from grading.engine.precedent import Judgement, Precedents, signature
from grading.engine.remote import Session
from grading.engine.sanitize import Cell
from grading.sandbox import Death

NOT_RUN = "Not run for grading: no other cell uses what this one makes.\n"


@dataclass(frozen=True)
class Settings:
    """How one submission is graded.

    Attributes
    ----------
    cell_seconds
        Time for one cell, as nbgrader's `Execute.timeout`.
    submission_seconds
        Time for all notebooks of the submission, replays included.
    figures
        Which figures are drawn: "none", "manual" (in answers that a person marks) or "all".
    """

    cell_seconds: float = 30.0
    submission_seconds: float = 300.0
    figures: str = "manual"


@dataclass
class _Hidden:
    """A hidden test that waits for the end.

    Attributes
    ----------
    place
        Of its cell; the student's process remembers its state there by that number.
    likely
        Names that it will ask for: it counts if their objects are changed in place until then.
    """

    place: int
    bindings: Bindings
    likely: frozenset[str]


class NotebookRun:
    """The grading of one notebook of one submission.

    Parameters
    ----------
    key, cells
        Of the notebook.
    spawn
        Starts a process of the student's.
    settings
        How to grade.
    deadline
        Of the submission, as `time.monotonic` counts.

    Attributes
    ----------
    found : Findings
        What was found so far.
    bound : Bindings
        What hidden tests have bound, for later ones.
    given_up : frozenset of str
        Names of tests that never ended, whatever alarm rang: they aren't run again.
    fills : frozenset of str
        Names of tests that are given infinity in place of something hollow, see `hollow`.
    precedents : Precedents
        What the notebook's tests said of other students' answers.
    pulse : callable
        Is told which test begins and when it has to end; and, with an empty name, that it has.
    """

    def __init__(
        self,
        key: KeyNotebook,
        cells: list[Cell],
        spawn: Spawn,
        settings: Settings,
        deadline: float,
    ) -> None:
        self.key = key
        self.cells = cells
        self.settings = settings
        self.deadline = deadline
        self.lives = Lives(cells, spawn, deadline, key.trust.by_students)
        self.found = Findings(key, cells)
        self.bound = Bindings()
        self.given_up: frozenset[str] = frozenset()
        self.fills: frozenset[str] = frozenset()
        self.precedents = Precedents()
        self.pulse: Callable[[str, float], None] = lambda name, seconds: None
        self._hidden: list[_Hidden] = []
        self._examiner = Examiner(key)

    # ------------------------------------------------------------------------- the sealed run

    def run(self) -> None:
        """Run everything."""
        try:
            for place, cell in enumerate(self.cells):
                if cell.is_run:
                    self._run_student(place)
                elif cell.is_test and not self._is_real(cell):
                    if cell.key is not None and cell.key.hidden:
                        self._put_off(place)
                    else:
                        self._examine(place)
                elif cell.only_shown and cell.key is not None:
                    self.found.outputs[place] = [graded.stream(NOT_RUN)]
            self._run_hidden()
            self.run_beside()
        finally:
            self.lives.close()

    def run_beside(self) -> None:
        """Run the tests that need the student's own objects."""
        wanted = [p for p, cell in enumerate(self.cells) if cell.is_test and self._is_real(cell)]
        if wanted:
            beside.run(self.lives, self.found, wanted)

    def _alive(self, place: int) -> Session | None:
        return self.lives.at(place, {one.place for one in self._hidden})

    def _give_up(self, place: int) -> None:
        """Fail a test for which no time, or no process, is left."""
        self.found.fail(place, self.lives.why_none())

    def _is_real(self, cell: Cell) -> bool:
        return cell.key is not None and self.key.needs_real_objects(cell.key.name)

    def _run_student(self, place: int) -> None:
        session = self._alive(place)
        if session is None:
            return
        try:
            draws = self._draws(self.cells[place])
            names, call = self._asked_next(place)
            answer = session.run(self.cells[place].source, draws, names, call)
        except StudentGone as gone:
            self._skip(place, gone.death)
            return
        except Exception as error:  # what the student's process says went wrong in it
            answer = {"outputs": [graded.error(type(error).__name__, str(error))]}
        self.found.outputs[place] = graded.clean_outputs(answer.get("outputs"))
        if answer.get("ending") in ("timeout", "memory"):
            self.found.stop(place, answer["ending"])

    def _asked_next(self, place: int) -> tuple[Sequence[str], FirstCall | None]:
        """Give the names and the call that the test right behind a cell asks for.

        Only if students have seen it: what a hidden test asks for has to wait.
        """
        for following in self.cells[place + 1 :]:
            if following.is_test:
                key = following.key
                assert key is not None
                if key.hidden or self.key.needs_real_objects(key.name):
                    break
                return sorted(self.key.asks.get(key.name, ())), self._first_call(key.name)
            if following.is_run:
                break
        return (), None

    def _first_call(self, name: str) -> FirstCall | None:
        return None if name in self.given_up else self.key.first_calls.get(name)

    def _skip(self, place: int, death: Death) -> None:
        self.lives.skipped[place] = death
        status = outcome.status_of(death)
        self.found.stop(place, status)
        words = f"{outcome.WORDS_OF_DEATH[status]} ({death})"
        self.found.outputs[place] = [graded.error("DeadKernelError", words)]

    def _draws(self, cell: Cell) -> bool:
        manual = cell.key is not None and cell.key.kind == "manual"
        return self.settings.figures == "all" or (self.settings.figures == "manual" and manual)

    def _examine(self, place: int) -> None:
        session = self._alive(place)
        if session is None:
            self._give_up(place)
            return
        self._test(place, session)

    def _test(self, place: int, session: Session) -> None:
        name, seconds = self._name(place), self._seconds()
        if name in self.given_up:
            self.found.note(place, outcome.endless(self.key.cells[name]), [])
            return
        self._examiner.session = session
        self._examiner.asked.clear()
        self.pulse(name, seconds)
        judgement = self._judged(name, seconds, session)
        self.pulse("", 0.0)
        self._examiner.asked |= judgement.asked
        self.found.asked[name] = judgement.asked
        self.found.note(place, judgement.outcome, judgement.outputs)

    def _judged(self, name: str, seconds: float, session: Session) -> Judgement:
        """Run a test, unless another student has given the same answers to all that it asks."""
        key, plan, examiner = self.key.cells[name], self.key.plans[name], self._examiner
        # It depends on the student's answers alone, and nothing depends on it.
        repeats = plan.certain and not plan.own and not plan.earlier
        started = time.monotonic()
        fills, looks = name in self.fills, not plan.certain
        session.attend(seconds, discreet=key.hidden, note=repeats, looks=looks, fills=fills)
        known_by = signature(session) if repeats else None
        if known_by is not None:
            known = self.precedents.find(name, known_by, session)
            if known is not None:
                return known
        verdict = examiner.run(name, max(0.1, seconds - (time.monotonic() - started)))
        if not plan.certain:
            self.found.weigh(name, verdict, session)
        outputs = graded.Written(graded.clean_outputs(verdict.outputs))
        made = Judgement(outputs, outcome.tested(key, verdict), frozenset(examiner.asked))
        whole = verdict.error is None and verdict.gone is None and not verdict.warnings
        if known_by is not None and whole and session.exchanges is not None:
            self.precedents.keep(name, known_by, session.exchanges, made)
        return made

    def _seconds(self) -> float:
        return max(0.1, min(self.settings.cell_seconds, self.deadline - time.monotonic()))

    # --------------------------------------------------------------------------- hidden tests

    def _put_off(self, place: int) -> None:
        session = self._alive(place)
        if session is None:
            self._give_up(place)
            return
        self._hidden.append(_Hidden(place, self._examiner.remember(), self._likely(place)))
        session.later("keep", place)

    def _likely(self, place: int) -> frozenset[str]:
        """Name what a test cell will ask the student for."""
        ours = self.key.trust.by_students
        return self.key.asks.get(self._name(place), ours) & ours

    def _run_hidden(self) -> None:
        changed: list[_Hidden] = []
        while self._hidden:
            session = self._alive(len(self.cells))
            waiting = self._hidden.pop(0)
            if session is None:
                self._give_up(waiting.place)
                continue
            different = self._return(waiting, session)
            self._judge(waiting, session)
            asked = self._examiner.asked
            unwatched = asked & self.key.trust.by_students - waiting.likely
            if different is None or asked & different or unwatched:
                changed.append(waiting)
        if changed:
            self._run_in_place(changed)

    def _return(self, waiting: _Hidden, session: Session) -> set[str] | None:
        """Go back to a hidden test's place; say which names were changed in place since.

        None where that is not possible.
        """
        try:
            session.allow(self._seconds())
            session.discreet = True
            call = self._first_call(self._name(waiting.place))
            return session.return_to(waiting.place, sorted(waiting.likely), call)
        except StudentGone:
            return set()  # examining it will say so
        except Exception:
            return None

    def _judge(self, waiting: _Hidden, session: Session) -> None:
        self._examiner.recall(waiting.bindings, self.bound)
        self._test(waiting.place, session)
        self.bound = Bindings({**self.bound.values, **self._examiner.remember().values})

    def _run_in_place(self, waiting: list[_Hidden]) -> None:
        """Run hidden tests at their place in a process whose outputs nobody sees."""
        places = {one.place: one for one in waiting}
        self.lives.close()
        for place in range(len(self.cells)):
            if not places:
                return
            wanted = places.pop(place, None)
            if wanted is None and not self.lives.runs(place):
                continue
            session = self.lives.at(place)
            if session is None:
                for other in [wanted, *places.values()]:
                    if other is not None:
                        self._give_up(other.place)
                return
            if wanted is not None:
                self._judge(wanted, session)
            else:
                self.lives.silently(place, session)

    def _name(self, place: int) -> str:
        key = self.cells[place].key
        assert key is not None
        return key.name
