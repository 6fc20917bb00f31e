"""Turns what people wrote into HTML that is safe to show: Markdown, formulas, code, output.

Each function depends on nothing but its arguments. What it gave is kept for the same arguments, so
that a text that a whole class shares is worked out once and no text can reach another page. Nobody
is trusted: all of it is escaped or sanitised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

import math_core
from bleach.sanitizer import Cleaner
from markupsafe import Markup
from nbconvert.filters import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import Python3Lexer

__all__ = ["code", "html", "markdown", "math", "message", "terminal"]

_LONGEST = 100_000  # characters from which a text is shown as it is
_LONGEST_FORMULA = 5_000
_KEPT = 4096  # texts of each sort; a notebook of the course has about 150
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_CLASS = re.compile(r"[a-z][a-z0-9]{0,2}|highlight")  # those of pygments
_BLOCKS = {"blockquote", "details", "div", "hr", "img", "p", "pre", "summary"}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
_LISTS = {"dd", "dl", "dt", "li", "ol", "ul"}
_TABLES = {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_WORDS = {"a", "b", "br", "code", "del", "em", "i", "ins", "kbd", "s", "span", "strong", "sub"}
_TAGS = _BLOCKS | _HEADINGS | _LISTS | _TABLES | _WORDS | {"sup", "u"}
_NO_HEADER = re.compile(r"<th[^>]*>\s*</th>")
_NO_PICTURE = re.compile(r"""<img(?:\s(?:alt|title)="[^"]*")*>""")
_MATH_ATTRIBUTE = re.compile(r"""\s(style|id|class|href)="[^"]*\"""")
# A formula waits outside the text while that is sanitised: these characters stand for it.
_HOLD, _RELEASE = "\ue000", "\ue001"
_WAITING = re.compile(f"{_HOLD}([0-9]+){_RELEASE}")
_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_to_mathml = math_core.LatexToMathML()
_formatter = HtmlFormatter(nowrap=True)


