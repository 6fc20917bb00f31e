"""Print what the checks make of the corpus: `python -m corpus` from tests/."""

from __future__ import annotations

import contextlib
import io
from collections import Counter

import corpus

COLUMNS = ("hint", "no hint", "wrong hint", "passed")


def confusion() -> dict[str, Counter[str]]:
    """Count verdicts on wrong solutions, by theme; general diagnoses have a row of their own."""
    table: dict[str, Counter[str]] = {}
    for entry in corpus.wrong():
        theme = entry.exercise.partition("/")[0]
        row = "general" if entry.expected.startswith("general/") else theme
        row = "not catalogued" if entry.expected == "-" else row
        with contextlib.redirect_stdout(io.StringIO()):
            table.setdefault(row, Counter())[corpus.verdict(entry)] += 1
    return table


def main() -> None:
    table = confusion()
    print(f"{'wrong solutions':18}" + "".join(f"{name:>12}" for name in COLUMNS))
    for row, counts in sorted(table.items()):
        print(f"{row:18}" + "".join(f"{counts[name]:12}" for name in COLUMNS))
    total = sum(table.values(), Counter[str]())
    print(f"{'all':18}" + "".join(f"{total[name]:12}" for name in COLUMNS))
    results = [corpus.checked(entry).ok for entry in corpus.right()]
    print(f"right solutions: {sum(results)} of {len(results)} pass")
    killed = [failed for _, _, failed in corpus.mutation_tests()]
    print(f"mutants that change the function: {sum(killed)} of {len(killed)} fail")


if __name__ == "__main__":
    main()
