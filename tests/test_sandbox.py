"""Student processes against a hostile student, in each tier that this machine must offer.

Set SANDBOX_TIERS (for example to "landlock") where a machine can't offer all of them; without it
a missing tier is a failure.
"""

import contextlib
import ctypes
import errno
import json
import os
import pty
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from multiprocessing import shared_memory
from pathlib import Path

import pytest
import sandbox_student as student

from grading.sandbox import (
    Handle,
    Limits,
    SandboxError,
    Starting,
    Tier,
    WarmProcess,
    probe,
    scratch,
)
from grading.sandbox.limits import KIB, MIB, ONE_THREAD
from grading.sandbox.probe import broken_promises
from grading.sandbox.spawn import wait_or_kill

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only"),
]

TIERS = os.environ.get("SANDBOX_TIERS", "namespaces,landlock").split(",")
REPOSITORY = Path(__file__).resolve().parent.parent
SMALL = Limits(
    cpu_seconds=10,
    wall_seconds=20.0,
    memory_bytes=128 * MIB,
    file_bytes=2 * MIB,
    scratch_bytes=8 * MIB,
    scratch_files=200,
    threads=8,
    output_bytes=64 * KIB,
)
SECRET = "the answer key"
ENVIRONMENT_SECRET = "gradebookpassword"


def ask(child: Handle, name: str, facts: dict | None = None, timeout: float = 20.0):
    """Have the student process run something, and return its reply; None if it died."""
    child.socket.settimeout(timeout)
    try:
        student.send(child.socket, [name, facts or {}])
        return student.receive(child.socket)
    except (ConnectionError, BrokenPipeError):
        return None


def measure(child: Handle, name: str, facts: dict | None = None):
    reply = ask(child, name, facts)
    assert reply is not None, f"{name}: {child.wait(1)} {child.output().decode()[-2000:]}"
    return reply["returned"]


def limits(**changes) -> Limits:
    values = {name: getattr(SMALL, name) for name in Limits.__slots__}
    return Limits(**values | changes)


@pytest.fixture(scope="module", params=TIERS)
def tier(request) -> Tier:
    broken = broken_promises(Tier(request.param))
    if broken:
        pytest.fail(f"this machine must offer the tier {request.param}, but: {broken}")
    return Tier(request.param)


@pytest.fixture(scope="module")
def warm(tier):
    """A warm process that has imported next to nothing, and therefore forks quickly."""
    os.environ["GRADEBOOK"] = ENVIRONMENT_SECRET
    with WarmProcess("sandbox_student:main", tier=tier, preload=()) as process:
        yield process
    del os.environ["GRADEBOOK"]


@pytest.fixture(scope="module")
def grading_warm(tier):
    """A warm process as grading uses it: numpy, matplotlib and tutor are imported."""
    with WarmProcess("sandbox_student:main", tier=tier) as process:
        yield process


@pytest.fixture
def child(warm):
    with warm.spawn(SMALL) as handle:
        yield handle


