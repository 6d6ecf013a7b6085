"""The one table of codes: complete, and true for refusals, the framework and faults."""

import errno
from collections.abc import Iterator

import pytest
from litestar import exceptions

import appliance.errors
import engine.errors
import web.errors
from engine.errors import Refused
from web.errors import STATUS, failure_of


def refusals(kind: type[Refused] = Refused) -> Iterator[type[Refused]]:
    yield kind
    for each in kind.__subclasses__():
        yield from refusals(each)


OURS = [
    kind
    for kind in refusals()
    if kind.__module__ in (appliance.errors.__name__, engine.errors.__name__, web.errors.__name__)
]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_status(kind):
    assert kind.code in STATUS


def test_no_status_is_left_over():
    framework = {"BAD_REQUEST", "NOT_FOUND", "METHOD_NOT_ALLOWED", "INTERNAL_ERROR"}
    assert set(STATUS) == {kind.code for kind in OURS} | framework


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_every_code_is_written_like_the_others(kind):
    assert kind.code == kind.code.upper()
    assert " " not in kind.code


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.NotFoundException(), 404, "NOT_FOUND"),
        (exceptions.MethodNotAllowedException(), 405, "METHOD_NOT_ALLOWED"),
        (exceptions.ClientException("odd"), 400, "BAD_REQUEST"),
        (exceptions.ValidationException("odd"), 400, "BAD_REQUEST"),
        (exceptions.HTTPException(status_code=413), 413, "BODY_TOO_LARGE"),
        (exceptions.HTTPException(status_code=415), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (exceptions.HTTPException(status_code=418), 418, "BAD_REQUEST"),
        (exceptions.InternalServerException("inside"), 500, "INTERNAL_ERROR"),
        (RuntimeError("inside"), 500, "INTERNAL_ERROR"),
        (OSError(errno.EIO, "inside"), 500, "INTERNAL_ERROR"),
        (OSError(errno.ENOSPC, "inside"), 507, "STORAGE_FULL"),
        (OSError(errno.EDQUOT, "inside"), 507, "STORAGE_FULL"),
        (web.errors.ClientGone(), 400, "BAD_REQUEST"),
    ],
    ids=repr,
)
def test_what_is_no_refusal_of_ours(error, status, code):
    failure = failure_of(error)
    assert (failure.status, failure.code) == (status, code)
    assert "inside" not in failure.message


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (appliance.errors.Unauthorized("no"), "WWW-Authenticate", "Bearer"),
        (appliance.errors.TooManyAttempts(17), "Retry-After", "17"),
        (appliance.errors.Overloaded("busy", 3), "Retry-After", "3"),
        (web.errors.UnsatisfiableRange(9), "Content-Range", "bytes */9"),
    ],
    ids=repr,
)
def test_what_else_an_error_says(error, header, value):
    assert failure_of(error).headers[header] == value


def test_a_set_up_link_asks_for_no_key():
    assert failure_of(appliance.errors.SetupLinkInvalid("old")).headers == {}
