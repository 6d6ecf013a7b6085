"""/tasks: the inbox. What I have to do, what my groups have to do, what is late, what is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import Conflict, InvalidInput, UserNotFound
from appliance.pending import Pending
from engine.errors import Refused
from web.bodies import form_of, text_of
from web.box import box_of
from web.listing import MAX_TEXT, Listing
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _, plural
from web.translated import translated

VIEWS = ("mine", "group", "substituting", "overdue", "done")
SORTS = ("due", "priority", "created", "name", "process")
KEPT = ("view", "q", "process", "sort")
MOST = 200
"""How many tasks one press of a button is about."""
SUGGESTED = 12


@get("/tasks")
async def show(request: PageRequest) -> Response[Any]:
    """The inbox in one of its views."""
    box = box_of(request)
    listing = Listing.of(request, "/tasks", view=VIEWS, q=(), process=(), sort=SORTS)
    found = box.inbox.list(request.user, **listing.known)
    return page(
        request,
        "inbox.html",
        at=listing.here,
        here="inbox",
        listing=listing,
        found=found,
        processes=sorted({process.name for process in box.processes.list()}),
        saved=box.saved_filters.list(request.user),
        query=listing.link().partition("?")[2],
    )


@post("/tasks/bulk")
async def act(request: PageRequest) -> Response[Any]:
    """Claim, give back or assign all tasks that were picked; each for itself."""
    form, by = await form_of(request), actor_of(request)
    tasks, box = box_of(request).tasks, box_of(request)
    picked = [int(id) for id in form.getall("task", []) if isinstance(id, str) and id.isdecimal()]
    back, action = local(await text_of(request, "back")), await text_of(request, "action")
    if not picked:
        return go(back, _("Pick some tasks first."), bad=True)
    if action == "assign":
        try:
            if not (typed := (await text_of(request, "to")).strip()):
                raise InvalidInput(_("Name whom to assign them to."))
            to = box.people.get(typed)
        except (InvalidInput, UserNotFound) as error:
            return go(back, translated(error), bad=True)
        done, refused = await _each(picked, lambda id: tasks.assign(id, to.name, by))
        said = plural("%(num)s task assigned to %(who)s.", "%(num)s tasks assigned to %(who)s.",
                      done, who=to.label)  # fmt: skip
    elif action == "unclaim":
        done, refused = await _each(picked, lambda id: tasks.unclaim(id, by))
        said = plural("%(num)s task given back.", "%(num)s tasks given back.", done)
    else:
        done, refused = await _each(picked, lambda id: tasks.claim(id, by))
        said = plural("%(num)s task claimed.", "%(num)s tasks claimed.", done)
    return go(back, f"{said} {refused}".strip(), bad=bool(refused))


@get("/frag/inbox-count")
async def count(request: PageRequest) -> Response[Any]:
    """The numbers in the navigation, fetched when something changed."""
    return page(request, "counts.html")


@get("/frag/people")
async def people(request: PageRequest) -> Response[Any]:
    """The people whose names hold what was typed, for the fields that ask for somebody."""
    asked = request.query_params
    typed = (asked.get("users") or asked.get("to") or asked.get("q") or "")[-MAX_TEXT:]
    before, comma, last = typed.rpartition(",")  # in a list of names the last is being typed
    word = last.strip().casefold()
    found = [
        one
        for one in box_of(request).people.list()
        if one.active and word in f"{one.name} {one.display_name}".casefold()
    ]
    kept = f"{before}{comma} " if comma else ""
    return page(request, "people_options.html", people=found[:SUGGESTED], kept=kept)


@post("/tasks/filters")
async def save(request: PageRequest) -> Response[Any]:
    """Keep what the inbox shows under a name."""
    query, name = tidy(await text_of(request, "query")), await text_of(request, "name")
    shared = bool(await text_of(request, "shared"))
    try:
        filters = box_of(request).saved_filters
        await filters.save(request.user, name, query, shared=shared)
    except (InvalidInput, Conflict) as error:
        return go(f"/tasks?{query}", translated(error), bad=True)
    return go(f"/tasks?{query}", _("The filter is saved."))


@post("/tasks/filters/{id:int}/remove")
async def remove(request: PageRequest, id: FromPath[int]) -> Response[Any]:
    """Forget a saved filter."""
    await box_of(request).saved_filters.remove(request.user, id)
    return go("/tasks", _("The filter is removed."))


def local(address: str) -> str:
    """The address if it is one of the inbox, else the inbox."""
    return address if address == "/tasks" or address.startswith("/tasks?") else "/tasks"


def tidy(query: str) -> str:
    """What of a query is a filter of the inbox."""
    pairs = [(name, value[:MAX_TEXT]) for name, value in parse_qsl(query) if name in KEPT]
    return urlencode(dict(pairs))


async def _each(picked: Iterable[int], command: Any) -> tuple[int, str]:
    """Give a command for each task; how many went well, and why others did not."""
    waiting: list[Pending[None]] = []
    refused: list[str] = []
    for id in list(picked)[:MOST]:
        try:
            waiting.append(command(id))
        except Refused as error:
            refused.append(translated(error))
    done = 0
    for pending in waiting:
        try:
            await pending
            done += 1
        except Refused as error:
            refused.append(translated(error))
    if not refused:
        return done, ""
    why = refused[0].rstrip(".")
    return done, plural("%(num)s is left: %(why)s.", "%(num)s are left: %(why)s.",
                        len(refused), why=why)  # fmt: skip


handlers = [show, act, count, people, save, remove]
