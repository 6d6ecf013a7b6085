"""FEEL, evaluated by bpmn.io's ``feelin`` inside a JavaScript sandbox with limits.

The bundle ``feel.js`` is made by the front-end build and defines one global, ``feelin``. Data goes
in and comes out as JSON; the sandbox has no access to anything else. Each evaluation has 50 ms of
CPU time and all of them share 16 MiB of memory. Whatever goes wrong in one is null, and logged.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import msgspec
import quickjs

from engine.errors import Refused
from engine.forms.model import Feel, Path

BUNDLE = FilePath(__file__).with_name("feel.js")
TIME_LIMIT = 0.05
MEMORY_LIMIT = 16 * 1024 * 1024

_log = logging.getLogger(__name__)
_json = msgspec.json.Encoder(decimal_format="number")
_DIGITS = Context(prec=15)

# luxon, which feelin uses for dates, wants Intl; Date is fixed so that evaluation is repeatable.
_BEFORE = """
globalThis.Intl = {
  DateTimeFormat: function () {
    return { resolvedOptions() { return { timeZone: "UTC", locale: "en" }; },
             formatToParts() { return []; } };
  },
  NumberFormat: function () { return { format(x) { return String(x); } }; },
};
let moment = 0, east = 0;
Date.now = () => moment;
Date.prototype.getTimezoneOffset = () => -east;
"""

_AFTER = """
{
  const evaluate = feelin.evaluate, unaryTest = feelin.unaryTest;
  const plain = (value) => {
    if (value === undefined || value === null || typeof value === "function") return null;
    if (typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(plain);
    if (value.isLuxonDateTime || value.isLuxonDuration)
      return evaluate("string(value)", { value }).value ?? null;
    if (Object.getPrototypeOf(value) !== Object.prototype) return null;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  };
  // Parsing is most of the work, so expressions are kept as functions over a scope that is filled
  // for each call. Where names hold blanks or signs, parsing depends on them: those are not kept.
  const kept = new Map(), simple = /^[\\p{L}_][\\p{L}\\p{N}_]*$/u;
  const simply = (value) => typeof value !== "object" || value === null ||
    (Array.isArray(value) ? value.every(simply)
      : Object.entries(value).every(([name, inner]) => simple.test(name) && simply(inner)));
  const keep = (source) => {
    const scope = {}, { value, warnings } = evaluate("function() " + source, scope);
    if (kept.size >= 1000) kept.delete(kept.keys().next().value);
    kept.set(source, { scope, value, warnings });
    return kept.get(source);
  };
  const call = (source, context) => {
    const { scope, value, warnings } = kept.get(source) ?? keep(source);
    try {
      return Object.assign(scope, context) && value.invoke([]);
    } finally {
      warnings.length = 0;
      for (const name of Object.keys(scope)) delete scope[name];
    }
  };
  // A condition is a unary test of null: true, or null, which equals null.
  const test = (source, context, simple) => {
    if (simple && !/^(not\\b|-)/.test(source)) {
      try {
        const value = call(source, context) ?? true;
        if (typeof value === "boolean") return value;
      } catch (error) { /* a list of tests, or no FEEL at all */ }
    }
    return unaryTest(source, context).value;
  };
  const special = (data, row) => {
    const around = [null, data], numbers = [];
    row.reduce((here, step) => {
      if (typeof step === "number") { numbers.push(step + 1); around.push(here?.[step]); }
      return here?.[step];
    }, data);
    return [around.at(-1), around.at(-2), numbers];
  };
  const one = ({ source, unary, row }, data, simple) => {
    const [_this_, _parent_, _i_] = special(data, row);
    const context = { this: _this_, parent: _parent_, i: _i_, ...data, _this_, _parent_, _i_ };
    try {
      if (unary) return { value: plain(test(source, context, simple)) };
      return { value: plain(simple ? call(source, context) : evaluate(source, context).value) };
    } catch (error) {
      return { value: null, error: String(error.message ?? error) };
    }
  };
  globalThis.answer = (text) => {
    const { asks, data, now, offset } = JSON.parse(text);
    moment = now; east = offset;
    const simple = simply(data);
    return JSON.stringify(asks.map((ask) => one(ask, data, simple)));
  };
}
"""


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
                _forget()
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
            reply = _ask([Ask(feel)], {}, 0, 0, TIME_LIMIT)[0]
        except quickjs.JSException:
            _forget()
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
    _forget()
    _log.warning("FEEL expression failed: %s: %s", feel.source, str(error).splitlines()[0])


def _answers(
    asks: Sequence[Ask], data: Mapping[str, Any], now: datetime, limit: float
) -> list[Any]:
    offset = now.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    replies = _ask(asks, data, int(now.timestamp() * 1000), minutes, limit)
    for ask, reply in zip(asks, replies, strict=True):
        if "error" in reply:
            _log.warning("FEEL expression failed: %s: %s", ask.feel.source, reply["error"])
    return [_exact(reply["value"]) for reply in replies]


def _ask(
    asks: Sequence[Ask], data: Mapping[str, Any], now: int, offset: int, limit: float
) -> list[dict[str, Any]]:
    rows = [{"source": ask.feel.source, "unary": ask.feel.unary, "row": ask.row} for ask in asks]
    question = {"asks": rows, "data": data, "now": now, "offset": offset}
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
            return [_exact(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {key: _exact(item) for key, item in value.items()}  # pyright: ignore
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
    sandbox.eval(_BEFORE)
    sandbox.eval(BUNDLE.read_text(encoding="utf-8"))
    sandbox.eval(_AFTER)
    return sandbox


@cache
def _pattern_sandbox() -> quickjs.Context:
    sandbox = quickjs.Context()
    sandbox.set_memory_limit(MEMORY_LIMIT)
    return sandbox


def _forget() -> None:
    """Start afresh after an interruption: nothing is known of the sandbox's state."""
    _sandbox.cache_clear()
