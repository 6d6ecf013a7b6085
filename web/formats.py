"""How times, sizes and values are written on pages, in the reader's zone.

Times come as milliseconds since the epoch (UTC) and leave as ``<time datetime=…>``.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from mimetypes import guess_extension
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date
from babel.numbers import (
    NumberFormatError,
    format_decimal,
    get_decimal_symbol,
    parse_decimal,
)
from markupsafe import Markup, escape

from engine.times import DAY, HOUR, MINUTE
from web.texts import ENGLISH, _, language, plural

SOON = 4 * HOUR
MOST_COUNTED = 10_000
_FRACTION = re.compile(r"-?\d+\.\d+")
_DIGITS = re.compile(r"\s*-?[\d.,'\s]{1,40}")


def zone_of(name: str | None) -> tzinfo:
    """The zone of this IANA name; UTC where the name is missing or unknown."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def clock(ms: int, zone: tzinfo) -> str:
    """A moment for people: ``1 May 2026 09:15`` or ``01.05.2026 09:15``."""
    moment = datetime.fromtimestamp(ms / 1000, zone)
    return f"{format_date(moment, locale=_locale())} {moment:%H:%M}"


def exact(ms: int, zone: tzinfo) -> str:
    """The same with its weekday and, where they matter, its seconds."""
    moment = datetime.fromtimestamp(ms / 1000, zone)
    weekday = format_date(moment, "EEE", locale=_locale())
    return f"{weekday} {clock(ms, zone)}" + (f":{moment:%S}" if moment.second else "")


def day(value: date) -> str:
    """A day for people: ``1 May 2026`` or ``01.05.2026``."""
    return format_date(value, locale=_locale())


def number(value: int | Decimal, digits: int | None = None) -> str:
    """A number with the reader's separators and all its digits: ``1,234.50`` or ``1.234,50``.

    ``digits`` rounds to so many after the point.
    """
    if digits is None:
        exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
        digits = max(0, -exponent) if isinstance(exponent, int) else 0
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(value, pattern, locale=_locale())


def counted(count: int) -> str:
    """A number of tasks; they are not counted beyond ``MOST_COUNTED``: ``10,000+``."""
    return number(count) if count < MOST_COUNTED else f"{number(MOST_COUNTED)}+"


def entered(text: str) -> str:
    """A number as an input shows it: with the reader's decimal sign, and nothing else changed."""
    if not _FRACTION.fullmatch(text):
        return text
    return text.replace(".", get_decimal_symbol(_locale()))


def entry(text: str) -> str:
    """What somebody typed as a number, as a number is written everywhere: ``1.234,5`` → ``1234.5``.

    What is no number for the reader stays as it is.
    """
    if not _DIGITS.fullmatch(text):
        return text
    try:
        return f"{parse_decimal(text, locale=_locale(), strict=True):f}"
    except NumberFormatError:
        return text


def _locale() -> str:
    """The reader's locale: English as most of the world writes its dates."""
    code = language()
    return "en_GB" if code == ENGLISH else code


def span(ms: int) -> str:
    """A length of time in its largest unit: ``3 h``, ``2 d``; below a minute ``<1 min``."""
    length = abs(ms)
    if length < MINUTE:
        return _("<1 min")
    if length < HOUR:
        return _("%(num)s min", num=length // MINUTE)
    if length < 2 * DAY - HOUR // 2:
        return _("%(num)s h", num=round(length / HOUR))
    return _("%(num)s d", num=round(length / DAY))


def duration(ms: int) -> str:
    """A length of time that was measured: ``0.4 s``, ``12 s``, then as :func:`span`."""
    if ms < 10_000:
        return _("%(num)s s", num=number(Decimal(ms) / 1000, 1))
    return _("%(num)s s", num=ms // 1000) if ms < MINUTE else span(ms)


def time_tag(ms: int, zone: tzinfo, text: str = "", css: str = "") -> Markup:
    """``<time>`` with the machine's form, and the full moment as its title."""
    moment = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    full = datetime.fromtimestamp(ms / 1000, zone)
    title = f"{clock(ms, zone)}:{full:%S} {full:%Z}"
    class_attribute = Markup(' class="{}"').format(css) if css else ""
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(
        moment, title, class_attribute, text or clock(ms, zone)
    )


def due_tag(ms: int, now: int, zone: tzinfo, *, alone: bool = False) -> Markup:
    """A due date as what is left of it: ``in 3 h``, ``2 d overdue``; soon and late are coloured.

    ``alone`` says "due" where no label or heading does.
    """
    left = ms - now
    if left < 0:
        return time_tag(ms, zone, _overdue(left), "due-late")
    text = _("due in %(span)s", span=span(left)) if alone else _("in %(span)s", span=span(left))
    return time_tag(ms, zone, text, "due-soon" if left < SOON else "")


def paused_tag(left: int) -> Markup:
    """What is left of the time for a task of a suspended instance: its clock stands still."""
    text = _overdue(left) if left < 0 else _("%(span)s left", span=span(left))
    return Markup('<span class="due-paused">{}</span>').format(_("paused, %(left)s", left=text))


def _overdue(left: int) -> str:
    return _("%(span)s overdue", span=span(left))


def ago_tag(ms: int, now: int, zone: tzinfo) -> Markup:
    """A moment in the past as its distance: ``3 h ago``; older than a week as its date."""
    if now - ms > 7 * DAY:
        return time_tag(ms, zone)
    if now - ms < MINUTE:
        return time_tag(ms, zone, _("just now"))
    return time_tag(ms, zone, _("%(span)s ago", span=span(now - ms)))


def size(count: int) -> str:
    """A number of bytes for people: ``812 bytes``, ``1.4 MB``."""
    if count < 1000:
        return plural("%(num)s byte", "%(num)s bytes", count)
    value, units = count / 1000, ["kB", "MB", "GB"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        del units[0]
    unit = units[0]
    return f"{number(Decimal(value), 1 if value < 9.95 else 0)} {unit}"


def value_text(value: Any) -> str:
    """A variable's value as one would write it: texts bare, the rest as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=_number, indent=None)


def value_type(value: Any) -> str:
    """The JSON type's name of a variable's value."""
    match value:
        case bool():
            return _("yes/no")
        case int() | Decimal() | float():
            return _("number")
        case str():
            return _("text")
        case list():
            return _("list")
        case dict():
            return _("object")
        case _nothing:
            return _("nothing")


def file_kinds(accept: str) -> str:
    """What a file field takes, in words: ``.pdf,image/*`` is ``PDF, images``."""
    kinds = {
        "image/*": _("images"),
        "audio/*": _("sound recordings"),
        "video/*": _("videos"),
        "text/*": _("texts"),
    }
    wanted = filter(None, (each.strip().lower() for each in accept.split(",")))
    return ", ".join(kinds.get(each) or _ending(each) for each in wanted)


def _ending(kind: str) -> str:
    ending = kind if kind.startswith(".") else guess_extension(kind)
    return ending.removeprefix(".").upper() if ending else kind


def initials(name: str) -> Markup:
    """Up to two letters that stand for a person."""
    words = [word for word in name.replace(".", " ").replace("_", " ").split() if word[0].isalnum()]
    letters = words[0][:2] if len(words) == 1 else "".join(word[0] for word in words[:2])
    return escape(letters.upper())


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
