"""The instructor's guide: every command in it is run and prints what stands there."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import NOT_RUN, ROOT, agrees, commands, walk

GUIDE = ROOT / "grading" / "README.md"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_command_prints_what_the_guide_shows(tmp_path: Path) -> None:
    results = walk(GUIDE, tmp_path, NOT_RUN, timeout=860)
    wrong = [
        f"$ {command.text}\n--- the guide\n{command.output}--- printed\n{printed}"
        for command, printed in results
        if not agrees(command.output, printed)
    ]
    remedy = (
        "\n`python tests/documents.py grading/README.md` writes what was printed into the guide."
    )
    assert not wrong, "\n\n".join(wrong) + remedy


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "b\n", False),
        ("", "b\n", False),
        ("a\n…\n", "a\nb\nc\n", True),
        ("a\n…\nd\n", "a\nb\nc\n", False),
        ("a … z\n", "a b c z\n", True),
        ("done in 3 s (0.4 a second)\n", "done in 12.5 s (10 a second)\n", True),
        ("3 graded\n", "4 graded\n", False),
        ("x\n", "1 of 3 submissions, 0.1/s, 9 s left, 0 problems\nx  \n", True),
    ],
)
def test_what_counts_as_the_same_output(expected: str, printed: str, same: bool) -> None:
    assert agrees(expected, printed) is same


def test_a_console_block_is_taken_apart() -> None:
    first, second = commands("$ one --two\nout\nput\n$ three\n")
    assert (first.text, first.output) == ("one --two", "out\nput\n")
    assert (second.text, second.output) == ("three", "")
