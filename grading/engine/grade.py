"""Grade one notebook: run its cells in order, examine, and go on after a death.

The student's cells and the visible tests run in order in one process. Hidden tests come last, in
that process as it was at their place: so nothing that a student's cell or a visible test shows can
hold what a hidden test passed in. Where objects were changed in place since, the hidden test runs
again in a fresh process, at its exact place, whose outputs are dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from grading.engine import graded, outcome
from grading.engine import source as sources
from grading.engine.conversation import StudentGone
from grading.engine.examiner import Bindings, Examiner, Verdict
from grading.engine.key import FirstCall, KeyNotebook
from grading.engine.precedent import Judgement, Precedents, signature
from grading.engine.remote import Session
from grading.engine.sanitize import Cell
from grading.records import CellOutcome, NotebookOutcome, Stopped
from grading.sandbox import Death

MAX_RESTARTS = 25
NOT_RUN = "Not run for grading: no other cell uses what this one makes.\n"

Spawn = Callable[[], Session]


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


@dataclass
class NotebookRun:
    """The grading of one notebook of one submission.

    Attributes
    ----------
    outputs
        Place of a cell to its outputs.
    outcomes
        Name of a test cell to its outcome.
    skipped
        Places of student's cells in which the process ended: they aren't run again.
    bound
        What hidden tests have bound, for later ones.
    stopped
        The same for all in which it ended or was stopped, with a word for how.
    asked
        Name of a test cell to the student's names that it asked for.
    given_up
        Names of tests that never ended, whatever alarm rang: they aren't run again.
    precedents
        What the notebook's tests said of other students' answers.
    pulse
        Is told which test begins and when it has to end; and, with an empty name, that it has.
    secret
        Name of each cell whose outputs the student may not see, to the neutral line for it.
    counting
        Names of tests whose value reads as a number.
    wordy
        Name of each test that gave something else, to the number that it holds, if any.
    hollow
        Names of tests that passed and were given something hollow, see `hollow`.
    fills
        Names of tests that are given infinity in place of such.
    whole
        Names of tests that passed, and were given something in each answer.
    """

    key: KeyNotebook
    cells: list[Cell]
    spawn: Spawn
    settings: Settings
    deadline: float
    outputs: dict[int, list[graded.Output]] = field(default_factory=dict)
    outcomes: dict[str, CellOutcome] = field(default_factory=dict)
    skipped: dict[int, Death] = field(default_factory=dict)
    stopped: dict[int, Stopped] = field(default_factory=dict)
    asked: dict[str, frozenset[str]] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict)
    counting: set[str] = field(default_factory=set)
    wordy: dict[str, float | None] = field(default_factory=dict)
    hollow: set[str] = field(default_factory=set)
    fills: frozenset[str] = frozenset()
    whole: set[str] = field(default_factory=set)
    bound: Bindings = field(default_factory=Bindings)
    given_up: frozenset[str] = frozenset()
    pulse: Callable[[str, float], None] = lambda name, seconds: None
    precedents: Precedents = field(default_factory=Precedents)
    restarts: int = 0
    session: Session | None = None

    # ------------------------------------------------------------------------- the sealed run

    def run(self) -> None:
        """Run everything."""
        hidden: list[_Hidden] = []
        examiner = Examiner(self.key)
        try:
            for place, cell in enumerate(self.cells):
                if cell.is_run:
                    self._run_student(place, hidden)
                elif cell.is_test and not self._is_real(cell):
                    if cell.key is not None and cell.key.hidden:
                        self._put_off(place, examiner, hidden)
                    else:
                        self._examine(place, examiner, hidden)
                elif cell.only_shown and cell.key is not None:
                    self.outputs[place] = [graded.stream(NOT_RUN)]
            self._run_hidden(hidden, examiner)
            self.run_beside()
        finally:
            self._close()

    def _is_real(self, cell: Cell) -> bool:
        return cell.key is not None and self.key.needs_real_objects(cell.key.name)

    def _run_student(self, place: int, hidden: list[_Hidden]) -> None:
        session = self._alive(place, hidden)
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
            answer = {"outputs": [_error(type(error).__name__, str(error))]}
        self.outputs[place] = graded.clean_outputs(answer.get("outputs"))
        if answer.get("ending") in ("timeout", "memory"):
            self._note_stop(place, answer["ending"])

    def _note_stop(self, place: int, status: str) -> None:
        cell = self.cells[place]
        name = cell.key.name if cell.key is not None else None
        self.stopped[place] = Stopped(name, place + 1, status, outcome.stopped(cell, status))

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
        self.skipped[place] = death
        self._note_stop(place, outcome.status_of(death))
        words = outcome.WORDS_OF_DEATH[outcome.status_of(death)]
        self.outputs[place] = [_error("DeadKernelError", f"{words} ({death})")]

    def _draws(self, cell: Cell) -> bool:
        manual = cell.key is not None and cell.key.kind == "manual"
        return self.settings.figures == "all" or (self.settings.figures == "manual" and manual)

    def _examine(self, place: int, examiner: Examiner, hidden: list[_Hidden]) -> None:
        cell = self.cells[place]
        assert cell.key is not None
        examiner.session = self._alive(place, hidden)
        if examiner.session is None:
            self._give_up(place)
            return
        self._test(place, examiner)

    def _test(self, place: int, examiner: Examiner) -> None:
        name, seconds = self._name(place), self._seconds()
        if name in self.given_up:
            self._finish(place, outcome.endless(self.key.cells[name]))
            return
        examiner.asked.clear()
        self.pulse(name, seconds)
        judgement = self._judged(name, seconds, examiner)
        self.pulse("", 0.0)
        examiner.asked |= judgement.asked
        self.asked[name] = judgement.asked
        self.outputs[place] = judgement.outputs
        self.outcomes[name] = judgement.outcome
        if self.key.cells[name].hidden:
            self.secret[name] = _neutral(judgement.outcome)

    def _judged(self, name: str, seconds: float, examiner: Examiner) -> Judgement:
        """Run a test, unless another student has given the same answers to all that it asks."""
        key, plan, session = self.key.cells[name], self.key.plans[name], examiner.session
        assert session is not None
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
            self._note_value(name, verdict, session)
        outputs = graded.Written(graded.clean_outputs(verdict.outputs))
        made = Judgement(outputs, outcome.tested(key, verdict), frozenset(examiner.asked))
        whole = verdict.error is None and verdict.gone is None and not verdict.warnings
        if known_by is not None and whole and session.exchanges is not None:
            self.precedents.keep(name, known_by, session.exchanges, made)
        return made

    def _note_value(self, name: str, verdict: Verdict, session: Session) -> None:
        for names in (self.counting, self.hollow, self.whole):
            names.discard(name)
        self.wordy.pop(name, None)
        if verdict.error is not None:
            return
        if session.gave_hollow:
            self.hollow.add(name)
        if not session.gave_nothing:
            self.whole.add(name)
        if verdict.value is None:
            return
        if outcome.reads_as_number(verdict.text):
            self.counting.add(name)
        else:
            self.wordy[name] = outcome.number(verdict.value)

    def take_over(self, other: NotebookRun, names: Iterable[str]) -> None:
        """Take over from another run of the same cells what some tests gave, where it is less."""
        places = {cell.key.name: place for place, cell in enumerate(self.cells) if cell.key}
        for name in names:
            if (other.outcomes[name].score or 0.0) >= (self.outcomes[name].score or 0.0):
                continue
            self.outcomes[name] = other.outcomes[name]
            self.outputs[places[name]] = other.outputs[places[name]]
            if name in self.secret:
                self.secret[name] = other.secret[name]

    def count(self) -> None:
        """Give points for what a value holds where it is a number with the key.

        A student's function can give what makes it another thing, such as an array, which counts
        as full points everywhere else.
        """
        for name in self.wordy.keys() & self.key.counting - self.key.unsealed:
            if self.outcomes[name].status != "ok":
                continue
            result = outcome.counted(self.key.cells[name], self.outcomes[name], self.wordy[name])
            self.outcomes[name] = result
            if name in self.secret:
                self.secret[name] = _neutral(result)

    def _give_up(self, place: int) -> None:
        """Fail a test for which no time, or no process, is left."""
        key = self.cells[place].key
        assert key is not None
        death = Death("wall") if time.monotonic() >= self.deadline else Death("lost")
        self._finish(place, outcome.died(key, death))

    def _finish(self, place: int, result: CellOutcome) -> None:
        """Take down the outcome of a test that did not run to its end."""
        self.outcomes[result.name] = result
        self.outputs[place] = []
        if self.key.cells[result.name].hidden:
            self.secret[result.name] = _neutral(result)

    def _seconds(self) -> float:
        return max(0.1, min(self.settings.cell_seconds, self.deadline - time.monotonic()))

    # --------------------------------------------------------------------------- hidden tests

    def _put_off(self, place: int, examiner: Examiner, hidden: list[_Hidden]) -> None:
        session = self._alive(place, hidden)
        if session is None:
            self._give_up(place)
            return
        waiting = _Hidden(place, examiner.remember(), self._likely(place))
        hidden.append(waiting)
        session.later("keep", place)

    def _likely(self, place: int) -> frozenset[str]:
        """Name what a test cell will ask the student for."""
        ours = self.key.trust.by_students
        return self.key.asks.get(self._name(place), ours) & ours

    def _run_hidden(self, hidden: list[_Hidden], examiner: Examiner) -> None:
        changed: list[_Hidden] = []
        while hidden:
            waiting = hidden[0]
            session = self._alive(len(self.cells), hidden)
            if session is None:
                self._give_up(hidden.pop(0).place)
                continue
            hidden.pop(0)
            different = self._return(waiting, session)
            self._judge(waiting, session, examiner)
            unwatched = examiner.asked & self.key.trust.by_students - waiting.likely
            if different is None or examiner.asked & different or unwatched:
                changed.append(waiting)
        if changed:
            self._run_in_place(changed, examiner)

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

    def _judge(self, waiting: _Hidden, session: Session, examiner: Examiner) -> None:
        examiner.session = session
        examiner.recall(waiting.bindings, self.bound)
        self._test(waiting.place, examiner)
        self.bound = Bindings({**self.bound.values, **examiner.remember().values})

    def _run_in_place(self, waiting: list[_Hidden], examiner: Examiner) -> None:
        """Run hidden tests at their place in a process whose outputs nobody sees."""
        places = {one.place: one for one in waiting}
        self._close()
        for place in range(len(self.cells)):
            if not places:
                return
            wanted = places.pop(place, None)
            if wanted is None and not (self.cells[place].is_run and place not in self.skipped):
                continue
            session = self._alive(place, [])
            if session is None:
                for other in [wanted, *places.values()]:
                    if other is not None:
                        self._give_up(other.place)
                return
            if wanted is not None:
                self._judge(wanted, session, examiner)
            else:
                self._silently(place, session)

    def _name(self, place: int) -> str:
        key = self.cells[place].key
        assert key is not None
        return key.name

    # --------------------------------------------------------------------------------- deaths

    def _alive(self, place: int, hidden: list[_Hidden]) -> Session | None:
        """Give a process in which all cells before `place` have run; None if there is no way.

        A process that died is replaced by one that runs the earlier cells again, without those
        that kill it.
        """
        if self.session is not None and self.session.death is None:
            return self.session if time.monotonic() < self.deadline else None
        while self.restarts <= MAX_RESTARTS and time.monotonic() < self.deadline:
            self.restarts += self.session is not None
            self._close()
            self.session = self.spawn()
            self.session.later("watch", sorted(self.key.trust.by_students))
            if self._replay(place, hidden, self.session):
                return self.session
        return None

    def _replay(self, until: int, hidden: list[_Hidden], session: Session) -> bool:
        waiting = {one.place for one in hidden}
        for place in range(until):
            cell = self.cells[place]
            if place in waiting:
                session.later("keep", place)
            elif cell.is_run and place not in self.skipped and not self._silently(place, session):
                return False
        return True

    def _silently(self, place: int, session: Session) -> bool:
        """Run a student's cell again, without its outputs; say whether the process survived."""
        try:
            session.run(self.cells[place].source, draw=False)
        except StudentGone as gone:
            self.skipped[place] = gone.death
            return False
        except Exception:
            return True
        return True

    def _close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None

    # ------------------------------------------------------------------- not tamper-proof cells

    def run_beside(self) -> None:
        """Assert what needs the student's own objects beside the student's code.

        In a process of its own, so that the sealed run never sees these tests.
        """
        wanted = [p for p, cell in enumerate(self.cells) if cell.is_test and self._is_real(cell)]
        if not wanted:
            return
        self._close()
        try:
            self._run_beside(wanted)
        finally:
            self._close()

    def _run_beside(self, wanted: list[int]) -> None:
        needed = self._needed_beside(wanted)
        secret = any(
            self.cells[place].key.hidden  # type: ignore[union-attr]
            for place in [*wanted, *needed]
        )
        for place, cell in enumerate(self.cells[: wanted[-1] + 1]):
            run = cell.is_run or place in needed
            if place not in wanted and not (run and place not in self.skipped):
                continue
            session = self._alive(place, [])
            if session is None:
                if place in wanted:
                    self._give_up(place)
            elif place in wanted:
                self._assert_beside(place, session, secret)
            else:
                self._silently(place, session)

    def _needed_beside(self, wanted: list[int]) -> set[int]:
        """Find the tests that define what those beside the student's code take from them."""
        needed: set[int] = set()
        names: set[str] = set()
        for place in range(wanted[-1], -1, -1):
            key = self.cells[place].key
            plan = self.key.plans.get(key.name) if key is not None else None
            if plan is None or not (place in wanted or plan.own & names):
                continue
            if place not in wanted:
                needed.add(place)
            names = (names - plan.own) | plan.earlier
        return needed

    def _assert_beside(self, place: int, session: Session, secret: bool) -> None:
        key = self.cells[place].key
        assert key is not None
        try:
            answer = session.run(key.source, draw=False)
        except StudentGone as gone:
            result = outcome.died(key, gone.death)
            found: list[graded.Output] = []
        except Exception as error:
            found = [_error(type(error).__name__, str(error))]
            result = outcome.beside(key, found)
        else:
            found = graded.clean_outputs(answer.get("outputs"))
            result = outcome.beside(key, found)
        if secret:
            words = () if result.status == "ok" else ("A test failed.",)
            result = replace(result, messages=words)
            self.secret[key.name] = _neutral(result)
        self.outputs[place] = found
        self.outcomes[key.name] = replace(result, sealed=False)

    # -------------------------------------------------------------------------------- results

    def _blame(self) -> None:
        """Say of tests that failed for want of what a stopped cell should have made."""
        bound = {place: self._should_bind(self.cells[place]) for place in self.stopped}
        for place, cell in enumerate(self.cells):
            result = self.outcomes.get(cell.key.name) if cell.key is not None else None
            if result is None or not cell.is_test or (result.score or 0.0) >= result.max_score:
                continue
            asked = self.asked.get(result.name, frozenset())
            causes = [p for p in sorted(self.stopped) if p < place and bound[p] & asked]
            if not causes:
                continue
            self.outcomes[result.name] = result = outcome.blamed(result, self.stopped[causes[-1]])
            if result.name in self.secret:
                self.secret[result.name] = _neutral(result)
            elif not result.score:
                self.outputs[place] = [graded.stream("\n".join(result.messages) + "\n")]

    def _should_bind(self, cell: Cell) -> frozenset[str]:
        solved = cell.key.solved if cell.key is not None else ""
        return sources.names(cell.source).bound | sources.names(solved).bound

    def result(self, path: str) -> NotebookOutcome:
        """Put the outcome of the notebook together."""
        if self.stopped:
            self._blame()
        outcomes: dict[str, CellOutcome] = dict(self.outcomes)
        comments: dict[str, str | None] = {}
        for cell in self.cells:
            if cell.key is None:
                continue
            if cell.key.kind in ("manual", "task"):
                outcomes[cell.key.name] = outcome.manual(cell)
            if cell.key.solution:
                answered = cell.key.answered(cell.cell_type, cell.source)
                comments[cell.key.name] = None if answered else "No response."
            elif cell.key.task:
                comments[cell.key.name] = None
        notebook = graded.build(self.key, self.cells, self.outputs)
        full, without_secrets = graded.dump(notebook, graded.for_student(notebook, self.secret))
        return NotebookOutcome(
            name=self.key.name,
            cells=tuple(outcomes[name] for name in self.key.cells if name in outcomes),
            notebook=full,
            missing=False,
            comments=comments,
            student_notebook=without_secrets,
            submitted_as=path,
            stopped=tuple(self.stopped[place] for place in sorted(self.stopped)),
        )


def missing(key: KeyNotebook) -> NotebookOutcome:
    """Give the outcome of a notebook that was not handed in or can't be read."""
    cells = tuple(outcome.missing(cell) for cell in key.cells.values() if cell.grade or cell.task)
    return NotebookOutcome(key.name, cells, b"", True)


def _error(name: str, text: str) -> graded.Output:
    return {
        "output_type": "error",
        "ename": name,
        "evalue": text[:2000],
        "traceback": [f"{name}: {text}"[:2000]],
    }


def _neutral(result: CellOutcome) -> str:
    """Say how a hidden test went, and nothing else."""
    if result.status == "ok":
        return "Hidden tests: passed."
    if result.status == "partial":
        return f"Hidden tests: {result.score:g} of {result.max_score:g} points."
    words = [message for message in result.messages if message]
    return "\n".join(["Hidden tests: failed.", *words])
