"""The REST API beyond its first chapter, under ``/api/v1``: what comes from outside, workers, CI.

====  ================================  =========================================================
POST  /api/v1/messages                  to the one instance that waits for it, or starts a process
POST  /api/v1/signals                   to all that wait for it, and to all that it starts
POST  /api/v1/jobs/fetch                work of a topic for an external worker, for a time
POST  /api/v1/jobs/{id}/complete        204; it is done
POST  /api/v1/jobs/{id}/error           204; it ended with a BPMN error
POST  /api/v1/jobs/{id}/fail            204; it was not done; it is tried again, or stands still
POST  /api/v1/deployments               201; models and forms together, as new versions
GET   /api/v1/instances/{id}/incidents  what stands still in an instance
====  ================================  =========================================================

Names stand in the body, so they may be any text. When the answer comes, everything is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath

from appliance.actor import Actor, Scope
from appliance.errors import Forbidden, InvalidInput
from engine.errors import InvalidVariables, ModelInvalid, NotWaiting
from web import wire
from web.api import IS_ID, Json, id_of, reached, rights_of
from web.bodies import body_of, files_of, form_of, header, json_of
from web.box import box_of
from web.errors import STATUS, WrongContentType
from web.security import ApiRequest

MOST_JOBS = 100
"""How many jobs a worker may take at once."""

MULTIPART = "multipart/form-data"
XML = ("application/xml", "text/xml")
ONE_MODEL = "model.bpmn20.xml"
"""What a model that comes without its name is called."""


@post("/messages")
async def message(request: ApiRequest) -> Json:
    """Deliver a message. 404 when nothing waits for it, 409 when more than one instance does."""
    by, box = _unlimited(request, "send"), box_of(request)
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
    by, box = _unlimited(request, "send"), box_of(request)
    asked = await _asked(request, ("name", "variables", "processInstanceId"))
    started = await box.signals.send(
        _text(asked, "name"), _variables(asked), by, instance=_instance(asked)
    )
    return Json(wire.Broadcast([str(id) for id in started]))


@post("/jobs/fetch")
async def fetch(request: ApiRequest) -> Json:
    """Take the oldest jobs of a topic that nobody works on; an empty list when there are none."""
    by, box = _unlimited(request, "work"), box_of(request)
    asked = await _asked(request, ("topic", "maxJobs", "lockSeconds", "workerId"))
    lock = _number(asked, "lockSeconds", 300, 86_400) * 1000
    most = _number(asked, "maxJobs", 1, MOST_JOBS)
    found = await box.jobs.fetch(_text(asked, "topic"), most, lock, by, _worker(asked))
    return Json([
        wire.Job(
            str(each.id), str(each.instance_id), each.process_key, each.node_id, each.retries,
            wire.moment(each.locked_until), each.variables,
        )
        for each in found
    ])  # fmt: skip


@post("/jobs/{job:str}/complete", status_code=204)
async def complete(request: ApiRequest, job: FromPath[str]) -> None:
    """The work is done. 409 when it no longer waits, or is another worker's by now."""
    by, box = _unlimited(request, "work"), box_of(request)
    asked = await _asked(request, ("variables", "workerId"))
    await box.jobs.complete(_job(job), _variables(asked), by, _worker(asked))


@post("/jobs/{job:str}/error", status_code=204)
async def error(request: ApiRequest, job: FromPath[str]) -> None:
    """The work ended in a way that the process catches. 422 when it does not."""
    by, box = _unlimited(request, "work"), box_of(request)
    asked = await _asked(request, ("code", "message", "variables", "workerId"))
    message = None if asked.get("message") is None else _text(asked, "message")
    await box.jobs.error(
        _job(job), _text(asked, "code"), message, _variables(asked), by, _worker(asked)
    )


@post("/jobs/{job:str}/fail", status_code=204)
async def fail(request: ApiRequest, job: FromPath[str]) -> None:
    """This attempt failed: it is tried again later, and after the last one it stands still."""
    by, box = _unlimited(request, "work"), box_of(request)
    asked = await _asked(request, ("message", "detail", "workerId"))
    detail = None if asked.get("detail") is None else _text(asked, "detail")
    await box.jobs.fail(_job(job), _text(asked, "message"), by, detail, _worker(asked))


@post("/deployments")
async def deploy(request: ApiRequest) -> Json:
    """Deploy models and forms together. 422 says everything that is wrong with them."""
    by, processes = _unlimited(request, "deploy"), box_of(request).processes
    files = await _files(request)
    checked = await asyncio.to_thread(processes.check, files)
    try:
        deployed = await processes.deploy_checked(checked, by)
    except ModelInvalid as error:
        told = wire.NotDeployed(str(error), error.code, error.findings)
        return Json(told, STATUS[error.code])
    views = [
        wire.Deployed(each.key, each.name, each.version, each.executable, each.unchanged)
        for each in deployed
    ]
    return Json(wire.Deployment(views, checked.findings), 201)


@get("/instances/{instance:str}/incidents")
async def incidents(request: ApiRequest, instance: FromPath[str]) -> Json:
    """What stands still in an instance and those that it called, until somebody repairs it."""
    found = box_of(request).instances.incidents(reached(request, "read", instance))
    return Json([
        wire.Incident(
            str(each.id), each.node_id, each.node_name, each.message, wire.moment(each.since)
        )
        for each in found
    ])  # fmt: skip


def _unlimited(request: ApiRequest, scope: Scope) -> Actor:
    """Who asks for what may reach any process: a key for some of them is refused."""
    if rights_of(request, scope).processes is not None:
        raise Forbidden("This API key is for some processes only, but this call reaches any.")
    return request.user


async def _files(request: ApiRequest) -> Mapping[str, bytes]:
    """What is to be deployed: the files of a form, or one model."""
    given = header(request.scope, b"content-type") or ""
    kind = given.partition(";")[0].strip().lower()
    if kind in XML:
        return {ONE_MODEL: await body_of(request, box_of(request).config.model_limit)}
    if kind != MULTIPART:
        raise WrongContentType(
            f"Send files as {MULTIPART} or one model as {XML[0]}, not {given[:100] or 'untyped'}."
        )
    if not (files := await files_of(await form_of(request))):
        raise InvalidInput('The form has no file. With curl: -F "files=@expense.bpmn20.xml"')
    return files


async def _asked(request: ApiRequest, fields: tuple[str, ...]) -> Mapping[str, Any]:
    body = await json_of(request, box_of(request).config.body_limit)
    if body is msgspec.UNSET:
        return {}
    if not isinstance(body, dict):
        raise InvalidInput("The body must be a JSON object.")
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


def _number(asked: Mapping[str, Any], field: str, usual: int, most: int) -> int:
    value = asked.get(field, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidInput(f'"{field}" must be a whole number from 1 to {most}.')
    return value


def _worker(asked: Mapping[str, Any]) -> str:
    return "" if asked.get("workerId") is None else _text(asked, "workerId")[:100]


def _job(text: str) -> int:
    if not IS_ID.fullmatch(text):
        raise NotWaiting(f"Job {text[:100]} no longer waits.")
    return int(text)


def _variables(asked: Mapping[str, Any]) -> dict[str, Any]:
    variables = asked.get("variables", {})
    if not isinstance(variables, dict):
        raise InvalidVariables('"variables" must be an object.')
    return variables


def _instance(asked: Mapping[str, Any]) -> int | None:
    if asked.get("processInstanceId") is None:
        return None
    return id_of(_text(asked, "processInstanceId"))


handlers = [message, signal, fetch, complete, error, fail, deploy, incidents]
