"""Cron expressions as Quartz writes them: six or seven fields, seconds first, Sunday is 1.

    second minute hour day-of-month month day-of-week [year]

Names (``MON``, ``JAN``), ``?``, lists, ranges that wrap (``FRI-MON``), steps (``0/15``), ``L``,
``L-3``, ``LW``, ``15W``, ``6L`` and ``6#3`` are understood. Five fields are read as Unix cron
(minute first, Sunday is 0 or 7). cronsim finds the next match; this module reads Quartz's dialect.

When clocks change, a fixed time of day happens exactly once: a time that is skipped happens as soon
as the clock has jumped, a time that comes twice happens the first time.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta

from cronsim import CronSim, CronSimError

from engine.errors import TimeInvalid

_MAX_LENGTH = 250
_MONTHS = dict(
    zip(re.findall("...", "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"), range(1, 13), strict=True)
)
_DAYS = dict(zip(re.findall("...", "SUNMONTUEWEDTHUFRISAT"), range(1, 8), strict=True))
_TERM = re.compile(r"(\*|[A-Z]{3}|\d{1,4})(?:-([A-Z]{3}|\d{1,4}))?(?:/(\d{1,4}))?", re.ASCII)
_NEAREST = re.compile(r"([1-9]|[12]\d|3[01])W")
_BEFORE_LAST = re.compile(r"L-([1-9]|[12]\d|30)")
_SPECIAL_DAY = re.compile(r"([A-Z]{3}|[1-7])(L|#[1-5])")


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression that was read: where its matches lie."""

    text: str
    fields: str  # six fields in cronsim's dialect
    fixed_time: bool
    _years: frozenset[int] | None = None
    _nearest_weekday: int = 0
    _before_last: int = 0

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read an expression. Raises TimeInvalid."""
        if len(text) > _MAX_LENGTH:
            raise TimeInvalid("a cron expression may have 250 characters")
        parts = text.upper().split()
        try:
            cron = _unix(text, parts) if len(parts) == 5 else _quartz(text, parts)
            CronSim(cron.fields, datetime(2026, 1, 1, tzinfo=UTC))
        except (CronSimError, ValueError) as problem:
            raise TimeInvalid(f"“{text}” is no cron expression: {problem}") from None
        return cron

    def next(self, after: datetime) -> datetime | None:
        """The first match after an aware moment, in its zone; None when there is none."""
        start = after.astimezone(UTC)
        try:
            # Within one zone Python compares times of day, which come twice when clocks go back.
            return next((m for m in self._from(after) if m.astimezone(UTC) > start), None)
        except OverflowError:
            return None

    def _from(self, after: datetime) -> Iterator[datetime]:
        """The matches after a moment; without years cronsim gives up after fifty."""
        if self._years is None:
            yield from _Matches(self, after)
        for year in sorted(year for year in self._years or () if year >= after.year):
            first = datetime(year, 1, 1, tzinfo=after.tzinfo) - timedelta(seconds=1)
            yield from _Matches(self, after if year == after.year else first, year)

    def allows(self, day: date) -> bool:
        """Whether the parts that cronsim does not know match a day."""
        if self._nearest_weekday:
            return day.day == _nearest_weekday(day.year, day.month, self._nearest_weekday)
        if self._before_last:
            return day.day == calendar.monthrange(day.year, day.month)[1] - self._before_last
        return True


class _Matches(CronSim):
    """cronsim, with Quartz's kinds of days and its own care for the hours when clocks change."""

    def __init__(self, cron: Cron, after: datetime, last_year: int = MAXYEAR) -> None:
        super().__init__(cron.fields, after)
        self._cron = cron
        self._last_year = last_year
        if cron.fixed_time and self.dt.tzinfo is not UTC:
            # cronsim does this for five fields only, where it imitates Debian's cron.
            self.fixup_tz = self.dt.tzinfo
            self.dt = self.dt.replace(tzinfo=None)

    def match_day(self, d: date) -> bool:
        """Whether a day matches."""
        if d.year > self._last_year:
            raise StopIteration
        return super().match_day(d) and self._cron.allows(d)


