"""Makes a gradebook of many students without grading anything, to see how the report copes.

    python tests/big_class.py DIR 3000

The scores, mistakes and copies are drawn by chance from what `tests/sample_class.py` knows of the
notebook on activation functions; the tables are written by `Gradebook.write` as in a real run.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

from sample_class import ASSIGNMENT, NOTEBOOK, Maker, set_due_date

from grading.course import load_course
from grading.gradebook import Gradebook
from grading.records import CellOutcome, GradedSubmission, NotebookOutcome
from tutor import mistakes

COURSE = Path(__file__).resolve().parent.parent / "grading"
STYLES = ("{}", "result = {}", "answer = ({})", "x = np.asarray(x)\n    value = {}")


def make(folder: Path, count: int, seed: int = 1) -> None:
    """Make the class in `folder`, which must not exist."""
    chance = random.Random(seed)
    maker = Maker()
    set_due_date(folder, COURSE)
    course = load_course(COURSE, folder)
    with Gradebook(course.db_url, course.course_id) as book:
        (cells,) = book.source_cells(ASSIGNMENT).values()
        worth = {c["name"]: float(c["points"]) for c in cells if c["points"] is not None}
        previous: dict[str, str] = {}
        for number in range(count):
            student = f"student{number:05}"
            skill = chance.betavariate(4, 1.5)
            if not previous or chance.random() > 0.02:  # the others copy from the one before
                previous = _answers(maker, chance)
            graded = _graded(student, worth, skill, chance)
            book.write(graded, None, "sealed")
            text = maker.fill((), **{name.replace("-", "_"): a for name, a in previous.items()})
            for step in ("submitted", "autograded"):
                place = course.folder(step, ASSIGNMENT, student)
                place.mkdir(parents=True)
                (place / f"{NOTEBOOK}.ipynb").write_text(text, encoding="utf-8")


def _answers(maker: Maker, chance: random.Random) -> dict[str, str]:
    """Write the reference solution in a style of one's own."""
    found = {}
    for name, text in maker.answers.items():
        text = "".join(text)
        lines = [line for line in text.splitlines() if "SOLUTION" not in line]
        for place, line in enumerate(lines):
            start, sign, value = line.partition("return ")
            if sign and chance.random() < 0.7:
                words = chance.choice(STYLES).format(value)
                left = words.rsplit(" = ", 1)[0].rsplit("\n    ", 1)[-1]
                extra = f"{chance.choice('+-*')} {chance.randrange(9)}"
                back = f"return {left if ' = ' in words else value} {extra}"
                lines[place] = f"{start}{words}\n{start}{back}" if " = " in words else start + back
        found[name] = "\n".join(lines)
    return found


def _graded(
    student: str, worth: dict[str, float], skill: float, chance: random.Random
) -> GradedSubmission:
    exercises = {e.id: e for e in mistakes.exercises("activations")}
    outcomes = []
    for name, points in worth.items():
        short = name.removesuffix("-test").removesuffix("-hidden").replace("-", "_")
        exercise = exercises.get(f"activations/{short}")
        manual = name.endswith("-answer")
        right = chance.random() < skill
        line: dict[str, Any] = {"ok": right, "message": "A check.", "hint": None, "mistake": None}
        if not right and exercise and exercise.mistakes:
            wrong = chance.choice(exercise.mistakes)
            line |= {"hint": wrong.hint, "mistake": f"{exercise.id}/{wrong.id}"}
        check = {"score": float(right), "lines": [line], "hidden": name.endswith("-hidden")}
        outcomes.append(
            CellOutcome(
                name,
                "manual" if manual else "autograded",
                None if manual else points * right,
                points,
                manual,
                "ok" if right or manual else "failed",
                checks=() if manual else ({**check, "exercise": exercise and exercise.id},),
            )
        )
    book = NotebookOutcome(NOTEBOOK, tuple(outcomes), b"{}", False)
    return GradedSubmission(student, ASSIGNMENT, (book,), (), "namespaces", 0.1)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    shutil.rmtree(where, ignore_errors=True)
    make(where, int(sys.argv[2]))
    print(json.dumps({"made": int(sys.argv[2])}))
