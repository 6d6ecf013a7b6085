"""/admin/processes: what is deployed; versions, diagram and calls of each; suspend, activate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.batches import Given
from appliance.views import ProcessView
from web.bodies import text_of
from web.box import box_of
from web.diagram import drawing_of
from web.listing import Listing, Slice
from web.pages import audiences, public_links
from web.pages.api_keys import site_address
from web.pages.incidents import reason_of
from web.render import go, page, reader_zone
from web.security import PageRequest, actor_of
from web.statistics import MODES, PERIODS, marks, period_of
from web.texts import _

if TYPE_CHECKING:
    from appliance.box import Box

HOME = "/admin/processes"
VIEWS = ("all", "active", "suspended", "viewed")
SORTS: dict[str, Callable[[Any], Any]] = {
    "name": lambda process: (process.name or process.key).casefold(),
    "version": lambda process: process.version,
    "deployed": lambda process: process.deployed_at,
}


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """The latest version of each process."""
    box = box_of(request)
    listing = Listing.of(request, HOME, view=VIEWS, q=(), sort=(*SORTS, "running"))
    word, view = listing["q"].casefold(), listing["view"]
    found = [
        process
        for process in box.processes.kept()
        if word in f"{process.name} {process.key} {process.description}".casefold()
        and view in ("all", _state(process))
    ]
    running = await asyncio.to_thread(box.statistics.running_by_process)
    sorts = {**SORTS, "running": lambda process: running.get(process.key, 0)}
    return page(
        request,
        "processes.html",
        at=listing.here,
        here="processes",
        listing=listing,
        found=Slice.of(found, listing, sorts),
        running=running,
        problems=await asyncio.to_thread(_problems, box),
    )


def _problems(box: Box) -> dict[str, int]:
    """How many incidents are open in each process, by its key."""
    found: dict[str, int] = {}
    for group in box.incidents.groups():
        found[group.process_key] = found.get(group.process_key, 0) + group.count
    return found


def _state(process: ProcessView) -> str:
    if not process.executable:
        return "viewed"
    return "suspended" if process.suspended else "active"


@get(HOME + "/{key:str}")
async def show(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """One process in its latest version."""
    return await _process(request, key, None)


@get(HOME + "/{key:str}/{version:int}")
async def show_version(
    request: PageRequest, key: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    """One process in one version."""
    return await _process(request, key, version)


@get(HOME + "/{key:str}/{version:int}/xml")
async def xml(request: PageRequest, key: FromPath[str], version: FromPath[int]) -> Response[Any]:
    """The BPMN file as it was deployed, to be saved."""
    found = box_of(request).processes.xml(key, version)
    name = f"{quote(key)}.v{version}.bpmn20.xml"
    return Response(
        found,
        media_type="application/xml",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


@get(HOME + "/{key:str}/{version:int}/diagram")
async def diagram(
    request: PageRequest, key: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    """The drawing of a version."""
    return drawing_of(request, key, version)


@post(HOME + "/{key:str}/suspend")
async def suspend(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Nobody can start it any more; its running instances stop, too, if that is asked for."""
    await box_of(request).processes.suspend(key, actor_of(request))
    return await _with_instances(request, key, "suspend", _("Suspended: it cannot be started now."))


@post(HOME + "/{key:str}/activate")
async def activate(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """It can be started again; its instances go on, if that is asked for."""
    await box_of(request).processes.activate(key, actor_of(request))
    return await _with_instances(request, key, "activate", _("Active: it can be started again."))


async def _with_instances(request: PageRequest, key: str, what: str, said: str) -> Response[Any]:
    box = box_of(request)
    running = box.instances.running(key) if await text_of(request, "instances") else []
    if not running:
        return go(f"{HOME}/{quote(key)}", said)
    given = Given(reason=await reason_of(request))
    batch = await box.batches.begin(what, running, actor_of(request), given)
    return go(f"/admin/batches/{batch}", said)


async def _process(request: PageRequest, key: str, version: int | None) -> Response[Any]:
    box = box_of(request)
    process = box.processes.get(key, version)
    place = f"{HOME}/{quote(key)}" + (f"/{version}" if version else "")
    listing = Listing.of(
        request, place, mode=MODES, period=PERIODS, of=("all", "version"), since=(), until=()
    )
    since, until = period_of(listing, box.clock(), reader_zone(request))
    only = process.version if listing["of"] == "version" else None
    figures = await asyncio.to_thread(box.statistics.of, key, only, since, until)
    address = site_address(request)
    return page(
        request,
        "process.html",
        here="processes",
        process=process,
        latest=box.processes.get(key),
        versions=box.processes.versions(key),
        running=box.statistics.running_by_version(key),
        moves=box.moves.of(key)[:10],
        listing=listing,
        figures=figures,
        marks=marks(figures, listing["mode"]),
        starters=box.processes.starters(process),
        start_call=_start_call(address, key),
        status_call=f'curl -H "Authorization: Bearer $KEY" {address}/processapi/$ID/status',
        **public_links.facts(request, key),
        **audiences.facts(request, key),
    )


def _start_call(address: str, key: str) -> str:
    return (
        f"curl -X POST {address}/processapi/{quote(key)}/start \\\n"
        '  -H "Authorization: Bearer $KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        """  -d '{"variables": {"department": "Engineering"}}'"""
    )


handlers = [show_all, show, show_version, xml, diagram, suspend, activate]
