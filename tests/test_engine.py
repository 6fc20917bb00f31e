"""One submission graded: what tests see, what counts, what the graded notebook holds."""

# ruff: noqa: E501  code of students and tests is easier to read on one line
from __future__ import annotations

import base64
import json

import nbformat
import numpy as np
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
    outcome,
    scores,
    shown,
    test,
    text,
)

from grading.engine import BrokenKeyError, Settings, grade_submission
from grading.records import AnswerKey, Submission, to_dict
from grading.sandbox import Limits


def one(code: str, check: str, points: float = 5) -> dict:
    """Grade an answer by one test cell; give its outcome."""
    source = key(cell("import numpy as np"), answer("pass"), test(check, points=points))
    return outcome(grade(source, {"answer": code}))


# ------------------------------------------------------------------ what a test cell can ask


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("x = 3", "assert x == 3"),
        ("x = 3\nx += 1", "assert x == 4 and type(x) is int"),
        ("x = [1, (2, {3: 'a'}), {4}]", "assert x == [1, (2, {3: 'a'}), {4}]"),
        ("x = np.arange(6.).reshape(2, 3)", "assert x.shape == (2, 3) and x.dtype == float"),
        ("x = np.float32(0.5)", "assert type(x) is np.float32"),
        ("x = None", "assert x is None"),
        ("import sqlite3\nx = sqlite3.connect('f.db').execute('pragma user_version').fetchone()\n"
         "sqlite3.connect('f.db').execute('create table t (a)')", "assert x == (0,)"),
        ("%store\nx = 1", "assert x == 1"),
        ("def f(v: int): return v\nx = f.__annotations__['v'](2.5)", "assert x == 2"),
        ("x = 7\n%time y: float = x\nz = __annotations__['y'](x)", "assert str(z) == '7.0'"),
        ("x = 10 ** 400", "assert x == 10 ** 400"),
        ("x = float('nan')", "assert x != x"),
        ("def f(x, y=2, *z, **k): return x, y, z, k", "assert f(1, k=3) == (1, 2, (), {'k': 3})"),
        ("def f(a): a[0] = 9; return a.sum()", "a = np.zeros(3)\nassert f(a) == 9 and a[0] == 9"),
        ("def f(a): a.append(4)", "a = [1]\nf(a)\nassert a == [1, 4]"),
        ("def f(a): a[0] = 1.0", "a = [1]\nf(a)\nassert type(a[0]) is float"),
        ("def f(a): a[1][0] = -0.0", "a = [1, [0.0]]\nf(a)\nassert str(a) == '[1, [-0.0]]'"),
        ("def f(a): a[0] += 1", "a = [10**5000, 'x']\nf(a)\nassert a == [10**5000 + 1, 'x']"),
        ("def f(a): a[0][0][0] = 2", "a = [[[1]]]\nf(a)\nassert a == [[[2]]]"),
        ("def f(a): a['x'].append(1)", "inner = []\nf({'x': inner})\nassert inner == [1]"),
        ("def f(a): return sorted(a)", "a = [3, 1]\nassert f(a) == [1, 3] and a == [3, 1]"),
        ("def f(g, x): return g(x) + 1", "assert f(lambda v: v * 2, 3) == 7"),
        ("def f(g): return lambda x: g(g(x))", "assert f(lambda v: v + 1)(1) == 3"),
        ("def f(g): return [g(i) for i in range(3)]", "assert f(np.sqrt) == [0, 1, 2 ** .5]"),
        ("def f(n): return n if n == 0 else g(n)\ndef g(n): return f(n - 1)", "assert f(9) == 0"),
        ("def f():\n    yield 1\n    yield 2", "assert list(f()) == [1, 2]"),
        ("def f(): return {'a': 1}.items()", "assert dict(f()) == {'a': 1}"),
        ("def f(): return map(str, [1, 2])", "assert list(f()) == ['1', '2']"),
        ("class A:\n    def __init__(s, v): s.v = v\ndef get(a): return a.v",
         "assert get(A(5)) == 5"),
        ("def f(x): 'Doc of f.'", "assert f.__doc__ == 'Doc of f.' and f.__name__ == 'f'"),
        ("f = np.sin", "assert abs(f(0.5) - np.sin(0.5)) < 1e-12"),
        ("import math\nf = math.floor", "assert callable(f) and f(2.5) == 2"),
        ("f = lambda x: 1 / x", "try:\n    f(0)\nexcept ZeroDivisionError:\n    pass\nelse:\n    assert 0"),
        ("def f(x): raise ValueError('too small')",
         "import pytest\nwith pytest.raises(ValueError, match='too small'):\n    f(1)"),
        ("def f(x): raise KeyError('k')", "try:\n    f(1)\nexcept KeyError as e:\n    assert e.args == ('k',)"),
        ("class Mine(IndexError): pass\ndef f(x): raise Mine('m')",
         "try:\n    f(1)\nexcept IndexError as e:\n    assert 'line' in e.student_traceback"),
        ("def f(): return np.random.rand(3)",
         "np.random.seed(3)\na = f()\nnp.random.seed(3)\nassert (a == np.random.rand(3)).all()"),
        ("import random\ndef f(): return random.random()",
         "import random\nrandom.seed(1)\na = f()\nrandom.seed(1)\nassert f() == a"),
        ("count = 0\ndef f():\n    global count\n    count += 1", "f(); f()\nassert count == 2"),
        ("x = 2", "def helper():\n    return x + 1\nassert helper() == 3"),
        ("x = 2", "assert [x + i for i in range(2)] == [2, 3]"),
        ("def sigmoid(z): return 1 / (1 + np.exp(-z))",
         "from tutor import activations\nassert np.allclose(sigmoid(np.eye(2)), activations.sigmoid(np.eye(2)))"),
        ("import asyncio\nawait asyncio.sleep(0)\nx = 1", "assert x == 1"),
        ("%%time\nx = 1", "assert x == 1"),
        ("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1]); plt.show(); x = 1", "assert x == 1"),
        ("x = open('data.txt').read()", "assert x == 'lines'"),
        ("from helper import seven\nx = seven()", "assert x == 7"),
        ("import os\nx = os.environ['NBGRADER_EXECUTION']", "assert x == 'autograde'"),
    ],
)  # fmt: skip
def test_right_answer_passes_sealed(code: str, check: str) -> None:
    source = key(cell("import numpy as np"), answer(code), test(check))
    files = {"data.txt": b"lines", "helper.py": b"def seven(): return 7"}
    found = outcome(grade(source, {}, files=files))
    assert (found.status, found.score, found.log) == ("ok", 5, ())
    assert found.sealed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "score", "status"),
    [
        ("assert x == 3", 5, "ok"),
        ("assert x == 4", 0, "failed"),
        ("undefined", 0, "error"),
        ("2.5", 2.5, "partial"),
        ("5", 5, "ok"),
        ("0", 0, "failed"),
        ("'well done'", 5, "ok"),
        ("None", 5, "ok"),
        ("2.5;", 5, "ok"),
        ("x - 1", 2, "partial"),
        ("np.float64(1.5)", 5, "ok"),
        ("import sys\nprint('bad', file=sys.stderr)", 0, "failed"),
        ("print('fine')", 5, "ok"),
        ("import warnings\nwarnings.warn('look')", 5, "ok"),
        ("assert np.log(np.array(0.0) * x) < 0", 5, "ok"),
        ("6", 0, "error"),
        ("-1", 0, "error"),
        ("float('nan')", 0, "error"),
        ("def (", 0, "error"),
        ("", 5, "ok"),
        ("raise SystemExit", 0, "error"),
        ("while True: pass", 0, "timeout"),
    ],
)
def test_points(check: str, score: float, status: str) -> None:
    source = key(cell("import numpy as np"), answer("pass"), test(check))
    found = outcome(grade(source, {"answer": "x = 3"}, seconds=1))
    assert (found.score, found.status) == (score, status)
    assert found.max_score == 5


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "class C(dict):\n    def __getattr__(self, name):\n        return self[name]",
        "class C:\n    def __getattr__(self, name):\n        return self.nowhere",
        "class C:\n    def __call__(self): return 7\n    def __getattr__(self, n): 1 / 0",
        "class M(type):\n    def __getattr__(self, n): 1 / 0\nclass C(metaclass=M): pass",
    ],
)
def test_attributes_of_a_students_own_making_are_not_asked_for(code: str) -> None:
    makes = "\nc = C()\ndef make(): return c\ndef use(c): return 5"
    source = key(answer(code + makes), test("assert use(c) == use(make()) == 5"), test("c", "own"))
    assert scores(grade(source, {})) == {"test": 5, "own": 5}
    if "__call__" in code:
        assert scores(grade(key(answer(code + makes), test("assert c() == 7")), {})) == {"test": 5}


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "class V(int):\n    def __repr__(self):",
        "class V(list):\n    def __iter__(self):",
        "class V(np.ndarray):\n    @property\n    def dtype(self):",
        "class V:\n    @property\n    def __class__(self):",
        "class V:\n    def __getattribute__(self, name):",
    ],
)
def test_looking_for_changes_runs_none_of_the_students_code(code: str) -> None:
    """It happens before the next cell runs, which would be blamed for what is endless."""
    source = key(
        cell("import numpy as np"),
        answer("v = 3", "value"),
        hidden("w = v"),
        answer("def g(): return 1", "other"),
        test("assert g() == 1"),
    )
    loop = "\n        while True: pass\nv = V.__new__(V, *[(2,)] * issubclass(V, np.ndarray))"
    result = grade(source, {"value": code + loop}, seconds=1)
    assert scores(result) == {"hidden": 5, "test": 5}
    assert not result.notebooks[0].stopped


