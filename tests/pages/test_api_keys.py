"""API keys in the browser: shown once, stopped, gone."""

import re

import pytest

from tests.serving import PASSWORD, Client, Site, first

KEY = "wf_[0-9A-Za-z]{43}"
HOME = "/admin/api-keys"


@pytest.fixture
def kermit(client: Client) -> Client:
    client.sign_in("kermit", PASSWORD)
    client.get(HOME)
    return client


def status_of(client: Client, key: str) -> int:
    """What a program with this key is told."""
    return client.get("/processapi/list", headers={"Authorization": f"Bearer {key}"}).status_code


def made(client: Client, name: str, **fields: str) -> tuple[str, str]:
    """A new key and the address of its row."""
    page = client.submit(HOME, name=name, **fields).text
    row = page.partition(f"<strong>{name}</strong>")[2]
    return first(KEY, page), first(rf"{HOME}/\d+", row)


def test_a_key_is_shown_once_with_a_call_to_try(kermit: Client, site: Site):
    page = kermit.submit(HOME, name="shown once")
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
    assert "Inactive" in kermit.get(HOME).text
    kermit.submit(f"{row}/activate")
    assert status_of(kermit, key) == 200


def test_a_deleted_key_is_gone(kermit: Client):
    key, row = made(kermit, "deleted")
    assert kermit.submit(f"{row}/delete").status_code == 303
    assert status_of(kermit, key) == 401
    assert "<strong>deleted</strong>" not in kermit.get(HOME).text
    for action in ("delete", "activate", "deactivate"):
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
    ],
    ids=str,
)
def test_a_key_that_cannot_be_is_not_made(kermit: Client, fields):
    response = kermit.submit(HOME, **fields)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert not re.search(KEY, response.text)


@pytest.mark.parametrize("key", ["0", "999999", "9" * 30, "x", "-1"])
def test_a_key_that_is_none_is_404(kermit: Client, key):
    assert kermit.submit(f"{HOME}/{key}/delete").status_code == 404


def test_a_name_may_look_like_a_tag_and_is_none(kermit: Client):
    page = kermit.submit(HOME, name="<b>bold</b>").text
    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
