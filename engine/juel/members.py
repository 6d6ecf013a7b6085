"""What an expression may read from a value and call on it.

Only the safe list of :mod:`engine.juel.methods` can be reached, and of an object of the engine its
``juel_members``: a class attribute that maps a method's name to a function of the object and the
arguments. A property ``x`` is what ``getX()`` or ``isX()`` answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any, cast

from engine.juel.arithmetic import Trouble, described, integer_of
from engine.juel.coerce import plain, text_of
from engine.juel.dates import DATE_METHODS, ZONED_METHODS, date_of
from engine.juel.methods import LIST, MAP, NUMBER, TEXT, TRUTH

Method = Callable[..., Any]

_DATE: Mapping[str, Method] = {**DATE_METHODS, **ZONED_METHODS}
_ZONED = frozenset(ZONED_METHODS.values())


def property_of(value: Any, name: str, zone: tzinfo) -> Any:
    """``value.name``: a map's entry, or what ``getName()`` or ``isName()`` answers."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).get(name)
    if value is None:
        return None
    for getter in _getters(name):
        receiver, table = _receiver(value, getter, zone)
        if getter in table:
            return _called(receiver, table[getter], (), zone)
    raise Trouble(f"{described(value)} has no property “{name}”")


def item_of(value: Any, key: Any, zone: tzinfo) -> Any:
    """``value[key]``: null when there is no such entry; -1 is the last of a list."""
    if value is None or key is None:
        return None
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).get(text_of(key))
    if isinstance(value, list):
        items, index = cast("list[Any]", value), integer_of(key)
        return items[index] if -len(items) <= index < len(items) else None
    return property_of(value, text_of(key), zone)


def call(value: Any, name: str, arguments: tuple[Any, ...], zone: tzinfo) -> Any:
    """``value.name(arguments)``."""
    if value is None:
        raise Trouble(f"{name}() is called on null")
    receiver, table = _receiver(value, name, zone)
    if name not in table:
        raise Trouble(f"{described(value)} has no method “{name}”")
    return _called(receiver, table[name], arguments, zone)


def set_property(value: Any, name: str, new: Any) -> bool:
    """Set a property of an object of the engine; false when the value is no such object."""
    members = _members_of(value)
    if members is None:
        return False
    setter = f"set{name[:1].upper()}{name[1:]}"
    if setter not in members:
        raise Trouble(f"“{name}” cannot be set")
    members[setter](value, plain(new))
    return True


def _getters(name: str) -> tuple[str, str]:
    capital = f"{name[:1].upper()}{name[1:]}"
    return f"get{capital}", f"is{capital}"


def _members_of(value: Any) -> Mapping[str, Method] | None:
    return getattr(value.__class__, "juel_members", None)


def _receiver(value: Any, method: str, zone: tzinfo) -> tuple[Any, Mapping[str, Method]]:
    """The value on which to call a method, and what may be called: dates may come as text."""
    members = _members_of(value)
    if members is not None:
        return value, members
    if isinstance(value, str):
        if method in _DATE and method not in TEXT:
            return date_of(value, zone), _DATE
        return value, TEXT
    return value, _table(value)


def _table(value: Any) -> Mapping[str, Method]:
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, int | Decimal):
        return NUMBER
    if isinstance(value, list):
        return LIST
    if isinstance(value, dict):
        return MAP
    return _DATE if isinstance(value, date) else {}


def _called(value: Any, method: Method, arguments: tuple[Any, ...], zone: tzinfo) -> Any:
    if method in _ZONED:
        arguments = (zone, value, *arguments)
    elif _members_of(value) is not None:
        arguments = (value, *map(plain, arguments))
    else:
        arguments = (value, *arguments)
    try:
        return method(*arguments)
    except TypeError as problem:
        # A wrong number of arguments fails before anything of the method has run.
        if problem.__traceback__ is None or problem.__traceback__.tb_next is not None:
            raise
        raise Trouble("it is called with a wrong number of arguments") from None
