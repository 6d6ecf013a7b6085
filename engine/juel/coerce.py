"""What JUEL makes of values: as text or truth, and how two of them compare.

Follows the rules of EL 2.2 that Flowable uses. Where Flowable fails with a cast error, these
functions raise Trouble.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, cast

from engine.errors import TimeInvalid
from engine.juel.arithmetic import NUMBERS, Trouble, described, number_of
from engine.juel.dates import compare_dates, date_text
from engine.values import encode

MAX_TEXT = 1_000_000
"""The longest text that an expression may make, in characters."""

_ALIKE = frozenset({bool, int, str, Decimal})
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d|$)", re.ASCII)


def text_of(value: Any) -> str:
    """A value as text: null is empty, lists and maps are JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, list | dict):
        with suppress(TypeError):  # of an object in it
            return encode(cast("Any", value)).decode()
    raise Trouble("an object cannot be used as text")


def joined(parts: list[str]) -> str:
    """Texts one after another, unless that is longer than a text may be."""
    if sum(map(len, parts)) > MAX_TEXT:
        raise Trouble(f"the text has more than {MAX_TEXT} characters")
    return "".join(parts)


def truth_of(value: Any) -> bool:
    """A value as true or false: null and text other than “true” are false."""
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    if isinstance(value, str):
        return value.lower() == "true"
    raise Trouble(f"{described(value)} is neither true nor false")


def is_empty(value: Any) -> bool:
    """What ``empty`` says: null, empty text, an empty list or map."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def equal(left: Any, right: Any, zone: tzinfo) -> bool:
    """``==``: null equals null only; numbers, truths and dates are made alike, then text."""
    if left is None or right is None:
        return left is right
    kinds = {left.__class__, right.__class__}
    if len(kinds) == 1 and kinds <= _ALIKE:
        return left == right
    if kinds & NUMBERS:
        return number_of(left) == number_of(right)
    if bool in kinds:
        return truth_of(left) == truth_of(right)
    if isinstance(left, date) or isinstance(right, date):
        return compare_dates(left, right, zone) == 0
    if str in kinds:
        return text_of(left) == text_of(right)
    return same(left, right)


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same through and through; true is not 1 here."""
    if isinstance(left, list) and isinstance(right, list):
        lefts, rights = cast("list[Any]", left), cast("list[Any]", right)
        return len(lefts) == len(rights) and all(map(same, lefts, rights))
    if isinstance(left, dict) and isinstance(right, dict):
        left_map, right_map = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
        return left_map.keys() == right_map.keys() and all(
            same(value, right_map[key]) for key, value in left_map.items()
        )
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def compare(left: Any, right: Any, zone: tzinfo) -> int:
    """Less than 0, 0 or more than 0; neither side is null."""
    kinds = {left.__class__, right.__class__}
    if kinds & NUMBERS:
        return _sign(number_of(left), number_of(right))
    if isinstance(left, date) or isinstance(right, date):
        return compare_dates(left, right, zone)
    if kinds == {str} and _DATE.match(left) and _DATE.match(right):
        return _compare_date_texts(left, right, zone)
    if str in kinds:
        return _sign(text_of(left), text_of(right))
    if kinds == {bool}:
        return _sign(left, right)
    raise Trouble(f"{described(left)} and {described(right)} cannot be compared")


def _compare_date_texts(left: str, right: str, zone: tzinfo) -> int:
    # Variables hold dates as text, whose order tells nothing when offsets differ.
    try:
        return compare_dates(left, right, zone)
    except TimeInvalid:
        return _sign(left, right)


def _sign(left: Any, right: Any) -> int:
    return (left > right) - (left < right)


def join_texts(left: Any, right: Any) -> str:
    """``+`` where the expression itself shows that it joins texts."""
    return joined([text_of(left), text_of(right)])


def plain(value: Any) -> Any:
    """A value as it leaves an expression: times become text in ISO 8601."""
    return date_text(value) if isinstance(value, datetime | date) else value
