"""Values that pass a comparison without being right: arrays without items, and NaN.

`np.allclose(np.zeros((0, 1)), [1, 4, 9])` is true: both are stretched to no rows of three. NaN is
never off by more than a tolerance. A function that always gives one of them would pass most tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

MAX_PARTS = 100
_CONTAINERS = (list, tuple, dict, set, frozenset, str)


def has_hollow(value: Any) -> bool:
    """Whether a value is hollow, or a list or dict that holds something hollow."""
    return any(_is_hollow(part) for part in _parts(value))


def has_nothing(value: Any) -> bool:
    """Whether a value, or a part of it, is hollow, has no item and no letter, or is None."""
    return any(
        part is None or _is_hollow(part) or (isinstance(part, _CONTAINERS) and not part)
        for part in _parts(value)
    )


def filled(value: Any) -> Any:
    """Give a value with infinity in place of NaN, and in its arrays without items."""
    if type(value) in (list, tuple):
        return type(value)(map(_filled_part, value))
    if type(value) is dict:
        return {key: _filled_part(part) for key, part in value.items()}
    return _filled_part(value)


def _filled_part(part: Any) -> Any:
    if not _is_hollow(part):
        return part
    if type(part) is float:
        return np.inf
    if not part.size:
        return np.full([length or 1 for length in part.shape], np.inf)
    return np.where(_nan(part), np.inf, part).astype(part.dtype)[()]


def _is_hollow(value: Any) -> bool:
    if type(value) is float:
        return value != value
    if not isinstance(value, (np.ndarray, np.generic)):
        return False
    return value.size == 0 or (value.dtype.kind in "fcO" and bool(_nan(value).any()))


def _nan(value: Any) -> Any:
    """Say where there is NaN."""
    if value.dtype.kind != "O":
        return np.isnan(value)
    found = [isinstance(item, (float, np.floating)) and item != item for item in value.flat]
    return np.reshape(found, value.shape)


def _parts(value: Any) -> Iterator[Any]:
    """Give a value and what it holds, if that is not too much."""
    yield value
    if isinstance(value, (list, tuple, dict)) and len(value) <= MAX_PARTS:
        yield from value.values() if isinstance(value, dict) else value
