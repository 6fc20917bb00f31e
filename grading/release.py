"""Makes the students' notebooks from the instructor's, and refuses when something is wrong.

The conversion is nbgrader's own. After it, notebooks are brought into a normal form, so that the
same source always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import nbformat
from nbgrader.converters import GenerateAssignment

from grading.convert import convert
from grading.course import Course
from grading.engines import EngineChoice
from grading.files import remove_file
from grading.gradebook import Gradebook
from grading.notebooks import REPAIR, read_notebook
from grading.pool import Pool
from grading.records import AnswerKey, CellOutcome, GradedSubmission, Problem, Submission
from grading.rules import Markers, check_released, check_source
from grading.task import Task

__all__ = ["Release", "compare", "normal_form", "prepare", "prove", "write"]

_CELL_METADATA = ("nbgrader", "deletable", "editable", "tags")
_LANGUAGE = ("name", "file_extension", "mimetype", "pygments_lexer")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_CORRECT, _UNTOUCHED = "the reference solution", "the released notebook"


@dataclass
class Release:
    """An assignment ready to be released, in memory.

    Attributes
    ----------
    files
        Relative POSIX paths to contents; notebooks in normal form.
    key
        The answer key with the cells that a gradebook would hold.
    problems
        Reasons not to release it.
    """

    assignment: str
    files: dict[str, bytes] = field(default_factory=dict)
    key: AnswerKey | None = None
    problems: list[Problem] = field(default_factory=list)


def prepare(course: Course, assignment: str) -> Release:
    """Convert an assignment and look for all that can be found without running it."""
    release = Release(assignment)
    markers = Markers.configured(course.config)
    sources = {}
    for path in sorted(course.folder("source", assignment).glob("*.ipynb")):
        data = path.read_bytes()
        try:
            raw, sources[path.name] = json.loads(data), read_notebook(data)
        except ValueError as error:
            what = (
                f"not valid JSON ({error})"
                if isinstance(error, json.JSONDecodeError)
                else str(error)
            )
            release.problems.append(_problem(assignment, path.name, None, what, REPAIR))
            continue
        release.problems += check_source(assignment, path.name, sources[path.name], raw, markers)
    if release.problems:
        return release
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        _generate(course, release, Path(folder))
    for name, source in sources.items():
        if name in release.files:
            released = read_notebook(release.files[name])
            release.problems += check_released(assignment, name, source, released, markers)
    return release


def _generate(course: Course, release: Release, folder: Path) -> None:
    """Let nbgrader convert into `folder`; fill in files and answer key."""
    name = release.assignment
    url = f"sqlite:///{folder / 'gradebook.db'}"
    with Gradebook(url, course.course_id) as book:
        done = convert(
            GenerateAssignment,
            course,
            name,
            force=True,
            db_url=url,
            release_directory=str(folder / "release"),
        )
        if done.failure is not None:
            what = f"can't be converted by nbgrader: {str(done.failure).strip()}"
            release.problems.append(_problem(name, None, None, what, "Correct the source."))
            return
        release.key = course.answer_key(name, book.source_cells(name))
    made = Path(course.directory.format_path(str(folder / "release"), ".", name))
    for path in sorted(made.rglob("*")):
        if path.is_file():
            relative = path.relative_to(made).as_posix()
            data = path.read_bytes()
            release.files[relative] = normal_form(data) if path.suffix == ".ipynb" else data


def normal_form(data: bytes) -> bytes:
    """Reduce a notebook to what a student needs, the same bytes every time.

    Outputs, counts and the traces of editors go; the kernel's name stays without versions; each
    cell has an id that depends on nothing but the notebook. The text is that of `nbformat.write`.
    """
    notebook = read_notebook(data)
    kept = notebook.metadata.get("kernelspec", {}), notebook.metadata.get("language_info", {})
    notebook.metadata = {
        "kernelspec": dict(kept[0]),
        "language_info": {k: v for k, v in kept[1].items() if k in _LANGUAGE},
    }
    notebook.nbformat_minor = max(5, notebook.nbformat_minor)
    used: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in _CELL_METADATA}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cell.id = _cell_id(cell, index, used)
    text: str = cast(Any, nbformat).writes(notebook)
    return text.encode().rstrip(b"\n") + b"\n"


def _cell_id(cell: Any, index: int, used: set[str]) -> str:
    """Keep a cell's own id; where it has none, nbgrader's; else one from place and text."""
    for candidate in (cell.get("id"), cell.metadata.get("nbgrader", {}).get("grade_id")):
        if candidate and candidate not in used and _CELL_ID.fullmatch(candidate):
            break
    else:
        candidate = hashlib.sha256(f"{index}\0{cell.source}".encode()).hexdigest()[:8]
    used.add(candidate)
    return str(candidate)


def compare(course: Course, release: Release) -> list[Problem]:
    """Say where the released folder differs from what the source gives."""
    folder = course.folder("release", release.assignment)
    found = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    problems = []
    again = f"Run `grading release {release.assignment}` and commit the result."
    for name, data in release.files.items():
        if name not in found:
            problems.append(_problem(release.assignment, name, None, "is not released", again))
        elif found[name].read_bytes() != data:
            what = "is out of step with its source"
            problems.append(_problem(release.assignment, name, None, what, again))
    for name in sorted(found.keys() - release.files.keys()):
        what = "was released but has no source any more"
        problems.append(_problem(release.assignment, name, None, what, "Delete it."))
    return problems


def write(course: Course, release: Release) -> list[str]:
    """Write the released files that changed; return their names."""
    folder = course.folder("release", release.assignment)
    written = []
    for name, data in release.files.items():
        path = folder / name
        if path.is_file() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_file(path)  # nbgrader may have left it without the right to write
        path.write_bytes(data)
        written.append(name)
    return written


def prove(releases: Iterable[Release], choice: EngineChoice, jobs: int) -> list[Problem]:
    """Grade each reference solution and each untouched notebook.

    Returns
    -------
    list of Problem
        Tests that the reference solution does not pass in full, and tests that somebody passes
        who wrote nothing.
    """
    tasks = []
    for release in releases:
        if release.key is None or release.problems:
            continue
        beside = release.key.files
        source = {f"{name}.ipynb": data for name, data in release.key.notebooks.items()}
        for student, files in ((_CORRECT, source), (_UNTOUCHED, release.files)):
            submission = Submission(student, release.assignment, {**beside, **files})
            tasks.append(Task(release.key, submission))
    problems = []
    if tasks:
        # The code is the instructor's own, so it may run where nothing contains it.
        with Pool(replace(choice, unsafe=True), min(jobs, len(tasks))) as pool:
            for _, graded in pool.grade(tasks):
                problems += _judge(graded)
    return sorted(problems, key=lambda problem: (problem.assignment, problem.file or ""))


def _judge(graded: GradedSubmission) -> list[Problem]:
    """Turn scores that should not be into problems."""
    name = graded.assignment
    problems = [
        _problem(name, p.file, p.cell, f"stops {graded.student}: it {p.what}", p.remedy)
        for p in graded.problems
        if p.fatal
    ]
    for notebook in graded.notebooks:
        for cell in notebook.cells:
            if cell.kind != "autograded":
                continue
            file = f"{notebook.name}.ipynb"
            points = f"{cell.score:g} of {cell.max_score:g} points" if cell.score else "0 points"
            if graded.student == _CORRECT and cell.score != cell.max_score:
                what = f"gives {_CORRECT} {points}{_reason(cell)}"
                problems.append(_problem(name, file, cell.name, what, "Correct one of the two."))
            elif graded.student == _UNTOUCHED and cell.score:
                what = f"gives {points} to somebody who wrote nothing"
                remedy = "Make the test ask for what the student has to write."
                problems.append(_problem(name, file, cell.name, what, remedy))
    return problems


def _reason(cell: CellOutcome) -> str:
    lines = [
        line.get("message", "")
        for c in cell.checks
        for line in c.get("lines", ())
        if not line.get("ok")
    ]
    reasons = [*lines, *cell.log, *cell.messages]
    return f" ({reasons[0].splitlines()[0]})" if reasons and reasons[0] else ""


def _problem(
    assignment: str, file: str | None, cell: str | None, what: str, remedy: str
) -> Problem:
    return Problem("", assignment, file, cell, what, remedy, fatal=True)
