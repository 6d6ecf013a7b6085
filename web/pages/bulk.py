"""/admin/instances/bulk and /admin/instances.csv: many instances at once, chosen in their list."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.response import Stream

from appliance.batches import Given
from appliance.errors import InvalidInput
from appliance.views import InstanceRow
from engine.errors import InvalidVariables
from web.bodies import form_of
from web.box import box_of
from web.pages.incidents import BLANK, reason_of
from web.pages.instances import HOME, asked_for, listing_of, texts_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated
from web.variable_input import changes_of, rows_of

MOST = 100_000
"""How many instances are looked at for a file or for a batch."""
_PORTION = 1000
_COLUMNS = (
    "id", "process", "version", "name", "business_key", "state", "started", "started_by", "ended",
    "reason",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@get(HOME + ".csv")
async def export(request: PageRequest) -> Response[Any]:
    """The list as it is filtered, as a file for spreadsheets."""
    rows = box_of(request).instances.each(MOST, **asked_for(request, listing_of(request)))
    headers = {"Content-Disposition": 'attachment; filename="instances.csv"'}
    return Stream(_lines(rows), headers=headers, media_type="text/csv; charset=utf-8")


@get(HOME + "/bulk")
async def ask(request: PageRequest) -> Response[Any]:
    """What to do with the chosen instances."""
    chosen = texts_of(FormMultiDict(request.query_params.multi_items()), "id")
    return await _review(request, chosen, "all" in request.query_params)


@post(HOME + "/bulk")
async def do(request: PageRequest) -> Response[Any]:
    """Do it to all of them, in the background."""
    box, form = box_of(request), await form_of(request)
    chosen, everything = texts_of(form, "id"), "all" in form
    ids = await _ids(request, chosen, everything)
    what = str(form.get("what", ""))
    try:
        if what == "migrate":
            return _to_migration(request, ids)
        changes = changes_of(form) if what == "set-variables" else None
        given = Given(
            reason=await reason_of(request),
            variables=changes.values if changes else {},
            cancel=[node for node in texts_of(form, "cancel") if node and what == "modify"],
            start=[node for node in texts_of(form, "start") if node and what == "modify"],
            node=str(form.get("node", "")) if what == "repeat" else "",
        )
        batch = await box.batches.begin(what, ids, actor_of(request), given)
    except (InvalidInput, InvalidVariables) as error:
        return await _review(request, chosen, everything, form, translated(error))
    return go(f"/admin/batches/{batch}")


async def _review(
    request: PageRequest,
    chosen: list[str],
    everything: bool,
    form: FormMultiDict | None = None,
    problem: str = "",
) -> Response[Any]:
    box = box_of(request)
    ids = await _ids(request, chosen, everything)
    if not ids:
        return go(listing_of(request).here, _("Nothing was chosen."), bad=True)
    versions = {box.instances.row(id).process_key for id in ids[:200]}
    targets = box.instances.targets(ids[0]) if len(versions) == 1 else []
    listing = listing_of(request)
    return page(
        request,
        "bulk.html",
        status=422 if problem else 200,
        here="instances",
        ids=ids,
        chosen=chosen,
        everything=everything,
        back=listing.here,
        action=f"{HOME}/bulk" + listing.here.removeprefix(HOME),
        targets=[(each.node_id, f"{each.node_name} ({each.node_id})") for each in targets],
        what=str(form.get("what", "")) if form else "suspend",
        rows=[*(rows_of(form) if form else []), BLANK],
        problem=problem,
    )


def _to_migration(request: PageRequest, ids: list[int]) -> Response[Any]:
    """The plan of a migration of these, which must be in one version."""
    instances = box_of(request).instances
    rows = [instances.row(id) for id in ids[:1000]]
    places = {(row.process_key, row.process_version) for row in rows}
    if len(places) != 1 or len(ids) > len(rows):
        raise InvalidInput(_("At most 1,000 instances of one version move together: filter by it."))
    [(key, version)] = places
    query = urlencode({"old": version, "instances": ",".join(map(str, ids))})
    return go(f"/admin/processes/{key}/migrate?{query}")


async def _ids(request: PageRequest, chosen: list[str], everything: bool) -> list[int]:
    if not everything:
        return [int(each) for each in chosen if each.isdecimal() and len(each) < 19]
    asked = asked_for(request, listing_of(request))
    each = box_of(request).instances.each
    return await asyncio.to_thread(lambda: [row.id for row in each(MOST, **asked)])


async def _lines(rows: Iterator[InstanceRow]) -> AsyncIterator[bytes]:
    yield _csv([_COLUMNS])
    while portion := await asyncio.to_thread(lambda: list(islice(rows, _PORTION))):
        yield _csv(_cells(row) for row in portion)


def _cells(row: InstanceRow) -> tuple[object, ...]:
    return (
        row.id, row.process_key, row.process_version, row.name, row.business_key, row.state,
        _moment(row.started), row.started_by, row.ended and _moment(row.ended), row.reason,
    )  # fmt: skip


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    """Lines for spreadsheets, in which no text of anybody's is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(_harmless("" if cell is None else str(cell)) for cell in row)
    return text.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


handlers = [export, ask, do]
