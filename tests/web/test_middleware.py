"""What every request and answer passes: ids, headers, HEAD, proxies."""

import asyncio
import logging
from typing import Any

import pytest

from appliance.calls import Calls
from web.middleware import HEAD_ONLY, Middleware


class Echo:
    """An application that keeps what it was asked and answers with what it is given."""

    def __init__(self, *headers: tuple[bytes, bytes], fault: Exception | None = None) -> None:
        self.headers = list(headers)
        self.fault = fault
        self.scope: dict[str, Any] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        if self.fault:
            raise self.fault
        for more in (True, False):
            await send({"type": "http.response.body", "body": b"half", "more_body": more})


def ask(app: Echo, *headers: tuple[str, str], proxies: tuple[str, ...] = (), **scope: Any):
    """Headers (names lower-case) and body of the answer."""
    given = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "scheme": "http",
        "client": ("10.0.0.9", 1234),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Middleware(app, Calls(), proxies)(given | scope, None, send))  # pyright: ignore[reportArgumentType]
    body = b"".join(message.get("body", b"") for message in sent)
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}, body


@pytest.mark.parametrize("given", ["abc", "4bf92f3577b34da6", "a" * 64, "order:17_x.y-z"])
def test_a_decent_request_id_comes_back(given):
    assert ask(Echo(), ("x-request-id", given))[0]["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a" * 65, "a b", "a\tb", "<script>", "\xe9", "a;b"])
def test_any_other_request_id_is_replaced(given):
    answered = ask(Echo(), ("x-request-id", given))[0]["x-request-id"]
    assert answered != given
    assert len(answered) == 16


def test_every_request_has_an_id_of_its_own():
    assert ask(Echo())[0]["x-request-id"] != ask(Echo())[0]["x-request-id"]


def test_pages_say_what_browsers_may_do():
    headers, _ = ask(Echo())
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["server"] == "workingflow"


def test_answers_for_programs_are_kept_by_nobody():
    headers, _ = ask(Echo(), path="/processapi/list")
    assert headers["cache-control"] == "no-store"
    assert "content-security-policy" not in headers


def test_an_answers_own_headers_win():
    headers, _ = ask(Echo((b"content-security-policy", b"sandbox")))
    assert headers["content-security-policy"] == "sandbox"


def test_head_is_get_without_the_body():
    app = Echo((b"content-length", b"8"))
    headers, body = ask(app, method="HEAD")
    assert (app.scope["method"], app.scope[HEAD_ONLY]) == ("GET", True)
    assert (headers["content-length"], body) == ("8", b"")


def test_a_fault_in_the_middle_is_logged_and_cuts_the_answer_off(caplog):
    with pytest.raises(RuntimeError), caplog.at_level(logging.ERROR):
        ask(Echo(fault=RuntimeError("in the middle")), path="/x")
    assert "GET /x broke off" in caplog.text


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.9", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.9", "203.0.113.7, 192.0.2.1", "192.0.2.1"),  # the first one is only claimed
        ("10.0.0.9", "192.0.2.1, 10.0.0.8", "192.0.2.1"),  # two proxies of ours
        ("10.0.0.9", "10.0.0.7, 10.0.0.8", "10.0.0.7"),  # from inside
        ("10.0.0.9", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.9", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.9", "", "10.0.0.9"),
        ("10.0.0.9", "nonsense", "10.0.0.9"),
        ("10.0.0.9", "192.0.2.1, nonsense", "10.0.0.9"),
        ("192.0.2.66", "10.0.0.1", "192.0.2.66"),  # who asks is no proxy of ours
    ],
)
def test_who_asks_behind_a_proxy(peer, forwarded, client):
    app = Echo()
    headers = [("x-forwarded-for", forwarded)] if forwarded else []
    ask(app, *headers, proxies=("10.0.0.0/8",), client=(peer, 1234))
    assert app.scope["client"][0] == client


def test_the_address_that_people_use_behind_a_proxy():
    app = Echo()
    forwarded = [("host", "inside:8080"), ("x-forwarded-host", "flow.example.com"),
                 ("x-forwarded-proto", "https")]  # fmt: skip
    ask(app, *forwarded, proxies=("10.0.0.0/8",))
    assert app.scope["scheme"] == "https"
    assert dict(app.scope["headers"])[b"host"] == b"flow.example.com"


def test_nobody_is_believed_without_trusted_proxies():
    app = Echo()
    ask(app, ("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https"))
    assert (app.scope["client"][0], app.scope["scheme"]) == ("10.0.0.9", "http")


@pytest.mark.parametrize("scheme", ["gopher", "", "https, http"])
def test_a_strange_scheme_is_not_taken(scheme):
    app = Echo()
    ask(app, ("x-forwarded-proto", scheme), proxies=("10.0.0.0/8",))
    assert app.scope["scheme"] == "http"


def test_other_traffic_passes_untouched():
    app = Echo()
    asyncio.run(Middleware(app, Calls())({"type": "lifespan"}, None, _nothing))  # pyright: ignore[reportArgumentType]
    assert app.scope == {"type": "lifespan"}


async def _nothing(_message: Any) -> None:
    """Hear it and forget it."""
