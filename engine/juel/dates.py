"""Dates in expressions: ISO text read when a date is needed, and what may be asked of one.

Variables hold dates as text. Where an expression compares such text with a date or calls one of the
methods below on it, it is read; what comes out of the expression is text again. A text of day
precision is a ``date`` (Java's LocalDate), anything else an aware ``datetime`` in the given zone.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any, cast

from engine.juel.arithmetic import Trouble, integer_of
from engine.times import HOUR, MINUTE, SECOND, Duration, at, moment_of, parse_date, parse_duration

DateMethod = Callable[[date], Any] | Callable[[date, Any], Any] | Callable[..., date]
ZonedMethod = Callable[[tzinfo, date], Any] | Callable[[tzinfo, date, Any], Any]

_DAY_ONLY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OFFSET = re.compile(r"(?<=\d)[Tt ].*?(Z|z|[+-]\d\d(?::?\d\d)?)$", re.ASCII)
_PATTERN = re.compile(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|(.)", re.DOTALL)
_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"


def date_text(when: date) -> str:
    """A date or time in ISO 8601; times with milliseconds and offset."""
    if isinstance(when, datetime):
        return when.isoformat(timespec="milliseconds")
    return when.isoformat()


def date_of(value: Any, zone: tzinfo) -> date:
    """The date or time that a value means. Raises Trouble."""
    if isinstance(value, date):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return at(value, zone)
    if not isinstance(value, str):
        raise Trouble("a date is needed here")
    if _DAY_ONLY.fullmatch(value):
        return at(parse_date(value, zone), zone).date()
    offset = _OFFSET.search(value)
    when = at(parse_date(value, zone), zone)
    return when if offset is None else when.astimezone(_fixed(offset[1]))


def _fixed(offset: str) -> tzinfo:
    zone = datetime.fromisoformat(f"2000-01-01T00:00{offset.upper()}").tzinfo
    assert zone is not None
    return zone


def compare_dates(left: Any, right: Any, zone: tzinfo) -> int:
    """Less than 0, 0 or more than 0; a day is compared as its beginning in the zone."""
    first, second = moment(date_of(left, zone), zone), moment(date_of(right, zone), zone)
    return (first > second) - (first < second)


def moment(when: date, zone: tzinfo) -> int:
    """The moment of a date or time."""
    if isinstance(when, datetime):
        return moment_of(when)
    return moment_of(datetime.combine(when, time(), zone))


def moved(when: date, duration: Duration) -> date:
    """A date or time, later by a duration on its own calendar. Raises Trouble."""
    if isinstance(when, datetime):
        assert when.tzinfo is not None
        return at(duration.after(moment_of(when), when.tzinfo), when.tzinfo)
    if duration.millis:
        raise Trouble("a date without time has no hours")
    noon = datetime.combine(when, time(12), _fixed("Z"))
    return cast("datetime", moved(noon, duration)).date()


def formatted(when: date, pattern: str) -> str:
    """A date in a pattern of Java's, such as ``dd.MM.yyyy HH:mm``. Raises Trouble."""
    if len(pattern) > 100:
        raise Trouble("a date pattern may have 100 characters")
    full = when if isinstance(when, datetime) else datetime.combine(when, time())
    return "".join(_formatted(match, full) for match in _PATTERN.finditer(pattern))


def _formatted(match: re.Match[str], when: datetime) -> str:
    quoted, letters, letter, other = match.groups()
    if quoted is not None:
        return quoted.replace("''", "'") or "'"
    if other is not None:
        return other
    if letter not in _LETTERS:
        raise Trouble(f"the date pattern letter “{letter}” is not supported")
    return _LETTERS[letter](when, len(letters))


def _named(names: str, number: int, width: int) -> str:
    name = names.split()[number - 1]
    return name if width >= 4 else name[:3]


def _year(when: datetime, width: int) -> str:
    return f"{when.year % 100:02}" if width == 2 else f"{when.year:0{width}}"


def _month(when: datetime, width: int) -> str:
    return f"{when.month:0{width}}" if width < 3 else _named(_MONTHS, when.month, width)


def _offset(when: datetime, width: int, zero: str = "") -> str:
    text = when.strftime("%z") or "+0000"
    if zero and text == "+0000":
        return zero
    return (
        f"{text[:3]}:{text[3:5]}" if width >= 3 else text[:3] if width == 1 and zero else text[:5]
    )


_LETTERS: dict[str, Callable[[datetime, int], str]] = {
    "y": _year,
    "u": _year,
    "M": _month,
    "L": _month,
    "d": lambda when, width: f"{when.day:0{width}}",
    "D": lambda when, width: f"{when.timetuple().tm_yday:0{width}}",
    "E": lambda when, width: _named(_DAYS, when.isoweekday(), width),
    "e": lambda when, width: f"{when.isoweekday():0{width}}",
    "w": lambda when, width: f"{when.isocalendar().week:0{width}}",
    "H": lambda when, width: f"{when.hour:0{width}}",
    "h": lambda when, width: f"{when.hour % 12 or 12:0{width}}",
    "a": lambda when, _: "AM" if when.hour < 12 else "PM",
    "m": lambda when, width: f"{when.minute:0{width}}",
    "s": lambda when, width: f"{when.second:0{width}}",
    "S": lambda when, width: f"{when.microsecond:06}".ljust(width, "0")[:width],
    "X": lambda when, width: _offset(when, width, "Z"),
    "x": _offset,
    "Z": lambda when, _: _offset(when, 2),
    "z": lambda when, _: when.tzname() or "",
}


