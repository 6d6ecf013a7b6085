"""/admin/forms: forms by their key: versions, who uses them, a preview, the editor."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import FormNotFound, InvalidInput
from appliance.forms import FormView, sample
from engine.errors import InvalidVariables, ModelInvalid
from engine.forms import Form
from engine.values import decode
from web import forms
from web.bodies import form_of, json_of
from web.box import box_of
from web.listing import Listing, Slice
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _

HOME = "/admin/forms"
FORM = HOME + "/{key:str}"
LIMIT = 1024 * 1024
VIEWS = ("all", "used", "unused")
SORTS: dict[str, Callable[[FormView], Any]] = {
    "name": lambda form: (form.name or form.key).casefold(),
    "version": lambda form: form.version,
    "fields": lambda form: form.fields,
    "deployed": lambda form: form.deployed_at,
}
_KEY = re.compile(r"[\w.-]{1,200}")


class Edited(msgspec.Struct):
    """What the editor sends: the form as JSON text, the version that it began with, and the
    revision of the draft that it changes."""

    source: str
    version: int = 0
    revision: int = 0


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """The latest version of each form."""
    box = box_of(request)
    listing = Listing.of(request, HOME, view=VIEWS, q=(), sort=tuple(SORTS))
    word, view = listing["q"].casefold(), listing["view"]
    uses = {form.key: box.forms.uses(form.key) for form in box.forms.list()}
    found = [
        form
        for form in box.forms.list()
        if word in f"{form.key} {form.name}".casefold()
        and view in ("all", "used" if uses[form.key] else "unused")
    ]
    shown = Slice.of(found, listing, SORTS)
    return page(request, "forms.html", here="forms", listing=listing, found=shown, uses=uses)


@post(HOME)
async def begin(request: PageRequest) -> Response[Any]:
    """The editor for the form of a key, which may be new."""
    key = str((await form_of(request)).get("key", "")).strip()
    if not _KEY.fullmatch(key):
        raise InvalidInput(_("The key has letters, digits, hyphens, dots and underscores only."))
    return go(f"{HOME}/{quote(key)}/edit")


@get(FORM)
async def show(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """One form: a preview with sample data, its versions, the processes that use it."""
    box = box_of(request)
    asked = request.query_params.get("version", "")
    view = box.forms.get(key, int(asked) if asked.isdecimal() else None)
    form = Form.read(box.forms.content(key, view.version), file=key)
    given = request.query_params.get("data", "")
    data, wrong = _data(given) if given else (sample(form), "")
    theme = request.query_params.get("theme", "")
    return page(
        request,
        "form_shown.html",
        here="forms",
        view=view,
        versions=box.forms.versions(key),
        uses=box.forms.uses(key),
        form=_shown(request, form, data),
        data=given or msgspec.json.format(_text(data), indent=2).decode(),
        wrong=wrong,
        shown_theme=theme if theme in ("light", "dark") else "",
    )


@get(FORM + "/file")
async def file(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """The form as a file."""
    box = box_of(request)
    asked = request.query_params.get("version", "")
    content = box.forms.content(key, int(asked) if asked.isdecimal() else None)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(key)}.form"}
    return Response(content, media_type="application/json", headers=headers)


@get(FORM + "/edit")
async def edit(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """The editor, for a form that is there or a new one; it goes on with what one has begun."""
    box, user = box_of(request), request.user.name
    try:
        latest = box.forms.get(key)
        form = Form.read(box.forms.content(key), file=key)
        source, version = dict(form.schema.source), latest.version
    except FormNotFound:
        latest, source, version = None, {"type": "default", "id": key, "components": []}, 0
    draft = box.form_drafts.of(key, user)
    return page(
        request,
        "form_edit.html",
        here="forms",
        key=key,
        source=draft.source if draft else _text(source).decode(),
        version=version,
        latest=latest,
        draft=draft,
        others=box.form_drafts.others(key, user),
    )


@post("/admin/form-preview")
async def preview(request: PageRequest) -> Response[Any]:
    """What a form being edited looks like, or what is wrong with it."""
    edited = await _body(request)
    try:
        form = await asyncio.to_thread(Form.read, edited.source.encode(), file="form")
    except ModelInvalid as error:
        return page(request, "form_preview.html", form=None, findings=error.findings)
    shown = _shown(request, form, {})
    return page(request, "form_preview.html", form=shown, findings=form.findings)


@post(FORM + "/draft")
async def keep(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Keep what is being edited."""
    edited, drafts = await _body(request), box_of(request).form_drafts
    actor = actor_of(request)
    draft = await drafts.keep(key, edited.source, edited.version, edited.revision, actor)
    answer = msgspec.json.encode({"revision": draft.revision})
    return Response(answer, media_type="application/json")


@post(FORM + "/draft/delete")
async def discard(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Throw away what was being edited."""
    await box_of(request).form_drafts.forget(key, request.user.name)
    return go(f"{HOME}/{quote(key)}/edit", _("The draft is gone."))


@post(FORM)
async def save(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Deploy what was edited as the next version."""
    edited = await _body(request)
    box = box_of(request)
    content = edited.source.encode()
    saving = await asyncio.to_thread(
        box.forms.save, key, content, edited.version, actor_of(request)
    )
    await saving
    await box.form_drafts.forget(key, request.user.name)
    answer = msgspec.json.encode({"version": box.forms.get(key).version})
    return Response(answer, media_type="application/json")


def _shown(request: PageRequest, form: Form, data: Mapping[str, Any]) -> Any:
    return forms.view_of(box_of(request), request.user, form, data)


def _data(text: str) -> tuple[dict[str, Any], str]:
    try:
        found = decode(text)
    except InvalidVariables as error:
        return {}, str(error)
    return (found, "") if isinstance(found, dict) else ({}, _("The data must be a JSON object."))


def _text(value: Any) -> bytes:
    return msgspec.json.Encoder(decimal_format="number").encode(value)


async def _body(request: PageRequest) -> Edited:
    try:
        return msgspec.convert(await json_of(request, LIMIT), Edited)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error)) from None


handlers = [show_all, begin, show, file, edit, preview, keep, discard, save]
