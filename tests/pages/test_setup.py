"""The set-up link: once, in time, for the first administrator only."""

from collections.abc import Iterator

import pytest

from tests.serving import PASSWORD, Client, Served, first

NEW = {"name": "kermit", "display_name": "Kermit", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def new(tmp_path) -> Iterator[Served]:
    """A server on an empty data directory."""
    server = Served(tmp_path / "data", ("--demos", "false")).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def still_new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for tests that set nothing up."""
    data = tmp_path_factory.mktemp("new") / "data"
    server = Served(data, ("--demos", "false")).start()
    yield server
    server.stop()


def token_of(server: Served) -> str:
    return server.setup_link.partition("token=")[2]


def test_from_the_printed_link_to_an_api_key(new: Served):
    with Client(new.url) as client:
        assert client.get(new.setup_link).status_code == 200
        made = client.submit("/setup", token=token_of(new), **NEW)
        assert (made.status_code, made.headers["location"]) == (303, "/tasks")
        assert client.get("/admin/api-keys").status_code == 200
        page = client.submit("/admin/api-keys", name="ERP", scopes=["read"])
        key = first("wf_[0-9A-Za-z]{43}", page.text)
        called = client.get("/processapi/list", headers={"Authorization": f"Bearer {key}"})
        assert called.json() == []


def test_there_is_nothing_to_see_without_the_link(still_new: Served):
    with Client(still_new.url) as client:
        for path in ("/setup", "/setup?token=", "/setup?token=x", "/setup?token=%00"):
            response = client.get(path)
            assert response.status_code == 410
            assert "workingflow setup-link" in response.text
        assert "set-up link" in client.get("/login").text


def test_afterwards_it_is_gone(new: Served):
    with Client(new.url) as client:
        client.get(new.setup_link)
        client.submit("/setup", token=token_of(new), **NEW)
    with Client(new.url) as other:
        assert other.get(new.setup_link).status_code == 410
        other.get("/login")
        again = other.submit("/setup", token=token_of(new), **NEW | {"name": "gonzo"})
        assert again.status_code == 410
        assert "set up already" in again.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "short", "again": "short"}, "at least 8 characters"),
        ({"password": "kermit", "again": "kermit"}, "at least 8 characters"),
        ({"password": "aaaaaaaaaa", "again": "aaaaaaaaaa"}, "too easy"),
        ({"again": "another password"}, "not the same"),
        ({"name": ""}, "user name"),
        ({"name": "api:kermit"}, "user name"),
        ({"name": "system"}, "reserved"),
        ({"name": "<script>"}, "user name"),
        ({"display_name": "a\nb"}, "display name"),
        ({"display_name": "x" * 101}, "display name"),
    ],
    ids=str,
)
def test_a_form_that_is_not_right_is_shown_again(still_new: Served, change, said):
    with Client(still_new.url) as client:
        client.get(still_new.setup_link)
        response = client.submit("/setup", token=token_of(still_new), **NEW | change)
        assert response.status_code == 422
        assert said in response.text
        assert PASSWORD not in response.text
        assert "<script>" not in response.text
        assert client.get(still_new.setup_link).status_code == 200


def test_the_link_is_not_given_to_other_sites(still_new: Served):
    with Client(still_new.url) as client:
        assert client.get(still_new.setup_link).headers["referrer-policy"] == "same-origin"


def test_the_token_is_not_in_the_log(new: Served):
    with Client(new.url) as client:
        client.get(new.setup_link)
    assert token_of(new) not in new.log
