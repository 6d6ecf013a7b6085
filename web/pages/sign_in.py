"""/login: signing in with a name and a password."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery

from appliance.errors import TooManyAttempts, WrongPassword
from appliance.people import User
from web.bodies import text_of
from web.box import box_of
from web.render import go, page
from web.security import SESSION, cookie, known_visitor
from web.translated import translated

# A path of ours: another site's address could begin with two slashes, or with a slash and a
# backslash, which browsers read as two.
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")

AnyRequest = Request[Any, Any, Any]


@get("/login")
async def ask(request: AnyRequest, next: FromQuery[str] = "") -> Response[Any]:
    """The form; whoever is signed in already goes on."""
    text = request.cookies.get(SESSION, "")
    if text and box_of(request).sessions.get(text):
        return go(local(next))
    return _form(request, next)


@post("/login")
async def check(request: AnyRequest) -> Response[Any]:
    """Sign in, or say that this was wrong without saying what."""
    name, wanted = await text_of(request, "name"), await text_of(request, "next")
    password = await text_of(request, "password")
    people = box_of(request).people
    try:
        user = await asyncio.to_thread(people.authenticate, name, password, address_of(request))
    except WrongPassword as error:
        return _form(request, wanted, name, translated(error), status=401)
    except TooManyAttempts as error:
        response = _form(request, wanted, name, translated(error), status=429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return await go_on(request, user, wanted)


@post("/login/code")
async def check_code(request: AnyRequest) -> Response[Any]:
    """The second step, for those who have a second factor."""
    ticket, wanted = await text_of(request, "ticket"), await text_of(request, "next")
    factor = box_of(request).second_factor
    try:
        user = await factor.sign_in(ticket, await text_of(request, "code"))
    except WrongPassword as error:
        return _ask_code(request, ticket, wanted, translated(error), status=401)
    except TooManyAttempts as error:
        response = _ask_code(request, ticket, wanted, translated(error), status=429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return await sign_in(request, user, go(local(wanted)))


async def go_on(request: AnyRequest, user: User, wanted: str, said: str = "") -> Response[Any]:
    """Whose password is right is signed in, or asked for a code first."""
    factor = box_of(request).second_factor
    if factor.enabled(user.name):
        return _ask_code(request, await factor.ticket(user.name), wanted)
    return await sign_in(request, user, go(local(wanted), said))


def _ask_code(
    request: AnyRequest, ticket: str, wanted: str, problem: str = "", status: int = 200
) -> Response[Any]:
    response = page(
        request,
        "login_code.html",
        status=status,
        ticket=ticket,
        next=wanted if local(wanted) == wanted else "",
        problem=problem,
    )
    return known_visitor(request, response)


async def sign_in(request: AnyRequest, user: User, response: Response[Any]) -> Response[Any]:
    """The response, with the cookie of a new session for this user."""
    box = box_of(request)
    agent = request.headers.get("user-agent", "")
    text = await box.sessions.create(user.name, address_of(request), agent)
    response.set_cookie(cookie(request, SESSION, text, box.config.session_limit))
    return response


def local(address: str) -> str:
    """The address if it is a page of ours, else the first page."""
    return address if _LOCAL.fullmatch(address) else "/"


def address_of(request: AnyRequest) -> str:
    """Where the request comes from, for throttling and for the list of sessions."""
    return request.client.host if request.client else ""


def _form(
    request: AnyRequest, wanted: str, name: str = "", problem: str = "", status: int = 200
) -> Response[Any]:
    response = page(
        request,
        "login.html",
        status=status,
        next=wanted if local(wanted) == wanted else "",
        name=name,
        problem=problem,
        setup_needed=box_of(request).setup.needed(),
    )
    return known_visitor(request, response)


handlers = [ask, check, check_code]
