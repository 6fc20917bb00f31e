"""Measures how many submissions a second are graded, beside stock nbgrader and the bare floor.

    python tests/benchmarks/grading_throughput.py
    python tests/benchmarks/grading_throughput.py 03-activations --few 20
    python tests/benchmarks/grading_throughput.py --small --submissions 10000 --without-nbgrader

One run, one machine. For each of the six notebooks a class of students who all hand in something
else: right answers in many forms, wrong ones, gaps, and a few that end the process (see
`tests/drawn_class.py`).

- sealed: `grading run`, with its start, gradebook and files.
- sealed, at once: the whole class by one `grading run`, which starts once for all notebooks.
  nbgrader takes one command for each. Measured before and after all else; the mean counts.
- nbgrader: `nbgrader autograde` on a few of the same submissions, extrapolated to the class as
  "first submission, then so much for each further one".
- nbgrader, best: the same with kernels that are killed in place of shut down, and one process a
  core, each with a gradebook of its own so that they don't wait for each other.
- floor: the same cells by plain `exec` in forks of a process that has imported the same modules.
  No sandbox, no second process, no gradebook, no files, no limits.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import io
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
sys.path[:0] = [str(ROOT), str(TESTS)]

import psutil  # noqa: E402  # brought by ipykernel
import sample_class  # noqa: E402
import small_course  # noqa: E402
from drawn_class import Drawing  # noqa: E402

from grading.records import AnswerKey  # noqa: E402

ASSIGNMENTS = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb"))
DIFFERENT = 100
ATTEMPTS = 3
SMALL_ANSWERS = (
    ("def double(x):\n    return 2 * x", "def triple(x):\n    return 3 * x"),
    ("def double(x):\n    return x", "def triple(x):\n    return abs(3 * x)"),
    ("raise NotImplementedError", "import os\nos._exit(0)"),
)


class Class:
    """A class that can be handed in as often as needed.

    Parameters
    ----------
    folder
        Where all is put.
    small
        Whether the small notebook of the tests takes the place of the real one.
    """

    def __init__(self, folder: Path, assignment: str, small: bool) -> None:
        self.folder = folder
        self.small = small
        self.assignment = small_course.ASSIGNMENT if small else assignment
        self.notebook = small_course.NOTEBOOK if small else assignment.partition("-")[2]
        self.course_dir = folder / "course" if small else ROOT / "grading"
        if small:
            self._make_small_course()
        self.texts = self._small_kinds() if small else self._real_kinds()

    def _make_small_course(self) -> None:
        self.course_dir.mkdir()
        (self.course_dir / "nbgrader_config.py").write_text(small_course.CONFIG)
        source = self.course_dir / "source" / self.assignment
        source.mkdir(parents=True)
        text = json.dumps(_book(small_course.source_cells()))
        (source / f"{self.notebook}.ipynb").write_text(text)

    def _small_kinds(self) -> list[str]:
        texts = []
        for double, triple in SMALL_ANSWERS:
            cells = small_course.source_cells()
            for cell in cells:
                name = cell["metadata"].get("nbgrader", {}).get("grade_id")
                cell["source"] = {"double": double, "triple": triple}.get(name, cell["source"])
            texts.append(json.dumps(_book(cells)))
        return texts

    def _real_kinds(self) -> list[str]:
        drawing = Drawing(self.assignment)
        return [drawing.notebook() for _ in range(DIFFERENT)]

    def hand_in(self, name: str, first: int, number: int) -> Path:
        """Make a class directory with some submissions and a gradebook."""
        from grading.course import load_course
        from grading.gradebook import Gradebook
        from grading.register import register

        class_dir = self.folder / name
        for place in range(first, first + number):
            folder = class_dir / "submitted" / f"s{place:05d}" / self.assignment
            folder.mkdir(parents=True)
            (folder / f"{self.notebook}.ipynb").write_text(self.texts[place % len(self.texts)])
            (folder / "timestamp.txt").write_text(sample_class.ON_TIME)
        course = load_course(self.course_dir, class_dir)
        with Gradebook(course.db_url, course.course_id) as book:
            register(course, book, self.assignment)
        return class_dir

    def key(self) -> AnswerKey:
        """Read the answer key as `grading run` does."""
        from grading.course import load_course
        from grading.gradebook import Gradebook

        course = load_course(self.course_dir, self.hand_in("key", 0, 1))
        with Gradebook(course.db_url, course.course_id) as book:
            return course.answer_key(self.assignment, book.source_cells(self.assignment))


def _book(cells: list[Any]) -> dict[str, Any]:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


# ------------------------------------------------------------------------------------ the rivals


def sealed(school: Class, number: int, jobs: int) -> float:
    """Grade a class by `grading run`; give the seconds."""
    class_dir = school.hand_in("sealed", 0, number)
    command = [sys.executable, "-m", "grading", "run", school.assignment, "--jobs", str(jobs)]
    command += ["--course-dir", str(school.course_dir), "--class-dir", str(class_dir), "--json"]
    start = time.perf_counter()
    with (school.folder / "log.txt").open("w+") as log:
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, cwd=ROOT)
        while running.poll() is None and not _count(class_dir / "autograded"):
            time.sleep(0.02)
        first = time.perf_counter() - start
        watch_memory(running, class_dir / "autograded", number)
        code = running.wait()
        seconds = time.perf_counter() - start
        rate = (number - 1) / max(seconds - first, 1e-9)
        print(f"  sealed: {first:.1f} s until the first submission, then {rate:.2f} a second")
        found = len(list((class_dir / "autograded").glob("*/*/*.ipynb")))
        if code not in (0, 1) or found != number:
            log.seek(0)
            sys.exit(f"grading run graded {found} of {number}:\n{log.read()[-2000:]}")
    return seconds


def at_once(folder: Path, assignments: list[str], number: int, jobs: int) -> float:
    """Grade all notebooks of a class by one `grading run`; give the seconds."""
    for assignment in assignments:
        class_dir = Class(folder, assignment, small=False).hand_in("all", 0, number)
    command = [sys.executable, "-m", "grading", "run", "--jobs", str(jobs), "--json"]
    command += ["--course-dir", str(ROOT / "grading"), "--class-dir", str(class_dir)]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    seconds = time.perf_counter() - start
    found = len(list((class_dir / "autograded").glob("*/*/*.ipynb")))
    if done.returncode not in (0, 1) or found != number * len(assignments):
        sys.exit(f"grading run graded {found}:\n{done.stderr[-2000:]}")
    print(f"all {found} at once: {seconds:.1f} s")
    return seconds


def watch_memory(running: subprocess.Popen[bytes], graded: Path, number: int) -> None:
    """Print the resident memory of a run's processes at 10, 50 and nearly 100 % of its work."""
    main = psutil.Process(running.pid)
    for percent in (10, 50, 95):
        while running.poll() is None and _count(graded) < number * percent / 100:
            time.sleep(0.2)
        with contextlib.suppress(psutil.Error):
            lasting = [
                process
                for process in main.children(recursive=True)
                if time.time() - process.create_time() > 5  # not those of single submissions
            ]
            megabytes = sorted(process.memory_info().rss / 2**20 for process in lasting)
            others = ", ".join(f"{size:.0f}" for size in reversed(megabytes)) or "none yet"
            own = main.memory_info().rss / 2**20
            print(f"  memory at {percent:3d} %: {own:.0f} MB, its workers' processes: {others} MB")


