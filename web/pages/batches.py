"""/admin/batches: what is being done to many instances at once, and what came of it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from appliance.views import BatchView
from web.box import box_of
from web.render import page
from web.security import PageRequest
from web.texts import _

HOME = "/admin/batches"
_PLACES = {"retry": "/admin/incidents", "hand-over": "/tasks"}
"""Where the subjects of an act are shown, if they are no instances."""


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """The last batches."""
    found = box_of(request).batches.latest(100)
    titles = {batch.id: title_of(batch) for batch in found}
    return page(request, "batches.html", here="instances", batches=found, titles=titles)


@get(HOME + "/{batch:int}")
async def show(request: PageRequest, batch: FromPath[int]) -> Response[Any]:
    """How far a batch is, and what it could not do."""
    batches = box_of(request).batches
    found = batches.get(batch)
    return page(
        request,
        "batch.html",
        here="instances",
        batch=found,
        title=title_of(found),
        refused=batches.refused(batch),
        place=_PLACES.get(found.what, "/admin/instances"),
    )


def title_of(batch: BatchView) -> str:
    """What a batch does."""
    return {
        "suspend": _("Suspend"),
        "activate": _("Activate"),
        "cancel": _("Cancel"),
        "set-variables": _("Set variables"),
        "repeat": _("Send back"),
        "modify": _("Move tokens"),
        "retry": _("Try again"),
        "hand-over": _("Hand over tasks"),
    }[batch.what]


handlers = [show_all, show]
