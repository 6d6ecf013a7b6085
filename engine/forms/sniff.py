"""What kind of file an upload really is: by its first bytes, not by what the client says."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from pathlib import PurePosixPath

import filetype

HEAD = 8192
"""How many of a file's first bytes are enough to tell."""

UNKNOWN = "application/octet-stream"

# Extensions whose files are zip or OLE containers, and so are hard to tell apart by their head.
_CONTAINERS = {
    "application/zip": (
        ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".jar", ".zip", ".bpmn.zip",
    ),
    "application/x-ole-storage": (".doc", ".xls", ".ppt", ".msg"),
    "application/msword": (".doc", ".xls", ".ppt", ".msg"),
    "application/vnd.ms-excel": (".doc", ".xls", ".ppt", ".msg"),
    "application/vnd.ms-powerpoint": (".doc", ".xls", ".ppt", ".msg"),
}  # fmt: skip
# mimetypes reads the machine's own tables unless told not to; the same file must have one type.
_types = mimetypes.MimeTypes()
_types.add_type("image/webp", ".webp")
_types.add_type("image/avif", ".avif")
_types.add_type("image/heic", ".heic")
_types.add_type("text/markdown", ".md")
for _extension, _type in {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}.items():
    _types.add_type(_type, _extension)


def content_type(name: str, head: bytes) -> str:
    """The media type of a file from its first bytes; from its name where bytes do not tell."""
    named = _types.guess_type(f"x{_extension_of(name)}")[0]
    found = filetype.guess_mime(head[:HEAD]) if head else None
    if not found:
        return UNKNOWN if named in _TELLING else named or UNKNOWN
    if _extension_of(name) in _CONTAINERS.get(found, ()):
        return named or found
    return found


def accepted(name: str, kind: str, accept: Iterable[str]) -> bool:
    """Whether a file of that name and true type is among ``accept`` (as in HTML's attribute)."""
    wanted = [item.strip().lower() for item in accept if item.strip()]
    return not wanted or any(_fits(name, kind, item) for item in wanted)


def _fits(name: str, kind: str, item: str) -> bool:
    if item.startswith("."):
        expected = _types.guess_type(f"x{item}")[0]
        if expected is None:
            return name.lower().endswith(item)
        return kind == expected == _types.guess_type(f"x{_extension_of(name)}")[0]
    if item.endswith("/*"):
        return kind.startswith(item[:-1])
    return item in ("*", "*/*", kind)


def _extension_of(name: str) -> str:
    return PurePosixPath(name.lower()).suffix


# Types whose files begin with bytes that filetype knows: without those bytes it is another file.
_TELLING = frozenset(kind.mime for kind in filetype.types)