class System(threading.Thread):
    """Servers on every kind of socket, which must never hear from a student."""

    def __init__(self, directory: Path) -> None:
        super().__init__(daemon=True)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.unix = socket.socket(socket.AF_UNIX)
        self.unix.bind(str(directory / "socket"))
        (directory / "socket").chmod(0o777)
        self.abstract = socket.socket(socket.AF_UNIX)
        self.abstract.bind(f"\0sandbox-test-{os.getpid()}")
        for server in (self.unix, self.abstract):
            server.listen()

    def anything_arrived(self) -> bool:
        servers = (self.tcp, self.udp, self.unix, self.abstract)
        return bool(select.select(servers, [], [], 0)[0])

    def close(self) -> None:
        for server in (self.tcp, self.udp, self.unix, self.abstract):
            server.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Make a directory that only the sandbox protects: its modes let everybody in."""
    directory = tmp_path_factory.mktemp("grader")
    for parent in (directory, *directory.parents):
        if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    directory.chmod(0o777)
    (directory / "secret").write_text(SECRET)
    (directory / "secret").chmod(0o666)
    return directory


@pytest.fixture(scope="module")
def world(warm, place):
    """Everything an attack may aim at, a neighbour included."""
    directory = place
    for old in directory.glob("socket"):
        old.unlink()
    servers = System(directory)
    controller, terminal = pty.openpty()
    os.fchmod(terminal, 0o666)
    libc = ctypes.CDLL(None)
    memory = libc.shmget(0, 4096, 0o1666)
    posix = shared_memory.SharedMemory(create=True, size=4096)
    posix.buf[:6] = b"secret"
    Path("/dev/shm", posix.name).chmod(0o666)
    with warm.spawn(limits(wall_seconds=300.0, cpu_seconds=300)) as neighbour:
        yield {
            "neighbour_handle": neighbour,
            "servers": servers,
            "facts": {
                "secret": str(directory / "secret"),
                "solutions": str(REPOSITORY / "solutions"),
                "grading": str(REPOSITORY / "grading"),
                "home": str(Path("~").expanduser()),
                "library": str(Path(json.__file__)),
                "grader": os.getpid(),
                "neighbour": _pid_of(neighbour),
                "neighbour_scratch": measure(neighbour, "write_answer"),
                "terminal": os.ttyname(terminal),
                "tcp": servers.tcp.getsockname()[1],
                "udp": servers.udp.getsockname()[1],
                "unix": str(directory / "socket"),
                "abstract": f"sandbox-test-{os.getpid()}",
                "shm": memory,
                "posix_shm": posix.name,
            },
        }
    servers.close()
    posix.close()
    posix.unlink()
    libc.shmctl(memory, 0, None)
    os.close(controller)
    os.close(terminal)


def _pid_of(handle: Handle) -> int:
    """Return the process id as this process sees it."""
    text = Path(f"/proc/self/fdinfo/{handle.fileno()}").read_text()
    return int(text.split("Pid:")[1].split()[0])


def open_here() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def targets_here() -> list[str]:
    """What this process's descriptors lead to: each socket, pipe and file by its own name."""
    found = []
    for name in open_here():
        with contextlib.suppress(FileNotFoundError):  # the one that listed the directory
            found.append(str(Path(f"/proc/self/fd/{name}").readlink()))
    return found


def state_of(directory: Path) -> dict:
    """Everything about the grader's directory that an attack might change."""
    found = {}
    for path in sorted(directory.rglob("*")):
        status = path.stat()
        kept = (stat.filemode(status.st_mode), status.st_uid, status.st_mtime_ns, status.st_nlink)
        attributes = os.listxattr(path) if path.is_file() else []
        found[path.name] = (*kept, attributes, path.read_text() if path.is_file() else "")
    return found


# Every attack is denied, and harms nobody ----------------------------------------------------


@pytest.mark.parametrize("name", sorted(student.ATTACKS))
def test_attack_is_denied(warm, world, place, name):
    before, library = state_of(place), Path(world["facts"]["library"]).stat()
    priority, affinity = os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0)
    with warm.spawn(SMALL) as child:
        reply = ask(child, name, world["facts"])
        assert reply is not None, f"{child.wait(1)} {child.output().decode()[-1000:]}"
        allowed = student.ALLOWED_ERRORS[name]
        if allowed == student.PRETENDED:
            assert "returned" in reply, reply["text"]
        else:
            assert "returned" not in reply, f"{name} got through: {reply['returned']}"
            assert reply["errno"] in allowed, f"stopped by accident: {reply['text']}"
        assert child.alive, "a denied call must not cost the process"
    assert state_of(place) == before
    now = Path(world["facts"]["library"]).stat()
    assert (now.st_mode, now.st_mtime_ns) == (library.st_mode, library.st_mtime_ns)
    assert (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0)) == (priority, affinity)
    assert not world["servers"].anything_arrived()
    neighbour = world["neighbour_handle"]
    assert measure(neighbour, "timer") == "rang"


def test_enough_attacks_are_tried():
    assert len(student.ATTACKS) >= 100


# What a student process is given -------------------------------------------------------------


def test_honest_work_is_not_disturbed(grading_warm):
    with grading_warm.spawn(SMALL) as child:
        got = measure(child, "honest_work")
    assert got == {
        "files": ["array.npy", "b.txt", "plot.png", "plot.svg"],
        "text": "kept",
        "sum": 45.0,
        "solved": 150.0,
        "random": 8,
        "limit": SMALL.open_files,
    }


def test_what_copies_and_unpacks_works(child):
    names = ("data/a.txt", "five/a.txt", "four/data/a.txt", "moved.txt", "one.txt", "three/a.txt")
    assert measure(child, "copies") == {**dict.fromkeys(names, "kept"), "new.txt": ""}


