"""A listener for `grading.run.run` that says nothing."""

from __future__ import annotations

from collections.abc import Iterable

from grading.records import GradedSubmission, Problem


class Silent:
    """Listens to a run and says nothing."""

    def contained(self, tier: str) -> None: ...

    def noticed(self, problems: Iterable[Problem]) -> None: ...

    def begin(self, to_do: int, up_to_date: int) -> None: ...

    def graded(self, graded: GradedSubmission) -> None: ...
