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
from web.box import box_of
from web.diagram_svg import diagram_svg
from web.downloads import CHUNK
from web.history import Line, in_words
from web.pages.instances import INSTANCE
from web.security import PageRequest

STEPS = 100_000
"""How many commands of its journal are in the file at most."""

LISTED = frozenset({"waiting", "problem", "overdue"})
"""What of an instance is known in lists of them only."""
TIMES = frozenset({"at", "created", "due", "ended", "started"})

_json = msgspec.json.Encoder(decimal_format="number").encode


@get(INSTANCE + "/case.zip")
async def case_file(request: PageRequest, instance: FromPath[int]) -> Response[Any]:
    """The case as a file: its facts, variables, files, journal and diagram with the path.

    What it called has a folder of its own with the same, and so on.
    """
    packed = await asyncio.to_thread(_packed, request, instance)
    headers = {"Content-Disposition": f'attachment; filename="case-{instance}.zip"'}
    return Stream(_chunks(packed), media_type="application/zip", headers=headers)


def _packed(request: PageRequest, id: int) -> IO[bytes]:
    box = box_of(request)
    comments = box.comments.list(id, request.user)
    packed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed by who sends it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("comments.json", _pretty(_dated(comments)))
        waiting = [(id, "")]
        for each, folder in waiting:
            whole = box.instances.detail(each, STEPS)
            row = whole.instance
            _add(archive, folder, whole, box.processes.xml(row.process_key, row.process_version))
            waiting += [(other.id, f"{folder}called/{other.id}/") for other in whole.called]
    packed.seek(0)
    return packed


def _add(archive: zipfile.ZipFile, folder: str, whole: InstanceDetail, model: bytes) -> None:
    """One instance: its facts, its path on its diagram, its files."""
    row = whole.instance
    facts = {
        "case": {name: getattr(row, name) for name in row.__struct_fields__ if name not in LISTED},
        "tasks": whole.tasks,
        "journal": whole.history,
    }
    for name, value in facts.items():
        archive.writestr(f"{folder}{name}.json", _pretty(_dated(value)))
    archive.writestr(f"{folder}variables.json", _pretty(whole.variables))
    archive.writestr(f"{folder}journal.txt", _text(in_words(whole.history, "")))
    drawn = diagram_svg(model, whole.marks)
    if drawn is not None:
        archive.writestr(f"{folder}diagram.svg", drawn)
    _add_files(archive, folder, whole)


def _add_files(archive: zipfile.ZipFile, folder: str, whole: InstanceDetail) -> None:
    """The files under the names that the store gave them; those whose bytes are lost are named."""
    lost: list[str] = []
    for file in whole.files:
        try:
            archive.write(file.path, f"{folder}files/{file.name}")
        except OSError:
            lost.append(file.name)
    facts = [
        {"file": f"files/{file.name}", "name": file.original_name, "size": file.size,
         "at": _iso(file.uploaded_at), "by": file.uploaded_by, "lost": file.name in lost}
        for file in whole.files
    ]  # fmt: skip
    archive.writestr(f"{folder}files.json", _pretty(facts))


def _text(lines: Sequence[Line]) -> str:
    return "".join(
        f"{datetime.fromtimestamp(line.at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC  {line.text}"
        + (f" ({line.detail})" if line.detail else "")
        + "\n"
        for line in reversed(lines)
    )


def _dated(value: object) -> Any:
    """Facts as JSON has them, their moments as text that others read too."""
    match msgspec.to_builtins(value):
        case list(items):
            return [_dated(item) for item in items]
        case dict(members):
            return {
                name: _iso(member) if name in TIMES and isinstance(member, int) else member
                for name, member in members.items()
            }
        case other:
            return other


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds")


def _pretty(value: object) -> bytes:
    return msgspec.json.format(_json(value), indent=2)


async def _chunks(packed: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(packed.read, CHUNK):
            yield chunk
    finally:
        packed.close()


handlers = [case_file]
