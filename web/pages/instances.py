"""/admin/instances: every case, with state, tasks, variables, files, history and diagram."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from web.bodies import text_of
from web.cases import drawing_of, marks_json
from web.history import in_words
from web.listing import Listing
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _

HOME = "/admin/instances"
VIEWS = ("open", "failed", "suspended", "ended", "all")
SORTS = ("-started", "id", "process", "started")
INSTANCE = HOME + "/{instance:int}"


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """The instances in one state, of one process or all."""
    box = request.app.state.box
    listing = Listing.of(request, HOME, view=VIEWS, q=(), process=(), sort=SORTS)
    return page(
        request,
        "instances.html",
        at=listing.here,
        here="instances",
        listing=listing,
        found=box.instances.list(**listing.known),
        processes=[(process.key, process.name) for process in box.processes.list()],
    )


@get(INSTANCE)
async def show(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Everything about one instance."""
    whole = request.app.state.box.instances.detail(instance)
    return page(
        request,
        "instance.html",
        here="instances",
        instance=whole.instance,
        tasks=whole.tasks,
        timers=[timer for timer in whole.timers if timer.kind == "timer"],
        incidents=whole.incidents,
        variables=whole.variables,
        files=whole.files,
        called=whole.called,
        history=in_words(whole.history, request.user.name),
        marks=marks_json(whole.marks),
    )


@get(INSTANCE + "/diagram")
async def diagram(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """The drawing of its process."""
    found = request.app.state.box.instances.detail(instance).instance
    return drawing_of(request, found.process_key, found.process_version)


@post(INSTANCE + "/suspend")
async def suspend(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Stop its clock; nobody can complete its tasks."""
    await request.app.state.box.instances.suspend(instance, actor_of(request))
    return go(f"{HOME}/{instance}", _("Suspended."))


@post(INSTANCE + "/activate")
async def activate(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Let it go on."""
    await request.app.state.box.instances.activate(instance, actor_of(request))
    return go(f"{HOME}/{instance}", _("Active again."))


@post(INSTANCE + "/cancel")
async def cancel(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """End it, with a reason."""
    reason = (await text_of(request, "reason")).strip()[:500]
    await request.app.state.box.instances.cancel(instance, reason, actor_of(request))
    return go(f"{HOME}/{instance}", _("Cancelled."))


handlers = [show_all, show, diagram, suspend, activate, cancel]
