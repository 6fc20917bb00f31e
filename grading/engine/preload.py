"""What is imported before any submission is looked at. Importing this costs nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

STUDENT_MAIN = "grading.engine.student:main"

# Of the course: what imports matplotlib and ipywidgets.
_DRAW = ("tutor.plots.", "tutor.widgets.")
# And the exercises with their wrong answers: large, and of use to who examines alone.
_CATALOGUE = "tutor.mistakes."
_GIVEN = "tutor.mistakes.given"


@cache
def course_modules() -> frozenset[str]:
    """List all modules of the course."""
    import tutor

    root = Path(tutor.__path__[0])
    paths = (path.relative_to(root.parent).with_suffix("") for path in root.rglob("*.py"))
    return frozenset(".".join(path.parts).removesuffix(".__init__") for path in paths)


@cache
def light_modules() -> frozenset[str]:
    """List numpy, and what students' code uses of the course and draws nothing.

    Most of it is imported late, which each fork would do again.
    """
    left_out = (*_DRAW, _CATALOGUE)
    kept = {name for name in course_modules() if not name.startswith(left_out)}
    return frozenset(kept | {"numpy", _GIVEN})


@cache
def drawing_modules() -> frozenset[str]:
    """List what draws, of the course and of libraries.

    It takes longer to import than all else, and where nobody draws anything it only makes the
    process large that is forked for each student.
    """
    drawing = {"matplotlib.pyplot", "matplotlib.backends.backend_agg"}
    return light_modules() | {name for name in course_modules() if name.startswith(_DRAW)} | drawing
