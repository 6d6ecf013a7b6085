"""/files/{instance}/{name}: a file of an instance, for the people who take part in it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from web.box import box_of
from web.downloads import download
from web.security import PageRequest


@get("/files/{instance:int}/{name:str}")
async def show(request: PageRequest, instance: FromPath[int], name: FromPath[str]) -> Response[Any]:
    """The file as a download."""
    box = box_of(request)
    box.instances.check_visible(instance, request.user)
    return await download(request, box.files.open(instance, name))


handlers = [show]
