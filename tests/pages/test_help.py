"""The help in the site: for everybody who is signed in, linked from every page."""

from __future__ import annotations

import re

import pytest

from tests.serving import Client
from web import help_pages


def test_the_contents_list_every_page(fozzie: Client):
    page = fozzie.get("/help")
    assert page.status_code == 200
    for name in help_pages.names():
        assert f'href="/help/{name}"' in page.text


@pytest.mark.parametrize("name", help_pages.names())
def test_a_page(fozzie: Client, name: str):
    page = fozzie.get(f"/help/{name}")
    assert page.status_code == 200
    title = re.escape(help_pages.entry(name).title)
    assert re.search(f"<h1>.*{title}.*</h1>", page.text)
    assert f'href="/help/{name}" aria-current="page"' in page.text


@pytest.mark.parametrize("name", ["no-such-page", "%2e%2e", "conformance.json", "about.md"])
def test_what_is_no_page_is_not_found(fozzie: Client, name: str):
    assert fozzie.get(f"/help/{name}").status_code == 404


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/tasks", "/help/tasks"),
        ("/start", "/help/tasks"),
        ("/requests", "/help/tasks"),
        ("/account", "/help/tasks"),
        ("/admin/processes", "/help/modelling"),
        ("/admin/deploy", "/help/modelling"),
        ("/admin/instances", "/help/administration"),
        ("/admin/users", "/help/administration"),
        ("/admin/groups", "/help/administration"),
        ("/admin/api-keys", "/help/rest-api"),
        ("/help", "/help"),
    ],
)
def test_each_page_leads_to_its_help(kermit: Client, path: str, leads_to: str):
    assert f'<a class="nav-item" href="{leads_to}"' in kermit.get(path).text


def german(client: Client, path: str) -> str:
    """A page as somebody reads it whose browser prefers German."""
    return client.get(path, headers={"Accept-Language": "de"}).text


def test_what_everybody_needs_is_there_in_the_language_of_the_reader(fozzie: Client):
    page = german(fozzie, "/help/tasks")
    assert '<html lang="de"' in page
    assert "Aufgaben und Anträge</bdi></h1>" in page
    assert '<article class="card card-body prose" lang="de">' in page
    assert "auf Englisch." not in page
    assert '<h2 id="while-you-are-away">Während Sie weg sind</h2>' in page


def test_a_page_that_is_there_in_english_only_says_so(fozzie: Client):
    page = german(fozzie, "/help/rest-api")
    assert "Diese Seite gibt es auf Englisch." in page
    assert '<article class="card card-body prose" lang="en">' in page
    assert "in English." not in fozzie.get("/help/rest-api").text


def test_the_contents_are_in_both_languages_where_pages_are(fozzie: Client):
    page = german(fozzie, "/help")
    assert "Erste Schritte" in page
    assert '<li lang="en">\n        <h3><a class="title" href="/help/settings">' in page
    assert ">Arbeiten</h2>" in page


def test_the_search_finds_the_help_in_the_language_of_the_reader(fozzie: Client):
    assert 'href="/help/tasks"' in german(fozzie, "/search?q=Anträge+verfolgen")
