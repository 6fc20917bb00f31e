"""Arrays without items, which numpy finds equal to everything.

`np.allclose(np.zeros((0, 1)), [1, 4, 9])` is true: both are stretched to no rows of three. A
function that always gives such an array would pass most tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

MAX_PARTS = 100
_CONTAINERS = (list, tuple, dict, set, frozenset, str)


def has_empty_array(value: Any) -> bool:
    """Whether a value is an array without items, or a list or dict that holds one."""
    return any(_is_empty(part) for part in _parts(value))


def has_nothing(value: Any) -> bool:
    """Whether there is nothing in a value, or in a part of it: no item, no letter, or None."""
    return any(
        part is None or _is_empty(part) or (isinstance(part, _CONTAINERS) and not part)
        for part in _parts(value)
    )


def filled(value: Any) -> Any:
    """Give a value with NaN, which equals nothing, in its arrays without items."""
    if _is_empty(value):
        return np.full([length or 1 for length in value.shape], np.nan)
    if type(value) in (list, tuple):
        return type(value)(map(_filled_part, value))
    if type(value) is dict:
        return {key: _filled_part(part) for key, part in value.items()}
    return value


def _filled_part(part: Any) -> Any:
    return filled(part) if _is_empty(part) else part


def _is_empty(value: Any) -> bool:
    return type(value) is np.ndarray and value.size == 0


def _parts(value: Any) -> Iterator[Any]:
    """Give a value and what it holds, if that is not too much."""
    yield value
    if isinstance(value, (list, tuple, dict)) and len(value) <= MAX_PARTS:
        yield from value.values() if isinstance(value, dict) else value
