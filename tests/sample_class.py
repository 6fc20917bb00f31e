"""Makes a sample class: the notebook on activation functions, handed in by students of all kinds.

    python tests/sample_class.py grading/sample-class
    grading run --class-dir grading/sample-class

Points and right answers come from the instructor's notebook, so that a change there needs none
here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENT, NOTEBOOK = "03-activations", "activations"
DUE = datetime(2026, 3, 1, 12)
ON_TIME, LATE = "2026-03-01 09:30:00 UTC", "2026-03-02 12:00:00 UTC"

SIGN = "def sigmoid(x):\n    return 1 / (1 + np.exp(np.clip(x, -700, 700)))"
OF_OUTPUT = "def sigmoid_derivative(x):\n    return x * (1 - x)"
OF_INPUT = "def tanh_derivative(x):\n    return 1 - x**2"
NAIVE = "def tanh(x):\n    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"
MAXIMUM = "def relu(x):\n    return np.max(0, x)"
ITSELF = "def relu_derivative(x):\n    return np.maximum(0, x)"
LOOP = "while True:\n    pass"
EXIT = "import os\n\nos._exit(0)"


@dataclass(frozen=True)
class Sample:
    """One submission.

    Attributes
    ----------
    student
        Who hands it in.
    what
        What it is an example of.
    notebook
        Its text.
    score
        Automatic points it should get; None when nothing of it can be graded.
    nbgrader
        The same for nbgrader's own autograder, which has no answer to some accidents.
    file
        Name of the notebook's file.
    timestamp
        Time of submission.
    """

    student: str
    what: str
    notebook: str
    score: float | None
    nbgrader: float | None
    file: str = f"{NOTEBOOK}.ipynb"
    timestamp: str = ON_TIME


class Maker:
    """Fills in the released notebook.

    Parameters
    ----------
    root
        Folder that holds `solutions` and `notebooks`.
    assignment, notebook
        Which notebook.
    """

    def __init__(
        self, root: Path = ROOT, assignment: str = ASSIGNMENT, notebook: str = NOTEBOOK
    ) -> None:
        name = f"{assignment}/{notebook}.ipynb"
        self.released = (root / "notebooks" / name).read_text(encoding="utf-8")
        self.source = (root / "solutions" / name).read_text(encoding="utf-8")
        source = json.loads(self.source)
        self.answers: dict[str, Any] = {}
        self.points: dict[str, float] = {}
        for cell in source["cells"]:
            meta = cell["metadata"].get("nbgrader", {})
            if meta.get("solution"):
                self.answers[meta["grade_id"]] = cell["source"]
            elif meta.get("grade"):
                self.points[meta["grade_id"]] = float(meta["points"])

    @property
    def total(self) -> float:
        """Automatic points of a notebook that is all right."""
        return sum(self.points.values())

    def worth(self, *exercises: str) -> float:
        """Points of the tests of some exercises, which are called after them."""
        tests = {f"{name}-{kind}" for name in exercises for kind in ("test", "hidden")}
        return sum(points for name, points in self.points.items() if name in tests)

    def fill(
        self,
        only: Iterable[str] | None = None,
        change: Callable[[list[Any]], object] = lambda cells: None,
        **wrong: str,
    ) -> str:
        """Fill in right answers (all, or only some), then wrong ones, then `change` the cells."""
        book = json.loads(self.released)
        chosen = set(self.answers if only is None else only)
        for cell in book["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if name in chosen and name in self.answers:
                cell["source"] = self.answers[name]
            if name.replace("-", "_") in wrong:
                cell["source"] = wrong[name.replace("-", "_")]
        change(book["cells"])
        return json.dumps(book, indent=1, ensure_ascii=False)

    def samples(self) -> list[Sample]:
        """Make the class."""
        core = ("sigmoid", "sigmoid-derivative", "tanh", "tanh-derivative", "relu")
        right = self.fill()

        def mistake(student: str, what: str, exercise: str, answer: str) -> Sample:
            score = self.total - self.worth(exercise)
            text = self.fill(**{exercise.replace("-", "_"): answer})
            return Sample(student, what, text, score, score)

        test = self.points["sigmoid-test"]
        loop, crash = self.total - self.worth("relu"), self.total - self.worth("tanh")
        part = self.worth(*core)
        return [
            Sample("ada", "all right", right, self.total, self.total),
            Sample("ben", "nothing filled in", self.released, 0, 0),
            Sample("cleo", "the first five exercises only", self.fill(core), part, part),
            mistake("dora", "sign of the exponent", "sigmoid", SIGN),
            mistake("emil", "slope of the output, not the input", "sigmoid-derivative", OF_OUTPUT),
            mistake("finn", "one derivative wrong", "tanh-derivative", OF_INPUT),
            mistake("gina", "overflows far out", "tanh", NAIVE),
            mistake("hana", "max for maximum", "relu", MAXIMUM),
            mistake("ivan", "the function for its slope", "relu-derivative", ITSELF),
            Sample("jane", "an endless loop", self.fill(relu=LOOP), loop, loop),
            Sample("karl", "ends the process", self.fill(tanh=EXIT), crash, None),
            Sample(
                "lena",
                "a deleted test cell",
                self.fill(change=lambda cells: cells.remove(_cell(cells, "sigmoid-test"))),
                self.total,
                self.total - test,
            ),
            Sample(
                "miro",
                "a test cell there twice",
                self.fill(change=lambda cells: cells.append(_cell(cells, "sigmoid-test"))),
                self.total,
                None,
            ),
            Sample("nora", "broken JSON", right[: len(right) // 2], None, None),
            Sample("omar", "renamed", right, self.total, None, file="my activations.ipynb"),
            Sample("pia", "a day late", right, self.total, self.total, timestamp=LATE),
        ]


def _cell(cells: list[Any], grade_id: str) -> Any:
    return next(c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def hand_in(samples: Iterable[Sample], submitted: Path) -> None:
    """Write submissions into nbgrader's `submitted` folder."""
    for sample in samples:
        folder = submitted / sample.student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / sample.file).write_text(sample.notebook, encoding="utf-8")
        (folder / "timestamp.txt").write_text(sample.timestamp)


