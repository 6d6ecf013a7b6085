"""/admin/timers: what waits for its time or for a worker, what fails; other times for it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import Conflict, InvalidInput
from engine.errors import InstanceSuspended, NotWaiting
from web.bodies import text_of
from web.box import box_of
from web.date_fields import moment_of
from web.listing import Listing
from web.pages.incidents import reason_of
from web.render import go, page, reader_zone
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

HOME = "/admin/timers"
VIEWS = ("waiting", "due", "failing", "workers", "starts")


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """The jobs of a view, or the timers that start processes."""
    box = box_of(request)
    listing = Listing.of(request, HOME, view=VIEWS, process=())
    view = listing["view"]
    starts = box.jobs.start_timers() if view == "starts" else []
    return page(
        request,
        "timers.html",
        at=listing.here,
        here="timers",
        listing=listing,
        counts_of=box.jobs.counts(),
        starts=[each for each in starts if listing["process"] in ("", each.process_key)],
        found=None if view == "starts" else box.jobs.list(**listing.known),
        processes=[(each.key, each.name) for each in box.processes.list()],
    )


@post(HOME + "/{job:int}/reschedule")
async def reschedule(request: PageRequest, job: FromPath[int]) -> Response[Any]:
    """Give a job another time; without one it runs now."""
    return await _another_time(request, job, box_of(request).jobs.reschedule)


@post(HOME + "/starts/{timer:int}/reschedule")
async def reschedule_start(request: PageRequest, timer: FromPath[int]) -> Response[Any]:
    """Give a timer that starts a process another time; without one it fires now."""
    return await _another_time(request, timer, box_of(request).jobs.reschedule_start)


async def _another_time(request: PageRequest, id: int, act: Any) -> Response[Any]:
    box = box_of(request)
    back = await text_of(request, "back")
    back = back if back.startswith("/admin/") else HOME
    expected, text = await text_of(request, "expected"), await text_of(request, "due")
    try:
        due = moment_of(text, reader_zone(request)) if text else box.clock()
        await act(
            id,
            due,
            actor_of(request),
            expected=int(expected) if expected.isdecimal() else 0,
            reason=await reason_of(request),
        )
    except (Conflict, InvalidInput, InstanceSuspended, NotWaiting) as error:
        return go(back, translated(error), bad=True)
    return go(back, _("It has another time now.") if text else _("It runs now."))


handlers = [show_all, reschedule, reschedule_start]
