"""The one request that programs send by the thousand, answered without the framework.

``POST /processapi/{processKey}/start`` costs the framework half as much as the engine needs for it;
spelled exactly so, it is answered here, by the functions that ``api.py`` and ``errors.py`` have for
it. Everything else goes on to the application.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from litestar.types import ASGIApp, Receive, Scope, Send

from web import wire
from web.api import Json, started
from web.bodies import Asked
from web.errors import failure_to_answer
from web.security import program_of

if TYPE_CHECKING:
    from appliance.box import Box

_START = re.compile(r"/processapi/([^/]+)/start")


class FastStart:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, box: Box) -> None:
        self._app = app
        self._box = box

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """One request."""
        found = _START.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        answer = await self._answer(Asked(scope, receive), found[1])
        await answer(scope, receive, send)

    async def _answer(self, asked: Asked, key: str) -> Json:
        scope: Scope = asked.scope
        try:
            return await started(self._box, asked, key, program_of(self._box, scope))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            failure = failure_to_answer(error, "POST", scope["path"])
            told = wire.Error(failure.message, failure.code)
            return Json(told, failure.status, failure.headers)
