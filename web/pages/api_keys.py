"""/admin/api-keys: the keys with which other programs use the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import Conflict, InvalidInput
from appliance.keys import NewKey
from web.bodies import text_of
from web.formats import zone_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.told import told

HOME = "/admin/api-keys"


@get(HOME)
async def show(request: PageRequest) -> Response[Any]:
    """All keys, and the form for a new one."""
    return _page(request)


@post(HOME)
async def create(request: PageRequest) -> Response[Any]:
    """Make a key. This answer is the only place where it can ever be read."""
    name, until = await text_of(request, "name"), await text_of(request, "expires")
    keys = request.app.state.box.keys
    try:
        made = await keys.create(name, expires=end_of_day(request, until), by=actor_of(request))
    except (InvalidInput, Conflict) as error:
        return _page(request, name=name, expires=until, problem=told(error))
    return _page(request, made=made)


@post(HOME + "/{key:int}/deactivate")
async def deactivate(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Refuse a key until it is activated again."""
    await request.app.state.box.keys.deactivate(key, actor_of(request))
    return go(HOME, _("The key is deactivated."))


@post(HOME + "/{key:int}/activate")
async def activate(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Accept a key again."""
    await request.app.state.box.keys.activate(key, actor_of(request))
    return go(HOME, _("The key is active."))


@post(HOME + "/{key:int}/delete")
async def delete(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Forget a key for good."""
    await request.app.state.box.keys.delete(key, actor_of(request))
    return go(HOME, _("The key is deleted."))


def site_address(request: PageRequest) -> str:
    """The address under which people reach this server."""
    return request.app.state.box.config.base_url or str(request.base_url).rstrip("/")


def _page(
    request: PageRequest,
    made: NewKey | None = None,
    name: str = "",
    expires: str = "",
    problem: str = "",
) -> Response[Any]:
    box = request.app.state.box
    startable = [each.key for each in box.processes.list() if not each.has_start_form]
    return page(
        request,
        "api_keys.html",
        status=422 if problem else 200,
        here="api-keys",
        keys=box.keys.list(),
        made=made,
        name=name,
        expires=expires,
        problem=problem,
        **_calls(made.text if made else "", site_address(request), startable),
    )


def _calls(key: str, address: str, startable: Sequence[str]) -> dict[str, str]:
    """Two calls to try the key with, the second where there is something to start."""
    head = f"curl -H 'Authorization: Bearer {key}' \\\n"
    start = ""
    if startable:
        body = "  -H 'Content-Type: application/json' -d '{\"variables\": {}}' \\\n"
        start = f"{head}{body}  {address}/processapi/{quote(startable[0])}/start"
    return {"list_call": f"{head}  {address}/processapi/list", "start_call": start}


def end_of_day(request: PageRequest, day: str) -> int | None:
    """The last moment of a day in the reader's zone; None for an empty text."""
    if not day:
        return None
    zone = zone_of(request.user.zone or request.app.state.box.config.time_zone)
    try:
        end = datetime.combine(datetime.strptime(day, "%Y-%m-%d").date(), time.max, zone)  # noqa: DTZ007
    except ValueError:
        raise InvalidInput(_("The date must look like 2027-12-31.")) from None
    return int(end.timestamp() * 1000)


handlers = [show, create, deactivate, activate, delete]
