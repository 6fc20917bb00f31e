"""Where nbgrader finds this course. Run `nbgrader` from this folder; `grading` finds it by itself.

The instructor's notebooks are in `solutions/`, what students receive in `notebooks/`. The files of
a class (submitted, autograded, feedback, gradebook) are under `grading/class/`, or under the
folder that the environment variable `GRADING_CLASS_DIR` names.
"""

import contextlib
import os
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions

from grading.address import of_file
from grading.clear_solutions import ClearSolutions
from grading.state_points import StatePoints

here = Path(__file__).resolve().parent
class_dir = here / os.environ.get("GRADING_CLASS_DIR", "class")
with contextlib.suppress(OSError):  # `grading` says what can't be read or written, when it matters
    class_dir.mkdir(parents=True, exist_ok=True)

c = get_config()  # type: ignore[name-defined]  # noqa: F821 (traitlets gives it to this file)

c.CourseDirectory.course_id = "first-neural-networks"
c.CourseDirectory.root = str(here.parent)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = str(class_dir / "submitted")
c.CourseDirectory.autograded_directory = str(class_dir / "autograded")
c.CourseDirectory.feedback_directory = str(class_dir / "feedback")
c.CourseDirectory.solution_directory = str(class_dir / "solution")
c.CourseDirectory.source_with_tests_directory = str(class_dir / "source_with_tests")
c.CourseDirectory.db_url = of_file(class_dir / "gradebook.db")

# An exercise says what it is worth. A plain answer keeps its placeholder, instead of a line that
# raises.
c.GenerateAssignment.preprocessors = [
    StatePoints,
    *(
        ClearSolutions if preprocessor is NbgraderClearSolutions else preprocessor
        for preprocessor in GenerateAssignment.preprocessors.default()
    ),
]
# A marking scheme stands in the locked question above the answer, so that formgrader shows both.
c.ClearMarkScheme.enforce_metadata = False
