"""Grade submissions one after the other, in trusted forks.

The calling process stays clean: it reads the answer key once, and forks examiners (`process`). An
examiner parses what was handed in, talks to the sandboxed student processes, runs the tests and
sends back plain data. A submission that manages to break its examiner breaks nothing else.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import importlib.util
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from grading.engine import examiner, graded, outcome, protocol, sanitize, source
from grading.engine.grade import NotebookRun, Settings, missing
from grading.engine.key import KeyNotebook, digest, read
from grading.engine.precedent import Precedents
from grading.engine.preload import STUDENT_MAIN, course_modules, drawing_modules, light_modules
from grading.engine.process import EXECUTION, MAX_SUBMISSIONS, ExaminerProcess, Request
from grading.engine.pulse import Pulse
from grading.engine.remote import Nobody, Session
from grading.files import laid_over
from grading.records import (
    AnswerKey,
    GradedSubmission,
    NotebookOutcome,
    Problem,
    Stopped,
    Submission,
)
from grading.sandbox import Limits, SandboxError, Starting, Tier, WarmProcess

EXTRA_SECONDS = 30.0
MAX_KEYS = 64
MAX_ATTEMPTS = 4
_REHEARSAL_SECONDS = 10.0
_NO_ROOM = "Make it smaller, or raise c.Grading.file_mb and disk_mb in nbgrader_config.py."
# What is imported in a millisecond or two, wherever it is needed.
_STANDARD = frozenset(sys.stdlib_module_names)
_LEARNED = ("unsealed", "counting", "never_hollow")  # of a key's tests, by grading the key


@dataclass
class _Prepared:
    """An answer key that was read."""

    key: AnswerKey
    notebooks: dict[str, KeyNotebook]
    files: dict[str, bytes]
    modules: frozenset[str]
    precedents: dict[str, Precedents] = field(init=False)
    rehearsed: bool = False

    def __post_init__(self) -> None:
        self.precedents = {name: Precedents() for name in self.notebooks}

    @property
    def only_checks(self) -> bool:
        """Whether all tests do nothing but check, which leaves nothing else behind."""
        plans = [plan for book in self.notebooks.values() for plan in book.plans.values()]
        return bool(plans) and all(plan.certain for plan in plans)


class Engine:
    """Grades submissions; keeps a warm process and the answer keys it has read.

    Parameters
    ----------
    tier : Tier or None
        Containment of the student's code; None finds out what this machine offers.
    unsafe : bool
        Grade even where there is no containment.
    starting : Starting or None
        Of the warm process, if it was started in advance.

    Notes
    -----
    One engine belongs to one process and one thread. It is a context manager.
    """

    def __init__(
        self, tier: Tier | None = None, unsafe: bool = False, starting: Starting | None = None
    ) -> None:
        self._starting = starting
        self._tier = tier
        self._unsafe = unsafe
        self._warm: WarmProcess | None = None
        self._left: list[WarmProcess] = []
        self._modules: frozenset[str] = frozenset()
        self._draw = True
        self._keys: dict[str, _Prepared] = {}
        self._known: dict[int, tuple[AnswerKey, _Prepared]] = {}
        self._examining: tuple[_Prepared, WarmProcess, ExaminerProcess] | None = None

    def grade(
        self,
        key: AnswerKey,
        submission: Submission,
        limits: Limits | None = None,
        settings: Settings | None = None,
    ) -> GradedSubmission:
        """Grade one submission; see `grade_submission`."""
        started = time.monotonic()
        settings = settings or Settings()
        prepared = self._prepare(key)
        answer, warm = self._answer(prepared, submission, limits or Limits(), settings)
        seconds = time.monotonic() - started
        if isinstance(answer, str):
            return _broken(submission, answer, warm.tier.name, seconds)
        for name, found in answer["calibrated"].items():
            for kind, names in zip(_LEARNED, found, strict=True):
                getattr(prepared.notebooks[name], kind).update(names)
            prepared.notebooks[name].calibrated = True
        notebooks, problems = _unpacked(answer)
        return GradedSubmission(
            submission.student, submission.assignment, notebooks, problems, warm.tier.name, seconds
        )

    def _answer(
        self, prepared: _Prepared, submission: Submission, limits: Limits, settings: Settings
    ) -> tuple[dict[str, Any] | str, WarmProcess]:
        """Let an examiner grade; another one if it is stuck, or if it lost the warm process."""
        deadline = time.monotonic() + settings.submission_seconds * 2 + EXTRA_SECONDS
        request = Request(submission, limits, settings)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            warm = self._warm_process(prepared)
            examiner_process = self._examiner_process(prepared, warm)
            answer = examiner_process.ask(request, deadline - time.monotonic())
            if not isinstance(answer, str):
                break
            stuck = examiner_process.stuck
            self._dismiss()
            if stuck is not None:
                request = replace(request, given_up=request.given_up | {stuck})
            elif attempt > 1 or _lives(warm):
                break  # the warm process may have been ended by a shortage of memory, once
        return answer, warm

    def _examiner_process(self, prepared: _Prepared, warm: WarmProcess) -> ExaminerProcess:
        """Give the examiner of this key: the last one, if it is fit for another submission."""
        known = self._examining
        if known is not None and known[0] is prepared and known[1] is warm and not known[2].spent:
            return known[2]
        self._dismiss()

        def examine(request: Request, pulse: Pulse) -> dict[str, Any]:
            return _Job(prepared, request, warm, pulse).run()

        made = ExaminerProcess(examine, MAX_SUBMISSIONS if prepared.only_checks else 1)
        self._examining = (prepared, warm, made)
        return made

    def _dismiss(self) -> None:
        """End the examiner."""
        if self._examining is not None:
            self._examining[2].close()
        self._examining = None

    def read(self, key: AnswerKey) -> None:
        """Read a key, which is the beginning of `prepare`.

        Raises
        ------
        BrokenKeyError
            If it can't be used.
        """
        self._prepare(key)

    def prepare(self, key: AnswerKey, *, draw: bool = True) -> None:
        """Read a key and start the warm process, so that forks of this process need not.

        Parameters
        ----------
        key
            The answer key.
        draw
            Whether students' cells may draw something. They can in any case, but where this is
            false each process of theirs that does imports matplotlib for itself.

        Raises
        ------
        BrokenKeyError
            If the answer key can't be used.
        SandboxError
            If there is no containment.
        """
        self._draw = draw
        self._warm_process(self._prepare(key))

    def _prepare(self, key: AnswerKey) -> _Prepared:
        known = self._known.get(id(key))
        if known is not None and known[0] is key:
            return known[1]
        mark = digest(key)
        prepared = self._keys.get(mark)
        if prepared is None:
            prepared = self._keys[mark] = prepare(key)
        while len(self._known) >= MAX_KEYS:
            self._known.pop(next(iter(self._known)))
        while len(self._keys) > MAX_KEYS:
            self._keys.pop(next(iter(self._keys)))
        self._known[id(key)] = (key, prepared)
        return prepared

    def _warm_process(self, prepared: _Prepared) -> WarmProcess:
        """Give a warm process that has imported what the key's notebooks import."""
        warm = self._warm
        wanted = prepared.modules | (drawing_modules() if self._draw else frozenset())
        if warm is None or not _lives(warm) or not wanted - _STANDARD <= self._modules:
            warm = self._start_warm_process(self._modules | wanted)
        if prepared.rehearsed:
            warm = self._ready(warm)
        else:
            # Meanwhile. What tests that only check don't import when they are rehearsed they don't
            # need, and the smaller this process is, the cheaper are its forks.
            for module in () if prepared.only_checks else sorted(prepared.modules):
                with suppress(Exception):  # a test that imports it will say why it can't be
                    importlib.import_module(module)
            rehearse(prepared)
            warm = self._ready(warm)
            dress_rehearsal(prepared, warm)
            gc.collect()
            gc.freeze()
        self._tier = warm.tier
        return warm

    def _ready(self, warm: WarmProcess) -> WarmProcess:
        """Wait until a warm process has imported everything."""
        try:
            warm.ready()
        except SandboxError:
            # One of them can't be imported in advance; students' processes import it themselves.
            warm = self._start_warm_process(frozenset(), self._modules)
            warm.ready()
        return warm

    def _start_warm_process(
        self, preload: frozenset[str], instead_of: frozenset[str] = frozenset()
    ) -> WarmProcess:
        """Start a warm process; it need not be ready when this returns."""
        starting, self._starting = self._starting, None
        self._leave()
        self._warm = WarmProcess(
            STUDENT_MAIN,
            tier=self._tier,
            unsafe=self._unsafe,
            preload=sorted(preload),
            wait=False,
            starting=starting,
        )
        self._modules = preload | instead_of
        return self._warm

    def _leave(self) -> None:
        """Part with the warm process: it may have students of forks of this process, for a while.

        It ends with the last of those. To wait for that here would stop all others.
        """
        self._dismiss()
        if self._warm is not None and os.getpid() == self._warm.owner:
            self._warm.leave()
            self._left.append(self._warm)
        self._warm = None

    def close(self) -> None:
        """End the warm processes and the examiner."""
        self._leave()
        for warm in self._left:
            warm.close()
        self._left.clear()
        if self._starting is not None:
            self._starting.close()
        self._starting = None

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_engines: dict[tuple[int, bool], Engine] = {}


