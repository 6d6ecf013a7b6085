"""The help in the site: for everybody who is signed in, linked from every page."""

from __future__ import annotations

import re

import pytest

from tests.serving import Client
from web import manual


def test_the_contents_list_every_page(fozzie: Client):
    page = fozzie.get("/help")
    assert page.status_code == 200
    for name in manual.names():
        assert f'href="/help/{name}"' in page.text


@pytest.mark.parametrize("name", manual.names())
def test_a_page(fozzie: Client, name: str):
    page = fozzie.get(f"/help/{name}")
    assert page.status_code == 200
    title = re.escape(manual.entry(name).title)
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


def test_the_help_is_in_english_and_says_so_in_other_languages(fozzie: Client):
    german = fozzie.get("/help/tasks", headers={"Accept-Language": "de"}).text
    assert "Die Hilfe gibt es auf Englisch." in german
    assert '<html lang="de"' in german
    assert '<div class="help" lang="en">' in german
    assert "in English" not in fozzie.get("/help/tasks", headers={"Accept-Language": "en"}).text
