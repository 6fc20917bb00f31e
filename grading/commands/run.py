"""The command `grading run`: what is asked of the grader, and how its results are shown."""
# ruff: noqa: D301 (click wants the character \b itself in front of a paragraph it may not refill)

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from grading.bounds import CONFIG_HELP
from grading.commands.group import grading
from grading.commands.options import (
    EXIT_CODES,
    assignments_argument,
    course_options,
    engine_options,
    jobs_option,
    students_option,
)
from grading.commands.output import (
    console,
    nearest_students,
    open_gradebook,
    unmatched,
    where_submissions_go,
)
from grading.engines import EngineChoice
from grading.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_PROBLEMS, CourseError
from grading.records import printable
from grading.wording import counted
from tutor.names import nearest

if TYPE_CHECKING:
    from grading.course import Course
    from grading.gradebook import Gradebook, Row
    from grading.run import Summary
    from grading.task import Graders


@grading.command(epilog=f"{CONFIG_HELP}\n\n{EXIT_CODES}")
@assignments_argument
@students_option
@click.option("--force", "-f", is_flag=True, help="Grade again what was graded before.")
@click.option("--why", is_flag=True, help="Explain each cell's score (with --student).")
@click.option(
    "--unsafe",
    is_flag=True,
    help="Grade even where nothing contains students' code: it can then do what you can.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Grade on the workers of this Dask scheduler, such as tcp://10.0.0.5:8786.",
)
@jobs_option("submissions to grade")
@course_options
@engine_options
def run(
    assignments: tuple[str, ...],
    students: tuple[str, ...],
    force: bool,
    why: bool,
    unsafe: bool,
    scheduler: str | None,
    jobs: int,
    choice: EngineChoice,
    course: Course,
    as_json: bool,
) -> None:
    """Grade what was handed in and is new or changed.

    Grades go into nbgrader's gradebook one submission at a time. A submission that can't be graded
    is named and stops no other. Stopped with Ctrl-C or killed, the same command goes on from there.

    What was graded with another answer key (a test corrected or added, other points, an exercise
    excused) is graded again; manual grades and comments stay. Whose score changed is said, and why.

    \b
    Examples:
      grading run
      grading run 03-activations --jobs 4
      grading run 03-activations --student mia --force --why
      grading run --scheduler tcp://10.0.0.5:8786
    """
    from grading.display import Watch
    from grading.run import run as grade_class

    if why and not students:
        raise click.UsageError("--why explains single submissions: say which with --student.")
    course.select(assignments)  # a mistyped assignment is said before a mistyped folder
    terminal = console()
    submitted = course.step_root("submitted")
    if not submitted.is_dir():
        raise CourseError(
            f"There is no folder {submitted}.",
            f"{where_submissions_go(course)} --class-dir names another class.",
        )
    with open_gradebook(course, make=True) as book:
        with Watch(terminal) as watch:
            summary = grade_class(
                course,
                book,
                replace(choice, unsafe=unsafe),
                watch,
                assignments=assignments,
                students=students,
                force=force,
                jobs=jobs,
                make_pool=_graders(scheduler),
            )
        rows = _rows(course, book, assignments, students)
        if as_json:
            click.echo(json.dumps(_as_json(course, book, summary, rows, why)))
        else:
            _report(terminal, course, book, summary, rows, students, why)
    unseen = _show_unseen(terminal, course, assignments, students)
    if summary.interrupted:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(EXIT_PROBLEMS if summary.failed or summary.refused or unseen else EXIT_OK)


def _graders(scheduler: str | None) -> Callable[[EngineChoice, int], Graders]:
    """Choose what grades: processes here, or a cluster."""
    if scheduler is None:
        from grading.pool import Pool

        return Pool
    from grading.cluster.client import Cluster

    return lambda choice, _: Cluster(scheduler, choice)


def _as_json(
    course: Course, book: Gradebook, summary: Summary, selected: list[list[Row]], why: bool
) -> dict[str, Any]:
    """Put together all that a run has to say."""
    from grading.address import shown

    rows = [asdict(row) for rows in selected for row in rows]
    for row in rows:
        row["timestamp"] = row["timestamp"] and row["timestamp"].isoformat()
        if why:
            row["why"] = book.record(row["assignment"], row["student"])
    return asdict(summary) | {"gradebook": shown(course.db_url), "submissions": rows}