def grade_submission(
    key: AnswerKey,
    submission: Submission,
    limits: Limits | None = None,
    settings: Settings | None = None,
    *,
    unsafe: bool = False,
) -> GradedSubmission:
    """Grade one submission.

    The result depends on the arguments alone, and on nothing that was graded before.

    Parameters
    ----------
    key
        The answer key. Give the same object again and again: it is read only once.
    submission
        What was handed in. Nothing in it makes this function raise.
    limits
        What a student's process may use.
    settings
        Times, and which figures are drawn.
    unsafe
        Grade even where the machine offers no containment.

    Returns
    -------
    GradedSubmission
        Outcomes of all notebooks of the key, and problems.

    Raises
    ------
    BrokenKeyError
        If the answer key itself can't be used.
    SandboxError
        If there is no containment and `unsafe` is not set.
    """
    engine = _engines.get((os.getpid(), unsafe))
    if engine is None:
        engine = _engines[os.getpid(), unsafe] = Engine(unsafe=unsafe)
        atexit.register(engine.close)
    return engine.grade(key, submission, limits, settings)


def rehearse(prepared: _Prepared) -> None:
    """Run the tests that only check, for a student whose functions all give None.

    What they prepare is the same for every submission: inputs, what the catalogue's answers, right
    and wrong, give for them, and how they are sent. Only such tests, because they leave nothing
    else behind.
    """
    prepared.rehearsed = True
    if threading.current_thread() is not threading.main_thread():
        return  # an examiner needs signals; each fork does it itself then
    handler = signal.getsignal(signal.SIGALRM)
    for notebook in prepared.notebooks.values():
        for name, plan in notebook.plans.items():
            if plan.certain:
                nobody = Nobody()
                rehearsing = examiner.Examiner(notebook, nobody)
                rehearsing.run(name, _REHEARSAL_SECONDS)
                notebook.asks[name] = frozenset(rehearsing.asked)
                if nobody.first is not None:
                    notebook.first_calls[name] = nobody.first
    signal.signal(signal.SIGALRM, handler)


