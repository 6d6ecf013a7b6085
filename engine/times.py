"""Times: moments, ISO 8601 durations and dates, and cycles that can be stored and continued.

A moment is an ``int``: milliseconds since 1970 in UTC. Durations keep their calendar parts, so a
day added across a change of clocks ends at the same time of day. Functions that read text raise
TimeInvalid, naming the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.parser import isoparse

from engine.cron import Cron
from engine.errors import TimeInvalid

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MAX_LENGTH = 100
_AMOUNT = r"(\d{1,12}(?:[.,]\d{1,12})?)"
_DURATION = re.compile(
    rf"([+-]?)P(?:(\d{{1,9}})Y)?(?:(\d{{1,9}})M)?(?:{_AMOUNT}W)?(?:{_AMOUNT}D)?"
    rf"(?:T(?=\d)(?:{_AMOUNT}H)?(?:{_AMOUNT}M)?(?:{_AMOUNT}S)?)?",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}[\dW-]*(?:[T ][\d:.,]+(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII)
_NAMED_ZONE = re.compile(r"(.+)\[([\w/+-]+)\]", re.ASCII)
_COUNT = re.compile(r"R(-1|\d{1,9})?", re.ASCII)
_UNTIL = " until "


def iso(moment: int) -> str:
    """A moment as text: ``2026-05-01T09:15:22.000+00:00``."""
    return at(moment, UTC).isoformat(timespec="milliseconds")


def at(moment: int, zone: tzinfo) -> datetime:
    """A moment as date and time in a zone."""
    try:
        return (_EPOCH + moment * _MILLISECOND).astimezone(zone)
    except OverflowError:
        raise TimeInvalid("a time must lie in the years 1 to 9999") from None


def moment_of(when: datetime) -> int:
    """The moment of an aware date and time."""
    return (when - _EPOCH) // _MILLISECOND


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of time. ``millis`` counts on the clock, the other parts on the calendar."""

    years: int = 0
    months: int = 0
    days: int = 0
    millis: int = 0

    def __mul__(self, times: int) -> Duration:
        return Duration(
            self.years * times, self.months * times, self.days * times, self.millis * times
        )

    def __str__(self) -> str:
        parts = (self.years, self.months, self.days, self.millis)
        if any(part < 0 for part in parts):
            return f"-{self * -1}"
        hours, rest = divmod(self.millis, HOUR)
        minutes, rest = divmod(rest, MINUTE)
        seconds = f"{Decimal(rest) / SECOND:f}S" if rest else ""
        clock = _parts((hours, minutes), "HM") + seconds
        day = _parts(parts[:3], "YMD")
        return f"P{day}T{clock}" if clock else f"P{day}" if day else "PT0S"

    def after(self, moment: int, zone: tzinfo) -> int:
        """The moment that lies this duration after another one, on the calendar of a zone.

        Clock parts are added first, then days, months and years; a day that the month does not
        have becomes its last day. Raises TimeInvalid outside of the years 1 to 9999.
        """
        moved = moment + self.millis
        start = at(moved, zone)
        if not (self.days or self.months or self.years):
            return moved
        try:
            local = start.replace(tzinfo=None, fold=0) + timedelta(days=self.days)
            local = _add_months(_add_months(local, self.months), 12 * self.years)
            return moment_of(local.replace(tzinfo=zone))
        except (OverflowError, ValueError):
            raise TimeInvalid(f"{self} leads out of the years 1 to 9999") from None


def _parts(amounts: Iterable[int], units: str) -> str:
    return "".join(f"{amount}{unit}" for amount, unit in zip(amounts, units, strict=True) if amount)


