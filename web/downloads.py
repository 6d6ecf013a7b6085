"""Sending a stored file: always as a download, whole or in part, never as a page of ours.

What people upload is theirs to name and to fill, so nothing of it may run in our site: it is
"attachment", its type is not guessed at, and its policy allows nothing.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Stream

from appliance.errors import StoredFileNotFound
from web.errors import UnsatisfiableRange
from web.middleware import HEAD_ONLY

if TYPE_CHECKING:
    from appliance.files import StoredFile

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
# What a name must not hold to stand between quotes in a header: also %, which some decode there.
_NOT_PLAIN = re.compile(r"[^ !#$&-\[\]^-~]")

log = logging.getLogger(__name__)


async def download(request: Request[Any, Any, Any], stored: StoredFile) -> Response[Any]:
    """The file, or the part of it that was asked for. Raises ``StoredFileNotFound``."""
    mark = f'"{stored.name[:8]}"'  # random, and what it names never changes
    headers = {
        "Content-Type": stored.content_type
        if _TYPE.fullmatch(stored.content_type)
        else "application/octet-stream",
        "Content-Disposition": disposition(stored.original_name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "ETag": mark,
    }
    if mark in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    file, size = await asyncio.to_thread(_open, stored)
    try:
        part = _part(request, mark, size)
    except UnsatisfiableRange:
        file.close()
        raise
    first, length = part or (0, size)
    headers["Content-Length"] = str(length)
    if part:
        headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{size}"
    status = 206 if part else 200
    if request.scope.get(HEAD_ONLY):
        file.close()
        return Response(b"", status_code=status, headers=headers)
    return Stream(_chunks(file, first, length), status_code=status, headers=headers)


def disposition(name: str) -> str:
    """``Content-Disposition`` for this file name (RFC 6266), in ASCII for the simple-minded too."""
    plain = _NOT_PLAIN.sub("_", name)
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def _open(stored: StoredFile) -> tuple[BinaryIO, int]:
    try:
        file = stored.path.open("rb")
    except OSError as error:
        log.error(
            "a stored file cannot be read", extra={"path": str(stored.path), "why": error.strerror}
        )
        raise StoredFileNotFound("The file is not in the storage any more.") from None
    return file, file.seek(0, 2)


def _part(request: Request[Any, Any, Any], mark: str, size: int) -> tuple[int, int] | None:
    """First byte and length of the one range asked for; None for the whole file."""
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if match is None or request.headers.get("if-range", mark) != mark:
        return None  # several ranges, or another unit: the whole file is a right answer too
    first, last = match[1], match[2]
    if first:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None
    elif last:
        start, end = max(size - int(last), 0), size - 1
    else:
        return None
    if start > end:
        raise UnsatisfiableRange(size)
    return start, end - start + 1


async def _chunks(file: BinaryIO, first: int, length: int) -> AsyncIterator[bytes]:
    try:
        await asyncio.to_thread(file.seek, first)
        while length > 0:
            chunk = await asyncio.to_thread(file.read, min(CHUNK, length))
            if not chunk:
                break
            length -= len(chunk)
            yield chunk
    finally:
        file.close()
