"""/people/…/substitutes: who does a person's tasks while they are away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import Conflict, InvalidInput, UserNotFound
from web import forms
from web.bodies import form_of, text_of, texts_of
from web.box import box_of
from web.date_fields import day_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

HOME = "/people/{name:str}/substitutes"


@get(HOME)
async def show(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """All of a person, and the form for another one."""
    return _page(request, name)


@post(HOME)
async def choose(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """Let somebody stand in."""
    form = await form_of(request)
    typed = {field: (await text_of(request, field)).strip() for field in ("first", "last", "to")}
    limited = await text_of(request, "limited") == "some"
    processes = texts_of(form, "processes") if limited else None
    substitutes = box_of(request).substitutes
    try:
        first, last = (day_of(typed[field]) for field in ("first", "last"))
        await substitutes.set(name, typed["to"], first, last, processes, actor_of(request))
    except (InvalidInput, UserNotFound, Conflict) as error:
        return _page(request, name, {**typed, "processes": processes}, translated(error))
    return go(_address(name), _("Saved."))


@post(HOME + "/{id:int}/end")
async def end(request: PageRequest, name: FromPath[str], id: FromPath[int]) -> Response[Any]:
    """Let it be over, or forget it."""
    await box_of(request).substitutes.end(name, id, actor_of(request))
    return go(_address(name), _("Changed."))


def _address(name: str) -> str:
    return f"/people/{quote(name, safe='')}/substitutes"


def _page(
    request: PageRequest, name: str, typed: Mapping[str, Any] | None = None, problem: str = ""
) -> Response[Any]:
    box = box_of(request)
    found = box.substitutes.list(name, actor_of(request))
    person = box.people.get(name)
    today = forms.now_of(box, person).date().isoformat()
    return page(
        request,
        "substitutes.html",
        status=422 if problem else 200,
        here="account" if person.name == request.user.name else "people",
        person=person,
        found=found,
        standing_in=box.substitutes.standing_in(person.name),
        processes=box.processes.list(),
        typed=typed or {"first": today, "last": today, "to": "", "processes": None},
        problem=problem,
    )


handlers = [show, choose, end]