def test_a_mapped_file_is_written(child):
    assert measure(child, "maps") == "kept\0"


def test_local_files_have_addresses(child):
    assert measure(child, "fetches") == ["kept", "FileNotFoundError"]


def test_own_timers_work(child):
    assert measure(child, "timer") == "rang"


def test_large_reply_arrives(child):
    assert len(measure(child, "reply_largely")) == 8 << 20


def test_forks_have_different_random_numbers(grading_warm):
    drawn = []
    for _ in range(3):
        with grading_warm.spawn(SMALL) as child:
            drawn.append(measure(child, "random_numbers"))
    assert len({pair[0] for pair in drawn}) == 3
    assert len({pair[1] for pair in drawn}) == 3


def test_no_descriptor_is_inherited(warm):
    extra = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(extra, True)
    try:
        with warm.spawn(SMALL) as one, warm.spawn(SMALL) as other:
            assert measure(one, "open_descriptors") == [0, 1, 2, 3]
            assert measure(other, "open_descriptors") == [0, 1, 2, 3]
    finally:
        os.close(extra)


def test_environment_has_no_secrets(child):
    got = measure(child, "environment")
    assert set(got["python"]) == {*ONE_THREAD, "HOME", "LANG", "MPLBACKEND", "PATH", "TMPDIR"}
    assert ENVIRONMENT_SECRET not in json.dumps(got)
    assert {line.split("=")[0] for line in got["below"]} == set(got["python"])


def test_memory_has_no_secrets(child):
    half = len(ENVIRONMENT_SECRET) // 2
    facts = {
        "half_word": ENVIRONMENT_SECRET[:half],
        "other_half_reversed": ENVIRONMENT_SECRET[half:][::-1],
    }
    assert measure(child, "secrets_in_memory", facts) == 0


@pytest.mark.parametrize("write", [True, False])
def test_what_it_imports_is_compiled_for_the_next_time(tier, tmp_path, monkeypatch, write):
    (tmp_path / "only_here.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", not write)
    with WarmProcess("sandbox_student:main", tier=tier, preload=["only_here"]):
        assert (tmp_path / "__pycache__").exists() == write


def test_identity(warm, child):
    """Nobody, inside and outside; for root too, if nobody can then still reach the libraries."""
    got = measure(child, "identity")
    status = Path(f"/proc/{_pid_of(child)}/status").read_text()
    outside = int(status.split("Uid:")[1].split()[0])
    reachable = all(parent.stat().st_mode & 1 for parent in Path(json.__file__).resolve().parents)
    if warm.tier.name == "namespaces":
        assert (got["uid"], got["gid"], got["cwd"]) == (65534, 65534, "/scratch")
        assert outside == (os.getuid() or 65534)
    else:
        assert got["uid"] == outside == (os.getuid() or (65534 if reachable else 0))
        assert Path(got["cwd"]).parent == Path(warm._scratch)
    if os.getuid() == 0 and outside:
        assert got["groups"] == []


def test_is_the_first_to_go_when_memory_runs_out(child):
    measure(child, "timer")  # it has locked itself in when it answers
    assert Path(f"/proc/{_pid_of(child)}/oom_score_adj").read_text() == "1000\n"


def test_no_capability_is_left(child):
    measure(child, "timer")  # it has locked itself in when it answers
    status = Path(f"/proc/{_pid_of(child)}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(fields[name], 16) == 0, name
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"


def test_scratch_is_empty_again_for_the_next(warm):
    for _ in range(2):
        with warm.spawn(SMALL) as child:
            assert measure(child, "files_here") == []
            measure(child, "write_answer")
            assert measure(child, "files_here") == ["answer.txt"]


# Deaths and their reasons --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("spin", {"cpu_seconds": 1}, "cpu"),
        ("spin_ignoring_signals", {"cpu_seconds": 1}, "cpu"),
        ("sleep_ignoring_signals", {"wall_seconds": 0.5}, "wall"),
        ("close_link_and_stay", {"wall_seconds": 0.5}, "wall"),
        ("flood_link", {"wall_seconds": 0.5}, "wall"),
        ("memory_bomb", {}, "memory"),
        ("crash", {}, "signal"),
        ("abort", {}, "signal"),
        ("leave", {}, "exit"),
        ("raise_system_exit", {}, "exit"),
        ("raise_error", {}, "exit"),
    ],
)
def test_reason_of_death(warm, name, changes, reason):
    with warm.spawn(limits(**changes)) as child:
        student.send(child.socket, [name, {}])
        death = child.wait(15)
        assert death is not None
        assert death.reason == reason, str(death)
        assert not child.alive
        with pytest.raises(ProcessLookupError):
            signal.pidfd_send_signal(child.fileno(), 0)
    with warm.spawn(SMALL) as child:
        assert measure(child, "timer") == "rang"


