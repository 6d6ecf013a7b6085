"""/notices: what a person was told, and the way to what it is about."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import Forbidden, InstanceNotFound
from appliance.notices import NoticeView
from engine.errors import TaskNotFound
from web.box import box_of
from web.listing import Listing
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _


@get("/notices")
async def show_all(request: PageRequest) -> Response[Any]:
    """All notices, the latest first."""
    listing = Listing.of(request, "/notices")
    box = box_of(request)
    return page(
        request,
        "notices.html",
        at=listing.here,
        here="notices",
        listing=listing,
        found=box.notices.list(request.user.name, listing["page"]),
        process_names={process.key: process.name for process in box.processes.list()},
    )


@get("/notices/{notice:int}")
async def follow(request: PageRequest, notice: FromPath[int]) -> Response[Any]:
    """Take note of one, and go where it leads."""
    told = await box_of(request).notices.open(request.user.name, notice)
    place = _place(request, told)
    return go(place) if place else go("/notices", _("What this was about is not open to you."))


@post("/notices/read")
async def read_all(request: PageRequest) -> Response[Any]:
    """Take note of all of them."""
    await box_of(request).notices.read_all(request.user.name)
    return go("/notices", _("All notices are marked as read."))


def _place(request: PageRequest, told: NoticeView) -> str | None:
    """Where a notice leads: to the task or the incident for those who may see it, else to the case.

    ``None`` where the case is not theirs to see any more, or is gone.
    """
    if told.incident is not None and request.user.admin:
        return f"/admin/incidents/{told.incident}"
    box, actor = box_of(request), actor_of(request)
    if told.kind != "mentioned" and told.task is not None:
        try:
            box.tasks.get(told.task, actor)
        except (Forbidden, TaskNotFound):
            pass
        else:
            return f"/tasks/{told.task}"
    try:
        box.instances.check_visible(told.root, actor)
    except (Forbidden, InstanceNotFound):
        return None
    return f"/requests/{told.root}" + ("#comments" if told.kind == "mentioned" else "")


handlers = [show_all, follow, read_all]
