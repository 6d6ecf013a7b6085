"""The audit log in the browser: found, taken out, checked; and that what is done there is in it."""

import json

import pytest

from tests.serving import PASSWORD, Client, Site

HOME = "/admin/audit"


@pytest.fixture
def kermit(client: Client) -> Client:
    client.sign_in("kermit", PASSWORD)
    client.get(HOME)
    return client


def rows(client: Client, **wanted: str) -> str:
    return client.get(HOME, params=wanted).text


def test_what_an_administrator_does_is_told_at_once(kermit: Client):
    kermit.get("/admin/groups")
    kermit.submit("/admin/groups", name="auditors", title="Auditors")
    page = rows(kermit, action="group", subject="auditors")
    assert ">group.add</span>" in page
    assert ">group.add</span>" not in rows(kermit, action="key", subject="auditors")


def test_by_person_and_by_day(kermit: Client):
    assert ">session.begin</span>" in rows(kermit, by="kermit", since="2026-01-01")
    assert "No entry matches" in rows(kermit, by="kermit", since="2099-01-01")
    assert "No entry matches" in rows(kermit, until="2020-01-01")


@pytest.mark.parametrize(
    "wanted", [{"since": "soon"}, {"until": "2026-13-01"}, {"page": "x"}, {"since": "0001-01-01"}]
)
def test_what_cannot_be_read_is_said(kermit: Client, wanted):
    page = kermit.get(HOME, params=wanted)
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_the_whole_log_as_a_file_that_can_be_checked(kermit: Client):
    answer = kermit.get(f"{HOME}/audit.jsonl")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.jsonl"'
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert [entry["id"] for entry in entries] == list(range(1, len(entries) + 1))
    table = kermit.get(f"{HOME}/audit.csv").text
    assert table.startswith("id,time,by,action,subject,detail,hash\n")
    assert entries[0]["hash"] in table
    page = kermit.submit(f"{HOME}/verify").text
    assert "The chain is whole" in page
    assert entries[-1]["hash"] in page


def test_there_is_no_other_form(kermit: Client):
    assert kermit.get(f"{HOME}/audit.xml").status_code == 404


def test_no_secret_is_in_it(kermit: Client, site: Site):
    text = kermit.get(f"{HOME}/audit.jsonl").text
    assert PASSWORD not in text
    assert site.key not in text