def _add_months(when: datetime, months: int) -> datetime:
    if not months:
        return when
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    for day in (when.day, 30, 29, 28):
        try:
            return when.replace(year=year, month=month + 1, day=min(day, when.day))
        except ValueError:
            continue
    raise OverflowError("year out of range")


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> Duration:
    """Read ``P1Y2M3W4DT5H6M7.5S``, any part of it, or its negative. Raises TimeInvalid."""
    match = _DURATION.fullmatch(_tidy(text))
    if match is None or text.strip()[-1] in "PT":
        raise TimeInvalid(f"“{_short(text)}” is no ISO 8601 duration such as PT8H or P1DT12H")
    sign = -1 if match[1] == "-" else 1
    years, months = int(match[2] or 0), int(match[3] or 0)
    weeks, days, hours, minutes, seconds = (
        Decimal((part or "0").replace(",", ".")) for part in match.groups()[3:]
    )
    whole_days, part_of_day = divmod(weeks * 7 + days, 1)
    millis = int(part_of_day * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND)
    return Duration(years, months, int(whole_days), millis) * sign


def parse_date(text: str, zone: tzinfo) -> int:
    """Read an ISO 8601 date and time; only the year is needed. Raises TimeInvalid.

    Missing parts are the first or zero, a missing offset means the given zone, and a zone in
    brackets (``…[Europe/Berlin]``) is used when there is no offset.
    """
    tidy = _tidy(text).upper()
    named = _NAMED_ZONE.fullmatch(text.strip())
    if named is not None:
        tidy, zone = named[1].upper(), _zone(named[2], text)
    try:
        if _DATE.fullmatch(tidy) is None:
            raise ValueError("not a date")
        when = isoparse(tidy)
        return moment_of(when if when.tzinfo else when.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise TimeInvalid(
            f"“{_short(text)}” is no ISO 8601 date such as 2026-05-01T09:00"
        ) from None


def _zone(name: str, text: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TimeInvalid(f"“{_short(text)}” names an unknown time zone") from None


def parse_due(text: str, now: int, zone: tzinfo) -> int:
    """Read a due date: a duration counts from now, anything else is a date. Raises TimeInvalid."""
    if text.strip().startswith(("P", "-P")):
        return parse_duration(text).after(now, zone)
    return parse_date(text, zone)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A series of moments. ``remaining`` counts the firings that are left (None: without end).

    Store :attr:`text` with the due time. When that firing happens, parse the text again and ask
    :meth:`next`; what remains after it is :meth:`rest`.
    """

    remaining: int | None
    end: int | None
    _made: int
    _head: str  # the series as text, without count and end
    _following: Callable[[int], int | None]

    @property
    def text(self) -> str:
        """The text that :func:`parse_cycle` reads to continue here."""
        if self._head.startswith("/"):
            count = "" if self.remaining is None else self.remaining
            return f"R{count}{self._head}" + (f"/{iso(self.end)}" if self.end is not None else "")
        return self._head + (f"{_UNTIL}{iso(self.end)}" if self.end is not None else "")

    def first(self) -> int | None:
        """The first moment after the one at which the cycle was read; None when there is none."""
        return self._after(self._made)

    def next(self, after: int) -> int | None:
        """The moment that follows the firing of ``after``; None when that was the last."""
        if self.remaining is not None and self.remaining <= 1:
            return None
        return self._after(after)

    def rest(self) -> Cycle:
        """What is left when one firing has happened."""
        return self if self.remaining is None else replace(self, remaining=self.remaining - 1)

    def _after(self, moment: int) -> int | None:
        following = self._following(moment)
        if following is None or (self.end is not None and following > self.end):
            return None
        return following


def parse_cycle(text: str, now: int, zone: tzinfo, end: int | None = None) -> Cycle:
    """Read a cycle. Raises TimeInvalid.

    ``R3/PT10H`` fires three times, the first time ten hours from now; ``R/…`` goes on for ever.
    ``R/start/duration``, ``R/duration/end`` and ``R/start/end`` are understood; moments that lie
    behind are passed over and not counted. Anything else is a cron expression. ``end`` wins over
    an end in the text.
    """
    tidy = text.strip()
    if not tidy.startswith("R"):
        return _cron_cycle(tidy, now, zone, end)
    count, *parts = tidy.split("/")
    counted = _COUNT.fullmatch(count)
    if counted is None or not 1 <= len(parts) <= 3 or len(tidy) > 2 * _MAX_LENGTH:
        raise TimeInvalid(f"“{_short(text)}” is no cycle such as R3/PT10H")
    remaining = None if counted[1] in (None, "-1") else int(counted[1])
    if remaining == 0:
        raise TimeInvalid(f"“{_short(text)}” never fires: R1/… fires once, R/… without end")
    start, period, last = _series(parts, now, zone, text)
    following = _multiples(start, period, zone, text)
    head = f"/{iso(start)}/{period}"
    return Cycle(remaining, last if end is None else end, now, head, following)


def _cron_cycle(text: str, now: int, zone: tzinfo, end: int | None) -> Cycle:
    expression, _, until = text.partition(_UNTIL)
    cron = Cron.parse(expression)
    if until and end is None:
        end = parse_date(until, zone)

    def following(after: int) -> int | None:
        match = cron.next(at(after, zone))
        return None if match is None else moment_of(match)

    return Cycle(None, end, now, cron.text, following)


def _series(
    parts: list[str], now: int, zone: tzinfo, text: str
) -> tuple[int, Duration, int | None]:
    """Start, period and end of ``duration[/end]``, ``start/duration[/end]`` or ``start/end``."""
    if parts[0].startswith("P"):
        if len(parts) == 3:
            raise TimeInvalid(f"“{_short(text)}” is no cycle such as R3/PT10H")
        end = parse_date(parts[1], zone) if len(parts) == 2 else None
        return now, parse_duration(parts[0]), end
    if len(parts) == 1:
        raise TimeInvalid(f"“{_short(text)}” has no period, such as R3/{_short(parts[0])}/PT10H")
    start = parse_date(parts[0], zone)
    if parts[1].startswith("P"):
        end = parse_date(parts[2], zone) if len(parts) == 3 else None
        return start, parse_duration(parts[1]), end
    end = parse_date(parts[1], zone)
    return start, Duration(millis=end - start), end


def _multiples(
    start: int, period: Duration, zone: tzinfo, text: str
) -> Callable[[int], int | None]:
    """The moments ``start``, ``start + period``, ``start + 2 × period`` … as a function."""
    if max(period.years, period.months, period.days, period.millis) <= 0:
        raise TimeInvalid(f"“{_short(text)}” has no period that leads forward")

    def nth(times: int) -> int:
        return (period * times).after(start, zone)

    def following(after: int) -> int | None:
        if start > after:
            return start
        if not (period.years or period.months or period.days):
            return start + ((after - start) // period.millis + 1) * period.millis
        try:
            return nth(_first_beyond(nth, after))
        except TimeInvalid:
            return None

    return following


def _first_beyond(nth: Callable[[int], int], limit: int) -> int:
    """The smallest number whose moment lies beyond a limit; moments only grow."""
    high = 1
    while nth(high) <= limit:
        high *= 2
    low = high // 2
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if nth(middle) > limit else (middle, high)
    return high


def _tidy(text: str) -> str:
    tidy = text.strip()
    if len(tidy) > _MAX_LENGTH:
        raise TimeInvalid(f"“{_short(text)}” is too long for a time")
    return tidy


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def moment(value: object, now: int, zone: tzinfo) -> int:
    """The moment that a value means: a date and time, a date, or text for :func:`parse_due`."""
    if isinstance(value, datetime):
        return moment_of(value if value.tzinfo else value.replace(tzinfo=zone))
    if isinstance(value, date):
        return parse_date(value.isoformat(), zone)
    if isinstance(value, str):
        return parse_due(value, now, zone)
    raise TimeInvalid(f"{value!r} is no date")