@pytest.mark.slow
@pytest.mark.parametrize("magic", ["bash", "python3", "script perl"])
def test_a_cell_for_another_program_is_refused_at_once(magic: str) -> None:
    """No other program can start, and who waits for it is stopped in the end."""
    source = key(answer("x = 1"), test("assert x == 1"))
    extra = cell(f"%%{magic}\necho")
    result = grade(source, handed_in(source, {}, extra), seconds=2)
    assert scores(result) == {"test": 5}
    assert not result.notebooks[0].stopped
    assert b"shell commands are not available" in result.notebooks[0].notebook


@pytest.mark.slow
def test_a_notebook_may_change_its_directory() -> None:
    source = key(answer("x = 1"), test("assert x == 'data'"))
    wanted = "import os\nos.mkdir('data')\n%cd data\nx = os.path.basename(os.getcwd())"
    result = grade(source, {"answer": wanted})
    assert scores(result) == {"test": 5}
    assert not result.notebooks[0].stopped


@pytest.mark.slow
def test_names_come_from_whom_they_should() -> None:
    source = key(
        cell("import numpy as np"),
        locked("LIMIT = 10\ndef inside(v):\n    return v < LIMIT and twice(v) > 0\ndata = [1, 2]"),
        answer("import math\ndef twice(v):\n    return 2 * v\ndata.append(3)"),
        test("expected = 4\nassert twice(2) == expected and inside(3) and data == [1, 2, 3]", "a"),
        answer("expected_by_me = math.pi", "b1"),
        test("assert expected == 4 and expected_by_me == math.pi", "b"),
    )
    good = {"answer": "import math\ndef twice(v):\n    return v + v\ndata += [3]"}
    assert scores(grade(source, good | {"b1": "expected_by_me = math.pi"})) == {"a": 5, "b": 5}
    lying = good["answer"] + "\nLIMIT = 1000\ninside = lambda v: True\nexpected = 99"
    assert scores(grade(source, {"answer": lying, "b1": "expected = 0"}))["a"] == 5
    forgot = good["answer"].replace("import math", "")
    assert scores(grade(source, {"answer": forgot, "b1": "expected_by_me = 3.14"}))["b"] == 0