def _later(unit: Callable[[int], Duration], sign: int = 1) -> Callable[[date, Any], date]:
    return lambda when, amount: moved(when, unit(sign * integer_of(amount)))


_UNITS: dict[str, Callable[[int], Duration]] = {
    "Years": lambda n: Duration(years=n),
    "Months": lambda n: Duration(months=n),
    "Weeks": lambda n: Duration(days=7 * n),
    "Days": lambda n: Duration(days=n),
    "Hours": lambda n: Duration(millis=n * HOUR),
    "Minutes": lambda n: Duration(millis=n * MINUTE),
    "Seconds": lambda n: Duration(millis=n * SECOND),
    "Millis": lambda n: Duration(millis=n),
}


def _plus(when: date, text: Any, *, sign: int = 1) -> date:
    if not isinstance(text, str):
        raise Trouble("a duration such as P1D is needed here")
    return moved(when, parse_duration(text) * sign)


def _with(*fields: str) -> Callable[..., date]:
    def change(when: date, *values: Any) -> date:
        changes = dict(zip(fields, map(integer_of, values), strict=False))
        try:
            return when.replace(**cast("Any", changes))
        except (TypeError, ValueError, OverflowError) as problem:
            raise Trouble(str(problem)) from None

    return change


def _clock(read: Callable[[datetime], int]) -> Callable[[date], int]:
    def get(when: date) -> int:
        if not isinstance(when, datetime):
            raise Trouble("a date without time has no hours")
        return read(when)

    return get


def _weekday(when: date) -> int | str:
    # As in Java: a LocalDate answers with a name, Joda's DateTime with a number.
    if isinstance(when, datetime):
        return when.isoweekday()
    return _DAYS.upper().split()[when.weekday()]


def _day(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when


def _itself(when: date) -> date:
    return when


def _to_text(when: date, pattern: Any = None) -> str:
    return date_text(when) if pattern is None else formatted(when, str(pattern))


def _compare(test: Callable[[int], Any]) -> Callable[[tzinfo, date, Any], Any]:
    return lambda zone, when, other: test(compare_dates(when, other, zone))


def _start_of_day(zone: tzinfo, when: date) -> datetime:
    own = when.tzinfo if isinstance(when, datetime) else None
    return datetime.combine(when, time(), own or zone)


DATE_METHODS: Mapping[str, DateMethod] = {
    **{f"plus{name}": _later(unit) for name, unit in _UNITS.items()},
    **{f"minus{name}": _later(unit, -1) for name, unit in _UNITS.items()},
    "plus": _plus,
    "minus": lambda when, text: _plus(when, text, sign=-1),
    "withYear": _with("year"),
    "withMonth": _with("month"),
    "withMonthOfYear": _with("month"),
    "withDayOfMonth": _with("day"),
    "withHour": _with("hour"),
    "withHourOfDay": _with("hour"),
    "withMinute": _with("minute"),
    "withMinuteOfHour": _with("minute"),
    "withSecond": _with("second"),
    "withSecondOfMinute": _with("second"),
    "getYear": lambda when: when.year,
    "getMonthValue": lambda when: when.month,
    "getMonthOfYear": lambda when: when.month,
    "getDayOfMonth": lambda when: when.day,
    "getDayOfYear": lambda when: when.timetuple().tm_yday,
    "getDayOfWeek": _weekday,
    "lengthOfMonth": lambda when: calendar.monthrange(when.year, when.month)[1],
    "getHour": _clock(lambda when: when.hour),
    "getHourOfDay": _clock(lambda when: when.hour),
    "getMinute": _clock(lambda when: when.minute),
    "getMinuteOfHour": _clock(lambda when: when.minute),
    "getSecond": _clock(lambda when: when.second),
    "getSecondOfMinute": _clock(lambda when: when.second),
    "toLocalDate": _day,
    "toLocalDateTime": _itself,
    "toDateTime": _itself,
    "toDate": _itself,
    "toInstant": _itself,
    "format": _to_text,
    "toString": _to_text,
}
"""What may be called on a date: functions of the date and the arguments."""

ZONED_METHODS: Mapping[str, ZonedMethod] = {
    "isBefore": _compare(lambda sign: sign < 0),
    "before": _compare(lambda sign: sign < 0),
    "isAfter": _compare(lambda sign: sign > 0),
    "after": _compare(lambda sign: sign > 0),
    "isEqual": _compare(lambda sign: sign == 0),
    "equals": _compare(lambda sign: sign == 0),
    "compareTo": _compare(lambda sign: sign),
    "atStartOfDay": _start_of_day,
    "withTimeAtStartOfDay": _start_of_day,
    "getTime": lambda zone, when: moment(when, zone),
    "getMillis": lambda zone, when: moment(when, zone),
    "toEpochMilli": lambda zone, when: moment(when, zone),
    "getEpochSecond": lambda zone, when: moment(when, zone) // SECOND,
}
"""What needs to know when a day begins: functions of the zone, the date and the arguments."""
