"""Limits: defaults, the course's configuration, the command line."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from traitlets.config import Config

from grading.bounds import CONFIG_HELP, Bounds, Grading, bounds
from grading.engines import EngineChoice, SealedEngine
from grading.errors import CourseError
from grading.sandbox import Limits
from grading.sandbox.limits import MIB


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
    with pytest.raises(CourseError, match=next(iter(limit))) as caught:
        bounds(Config({"Grading": limit}))
    assert caught.value.what.endswith(".")


@pytest.mark.filterwarnings("error")
def test_a_mistyped_limit_is_named_and_the_nearest_one() -> None:
    with pytest.raises(CourseError, match=r"c\.Grading\.memory_md, .* Do you mean memory_mb\?"):
        bounds(Config({"Grading": {"memory_md": 99}}))


def test_a_time_out_of_nbgraders_that_is_no_number_is_named() -> None:
    with pytest.raises(CourseError, match=r"Execute\.timeout is 'long', not a number"):
        bounds(Config({"Execute": {"timeout": "long"}}))


def test_they_reach_the_engine(tmp_path: Path) -> None:
    config = {"cell_seconds": 3, "submission_seconds": 33, "cpu_seconds": 22, "memory_mb": 333}
    config |= {"disk_mb": 4, "files": 55, "output_mb": 6, "reply_mb": 7, "threads": 8}
    choice = EngineChoice("sealed", tmp_path, bounds(Config({"Grading": config})), tier="landlock")
    engine = SealedEngine(choice)
    assert (engine.settings.cell_seconds, engine.settings.submission_seconds) == (3, 33)
    limits = engine.limits
    assert limits.wall_seconds > 33
    assert limits.file_bytes == limits.scratch_bytes == 4 * MIB
    sizes = (limits.memory_bytes, limits.output_bytes, limits.reply_bytes)
    assert sizes == (333 * MIB, 6 * MIB, 7 * MIB)
    assert (limits.cpu_seconds, limits.scratch_files, limits.threads) == (22, 55, 8)


def test_the_defaults_are_the_sandboxs(tmp_path: Path) -> None:
    ours = SealedEngine(EngineChoice("sealed", tmp_path, bounds(Config()), tier="landlock")).limits
    assert replace(ours, cpu_seconds=60, wall_seconds=120.0) == Limits()


def test_each_limit_is_documented_with_its_default() -> None:
    for name, trait in Grading.class_own_traits(config=True).items():
        default = getattr(Bounds, name)
        assert f"  {name} " in CONFIG_HELP
        assert trait.default_value in (None, default)
        if trait.default_value is not None:
            assert f"Default: {default}" in trait.help
    assert {field.name for field in fields(Bounds)} == set(Grading.class_own_traits(config=True))
