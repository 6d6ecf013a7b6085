"""The REST API beyond its first chapter, under ``/api/v1``: messages and signals from outside.

====  ================  =========================================================================
POST  /api/v1/messages  to the one instance that waits for it, or else it starts a process
POST  /api/v1/signals   to all that wait for it, and to all processes that it starts
====  ================  =========================================================================

Names stand in the body, so they may be any text. When the answer comes, everything is durable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import post

from appliance.actor import Actor
from appliance.errors import Forbidden, InstanceNotFound, InvalidInput
from engine.errors import InvalidVariables
from web import wire
from web.api import Json
from web.bodies import json_of
from web.security import ApiRequest

_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


@post("/messages")
async def message(request: ApiRequest) -> Json:
    """Deliver a message. 404 when nothing waits for it, 409 when more than one instance does."""
    by, box = _sender(request), request.app.state.box
    asked = await _asked(request, ("name", "variables", "businessKey", "processInstanceId"))
    business_key = asked.get("businessKey")
    sent = await box.messages.send(
        _text(asked, "name"),
        _variables(asked),
        by,
        business_key=None if business_key is None else _text(asked, "businessKey"),
        instance=_instance(asked),
    )
    return Json(wire.Sent(str(sent.instance_id), sent.started))


@post("/signals")
async def signal(request: ApiRequest) -> Json:
    """Broadcast a signal; that nobody waits for it is no error."""
    by, box = _sender(request), request.app.state.box
    asked = await _asked(request, ("name", "variables", "processInstanceId"))
    started = await box.signals.send(
        _text(asked, "name"), _variables(asked), by, instance=_instance(asked)
    )
    return Json(wire.Broadcast([str(id) for id in started]))


def _sender(request: ApiRequest) -> Actor:
    """Who sends. A key for some processes may not: who hears it is not known beforehand."""
    rights = request.user.rights
    if not rights.allow("send"):
        raise Forbidden("This API key may not do that: it lacks the right “send”.")
    if rights.processes is not None:
        raise Forbidden(
            "This API key is for some processes only, but messages and signals reach any."
        )
    return request.user


async def _asked(request: ApiRequest, fields: tuple[str, ...]) -> Mapping[str, Any]:
    body = await json_of(request, request.app.state.box.config.body_limit)
    if body is msgspec.UNSET or not isinstance(body, dict):
        raise InvalidInput('The body must be a JSON object with a "name".')
    for name in body:
        if name not in fields:
            known = ", ".join(fields)
            raise InvalidInput(f"The body has an unknown field: {name[:100]}. It may have {known}.")
    return body


def _text(asked: Mapping[str, Any], field: str) -> str:
    value = asked.get(field)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f'"{field}" must be a text.')
    return value


def _variables(asked: Mapping[str, Any]) -> dict[str, Any]:
    variables = asked.get("variables", {})
    if not isinstance(variables, dict):
        raise InvalidVariables('"variables" must be an object.')
    return variables


def _instance(asked: Mapping[str, Any]) -> int | None:
    if asked.get("processInstanceId") is None:
        return None
    text = _text(asked, "processInstanceId")
    if not _ID.fullmatch(text):
        raise InstanceNotFound(f"Process instance not found: {text[:100]}")
    return int(text)


handlers = [message, signal]
