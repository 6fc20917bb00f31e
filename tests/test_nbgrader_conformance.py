"""nbgrader's own tests of `nbgrader autograde`, run on `grading run`.

The tests that nbgrader ships call `run_nbgrader(["autograde", …])` and look at folders and the
gradebook. Here that call goes to `grading run`. A test that comes out otherwise on purpose is
overridden below with what is different; the reasons are in `grading/DIFFERENCES.md`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from nbgrader.api import Gradebook
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.tests.apps import test_nbgrader_autograde as shipped
from nbgrader.tests.apps.conftest import course_dir, db, temp_cwd  # noqa: F401 (fixtures)

from grading.commands import grading
from grading.errors import EXIT_FAILED, EXIT_OK, EXIT_PROBLEMS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_nursery")]

# nbgrader has one exit code for "some of it failed" and for "nothing could be done".
CODES = {0: (EXIT_OK,), 1: (EXIT_PROBLEMS, EXIT_FAILED)}
run_nbgrader = shipped.run_nbgrader


def run(arguments: Sequence[str], retcode: int = 0, **options: Any) -> str:
    """Stand in for `run_nbgrader`: `autograde` goes to `grading run`, the rest to nbgrader."""
    command, *rest = arguments
    if command != "autograde":
        output: str = run_nbgrader(arguments, retcode=retcode, **options)
        return output
    rest = ["--help" if word == "--help-all" else word for word in rest]
    settings = [word for word in rest if word.startswith("--") and "=" in word]
    kept = [word for word in rest if word not in settings and word != "--create"]
    with configured(settings):
        done = CliRunner().invoke(grading, ["run", "--jobs", "1", *kept])
    assert done.exit_code in CODES[retcode], f"exit code {done.exit_code}: {done.output}"
    return done.output


@contextmanager
def configured(settings: Sequence[str]) -> Iterator[None]:
    """Put what nbgrader takes on its command line into its configuration file for a while."""
    path = Path("nbgrader_config.py")
    before = path.read_text()
    path.write_text("\n".join([before, *map(as_line, settings)]))
    yield
    path.write_text(before)


def as_line(setting: str) -> str:
    name, _, text = setting.removeprefix("--").partition("=")
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    # `AutogradeApp.permissions` is nbgrader's older name of `Autograde.permissions`.
    return f"c.{name.replace('AutogradeApp.', 'Autograde.')} = {value!r}"


@pytest.fixture(autouse=True)
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "run_nbgrader", run)
    # nbgrader starts a program to learn this, for each new gradebook.
    head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
    monkeypatch.setattr("nbgrader.api.get_alembic_version", lambda: head)


NO_NOTEBOOK_OPTION = r"exit code 2: .*No such option.*--notebook"


class TestConformance(shipped.TestNbGraderAutograde):  # type: ignore[misc]
    """Everything that is not overridden is inherited and comes out as in nbgrader."""

    # A whole submission is graded, never one of its notebooks.

    def test_filter_notebook(self, db: str, course_dir: str) -> None:  # noqa: F811
        with pytest.raises(AssertionError, match=f"(?s){NO_NOTEBOOK_OPTION}"):
            super().test_filter_notebook(db, course_dir)

    def test_force_single_notebook(self, course_dir: str) -> None:  # noqa: F811
        with pytest.raises(AssertionError, match=f"(?s){NO_NOTEBOOK_OPTION}"):
            super().test_force_single_notebook(course_dir)

    def test_update_newer_single_notebook(self, course_dir: str) -> None:  # noqa: F811
        with pytest.raises(AssertionError, match=f"(?s){NO_NOTEBOOK_OPTION}"):
            super().test_update_newer_single_notebook(course_dir)
        before = graded(course_dir, "foo", "p2").read_bytes()
        run(["autograde", "ps1"])  # what is newer is graded again, all of it
        assert graded(course_dir, "foo", "p2").read_bytes() != before

    def test_no_execute(self, course_dir: str) -> None:  # noqa: F811
        """Scores come from running; there is no grading without."""
        with pytest.raises(
            AssertionError, match=r"(?s)exit code 2: .*No such option.*--no-execute"
        ):
            super().test_no_execute(course_dir)

    # What a submission does wrong costs itself less.

    def test_grade_empty_timestamp(self, db: str, course_dir: str) -> None:  # noqa: F811
        """A time that is none is reported, and the submission graded as in time."""
        with pytest.raises(AssertionError, match=r"(?s)exit code 0: .*does not hold a date"):
            super().test_grade_empty_timestamp(db, course_dir)
        with Gradebook(db) as book:
            submission = book.find_submission("ps1", "bar")
            assert (submission.score, submission.total_seconds_late) == (2, 0)

    def test_handle_failure(self, course_dir: str) -> None:  # noqa: F811
        """Cells that the key doesn't know are ordinary cells, and stop nothing."""
        with pytest.raises(AssertionError, match="exit code 0"):
            super().test_handle_failure(course_dir)
        assert graded(course_dir, "foo", "p2").is_file()
        assert graded(course_dir, "bar", "p2").is_file()

    def test_handle_failure_single_notebook(self, course_dir: str) -> None:  # noqa: F811
        with pytest.raises(AssertionError, match=f"(?s){NO_NOTEBOOK_OPTION}"):
            super().test_handle_failure_single_notebook(course_dir)
        run(["autograde", "ps1"])
        assert graded(course_dir, "foo", "p2").is_file()

    def test_missing_source_kernelspec(self, course_dir: str) -> None:  # noqa: F811
        """The key says which kernel: what the student's notebook claims doesn't matter."""
        with pytest.raises(AssertionError, match="exit code 0"):
            super().test_missing_source_kernelspec(course_dir)
        assert graded(course_dir, "bar", "p1").is_file()

    def test_missing_files(self, db: str, course_dir: str) -> None:  # noqa: F811
        """An empty folder is a submission without its notebook: no points, and a note."""
        with pytest.raises(AssertionError):
            super().test_missing_files(db, course_dir)
        assert graded(course_dir, "foo", "p1").is_file()
        assert Path(course_dir, "autograded", "bar", "ps1").is_dir()
        assert not graded(course_dir, "bar", "p1").exists()

    def test_side_effects(self, db: str, course_dir: str) -> None:  # noqa: F811
        """Files that students' code writes are gone with its process."""
        with pytest.raises(AssertionError):
            super().test_side_effects(db, course_dir)
        assert graded(course_dir, "foo", "p1").is_file()
        assert not list(Path(course_dir).rglob("side-effect.txt"))


def graded(course: str, student: str, notebook: str) -> Path:
    return Path(course, "autograded", student, "ps1", f"{notebook}.ipynb")
