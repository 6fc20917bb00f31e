"""What the documents say exists: files, commands, options, targets."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from grading.commands import grading

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "notebooks/README.md")]


def blocks(document: Path) -> list[str]:
    """Return the lines of its code blocks that are commands."""
    found = re.findall(
        r"^ *```([a-z]*)\n(.*?)^ *```", document.read_text(encoding="utf-8"), re.M | re.S
    )
    shell = [block for language, block in found if language not in ("text", "python")]
    lines = [line.strip() for block in shell for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


# The commands of the instructor's guide are run by test_guide.
OTHERS = [ROOT / name for name in ("grading/README.md", "SECURITY.md", "CHANGELOG.md")]

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)


@pytest.mark.parametrize("document", [*DOCUMENTS, *OTHERS], ids=lambda p: p.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@documents
def test_make_targets_exist(document: Path) -> None:
    for line in blocks(document):
        for target in re.findall(r"\bmake (\w+)", line):
            done = subprocess.run(
                ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr


@documents
def test_grading_commands_and_their_options_exist(document: Path) -> None:
    for line in blocks(document):
        words = shlex.split(line, comments=True)
        if not words or Path(words[0].replace("\\", "/")).name != "grading":
            continue
        options = [word for word in words[2:] if word.startswith("--")]
        shown = CliRunner().invoke(grading, [words[1], "--help"])
        assert shown.exit_code == 0, line
        for option in options:
            assert option in shown.output, f"{line}: {option}"


def test_help_of_make_names_the_targets() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("lab", "test", "check", "grade", "release"):
        assert f"make {target}" in done.stdout


def test_the_number_of_mistakes_is_the_catalogues() -> None:
    """What the README says is rounded down, and not by much."""
    from tutor import mistakes

    exercises = [e for theme in mistakes.THEMES for e in mistakes.exercises(theme)]
    known = sum(len(exercise.mistakes) for exercise in exercises)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"more than (\d+) typical mistakes in (\d+) exercises", text)
    assert found
    assert int(found[1]) < known < int(found[1]) + 100
    assert int(found[2]) <= len(exercises) < int(found[2]) + 10
