"""Reading what a request carries: JSON of programs, forms of people. Both with a limit."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.exceptions import HTTPException, InternalServerException
from litestar.types import Receive, Scope

from appliance.calls import BODY
from appliance.errors import InvalidInput
from web.errors import BodyTooLarge, ClientGone, NotJson, WrongContentType
from web.middleware import BODY_SEEN

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_JSON = re.compile(r"(application/json|application/[\w.-]+\+json|text/json)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
# A first half of a pair without its second: the decoder takes it for the end of the text.
_HALF = re.compile(rb"(?<!\\)(?:\\\\)*(\\u[dD][89abAB][0-9a-fA-F]{2})(?!\\u[dD][c-fC-F])")
_PLACE = re.compile(r"^(?:JSON is malformed: )?(.*?)(?: \(byte (\d+)\))?$", re.DOTALL)

AnyRequest = Request[Any, Any, Any]


class Asked:
    """A request as it came, without what the framework makes of it."""

    __slots__ = ("receive", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive


async def json_of(request: Asked | AnyRequest, limit: int) -> Any:
    """The JSON value of the body, UNSET when there is no body. Numbers keep every digit.

    Raises ``BodyTooLarge``, ``WrongContentType``, ``NotJson`` (which says where).
    """
    body = await body_of(request, limit)
    if not body:
        return msgspec.UNSET
    scope: Any = request.scope
    scope[BODY_SEEN] = body[:BODY]
    _check_type(header(scope, b"content-type"))
    try:
        return _decode(body)
    except UnicodeDecodeError:
        raise _not_utf8(body) from None
    except msgspec.MsgspecError as error:
        raise _not_json(body, str(error)) from None
    except RecursionError:
        raise NotJson("The body is not valid JSON: it is nested too deeply.") from None


async def body_of(request: Asked | AnyRequest, limit: int) -> bytes:
    """The whole body, of at most ``limit`` bytes; a longer one is not read to its end.

    Raises ``BodyTooLarge``, ``WrongContentType`` when it is packed.
    """
    packed = header(request.scope, b"content-encoding")
    if packed not in (None, "identity"):
        raise WrongContentType(
            f"The body must come as it is, without Content-Encoding: {packed[:100]}."
        )
    said = header(request.scope, b"content-length")
    announced = int(said) if said and said.isdigit() else None
    if announced is not None and announced > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        message: Any = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        # The server lets no more than announced through; to hear that it ends would be one more
        # turn of the event loop for each request.
        if size == announced or not message.get("more_body"):
            return b"".join(parts)


async def form_of(request: AnyRequest) -> FormMultiDict:
    """The fields of a form: texts and uploads. A second call gives the same again.

    What is wrong with the body becomes ``InvalidInput`` or ``BodyTooLarge``.
    """
    try:
        return await request.form()
    except InternalServerException as error:
        if "disconnected" in error.detail:
            raise ClientGone from None
        raise
    except HTTPException as error:
        if error.status_code == 413 or "Too Large" in error.detail:
            raise BodyTooLarge("What you sent is larger than allowed.") from None
        raise InvalidInput(f"The form cannot be read: {error.detail}.") from None
    except (UnicodeDecodeError, LookupError):
        raise InvalidInput("The form cannot be read: its text is not UTF-8.") from None


async def text_of(request: AnyRequest, name: str) -> str:
    """One text field of a form; empty when it is missing or a file."""
    value = (await form_of(request)).get(name, "")
    return "" if isinstance(value, UploadFile) else value


def texts_of(form: FormMultiDict, name: str) -> list[str]:
    """All texts of a field that may be there several times."""
    return [value for value in form.getall(name, []) if isinstance(value, str)]


async def files_of(form: FormMultiDict) -> dict[str, bytes]:
    """The uploads of a form, in whatever field, by their names.

    Raises ``InvalidInput`` when two are called the same.
    """
    files: dict[str, bytes] = {}
    for one in form.values():
        if isinstance(one, UploadFile) and one.filename:
            if one.filename in files:
                raise InvalidInput(f"Two files are called {one.filename[:100]!r}.")
            files[one.filename] = await one.read()
    return files


def header(scope: Any, wanted: bytes) -> str | None:
    """A header by its lower-case name, without building all of them first."""
    for name, value in scope["headers"]:
        if name == wanted:
            return value.decode("latin-1")
    return None


def _check_type(given: str | None) -> None:
    if given is None or given == "application/json":
        return
    kind, _, parameters = given.partition(";")
    charset = _CHARSET.search(parameters)
    if not _JSON.fullmatch(kind.strip()) or (
        charset and charset[1].lower() not in ("utf-8", "utf8")
    ):
        raise WrongContentType(
            f"The body must be JSON in UTF-8 (Content-Type: application/json), not {given[:100]}."
        )


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit} bytes.")


def _not_utf8(body: bytes) -> NotJson:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return NotJson(
            f"The body is not valid JSON: it is not UTF-8 at {_place(body, error.start)}."
        )
    return NotJson("The body is not valid JSON: it is not UTF-8.")


def _not_json(body: bytes, said: str) -> NotJson:
    if "truncated" in said and (half := _HALF.search(body)):
        where = _place(body, half.start(1))
        return NotJson(f"The body is not valid JSON: invalid utf-16 surrogate pair at {where}.")
    if "truncated" in said:
        return NotJson(
            f"The body is not valid JSON: it ends too early, at {_place(body, len(body))}."
        )
    match = _PLACE.match(said)
    if match is None or match[2] is None:
        return NotJson(f"The body is not valid JSON: {said}.")
    # This one message counts from one.
    offset = int(match[2]) - ("trailing characters" in said)
    return NotJson(f"The body is not valid JSON: {match[1]} at {_place(body, offset)}.")


def _place(body: bytes, offset: int) -> str:
    before = body[:offset]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return f"line {line}, column {column}"
