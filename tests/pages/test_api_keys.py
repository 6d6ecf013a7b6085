"""API keys in the browser: shown once, stopped, gone."""

import html
import re

import pytest

from tests.office import seen, text_of
from tests.serving import PASSWORD, Client, Site, first

KEY = "wf_[0-9A-Za-z]{43}"
HOME = "/admin/api-keys"
ALL = ["read", "start", "files", "send"]
START = "/processapi/expense_reimbursement_demo/start"


@pytest.fixture
def kermit(client: Client) -> Client:
    client.sign_in("kermit", PASSWORD)
    client.get(HOME)
    return client


def status_of(client: Client, key: str) -> int:
    """What a program with this key is told."""
    return client.get("/processapi/list", headers={"Authorization": f"Bearer {key}"}).status_code


def made(client: Client, name: str, **fields: object) -> tuple[str, str]:
    """A new key and the address of its page."""
    page = client.submit(HOME, **{"name": name, "scopes": ALL, **fields}).text
    return first(KEY, page), first(rf"{HOME}/\d+", page)


def call(client: Client, key: str, path: str = "/processapi/list", method: str = "GET"):
    """What a program with this key is answered."""
    return client.request(method, path, headers={"Authorization": f"Bearer {key}"})


def test_a_key_is_shown_once_with_a_call_to_try(kermit: Client, site: Site):
    page = kermit.submit(HOME, name="shown once", scopes=ALL)
    assert page.status_code == 200
    key = first(KEY, page.text)
    assert page.headers["cache-control"] == "no-store"
    assert f'data-copy="{key}"' in page.text
    assert f"curl -H &#39;Authorization: Bearer {key}&#39;" in page.text
    for path in ("list", "at_once/start"):
        assert f"{site.url}/processapi/{path}" in page.text
    assert not re.search(KEY, kermit.get(HOME).text)
    assert "shown once" in kermit.get(HOME).text
    assert key not in site.log


def test_the_call_to_try_works(kermit: Client):
    key, _row = made(kermit, "to try")
    assert status_of(kermit, key) == 200


def test_what_it_starts_bears_its_name(kermit: Client):
    key, _row = made(kermit, "Büro Söhne")
    headers = {"Authorization": f"Bearer {key}"}
    started = kermit.post("/processapi/expense_reimbursement_demo/start", headers=headers).json()
    status = kermit.get(f"/processapi/{started['processInstanceId']}/status", headers=headers)
    assert status.json()["variables"]["initiator"] == "api:Büro Söhne"


def test_a_key_is_stopped_and_let_in_again(kermit: Client):
    key, row = made(kermit, "on and off")
    kermit.submit(f"{row}/deactivate")
    assert status_of(kermit, key) == 401
    assert "Inactive" in kermit.get(row).text
    kermit.submit(f"{row}/activate")
    assert status_of(kermit, key) == 200


def test_a_deleted_key_is_gone(kermit: Client):
    key, row = made(kermit, "deleted")
    assert kermit.submit(f"{row}/delete").status_code == 303
    assert status_of(kermit, key) == 401
    assert ">deleted</a>" not in kermit.get(HOME).text
    assert kermit.get(row).status_code == 404
    for action in ("delete", "activate", "deactivate", "rotate", "end-overlap"):
        assert kermit.submit(f"{row}/{action}").status_code == 404


def test_a_key_with_a_last_day(kermit: Client):
    key, _row = made(kermit, "until 2099", expires="2099-12-31")
    assert status_of(kermit, key) == 200
    assert "31 Dec 2099 23:59" in kermit.get(HOME).text


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 65},
        {"name": "a\nb"},
        {"name": "ERP Integration"},
        {"name": "erp integration"},
        {"name": "late", "expires": "2020-01-01"},
        {"name": "late", "expires": "tomorrow"},
        {"name": "late", "expires": "99999-01-01"},
        {"name": "late", "expires": "0001-01-01"},
        {"name": "may nothing", "scopes": []},
        {"name": "may too much", "scopes": ["read", "administer"]},
    ],
    ids=str,
)
def test_a_key_that_cannot_be_is_not_made(kermit: Client, fields):
    response = kermit.submit(HOME, **{"scopes": ALL, **fields})
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert not re.search(KEY, response.text)


