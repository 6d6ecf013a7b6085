"""/admin/users: who may sign in, what they may do, and how they get a password."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from appliance.errors import Conflict, GroupNotFound, InvalidInput
from appliance.fingerprint import fingerprint
from appliance.people import User
from web.bodies import form_of, text_of, texts_of
from web.box import box_of
from web.live import end_streams
from web.pages.api_keys import site_address
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

HOME = "/admin/users"
PERSON = HOME + "/{name:str}"


@get(HOME)
async def show_all(request: PageRequest, q: FromQuery[str] = "") -> Response[Any]:
    """All people, or those whose name, address or group holds a word."""
    people = box_of(request).people
    word = q.strip().casefold()[:100]
    users = [user for user in people.list() if word in _searched(user)]
    return page(request, "users.html", here="people", users=users, q=q.strip())


@get(HOME + "/new")
async def ask(request: PageRequest) -> Response[Any]:
    """The form for a new person."""
    return _new(request)


@post(HOME + "/new")
async def create(request: PageRequest) -> Response[Any]:
    """Add a person; they choose their password by a link."""
    box, given = box_of(request), await _profile(request)
    name = await text_of(request, "name")
    try:
        user = await box.people.add(name, None, **given, by=actor_of(request))
    except (InvalidInput, Conflict, GroupNotFound) as error:
        return _new(request, {"name": name, **given}, translated(error))
    return await _with_link(request, user.name)


@get(PERSON)
async def show(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """One person."""
    return _person(request, name)


@post(PERSON)
async def change(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Change a person's name, address, groups and whether they administer."""
    people, profile = box_of(request).people, await _profile(request)
    user, seen = people.get(name), await text_of(request, "seen")
    try:
        await people.update(user.name, **profile, by=actor_of(request), seen=seen)
    except (InvalidInput, Conflict, GroupNotFound) as error:
        return _person(request, name, entered=profile, problem=translated(error))
    return go(_address(user.name), _("Saved."))


@post(PERSON + "/link")
async def make_link(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """A link by which the person chooses a new password; shown once."""
    return await _with_link(request, name)


@post(PERSON + "/disable")
async def disable(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Sign a person out and let them in no more."""
    try:
        await box_of(request).people.disable(name, actor_of(request))
    except Conflict as error:
        return go(_address(name), translated(error), bad=True)
    end_streams(request)
    return go(_address(name), _("This person can no longer sign in."))


@post(PERSON + "/second-factor/remove")
async def remove_second_factor(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """A person has lost their app and their recovery codes."""
    await box_of(request).second_factor.remove(name, actor_of(request))
    return go(_address(name), _("No code is asked of this person any more."))


@post(PERSON + "/enable")
async def enable(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Let a person in again."""
    await box_of(request).people.enable(name, actor_of(request))
    return go(_address(name), _("This person can sign in again."))


async def _profile(request: PageRequest) -> dict[str, Any]:
    """What a form says of a person."""
    form = await form_of(request)
    return {
        "display_name": await text_of(request, "display_name"),
        "email": await text_of(request, "email"),
        "admin": "admin" in form,
        "groups": texts_of(form, "groups"),
    }


async def _with_link(request: PageRequest, name: str) -> Response[Any]:
    token = await box_of(request).password_links.create(name, actor_of(request))
    return _person(request, name, link=f"{site_address(request)}/password/{token}")


def _person(
    request: PageRequest,
    name: str,
    link: str = "",
    entered: dict[str, Any] | None = None,
    problem: str = "",
) -> Response[Any]:
    box = box_of(request)
    person = box.people.get(name)
    return page(
        request,
        "user.html",
        status=422 if problem else 200,
        here="people",
        person=person,
        shown=entered or person,
        seen=fingerprint(person.profile),
        groups=box.people.groups(),
        sessions=box.sessions.list(person.name),
        second_factor=box.second_factor.enabled(person.name),
        coming=box.substitutes.coming(person.name),
        link=link,
        problem=problem,
    )


def _new(
    request: PageRequest, given: dict[str, Any] | None = None, problem: str = ""
) -> Response[Any]:
    return page(
        request,
        "user_new.html",
        status=422 if problem else 200,
        here="people",
        given=given or {"name": "", "display_name": "", "email": "", "admin": False, "groups": []},
        groups=box_of(request).people.groups(),
        problem=problem,
    )


def _address(name: str) -> str:
    return f"{HOME}/{quote(name, safe='')}"


def _searched(user: User) -> str:
    return " ".join([user.name, user.display_name, user.email, *user.groups]).casefold()


handlers = [show_all, ask, create, show, change, make_link, disable, remove_second_factor, enable]
