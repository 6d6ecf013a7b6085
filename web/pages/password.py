"""/password/{token}: choosing a password by the link that an administrator handed over."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from appliance.errors import InvalidInput
from web.bodies import text_of
from web.box import box_of
from web.live import end_streams
from web.pages.sign_in import go_on
from web.render import page
from web.security import known_visitor
from web.texts import _
from web.translated import translated

AnyRequest = Request[Any, Any, Any]


@get("/password/{token:str}")
async def ask(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """The form, or 410 when the link is no longer valid."""
    return _form(request, token)


@post("/password/{token:str}")
async def choose(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Set the password and sign in."""
    password = await text_of(request, "password")
    if password != await text_of(request, "again"):
        return _form(request, token, _("The two passwords are not the same."))
    links = box_of(request).password_links
    try:
        user = await (await asyncio.to_thread(links.use, token, password))
    except InvalidInput as error:
        return _form(request, token, translated(error))
    end_streams(request)
    return await go_on(request, user, "/tasks", _("Your password is set."))


def _form(request: AnyRequest, token: str, problem: str = "") -> Response[Any]:
    person = box_of(request).password_links.user_of(token)
    response = page(
        request,
        "password.html",
        status=422 if problem else 200,
        token=token,
        person=person,
        problem=problem,
    )
    return known_visitor(request, response)


handlers = [ask, choose]