def test_a_solution_may_define_what_is_built_in() -> None:
    source = key(answer("def sum(v):\n    return 42"), test("assert sum([1]) == 42"))
    assert scores(grade(source, {"answer": "def sum(v): return 42"})) == {"test": 5}
    assert scores(grade(source, {"answer": "pass"})) == {"test": 0}


def test_tests_see_the_notebook_as_it_was_at_their_place() -> None:
    source = key(
        answer("def f(): return 1\nv = [1]"),
        test("assert f() == 1 and v == [1]", "t1"),
        hidden("assert f() == 1 and v == [1] and g() == 1", "h1"),
        answer("def f(): return 2\nv.append(2)", "second"),
        test("assert f() == 2 and v == [1, 2]", "t2"),
        hidden("assert f() == 2 and v == [1, 2] and g() == 2", "h2"),
    )
    answers = {"answer": "def f(): return 1\ndef g(): return f()\nv = [1]"}
    found = grade(source, answers | {"second": "def f(): return 2\nv.append(2)"})
    assert scores(found) == {"t1": 5, "h1": 5, "t2": 5, "h2": 5}


def test_hidden_tests_after_changes_in_place_run_at_their_place() -> None:
    source = key(
        answer(
            "class N:\n    w = 0\nn = N()\ndef read(): return n.w\na = [0]\ndef first(): return a[0]"
        ),
        hidden("assert read() == 0 and first() == 0", "before"),
        cell("n.w = 5\na[0] = 7"),
        hidden("assert read() == 5 and first() == 7", "behind"),
    )
    assert scores(grade(source, {})) == {"before": 5, "behind": 5}