def _unix(text: str, parts: list[str]) -> Cron:
    fields = " ".join(["0", *("*" if part == "?" else part for part in parts)])
    return Cron(text, fields, _is_fixed(parts[0], parts[1]))


def _quartz(text: str, parts: list[str]) -> Cron:
    if len(parts) not in (6, 7):
        raise ValueError(f"it has {len(parts)} fields, not 6 or 7")
    second, minute, hour, day, month, weekday = parts[:6]
    if day == weekday == "?":
        raise ValueError("day of month and day of week are both “?”")
    day, weekday = ("*" if part == "?" else part for part in (day, weekday))
    if day != "*" and weekday != "*":
        raise ValueError("set the day of month or the day of week, and “?” for the other")
    nearest, before = _NEAREST.fullmatch(day), _BEFORE_LAST.fullmatch(day)
    fields = (
        _field("second", second, 0, 59),
        _field("minute", minute, 0, 59),
        _field("hour", hour, 0, 23),
        day if day in ("L", "LW") else "*" if nearest or before else _field("day", day, 1, 31),
        _field("month", month, 1, 12, _MONTHS),
        _weekday(weekday),
    )
    return Cron(
        text,
        " ".join(fields),
        _is_fixed(minute, hour),
        _years(parts[6]) if len(parts) == 7 else None,
        int(nearest[1]) if nearest else 0,
        int(before[1]) if before else 0,
    )


def _is_fixed(minute: str, hour: str) -> bool:
    return not minute.startswith("*") and not hour.startswith("*")


def _years(text: str) -> frozenset[int] | None:
    return None if text == "*" else frozenset(_numbers("year", text, 1970, 2199))


def _weekday(text: str) -> str:
    if text == "L":
        return "6"
    return ",".join(_weekday_term(term) for term in text.split(","))


def _weekday_term(term: str) -> str:
    special = _SPECIAL_DAY.fullmatch(term)
    if special is None:
        return _field("day of week", term, 1, 7, _DAYS, shift=-1)
    return f"{_number('day of week', special[1], 1, 7, _DAYS) - 1}{special[2]}"


def _field(
    name: str, text: str, low: int, high: int, names: dict[str, int] | None = None, shift: int = 0
) -> str:
    numbers = _numbers(name, text, low, high, names)
    if len(numbers) == high - low + 1:
        return "*"
    return ",".join(str(number + shift) for number in sorted(numbers))


def _numbers(
    name: str, text: str, low: int, high: int, names: dict[str, int] | None = None
) -> set[int]:
    found: set[int] = set()
    for term in text.split(","):
        match = _TERM.fullmatch(term)
        if match is None:
            raise ValueError(f"the {name} “{term}” is not understood")
        found |= _term(name, match, low, high, names or {})
    return found


def _term(name: str, match: re.Match[str], low: int, high: int, names: dict[str, int]) -> set[int]:
    start, end, step = match.groups()
    if step == "0" or (start == "*" and end):
        raise ValueError(f"the {name} “{match[0]}” is not understood")
    first = low if start == "*" else _number(name, start, low, high, names)
    if end is not None:
        last = _number(name, end, low, high, names)
    else:
        last = high if start == "*" or step else first
    span = range(first, last + 1)
    if last < first:  # 22-2 is 22, 23, 0, 1, 2
        span = [*range(first, high + 1), *range(low, last + 1)]
    return set(span[:: int(step or 1)])


def _number(name: str, text: str, low: int, high: int, names: dict[str, int]) -> int:
    number = names.get(text, -1) if text.isalpha() else int(text)
    if not low <= number <= high:
        raise ValueError(f"the {name} “{text}” is not between {low} and {high}")
    return number


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """The weekday nearest to a day, in the same month; 0 when the month is too short."""
    last = calendar.monthrange(year, month)[1]
    if day > last:
        return 0
    weekday = calendar.weekday(year, month, day)
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < last else day - 2
    return day
