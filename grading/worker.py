"""What runs in a worker process: it grades what comes through a pipe."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from grading.engines import Engine, EngineChoice
from grading.records import AnswerKey, GradedSubmission, Problem, Submission

__all__ = ["grade_what_comes", "lost", "settle", "work"]


def work(pipe: Connection, choice: EngineChoice, folder: Path) -> None:
    """Grade what comes through the pipe until it closes: a worker process with its own engine."""
    settle(folder)
    try:
        engine: Engine = choice.start(folder)
    except Exception as error:
        pipe.send(traceback.format_exception_only(error)[-1].strip())
        return
    grade_what_comes(pipe, engine)


def settle(folder: Path) -> None:
    """Make this a process that answers to its parent alone, and leaves nothing behind."""
    # A Ctrl-C at the terminal is for the parent alone. A handler rather than SIG_IGN, because
    # kernels would inherit that and could not be interrupted.
    with contextlib.suppress(OSError, AttributeError):
        os.setsid()
    signal.signal(signal.SIGINT, lambda *_: None)
    tempfile.tempdir = str(folder)  # so that nothing is left when this process is killed
    nowhere = os.open(os.devnull, os.O_WRONLY)  # kernels and libraries would write into the bar
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def grade_what_comes(pipe: Connection, engine: Engine, key: AnswerKey | None = None) -> None:
    """Grade what comes through a pipe, until it closes.

    Each submission is answered twice: how many seconds it may take, then its result.
    """
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        while True:
            message = pipe.recv()
            if isinstance(message, AnswerKey):
                key = message
                continue
            assert key is not None
            pipe.send(float(engine.seconds_allowed(key, message)))
            try:
                graded = engine.grade(key, message)
            except Exception as error:
                trace = "".join(traceback.format_exception(error)[-2:]).strip()
                graded = lost(
                    message,
                    f"made the grader fail: {trace}",
                    "This is a fault of the grader: please report it with the submission.",
                )
            pipe.send(graded)


def lost(submission: Submission, what: str, remedy: str) -> GradedSubmission:
    """Make the result of a submission that no engine gave one for."""
    problem = Problem(
        submission.student, submission.assignment, None, None, what, remedy, fatal=True
    )
    return GradedSubmission(submission.student, submission.assignment, (), (problem,), "none", 0.0)
