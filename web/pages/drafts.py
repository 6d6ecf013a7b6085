"""/admin/drafts: models being drawn: begin, import, draw, check, compare, deploy, throw away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from appliance.drafts import Draft
from appliance.errors import InvalidInput, ProcessNotFound
from appliance.modeling import Checked
from engine.errors import Finding, ModelInvalid
from web import formats
from web.bodies import form_of, json_of
from web.box import box_of
from web.compression import compressed
from web.listing import Listing, Slice
from web.middleware import CONTENT_POLICY
from web.pages.versions import marks
from web.render import go, page, reader_zone
from web.security import PageRequest, actor_of
from web.texts import _

HOME = "/admin/drafts"
DRAFT = HOME + "/{id:int}"
POLICY = f"{CONTENT_POLICY}; style-src-attr 'unsafe-inline'"
"""bpmn-js draws the icons of its menus with attributes of style; no other page has any."""

_NOT_A_KEY = re.compile(r"[^A-Za-z0-9_]+")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
VIEWS = ("all", "mine")
SORTS: dict[str, Callable[[Draft], Any]] = {
    "changed": lambda draft: draft.changed,
    "name": lambda draft: (draft.name or draft.process).casefold(),
    "owner": lambda draft: draft.owner.casefold(),
}
_ORDER = {"error": 0, "warning": 1, "hint": 2}


class Drawn(msgspec.Struct):
    """What the modeler sends: the model, and the revision that it changes."""

    xml: str
    revision: int = 0


class Asked(msgspec.Struct):
    """What a field of the modeler asks about."""

    text: str
    kind: str = ""
    end: str = ""
    repeats: bool = False


@get(HOME)
async def show_all(request: PageRequest) -> Response[Any]:
    """All drafts, and what a new one can begin with."""
    return _list(request)


@post(HOME)
async def begin(request: PageRequest) -> Response[Any]:
    """Begin a draft: with a template, or with a file."""
    form = await form_of(request)
    upload = form.get("file")
    if form.get("from") == "file":
        if not isinstance(upload, UploadFile) or not upload.filename:
            return _list(request, _("Choose a file."))
        return await _import(request, await upload.read())
    name = " ".join(str(form.get("name", "")).split())
    key = str(form.get("key", "")).strip() or _NOT_A_KEY.sub("_", name).strip("_").lower()
    if not name:
        return _list(request, _("Give the process a name."))
    if not _KEY.fullmatch(key):
        wrong = _("The key begins with a letter and has letters, digits, hyphens and dots only.")
        return _list(request, wrong)
    box = box_of(request)
    content = box.modeling.begun(str(form.get("template", "")), key, name)
    draft = await box.drafts.create(content, actor_of(request))
    return go(f"{HOME}/{draft.id}")


@post("/admin/processes/{key:str}/draft")
async def edit(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Draw on the latest version of a process: in the draft that one has of it, or a new one."""
    box = box_of(request)
    process = box.processes.get(key)
    mine = [
        draft
        for draft in box.drafts.of_process(key)
        if draft.owner == request.user.name and draft.base == process.version
    ]
    if mine:
        return go(f"{HOME}/{mine[0].id}")
    content, changes = box.modeling.translate(box.processes.xml(key))
    draft = await _created(request, content, changes, process.version)
    return go(f"{HOME}/{draft.id}")


@get(DRAFT)
async def show(request: PageRequest, id: FromPath[int]) -> Response[Any]:
    """The modeler."""
    box = box_of(request)
    draft = box.drafts.get(id)
    response = page(
        request,
        "modeler.html",
        here="processes",
        draft=draft,
        latest=_latest(request, draft),
        others=[one for one in box.drafts.of_process(draft.process) if one.id != id],
        names=msgspec.json.encode(box.modeling.names()).decode(),
    )
    response.headers["Content-Security-Policy"] = POLICY
    return response


