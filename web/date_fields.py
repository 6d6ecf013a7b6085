"""Days and moments as people enter them into date and time fields, in their own zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from appliance.errors import InvalidInput
from web.texts import _


def moment_of(text: str, zone: tzinfo) -> int:
    """Milliseconds of a ``datetime-local`` field. Raises ``InvalidInput``."""
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise InvalidInput(_("%(entered)s is no date with a time.", entered=text[:40])) from None


def local(ms: int, zone: tzinfo) -> str:
    """What a ``datetime-local`` field shows for a moment."""
    return f"{datetime.fromtimestamp(ms / 1000, zone):%Y-%m-%dT%H:%M}"


def day_begins(text: str, zone: tzinfo, days: int = 0) -> int | None:
    """When a day of a ``date`` field (or one some days later) begins; None for no day."""
    try:
        day = datetime.fromisoformat(text[:10]) + timedelta(days=days)
        return int(day.replace(tzinfo=zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def day_of(text: str) -> date:
    """The day of a ``date`` field. Raises ``InvalidInput``."""
    try:
        if len(text) == len("2027-12-31"):
            return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        pass
    raise InvalidInput(_("The date must look like 2027-12-31."))


def end_of_day(text: str, zone: tzinfo) -> int | None:
    """The last moment of the day of a ``date`` field; None when it is empty."""
    if not text:
        return None
    return int(datetime.combine(day_of(text), time.max, zone).timestamp() * 1000)
