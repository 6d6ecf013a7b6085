"""Whom administrators name for a process: /admin/processes/…/starters and …/notify.

And /admin/incidents/notify: who is told of incidents of all other processes.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.audiences import INCIDENT, START, Audience
from appliance.errors import Conflict, GroupNotFound, UserNotFound
from appliance.fingerprint import fingerprint
from web.bodies import form_of, text_of, texts_of
from web.box import box_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

STARTERS = "/admin/processes/{key:str}/starters"
NOTIFY = "/admin/processes/{key:str}/notify"
NOTIFY_ALL = "/admin/incidents/notify"


@get(STARTERS)
async def show_starters(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Who may start a process."""
    return _page(request, START, key)


@post(STARTERS)
async def set_starters(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Name others, or leave it to the model again."""
    return await _set(request, START, key)


@get(NOTIFY)
async def show_told(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Who is told of incidents of a process."""
    return _page(request, INCIDENT, key)


@post(NOTIFY)
async def set_told(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Name others, or leave it to the rule of all processes again."""
    return await _set(request, INCIDENT, key)


@get(NOTIFY_ALL)
async def show_told_of_all(request: PageRequest) -> Response[Any]:
    """Who is told of incidents where a process has no rule of its own."""
    return _page(request, INCIDENT, "")


@post(NOTIFY_ALL)
async def set_told_of_all(request: PageRequest) -> Response[Any]:
    """Name others, or the administrators again."""
    return await _set(request, INCIDENT, "")


def facts(request: PageRequest, key: str) -> dict[str, Any]:
    """What the page of a process says of who starts it and who is told."""
    audiences = box_of(request).audiences
    return {
        "named_starters": audiences.of(START, key),
        "told_here": audiences.of(INCIDENT, key),
        "told_of_all": told_of_all(request),
    }


def told_of_all(request: PageRequest) -> Audience:
    """Who is told of incidents of processes that have no rule of their own."""
    return box_of(request).audiences.of(INCIDENT, "") or Audience(True)


async def _set(request: PageRequest, purpose: str, key: str) -> Response[Any]:
    wanted, seen = await _wanted(request), await text_of(request, "seen")
    named = await _named(request)
    audiences = box_of(request).audiences
    if (named.users or named.groups) and (wanted is None or (wanted.usual and purpose == START)):
        wrong = _("You named people or groups: save once more to choose them, or take them out.")
        return _page(request, purpose, key, named, wrong)
    try:
        await audiences.set(purpose, key, wanted, actor_of(request), seen=seen)
    except (Conflict, GroupNotFound, UserNotFound) as error:
        return _page(request, purpose, key, wanted, translated(error))
    return go(f"/admin/processes/{quote(key)}" if key else "/admin/incidents", _("Saved."))


async def _wanted(request: PageRequest) -> Audience | None:
    named, who = await _named(request), await text_of(request, "who")
    if who not in ("usual", "named"):
        return None
    return Audience(who == "usual", named.users, named.groups)


async def _named(request: PageRequest) -> Audience:
    """Nobody but the people and groups of the form."""
    form, users = await form_of(request), await text_of(request, "users")
    names = tuple(filter(None, re.split(r"[,;\s]+", users)))
    return Audience(False, names, tuple(texts_of(form, "groups")))


def _page(
    request: PageRequest, purpose: str, key: str, entered: Audience | None = None, problem: str = ""
) -> Response[Any]:
    box = box_of(request)
    process = box.processes.get(key) if key else None
    now = box.audiences.of(purpose, key)
    shown = entered if problem else now
    groups = {name: name for name in (shown.groups if shown else ())}
    groups |= {group.name: group.label for group in box.people.groups()}
    return page(
        request,
        "audience.html",
        status=422 if problem else 200,
        here="processes" if key else "incidents",
        process=process,
        purpose=purpose,
        now_named=now,
        shown=shown,
        seen=fingerprint(now),
        groups=groups,
        model=process and box.processes.model_starters(process),
        told_of_all=told_of_all(request),
        problem=problem,
    )


handlers = [
    show_starters, set_starters, show_told, set_told, show_told_of_all, set_told_of_all,
]  # fmt: skip