def dress_rehearsal(prepared: _Prepared, warm: WarmProcess) -> None:
    """Grade the key's own solution in this process, so that forks find every cache filled.

    The interpreter adapts code to the types that it meets, and what right answers show is the same
    for all. Only where all tests just check, because they leave nothing else behind.
    """
    alone = threading.current_thread() is threading.main_thread()
    if not (alone and prepared.only_checks):
        return
    files = {f"{name}.ipynb": content for name, content in prepared.key.notebooks.items()}
    solved = Submission("", prepared.key.assignment, files)
    settings = Settings(_REHEARSAL_SECONDS, _REHEARSAL_SECONDS)
    before = os.environ.get(EXECUTION), signal.getsignal(signal.SIGALRM)
    os.environ[EXECUTION] = "autograde"
    try:
        with closing(Pulse()) as pulse, suppress(Exception):  # grading will meet it again
            answer = _Job(prepared, Request(solved, Limits(), settings), warm, pulse).run()
            _unpacked(protocol.decode_frame(b"".join(protocol.encode_frame(answer))))
    finally:
        signal.signal(signal.SIGALRM, before[1])
        os.environ.pop(EXECUTION)
        if before[0] is not None:
            os.environ[EXECUTION] = before[0]


def _lives(warm: WarmProcess) -> bool:
    """Whether a warm process is still there."""
    if warm.owner != os.getpid():
        return warm.listens()
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    try:
        return os.waitid(os.P_PID, warm.pid, options) is None
    except ChildProcessError:
        return False


def prepare(key: AnswerKey) -> _Prepared:
    """Read a key, and find out what it needs."""
    notebooks = read(key)
    files, _ = sanitize.safe_files(key.files)
    modules: set[str] = set()
    for notebook in notebooks.values():
        for name, cell in notebook.cells.items():
            if cell.kind == "autograded":
                _ = notebook.plans[name]
                _compile(name, cell.source)
        for _, cell_type, text in notebook.everything:
            if cell_type == "code" and text not in notebook.only_shown:
                found = source.names(text)
                modules |= {module for _, module, _ in found.imported} | set(found.star)
                modules |= {f"{m}.{a}" for _, m, a in found.imported if a}
    modules |= light_modules()
    return _Prepared(key, notebooks, files, frozenset(filter(_installed, modules)))


