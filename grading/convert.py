"""Runs one of nbgrader's own converters and keeps what it logs and why it failed."""

from __future__ import annotations

import copy
import logging
import sys
from dataclasses import dataclass
from typing import Any

from nbgrader.converters import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory

from grading.course import Course

__all__ = ["Conversion", "convert"]


@dataclass(frozen=True)
class Conversion:
    """What came of it.

    Attributes
    ----------
    log
        Lines that nbgrader logged, warnings and errors only.
    failure
        The exception that stopped it, None when all went well.
    """

    log: tuple[str, ...]
    failure: BaseException | None


class _Recorder(logging.Handler):
    """Keeps messages, and the exception being handled when one was logged.

    nbgrader logs an exception and goes on with one that says nothing of the cause.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.cause: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        handled = sys.exc_info()[1]
        if handled is not None and self.cause is None:
            self.cause = handled
        self.lines.append(record.getMessage().rstrip())


def convert(
    converter: type[BaseConverter],
    course: Course,
    assignment: str,
    *,
    settings: dict[str, dict[str, Any]] | None = None,
    force: bool = False,
    **directories: Any,
) -> Conversion:
    """Run a converter on one assignment with the course's configuration.

    Parameters
    ----------
    converter
        nbgrader's class, for example `GenerateAssignment`.
    course, assignment
        What to convert.
    settings
        Configuration on top of the course's, by class name.
    force
        Convert although the result is there already.
    directories
        Traits of `CourseDirectory` that differ from the course's.

    Returns
    -------
    Conversion
        Never raises for what is wrong with the notebooks.
    """
    config = copy.deepcopy(course.config)
    config.pop("CourseDirectory", None)
    for name, values in (settings or {}).items():
        config[name].update(values)
    traits = {
        name: getattr(course.directory, name) for name in course.directory.trait_names(config=True)
    }
    directory = CourseDirectory(
        config=config, **(traits | {"assignment_id": assignment} | directories)
    )
    log = logging.Logger("nbgrader")
    recorder = _Recorder()
    log.addHandler(recorder)
    directory.log = log
    failure: BaseException | None = None
    try:
        converter(coursedir=directory, config=config, log=log, force=force).start()
    except NbGraderException as error:
        failure = recorder.cause or error
    except Exception as error:
        failure = error
    except SystemExit as error:  # nbgrader leaves so when it dislikes a file
        failure = recorder.cause or error
    return Conversion(tuple(recorder.lines), failure)
