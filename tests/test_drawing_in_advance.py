"""What draws is imported only for classes in which somebody draws."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from engine_course import answer, cell, handed_in, key, test

from grading.bounds import Bounds
from grading.drawers import somebody_draws
from grading.engine import Engine
from grading.engine.preload import (
    STUDENT_MAIN,
    course_modules,
    drawing_modules,
    light_modules,
)
from grading.engine.question import public_name
from grading.engines import EngineChoice
from grading.pool import Pool
from grading.records import AnswerKey, GradedSubmission, Submission
from grading.sandbox import probe
from grading.task import Task
from tutor.mistakes import THEMES, catalogue

SOURCE = key(
    cell("from tutor import plots_xor, widgets"),
    cell("plots_xor.outputs(lambda x: x)", tags=["skip-execution"]),
    answer("x = 1"),
    test("assert x == 1"),
)
ASKS = "import sys\nprint('matplotlib' in sys.modules)\n"
DRAWS = ASKS + "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nx = 1"
linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only")


def class_of(folder: Path, *answers: str) -> list[Path]:
    """Make the folders of a class."""
    made = []
    for number, said in enumerate(answers):
        made.append(folder / f"s{number}")
        made[-1].mkdir()
        (made[-1] / "nb.ipynb").write_bytes(handed_in(SOURCE, {"answer": said}))
    return made


@pytest.mark.parametrize(
    "code",
    [
        "import matplotlib.pyplot as plt\nx = 1",
        "from matplotlib import pylab",
        "import seaborn",
        "frame.plot()",
        "plots_xor.outputs(f)",
        "widgets.GateSpace()",
    ],
)
def test_one_who_draws_is_found(tmp_path: Path, code: str) -> None:
    quiet = ["x = 1", "x = 2  # plot it?", "x = 'a widget'"]
    assert not somebody_draws(SOURCE, class_of(tmp_path, *quiet))
    (tmp_path / "more").mkdir()
    assert somebody_draws(SOURCE, class_of(tmp_path / "more", *quiet, code))


def test_a_notebook_as_it_was_handed_out_draws_nothing(tmp_path: Path) -> None:
    """The key's solution may draw, and what students received not."""
    solved = key(*(answer("import matplotlib.pyplot"), test("assert x == 1")))
    empty = key(*(answer(""), test("assert x == 1")))
    (tmp_path / "nb.ipynb").write_bytes(handed_in(solved, {"answer": "import matplotlib"}))
    assert not somebody_draws(solved, [tmp_path])
    assert somebody_draws(AnswerKey("hw", solved.notebooks, empty.notebooks), [tmp_path])


@linux
def test_what_can_not_be_read_draws_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "nb.ipynb")
    (tmp_path / "other.ipynb").symlink_to("/dev/zero")
    assert not somebody_draws(SOURCE, [tmp_path, tmp_path / "nowhere"])
    (tmp_path / "late.ipynb").write_bytes(b"matplotlib")
    assert somebody_draws(SOURCE, [tmp_path])


@pytest.mark.slow
def test_light_modules_import_nothing_that_draws() -> None:
    """Notebooks import the plots' modules first; those come along without matplotlib."""
    names = sorted(light_modules())
    assert {"tutor.plots", "tutor.widgets", "tutor.plots_xor", "tutor.check"} <= set(names)
    assert set(names) < course_modules() | {"numpy"}
    assert set(names) < drawing_modules()
    assert not {"matplotlib", "ipywidgets", "anywidget"} & after(names)
    assert {"matplotlib", "ipywidgets"} <= after(sorted(drawing_modules()))


@pytest.mark.slow
def test_students_processes_hold_no_catalogue_of_wrong_answers() -> None:
    """What they need of it, the names that exercises forbid, comes without the exercises."""
    names = sorted(drawing_modules())
    exercises = {f"tutor.mistakes.{theme}" for theme in THEMES}
    assert exercises < course_modules()
    assert not exercises & after([*names, STUDENT_MAIN.partition(":")[0]])


