"""Reading notebooks."""

from __future__ import annotations

import warnings
from typing import Any, cast

import nbformat

__all__ = ["read_notebook"]


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
