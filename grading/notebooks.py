"""Reading notebooks, and the one form in which this repository keeps them.

    python -m grading.notebooks FILE…

brings files into that form; the exit code is 1 when one was changed (for pre-commit).
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import nbformat

__all__ = ["REPAIR", "normal_form", "read_notebook"]

# A widget's view names a model that dies with its kernel. Without it a reopened notebook shows the
# static picture that each widget gives as well.
_DIES_WITH_THE_KERNEL = "application/vnd.jupyter.widget-view+json"

REPAIR = "Repair it; `git diff` shows what has changed."
"""The remedy for a source that can't be read."""


def read_notebook(data: bytes | str) -> Any:
    """Read a notebook of any format version as one of nbformat 4.

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    ValueError
        When it is not a notebook.
    """
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about ids of cells, which nobody here relies on
            return cast(Any, nbformat).reads(text, as_version=4)
    except ValueError:
        raise
    except Exception as error:  # nbformat lets whatever its readers meet through
        raise ValueError(f"not a notebook: {error}") from error


def normal_form(notebook: Any) -> str:
    """Write a notebook without what changes from machine to machine and from run to run."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times
        if cell.cell_type == "code":
            cell.outputs = list(_lasting(cell.outputs))
    notebook.metadata = {
        "kernelspec": notebook.metadata["kernelspec"],
        "language_info": {"name": "python"},
    }
    return str(nbformat.writes(notebook)) + "\n"


def _lasting(outputs: Iterable[Any]) -> Iterable[Any]:
    for output in outputs:
        output.get("data", {}).pop(_DIES_WITH_THE_KERNEL, None)
        if output.get("data", True):
            yield output


def main(names: Iterable[str]) -> int:
    """Bring files into the normal form; return 1 when one was changed, else 0."""
    changed = False
    for path in map(Path, names):
        text = path.read_text(encoding="utf-8")
        new = normal_form(read_notebook(text))
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")
            print(f"{path}: brought into the normal form")
            changed = True
    return int(changed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
