"""Log lines: one an event, in two shapes, never forged and never with a secret."""

import io
import json
import logging

import pytest

from appliance import logs

log = logging.getLogger("appliance.test")

SECRETS = [
    ("Authorization: Bearer wf_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", "wf_0123"),
    ("the key is wf_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG.", "0123456789"),
    ("GET /setup?token=s3cr3t-Value_1&x=1", "s3cr3t"),
    ('{"password": "two words", "name": "kermit"}', "words"),
    ("old_password='it''s' new_password=geheim", "geheim"),
    ("Cookie: wf_session=abcDEF123", "abcDEF"),
    ("kept $argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", "c2FsdA"),
    ("api_key = hush", "hush"),
]


@pytest.fixture(params=["text", "json"])
def lines(request):
    """What is logged, as a stream; the loggers are put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.start(request.param, "info", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_secrets_never_reach_the_log(lines, text, secret):
    log.info(text)
    log.info("%s", text, extra={"seen": text})
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("it failed")
    assert secret not in lines.getvalue()
    assert "***" in lines.getvalue()


def test_a_secret_given_by_name_is_masked(lines):
    log.info("changed", extra={"password": "geheim", "user": "kermit"})
    assert "geheim" not in lines.getvalue()
    assert "kermit" in lines.getvalue()


@pytest.mark.parametrize("forged", ["a\nb ERROR all is lost", "a\rb", "a\x1b[2Jb", "a\u2028b"])
def test_nobody_forges_lines(lines, forged):
    log.info("user %s", forged, extra={"name_given": forged})
    assert len(lines.getvalue().splitlines()) == 1
    assert "\x1b" not in lines.getvalue()


def test_the_request_is_named_while_it_lasts(lines):
    token = logs.request_id.set("4f1c09ab")
    log.info("inside")
    logs.request_id.reset(token)
    log.info("outside")
    inside, outside = lines.getvalue().splitlines()
    assert "4f1c09ab" in inside
    assert "4f1c09ab" not in outside


def test_less_than_the_level_is_silent(lines):
    log.debug("noise")
    assert lines.getvalue() == ""


def test_json_lines_are_objects():
    record = logging.makeLogRecord(
        {"name": "appliance", "levelname": "INFO", "msg": "started %s", "args": ("x",)}
        | {"created": 1777636800.5, "msecs": 500.0, "instance": 52407, "path": object}
    )
    found = json.loads(logs.JsonLines().format(record))
    assert found.pop("path").startswith("<class")
    assert found == {
        "time": "2026-05-01T12:00:00.500Z",
        "level": "info",
        "logger": "appliance",
        "message": "started x",
        "instance": 52407,
    }


def test_text_lines_are_for_people():
    record = logging.makeLogRecord(
        {"name": "appliance", "levelname": "INFO", "msg": "started", "created": 1777636800.5}
        | {"msecs": 500.0, "instance": 52407}
    )
    expected = "2026-05-01T12:00:00.500Z INFO  appliance started instance=52407"
    assert logs.TextLines().format(record) == expected
