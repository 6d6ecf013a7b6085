"""/search: one field for everything a person may see: tasks, cases, processes, people, pages, help.

The same page, without its frame, fills the command palette (Ctrl+K). It asks the lists that the
other pages show, so it finds nothing that its reader could not open there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Response, get

from appliance.config import SETTINGS
from web import help_pages
from web.box import box_of
from web.render import page
from web.security import PageRequest, actor_of
from web.texts import _, language
from web.translated import translated

SHOWN = 6
"""How many entries of a kind are shown; its list has them all."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to go to; ``note`` says more about it."""

    text: str
    href: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Entries of one kind, and where all of them are (empty: here)."""

    title: str
    icon: str
    entries: list[Entry]
    all: str = ""


@get("/search")
async def search(request: PageRequest) -> Response[Any]:
    """What fits ``q``; without it the pages, as a map of the site."""
    q = " ".join(request.query_params.get("q", "").split())[:LONGEST]
    kinds = [kind for kind in _kinds(request, q) if kind.entries]
    return page(request, "search.html", here="search", q=q, kinds=kinds)


def _kinds(request: PageRequest, q: str) -> Iterator[Kind]:
    if q:
        yield _tasks(request, q)
        yield _cases(request, q)
    yield _starts(request, q)
    yield Kind(_("Go to"), "right", _fitting(q, _pages(request.user.admin)))
    if q and request.user.admin:
        yield _processes(request, q)
        yield _people(request, q)
        yield _forms(request, q)
        yield Kind(_("Settings"), "gear", _fitting(q, _settings()), "/admin/system/settings")
    if q:
        yield Kind(_("Help"), "info", _fitting(q, _help()))


def _tasks(request: PageRequest, q: str) -> Kind:
    inbox = box_of(request).inbox
    found = {
        task.id: Entry(task.name, f"/tasks/{task.id}", f"{task.process_name} #{task.instance_id}")
        for view in ("mine", "group", "substituting")
        for task in inbox.list(request.user, view, q).items
    }
    return Kind(_("Tasks"), "inbox", list(found.values())[:SHOWN], "/tasks")


def _cases(request: PageRequest, q: str) -> Kind:
    instances = box_of(request).instances
    if request.user.admin:
        place, found = "/admin/instances", instances.list("all", q)
    else:
        place, found = "/requests", instances.requests_of(request.user.name, "all", q)
    entries = [
        Entry(
            row.name or row.process_name,
            f"{place}/{row.id}",
            f"#{row.id}" + (f" · {row.business_key}" if row.business_key else ""),
        )
        for row in found.items[:SHOWN]
    ]
    title = _("Instances") if request.user.admin else _("My requests")
    return Kind(title, "layers", entries, f"{place}?view=all")


def _starts(request: PageRequest, q: str) -> Kind:
    processes = box_of(request).processes.startable(actor_of(request))
    entries = [
        Entry(each.name, f"/start/{each.key}", each.description or "")
        for each in processes
        if not each.suspended
    ]
    return Kind(_("Start"), "play", _fitting(q, entries), "/start")


def _processes(request: PageRequest, q: str) -> Kind:
    entries = [
        Entry(each.name, f"/admin/processes/{each.key}", each.key)
        for each in box_of(request).processes.kept()
    ]
    return Kind(_("Processes"), "diagram", _fitting(q, entries), "/admin/processes")


def _people(request: PageRequest, q: str) -> Kind:
    entries = [
        Entry(user.label, f"/admin/users/{user.name}", f"{user.name} {user.email}".strip())
        for user in box_of(request).people.list()
    ]
    return Kind(_("People"), "people", _fitting(q, entries), "/admin/users")


def _forms(request: PageRequest, q: str) -> Kind:
    entries = [
        Entry(form.name, f"/admin/forms/{quote(form.key, safe='')}", form.key)
        for form in box_of(request).forms.list()
    ]
    return Kind(_("Forms"), "file", _fitting(q, entries), "/admin/forms")


def _settings() -> list[Entry]:
    return [
        Entry(name, f"/admin/system/settings#{name}", translated(known.metadata["help"]))
        for name, known in SETTINGS.items()
    ]


def _pages(admin: bool) -> list[Entry]:
    found = [
        Entry(_("Inbox"), "/tasks", _("Tasks that wait for you")),
        Entry(_("My groups"), "/tasks?view=group", _("Tasks that anybody of a group may take")),
        Entry(_("Start"), "/start", _("Begin a process")),
        Entry(_("My requests"), "/requests", _("What you have started")),
        Entry(_("Account"), "/account", _("Password, language, time zone, sessions")),
        Entry(_("Help"), "/help", _("How to do things")),
    ]
    if admin:
        found += [
            Entry(_("Overview"), "/admin", _("What needs somebody now")),
            Entry(_("Processes"), "/admin/processes", _("Versions, diagrams, suspending")),
            Entry(_("Deploy"), "/admin/deploy", _("Upload models and forms")),
            Entry(_("Instances"), "/admin/instances", _("Everything that runs or ran")),
            Entry(_("Incidents"), "/admin/incidents", _("What failed and waits for somebody")),
            Entry(_("Timers and jobs"), "/admin/timers", _("What is due, fails or waits")),
            Entry(_("Batches"), "/admin/batches", _("The same done to many instances")),
            Entry(_("People"), "/admin/users", _("Users, administrators")),
            Entry(_("Import people"), "/admin/import-people", _("From a CSV file")),
            Entry(_("Groups"), "/admin/groups", _("Who may take which tasks")),
            Entry(_("API keys"), "/admin/api-keys", _("Programs that call the API")),
            Entry(_("Audit log"), "/admin/audit", _("Who did what")),
            Entry(_("System"), "/admin/system", _("Sizes, growth, health")),
            Entry(_("Backups"), "/admin/system/backups", _("Make one, take one away")),
            Entry(_("Retention"), "/admin/system/retention", _("How long things are kept")),
            Entry(_("Settings"), "/admin/system/settings", _("What is set, and where")),
            Entry(_("Log"), "/admin/system/log", _("What was logged last")),
        ]
    return found


def _help() -> list[Entry]:
    entries = (help_pages.entry(name, language()) for name in help_pages.names())
    return [Entry(each.title, f"/help/{each.name}", each.lead) for each in entries]


def _fitting(q: str, entries: Iterable[Entry]) -> list[Entry]:
    """Entries that hold every word of ``q``, those that begin with it first."""
    words = q.casefold().split()
    found = [
        each
        for each in entries
        if all(word in f"{each.text} {each.note} {each.href}".casefold() for word in words)
    ]
    found.sort(key=lambda each: not each.text.casefold().startswith(q.casefold()))
    return found if not q else found[:SHOWN]


handlers = [search]
