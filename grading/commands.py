"""The commands of `grading`. Slow imports wait until a command needs them."""
# ruff: noqa: D301 (click wants the character \b itself in front of a paragraph it may not refill)

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console
from rich.markup import escape

from grading.bounds import CONFIG_HELP
from grading.bounds import bounds as put_together
from grading.engines import ENGINES, EngineChoice
from grading.errors import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_PROBLEMS,
    CourseError,
)

if TYPE_CHECKING:
    from grading.course import Course
    from grading.gradebook import Gradebook
    from grading.pool import Graders
    from grading.records import Problem
    from grading.release import Release
    from grading.run import Summary

__all__ = ["grading"]

_EXIT_CODES = """\b
Exit codes:
  0    everything asked for was done
  1    done, but something needs a person (it is named)
  2    the command line was wrong
  3    nothing could be done: no course, no gradebook, another run is going on,
       or nothing here contains students' code
  130  stopped with Ctrl-C; what was finished is kept"""

Command = TypeVar("Command", bound=Callable[..., Any])


def _console() -> Console:
    """Make the console for what is not the result: progress, problems, errors."""
    return Console(stderr=True)


def _course_options(command: Command) -> Command:
    """Add the options that say which course and class; turn errors into exit codes.

    The command gets the loaded course as `course`.
    """

    @wraps(command)
    def guarded(
        *args: Any, course_dir: Path | None, class_dir: Path | None, db: str | None, **kwargs: Any
    ) -> Any:
        from grading.course import load_course

        try:
            return command(*args, course=load_course(course_dir, class_dir, db), **kwargs)
        except CourseError as error:
            _console().print(
                f"[red]{escape(error.what)}[/] {escape(error.remedy)}",
                highlight=False,
                soft_wrap=True,
            )
            sys.exit(EXIT_FAILED)
        except KeyboardInterrupt:
            _console().print("Stopped.")
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


_assignments = click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
_students = click.option(
    "--student",
    "students",
    multiple=True,
    metavar="NAME",
    help="Only this student; may be a pattern such as 'a*', and given more than once.",
)
_jobs = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="one per core",
    metavar="N",
    help="How many submissions to grade at the same time.",
)


def _engine_options(command: Command) -> Command:
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
            help="Memory of one student process, if not as configured (1024).",
        ),
        click.option(
            "--submission-timeout",
            type=click.FloatRange(min=1),
            metavar="SECONDS",
            help="How long one submission may run, if not as configured (300).",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0.1),
            metavar="SECONDS",
            help="How long one cell may run, if not as configured (30).",
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


@click.group(epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="first-neural-networks")
def grading() -> None:
    """Release, grade and give feedback on a course of notebooks.

    \b
    A term, in order:
      grading validate       is every assignment sound?
      grading release        make the students' notebooks
      grading collect        take submissions out of a learning platform's zip file
      grading run            grade what was handed in
      grading feedback       write the pages that students get
      grading report         see how the class did, and what to look at
      grading excuse         let an exercise count for nobody
      grading export         write the grades for Canvas, Moodle or a spreadsheet

    Any nbgrader course works; start in the folder of its nbgrader_config.py.

    \b
    Completion of commands and options with the Tab key, for bash (or zsh, fish):
      eval "$(_GRADING_COMPLETE=bash_source grading)"
    """


@grading.command(epilog=_EXIT_CODES)
@_assignments
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
@_jobs
@_course_options
@_engine_options
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
        _finish_check(problems, as_json, f"{_counted(len(releases), 'assignment')} in step.")
    problems += _prove(releases, choice, jobs)
    if problems:
        _finish_check(problems, as_json, "", "Nothing was written.")
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
        _show(stale)
    sys.exit(EXIT_PROBLEMS if stale else EXIT_OK)


@grading.command(epilog=_EXIT_CODES)
@_assignments
@click.option("--static", is_flag=True, help="Only read the notebooks, don't run them.")
@_jobs
@_course_options
@_engine_options
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
    _finish_check(problems, as_json, f"{_counted(len(releases), 'assignment')} sound.")


