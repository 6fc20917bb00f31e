"""The hidden tests of the notebooks: their inputs catch every catalogued mistake."""

import re
from pathlib import Path

import nbformat
import pytest

from tutor import check, mistakes

ROOT = Path(__file__).resolve().parents[1]
_HIDDEN = re.compile(r'check\.exercise\(\s*"([^"]+)"[^()]*\bseed=(\d+)')


def hidden_tests() -> list[tuple[str, int]]:
    """Give exercise and seed of each seeded test in a cell of hidden tests."""
    found = []
    for path in sorted((ROOT / "solutions").glob("*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if "BEGIN HIDDEN TESTS" in cell.source:
                found += [(name, int(seed)) for name, seed in _HIDDEN.findall(cell.source)]
    return found


def test_seeded_hidden_tests_are_found() -> None:
    """Every theme's functions are there: the pattern follows how the notebooks write them."""
    tested = {name for name, _ in hidden_tests()}
    themes = {name.partition("/")[0] for name in tested}
    assert themes
    for theme in themes:
        functions = {e.id for e in mistakes.exercises(theme) if e.kind == "function"}
        assert functions <= tested


@pytest.mark.slow
@pytest.mark.parametrize(
    ("exercise", "seed"), hidden_tests(), ids=lambda value: str(value).replace("/", "-")
)
def test_hidden_inputs_catch_every_catalogued_mistake(exercise: str, seed: int) -> None:
    assert check.missed_by(exercise, seed) == []