def test_stopping_itself_does_not_help(warm):
    """The first process of a namespace can't be stopped; elsewhere the deadline finds it."""
    with warm.spawn(limits(wall_seconds=0.5)) as child:
        student.send(child.socket, ["stop_itself", {}])
        assert child.wait(10).reason == "wall"


def test_exit_statuses_and_signals(warm):
    for name, code in (("leave", 7), ("raise_system_exit", 3), ("raise_error", 1)):
        with warm.spawn(SMALL) as child:
            student.send(child.socket, [name, {}])
            assert child.wait(10).code == code
    with warm.spawn(SMALL) as child:
        student.send(child.socket, ["raise_error", {}])
        child.wait(10)
        assert "LookupError: lost" in child.output().decode()
    with warm.spawn(SMALL) as child:
        student.send(child.socket, ["crash", {}])
        death = child.wait(10)
        assert death.signal == signal.SIGSEGV
        assert "SIGSEGV" in str(death)


def test_a_broken_sandbox_can_not_be_faked(warm):
    """No exit status looks like a failed set-up, which would be the grader's fault."""
    for status in (0, 1, 99, 213, 255):
        with warm.spawn(SMALL) as child:
            student.send(child.socket, ["leave_without_answer", {"status": status}])
            death = child.wait(10)
            assert (death.reason, death.code) == ("exit", status)


def test_overflow_of_the_c_stack_is_survived_outside(warm):
    with warm.spawn(SMALL) as child:
        student.send(child.socket, ["overflow_c_stack", {}])
        assert child.wait(15).reason in {"signal", "memory", "exit"}


def test_kill_leaves_nothing(warm):
    with warm.spawn(SMALL) as child:
        pid = _pid_of(child)
        ask(child, "identity")  # it has been set up
        student.send(child.socket, ["spin_ignoring_signals", {}])
        time.sleep(0.05)
        death = child.kill("output")
        assert death.reason == "output"
        assert death.signal == signal.SIGKILL
        assert not Path(f"/proc/{pid}").exists()
        assert child.kill("wall") == death, "a second kill changes nothing"


def test_kill_works_without_the_process_descriptor(warm, monkeypatch):
    """Where the grader may not signal the process, the warm process does it."""

    def forbidden(*_):
        raise PermissionError

    with warm.spawn(SMALL) as child:
        pid = _pid_of(child)
        monkeypatch.setattr(signal, "pidfd_send_signal", forbidden)
        assert child.kill("wall").reason == "wall"
        assert not Path(f"/proc/{pid}").exists()


def test_kill_of_the_dead_keeps_the_reason(warm):
    with warm.spawn(SMALL) as child:
        student.send(child.socket, ["leave", {}])
        child.wait(10)
        assert child.kill("wall").reason == "exit"
        with pytest.raises(ValueError, match="reason must be one of"):
            child.kill("boredom")


def test_a_lost_handle_ends_the_process(warm):
    handle = warm.spawn(SMALL)
    pid = _pid_of(handle)
    student.send(handle.socket, ["sleep_ignoring_signals", {}])
    del handle
    assert _gone(pid)


def _gone(pid: int, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.01)
    return False


def test_closing_the_warm_process_ends_everything(tier):
    with WarmProcess("sandbox_student:main", tier=tier, preload=()) as process:
        children = [process.spawn(SMALL) for _ in range(3)]
        for child in children:
            student.send(child.socket, ["spin_ignoring_signals", {}])
        pids = [_pid_of(child) for child in children]
        scratch = Path(process._scratch)
    for pid in pids:
        assert _gone(pid)
    for child in children:
        assert child.wait(5).reason in {"lost", "killed"}
        child.close()
    assert not scratch.exists()
    with pytest.raises(SandboxError):
        process.spawn(SMALL)


