"""Answers that try to act in the page that shows them, which has the instructor's rights."""

# ruff: noqa: E501  the attacks are easier to read on lines of their own

from __future__ import annotations

import json
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

import nbformat
import pytest
from engine_course import answer, cell, grade, handed_in, key, locked, notebook, test, text
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grading.engine import harmless

pytestmark = pytest.mark.slow

KEY = key(
    answer("x = 1"),
    test("assert x == 1"),
    {
        **text("![figure](attachment:f.png)", "task", task=True, locked=True),
        "attachments": {"f.png": {"image/png": "AAAA"}},
    },
    text("Why?", "essay", grade=True, solution=True),
)
HTML = {
    "script": "<script>alert(1)</script>",
    "script in capitals": "<ScRiPt>alert(1)</sCrIpT>",
    "script split by NUL": "<scr\0ipt>alert(1)</scr\0ipt>",
    "picture that fails": "<img src=x onerror=alert(1)>",
    "handler behind a quoted bracket": '<b title=">" onmouseover="alert(1)">hello</b>',
    "picture behind a quoted bracket": '<img src="data:image/png;base64,AA" alt=">" onerror="alert(1)">',
    "handler behind a slash": "<a/onmouseover=alert(1)>x</a>",
    "handler behind a form feed": "<a\fonmouseover=alert(1)>x</a>",
    "handler of its own": "<details open ontoggle=alert(1)>",
    "handler that needs no click": '<b autofocus tabindex="0" onfocus="alert(1)">x</b>',
    "tag without an end": "<img src=x onerror=alert(1)//",
    "tag in a tag": "<<script>script>alert(1)<</script>/script>",
    "link to a script": '<a href="javascript:alert(1)">x</a>',
    "link by entities": '<a href="&#106;avascript:alert(1)">x</a>',
    "link by entities twice": '<a href="&amp;#106;avascript:alert(1)">x</a>',
    "link with a tab": '<a href="java&Tab;script:alert(1)">x</a>',
    "link with a line break": '<a href="java\nscript:alert(1)">x</a>',
    "link without quotes": "<a href=javascript:alert(1)>x</a>",
    "link to data": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "picture from elsewhere": '<img src="https://example.org/seen.png">',
    "picture set from elsewhere": '<img srcset="https://example.org/seen.png 1x">',
    "style from elsewhere": '<div style="background:url(https://example.org/seen)">x</div>',
    "cover over the page": '<div style="position:fixed;top:0;left:0;width:100%;height:100%"><a href="https://example.org">ok</a></div>',
    "cover by the page's own class": '<div class="modal in"><a href="https://example.org">ok</a></div>',
    "frame": '<iframe src="https://example.org"></iframe>',
    "drawing": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>',
    "maths": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "comment": "<!--><script>alert(1)</script>-->",
    "base": '<base href="https://example.org/">',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://example.org">',
    "form": '<form action="/formgrader/api"><input autofocus onfocus=alert(1)></form>',
    "body": '<body background="https://example.org/x" onload="alert(1)">',
    "closes the page's elements": "</div></div></div></body></html><script>alert(1)</script>",
    "TeX link": r"<p>$\href{javascript:alert(1)}{x}$</p>",
    "nested 10,000 deep": "<b>" * 10_000,
    "24,000 attributes": "<a " + "x=1 " * 24_000 + ">",
    "30,000 brackets": "<" * 30_000,
}
MARKDOWN = {
    "link to a script": "[x](javascript:alert(1))",
    "link by entities": "[x](&#106;avascript:alert(1))",
    "link by an escape": r"[x](javascript\:alert(1))",
    "link in angle brackets": "[x](<java\tscript:alert(1)>)",
    "link by reference": "[x]\n\n[x]: javascript:alert(1)",
    "link by reference and entities": "[x]\n\n[x]: &#106;avascript:alert(1)",
    "automatic link": "<javascript:alert(1)>",
    "link to data": "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "picture from elsewhere": "![x](https://example.org/seen.png)",
    "picture by reference": "![x][y]\n\n[y]: https://example.org/seen.png",
    "picture in a picture": "![a ![b](https://example.org/x)](attachment:f.png)",
    "picture that is missing": "![x](attachment:nowhere.png)",
    "TeX link": r"$\href{javascript:alert(1)}{x}$",
    "TeX link by a macro": r"$\newcommand{\h}[1]{\href{java#1:alert(1)}{x}}\h{script}$",
    "TeX class": r"$\class{modal}{x}$",
    "tag inside a block": "<div>\n<b$ onclick=alert(1)>\n</div>",
    "tag inside maths in a block": "<p>\n$<img src=x onerror=alert(1)>$\n</p>",
    "out of a fence": "```text\n<b>\n```\n[x](javascript:alert(1))\n````\n<script>alert(1)</script>",
}
FORBIDDEN = {
    "script",
    "iframe",
    "svg",
    "math",
    "style",
    "form",
    "input",
    "base",
    "meta",
    "object",
    "embed",
    "body",
    "link",
    "details",
    "button",
}


class Page(HTMLParser):
    """Collects the tags of a page, as a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def check_page(page: str) -> None:
    for tag, attributes in Page(page).found:
        assert tag not in FORBIDDEN, tag
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        link = attributes.get("href") or ""
        assert not link or link.startswith(("#", "http:", "https:", "mailto:", "attachment:")), link
        source = attributes.get("src") or ""
        assert source.startswith("data:image/") or not source, source
        assert "srcset" not in attributes
        style = attributes.get("style") or ""
        assert "url" not in style
        assert "position" not in style
        assert "modal" not in (attributes.get("class") or "")
    assert r"\href" not in page.replace("<span", "") or "<pre" in page


@lru_cache(maxsize=1)
def exporter() -> Any:
    from nbconvert import HTMLExporter

    return HTMLExporter(template_name="basic")


@lru_cache(maxsize=8)  # the instructor and the student mostly see the same
def render(book: bytes) -> str:
    """Make the part of formgrader's page that shows the notebook."""
    made = nbformat.reads(book.decode(), as_version=4)
    nbformat.validate(made)
    for one in made.cells:
        if one.cell_type == "code":
            one.source = ""  # shown by a highlighter, which escapes it
    page: str = exporter().from_notebook_node(made)[0]
    return page


@lru_cache(maxsize=3)
def pages(kind: str) -> dict[str, list[str]]:
    """Hand in a notebook that shows each attack wherever a student can show something.

    Returns what the instructor and the student see of it, by attack.
    """
    attacks = HTML if kind == "text/html" else MARKDOWN
    cells = json.loads(handed_in(KEY, {"answer": "x = 1"}))["cells"]
    start = len(cells)
    for source in attacks.values():
        display = (
            f"from IPython.display import display\ndisplay({{{kind!r}: {source!r}}}, raw=True)"
        )
        texts = [(source, "markdown"), (source, "raw"), (f"# Look: {source}", "markdown")]
        cells += [cell(display), *(cell(words, None, sort) for words, sort in texts)]
    (outcome,) = grade(KEY, notebook(*cells)).notebooks
    assert outcome.cells[0].score == 5
    made: dict[str, list[str]] = {name: [] for name in attacks}
    for book in (outcome.notebook, outcome.student_notebook):
        whole = json.loads(book)
        for number, name in enumerate(attacks):
            four = whole["cells"][start + 4 * number :][:4]
            made[name].append(render(json.dumps({**whole, "cells": four}).encode()))
    return made


@pytest.mark.parametrize("name", HTML)
def test_html_does_nothing(name: str) -> None:
    for page in pages("text/html")[name]:
        check_page(page)


@pytest.mark.parametrize("name", MARKDOWN)
@pytest.mark.parametrize("kind", ["text/markdown", "text/latex"])
def test_markdown_does_nothing(name: str, kind: str) -> None:
    for page in pages(kind)[name]:
        check_page(page)


ATTACHMENTS: dict[str, Any] = {
    "out of the attribute": {"a.png": {"image/png": 'AA" onerror="alert(1)" x="'}},
    "as a drawing": {"a.png": {"image/svg+xml": "<svg onload=alert(1)>"}},
    "as a page": {"a.png": {"text/html": "<script>alert(1)</script>"}},
    "more than fits": {f"{i}.png": {"image/png": "A" * 2**20} for i in range(12)},
    "no pictures": {"a.png": 7, "b": {"image/png": ["A"]}, "c": None},
}


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_attachments_do_nothing(name: str) -> None:
    cells = json.loads(handed_in(KEY, {}))["cells"]
    cells[-1].update(
        source="![a](attachment:a.png) ![b](attachment:b)", attachments=ATTACHMENTS[name]
    )
    cells[-2]["attachments"] = ATTACHMENTS[name]  # of the instructor's own cell
    result = grade(KEY, notebook(*cells))
    book = result.notebooks[0].notebook
    check_page(render(book))
    assert len(book) < 10 * 2**20
    assert json.loads(book)["cells"][-2]["attachments"] == {"f.png": {"image/png": "AAAA"}}


def test_a_deleted_cell_comes_back_with_its_picture() -> None:
    cells = [c for c in json.loads(handed_in(KEY, {}))["cells"] if c["cell_type"] == "code"]
    book = grade(KEY, notebook(*cells)).notebooks[0].notebook
    assert 'src="data:image/png;base64,AAAA"' in render(book)


HONEST = {
    "words": "I used <b>two</b> layers; a < b and b > c.",
    "maths": r"$0<x<1$ and $a<b$, $\frac{1}{2}$, $$\sigma(z)=\frac{1}{1+e^{-z}}$$",
    "list": "1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "code": "`f(x)` and\n\n```python\nprint('<hello>')\n```",
    "link": "[the paper](https://example.org/a?b=1&c=2)",
    "data": "The training data: 100 points. We use data: text files.",
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_text_stays(name: str) -> None:
    calm = harmless.calm_markdown(HONEST[name])
    if name == "code":  # in a block of code one sees what stands for the bracket
        assert calm == HONEST[name].replace("<hello", "&lt;hello")
    else:
        assert calm == HONEST[name]


def test_honest_tables_stay() -> None:
    table = '<table border="1" class="dataframe"><tr style="text-align: right;"><th></th><th>a</th></tr></table>'
    assert harmless.calm_html(table) == table
    with_style = f"<div><style scoped>.dataframe tbody {{ color: red }}</style>{table}</div>"
    assert "<th>a</th>" in (harmless.calm_html(with_style) or "")
    from tutor import check

    shown = check.agrees(abs, with_=lambda x: x, on=[1.0, -2.0])._repr_html_()
    assert harmless.calm_html(shown) == shown


def test_a_locked_cells_text_is_the_instructors() -> None:
    source = key(
        locked("x = 1"),
        text("<iframe src='https://example.org'></iframe>", "task", task=True, locked=True),
    )
    book = grade(source, {}).notebooks[0].notebook
    assert "<iframe" in json.loads(book)["cells"][1]["source"]


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "</",
        "b",
        "script",
        "img",
        " onerror=",
        "alert(1)",
        '"',
        "'",
        "=",
        " ",
        "\n",
        "\t",
        "javascript:",
        "&#106;",
        "&lt;",
        "data:",
        "src=",
        "href=",
        "style=",
        "!",
        "[",
        "]",
        "(",
        ")",
        "`",
        "```",
        "$",
        "\\",
        "--",
        "p",
        "div",
        "table",
        "/",
        "x",
        "\0",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
@example("<data:>")
@example("<file:///etc/passwd>")
def test_whatever_is_written_does_nothing(source: str) -> None:
    for made in (harmless.calm_html(source), harmless.calm_raw(source)):
        check_page(made or "")
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    page = MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(
        harmless.calm_markdown(source)
    )
    check_page(page)
