"""Files and folders that are replaced in one step, on systems with other rules, too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grading import files


def make(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "a.txt").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_takes_the_place_of_another_and_leaves_nothing(tmp_path: Path) -> None:
    folder = make(tmp_path / "folder", "old")
    make(tmp_path / ".folder.new", "left by something that was cut off")
    fresh = make(files.fresh_folder(folder), "new")
    files.replace_folder(folder, fresh)
    assert (folder / "a.txt").read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [folder]
    files.remove_folder(folder)
    files.remove_folder(folder)  # there is none
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", "kept")
    link = tmp_path / "link"
    link.symlink_to(outside)
    files.replace_folder(link, make(files.fresh_folder(link), "new"))
    assert not link.is_symlink()
    assert (outside / "a.txt").read_text(encoding="utf-8") == "kept"
    assert sorted(tmp_path.iterdir()) == [link, outside]


def test_what_may_not_be_written_is_removed_where_that_protects_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rmtree = shutil.rmtree

    def as_on_windows(folder: Path) -> None:
        if not all(path.stat().st_mode & 0o200 for path in folder.rglob("*")):
            raise PermissionError
        rmtree(folder)

    monkeypatch.setattr(shutil, "rmtree", as_on_windows)
    monkeypatch.setattr(files, "_PROTECTS", True)
    folder = make(tmp_path / "folder", "graded")
    (folder / "a.txt").chmod(0o444)
    files.remove_folder(folder)
    assert not folder.exists()
