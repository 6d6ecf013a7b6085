"""/events: tells a page that something changed, so that it fetches what it shows again.

Server-sent events without data: what may be seen is decided where it is fetched. ``tasks``,
``instances``, ``processes``, ``comments`` and ``notices`` name what changed; ``ended`` says that
the session is over or the server stops, and is the last one. A comment every 20 seconds keeps the
connection open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, Response, get
from litestar.response import Stream

from web.middleware import HEAD_ONLY
from web.security import PageRequest

HEARTBEAT = 20.0
SESSIONS = "sessions"
"""What a stream hears when somebody was signed out; it is told to nobody."""

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


@get("/events")
async def events(request: PageRequest) -> Response[Any]:
    """The stream of signals for one visible page."""
    if request.scope.get(HEAD_ONLY):
        return Response(b"", headers=_HEADERS)
    return Stream(_signals(request), headers=_HEADERS)


def end_streams(request: Request[Any, Any, Any]) -> None:
    """Let the open pages of whoever was just signed out hear of it now, not at a heartbeat."""
    request.app.state.box.live.publish(SESSIONS)


def _alive(request: Request[Any, Any, Any]) -> bool:
    """Whether the session still lets its person in; looking does not count as doing something."""
    live = request.app.state.box.sessions.list(request.user.name)
    return any(session.id == request.auth.id for session in live)


async def _signals(request: PageRequest) -> AsyncIterator[bytes]:
    stopping: asyncio.Event = request.app.state.stopping
    with request.app.state.box.live.subscribe() as topics:
        yield b"retry: 3000\n\n"
        stopped = asyncio.ensure_future(stopping.wait())
        heard = asyncio.ensure_future(topics.get())
        try:
            while _alive(request):
                await asyncio.wait(
                    {heard, stopped}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                if stopped.done():
                    break
                if not heard.done():
                    yield b": still here\n\n"
                    continue
                topic = heard.result()
                heard = asyncio.ensure_future(topics.get())
                if topic != SESSIONS:
                    yield f"event: {topic}\ndata: 1\n\n".encode()
            yield b"event: ended\ndata: 1\n\n"
        finally:
            heard.cancel()
            stopped.cancel()


handlers = [events]
