"""Writes the report on a class as one page that needs nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from grading import markup
from grading.analysis import AssignmentReport, ClassReport
from grading.pages import environment, themed
from grading.wording import counted, number
from tutor.colours import BLUE, INK
from tutor.plots import Picture, style, subplots

__all__ = ["page"]


@dataclass(frozen=True)
class _Plot:
    id: str
    svg: Markup
    caption: str


def page(report: ClassReport, formgrader: str) -> str:
    """Make the page.

    Parameters
    ----------
    report
        Its numbers.
    formgrader
        Address of the Jupyter server that offers formgrader.
    """
    templates = environment()
    templates.filters["marked"] = markup.message
    pictures = {
        one.assignment: [_inline(picture, f"p{place}-{k}") for k, picture in enumerate(plots(one))]
        for place, one in enumerate(report.assignments)
        if one.scores
    }
    return templates.get_template("report.html").render(
        report=report,
        pictures=pictures,
        formgrader=formgrader.rstrip("/"),
        when=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        number=_number,
        share=_share,
        counted=counted,
    )


def plots(report: AssignmentReport) -> list[Picture]:
    """Draw the distribution of scores, and the exercises by difficulty and discrimination."""
    found = [_histogram(report)]
    if any(item.discrimination is not None for item in report.items):
        found.append(_map(report))
    return found


def _histogram(report: AssignmentReport) -> Picture:
    figure, axes = subplots(5, 3)
    counts = report.histogram
    bins = len(counts)
    width = report.max_score / bins if report.max_score else 1.0
    with style():
        axes.bar([(i + 0.5) * width for i in range(bins)], counts, width * 0.9, color=BLUE)
        axes.set_xlabel("points")
        axes.set_ylabel("submissions")
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.grid(axis="x", visible=False)
    words = ", ".join(
        f"{number(i * width)} to {number((i + 1) * width)}: {count}"
        for i, count in enumerate(counts)
        if count
    )
    return Picture(figure, f"Submissions by points. {words}.")


def _map(report: AssignmentReport) -> Picture:
    figure, axes = subplots(5, 3)
    known = [
        item
        for item in report.items
        if item.discrimination is not None and item.difficulty is not None
    ]
    x = [item.difficulty or 0.0 for item in known]
    y = [item.discrimination or 0.0 for item in known]
    with style():
        axes.scatter(x, y, s=28, color=BLUE, alpha=0.75)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(min(-0.1, *y) - 0.05, 1.05)
        axes.set_xlabel("difficulty (mean share of the points)")
        axes.set_ylabel("discrimination")
    low = sorted(known, key=lambda item: item.discrimination or 0.0)[:3]
    words = ", ".join(f"{item.title} ({_share(item.discrimination)})" for item in low)
    hard = min(known, key=lambda item: item.difficulty or 0.0)
    return Picture(
        figure,
        f"{len(known)} exercises by difficulty and discrimination. Hardest: {hard.title} "
        f"({_share(hard.difficulty)}). Lowest discrimination: {words}.",
    )


def _inline(picture: Picture, prefix: str) -> _Plot:
    """Put a picture into the page itself: in its colours, readable aloud, its ids its own."""
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}", themed(picture))
    text = text.replace("<svg", f'<svg role="img" aria-labelledby="{prefix}"', 1)
    return _Plot(prefix, Markup(text), picture.alt)


def _number(value: float | None) -> str:
    return "–" if value is None else number(value)


def _share(value: Any) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")
