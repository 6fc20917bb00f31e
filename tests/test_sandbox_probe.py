"""What `probe` says on machines that offer less, and what it costs to leave a layer out."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow  # each test starts an interpreter
linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only")

# Takes system calls away from itself, as a container would, and reports what is left.
DEPRIVED = """
import sys
sys.path.insert(0, sys.argv[1])
from grading.sandbox import bpf, kernel, probe, seccomp, syscalls
ERRNO = 0x00050000
NUMBERS = {"unshare": {"x86_64": 272, "aarch64": 97}, "mount": {"x86_64": 165, "aarch64": 40}}
program = [bpf.load(bpf.NUMBER_OFFSET)]
for name, error in [word.split("=") for word in sys.argv[2:]]:
    number = NUMBERS.get(name, {}).get(syscalls.machine()) or syscalls.number(name)
    program += bpf.if_equal(number, [bpf.give(ERRNO | int(error))])
program.append(bpf.give(0x7FFF0000))
kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
seccomp.restrict(bpf.encode(program))
found = probe()
print(found.name, found.safe)
print(*found.missing, sep="\\n")
"""

ELSEWHERE = """
import sys
sys.path.insert(0, sys.argv[1])
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in {"resource", "fcntl", "pwd", "grp", "termios"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
for name in ("resource", "fcntl"):
    sys.modules.pop(name, None)
import shutil, subprocess  # they ask for the platform when they are imported
sys.platform = sys.argv[2]
import grading.sandbox as sandbox
found = sandbox.probe()
print(found.name)
print(*found.missing)
try:
    sandbox.WarmProcess("x:main", unsafe=True)
except sandbox.SandboxError as error:
    print(error)
"""


def run(script: str, *arguments: str) -> list[str]:
    finished = subprocess.run(
        [sys.executable, "-c", script, str(REPOSITORY), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


@linux
def test_a_container_without_namespaces_is_told_so():
    first, *missing = run(DEPRIVED, "unshare=1")
    assert first == "landlock True"
    assert any("unshare" in line and "user namespaces" in line for line in missing)


@linux
def test_a_container_without_mounts_is_told_so():
    first, *missing = run(DEPRIVED, "mount=1")
    assert first == "landlock True"
    assert any("mount" in line for line in missing)


@linux
def test_a_kernel_without_landlock_is_refused():
    first, *missing = run(DEPRIVED, "landlock_create_ruleset=95")
    assert first == "none False"
    assert sum("Landlock switched on" in line for line in missing) == 2


@linux
def test_a_machine_without_seccomp_filters_is_refused():
    first, *missing = run(DEPRIVED, "seccomp=22")
    assert first == "none False"
    assert all("seccomp" in line for line in missing)


@linux
def test_a_layer_that_silently_does_nothing_is_noticed():
    """Landlock and the mounts claim success and change nothing: versions would not show it."""
    first, *missing = run(DEPRIVED, "landlock_restrict_self=0", "unshare=1")
    assert first == "none False"
    assert any("student code can read the grader's files" in line for line in missing)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_import_and_say_what_is_missing(platform):
    name, missing, error = run(ELSEWHERE, platform)
    assert name == "none"
    assert platform in missing
    assert "virtual machine" in missing
    assert "need Linux" in error
