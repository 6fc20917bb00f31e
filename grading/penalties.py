"""What a late submission loses, by nbgrader's own plug-in."""

from __future__ import annotations

from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties

from grading.course import Course
from grading.gradebook import Penalty

__all__ = ["penalty"]


def penalty(course: Course) -> Penalty | None:
    """Return the course's rule for late submissions; None when it has none."""
    steps = Autograde(config=course.config).autograde_preprocessors
    rule = next((step for step in steps if issubclass(step, AssignLatePenalties)), None)
    if rule is None:
        return None
    step = rule(config=course.config)
    if not step.enabled:
        return None
    step.init_plugin()

    def points_off(student: str, score: float, seconds_late: float) -> float | None:
        points = step.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return None if points is None else float(points)

    return points_off
