"""Who asks, and whether they may: API keys for programs, sessions for people, forms of our own.

These run before a handler reads anything of the body:

- ``program``: a usable API key in ``Authorization: Bearer``; ``request.user`` is its ``Actor``,
  ``request.auth`` the key.
- ``signed_in``: a live session in the cookie ``wf_session``; ``request.user`` is the ``User``.
- ``administrator``: the same, of an administrator.
- ``visitor``: anybody, for the pages before the sign-in.

The last three also see that what changes something comes from a page of ours: browsers say where a
request comes from (``Sec-Fetch-Site``, ``Origin``), and every form carries a token that is derived
from the visitor's own cookie, which no other site can read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler

from appliance.actor import Actor
from appliance.errors import Forbidden, Unauthorized
from appliance.keys import Key
from appliance.people import User
from appliance.sessions import Session
from web.bodies import text_of
from web.box import box_of
from web.errors import ForeignRequest
from web.texts import _, speak

if TYPE_CHECKING:
    from appliance.box import Box

SESSION = "wf_session"
VISITOR = "wf_visitor"
TOKEN_FIELD = "_csrf_token"
TOKEN_HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_ID = 2**63

PageRequest = Request[User, Session, State]
"""What the handler of a page for people who are signed in is given."""

ApiRequest = Request[Actor, Key, State]
"""What a handler of the API is given."""

Connection = ASGIConnection[Any, Any, Any, Any]


async def program(request: ApiRequest) -> None:
    """Let programs with a usable API key in; one answer for everything else.

    Called before the handler and not a guard: the framework copies the handler for those, for every
    request.
    """
    program_of(box_of(request), request.scope)


def program_of(box: Box, scope: Any) -> Actor:
    """The program that asks, by its API key; the scope knows it from then on.

    Raises ``Unauthorized``.
    """
    text = _bearer(scope["headers"])
    key = text and box.keys.verify(text)
    if not key:
        raise Unauthorized("Missing or inactive API key")
    actor = scope["user"] = key.actor
    scope["auth"] = key
    return actor


async def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let people in who have a live session; what they see is of now or later."""
    connection.scope["state"]["live"] = box_of(connection).live.now
    text = connection.cookies.get(SESSION, "")
    found = text and box_of(connection).sessions.get(text)
    if not found:
        raise Unauthorized(_("Please sign in."))
    connection.scope["auth"], connection.scope["user"] = found
    if chosen := connection.user.language:
        speak(chosen)
    if any(isinstance(each, int) and each >= _NO_ID for each in connection.path_params.values()):
        raise NotFoundException
    await _check_form(connection, text)


async def administrator(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let administrators in."""
    await signed_in(connection, handler)
    if not connection.user.admin:
        raise Forbidden(_("This page is for administrators."))


async def visitor(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let anybody in; their forms must be ours all the same."""
    text = connection.cookies.get(VISITOR, "")
    if not text and _is_safe(connection):
        text = connection.scope["state"]["new_visitor"] = secrets.token_urlsafe(16)
    await _check_form(connection, text)


def known_visitor(request: Request[Any, Any, Any], response: Response[Any]) -> Response[Any]:
    """The response, with the cookie that the forms of a first-time visitor need."""
    if text := getattr(request.state, "new_visitor", ""):
        response.set_cookie(cookie(request, VISITOR, text))
    return response


def actor_of(request: PageRequest) -> Actor:
    """The person who asks, as the appliance's commands want them."""
    user = request.user
    return Actor.user(user.name, user.groups, admin=user.admin)


def cookie(
    request: Request[Any, Any, Any], name: str, value: str, max_age: int | None = None
) -> Cookie:
    """A cookie that scripts cannot read, that other sites cannot send with their forms, and that
    travels encrypted where the site is encrypted."""
    return Cookie(
        key=name,
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.scope["scheme"] == "https",
    )


def form_token(secret: str) -> str:
    """The token that forms of whoever has this cookie carry."""
    digest = hmac.digest(secret.encode("utf-8", "replace"), b"workingflow form", hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode()


async def _check_form(connection: Connection, secret: str) -> None:
    expected = form_token(secret)
    connection.scope["state"]["csrf_token"] = expected
    if _is_safe(connection):
        return
    _check_origin(connection)
    request: Any = connection
    given = connection.headers.get(TOKEN_HEADER) or await text_of(request, TOKEN_FIELD)
    if not secret or not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise ForeignRequest(
            _("This form is too old, or cookies are off. Go back, reload the page and try again.")
        )


def _is_safe(connection: Connection) -> bool:
    scope: Any = connection.scope
    return scope["method"] in _SAFE


def _check_origin(connection: Connection) -> None:
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        if site in ("same-origin", "none"):
            return
        raise ForeignRequest(_("This form was sent from another site."))
    origin = connection.headers.get("origin")
    if origin is None:
        return
    own = {connection.headers.get("host", ""), urlsplit(_base_url(connection)).netloc}
    if urlsplit(origin).netloc not in own - {""}:
        raise ForeignRequest(
            _(
                "This form was sent from %(origin)s, but this server is reached as %(host)s. If it"
                " stands behind a proxy, set base_url to the address that people use.",
                origin=origin[:200],
                host=connection.headers.get("host", "")[:200],
            )
        )


def _base_url(connection: Connection) -> str:
    return box_of(connection).config.base_url


def _bearer(headers: Any) -> str:
    found = [value for name, value in headers if name == b"authorization"]
    if len(found) != 1:
        return ""
    scheme, _space, text = found[0].partition(b" ")
    return text.strip().decode("latin-1") if scheme.lower() == b"bearer" else ""