@grading.command(epilog=_EXIT_CODES)
@_assignments
@_course_options
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
    _finish_check(problems, as_json, "Every output is stored.")


@grading.command(epilog=f"{CONFIG_HELP}\n\n{_EXIT_CODES}")
@_assignments
@_students
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
@_jobs
@_course_options
@_engine_options
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
    from grading.run import run as grade_class

    if why and not students:
        raise click.UsageError("--why explains single submissions: say which with --student.")
    console = _console()
    with _open(course) as book:
        summary = _watched(
            console,
            lambda watch: grade_class(
                course,
                book,
                replace(choice, unsafe=unsafe),
                watch,
                assignments=assignments,
                students=students,
                force=force,
                jobs=jobs,
                make_pool=_graders(scheduler),
            ),
        )
        if as_json:
            click.echo(json.dumps(_as_json(course, book, summary, assignments, students, why)))
        else:
            _report(console, course, book, summary, assignments, students, why)
    if summary.interrupted:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(EXIT_PROBLEMS if summary.failed or summary.refused else EXIT_OK)


@grading.command(epilog=_EXIT_CODES)
@click.argument("assignment")
@click.argument(
    "archives", nargs=-1, required=True, metavar="ZIP...", type=click.Path(path_type=Path)
)
@click.option(
    "--force", "-f", is_flag=True, help="Take the download's even where another may be newer."
)
@click.option(
    "--entry-times",
    is_flag=True,
    help="Take the times in the zip for the times of submission (in Exchange.timezone).",
)
@_course_options
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
                click.echo(f"{_counted(len(students), 'submission')} {what}{named}")
        if collected.skipped:
            click.echo(f"{_counted(collected.skipped, 'file')} left out: no notebook")
        if not collected.timed and (collected.new or collected.replaced):
            click.echo("No time of submission is known, so that none counts as late.")
        _show(collected.problems)
    sys.exit(EXIT_PROBLEMS if any(p.fatal for p in collected.problems) else EXIT_OK)


@grading.command(epilog=_EXIT_CODES)
@_assignments
@_students
@click.option("--force", "-f", is_flag=True, help="Write again what is up to date.")
@click.option(
    "--distribution",
    is_flag=True,
    help="Show the class's scores on each page, too (from 5 submissions on).",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="one per core",
    metavar="N",
    help="How many pages to make at the same time.",
)
@_course_options
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

    with _open(course) as book, Watch(_console()) as watch:
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
    if as_json:
        click.echo(json.dumps(asdict(summary)))
    else:
        place = course.step_root("feedback")
        count = _counted(summary.written + summary.up_to_date, "submission")
        rate = f", {summary.written / summary.seconds:.1f} a second" if summary.written else ""
        click.echo(f"Feedback for {count} ({summary.written} new{rate}): {place}")
        if not (summary.written or summary.up_to_date or summary.problems):
            _show_nothing_graded(course, students)
    if summary.interrupted:
        _console().print("Stopped. Pages that are written are kept: run the same command again.")
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(EXIT_PROBLEMS if summary.problems else EXIT_OK)


@grading.command(epilog=_EXIT_CODES)
@_assignments
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to; by default report.html beside the class's feedback folder.",
)
@click.option("--anonymous", is_flag=True, help="Number the students instead of naming them.")
@click.option(
    "--formgrader",
    default="http://localhost:8888",
    show_default=True,
    metavar="URL",
    help="Jupyter server with formgrader, for the links to what waits for a person.",
)
@_course_options
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

    with _open(course) as book, _console().status("Reading the class's work …"):
        found = analyse(course, book, course.select(assignments), anonymous=anonymous)
    if as_json:
        click.echo(json.dumps(to_dict(found), ensure_ascii=False))
        return
    path = output or course.step_root("feedback").parent / "report.html"
    text = page(found, formgrader)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"{path} can't be written: {error.strerror}.", "Name another file with -o."
        ) from error
    count = _counted(sum(one.submissions for one in found.assignments), "submission")
    click.echo(f"Report on {count}: {path}")
    if not any(one.submissions for one in found.assignments):
        _show_nothing_graded(course)


