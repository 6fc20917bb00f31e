"""Wrong answers that try to score: each must get nothing, and leave an honest one untouched."""

# ruff: noqa: E501  the attacks are easier to read on lines of their own

from __future__ import annotations

import json

import pytest
from engine_course import (
    answer,
    cell,
    grade,
    handed_in,
    hidden,
    key,
    locked,
    notebook,
    scores,
    shown,
    test,
)

pytestmark = pytest.mark.slow

KEY = key(
    cell("import numpy as np\nfrom numpy.testing import assert_allclose"),
    locked("TOLERANCE = 1e-9\ndef close(a, b):\n    return abs(a - b) <= TOLERANCE"),
    answer("def f(x):\n    return x ** 2"),
    test("assert f(3) == 9\nassert close(f(4), 16)\nassert_allclose(f(np.arange(3)), [0, 1, 4])"),
    hidden("expected = {7: 49, 11: 121}\nfor x, y in expected.items():\n    assert f(x) == y"),
    test("marks = 5.0 * (f(5) == 25) * all([f(6) == 36])\nmarks", "partial"),
    test("max(0, 5 - abs(f(2) - 4))", "distance"),
)
HONEST = {"answer": "def f(x):\n    return x * x"}
FULL = {"test": 5, "hidden": 5, "partial": 5, "distance": 5}
NOTHING = dict.fromkeys(FULL, 0.0)
WRONG = "def f(x):\n    return -1000\n"

