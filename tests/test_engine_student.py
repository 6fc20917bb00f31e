"""Short cuts in the student's process, against the long ways that they stand for."""

from __future__ import annotations

import ast
import random
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import jupytext
import numpy as np
import pytest
from engine_course import answer, grade, hidden, key, outcome, scores, test
from hypothesis import given
from hypothesis import strategies as st

from grading.engine.generators import Generators
from grading.engine.shell import _ends_in_block

SOLUTIONS = sorted(Path("solutions").glob("*/*.ipynb"))


# A cell that ends in a block shows no value ------------------------------------------------------


def last_is_shown(source: str) -> bool:
    body = ast.parse(source).body
    return bool(body) and isinstance(body[-1], ast.Expr)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(x):\n    return x", True),
        ("def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\n", True),
        ("for i in x:\n\tpass  # nothing", True),
        ("if x:\n    raise ValueError", True),
        ("for i in x:\n    if i:\n        continue\n    break", True),
        ("def f(x):\n    return x\nf(1)", False),
        ("f(\n    1)", False),
        ("'''\n    return x'''", False),
        ("'''\n    return x\n#'''", False),
        ('"""\n    pass\n"""', False),
        ("'\\\n    pass'", False),
        ("f(lambda:\n    returned)", False),
        ("(\n    yields)", False),
        ("5 # a line ends here for others\u2028    return", False),
        ("5 # and here\x0c    pass", False),
        ("5\r    # comment", False),
        ("", False),
        ("# only a comment", False),
        ("return x", False),
    ],
)
def test_the_end_in_a_block_is_seen(source: str, found: bool) -> None:
    assert _ends_in_block(source) == found
    if found:
        assert not last_is_shown(source)


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_cells_of_the_course_that_end_in_a_block_show_nothing(path: Path) -> None:
    cells = [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    ended = [source for source in cells if _ends_in_block(source)]
    assert ended
    assert not any(last_is_shown(source) for source in ended)


PIECES = (
    "x", "f(", ")", "\n", "\n    ", "\r", "'", "'''", '"', "\\", "#", "return", "pass", ";", ":",
    "if x", "lambda", "\u2028", "\x0c", "\t", " ", "[", "]",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_ends_in_a_block_shows_nothing(source: str) -> None:
    if _ends_in_block(source):
        try:
            shown = last_is_shown(source)
        except (SyntaxError, ValueError):
            return  # to compile it fails as well
        assert not shown


# Random numbers ----------------------------------------------------------------------------------


@pytest.fixture
def generators() -> Iterator[Generators]:
    before = np.random.get_state(), random.getstate()  # noqa: NPY002
    yield Generators()
    np.random.set_state(before[0])  # noqa: NPY002
    random.setstate(before[1])


def draw() -> tuple[float, float]:
    return float(np.random.random()), random.random()  # noqa: NPY002


def test_what_was_never_seeded_is_not_kept(generators: Generators) -> None:
    generators.look("def f(x):\n    return x + 1")
    assert generators.keep() is None
    first = draw()
    generators.restore(None)
    assert draw() != first


@pytest.mark.parametrize(
    "source",
    [
        "np.random.seed(3)",
        "import random",
        "from numpy.random import *",
        "torch.manual_seed(1)",
        "tf.random.set_seed(2)",
        "restore.set_state(s)",
        "g.setstate(s)",
        "seed_everything(1)",
        "%run helper.py",
        "exec(open('helper.py').read())",
    ],
)
def test_the_place_after_a_seed_is_found_again(generators: Generators, source: str) -> None:
    generators.look(source)
    state = generators.keep()
    assert state is not None
    first = draw()
    draw()
    generators.restore(state)
    assert draw() == first


def test_a_place_before_a_seed_has_other_numbers(generators: Generators) -> None:
    earlier = generators.keep()
    assert earlier is None
    generators.look("np.random.seed(3)")
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    seeded = draw()
    generators.restore(earlier)
    assert draw()[0] != seeded[0]
    generators.restore(earlier)
    first = draw()
    generators.restore(earlier)
    assert draw() == first


def test_a_module_may_have_seeded_them(generators: Generators) -> None:
    sys.modules["only_for_this_test"] = types.ModuleType("only_for_this_test")
    try:
        assert generators.keep() is not None
    finally:
        del sys.modules["only_for_this_test"]


@pytest.mark.slow
@pytest.mark.parametrize("where", ["notebook", "module"])
def test_a_hidden_test_meets_the_numbers_of_its_place(where: str) -> None:
    module = (
        "import numpy as np\nnp.random.seed(4)\ndef draw():\n    return float(np.random.rand())"
    )
    drawing = {
        "notebook": module,
        "module": "import helper\ndef draw():\n    return helper.draw()",
    }[where]
    source = key(
        answer(f"{drawing}\ndraw()"),
        hidden(
            "import numpy as np\nnumbers = np.random.RandomState(4)\nnumbers.rand()\n"
            "assert draw() == numbers.rand()"
        ),
        answer("later = [draw() for _ in range(5)]", "later"),
        test("assert len(later) == 5", "seen"),
    )
    solved = {"answer": f"{drawing}\ndraw()", "later": "later = [draw() for _ in range(5)]"}
    graded = grade(source, solved, files={"helper.py": module.encode()})
    assert scores(graded) == {"hidden": 5, "seen": 5}
    assert outcome(graded, "hidden").sealed, "it failed, and was judged beside the student's code"
