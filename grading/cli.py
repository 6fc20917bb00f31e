"""The command line's way in: it says what to install when something is missing."""

from __future__ import annotations

import atexit
import errno
import gc
import io
import logging
import os
import sys

from grading.errors import EXIT_FAILED, EXIT_INTERRUPTED

__all__ = ["main"]

_EXTRAS = {"click", "rich", "nbgrader", "nbconvert", "nbformat", "nbclient", "sqlalchemy", "psutil"}

# With these nothing is graded by this machine's own processes.
_ELSEWHERE = {"--help", "-h", "--scheduler", "nbgrader", "--engine=nbgrader"}
_SCHEDULER = "--scheduler="


def main() -> None:
    """Run the command line; leaves by `SystemExit` with one of the exit codes of `errors`."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name in Arabic, on a terminal that has Latin
            stream.reconfigure(errors="backslashreplace")
    # Without a home, matplotlib warns of where it keeps its list of fonts.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    gc.disable()  # imports make no garbage; `course_options` switches it on again
    atexit.register(gc.freeze)  # else Python takes all it imported apart: half a second
    try:
        if sys.argv[1:2] == ["run"] and _grades_here(sys.argv[2:]):
            from grading.nursery import begin

            begin()  # it imports what grades, while this process imports nbgrader
        from grading.commands import grading
        from grading.late_imports import spare_setuptools

        spare_setuptools()
        grading(prog_name="grading")
    except KeyboardInterrupt:  # while this was still importing
        print("Stopped.", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.stdout = None  # what is left to write would fail at the end
        where = f"for {error.filename}" if error.filename else "where the output goes"
        print(f"No space is left {where}.", file=sys.stderr)
        sys.exit(EXIT_FAILED)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _EXTRAS:
            raise
        print(
            f"grading needs the package {error.name}, which is not installed.\n"
            "In the course's folder run: pip install -e '.[instructor]'",
            file=sys.stderr,
        )
        sys.exit(EXIT_FAILED)


def _open_what_is_closed() -> None:
    """Open the null device in place of an input, output or stderr that whoever started this closed.

    Else the next pipe gets that number, which programs started from here take for their stderr.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)


def _grades_here(arguments: list[str]) -> bool:
    """Whether processes of this machine will grade; a wrong guess costs a little time."""
    return not any(one in _ELSEWHERE or one.startswith(_SCHEDULER) for one in arguments)
