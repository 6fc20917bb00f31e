"""Commands on what is graded: feedback, report, export."""
# ruff: noqa: D301 (click wants the character \b itself in front of a paragraph it may not refill)

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from grading.commands.group import grading
from grading.commands.options import (
    EXIT_CODES,
    assignments_argument,
    course_options,
    jobs_option,
    output_option,
    students_option,
)
from grading.commands.output import console, open_gradebook, show_nothing_graded, unmatched
from grading.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_PROBLEMS, unwritable
from grading.wording import counted

if TYPE_CHECKING:
    from grading.course import Course


@grading.command(epilog=EXIT_CODES)
@assignments_argument
@students_option
@click.option("--force", "-f", is_flag=True, help="Write again what is up to date.")
@click.option(
    "--distribution",
    is_flag=True,
    help="Show the class's scores on each page, too (from 5 submissions on).",
)
@jobs_option("pages to make")
@course_options
def feedback(
    assignments: tuple[str, ...],
    students: tuple[str, ...],
    force: bool,
    distribution: bool,
    jobs: int,
    course: Course,
    as_json: bool,
) -> None:
    """Write the feedback pages of graded submissions.

    Pages are made for what was graded since, and where a person changed points or comments; the
    others are up to date. They go where `nbgrader release_feedback` takes them from.

    \b
    Examples:
      grading feedback
      grading feedback 03-activations --student mia --force
      grading feedback 03-activations --distribution
    """
    from grading.display import Watch
    from grading.feedback import feedback as write_feedback

    names = course.select(assignments)  # a mistyped assignment is said before a mistyped folder
    with open_gradebook(course) as book, Watch(console()) as watch:
        summary = write_feedback(
            course,
            book,
            assignments=assignments,
            students=students,
            force=force,
            distribution=distribution,
            jobs=jobs,
            begin=watch.begin,
            step=watch.step,
        )
        known = [name for name in names if students and book.digest(name) is not None]
        absent = unmatched(students, (row.student for name in known for row in book.rows(name)))
    if as_json:
        click.echo(json.dumps(asdict(summary)))
    else:
        place = course.step_root("feedback")
        count = counted(summary.written + summary.up_to_date, "submission")
        rate = f", {summary.written / summary.seconds:.1f} a second" if summary.written else ""
        click.echo(f"Feedback for {count} ({summary.written} new{rate}): {place}")
    nothing = not (summary.written or summary.up_to_date or summary.problems)
    if absent or (nothing and not (as_json or summary.interrupted)):
        show_nothing_graded(course, assignments, absent or students)
    if summary.interrupted:
        console().print("Stopped. Pages that are written are kept: run the same command again.")
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(EXIT_PROBLEMS if summary.problems or absent else EXIT_OK)


