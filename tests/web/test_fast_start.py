"""The shortcut for starts answers what the framework's route answers."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from web.fast_start import FastStart

START = "/processapi/expense_reimbursement_demo/start"


@pytest.mark.parametrize(
    ("path", "content", "headers"),
    [
        (START, b"", {"Authorization": "Bearer nobody"}),
        (START, b"", {"Authorization": ""}),
        (START, b"{", {}),
        (START, b'{"variables": []}', {}),
        (START, b'{"variable": {}}', {}),
        (START, b"<a/>", {"Content-Type": "application/xml"}),
        ("/processapi/unknown/start", b"", {}),
        ("/processapi/unkn%C3%B6wn/start", b"", {}),
        ("/processapi/leave_request_demo/start", b"", {}),
    ],
)
def test_a_refusal_is_the_same_either_way(erp: httpx.Client, path, content, headers):
    short = erp.post(path, content=content, headers=headers)
    # A slash at the end makes it another spelling of the same address.
    long = erp.post(f"{path}/", content=content, headers=headers)
    assert short.status_code >= 400
    assert (short.status_code, short.content) == (long.status_code, long.content)
    ours = ("content-type", "www-authenticate", "cache-control", "x-content-type-options", "server")
    assert [short.headers.get(name) for name in ours] == [long.headers.get(name) for name in ours]


def test_a_start_is_the_same_either_way(erp: httpx.Client):
    short, long = erp.post(START), erp.post(f"{START}/")
    assert short.status_code == long.status_code == 201
    assert short.json().keys() == long.json().keys()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_other_methods_are_refused_as_ever(erp: httpx.Client, method):
    response = erp.request(method, START)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_a_fault_of_ours_is_answered_logged_and_says_nothing_about_itself(caplog):
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", b"Bearer any")]
    scope = {"type": "http", "method": "POST", "path": START, "headers": headers}
    broken: Any = None  # no box at all
    asyncio.run(FastStart(broken, broken)(scope, receive, send))
    assert sent[0]["status"] == 500
    assert json.loads(sent[1]["body"])["code"] == "INTERNAL_ERROR"
    assert b"None" not in sent[1]["body"]
    assert "POST /processapi" in caplog.text
