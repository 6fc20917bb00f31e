"""A course directory as nbgrader sees it: its configuration, its folders, its submissions.

Any nbgrader course will do. The configuration is loaded by nbgrader itself, so that its rules
about which file counts hold here too.
"""

from __future__ import annotations

import contextlib
import fnmatch
import glob
import hashlib
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import nbformat
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import IncludeHeaderFooter, InstantiateTests
from traitlets import TraitError

from grading.address import of_file, with_driver
from grading.errors import CourseError, first_line
from grading.notebooks import read_notebook
from grading.reader import Handed, Reader
from grading.records import AnswerKey, Problem, Submission
from tutor.names import nearest

__all__ = ["Course", "find_course_dir", "is_meant", "load_course"]

_STEPS = ("submitted", "autograded", "feedback", "solution", "source_with_tests")


def find_course_dir(given: Path | None) -> Path:
    """Choose the directory whose nbgrader configuration counts.

    The directory given; else the working directory if it holds an `nbgrader_config.py`; else the
    folder of this package, which is the course that it came with.

    Raises
    ------
    CourseError
        When the directory given does not exist.
    """
    if given is not None:
        if not given.is_dir():
            raise CourseError(f"There is no course directory {given}.", "Check --course-dir.")
        return given.resolve()
    here = Path.cwd()
    return here if (here / "nbgrader_config.py").is_file() else Path(__file__).resolve().parent


def load_course(
    course_dir: Path | None = None, class_dir: Path | None = None, db_url: str | None = None
) -> Course:
    """Load a course as `nbgrader` would when started in `course_dir`.

    Parameters
    ----------
    course_dir
        See `find_course_dir`.
    class_dir
        Folder of the class's own files (submitted, autograded, feedback, gradebook.db), in place
        of the configured ones.
    db_url
        SQLAlchemy URL of the gradebook, in place of the configured one.

    Raises
    ------
    CourseError
        When the configuration can't be loaded.
    """
    root = find_course_dir(course_dir)
    path_before = list(sys.path)
    app = NbGrader(log_level=logging.CRITICAL)
    app.raise_config_file_errors = True
    logging.disable()  # what traitlets logs before it exits is said below
    try:
        with contextlib.chdir(root):
            app.initialize([])
    except (Exception, SystemExit) as error:
        raise CourseError(
            f"nbgrader can't load the configuration of {root}: {_reason(error)}.",
            "Correct nbgrader_config.py; `nbgrader --debug` there shows what it reads.",
        ) from error
    finally:
        logging.disable(logging.NOTSET)
    # nbgrader puts the course first on the path, for plug-ins in it; last can't shadow a module.
    sys.path[:] = [*path_before, str(root)]
    directory: CourseDirectory = app.coursedir
    directory.log.setLevel(logging.CRITICAL)
    if class_dir is not None:
        base = class_dir.resolve()
        for step in _STEPS:
            setattr(directory, f"{step}_directory", str(base / step))
        directory.db_url = of_file(base / "gradebook.db")
    directory.db_url = with_driver(directory.db_url if db_url is None else db_url)
    return Course(root, app.config, directory)


def _reason(error: BaseException) -> str:
    """Say why a configuration can't be loaded, with the file and the line if there is one."""
    if isinstance(error, SyntaxError):
        return f"{error.msg} ({error.filename}, line {error.lineno})"
    if isinstance(error, SystemExit) and isinstance(error.__context__, TraitError):
        return first_line(error.__context__)
    frames = traceback.extract_tb(error.__traceback__)
    places = [frame for frame in frames if frame.filename.endswith("_config.py")]
    name = "SystemExit, " if isinstance(error, SystemExit) else ""
    where = f" ({places[-1].filename}, line {places[-1].lineno})" if places else ""
    return f"{name}{first_line(error)}{where}"


def is_meant(student: str, pattern: str) -> bool:
    """Whether a name or glob pattern means this student."""
    return student == pattern or fnmatch.fnmatchcase(student, pattern)


