"""Trials of drafts, for the modeler's script: begin, take a step, save the run, end."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Any, cast
from urllib.parse import quote

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from appliance.errors import InvalidInput
from appliance.trials import FILES, TrialView, files_too_large
from engine.errors import FormInvalid
from engine.values import decode
from web import wire
from web.bodies import form_of, header, json_of, text_of
from web.box import box_of
from web.errors import BodyTooLarge
from web.security import PageRequest, actor_of
from web.translated import translated

HOME = "/admin/trials"
TRIAL = HOME + "/{trial:str}"
LIMIT = 256 * 1024
"""What a step may weigh without its files, in bytes."""


@post("/admin/drafts/{id:int}/trial")
async def begin(request: PageRequest, id: FromPath[int]) -> Response[Any]:
    """Put the draft, as it was saved last, on a stage."""
    trials = box_of(request).trials
    return _json(await asyncio.to_thread(trials.begin, id, actor_of(request)))


@post(TRIAL, request_max_body_size=FILES + LIMIT)
async def act(request: PageRequest, trial: FromPath[str]) -> Response[Any]:
    """Take a step, written as in a scenario; with files it comes as a form that has it as text.

    What a form does not accept is told by its fields.
    """
    trials = box_of(request).trials
    step, files = await _sent(request, trials.room(trial, actor_of(request)))
    try:
        view = await asyncio.to_thread(trials.act, trial, step, actor_of(request), files)
    except FormInvalid as error:
        fields = {path: " ".join(map(translated, said)) for path, said in error.errors.items()}
        answer = {"error": translated(error), "code": error.code, "fields": fields}
        return Response(wire.encode(answer), status_code=422, media_type="application/json")
    return _json(view)


async def _sent(
    request: PageRequest, room: int
) -> tuple[dict[str, Any], dict[str, list[tuple[str, bytes]]]]:
    """The step and its files, for which there is ``room``: more is refused before it is read."""
    files: dict[str, list[tuple[str, bytes]]] = {}
    if request.content_type[0] == "multipart/form-data":
        announced = header(request.scope, b"content-length") or ""
        if announced.isdigit() and int(announced) > room + LIMIT:
            raise files_too_large()
        try:
            form = await form_of(request)
        except BodyTooLarge:
            raise files_too_large() from None
        text = (await text_of(request, "step")).encode()
        if len(text) > LIMIT:
            raise BodyTooLarge(f"A step has at most {LIMIT} bytes without its files.")
        step = decode(text)
        for name, one in form.multi_items():
            if isinstance(one, UploadFile):
                files.setdefault(name, []).append((one.filename, await one.read()))
    else:
        step = await json_of(request, LIMIT)
    if not isinstance(step, dict):
        raise InvalidInput("A step is a mapping, as in a scenario.")
    return cast("dict[str, Any]", step), files


@get(TRIAL + "/scenario")
async def scenario(request: PageRequest, trial: FromPath[str]) -> Response[Any]:
    """The run as a scenario, with the model and forms that it deploys, in one archive."""
    trials = box_of(request).trials
    files = await asyncio.to_thread(trials.scenario, trial, actor_of(request))
    name = quote(next(iter(files)).partition(".")[0])
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}.scenario.zip"}
    headers["Cache-Control"] = "no-store"
    return Response(_packed(files), media_type="application/zip", headers=headers)


@post(TRIAL + "/end")
async def end(request: PageRequest, trial: FromPath[str]) -> Response[Any]:
    """Leave the stage."""
    await asyncio.to_thread(box_of(request).trials.end, trial, actor_of(request))
    return Response(b"", status_code=204)


def _packed(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return archive.getvalue()


def _json(view: TrialView) -> Response[Any]:
    headers = {"Cache-Control": "no-store"}
    return Response(
        wire.encode(view), status_code=200, media_type="application/json", headers=headers
    )


handlers = [begin, act, scenario, end]