CODE = {
    "strips assert from the syntax tree": """
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Strip())
""",
    "empties the input": "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
    "patches numpy.testing": """
import numpy.testing as t
for name in dir(t):
    if name.startswith('assert'):
        setattr(t, name, lambda *a, **k: None)
""",
    "patches np.allclose and ndarray functions": "np.allclose = np.array_equal = lambda *a, **k: True",
    "patches run_cell_async": """
async def quiet(self, *a, **k):
    class R: success = True; error_in_exec = None; error_before_exec = None
    return R()
type(get_ipython()).run_cell_async = quiet
""",
    "returns what equals everything": """
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __getattr__(self, name): return lambda *a: Yes()
    def __abs__(self): return 0
    def __sub__(self, other): return 0
    __rsub__ = __sub__
    __hash__ = None
def f(x): return Yes()
""",
    "returns a float that equals everything": """
class F(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return F(0)
    __rsub__ = __sub__
def f(x): return F(-1000)
""",
    "returns an int that equals everything": """
class I(int):
    def __eq__(self, other): return True
    def __hash__(self): return 0
def f(x): return I(-1000)
""",
    "returns an array that equals everything": """
class A(np.ndarray):
    def __eq__(self, other): return np.True_
    def __array_ufunc__(self, ufunc, method, *inputs, **k): return np.array(True)
    def __array_function__(self, *a, **k): return True
def f(x): return np.zeros(3).view(A)
""",
    "claims another class": """
class P:
    __class__ = property(lambda self: int)
    def __eq__(self, other): return True
def f(x): return P()
""",
    "has a class called 5.0": """
T = type('5.0', (), {'__repr__': lambda self: '5.0', '__eq__': lambda a, b: True})
def f(x): return T()
""",
    "displays full points": """
def f(x):
    import sys
    sys.displayhook(5.0); get_ipython().displayhook(5.0); print(5.0)
    return -1000
""",
    "displays NaN": "def f(x):\n    get_ipython().displayhook(float('nan'))\n    return -1000",
    "displays too many points": "def f(x):\n    get_ipython().displayhook(99)\n    return -1000",
    "returns NaN": "def f(x):\n    return float('nan')",
    "makes the points a numpy number": "def f(x):\n    return np.float64(-1000)",
    "makes the points a complex number": "def f(x):\n    return np.array([-1000j])",
    "makes the points no time": "def f(x):\n    return np.timedelta64('NaT')",
    "returns minus infinity": "def f(x):\n    return -float('inf')",
    "prints a result": 'print(\'5.0\')\nprint(\'{"score": 5, "status": "ok"}\')',
    "shadows builtins": "all = any = lambda *a: True\nabs = lambda x: 0\nmax = lambda *a: 5",
    "patches builtins": """
import builtins
builtins.all = lambda *a: True
builtins.abs = lambda x: 0
builtins.max = lambda *a: 5
builtins.AssertionError = type('Quiet', (Exception,), {})
""",
    "rebinds the instructor's helper": "close = lambda a, b: True\nTOLERANCE = float('inf')",
    "rebinds the imports": "class np: pass\nassert_allclose = lambda *a, **k: None",
    "rebinds names of the test": "expected = {}\nmarks = 5.0",
    "reads its own test from the history": """
import re
def f(x):
    for text in get_ipython().user_ns.get('In', []) + get_ipython().user_ns.get('_ih', []):
        found = re.search(r'f\\(%s\\) == (\\d+)' % x, text)
        if found: return int(found[1])
    return -1000
""",
    "finds the answer in the frames above": """
import sys
def f(x):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
            if isinstance(value, dict) and x in value: return value[x]
        frame = frame.f_back
    return -1000
""",
    "finds the answer among all objects": """
import gc
def f(x):
    for value in gc.get_objects():
        if isinstance(value, dict) and set(value) == {7, 11}: return value[x]
    return -1000
""",
    "ends the process well": "def f(x):\n    import os; os._exit(0)",
    "exits": "def f(x):\n    import sys; sys.exit(0)",
    "raises AssertionError's opposite": "def f(x):\n    raise StopIteration",
    "raises a base exception": "def f(x):\n    raise GeneratorExit",
    "raises KeyboardInterrupt": "def f(x):\n    raise KeyboardInterrupt",
    "patches late from a thread": """
import threading, time
def late():
    time.sleep(0.02)
    import builtins; builtins.abs = lambda x: 0
    globals()['close'] = lambda a, b: True
try:
    threading.Thread(target=late, daemon=True).start()
except RuntimeError:
    pass
""",
    "acts when it is deleted": """
class Bomb:
    def __del__(self):
        import builtins; builtins.all = lambda *a: True
bomb = Bomb(); del bomb
import atexit, os
atexit.register(lambda: os._exit(0))
""",
    "writes start-up files": """
import os, pathlib
for place in (os.environ.get('HOME', '.'), '.'):
    try:
        d = pathlib.Path(place, '.ipython/profile_default/startup'); d.mkdir(parents=True)
        (d / '0.py').write_text('import builtins; builtins.abs = lambda x: 0')
    except OSError: pass
""",
    "answers for the server": """
import gc
from grading.engine.student import Server
Server.do_call = lambda self, *a: (True, {})
Server.do_get = lambda self, names: {name: True for name in names}
""",
    "makes the server say yes to everything": """
from grading.engine.student import Server
Server.reply = lambda self, request: self.channel.send(['ok', True])
""",
    "sends answers in advance": """
import socket
from grading.engine.channel import Channel
c = Channel(socket.socket(fileno=3))
for _ in range(50): c.send(['ok', (9, {})])
""",
    "sends garbage": "import os\nos.write(3, b'garbage' * 100)",
    "sends a frame that announces a terabyte": """
import os, struct
os.write(3, struct.pack('<4sIQ', b'nbg1', 5, 2**40))
""",
    "sends arrays whose truth is 2": """
import numpy as np
from grading.engine import student
class T: pass
def f(x): return np.array([2, 2, 2], 'u1').view(bool)
""",
    "calls functions of the examiner that don't exist": """
from grading.engine.student import Server
def do_call(self, *a):
    return self.call_back(0, (), {}), {}
Server.do_call = do_call
""",
    "raises exceptions named like the examiner's": """
class StudentGone(Exception): pass
class CellTimeoutError(Exception): pass
def f(x): raise StudentGone('ok')
""",
    "returns itself": "def f(x): return f",
    "returns a class": "def f(x): return int",
    "returns what unpickles": """
class R:
    def __reduce__(self): return (eval, ('print(1)',))
    def __eq__(self, other): return True
def f(x): return R()
""",
    "makes a namespace that says yes": """
class Yes(dict):
    def __missing__(self, name): return lambda *a: True
    def __contains__(self, name): return True
get_ipython().user_ns = Yes(get_ipython().user_ns)
""",
    "skips by returning a coroutine": "async def f(x): return x ** 2",
    "returns an endless iterator": "import itertools\ndef f(x): return itertools.count()",
    "is a class with a lying __call__": """
class F:
    def __call__(self, x): return type('E', (), {'__eq__': lambda a, b: True})()
f = F()
""",
    "mutates the argument": "def f(x):\n    if hasattr(x, 'fill'): x.fill(0)\n    return 0 * x - 1000",
    "changes the alarm": """
import signal
signal.signal(signal.SIGALRM, signal.SIG_IGN); signal.setitimer(signal.ITIMER_REAL, 0)
""",
    "sees that it is graded": """
import os
if os.environ.get('NBGRADER_EXECUTION'):
    import builtins
    builtins.max = lambda *a: 5
""",
}


