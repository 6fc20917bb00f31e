"""How much time and machine a submission may use, by default, as configured, or as asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from traitlets import Float, Int, TraitError
from traitlets.config import Config, Configurable

from grading.errors import CourseError, first_line
from tutor.names import nearest

__all__ = ["CONFIG_HELP", "Bounds", "Grading", "bounds"]


@dataclass(frozen=True)
class Bounds:
    """What one submission may use.

    Attributes
    ----------
    cell_seconds
        Time for one cell.
    submission_seconds
        Time for all cells of all notebooks.
    cpu_seconds
        Processor time of one student process.
    memory_mb
        Memory that a student process may add to what Python and numpy take.
    disk_mb, file_mb, files
        Size of all the files it may write, of the largest one, and how many there may be.
    output_mb
        Text and pictures that one cell may put out.
    reply_mb
        Size of one answer that the student's process gives to a test.
    threads
        Threads beside the main one; processes are never allowed.
    """

    cell_seconds: float = 30.0
    submission_seconds: float = 300.0
    cpu_seconds: int = 300
    memory_mb: int = 1024
    disk_mb: int = 64
    file_mb: int = 16
    files: int = 2000
    output_mb: int = 1
    reply_mb: int = 64
    threads: int = 16


class Grading(Configurable):
    """Limits of a course, in its `nbgrader_config.py`: `c.Grading.memory_mb = 512`."""

    cell_seconds = Float(
        None,
        allow_none=True,
        min=0.1,
        config=True,
        help="Seconds for one cell. Default: Execute.timeout, which nbgrader sets to 30.",
    )
    submission_seconds = Float(
        None,
        allow_none=True,
        min=1,
        config=True,
        help="Seconds for all cells of a submission. Default: 300, at least twice cell_seconds.",
    )
    cpu_seconds = Int(
        None,
        allow_none=True,
        min=1,
        config=True,
        help="Seconds of processor time. Default: submission_seconds.",
    )
    memory_mb = Int(
        Bounds.memory_mb,
        min=16,
        max=2**20,
        config=True,
        help="Megabytes of memory beyond what Python and numpy take. Default: 1024.",
    )
    disk_mb = Int(
        Bounds.disk_mb,
        min=1,
        max=2**20,
        config=True,
        help="Megabytes of files that a submission may write. Default: 64.",
    )
    file_mb = Int(
        Bounds.file_mb,
        min=1,
        max=2**20,
        config=True,
        help="Megabytes of one such file. Default: 16, at most disk_mb.",
    )
    files = Int(
        Bounds.files, min=8, max=2**20, config=True, help="Number of such files. Default: 2000."
    )
    output_mb = Int(
        Bounds.output_mb,
        min=1,
        max=64,
        config=True,
        help="Megabytes that one cell may print. Default: 1.",
    )
    reply_mb = Int(
        Bounds.reply_mb,
        min=1,
        max=1024,
        config=True,
        help="Megabytes of one answer to a test. Default: 64.",
    )
    threads = Int(
        Bounds.threads,
        min=0,
        max=1000,
        config=True,
        help="Threads (processes: none). Default: 16; none in the landlock tier.",
    )


_NAMES = list(Grading.class_own_traits(config=True))
CONFIG_HELP = "\b\nLimits in nbgrader_config.py, as c.Grading.NAME = VALUE:\n" + "\n".join(
    f"  {name:19s} {trait.help.split(' Default:')[0]}\n{'':22s}Default:"
    + trait.help.split("Default:")[1]
    for name, trait in Grading.class_own_traits(config=True).items()
)


def bounds(
    config: Config,
    cell_seconds: float | None = None,
    submission_seconds: float | None = None,
    memory_mb: int | None = None,
) -> Bounds:
    """Put together a course's limits.

    Parameters
    ----------
    config
        The course's configuration: `Grading`, and nbgrader's `Execute.timeout`.
    cell_seconds, submission_seconds, memory_mb
        In place of the configured ones.

    Raises
    ------
    CourseError
        When a configured limit makes no sense, or there is none of that name.
    """
    for name in config.Grading:
        if name not in _NAMES:
            raise CourseError(
                f"nbgrader_config.py sets c.Grading.{name}, and there is no such limit."
                f"{nearest(name, _NAMES)}",
                "`grading run --help` lists them.",
            )
    try:
        configured = Grading(config=config)
    except TraitError as error:
        raise _senseless(first_line(error)) from error
    whole = submission_seconds or configured.submission_seconds
    cell = cell_seconds or configured.cell_seconds
    if cell is None:
        # As nbgrader: None means no limit, so that only the whole submission's counts.
        cell = _number(config.Execute.get("timeout", Bounds.cell_seconds))
        if cell is None:
            cell = whole or Bounds.submission_seconds
    if whole is None:
        whole = max(Bounds.submission_seconds, 2 * cell)
    return Bounds(
        cell,
        whole,
        configured.cpu_seconds or math.ceil(whole),
        memory_mb or configured.memory_mb,
        configured.disk_mb,
        min(configured.file_mb, configured.disk_mb),
        configured.files,
        configured.output_mb,
        configured.reply_mb,
        configured.threads,
    )


def _number(value: Any) -> float | None:
    """Read nbgrader's timeout; it takes nothing, zero and less for no limit."""
    if value is not None and not isinstance(value, (int, float)):
        raise _senseless(f"Execute.timeout is {value!r}, not a number")
    return float(value) if value and value > 0 else None


def _senseless(why: str) -> CourseError:
    return CourseError(f"A limit in nbgrader_config.py makes no sense: {why}.", "Correct it there.")