def _count(graded: Path) -> int:
    return sum(1 for _ in graded.glob("[!.]*"))  # not the lock


def start_nbgrader(school: Class, class_dir: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start `nbgrader autograde` on a class; what it says goes into a file beside it."""
    command = [sys.executable, "-m", "nbgrader", "autograde", school.assignment, *options]
    command += [f"--CourseDirectory.submitted_directory={class_dir / 'submitted'}"]
    command += [f"--CourseDirectory.autograded_directory={class_dir / 'autograded'}"]
    command += [f"--CourseDirectory.db_url=sqlite:///{class_dir / 'gradebook.db'}"]
    if school.small:
        command.append(f"--CourseDirectory.root={school.course_dir}")
    environment = {**os.environ, "GRADING_CLASS_DIR": str(class_dir)}
    with class_dir.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=school.course_dir, env=environment, stdout=log, stderr=log
        )


def nbgrader(school: Class, name: str, number: int, jobs: int, *options: str) -> float:
    """Grade `number` submissions with each of `jobs` processes; give the seconds.

    Now and then it loses a kernel that it should not have lost; then it is measured again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        seconds, lost = _nbgrader(school, f"{name}-{attempt}", number, jobs, *options)
        if not lost:
            return seconds
        print(f"  {name}: measured again, because nbgrader did not grade all\n{lost}")
    sys.exit(f"nbgrader did not grade all, {ATTEMPTS} times")


def _nbgrader(school: Class, name: str, number: int, jobs: int, *options: str) -> tuple[float, str]:
    """Give the seconds, and the end of what it said if it did not grade all that can be graded."""
    folders = [school.hand_in(f"{name}-{job}", job * number, number) for job in range(jobs)]
    start = time.perf_counter()
    running = [start_nbgrader(school, folder, *options) for folder in folders]
    for process in running:
        process.wait()
    seconds = time.perf_counter() - start
    found = sum(len(list((folder / "autograded").glob("*/*/*.ipynb"))) for folder in folders)
    texts = [school.texts[place % len(school.texts)] for place in range(number * jobs)]
    ending = sum("os._exit" in text for text in texts)  # it gives up on one that ends its kernel
    said = ""
    if found < len(texts) - ending:
        said = f"    {found} of {len(texts)}, {ending} of which end their kernel\n"
        for folder in folders:
            lines = folder.with_suffix(".log").read_text(errors="replace").splitlines()
            said += "".join(f"    {line[:200]}\n" for line in lines if "rror" in line)[-3000:]
    return seconds, said


def extrapolated(
    school: Class, name: str, jobs: int, few: int, number: int, *options: str
) -> float:
    """Say how long nbgrader would take for the class, from one and from `few` submissions."""
    # One run may find files that are not in memory, or wait seconds for a kernel that won't end.
    one = statistics.median(
        nbgrader(school, f"{name}-one-{turn}", 1, jobs, *options) for turn in range(3)
    )
    several = nbgrader(school, f"{name}-few", few, jobs, *options)
    each = (several - one) / (few - 1)
    print(
        f"  {name}: {one:.1f} s for the first, {each:.2f} s for each further one, {jobs} at a time"
    )
    return one + (number / jobs - 1) * each


def floor(school: Class, number: int, jobs: int) -> float:
    """Run the same cells by plain `exec` in forks of one warm process; give the seconds."""
    from grading.engine import sanitize
    from grading.engine.prepared import prepare, rehearse

    os.environ["NBGRADER_EXECUTION"] = "autograde"
    prepared = prepare(school.key())
    for module in sorted(prepared.modules):
        with contextlib.suppress(Exception):
            __import__(module)
    rehearse(prepared)
    notebook = prepared.notebooks[school.notebook]
    books = [sanitize.rebuild(notebook, json.loads(text))[0] for text in school.texts]
    gc.collect()
    gc.freeze()
    running: set[int] = set()
    start = time.perf_counter()
    for place in range(number):
        while len(running) >= jobs:
            running.discard(os.wait()[0])
        pid = os.fork()
        if pid == 0:
            _run_cells(books[place % len(books)])
            os._exit(0)
        running.add(pid)
    while running:
        running.discard(os.wait()[0])
    return time.perf_counter() - start


def _run_cells(cells: list[Any]) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in cells:
            if cell.is_run or cell.is_test:
                with contextlib.suppress(Exception):
                    _run_cell(cell.source, names)


def _run_cell(source: str, names: dict[str, Any]) -> None:
    """Run a cell and represent its last value, as a notebook does."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
        repr(value)
        getattr(value, "_repr_html_", lambda: "")()


# ------------------------------------------------------------------------------------- one run


def measure(school: Class, arguments: argparse.Namespace) -> dict[str, float]:
    """Measure all on one class; give the seconds."""
    number, jobs = arguments.submissions, arguments.jobs
    print(f"{number} submissions of {school.assignment}, {jobs} at a time")
    seconds = {"floor": floor(school, number, jobs), "sealed": sealed(school, number, jobs)}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  largest process of the sealed run: {peak:.0f} MB")
    if not arguments.without_nbgrader:
        few = arguments.few
        seconds["nbgrader"] = extrapolated(school, "nbgrader", 1, few, number)
        fast = "--Execute.shutdown_kernel=immediate"
        best = extrapolated(school, "nbgrader, best", jobs, max(2, few // jobs), number, fast)
        seconds["nbgrader, best"] = best
    show(seconds, number)
    return seconds


def show(seconds: dict[str, float], number: int) -> None:
    """Print a table."""
    ours = [name for name in ("sealed", "sealed, at once") if name in seconds]
    heads = "".join(f"{f'of {name}':>20s}" for name in ours)
    print(f"{'':16s}{'seconds':>10s}{'per second':>12s}{heads}")
    for name, value in seconds.items():
        ratios = "".join(f"{value / seconds[one]:19.2f}×" for one in ours)
        print(f"{name:16s}{value:10.1f}{number / value:12.2f}{ratios}")


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "assignments", nargs="*", default=ASSIGNMENTS, help="which notebooks (all six)"
    )
    parser.add_argument("--submissions", type=int, default=100, help="size of each class (100)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="default: the cores")
    parser.add_argument("--few", type=int, default=20, help="how many nbgrader grades (20)")
    parser.add_argument("--small", action="store_true", help="a notebook of three tests")
    parser.add_argument("--without-nbgrader", action="store_true", help="only sealed and floor")
    arguments = parser.parse_args()
    unknown = sorted({*arguments.assignments} - {*ASSIGNMENTS})
    if unknown:
        parser.error(
            f"no such assignment: {', '.join(unknown)}; there are {', '.join(ASSIGNMENTS)}"
        )
    assignments = [small_course.ASSIGNMENT] if arguments.small else arguments.assignments
    total: Counter[str] = Counter()
    whole = []
    if len(assignments) > 1:
        with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
            whole.append(at_once(Path(folder), assignments, arguments.submissions, arguments.jobs))
    for assignment in assignments:
        with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
            school = Class(Path(folder), assignment, arguments.small)
            # The floor imports and keeps what its notebook needs: not for the next one.
            with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as process:
                total.update(process.submit(measure, school, arguments).result())
    if len(assignments) > 1:
        with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
            whole.append(at_once(Path(folder), assignments, arguments.submissions, arguments.jobs))
        number = len(assignments) * arguments.submissions
        total["sealed, at once"] = sum(whole) / len(whole)
        print(f"All {number} submissions of {len(assignments)} notebooks")
        show(dict(total), number)


if __name__ == "__main__":
    main()