def test_state_made_by_tests_is_kept_among_tests() -> None:
    source = key(
        answer("def f(x): return x"),
        test(
            "cases = [1, 2]\ndef check_all():\n    return all(f(c) == c for c in cases)", "setup", 0
        ),
        test("assert check_all()", "uses"),
        hidden("cases = [3]\nassert check_all()", "again"),
    )
    assert scores(grade(source, {"answer": "def f(x): return x"})) == {
        "setup": 0, "uses": 5, "again": 5,
    }  # fmt: skip


# -------------------------------------------------------------------- deaths, time, memory


@pytest.mark.slow
@pytest.mark.parametrize(
    ("death", "status"),
    [
        ("import os; os._exit(3)", "died"),
        ("import ctypes; ctypes.string_at(0)", "died"),
        ("while True: pass", "timeout"),
        ("while True:\n            try:\n                while True: pass\n            except BaseException: pass", "timeout"),
        ("return bytearray(10**10)", "memory"),
    ],
)  # fmt: skip
def test_the_rest_is_graded_after_a_death(death: str, status: str) -> None:
    source = key(
        answer("x = 1\ndef f():\n    return 1"),
        test("assert x == 1", "before"),
        test("f()", "deadly"),
        hidden("f()", "deadly_too"),
        test("assert x == 1", "behind"),
        text("Why?", "essay", grade=True, solution=True),
    )
    result = grade(source, {"answer": f"x = 1\ndef f():\n        {death}"}, seconds=1)
    assert scores(result) == {"before": 5, "deadly": 0, "deadly_too": 0, "behind": 5, "essay": None}
    assert outcome(result, "deadly").status == status
    assert outcome(result, "deadly").messages


@pytest.mark.slow
def test_an_interrupted_cell_keeps_what_it_defined() -> None:
    """As in a kernel, which is interrupted and goes on."""
    source = key(answer("x = 1"), test("assert x == 1"))
    assert scores(grade(source, {"answer": "x = 1\nwhile True: pass"}, seconds=1)) == {"test": 5}


