"""/admin/api-keys: the keys with which other programs use the REST API."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.actor import SCOPES, USUAL, Rights
from appliance.calls import Call
from appliance.errors import Conflict, InvalidInput
from appliance.fingerprint import fingerprint
from appliance.keys import Key, NewKey
from engine.times import HOUR
from web.bodies import form_of, text_of, texts_of
from web.box import box_of
from web.date_fields import end_of_day
from web.render import go, page, reader_zone
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

HOME = "/admin/api-keys"
KEY = HOME + "/{key:int}"
OVERLAPS = (0, 1, 24, 7 * 24)
"""Hours for which the secret before may count after a change."""


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """All keys, and the form for a new one."""
    return _page(request)


@post(HOME)
async def create(request: PageRequest) -> Response[Any]:
    """Make a key. This answer is the only place where it can ever be read."""
    name, until = await text_of(request, "name"), await text_of(request, "expires")
    rights = await _rights(request)
    try:
        expires = end_of_day(until, reader_zone(request))
        made = await box_of(request).keys.create(
            name, expires=expires, rights=rights, by=actor_of(request)
        )
    except (InvalidInput, Conflict) as error:
        given = {"name": name, "expires": until, "rights": rights}
        return _page(request, given, translated(error))
    return _key(request, made.key, made=made)


@get(KEY)
async def show(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """What a key may do, and its last calls."""
    return _key(request, box_of(request).keys.get(key))


@post(KEY)
async def change(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Change when a key ends, who answers for it and what it may do."""
    keys, until = box_of(request).keys, await text_of(request, "expires")
    rights, owner = await _rights(request), await text_of(request, "owner")
    known, seen = keys.get(key), await text_of(request, "seen")
    try:
        same = until == _day_of(request, known.expires)
        expires = known.expires if same else end_of_day(until, reader_zone(request))
        await keys.change(
            key, expires=expires, owner=owner, rights=rights, by=actor_of(request), seen=seen
        )
    except (InvalidInput, Conflict) as error:
        entered = {"expires": until, "owner": owner, "rights": rights}
        return _key(request, keys.get(key), entered=entered, problem=translated(error))
    return go(_address(key), _("Saved."))


@post(KEY + "/rotate")
async def rotate(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Give a key a new secret, shown only in this answer."""
    hours = await text_of(request, "overlap")
    overlap = int(hours) * HOUR if hours in map(str, OVERLAPS) else 0
    made = await box_of(request).keys.rotate(key, overlap, actor_of(request))
    return _key(request, made.key, made=made)


@post(KEY + "/end-overlap")
async def end_overlap(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Let only the newest secret count."""
    await box_of(request).keys.end_overlap(key, actor_of(request))
    return go(_address(key), _("Only the new secret counts now."))


@post(KEY + "/deactivate")
async def deactivate(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Refuse a key until it is activated again."""
    await box_of(request).keys.deactivate(key, actor_of(request))
    return go(_address(key), _("The key is deactivated."))


@post(KEY + "/activate")
async def activate(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Accept a key again."""
    await box_of(request).keys.activate(key, actor_of(request))
    return go(_address(key), _("The key is active."))


@post(KEY + "/delete")
async def delete(request: PageRequest, key: FromPath[int]) -> Response[Any]:
    """Forget a key for good."""
    await box_of(request).keys.delete(key, actor_of(request))
    box_of(request).calls.forget(key)
    return go(HOME, _("The key is deleted."))


def site_address(request: PageRequest) -> str:
    """The address under which people reach this server."""
    return box_of(request).config.base_url or str(request.base_url).rstrip("/")


async def _rights(request: PageRequest) -> Rights:
    """What a form allows; processes are limited only where that is chosen."""
    form = await form_of(request)
    limited = await text_of(request, "limited") == "some"
    processes = frozenset(texts_of(form, "processes")) if limited else None
    return Rights(frozenset(texts_of(form, "scopes")), processes)


def _page(
    request: PageRequest, given: dict[str, Any] | None = None, problem: str = ""
) -> Response[Any]:
    box = box_of(request)
    return page(
        request,
        "api_keys.html",
        status=422 if problem else 200,
        here="api-keys",
        keys=box.keys.list(),
        given=given or {"name": "", "expires": "", "rights": USUAL},
        problem=problem,
        scopes=SCOPES,
        processes=box.processes.list(),
    )


def _key(
    request: PageRequest,
    key: Key,
    *,
    made: NewKey | None = None,
    entered: dict[str, Any] | None = None,
    problem: str = "",
) -> Response[Any]:
    box, address = box_of(request), site_address(request)
    processes = box.processes.list()
    startable = [
        each.key for each in processes if not each.has_start_form and key.rights.reach(each.key)
    ]
    return page(
        request,
        "api_key.html",
        status=422 if problem else 200,
        here="api-keys",
        key=key,
        shown=entered
        or {"expires": _day_of(request, key.expires), "owner": key.owner, "rights": key.rights},
        seen=fingerprint(key.terms),
        made=made,
        problem=problem,
        scopes=SCOPES,
        processes=processes,
        owners=[user for user in box.people.list() if user.active or user.name == key.owner],
        overlaps=OVERLAPS,
        calls=[(call, _as_curl(call, address)) for call in box.calls.of(key.id)],
        **_calls(made.text if made else "", address, startable),
    )


def _calls(key: str, address: str, startable: Sequence[str]) -> dict[str, str]:
    """Two calls to try the key with, the second where there is something to start."""
    head = f"curl -H 'Authorization: Bearer {key}' \\\n"
    start = ""
    if startable:
        body = "  -H 'Content-Type: application/json' -d '{\"variables\": {}}' \\\n"
        start = f"{head}{body}  {address}/processapi/{quote(startable[0])}/start"
    return {"list_call": f"{head}  {address}/processapi/list", "start_call": start}


def _as_curl(call: Call, address: str) -> str:
    """The call for a shell whose variable KEY holds the key; a body that was cut is left out."""
    words = ["curl", "-H", '"Authorization: Bearer $KEY"']
    if call.method not in ("GET", "POST"):
        words += ["-I"] if call.method == "HEAD" else ["-X", shlex.quote(call.method)]
    if call.body and call.whole:
        text = call.body.decode("utf-8", "replace")
        words += ["-H", "'Content-Type: application/json'", "-d", shlex.quote(text)]
    elif call.method == "POST":
        words += ["-X", "POST"]
    return " ".join([*words, shlex.quote(address + quote(call.path, safe="/?&=%"))])


def _address(key: int) -> str:
    return f"{HOME}/{key}"


def _day_of(request: PageRequest, ms: int | None) -> str:
    """A moment as the day that a date field shows."""
    return (
        ""
        if ms is None
        else datetime.fromtimestamp(ms / 1000, reader_zone(request)).date().isoformat()
    )


handlers = [
    show_all, create, show, change, rotate, end_overlap, deactivate, activate, delete,
]  # fmt: skip
