"""Grade submissions one after the other, in trusted forks.

The calling process stays clean: it reads the answer key once, and forks examiners (`process`). An
examiner parses what was handed in, talks to the sandboxed student processes, runs the tests and
sends back plain data. A submission that manages to break its examiner breaks nothing else.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import signal
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from types import TracebackType
from typing import Any

from grading.engine import protocol
from grading.engine.grade import Settings
from grading.engine.job import Job, unpacked
from grading.engine.preload import STUDENT_MAIN, drawing_modules
from grading.engine.prepared import LEARNED, REHEARSAL_SECONDS, Prepared, prepare, rehearse
from grading.engine.process import EXECUTION, MAX_SUBMISSIONS, ExaminerProcess, Request
from grading.engine.pulse import Pulse
from grading.engine.read_key import digest
from grading.records import AnswerKey, GradedSubmission, Problem, Submission
from grading.sandbox import Limits, SandboxError, Starting, Tier, WarmProcess

EXTRA_SECONDS = 30.0
MAX_KEYS = 64
MAX_ATTEMPTS = 4
# What is imported in a millisecond or two, wherever it is needed.
_STANDARD = frozenset(sys.stdlib_module_names)


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
        self._keys: dict[str, Prepared] = {}
        self._known: dict[int, tuple[AnswerKey, Prepared]] = {}
        self._examining: tuple[Prepared, WarmProcess, ExaminerProcess] | None = None

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
            for kind, names in zip(LEARNED, found, strict=True):
                getattr(prepared.notebooks[name], kind).update(names)
            prepared.notebooks[name].calibrated = True
        notebooks, problems = unpacked(answer)
        return GradedSubmission(
            submission.student, submission.assignment, notebooks, problems, warm.tier.name, seconds
        )

    def _answer(
        self, prepared: Prepared, submission: Submission, limits: Limits, settings: Settings
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

    def _examiner_process(self, prepared: Prepared, warm: WarmProcess) -> ExaminerProcess:
        """Give the examiner of this key: the last one, if it is fit for another submission."""
        known = self._examining
        if known is not None and known[0] is prepared and known[1] is warm and not known[2].spent:
            return known[2]
        self._dismiss()

        def examine(request: Request, pulse: Pulse) -> dict[str, Any]:
            return Job(prepared, request, warm, pulse).run()

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

    def _prepare(self, key: AnswerKey) -> Prepared:
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

    def _warm_process(self, prepared: Prepared) -> WarmProcess:
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


def dress_rehearsal(prepared: Prepared, warm: WarmProcess) -> None:
    """Grade the key's own solution in this process, so that forks find every cache filled.

    The interpreter adapts code to the types that it meets, and what right answers show is the same
    for all. Only where all tests just check, because they leave nothing else behind.
    """
    alone = threading.current_thread() is threading.main_thread()
    if not (alone and prepared.only_checks):
        return
    files = {f"{name}.ipynb": content for name, content in prepared.key.notebooks.items()}
    solved = Submission("", prepared.key.assignment, files)
    settings = Settings(REHEARSAL_SECONDS, REHEARSAL_SECONDS)
    before = os.environ.get(EXECUTION), signal.getsignal(signal.SIGALRM)
    os.environ[EXECUTION] = "autograde"
    try:
        with closing(Pulse()) as pulse, suppress(Exception):  # grading will meet it again
            answer = Job(prepared, Request(solved, Limits(), settings), warm, pulse).run()
            unpacked(protocol.decode_frame(b"".join(protocol.encode_frame(answer))))
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
