"""Nurseries that many tests share: starting one takes longer than most of what it grades."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from grading.engines import CONTAINED, EngineChoice
from grading.nursery import Nursery
from grading.workplace import workplace

MOST = 3
"""How many are kept; the one that was idle longest makes room."""


class _Shared(Nursery):
    """A nursery that lives on when a pool closes it, unless it has ended by itself."""

    @property
    def gone(self) -> bool:
        return self._pipe.closed or self._process.poll() is not None

    def close(self) -> None:
        if self.gone:
            self.end()

    def end(self) -> None:
        super().close()


class Nurseries:
    """Stands in for `Nursery`: gives the same one for the same engine within the same bounds."""

    def __init__(self) -> None:
        self._kept: dict[EngineChoice, _Shared] = {}
        self._clean_up = contextlib.ExitStack()
        self._folder = self._clean_up.enter_context(workplace())

    def __call__(self, choice: EngineChoice, folder: Path) -> Nursery:
        # The sealed engine looks at neither of the two.
        choice = replace(choice, course_dir=Path(), unsafe=choice.tier not in CONTAINED)
        found = self._kept.pop(choice, None)
        if found is None or found.gone:
            found = _Shared(choice, self._folder)
        self._kept[choice] = found
        while len(self._kept) > MOST:
            self._kept.pop(next(iter(self._kept))).end()
        return found

    def close(self) -> None:
        for nursery in self._kept.values():
            nursery.end()
        self._clean_up.close()
