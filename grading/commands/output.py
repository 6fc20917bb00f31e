"""What several commands print, and how."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console

from grading.errors import EXIT_OK, EXIT_PROBLEMS, CourseError
from grading.wording import counted
from tutor.names import nearest

if TYPE_CHECKING:
    from grading.course import Course
    from grading.gradebook import Gradebook
    from grading.records import Problem


def console() -> Console:
    """Make the console for what is not the result: progress, problems, errors."""
    return Console(stderr=True)


def show(problems: list[Problem]) -> None:
    """Print problems to stderr."""
    from grading.display import show_problems

    show_problems(console(), problems)


def finish_check(problems: list[Problem], as_json: bool, good: str, bad: str = "") -> None:
    """Show what was found and leave."""
    if as_json:
        click.echo(json.dumps({"problems": [asdict(problem) for problem in problems]}))
    elif problems:
        show(problems)
        click.echo(f"{counted(len(problems), 'problem')}. {bad}".strip(), err=True)
    else:
        click.echo(good)
    sys.exit(EXIT_PROBLEMS if problems else EXIT_OK)


def open_gradebook(course: Course, *, make: bool = False) -> Gradebook:
    """Open a course's gradebook, with its plug-in for late penalties.

    Raises
    ------
    CourseError
        When it can't be opened, or there is none and it is not to be made. A folder whose name is
        mistyped must not become a class of nobody.
    """
    from grading.address import missing_file
    from grading.gradebook import Gradebook
    from grading.penalties import penalty

    file = None if make else missing_file(course.db_url)
    if file is not None:
        raise CourseError(
            f"There is no gradebook {file}.",
            f"`grading run` makes it, from what is in {course.step_root('submitted')}; "
            "--class-dir names another class.",
        )
    return Gradebook(course.db_url, course.course_id, penalty(course))


def where_submissions_go(course: Course) -> str:
    """Say it in a sentence."""
    place = course.step_root("submitted")
    return (
        f"Submissions belong into {place}/<student>/<assignment>; `grading collect` puts them "
        "there."
    )


def unmatched(students: tuple[str, ...], there: Iterable[str]) -> tuple[str, ...]:
    """Return the names and patterns asked for that mean nobody who is there."""
    from grading.course import is_meant

    known = set(there)
    return tuple(asked for asked in students if not any(is_meant(one, asked) for one in known))


def nearest_students(course: Course, students: tuple[str, ...]) -> str:
    """Ask whether somebody is meant whose name is nearly as what was typed."""
    known = course.students()
    return "".join(nearest(name, known) for name in students if name not in known)


def show_nothing_graded(
    course: Course, assignments: tuple[str, ...], students: tuple[str, ...] = ()
) -> None:
    """Say why there is nothing to show."""
    place = course.step_root("submitted")
    whose = f" of {', '.join(students)}" if students else ""
    what = f" for {', '.join(assignments)}" if assignments else ""
    near = nearest_students(course, students)
    click.echo(
        f"Nothing{whose}{what} is graded yet.{near} `grading run` grades what is in {place}; "
        "--class-dir names another class.",
        err=True,
    )
