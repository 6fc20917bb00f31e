"""Run the instructor's notebooks and store what they show, so that readers and tests can see it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from grading.errors import first_line
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
    begun: list[str | None] = [None]
    client = NotebookClient(
        notebook,
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,  # how prints are cut into pieces depends on the clock
        skip_cells_with_tag="",  # what grading skips is there to be seen
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=lambda cell, cell_index: begun.append(cell.get("id")),
    )
    try:
        if client.create_kernel_manager().ipykernel:
            # It warns of how it is reached, and after Ctrl-C of what was taken from it.
            client.extra_arguments = ["--IPKernelApp.log_level=CRITICAL"]
        client.execute()
    except NoSuchKernel as error:
        what = f"asks for the kernel {error.name}, which is not installed"
        return [Problem("", path.parent.name, path.name, None, what, "Install it.", True)]
    except (CellExecutionError, DeadKernelError, TimeoutError) as error:
        return [_problem(path, begun[-1], error)]
    except (asyncio.CancelledError, AssertionError) as error:
        if isinstance(error, AssertionError) and client.km is not None:
            raise
        # On Ctrl-C nbclient ends the kernel and cancels what waits for it, or misses the kernel.
        raise KeyboardInterrupt from error
    replace_file(path, normal_form(notebook).encode())
    return []


def _problem(path: Path, cell: str | None, error: Exception) -> Problem:
    if isinstance(error, CellExecutionError):  # its own text is a coloured traceback
        what = f"{error.ename}: {error.evalue}"
    else:
        what = first_line(error)
    remedy = "Correct the cell and run it again."
    return Problem("", path.parent.name, path.name, cell, what, remedy, True)
