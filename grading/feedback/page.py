"""Makes one feedback page: a student's graded notebook as one HTML file that needs nothing else.

A pure function of a `Sheet`. It reads no file and no gradebook, so pages can be made in any
process, and nothing of one student can get onto the page of another.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup
from pygments.formatters import HtmlFormatter

from grading import markup
from grading.marks import Mark, NotebookMarks, SubmissionMarks
from grading.pages import TEMPLATES, environment
from grading.wording import counted, duration, number
from tutor import colours

__all__ = ["Sheet", "appearance", "render"]

Cell = Mapping[str, Any]
Outcome = Mapping[str, Any]

_LONGEST_OUTPUT = 20_000  # characters of one output; nobody reads more of it on a page
_STATES = {
    "right": ("✓", "Right"),
    "partly": ("◐", "Partly right"),
    "wrong": ("✗", "Not right yet"),
    "waits": ("…", "Not marked yet"),
    "missing": ("–", "Not handed in"),
    "unanswered": ("–", "Not answered"),
}
_STOPPED = {
    "timeout": "Took too long",
    "memory": "Ran out of memory",
    "died": "Ended the Python process",
}


@dataclass(frozen=True)
class Sheet:
    """All that one page is made from.

    Attributes
    ----------
    marks
        Of the whole submission.
    notebook
        Name of the notebook that the page is about.
    cells
        Its cells as its student may see them; None when it was not handed in or can't be read.
    outcomes
        What the grader said of each graded cell (`CellOutcome` as a dict), by `grade_id`.
    submitted_as
        Name of the file that was handed in.
    remarks
        Sentences about the submission.
    stopped
        Sentences about the cells in which the student's process ended.
    graded
        Whether it could be graded.
    distribution
        The class's scores as a picture, or None.
    """

    marks: SubmissionMarks
    notebook: str
    cells: tuple[Cell, ...] | None
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    submitted_as: str | None = None
    remarks: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    graded: bool = True
    distribution: Markup | None = None

    @property
    def own(self) -> NotebookMarks:
        """Marks of this notebook."""
        return self.marks.notebooks.get(self.notebook) or NotebookMarks(0.0)


@dataclass(frozen=True)
class Line:
    """One row of a check's table."""

    ok: bool
    message: Markup
    hint: Markup | None


@dataclass(frozen=True)
class Box:
    """What a graded cell got, and why.

    Attributes
    ----------
    state
        A key of `_STATES`.
    points
        Such as "1 of 2 points".
    lines
        What each check found.
    words
        Sentences where there are no checks.
    ended
        How the student's process ended for it, if it did.
    """

    name: str
    state: str
    points: str
    lines: tuple[Line, ...] = ()
    words: tuple[Markup, ...] = ()
    ended: str = ""

    @property
    def sign(self) -> str:
        """A sign, for those who see it."""
        return _STATES[self.state][0]

    @property
    def status(self) -> str:
        """The same in words."""
        return self.ended or _STATES[self.state][1]


@dataclass(frozen=True)
class Shown:
    """One cell as the page shows it.

    Attributes
    ----------
    kind
        "text", "code", "answer" or "test".
    body
        Its text as HTML.
    outputs
        What it put out.
    box
        Its marks, if it has any.
    comment
        What a person wrote about it.
    """

    kind: str
    body: Markup
    outputs: tuple[Markup, ...] = ()
    box: Box | None = None
    comment: str | None = None


def render(sheet: Sheet) -> str:
    """Make the page.

    Returns
    -------
    str
        A whole HTML document. Its Content-Security-Policy lets it load and run nothing.
    """
    template, style, policy = _template()
    shown = list(_shown(sheet))
    boxes = [one.box for one in shown if one.box is not None]
    known = {box.name for box in boxes}
    boxes += [
        _box(name, mark, sheet.outcomes.get(name))
        for name, mark in sheet.own.cells.items()
        if name not in known
    ]
    marks = sheet.marks
    return template.render(
        sheet=sheet,
        marks=marks,
        style=style,
        policy=policy,
        cells=shown,
        boxes=boxes,
        known=known,
        again=[box for box in boxes if box.state in ("wrong", "partly", "missing", "unanswered")],
        waiting=[box for box in boxes if box.state == "waits"],
        others=[nb for nb in marks.notebooks if nb != sheet.notebook],
        number=number,
        counted=counted,
        late=duration(marks.late_seconds) if marks.late_seconds else "",
        stopped=[markup.message(text) for text in sheet.stopped],
    )


