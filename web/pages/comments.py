"""/comments/{instance}: what people say about a case; a part of its pages, or a page of its own."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from appliance.errors import InvalidInput
from web.bodies import text_of
from web.box import box_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.translated import translated

COMMENTS = "/comments/{instance:int}"


@get(COMMENTS)
async def show(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """The comments on a case."""
    return _page(request, instance)


@post(COMMENTS)
async def add(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """Say something about a case; ``task`` is where it was said."""
    box, task = box_of(request), await text_of(request, "task")
    by = actor_of(request)
    at = box.tasks.get(int(task), by).id if task.isdecimal() and len(task) < 19 else None
    try:
        await box.comments.add(instance, await text_of(request, "text"), by, at)
    except InvalidInput as error:
        return _page(request, instance, translated(error))
    if request.headers.get("hx-request") == "true":
        return _page(request, instance)
    return go(f"/tasks/{at}#comments" if at else f"/requests/{instance}#comments")


def _page(request: PageRequest, instance: int, problem: str = "") -> Response[Any]:
    comments = box_of(request).comments.list(instance, actor_of(request))
    return page(
        request,
        "comments.html",
        status=422 if problem else 200,
        here="requests",
        case=instance,
        comments=comments,
        problem=problem,
    )


handlers = [show, add]
