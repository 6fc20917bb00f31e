"""Finds submissions that are alike: a hint for a person who then reads both, never a verdict.

The stub that everybody got is left out. What is left is cut into tokens; names that the student
chose count as one, so that renaming hides nothing. Pairs that share runs of tokens which few others
have (the idea of winnowing: Schleimer, Wilkerson and Aiken, SIGMOD 2003) are then compared in full
by RapidFuzz. Comparing all pairs in full would take minutes for 3,000 submissions.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

__all__ = ["Answers", "Group", "Pair", "same_words", "similar_pairs", "tokens"]

RUN = 8  # tokens in a run
ENOUGH = 40  # own tokens below which nothing is said: short answers are alike by chance
SHARED = 5  # rare runs that a pair has in common at least
PART = 0.6  # and that part of all rare runs of the one that has fewer
ALIKE = 0.8  # similarity from which a pair is reported
MOST = 10_000  # tokens of a submission that are compared: the time for a pair grows with the square
_FEW = 50  # a run that more students have is common knowledge

Answers = Mapping[str, str]
"""Cell name → what the student wrote there; cells left as released are not in it."""

_TOKEN = re.compile(r"#[^\n]*|[^\W\d]\w*|\d+(?:\.\d+)?|\"[^\"\n]*\"|'[^'\n]*'|\S")
_KNOWN = frozenset(keyword.kwlist) | frozenset(dir(builtins))


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Attributes
    ----------
    similarity
        1 − (insertions and deletions) / (all tokens of both), by RapidFuzz's Indel.
    shared
        Runs of tokens that both have and few others.
    """

    one: str
    other: str
    similarity: float
    shared: int


@dataclass(frozen=True)
class Group:
    """Submissions whose answers are the same to the letter.

    Attributes
    ----------
    reference
        Whether they are the instructor's own solution.
    """

    students: tuple[str, ...]
    answers: int
    reference: bool


def tokens(text: str, known: frozenset[str] = frozenset()) -> list[str]:
    """Cut text into tokens: comments go, names become one token unless `known` or Python's."""
    return list(_cut([text], known))


def _cut(texts: Iterable[str], known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the tokens of some texts; no more is read than is asked for."""
    for match in chain.from_iterable(map(_TOKEN.finditer, texts)):
        found = match[0]
        if not found.startswith("#"):
            plain = not found[0].isidentifier() or found in known or found in _KNOWN
            yield found if plain else "name"


def same_words(class_: Mapping[str, Answers], reference: Answers) -> list[Group]:
    """Group the students whose answers are the same, character by character.

    Parameters
    ----------
    class_
        Student → answers.
    reference
        The instructor's solutions.

    Returns
    -------
    list of Group
        The largest first.
    """
    found: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for student, answers in class_.items():
        found[tuple(sorted(answers.items()))].append(student)
    groups = [
        Group(
            tuple(sorted(students)),
            len(answers),
            all(reference.get(cell, "").strip() == text.strip() for cell, text in answers),
        )
        for answers, students in found.items()
        if len(students) > 1 and _are_enough(text for _, text in answers)
    ]
    return sorted(groups, key=lambda group: (-len(group.students), group.students))


def _are_enough(texts: Iterable[str]) -> bool:
    return sum(1 for _ in islice(_cut(texts), ENOUGH)) == ENOUGH


def similar_pairs(class_: Mapping[str, Answers], reference: Answers, jobs: int = 1) -> list[Pair]:
    """Find pairs that are alike in what few others wrote; those that are the same are left out.

    Parameters
    ----------
    class_
        Student → answers.
    reference
        The instructor's solutions: their names are everybody's.
    jobs
        Threads to compare with.

    Returns
    -------
    list of Pair
        Those with most in common first.
    """
    known = frozenset(name for text in reference.values() for name in re.findall(r"\w+", text))
    numbers: dict[str, int] = defaultdict(lambda: len(numbers))
    names, texts, streams = [], [], []
    for student, answers in sorted(class_.items()):
        found = _cut((answers[cell] for cell in sorted(answers)), known)
        stream = [numbers[token] for token in islice(found, MOST)]
        if len(stream) >= ENOUGH:
            names.append(student)
            texts.append(tuple(sorted(answers.items())))
            streams.append(np.array(stream, dtype=np.int64))
    if len(names) < 2:
        return []
    one, other, shared = _candidates(streams)
    different = np.array(
        [texts[i] != texts[j] for i, j in zip(one, other, strict=True)], dtype=bool
    )
    one, other, shared = one[different], other[different], shared[different]
    words = ["".join(chr(0x4E00 + int(token) % 0x5000) for token in stream) for stream in streams]
    alike = process.cpdist(
        [words[i] for i in one],
        [words[j] for j in other],
        scorer=Indel.normalized_similarity,
        score_cutoff=ALIKE,
        workers=jobs,
        dtype=np.float32,
    )
    pairs = [
        Pair(names[i], names[j], round(float(score), 3), int(count))
        for i, j, count, score in zip(one, other, shared, alike, strict=True)
        if score > 0
    ]
    return sorted(pairs, key=lambda pair: (-pair.shared, -pair.similarity, pair.one, pair.other))


def _candidates(streams: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Find the pairs that share rare runs.

    Parameters
    ----------
    streams
        Token numbers of each submission, at least `ENOUGH`.

    Returns
    -------
    one, other, shared
        Arrays of equal length: places in `streams`, and how many rare runs they share.
    """
    runs = [np.unique(_runs(stream)) for stream in streams]
    owner = np.repeat(np.arange(len(runs)), [len(found) for found in runs])
    values = np.concatenate(runs)
    order = np.lexsort((owner, values))
    owner, values = owner[order], values[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    sizes = np.diff(np.r_[starts, len(values)])
    few = max(2, min(_FEW, len(streams) // 5))
    pairs = [np.empty(0, dtype=np.int64)]
    for size in range(2, few + 1):
        chosen = starts[sizes == size]
        members = owner[chosen[:, None] + np.arange(size)]
        left, right = np.triu_indices(size, 1)
        pairs.append((members[:, left] * len(streams) + members[:, right]).ravel())
    found, counts = np.unique(np.concatenate(pairs), return_counts=True)
    one, other = found // len(streams), found % len(streams)
    rare = np.bincount(owner[np.repeat(sizes <= few, sizes)], minlength=len(streams))
    enough = counts >= np.maximum(SHARED, PART * np.minimum(rare[one], rare[other]))
    return one[enough], other[enough], counts[enough]


def _runs(stream: Any) -> Any:
    """Give a hash of each run of `RUN` tokens (a polynomial, modulo 2^64)."""
    windows = np.lib.stride_tricks.sliding_window_view(stream.astype(np.uint64), RUN)
    powers = np.array([pow(1_000_003, k, 2**64) for k in range(RUN)], dtype=np.uint64)
    return (windows * powers).sum(axis=1, dtype=np.uint64)
