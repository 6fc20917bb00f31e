"""The catalogue: every exercise of the course, and the wrong answers it attracts.

One module a theme; parts of the large ones are in modules that begin with its name. An exercise's
whole knowledge is one record there: what is asked, the reference, the inputs of its tests, what it
forbids, and its mistakes with their hints. Notebooks, checks, the progress view and the
instructor's report all read these records. Functions that tests give to students' functions are in
`given`.

To add an exercise, write its record into its theme's module and its name into `EXERCISES` there. To
add a mistake, write a `Mistake` into its exercise's record, and a wrong answer that gets its hint
and no other into `tests/corpus`. `records` says what each field means; CONTRIBUTING.md has a worked
example.
"""

from __future__ import annotations

import importlib
from functools import cache

from tutor.mistakes.general import GENERAL
from tutor.mistakes.records import THEMES, Exercise, Mistake, Tolerance
from tutor.names import unknown

__all__ = [
    "GENERAL",
    "THEMES",
    "Exercise",
    "Mistake",
    "Tolerance",
    "catalogue",
    "exercises",
    "get",
    "mistake",
    "thinking",
]


@cache
def exercises(theme: str) -> tuple[Exercise, ...]:
    """Give the exercises of a theme, in the order of its notebook.

    Raises
    ------
    ValueError
        If there is no such theme.
    """
    if theme not in THEMES:
        raise ValueError(unknown("theme", theme, THEMES))
    found: tuple[Exercise, ...] = importlib.import_module(f"tutor.mistakes.{theme}").EXERCISES
    return found


def catalogue() -> tuple[Exercise, ...]:
    """Give every exercise of the course, theme by theme."""
    return tuple(exercise for theme in THEMES for exercise in exercises(theme))


def get(exercise_id: str) -> Exercise:
    """Look an exercise up by its id, such as ``"activations/sigmoid"``.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    theme = exercise_id.partition("/")[0]
    known = {exercise.id: exercise for exercise in exercises(theme)}
    if exercise_id not in known:
        raise ValueError(unknown("exercise", exercise_id, known))
    return known[exercise_id]


def mistake(mistake_id: str) -> Mistake:
    """Look a mistake up by its full id, such as ``"activations/sigmoid/exponent_sign"``.

    Raises
    ------
    ValueError
        If there is no such mistake.
    """
    exercise_id, _, name = mistake_id.rpartition("/")
    known = {entry.id: entry for entry in get(exercise_id).mistakes}
    if name not in known:
        raise ValueError(unknown(f"mistake of {exercise_id}", name, known))
    return known[name]


def thinking(mistake_id: str) -> str:
    """Say what a mistake tells about the thinking, ``"general/…"`` ids included.

    Raises
    ------
    ValueError
        If there is no such mistake.
    """
    kind, _, name = mistake_id.partition("/")
    if kind != "general":
        return mistake(mistake_id).thinking
    if name not in GENERAL:
        raise ValueError(unknown("general mistake", name, GENERAL))
    return GENERAL[name]
