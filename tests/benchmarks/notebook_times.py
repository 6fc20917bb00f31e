"""How long each solved notebook takes under nbval, outputs compared, kernel's start included.

Run by hand on a quiet machine: `python tests/benchmarks/notebook_times.py [NAME ...]`. The limit is
20 s on two cores; the processor's seconds stand beside it, since they suffer less from other work.
"""

import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from nbval_run import nbval  # noqa: E402

LIMIT = 20  # s


def seconds_of_children() -> float:
    """Return the processor's seconds of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(path: Path) -> tuple[float, float, int]:
    """Run one notebook; return its seconds, the processor's seconds and the exit code."""
    start, used = time.perf_counter(), seconds_of_children()
    done = nbval(path)
    return time.perf_counter() - start, seconds_of_children() - used, done.returncode


def main() -> None:
    """Measure and print; exit with 1 if a notebook fails or takes too long."""
    paths = sorted((ROOT / "solutions").glob("*/*.ipynb"))
    chosen = [path for path in paths if not sys.argv[1:] or path.stem in sys.argv[1:]]
    bad = False
    print(f"{'':16}{'seconds':>10}{'processor':>11}", flush=True)
    for path in chosen:
        wall, processor, code = measure(path)
        verdict = "fails" if code else "too long" if wall > LIMIT else ""
        bad |= bool(verdict)
        print(f"{path.parent.name:16}{wall:10.1f}{processor:11.1f}  {verdict}", flush=True)
    sys.exit(bad)


if __name__ == "__main__":
    main()
