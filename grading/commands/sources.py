"""Commands on the sources: release, validate, refresh, excuse."""
# ruff: noqa: D301 (click wants the character \b itself in front of a paragraph it may not refill)

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grading.commands.group import grading
from grading.commands.options import (
    EXIT_CODES,
    NAME,
    assignments_argument,
    course_options,
    engine_options,
    jobs_option,
)
from grading.commands.output import console, finish_check, show
from grading.engines import EngineChoice
from grading.errors import EXIT_OK, EXIT_PROBLEMS
from grading.wording import counted

if TYPE_CHECKING:
    from grading.course import Course
    from grading.records import Problem
    from grading.release import Release


@grading.command(epilog=EXIT_CODES)
@assignments_argument
@click.option(
    "--check", is_flag=True, help="Write nothing; say whether notebooks and sources are in step."
)
@click.option(
    "--archive",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help="Pack what students get into a zip file, too; by default beside the class's folders.",
)
@jobs_option("submissions to grade")
@course_options
@engine_options
def release(
    assignments: tuple[str, ...],
    check: bool,
    archive: str | None,
    jobs: int,
    choice: EngineChoice,
    course: Course,
    as_json: bool,
) -> None:
    """Make the students' notebooks from the sources.

    Nothing is written when a reference solution does not get full marks, a notebook scores points
    before anybody wrote in it, or a solution, hidden test or marking scheme would show.

    \b
    Examples:
      grading release
      grading release 03-activations
      grading release --check
      grading release --archive
      grading release 01-xor 02-backprop --archive week1.zip
    """
    from grading import release as releasing

    if archive and not archive.endswith(".zip"):
        raise click.UsageError(
            f"--archive takes a file that ends in .zip, not {archive}. Name assignments before it."
        )
    if archive is not None and check:
        raise click.UsageError("--check writes nothing, so there can be no --archive with it.")
    releases = _prepare(course, assignments)
    problems = [problem for one in releases for problem in one.problems]
    if check:
        for one in releases:
            if not one.problems:
                problems += releasing.compare(course, one)
        finish_check(problems, as_json, f"{counted(len(releases), 'assignment')} in step.")
    problems += _prove(releases, choice, jobs)
    if problems:
        finish_check(problems, as_json, "", "Nothing was written.")
    written = {one.assignment: releasing.write(course, one) for one in releases}
    stale = [problem for one in releases for problem in releasing.compare(course, one)]
    packed = None if archive is None else _pack(course, releases, archive)
    if as_json:
        result = {"written": written, "archive": packed, "problems": [asdict(p) for p in stale]}
        click.echo(json.dumps(result))
    else:
        for name, files in written.items():
            click.echo(f"{name}: {', '.join(files) or 'nothing new'}")
        if packed:
            click.echo(f"For students: {packed}")
        show(stale)
    sys.exit(EXIT_PROBLEMS if stale else EXIT_OK)


@grading.command(epilog=EXIT_CODES)
@assignments_argument
@click.option("--static", is_flag=True, help="Only read the notebooks, don't run them.")
@jobs_option("submissions to grade")
@course_options
@engine_options
def validate(
    assignments: tuple[str, ...],
    static: bool,
    jobs: int,
    choice: EngineChoice,
    course: Course,
    as_json: bool,
) -> None:
    """Say what is wrong with the sources, without changing anything.

    \b
    Examples:
      grading validate
      grading validate 03-activations --static
    """
    releases = _prepare(course, assignments)
    problems = [problem for one in releases for problem in one.problems]
    if not static:
        problems += _prove(releases, choice, jobs)
    finish_check(problems, as_json, f"{counted(len(releases), 'assignment')} sound.")


@grading.command(epilog=EXIT_CODES, short_help="Run the sources and store what they show.")
@assignments_argument
@course_options
def refresh(assignments: tuple[str, ...], course: Course, as_json: bool) -> None:
    """Run the sources and store what they show, after a change to one of them.

    A notebook in which a cell fails stays as it was, and the cell is named.

    \b
    Examples:
      grading refresh
      grading refresh 03-activations
    """
    from grading.refresh import refresh as store_outputs

    problems = []
    for assignment in course.select(assignments):
        for path in sorted(course.folder("source", assignment).glob("*.ipynb")):
            problems += store_outputs(path)
    finish_check(problems, as_json, "Every output is stored.")


@grading.command(epilog=EXIT_CODES, short_help="Let graded cells count for nobody.")
@click.argument("assignment", type=NAME)
@click.argument("cells", nargs=-1, metavar="CELL...", required=True)
@click.option("--undo", is_flag=True, help="Let the cells count again.")
@course_options
def excuse(
    assignment: str, cells: tuple[str, ...], undo: bool, course: Course, as_json: bool
) -> None:
    """Let graded cells count for nobody: neither their points nor their maximum.

    The points in the source notebook become 0, with a note of what they were. The next
    `grading run` takes it into the gradebook, for all who handed in. Points and extra credit that
    a person gave for the cell are set aside, and come back with --undo.

    \b
    Examples:
      grading excuse 03-activations softmax-hidden
      grading excuse 03-activations softmax-test softmax-hidden
      grading excuse 03-activations softmax-hidden --undo
    """
    from grading.excuse import excuse as set_to_0
    from grading.excuse import reinstate

    (name,) = course.select((assignment,))
    changed = (reinstate if undo else set_to_0)(course, name, cells)
    if as_json:
        click.echo(json.dumps({"changed": changed}))
        return
    for cell, points in changed.items():
        click.echo(f"{cell}: {f'0 → {points:g}' if undo else f'{points:g} → 0'} points")
    if not changed:
        click.echo("Nothing to change.")
        return
    click.echo(
        f"Now: `grading run {name}` for the grades, and `grading release {name}` so that notebooks "
        "handed out from now on say the same."
    )


def _prepare(course: Course, assignments: tuple[str, ...]) -> list[Release]:
    from grading.release import prepare

    return [prepare(course, name) for name in course.select(assignments)]


def _pack(course: Course, releases: list[Release], file: str) -> str:
    """Write the students' archive; return its path."""
    from grading import archive

    path = Path(file) if file else archive.default_path(course)
    archive.write(path, archive.build(course, releases))
    return str(path)


def _prove(releases: list[Release], choice: EngineChoice, jobs: int) -> list[Problem]:
    from grading.release import prove

    with console().status("Grading the reference solutions and the untouched notebooks …"):
        return prove(releases, choice, jobs)
