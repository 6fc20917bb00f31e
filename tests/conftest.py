"""What tests of several modules share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

if TYPE_CHECKING:
    from nurseries import Nurseries


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Let SQLite hand its writes to the system at once: no test's gradebook outlives the system."""

    def relax(connection: Any, _: object) -> None:
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute("PRAGMA synchronous=OFF")

    sa.event.listen(sa.Engine, "connect", relax)
    yield
    sa.event.remove(sa.Engine, "connect", relax)


@pytest.fixture(scope="session")
def nurseries() -> Iterator[Nurseries]:
    from nurseries import Nurseries

    kept = Nurseries()
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def shared_nursery(nurseries: Nurseries) -> Iterator[None]:
    """Let the pools of a module's tests fork their workers from nurseries that live on.

    Not for tests of how processes start and end.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grading.pool.Nursery", nurseries)
        yield
