"""Answers that try to carry hidden tests, their inputs or their answers back to the student."""

# ruff: noqa: E501  the attacks are easier to read on lines of their own

from __future__ import annotations

import json
import re

import pytest
from engine_course import answer, cell, grade, hidden, key, scores, shown, test, text

pytestmark = pytest.mark.slow

INPUT, EXPECTED, WORDS = "123457", "7654321", "canary"
SECRETS = (INPUT, EXPECTED, WORDS, "BEGIN HIDDEN", "end_of_secret")
KEY = key(
    cell("import numpy as np\nfrom tutor import check"),
    answer("def f(x):\n    return {123457: 7654321}.get(x, 0)"),
    test("assert f(1) == 0", "visible"),
    hidden(f"canary = {EXPECTED}\nassert f({INPUT}) == canary, 'end_of_secret'"),
    answer("def g(x):\n    return x", "second"),
    test("assert g(3) == 3, g(3)", "after"),
    test(
        "assert g(4) == 4\n### BEGIN HIDDEN TESTS\n"
        f"assert g({INPUT}) == {INPUT}, 'end_of_secret'\n### END HIDDEN TESTS",
        "mixed",
    ),
    hidden("check.agrees(g, with_=lambda x: x, on=[123457.0], hidden=True)", "checked"),
    hidden("check.agrees(g, with_=lambda x: x, on=[123457.0])", "careless"),
    cell("None", "free", solution=True),
    text("What do you think?", "essay", grade=True, solution=True),
)

FIRST = {
    "prints what it is called with": "def f(x):\n    print('got', x)\n    return 0",
    "writes it to stderr": "import sys\ndef f(x):\n    print(x, file=sys.stderr)\n    return 0",
    "displays it": "def f(x):\n    display(x); get_ipython().displayhook(x)\n    return 0",
    "writes it to the descriptors": """
import os
def f(x):
    for d in (0, 1, 2):
        try: os.write(d, str(x).encode())
        except OSError: pass
    return 0
""",
    "raises it": "def f(x):\n    if x != 1: raise ValueError(f'called with {x}')\n    return 0",
    "raises an assertion with it": "def f(x):\n    assert x == 1, x\n    return 0",
    "raises a class named after it": """
def f(x):
    if x != 1: raise type(f'E{x}', (ValueError,), {})(x)
    return 0
""",
    "returns it": "def f(x):\n    return 0 if x == 1 else x",
    "returns a class named after it": "def f(x):\n    return 0 if x == 1 else type(f'E{x}', (), {})()",
    "returns a function named after it": """
def f(x):
    def h(): pass
    h.__name__ = f'E{x}'
    return 0 if x == 1 else h
""",
    "warns of it": "import warnings\ndef f(x):\n    warnings.warn(str(x))\n    return 0",
    "logs it": "import logging\ndef f(x):\n    logging.warning(str(x))\n    return 0",
    "keeps it": "KEPT = []\ndef f(x):\n    KEPT.append(x)\n    return 0",
    "keeps it in a file": "def f(x):\n    open('kept', 'a').write(f'{x} ')\n    return 0",
    "keeps the frames": """
import sys
KEPT = []
def f(x):
    frame = sys._getframe()
    while frame:
        KEPT.append([repr(v)[:2000] for v in frame.f_locals.values()])
        frame = frame.f_back
    return 0
""",
    "keeps every request": """
KEPT = []
from grading.engine.student import Server
reply = Server.reply
def spy(self, request):
    KEPT.append(repr(request)); print(request)
    return reply(self, request)
Server.reply = spy
def f(x): return 0
""",
    "keeps every name that is looked up": """
KEPT = []
class Spy(dict):
    def __getitem__(self, name): KEPT.append(name); return super().__getitem__(name)
    def __contains__(self, name): KEPT.append(name); return super().__contains__(name)
get_ipython().user_ns = Spy(get_ipython().user_ns)
def f(x): return 0
""",
    "changes the outputs of a cell that has run": """
import gc
from grading.engine.shell import Recorder
OLD = get_ipython().recorder.outputs
def f(x):
    OLD.append({'output_type': 'stream', 'name': 'stdout', 'parts': [str(x)]})
    get_ipython().recorder.open = True
    print(x)
    return 0
""",
    "prints later from a thread": """
import threading, time
def f(x):
    try: threading.Thread(target=lambda: (time.sleep(0.05), print(x))).start()
    except RuntimeError: pass
    return 0
""",
    "dies with it": "import os\ndef f(x):\n    os.write(2, str(x).encode())\n    os._exit(x % 256) if x != 1 else 0\n    return 0",
}
LATER = """
try: print(KEPT)
except NameError: pass
try: print(open('kept').read())
except OSError: pass
import gc
print([o for o in gc.get_objects() if type(o) is dict and 123456 + 1 in o])
print([k for k in dict(globals()) if 'can' + 'ary' in k])
try: print(In, _ih, Out)
except NameError: pass
def g(x):
    try:
        if len(str(KEPT)) > 20: return str(KEPT)
    except NameError: pass
    return x
"""


