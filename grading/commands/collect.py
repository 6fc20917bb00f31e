"""The command `grading collect`."""
# ruff: noqa: D301 (click wants the character \b itself in front of a paragraph it may not refill)

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grading.commands.group import grading
from grading.commands.options import EXIT_CODES, NAME, course_options
from grading.commands.output import show
from grading.errors import EXIT_OK, EXIT_PROBLEMS
from grading.wording import counted

if TYPE_CHECKING:
    from grading.course import Course


@grading.command(epilog=EXIT_CODES, short_help="Take submissions out of a platform's zip files.")
@click.argument("assignment", type=NAME)
@click.argument(
    "archives",
    nargs=-1,
    required=True,
    metavar="ZIP...",
    type=click.Path(dir_okay=False, path_type=Path),
)
@click.option(
    "--force", "-f", is_flag=True, help="Take the download's even where another may be newer."
)
@click.option(
    "--entry-times",
    is_flag=True,
    help="Take the times in the zip for the times of submission (in Exchange.timezone).",
)
@course_options
def collect(
    assignment: str,
    archives: tuple[Path, ...],
    force: bool,
    entry_times: bool,
    course: Course,
    as_json: bool,
) -> None:
    """Take submissions out of the zip files that a learning platform offers.

    File names of Moodle and Canvas are understood; those of others as configured for nbgrader's
    zip_collect. A submission is taken as a whole or not at all, and never takes the place of
    another one that may be newer. Both platforms' downloads hold no times of submission.

    \b
    Examples:
      grading collect 03-activations submissions.zip
      grading collect 03-activations downloads/*.zip --force
    """
    from grading.collect import collect as take

    collected = take(course, assignment, archives, force=force, entry_times=entry_times)
    if as_json:
        click.echo(json.dumps(asdict(collected)))
    else:
        for what in ("new", "replaced", "unchanged", "kept"):
            students = getattr(collected, what)
            if students:
                named = f": {', '.join(students)}" if what in ("replaced", "kept") else ""
                click.echo(f"{counted(len(students), 'submission')} {what}{named}")
        if collected.skipped:
            click.echo(f"{counted(collected.skipped, 'file')} left out: no notebook")
        if not collected.timed and (collected.new or collected.replaced):
            click.echo("No time of submission is known, so that none counts as late.")
        show(collected.problems)
    sys.exit(EXIT_PROBLEMS if any(p.fatal for p in collected.problems) else EXIT_OK)
