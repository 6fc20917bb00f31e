"""Each colour is written in one place; what can't import it from there has the same."""

from __future__ import annotations

import re
from pathlib import Path

from tutor import colours

ROOT = Path(__file__).resolve().parent.parent
LITERAL = re.compile(r"(?<!&)#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", re.IGNORECASE)
CODE = sorted(p for top in ("tutor", "grading") for p in (ROOT / top).rglob("*.py"))
STYLES = [*(ROOT / "tutor/widgets").glob("*.css"), *(ROOT / "grading/templates").iterdir()]


def variables(path: str) -> list[tuple[str, str]]:
    """Read a style sheet's variables: name and colour, light theme first."""
    return re.findall(r"--([\w-]+): (?:var\([\w-]+, )?(#\w+)", (ROOT / path).read_text("utf-8"))


def test_code_takes_colours_by_name() -> None:
    found = {
        str(path.relative_to(ROOT)) for path in CODE if LITERAL.search(path.read_text("utf-8"))
    }
    assert found == {"tutor/colours.py"}


def test_styles_write_a_colour_only_where_they_name_it() -> None:
    for path in STYLES:
        rest = re.sub(r"--[\w-]+: [^;]+;", "", path.read_text("utf-8"))
        assert not LITERAL.findall(rest), path.name


def test_widgets_have_the_colours_of_pictures() -> None:
    light = {name: getattr(colours, name.upper()) for name in ("ink", "grid", "paper")}
    light |= {"blue": colours.BLUE, "orange": colours.ORANGE}
    dark = {"blue": colours.LIGHT_BLUE, "orange": colours.AMBER}
    wanted = [(f"fnn-{name}", colour) for theme in (light, dark) for name, colour in theme.items()]
    assert variables("tutor/widgets/theme.css") == wanted


def test_the_playground_has_the_colours_of_pictures() -> None:
    script = (ROOT / "tutor/widgets/playground_tools.js").read_text("utf-8")
    for name, colour in zip(("LOW", "ZERO", "HIGH"), colours.SIGNS, strict=True):
        parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert f"const {name} = {parts};" in script
    for name in ("INK", "PAPER", "GREY"):
        assert f'const {name} = "{getattr(colours, name)}";' in script
    for path in (ROOT / "tutor/widgets").glob("*.js"):
        if path.name != "playground_tools.js":
            assert not LITERAL.findall(path.read_text("utf-8")), path.name
    named = dict(variables("tutor/widgets/playground.css"))
    assert (named["pg-button"], named["pg-set"]) == (colours.BLUE, colours.SIGNS[2])


def test_pages_have_the_colours_of_pictures() -> None:
    named = variables("grading/templates/theme.css")
    light, dark = dict(reversed(named)), dict(named)
    assert light.keys() == dark.keys()
    shared = [light[name] for name in ("ground", "ink", "line", "mark")]
    assert shared == [colours.PAPER, colours.INK, colours.GRID, colours.BLUE]
    assert dark["mark"] == colours.LIGHT_BLUE


def test_every_colour_of_a_page_is_used() -> None:
    pages = "".join(path.read_text("utf-8") for path in [*STYLES, *CODE])
    for name, _ in variables("grading/templates/theme.css"):
        assert f"var(--{name})" in pages, name
