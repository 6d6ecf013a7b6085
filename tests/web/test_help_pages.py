"""The help names everything that there is, and its links lead somewhere."""

from __future__ import annotations

import re

import lxml.html
import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler

from appliance.scenario.steps import STEPS, Expectations, TaskFacts
from engine.elements import KINDS
from engine.rules import BY_ID
from engine.vocabulary import WORDS
from web import api_v1, app, help_pages, help_tables
from web.errors import STATUS
from web.texts import ENGLISH, languages

NAMES = help_pages.names()
PAGES = [(name, language) for name, spoken in help_pages.files().items() for language in spoken]
OTHERS = [code for code in languages() if code != ENGLISH]
NOT_PAGES = (
    "/frag/",
    "/form",
    "/standing",
    "/case",
    "/diagram",
    "/xml",
    "/scenario",
    "/file",
    "/names",
)
ROUTES = {
    path
    for module in (*app.PAGES, *app.ADMIN_PAGES, *app.OPEN_PAGES)
    for handler in module.handlers
    if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
    for path in handler.paths
}


def text(*names: str) -> str:
    """What these pages say, without mark-up."""
    found = (lxml.html.fromstring(f"<div>{help_pages.body(name)}</div>") for name in names or NAMES)
    return " ".join(str(each.text_content()) for each in found)


def test_every_file_is_a_page():
    files = {path.stem for path in help_pages.FOLDER.glob("*.md")}
    assert files == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_every_file_of_another_language_is_a_page():
    files = {
        path.relative_to(help_pages.FOLDER).with_suffix("")
        for path in help_pages.FOLDER.glob("*/*.md")
    }
    assert {each.parent.name for each in files} <= set(OTHERS)
    assert {each.name for each in files} <= set(NAMES)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", help_pages.CHAPTERS[0])
def test_what_everybody_reads_is_there_in_every_language(name: str, language: str):
    entry = help_pages.entry(name, language)
    assert entry.language == language
    assert entry.title != help_pages.entry(name).title
    assert help_pages.body(name, language) != help_pages.body(name)


def shape(body: str) -> list[tuple[object, str]]:
    """What a page consists of, whatever its language: headings, rows, items, addresses."""
    tree = lxml.html.fromstring(f"<div>{body}</div>")
    names = ("h2", "h3", "tr", "li", "p", "pre", "a", "kbd")
    return [(str(each.tag), each.get("id") or each.get("href") or "") for each in tree.iter(*names)]


