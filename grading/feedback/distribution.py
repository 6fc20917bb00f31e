"""Draws a class's scores as a small picture for feedback pages."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from markupsafe import Markup

from grading.pages import themed
from tutor.colours import BLUE, GREY

__all__ = ["FEWEST", "draw"]

FEWEST = 5
"""Submissions below which a distribution would tell who got what."""

_BINS = 10
_STYLE = re.compile(r' style="([^"]*)"')
_STYLE_SHEET = re.compile(r"<defs>\s*<style.*?</defs>", re.DOTALL)


def draw(scores: tuple[float, ...], own: float | None) -> Markup | None:
    """Draw how many students got which share of the points.

    Parameters
    ----------
    scores
        Shares from 0 to 1, one a submission, in any order.
    own
        The share of whoever sees the picture, or None.

    Returns
    -------
    Markup or None
        A `figure` with an SVG; None when there are fewer than `FEWEST` scores.
    """
    if len(scores) < FEWEST:
        return None
    counts = [0] * _BINS
    for score in scores:
        counts[_bin(score)] += 1
    return _draw(tuple(counts), None if own is None else _bin(own))


def _bin(score: float) -> int:
    return min(max(int(score * _BINS + 1e-9), 0), _BINS - 1)


@lru_cache(256)
def _draw(counts: tuple[int, ...], own: int | None) -> Markup:
    """Draw one picture a bar that can be one's own: the same for all who share it."""
    from tutor.plots import Picture, style, subplots  # matplotlib takes a second to load

    words = _words(counts, own)
    with style():
        figure, axes = subplots(5.2, 2.1)
        fills = [BLUE if i == own else GREY for i in range(_BINS)]
        bars = axes.bar([10 * i + 5 for i in range(_BINS)], counts, width=9, color=fills)
        axes.bar_label(bars, labels=[str(count or "") for count in counts], fontsize=9)
        axes.set_xticks(range(0, 101, 20), [f"{x} %" for x in range(0, 101, 20)])
        axes.set_yticks([])
        axes.set_xlabel("share of the points")
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False)
        axes.margins(y=0.15)
    svg = _STYLE_SHEET.sub("", themed(Picture(figure, words))).strip()
    # The page's policy forbids style attributes; the same as SVG's own attributes is allowed.
    svg = _STYLE.sub(lambda match: _attributes(match[1]), svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(words)}" ', 1)
    marked = ""
    if own is not None:
        marked = f" Your score is in the blue bar, from {10 * own} to {10 * own + 10} %."
    caption = f"Scores of {sum(counts)} submissions.{marked}"
    return Markup(f'<figure class="chart">{svg}<figcaption>{caption}</figcaption></figure>')


def _attributes(style: str) -> str:
    """Turn `a: b; c: d` into attributes."""
    pairs = [part.partition(":") for part in style.split(";") if part.strip()]
    found = {name.strip(): value.strip() for name, _, value in pairs}
    if "font" in found:  # a shorthand that is no attribute
        size = re.search(r"([\d.]+px)", found.pop("font"))
        found["font-size"] = size[1] if size else "10px"
    return "".join(f' {name}="{escape(value)}"' for name, value in found.items())


def _words(counts: tuple[int, ...], own: int | None) -> str:
    """Say the same as the picture."""
    parts = [f"{10 * i} to {10 * i + 10} %: {count}" for i, count in enumerate(counts) if count]
    text = f"How many submissions got which share of the points. {'; '.join(parts)}."
    return text if own is None else f"{text} Yours is between {10 * own} and {10 * own + 10} %."
