"""Draws a class whose students all hand in something else.

Each answer is drawn from what is known of students: the reference solution, other right solutions
of the corpus, wrong ones of the corpus, or nothing. Some students' code ends its process.
"""

from __future__ import annotations

import random
from collections import defaultdict

import corpus
from sample_class import EXIT, ROOT, Maker

SKILL = (4, 1.5)
"""Of the beta distribution of how likely a student is to get an exercise right: 73 % on average."""
OWN_WORDS = 0.5
NOT_BEGUN = 0.2
CRASHES = 0.1
_IMPORTS = (("math.", "import math\n"), ("expit", "from scipy.special import expit\n"))


class Drawing:
    """Draws one notebook after the other, the same ones each time.

    Parameters
    ----------
    assignment
        Of which notebook: the name of a folder of `notebooks/`, such as ``03-activations``.
    seed
        Of the draws.
    """

    def __init__(self, assignment: str, seed: int = 1) -> None:
        theme = assignment.partition("-")[2]
        self.maker = Maker(ROOT, assignment, theme)
        self._chance = random.Random(seed)
        self._right = _by_exercise(corpus.right(), theme)
        self._wrong = _by_exercise(corpus.wrong(), theme)

    def notebook(self) -> str:
        """Draw what one student hands in."""
        skill = self._chance.betavariate(*SKILL)
        answers = {}
        for name in self.maker.answers:
            drawn = self._answer(name.replace("-", "_"), skill)
            if drawn is not None:
                answers[name.replace("-", "_")] = drawn
        begun = [name for name in self.maker.answers if answers.get(name.replace("-", "_")) != ""]
        if self._chance.random() < CRASHES:
            answers[self._chance.choice(sorted(self._wrong))] = EXIT
        return self.maker.fill(begun, **{name: text for name, text in answers.items() if text})

    def _answer(self, exercise: str, skill: float) -> str | None:
        """Draw an answer: "" for none, None for the reference solution."""
        right, wrong = self._right[exercise], self._wrong[exercise]
        if self._chance.random() < skill:
            return (
                self._chance.choice(right) if right and self._chance.random() < OWN_WORDS else None
            )
        if self._chance.random() < NOT_BEGUN or not wrong:
            return ""
        return self._chance.choice(wrong)


def _by_exercise(entries: list[corpus.Entry], theme: str) -> dict[str, list[str]]:
    """Sort a theme's solutions; each brings its imports."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        its_theme, _, name = entry.exercise.partition("/")
        if its_theme == theme:
            needs = "".join(line for word, line in _IMPORTS if word in entry.source)
            found[name].append(needs + entry.source)
    return found
