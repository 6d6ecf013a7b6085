"""Java date patterns (``dd-MM-yyyy hh:mm``), as Flowable's form properties use them."""

from __future__ import annotations

import re
from datetime import datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FULL_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_LETTERS = re.compile(r"'(?:[^']|'')*'|([a-zA-Z])\1*|[^a-zA-Z']+")
_FIELDS = {
    "y": "year", "M": "month", "d": "day", "H": "hour", "h": "hour", "k": "hour", "m": "minute",
    "s": "second", "a": "half",
}  # fmt: skip


def understood(pattern: str) -> bool:
    """Whether every letter of a pattern is one that we read."""
    return all(
        match[0].startswith("'") or not match[1] or match[1] in _FIELDS
        for match in _LETTERS.finditer(pattern)
    )


def has_time(pattern: str) -> bool:
    """Whether a pattern holds hours."""
    return any(match[1] in ("H", "h", "k") for match in _LETTERS.finditer(pattern) if match[1])


def from_pattern(text: str, pattern: str) -> str:
    """The ISO 8601 text of a date written in ``pattern``; empty when it is not."""
    groups: list[str] = []
    regex = "".join(_part(match, groups) for match in _LETTERS.finditer(pattern))
    found = re.fullmatch(regex, text.strip(), re.IGNORECASE | re.ASCII)
    if not found:
        return ""
    parts = dict(zip(groups, found.groups(), strict=True))
    try:
        value = datetime(  # noqa: DTZ001 - a form's date is local
            _year(parts.get("year", "1970")),
            _month(parts.get("month", "1")),
            int(parts.get("day", "1")),
            _hour(parts),
            int(parts.get("minute", "0")),
            int(parts.get("second", "0")),
        )
    except ValueError:
        return ""
    return value.isoformat(timespec="minutes") if has_time(pattern) else value.date().isoformat()


def to_pattern(iso: str, pattern: str) -> str:
    """A stored date as ``pattern`` writes it; the text itself when it is no date."""
    try:
        value = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return "".join(_written(match, value) for match in _LETTERS.finditer(pattern))


def _part(match: re.Match[str], groups: list[str]) -> str:
    token, letter = match[0], match[1]
    if not letter:
        return re.escape(_quoted(token))
    groups.append(_FIELDS[letter])
    if letter == "M" and len(token) >= 3:
        return "([a-z]{3,9})"
    if letter == "a":
        return "(am|pm)"
    return r"(\d{1,4})" if letter == "y" else r"(\d{1,2})"


def _written(match: re.Match[str], value: datetime) -> str:
    token, letter = match[0], match[1]
    match letter:
        case None:
            return _quoted(token)
        case "y":
            return f"{value.year % 100:02}" if len(token) == 2 else f"{value.year:04}"
        case "M" if len(token) >= 3:
            return _MONTHS[value.month - 1] if len(token) == 3 else _FULL_MONTHS[value.month - 1]
        case "a":
            return "AM" if value.hour < 12 else "PM"
        case "h":
            return str((value.hour + 11) % 12 + 1).zfill(len(token))
        case "k":
            return str(value.hour or 24).zfill(len(token))
        case _:
            return str(getattr(value, _FIELDS[letter])).zfill(len(token))


def _quoted(token: str) -> str:
    if not token.startswith("'"):
        return token
    return token[1:-1].replace("''", "'") or "'"


def _year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.index(text[:3].capitalize()) + 1


def _hour(parts: dict[str, str]) -> int:
    hour, half = int(parts.get("hour", "0")), parts.get("half", "").lower()
    if not half:
        return 0 if hour == 24 else hour
    return hour % 12 + (12 if half == "pm" else 0)
