"""/admin/instances/…/case.zip: all that is known of a case, in a file that needs no Workingflow."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import IO, Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from appliance.views import InstanceDetail
from web.downloads import CHUNK
from web.history import Line, in_words
from web.pages.instances import INSTANCE
from web.picture import picture
from web.security import PageRequest

STEPS = 100_000
"""How many commands of its journal are in the file at most."""

_json = msgspec.json.Encoder(decimal_format="number").encode


@get(INSTANCE + "/case.zip")
async def case_file(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """The case as a file: its facts, variables, files, journal and diagram with the path."""
    packed = await asyncio.to_thread(_packed, request, instance)
    headers = {"Content-Disposition": f'attachment; filename="case-{instance}.zip"'}
    return Stream(_chunks(packed), media_type="application/zip", headers=headers)


def _packed(request: PageRequest, id: int) -> IO[bytes]:
    box = request.app.state.box
    whole = box.instances.detail(id, STEPS)
    drawn = picture(
        box.processes.xml(whole.instance.process_key, whole.instance.process_version), whole.marks
    )
    comments = box.comments.list(id, request.user)
    lines = in_words(whole.history, "")
    packed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed by who sends it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("case.json", _pretty(whole.instance))
        archive.writestr("variables.json", _pretty(whole.variables))
        archive.writestr("tasks.json", _pretty(whole.tasks))
        archive.writestr("comments.json", _pretty(comments))
        archive.writestr("journal.json", _pretty(whole.history))
        archive.writestr("journal.txt", _text(lines))
        if drawn is not None:
            archive.writestr("diagram.svg", drawn)
        _add_files(archive, whole)
    packed.seek(0)
    return packed


def _add_files(archive: zipfile.ZipFile, whole: InstanceDetail) -> None:
    """The files under the names that the store gave them; those whose bytes are lost are named."""
    lost: list[str] = []
    for file in whole.files:
        try:
            archive.write(file.path, f"files/{file.name}")
        except OSError:
            lost.append(file.name)
    facts = [
        {"file": f"files/{file.name}", "name": file.original_name, "size": file.size,
         "at": file.uploaded_at, "by": file.uploaded_by, "lost": file.name in lost}
        for file in whole.files
    ]  # fmt: skip
    archive.writestr("files.json", _pretty(facts))


def _text(lines: Sequence[Line]) -> str:
    return "".join(
        f"{datetime.fromtimestamp(line.at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC  {line.text}"
        + (f" ({line.detail})" if line.detail else "")
        + "\n"
        for line in reversed(lines)
    )


def _pretty(value: object) -> bytes:
    return msgspec.json.format(_json(value), indent=2)


async def _chunks(packed: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(packed.read, CHUNK):
            yield chunk
    finally:
        packed.close()


handlers = [case_file]
