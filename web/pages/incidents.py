"""/admin/incidents: what stands still, in groups or one by one; trying again, one or all."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.batches import Given
from appliance.errors import Conflict, InvalidInput
from engine.errors import InvalidVariables, NotWaiting
from web.bodies import form_of, text_of
from web.box import box_of
from web.listing import Listing
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated
from web.variable_input import Row, changes_of, rows_of

HOME = "/admin/incidents"
INCIDENT = HOME + "/{incident:int}"
VIEWS = ("groups", "each")
BLANK = Row()


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """The open incidents: by what they say, or one by one."""
    box = box_of(request)
    listing = Listing.of(request, HOME, view=VIEWS, process=(), node=(), message=())
    process, node, message = (listing[name] for name in ("process", "node", "message"))
    grouped = listing["view"] == "groups"
    return page(
        request,
        "incidents.html",
        at=listing.here,
        here="incidents",
        listing=listing,
        groups=box.incidents.groups(process) if grouped else [],
        found=None if grouped else box.incidents.list(process, node, message, listing["page"]),
        processes=[(each.key, each.name) for each in box.processes.list()],
    )


@get("/frag/incident-count")
async def count(request: PageRequest) -> Response[Any]:
    """The number in the navigation, fetched when something changed."""
    return page(request, "incident_count.html")


@post(HOME + "/retry")
async def retry_all(request: PageRequest) -> Response[Any]:
    """Try again all incidents that are alike."""
    box = box_of(request)
    process, node, message = [await text_of(request, name) for name in ("process", "node", "about")]
    try:
        changes = changes_of(await form_of(request))
        given = Given(reason=await reason_of(request), variables=changes.values)
        found = box.incidents.alike(process, node, message)
        batch = await box.batches.begin("retry", found, actor_of(request), given)
    except (InvalidInput, InvalidVariables) as error:
        query = urlencode({"view": "each", "process": process, "node": node, "message": message})
        return go(f"{HOME}?{query}", translated(error), bad=True)
    return go(f"/admin/batches/{batch}")


@get(INCIDENT)
async def show(request: PageRequest, incident: FromPath[int]) -> Response[Any]:
    """One incident in full."""
    await box_of(request).notices.seen_incident(request.user.name, incident)
    return _incident(request, incident)


@post(INCIDENT + "/retry")
async def retry(request: PageRequest, incident: FromPath[int]) -> Response[Any]:
    """Try again, with other values of variables if they were changed."""
    box, form = box_of(request), await form_of(request)
    found = box.incidents.get(incident)
    try:
        changes = changes_of(form)
        await box.instances.retry(
            found.row.instance_id,
            incident,
            actor_of(request),
            variables=changes.values,
            seen=changes.seen,
            reason=await reason_of(request),
        )
    except (Conflict, InvalidInput, InvalidVariables, NotWaiting) as error:
        return _incident(request, incident, rows_of(form), translated(error))
    return go(f"/admin/instances/{found.row.instance_id}", _("It is tried again."))


async def reason_of(request: PageRequest) -> str | None:
    """Why somebody does something, if they say so."""
    return (await text_of(request, "reason")).strip()[:500] or None


def _incident(
    request: PageRequest, id: int, entered: list[Row] | None = None, problem: str = ""
) -> Response[Any]:
    found = box_of(request).incidents.get(id)
    rows = [Row.of(name, value) for name, value in found.variables.items() if name != "initiator"]
    return page(
        request,
        "incident.html",
        status=422 if problem else 200,
        here="incidents",
        incident=found.row,
        found=found,
        rows=[*(entered or rows), BLANK],
        changed=bool(entered),
        problem=problem,
    )


handlers = [show_all, count, retry_all, show, retry]
