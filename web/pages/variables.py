"""/admin/instances/…/variable: one variable of an instance: its value, a new one, the old ones."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from appliance.errors import Conflict, InvalidInput
from appliance.variables import INITIATOR
from engine.errors import InstanceEnded, InvalidVariables, NotWaiting
from web.bodies import form_of
from web.box import box_of
from web.pages.incidents import reason_of
from web.pages.instances import INSTANCE
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _
from web.translated import translated
from web.variable_input import Row, changes_of, rows_of

VARIABLE = INSTANCE + "/variable"


@get(VARIABLE)
async def show(
    request: PageRequest,
    instance: FromPath[int],
    name: FromQuery[str] = "",
    within: FromQuery[int] = 0,
) -> Response[Any]:
    """A variable; without a name the form for a new one."""
    return _variable(request, instance, name, within)


@post(VARIABLE)
async def save(
    request: PageRequest,
    instance: FromPath[int],
    name: FromQuery[str] = "",
    within: FromQuery[int] = 0,
) -> Response[Any]:
    """Give a variable another value."""
    form = await form_of(request)
    try:
        changes = changes_of(form)
        if changes.values:
            await box_of(request).instances.set_variables(
                instance,
                changes.values,
                actor_of(request),
                await reason_of(request),
                seen=changes.seen,
                within=within or None,
            )
    except (Conflict, InvalidInput, InvalidVariables, InstanceEnded, NotWaiting) as error:
        return _variable(request, instance, name, within, rows_of(form), translated(error))
    said = _("Saved.") if changes.values else _("It has that value already.")
    return go(f"/admin/instances/{instance}", said)


def _variable(
    request: PageRequest,
    id: int,
    name: str,
    scope: int,
    entered: list[Row] | None = None,
    problem: str = "",
) -> Response[Any]:
    box = box_of(request)
    instance = box.instances.row(id)
    present, value = box.variables.value(id, name, scope or None) if name else (False, None)
    row = Row.of(name, value) if present else Row(name)
    return page(
        request,
        "variable.html",
        status=422 if problem else 200,
        here="instances",
        instance=instance,
        name=name,
        scope=scope,
        present=present,
        value=value,
        rows=entered or [row],
        may_change=instance.ended is None and name != INITIATOR,
        changes=box.variables.history(id, name, scope or None) if name else [],
        problem=problem,
    )


handlers = [show, save]
