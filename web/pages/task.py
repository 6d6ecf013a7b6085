"""/tasks/{id}: one task: its form, who has it, what came before; claim, pass on, plan, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from msgspec import structs

from appliance.errors import Conflict, Forbidden, InvalidInput, UserNotFound
from appliance.views import TaskDetail
from engine.errors import FormInvalid, InstanceSuspended, TaskAlreadyClaimed, TaskNotFound
from web import forms
from web.bodies import form_of, text_of
from web.box import box_of
from web.date_fields import moment_of
from web.diagram import drawing_of, marks_json
from web.history import in_words
from web.pages.inbox import local
from web.render import go, group_known_as, known_as, page, reader_zone
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated

TASK = "/tasks/{task:int}"
LOST = (TaskAlreadyClaimed, TaskNotFound, InstanceSuspended, Conflict, Forbidden)
"""What may have happened to a task while somebody filled in its form."""


@get(TASK)
async def show(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """The task as this person may see it."""
    detail = _find(request, task)
    await box_of(request).notices.seen_task(request.user.name, task)
    return _page(request, detail)


@post(TASK)
async def complete(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Complete it with what was entered, or show the form again with what is wrong."""
    box, detail = box_of(request), _find(request, task)
    sent = forms.sent(await form_of(request))
    values = forms.posted(detail.form, sent) if detail.form else {}
    if sent.only_again:
        return _page(request, detail, values)
    try:
        uploads = await forms.receive(box, sent.uploads)
        done = await box.tasks.complete(
            task,
            actor_of(request),
            values,
            uploads,
            now=forms.now_of(box, request.user),
            outcome=sent.outcome,
            people=forms.directory(box),
        )
    except FormInvalid as error:
        return _page(request, detail, values, error.errors, status=422)
    except LOST as error:
        return _page(request, _find(request, task), values, gone=translated(error), status=422)
    await box.unsent.forget(task, request.user.name)
    if detail.delegation == "pending":
        who = known_as(request)(detail.owner) if detail.owner else ""
        said = _("Handed back to %(who)s.", who=who) if who else _("Handed back.")
        return go(_next_address(request, task), said)
    said = _("Done: %(task)s.", task=detail.name)
    if done.next_task_id is None:
        return go("/tasks", said)
    return go(f"/tasks/{done.next_task_id}", said + " " + _("Here is your next task of this case."))


@get(TASK + "/standing")
async def standing(
    request: PageRequest,
    task: FromPath[int],
    seen: FromQuery[str] = "",
    filled: FromQuery[bool] = False,
) -> Response[Any]:
    """The task again, for an open page on which it is other than ``seen``.

    ``filled`` is a page with a form, whose reader is told that it stays.
    """
    try:
        detail = _find(request, task)
    except (Forbidden, TaskNotFound) as error:
        if not seen:
            raise
        return page(request, "task_lost.html", message=translated(error), filled=filled)
    if seen == _mark(detail):
        return Response(b"", status_code=204)
    return _page(request, detail, filled=filled)


