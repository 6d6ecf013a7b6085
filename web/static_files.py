"""The built front end, and its texts: sent from memory, packed where the browser can unpack.

Names under ``dist/`` carry their content's hash, so browsers may keep them for ever. All files are
read once: a cleaner of temporary directories cannot take them away from a program that unpacked
itself there.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from web.compression import codings, compressed
from web.texts import ENGLISH, languages, of_scripts

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
_HASHED = re.compile(r"-[0-9A-Z]{8}\.\w+$")
_PACKED = {".br": "br", ".gz": "gzip"}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_HIDDEN = frozenset({"manifest.json", ".stamp"})


@dataclass(frozen=True, slots=True)
class Asset:
    """A file with its packed forms by the name of their encoding, the smallest first."""

    content: bytes
    content_type: str
    packed: dict[str, bytes]


@get("/static/{path:path}")
async def static_file(request: Request[Any, Any, Any], path: FromPath[Path]) -> Response[bytes]:
    """A file of the front end."""
    name = str(path).lstrip("/")
    if (asset := assets().get(name)) is None:
        raise NotFoundException
    accepted = codings(request)
    headers = {
        "Vary": "Accept-Encoding",
        "Cache-Control": "no-cache",
        "Content-Type": asset.content_type,
    }
    if _HASHED.search(name):
        headers["Cache-Control"] = FOR_EVER
    for encoding, content in asset.packed.items():
        if encoding in accepted:
            return Response(content, headers=headers | {"Content-Encoding": encoding})
    return Response(asset.content, headers=headers)


@get("/texts/{language:str}")
async def texts(request: Request[Any, Any, Any], language: FromPath[str]) -> Response[bytes]:
    """A script with what scripts say by themselves, in a language.

    Its address changes with its content.
    """
    if language not in languages():
        raise NotFoundException
    headers = {"Cache-Control": FOR_EVER}
    return compressed(request, _texts(language), _TYPES[".js"], headers=headers)


def texts_of_scripts(language: str) -> str:
    """The address of that script; none for English, which scripts say anyway."""
    if language == ENGLISH:
        return ""
    return f"/texts/{language}?{zlib.crc32(_texts(language)):08x}"


@cache
def _texts(language: str) -> bytes:
    return b"textsOfScripts=" + msgspec.json.encode(of_scripts(language), order="sorted")


@cache
def assets() -> dict[str, Asset]:
    """All files by their path below ``/static/``; empty when the front end was not built."""
    return {
        path.relative_to(FOLDER).as_posix(): _read(path)
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and path.suffix not in _PACKED and path.name not in _HIDDEN
    }


def _read(path: Path) -> Asset:
    packed = {
        encoding: other.read_bytes()
        for suffix, encoding in _PACKED.items()
        if (other := path.with_name(path.name + suffix)).is_file()
    }
    return Asset(path.read_bytes(), _TYPES.get(path.suffix, "application/octet-stream"), packed)


handlers = [static_file, texts]
