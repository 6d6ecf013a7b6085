"""The help: Markdown in ``help/``, filled in from the program, as HTML.

A page is a Jinja template (``web/reference.py`` gives the tables) that makes Markdown: its first
line is the title, its first paragraph says what it is about. Raw HTML in it stays text.
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

FOLDER = Path(__file__).parent / "help"
CHAPTERS: Sequence[tuple[str, Sequence[str]]] = (
    ("Working", ("first-steps", "tasks")),
    (
        "Drawing processes",
        ("drawing", "modelling", "forms", "dialects", "conformance", "scenarios"),
    ),
    (
        "Running the server",
        ("administration", "operating", "performance", "settings", "command-line"),
    ),
    ("Programs", ("rest-api",)),
    ("Workingflow", ("about",)),
)
"""The pages by their names, as they are listed."""

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


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as the contents list it: ``lead`` is its first paragraph."""

    name: str
    title: str
    lead: str


def address(here: str) -> str:
    """The address of the help about a part of the site."""
    return f"/help/{ABOUT[here]}" if here in ABOUT else "/help"


def names() -> list[str]:
    """All pages, in the order of the chapters."""
    return [name for _, chapter in CHAPTERS for name in chapter]


@cache
def entry(name: str) -> Entry:
    """The head of a page, by its name, which must be one of ``names``."""
    head = _HEAD.match((FOLDER / f"{name}.md").read_text("utf-8"))
    assert head is not None, f"help/{name}.md needs a title and a first paragraph"
    return Entry(name, head["title"], head["lead"].replace("\n", " "))


@cache
def body(name: str) -> Markup:
    """All of a page below its head."""
    text = _templates().get_template(f"{name}.md").render()
    return Markup(_markdown().render(_HEAD.sub("", text, count=1)))


@cache
def chapters() -> list[tuple[str, list[Entry]]]:
    """All pages by chapter."""
    return [(title, [entry(name) for name in chapter]) for title, chapter in CHAPTERS]


@cache
def _templates() -> jinja2.Environment:
    from web import reference  # which needs the table of errors, and that needs pages

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=False,  # what it makes is Markdown, in which HTML stays text
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals |= {"about": reference, "version": __version__}
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
    above = "Table"
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "heading_open":
            above = inline.content
            token.attrSet("id", anchor(above))
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
