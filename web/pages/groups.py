"""/admin/groups: groups of people, to which models give tasks."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import Conflict, GroupNotFound, InvalidInput, UserNotFound
from web.bodies import text_of
from web.box import box_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

HOME = "/admin/groups"
GROUP = HOME + "/{name:str}"


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """All groups with their members, and the form for a new one."""
    return _page(request)


@post(HOME)
async def create(request: PageRequest) -> Response[Any]:
    """Add a group."""
    name, title = await text_of(request, "name"), await text_of(request, "title")
    try:
        await box_of(request).people.add_group(name, title, actor_of(request))
    except (InvalidInput, Conflict) as error:
        return _page(request, name, title, translated(error))
    return go(HOME, _("The group is added."))


@post(GROUP + "/join")
async def join(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Put a person into a group."""
    try:
        user = await text_of(request, "user")
        await box_of(request).people.join(user, name, actor_of(request))
    except (UserNotFound, GroupNotFound) as error:
        return go(HOME, translated(error), bad=True)
    return go(HOME, _("The person is in the group now."))


@post(GROUP + "/leave")
async def leave(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Take a person out of a group."""
    user = await text_of(request, "user")
    await box_of(request).people.leave(user, name, actor_of(request))
    return go(HOME, _("The person is no longer in the group."))


@post(GROUP + "/delete")
async def delete(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Remove a group; tasks keep its name."""
    await box_of(request).people.remove_group(name, actor_of(request))
    return go(HOME, _("The group is deleted."))


def _page(
    request: PageRequest, name: str = "", title: str = "", problem: str = ""
) -> Response[Any]:
    people = box_of(request).people
    return page(
        request,
        "groups.html",
        status=422 if problem else 200,
        here="people",
        groups=people.groups(),
        users=[user for user in people.list() if user.active],
        name=name,
        title=title,
        problem=problem,
    )


handlers = [show_all, create, join, leave, delete]
