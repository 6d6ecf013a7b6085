"""The audit log in the browser: found, taken out, checked; and that what is done there is in it."""

import json
import re

import pytest

from tests.serving import PASSWORD, ROOT, Client, Site
from web.audit_words import areas, words

HOME = "/admin/audit"
STRINGS = re.compile(r'"([a-z]+\.[a-z-]+)"')


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
    assert ">group.add</small>" in page
    assert ">group.add</small>" not in rows(kermit, action="key", subject="auditors")


def test_by_person_and_by_day(kermit: Client):
    assert ">session.begin</small>" in rows(kermit, by="kermit", since="2026-01-01")
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


def test_a_selection_as_a_file_says_by_its_name_that_it_is_not_all(kermit: Client):
    answer = kermit.get(f"{HOME}/audit.jsonl", params={"action": "session", "by": "kermit"})
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-selection.jsonl"'
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert {(entry["by"], entry["action"]) for entry in entries} == {("kermit", "session.begin")}
    assert kermit.get(f"{HOME}/audit.csv", params={"since": "soon"}).status_code == 422


def test_everything_that_is_recorded_has_words():
    recorded: set[str] = set()
    for path in (ROOT / "appliance").rglob("*.py"):
        for text in STRINGS.findall(path.read_text("utf-8")):
            recorded |= {text} if text.partition(".")[0] in areas() else set()
    assert {"process.deploy", "user.second-factor", "audit.trim"} <= recorded
    assert recorded == words().keys()


def test_there_is_no_other_form(kermit: Client):
    assert kermit.get(f"{HOME}/audit.xml").status_code == 404


def test_no_secret_is_in_it(kermit: Client, site: Site):
    text = kermit.get(f"{HOME}/audit.jsonl").text
    assert PASSWORD not in text
    assert site.key not in text