def test_killing_the_warm_process_ends_everything(tier):
    """As an out-of-memory killer would, or an impatient user."""
    with WarmProcess("sandbox_student:main", tier=tier, preload=()) as process:
        child = process.spawn(SMALL)
        student.send(child.socket, ["sleep_ignoring_signals", {}])
        pid = _pid_of(child)
        os.kill(process.pid, signal.SIGKILL)
        assert _gone(pid)
        assert child.wait(5).reason == "lost"
        child.close()


def test_killing_the_grader_ends_everything(tier, tmp_path):
    """A grader that is killed leaves no process behind."""
    script = (
        "import sys, time; sys.path[:0] = sys.argv[1].split(':')\n"
        "import sandbox_student as student\n"
        "from grading.sandbox import *\n"
        "warm = WarmProcess('sandbox_student:main', tier=Tier(sys.argv[2]), preload=())\n"
        "child = warm.spawn()\n"
        "student.send(child.socket, ['spin_ignoring_signals', {}])\n"
        "text = open(f'/proc/self/fdinfo/{child.fileno()}').read()\n"
        "print(warm.pid, text.split('Pid:')[1].split()[0], flush=True)\n"
        "time.sleep(60)\n"
    )
    paths = f"{Path(__file__).parent}:{REPOSITORY}"
    grader = subprocess.Popen(
        [sys.executable, "-c", script, paths, tier.name], stdout=subprocess.PIPE
    )
    pids = [int(word) for word in grader.stdout.readline().split()]
    grader.kill()
    grader.wait()
    for pid in pids:
        assert _gone(pid)


# Limits --------------------------------------------------------------------------------------


def test_memory_is_limited(warm):
    with warm.spawn(SMALL) as child:
        got = measure(child, "memory_bomb_caught")
        assert 64 < got <= 128, "MiB that could be taken"
        assert measure(child, "map_bomb") <= 8
        assert child.kill().peak_bytes < 1 << 30


def test_threads_are_limited(warm):
    expected = SMALL.threads if warm.tier.name == "namespaces" else 0
    for bomb in ("thread_bomb", "small_stack_thread_bomb"):
        with warm.spawn(SMALL) as child, warm.spawn(SMALL) as neighbour:
            assert measure(child, bomb) == expected
            assert measure(neighbour, bomb) == expected, "each submission has its own count"


def test_blas_starts_no_threads(grading_warm):
    with grading_warm.spawn(SMALL) as child:
        measure(child, "honest_work")
        tasks = list(Path(f"/proc/{_pid_of(child)}/task").iterdir())
        assert len(tasks) == 1


def test_open_files_are_limited(child):
    assert measure(child, "pipe_bomb") <= SMALL.open_files // 2
    assert measure(child, "pipe_bomb") <= SMALL.open_files // 2


def test_file_size_is_limited(warm):
    for name in ("file_bomb", "file_bomb_with_default_signal"):
        with warm.spawn(SMALL) as child:
            reply = ask(child, name)
            if reply is None:
                assert child.wait(5).reason == "file"
            else:
                assert reply["returned"] == [SMALL.file_bytes, errno.EFBIG]
    with warm.spawn(SMALL) as child:
        assert measure(child, "sparse_file") == errno.EFBIG


@pytest.mark.parametrize("name", ["disk_bomb", "inode_bomb", "deep_directories"])
def test_scratch_directory_is_limited(warm, name):
    """The kernel refuses where it can; elsewhere the warm process ends the student's."""
    with warm.spawn(SMALL) as child, warm.spawn(SMALL) as neighbour:
        reply = ask(child, name)
        if warm.tier.name == "namespaces":
            assert reply is not None
            most = {"disk_bomb": SMALL.scratch_bytes}.get(name, SMALL.scratch_files)
            assert 0.9 * most <= reply["returned"][0] <= most
            assert reply["returned"][1] == errno.ENOSPC
        else:
            assert reply is None or reply["returned"][1] != 0
            assert child.wait(10).reason == "disk"
        assert measure(neighbour, "files_here") == []


