"""Moments as people enter them into date and time fields, in their own zone."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

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