@pytest.mark.parametrize("key", ["0", "999999", "9" * 30, "x", "-1"])
def test_a_key_that_is_none_is_404(kermit: Client, key):
    assert kermit.submit(f"{HOME}/{key}/delete").status_code == 404


def test_a_name_may_look_like_a_tag_and_is_none(kermit: Client):
    page = kermit.submit(HOME, name="<b>bold</b>", scopes=ALL).text
    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_a_key_does_what_it_is_allowed_and_nothing_else(kermit: Client):
    reader, _row = made(kermit, "reader", scopes=["read"])
    starter, _row = made(kermit, "starter", scopes=["start"])
    refused = call(kermit, reader, START, "POST")
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
    started = call(kermit, starter, START, "POST").json()["processInstanceId"]
    status = f"/processapi/{started}/status"
    assert call(kermit, starter, status).status_code == 403
    assert call(kermit, starter).status_code == 403
    assert call(kermit, reader, status).json()["status"] == "ACTIVE"
    assert call(kermit, reader, f"/processapi/{started}/files/x").status_code == 403


def test_a_key_for_some_processes_sees_no_others(kermit: Client, site: Site):
    limits = {"limited": "some", "processes": ["at_once"]}
    key, row = made(kermit, "for one", **limits)
    assert [each["key"] for each in call(kermit, key).json()] == ["at_once"]
    assert call(kermit, key, "/processapi/at_once/start", "POST").status_code == 201
    for other in (START, "/processapi/no_such_process/start"):
        assert call(kermit, key, other, "POST").status_code == 403
    for hidden in ("status", "files/receipt.pdf"):
        answer = call(kermit, key, f"/processapi/{site.instance}/{hidden}")
        assert (answer.status_code, answer.json()["code"]) == (404, "INSTANCE_NOT_FOUND")
    kermit.get(row)
    kermit.submit(row, scopes=ALL, limited="all", expires="", owner="kermit")
    assert call(kermit, key, START, "POST").status_code == 201


def test_a_form_that_cannot_be_changes_nothing(kermit: Client):
    key, row = made(kermit, "unchanged")
    for wrong in ({"scopes": []}, {"expires": "2020-01-01"}, {"expires": "soon"}):
        fields = {"scopes": ALL, "limited": "all", "expires": "", "owner": "kermit", **wrong}
        assert kermit.submit(row, **fields).status_code == 422
    assert call(kermit, key, START, "POST").status_code == 201


def test_a_new_secret_with_an_overlap_and_its_end(kermit: Client):
    old, row = made(kermit, "rotated")
    page = kermit.submit(f"{row}/rotate", overlap="24").text
    new = first(KEY, page)
    assert new != old
    assert status_of(kermit, old) == status_of(kermit, new) == 200
    page = seen(kermit.get(row))
    assert old[:11] in text_of(page)
    [asks] = page.cssselect("dialog#end-overlap form")
    kermit.submit(asks.get("action"))
    assert not seen(kermit.get(row)).cssselect("dialog#end-overlap")
    assert (status_of(kermit, old), status_of(kermit, new)) == (401, 200)


@pytest.mark.parametrize("overlap", ["0", "", "-1", "999999", "x"])
def test_without_an_overlap_the_old_secret_is_refused_at_once(kermit: Client, overlap):
    old, row = made(kermit, f"rotated at once {overlap}")
    new = first(KEY, kermit.submit(f"{row}/rotate", overlap=overlap).text)
    assert (status_of(kermit, old), status_of(kermit, new)) == (401, 200)


def test_the_last_calls_are_shown_with_a_command_that_repeats_them(kermit: Client, site: Site):
    key, row = made(kermit, "watched")
    body = b'{"variables": {"note": "it\'s <late>"}}'
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    kermit.post(START, headers=headers, content=body)
    call(kermit, key, "/processapi/0/status")
    page = html.unescape(kermit.get(row).text)
    assert f"POST {START}" in page
    assert "GET /processapi/0/status" in page
    assert ">404<" in page
    assert f"""-d '{{"variables": {{"note": "it'"'"'s <late>"}}}}' {site.url}{START}""" in page
    assert "Bearer $KEY" in page
    assert key not in page