def test_scratch_directory_is_removed_however_deep(tmp_path):
    """Deeper than Python recurses, longer than the kernel's longest path, and with a way out."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    target = tmp_path / "scratch"
    (target / "closed").mkdir(parents=True, mode=0)
    (target / "link").symlink_to(outside)
    back = os.open(".", os.O_RDONLY)
    try:
        os.chdir(target)
        for number in range(1100):
            name = "deep" if number else "top"
            Path(name).mkdir()
            os.chdir(name)
            if number % 200 == 0:
                Path("file").write_text("x")
    finally:
        os.fchdir(back)
        os.close(back)
    scratch.remove(str(target))
    assert not target.exists()
    assert (outside / "kept").read_text() == "kept"


def test_scratch_directory_is_measured(tmp_path):
    small = limits(scratch_files=10, scratch_bytes=64 * KIB)
    assert not scratch.exceeds(str(tmp_path), small)
    (tmp_path / "a").write_bytes(b"x" * 65 * KIB)
    assert scratch.exceeds(str(tmp_path), small)
    (tmp_path / "a").unlink()
    for number in range(11):
        (tmp_path / str(number)).touch()
    assert scratch.exceeds(str(tmp_path), small)
    assert not scratch.exceeds(str(tmp_path / "gone"), small)


def test_output_is_limited(warm):
    with warm.spawn(SMALL) as child:
        written, error = measure(child, "flood_output")
        assert error == errno.EPERM
        assert written <= SMALL.output_bytes
        assert len(child.output()) <= SMALL.output_bytes
    with warm.spawn(SMALL) as child:
        assert measure(child, "flood_python_output") == errno.EPERM
        assert 0.9 * SMALL.output_bytes < len(child.output()) <= SMALL.output_bytes


def test_deadlines_hold_while_the_grader_sleeps(warm):
    """The warm process keeps them: a grader that is busy elsewhere can't be starved."""
    with warm.spawn(limits(wall_seconds=0.3)) as child:
        student.send(child.socket, ["sleep_ignoring_signals", {}])
        pid = _pid_of(child)
        time.sleep(1.0)
        assert not Path(f"/proc/{pid}").exists()
        assert child.wait(0).wall_seconds < 1.0


def test_bombs_beside_honest_work(grading_warm):
    """Ten attackers at once, and an honest neighbour that doesn't notice."""
    bombs = ["spin", "memory_bomb", "thread_bomb", "disk_bomb", "inode_bomb", "flood_output"]
    bombs += ["flood_link", "map_bomb", "crash", "sleep_ignoring_signals"]
    with contextlib.ExitStack() as stack:
        for name in bombs:
            attacker = stack.enter_context(
                grading_warm.spawn(limits(cpu_seconds=2, wall_seconds=3.0))
            )
            student.send(attacker.socket, [name, {}])
        honest = stack.enter_context(grading_warm.spawn(SMALL))
        assert measure(honest, "honest_work")["solved"] == 150.0


def test_many_submissions_leave_nothing(warm):
    before = set(targets_here())
    for _ in range(100):
        with warm.spawn(SMALL) as child:
            measure(child, "identity")
    # A thread that another file's test left behind may open something of its own meanwhile;
    # what a submission left would be here a hundred times.
    left = [target for target in targets_here() if target not in before]
    assert len(left) < 10, left
    assert len(list(Path(f"/proc/{warm.pid}/fd").iterdir())) < 64


# Descriptors over the link -------------------------------------------------------------------


def test_the_grader_receives_no_descriptor(warm, child):
    """Even if a filter let one through, `recv` drops it: nothing here calls `recvmsg`."""
    before = Counter(targets_here())
    for _ in range(20):
        reply = ask(child, "pass_descriptor_over_link")
        assert reply["errno"] == errno.EPERM
    assert measure(child, "open_descriptors") == [0, 1, 2, 3]
    # A thread that another file's test left behind may open something of its own meanwhile;
    # what the student passed would be here twenty times.
    received = Counter(targets_here()) - before
    assert received.total() < 10, received


def test_hostile_bytes_on_the_link_only_reach_the_grader(warm, child):
    student.send(child.socket, ["flood_link", {}])
    child.socket.settimeout(5)
    assert child.socket.recv(4) == b"xxxx"
    assert child.kill("reply").reason == "reply"


# The tier, the limits and the errors ---------------------------------------------------------


def test_probe_finds_a_safe_tier():
    found = probe()
    assert found.safe
    assert found is probe(), "tried once per process"
    assert found.name in str(found)


