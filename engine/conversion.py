"""Values that become another kind where a call hands them over: ``targetType``, ``sourceType``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from engine.errors import ExpressionFailed
from engine.juel.arithmetic import Trouble, integer_of, number_of
from engine.times import at, iso, moment
from engine.values import as_text, decode


def converted(value: Any, kind: str, now: int, zone: tzinfo) -> Any:
    """A value as one of the KINDS; null stays null. Raises ExpressionFailed when it cannot be."""
    if value is None:
        return None
    if kind in _DATES:
        return _DATES[kind](moment(value, now, zone), zone)
    try:
        return _PLAIN[kind](value)
    except Trouble as problem:
        raise ExpressionFailed(f"A value of type {kind} is needed: {problem}") from None


def _double(value: Any) -> Decimal:
    return Decimal(number_of(value))


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else as_text(value).strip().lower() == "true"


def _tree(value: Any) -> Any:
    return decode(value) if isinstance(value, str) else value


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "string": as_text,
    "integer": integer_of,
    "long": integer_of,
    "short": integer_of,
    "double": _double,
    "boolean": _boolean,
    "json": _tree,
    "array": _tree,
}
_DATES: dict[str, Callable[[int, tzinfo], str]] = {
    "date": lambda found, _: iso(found),
    "localdate": lambda found, zone: at(found, zone).date().isoformat(),
}
KINDS = (*_PLAIN, *_DATES)
"""The types that a value can be given."""