def test_limits_are_the_callers() -> None:
    source = key(answer("x = 1"), test("assert len(x) == 10**8"))
    greedy = {"answer": "x = bytearray(3 * 10**8)[:10**8]\nx = bytes(10**8) and 'x' * 10**8"}
    small = grade(source, greedy, Limits(memory_bytes=128 * 2**20))
    assert scores(small) == {"test": 0}


# --------------------------------------------------------------- manual answers, tasks, rest


def test_manual_answers_and_tasks() -> None:
    source = key(
        text("The answer", "essay", 4, grade=True, solution=True),
        text("Do it", "task", 3, task=True, locked=True),
        cell("x = 1", "plot", points=2, grade=True, solution=True),
    )
    untouched = grade(source, {"essay": "YOUR ANSWER HERE",
                               "plot": "# YOUR CODE HERE\nraise NotImplementedError()"})  # fmt: skip
    by_name = {c.name: c for c in untouched.notebooks[0].cells}
    assert (by_name["essay"].score, by_name["essay"].needs_manual) == (0, False)
    assert by_name["essay"].comment == "No response."
    assert (by_name["task"].score, by_name["task"].needs_manual) == (None, True)
    assert (by_name["plot"].score, by_name["plot"].kind) == (0, "manual")
    assert untouched.notebooks[0].comments == {
        "essay": "No response.", "task": None, "plot": "No response.",
    }  # fmt: skip
    done = grade(source, {"essay": "Because.", "plot": "1 + 1"})
    assert [c.needs_manual for c in done.notebooks[0].cells] == [True, True, True]
    assert set(done.notebooks[0].comments.values()) == {None}


@pytest.mark.slow
def test_figures_are_drawn_for_people_only() -> None:
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    source = key(cell(plot), cell(plot, "marked", points=2, grade=True, solution=True))
    for figures, drawn in (("none", [0, 0]), ("manual", [0, 1]), ("all", [1, 1])):
        result = grade(source, {"marked": plot}, figures=figures)
        cells = json.loads(result.notebooks[0].notebook)["cells"]
        found = [sum("image/png" in o.get("data", {}) for o in c["outputs"]) for c in cells]
        assert found == drawn
        assert "Figure size" in str(cells[0]["outputs"])


@pytest.mark.slow
def test_pictures_of_the_course_are_drawn_for_people_only() -> None:
    plot = "from tutor import plots\nplots.activation('relu')"
    source = key(cell(plot), cell(plot, "marked", points=2, grade=True, solution=True))
    result = grade(source, {"marked": plot}, figures="manual")
    named, drawn = (
        one["outputs"][0]["data"] for one in json.loads(result.notebooks[0].notebook)["cells"]
    )
    assert named.keys() == {"text/plain"}
    assert "ReLU" in named["text/plain"]
    assert drawn["text/plain"] == named["text/plain"]
    assert base64.b64decode(drawn["image/png"]).startswith(b"\x89PNG")


def test_graded_notebook_is_valid_and_says_what_happened() -> None:
    source = key(
        cell("import numpy as np"),
        answer("def f(x): return x"),
        test("print('testing')\nassert f(1) == 1", "visible"),
        test("assert f(2) == 3", "fails"),
        hidden("assert f(271828) == 0", "unseen"),
    )
    result = grade(source, {"answer": "print('hello')\n1 + 1\ndef f(x): return x\nf"})
    for content in (result.notebooks[0].notebook, result.notebooks[0].student_notebook):
        book = nbformat.reads(content.decode(), as_version=4)
        nbformat.validate(book)
        assert book.metadata.kernelspec.name == "python3"
        assert book.cells[1].outputs[0].text == "hello\n"
        assert book.cells[2].outputs[0].text == "testing\n"
        assert book.cells[3].outputs[0].ename == "AssertionError"
    cells = {c["metadata"].get("nbgrader", {}).get("grade_id"): c
             for c in json.loads(result.notebooks[0].notebook)["cells"]}  # fmt: skip
    assert "271828" in cells["unseen"]["source"]
    assert cells["unseen"]["outputs"][0]["ename"] == "AssertionError"
    assert cells["visible"]["metadata"]["nbgrader"]["points"] == 5
    assert "271828" not in shown(result)
    assert "assert f(2) == 3" in outcome(result, "fails").messages[0]
    assert outcome(result, "unseen").messages == ("A hidden test failed.",)