def test_what_exercises_give_to_students_functions_stands_apart_from_them() -> None:
    """A process that has to call one of them would import its whole theme otherwise."""
    rng = np.random.default_rng(1)
    cases = [case for exercise in catalogue() for case in exercise.cases]
    cases += [exercise.draw(rng) for exercise in catalogue() if exercise.draw for _ in range(8)]
    named = [public_name(value) for case in cases for value in case]
    assert {one.module for one in named if one} == {"tutor.mistakes.given"}
    assert "tutor.mistakes.given" in light_modules()


def after(names: list[str]) -> set[str]:
    """List what is imported after `names` in a new interpreter."""
    code = (
        "import importlib, sys\n"
        f"for name in {names}: importlib.import_module(name)\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def submission(said: str) -> Submission:
    return Submission("ada", "hw", {"nb.ipynb": handed_in(SOURCE, {"answer": said})})


def printed(graded: GradedSubmission) -> list[dict[str, object]]:
    """Give what the answer's cell put out."""
    cells = json.loads(graded.notebooks[0].notebook)["cells"]
    found: list[dict[str, object]] = cells[2]["outputs"]
    return found


@linux
@pytest.mark.slow
@pytest.mark.parametrize("draw", [False, True])
def test_who_draws_unannounced_gets_the_same(draw: bool) -> None:
    with Engine() as engine:
        engine.prepare(SOURCE, draw=draw)
        graded = engine.grade(SOURCE, submission(DRAWS))
        asked = engine.grade(SOURCE, submission(ASKS + "x = 1"))
    said, figure = printed(graded)
    assert said["text"] == f"{draw}\n"
    assert figure["data"] == {"text/plain": "<Figure size 640x480 with 1 Axes>"}
    assert graded.notebooks[0].cells[0].score == 5
    assert printed(asked) == [{"output_type": "stream", "name": "stdout", "text": f"{draw}\n"}]


@linux
@pytest.mark.slow
def test_a_key_for_which_somebody_draws_may_follow_another() -> None:
    """It does not share the process that was made for a class that draws nothing."""
    choice = EngineChoice("sealed", Path(), Bounds(), tier=probe().name)
    again = AnswerKey("hw", {"nb": SOURCE.notebooks["nb"].replace(b"x == 1", b"x >= 1")})
    asked = []

    def says(draws: bool) -> bool:
        asked.append(draws)
        return draws

    tasks = [
        Task(SOURCE, submission(ASKS + "x = 1"), draws=lambda: says(False)),
        Task(SOURCE, submission(ASKS + "x = 1"), draws=lambda: says(False)),
        Task(again, submission(ASKS + "x = 1"), draws=lambda: says(True)),
    ]
    with Pool(choice, 1) as pool:
        texts = [str(printed(graded)[0]["text"]) for _, graded in pool.grade(tasks)]
    assert texts == ["False\n", "False\n", "True\n"]
    assert asked == [False, True]


@linux
@pytest.mark.slow
def test_a_key_that_needs_more_disturbs_nobody_who_still_works() -> None:
    """Forks of this process have students in the process that it parts with; none is waited for."""
    more = key(cell("import yaml"), answer("x = 1"), test("assert x == 1"))
    with Engine() as engine:
        engine.prepare(SOURCE, draw=False)
        former = engine._warm
        assert former is not None
        forks_end = os.dup(former._control.fileno())  # as a fork has it
        with former.spawn() as child:
            engine.prepare(more, draw=False)
            assert engine._warm is not former
            assert child.alive
        assert former._process.poll() is None
        os.close(forks_end)
        former._process.wait(10)
        assert engine.grade(more, submission("x = 1")).notebooks[0].cells[0].score == 5
        assert Path(former._scratch).exists()
    assert not Path(former._scratch).exists()


@linux
@pytest.mark.slow
def test_a_module_of_the_standard_library_is_no_reason_to_start_anew() -> None:
    more = key(cell("import timeit, decimal"), answer("x = 1"), test("assert x == 1"))
    with Engine() as engine:
        engine.prepare(SOURCE, draw=False)
        former = engine._warm
        engine.prepare(more, draw=False)
        assert engine._warm is former
        assert engine.grade(more, submission("x = 1")).notebooks[0].cells[0].score == 5