@get(HOME + "/names")
async def names(request: PageRequest) -> Response[Any]:
    """What there is to choose from now."""
    return _json(box_of(request).modeling.names())


@get(DRAFT + "/xml")
async def xml(request: PageRequest, id: FromPath[int]) -> Response[Any]:
    """The model, to be drawn or saved as a file."""
    drafts = box_of(request).drafts
    name = quote(f"{drafts.get(id).process or 'model'}.bpmn20.xml")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    headers["Cache-Control"] = "no-store"
    return compressed(request, drafts.content(id), "application/xml", headers=headers)


@post(DRAFT)
async def save(request: PageRequest, id: FromPath[int]) -> Response[Any]:
    """Keep what is drawn; the answer is what the linter says of it."""
    box = box_of(request)
    drawn = await _body(request, Drawn)
    content = drawn.xml.encode()
    draft = await box.drafts.save(id, content, drawn.revision, actor_of(request))
    checked = await asyncio.to_thread(box.modeling.check, content)
    return _json({"revision": draft.revision, **_said(checked)})


@post(HOME + "/check")
async def check(request: PageRequest) -> Response[Any]:
    """What the linter says of a model."""
    drawn = await _body(request, Drawn)
    modeling = box_of(request).modeling
    return _json(_said(await asyncio.to_thread(modeling.check, drawn.xml.encode())))


@post(HOME + "/copy")
async def copy(request: PageRequest) -> Response[Any]:
    """Keep what is drawn as a draft of its own."""
    drawn = await _body(request, Drawn)
    draft = await box_of(request).drafts.create(drawn.xml.encode(), actor_of(request))
    return _json({"address": f"{HOME}/{draft.id}"})


@post(HOME + "/expression")
async def expression(request: PageRequest) -> Response[Any]:
    """What is wrong with an expression."""
    asked = await _body(request, Asked)
    return _json({"wrong": box_of(request).modeling.expression(asked.text)})


@post(HOME + "/firings")
async def firings(request: PageRequest) -> Response[Any]:
    """The next times of a timer, in the reader's time zone."""
    asked = await _body(request, Asked)
    zone, modeling = reader_zone(request), box_of(request).modeling
    found = modeling.firings(asked.kind, asked.text, asked.end, repeats=asked.repeats)
    times = [formats.exact(time, zone) for time in found.times]
    return _json({"times": times, "computed": found.computed, "wrong": found.wrong})


@get(DRAFT + "/deploy")
async def review(request: PageRequest, id: FromPath[int]) -> Response[Any]:
    """What would be deployed: findings, and what differs from the latest version."""
    return await _review(request, id)


@post(DRAFT + "/deploy")
async def deploy(request: PageRequest, id: FromPath[int]) -> Response[Any]:
    """Deploy the draft, unless it has changed since it was looked at or has errors."""
    box = box_of(request)
    draft = box.drafts.get(id)
    if (await form_of(request)).get("revision") != str(draft.revision):
        wrong = _("The draft was changed while you looked at it: look once more.")
        return await _review(request, id, wrong)
    files = {f"{draft.process}.bpmn20.xml": box.drafts.content(id)}
    try:
        deployed = await (await asyncio.to_thread(box.processes.deploy, files, actor_of(request)))
    except ModelInvalid:
        return await _review(request, id)
    view = next((one for one in deployed if one.key == draft.process), deployed[0])
    await box.drafts.rebase(id, view.version)
    said = _("Deployed: %(name)s version %(num)s.", name=view.name, num=view.version)
    if view.unchanged:
        said = _("Nothing is new in these files: no new version.")
    return go(f"/admin/processes/{quote(view.key)}", said)


@post(DRAFT + "/delete")
async def delete(request: PageRequest, id: FromPath[int]) -> Response[Any]:
    """Throw a draft away."""
    await box_of(request).drafts.delete(id)
    return go(HOME, _("The draft is gone."))


