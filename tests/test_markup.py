"""What people wrote becomes HTML that can do no harm."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading import markup

ROOT = Path(__file__).resolve().parent.parent


class Finder(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


TOKENS = {"mi", "mn", "mo", "mtext", "mspace"}
SCRIPTS = {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts"}
LAYOUT = {"math", "mrow", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mpadded", "mstyle"}
MATHML = TOKENS | SCRIPTS | LAYOUT | {"mphantom", "merror", "semantics", "mprescripts"}


def harmless(text: str) -> None:
    found = Finder(text)
    assert found.tags <= markup._TAGS | MATHML, found.tags
    for tag, name, value in found.attributes:
        assert not name.startswith("on")
        assert name != "style"
        if name == "src":
            assert value.startswith("data:image/"), value
        if name == "href":
            assert re.match(r"(https?://|mailto:|#)", value, re.IGNORECASE), (tag, value)


ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://example.org/spy.png'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java&#x0A;script:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<div style='position:fixed;background:url(https://example.org)'>x</div>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action='https://example.org'><input name=q></form>",
    "<base href='https://example.org/'><link rel=stylesheet href=x><meta http-equiv=refresh>",
    '![$\\text{a" onload=alert(1) x="}$](data:image/png;base64,AA "$\\text{\\"onload=1}$")',
    "$\\href{javascript:alert(1)}{x}$ $\\text{<script>alert(1)</script>}$",
    "$$\\color{red}\\style{position:fixed}{x}$$",
    "\ue0000\ue001 $x$ \ue0005\ue001",
    "```mermaid\n<script>alert(1)</script>\n```",
    "# <h1 onclick=alert(1)>x</h1>",
    "<!-- --!><script>alert(1)</script> -->",
    "<p title='</p><script>alert(1)</script>'>x</p>",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_disarmed(attack: str) -> None:
    harmless(markup.markdown(attack))
    harmless(markup.html(attack))
    harmless(markup.code(attack))
    harmless(markup.terminal(attack))
    harmless(markup.message(attack))


PIECES = st.sampled_from(
    [
        *ATTACKS,
        "$",
        "$$",
        "`",
        '"',
        "'",
        "<",
        ">",
        "\n",
        "\\",
        "![",
        "](",
        ")",
        "&lt;",
        "\ue000",
        "1",
    ]
)


@pytest.mark.slow
@given(st.lists(PIECES, max_size=8).map("".join))
@settings(max_examples=150, deadline=None)
def test_any_mixture_of_them_is_disarmed(text: str) -> None:
    harmless(markup.markdown(text))
    harmless(markup.html(text))


def test_formulas_become_mathml() -> None:
    made = markup.markdown("Let $x^2$ be\n\n$$\\frac{1}{2}$$\n\n\\begin{equation}y\\end{equation}")
    assert made.count("<math") == 3
    assert "$" not in made
    assert '<span class="wide" tabindex="0"><math display="block"><mfrac>' in made


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/*/*.ipynb")), ids=lambda p: p.stem)
def test_every_formula_of_the_course_can_be_shown(path: Path) -> None:
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "markdown":
            text = re.sub(
                r"<code>.*?</code>|<pre>.*?</pre>", "", markup.markdown("".join(cell["source"]))
            )
            assert "\\" not in text
            assert "\ue000" not in text


@pytest.mark.parametrize("tex", ["\\unknown{x}", "{" * 3000, "\\frac{1}", "x" * 6000])
def test_a_formula_that_is_none_is_shown_as_written(tex: str) -> None:
    assert markup.math(tex, block=True).startswith("<code>")
    harmless(markup.markdown(f"${tex}$"))


def test_headings_are_below_those_of_the_page() -> None:
    assert "<h2>A</h2>" in markup.markdown("# A")
    assert "<h6>B</h6>" in markup.markdown("###### B")


def test_attached_pictures_are_shown_and_foreign_ones_named() -> None:
    attached = {"a.png": {"image/png": "AAAA"}, "b.svg": {"image/svg+xml": "<svg/>"}}
    made = markup.markdown("![plan](attachment:a.png) ![b](attachment:b.svg) ![c](c.png)", attached)
    assert '<img src="data:image/png;base64,AAAA" alt="plan">' in made
    assert made.count("[a picture from elsewhere]") == 2
    assert "data:" not in markup.markdown("![plan](attachment:a.png)")  # kept for nobody else


def test_messages_show_code_between_backticks() -> None:
    assert markup.message("`a<b>` is `1`.") == "<code>a&lt;b&gt;</code> is <code>1</code>."
    assert markup.message("a lone ` stays") == "a lone ` stays"


def test_a_very_long_text_is_shown_as_it_is() -> None:
    long = "[" * 200_000
    for show in (markup.markdown, markup.code, markup.html, markup.terminal):
        made = show(long)
        assert made.startswith("<pre>[[[")
        assert len(made) < 120_000


def test_terminal_colours_are_classes() -> None:
    assert (
        markup.terminal("\x1b[31mred\x1b[0m") == '<pre><span class="ansi-red-fg">red</span></pre>'
    )
