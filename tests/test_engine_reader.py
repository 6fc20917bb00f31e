"""The notebook reader takes anything: it gives cells, or says what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from engine_course import answer, cell, hidden, key, locked, notebook, test, text
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.engine import graded, sanitize
from grading.engine.read_key import read

pytestmark = pytest.mark.slow

KEY = key(
    locked("import math"),
    answer("x = 1"),
    test("assert x"),
    hidden("assert x == 1"),
    text("Why?", "essay", grade=True, solution=True),
    text("Do", "task", task=True, locked=True),
)
BOOK = read(KEY)["nb"]
GOOD = json.loads(KEY.notebooks["nb"])
IDS = [*BOOK.cells, "ghost", ""]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | JSON,
        "source": st.text(max_size=20) | st.lists(st.text(max_size=5)) | JSON,
        "id": st.text(max_size=70) | JSON,
        "outputs": st.lists(JSON, max_size=3) | JSON,
        "execution_count": JSON,
        "attachments": JSON,
        "metadata": JSON
        | st.fixed_dictionaries(
            {"nbgrader": JSON | st.fixed_dictionaries({"grade_id": st.sampled_from(IDS) | JSON})}
        ),
    },
)


def graded_notebook(content: bytes) -> dict[str, Any] | None:
    """Read, match and write a notebook; None where it is refused."""
    import nbformat

    try:
        parsed = sanitize.parse(content)
    except sanitize.UnreadableError as error:
        if not str(error) or not error.remedy:
            raise AssertionError("a refusal without words") from error
        return None
    cells, _ = sanitize.rebuild(BOOK, parsed)
    found = [c.key.name for c in cells if c.key is not None]
    assert sorted(found) == sorted(set(found))
    assert {n for n, c in BOOK.cells.items() if c.kind != "solution"} <= set(found)
    outputs = {place: graded.clean_outputs(c.submitted) for place, c in enumerate(cells)}
    built = graded.build(BOOK, cells, outputs)
    book = json.loads(*graded.dump(built))
    assert book == built  # also where a cell's JSON was kept from one before
    nbformat.validate(nbformat.from_dict(book))
    return book


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    graded_notebook(content)


@given(JSON)
def test_any_json(value: Any) -> None:
    graded_notebook(json.dumps(value).encode())


@given(st.lists(CELL | JSON, max_size=8), st.sampled_from([0, 1, 2, 3, 4, 5, "4", None]))
@settings(max_examples=300, deadline=None)
def test_any_cells(cells: list[Any], version: Any) -> None:
    graded_notebook(json.dumps({"cells": cells, "nbformat": version, "metadata": {}}).encode())


@given(st.lists(CELL | st.sampled_from(GOOD["cells"]), max_size=12))
@settings(max_examples=300, deadline=None)
def test_the_key_decides_about_its_own_cells(cells: list[Any]) -> None:
    book = graded_notebook(json.dumps({**GOOD, "cells": cells}).encode())
    assert book is not None
    for one in book["cells"]:
        meta = one["metadata"].get("nbgrader")
        if meta is not None:
            known = BOOK.cells[meta["grade_id"]]
            assert (meta["grade"], meta["solution"]) == (known.grade, known.solution)
            assert one["cell_type"] == known.cell_type
            assert not known.restored or one["source"] == known.source


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
def test_a_damaged_notebook(place: int, damage: bytes) -> None:
    content = notebook(*GOOD["cells"], cell("x"))
    place %= len(content)
    graded_notebook(content[:place] + damage + content[place + len(damage) :])
