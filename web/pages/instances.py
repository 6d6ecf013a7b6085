"""/admin/instances: every case, with state, tasks, variables, files, history and diagram.

Choosing many of them at once is ``bulk.py``, their variables ``variables.py``.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from appliance.errors import Conflict
from appliance.undo import Undo
from appliance.views import InstanceRow
from engine.errors import InstanceSuspended, NotWaiting
from web.bodies import form_of, text_of
from web.box import box_of
from web.date_fields import day_begins
from web.diagram import drawing_of, marks_json
from web.history import in_words
from web.listing import Listing
from web.pages.incidents import reason_of
from web.render import go, group_known_as, known_as, page, reader_zone
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

if TYPE_CHECKING:
    from appliance.box import Box

HOME = "/admin/instances"
VIEWS = ("open", "failed", "suspended", "ended", "all")
SORTS = ("-started", "id", "process", "started")
MORE = ("version", "variable", "overdue", "since", "until")
"""Filters that are folded away until one of them is used."""
INSTANCE = HOME + "/{instance:int}"


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """The instances in one state, of one process or all, as far as they fit."""
    box = box_of(request)
    listing = listing_of(request)
    key = listing["process"]
    found = await asyncio.to_thread(
        box.instances.list, page=listing["page"], **asked_for(request, listing)
    )
    return page(
        request,
        "instances.html",
        at=listing.here,
        here="instances",
        listing=listing,
        more=any(listing[name] for name in MORE),
        query=listing.link().partition("?")[2],
        found=found,
        processes=[(process.key, process.name) for process in box.processes.list()],
        versions=[v.version for v in box.processes.versions(key)] if _known(box, key) else [],
    )


def listing_of(request: PageRequest) -> Listing:
    """The list as the address asks for it."""
    return Listing.of(
        request,
        HOME,
        view=VIEWS,
        q=(),
        process=(),
        sort=SORTS,
        overdue=("", "yes"),
        **dict.fromkeys(("version", "variable", "since", "until"), ()),
    )


def asked_for(request: PageRequest, listing: Listing) -> dict[str, Any]:
    """The same as the appliance's list takes it."""
    zone = reader_zone(request)
    return {
        **{name: listing[name] for name in ("view", "q", "process", "sort", "version", "variable")},
        "overdue": bool(listing["overdue"]),
        "since": day_begins(listing["since"], zone) or 0,
        "until": day_begins(listing["until"], zone, days=1),
    }


def _known(box: Box, key: str) -> bool:
    return any(process.key == key for process in box.processes.list())


@get(INSTANCE)
async def show(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Everything about one instance."""
    box = box_of(request)
    whole = box.instances.detail(instance)
    return page(
        request,
        "instance.html",
        here="instances",
        instance=whole.instance,
        tasks=whole.tasks,
        jobs=[job for job in whole.timers if job.kind != "retry"],
        awaited=whole.awaited,
        incidents=whole.incidents,
        variables=whole.variables,
        local=[] if whole.instance.ended else box.variables.local(instance),
        files=whole.files,
        called=whole.called,
        history=in_words(
            whole.history, request.user.name, known_as(request), group_known_as(request)
        ),
        marks=marks_json(whole.marks),
        places=box.instances.places(instance),
        back=_undo_of(box, whole.instance),
        targets=[] if whole.instance.ended else box.instances.targets(instance),
    )


def _undo_of(box: Box, instance: InstanceRow) -> Undo | None:
    return box.instances.undo_of(instance.id) if instance.state == "ACTIVE" else None


@get(INSTANCE + "/diagram")
async def diagram(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """The drawing of its process."""
    found = box_of(request).instances.row(instance)
    return drawing_of(request, found.process_key, found.process_version)


@post(INSTANCE + "/suspend")
async def suspend(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Stop its clock; nobody can complete its tasks."""
    instances = box_of(request).instances
    await instances.suspend(instance, actor_of(request), await reason_of(request))
    return go(f"{HOME}/{instance}", _("Suspended."))


@post(INSTANCE + "/activate")
async def activate(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Let it go on."""
    instances = box_of(request).instances
    await instances.activate(instance, actor_of(request), await reason_of(request))
    return go(f"{HOME}/{instance}", _("Active again."))


@post(INSTANCE + "/cancel")
async def cancel(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """End it, with a reason."""
    reason = (await text_of(request, "reason")).strip()[:500]
    await box_of(request).instances.cancel(instance, reason, actor_of(request))
    return go(f"{HOME}/{instance}", _("Cancelled."))


@post(INSTANCE + "/move")
async def move(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Cancel tokens and start others, by hand."""
    form = await form_of(request)
    cancel = [int(token) for token in texts_of(form, "cancel") if token.isdecimal()]
    start = [node for node in texts_of(form, "start") if node]
    if not cancel and not start:
        return go(f"{HOME}/{instance}", _("Choose what to cancel and where to start."), bad=True)
    try:
        await box_of(request).instances.modify(
            instance,
            actor_of(request),
            cancel=cancel,
            start=start,
            reason=await reason_of(request),
        )
    except (NotWaiting, InstanceSuspended) as error:
        return go(f"{HOME}/{instance}", translated(error), bad=True)
    return go(f"{HOME}/{instance}", _("Moved."))


@post(INSTANCE + "/move-back")
async def move_back(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Undo what was moved last, unless something happened since."""
    form = await form_of(request)
    mark = next((int(mark) for mark in texts_of(form, "mark") if mark.isdecimal()), 0)
    try:
        await box_of(request).instances.move_back(
            instance, mark, actor_of(request), await reason_of(request)
        )
    except (Conflict, NotWaiting, InstanceSuspended) as error:
        return go(f"{HOME}/{instance}", translated(error), bad=True)
    return go(f"{HOME}/{instance}", _("Moved back."))


@post(INSTANCE + "/repeat")
async def repeat(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Send it back to a step."""
    node = await text_of(request, "node")
    try:
        await box_of(request).instances.repeat(
            instance, node, actor_of(request), await reason_of(request)
        )
    except (NotWaiting, InstanceSuspended) as error:
        return go(f"{HOME}/{instance}", translated(error), bad=True)
    return go(f"{HOME}/{instance}", _("Sent back."))


def texts_of(form: FormMultiDict, name: str) -> list[str]:
    """All texts of a field that may be there several times."""
    return [value for value in form.getall(name, []) if isinstance(value, str)]


handlers = [show_all, show, diagram, suspend, activate, cancel, move, move_back, repeat]