class Course:
    """Folders, submissions and answer keys of one course.

    Parameters
    ----------
    home
        The directory that nbgrader's commands are run from.
    config
        The merged configuration (traitlets).
    directory
        nbgrader's own `CourseDirectory`.
    """

    def __init__(self, home: Path, config: Any, directory: CourseDirectory) -> None:
        self.home = home
        self.config = config
        self.directory = directory

    @property
    def db_url(self) -> str:
        """SQLAlchemy URL of the gradebook."""
        return str(self.directory.db_url)

    @property
    def course_id(self) -> str:
        """Name of the course in the gradebook; `default_course` where none is configured."""
        return str(self.directory.course_id or "default_course")

    def file_mode(self, step: str, default: int) -> int:
        """Return the access rights of what a step of nbgrader's writes, such as "Autograde".

        nbgrader's configuration, and so `default`, has them in decimal: 644.
        """
        given = 664 if self.directory.groupshared else default
        return int(str(self.config[step].get("permissions", given)), 8)

    def folder(self, step: str, assignment: str, student: str = ".") -> Path:
        """Return the folder of one assignment at a step (`source`, `submitted`, …)."""
        configured = getattr(self.directory, f"{step}_directory")
        path = Path(self.directory.format_path(configured, student, assignment))
        return Path(os.path.normpath(path))

    def step_root(self, step: str) -> Path:
        """Return the folder that a step's files are under."""
        configured = Path(getattr(self.directory, f"{step}_directory"))
        return Path(self.directory.root) / configured

    def assignments(self) -> list[str]:
        """Names of the assignments that have a source notebook, sorted."""
        found = {match[1] for match in self._matches("source", student=".", assignment=None)}
        return sorted(name for name in found if any(self.folder("source", name).glob("*.ipynb")))

    def select(self, wanted: Iterable[str]) -> list[str]:
        """Return the assignments asked for, or all of them.

        Raises
        ------
        CourseError
            When one does not exist, or the course has none.
        """
        wanted = tuple(wanted)
        known = self.assignments()
        if not known:
            raise CourseError(
                f"There is no assignment in {self.step_root('source')}.",
                "Write one there, or point --course-dir at the folder of nbgrader_config.py.",
            )
        for name in wanted:
            if name not in known:
                raise CourseError(
                    f"There is no assignment {name}.{nearest(name, known)}",
                    f"Known: {', '.join(known)}.",
                )
        return list(wanted) or known

    def handed_in(self, assignment: str, students: Iterable[str] = ()) -> list[Handed]:
        """List the submission folders of an assignment, by student.

        Parameters
        ----------
        assignment
            Its name.
        students
            Names or glob patterns; none means everybody. Students that the configuration excludes
            are left out.
        """
        patterns = tuple(students) or (self.directory.student_id,)
        excluded = set(filter(None, self.directory.student_id_exclude.split(",")))
        return [
            Handed(student, assignment, path)
            for path, student in self._matches("submitted", student=None, assignment=assignment)
            if student not in excluded and any(is_meant(student, pattern) for pattern in patterns)
        ]

    def students(self) -> list[str]:
        """Names of all who handed something in, sorted."""
        return sorted({one.student for name in self.assignments() for one in self.handed_in(name)})

    def misplaced(self) -> list[Path]:
        """List what nothing grades among the submissions: it belongs to no assignment.

        That is a folder named like none, or a notebook that lies in no assignment's folder.
        """
        if self.directory.directory_structure != CourseDirectory.directory_structure.default_value:
            return []
        known = self.assignments()
        root = self.step_root("submitted")
        folders = [path for path in root.glob("*/*/") if path.name not in known]
        loose = [path for where in ("*.ipynb", "*/*.ipynb") for path in root.glob(where)]
        found = {*folders, *loose}
        return sorted(p for p in found if not re.search(r"(^|/)\.", p.relative_to(root).as_posix()))

    def closed(self) -> list[Path]:
        """Folders of submissions that may not be looked into: what is in them stays unseen."""
        root = self.step_root("submitted")
        folders = (root, *sorted(root.glob("*/")))
        return [path for path in folders if not os.access(path, os.R_OK | os.X_OK)]

    def _matches(
        self, step: str, *, student: str | None, assignment: str | None
    ) -> list[tuple[Path, str]]:
        """Find the folders of a step; the value of the part left open comes with each."""
        blank = "\0"
        template = self.directory.format_path(
            getattr(self.directory, f"{step}_directory"),
            blank if student is None else student,
            blank if assignment is None else assignment,
        )
        parts = os.path.normpath(template).split(blank)
        pattern = re.compile(r"([^/\\]+)".join(map(re.escape, parts)))
        found = []
        for name in sorted(glob.glob("*".join(map(glob.escape, parts)))):  # noqa: PTH207 (absolute)
            match = pattern.fullmatch(name)
            if match and Path(name).is_dir():
                found.append((Path(name), match[1]))
        return found

    def read_submission(self, handed: Handed) -> tuple[Submission, list[Problem]]:
        """Read one submission into memory.

        Links are not followed, and what is too big or can't be read is left out; each such file
        is a `Problem`.
        """
        reader = Reader(self.directory, handed)
        files = dict(reader.walk(handed.path))
        timestamp = None
        if "timestamp.txt" in files:
            timestamp = reader.timestamp(files["timestamp.txt"])
        return Submission(handed.student, handed.assignment, files, timestamp), reader.problems

    def answer_key(
        self, assignment: str, cells: Mapping[str, tuple[Mapping[str, Any], ...]]
    ) -> AnswerKey:
        """Read the instructor's side of an assignment.

        Parameters
        ----------
        assignment
            Its name.
        cells
            The gradebook's source cells by notebook (see `AnswerKey.database_cells`).
        """
        source = self.folder("source", assignment)
        release = self.folder("release", assignment)
        reader = Reader(self.directory, Handed(".", assignment, source))
        files = dict(reader.walk(source))
        kept_by_students = self.config.Autograde.get("exclude_overwriting", {}).get(assignment, ())
        return AnswerKey(
            assignment,
            notebooks={p.stem: self._source(p) for p in sorted(source.glob("*.ipynb"))},
            released={p.stem: p.read_bytes() for p in sorted(release.glob("*.ipynb"))},
            files={
                name: data
                for name, data in files.items()
                if not name.endswith(".ipynb") and name not in kept_by_students
            },
            database_cells=cells,
        )

    def _source(self, path: Path) -> bytes:
        """Read a source notebook with the course's header and footer, as students get it."""
        include = IncludeHeaderFooter(config=self.config)
        data = path.read_bytes()
        if not (include.enabled and (include.header or include.footer)):
            return data
        with contextlib.chdir(self.directory.root):
            notebook, _ = include.preprocess(read_notebook(data), {})
        text: str = cast(Any, nbformat).writes(notebook)
        return text.encode()

    def source_digest(self, assignment: str) -> str:
        """Fingerprint of all that an assignment's cells in the gradebook are made from.

        That is its source folder, the configuration, and the files of the course that nbgrader
        puts into every notebook: header, footer and the templates of automatic tests.
        """
        # Asking for a section makes an empty one; functions show where in memory they are.
        sections = {name: section for name, section in sorted(self.config.items()) if section}
        digest = hashlib.sha256(re.sub(r" at 0x[0-9a-f]+", "", repr(sections)).encode())
        include = IncludeHeaderFooter(config=self.config)
        templates = InstantiateTests(config=self.config).autotest_filename
        for name in filter(None, (include.header, include.footer, templates)):
            path = Path(self.directory.root, name)
            digest.update(path.read_bytes() if path.is_file() else b"")
        source = self.folder("source", assignment)
        reader = Reader(self.directory, Handed(".", assignment, source))
        for name, data in sorted(reader.walk(source)):
            digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
        return digest.hexdigest()
