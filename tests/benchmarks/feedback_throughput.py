"""Measures how many submissions a second get feedback, beside `nbgrader generate_feedback`.

    python tests/benchmarks/feedback_throughput.py
    python tests/benchmarks/feedback_throughput.py --submissions 300 --stock 20

One run, one machine, one class of ten kinds of students, graded by `grading run` before. Both
commands are timed as a person starts them. nbgrader does a few submissions and is extrapolated as
"start, then so much for each"; its start is measured on one submission.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grading_throughput import ROOT, Class, sealed


def ours(school: Class, class_dir: Path, jobs: int) -> float:
    """Write all pages by `grading feedback`; give the seconds."""
    command = ["-m", "grading", "feedback", school.assignment, "--force", "--jobs", str(jobs)]
    command += ["--course-dir", str(school.course_dir), "--class-dir", str(class_dir)]
    return _timed(command, ROOT, {})


def stock(school: Class, class_dir: Path, number: int) -> float:
    """Write the pages of the first few by nbgrader; give the seconds."""
    shutil.rmtree(class_dir / "feedback", ignore_errors=True)
    students = "s00000" if number == 1 else f"s000[0-{(number - 1) // 10}][0-9]"
    command = ["-m", "nbgrader", "generate_feedback", school.assignment, "--force"]
    command += [f"--student={students}"]
    seconds = _timed(command, school.course_dir, {"GRADING_CLASS_DIR": str(class_dir)})
    made = len(list((class_dir / "feedback").glob("*/*/*.html")))
    if made != number:
        sys.exit(f"nbgrader made {made} pages, not {number}")
    return seconds


def _timed(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | environment,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Feedback pages a second, ours and nbgrader's.")
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--stock", type=int, default=10, help="of them by nbgrader: 10, 20, …")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    number, few = options.submissions, options.stock // 10 * 10
    with tempfile.TemporaryDirectory(prefix="feedback-") as folder:
        school = Class(Path(folder), small=False)
        sealed(school, number, options.jobs)
        class_dir = Path(folder) / "sealed"
        one, many = stock(school, class_dir, 1), stock(school, class_dir, few)
        shutil.rmtree(class_dir / "feedback")
        seconds = ours(school, class_dir, options.jobs)
        again = ours(school, class_dir, 1)
    each = (many - one) / (few - 1)
    whole = one + each * (number - 1)
    print(f"{number} submissions of {school.assignment}, {options.jobs} jobs, start included")
    print(f"grading feedback            {seconds:7.1f} s  {number / seconds:7.2f} a second")
    print(f"grading feedback --jobs 1   {again:7.1f} s  {number / again:7.2f} a second")
    print(
        f"nbgrader generate_feedback  {whole:7.1f} s  {number / whole:7.2f} a second"
        f"  (1 took {one:.1f} s, {few} took {many:.1f} s)"
    )
    print(f"ratio {whole / seconds:.0f}; with one process {whole / again:.0f}")


if __name__ == "__main__":
    main()
