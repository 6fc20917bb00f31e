"""What tests of several modules share."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import sqlalchemy as sa
from command import keep_what_was_compiled, no_waiting_for_the_disk

if TYPE_CHECKING:
    from nurseries import Nurseries

FIRST = (
    "test_notebooks_in_lab.py",
    "test_notebooks.py",
    "test_guide.py",
    "test_mistakes.py",
    "test_check_corpus.py",
    "test_cluster.py",
    "test_nbgrader_conformance.py",
    "test_stock_nbgrader_course.py",
    "test_worked_example.py",
    "test_cli.py",
    "test_gradebook.py",
    "test_archive.py",
    "test_widgets.py",
    "test_widgets_second.py",
    "test_aborts.py",
    "test_sample_class.py",
    "test_documents.py",
    "test_engine_nbgrader.py",
)
"""The files that take longest: whoever begins with them late leaves the other worker idle."""


_WHOLLY_SLOW = re.compile(r"^pytestmark = \[?\s*pytest\.mark\.slow\b", re.MULTILINE)


# Each example has 200 ms otherwise, which a busy machine may not have.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start, also where a shell runs the tests in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out slow tests without importing their files: that takes as long as the quick ones."""
    if "not slow" not in config.option.markexpr or not collection_path.name.startswith("test_"):
        return None
    text = collection_path.read_text(encoding="utf-8")
    return bool(_WHOLLY_SLOW.search(text)) or None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the long files to the front, then those with slow tests; the quick ones fill up."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def rank(item: pytest.Item) -> tuple[int, bool]:
        name = item.path.name
        return FIRST.index(name) if name in FIRST else len(FIRST), item.path not in slow

    items.sort(key=rank)


@contextlib.contextmanager
def no_foreign_loop(item: pytest.Item) -> Iterator[None]:
    """Hide the event loop that the browser's driver leaves running in this thread.

    Widgets ask whether there is one, and tests start their own.
    """
    loop = asyncio._get_running_loop()
    if loop is None or item.get_closest_marker("browser"):
        yield
        return
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


# Around the fixtures of whole files too, which no fixture of a test can be.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with no_foreign_loop(item):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with no_foreign_loop(item):
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def quick_gradebooks() -> Iterator[None]:
    sa.event.listen(sa.Engine, "connect", no_waiting_for_the_disk)
    sa.event.listen(sa.Engine, "engine_connect", keep_what_was_compiled)
    yield
    sa.event.remove(sa.Engine, "engine_connect", keep_what_was_compiled)
    sa.event.remove(sa.Engine, "connect", no_waiting_for_the_disk)


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