@grading.command(epilog=_EXIT_CODES)
@_assignments
@click.option(
    "--format",
    "form",
    type=click.Choice(("csv", "canvas", "moodle")),
    default="csv",
    show_default=True,
    help="Who is to read it.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to; by default grades.csv, canvas.csv or moodle.csv.",
)
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
@_course_options
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
    exporter = FORMATS[form](config=course.config)
    exporter.to = str(output or exporter.default_file)
    exporter.assignment = list(course.select(assignments))
    exporter.template = str(template or "")
    exporter.columns = pairs
    exporter.missing_as_zero = missing_as_zero
    if bom is not None:
        exporter.bom = bom
    _export(exporter, course)
    outcome = exporter.outcome
    notes = _export_notes(outcome)
    if as_json:
        click.echo(json.dumps(asdict(outcome)))
    else:
        count = _counted(outcome.rows, "student")
        click.echo(f"{count}, {', '.join(outcome.assignments) or 'no assignment'}: {outcome.file}")
        for note in notes:
            click.echo(note, err=True)
        if not outcome.assignments:
            _show_nothing_graded(course)
    sys.exit(EXIT_PROBLEMS if notes else EXIT_OK)


def _pair(text: str) -> tuple[str, str]:
    name, sign, heading = text.partition("=")
    if not sign:
        raise click.UsageError(f"--column wants ASSIGNMENT=HEADING, not {text}.")
    return name, heading


def _export(exporter: Any, course: Course) -> None:
    """Run an export plug-in on the course's gradebook."""
    from nbgrader import api

    with _open(course):  # makes the tables where there are none
        pass
    with api.Gradebook(course.db_url, course.course_id) as book:
        try:
            exporter.export(book)
        except OSError as error:
            raise CourseError(
                f"{exporter.to} can't be written: {error.strerror}.", "Name another file with -o."
            ) from error


def _export_notes(outcome: Any) -> list[str]:
    """Say what a person should know of an export."""
    notes = list(outcome.notes)
    if outcome.waiting:
        notes.append(f"{_counted(outcome.waiting, 'score')} still without a person's points.")
    for what, names in (
        ("Not graded, so without a score", outcome.not_graded),
        ("Graded, but not in the template", outcome.not_in_template),
        ("In the template, but not in the gradebook", outcome.not_in_gradebook),
    ):
        if names:
            more = f" and {len(names) - 10} more" if len(names) > 10 else ""
            notes.append(f"{what}: {', '.join(names[:10])}{more}.")
    if outcome.kept:
        notes.append(f"{_counted(outcome.kept, 'cell')} of the template kept (EX or N/A).")
    return notes


@grading.command(epilog=_EXIT_CODES)
@click.argument("assignment")
@click.argument("cells", nargs=-1, metavar="CELL...", required=True)
@click.option("--undo", is_flag=True, help="Let the cells count again.")
@_course_options
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


def _open(course: Course) -> Gradebook:
    """Open a course's gradebook, with its plug-in for late penalties."""
    from grading.gradebook import Gradebook
    from grading.penalties import penalty

    return Gradebook(course.db_url, course.course_id, penalty(course))


def _show_nothing_graded(course: Course, students: tuple[str, ...] = ()) -> None:
    """Say why there is nothing to show."""
    place = course.step_root("submitted")
    whose = f" of {', '.join(students)}" if students else ""
    click.echo(
        f"Nothing{whose} is graded yet. `grading run` grades what is in {place}; --class-dir names "
        "another class.",
        err=True,
    )


def _graders(scheduler: str | None) -> Callable[[EngineChoice, int], Graders]:
    """Choose what grades: processes here, or a cluster."""
    if scheduler is None:
        from grading.pool import Pool

        return Pool
    from grading.cluster.client import Cluster

    return lambda choice, _: Cluster(scheduler, choice)


