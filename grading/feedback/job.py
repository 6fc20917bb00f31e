"""Makes all feedback pages of one submission, in whatever process."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from grading.engines import CONTAINED
from grading.feedback.distribution import draw
from grading.feedback.page import Sheet, render
from grading.feedback.source import belongs_to, cells_for_student, stripped_cells
from grading.files import replace_file
from grading.marks import SubmissionMarks
from grading.rules import Markers

__all__ = ["STAMP", "Job", "made_before", "make_pages"]

STAMP = ".made-from.json"
"""File beside the pages that says what they were made from; nbgrader releases only `*.html`."""

_SECONDS = 60  # for one page: a text can be written so that it takes for ever to render
_BESIDE = ("timestamp.txt", "submission_secret.txt")  # nbgrader's release_feedback reads them


@dataclass(frozen=True)
class Job:
    """One submission, ready to be sent to another process.

    Attributes
    ----------
    graded, submitted, pages
        Folders: graded notebooks, what was handed in, where pages go.
    markers
        The course's markers, for notebooks that nbgrader graded.
    failed
        Whether it could not be graded.
    scores
        Of the whole class, as shares of the points; empty when they are not to be shown.
    mode
        Access rights of the pages.
    """

    marks: SubmissionMarks
    graded: Path
    submitted: Path
    pages: Path
    markers: Markers
    failed: bool
    scores: tuple[float, ...]
    mode: int


def make_pages(
    job: Job, stamp: str, record: Mapping[str, Any] | None, kept: Mapping[str, Any]
) -> None:
    """Write one page a notebook; each appears in one piece, and the stamp after all of them.

    Parameters
    ----------
    stamp
        What the pages are made from.
    record
        What `grading run` said about the submission, if it graded it.
    kept
        Notebook name to `gradebook.StudentNotebook`.

    Raises
    ------
    OSError
        When a file can't be read or written.
    ValueError
        When a graded notebook is no notebook.
    TimeoutError
        When a page takes too long.
    """
    job.pages.mkdir(parents=True, exist_ok=True)
    _, before = made_before(job.pages)
    names = []
    for name in job.marks.notebooks:
        with _limit(_SECONDS):
            sheet = _sheet(job, name, record, kept.get(name))
            page = render(sheet).encode("utf-8", "replace")
        stems = [name]
        # nbgrader's fetch_feedback asks for the name that the student's file has. One that is
        # another notebook's too belongs to that one's page.
        handed = Path(sheet.submitted_as or name).stem
        if handed not in job.marks.notebooks:
            stems.append(handed)
        for stem in stems:
            names.append(f"{stem}.html")
            replace_file(job.pages / names[-1], page, job.mode)
    source = job.graded if job.graded.is_dir() else job.submitted
    for beside in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            replace_file(job.pages / beside, (source / beside).read_bytes(), job.mode)
    for old in before.difference(names):
        (job.pages / old).unlink(missing_ok=True)
    text = json.dumps({"made_from": stamp, "pages": names})
    replace_file(job.pages / STAMP, text.encode(), job.mode)


def made_before(folder: Path) -> tuple[str, set[str]]:
    """Read what an earlier `make_pages` left in a folder.

    Returns
    -------
    stamp
        What its pages were made from; empty where there is none, or it can't be read.
    pages
        Names of the pages that it wrote.
    """
    try:
        kept = json.loads((folder / STAMP).read_bytes())
        return str(kept["made_from"]), {name for name in kept["pages"] if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError):
        return "", set()


def _sheet(job: Job, name: str, record: Mapping[str, Any] | None, kept: Any) -> Sheet:
    """Put together what one page is made from."""
    path = job.graded / f"{name}.ipynb"
    graded = path.read_bytes() if path.is_file() else None
    ours = kept is not None and graded is not None and belongs_to(graded, kept.graded)
    told: Mapping[str, Any] = {}
    if record is not None and (ours or graded is None):
        told = next((nb for nb in record["notebooks"] if nb["name"] == name), {})
    marks = job.marks.notebooks[name]
    if graded is None:
        cells = None
    elif ours and kept.data:
        cells = cells_for_student(kept.data, job.markers)
    else:
        cells = stripped_cells(graded, job.markers, marks)
    return Sheet(
        job.marks,
        name,
        cells,
        outcomes={cell["name"]: cell for cell in told.get("cells", ())},
        submitted_as=told.get("submitted_as"),
        stopped=tuple(one["message"] for one in told.get("stopped", ())),
        remarks=tuple(_remarks(record, f"{name}.ipynb", cells is None)),
        graded=not (job.failed and cells is None),
        distribution=_picture(job),
    )


def _remarks(record: Mapping[str, Any] | None, file: str, missing: bool) -> Iterator[str]:
    """Say what a student should know about the file."""
    problems = record["problems"] if record is not None else ()
    unreadable = [p for p in problems if p["fatal"] and p["file"]]
    for problem in unreadable if missing else ():
        # nbgrader's own words may quote a test.
        sealed = record is not None and record["tier"] in CONTAINED
        why = f": {problem['what']}" if sealed else ""
        yield f"Your file {problem['file']} could not be read{why}. Please ask your instructor."
    if missing and not unreadable:
        yield f"{file} was not handed in, so its parts got no points."


def _picture(job: Job) -> Any:
    if not job.scores or job.marks.max_score <= 0:
        return None
    return draw(job.scores, None if job.failed else job.marks.score / job.marks.max_score)


@contextlib.contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Stop what takes too long, where the system can (not on Windows)."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"making a page took more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
