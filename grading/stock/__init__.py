"""Grades one submission through nbgrader's own converters, in a course directory of its own.

Slow and not tamper-proof, but by definition what nbgrader would give: the yardstick.

- `engine` lays out the course and runs nbgrader there;
- `key` writes the instructor's cells into its gradebook, `outcome` reads what came of them;
- `problems` names what nbgrader would stumble over, and why it could not grade.
"""

from grading.stock.engine import StockEngine

__all__ = ["StockEngine"]
