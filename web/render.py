"""How a page becomes HTML: one Jinja environment, what every template is given, redirects.

A page is ``page(request, "inbox.html", here="inbox", …)``. Every template sees, besides its own
values: ``user`` (or None), ``box``, ``known_as`` and ``group_known_as`` (functions: what to call
people and groups, by name),
``here`` (the entry of the navigation that is current),
``theme``, ``csrf_token``, ``live`` (of when the page is, see web/live.py), ``counts``, ``unread``
and ``incidents_open`` (for the navigation),
``said`` (what the last redirect had to say), ``now``, ``language`` and ``path``. It needs
``box_of(request)``, ``request.scope["user"]`` and ``request.state.csrf_token``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import jinja2
import msgspec
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from web import date_fields, formats, forms, help_pages, mentions, static_files
from web.box import box_of
from web.compression import compressed
from web.texts import gettext, language, languages, ngettext
from web.translated import translated

TEMPLATES = Path(__file__).parent / "templates"
DIST = Path(__file__).parent / "static" / "dist"
SAID = "wf_said"
THEME = "wf_theme"
KEYS = "wf_keys"
_TASK = re.compile(r"/tasks/\d+")


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    at: str = "",
    **context: Any,
) -> Response[str]:
    """The rendered page. ``at`` is the tidy address of what it shows, for the address bar."""
    text = environment().get_template(template).render(_given(request) | context)
    response = compressed(
        request,
        text.encode(),
        MediaType.HTML,
        status=status,
        headers={"Cache-Control": "no-store"},
    )
    if at and request.headers.get("hx-request") == "true":
        response.headers["HX-Replace-Url"] = at
    if SAID in request.cookies:
        response.delete_cookie(SAID)
    return response


def go(to: str, said: str = "", *, bad: bool = False, about: str = "") -> Response[bytes]:
    """Redirect to a page of ours (303), which then says ``said`` once, with a link to ``about``."""
    response = Response(b"", status_code=303, headers={"Location": to})
    if said:
        value = quote(f"{'bad' if bad else 'good'}:{about}:{said}")
        response.set_cookie(
            Cookie(key=SAID, value=value, path="/", max_age=60, httponly=True, samesite="lax")
        )
    return response


def known_as(request: Request[Any, Any, Any]) -> Callable[[str], str]:
    """What to call people on this page, by user name; each is looked up once."""
    return cache(box_of(request).people.label)


def group_known_as(request: Request[Any, Any, Any]) -> Callable[[str], str]:
    """What to call groups on this page, by name; each is looked up once."""
    return cache(box_of(request).people.group_label)


@cache
def environment() -> jinja2.Environment:
    """The one template environment; undefined names are errors."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    made.install_gettext_callables(  # pyright: ignore[reportAttributeAccessIssue]
        gettext, ngettext, newstyle=True
    )
    made.globals |= {"asset": asset, "help_about": help_pages.address, "languages": languages}
    made.globals["texts_of_scripts"] = static_files.texts_of_scripts
    made.filters |= {
        "when": _when,
        "ago": _ago,
        "due": _due,
        "deadline": _deadline,
        "field_time": _field_time,
        "day": formats.day,
        "span": formats.span,
        "duration": formats.duration,
        "file_kinds": formats.file_kinds,
        "size": formats.size,
        "value_text": formats.value_text,
        "value_type": formats.value_type,
        "initials": formats.initials,
        "mentioned": mentions.mentioned,
        "markdown": forms.markdown,
        "document": forms.document,
        "part_state": forms.part_state,
        "entered": formats.entered,
        "shown": forms.shown,
        "cell": forms.cell,
        "sentences": forms.sentences,
        "counted": formats.counted,
        "translated": translated,
        "width": forms.width,
    }
    return made


def asset(name: str) -> str:
    """The address of a built front-end file, with its hash where the build gave it one."""
    return "/static/dist/" + _manifest().get(name, name)


@cache
def _manifest() -> dict[str, str]:
    try:
        return msgspec.json.decode((DIST / "manifest.json").read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}


def _given(request: Request[Any, Any, Any]) -> dict[str, Any]:
    box = box_of(request)
    user = request.scope.get("user")
    theme = request.cookies.get(THEME, "")
    return {
        "box": box,
        "user": user,
        "known_as": known_as(request),
        "group_known_as": group_known_as(request),
        "here": "",
        "layout": "bare.html" if _is_part(request) else "base.html",
        "path": request.url.path,
        "theme": theme if theme in ("light", "dark") else "auto",
        "keys": request.cookies.get(KEYS, ""),
        "live": getattr(request.state, "live", ""),
        "csrf_token": getattr(request.state, "csrf_token", ""),
        "counts": box.inbox.counts(user) if user else None,
        "incidents_open": box.incidents.count() if user and user.admin else 0,
        "unread": box.notices.unread(user.name) if user else 0,
        "said": _said(request),
        "language": language(),
        "now": int(time.time() * 1000),
        "zone": reader_zone(request),
    }


def reader_zone(request: Request[Any, Any, Any]) -> tzinfo:
    """The time zone of whoever reads, or the server's."""
    own = getattr(request.scope.get("user"), "zone", None)
    return formats.zone_of(own or box_of(request).config.time_zone)


def _is_part(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx wants something to put into a page, not a page."""
    asked = request.headers
    return asked.get("hx-request") == "true" and asked.get("hx-boosted") != "true"


def _said(request: Request[Any, Any, Any]) -> dict[str, str] | None:
    kind, _colon, rest = unquote(request.cookies.get(SAID, "")).partition(":")
    about, colon, text = rest.partition(":")
    if not colon:
        return None
    about = about if _TASK.fullmatch(about) else ""  # anybody can write a cookie
    return {"kind": "bad" if kind == "bad" else "good", "text": text, "about": about}


@jinja2.pass_context
def _when(context: jinja2.runtime.Context, ms: int | None) -> Markup | str:
    return formats.time_tag(ms, context["zone"]) if ms is not None else "–"


@jinja2.pass_context
def _field_time(context: jinja2.runtime.Context, ms: int | None) -> str:
    return date_fields.local(ms, context["zone"]) if ms is not None else ""


@jinja2.pass_context
def _ago(context: jinja2.runtime.Context, ms: int | None) -> Markup | str:
    return formats.ago_tag(ms, context["now"], context["zone"]) if ms is not None else "–"


@jinja2.pass_context
def _due(context: jinja2.runtime.Context, ms: int | None, alone: bool = False) -> Markup | str:
    if ms is None:
        return "–"
    return formats.due_tag(ms, context["now"], context["zone"], alone=alone)


@jinja2.pass_context
def _deadline(context: jinja2.runtime.Context, task: Any, alone: bool = False) -> Markup | str:
    """When a task is due, or that its clock stands still."""
    if task.remaining is not None:
        return formats.paused_tag(task.remaining)
    return _due(context, task.due, alone)