def set_due_date(class_dir: Path, course_dir: Path = ROOT / "grading") -> None:
    """Register the assignment in the class's gradebook, due at `DUE`."""
    from nbgrader import api

    from grading.course import load_course
    from grading.gradebook import Gradebook
    from grading.register import register

    course = load_course(course_dir, class_dir)
    with Gradebook(course.db_url, course.course_id) as book:
        register(course, book, ASSIGNMENT)
    with api.Gradebook(course.db_url, course.course_id) as book:
        book.find_assignment(ASSIGNMENT).duedate = DUE
        book.db.commit()


def main(folder: Path) -> None:
    """Make the class in `folder`, unless it is there already, made of the same notebooks."""
    maker = Maker()
    ingredients = (maker.released.encode(), maker.source.encode(), Path(__file__).read_bytes())
    made_of = hashlib.sha256(b"".join(ingredients)).hexdigest()
    stamp = folder / ".made-of"
    if stamp.is_file() and stamp.read_text() == made_of:
        print(f"The sample class is in {folder}.")
        return
    if folder.exists() and not folder.is_dir():
        sys.exit(f"{folder} is a file: name a folder.")
    if folder.exists() and any(folder.iterdir()) and not stamp.is_file():
        sys.exit(f"{folder} is not empty and no sample class: name another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stamp.write_text("")
    samples = maker.samples()
    hand_in(samples, folder / "submitted")
    set_due_date(folder)
    stamp.write_text(made_of)
    print(f"{len(samples)} submissions of {ASSIGNMENT} are in {folder}:")
    for sample in samples:
        score = "–" if sample.score is None else f"{sample.score:g}"
        print(f"  {sample.student:6s} {score:>4s} points expected: {sample.what}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Make a sample class, handed in by students of all kinds, to grade. "
        "Made of the same notebooks before, it stays as it is, grades included."
    )
    parser.add_argument("folder", type=Path, help="where; a new folder, or that of a sample class")
    main(parser.parse_args().folder)
