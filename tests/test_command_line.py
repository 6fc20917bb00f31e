"""Every command of `grading`: help, options, exit codes and completion. None is named here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner, Result

from grading.commands import grading
from grading.errors import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_PROBLEMS,
    EXIT_USAGE,
)

GUIDE = Path(__file__).resolve().parents[1] / "grading" / "README.md"
CODES = {EXIT_OK, EXIT_PROBLEMS, EXIT_USAGE, EXIT_FAILED, EXIT_INTERRUPTED}


def walk(
    command: click.Command, name: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command below a group, groups included, with the words that call it."""
    yield name, command
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from walk(inner, (*name, word))


COMMANDS = dict(walk(grading))
LEAVES = {words: one for words, one in COMMANDS.items() if not isinstance(one, click.Group)}
every = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
each = pytest.mark.parametrize("words", LEAVES, ids=" ".join)


def invoke(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(grading, arguments)


def needed(command: click.Command) -> list[str]:
    """Give something for each argument that has to be there."""
    return [p.name or "" for p in command.params if isinstance(p, click.Argument) and p.required]


@every
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_explains_exit_codes_and_shows_how(words: tuple[str, ...], flag: str) -> None:
    done = invoke(*words, flag)
    assert done.exit_code == EXIT_OK
    codes = re.findall(r"^ +(\d+)  ", done.output.partition("Exit codes:")[2], re.MULTILINE)
    assert {int(code) for code in codes} == CODES
    assert COMMANDS[words].get_short_help_str()


@each
def test_examples_in_the_help_are_commands_that_parse(words: tuple[str, ...]) -> None:
    text = invoke(*words, "--help").output.partition("Examples:")[2]
    examples = re.findall(rf"^ +grading {' '.join(words)}\b(.*)$", text, re.MULTILINE)
    assert examples
    command = LEAVES[words]
    for example in examples:
        arguments = [re.sub(r"^from-\w+\.csv$", __file__, word) for word in example.split()]
        command.make_context(" ".join(words), arguments).close()


def test_the_overview_names_every_command_that_makes_up_a_term() -> None:
    text = invoke("--help").output
    for words in LEAVES:
        assert len(re.findall(rf"^  {' '.join(words)} ", text, re.MULTILINE)) == 1


def test_one_meaning_has_one_name() -> None:
    """An option of one name is the same wherever it is, and no second name means the same."""
    by_name: dict[str, set[Any]] = defaultdict(set)
    by_meaning: dict[str, set[Any]] = defaultdict(set)
    for command in LEAVES.values():
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, option.opts
                shape = (type(option.type), option.is_flag, option.multiple, option.metavar)
                for name in option.opts:
                    by_name[name].add((option.name, *option.opts, *shape))
                by_meaning[str(option.name)].add((*option.opts, *option.secondary_opts))
    assert {name: shapes for name, shapes in by_name.items() if len(shapes) > 1} == {}
    assert {name: opts for name, opts in by_meaning.items() if len(opts) > 1} == {}


@each
def test_every_command_says_its_result_as_json_of_a_course_of_ones_own(
    words: tuple[str, ...],
) -> None:
    names = {name for option in LEAVES[words].params for name in option.opts}
    assert {"--json", "--course-dir", "--class-dir", "--db"} <= names


@each
def test_a_wrong_option_is_a_wrong_command_line(words: tuple[str, ...]) -> None:
    done = invoke(*words, "--nonsense")
    assert done.exit_code == EXIT_USAGE
    assert "--nonsense" in done.stderr
    assert f"grading {' '.join(words)} --help" in done.stderr


@each
def test_without_a_course_nothing_is_done_and_the_remedy_named(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    done = invoke(*words, *needed(LEAVES[words]), "--course-dir", str(tmp_path / "nowhere"))
    assert done.exit_code == EXIT_FAILED
    assert "nowhere" in done.stderr
    assert "Check --course-dir." in done.stderr
    assert done.stdout == ""


@each
def test_an_unknown_assignment_is_named_with_those_that_exist(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    archive = tmp_path / "any.zip"
    archive.write_bytes(b"")
    extra = [str(archive) if name == "archives" else "x" for name in needed(LEAVES[words])[1:]]
    done = invoke(*words, "09-unknown", *extra, "--class-dir", str(tmp_path))
    assert done.exit_code == EXIT_FAILED
    assert "There is no assignment 09-unknown." in done.stderr
    assert "03-activations" in done.stderr


def test_a_folder_is_no_zip_file(tmp_path: Path) -> None:
    done = invoke("collect", "03-activations", str(tmp_path))
    assert done.exit_code == EXIT_USAGE
    assert "is a directory" in done.stderr


@each
def test_an_empty_name_is_a_wrong_command_line(words: tuple[str, ...]) -> None:
    """So a script's unset variable is said to be none, in place of selecting nothing."""
    command = LEAVES[words]
    rest = needed(command)[1:]
    tried = [("", *rest), (" ", *rest)]
    if any("--student" in option.opts for option in command.params):
        tried.append(("--student", ""))
    for arguments in tried:
        done = invoke(*words, *arguments)
        assert done.exit_code == EXIT_USAGE
        assert "The name is empty." in done.stderr


@each
def test_ctrl_c_has_its_own_exit_code(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("grading.course.load_course", stopped)
    done = invoke(*words, *needed(LEAVES[words]))
    assert done.exit_code == EXIT_INTERRUPTED
    assert done.stderr == "Stopped.\n"


@every
def test_the_shell_completes_commands_and_options(words: tuple[str, ...]) -> None:
    complete = BashComplete(grading, {}, "grading", "_GRADING_COMPLETE")
    found = {item.value for item in complete.get_completions(list(words), "--")}
    options = [p for p in COMMANDS[words].params if isinstance(p, click.Option)]
    assert found >= {name for option in options for name in option.opts if name[:2] == "--"}
    if isinstance(COMMANDS[words], click.Group):
        found = {item.value for item in complete.get_completions(list(words), "")}
        assert found == set(COMMANDS[words].commands)


def test_the_guide_lists_the_same_exit_codes_in_the_same_words() -> None:
    section = GUIDE.read_text(encoding="utf-8").partition("### Exit codes")[2]
    rows = dict(re.findall(r"^\| (\d+) \| (.*) \|$", section.partition("\n### ")[0], re.MULTILINE))
    shown = " ".join(invoke("--help").output.partition("Exit codes:")[2].split())
    assert {int(code) for code in rows} == CODES
    for code, words in rows.items():
        assert f"{code} {words.split('; ')[0]}" in shown