def test_results_of_checks_are_taken_over() -> None:
    source = key(
        cell("import numpy as np\nfrom tutor import check"),
        answer("def sigmoid(x):\n    return 1 / (1 + np.exp(-x))"),
        test("check.exercise('activations/sigmoid')", "seen"),
        hidden("check.exercise('activations/sigmoid', seed=3, hidden=True)", "unseen"),
    )
    wrong = grade(source, {"answer": "def sigmoid(x):\n    return 1 / (1 + np.exp(x))"})
    seen, unseen = (outcome(wrong, name) for name in ("seen", "unseen"))
    assert seen.score == unseen.score == 0
    assert seen.checks[0]["exercise"] == "activations/sigmoid"
    assert "sign of the exponent" in seen.messages[0]
    assert unseen.checks[0]["hidden"]
    cells = json.loads(wrong.notebooks[0].notebook)["cells"]
    assert "<table" in cells[2]["outputs"][0]["data"]["text/html"]


def test_several_notebooks_and_missing_ones() -> None:
    parts = [answer("x = 1"), test("assert x == 1")]
    source = AnswerKey("hw", {"a": notebook(*parts), "b": notebook(*parts)})
    result = grade_submission(source, Submission("s", "hw", {"b.ipynb": notebook(*parts)}))
    assert [nb.missing for nb in result.notebooks] == [True, False]
    assert [nb.cells[0].score for nb in result.notebooks] == [0, 5]
    assert not result.notebooks[0].cells[0].needs_manual
    assert any("not handed in" in p.what for p in result.problems)
    assert json.dumps(to_dict(result))


@pytest.mark.slow
def test_the_result_depends_on_the_arguments_alone() -> None:
    source = key(
        answer("import numpy as np\nimport builtins\nx = np.random.rand() < 2"),
        test("import builtins\nassert x and not hasattr(builtins, 'mark')\nbuiltins.mark = 1"),
    )  # fmt: skip
    first, second = (grade(source, {}) for _ in range(2))
    assert scores(first) == scores(second) == {"test": 5}
    assert first.notebooks == second.notebooks
    assert not hasattr(np, "mark")


# -------------------------------------------------------------- tests that need real objects


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("class A:\n    def __init__(s): s.v = 1", "assert A().v == 1"),
        ("class A: pass\nclass B(A): pass", "assert issubclass(B, A) and isinstance(B(), A)"),
        ("def f(x): return x + 1", "import inspect\nassert 'return' in inspect.getsource(f)"),
        ("def g(): return 1\ndef f(): return g() + 1",
         "from unittest.mock import patch\nwith patch('__main__.g', return_value=5):\n    assert f() == 6"),
        ("def squares(n): return [i**2 for i in range(n)]\ndef total(n): return sum(squares(n))",
         "keep = squares\ndel squares\ntry:\n    total(1)\nexcept NameError:\n    pass\nelse:\n    raise AssertionError\nfinally:\n    squares = keep"),
        ("open('out.txt', 'w').write('made')", "assert open('out.txt').read() == 'made'"),
    ],
)  # fmt: skip
def test_a_test_that_needs_real_objects_runs_beside_and_says_so(code: str, check: str) -> None:
    source = key(answer(code), test(check), test("assert 1 == 1", "plain"))
    right, wrong = grade(source, {}), grade(source, {"answer": "pass"})
    assert scores(right) == {"test": 5, "plain": 5}
    assert scores(wrong) == {"test": 0, "plain": 5}
    for result in (right, wrong):
        if outcome(result).score or result is right:
            assert not outcome(result).sealed
        assert outcome(result, "plain").sealed
    assert not any("tamper" in line for line in outcome(right).log)  # `sealed` says it


