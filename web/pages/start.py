"""/start: what a person may start, by one click or by a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from appliance.errors import Forbidden, ProcessNotExecutable, ProcessSuspended
from appliance.views import ProcessView, Started
from engine.errors import FormInvalid
from engine.forms import Form
from web import forms
from web.bodies import form_of
from web.box import box_of
from web.listing import Listing
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _

PROCESS = "/start/{key:str}"


@get("/start")
async def show_all(request: PageRequest) -> Response[Any]:
    """The processes that this person may start."""
    listing = Listing.of(request, "/start", q=())
    box = box_of(request)
    every = box.processes.startable(actor_of(request))
    word = listing["q"].casefold()
    found = [one for one in every if word in f"{one.name} {one.description}".casefold()]
    return page(
        request,
        "start.html",
        at=listing.here,
        here="start",
        listing=listing,
        processes=found,
        all_processes=every,
        helped={one.key for one in found if box.processes.help(one.key)},
    )


@get(PROCESS)
async def show(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """The start form, or what there is to know before the one click."""
    process, form = _find(request, key)
    return _page(request, process, form)


@post(PROCESS)
async def start(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """Start it, or show the form again with what is wrong."""
    box = box_of(request)
    process, form = _find(request, key)
    sent = forms.sent(await form_of(request))
    values = forms.posted(form, sent) if form else {}
    if sent.only_again:
        return _page(request, process, form, values)
    try:
        uploads = await forms.receive(box, sent.uploads)
        started = await box.instances.start_with_form(
            key,
            values,
            uploads,
            actor_of(request),
            now=forms.now_of(box, request.user),
            outcome=sent.outcome,
            people=forms.directory(box),
        )
    except FormInvalid as error:
        return _page(request, process, form, values, error.errors, status=422)
    return _started(process, started)


@get(PROCESS + "/help")
async def help_page(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """What the process is for and how it goes, where somebody wrote that down."""
    process, _form = _find(request, key)
    text = box_of(request).processes.help(key)
    if not text:
        raise NotFoundException
    # Its first line is the title, which the page has.
    body = text.partition("\n")[2]
    return page(request, "start_help.html", here="start", process=process, body=body)


@post(PROCESS + "/form")
async def parts(request: PageRequest, key: FromPath[str]) -> Response[Any]:
    """The form's parts for what is entered so far: conditions, computed values, rows."""
    process, form = _find(request, key)
    sent = forms.sent(await form_of(request))
    values = forms.posted(form, sent) if form else {}
    return page(request, "form_part.html", **_form(request, process, form, values, {}))


def _find(request: PageRequest, key: str) -> tuple[ProcessView, Form | None]:
    processes = box_of(request).processes
    process = processes.get(key)
    if not process.executable:
        raise ProcessNotExecutable(
            _("%(name)s is kept for viewing only: it cannot be started.", name=process.name)
        )
    if process.suspended:
        raise ProcessSuspended(
            _("%(name)s is suspended: it cannot be started now.", name=process.name)
        )
    if not processes.may_start(actor_of(request), process):
        raise Forbidden(_("%(name)s is not open to you.", name=process.name))
    return process, processes.start_form(key)


def _started(process: ProcessView, started: Started) -> Response[Any]:
    said = _("Started: %(name)s #%(id)s.", name=process.name, id=started.instance_id)
    if started.next_task_id is not None:
        return go(f"/tasks/{started.next_task_id}", said)
    return go(f"/requests/{started.instance_id}", said)


def _page(
    request: PageRequest,
    process: ProcessView,
    form: Form | None,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> Response[Any]:
    return page(
        request,
        "start_form.html",
        status=status,
        here="start",
        process=process,
        **_form(request, process, form, values, errors or {}),
    )


def _form(
    request: PageRequest,
    process: ProcessView,
    form: Form | None,
    values: Mapping[str, Any] | None,
    errors: Mapping[str, Any],
) -> dict[str, Any]:
    address = f"/start/{quote(process.key)}"
    return {
        "form": form and forms.view_of(box_of(request), request.user, form, {}, values, errors),
        "action": address,
        "conditions": f"{address}/form",
        "submit": _("Start"),
        "instance_id": None,
        "removed": (),
    }


handlers = [show_all, show, start, parts, help_page]
