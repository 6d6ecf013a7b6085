"""/admin/processes/{key}/public: opening the start form of a process to everybody, by a link."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, post
from litestar.params import FromPath

from appliance.errors import InvalidInput
from web.bodies import text_of
from web.box import box_of
from web.date_fields import end_of_day
from web.pages.api_keys import site_address
from web.render import go, reader_zone
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

PROCESS = "/admin/processes/{key:str}"


@post(PROCESS + "/public")
async def open_it(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Make a link; an earlier one is worth nothing from now on."""
    until = await text_of(request, "expires")
    starts = box_of(request).public_starts
    try:
        await starts.open(key, end_of_day(until, reader_zone(request)), actor_of(request))
    except InvalidInput as error:
        return go(_address(key), translated(error), bad=True)
    return go(_address(key), _("Everybody who has the link can start this process now."))


@post(PROCESS + "/public/close")
async def close(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Make the link worth nothing."""
    await box_of(request).public_starts.close(key, actor_of(request))
    return go(_address(key), _("The public form is closed."))


def facts(request: PageRequest, key: str) -> dict[str, Any]:
    """What the page of a process says of its public form."""
    starts = box_of(request).public_starts
    known = starts.of(key)
    return {
        "public": known,
        "public_link": site_address(request) + path(key, known.signature) if known else "",
        "public_obstacle": translated(starts.obstacle(key)),
    }


def path(key: str, signature: str) -> str:
    """Where the public form of a process is."""
    return f"/public/{quote(key, safe='')}/{signature}"


def _address(key: str) -> str:
    return f"/admin/processes/{quote(key)}"


handlers = [open_it, close]
