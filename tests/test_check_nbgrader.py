"""Executed test cells, scored by stock nbgrader's own `determine_grade`."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade
from nbgrader.validator import Validator

pytestmark = pytest.mark.slow  # it starts kernels

SETUP = """
import numpy as np
from tutor import check
def sigmoid(x):
    import sys, warnings
    warnings.warn("overflow ahead")
    print("noise", file=sys.stderr)
    return 1 / (1 + np.exp(-x))
def sigmoid_derivative(x):
    return sigmoid(x) * (1 + sigmoid(x))
def relu(x):
    raise NotImplementedError()
def softmax(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
count_342 = {"neurons": 6, "weights": 20, "biases": 6, "parameters": 26, "layers": 3}
"""
CELLS = {
    "right": ("check.exercise('activations/sigmoid')", 2, 2),
    "right, hidden": ("check.exercise('activations/sigmoid', seed=5, hidden=True)", 2, 2),
    "wrong": ("check.exercise('activations/sigmoid_derivative')", 2, 0),
    "wrong, hidden": (
        "check.exercise('activations/sigmoid_derivative', seed=5, hidden=True)",
        2,
        0,
    ),
    "stub": ("check.exercise('activations/relu', points=2)", 2, 0),
    "undefined": ("check.exercise('activations/elu')", 2, 0),
    "undefined by name": ("check.agrees(check.yours.elu, with_=abs, on=[1])", 2, 0),
    "partial": ("check.exercise('parameters/count_342', points=5)", 5, 4),
    "all or nothing": ("check.exercise('parameters/count_342')", 5, 0),
    "overflow, partial": ("check.exercise('activations/softmax', points=3)", 3, 2),
    "together": (
        "check.together(check.exercise('activations/sigmoid'),"
        " check.exercise('activations/relu'), points=3)",
        3,
        1.5,
    ),
}


def grade_cell(name, source, points):
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "locked": True,
        "grade_id": name,
        "points": points,
        "schema_version": 3,
    }
    return cell


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(SETUP)]
    notebook.cells += [
        grade_cell(name, source, points) for name, (source, points, _) in CELLS.items()
    ]
    folder = tmp_path_factory.mktemp("cells")
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells[1:]}


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_cells_score_as_they_should(executed, name):
    _, points, score = CELLS[name]
    assert determine_grade(executed[name]) == (score, points)


@pytest.mark.parametrize("name", CELLS)
def test_cells_write_nothing_to_stderr_and_raise_nothing(executed, name):
    kinds = [(output.output_type, output.get("name")) for output in executed[name].outputs]
    assert kinds == [("execute_result", None)]
    data = executed[name].outputs[0].data
    assert "<table" in data["text/html"]


def test_the_validator_agrees(executed):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = list(executed.values())
    validator = Validator()
    failed = {c.metadata.nbgrader.grade_id for c in validator._get_failed_cells(notebook)}
    assert failed == {name for name, (_, points, score) in CELLS.items() if score < points}
