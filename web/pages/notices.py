"""/notices: what a person was told, and the way to what it is about."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import Forbidden
from appliance.notices import NoticeView
from engine.errors import TaskNotFound
from web.listing import Listing
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _


@get("/notices")
async def show_all(request: PageRequest) -> Response[Any]:
    """All notices, the latest first."""
    listing = Listing.of(request, "/notices")
    box = request.app.state.box
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
    told = await request.app.state.box.notices.open(request.user.name, notice)
    return go(_place(request, told))


@post("/notices/read")
async def read_all(request: PageRequest) -> Response[Any]:
    """Take note of all of them."""
    await request.app.state.box.notices.read_all(request.user.name)
    return go("/notices", _("All notices are marked as read."))


def _place(request: PageRequest, told: NoticeView) -> str:
    """A comment is read at its case; a task where it is done, by those who may see it.

    Incidents are for administrators; others see the case, or no more than the notice.
    """
    if told.incident is not None:
        return _place_of_incident(request, told.root, told.incident)
    if told.kind == "mentioned" or told.task is None:
        return f"/requests/{told.root}#comments"
    try:
        request.app.state.box.tasks.get(told.task, actor_of(request))
    except (Forbidden, TaskNotFound):
        return f"/requests/{told.root}"
    return f"/tasks/{told.task}"


def _place_of_incident(request: PageRequest, root: int, incident: int) -> str:
    if request.user.admin:
        return f"/admin/incidents/{incident}"
    try:
        request.app.state.box.instances.check_visible(root, actor_of(request))
    except Forbidden:
        return "/notices"
    return f"/requests/{root}"


handlers = [show_all, follow, read_all]