def _rows(
    course: Course, book: Gradebook, assignments: tuple[str, ...], students: tuple[str, ...]
) -> list[list[Row]]:
    """Return the gradebook's rows of what was selected, by assignment."""
    selected = []
    for name in course.select(assignments):
        handed = {one.student for one in course.handed_in(name, students)}
        if handed and book.digest(name) is not None:
            rows = [row for row in book.rows(name) if row.student in handed]
            selected.append(rows)
    return [rows for rows in selected if rows]


def _show_unseen(
    terminal: Console, course: Course, assignments: tuple[str, ...], students: tuple[str, ...]
) -> bool:
    """Name who was asked for and is not there, and what may not be looked at; tell whether any."""
    closed = course.closed()
    absent: tuple[str, ...] = ()
    if students:
        handed = [one for name in course.select(assignments) for one in course.handed_in(name)]
        there = {one.student for one in handed} | {path.name for path in closed}
        absent = unmatched(students, there)
        closed = [path for path in closed if not unmatched(students, (path.name,))]
    for path in closed:
        _say(
            terminal,
            f"{path} can't be read, so nothing in it is graded. Check its access rights, then run "
            "the same command again.",
        )
    if absent:
        what = f" for {', '.join(assignments)}" if assignments else ""
        _say(
            terminal,
            f"{course.step_root('submitted')} holds no submission of {', '.join(absent)}{what}."
            f"{nearest_students(course, absent)}",
        )
    return bool(closed or absent)


def _say(terminal: Console, *lines: str) -> None:
    """Print names and paths as they are; the terminal breaks what is too long for it."""
    for line in lines:
        terminal.print(printable(line), highlight=False, markup=False, soft_wrap=True)


def _show_misplaced(terminal: Console, course: Course) -> None:
    """Name what no run grades: folders called like no assignment, and notebooks in none."""
    misplaced = course.misplaced()
    for path in misplaced[:5]:
        if path.is_dir():
            near = nearest(path.name, course.assignments())
            why = f"no assignment is called {path.name}.{near}"
        else:
            why = f"it lies in no assignment's folder. {where_submissions_go(course)}"
        _say(terminal, f"{path} is not graded: {why}")
    if misplaced[5:]:
        verb = "is" if len(misplaced) == 6 else "are"
        terminal.print(f"So {verb} {counted(len(misplaced) - 5, 'other')}.", highlight=False)


def _report(
    terminal: Console,
    course: Course,
    book: Gradebook,
    summary: Summary,
    rows: list[list[Row]],
    students: tuple[str, ...],
    why: bool,
) -> None:
    """Show scores, problems and where things are."""
    from grading.address import shown
    from grading.display import score_table, show_changes, show_problems, show_trust, show_why

    out = Console()
    for one in rows:
        if why:
            for row in one:
                record = book.record(row.assignment, row.student)
                if record is not None:
                    show_why(out, record)
        else:
            out.print(score_table(one))
    show_problems(terminal, [problem for problem in summary.problems if not problem.fatal])
    if not students:
        _show_misplaced(terminal, course)
    show_changes(terminal, summary.key_changes, summary.changes)
    parts = [f"{summary.graded} graded"]
    if summary.up_to_date:
        parts.append(f"{summary.up_to_date} up to date")
    if impossible := summary.failed + summary.refused:
        parts.append(f"{impossible} could not be graded (named above)")
    rate = summary.graded / summary.seconds if summary.graded else 0
    speed = f" in {summary.seconds:.0f} s ({rate:.1f} a second)" if rate else ""
    if not (rows or summary.to_do or summary.refused):
        if not students:  # else they are named
            place = course.step_root("submitted")
            nothing = f"Nothing was handed in: {place} holds no submission."
            _say(terminal, f"{nothing} {where_submissions_go(course)}")
        return
    terminal.print(f"{', '.join(parts)}{speed}.", highlight=False)
    show_trust(terminal, [row for one in rows for row in one])
    if summary.interrupted:
        left = summary.to_do - summary.graded - summary.failed
        terminal.print(
            f"Stopped with {left} to go. What is graded is kept: run the same command again.",
            highlight=False,
        )
        return
    _say(
        terminal,
        f"Gradebook: {shown(course.db_url)}",
        f"Graded notebooks: {course.step_root('autograded')}",
        f"Feedback: `grading feedback` writes it to {course.step_root('feedback')}",
    )
