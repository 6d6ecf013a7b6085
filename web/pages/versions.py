"""/admin/processes/…/compare, /migrate and /admin/moves: versions, and running instances between.

Comparing shows what differs, on both diagrams and as a list. Migrating is planned on both diagrams,
rehearsed on copies, carried out in the background, and taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath, FromQuery

from appliance.errors import Conflict, InvalidInput
from appliance.views_moves import Match, Outlook
from engine.difference import Difference
from engine.errors import MappingInvalid
from web.bodies import form_of
from web.box import box_of
from web.pages.incidents import reason_of
from web.pages.processes import HOME
from web.render import go, page
from web.security import PageRequest, actor_of
from web.translated import translated

MOVES = "/admin/moves"
PROCESS = HOME + "/{key:str}"
NOTHING = "-"
"""What the form says where nothing takes the place of an element."""


@get(PROCESS + "/compare")
async def compare(
    request: PageRequest, key: FromPath[str], old: FromQuery[int] = 0, new: FromQuery[int] = 0
) -> Response[Any]:
    """Two versions: the last one and the one before, unless the address says others."""
    processes = box_of(request).processes
    new = new or processes.get(key).version
    old = old or max(1, new - 1)
    found = await asyncio.to_thread(processes.differences, key, old, new)
    return page(
        request,
        "compare.html",
        here="processes",
        process=processes.get(key, new),
        versions=processes.versions(key),
        old=old,
        new=new,
        found=found,
        old_marks=marks(found, ("removed", "changed")),
        new_marks=marks(found, ("added", "changed")),
    )


@get(PROCESS + "/migrate")
async def plan(
    request: PageRequest,
    key: FromPath[str],
    old: FromQuery[int] = 0,
    new: FromQuery[int] = 0,
    instances: FromQuery[str] = "",
) -> Response[Any]:
    """What would take the place of what, and which instances would move."""
    return await _plan(request, key, old, new, _numbers(instances), {})


@post(PROCESS + "/migrate")
async def migrate(
    request: PageRequest,
    key: FromPath[str],
    old: FromQuery[int] = 0,
    new: FromQuery[int] = 0,
    instances: FromQuery[str] = "",
) -> Response[Any]:
    """Try it on copies, or do it."""
    form = await form_of(request)
    given, chosen = _given(form), _numbers(instances)
    moves = box_of(request).moves
    try:
        if form.get("action") != "move":
            outlook = await asyncio.to_thread(moves.rehearse, key, old, new, given, chosen)
            return await _plan(request, key, old, new, chosen, given, outlook)
        move = await moves.begin(
            key,
            old,
            new,
            actor_of(request),
            mapping=given,
            instances=chosen,
            reason=await reason_of(request),
        )
    except (InvalidInput, MappingInvalid) as error:
        return await _plan(request, key, old, new, chosen, {}, None, translated(error))
    return go(f"{MOVES}/{move}")


@get(MOVES + "/{move:int}")
async def show_move(request: PageRequest, move: FromPath[int]) -> Response[Any]:
    """How far a migration is, and what stayed where it was."""
    moves = box_of(request).moves
    found = moves.get(move)
    return page(
        request,
        "move.html",
        here="processes",
        move=found,
        process=box_of(request).processes.get(found.key),
        left=moves.left(move),
    )


@post(MOVES + "/{move:int}/undo")
async def undo(request: PageRequest, move: FromPath[int]) -> Response[Any]:
    """Move back what was moved."""
    moves = box_of(request).moves
    try:
        back = await moves.undo(move, actor_of(request), await reason_of(request))
    except Conflict as error:
        return go(f"{MOVES}/{move}", translated(error), bad=True)
    return go(f"{MOVES}/{back}")


async def _plan(
    request: PageRequest,
    key: str,
    old: int,
    new: int,
    instances: Sequence[int],
    given: Mapping[str, str],
    outlook: Outlook | None = None,
    problem: str = "",
) -> Response[Any]:
    box = box_of(request)
    latest = box.processes.get(key).version
    new, old = new or latest, old or max(1, latest - 1)
    try:
        found = await asyncio.to_thread(box.moves.plan, key, old, new, given)
    except InvalidInput as error:
        if latest == 1:
            return go(f"{HOME}/{quote(key)}", translated(error), bad=True)
        return go(f"{HOME}/{quote(key)}/migrate", translated(error), bad=True)
    return page(
        request,
        "migrate.html",
        status=422 if problem else 200,
        here="processes",
        process=box.processes.get(key),
        versions=box.processes.versions(key),
        running=box.statistics.running_by_version(key),
        plan=found,
        old=old,
        new=new,
        instances=instances,
        outlook=outlook,
        problem=problem,
        nothing=NOTHING,
        old_marks=_old_marks(found.matches),
        new_marks=_new_marks(found.matches),
    )


def _given(form: FormMultiDict) -> dict[str, str]:
    """What a person decided: new elements by old ones, an empty text where nothing fits."""
    found: dict[str, str] = {}
    for name, value in form.multi_items():
        node = name.removeprefix("to.")
        if name.startswith("to.") and isinstance(value, str):
            found[node] = "" if value == NOTHING else value
    return found


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.isdecimal() and len(part) < 19][:1000]


def marks(found: Sequence[Difference], kinds: Sequence[str]) -> str:
    """The marks of a diagram that shows these kinds of differences."""
    return _json({"kinds": {each.element: each.what for each in found if each.what in kinds}})


def _old_marks(matches: Sequence[Match]) -> str:
    """Where something stands, with how many, and whether it has a place to go to."""
    live = [match for match in matches if match.live]
    kinds = {match.node_id: "mapped" if match.target else "lost" for match in live}
    return _json({"kinds": kinds, "badges": {match.node_id: str(match.live) for match in live}})


def _new_marks(matches: Sequence[Match]) -> str:
    arriving: dict[str, int] = {}
    for match in matches:
        if match.live and match.target:
            arriving[match.target] = arriving.get(match.target, 0) + match.live
    kinds = dict.fromkeys(arriving, "mapped")
    return _json({"kinds": kinds, "badges": {node: f"+{n}" for node, n in arriving.items()}})


def _json(marks: object) -> str:
    return msgspec.json.encode(marks).decode()


handlers = [compare, plan, migrate, show_move, undo]
