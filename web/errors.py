"""How a refusal or a fault becomes an answer: the one table of codes, and both shapes of an error.

Programs (everything under ``/processapi`` and ``/api``) and scripts of pages that ask for JSON get
``{"error": message, "code": CODE}``, people a page. A fault of ours is logged with the request's
id and says nothing about itself.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from appliance.errors import InvalidInput, StorageFull, Unauthorized
from engine.errors import Refused
from web import wire
from web.middleware import for_programs
from web.render import page
from web.texts import _
from web.translated import translated

STATUS: Mapping[str, int] = {
    # what was asked cannot be understood
    "BAD_REQUEST": 400,
    "INVALID_JSON": 400,
    # who asks
    "UNAUTHORIZED": 401,
    "SETUP_LINK_INVALID": 410,
    "PASSWORD_LINK_INVALID": 410,
    "SECOND_FACTOR_INVALID": 410,
    "FORBIDDEN": 403,
    "FOREIGN_REQUEST": 403,
    "RATE_LIMITED": 429,
    # what is not there
    "NOT_FOUND": 404,
    "PROCESS_NOT_FOUND": 404,
    "INSTANCE_NOT_FOUND": 404,
    "TASK_NOT_FOUND": 404,
    "FILE_NOT_FOUND": 404,
    "USER_NOT_FOUND": 404,
    "GROUP_NOT_FOUND": 404,
    "KEY_NOT_FOUND": 404,
    "SESSION_NOT_FOUND": 404,
    "MOVE_NOT_FOUND": 404,
    "BATCH_NOT_FOUND": 404,
    "INCIDENT_NOT_FOUND": 404,
    "FILTER_NOT_FOUND": 404,
    "PUBLIC_LINK_INVALID": 404,
    "DRAFT_NOT_FOUND": 404,
    "FORM_NOT_FOUND": 404,
    "NOTICE_NOT_FOUND": 404,
    "TRIAL_NOT_FOUND": 404,
    "SUBSTITUTE_NOT_FOUND": 404,
    "NO_SUBSCRIBER": 404,
    "BACKUP_NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    # what does not fit the present state
    "CONFLICT": 409,
    "DRAFT_CHANGED": 409,
    "PROCESS_NOT_EXECUTABLE": 409,
    "PROCESS_SUSPENDED": 409,
    "INSTANCE_SUSPENDED": 409,
    "INSTANCE_ENDED": 409,
    "TASK_ALREADY_CLAIMED": 409,
    "TASK_DELEGATED": 409,
    "NOT_WAITING": 409,
    "AMBIGUOUS_CORRELATION": 409,
    # what is too much, or of the wrong kind
    "BODY_TOO_LARGE": 413,
    "TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "RANGE_NOT_SATISFIABLE": 416,
    # what is understood and cannot be done
    "REFUSED": 422,
    "INVALID_INPUT": 422,
    "INVALID_VARIABLES": 422,
    "VALIDATION_FAILED": 422,
    "START_FORM_NOT_SUPPORTED": 422,
    "MODEL_INVALID": 422,
    "EXPRESSION_INVALID": 422,
    "EXPRESSION_FAILED": 422,
    "SCRIPT_INVALID": 422,
    "SCRIPT_FAILED": 422,
    "TIME_INVALID": 422,
    "NO_FLOW_TAKEN": 422,
    "UNCAUGHT_ERROR": 422,
    "STEP_LIMIT": 422,
    "CALLED_PROCESS_NOT_FOUND": 422,
    "MAPPING_INVALID": 422,
    "MIGRATION_INCOMPLETE": 422,
    "BACKUP_DAMAGED": 422,
    # what is our side's fault
    "BACKUP_FAILED": 500,
    "INTERNAL_ERROR": 500,
    "CANNOT_START": 500,
    "SETTING_INVALID": 500,
    "DATA_DIRECTORY_UNUSABLE": 500,
    "DATA_DIRECTORY_LOCKED": 500,
    "DATABASE_NEWER": 500,
    "PORT_TAKEN": 500,
    "OVERLOADED": 503,
    "SHUTTING_DOWN": 503,
    "STORAGE_FULL": 507,
}
"""The HTTP status of every code; what is not listed is a fault of ours."""

_FRAMEWORK = {
    400: "BAD_REQUEST",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
}
JSON = "application/json"
"""What a script of a page accepts when it wants to be told, and not shown, what went wrong."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

log = logging.getLogger(__name__)


class NotJson(InvalidInput):
    """A body that is no JSON; the message says where it stops being one."""

    code = "INVALID_JSON"


