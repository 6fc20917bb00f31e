"""The student's processes of one run of a notebook, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from grading.engine.conversation import StudentGone
from grading.engine.remote import Session
from grading.engine.sanitize import Cell
from grading.sandbox import Death

MAX_RESTARTS = 25

Spawn = Callable[[], Session]


@dataclass
class Lives:
    """Gives a process in which the cells so far have run; one that died is replaced.

    Attributes
    ----------
    cells
        Of the notebook.
    spawn
        Starts a process.
    deadline
        Of the submission, as `time.monotonic` counts.
    watched
        Names whose objects the process watches for changes in place.
    skipped
        Places of student's cells in which a process ended: they aren't run again.
    """

    cells: list[Cell]
    spawn: Spawn
    deadline: float
    watched: Collection[str]
    skipped: dict[int, Death] = field(default_factory=dict)
    restarts: int = 0
    session: Session | None = None

    def at(self, place: int, waiting: Collection[int] = ()) -> Session | None:
        """Give a process in which all cells before `place` have run; None if there is no way.

        A process that died is replaced by one that runs the earlier cells again, without those
        that kill it, and keeps its state at the places of tests that are `waiting`.
        """
        if self.session is not None and self.session.death is None:
            return self.session if time.monotonic() < self.deadline else None
        while self.restarts <= MAX_RESTARTS and time.monotonic() < self.deadline:
            self.restarts += self.session is not None
            self.close()
            self.session = self.spawn()
            self.session.later("watch", sorted(self.watched))
            if self._replay(place, waiting, self.session):
                return self.session
        return None

    def _replay(self, until: int, waiting: Collection[int], session: Session) -> bool:
        for place in range(until):
            if place in waiting:
                session.later("keep", place)
            elif self.runs(place) and not self.silently(place, session):
                return False
        return True

    def runs(self, place: int) -> bool:
        """Whether a cell is run, and didn't end a process."""
        return self.cells[place].is_run and place not in self.skipped

    def silently(self, place: int, session: Session) -> bool:
        """Run a cell again, without its outputs; say whether the process survived."""
        try:
            session.run(self.cells[place].source, draw=False)
        except StudentGone as gone:
            self.skipped[place] = gone.death
            return False
        except Exception:
            return True
        return True

    def why_none(self) -> Death:
        """Say why `at` gave nothing."""
        return Death("wall" if time.monotonic() >= self.deadline else "lost")

    def close(self) -> None:
        """End the process."""
        if self.session is not None:
            self.session.close()
            self.session = None