async def _import(request: PageRequest, content: bytes) -> Response[Any]:
    box = box_of(request)
    try:
        translated, changes = await asyncio.to_thread(box.modeling.translate, content)
        draft = await _created(request, translated, changes)
    except ModelInvalid as error:
        return _list(request, str(error.findings[0]))
    except InvalidInput as error:
        return _list(request, str(error))
    return go(f"{HOME}/{draft.id}")


async def _created(
    request: PageRequest, content: bytes, changes: Sequence[Finding], base: int | None = None
) -> Draft:
    said = [f"{one.element}: {one.message}" if one.element else one.message for one in changes]
    return await box_of(request).drafts.create(content, actor_of(request), base, said)


def _list(request: PageRequest, wrong: str = "") -> Response[Any]:
    listing = Listing.of(request, HOME, view=VIEWS, q=(), sort=("-changed", *SORTS))
    word, mine = listing["q"].casefold(), listing["view"] == "mine"
    found = [
        draft
        for draft in box_of(request).drafts.list()
        if word in f"{draft.name} {draft.process} {draft.owner}".casefold()
        and (not mine or draft.owner == request.user.name)
    ]
    return page(
        request,
        "drafts.html",
        status=422 if wrong else 200,
        here="processes",
        listing=listing,
        found=Slice.of(found, listing, SORTS),
        templates=[(key, *_about(key)) for key in box_of(request).modeling.templates],
        wrong=wrong,
    )


def _about(template: str) -> tuple[str, str]:
    """What a template is called, and what it holds."""
    about = {
        "template_blank": (_("Blank"), _("A start event and nothing else.")),
        "template_approval": (_("Approval"), _("A request that a manager approves or rejects.")),
        "template_two_step_approval": (
            _("Two-step approval"),
            _("Two approvals, each with a due date; somebody is told when the first is late."),
        ),
        "template_onboarding": (_("Onboarding"), _("Three tasks side by side, then a welcome.")),
        "template_invoice": (
            _("Invoice"),
            _("A check, an approval of large amounts, the payment."),
        ),
    }
    return about[template]


async def _review(request: PageRequest, id: int, wrong: str = "") -> Response[Any]:
    box = box_of(request)
    draft = box.drafts.get(id)
    content, latest = box.drafts.content(id), _latest(request, draft)
    checked = await asyncio.to_thread(box.modeling.check, content)
    found = sorted(checked.findings, key=lambda one: (_ORDER[one.severity], one.line))
    errors = sum(1 for one in found if one.severity == "error")
    differences = box.modeling.compare(latest.key, content) if latest else []
    return page(
        request,
        "draft_deploy.html",
        status=422 if wrong else 200,
        here="processes",
        draft=draft,
        latest=latest,
        findings=found,
        errors=errors,
        effects=[] if errors else await asyncio.to_thread(box.modeling.effects, content),
        differences=differences,
        old_marks=marks(differences, ("removed", "changed")),
        new_marks=marks(differences, ("added", "changed")),
        wrong=wrong,
    )


def _latest(request: PageRequest, draft: Draft) -> Any:
    try:
        return box_of(request).processes.get(draft.process)
    except ProcessNotFound:
        return None


def _said(checked: Checked) -> dict[str, Any]:
    findings = [
        {"severity": one.severity, "rule": one.rule, "message": one.message, "element": one.element}
        for one in checked.findings
    ]
    return {"findings": findings, "variables": checked.variables}


async def _body(request: PageRequest, kind: type[Any]) -> Any:
    limit = box_of(request).config.model_limit * 2
    try:
        return msgspec.convert(await json_of(request, limit), kind)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error)) from None


def _json(content: Any) -> Response[Any]:
    return Response(
        msgspec.json.encode(content),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


handlers = [
    show_all, begin, edit, show, names, xml, save, check, copy, expression, firings, review, deploy,
    delete,
]  # fmt: skip
