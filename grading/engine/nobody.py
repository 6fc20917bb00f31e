"""Who is asked when nobody is there: to see what a test asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grading.engine.key import FirstCall
from grading.engine.question import know_cases
from grading.engine.remote import Session
from grading.engine.stand_ins import StudentFunction


class Nobody(Session):
    """A session without a process: whatever is asked for is a function that gives None.

    Attributes
    ----------
    first : FirstCall or None
        What was called first, if that can be asked for in advance.
    """

    def __init__(self) -> None:
        self.death = None
        self.calls = 0
        self.discreet = False
        self.fetched, self.fetched_at = {}, -1
        self.first: FirstCall | None = None

    def attend(self, seconds: float, **how: bool) -> None:
        """Do nothing: there is no clock."""

    def get(self, names: list[str]) -> dict[str, Any]:
        """Give functions."""
        return {name: StudentFunction(self, 0, "function", name) for name in names}

    def request(self, *request: Any) -> Any:
        """Do nothing."""

    def ask(self, what: str, function: StudentFunction) -> Any:
        """Do nothing."""

    def _calls(
        self,
        forbids: Sequence[str],
        function: StudentFunction,
        cases: Sequence[Sequence[Any]],
        kwargs: dict[str, Any],
    ) -> list[tuple[Any, Exception | None, tuple[str, ...], dict[Any, Any]]]:
        if know_cases(cases) and self.calls == 0:
            self.first = FirstCall(function.__name__, tuple(forbids), cases)
        self.calls += 1
        return [(None, None, (), {}) for _ in cases]
