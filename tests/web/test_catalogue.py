"""No text for people is outside the catalogues, and what is in them can be used."""

import ast
import re
from pathlib import Path

import pytest
import texts as gathering
from jinja2 import Environment

from web import texts
from web.render import TEMPLATES

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
LETTERS = re.compile(r"[^\W\d_]{2,}")
TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
ATTRIBUTE = re.compile(r"""(?<![\w<])[a-z-]+="[^"]*"?| (?:required|selected|checked)\b""")
SPOKEN = re.compile(r"""\b(?:title|alt|placeholder|aria-label|aria-description|label)="([^"]*)""")
NAMES = {
    "Workingflow", "Python", "SQLite", "XML", "CSV", "JSON", "Ctrl", "Esc", "Enter",
    "api", "ms", "nbsp",
}  # fmt: skip
"""What is called the same in every language."""
SAID_TO_PROGRAMS = {
    "api.py",
    "api_v1.py",
    "bodies.py",
    "wire.py",
    "errors.py",
    "help_tables.py",
    "help_pages.py",
    "server.py",
}
"""Modules whose texts are for programs, or of the help, which is in English."""

GATHERED = gathering.gathered()


def outside_tags(source: str) -> str:
    """What a template says between its tags, without expressions, blocks and code samples."""
    source = re.sub(
        r"<pre\b.*?</pre>|<code\b.*?</code>|<kbd\b.*?</kbd>", "", source, flags=re.DOTALL
    )
    pieces = [value for _line, kind, value in Environment().lex(source) if kind == "data"]
    return "\ufffc".join(pieces)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_says_nothing_by_itself(path):
    source = outside_tags(path.read_text(encoding="utf-8"))
    said = [*LETTERS.findall(ATTRIBUTE.sub(" ", TAG.sub(" ", source)))]
    said += [word for value in SPOKEN.findall(source) for word in LETTERS.findall(value)]
    assert set(said) - NAMES == set()


def sentences(path: Path) -> list[str]:
    """Literals of a module that look like a text for people and are not marked."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marked: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            marked.add(id(node.value))  # a docstring
        if isinstance(node, ast.Call):
            name = (
                node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            )
            quiet = {"debug", "info", "warning", "error", "exception", "compile", "assert_"}
            if name in gathering.KEYWORDS or name in gathering.REFUSALS or name in quiet:
                marked.update(id(each) for arg in node.args for each in ast.walk(arg))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in marked
        and re.match(r"[A-Z][a-z]+ [a-z]+", node.value)
    ]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(WEB.rglob("*.py")) if path.name not in SAID_TO_PROGRAMS],
    ids=lambda path: path.name,
)
def test_a_module_says_nothing_by_itself(path):
    assert sentences(path) == []


KEY_NAMES = {"Enter", "Escape"}
SCRIPTS = [
    *sorted((WEB / "frontend/src").glob("*.js")),
    *sorted((WEB / "frontend/src/js").glob("*.js")),
]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_by_itself(path):
    source = re.sub(r"^\s*//.*$|^\s*/\*\*.*?\*/", "", path.read_text("utf-8"), flags=re.MULTILINE)
    literals = re.findall(r"""(\b_\()?(["'`])((?:\\.|(?!\2).)*)\2""", source)
    said = [text for marked, _quote, text in literals if not marked]
    words = [text for text in said if re.search(r"^[A-Z][a-z]+( [a-z]+|$)", text)]
    assert [text for text in words if text not in KEY_NAMES] == []


def test_every_refusal_that_people_can_meet_is_gathered():
    """A refusal whose message is put together elsewhere would stay English."""
    ids = {str(message.id) for message in GATHERED}
    assert {
        "There is no user {name}.",
        "Task {id} is already claimed by {assignee}",
        "is required",
        "The user name or the password is wrong.",
        "Larger",
        "('%(num)s byte', '%(num)s bytes')",
    } <= ids


@pytest.mark.parametrize("code", gathering.languages())
def test_a_language_is_complete_and_keeps_the_values_of_texts(code):
    faults = [f"{message.id}: {why}" for message, why in gathering.faults(code, GATHERED)]
    assert faults == []


def test_scripts_get_the_texts_that_they_show_and_no_others():
    assert texts.of_scripts("de")["Larger"] == "Größer"
    assert "Inbox" not in texts.of_scripts("de")
