"""Takes out of a student's HTML, Markdown and LaTeX what a browser would run or load.

Formgrader shows graded notebooks as a page with the instructor's rights: a script in an answer
could change marks. Nothing is searched for here. What is known to be harmless stays, the rest goes
or is shown as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from functools import lru_cache

import bleach
from bleach.css_sanitizer import CSSSanitizer

__all__ = ["calm_html", "calm_latex", "calm_markdown", "calm_raw"]

# Parsing takes longer than in proportion to these.
MAX_PARSED = 50_000
MAX_TAGS = 2000
MAX_ATTRIBUTES = 1000
_TAGS = [
    "table",
    "caption",
    "colgroup",
    "col",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "span",
    "div",
    "p",
    "b",
    "i",
    "em",
    "strong",
    "code",
    "pre",
    "br",
    "hr",
    "sub",
    "sup",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "small",
    "u",
    "s",
    "kbd",
    "a",
    "img",
]
# No property that moves things, so that nothing can lie over the page's own buttons.
_PROPERTIES = [
    "color",
    "background-color",
    "text-align",
    "vertical-align",
    "white-space",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "text-decoration",
    "padding",
    "padding-left",
    "padding-right",
    "padding-top",
    "padding-bottom",
    "border",
    "border-collapse",
    "border-color",
    "border-left",
    "border-right",
    "border-top",
    "border-bottom",
]
_PLAIN_ATTRIBUTES = ("scope", "colspan", "rowspan", "align", "title", "alt", "start", "border")
_PICTURE = r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*"
_LINK = r"(?:https?://|mailto:|\#)[^\"\s<>&\\$]*"

_STYLE = (
    rf"(?:(?:background|{'|'.join(_PROPERTIES)})\s*:"
    r"(?:[\w\#.%,\s-]|var\(--[\w-]+(?:,\s*[\#\w]+)?\))*(?:;\s*|(?=\")))*"
)
_TAG = (
    rf"</?(?:{'|'.join(_TAGS)})"
    r"(?:\s+(?:"
    rf"(?:{'|'.join(_PLAIN_ATTRIBUTES)})=\"[^\"<>&$\\]*\""
    r"|class=\"dataframe\"|aria-hidden=\"true\""
    rf"|style=\"{_STYLE}\"|href=\"{_LINK}\"|src=\"{_PICTURE}\""
    r"))*\s*/?>"
)
_HARMLESS_TAG = re.compile(_TAG)
_HARMLESS = re.compile(rf"(?:[^<]|{_TAG})*+")
# In Markdown: what starts HTML, and what would go on with it inside a block of HTML.
# A link in angle brackets, too, unless it leads to a page or an address of mail.
_HTML_START = re.compile(
    r"<(?=/?[A-Za-z][\w-]*(?:[\s/>]|$)|[!?]|(?!https?:|mailto:)[A-Za-z][\w.+-]+:[^\s<>]*>)"
)
_ANY_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE = re.compile(r"!\[(?:[^\[\]\n]*\]\(attachment:([^()\s]+)\))?")
_BLANK = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff\\]")
_SCRIPT = re.compile(r"(?:java|vb|live)script:|data:(?:text|application|image/svg)")
# Commands of MathJax that make links, or take what is HTML's.
_TEX = re.compile(r"\\\s*(?:href|url|style|class|cssId|require|unicode|html\w*)(?![a-z])", re.I)


@lru_cache(maxsize=512)
def calm_html(text: str) -> str | None:
    """Reduce HTML to tables, text, pictures that it holds itself, and links.

    Parameters
    ----------
    text
        Any HTML.

    Returns
    -------
    str or None
        The same where it is harmless; None where it is beyond repair.
    """
    if _is_scripted(text):
        return None
    if _HARMLESS.fullmatch(text):
        return text
    long_tag = re.search(rf"<[^<>]{{{MAX_ATTRIBUTES}}}", text)
    if len(text) > MAX_PARSED or text.count("<") > MAX_TAGS or long_tag:
        return None
    try:
        cleaned = _cleaner().clean(text)
    except Exception:  # parsers have limits, and it is only an answer's picture of itself
        return None
    return None if _is_scripted(cleaned) else cleaned


@lru_cache(maxsize=1)
def _cleaner() -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=_TAGS,
        attributes=_keeps_attribute,
        protocols=["http", "https", "mailto", "data"],
        strip=True,
        css_sanitizer=CSSSanitizer(allowed_css_properties=_PROPERTIES),
    )


def _keeps_attribute(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and re.fullmatch(_LINK, value) is not None
    if name == "src":
        return tag == "img" and re.fullmatch(_PICTURE, value) is not None
    return name in _PLAIN_ATTRIBUTES or (name == "style" and "(" not in value)


def calm_markdown(text: str, attachments: Collection[str] = ()) -> str:
    """Give Markdown in which HTML is text, and no link or picture does more than it says.

    Simple tags stay. A text with a link to a script, in whatever disguise, is shown as it was
    written, in a block of code.

    Parameters
    ----------
    text
        Any Markdown.
    attachments
        Names of the pictures that the cell holds; nbconvert fails where one is missing. Other
        pictures become links.
    """
    if _is_scripted(text):
        fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 3)
        return f"{fence}text\n{text}\n{fence}"
    kept = {match.start() for match in _HARMLESS_TAG.finditer(text)}
    starts = _ANY_TAG if kept else _HTML_START
    text = starts.sub(lambda match: match[0] if match.start() in kept else "&lt;", text)
    return _IMAGE.sub(lambda m: m[0] if m[1] in attachments else "\\" + m[0], text)


def calm_latex(text: str) -> str | None:
    """Give LaTeX that holds no HTML; None where it would make links."""
    return None if _is_scripted(text) else text.replace("<", r"\lt ")


def calm_raw(text: str) -> str:
    """Give a raw cell, which goes into the page as it is; HTML and TeX in it are shown as text."""
    plain = not ("<" in text or _is_scripted(text))
    return text if plain else f"<pre>{html.escape(text)}</pre>"


def _is_scripted(text: str) -> bool:
    """Whether a text names a script where a link may stand, or a TeX command that makes one."""
    plain = text
    for _ in range(3):
        if _SCRIPT.search(_BLANK.sub("", plain).lower()) or _TEX.search(plain):
            return True
        before, plain = plain, html.unescape(plain)
        if plain == before:
            break
    return False
