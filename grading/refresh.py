"""Run the instructor's notebooks and store what they show, so that readers and tests can see it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from grading.files import replace_file
from grading.notebooks import REPAIR, normal_form
from grading.records import Problem

__all__ = ["refresh"]


def refresh(path: Path, timeout: float = 120) -> list[Problem]:
    """Execute a notebook in place; on an error leave the file as it was and say which cell failed.

    Parameters
    ----------
    path
        A notebook under the course's source folder.
    timeout
        Seconds a cell may take.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except ValueError as error:
        what = str(error).partition("\n")[0]
        return [Problem("", path.parent.name, path.name, None, what, REPAIR, True)]
    client = NotebookClient(
        notebook,
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,  # how prints are cut into pieces depends on the clock
        skip_cells_with_tag="",  # what grading skips is there to be seen
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except (CellExecutionError, TimeoutError) as error:
        return [_problem(path, notebook, error)]
    except (asyncio.CancelledError, AssertionError) as error:
        if isinstance(error, AssertionError) and client.km is not None:
            raise
        # On Ctrl-C nbclient ends the kernel and cancels what waits for it, or misses the kernel.
        raise KeyboardInterrupt from error
    replace_file(path, normal_form(notebook).encode())
    return []


def _problem(path: Path, notebook: Any, error: Exception) -> Problem:
    failed = next(
        (
            cell.id
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if output.output_type == "error"
        ),
        None,
    )
    what = str(error).strip().splitlines()[-1]
    return Problem(
        "", path.parent.name, path.name, failed, what, "Correct the cell and run it again.", True
    )
