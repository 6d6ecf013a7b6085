"""/setup: the first administrator, made by whoever holds the link that the server printed."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery

from appliance.errors import Conflict, InvalidInput, SetupLinkInvalid
from web.bodies import text_of
from web.box import box_of
from web.pages.sign_in import sign_in
from web.render import go, page
from web.security import known_visitor
from web.texts import _
from web.translated import translated

AnyRequest = Request[Any, Any, Any]


@get("/setup")
async def ask(request: AnyRequest, token: FromQuery[str] = "") -> Response[Any]:
    """The form for the first administrator; 410 once there is one, or without a valid link."""
    _check(request, token)
    return _form(request, token)


@post("/setup")
async def create(request: AnyRequest) -> Response[Any]:
    """Make the administrator and sign them in."""
    token = await text_of(request, "token")
    _check(request, token)
    name, shown = await text_of(request, "name"), await text_of(request, "display_name")
    password = await text_of(request, "password")
    if password != await text_of(request, "again"):
        problem = _("The two passwords are not the same.")
        return _form(request, token, name, shown, problem)
    try:
        setup = box_of(request).setup
        made = await asyncio.to_thread(setup.use, token, name, password, display_name=shown)
        user = await made
    except InvalidInput as error:
        return _form(request, token, name, shown, translated(error))
    except Conflict as error:
        raise SetupLinkInvalid(translated(error)) from None
    welcome = _("Welcome. You administer this server.")
    return await sign_in(request, user, go("/tasks", welcome))


def _check(request: AnyRequest, token: str) -> None:
    setup = box_of(request).setup
    if not setup.needed():
        raise SetupLinkInvalid(_("This server is set up already. Sign in instead."))
    setup.check(token)


def _form(
    request: AnyRequest, token: str, name: str = "", shown: str = "", problem: str = ""
) -> Response[Any]:
    response = page(
        request,
        "setup.html",
        status=422 if problem else 200,
        token=token,
        name=name,
        display_name=shown,
        problem=problem,
    )
    return known_visitor(request, response)


handlers = [ask, create]
