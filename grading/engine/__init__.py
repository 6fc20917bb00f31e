"""Grade one submission: the student's code in a cage, the tests outside it.

`grade_submission` is all that others need. `Engine` does the same for many submissions, and says
when its warm process ends.
"""

from __future__ import annotations

import atexit
import os

from grading.engine.grade import Settings
from grading.engine.key import BrokenKeyError
from grading.engine.service import Engine
from grading.records import AnswerKey, GradedSubmission, Submission
from grading.sandbox import Limits

__all__ = ["BrokenKeyError", "Engine", "Settings", "grade_submission"]

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
