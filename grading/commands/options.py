"""The options that many commands share, and what they make of them."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from rich.markup import escape

from grading.bounds import Bounds
from grading.bounds import bounds as put_together
from grading.commands.output import console
from grading.engines import ENGINES, EngineChoice
from grading.errors import EXIT_FAILED, EXIT_INTERRUPTED, CourseError

if TYPE_CHECKING:
    from grading.course import Course


EXIT_CODES = """\b
Exit codes:
  0    everything asked for was done
  1    done, but something needs a person (it is named)
  2    the command line was wrong
  3    nothing could be done: no course, no gradebook, another run is going on,
       or nothing here contains students' code
  130  stopped with Ctrl-C; what was finished is kept"""

Command = TypeVar("Command", bound=Callable[..., Any])


# A folder that may not be written, or a disk with no room left.
_UNWRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}
_WRITABLE = "Check access rights and free space, then run the same command again."


def _fail(error: CourseError) -> NoReturn:
    """Say what is wrong and what to do, and leave."""
    console().print(
        f"[red]{escape(error.what)}[/] {escape(error.remedy)}", highlight=False, soft_wrap=True
    )
    sys.exit(EXIT_FAILED)


def course_options(command: Command) -> Command:
    """Add the options that say which course and class; turn errors into exit codes.

    The command gets the loaded course as `course`.
    """

    @wraps(command)
    def guarded(
        *args: Any, course_dir: Path | None, class_dir: Path | None, db: str | None, **kwargs: Any
    ) -> Any:
        try:
            from grading.course import load_course

            course = load_course(course_dir, class_dir, db)
            gc.freeze()  # what is imported by now is not looked through for garbage
            gc.enable()
            return command(*args, course=course, **kwargs)
        except CourseError as error:
            _fail(error)
        except OSError as error:
            if error.errno not in _UNWRITABLE:
                raise
            where = error.filename or "The disk"
            _fail(CourseError(f"{where}: {error.strerror}.", _WRITABLE))
        except KeyboardInterrupt:
            console().print("Stopped.")
            sys.exit(EXIT_INTERRUPTED)

    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option(
            "--db", metavar="URL", help="The gradebook, as an SQLAlchemy URL, if it is another."
        ),
        click.option(
            "--class-dir",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="Folder of submitted, autograded, feedback and gradebook.db, if it is another.",
        ),
        click.option(
            "--course-dir",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="Folder of nbgrader_config.py; by default the working directory if it has one, "
            "else this course.",
        ),
    ):
        guarded = option(guarded)
    return guarded  # type: ignore[return-value]


class _Name(click.types.StringParamType):
    """A name that isn't empty, as one from a script's unset variable is."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take it as it is."""
        name: str = super().convert(value, param, ctx)
        return name if name.strip() else self.fail("The name is empty.", param, ctx)


NAME = _Name()
assignments_argument = click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...", type=NAME)
students_option = click.option(
    "--student",
    "students",
    multiple=True,
    type=NAME,
    metavar="NAME",
    help="Only this student; may be a pattern such as 'a*', and given more than once.",
)


def jobs_option(what: str) -> Callable[[Command], Command]:
    """Make the option that says how much is done at a time."""
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        default=os.cpu_count() or 1,
        show_default="one per core",
        metavar="N",
        help=f"How many {what} at the same time.",
    )


def output_option(default: str) -> Callable[[Command], Command]:
    """Make the option that names the file to write; say in words which one it is without."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help=f"Where to; by default {default}.",
    )


def engine_options(command: Command) -> Command:
    """Add the options that say what grades; the command gets an `EngineChoice` as `choice`."""

    @wraps(command)
    def chosen(
        *args: Any,
        engine: str,
        timeout: float | None,
        submission_timeout: float | None,
        memory: int | None,
        course: Course,
        **kwargs: Any,
    ) -> Any:
        allowed = put_together(course.config, timeout, submission_timeout, memory)
        choice = EngineChoice(engine, course.home, allowed)
        return command(*args, choice=choice, course=course, **kwargs)

    for option in (
        click.option(
            "--memory",
            type=click.IntRange(min=16, max=2**20),
            metavar="MB",
            help=f"Memory of one student process, if not as configured ({Bounds.memory_mb}).",
        ),
        click.option(
            "--submission-timeout",
            type=click.FloatRange(min=1),
            metavar="SECONDS",
            help="How long one submission may run, if not as configured "
            f"({Bounds.submission_seconds:g}).",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0.1),
            metavar="SECONDS",
            help=f"How long one cell may run, if not as configured ({Bounds.cell_seconds:g}).",
        ),
        click.option(
            "--engine",
            type=click.Choice(ENGINES),
            default=ENGINES[0],
            show_default=True,
            help="What grades one submission.",
        ),
    ):
        chosen = option(chosen)
    return chosen  # type: ignore[return-value]
