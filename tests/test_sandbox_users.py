"""The sandbox as an ordinary user, tested by root.

`test_sandbox` runs as whoever runs the tests. Where that is root, this runs a part of it again
as nobody, in a mount namespace that opens the way to the interpreter if only root may go there.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import small_course
from test_sandbox_probe import DEPRIVED

REPOSITORY = Path(__file__).resolve().parent.parent
NOBODY = "65534"
CHOSEN = (
    "honest or copies or identity or capability or threads_are or probe or kill_leaves or "
    "scratch_directory_is_limited or killing_the_warm or "
    "(denied and (secret or grader or fork or namespace))"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only"),
    pytest.mark.skipif(
        sys.platform == "linux" and os.getuid() != 0,
        reason="test_sandbox has run as an ordinary user already",
    ),
]


def closed_ancestor(path: Path) -> Path | None:
    """Return the outermost directory on the way to `path` that others may not enter."""
    for parent in reversed(path.resolve().parents):
        if not parent.stat().st_mode & 0o001:
            return parent
    return None


def opening_script(paths: list[Path]) -> list[str]:
    """Write the shell commands that let everybody reach `paths`, and nothing beside them."""
    lines = ["set -e"]
    closed: dict[Path, list[Path]] = {}
    for path in paths:
        ancestor = closed_ancestor(path)
        if ancestor is not None:
            closed.setdefault(ancestor, []).append(path.resolve())
    for ancestor, inside in closed.items():
        lines.append("mount -t tmpfs none /mnt")
        for number, path in enumerate(inside):
            place = shlex.quote(str(path))
            lines += [f"mkdir /mnt/{number}", f"mount --bind {place} /mnt/{number}"]
        lines.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(str(ancestor))}")
        for number, path in enumerate(inside):
            place = shlex.quote(str(path))
            lines += [f"mkdir -p {place}", f"mount --move /mnt/{number} {place}"]
    return lines


def run_where_all_is_open(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command where everybody can reach the interpreter and this repository."""
    paths = [Path(sys.base_prefix), Path(sys.prefix), REPOSITORY]
    script = "\n".join([*opening_script(paths), "exec " + shlex.join(command)])
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )


def run_tests(chosen: str, *, prefix: tuple[str, ...], tiers: str | None = None) -> int:
    """Run chosen tests of `test_sandbox` where everybody can reach the interpreter."""
    command = [
        *prefix,
        *("env", "HOME=/nonexistent", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"),
        *([f"SANDBOX_TIERS={tiers}"] if tiers else []),
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_timeout"),
        *("-k", chosen, str(REPOSITORY / "tests/test_sandbox.py")),
    ]
    finished = run_where_all_is_open(command)
    assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr[-2000:]
    passed = re.search(r"(\d+) passed", finished.stdout)
    return int(passed[1]) if passed else 0


USER = ("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")


def test_grading_run_as_an_ordinary_user():
    with tempfile.TemporaryDirectory(prefix="ordinary-") as folder:
        course = small_course.make(Path(folder, "course"))
        small_course.release(course)
        right = {"double": "def double(x):\n    return 2 * x"}
        small_course.hand_in(course, "ada", right)
        small_course.hand_in(course, "bob", {"double": "import os\nos._exit(0)"})
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
        command = [*USER, "env", f"HOME={folder}", sys.executable, "-m", "grading", "run"]
        done = run_where_all_is_open([*command, "--json", "--course-dir", str(course)])
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout)
    rows = {row["student"]: (row["score"] > 0, row["tier"]) for row in result["submissions"]}
    assert rows == {"ada": (True, "namespaces"), "bob": (False, "namespaces")}


def test_ordinary_user():
    tiers = os.environ.get("SANDBOX_TIERS", "namespaces,landlock")
    assert run_tests(CHOSEN, prefix=USER) > 40 * len(tiers.split(","))


def test_a_filter_that_silently_does_nothing_is_noticed():
    """A file's mode is looked at from outside: the call itself seems to work either way."""
    command = [*USER, "env", "HOME=/nonexistent", sys.executable, "-c", DEPRIVED, str(REPOSITORY)]
    done = run_where_all_is_open([*command, "seccomp=0"])
    assert done.returncode == 0, done.stderr
    first, *missing = done.stdout.splitlines()
    assert first == "none False"
    assert "landlock: student code can change the mode of the grader's files" in missing


def test_root_becomes_nobody_without_namespaces_too():
    chosen = "identity or honest or scratch_directory_is_limited or memory_runs_out"
    assert run_tests(chosen, prefix=(), tiers="landlock") >= 5
