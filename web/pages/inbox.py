"""/tasks: the inbox. What I have to do, what my groups have to do, what is late, what is done."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from web.listing import Listing
from web.render import page
from web.security import PageRequest

VIEWS = ("mine", "group", "overdue", "done")
SORTS = ("due", "priority", "created", "name", "process")


@get("/tasks")
async def show(request: PageRequest) -> Response[Any]:
    """The inbox in one of its views."""
    box = request.app.state.box
    listing = Listing.of(request, "/tasks", view=VIEWS, q=(), process=(), sort=SORTS)
    found = box.tasks.inbox(request.user, **listing.known)
    return page(
        request,
        "inbox.html",
        at=listing.here,
        here="inbox",
        listing=listing,
        found=found,
        processes=[(process.key, process.name) for process in box.processes.list()],
    )


@get("/frag/inbox-count")
async def count(request: PageRequest) -> Response[Any]:
    """The number in the navigation, fetched when something changed."""
    return page(request, "inbox_count.html")


handlers = [show, count]
