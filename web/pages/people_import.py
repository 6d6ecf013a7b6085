"""/admin/import-people: people from a CSV file, looked at before anything is changed."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from appliance.errors import Conflict, InvalidInput
from appliance.people_import import COLUMNS, Plan
from web.bodies import form_of, text_of
from web.box import box_of
from web.pages.api_keys import site_address
from web.render import page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

HOME = "/admin/import-people"
_LARGEST = 200_000
"""How many letters a table may have: it travels a second time, in a field."""


@get(HOME)
async def ask(request: PageRequest) -> Response[Any]:
    """The form to choose a file with, or to paste a table into."""
    return _page(request)


@post(HOME)
async def preview(request: PageRequest) -> Response[Any]:
    """What the table would change."""
    text = ""
    try:
        text = await _text(request)
        plan = await asyncio.to_thread(box_of(request).people_import.plan, text)
    except InvalidInput as error:
        return _page(request, text, problem=translated(error))
    return _page(request, text, plan)


@post(HOME + "/take")
async def take(request: PageRequest) -> Response[Any]:
    """Do what was shown; who is new gets a link to choose a password by, shown only here."""
    box, text = box_of(request), await text_of(request, "text")
    mark = await text_of(request, "mark")
    try:
        pending = await asyncio.to_thread(box.people_import.take, text, mark, actor_of(request))
        new = await pending
    except (Conflict, InvalidInput) as error:
        plan = await asyncio.to_thread(box.people_import.plan, text)
        return _page(request, text, plan, translated(error))
    start = f"{site_address(request)}/password/"
    links = [
        (name, start + await box.password_links.create(name, actor_of(request))) for name in new
    ]
    return page(request, "people_imported.html", here="people", links=links)


async def _text(request: PageRequest) -> str:
    upload = (await form_of(request)).get("file")
    if not (isinstance(upload, UploadFile) and upload.filename):
        return await text_of(request, "text")
    content = await upload.read(4 * _LARGEST + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if len(text) > _LARGEST:
        raise InvalidInput(_("The table is too large: import it in parts."))
    return text


def _page(
    request: PageRequest, text: str = "", plan: Plan | None = None, problem: str = ""
) -> Response[Any]:
    return page(
        request,
        "people_import.html",
        status=422 if problem else 200,
        here="people",
        text=text,
        plan=plan,
        problem=problem,
        columns=COLUMNS,
    )


handlers = [ask, preview, take]
