"""/public/{key}/{signature}: a start form for everybody who has the link, without signing in.

It says nothing of the server but the form itself. What goes wrong behind it is for the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from appliance.errors import (
    Conflict,
    InvalidInput,
    Overloaded,
    StorageFull,
    TooManyAttempts,
)
from appliance.views import ProcessView
from engine.errors import FormInvalid, Refused
from engine.forms import Form
from web import forms
from web.bodies import form_of
from web.box import box_of
from web.pages.public_links import path
from web.pages.sign_in import address_of
from web.render import go, page
from web.security import known_visitor
from web.texts import _

LINK = "/public/{key:str}/{signature:str}"
TRAP = "_website"
"""A field that people do not see; what fills it in is no person."""

AnyRequest = Request[Any, Any, Any]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever it is; times are the server's."""

    zone: str = ""


@get(LINK)
async def show(request: AnyRequest, key: FromPath[str], signature: FromPath[str]) -> Response[Any]:
    """The form."""
    process, form = _enter(request, key, signature)
    return _page(request, signature, process, form)


@post(LINK)
async def start(request: AnyRequest, key: FromPath[str], signature: FromPath[str]) -> Response[Any]:
    """Start the process, or show the form again with what is wrong."""
    box = box_of(request)
    process, form = _enter(request, key, signature)
    given = await form_of(request)
    sent = forms.sent(given)
    values = form.own(forms.posted(form, sent))
    if sent.only_again:
        return _page(request, signature, process, form, values)
    if given.get(TRAP):
        problem = {"": [_("Leave the field “Website” empty: it is there to stop robots.")]}
        return _page(request, signature, process, form, values, problem, status=422)
    try:
        uploads = await forms.receive(box, sent.uploads)
        moment = forms.now_of(box, Visitor())
        started = await box.public_starts.start(
            key, address_of(request), values, uploads, now=moment, outcome=sent.outcome
        )
    except FormInvalid as error:
        return _page(request, signature, process, form, values, error.errors, status=422)
    except (InvalidInput, Overloaded, StorageFull, TooManyAttempts):
        raise
    except Refused as error:
        log.warning("a public start of %s was refused: %s", key, error)
        raise Conflict(
            _("This cannot be taken at the moment. Tell whoever gave you the link.")
        ) from None
    receipt = box.public_starts.receipt(key, started.instance_id)
    return go(f"{path(key, signature)}/{receipt}")


@post(LINK + "/form")
async def parts(request: AnyRequest, key: FromPath[str], signature: FromPath[str]) -> Response[Any]:
    """The form's parts for what is entered so far: conditions, computed values, rows."""
    process, form = _enter(request, key, signature)
    values = form.own(forms.posted(form, forms.sent(await form_of(request))))
    return page(request, "form_part.html", **_form(request, signature, process, form, values, {}))


@get(LINK + "/{receipt:str}")
async def thanks(
    request: AnyRequest, key: FromPath[str], signature: FromPath[str], receipt: FromPath[str]
) -> Response[Any]:
    """What came of it: the number to refer to."""
    process, _form = _enter(request, key, signature)
    number = box_of(request).public_starts.number(key, receipt)
    again = path(key, signature)
    return page(request, "public_thanks.html", process=process, number=number, again=again)


def _enter(request: AnyRequest, key: str, signature: str) -> tuple[ProcessView, Form]:
    return box_of(request).public_starts.enter(key, signature, address_of(request))


def _page(
    request: AnyRequest,
    signature: str,
    process: ProcessView,
    form: Form,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> Response[Any]:
    response = page(
        request,
        "public_start.html",
        status=status,
        process=process,
        trap=TRAP,
        **_form(request, signature, process, form, values, errors or {}),
    )
    return known_visitor(request, response)


def _form(
    request: AnyRequest,
    signature: str,
    process: ProcessView,
    form: Form,
    values: Mapping[str, Any] | None,
    errors: Mapping[str, Any],
) -> dict[str, Any]:
    address = path(process.key, signature)
    box = box_of(request)
    return {
        "form": forms.view_of(box, Visitor(), form, {}, values, errors),
        "action": address,
        "conditions": f"{address}/form",
        "submit": _("Send"),
        "instance_id": None,
        "removed": (),
    }


handlers = [show, start, parts, thanks]
