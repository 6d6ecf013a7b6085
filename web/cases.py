"""What the pages about a case share: its drawing, and the marks on it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from appliance.views import Marks
from web.drawing import drawing
from web.packing import packed
from web.security import PageRequest


def marks_json(marks: Marks, here: str = "") -> str:
    """The marks as the diagram's script reads them; ``here`` is the node of the task at hand."""
    return msgspec.json.encode({**msgspec.to_builtins(marks), "here": here}).decode()


def drawing_of(request: PageRequest, key: str, version: int) -> Response[Any]:
    """The shapes and names of a version's model, for the diagram's script; it never changes."""
    found = drawing(request.app.state.box.processes.xml(key, version))
    headers = {"Cache-Control": "private, max-age=86400"}
    return packed(request, found, "application/xml", headers=headers)