def _address(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Check that something is the address of a server."""
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # such as a bracket that is not closed
        known = False
    if not known:
        message = f"{value!r} is no address of a server, such as http://localhost:8888."
        raise click.BadParameter(message, context, parameter)
    return value


@grading.command(epilog=EXIT_CODES, short_help="Write one page on the class and what needs a look.")
@assignments_argument
@output_option("report.html beside the class's feedback folder")
@click.option("--anonymous", is_flag=True, help="Number the students instead of naming them.")
@click.option(
    "--formgrader",
    default="http://localhost:8888",
    show_default=True,
    metavar="URL",
    callback=_address,
    help="Jupyter server with formgrader, for the links to what waits for a person.",
)
@course_options
def report(
    assignments: tuple[str, ...],
    output: Path | None,
    anonymous: bool,
    formgrader: str,
    course: Course,
    as_json: bool,
) -> None:
    """Write one page on the class: scores, exercises, misconceptions, what needs a look.

    The page needs no network and no other file. It names students and quotes hints: it is for
    those who teach. --json prints its numbers instead.

    \b
    Examples:
      grading report
      grading report 03-activations -o report.html
      grading report --anonymous --formgrader http://localhost:9999
    """
    from grading.analysis import analyse
    from grading.records import to_dict
    from grading.report import page

    names = course.select(assignments)
    with open_gradebook(course) as book, console().status("Reading the class's work …"):
        found = analyse(course, book, names, anonymous=anonymous)
    if as_json:
        click.echo(json.dumps(to_dict(found)))
        return
    path = output or course.step_root("feedback").parent / "report.html"
    text = page(found, formgrader)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error) from error
    count = counted(sum(one.submissions for one in found.assignments), "submission")
    click.echo(f"Report on {count}: {path}")
    if not any(one.submissions for one in found.assignments):
        show_nothing_graded(course, assignments)


@grading.command(
    epilog=EXIT_CODES, short_help="Write the grades for a spreadsheet, Canvas or Moodle."
)
@assignments_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(("csv", "canvas", "moodle")),
    default="csv",
    show_default=True,
    help="Who is to read it.",
)
@output_option("grades.csv, canvas.csv or moodle.csv")
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What Canvas or Moodle exported: it is filled in, rows and columns stay.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="ASSIGNMENT=HEADING",
    help="The template's column for an assignment, if its title is another.",
)
@click.option("--missing-as-zero", is_flag=True, help="Write 0 where nothing was handed in.")
@click.option("--bom/--no-bom", default=None, help="Mark it as UTF-8 for Excel (csv does).")
@course_options
def export(
    assignments: tuple[str, ...],
    form: str,
    output: Path | None,
    template: Path | None,
    columns: tuple[str, ...],
    missing_as_zero: bool,
    bom: bool | None,
    course: Course,
    as_json: bool,
) -> None:
    """Write the grades to a file that a spreadsheet, Canvas or Moodle reads.

    Late penalties are taken off. Who handed in nothing has no score, and neither has a submission
    that could not be graded. A score that still waits for a person is written as it stands, and
    counted.

    \b
    Examples:
      grading export
      grading export --format canvas --template from-canvas.csv -o to-canvas.csv
      grading export 03-activations --format moodle -o moodle.csv
    """
    from grading.export import FORMATS

    if template and form == "csv":
        raise click.UsageError("--template goes with --format canvas or moodle.")
    pairs = dict(_pair(text) for text in columns)
    course.select(pairs)  # names that --column mistypes
    exporter = FORMATS[form](config=course.config)  # what no option says is as configured
    exporter.to = str(output or exporter.to or exporter.default_file)
    exporter.assignment = course.select(assignments or exporter.assignment)
    exporter.template = str(template or exporter.template)
    exporter.columns = pairs or exporter.columns
    exporter.missing_as_zero |= missing_as_zero
    if bom is not None:
        exporter.bom = bom
    _export(exporter, course)
    outcome = exporter.outcome
    notes = _export_notes(outcome)
    if as_json:
        click.echo(json.dumps(asdict(outcome)))
    else:
        count = counted(outcome.rows, "student")
        click.echo(f"{count}, {', '.join(outcome.assignments) or 'no assignment'}: {outcome.file}")
        for note in notes:
            click.echo(note, err=True)
        if not outcome.assignments:
            show_nothing_graded(course, assignments)
    sys.exit(EXIT_PROBLEMS if notes else EXIT_OK)


def _pair(text: str) -> tuple[str, str]:
    name, sign, heading = text.partition("=")
    if not sign:
        raise click.UsageError(f"--column wants ASSIGNMENT=HEADING, not {text}.")
    return name, heading


def _export(exporter: Any, course: Course) -> None:
    """Run an export plug-in on the course's gradebook."""
    from nbgrader import api

    # Ours brings the tables up to date, and says what to do about a damaged one.
    with open_gradebook(course), api.Gradebook(course.db_url, course.course_id) as book:
        try:
            exporter.export(book)
        except OSError as error:
            raise unwritable(exporter.to, error) from error


def _export_notes(outcome: Any) -> list[str]:
    """Say what a person should know of an export."""
    notes = list(outcome.notes)
    if outcome.waiting:
        notes.append(f"{counted(outcome.waiting, 'score')} still without a person's points.")
    for what, names in (
        ("Not graded, so without a score", outcome.not_graded),
        ("Graded, but not in the template", outcome.not_in_template),
        ("In the template, but not in the gradebook", outcome.not_in_gradebook),
    ):
        if names:
            more = f" and {len(names) - 10} more" if len(names) > 10 else ""
            notes.append(f"{what}: {', '.join(names[:10])}{more}.")
    if outcome.kept:
        notes.append(f"{counted(outcome.kept, 'cell')} of the template kept (EX or N/A).")
    return notes
