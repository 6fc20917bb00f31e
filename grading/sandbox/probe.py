"""Find out, by trying, what this machine can promise."""

from __future__ import annotations

import json
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path

from grading.sandbox.limits import MIB, Limits
from grading.sandbox.spawn import Handle, SandboxError, WarmProcess
from grading.sandbox.tier import Tier

_LIMITS = Limits(cpu_seconds=10, wall_seconds=20, memory_bytes=128 * MIB, threads=0)
_MODE = 0o666  # of the file that the student process tries to reach
# What to do, by a word of the error message.
_REMEDIES = {
    "unshare": (
        "allow unprivileged user namespaces (sysctl user.max_user_namespaces, "
        "kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0), "
        "or, in a container, use a seccomp profile that allows unshare and mount"
    ),
    "user id": "allow unprivileged user namespaces to map the user's own id",
    "mount": "allow mounts in user namespaces (in a container: an AppArmor profile that does)",
    "landlock": "use Linux 5.13 or newer with Landlock switched on (kernel option lsm=landlock,…)",
    "seccomp": "use a kernel with seccomp filters, or a container that allows them",
    "system calls of": "grade on an x86-64 machine",
}


@cache
def probe() -> Tier:
    """Return the strongest tier that held when it was tried. Tries once per process.

    A throwaway warm process and student process are started for each tier, the strongest first;
    the student process attempts what it must not be able to do (`attempts.FORBIDDEN`).

    Returns
    -------
    Tier
        With a sentence in `missing` for each promise that a stronger tier failed to keep. The
        tier "none" where nothing held; this never raises.
    """
    if sys.platform != "linux":
        return Tier(
            "none",
            (
                f"the sandbox is made of Linux kernel interfaces, which {sys.platform} lacks: "
                "grade in a Linux virtual machine, a container or WSL 2",
            ),
        )
    missing: list[str] = []
    for name in ("namespaces", "landlock"):
        broken = broken_promises(Tier(name))
        if not broken:
            return Tier(name, tuple(missing))
        missing += [f"{name}: {sentence}" for sentence in broken]
    return Tier("none", tuple(missing))


def broken_promises(tier: Tier) -> list[str]:
    """Try `tier` in a throwaway process; return a sentence for each promise that did not hold."""
    with tempfile.TemporaryDirectory(prefix="grading-probe-") as directory:
        # Only the sandbox may protect it, not its mode.
        Path(directory).chmod(0o755)
        secret = Path(directory, "secret")
        secret.write_text("secret")
        secret.chmod(_MODE)
        try:
            with (
                WarmProcess("grading.sandbox.attempts:main", tier=tier, preload=()) as warm,
                warm.spawn(_LIMITS) as child,
            ):
                answer = _ask(child, secret)
                if not answer:
                    return [_with_remedy(str(child.kill()))]
            broken = [str(sentence) for sentence in json.loads(answer)]
            if stat.S_IMODE(secret.stat().st_mode) != _MODE:
                broken.append("student code can change the mode of the grader's files")
            return broken
        except (SandboxError, OSError, ValueError) as error:
            return [_with_remedy(str(error).strip().splitlines()[-1])]


def _ask(child: Handle, secret: Path) -> bytes:
    """Let the child try; return its answer, or nothing if it died."""
    child.socket.settimeout(_LIMITS.wall_seconds)
    try:
        child.socket.sendall(str(secret).encode())
        return child.socket.recv(65536)
    except ConnectionError:
        return b""


def _with_remedy(message: str) -> str:
    for word, remedy in _REMEDIES.items():
        if word in message:
            return f"{message}; {remedy}"
    return message
