"""Faults of ours: what the world hears of them, and what the log."""

import asyncio
import errno
import logging
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from appliance.actor import Actor
from appliance.calls import Calls
from appliance.config import Config
from appliance.errors import Overloaded, ShuttingDown, StorageFull
from web.app import make_app


class Broken:
    """A box of which every part raises the same."""

    def __init__(self, error: Exception, config: Config) -> None:
        self.config = config
        self.calls = Calls()
        key = SimpleNamespace(id=1, actor=Actor.api("ERP"))
        self.keys = SimpleNamespace(verify=lambda _text: key)
        self._error = error

    def __getattr__(self, name: str) -> Any:
        raise self._error


@pytest.fixture
def ask(tmp_path):
    """The answer of an application over a broken box."""

    def ask(error: Exception, path: str = "/processapi/list") -> httpx.Response:
        app, _stopping = make_app(Broken(error, Config(data=tmp_path)))  # pyright: ignore

        async def get() -> httpx.Response:
            transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                return await client.get(path, headers={"Authorization": "Bearer wf_x"})

        return asyncio.run(get())

    return ask


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("secret inside"),
        KeyError("secret inside"),
        OSError(errno.EIO, "secret inside"),
        RecursionError("secret inside"),
        MemoryError("secret inside"),
        UnicodeDecodeError("utf-8", b"secret", 0, 1, "inside"),
        TimeoutError("secret inside"),
        asyncio.InvalidStateError("secret inside"),
    ],
    ids=repr,
)
def test_a_fault_says_nothing_of_itself(ask, caplog, error):
    with caplog.at_level(logging.ERROR):
        response = ask(error)
    assert response.status_code == 500
    assert response.json() == {"error": "An unexpected error occurred.", "code": "INTERNAL_ERROR"}
    assert "secret" not in response.text + str(response.headers)
    (record,) = caplog.records
    assert record.exc_info[1] is error
    assert response.headers["x-request-id"]


def test_a_fault_on_a_page_is_a_page_even_when_pages_are_broken(ask):
    response = ask(RuntimeError("secret inside"), "/tasks")
    assert response.status_code in (303, 500)
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StorageFull("full"), 507, "STORAGE_FULL"),
        (OSError(errno.ENOSPC, "inside"), 507, "STORAGE_FULL"),
        (Overloaded("busy", 3), 503, "OVERLOADED"),
        (ShuttingDown("stopping"), 503, "SHUTTING_DOWN"),
    ],
    ids=repr,
)
def test_what_is_nobodys_fault_is_no_fault_in_the_log(ask, caplog, error, status, code):
    response = ask(error)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert caplog.records == []
    assert "inside" not in response.text