@pytest.mark.parametrize(("name", "language"), [page for page in PAGES if page[1] != ENGLISH])
def test_a_translation_has_all_that_the_page_has(name: str, language: str):
    assert shape(help_pages.body(name, language)) == shape(help_pages.body(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_language_without_the_page_has_it_in_english(name: str):
    entry, body = help_pages.entry(name, "xx"), help_pages.body(name, "xx")
    assert entry == help_pages.entry(name)
    assert body == help_pages.body(name)


def test_who_is_no_administrator_is_not_led_to_their_pages():
    ours, theirs = (help_pages.body("first-steps", admin=admin) for admin in (True, False))
    assert '<a href="/admin/api-keys">API keys</a>' in ours
    assert "API keys" in theirs
    assert 'href="/admin' not in theirs
    assert 'href="/help/rest-api"' in theirs


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_a_page_begins_with_its_title_and_what_it_is_about(name: str, language: str):
    entry = help_pages.entry(name, language)
    assert entry.title
    assert len(entry.lead) > 40
    assert not re.search(r"[{}\[\]`*]", entry.lead)
    assert entry.lead not in help_pages.body(name, language)


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_every_link_leads_somewhere(name: str, language: str):
    for link in lxml.html.fromstring(f"<div>{help_pages.body(name, language)}</div>").iter("a"):
        address, _, anchor = str(link.get("href")).partition("#")
        if address.startswith("/help/"):
            page = address.removeprefix("/help/")
            assert page in NAMES, address
            assert not anchor or f'id="{anchor}"' in help_pages.body(page, language), link.get(
                "href"
            )
        elif address.startswith("/static/"):
            assert address == "/static/dist/THIRD-PARTY.txt"
        elif not address.startswith("https://"):
            assert address in ROUTES


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_headings_have_names_of_their_own(name: str, language: str):
    tree = lxml.html.fromstring(f"<div>{help_pages.body(name, language)}</div>")
    ids = [each.get("id") for each in tree.iter("h2", "h3")]
    assert len(ids) == len(set(ids))
    assert all(ids)


def test_every_setting_is_told():
    said = text("settings")
    for setting in help_tables.settings():
        assert {setting.name, setting.flag, setting.variable} <= set(said.split())
        assert setting.default in said
        assert setting.help in said


def test_every_rule_of_the_check_has_an_anchor_of_its_own():
    page = lxml.html.fromstring(f"<div>{help_pages.body('rules')}</div>")
    assert [each.get("id") for each in page.iter("h3")] == list(BY_ID)
    said = text("rules")
    for rule in BY_ID.values():
        assert rule.meaning in said
        assert rule.remedy in said


def test_every_command_is_told():
    said = text("command-line")
    for command in help_tables.commands():
        assert command.usage in said
        assert command.help.replace("`", "") in " ".join(said.split())
        for spelling, _ in command.options:
            assert spelling in said


def test_every_exit_code_is_told():
    from appliance.cli import EXIT_CODES

    said = " ".join(text("command-line").split())
    for line in EXIT_CODES.splitlines()[2:]:
        assert " ".join(line.split()) in said


def test_every_error_code_is_told():
    said = text("rest-api").split()
    assert set(STATUS) <= set(said)
    assert all(len(meaning) > 10 for _, _, meaning in help_tables.codes())


def test_every_call_of_the_api_is_told():
    said = text("rest-api")
    for path in ("list", "{processKey}/start", "{id}/status", "{id}/files/{filename}"):
        assert f"/processapi/{path}" in said
    for handler in api_v1.handlers:
        (path,) = handler.paths
        assert re.search("/api/v1" + re.sub(r"\{.*?\}", "[0-9]+", path), said)


@pytest.mark.parametrize(
    "path", sorted(path for path in ROUTES if not any(part in path for part in NOT_PAGES))
)
def test_every_page_is_told(path: str):
    if path in ("/", "/events", "/service-worker.js") or path.startswith("/help"):
        return
    assert path.partition("{")[0] in text()


def test_every_part_of_the_site_has_its_page():
    for page in help_pages.ABOUT.values():
        assert page in NAMES
    assert help_pages.address("inbox") == "/help/tasks"
    assert help_pages.address("") == "/help"


@pytest.mark.parametrize("name", ["modelling", "conformance"])
def test_every_element_is_told(name: str):
    said = set(re.findall(r"\w+", text(name)))
    missing = {kind.tag for kind in KINDS} - said
    assert missing <= {"eventSubProcess"}


def test_every_word_of_the_dialects_is_told():
    said = text("dialects")
    for word in WORDS:
        assert word.name in said
        assert word.note.replace("`", "") in said


def test_every_step_and_expectation_of_scenarios_is_told():
    said = set(re.findall(r"\w+", text("scenarios")))
    assert set(STEPS) <= said
    names = {
        each.encode_name
        for kind in (Expectations, TaskFacts)
        for each in msgspec.structs.fields(kind)
    }
    assert names <= said


def test_markup_in_data_stays_text():
    made = help_pages._markdown().render("<script>alert(1)</script> <in> & `<b>`")
    assert "<script>" not in made
    assert "<in>" not in made
    assert "<code>&lt;b&gt;</code>" in made


def test_every_kind_of_field_and_every_key_of_ours_is_told():
    from engine.forms import model, read

    said = set(re.findall(r"[\w:]+", text("forms")))
    for kind in (*model.FIELD_TYPES, *model.PRESENTATION, *model.CONTAINERS):
        assert kind in said
    for key in re.findall(r"``(wf:\w+)``", read.__doc__ or ""):
        assert key in said
