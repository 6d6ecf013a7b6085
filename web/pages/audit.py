"""/admin/audit: who did what in administration and with accounts; taking it out, checking it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from appliance.audit import Wanted
from appliance.audit_export import csv_lines, json_lines
from appliance.errors import InvalidInput
from appliance.store.chain import Entry
from web.audit_words import choices, words
from web.box import box_of
from web.date_fields import day_of
from web.listing import Listing
from web.render import page, reader_zone
from web.security import PageRequest
from web.texts import _
from web.translated import translated

HOME = "/admin/audit"
_FORMS: dict[str, tuple[Callable[[Iterable[Entry]], Iterator[str]], str]] = {
    "audit.csv": (csv_lines, "text/csv; charset=utf-8"),
    "audit.jsonl": (json_lines, "application/jsonl"),
}
_DAY = timedelta(days=1)


@get(HOME)
async def show(request: PageRequest) -> Response[Any]:
    """The entries, the latest first."""
    return _page(request)


@post(HOME + "/verify")
async def verify(request: PageRequest) -> Response[Any]:
    """Check the whole chain; the answer tells its last hash, to be noted elsewhere."""
    verdict = await asyncio.to_thread(box_of(request).audit.verify)
    return _page(request, verdict=verdict)


@get(HOME + "/{name:str}")
async def export(request: PageRequest, name: FromPath[str]) -> Response[Any]:
    """The log as a file: the whole of it, the oldest entry first, can be checked elsewhere.

    With filters it is what they find, the latest first as on the page, and named otherwise.
    """
    if name not in _FORMS:
        raise NotFoundException
    lines, kind = _FORMS[name]
    audit, listing = box_of(request).audit, _listing(request)
    entries = audit.export()
    if listing.filtered:
        entries = audit.all(_wanted(listing, reader_zone(request)))
        name = name.replace("audit", "audit-selection")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(_sent(lines(entries)), media_type=kind, headers=headers)


def _page(request: PageRequest, **more: Any) -> Response[Any]:
    audit = box_of(request).audit
    listing = _listing(request)
    problem = ""
    try:
        found = audit.list(_wanted(listing, reader_zone(request)), listing["page"])
    except InvalidInput as error:
        found, problem = audit.list(), translated(error)
    return page(
        request,
        "audit.html",
        status=422 if problem else 200,
        here="audit",
        known_as=str,  # the log is about accounts, not about what they like to be called
        listing=listing,
        found=found,
        problem=problem,
        actors=[(each, each) for each in audit.actors()],
        kinds=choices(audit.actions()),
        words=words(),
        query=listing.link().partition("?")[2],
        **more,
    )


def _listing(request: PageRequest) -> Listing:
    return Listing.of(request, HOME, by=(), action=(), subject=(), since=(), until=())


def _wanted(listing: Listing, zone: tzinfo) -> Wanted:
    since, until = (_midnight(listing[name], zone) for name in ("since", "until"))
    return Wanted(
        by=listing["by"],
        action=listing["action"],
        subject=listing["subject"],
        since=since and int(since.timestamp() * 1000),
        until=until and int((until + _DAY).timestamp() * 1000),
    )


def _midnight(day: str, zone: tzinfo) -> datetime | None:
    if not day:
        return None
    found = datetime.combine(day_of(day), time.min, zone)
    if not 1970 < found.year < 9999:
        raise InvalidInput(_("The date must look like 2027-12-31."))
    return found


async def _sent(lines: Iterator[str]) -> AsyncIterator[str]:
    """Some lines at a time, read beside the event loop."""
    while part := await asyncio.to_thread(_some, lines):
        yield part


def _some(lines: Iterator[str]) -> str:
    return "".join(line for _number, line in zip(range(500), lines, strict=False))


handlers = [show, verify, export]