class WrongContentType(InvalidInput):
    """A body of a kind that is not understood here."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class BodyTooLarge(InvalidInput):
    """A body over the limit; no more of it was read than the limit."""

    code = "BODY_TOO_LARGE"


class UnsatisfiableRange(Refused):
    """A part of a file was asked for that the file does not have; ``size`` is the file's."""

    code = "RANGE_NOT_SATISFIABLE"

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"The file has {size} bytes; the range asked for is outside of it.")


class ForeignRequest(Refused):
    """A form that does not come from a page of ours, or from one that is too old."""

    code = "FOREIGN_REQUEST"


class ClientGone(Exception):
    """Who asked has hung up; nobody reads the answer."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What an answer says of an error."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict[str, str])


def failure_of(error: Exception) -> Failure:
    """The answer to an error, whatever it is; 500 INTERNAL_ERROR for what nobody expected."""
    if isinstance(error, Refused):
        return Failure(STATUS.get(error.code, 500), error.code, str(error), _headers(error))
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _framework(error)
    if isinstance(error, OSError) and error.errno in _FULL:
        return failure_of(StorageFull("The disk is full. Nothing was changed."))
    if isinstance(error, ClientGone):
        return Failure(400, "BAD_REQUEST", "The request ended too early.")
    return Failure(500, "INTERNAL_ERROR", "An unexpected error occurred.")


def failure_to_answer(error: Exception, method: str, path: str) -> Failure:
    """The same; what nobody expected is logged."""
    failure = failure_of(error)
    if failure.code == "INTERNAL_ERROR":
        log.error("%s %s failed", method, path, exc_info=error)
    return failure


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The one exception handler of the site and the API."""
    failure = failure_to_answer(error, request.method, request.url.path)
    if for_programs(request.url.path) or request.headers.get("accept") == JSON:
        return json_error(failure)
    if isinstance(error, Unauthorized) and failure.status == 401:
        return _to_sign_in(request)
    return _error_page(request, failure)


def json_error(failure: Failure) -> Response[bytes]:
    """The canonical error of the API."""
    return Response(
        wire.encode(wire.Error(failure.message, failure.code)),
        status_code=failure.status,
        media_type=MediaType.JSON,
        headers=failure.headers,
    )


def _headers(error: Refused) -> dict[str, str]:
    if isinstance(error, Unauthorized) and error.code == "UNAUTHORIZED":
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, UnsatisfiableRange):
        return {"Content-Range": f"bytes */{error.size}"}
    wait = getattr(error, "retry_after", None)
    return {"Retry-After": str(wait)} if wait else {}


def _framework(error: HTTPException) -> Failure:
    code = _FRAMEWORK.get(error.status_code, "BAD_REQUEST")
    headers = dict(error.headers or {})
    if allowed := headers.get("allow"):
        # Whatever can be asked for with GET can be asked for with HEAD: the edge sees to it.
        names = {name for name in allowed.split(", ") if name}
        headers["allow"] = ", ".join(sorted(names | ({"HEAD"} if "GET" in names else set())))
    messages = {
        404: _("There is nothing at this address."),
        405: _("This address does not answer that method."),
        413: _("The body is larger than allowed."),
    }
    return Failure(error.status_code, code, messages.get(error.status_code, error.detail), headers)


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """Send people to the sign-in page and back to where they were going."""
    address = "/login"
    target = request.headers.get("hx-current-url", "") if _htmx(request) else str(request.url)
    wanted = "/" + target.split("://", 1)[-1].partition("/")[2]
    if wanted != "/" and (request.method in ("GET", "HEAD") or _htmx(request)):
        address += f"?next={quote(wanted, safe='')}"
    if _htmx(request):
        return Response(b"", status_code=401, headers={"HX-Redirect": address})
    return Response(b"", status_code=303, headers={"Location": address})


def _error_page(request: Request[Any, Any, Any], failure: Failure) -> Response[Any]:
    template = "error_fragment.html" if _htmx(request) else "error.html"
    try:
        response = page(
            request,
            template,
            status=failure.status,
            number=failure.status,
            title=_title(failure.status),
            message=translated(failure.message),
            request_id=request.scope.get("request_id", ""),
        )
        response.headers |= failure.headers
        return response
    except Exception:
        # A page needs the database and the templates; what is broken may be just that.
        log.exception("the error page failed")
        return Response(
            translated(failure.message), status_code=failure.status, media_type=MediaType.TEXT
        )


def _title(status: int) -> str:
    titles = {
        401: _("Please sign in"),
        403: _("Not allowed"),
        404: _("Not found"),
        409: _("Not possible any more"),
        410: _("No longer valid"),
        413: _("Too large"),
        429: _("Too many attempts"),
        500: _("Something went wrong"),
        503: _("Not available at the moment"),
        507: _("The disk is full"),
    }
    return titles.get(status, _("Not possible"))


def _htmx(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("hx-request") == "true"