def _compile(name: str, text: str) -> None:
    with suppress(SyntaxError):  # running it will say so
        examiner.compiled(name, text)


def _installed(module: str) -> bool:
    """Whether a module belongs to the installed libraries, not to a folder of a course."""
    if module.startswith("tutor."):  # to find it otherwise would import what is above it
        return module in course_modules()
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return False
    if found is None:
        return False
    top = module.partition(".")[0]
    return "site-packages" in (found.origin or "") or top in {"tutor", *sys.stdlib_module_names}


# ------------------------------------------------------------------------------- in the examiner


@dataclass
class _Job:
    """All that the examiner needs for one submission.

    Attributes
    ----------
    left_out
        Files that could not be put beside the notebook at hand, and why.
    """

    prepared: _Prepared
    request: Request
    warm: WarmProcess
    pulse: Pulse
    left_out: dict[str, str] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Grade; give plain data."""
        deadline = time.monotonic() + self.request.settings.submission_seconds
        problems: list[Problem] = []
        files, refused = sanitize.safe_files(self.request.submission.files)
        for path in refused:
            remedy = "Nothing; the file was left out."
            problems.append(self._problem(path, None, "a file name that leads elsewhere", remedy))
        files = laid_over(files, self.prepared.files)
        found = sanitize.find_notebooks(self.prepared.notebooks, self.request.submission.files)
        calibrated: dict[str, list[list[str]]] = {}
        outcomes = []
        for name, key in self.prepared.notebooks.items():
            if key.language not in ("python", "ipython", "python3"):
                what = f"the notebook's language is {key.language}"
                remedy = "Grade this assignment by `nbgrader autograde`; only Python is supported."
                problems.append(self._problem(name + ".ipynb", None, what, remedy, fatal=True))
                continue
            parsed = self._notebook(name, found, problems)
            if parsed is None:
                outcomes.append(missing(key))
                continue
            path, notebook = parsed
            outcomes.append(self._grade(key, path, notebook, files, deadline, problems))
            problems += [
                self._problem(file, None, f"was not there while grading ({why})", _NO_ROOM)
                for file, why in self.left_out.items()
            ]
            self.left_out.clear()
            if key.calibrated:
                calibrated[name] = [sorted(getattr(key, kind)) for kind in _LEARNED]
        return _packed(outcomes, problems, calibrated)

    def _notebook(
        self, name: str, found: dict[str, tuple[str, Any]], problems: list[Problem]
    ) -> tuple[str, dict[str, Any]] | None:
        if name not in found:
            what, remedy = "the notebook was not handed in", "It counts as zero points."
            problems.append(self._problem(f"{name}.ipynb", None, what, remedy))
            return None
        path, notebook = found[name]
        if isinstance(notebook, sanitize.UnreadableError):
            problems.append(self._problem(path, None, str(notebook), notebook.remedy, fatal=True))
            return None
        if path != f"{name}.ipynb":
            what = f"taken as {name}.ipynb, because its cells are that notebook's"
            problems.append(self._problem(path, None, what, "Nothing, unless it is another one."))
        return path, notebook

    def _grade(
        self,
        key: KeyNotebook,
        path: str,
        notebook: dict[str, Any],
        files: dict[str, bytes],
        deadline: float,
        problems: list[Problem],
    ) -> NotebookOutcome:
        cells, notes = sanitize.rebuild(key, notebook)
        problems += [self._problem(path, n.cell, n.what, n.remedy) for n in notes]
        for cell in cells:
            if graded.shown(cell) != cell.source:
                what = "a text cell holds what a browser would run or load; it is shown as text"
                problems.append(self._problem(path, None, what, "Look at it before you open it."))
        run = self._run(key, cells, files, deadline)
        run.run()
        sealed_failures = {
            name
            for name, result in run.outcomes.items()
            if result.sealed and result.status in ("failed", "error", "partial")
            if not key.plans[name].certain
        }
        if (sealed_failures or run.wordy or run.hollow) and not key.calibrated:
            self._calibrate(key, files)
            if key.unsealed & sealed_failures:
                run.run_beside()
        run.count()
        hollow = frozenset(run.hollow & key.never_hollow - key.unsealed)
        if hollow:
            again = self._run(key, cells, files, deadline)
            again.fills = hollow
            again.run()
            again.count()
            run.take_over(again, hollow)
        return run.result(path)

    def _run(
        self, key: KeyNotebook, cells: list[sanitize.Cell], files: dict[str, bytes], deadline: float
    ) -> NotebookRun:
        run = NotebookRun(key, cells, self._spawner(files), self.request.settings, deadline)
        run.precedents = self.prepared.precedents[key.name]
        self._watch(run)
        return run

    def _watch(self, run: NotebookRun) -> None:
        """Have a run say which test it is at; leave out those at which it has stuck before."""
        names = list(run.key.cells)
        place = list(self.prepared.notebooks).index(run.key.name)

        def tell(name: str, seconds: float) -> None:
            if name:
                self.pulse.begin(place, names.index(name), seconds)
            else:
                self.pulse.rest()

        run.pulse = tell
        run.given_up = frozenset(
            names[cell] for book, cell in self.request.given_up if book == place
        )

    def _spawner(self, files: dict[str, bytes]) -> Callable[[], Session]:
        def spawn() -> Session:
            handle = self.warm.spawn(self.request.limits)
            session = Session(handle, self.request.settings.cell_seconds, files)
            self.left_out |= session.left_out
            return session

        return spawn

    def _calibrate(self, key: KeyNotebook, files: dict[str, bytes]) -> None:
        """Grade the key's own solution, to learn which tests need the student's real objects.

        Those fail in the examiner and pass beside the code. Students have no say in it.
        """
        key.calibrated = True
        cells = sanitize.solved(key)
        deadline = time.monotonic() + self.request.settings.submission_seconds
        settings = replace(self.request.settings, figures="none")
        sealed = NotebookRun(key, cells, self._spawner(files), settings, deadline)
        sealed.run()
        key.counting |= sealed.counting
        key.never_hollow |= sealed.whole
        failed = {
            name: result
            for name, result in sealed.outcomes.items()
            if result.sealed and (result.score or 0.0) < result.max_score
        }
        if not failed:
            return
        trial = replace(key, unsealed=key.unsealed | failed.keys())
        beside = NotebookRun(trial, cells, self._spawner(files), settings, deadline)
        beside.run_beside()
        key.unsealed |= {
            name
            for name, result in failed.items()
            if (beside.outcomes[name].score or 0.0) > (result.score or 0.0)
        }

    def _problem(
        self, file: str | None, cell: str | None, what: str, remedy: str, fatal: bool = False
    ) -> Problem:
        student, assignment = self.request.submission.student, self.request.submission.assignment
        return Problem(student, assignment, file, cell, what, remedy, fatal)


# ------------------------------------------------------------------------ between the two of us


_WRITTEN = ("notebook", "student_notebook")


def _packed(
    outcomes: Iterable[NotebookOutcome],
    problems: Iterable[Problem],
    calibrated: dict[str, list[list[str]]],
) -> dict[str, Any]:
    """Turn records into plain data: the notebooks as they are, all else as one text."""
    written = []
    notebooks = []
    for notebook in outcomes:
        fields = {key: value for key, value in vars(notebook).items() if key not in _WRITTEN}
        fields["cells"] = [vars(cell) for cell in notebook.cells]
        fields["stopped"] = [vars(cell) for cell in notebook.stopped]
        fields["comments"] = dict(notebook.comments)
        notebooks.append(fields)
        written.append({key: getattr(notebook, key) for key in _WRITTEN})
    said = json.dumps([notebooks, [vars(problem) for problem in problems]])
    return {"said": said, "written": written, "calibrated": calibrated}


def _unpacked(
    answer: dict[str, Any],
) -> tuple[tuple[NotebookOutcome, ...], tuple[Problem, ...]]:
    """Make records of plain data."""
    said, problems = json.loads(answer["said"])
    notebooks = []
    for fields, written in zip(said, answer["written"], strict=True):
        cells = tuple(outcome.of(cell) for cell in fields["cells"])
        stopped = tuple(Stopped(**cell) for cell in fields["stopped"])
        made = {**fields, **written, "cells": cells, "stopped": stopped}
        notebooks.append(NotebookOutcome(**made))
    return tuple(notebooks), tuple(Problem(**fields) for fields in problems)


def _broken(submission: Submission, what: str, tier: str, seconds: float) -> GradedSubmission:
    problem = Problem(
        submission.student,
        submission.assignment,
        None,
        None,
        f"the submission could not be graded: {what}",
        "Look at the submission; grade it by hand, or report this as a bug of the grader.",
        fatal=True,
    )
    return GradedSubmission(
        submission.student, submission.assignment, (), (problem,), tier, seconds
    )
