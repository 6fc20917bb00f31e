"""Grade on the machines of a Dask cluster: the same function, the same result.

The machine that runs `grading` reads submissions and writes the gradebook. Submissions and answer
keys travel as bytes, so that workers need no shared file system; they need this package, in the
same version, and a sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grading.cluster.client import Cluster

__all__ = ["Cluster"]


def __getattr__(name: str) -> Any:
    """Import the side that talks to Dask when it is asked for: processes that grade need none."""
    if name != "Cluster":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from grading.cluster.client import Cluster

    return Cluster
