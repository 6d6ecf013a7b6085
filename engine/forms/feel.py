"""FEEL, evaluated by bpmn.io's ``feelin`` inside a JavaScript sandbox with limits.

The bundle ``feel.js`` is made by the front-end build and defines one global, ``feelin``. Data goes
in and comes out as JSON; the sandbox has no access to anything else. Each evaluation has 50 ms of
CPU time and all of them share 16 MiB of memory. Whatever goes wrong in one is null, and logged.
``today()`` and ``now()`` are those of the person's clock on the wall, without its time zone: dates
in forms are local, and feelin compares dates in one zone only.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Context, Decimal
from functools import cache
from pathlib import Path as FilePath
from typing import Any, cast

import msgspec
import quickjs

from engine.errors import Refused
from engine.forms.model import Feel, Path

BUNDLE = FilePath(__file__).with_name("feel.js")
_OURS = FilePath(__file__).with_name("answer.js")
TIME_LIMIT = 0.05
MEMORY_LIMIT = 16 * 1024 * 1024

_log = logging.getLogger(__name__)
_json = msgspec.json.Encoder(decimal_format="number")
_DIGITS = Context(prec=15)


class FeelMissing(Refused):
    """The FEEL interpreter is not part of this installation."""

    code = "FEEL_MISSING"

    def __init__(self) -> None:
        super().__init__(
            f"a form uses FEEL, but {BUNDLE.name} is missing beside the forms engine: "
            "build the front end first (python build/frontend.py)"
        )


@dataclass(frozen=True, slots=True)
class Ask:
    """One evaluation: an expression, and the path of the row that is ``this``."""

    feel: Feel
    row: Path = ()


def evaluate(asks: Sequence[Ask], data: Mapping[str, Any], now: datetime) -> list[Any]:
    """The values of all ``asks``, in order; null for each that fails."""
    if not asks:
        return []
    with _lock:
        try:
            return _answers(asks, data, now, TIME_LIMIT + 0.005 * len(asks))
        except quickjs.JSException as error:
            if len(asks) > 1:
                forget()
                return [_alone(ask, data, now) for ask in asks]
            return [_failed(asks[0].feel, error)]


def as_json(value: Any) -> str:
    """A value as JSON text."""
    return _json.encode(value).decode()


def problem(feel: Feel) -> str:
    """Why the expression does not parse; empty when it does."""
    if not feel.source.strip():
        return "the expression is empty"
    with _lock:
        try:
            reply = _ask([Ask(feel)], {}, 0, TIME_LIMIT)[0]
        except quickjs.JSException:
            forget()
            return ""
    return reply.get("error", "")


def pattern_problem(pattern: str) -> str:
    """Why a regular expression does not compile; empty when it does."""
    with _lock:
        try:
            _pattern_sandbox().eval(f"void new RegExp({_js(pattern)})")
        except quickjs.JSException as error:
            return str(error).splitlines()[0]
    return ""


def matches(pattern: str, text: str) -> bool | None:
    """Whether JavaScript's ``pattern`` is found in ``text``; None when that took too long."""
    with _lock:
        sandbox = _pattern_sandbox()
        sandbox.set_time_limit(TIME_LIMIT)
        try:
            return bool(sandbox.eval(f"new RegExp({_js(pattern)}).test({_js(text)})"))
        except quickjs.JSException:
            _pattern_sandbox.cache_clear()
            return None


# One context serves all threads: it costs 40 ms to make, and is not safe for two at once.
_lock = threading.RLock()


def _alone(ask: Ask, data: Mapping[str, Any], now: datetime) -> Any:
    try:
        return _answers([ask], data, now, TIME_LIMIT)[0]
    except quickjs.JSException as error:
        return _failed(ask.feel, error)


def _failed(feel: Feel, error: object) -> None:
    forget()
    _log.warning("FEEL expression failed: %s: %s", feel.source, str(error).splitlines()[0])


def _answers(
    asks: Sequence[Ask], data: Mapping[str, Any], now: datetime, limit: float
) -> list[Any]:
    wall_clock = now.replace(tzinfo=UTC).timestamp()
    replies = _ask(asks, data, int(wall_clock * 1000), limit)
    for ask, reply in zip(asks, replies, strict=True):
        if "error" in reply:
            _log.warning("FEEL expression failed: %s: %s", ask.feel.source, reply["error"])
    return [_exact(reply["value"]) for reply in replies]


def _ask(
    asks: Sequence[Ask], data: Mapping[str, Any], now: int, limit: float
) -> list[dict[str, Any]]:
    rows = [{"source": ask.feel.source, "unary": ask.feel.unary, "row": ask.row} for ask in asks]
    question = {"asks": rows, "data": data, "now": now}
    sandbox = _sandbox()
    sandbox.set_time_limit(limit)
    reply = sandbox.eval(f"answer({_js(_json.encode(question).decode())})")
    return _decode(reply)


def _decode(reply: str) -> list[dict[str, Any]]:
    return msgspec.json.Decoder(list[dict[str, Any]], float_hook=Decimal).decode(reply)


def _exact(value: Any) -> Any:
    """Undo binary fractions: 0.1 + 0.2 is 0.3 for people."""
    match value:
        case Decimal():
            rounded = _DIGITS.plus(value)
            whole = rounded == rounded.to_integral_value()
            return int(rounded) if whole else rounded.normalize(_DIGITS)
        case list():
            return [_exact(item) for item in cast("list[Any]", value)]
        case dict():
            return {key: _exact(item) for key, item in cast("dict[str, Any]", value).items()}
        case _:
            return value


def _js(text: str) -> str:
    """A JavaScript string literal of ``text``."""
    return _json.encode(text).decode().replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _sandbox() -> quickjs.Context:
    if not BUNDLE.is_file():
        raise FeelMissing
    sandbox = quickjs.Context()
    sandbox.set_memory_limit(MEMORY_LIMIT)
    sandbox.eval(BUNDLE.read_text(encoding="utf-8"))
    sandbox.eval(_OURS.read_text(encoding="utf-8"))
    return sandbox


@cache
def _pattern_sandbox() -> quickjs.Context:
    sandbox = quickjs.Context()
    sandbox.set_memory_limit(MEMORY_LIMIT)
    return sandbox


def forget() -> None:
    """Begin with a new sandbox: nothing is known of the state of one that was interrupted."""
    _sandbox.cache_clear()
