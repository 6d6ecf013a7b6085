"""The REST API: list processes, start one, follow it, fetch its files.

======  ==================================  =====================================================
GET     /processapi/list                    all processes, the latest version of each
POST    /processapi/{processKey}/start      201; durably started when the answer goes out
GET     /processapi/{id}/status             tasks, variables and files; ended instances for ever
GET     /processapi/{id}/files/{filename}   a download; ranges work
======  ==================================  =====================================================

The body of ``start`` may be missing. Otherwise it is a JSON object whose one field ``variables``,
which may be missing too, is an object; values are any JSON and keep every digit. A field of another
name is refused by name: ignored, it would be a variable that somebody misses much later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import Receive, Send

from appliance.actor import Rights, Scope
from appliance.errors import Forbidden, InstanceNotFound, InvalidInput, StoredFileNotFound
from appliance.files import StoredFile
from engine.errors import InvalidVariables
from web import wire
from web.bodies import Asked, json_of
from web.box import box_of
from web.downloads import download
from web.security import ApiRequest

if TYPE_CHECKING:
    from appliance.actor import Actor
    from appliance.box import Box

_NONE: Mapping[str, str] = {}
IS_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_KINDS = {
    bool: "true or false",
    str: "a text",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


class Json:
    """A record as the whole answer; costs a tenth of the framework's own response."""

    __slots__ = ("_body", "_headers", "_status")

    def __init__(self, record: Any, status: int = 200, headers: Mapping[str, str] = _NONE) -> None:
        self._body = wire.encode(record)
        self._status = status
        self._headers = headers

    async def __call__(self, _scope: object, _receive: Receive, send: Send) -> None:
        """Send it."""
        length = (b"content-length", b"%d" % len(self._body))
        headers = [(b"content-type", b"application/json"), length]
        headers += [(k.lower().encode(), value.encode()) for k, value in self._headers.items()]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


@get("/list")
async def list_processes(request: ApiRequest) -> Json:
    """All deployed processes that the key may deal with, sorted by key."""
    rights = rights_of(request, "read")
    return Json([
        wire.Process(each.key, each.name, each.version, each.description or "", each.has_start_form)
        for each in box_of(request).processes.list()
        if rights.reach(each.key)
    ])  # fmt: skip


@post("/{key:str}/start")
async def start(request: ApiRequest, key: FromPath[str]) -> Json:
    """Start an instance of the latest version of a process without a start form."""
    return await started(box_of(request), request, key, request.user)


async def started(box: Box, asked: Asked | ApiRequest, key: str, by: Actor) -> Json:
    """The answer to a start, once it is durable."""
    variables = _variables(await json_of(asked, box.config.body_limit))
    done = await box.instances.start(key, variables, by)
    return Json(wire.Started(str(done.instance_id), done.key), 201)


@get("/{instance:str}/status")
async def status(request: ApiRequest, instance: FromPath[str]) -> Json:
    """Where an instance stands, or how it ended."""
    rights = rights_of(request, "read")
    found = box_of(request).instances.status(id_of(instance))
    if not rights.reach(found.process_key):
        raise not_found(instance)
    return Json(
        wire.Status(
            process_instance_id=str(found.id),
            process_definition_name=found.process_name,
            process_definition_key=found.process_key,
            start_time=wire.moment(found.started),
            end_time=None if found.ended is None else wire.moment(found.ended),
            status=found.status,
            active_tasks=[
                wire.Task(str(task.id), task.name, task.assignee, wire.moment(task.created))
                for task in found.tasks
            ],
            variables=found.variables,
            files=[_file(each) for each in found.files],
        )
    )


@get("/{instance:str}/files/{name:str}")
async def file(request: ApiRequest, instance: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """A file of an instance."""
    box, id = box_of(request), reached(request, "files", instance)
    try:
        return await download(request, box.files.open(id, name))
    except StoredFileNotFound:
        box.instances.status(id)  # refuses an instance that does not exist
        raise


def rights_of(request: ApiRequest, scope: Scope) -> Rights:
    """What the key may do; refuses what it may not do at all."""
    rights = request.user.rights
    if not rights.allow(scope):
        raise Forbidden("This API key may not do that: it lacks the right “" + scope + "”.")
    return rights


def reached(request: ApiRequest, scope: Scope, instance: str) -> int:
    """The number of an instance with which the key may do this, as far as that is limited."""
    rights, id = rights_of(request, scope), id_of(instance)
    if rights.processes is not None:
        found = box_of(request).instances.status(id)
        if not rights.reach(found.process_key):
            raise not_found(instance)
    return id


def id_of(text: str) -> int:
    """The number of an instance. Raises ``InstanceNotFound``."""
    if not IS_ID.fullmatch(text):
        raise not_found(text)
    return int(text)


def not_found(id: str) -> InstanceNotFound:
    """Nobody has this id, or none that the key may know of."""
    return InstanceNotFound(f"Process instance not found: {id[:100]}")


def _variables(body: Any) -> dict[str, Any]:
    if body is msgspec.UNSET:
        return {}
    if not isinstance(body, dict):
        raise InvalidInput(f"The body must be an object, not {_kind(body)}.")
    if unknown := [name for name in body if name != "variables"]:
        raise InvalidInput(
            f"The body has an unknown field: {unknown[0][:100]}. Process variables belong into"
            ' "variables".'
        )
    variables = body.get("variables", {})
    if not isinstance(variables, dict):
        raise InvalidVariables(f'"variables" must be an object, not {_kind(variables)}.')
    return variables


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "a number")


def _file(stored: StoredFile) -> wire.File:
    return wire.File(
        stored.name,
        stored.original_name,
        stored.content_type,
        stored.size,
        wire.moment(stored.uploaded_at),
        stored.uploaded_by,
        None if stored.task_id is None else str(stored.task_id),
    )


handlers = [list_processes, start, status, file]
