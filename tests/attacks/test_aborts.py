"""Submissions that try to break the grader: each gets a clear problem, and the rest is graded."""

# ruff: noqa: E501  the attacks are easier to read on lines of their own

from __future__ import annotations

import json
import os
import signal
import time

import pytest
from engine_course import (
    answer,
    cell,
    grade,
    handed_in,
    hidden,
    key,
    notebook,
    outcome,
    scores,
    test,
    text,
)

from grading.engine import Engine
from grading.records import Submission
from grading.sandbox import Limits

pytestmark = pytest.mark.slow

KEY = key(
    cell("import numpy as np"),
    answer("def f(x):\n    return x + 1"),
    test("assert f(1) == 2", "first"),
    hidden("assert f(5) == 6", "unseen"),
    answer("def g():\n    return 3", "other"),
    test("assert g() == 3", "second"),
    text("Why?", "essay", grade=True, solution=True),
)
HONEST = {"answer": "def f(x):\n    return 1 + x", "other": "def g():\n    return 3"}
ALL = {"first": 5, "unseen": 5, "second": 5, "essay": None}
GOOD = handed_in(KEY, HONEST)


def _with(**changes: object) -> bytes:
    return json.dumps({**json.loads(GOOD), **changes}).encode()


def _cells(change: object) -> bytes:
    book = json.loads(GOOD)
    for one in book["cells"]:
        change(one)  # type: ignore[operator]
    return json.dumps(book).encode()


UNREADABLE = {
    "empty": b"",
    "no JSON": b"{'cells': ",
    "half a notebook": GOOD[: len(GOOD) // 2],
    "not UTF-8": GOOD.replace(b"return 1", b"return '\xff\xfe'"),
    "UTF-16": GOOD.decode().encode("utf-16"),
    "binary": bytes(range(256)) * 100,
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "nested deep": b"[" * 200_000 + b"]" * 200_000,
    "nested deep in a cell": b'{"nbformat":4,"cells":[{"source":'
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}]}",
    "without cells": _with(cells=None),
    "cells that are a number": _with(cells=3),
    "cells that are a dict": _with(cells={"a": 1}),
    "format 99": _with(nbformat=99),
    "format minus one": _with(nbformat=-1),
    "format text": _with(nbformat="four"),
    "format 3 without worksheets": json.dumps({"nbformat": 3, "nbformat_minor": 0}).encode(),
    "an HTML page": b"<html>Sign in</html>",
    "a zip": b"PK\x03\x04" + b"\0" * 100,
    "a number of 5000 digits": b'{"nbformat": 4, "cells": [' + b"9" * 5000 + b"]}",
    "too many cells": _with(cells=[{}] * 4000),
    "100 MB": b" " * (100 * 2**20),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_notebook_is_a_problem(name: str) -> None:
    result = grade(KEY, UNREADABLE[name])
    assert all(score == 0 for score in scores(result).values())
    assert result.notebooks[0].missing
    (problem,) = [p for p in result.problems if p.fatal]
    assert problem.file == "nb.ipynb"
    assert problem.what
    assert problem.remedy
    assert scores(grade(KEY, GOOD)) == ALL


