"""/requests: what a person has started, how far it is, and its files."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.views import InstanceDetail
from web.bodies import text_of
from web.box import box_of
from web.diagram import drawing_of, marks_json
from web.history import in_words
from web.listing import Listing
from web.render import go, group_known_as, known_as, page
from web.security import PageRequest, actor_of
from web.texts import _

VIEWS = ("open", "ended", "all")
SORTS = ("-started", "process", "started")
REQUEST = "/requests/{instance:int}"


@get("/requests")
async def show_all(request: PageRequest) -> Response[Any]:
    """The instances that this person has started."""
    listing = Listing.of(request, "/requests", view=VIEWS, q=(), sort=SORTS)
    found = box_of(request).instances.requests_of(request.user.name, **listing.known)
    return page(
        request, "requests.html", at=listing.here, here="requests", listing=listing, found=found
    )


@get(REQUEST)
async def show(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """One of them: its steps, its files, where it is."""
    whole, instances = _find(request, instance), box_of(request).instances
    user = request.user
    return page(
        request,
        "request.html",
        here="requests",
        instance=whole.instance,
        tasks=[(task, task.open_to(user.name, user.groups)) for task in whole.tasks],
        history=in_words(whole.history, user.name, known_as(request), group_known_as(request)),
        marks=marks_json(whole.marks),
        files=whole.files,
        progress=instances.progress(instance),
        may_cancel=instances.may_withdraw(instance, user),
        comments=box_of(request).comments.list(instance, actor_of(request)),
    )


@post(REQUEST + "/cancel")
async def cancel(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Take a request back, where its process allows that."""
    reason = (await text_of(request, "reason")).strip()[:500]
    await box_of(request).instances.withdraw(instance, reason, actor_of(request))
    return go(f"/requests/{instance}", _("Your request is cancelled."))


@get(REQUEST + "/diagram")
async def diagram(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """The drawing of its process."""
    found = _find(request, instance).instance
    return drawing_of(request, found.process_key, found.process_version)


@get("/instances/{instance:int}")
async def short(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """A short link to a case: the page that fits the reader."""
    place = "/admin/instances" if request.user.admin else "/requests"
    return go(f"{place}/{instance}")


def _find(request: PageRequest, instance: int) -> InstanceDetail:
    instances = box_of(request).instances
    instances.check_visible(instance, request.user)
    return instances.detail(instance)


handlers = [show_all, show, cancel, diagram, short]
