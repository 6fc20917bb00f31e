"""Grades as CSV, and as the files that Canvas and Moodle import: plug-ins for `nbgrader export`.

    nbgrader export --exporter=grading.export.CanvasExporter --to canvas.csv

`grading export` runs the same plug-ins.

- `grades` reads from the gradebook what is exported;
- `exporter` is what the plug-ins share, `template` a file of a learning platform to be filled in;
- `plain`, `canvas`, `moodle` are one format each;
- `table` writes CSV of which a spreadsheet runs nothing.
"""

from grading.export.canvas import CanvasExporter
from grading.export.exporter import Exporter, Outcome
from grading.export.moodle import MoodleExporter
from grading.export.plain import CsvExporter

__all__ = ["FORMATS", "CanvasExporter", "CsvExporter", "Exporter", "MoodleExporter", "Outcome"]

FORMATS: dict[str, type[Exporter]] = {
    "csv": CsvExporter,
    "canvas": CanvasExporter,
    "moodle": MoodleExporter,
}
"""The exporters by what `grading export --format` calls them."""
