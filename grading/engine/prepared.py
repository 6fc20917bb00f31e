"""An answer key made ready for grading: read, compiled and rehearsed, once for all submissions."""

from __future__ import annotations

import importlib.util
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from grading.engine import examiner, sanitize, source
from grading.engine.key import KeyNotebook
from grading.engine.nobody import Nobody
from grading.engine.precedent import Precedents
from grading.engine.preload import course_modules, light_modules
from grading.engine.read_key import read
from grading.records import AnswerKey

REHEARSAL_SECONDS = 10.0
LEARNED = ("unsealed", "counting", "never_hollow")
"""What grading the key's own solution tells of its tests: attributes of `KeyNotebook`."""


@dataclass
class Prepared:
    """An answer key that was read.

    Attributes
    ----------
    key
        The key.
    notebooks
        Its notebooks, by name.
    files
        What lies beside them.
    modules
        What is worth importing in advance.
    precedents
        What tests said of other students' answers, by notebook.
    rehearsed
        Whether `rehearse` was called.
    """

    key: AnswerKey
    notebooks: dict[str, KeyNotebook]
    files: dict[str, bytes]
    modules: frozenset[str]
    precedents: dict[str, Precedents] = field(init=False)
    rehearsed: bool = False

    def __post_init__(self) -> None:
        self.precedents = {name: Precedents() for name in self.notebooks}

    @property
    def only_checks(self) -> bool:
        """Whether all tests do nothing but check, which leaves nothing else behind."""
        plans = [plan for book in self.notebooks.values() for plan in book.plans.values()]
        return bool(plans) and all(plan.certain for plan in plans)


def prepare(key: AnswerKey) -> Prepared:
    """Read a key, and find out what it needs."""
    notebooks = read(key)
    files, _ = sanitize.safe_files(key.files)
    modules: set[str] = set()
    for notebook in notebooks.values():
        for name, cell in notebook.cells.items():
            if cell.kind == "autograded":
                _ = notebook.plans[name]
                _compile(name, cell.source)
        for _, cell_type, text in notebook.everything:
            if cell_type == "code" and text not in notebook.only_shown:
                found = source.names(text)
                modules |= {module for _, module, _ in found.imported} | set(found.star)
                modules |= {f"{m}.{a}" for _, m, a in found.imported if a}
    modules |= light_modules()
    return Prepared(key, notebooks, files, frozenset(filter(_installed, modules)))


def _compile(name: str, text: str) -> None:
    with suppress(SyntaxError):  # running it will say so
        examiner.compiled(name, text)


def _installed(module: str) -> bool:
    """Whether a module belongs to the installed libraries, not to a folder of a course."""
    if module.startswith("tutor."):  # to find it otherwise would import what is above it
        return module in course_modules()
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return False
    if found is None:
        return False
    top = module.partition(".")[0]
    return "site-packages" in (found.origin or "") or top in {"tutor", *sys.stdlib_module_names}


def rehearse(prepared: Prepared) -> None:
    """Run the tests that only check, for a student whose functions all give None.

    What they prepare is the same for every submission: inputs, what the catalogue's answers, right
    and wrong, give for them, and how they are sent. Only such tests, because they leave nothing
    else behind.
    """
    prepared.rehearsed = True
    if threading.current_thread() is not threading.main_thread():
        return  # an examiner needs signals; each fork does it itself then
    handler = signal.getsignal(signal.SIGALRM)
    for notebook in prepared.notebooks.values():
        for name, plan in notebook.plans.items():
            if plan.certain:
                nobody = Nobody()
                rehearsing = examiner.Examiner(notebook, nobody)
                rehearsing.run(name, REHEARSAL_SECONDS)
                notebook.asks[name] = frozenset(rehearsing.asked)
                if nobody.first is not None:
                    notebook.first_calls[name] = nobody.first
    signal.signal(signal.SIGALRM, handler)
