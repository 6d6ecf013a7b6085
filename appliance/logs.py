"""Log lines for people or for programs, each with its request's id, never with a secret.

Text, one line an event (a traceback follows on lines of its own)::

    2026-05-01T09:15:22.041Z INFO  appliance.box [4f1c09ab] started process_key=expense

JSON, one object a line: ``time``, ``level``, ``logger``, ``message``, ``request`` (when there is
one), ``error`` (a traceback), and what was given as ``extra``.

The last lines are also kept in memory, for the page of the system.
"""

from __future__ import annotations

import logging
import random
import re
import sys
from collections import deque
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this thread or task works for; empty outside of requests."""

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

_NAMED_SECRET = r"(?i)(\b(?:\w*password|\w*secret|\w*token|wf_session|cookie|api[_-]?key)\b"
_SECRETS = [
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 ***"),
    (re.compile(r"\bwf_[0-9A-Za-z]{12,}"), "wf_***"),
    (re.compile(r"\$argon2id?\$[^\s'\"]+"), "$argon2***"),
    (re.compile(_NAMED_SECRET + r"['\"]?\s*[=:]\s*)(['\"])(?:(?!\2).)*\2"), r"\1\2***\2"),
    (re.compile(_NAMED_SECRET + r"['\"]?\s*[=:]\s*)(?!['\"])[^\s;,&)}\]]+"), r"\1***"),
]
# What an attacker could use to forge lines or to write to a terminal; also line separators.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def new_request_id() -> str:
    """A fresh id for a request."""
    return f"{random.getrandbits(64):016x}"  # no secret: the system's own source is too dear


def without_secrets(text: str) -> str:
    """The text with keys, tokens, passwords and cookies masked."""
    for pattern, mask in _SECRETS:
        text = pattern.sub(mask, text)
    return text


def start(log_format: str = "text", level: str = "info", stream: TextIO | None = None) -> None:
    """Send everything that is logged from now on to ``stream`` (standard error by default)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.addHandler(recent)
    root.setLevel(LEVELS[level])
    logging.captureWarnings(True)
    # Granian says at each start that its embedded server is experimental.
    logging.getLogger("_granian").setLevel(logging.ERROR)


class Line(msgspec.Struct, frozen=True):
    """Something that was logged, for pages: without secrets, on one line but for a traceback."""

    at: int
    level: str
    logger: str
    request: str
    text: str


class Recent(logging.Handler):
    """Keeps the last lines in memory."""

    def __init__(self, lines: int = 1000) -> None:
        super().__init__()
        self._traceback = logging.Formatter()
        self._lines: deque[Line] = deque(maxlen=lines)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        text = _CONTROL.sub(_escaped, _said(record))
        if error := _traceback(self._traceback, record):
            text = f"{text}\n{error}"
        level, request = record.levelname.lower(), request_id.get()
        at = int(record.created * 1000)
        self._lines.append(Line(at, level, record.name, request, without_secrets(text)))

    def lines(self, level: str = "debug", q: str = "") -> list[Line]:
        """The last lines of this level or a higher one with ``q`` in them, the latest first."""
        least, wanted = LEVELS[level], q.casefold()
        return [
            line for line in reversed(self._lines.copy())
            if LEVELS.get(line.level, 50) >= least
            and wanted in f"{line.logger} {line.request} {line.text}".casefold()
        ]  # fmt: skip


recent = Recent()
"""What this process has logged last."""


class TextLines(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback when there is one."""
        request = f" [{found}]" if (found := request_id.get()) else ""
        head = f"{_time(record)} {record.levelname:<5} {record.name}{request}"
        line = _CONTROL.sub(_escaped, f"{head} {_said(record)}")
        error = _traceback(self, record)
        return without_secrets(f"{line}\n{error}" if error else line)


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        found: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        found |= {"request": request_id.get()} if request_id.get() else {}
        error = _traceback(self, record)
        found |= {"error": error} if error else {}
        found |= {name: value for name, value in _extra(record).items() if name not in found}
        masked = {name: _masked(name, value) for name, value in found.items()}
        return _CONTROL.sub(_json_escaped, msgspec.json.encode(masked).decode())


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, bool | int | None):
        return value
    # The name takes part, so that extra={"password": ...} is masked as the text form would be.
    return without_secrets(f"{name}={value}")[len(name) + 1 :]


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z"


def _said(record: logging.LogRecord) -> str:
    extra = "".join(f" {name}={value}" for name, value in _extra(record).items())
    return record.getMessage() + extra


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if not record.exc_info:
        return ""
    return formatter.formatException(record.exc_info)


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def _json_escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
