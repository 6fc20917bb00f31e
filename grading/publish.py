"""Puts the result of one submission where it belongs: the gradebook and the autograded folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath

from grading.changes import CHANGED_KEY
from grading.course import Course
from grading.files import fresh_folder, laid_over, remove_folder
from grading.gradebook import Gradebook
from grading.records import AnswerKey, GradedSubmission, Submission
from grading.task import Task
from grading.versions import GradedFrom

__all__ = ["fingerprint", "publish"]


def publish(
    course: Course, book: Gradebook, task: Task, graded: GradedSubmission, engine: str
) -> None:
    """Put one result into the gradebook and its notebooks into the autograded folder.

    The graded notebooks are what says that a submission is done. They leave before the gradebook
    changes and come back after it, so that whatever is cut off in between is graded again.

    Raises
    ------
    OSError
        When files can't be written.
    sqlalchemy.exc.SQLAlchemyError
        When the gradebook can't.
    """
    done = course.folder("autograded", graded.assignment, graded.student)
    fresh = fresh_folder(done)
    fatal = [problem for problem in graded.problems if problem.fatal]
    something = any(not nb.missing or not fatal for nb in graded.notebooks)
    if something:
        _lay_out(fresh, task.key, task.submission, graded, course)
    # Trouble with a file will be there again; other trouble may have been the machine's.
    lasting = bool(fatal) and all(problem.file for problem in fatal)
    graded_from = GradedFrom(task.version.digest if task.version else "", _files(task.submission))
    same_answers = task.why == (CHANGED_KEY,) and graded_from.files == task.before.files
    remove_folder(done)
    book.write(
        graded,
        task.submission.timestamp,
        engine,
        task.problems,
        fingerprint(task.submission, engine) if lasting else "",
        graded_from=graded_from,
        same_answers=same_answers,
    )
    if something:
        fresh.rename(done)


def fingerprint(submission: Submission, engine: str) -> str:
    """Tell whether the same files would go to the same engine."""
    return hashlib.sha256(f"{engine}\0{_files(submission)}".encode()).hexdigest()


def _files(submission: Submission) -> str:
    """Give one digest of all files of a submission."""
    digest = hashlib.sha256()
    for name, data in sorted(submission.files.items()):
        digest.update(b"\0" + name.encode("utf-8", "surrogateescape") + b"\0")
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()


def _lay_out(
    folder: Path, key: AnswerKey, submission: Submission, graded: GradedSubmission, course: Course
) -> None:
    """Write the graded notebooks and the files beside them, with nbgrader's access rights."""
    files = {n: d for n, d in submission.files.items() if not n.endswith(".ipynb")}
    notebooks = {f"{nb.name}.ipynb": nb.notebook for nb in graded.notebooks if not nb.missing}
    files = laid_over(files, {**key.files, **notebooks})
    mode = course.file_mode("Autograde", 444)
    folder.mkdir(parents=True)
    made = {folder}
    for name, data in files.items():
        path = folder / PurePosixPath(name)
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        path.chmod(mode)  # whatever the umask says
    if course.directory.groupshared:
        for path in made:
            path.chmod(0o2775)
