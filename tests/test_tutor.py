import subprocess
import sys

import pytest


def python(code: str) -> str:
    """Run code in a fresh interpreter, where nothing is imported yet."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_tutor_loads_nothing_heavy() -> None:
    heavy = python(
        "import sys, tutor\n"
        "print([m for m in ('numpy', 'matplotlib', 'ipywidgets', 'anywidget', 'IPython')"
        " if m in sys.modules])"
    )
    assert heavy.strip() == "[]"


def test_the_mathematics_loads_neither_matplotlib_nor_widgets() -> None:
    heavy = python(
        "import sys\n"
        "from tutor import activations, check, datasets, gradients, graph, network, playground\n"
        "print([m for m in ('matplotlib', 'ipywidgets', 'anywidget', 'IPython')"
        " if m in sys.modules])"
    )
    assert heavy.strip() == "[]"


def test_modules_load_when_asked_for() -> None:
    assert "No check has run yet" in python("import tutor; print(tutor.progress())")


def test_unknown_names_are_attribute_errors() -> None:
    import tutor

    with pytest.raises(AttributeError, match="nothing called 'sigmoids'"):
        _ = tutor.sigmoids
    assert not hasattr(tutor, "__wrapped__")