# --------------------------------------------------------------------------- broken keys


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        notebook(test("1", "a"), test("2", "a")),
        notebook(test("1", points=-1)),
        notebook(test("### AUTOTEST x")),
        notebook(answer("### BEGIN SOLUTION\nx")),
    ],
    ids=["no JSON", "an id twice", "negative points", "autotest", "no end"],
)
def test_a_broken_key_is_the_instructors_problem(content: bytes) -> None:
    with pytest.raises(BrokenKeyError):
        grade_submission(AnswerKey("hw", {"nb": content}), Submission("s", "hw", {}))


def test_another_language_is_a_fatal_problem() -> None:
    book = json.loads(notebook(test("1")))
    book["metadata"] = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    source = AnswerKey("hw", {"nb": json.dumps(book).encode()})
    result = grade(source, handed_in(source, {}))
    assert result.problems[0].fatal
    assert "nbgrader autograde" in result.problems[0].remedy


def test_settings_have_defaults_like_nbgraders() -> None:
    assert Settings().cell_seconds == 30


# --------------------------------------------------------------------------- cells that end it all


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "status", "words"),
    [
        ("while True: pass", "timeout", "took too long"),
        ("import os; os._exit(0)", "died", "ended the Python process"),
        ("x = bytearray(10**10)", "memory", "more memory than there is"),
    ],
)
def test_who_stops_in_a_cell_is_told_which(ending: str, status: str, words: str) -> None:
    source = key(
        locked("from tutor import check"),
        answer("def tanh(x):\n    return x"),
        test('check.exercise("activations/tanh")'),
        hidden('check.exercise("activations/tanh", seed=3, hidden=True)'),
        test("assert 1 == 1", "another"),
    )
    graded = grade(source, {"answer": f"{ending}\ndef tanh(x):\n    return x"}, seconds=1)
    (stop,) = graded.notebooks[0].stopped
    assert (stop.cell, stop.place, stop.status) == ("answer", 2, status)
    assert "`answer`" in stop.message
    assert words in stop.message
    for name in ("test", "hidden"):
        found = outcome(graded, name)
        assert (found.score, found.status, found.checks) == (0, status, ())  # not "not begun"
        assert stop.message in found.messages[0]
    assert outcome(graded, "another").status == "ok"
    assert stop.message in graded.notebooks[0].student_notebook.decode()


def test_a_stopped_cell_that_no_test_needs_costs_nothing() -> None:
    source = key(answer("x = 1"), test("assert x == 1"))
    extra = cell("import os\nos._exit(0)")
    graded = grade(source, handed_in(source, {}, extra))
    (stop,) = graded.notebooks[0].stopped
    assert stop.cell is None
    assert "begins with `import os`" in stop.message
    assert outcome(graded).status == "ok"


def test_tracebacks_hold_no_frames_of_the_grader() -> None:
    source = key(answer("def f(g):\n    return g(1)"), test("assert f(lambda x: 1 / (x - 1)) == 1"))
    text = grade(source, {}).notebooks[0].notebook.decode()
    assert "ZeroDivisionError" in text
    assert "remote.py" not in text
    assert "student.py" not in text


@pytest.mark.parametrize("body", ["...", "pass", "'Squash.'"])
def test_an_empty_body_is_not_started(body: str) -> None:
    source = key(
        locked("from tutor import check"),
        answer("def tanh(x):\n    return x"),
        test('check.exercise("activations/tanh")'),
    )
    (check,) = outcome(grade(source, {"answer": f"def tanh(x):\n    {body}"})).checks
    assert {line["mistake"] for line in check["lines"]} == {"general/not_started"}