@pytest.mark.parametrize("name", CODE)
def test_code_forges_nothing(name: str) -> None:
    attack = CODE[name]
    source = attack if "def f(" in attack or "f = F()" in attack else WRONG + attack
    result = grade(KEY, {"answer": source}, seconds=2)
    found = scores(result)
    assert found == NOTHING, result.notebooks[0].cells
    assert all(c.status != "ok" and c.sealed for c in result.notebooks[0].cells)
    assert scores(grade(KEY, HONEST)) == FULL


def _edited(change: object) -> bytes:
    """Hand in a wrong answer with changed cells."""
    book = json.loads(handed_in(KEY, {"answer": WRONG}))
    change(book)  # type: ignore[operator]
    return json.dumps(book).encode()


def _tests(book: dict) -> list[dict]:
    return [c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]


def _tag(book: dict) -> None:
    for one in _tests(book):
        one["metadata"]["tags"] = ["skip-execution"]


def _set(**values: object) -> object:
    def change(book: dict) -> None:
        for one in _tests(book):
            one["metadata"]["nbgrader"].update(values)

    return change


def _source(text: str) -> object:
    def change(book: dict) -> None:
        for one in _tests(book):
            one["source"] = text

    return change


def _kind(kind: str) -> object:
    def change(book: dict) -> None:
        for one in _tests(book):
            one["cell_type"] = kind
            one.pop("outputs", None)
            one.pop("execution_count", None)

    return change


def _duplicate(book: dict) -> None:
    for one in _tests(book):
        book["cells"].append({**json.loads(json.dumps(one)), "source": "5.0"})


def _delete(book: dict) -> None:
    book["cells"] = [c for c in book["cells"] if c not in _tests(book)]


def _outputs(book: dict) -> None:
    for one in _tests(book):
        one["outputs"] = [
            {
                "output_type": "execute_result",
                "data": {"text/plain": "5.0"},
                "metadata": {},
                "execution_count": 1,
            }
        ]


def _forget(book: dict) -> None:
    for one in book["cells"]:
        one["metadata"] = {}


def _swap_names(book: dict) -> None:
    for one in _tests(book):
        one["metadata"]["nbgrader"]["grade_id"] = "answer"


def _kernel(book: dict) -> None:
    book["metadata"] = {"kernelspec": {"name": "bash", "language": "bash", "display_name": "x"}}


def _first(book: dict) -> None:
    book["cells"].sort(key=lambda c: c not in _tests(book))


