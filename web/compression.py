"""Answers made at the moment, compressed where the browser takes that; built files come so."""

from __future__ import annotations

import gzip
import io
import secrets
from typing import Any

from litestar import MediaType, Request, Response


def compressed(
    request: Request[Any, Any, Any],
    content: bytes,
    media_type: MediaType | str,
    *,
    status: int = 200,
    headers: dict[str, str],
) -> Response[Any]:
    """The answer, compressed if whoever asks takes gzip."""
    sent = headers | {"Vary": "Accept-Encoding"}
    if "gzip" in codings(request):
        content = _gzipped(content)
        sent["Content-Encoding"] = "gzip"
    return Response(content, media_type=media_type, status_code=status, headers=sent)


def codings(request: Request[Any, Any, Any]) -> set[str]:
    """The codings that whoever asks takes as gladly as any."""
    return {each.strip() for each in request.headers.get("accept-encoding", "").split(",")}


def _gzipped(content: bytes) -> bytes:
    """With a name of any length, which nobody reads: whoever listens to an encrypted site could
    else guess secrets of a page by how well they pack beside what the address had to say."""
    made = io.BytesIO()
    name = "x" * secrets.randbelow(100)
    with gzip.GzipFile(name, "wb", 6, made, mtime=0) as file:
        file.write(content)
    return made.getvalue()
