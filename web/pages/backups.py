"""/admin/system/backups: the backups of this server: made now, taken away, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import File

from appliance.errors import Conflict
from web.box import box_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

HOME = "/admin/system/backups"
BACKUP = HOME + "/{name:str}"


@get(HOME)
async def show(request: PageRequest) -> Response[Any]:
    """All of them, and what goes on."""
    backups = box_of(request).backups
    return page(
        request, "backups.html", here="system", backups=backups.list(), state=backups.state()
    )


@post(HOME)
async def make(request: PageRequest) -> Response[Any]:
    """Begin one in the background."""
    try:
        box_of(request).backups.begin(actor_of(request))
    except Conflict as error:
        return go(HOME, translated(error), bad=True)
    return go(HOME, _("The backup has begun."))


@get(BACKUP)
async def download(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """One as a file."""
    path: Path = await box_of(request).backups.download(name, actor_of(request))
    headers = {"Cache-Control": "private, no-store"}
    return File(path, filename=path.name, media_type="application/zip", headers=headers)


@post(BACKUP + "/delete")
async def delete(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Remove one."""
    await box_of(request).backups.delete(name, actor_of(request))
    return go(HOME, _("The backup is deleted."))


handlers = [show, make, download, delete]
