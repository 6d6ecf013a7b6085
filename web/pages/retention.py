"""/admin/system/retention: how long ended instances are kept, what would go, and removing it."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, get, post

from appliance.errors import Conflict, InvalidInput, ProcessNotFound
from appliance.fingerprint import fingerprint
from web.bodies import text_of
from web.box import box_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

HOME = "/admin/system/retention"


@get(HOME)
async def show(request: PageRequest) -> Response[Any]:
    """The rules, and what they would remove now."""
    return await _page(request)


@post(HOME)
async def change(request: PageRequest) -> Response[Any]:
    """Set or take away the rule of one process, or of all others."""
    process, days = await text_of(request, "process"), (await text_of(request, "days")).strip()
    try:
        seen = await text_of(request, "seen")
        retention = box_of(request).retention
        await retention.set(process, _days(days), actor_of(request), seen)
    except (Conflict, InvalidInput, ProcessNotFound) as error:
        return await _page(request, process, days, translated(error))
    return go(HOME, _("Saved."))


@post(HOME + "/run")
async def run(request: PageRequest) -> Response[Any]:
    """Let go of what is older than the rules say, in the background."""
    box_of(request).upkeep.let_go(actor_of(request))
    return go(HOME, _("What is older than the rules say is being removed."))


def _days(text: str) -> int | None:
    """A number of days; an empty text takes the rule away."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInput(_("Days must be a whole number."))
    return int(text)


async def _page(
    request: PageRequest, process: str = "", days: str = "", problem: str = ""
) -> Response[Any]:
    box = box_of(request)
    rules = box.retention.rules()
    preview = await asyncio.to_thread(box.retention.preview)
    return page(
        request,
        "retention.html",
        status=422 if problem else 200,
        here="system",
        rules={"": 0} | rules,
        seen=fingerprint(rules),
        entered={"process": process, "days": days},
        preview=preview,
        removing=box.retention.removing,
        processes=box.processes.list(),
        problem=problem,
    )


handlers = [show, change, run]
