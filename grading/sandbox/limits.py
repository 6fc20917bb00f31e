"""How much of the machine one submission may use."""

from __future__ import annotations

from dataclasses import dataclass, fields

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
# The environment of processes that fork: one thread for each BLAS. Threads don't survive a fork,
# and one submission must not use its neighbours' cores.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one student process may use, from its fork to its death.

    The defaults suit six notebooks of numpy exercises on a laptop. All of them are upper
    limits that an honest submission stays far below.

    Attributes
    ----------
    cpu_seconds : int
        Processor time. The kernel kills the process at this limit (whole seconds only).
    wall_seconds : float
        Time by the clock. Catches what sleeps instead of computing.
    memory_bytes : int
        Address space that the process may add to what the warm process had already mapped.
        Beyond it Python raises `MemoryError`.
    file_bytes : int
        Size of the largest file. Beyond it a write raises `OSError` (EFBIG).
    scratch_bytes : int
        Size of all files in the scratch directory together.
    scratch_files : int
        Number of files and directories in the scratch directory.
    open_files : int
        Number of file descriptors.
    threads : int
        Number of threads beside the main one. Only the "namespaces" tier can count threads for
        each submission; the "landlock" tier allows none. Processes are never allowed.
    output_bytes : int
        Bytes written to the descriptors 1 and 2 (stdout and stderr below Python's own streams).
        Beyond it a write raises `PermissionError`. Whoever captures `sys.stdout` inside the
        process has to apply the same limit to what it captures.
    reply_bytes : int
        Size of one reply on the socket. The protocol on top of the socket applies it, with
        ``handle.kill("reply")``.

    Raises
    ------
    TypeError
        If a value is not a number of the documented type.
    ValueError
        If a value is too small to start Python or not finite.
    """

    cpu_seconds: int = 60
    wall_seconds: float = 120.0
    memory_bytes: int = 1 * GIB
    file_bytes: int = 16 * MIB
    scratch_bytes: int = 64 * MIB
    scratch_files: int = 2000
    open_files: int = 64
    threads: int = 16
    output_bytes: int = 1 * MIB
    reply_bytes: int = 64 * MIB

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            whole = field.name != "wall_seconds"
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                kind = "a whole number" if whole else "a number"
                raise TypeError(f"{field.name} must be {kind}, got {value!r}")
            least = _LEAST.get(field.name, 1)
            if not least <= value <= _MOST:
                raise ValueError(f"{field.name} must be between {least} and {_MOST}, got {value!r}")


# Below these values the student process could not even start.
_LEAST: dict[str, float] = {
    "wall_seconds": 0.01,
    "memory_bytes": 16 * MIB,
    "file_bytes": 4 * KIB,
    "scratch_bytes": 64 * KIB,
    "scratch_files": 8,
    "open_files": 16,
    "threads": 0,
    "output_bytes": 1 * KIB,
    "reply_bytes": 1 * KIB,
}
# Fits every kernel interface, and tells a forgotten unit from a limit.
_MOST = 2**50
