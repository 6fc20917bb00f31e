"""Everything that a gradebook says, without its random identifiers, to compare two of them."""

from __future__ import annotations

from typing import Any

from nbgrader import api


def dump(db_url: str) -> list[tuple[Any, ...]]:
    """List submissions, notebooks, grades and comments as plain sorted tuples."""
    lines: list[tuple[Any, ...]] = []
    with api.Gradebook(db_url) as book:
        for assignment in book.assignments:
            lines.append(("assignment", assignment.name, assignment.max_score))
            for sub in assignment.submissions:
                who = (assignment.name, sub.student.id)
                late = sub.total_seconds_late
                lines.append(("submission", *who, str(sub.timestamp), late, sub.score))
                lines.append(("waiting", *who, sub.needs_manual_grade))
                for nb in sub.notebooks:
                    where = (*who, nb.name)
                    lines.append(("notebook", *where, nb.score, nb.max_score))
                    lines.append(("penalty", *where, nb.late_submission_penalty or 0.0))
                    for grade in nb.grades:
                        scores = (grade.auto_score, grade.manual_score, grade.extra_credit)
                        state = (grade.max_score, grade.needs_manual_grade)
                        lines.append(("grade", *where, grade.name, *scores, *state))
                    for note in nb.comments:
                        lines.append(
                            ("comment", *where, note.name, note.auto_comment, note.manual_comment)
                        )
    return sorted(lines, key=repr)
