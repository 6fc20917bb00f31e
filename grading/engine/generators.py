"""The state of the shared generators of random numbers, kept for tests that run later.

Taking it costs as much as running a cell, and it matters only once the numbers are those of a seed:
before, they are others each time.
"""

from __future__ import annotations

import random
import re
import sys
from typing import Any

import numpy as np

# Whatever seeds a generator, of whichever library, is called so; the others run what is no cell.
_SEEDS = re.compile("rand|seed|set_?state|exec|eval|%run|%load|runpy|run_path", re.IGNORECASE)

State = tuple[Any, Any]


class Generators:
    """Numpy's generator and Python's, as the code of one submission finds and leaves them."""

    def __init__(self) -> None:
        self._imported = len(sys.modules)
        self._seeded = False
        self._before: State | None = None

    def look(self, source: str) -> None:
        """Look at a cell before it is run: it may seed them."""
        if not self._seeded and _SEEDS.search(source):
            self.seed()

    def seed(self) -> None:
        """Take note that they are going to be seeded."""
        if not self._seeded:
            self._seeded = True
            self._before = _now()

    def keep(self) -> State | None:
        """Give their state; None if they have never been seeded."""
        if not self._seeded and len(sys.modules) != self._imported:
            self.seed()  # a module that was imported may have done so
        return _now() if self._seeded else None

    def restore(self, state: State | None) -> None:
        """Go back to what `keep` gave."""
        state = state or self._before
        if state is not None:
            np.random.set_state(state[0])  # noqa: NPY002
            random.setstate(state[1])


def _now() -> State:
    return np.random.get_state(), random.getstate()  # noqa: NPY002
