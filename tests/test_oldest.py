"""`oldest.txt`, which `make oldest` installs, pins what pyproject.toml calls the oldest."""

from __future__ import annotations

from oldest import bounds, pins


def test_each_lower_bound_is_pinned() -> None:
    pinned = pins()
    wrong = {n: v for n, v in bounds().items() if not f"{pinned.get(n)}.".startswith(f"{v}.")}
    assert not wrong, "`python tests/oldest.py` writes oldest.txt anew"
