"""The notebooks themselves: they run, say the same as before, and are what a student should get."""

import functools
import re
from pathlib import Path

import nbformat
import pytest
from codespell_lib import main as misspelt
from nbval_run import nbval

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = sorted((ROOT / "solutions").glob("*/*.ipynb"))
RELEASED = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
# A cell that doesn't fit on a screen hides half of its idea.
SCREENFUL = 40
# What a cell shows without scrolling in a window of 900 pixels, or beside the list of files.
WIDTH = 88

both = pytest.mark.parametrize("path", SOLUTIONS + RELEASED, ids=lambda p: "/".join(p.parts[-3:]))
solutions = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
released = pytest.mark.parametrize("path", RELEASED, ids=lambda p: p.stem)


@functools.cache
def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def test_there_are_notebooks() -> None:
    assert SOLUTIONS
    assert [p.relative_to(ROOT / "solutions") for p in SOLUTIONS] == [
        p.relative_to(ROOT / "notebooks") for p in RELEASED
    ]


@pytest.mark.slow
@solutions
def test_solved_notebooks_still_show_their_stored_outputs(path: Path) -> None:
    done = nbval(path, "--nbval")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_an_untouched_notebook_runs_under_nbval() -> None:
    """The command that readers are told; test_stock_nbgrader_course runs them all."""
    path = next(path for path in RELEASED if path.stem == "backprop")  # the quickest
    done = nbval(path, "--nbval-lax")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


@solutions
def test_every_code_cell_was_run_in_order(path: Path) -> None:
    counts = [c.execution_count for c in read(path).cells if c.cell_type == "code" and c.source]
    assert counts == list(range(1, len(counts) + 1)), "store the outputs with `grading refresh`"


@both
def test_no_cell_is_longer_than_a_screen(path: Path) -> None:
    long = {c.id: n for c in read(path).cells if (n := len(c.source.splitlines())) > SCREENFUL}
    assert not long


@both
def test_no_line_of_code_is_wider_than_the_page(path: Path) -> None:
    wide = [
        (cell.id, line)
        for cell in read(path).cells
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
        if len(line) > WIDTH
    ]
    assert not wide


@both
def test_cell_ids_are_names(path: Path) -> None:
    """A random id changes with every edit; a name can be talked about."""
    random = [c.id for c in read(path).cells if re.fullmatch(r"[0-9a-f]{8}(-.*)?", c.id)]
    assert not random


@both
def test_metadata_is_minimal(path: Path) -> None:
    notebook = read(path)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"nbgrader", "deletable", "editable", "tags"}, cell.id


@released
def test_students_see_no_solution_test_or_scheme(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", text)
    assert "hidden=True" not in text
    assert "Marking scheme" not in text
    assert not any(cell.get("outputs") for cell in read(path).cells)


@solutions
def test_every_picture_has_a_text_alternative(path: Path) -> None:
    pictures = 0
    for cell in read(path).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert "image/png" not in data, f"{cell.id}: a picture without words beside it"
            for tag in re.findall(r"<img\b[^>]*>", "".join(data.get("text/html", ""))):
                pictures += 1
                assert re.search(r'\balt="[^"]{20,}"', tag), f"{cell.id}: {tag[:200]}"
    assert pictures >= 3


@both
def test_links_between_files_lead_somewhere(path: Path) -> None:
    for cell in read(path).cells:
        for target in re.findall(r"\]\(([^)#\s]+)\)", cell.source):
            assert "://" in target or (path.parent / target).exists(), target


@solutions
def test_each_theme_has_its_exercises_in_the_order_of_the_catalogue(path: Path) -> None:
    from tutor import mistakes

    theme = path.stem
    asked = re.findall(
        rf'check\.exercise\("({theme}/\w+)"\)', "\n".join(c.source for c in read(path).cells)
    )
    assert asked == [exercise.id for exercise in mistakes.exercises(theme)]


@solutions
def test_there_is_a_written_question_with_a_marking_scheme(path: Path) -> None:
    cells = {c.id: c for c in read(path).cells}
    manual = [
        c
        for c in cells.values()
        if (n := c.metadata.get("nbgrader")) and n["grade"] and n["solution"]
    ]
    assert manual
    schemes = [c for c in cells.values() if "BEGIN MARK SCHEME" in c.source]
    assert len(schemes) >= len(manual)


@pytest.mark.slow
@both
def test_spelling(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n\n".join(c.source for c in read(path).cells)
    file = tmp_path / f"{path.stem}.md"
    file.write_text(text, encoding="utf-8")
    assert misspelt(str(file)) == 0, capsys.readouterr().out


def graded(path: Path, *, by_hand: bool) -> list[nbformat.NotebookNode]:
    return [
        cell
        for cell in read(path).cells
        if (marks := cell.metadata.get("nbgrader"))
        and marks["grade"]
        and marks["solution"] == by_hand
    ]


@both
def test_enough_is_asked_and_explored(path: Path) -> None:
    """The shape that CONTENT.md asks for, counted: an evening's work, and not only typing."""
    tests = graded(path, by_hand=False)
    hidden = [cell for cell in tests if cell.metadata.nbgrader.grade_id.endswith("-hidden")]
    assert len(tests) - len(hidden) >= 8
    assert len(hidden) >= 8
    assert graded(path, by_hand=True)
    shown = [cell for cell in read(path).cells if "skip-execution" in cell.metadata.get("tags", [])]
    assert sum(cell.source.count("widgets.") > 0 for cell in shown) >= 3


@both
def test_each_exploration_asks_for_a_prediction_first(path: Path) -> None:
    """In front of each widget stands a question, with the prediction to write down."""
    before = ""
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            before = cell.source
        elif re.search(r"\bwidgets\.[A-Z]", cell.source):
            assert re.search(r"\*\*Predict first", before), f"{cell.id}: {before[:80]}"
            assert "?" in before, cell.id


@both
def test_each_notebook_has_the_parts_of_one(path: Path) -> None:
    text = "\n\n".join(c.source for c in read(path).cells if c.cell_type == "markdown")
    for part in (
        r"\*\*When you are done you can\*\*\n\n1\. ",
        r"\*\*Time:\*\* an evening, about \w+ (and a half )?hours",
        r"worked example",
        r"steps? (is|are) given|steps missing",
        r"[Nn]ow alone|work alone|\b[Aa]lone[:,]",
        r"## .*[Ff]ind the faulty slide|## .*faulty",
        r"## What went wrong for others",
        r"## Summary",
        r"## Where next",
    ):
        assert re.search(part, text), part


DECKS = (
    ("Kosmas Kepesidis", "Deep Learning for Physicists, Tutorial 1"),
    ("Radoslav Neychev", "Intro to Deep Learning"),
    ("", "DNN_01, Activation Function in NN"),
    ("Mohammad Ali Keyvanrad", "Deep Learning, Lecture 3: A Review of Artificial Neural Networks"),
    ("", "Mechanistic Data Science, Deep Learning"),
)


@both
def test_the_five_decks_are_credited(path: Path) -> None:
    (end,) = (c.source for c in read(path).cells if "## Where next" in c.source)
    for author, title in DECKS:
        assert author in end
        assert f"*{title}*" in end


@solutions
def test_functions_have_hidden_tests_on_other_numbers(path: Path) -> None:
    """A plain answer has one right value; a function is tried on numbers nobody has seen."""
    from tutor import mistakes

    text = "\n".join(c.source for c in read(path).cells)
    for exercise in mistakes.exercises(path.stem):
        if exercise.kind == "function":
            assert re.search(rf'"{exercise.id}", seed=\d+, hidden=True', text), exercise.id