@post(TASK + "/draft")
async def keep(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Keep what was typed so far; nothing of it is checked."""
    sent = forms.sent(await form_of(request))
    await box_of(request).unsent.keep(task, actor_of(request), sent.pairs)
    if request.headers.get("hx-request") == "true":
        return Response(b"", status_code=204)
    return go(f"/tasks/{task}", _("The draft is saved."))


@post(TASK + "/draft/discard")
async def discard(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Forget what was typed."""
    await box_of(request).unsent.forget(task, request.user.name)
    return go(f"/tasks/{task}", _("The draft is discarded."))


@post(TASK + "/form")
async def form(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """The form's parts for what is entered so far: conditions, computed values, rows."""
    detail = _find(request, task)
    sent = forms.sent(await form_of(request))
    values = forms.posted(detail.form, sent) if detail.form else {}
    return page(request, "form_part.html", **_form(request, detail, values, {}))


@post(TASK + "/claim")
async def claim(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Take it."""
    await box_of(request).tasks.claim(task, actor_of(request))
    back = await text_of(request, "back")
    here = f"/tasks/{task}"
    if back and back == local(back):
        return go(back, _("Claimed: the task is yours now."), about=here)
    return go(here, _("Claimed: the task is yours now."))


@post(TASK + "/unclaim")
async def unclaim(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Give it back to those it is open to."""
    await box_of(request).tasks.unclaim(task, actor_of(request))
    return go("/tasks", _("Given back: others can claim the task again."))


@post(TASK + "/assign")
async def assign(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Give it to a person, for good or to get it back, or to nobody."""
    box, to = box_of(request), (await text_of(request, "to")).strip()
    by, address = actor_of(request), f"/tasks/{task}"
    try:
        person = box.people.get(to) if to else None
        if person is None:
            await box.tasks.assign(task, None, by)
            return go("/tasks", _("Assigned to nobody."))
        if await text_of(request, "how") == "delegate":
            await box.tasks.delegate(task, person.name, by)
            return go(address, _("Delegated to %(who)s, who hands it back.", who=person.label))
        await box.tasks.assign(task, person.name, by)
    except (UserNotFound, InvalidInput) as error:
        return go(address, translated(error), bad=True)
    return go(_next_address(request, task), _("Assigned to %(who)s.", who=person.label))


@post(TASK + "/resolve")
async def resolve(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Hand a delegated task back as it is."""
    await box_of(request).tasks.resolve(task, actor_of(request))
    return go(_next_address(request, task), _("Handed back."))


@post(TASK + "/plan")
async def plan(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Change when it is due and how urgent it is."""
    box, priority = box_of(request), await text_of(request, "priority")
    try:
        text = await text_of(request, "due")
        due = moment_of(text, reader_zone(request)) if text else None
        if not priority.isdecimal() or len(priority) > 4:
            raise InvalidInput(_("The priority is a number from 0 to 100."))
        await box.tasks.plan(task, due, int(priority), actor_of(request))
    except InvalidInput as error:
        return go(f"/tasks/{task}", translated(error), bad=True)
    return go(f"/tasks/{task}", _("Changed."))


def _next_address(request: PageRequest, task: int) -> str:
    """The task, while this person may still see it."""
    try:
        _find(request, task)
    except Forbidden:
        return "/tasks"
    return f"/tasks/{task}"


@get(TASK + "/case")
async def case(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """Where the task is in its process, and what happened so far."""
    detail = _find(request, task)
    whole = box_of(request).instances.detail(detail.instance_id)
    return page(
        request,
        "task_case.html",
        here="inbox",
        task=detail,
        marks=marks_json(whole.marks, detail.node_id if detail.ended is None else ""),
        history=in_words(
            whole.history, request.user.name, known_as(request), group_known_as(request)
        ),
    )


@get(TASK + "/diagram")
async def diagram(request: PageRequest, task: FromPath[int]) -> Response[Any]:
    """The drawing of the task's process."""
    detail = _find(request, task)
    return drawing_of(request, detail.process_key, detail.process_version)


def _find(request: PageRequest, task: int) -> TaskDetail:
    return box_of(request).tasks.get(task, actor_of(request))


def _page(
    request: PageRequest,
    task: TaskDetail,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
    *,
    gone: str = "",
    filled: bool = False,
    status: int = 200,
) -> Response[Any]:
    kept = None
    form = bool(task.form and task.may_complete)
    if values is None and task.form and form:
        kept = box_of(request).unsent.of(task.id, request.user.name)
        values = task.form.posted(kept.pairs) if kept else None
    return page(
        request,
        "task.html",
        status=status,
        kept=kept,
        here="inbox",
        task=task,
        gone=gone,
        filled=filled or form,
        seen=_mark(task),
        outcome=_outcome(task),
        comments=box_of(request).comments.list(task.root_id, actor_of(request)),
        **_form(request, task, values, errors or {}),
    )


def _form(
    request: PageRequest,
    task: TaskDetail,
    values: Mapping[str, Any] | None,
    errors: Mapping[str, Any],
) -> dict[str, Any]:
    view = task.form and forms.view_of(
        box_of(request), request.user, task.form, task.data, values, errors, task.files
    )
    delegated = task.delegation == "pending"
    return {
        "form": view,
        "action": f"/tasks/{task.id}",
        "conditions": f"/tasks/{task.id}/form",
        "submit": _("Hand back to %(who)s", who=known_as(request)(task.owner or ""))
        if delegated
        else _("Complete task"),
        "instance_id": task.root_id,
        "draft": f"/tasks/{task.id}/draft",
        "removed": forms.removed(values),
    }


def _mark(task: TaskDetail) -> str:
    """Differs when something differs that an open page exchanges."""
    shown = structs.replace(task, form=None, data={})
    return f"{crc32(repr(shown).encode()):08x}"


def _outcome(task: TaskDetail) -> str:
    """How people call the outcome of a finished task."""
    outcome = task.outcome or ""
    return task.form.said(outcome) if task.form else outcome


handlers = [
    show,
    complete,
    standing,
    keep,
    discard,
    form,
    claim,
    unclaim,
    assign,
    resolve,
    plan,
    case,
    diagram,
]