def _watched(console: Console, work: Callable[[Any], Summary]) -> Summary:
    from grading.display import Watch

    with Watch(console) as watch:
        return work(watch)


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

    with _console().status("Grading the reference solutions and the untouched notebooks …"):
        return prove(releases, choice, jobs)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _show(problems: list[Problem]) -> None:
    from grading.display import show_problems

    show_problems(_console(), problems)


def _finish_check(problems: list[Problem], as_json: bool, good: str, bad: str = "") -> None:
    """Show what was found and leave."""
    if as_json:
        click.echo(json.dumps({"problems": [asdict(problem) for problem in problems]}))
    elif problems:
        _show(problems)
        click.echo(f"{_counted(len(problems), 'problem')}. {bad}".strip(), err=True)
    else:
        click.echo(good)
    sys.exit(EXIT_PROBLEMS if problems else EXIT_OK)


def _as_json(
    course: Course,
    book: Gradebook,
    summary: Summary,
    assignments: tuple[str, ...],
    students: tuple[str, ...],
    why: bool,
) -> dict[str, Any]:
    """Put together all that a run has to say."""
    rows = [asdict(row) for rows in _rows(course, book, assignments, students) for row in rows]
    for row in rows:
        row["timestamp"] = row["timestamp"] and row["timestamp"].isoformat()
        if why:
            row["why"] = book.record(row["assignment"], row["student"])
    from grading.address import shown

    return asdict(summary) | {"gradebook": shown(course.db_url), "submissions": rows}


def _rows(
    course: Course, book: Gradebook, assignments: tuple[str, ...], students: tuple[str, ...]
) -> list[list[Any]]:
    """Return the gradebook's rows of what was selected, by assignment."""
    selected = []
    for name in course.select(assignments):
        handed = {one.student for one in course.handed_in(name, students)}
        if handed and book.digest(name) is not None:
            rows = [row for row in book.rows(name) if row.student in handed]
            selected.append(rows)
    return [rows for rows in selected if rows]


def _report(
    console: Console,
    course: Course,
    book: Gradebook,
    summary: Summary,
    assignments: tuple[str, ...],
    students: tuple[str, ...],
    why: bool,
) -> None:
    """Show scores, problems and where things are."""
    from grading.address import shown
    from grading.display import score_table, show_changes, show_problems, show_trust
    from grading.display import why as explain

    out = Console()
    rows = _rows(course, book, assignments, students)
    for one in rows:
        if why:
            for row in one:
                record = book.record(row.assignment, row.student)
                if record is not None:
                    explain(out, record)
        else:
            out.print(score_table(one))
    show_problems(console, [problem for problem in summary.problems if not problem.fatal])
    show_changes(console, summary.key_changes, summary.changes)
    parts = [f"{summary.graded} graded"]
    if summary.up_to_date:
        parts.append(f"{summary.up_to_date} up to date")
    if impossible := summary.failed + summary.refused:
        parts.append(f"{impossible} could not be graded (named above)")
    rate = summary.graded / summary.seconds if summary.graded else 0
    speed = f" in {summary.seconds:.0f} s ({rate:.1f} a second)" if rate else ""
    if not (rows or summary.to_do or summary.refused):
        place = course.step_root("submitted")
        whose = f" of {', '.join(students)}" if students else ""
        console.print(
            f"Nothing was handed in: {place} holds no submission{whose}. Submissions belong into "
            f"{place}/<student>/<assignment>; `grading collect` puts them there.",
            highlight=False,
        )
        return
    console.print(f"{', '.join(parts)}{speed}.", highlight=False)
    show_trust(console, [row for one in rows for row in one])
    if summary.interrupted:
        left = summary.to_do - summary.graded - summary.failed
        console.print(
            f"Stopped with {left} to go. What is graded is kept: run the same command again.",
            highlight=False,
        )
        return
    console.print(
        f"Gradebook: {shown(course.db_url)}\nGraded notebooks: {course.step_root('autograded')}\n"
        f"Feedback: `grading feedback` writes it to {course.step_root('feedback')}",
        highlight=False,
        soft_wrap=True,
    )
