"""/admin/system: what runs here and how it does, its settings, the end of its log."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from appliance.config import PREFIX, SETTINGS
from web.box import box_of
from web.listing import Listing
from web.render import page
from web.security import PageRequest
from web.translated import translated

HOME = "/admin/system"
LEVELS = ("info", "debug", "warning", "error")


@get(HOME)
async def show(request: PageRequest) -> Response[Any]:
    """The program, its space and growth, the health of its threads."""
    box = box_of(request)
    system, state = box.system, box.backups.state()
    return page(
        request,
        "system.html",
        here="system",
        program=system.program(),
        space=system.space(),
        growth=system.growth(),
        forecast=system.forecast(),
        writer=system.writer(),
        timers=system.timers(),
        backup=next(iter(box.backups.list()), None),
        next_backup=state.next,
    )


@get(HOME + "/settings")
async def settings(request: PageRequest) -> Response[Any]:
    """Each setting with where its value comes from."""
    config = box_of(request).config
    rows = [
        (name, config.shown(name), config.source(name), translated(SETTINGS[name].metadata["help"]))
        for name in SETTINGS
    ]
    return page(request, "system_settings.html", here="system", rows=rows, prefix=PREFIX)


@get(HOME + "/log")
async def log(request: PageRequest) -> Response[Any]:
    """What was logged last."""
    listing = Listing.of(request, HOME + "/log", level=LEVELS, q=())
    lines = box_of(request).system.log(listing["level"], listing["q"])
    return page(
        request, "system_log.html", here="system", listing=listing, lines=lines, levels=LEVELS
    )


handlers = [show, settings, log]
