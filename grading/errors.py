"""Errors that a person can act on, and the exit codes of the command line."""

from __future__ import annotations

__all__ = [
    "EXIT_FAILED",
    "EXIT_INTERRUPTED",
    "EXIT_OK",
    "EXIT_PROBLEMS",
    "EXIT_USAGE",
    "CourseError",
    "first_line",
    "unwritable",
]

EXIT_OK = 0
"""Everything asked for was done."""
EXIT_PROBLEMS = 1
"""Done, but something needs a person: a submission that could not be graded, a refused release."""
EXIT_USAGE = 2
"""The command line was wrong (click's own code)."""
EXIT_FAILED = 3
"""Nothing could be done: no course, no gradebook, another run is going on."""
EXIT_INTERRUPTED = 130
"""Stopped with Ctrl-C; what was finished is kept."""


class CourseError(Exception):
    """The course as a whole can't be worked on.

    Parameters
    ----------
    what
        What is wrong, naming the file.
    remedy
        What to do about it.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[CourseError], tuple[str, str]]:
        """Let it come back from a process on another machine."""
        return CourseError, (self.what, self.remedy)


def first_line(error: BaseException) -> str:
    """Say an error of somebody else's library in one line without a full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def unwritable(path: object, error: OSError, option: str = "with -o") -> CourseError:
    """Make the error for a file that a command was to write, and can't."""
    return CourseError(
        f"{path} can't be written: {error.strerror}.", f"Name another file {option}."
    )
