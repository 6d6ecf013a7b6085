"""What every request passes on its way in, and every answer on its way out.

- A request id: the client's own ``X-Request-Id`` when it is a decent one, else a new one; it goes
  into the log and out with the answer.
- Headers that keep browsers from doing what they should not. An answer's own headers win.
- The language of pages: what the server is set to, else the browser's; a person's own choice comes
  later, with the session.
- HEAD is GET without the body, for every address.
- ``X-Forwarded-*`` of a trusted proxy becomes the client's address and scheme; of anybody else it
  is nothing.

A plain ASGI application: it costs the hot path a few microseconds.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import time
from collections.abc import Iterable
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from appliance.calls import Call, Calls
from appliance.logs import new_request_id, request_id
from web.texts import speak

HEAD_ONLY = "head_only"
"""The key in a request's scope that tells a handler that its body will be dropped."""

BODY_SEEN = "body_seen"
"""The key under which what was read of a program's body stands in a request's scope."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; manifest-src 'self';"
    " worker-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_SERVER = (b"server", b"workingflow")
_FOR_PROGRAMS = (_SERVER, _NOSNIFF, (b"cache-control", b"no-store"))
_FOR_PEOPLE = (
    _SERVER,
    _NOSNIFF,
    (b"content-security-policy", CONTENT_POLICY.encode()),
    # not no-referrer: with that, browsers send "Origin: null" with our own forms
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
_DECENT_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")

log = logging.getLogger(__name__)


class Middleware:
    """Wraps the application.

    ``proxies`` are the networks whose forwarded headers are believed, ``language`` is that of pages
    for people who chose none (empty: their browser's). What programs call is told to ``calls``.
    """

    def __init__(
        self, app: ASGIApp, calls: Calls, proxies: Iterable[str] = (), language: str = ""
    ) -> None:
        self._app = app
        self._calls = calls
        self._language = language
        self._proxies = tuple(ipaddress.ip_network(each) for each in proxies)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """One request (or the application's life, which passes untouched)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._proxies:
            self._believe_proxy(scope)
        mark = scope["request_id"] = _id_of(scope)
        request_id.set(mark)
        if head := scope["method"] == "HEAD":
            scope["method"] = "GET"
            scope[HEAD_ONLY] = True
        path = scope["path"]
        if for_programs(path):
            ours = _FOR_PROGRAMS
        else:
            ours = _FOR_PEOPLE
            speak(self._language or _accepted(scope))
        added = (b"x-request-id", mark.encode())

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                if ours is _FOR_PROGRAMS and (key := scope.get("auth")):
                    self._note(key.id, scope, message["status"])
                present = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    added,
                    *(each for each in ours if each[0] not in present),
                ]
            elif head:
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except asyncio.CancelledError:
            log.debug("%s %s: the client is gone", scope["method"], path)
        except Exception:
            # The answer has begun, so it can only be cut off.
            log.exception("%s %s broke off", scope["method"], path)
            raise

    def _note(self, key: int, scope: Any, status: int) -> None:
        query = scope.get("query_string")
        path = f"{scope['path']}?{query.decode('latin-1')}" if query else scope["path"]
        method = "HEAD" if scope.get(HEAD_ONLY) else scope["method"]
        body = scope.get(BODY_SEEN, b"")
        self._calls.note(
            key, Call(time.time_ns() // 1_000_000, method, path, status, scope["request_id"], body)
        )

    def _believe_proxy(self, scope: Any) -> None:
        if not self._trusted(scope["client"][0] if scope.get("client") else ""):
            return
        found = {name: value for name, value in scope["headers"] if name.startswith(b"x-forwarded")}
        chain = found.get(b"x-forwarded-for", b"").decode("latin-1").replace(" ", "").split(",")
        # The nearest hop that is not a proxy of ours: what stands before it anybody can write.
        for hop in reversed(chain):
            if _address(hop) is None:
                break
            scope["client"] = (hop, 0)
            if not self._trusted(hop):
                break
        if found.get(b"x-forwarded-proto") in (b"http", b"https"):
            scope["scheme"] = found[b"x-forwarded-proto"].decode()
        if host := found.get(b"x-forwarded-host"):
            others = [each for each in scope["headers"] if each[0] != b"host"]
            scope["headers"] = [*others, (b"host", host)]

    def _trusted(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._proxies)


def for_programs(path: str) -> bool:
    """Whether who asks for this path is a program."""
    return path == "/healthz" or needs_key(path)


def needs_key(path: str) -> bool:
    """Whether this path is one of the API, where nothing is answered without a key."""
    return path.startswith(("/processapi/", "/api/")) or path in ("/processapi", "/api")


def _id_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if _DECENT_ID.fullmatch(value) else new_request_id()
    return new_request_id()


def _accepted(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return value.decode("latin-1")
    return ""


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