@lru_cache(1)
def _template() -> tuple[Template, Markup, str]:
    """Load the template once: it, its style, and the policy that allows this style alone."""
    style = "\n".join(
        [
            HtmlFormatter(style="default").get_style_defs(".code"),
            "@media screen and (prefers-color-scheme: dark) {",
            HtmlFormatter(style="github-dark").get_style_defs(".code"),
            "}",
            *((TEMPLATES / name).read_text("utf-8") for name in ("theme.css", "feedback.css")),
        ]
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return environment().get_template("feedback.html.j2"), Markup(style), policy


@cache
def appearance() -> str:
    """Fingerprint of what decides how pages look: this code, the templates, how plots are drawn."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    parts = [*here.glob("*.py"), *TEMPLATES.glob("feedback.*"), TEMPLATES / "theme.css"]
    parts += [here.with_name(f"{name}.py") for name in ("markup", "pages", "wording")]
    tutor = Path(colours.__file__).parent
    parts += [tutor / "colours.py", tutor / "drawing.py", *tutor.glob("plots/*.py")]
    for path in sorted(parts):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _shown(sheet: Sheet) -> Iterator[Shown]:
    """Yield the cells as the page shows them."""
    own = sheet.own
    for cell in sheet.cells or ():
        grader = cell.get("metadata", {}).get("nbgrader", {})
        name = str(grader.get("grade_id", ""))
        is_code = cell["cell_type"] == "code"
        body = _body(cell)
        mark = own.cells.get(name) if grader.get("grade") or grader.get("task") else None
        outcome = sheet.outcomes.get(name)
        box = _box(name, mark, outcome) if mark is not None else None
        comment = own.comments.get(name)
        if grader.get("solution"):
            yield Shown("answer", body, _outputs(cell), box, comment)
        elif grader.get("task"):
            yield Shown("text", body, (), box, comment)
        elif box is not None:
            yield Shown("test", body, _test_outputs(cell, outcome), box)
        elif is_code:
            yield Shown("code", body, _outputs(cell))
        elif body:
            yield Shown("text", body)


def _body(cell: Cell) -> Markup:
    source = str(cell["source"])
    if cell["cell_type"] == "markdown":
        return markup.markdown(source, cell.get("attachments"))
    return markup.code(source) if source.strip() else Markup()


def _box(name: str, mark: Mark, outcome: Outcome | None) -> Box:
    """Say what a graded cell got."""
    full = counted(mark.max_score, "point")
    if mark.waits and mark.manual is None:
        return Box(name, "waits", f"up to {full}")
    state = "right" if mark.score >= mark.max_score else "partly" if mark.score > 0 else "wrong"
    status = outcome["status"] if outcome is not None else ""
    if status in ("missing", "unanswered") and mark.manual is None:
        state = status
    lines: list[Line] = []
    words: list[Markup] = []
    if outcome is not None:
        lines = [line for check in outcome["checks"] for line in _lines(check)]
        if not lines:
            words = [markup.message(str(text)) for text in outcome["messages"] if text]
    ended = _STOPPED.get(status, "") if state == "wrong" and mark.manual is None else ""
    return Box(name, state, f"{number(mark.score)} of {full}", tuple(lines), tuple(words), ended)


def _lines(check: Mapping[str, Any]) -> Iterator[Line]:
    """Yield a check's rows; a hint that was given above is not repeated."""
    given = set()
    for line in check.get("lines", ()):
        hint = line.get("hint")
        shown = markup.message(str(hint)) if hint and hint not in given else None
        given.add(hint)
        yield Line(bool(line.get("ok")), markup.message(str(line.get("message", ""))), shown)


def _test_outputs(cell: Cell, outcome: Outcome | None) -> tuple[Markup, ...]:
    """Show what a test cell put out, unless the grader has said it better."""
    if outcome is not None and (outcome["checks"] or outcome["messages"]):
        return ()
    return _outputs(cell)


def _outputs(cell: Cell) -> tuple[Markup, ...]:
    outputs = cell.get("outputs", ()) if cell["cell_type"] == "code" else ()
    return tuple(made for output in outputs if (made := _output(output)) is not None)


def _output(output: Mapping[str, Any]) -> Markup | None:
    """Turn one output into HTML, the richest form first."""
    kind = output.get("output_type")
    if kind == "stream":
        return markup.terminal(_cut(str(output["text"])))
    if kind == "error":
        return markup.terminal(_cut("\n".join(map(str, output.get("traceback", ())))))
    data = output.get("data", {})
    for picture in ("image/png", "image/jpeg"):
        if picture in data:
            return _picture(picture, data)
    for mime, show in (
        ("text/html", markup.html),
        ("text/markdown", markup.markdown),
        ("text/latex", _latex),
        ("text/plain", markup.terminal),
    ):
        if mime in data:
            return show(_cut(str(data[mime])) if mime == "text/plain" else str(data[mime]))
    return None


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_OUTPUT:
        return text
    return f"{text[:_LONGEST_OUTPUT]}\n… {counted(len(text) - _LONGEST_OUTPUT, 'more character')}"


def _latex(text: str) -> Markup:
    return Markup(markup.math(text.strip().strip("$").strip(), block=True))


def _picture(mime: str, data: Mapping[str, str]) -> Markup:
    """Show a picture; the cell's plain text is the best description that there is."""
    told = str(data.get("text/plain", "")).strip("<>")[:200]
    alternative = f"Picture that this cell drew: {told}" if told else "Picture that this cell drew"
    source = f"data:{mime};base64,{''.join(data[mime].split())}"
    return Markup('<img src="{}" alt="{}">').format(source, alternative)