ODD = {
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "no metadata at all": _with(metadata=None),
    "metadata that is a list": _with(metadata=[]),
    "cell metadata with more": _cells(lambda c: c["metadata"].update(deep={"a": [1] * 100})),
    "an infinite number": GOOD.replace(b'"nbformat_minor": 4', b'"nbformat_minor": Infinity'),
    "cell ids that clash": _cells(lambda c: c.update(id="same")),
    "cell ids that are wrong": _cells(lambda c: c.update(id="a b/c" * 50)),
    "cell ids that are numbers": _cells(lambda c: c.update(id=7)),
    "sources as lists": _cells(lambda c: c.update(source=c["source"].splitlines(True))),
    "outputs that are wrong": _cells(lambda c: c.update(outputs=[3, {}, {"output_type": "x"}])),
    "outputs that are a dict": _cells(lambda c: c.update(outputs={})),
    "a future schema": _cells(
        lambda c: c["metadata"].get("nbgrader", {}).update(schema_version=99)
    ),
    "an old schema": _cells(lambda c: c["metadata"].get("nbgrader", {}).update(schema_version=1)),
    "cells of unknown type": _with(
        cells=[{"cell_type": "heading", "source": "x", "metadata": {}}] + json.loads(GOOD)["cells"]
    ),
    "cells that are none": _with(cells=[None, 3, "x", [], *json.loads(GOOD)["cells"]]),
    "grade ids that are dicts": _with(
        cells=[
            {"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": {}}}},
            {"cell_type": "code", "source": "1", "metadata": {"nbgrader": []}},
            {"cell_type": "code", "source": "1", "metadata": 3},
            {"cell_type": "code", "source": 7, "metadata": {"nbgrader": {"grade_id": "ghost"}}},
            *json.loads(GOOD)["cells"],
        ]
    ),
    "lone surrogates": GOOD.replace(b'"import numpy as np"', b'"# \\ud800\\nimport numpy as np"'),
    "NUL in a source": GOOD.replace(b'"import numpy as np"', b'"x = 1 \\u0000"'),
    "20 MB of outputs": _cells(
        lambda c: (
            c["cell_type"] == "code"
            and c.update(
                outputs=[{"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}]
            )
        )
    ),
    "two answers": _with(
        cells=[
            *json.loads(GOOD)["cells"][:1],
            {**json.loads(GOOD)["cells"][1], "source": "def f(x):\n    return 0"},
            *json.loads(GOOD)["cells"][1:],
        ]
    ),
    "two copies of everything": _with(cells=json.loads(GOOD)["cells"] * 2),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_notebook_is_graded(name: str) -> None:
    import nbformat

    result = grade(KEY, ODD[name])
    expected = dict(ALL)
    assert {k: v for k, v in scores(result).items() if k != "essay"} == {
        k: v for k, v in expected.items() if k != "essay"
    }, result.problems
    for book in (result.notebooks[0].notebook, result.notebooks[0].student_notebook):
        nbformat.validate(nbformat.reads(book.decode(), as_version=4))


def test_notebook_of_format_3_is_graded() -> None:
    import nbformat

    old = nbformat.convert(nbformat.reads(GOOD.decode(), as_version=4), 3)
    assert scores(grade(KEY, nbformat.writes(old, version=3).encode())) == ALL


def test_renamed_notebook_is_found() -> None:
    result = grade(KEY, GOOD, path="my final version (2).ipynb")
    assert scores(result) == ALL
    assert "nb.ipynb" in result.problems[0].what
    assert result.notebooks[0].submitted_as == "my final version (2).ipynb"


def test_unrelated_notebook_is_not_taken() -> None:
    result = grade(KEY, notebook(cell("1")), path="other.ipynb")
    assert result.notebooks[0].missing


CODE = {
    "exits in a cell": "import os; os._exit(0)",
    "exits politely": "import sys; sys.exit(0)",
    "kills itself": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "loops for ever": "while True: pass",
    "loops and ignores the alarm": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "sleeps": "import time; time.sleep(1000)",
    "takes all memory": "x = [bytearray(10**8) for _ in range(1000)]",
    "recurses": "def r(): r()\nr()",
    "recurses in C": "x = []\nfor _ in range(10**6): x = [x]\nrepr(x)",
    "prints without end": "while True: print('x' * 1000)",
    "prints 20 MB on one line": "print('x' * 20_000_000)",
    "writes 20 MB to the descriptor": "import os\ntry:\n    os.write(1, b'x' * 20_000_000)\nexcept OSError: pass",
    "displays 100,000 results": "for i in range(100_000): display(i)",
    "forks": "import os\nos.fork()",
    "fork bomb": "import os\nwhile True: os.fork()",
    "closes all descriptors": "import os; os.closerange(0, 100)",
    "reads the link empty": "import os\nos.set_blocking(3, False)\ntry: os.read(3, 10**6)\nexcept OSError: pass",
    "writes to the link without end": "import os\nwhile True: os.write(3, b'x' * 65536)",
    "stops answering": "from grading.engine.student import Server\nimport time\nServer.reply = lambda *a: time.sleep(1000)",
    "breaks the shell": "get_ipython().run_cell = None",
    "breaks print": "import sys; sys.stdout = None; sys.stderr = 3",
    "breaks builtins": "import builtins\nfor name in list(vars(builtins)):\n    if name not in ('list',): setattr(builtins, name, None)",
    "empties the modules": "import sys; sys.modules.clear()",
    "empties the namespace": "globals().clear()",
    "raises an error that can't be shown": "class E(Exception):\n    def __str__(self): raise self\nraise E()",
    "raises an error whose type lies": "class M(type):\n    __name__ = property(lambda s: 1/0)\nclass E(Exception, metaclass=M): pass\nraise E()",
    "raises an error of 50 MB": "raise ValueError('x' * 50_000_000)",
    "raises a chain of errors": "e = None\nfor i in range(100_000):\n    n = ValueError(i); n.__cause__ = e; e = n\nraise e",
    "asks for input": "input()",
    "runs a shell": "!rm -rf / ; sleep 100",
    "runs bash": "%%bash\nsleep 100",
    "leaves the notebook": "exit()",
    "starts threads": "import threading, time\nfor _ in range(1000): threading.Thread(target=time.sleep, args=(100,)).start()",
    "fills the disk": "for i in range(10**6): open(f'f{i}', 'wb').write(b'x' * 10**7)",
    "waits for itself": "import signal; signal.pause()",
    "stops itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "has an endless repr": "class R:\n    def __repr__(self):\n        while True: pass\nR()",
    "has a huge repr": "class R:\n    def __repr__(self): return 'x' * 10**8\nR()",
    "defines a huge variable": "huge = 'x' * 10**8",
    "is no Python": "def (:\n  this is an essay, not code",
    "nests brackets": "x = " + "(" * 5000 + ")" * 5000,
    "disables the collector and leaks": "import gc; gc.disable()\nfor _ in range(10**5):\n    a = []; a.append(a)",
}


@pytest.mark.parametrize("name", CODE)
def test_a_deadly_cell_costs_only_itself(name: str) -> None:
    """The attack sits in a cell of its own: the tests before and behind it are graded."""
    cells = json.loads(GOOD)["cells"]
    cells.insert(2, cell(CODE[name]))
    limits = Limits(memory_bytes=512 * 2**20, wall_seconds=60)
    result = grade(KEY, notebook(*cells), limits, seconds=2)
    assert not [p for p in result.problems if p.fatal]
    expected = ALL
    if name in (
        "breaks builtins",
        "empties the modules",
        "empties the namespace",
        "closes all descriptors",
        "breaks the shell",
        "stops answering",
        "reads the link empty",
    ):
        # In one kernel too, nothing behind such a cell would work; what matters is an outcome.
        assert set(scores(result)) == set(expected)
    else:
        assert scores(result) == expected, result.notebooks[0].cells
    assert len(result.notebooks[0].notebook) < 3_000_000
    assert scores(grade(KEY, GOOD)) == ALL


RETURNS = {
    "an endless loop": "    while True: pass",
    "an exit": "    import os; os._exit(1)",
    "100 MB": "    return b'x' * 10**8",
    "a list of ten million": "    return [None] * 10**7",
    "a cycle": "    a = []; a.append(a); return a",
    "a deep list": "    a = []\n    for _ in range(10**5): a = [a]\n    return a",
    "a huge integer": "    return 1 << 10**7",
    "a huge float array": "    return np.zeros(10**8)",
    "a broadcast array": "    return np.broadcast_to(0.0, (10**6, 10**6))",
    "an array of objects": "    return np.array([object(), lambda: 1], dtype=object)",
    "a structured array": "    return np.zeros(3, dtype=[('a', int)])",
    "an endless range": "    return range(10**15)",
    "a decimal of a billion digits": "    import decimal; return decimal.Decimal('1E+999999999')",
    "a fraction of too many digits": "    from fractions import Fraction; return Fraction(10**5000)",
    "an array of 64 dimensions": "    return np.zeros((1,) * 32)",
    "an array of no items": "    return np.zeros((0, 2**40))",
    "a dict of colliding keys": "    return {i * (2**61 - 1): i for i in range(20000)}",
    "lone surrogates": "    return '\\ud800'",
    "a lying mapping": "    from collections import OrderedDict\n    class D(OrderedDict):\n        def items(self): raise SystemExit\n    return D(a=1)",
    "an exception class": "    return ValueError",
    "a module": "    import sys; return sys",
    "the server": "    import gc\n    from grading.engine.student import Server\n    return [o for o in gc.get_objects() if isinstance(o, Server)][0]",
    "a descriptor trick": "    class C:\n        @property\n        def __class__(self): raise SystemExit\n    return C()",
    "an infinite generator": "    while True: yield 1",
    "a memory error": "    raise MemoryError",
    "a recursion": "    return f(x)",
}


@pytest.mark.parametrize("name", RETURNS)
def test_a_deadly_answer_costs_only_its_test(name: str) -> None:
    source = f"import numpy as np\ndef f(x):\n{RETURNS[name]}"
    result = grade(KEY, {**HONEST, "answer": source}, seconds=2)
    assert scores(result) == {"first": 0, "unseen": 0, "second": 5, "essay": None}
    for test_name in ("first", "unseen"):
        assert outcome(result, test_name).messages
    if name == "a fraction of too many digits":
        assert outcome(result, "first").status == "error"  # and the process lives


def test_dying_everywhere_ends() -> None:
    """Every call kills the process: each test costs a replay, and there is an end to that."""
    many = [test("assert f(1)", f"t{i}", 1) for i in range(40)]
    source = key(answer("def f(x):\n    return x"), *many)
    result = grade(source, {"answer": "import os\ndef f(x):\n    os._exit(0)"})
    assert set(scores(result).values()) == {0.0}
    assert len(scores(result)) == 40


def test_time_for_the_whole_submission_is_limited() -> None:
    slow = [answer("import time; time.sleep(1)", f"s{i}") for i in range(30)]
    source = key(*slow, test("assert True"))
    result = grade(source, {}, submission_seconds=3.0)
    assert result.seconds < 30
    assert outcome(result).status in ("timeout", "ok")


@pytest.mark.parametrize(
    "path",
    ["../evil.py", "/etc/evil.py", "a/../../evil.py", "..", "a\0b", "x/" * 50 + "y", "n" * 5000],
)
def test_paths_that_lead_out_are_refused(path: str) -> None:
    result = grade(KEY, GOOD, files={path: b"x"})
    assert scores(result) == ALL
    assert any("leads elsewhere" in p.what for p in result.problems)


def test_files_that_do_not_fit_are_named_and_the_rest_is_graded() -> None:
    files = {"large": b"x" * 70_000_000, "a": b"x", "a/b": b"x", "n" * 300: b"x", "small": b"x"}
    result = grade(KEY, GOOD, Limits(scratch_bytes=2**20, file_bytes=2**19), files=files)
    assert scores(result) == ALL
    assert {p.file: p.what[-20:] for p in result.problems} == {
        "large": "ing (File too large)",
        "a/b": "rading (File exists)",
        "n" * 300: "(File name too long)",
    }
    assert all("c.Grading.file_mb" in p.remedy for p in result.problems)


def test_many_files_are_capped() -> None:
    files = {f"f{i}": b"x" for i in range(3000)}
    result = grade(KEY, GOOD, files=files)
    assert scores(result) == ALL
    assert len(result.problems) == 2000


def test_a_test_that_computes_for_ever_in_c_costs_that_test_alone() -> None:
    """No alarm interrupts `sum`: the examiner is ended, and the others are graded."""
    source = key(
        answer("def f():\n    return 2"),
        test("assert 1 == 1", "before"),
        test("assert sum(range(f())) == 1"),
        hidden("assert max(range(f())) == 1"),
        test("assert f() > 0", "after"),
    )
    start = time.monotonic()
    result = grade(source, {"answer": "def f():\n    return 10**13"}, seconds=0.5)
    assert time.monotonic() - start < 60
    assert scores(result) == {"before": 5, "test": 0, "hidden": 0, "after": 5}
    assert {outcome(result, name).status for name in ("test", "hidden")} == {"timeout"}
    for name in ("test", "hidden"):
        assert any("did not end" in line for line in outcome(result, name).log)


def test_the_engine_outlives_its_warm_process() -> None:
    with Engine() as engine:
        submission = Submission("s", "hw", {"nb.ipynb": GOOD})
        assert scores(engine.grade(KEY, submission)) == ALL
        assert engine._warm is not None
        os.kill(engine._warm.pid, signal.SIGKILL)
        assert scores(engine.grade(KEY, submission)) == ALL


def test_callbacks_whose_answers_nobody_reads() -> None:
    """The examiner must not wait for ever for a reader of its answers."""
    source = key(
        answer("def f(g):\n    return g(1)"),
        test("assert f(lambda x: 'long answer' * 1000) == 1"),
        test("assert True", "next"),
    )
    attack = """
from grading.engine.student import Server
import gc
def f(g):
    server = g._server
    while True:
        server.channel.send(['callback', g._number, (1,), {}], server.lent)
"""
    assert scores(grade(source, {"answer": attack}, seconds=2)) == {"test": 0, "next": 5}
