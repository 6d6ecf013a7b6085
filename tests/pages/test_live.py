"""/events: signals for open pages, and their end."""

import re
import shutil

import httpx
import pytest

from tests.serving import PASSWORD, Client, Served, Site

HERE = ["id: 1", "data: here", ""]


@pytest.fixture
def own(pristine, tmp_path):
    """A server of this test's own: it signs people out."""
    server = Served(shutil.copytree(pristine[0], tmp_path / "data")).start()
    yield server
    server.stop()


def test_a_change_is_told_without_saying_what(client: Client, site: Site):
    client.sign_in("fozzie", PASSWORD)
    with client.stream("GET", "/events?of=fozzie") as stream:
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["cache-control"] == "no-store"
        lines = stream.iter_lines()
        assert [re.sub("[0-9]+", "1", next(lines)) for _ in range(3)] == HERE
        with site.erp() as erp:
            erp.post("/processapi/expense_reimbursement_demo/start")
        heard = []
        while len(heard) < 2:
            line = next(lines)
            assert line in ("", "data: tasks", "data: instances") or line.startswith("id: ")
            heard += [line] if line.startswith("data") else []
    assert sorted(heard) == ["data: instances", "data: tasks"]


def test_a_session_that_is_revoked_hears_no_more(own: Served):
    with Client(own.url) as here, Client(own.url) as there:
        here.sign_in("fozzie", PASSWORD)
        there.sign_in("fozzie", PASSWORD)
        with there.stream("GET", "/events?of=fozzie") as stream:
            lines = stream.iter_lines()
            assert [re.sub("[0-9]+", "1", next(lines)) for _ in range(3)] == HERE
            here.submit("/account/sessions/revoke-others")
            assert [line for line in lines if line.startswith("data")] == ["data: ended"]


def test_a_server_that_stops_ends_no_session(own: Served):
    with Client(own.url) as client:
        client.sign_in("fozzie", PASSWORD)
        with client.stream("GET", "/events?of=fozzie") as stream:
            lines = stream.iter_lines()
            assert [re.sub("[0-9]+", "1", next(lines)) for _ in range(3)] == HERE
            own.stop()
            assert [line for line in lines if line] == []


@pytest.mark.parametrize("name", ["", "gonzo"])
def test_nobody_else_hears_anything(client: Client, site: Site, name):
    if name:
        client.sign_in(name, PASSWORD)
    answer = client.get("/events?of=fozzie")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert re.fullmatch("id: [0-9]+\ndata: ended\n\n", answer.text)
    assert not answer.cookies


def test_head_does_not_listen(client: Client):
    client.sign_in("fozzie", PASSWORD)
    assert client.head("/events?of=fozzie").headers["content-type"].startswith("text/event-stream")


def test_many_pages_may_be_open_and_left(client: Client, site: Site):
    client.sign_in("fozzie", PASSWORD)
    cookies = dict(client.cookies)
    for _ in range(3):
        clients = [httpx.Client(base_url=site.url, cookies=cookies) for _ in range(20)]
        for each in clients:
            request = each.build_request("GET", "/events?of=fozzie")
            assert each.send(request, stream=True).status_code == 200
        for each in clients:
            each.close()
    assert client.get("/account").status_code == 200


def test_a_page_that_leaves_leaves_nothing_behind(own: Served, site: Site):
    with Client(own.url) as client:
        client.sign_in("fozzie", PASSWORD)
        for _ in range(20):
            with client.stream("GET", "/events?of=fozzie") as stream:
                assert next(stream.iter_lines()).startswith("id: ")
    # So much that the server clears away what is left of the streams, and would complain.
    body = b'{"variables": {"rows": [' + b"[]," * 300_000 + b"[]]}}"
    headers = {"Authorization": f"Bearer {site.key}"}
    httpx.post(f"{own.url}/processapi/leave_request_demo/start", content=body, headers=headers)
    own.stop()
    assert "Task was destroyed" not in own.log


def test_a_page_tells_of_when_it_is(client: Client, site: Site):
    client.sign_in("fozzie", PASSWORD)

    def here() -> str:
        with client.stream("GET", "/events?of=fozzie") as stream:
            return next(stream.iter_lines()).removeprefix("id: ")

    def page() -> str:
        found = re.search('data-now="([0-9]+)"', client.get("/tasks").text)
        assert found
        return found[1]

    before = page()
    assert here() == before
    with site.erp() as erp:
        erp.post("/processapi/expense_reimbursement_demo/start")
    assert here() != before
    assert here() == page()
