"""Measures what a second Dask worker brings, beside the local pool, and compares the gradebooks.

    python tests/benchmarks/cluster_scaling.py
    python tests/benchmarks/cluster_scaling.py --small --submissions 100

One run, one machine, two classes, each graded four times: by one and by two processes of this
machine, and by one and by two Dask workers with one thread each. The seconds are those of
`grading run --json`, from looking at what was handed in to the last grade: the start of Python is
left out, that of the grading processes is not. All gradebooks have to be equal.

- working: the real notebook (`--small`: a notebook of three tests). What it needs is the
  processor. On two cores a second worker can bring less than twice, because the scheduler, the
  workers' own processes and the command, which writes the gradebook, want their share of them; the
  columns say how many seconds of CPU time each took.
- waiting: each submission sleeps. That leaves the processor idle, so that the speed-up shows how
  well submissions are handed out, as on machines of their own.

Starting a worker takes several seconds of CPU time, which a small class does not repay. So there is
a second speed-up, of the submissions a second between the first grade and the last.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from grading_throughput import ROOT, SMALL_ANSWERS, Class

import psutil  # isort: skip  # brought by ipykernel
from cluster import LocalCluster, cluster
from gradebook_dump import dump

WAIT = "import time\n\ntime.sleep({seconds})\n"


@dataclass(frozen=True)
class Cost:
    """What one grading of a class took.

    Attributes
    ----------
    seconds
        All of it.
    rate
        Submissions a second between the first grade and the last.
    graders, scheduler, command
        Seconds of CPU time, by who used them.
    """

    seconds: float
    rate: float
    graders: float
    scheduler: float
    command: float


def waiting_class(folder: Path, seconds: float) -> Class:
    """Make a class whose submissions do nothing but wait."""
    folder.mkdir()
    school = Class(folder, small=True)
    double = WAIT.format(seconds=seconds) + SMALL_ANSWERS[0][0]
    book = json.loads(school.texts[0])
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double":
            cell["source"] = double
    school.texts = [json.dumps(book)] * 10
    return school


def used(pid: int) -> tuple[float, float]:
    """Seconds of CPU time of a process itself, and of all that it started, ended or not."""
    main = psutil.Process(pid)
    own, below = sum(main.cpu_times()[:2]), sum(main.cpu_times()[2:4])
    for process in main.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            below += sum(process.cpu_times()[:4])
    return own, below


def grade(
    school: Class, name: str, number: int, where: LocalCluster | None, *options: str
) -> tuple[Cost, str]:
    """Grade a class by `grading run`; give what it took, and its gradebook."""
    class_dir = school.hand_in(name, 0, number)
    command = [sys.executable, "-m", "grading", "run", school.assignment, "--json", *options]
    command += ["--course-dir", str(school.course_dir), "--class-dir", str(class_dir)]
    log, out = class_dir / "log", class_dir / "out"
    others = [] if where is None else [where.scheduler, *where.workers]
    pids = [process.pid for process in others if process is not None]
    before = [sum(used(pid)) for pid in pids]
    most, after = (0.0, 0.0), before
    with log.open("w") as errors, out.open("w") as result:
        running = subprocess.Popen(command, stdout=result, stderr=errors, cwd=ROOT)
        # What grading processes used can't be asked for once they are ended.
        while running.poll() is None:
            with contextlib.suppress(psutil.Error):
                own, below = used(running.pid)
                most = max(most[0], own), max(most[1], below)
                now = [sum(used(pid)) for pid in pids]
                after = [max(pair) for pair in zip(after, now, strict=True)]
            time.sleep(0.2)
    if running.returncode not in (0, 1):
        sys.exit(log.read_text()[-2000:])
    told = json.loads(out.read_text())
    if told["graded"] != number:
        sys.exit(f"{told['graded']} of {number} were graded:\n{log.read_text()[-2000:]}")
    own, below = most
    scheduler, *workers = [b - a for a, b in zip(before, after, strict=True)] or [0.0]
    times = [path.stat().st_mtime for path in (class_dir / "autograded").glob("s*")]
    rate = (number - 1) / (max(times) - min(times))
    cost = Cost(told["seconds"], rate, below + sum(workers), scheduler, own)
    return cost, f"sqlite:///{class_dir / 'gradebook.db'}"


def here(school: Class, number: int, jobs: int) -> tuple[Cost, str]:
    """Grade a class on this machine."""
    return grade(school, f"here-{jobs}", number, None, "--jobs", str(jobs))


def there(school: Class, number: int, workers: int) -> tuple[Cost, str]:
    """Grade a class on a cluster, made for it."""
    with cluster(school.folder / f"cluster-{workers}", workers) as where:
        return grade(school, f"there-{workers}", number, where, "--scheduler", where.address)


def measure(what: str, school: Class, number: int) -> None:
    """Grade a class in all ways; print the times, and whether the gradebooks are equal."""
    ways = {"this machine": here, "Dask": there}
    costs: dict[tuple[str, int], Cost] = {}
    books = []
    for workers in (1, 2):
        for name, way in ways.items():
            costs[name, workers], book = way(school, number, workers)
            books.append(dump(book))
    print(f"\n{what}: {number} submissions of {school.assignment}")
    print(f"{'':14s}{'workers':>8s}{'seconds':>9s}{'speed-up':>10s}{'a second':>10s}", end="")
    print(f"{'speed-up':>10s}", end="")
    print("   CPU seconds: graders, scheduler, command")
    for (name, workers), cost in costs.items():
        ratio = costs[name, 1].seconds / cost.seconds
        steady = cost.rate / costs[name, 1].rate
        print(f"{name:14s}{workers:8d}{cost.seconds:9.1f}{ratio:9.2f}×", end="")
        print(f"{cost.rate:10.2f}{steady:9.2f}×", end="")
        print(f"{cost.graders:23.1f}{cost.scheduler:11.1f}{cost.command:9.1f}")
    if any(book != books[0] for book in books):
        sys.exit("The gradebooks differ.")
    print(f"The {len(books)} gradebooks are equal: {len(books[0])} rows.")


def main() -> None:
    """Parse the command line, measure and print."""
    parser = argparse.ArgumentParser(description="One Dask worker, two, and the local pool.")
    parser.add_argument("--submissions", type=int, default=20, help="size of each class (20)")
    parser.add_argument("--small", action="store_true", help="a notebook of three tests")
    parser.add_argument("--sleep", type=float, default=2.0, help="seconds that each waits (2)")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory(prefix="scaling-") as folder:
        working = Path(folder) / "working"
        working.mkdir()
        measure("working", Class(working, options.small), options.submissions)
        waiting = waiting_class(Path(folder) / "waiting", options.sleep)
        measure("waiting", waiting, options.submissions)


if __name__ == "__main__":
    main()
