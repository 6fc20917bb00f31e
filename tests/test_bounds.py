"""Limits: defaults, the course's configuration, the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from traitlets.config import Config

from grading.bounds import Bounds, bounds
from grading.engines import EngineChoice, SealedEngine
from grading.errors import CourseError


def test_without_configuration_the_defaults_hold() -> None:
    assert bounds(Config()) == Bounds()


@pytest.mark.parametrize(
    ("config", "cell", "submission"),
    [
        ({"Execute": {"timeout": 7}}, 7, 300),
        ({"Execute": {"timeout": 400}}, 400, 800),
        ({"Execute": {"timeout": None}}, 300, 600),  # no limit of its own for a cell
        ({"Execute": {"timeout": -1}, "Grading": {"submission_seconds": 90}}, 90, 90),
        ({"Execute": {"timeout": 7}, "Grading": {"cell_seconds": 9}}, 9, 300),
    ],
)
def test_nbgraders_timeout_counts_unless_ours_is_set(
    config: dict[str, dict[str, float]], cell: float, submission: float
) -> None:
    found = bounds(Config(config))
    assert (found.cell_seconds, found.submission_seconds) == (cell, submission)
    assert found.cpu_seconds == submission


def test_the_command_line_comes_first() -> None:
    config = Config({"Grading": {"cell_seconds": 9, "submission_seconds": 99, "memory_mb": 99}})
    assert bounds(config, 3, 33, 333) == Bounds(3, 33, 33, 333)


@pytest.mark.parametrize("limit", [{"memory_mb": 1}, {"cell_seconds": 0}, {"disk_mb": "many"}])
def test_a_limit_without_sense_is_named(limit: dict[str, object]) -> None:
    with pytest.raises(CourseError, match=next(iter(limit))):
        bounds(Config({"Grading": limit}))


def test_they_reach_the_engine(tmp_path: Path) -> None:
    choice = EngineChoice("sealed", tmp_path, Bounds(3, 33, 22, 333, 4), tier="landlock")
    engine = SealedEngine(choice)
    assert (engine.settings.cell_seconds, engine.settings.submission_seconds) == (3, 33)
    assert engine.limits.cpu_seconds == 22
    assert engine.limits.wall_seconds > 33
    assert engine.limits.memory_bytes == 333 * 2**20
    assert engine.limits.scratch_bytes == engine.limits.file_bytes == 4 * 2**20
