"""Writes an answer key into a gradebook of nbgrader's."""

from __future__ import annotations

import json
from pathlib import Path

from nbgrader import api

from grading.gradebook import Gradebook
from grading.records import AnswerKey

__all__ = ["write_key"]


def write_key(path: Path, key: AnswerKey) -> None:
    """Write the instructor's cells into a new gradebook."""
    url = f"sqlite:///{path}"
    Gradebook(url).close()
    with api.Gradebook(url) as book:
        assignment = api.Assignment(key.assignment)
        assignment.course_id = book.course_id
        for name, cells in key.database_cells.items():
            spec = json.loads(key.notebooks[name]).get("metadata", {}).get("kernelspec", {})
            notebook = api.Notebook(name=name, assignment=assignment, kernelspec=json.dumps(spec))
            for cell in cells:
                fields = {"name": cell["name"], "notebook": notebook}
                worth = {"cell_type": cell["cell_type"], "max_score": cell["points"]}
                rows = [
                    api.SourceCell(
                        **fields,
                        **{k: cell[k] for k in ("cell_type", "locked", "source", "checksum")},
                    )
                ]
                if cell["grade"]:
                    rows.append(api.GradeCell(**fields, **worth))
                if cell["solution"]:
                    rows.append(api.SolutionCell(**fields))
                if cell["task"]:
                    rows.append(api.TaskCell(**fields, **worth))
                book.db.add_all(rows)
        book.db.add(assignment)
        book.db.commit()
