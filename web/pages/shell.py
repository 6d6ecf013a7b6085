"""What makes the site an app on a phone: its service worker, and the page for no network."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from web.render import asset, page
from web.static_files import assets

AnyRequest = Request[Any, Any, Any]


@get("/service-worker.js")
async def service_worker() -> Response[bytes]:
    """Another one with each front end, so that browsers renew what they keep."""
    script = assets()["service-worker.js"].content.replace(b"VERSION", asset("app.css").encode())
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"}
    return Response(script, headers=headers)


@get("/offline")
async def offline(request: AnyRequest) -> Response[Any]:
    """What the app shows while the server cannot be reached."""
    return page(request, "offline.html")


handlers = [service_worker, offline]
