"""What the records of graded submissions say: mistakes, accidents, answers not begun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from grading.analysis.model import Misconception, Name, Remark
from grading.engines import not_tamper_proof
from tutor import mistakes

_TROUBLE = ("timeout", "memory", "died", "error")


class Records:
    """Collects what the records of a class's submissions say.

    Parameters
    ----------
    graded
        Students whose submission counts.
    name
        How a student is called in the report.
    """

    def __init__(self, graded: Iterable[str], name: Name) -> None:
        self.graded = frozenset(graded)
        self.name = name
        self.exercises: dict[str, str] = {}  # "notebook/cell" → exercise
        self.unanswered: dict[str, set[str]] = defaultdict(set)  # exercise → students
        self.made: dict[str, set[str]] = defaultdict(set)  # mistake → students
        self.where: dict[str, str] = {}  # mistake → exercise
        self.hints: dict[str, str] = {}
        self.trouble: dict[str, dict[str, list[str]]] = {s: defaultdict(list) for s in _TROUBLE}
        self.unsealed: dict[str, list[str]] = defaultdict(list)
        self.visible_failures: dict[str, list[str]] = defaultdict(list)
        self.remarks: list[Remark] = []

    def add(self, record: Mapping[str, Any]) -> None:
        """Take in one record of the gradebook."""
        student = record["student"]
        for problem in record["problems"]:
            parts = (problem[key] for key in ("file", "cell", "what", "remedy", "fatal"))
            self.remarks.append(Remark(self.name(student), *parts))
        if student not in self.graded:
            return
        for notebook in record["notebooks"]:
            stopped = notebook.get("stopped", ())  # records of older versions have none
            for one in stopped:
                name = one["cell"] or f"cell {one['place']}"
                self.trouble[one["status"]][student].append(f"{notebook['name']}/{name}")
            causes = tuple(one["message"] for one in stopped)
            for cell in () if notebook["missing"] else notebook["cells"]:
                full = f"{notebook['name']}/{cell['name']}"
                self._cell(student, full, cell, record["tier"])
                # A test that only lacks what a stopped cell should have made is no second accident.
                inherited = any(str(words).startswith(causes) for words in cell["messages"])
                if cell["status"] in self.trouble and not (causes and inherited):
                    self.trouble[cell["status"]][student].append(full)

    def _cell(self, student: str, full: str, cell: Mapping[str, Any], tier: str) -> None:
        if cell["status"] == "unanswered":
            self.unanswered[full].add(student)
        if not_tamper_proof(tier, cell):
            self.unsealed[student].append(full)
        hidden = any(check.get("hidden") for check in cell["checks"])
        if cell["kind"] == "autograded" and (cell["score"] or 0) < cell["max_score"] and not hidden:
            self.visible_failures[student].append(full)
        for check in cell["checks"]:
            exercise = check.get("exercise")
            if exercise:
                self.exercises[full] = exercise
            for line in check.get("lines", ()):
                if not line.get("ok") and line.get("mistake"):
                    self._mistake(student, exercise or full, line)

    def _mistake(self, student: str, exercise: str, line: Mapping[str, Any]) -> None:
        found = str(line["mistake"])
        if found == "general/not_started":
            self.unanswered[exercise].add(student)
            return
        # A general mistake is one of its exercise too: what to teach again depends on both.
        key = f"{exercise}\0{found}"
        self.made[key].add(student)
        self.where[key] = exercise
        if line.get("hint"):
            self.hints[key] = str(line["hint"])

    def misconceptions(self) -> tuple[Misconception, ...]:
        """Give the mistakes, the most frequent first."""
        found = []
        for key, students in self.made.items():
            ident = key.partition("\0")[2]
            try:
                thinking = mistakes.thinking(ident)
            except ValueError:
                thinking = ""  # graded with a catalogue that had it
            names = tuple(sorted(map(self.name, students)))
            title = title_of(self.where[key])
            found.append(Misconception(ident, title, thinking, self.hints.get(key, ""), names))
        return tuple(sorted(found, key=lambda one: (-len(one.students), one.exercise, one.id)))


def title_of(exercise: str) -> str:
    """Give an exercise's title, or its id where the catalogue does not know it."""
    try:
        return mistakes.get(exercise).title
    except ValueError:
        return exercise
