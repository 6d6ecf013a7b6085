"""/account/second-factor: codes of an authenticator app at the sign-in, and turning them off."""

from __future__ import annotations

from typing import Any

import segno
from litestar import Response, get, post
from markupsafe import Markup

from appliance.errors import Conflict, TooManyAttempts, WrongPassword
from web.bodies import text_of
from web.box import box_of
from web.render import go, page
from web.security import PageRequest
from web.texts import _
from web.translated import translated

HOME = "/account/second-factor"


@get(HOME)
async def show(request: PageRequest) -> Response[Any]:
    """The key for the app, while it is not confirmed."""
    return _page(request)


@post(HOME)
async def begin(request: PageRequest) -> Response[Any]:
    """Make a new key."""
    try:
        await box_of(request).second_factor.begin(request.user.name)
    except Conflict as error:
        return go("/account", translated(error), bad=True)
    return go(HOME)


@post(HOME + "/confirm")
async def confirm(request: PageRequest) -> Response[Any]:
    """The app shows the right code: it is asked for from now on."""
    code = await text_of(request, "code")
    try:
        codes = await box_of(request).second_factor.confirm(request.user.name, code)
    except WrongPassword as error:
        return _page(request, translated(error))
    return page(request, "second_factor.html", here="account", codes=codes)


@post(HOME + "/remove")
async def remove(request: PageRequest) -> Response[Any]:
    """Ask for no code any more; that takes one."""
    code = await text_of(request, "code")
    try:
        await box_of(request).second_factor.turn_off(request.user.name, code)
    except (WrongPassword, TooManyAttempts) as error:
        return go("/account", translated(error), bad=True)
    return go("/account", _("No code is asked for any more."))


def _page(request: PageRequest, problem: str = "") -> Response[Any]:
    factor, name = box_of(request).second_factor, request.user.name
    secret = factor.pending(name)
    if secret is None:
        return go("/account")
    picture = segno.make(factor.address_of(name, secret), error="m")
    return page(
        request,
        "second_factor.html",
        status=422 if problem else 200,
        here="account",
        codes=(),
        secret=secret,
        picture=Markup(picture.svg_inline(scale=5, dark="#000", light="#fff")),
        problem=problem,
    )


handlers = [show, begin, confirm, remove]