def _attribute(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay."""
    if name == "href":
        return tag == "a" and bool(_LINK.match(value))
    if name == "src":
        return tag == "img" and bool(_PICTURE.fullmatch(value))
    if name == "class":
        return all(_CLASS.fullmatch(part) for part in value.split())
    if name in ("colspan", "rowspan", "scope"):
        return tag in ("td", "th")
    return name == "title" or (name == "alt" and tag == "img")


_cleaner = Cleaner(
    tags=_TAGS,
    attributes=_attribute,
    protocols={"http", "https", "mailto", "data"},
    strip=True,
    strip_comments=True,
)


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown, with formulas as MathML and headings below the page's own."""

    def __init__(self, attachments: Mapping[str, Any], formulas: list[str]) -> None:
        super().__init__(
            escape=False,
            allow_harmful_protocols=False,
            exclude_anchor_links=True,
            attachments=dict(attachments),
        )
        self.formulas = formulas

    def _hold(self, formula: str) -> str:
        self.formulas.append(formula)
        return f"{_HOLD}{len(self.formulas) - 1}{_RELEASE}"

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        """Render a heading."""
        level = min(level + 1, 6)
        return f"<h{level}>{text}</h{level}>\n"

    def block_math(self, body: str) -> str:
        """Render a formula on lines of its own."""
        return self._hold(math(body, block=True))

    def inline_math(self, body: str) -> str:
        """Render a formula in a line."""
        return self._hold(math(body, block=False))

    def latex_environment(self, name: str, body: str) -> str:
        """Render a formula between begin and end."""
        return self._hold(math(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True))

    def block_mermaidjs(self, code: str) -> str:
        """Show a diagram's text: to draw it would take a program in the page."""
        return f"<pre>{escape(code)}</pre>"

    def _embed_image_or_attachment(self, src: str) -> str:
        if not src.startswith("attachment:"):
            return src
        parts = self.attachments.get(src.removeprefix("attachment:"), {})
        for kind in ("image/png", "image/jpeg", "image/gif"):
            if isinstance(parts, dict) and isinstance(parts.get(kind), str):
                return f"data:{kind};base64,{parts[kind]}"
        return ""


def markdown(source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> Markup:
    """Render a Markdown cell.

    Parameters
    ----------
    source
        Its text.
    attachments
        Name to media type to base64, as in a notebook.
    """
    if attachments:  # rare, and pictures are too big to keep
        return _markdown(source, attachments)
    return _markdown_kept(source)


@lru_cache(_KEPT)
def _markdown_kept(source: str) -> Markup:
    return _markdown(source, {})


def _markdown(source: str, attachments: Mapping[str, Any]) -> Markup:
    if len(source) > _LONGEST:
        return _plain(source)
    formulas: list[str] = []
    source = source.replace(_HOLD, "").replace(_RELEASE, "")
    made = MarkdownWithMath(renderer=_Renderer(attachments, formulas)).render(source)
    return Markup(_release(_clean(made), formulas))


def _release(made: str, formulas: list[str]) -> str:
    """Put the formulas where they wait; into text only, never into a tag."""
    if not formulas:
        return made
    pieces, end = [], 0
    for tag in _TAG.finditer(made):
        pieces.append(_filled(made[end : tag.start()], formulas))
        pieces.append(_WAITING.sub("", tag[0]))
        end = tag.end()
    pieces.append(_filled(made[end:], formulas))
    return "".join(pieces)


def _filled(text: str, formulas: list[str]) -> str:
    return _WAITING.sub(lambda match: formulas[int(match[1])], text)


def _clean(text: str) -> str:
    cleaned = _NO_PICTURE.sub("[a picture from elsewhere]", _cleaner.clean(text))
    cleaned = _NO_HEADER.sub("<td></td>", cleaned)  # an empty header tells a screen reader nothing
    # What scrolls sideways has to be reached by the keyboard.
    cleaned = cleaned.replace("<table>", '<div class="wide" tabindex="0"><table>')
    return cleaned.replace("</table>", "</table></div>")


@lru_cache(_KEPT)
def math(tex: str, *, block: bool) -> str:
    """Turn a formula into MathML, which browsers show by themselves.

    What can't be turned is shown as it was written.
    """
    if len(tex) <= _LONGEST_FORMULA:
        try:
            made: str = _to_mathml.convert_with_local_state(tex, displaystyle=block)
        except math_core.LatexError:
            pass
        except BaseException as error:  # what stops Rust is no `Exception`
            if type(error).__name__ != "PanicException":
                raise
        else:
            made = _MATH_ATTRIBUTE.sub("", made)
            return f'<span class="wide" tabindex="0">{made}</span>' if block else made
    return f"<code>{escape(tex)}</code>"


@lru_cache(_KEPT)
def code(source: str) -> Markup:
    """Colour Python."""
    if len(source) > _LONGEST:
        return _plain(source)
    lexer = Python3Lexer(stripnl=False)
    return Markup(f'<pre class="code"><code>{highlight(source, lexer, _formatter)}</code></pre>')


@lru_cache(_KEPT)
def html(text: str) -> Markup:
    """Sanitise HTML that a cell put out."""
    return Markup(_clean(text)) if len(text) <= _LONGEST else _plain(text)


def terminal(text: str) -> Markup:
    """Show what was written to a terminal, colours included."""
    if len(text) > _LONGEST:
        return _plain(text)
    return Markup(f"<pre>{ansi2html(text)}</pre>")


@lru_cache(_KEPT)
def message(text: str) -> Markup:
    """Show a sentence in which code stands between backticks."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return Markup("`".join(parts))
    return Markup(
        "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
    )


def _plain(text: str) -> Markup:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n… {len(text) - _LONGEST} more"
    return Markup(f"<pre>{escape(cut)}</pre>")
