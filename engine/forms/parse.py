"""From what a client sent to a value of the field's type: text of an HTML form or typed JSON alike.

Each function returns the value (the field's empty value when nothing was entered) or raises
:class:`Unfit`. Numbers become ``int`` or ``Decimal``; dates stay ISO 8601 text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from engine.forms.dates import from_pattern
from engine.forms.messages import Unfit
from engine.forms.model import (
    MANY_CHOICES,
    SINGLE_CHOICE,
    Component,
    DateRules,
    Option,
)
from engine.forms.narrow import dict_of, list_of, many

_NUMBER = re.compile(r"[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,2})?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0", ""})


def typed(component: Component, raw: Any, now: datetime) -> Any:
    """The value of a field other than a choice or file; ``now`` is in the person's time zone."""
    parse = _PARSERS[component.type]
    return parse(component, _last(raw), now)


def chosen(component: Component, raw: Any, options: Sequence[Option]) -> Any:
    """The value of a choice among ``options``."""
    if component.type in SINGLE_CHOICE:
        return _one_of(_last(raw), options)
    values: list[Any] = []
    for item in many(raw):
        if item in ("", None):
            continue
        value = _one_of(item, options)
        if value not in values:
            values.append(value)
    return values


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values: true is not 1, 1.0 is 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def option_key(value: Any) -> str:
    """The text that stands for an option's value in an HTML form."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case None:
            return ""
        case _:
            pairs = sorted((dict_of(value) or {}).items())
            return "{" + ",".join(f"{key}:{option_key(item)}" for key, item in pairs) + "}"


def number(raw: Any) -> int | Decimal:
    """A number from its text, or as it is."""
    match raw:
        case bool():
            pass
        case int():
            return raw
        case Decimal() if raw.is_finite() and -60 < raw.adjusted() < 60:
            return raw
        case str() if _NUMBER.fullmatch(raw.strip()):
            value = Decimal(raw.strip())
            whole = value == value.to_integral_value() and "." not in raw
            return int(value) if whole else value
        case _:
            pass
    raise Unfit("is not a number")


def truth(raw: Any) -> bool:
    """A boolean from its text, or as it is."""
    if isinstance(raw, bool):
        return raw
    if raw is None:
        return False
    if isinstance(raw, str) and raw.lower() in _TRUE | _FALSE:
        return raw.lower() in _TRUE
    raise Unfit("is neither true nor false")


def _last(raw: Any) -> Any:
    """A form may send a name twice; the last one counts, as in most frameworks."""
    items = list_of(raw)
    if items is None or not all(isinstance(item, str) for item in items):
        return raw
    return items[-1] if items else None


def _text(component: Component, raw: Any, _now: datetime) -> str:
    if raw is None:
        return ""
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, str):
        raise Unfit("is not text")
    if _CONTROL.search(raw):
        raise Unfit("contains characters that are not text")
    value = raw.replace("\r\n", "\n").replace("\r", "\n")
    if component.type == "textfield" and "\n" in value:
        raise Unfit("must be one line")
    return value


def _number(component: Component, raw: Any, _now: datetime) -> int | Decimal | str | None:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    value = number(raw)
    if component.rules.decimal_digits == 0 and value == int(value):
        value = int(value)
    return str(value) if component.rules.as_text else value


def _checkbox(_component: Component, raw: Any, _now: datetime) -> bool:
    return truth(raw)


def _datetime(component: Component, raw: Any, now: datetime) -> str | None:
    if raw is None or raw == "":
        return None
    rules = component.date or DateRules()
    if not isinstance(raw, str):
        raise Unfit("is not a date")
    text = raw.strip()
    if rules.pattern and (parsed := from_pattern(text, rules.pattern)):
        text = parsed
    return _DATES[rules.subtype](text, rules, now)


def _date(text: str, _rules: DateRules, _now: datetime) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise Unfit("is not a date")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Unfit("is not a date") from None


def _time(text: str, rules: DateRules, now: datetime) -> str:
    if not re.fullmatch(r"\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", text, re.ASCII):
        raise Unfit("is not a time")
    try:
        value = time.fromisoformat(text)
    except ValueError:
        raise Unfit("is not a time") from None
    return _zoned(datetime.combine(now.date(), value), rules, now).partition("T")[2]


def _moment(text: str, rules: DateRules, now: datetime) -> str:
    if not re.fullmatch(
        r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", text, re.ASCII
    ):
        raise Unfit("is not a date and time")
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise Unfit("is not a date and time") from None
    try:
        return _zoned(value, rules, now)
    except OverflowError:
        raise Unfit("is not a date and time") from None


def _zoned(value: datetime, rules: DateRules, now: datetime) -> str:
    """ISO text to the minute (seconds only when there are some) with the offset the form wants."""
    if rules.zone != "no_timezone" and value.tzinfo is None:
        value = value.replace(tzinfo=now.tzinfo or UTC)
    if rules.zone == "no_timezone":
        value = value.replace(tzinfo=None)
    elif rules.zone == "utc_normalized":
        value = value.astimezone(UTC)
    precision = "seconds" if value.second else "minutes"
    text = value.isoformat(timespec=precision)
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def _one_of(raw: Any, options: Sequence[Option]) -> Any:
    if raw is None or raw == "":
        return None
    for option in options:
        if same(option.value, raw):
            return option.value
    if isinstance(raw, str):
        for option in options:
            if option_key(option.value) == raw:
                return option.value
    raise Unfit("is not one of the choices")


_PARSERS: Mapping[str, Callable[[Component, Any, datetime], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "datetime": _datetime,
}
_DATES: Mapping[str, Callable[[str, DateRules, datetime], str]] = {
    "date": _date,
    "time": _time,
    "datetime": _moment,
}


def fallback(component: Component, options: Sequence[Option] | None, value: Any) -> Any:
    """A stored or default value, or the empty one when it can no longer be chosen."""
    if options is None or component.type not in SINGLE_CHOICE | MANY_CHOICES:
        return value
    if component.type in SINGLE_CHOICE:
        return value if any(same(option.value, value) for option in options) else None
    items = list_of(value) or []
    return [item for item in items if any(same(option.value, item) for option in options)]
