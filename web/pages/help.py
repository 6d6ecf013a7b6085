"""/help: the pages of the help, for everybody who is signed in."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from web import help_pages
from web.render import page
from web.security import PageRequest
from web.texts import language


@get("/help")
async def contents(request: PageRequest) -> Response[Any]:
    """What there is to read."""
    return page(
        request, "help_contents.html", here="help", chapters=help_pages.chapters(language())
    )


@get("/help/{name:str}")
async def show(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """One page."""
    if name not in help_pages.names():
        raise NotFoundException
    return page(
        request,
        "help.html",
        here="help",
        article=help_pages.entry(name, language()),
        body=help_pages.body(name, language(), admin=request.user.admin),
        chapters=help_pages.chapters(language()),
    )


handlers = [contents, show]