@pytest.mark.parametrize("name", FIRST)
def test_nothing_hidden_comes_back(name: str) -> None:
    result = grade(KEY, {"answer": FIRST[name], "second": LATER, "free": LATER}, seconds=3)
    seen = shown(result)
    for secret in SECRETS:
        for line in seen.splitlines():
            # The attack's own source holds some of the words; what it put out must not.
            assert secret not in line or line.strip().startswith('"source"'), line
    assert scores(result)["hidden"] == 0
    assert INPUT in result.notebooks[0].notebook.decode()  # the instructor sees the tests


def test_feedback_of_an_honest_answer_shows_its_work() -> None:
    good = {"answer": "def f(x):\n    return 7654321 if x > 5 else 0\nprint('my work')"}
    result = grade(KEY, {**good, "second": "def g(x):\n    return x", "free": "2 + 40"})
    assert scores(result) == {
        "visible": 5,
        "hidden": 5,
        "after": 5,
        "mixed": 5,
        "checked": 5,
        "careless": 5,
        "essay": None,
    }
    cells = json.loads(result.notebooks[0].student_notebook)["cells"]
    outputs = {
        c["metadata"]["nbgrader"]["grade_id"]: c["outputs"]
        for c in cells
        if c["cell_type"] == "code" and c["metadata"]
    }
    assert outputs["answer"][0]["text"] == "my work\n"
    assert outputs["free"][0]["data"]["text/plain"] == "42"
    assert outputs["hidden"][0]["text"] == "Hidden tests: passed.\n"


MEMORY = """
import io, re
def in_memory_of_student(word):
    with io.open(f'/proc/self/fdinfo/{f._session.handle._pidfd}') as info:
        pid = re.search(r'^Pid:\\s+(\\d+)', info.read(), re.M)[1]
    with io.open(f'/proc/{pid}/maps') as maps:
        places = [line.split()[0].split('-') for line in maps if ' rw' in line]
    with io.open(f'/proc/{pid}/mem', 'rb', 0) as memory:
        for start, end in places:
            try:
                memory.seek(int(start, 16))
                if word in memory.read(int(end, 16) - int(start, 16)): return True
            except (OSError, ValueError, OverflowError): pass
    return False
"""


def test_the_students_memory_holds_neither_tests_nor_answers() -> None:
    """The trusted test itself looks into the student's process, while that serves it."""
    source = key(
        answer("def f(x):\n    return x"),
        hidden(
            MEMORY + "secret_words = b'sesame-opens-it'\n"
            "assert f(31415926) == 31415926\n"
            "assert in_memory_of_student(b'a_word_of_the_student')\n"
            "for word in (secret_words, b'secret_words', b'in_memory_of'):\n"
            "    assert not in_memory_of_student(word), word"
        ),
    )
    attack = "HELD = 'a_word_of_the_student'\ndef f(x):\n    return x"
    assert scores(grade(source, {"answer": attack})) == {"hidden": 5}
    control = "HELD = ['a_word_of_the_student', 'sesame-' + 'opens-it']\ndef f(x):\n    return x"
    assert scores(grade(source, {"answer": control})) == {"hidden": 0}


def test_hidden_text_of_a_fallback_cell_stays_hidden() -> None:
    """A cell that must run beside the student's code shows its text to it, but to nobody else."""
    source = key(
        answer("class A:\n    def value(self):\n        return 1"),
        hidden("secret = 'sesame123'\nassert A().value() == 1 and A.__name__ == 'A'"),
        test("assert A().value() == 1", "visible"),
    )
    attack = """
import sys
class A:
    def value(self):
        frame = sys._getframe(1)
        print(frame.f_globals.get('secret'), frame.f_code.co_consts)
        raise ValueError(frame.f_code.co_consts)
"""
    result = grade(source, {"answer": attack})
    assert "sesame" not in shown(result)
    assert scores(result) == {"hidden": 0, "visible": 0}
    good = grade(source, {"answer": "class A:\n    def value(self):\n        return 1"})
    assert scores(good) == {"hidden": 5, "visible": 5}
    assert not good.sealed


def test_active_html_never_reaches_a_page() -> None:
    attack = """
from IPython.display import HTML, Javascript, SVG, Markdown, display
display(HTML('<script>fetch("/formgrader/api/grade/1", {method: "PUT"})</script>'))
display(HTML('<img src=x onerror=alert(1)>'))
display(HTML('<a href="javascript:alert(1)">x</a>'))
display(HTML('<iframe src="//x"></iframe>'))
display(Javascript('alert(1)'))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'))
display(Markdown('<script>alert(1)</script>'))
display({'text/html': ['<scr', 'ipt>alert(1)</script>']}, raw=True)
def f(x): return 0
"""
    essay = "Look: <script>fetch('/formgrader/api')</script> <img src=x onerror=alert(1)>"
    result = grade(KEY, {"answer": attack, "essay": essay})
    for book in (result.notebooks[0].notebook, result.notebooks[0].student_notebook):
        for one in json.loads(book)["cells"]:
            for output in one.get("outputs", []):
                assert set(output.get("data", {})) <= {"text/plain", "text/html", "text/markdown"}
                assert "<script" not in output.get("data", {}).get("text/markdown", "")
                page = output.get("data", {}).get("text/html", "")
                assert "table" in page or not re.search("<(?!/?a>|img>)", page)
            if one["cell_type"] == "markdown":
                assert not re.search("<(script|img)", one["source"])
