"""/events: tells the pages of a person that something changed, so that they fetch it again.

Server-sent events that name what changed and say nothing of it, since what may be seen is decided
where it is fetched: ``tasks``, ``instances``, ``processes``, ``comments``, ``notices``. The first
one is ``here``; its id is that of pages which have missed nothing. The last one is ``ended``: this
browser is not, or no longer, signed in as that person. A stream that ends without it can be asked
for again. A comment every 20 seconds keeps the connection open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery
from litestar.response import Stream

from appliance.sessions import Session
from web.box import box_of
from web.middleware import HEAD_ONLY
from web.security import SESSION

AnyRequest = Request[Any, Any, Any]
HEARTBEAT = 20.0
SESSIONS = "sessions"
"""What a stream hears when somebody was signed out; it is told to nobody."""

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


@get("/events")
async def events(request: AnyRequest, of: FromQuery[str] = "") -> Response[Any]:
    """The signals for the pages of the person ``of``, as long as it is them who asks.

    Not behind the guard of pages: a browser that is led to the sign-in page would try for ever.
    """
    found = box_of(request).sessions.get(request.cookies.get(SESSION, ""))
    if not found or found[1].name != of:
        return Response(_signal("ended", request), headers=_HEADERS)
    if request.scope.get(HEAD_ONLY):
        return Response(b"", headers=_HEADERS)
    return Stream(_signals(request, found[0]), headers=_HEADERS)


def end_streams(request: AnyRequest) -> None:
    """Let the open pages of whoever was just signed out hear of it now, not at a heartbeat."""
    box_of(request).live.publish(SESSIONS)


def _signal(topic: str, request: AnyRequest) -> bytes:
    return f"id: {box_of(request).live.now}\ndata: {topic}\n\n".encode()


def _alive(request: AnyRequest, session: Session) -> bool:
    """Whether the session still lets its person in; looking does not count as doing something."""
    live = box_of(request).sessions.list(session.user_name)
    return any(each.id == session.id for each in live)


async def _signals(request: AnyRequest, session: Session) -> AsyncIterator[bytes]:
    stopping: asyncio.Event = request.app.state.stopping
    with box_of(request).live.subscribe() as topics:
        yield _signal("here", request)
        stopped = asyncio.ensure_future(stopping.wait())
        heard = asyncio.ensure_future(topics.get())
        try:
            while _alive(request, session):
                await asyncio.wait(
                    {heard, stopped}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                if stopped.done():
                    return
                if not heard.done():
                    yield b": still here\n\n"
                    continue
                topic = heard.result()
                heard = asyncio.ensure_future(topics.get())
                if topic != SESSIONS:
                    yield _signal(topic, request)
            yield _signal("ended", request)
        finally:
            heard.cancel()
            stopped.cancel()


handlers = [events]