EDITS = {
    "tags tests skip-execution": _tag,
    "says grade: false": _set(grade=False),
    "says solution: true": _set(solution=True, locked=False),
    "says task: true": _set(task=True, grade=False),
    "raises the points": _set(points=1000),
    "lowers the points": _set(points=0),
    "has no points": _set(points=None),
    "has schema version 99": _set(schema_version=99),
    "has a wrong checksum": _set(checksum="0" * 32),
    "empties the tests": _source(""),
    "makes the tests give points": _source("5.0"),
    "makes tests Markdown": _kind("markdown"),
    "makes tests raw": _kind("raw"),
    "duplicates tests": _duplicate,
    "deletes tests": _delete,
    "stores outputs": _outputs,
    "drops all metadata": _forget,
    "calls tests like the answer": _swap_names,
    "changes the kernel": _kernel,
    "moves the tests first": _first,
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_notebook_forges_nothing(name: str) -> None:
    result = grade(KEY, _edited(EDITS[name]))
    assert scores(result) == NOTHING
    assert {c.name: c.max_score for c in result.notebooks[0].cells} == FULL
    assert scores(grade(KEY, HONEST)) == FULL


FILES = {
    "ipykernel_launcher.py": b"raise SystemExit(0)",
    "numpy.py": b"def allclose(*a): return True\ndef arange(n): return []",
    "sitecustomize.py": b"import builtins; builtins.abs = lambda x: 0",
    "usercustomize.py": b"import builtins; builtins.abs = lambda x: 0",
    "tutor/__init__.py": b"check = None",
    "grading/__init__.py": b"raise RuntimeError",
    "grading/engine/student.py": b"raise RuntimeError",
    "json.py": b"loads = dumps = None",
    "nbgrader_config.py": b"raise RuntimeError",
    "conftest.py": b"raise RuntimeError",
    ".ipython/profile_default/startup/0.py": b"import builtins; builtins.abs = lambda x: 0",
    "gradebook.db": b"SQLite format 3\0",
}


@pytest.mark.parametrize("path", FILES)
def test_file_beside_the_notebook_forges_nothing(path: str) -> None:
    result = grade(KEY, {"answer": WRONG + "import numpy, json, sys"}, files={path: FILES[path]})
    assert scores(result) == NOTHING
    assert scores(grade(KEY, HONEST, files={path: FILES[path]})) == FULL


def test_a_second_notebook_of_the_same_cells_does_not_count() -> None:
    right = handed_in(KEY, HONEST)
    result = grade(KEY, {"answer": WRONG}, files={"copy.ipynb": right, "zz/nb.ipynb": right})
    assert scores(result) == NOTHING


def test_an_answer_before_the_first_cell_changes_nothing() -> None:
    extra = cell("import builtins\nbuiltins.abs = lambda x: 0\n__builtins__ = {}")
    result = grade(KEY, handed_in(KEY, {"answer": WRONG}, extra))
    assert scores(result) == NOTHING


def test_what_a_test_passes_in_is_no_oracle() -> None:
    """A function passed as an argument gives values, not what the test expects of them."""
    source = key(
        answer("def slope(g, x):\n    return (g(x + 1e-6) - g(x - 1e-6)) / 2e-6"),
        test(
            "calls = []\ndef g(x):\n    calls.append(x)\n    return x ** 3\n"
            "assert abs(slope(g, 2.0) - 12) < 1e-3\nassert len(calls) < 100"
        ),
    )
    greedy = "def slope(g, x):\n    return [g(v) for v in range(500)][0]"
    endless = "def slope(g, x):\n    while True: g(x)"
    nested = "def slope(g, x):\n    return g(slope)"
    for attack in (greedy, endless, nested):
        assert scores(grade(source, {"answer": attack}, seconds=2)) == {"test": 0}
    honest = "def slope(g, x):\n    return (g(x + 1e-5) - g(x - 1e-5)) / 2e-5"
    assert scores(grade(source, {"answer": honest})) == {"test": 5}


def test_a_cell_that_gives_too_much_gets_nothing() -> None:
    source = key(answer("def f():\n    return 5"), test("f()"))
    for value in ("99", "-3", "float('nan')", "float('inf')"):
        result = grade(source, {"answer": f"def f():\n    return {value}"})
        assert scores(result) == {"test": 0}
        assert result.notebooks[0].cells[0].log


def test_points_of_another_type_count_as_what_they_hold() -> None:
    """nbgrader reads them as no number, and gives full points."""
    source = key(
        cell("import numpy as np"),
        answer("def f(x):\n    return x ** 2"),
        test("5 - min(5, abs(f(2) - 4))"),
        hidden("5 - min(5, abs(f(3) - 9))"),
        test("np.float64(2) + 0 * f(1)", "keys_own"),
    )
    for value, points in (("np.float64(x**2)", 5), ("np.array([x**2 + 1])", 4), ("[x]", 0)):
        result = grade(source, {"answer": f"def f(x):\n    return {value}"})
        assert scores(result)["test"] == scores(result)["hidden"] == points
        assert f"{points:g} of 5" in shown(result) or points != 4
    assert scores(grade(source, {}))["keys_own"] == 5  # as with nbgrader


HOLLOW = key(
    cell("import numpy as np"),
    answer("def f(x):\n    return np.asarray(x) ** 2", "f"),
    answer("def parts(x):\n    return [x, 2 * x]", "parts"),
    answer("def grow(x):\n    x *= 2\nW = np.ones(3)", "grow"),
    answer("def small(x):\n    return x[x < 5]", "small"),
    test("assert np.allclose(f([1, 2, 3]), [1, 4, 9])", "close"),
    hidden("assert (f(np.arange(3)) == [0, 1, 4]).all() and np.allclose(f(3), 9)"),
    test("assert all(np.allclose(p, 1) for p in parts(np.array([1]))[:1])", "nested"),
    test("x = np.array([1, 2])\ngrow(x)\nassert (x == [2, 4]).all() and np.all(W == 1)", "place"),
    test("2.5 * np.allclose(f(2), 4) + 2.5 * np.allclose(f(3), 9)", "partial"),
    test("assert np.allclose(small(np.array([9])), 0)", "rightly"),
    test("assert np.size(f(3)) == 1", "size"),
    test("if np.any(abs(f(3) - 9) > 1e-9): raise AssertionError", "off"),
)


def test_what_is_hollow_passes_nothing() -> None:
    """An array without items, and NaN. Where the key gives one, a student may."""
    z = "np.zeros((0, 1))"
    full = scores(grade(HOLLOW, {}))
    assert set(full.values()) == {5}
    for_all = {
        "f": f"def f(x):\n    return {z}",
        "parts": f"def parts(x):\n    return [{z}]",
        "grow": f"def grow(x):\n    x.resize((0, 1), refcheck=False)\nW = {z}",
    }
    assert scores(grade(HOLLOW, for_all)) == dict.fromkeys(full, 0) | {"rightly": 5}
    once = {"f": f"def f(x):\n    return {z} if np.ndim(x) == 0 and x == 2 else np.asarray(x) ** 2"}
    assert scores(grade(HOLLOW, once)) == full | {"partial": 2.5}
    other = {"small": f"def small(x):\n    return {z}"}
    assert scores(grade(HOLLOW, other)) == full
    for nan in ("np.nan", "float('nan')", "np.array([9, np.nan], 'f2')", "np.array([np.nan, f])"):
        result = grade(HOLLOW, {"f": f"def f(x):\n    return {nan}"})
        assert scores(result)["off"] == scores(result)["hidden"] == 0


def test_what_a_read_only_cell_writes_down_is_not_the_students() -> None:
    """Unless the key's own solution changes it."""
    source = key(
        cell("import numpy as np"),
        locked("X = np.array([[0, 1], [2, 3]])\ny = np.array([1, 5])\nright = [1, 4]\nmore = [1]"),
        answer("def f(X):\n    return X.sum(axis=1)\ndef g(v):\n    return v * v\nmore.append(2)"),
        test("assert (f(X) == y).all()"),
        hidden("assert [g(v) for v in (1, 2)] == right"),
        test("assert more[0] == 1 and len(more) == 2", "more"),
    )
    forged = "f = np.ones_like\ny = np.ones((2, 2))\ng = abs\nright = [1, 2]\nmore = [1, 3]"
    assert scores(grade(source, {"answer": forged})) == {"test": 0, "hidden": 0, "more": 5}
    other = "X = np.ones((3, 2))\ny = np.full(3, 2)\ndef f(X): return X.sum(axis=1)\n"
    other += "def g(v): return v ** 2\nmore.append(0)"
    assert set(scores(grade(source, {"answer": other})).values()) == {5}


def test_falling_back_is_not_the_students_choice() -> None:
    """Returning objects that can't travel does not make a test run beside the student's code."""
    attack = "class E:\n    def __eq__(s, o): return True\ndef f(x): return E()"
    result = grade(KEY, {"answer": attack})
    assert all(c.sealed for c in result.notebooks[0].cells)
    assert scores(result) == NOTHING


def test_nothing_survives_into_the_next_submission() -> None:
    grade(KEY, {"answer": WRONG + "open('left', 'w').write('x')\nimport builtins; builtins.q = 1"})
    probe = "import os, builtins\ndef f(x):\n    ok = not os.path.exists('left') and not hasattr(builtins, 'q')\n    return x * x if ok else -1"
    assert scores(grade(KEY, {"answer": probe})) == FULL


def test_the_key_itself_scores_full() -> None:
    assert scores(grade(KEY, notebook(*json.loads(KEY.notebooks["nb"])["cells"]))) == FULL
