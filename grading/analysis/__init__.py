"""What a class's grades say about the class, the exercises and the tests: numbers only.

- `model` the numbers, each with its meaning; `analyse` puts them together;
- `seen` reads the records of the gradebook, `handed_in` the notebooks handed in;
- `items` difficulty, discrimination and reliability.
"""

from grading.analysis.analyse import analyse
from grading.analysis.model import AssignmentReport, ClassReport

__all__ = ["AssignmentReport", "ClassReport", "analyse"]
