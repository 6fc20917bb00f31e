"""The page from which a student reaches each theme."""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
INDEX = ROOT / "notebooks" / "README.md"
ROWS = re.findall(
    r"^\| (\d)\. \[(.+?)\]\((.+?)\) \| (.+?) \| (.+?) \|$", INDEX.read_text(), re.MULTILINE
)
HOURS = {"two and a half hours": "2½ hours", "three hours": "3 hours"}


def test_it_has_a_row_for_each_of_the_six_themes_in_order() -> None:
    assert [number for number, *_ in ROWS] == list("123456")
    linked = [target.split("/")[0] for _, _, target, *_ in ROWS]
    assert linked == sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())


def test_every_link_leads_to_a_file_below_the_folder_that_jupyterlab_opens() -> None:
    targets = re.findall(r"\]\((.+?)\)", INDEX.read_text())
    assert len(targets) == len(ROWS)
    for target in targets:
        assert (INDEX.parent / target).is_file(), target
        assert ".." not in target


def test_titles_and_times_are_those_of_the_notebooks() -> None:
    for _, title, target, _, time in ROWS:
        first = nbformat.read(INDEX.parent / target, as_version=4).cells[0].source
        assert first.startswith(f"# {title}\n"), target
        (said,) = (short for long, short in HOURS.items() if long in first)
        assert said == time, target
