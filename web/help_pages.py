"""The help: Markdown in ``help/``, filled in from the program, as HTML.

A page is a Jinja template (``web/help_tables.py`` gives the tables) that makes Markdown: its first
line is the title, its first paragraph says what it is about. Raw HTML in it stays text.
``help/de/`` has pages in German, with the same headings; what a language lacks is in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from appliance import __version__
from web.texts import ENGLISH, _

FOLDER = Path(__file__).parent / "help"
CHAPTERS: Sequence[Sequence[str]] = (
    ("first-steps", "tasks"),
    ("drawing", "modelling", "rules", "forms", "dialects", "conformance", "scenarios"),
    ("administration", "operating", "performance", "settings", "command-line"),
    ("rest-api",),
    ("about",),
)
"""The pages by their names, as they are listed. Every language has those of the first chapter."""

ABOUT = {
    "inbox": "tasks",
    "start": "tasks",
    "requests": "tasks",
    "notices": "tasks",
    "account": "tasks",
    "overview": "administration",
    "processes": "modelling",
    "instances": "administration",
    "incidents": "administration",
    "timers": "administration",
    "forms": "drawing",
    "people": "administration",
    "api-keys": "rest-api",
    "audit": "administration",
    "system": "operating",
}
"""Which page helps with which part of the site (``here`` in the templates)."""

_HEAD = re.compile(r"# (?P<title>.+)\n\n(?P<lead>[^\n]+(?:\n[^\n]+)*)\n")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_TO_ADMIN = re.compile(r'<a href="/admin[^"]*">(.*?)</a>')


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as the contents list it: ``lead`` is its first paragraph, in its ``language``."""

    name: str
    language: str
    title: str
    lead: str


def address(here: str) -> str:
    """The address of the help about a part of the site."""
    return f"/help/{ABOUT[here]}" if here in ABOUT else "/help"


def names() -> list[str]:
    """All pages, in the order of the chapters."""
    return [name for chapter in CHAPTERS for name in chapter]


def files() -> dict[str, list[str]]:
    """The languages of each page, English first."""
    found = sorted(FOLDER.glob("*/*.md"))
    return {
        name: [ENGLISH, *(path.parent.name for path in found if path.stem == name)]
        for name in names()
    }


@cache
def entry(name: str, language: str = ENGLISH) -> Entry:
    """The head of a page, by its name, which must be one of ``names``; in English if need be."""
    spoken = _spoken(name, language)
    head = _HEAD.match((FOLDER / _file(name, spoken)).read_text("utf-8"))
    assert head is not None, f"help/{_file(name, spoken)} needs a title and a first paragraph"
    return Entry(name, spoken, head["title"], head["lead"].replace("\n", " "))


@cache
def body(name: str, language: str = ENGLISH, *, admin: bool = True) -> Markup:
    """All of a page below its head; for others than administrators without links to their pages.

    Its headings have the same anchors in every language.
    """
    english = _text(name, ENGLISH)
    anchors = [anchor(heading) for heading in _HEADING.findall(_FENCED.sub("", english))]
    spoken = _text(name, _spoken(name, language))
    made = _markdown().render(spoken, {"anchors": iter(anchors)})
    return Markup(made if admin else _TO_ADMIN.sub(r"\1", made))


def chapters(language: str = ENGLISH) -> list[tuple[str, list[Entry]]]:
    """All pages by chapter."""
    titles = (
        _("Working"),
        _("Drawing processes"),
        _("Running the server"),
        _("Programs"),
        _("Workingflow"),
    )
    pages = [[entry(name, language) for name in chapter] for chapter in CHAPTERS]
    return list(zip(titles, pages, strict=True))


def _spoken(name: str, language: str) -> str:
    return language if (FOLDER / _file(name, language)).is_file() else ENGLISH


def _file(name: str, language: str) -> str:
    return f"{name}.md" if language == ENGLISH else f"{language}/{name}.md"


def _text(name: str, language: str) -> str:
    text = _templates().get_template(_file(name, language)).render()
    return _HEAD.sub("", text, count=1)


@cache
def _templates() -> jinja2.Environment:
    from web import help_tables  # which needs the table of errors, and that needs pages

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=False,  # what it makes is Markdown, in which HTML stays text
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals |= {"about": help_tables, "version": __version__}
    made.filters |= {"row": _row}
    return made


def _row(cells: Iterable[Any]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.core.ruler.push("name_headings", _name_headings)
    made.add_render_rule("table_open", _table_open)
    made.add_render_rule("table_close", _table_close)
    made.add_render_rule("fence", _fence)
    return made


def _name_headings(state: Any) -> None:
    """Every heading can be linked to, and every table is called after the one above it."""
    anchors = state.env.get("anchors", iter(()))
    above = "Table"
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "heading_open":
            above = inline.content
            token.attrSet("id", next(anchors, anchor(above)))
        elif token.type == "table_open":
            token.meta["name"] = above


def anchor(heading: str) -> str:
    """The id of a heading: ``Back up and move`` is ``back-up-and-move``."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def _table_open(_self: Any, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    name = escape(tokens[at].meta["name"])
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{name}">'
        '<table class="table keep">'
    )


def _table_close(_self: Any, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    return "</table></div>"


def _fence(_self: Any, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    return f'<pre class="code" tabindex="0">{escape(tokens[at].content)}</pre>'
