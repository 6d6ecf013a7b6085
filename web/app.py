"""The application: the site map in one place.

What a program asks for stands in ``api.py``; each page in ``pages/``, one file for one part of the
site. ``make_app`` puts them behind the guards they need.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Guard

from appliance.errors import Unauthorized
from web import api, api_v1, live, static_files
from web.box import box_of
from web.errors import answer_error
from web.fast_start import FastStart
from web.middleware import Middleware, needs_key
from web.pages import (
    account,
    api_keys,
    audiences,
    audit,
    backups,
    batches,
    bulk,
    case_file,
    comments,
    deploy,
    drafts,
    files,
    forms,
    groups,
    help,
    inbox,
    incidents,
    instances,
    leaving,
    notices,
    overview,
    password,
    people,
    people_import,
    processes,
    public_links,
    public_start,
    requests,
    retention,
    search,
    second_factor,
    setup,
    shell,
    sign_in,
    start,
    substitutes,
    system,
    task,
    timers,
    trials,
    variables,
    versions,
)
from web.render import go
from web.security import administrator, program, program_of, signed_in, visitor

if TYPE_CHECKING:
    from appliance.box import Box

PAGES = [
    inbox,
    task,
    start,
    requests,
    comments,
    notices,
    account,
    second_factor,
    substitutes,
    files,
    search,
    help,
]
"""For everybody who is signed in."""

ADMIN_PAGES = [
    processes, versions, public_links, audiences, deploy, drafts, trials, forms, instances,
    variables, incidents, timers, batches, people, people_import, leaving, groups, api_keys, audit,
    system, backups, retention, overview, bulk, case_file,
]  # fmt: skip
"""For administrators; their addresses begin with ``/admin``."""

OPEN_PAGES = [sign_in, setup, password, shell, live]
"""For people who are not signed in."""

SMALL_FORM = 256 * 1024
"""What a form without uploads may weigh, in bytes."""


@get("/healthz", media_type=MediaType.TEXT)
async def healthy() -> str:
    """The server is ready."""
    return "ok\n"


@get("/")
async def home() -> Response[Any]:
    """The page to begin with."""
    return go("/tasks")


def answer_failure(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to an error; where the API has nothing, programs without a key learn no more."""
    if isinstance(error, HTTPException) and needs_key(request.url.path):
        try:
            program_of(box_of(request), request.scope)
        except Unauthorized as unknown:
            error = unknown
    return answer_error(request, error)


def make_app(box: Box) -> tuple[ASGIApp, asyncio.Event]:
    """The application over this box, and the event that ends its endless answers."""
    limits = box.config
    stopping = asyncio.Event()
    site = Litestar(
        route_handlers=[
            healthy,
            *static_files.handlers,
            Router("/processapi", route_handlers=api.handlers, before_request=program),
            Router(
                "/api/v1",
                route_handlers=api_v1.handlers,
                before_request=program,
                request_max_body_size=limits.upload_limit + SMALL_FORM,
            ),
            _pages(OPEN_PAGES, visitor, SMALL_FORM),
            _pages([public_start], visitor, limits.upload_limit + SMALL_FORM),
            _pages(PAGES, signed_in, limits.upload_limit + SMALL_FORM, home),
            _pages(ADMIN_PAGES, administrator, limits.upload_limit + SMALL_FORM),
        ],
        exception_handlers={Exception: answer_failure},
        state=State({"box": box, "stopping": stopping}),
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    whole = Middleware(FastStart(site, box), box.calls, limits.trusted_proxies, limits.language)
    return whole, stopping


def _pages(modules: Sequence[Any], guard: Guard, limit: int, *more: Any) -> Router:
    handlers = [handler for module in modules for handler in module.handlers]
    return Router(
        "/", route_handlers=[*handlers, *more], guards=[guard], request_max_body_size=limit
    )