def test_an_unsafe_tier_is_refused():
    with pytest.raises(SandboxError, match="no sandbox"):
        WarmProcess("sandbox_student:main", tier=Tier("none", ("a reason",)))


def test_unsafe_has_limits_only():
    with (
        WarmProcess("sandbox_student:main", tier=Tier("none"), preload=(), unsafe=True) as warm,
        warm.spawn(SMALL) as child,
    ):
        assert measure(child, "timer") == "rang"
        assert 64 < measure(child, "memory_bomb_caught") <= 128


def test_what_was_started_in_advance_is_taken_over():
    starting = Starting.early("sandbox_student:main", ["fractions"])
    assert starting is not None
    starting.preload(["no_such_module"])
    with pytest.raises(SandboxError, match="No module named 'no_such_module'"):
        WarmProcess("sandbox_student:main", tier=Tier(TIERS[0]), preload=(), starting=starting)
    starting = Starting.early("sandbox_student:main", ["fractions"])
    with (
        WarmProcess(
            "sandbox_student:main", tier=Tier(TIERS[0]), preload=["decimal"], starting=starting
        ) as warm,
        warm.spawn(SMALL) as child,
    ):
        assert warm.pid == starting.process.pid
        assert measure(child, "timer") == "rang"


def test_one_may_wait_until_it_has_imported(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(0.7)\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = time.monotonic()
    starting = Starting.early("sandbox_student:main", ["slow_to_import"])
    starting.wait()
    assert time.monotonic() - before >= 0.7
    # What it has said meanwhile is not taken for the word that it is ready.
    starting.preload(["fractions"])
    with (
        WarmProcess("sandbox_student:main", tier=Tier(TIERS[0]), starting=starting) as warm,
        warm.spawn(SMALL) as child,
    ):
        assert measure(child, "timer") == "rang"
    broken = Starting.early("sandbox_student:main", ["no_such_module"])
    broken.wait()
    broken.close()


def test_what_does_not_end_is_ended():
    deaf = [sys.executable, "-c", "import signal, sys; print(flush=True); signal.pause()"]
    with subprocess.Popen(deaf, stdout=subprocess.PIPE) as process:
        process.stdout.read(1)
        before = time.monotonic()
        wait_or_kill(process, 0.3)
        assert time.monotonic() - before >= 0.3
        assert process.returncode == -signal.SIGKILL
        wait_or_kill(process, 100)  # it has ended
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as process:
        wait_or_kill(process, 100)
        assert process.returncode == 3


def test_what_nobody_takes_over_ends():
    starting = Starting.early("sandbox_student:main", ())
    starting.close()
    assert starting.process.poll() == 0
    # With a word unread, the other side meets an error where it would read the end.
    starting = Starting.early("sandbox_student:main", ())
    starting.wait()
    starting.close()
    assert starting.process.poll() == 0
    starting = Starting.early("sandbox_student:main", ())
    starting.preload((), tier=TIERS[0], scratch=str(Path.cwd()))
    starting.wait()
    time.sleep(0.5)
    starting.close()
    assert starting.process.poll() == 0


def test_a_broken_main_is_told():
    with pytest.raises(SandboxError, match="No module named 'no_such_module'"):
        WarmProcess("no_such_module:main", tier=Tier(TIERS[0]), preload=())
    with pytest.raises(SandboxError, match="no_such_function"):
        WarmProcess("sandbox_student:no_such_function", tier=Tier(TIERS[0]), preload=())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"cpu_seconds": 0}, ValueError),
        ({"cpu_seconds": 1.5}, TypeError),
        ({"cpu_seconds": True}, TypeError),
        ({"wall_seconds": float("nan")}, ValueError),
        ({"wall_seconds": float("inf")}, ValueError),
        ({"wall_seconds": "60"}, TypeError),
        ({"memory_bytes": 1024}, ValueError),
        ({"threads": -1}, ValueError),
        ({"open_files": 3}, ValueError),
        ({"scratch_bytes": 1 << 60}, ValueError),
    ],
)
def test_limits_are_checked(changes, error):
    with pytest.raises(error, match=next(iter(changes))):
        Limits(**changes)


def test_messages_have_the_documented_framing():
    """Guards the tests' own protocol: a reply is a length and that many bytes."""
    left, right = socket.socketpair()
    with left, right:
        student.send(left, ["x", {}])
        assert struct.unpack("!I", right.recv(4))[0] == 9
