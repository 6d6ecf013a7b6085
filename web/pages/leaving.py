"""/admin/users/…/leave: what hangs on a person who goes, and handing it over in one step."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import Conflict, InvalidInput
from web.bodies import text_of
from web.box import box_of
from web.live import end_streams
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

LEAVE = "/admin/users/{name:str}/leave"
SHOWN = 50
"""How many tasks are listed; all are handed over."""


@get(LEAVE)
async def review(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """All that hangs on a person, and the choice of who gets it."""
    return await _page(request, name)


@post(LEAVE)
async def leave(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Hand everything over and disable the person."""
    leaving, heir = box_of(request).leaving, await text_of(request, "heir")
    try:
        batch = await (await asyncio.to_thread(leaving.leave, name, heir, actor_of(request)))
    except (Conflict, InvalidInput) as error:
        return await _page(request, name, heir, translated(error))
    end_streams(request)
    where = f"/admin/batches/{batch}" if batch else f"/admin/users/{quote(name, safe='')}"
    return go(where, _("This person can no longer sign in."))


async def _page(
    request: PageRequest, name: str, heir: str = "", problem: str = ""
) -> Response[Any]:
    box = box_of(request)
    left = await asyncio.to_thread(box.leaving.review, name)
    return page(
        request,
        "leaving.html",
        status=422 if problem else 200,
        here="people",
        left=left,
        shown=left.tasks[:SHOWN],
        alone=sum(task.mine and task.alone for task in left.tasks),
        heirs=[user for user in box.people.list() if user.active and user != left.user],
        heir=heir,
        problem=problem,
    )


handlers = [review, leave]
