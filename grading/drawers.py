"""Finds out whether anybody in a class draws something, by the words of what was handed in.

Most notebooks that are graded draw nothing, and what draws takes long to import. A wrong guess
costs time, and no points.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from grading.reader import read_regular
from grading.records import AnswerKey

__all__ = ["somebody_draws"]

# The last two are the course's; a notebook that only imports them draws nothing yet.
_WORDS = (b"matplotlib", b"pyplot", b"seaborn", b".plot(", b"plots", b"widgets.")
_LARGEST = 16_000_000  # bytes of each; what comes then is mostly pictures


def somebody_draws(key: AnswerKey, folders: Iterable[Path]) -> bool:
    """Say whether a notebook in one of the folders mentions what draws more often than the key's.

    Parameters
    ----------
    key
        Its notebooks as students received them count, where they are known.
    folders
        Of submissions. What can't be read in there counts as nothing.
    """
    handed_out = {**key.notebooks, **key.released}.values()
    usual = [max((data.count(word) for data in handed_out), default=0) for word in _WORDS]
    return any(
        data.count(word) > most
        for folder in folders
        for data in _notebooks(folder)
        for word, most in zip(_WORDS, usual, strict=True)
    )


def _notebooks(folder: Path) -> Iterable[bytes]:
    """Read the notebooks of a folder."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.glob("*.ipynb")):
            data = read_regular(path, _LARGEST)
            if data is not None:
                yield data
