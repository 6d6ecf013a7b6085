"""The functions of expressions: Flowable's ``variables:`` family, dates, and a few of Camunda's.

``variables:`` may be written ``vars:`` or ``var:``; the first argument names a variable and needs
no quotes: ``${vars:getOrDefault(limit, 100)}``. A variable that does not exist counts as null.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from engine.errors import InvalidVariables
from engine.juel.arithmetic import NUMBERS, Trouble, described, integer_of
from engine.juel.coerce import compare, equal, is_empty, same, text_of
from engine.juel.dates import date_of, formatted, moved
from engine.juel.scope import Scope
from engine.times import Duration
from engine.values import decode

_PREFIXES = ("variables", "vars", "var")


Runner = (
    Callable[[Scope], Any]
    | Callable[[Scope, Any], Any]
    | Callable[[Scope, Any, Any], Any]
    | Callable[..., Any]
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the scope and its arguments; ``most`` is None when there may be any number."""

    run: Runner
    least: int
    most: int | None
    names_variable: bool = False


def _get(scope: Scope, name: Any) -> Any:
    if not isinstance(name, str):
        raise Trouble(f"{described(name)} is no name of a variable")
    try:
        return scope.get(name)
    except KeyError:
        return None


def _exists(scope: Scope, name: Any) -> bool:
    try:
        scope.get(text_of(name))
    except KeyError:
        return False
    return True


def _or_default(scope: Scope, name: Any, default: Any) -> Any:
    value = _get(scope, name)
    return default if value is None else value


def _or_default_if_missing(scope: Scope, name: Any, default: Any) -> Any:
    return _get(scope, name) if _exists(scope, name) else default


def _equals(scope: Scope, name: Any, other: Any) -> bool:
    value = _get(scope, name)
    if value is None or other is None:
        return value is other
    if {value.__class__, other.__class__} <= NUMBERS or isinstance(other, date):
        return equal(value, other, scope.zone)
    return same(value, other)


def _ordered(test: Callable[[int], bool]) -> Callable[[Scope, Any, Any], bool]:
    def ordered(scope: Scope, name: Any, other: Any) -> bool:
        value = _get(scope, name)
        if value is None or other is None:
            return False
        return test(compare(value, other, scope.zone))

    return ordered


def _holds(value: Any, wanted: Any) -> bool:
    if isinstance(value, str):
        return text_of(wanted) in value
    return any(same(each, wanted) for each in cast("list[Any]", value))


def _contains(scope: Scope, name: Any, *wanted: Any) -> bool:
    value = _get(scope, name)
    return isinstance(value, str | list) and all(_holds(value, each) for each in wanted)


def _contains_any(scope: Scope, name: Any, *wanted: Any) -> bool:
    value = _get(scope, name)
    return isinstance(value, str | list) and any(_holds(value, each) for each in wanted)


def _base64(scope: Scope, name: Any) -> str | None:
    value = _get(scope, name)
    return None if value is None else base64.b64encode(text_of(value).encode()).decode()


_VARIABLES: dict[tuple[str, ...], Function] = {
    ("get",): Function(_get, 1, 1),
    ("getOrDefault",): Function(_or_default, 2, 2),
    ("getOrDefaultIfNotExist", "getOrDefaultIfNotExists"): Function(_or_default_if_missing, 2, 2),
    ("exists", "exist"): Function(_exists, 1, 1),
    ("isEmpty", "empty"): Function(lambda scope, name: is_empty(_get(scope, name)), 1, 1),
    ("isNotEmpty", "notEmpty"): Function(lambda scope, name: not is_empty(_get(scope, name)), 1, 1),
    ("equals", "eq"): Function(_equals, 2, 2),
    ("notEquals", "ne"): Function(lambda scope, name, other: not _equals(scope, name, other), 2, 2),
    ("lowerThan", "lessThan", "lt"): Function(_ordered(lambda sign: sign < 0), 2, 2),
    ("lowerThanOrEquals", "lessThanOrEquals", "lte"): Function(
        _ordered(lambda sign: sign <= 0), 2, 2
    ),
    ("greaterThan", "gt"): Function(_ordered(lambda sign: sign > 0), 2, 2),
    ("greaterThanOrEquals", "gte"): Function(_ordered(lambda sign: sign >= 0), 2, 2),
    ("contains",): Function(_contains, 2, None),
    ("containsAny",): Function(_contains_any, 2, None),
    ("base64",): Function(_base64, 1, 1),
}


def _now(scope: Scope) -> date:
    return scope.now.astimezone(scope.zone)


def _later(sign: int) -> Callable[..., date]:
    def add(scope: Scope, when: Any, years: Any = 0, months: Any = 0, days: Any = 0) -> date:
        amount = Duration(integer_of(years), integer_of(months), integer_of(days))
        return moved(date_of(when, scope.zone), amount * sign)

    return add


def _format(scope: Scope, when: Any, pattern: Any) -> str | None:
    if when is None:
        return None
    return formatted(date_of(when, scope.zone), text_of(pattern))


def _json(_: Scope, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return decode(value)
    except InvalidVariables as problem:
        raise Trouble(str(problem)) from None


def _user(scope: Scope) -> Any:
    return _get(scope, "authenticatedUserId")


FUNCTIONS: Mapping[str, Function] = {
    **{
        f"{prefix}:{name}": Function(function.run, function.least, function.most, True)
        for names, function in _VARIABLES.items()
        for name in names
        for prefix in _PREFIXES
    },
    "now": Function(_now, 0, 0),
    "dateTime": Function(_now, 0, 0),
    "currentUser": Function(_user, 0, 0),
    "S": Function(_json, 1, 1),
    "JSON": Function(_json, 1, 1),
    "date:now": Function(_now, 0, 0),
    "date:toDate": Function(lambda scope, text: date_of(text, scope.zone), 1, 1),
    "date:addDate": Function(_later(1), 2, 4),
    "date:subtractDate": Function(_later(-1), 2, 4),
    "date:format": Function(_format, 2, 2),
}
"""Every function by the name that it has in an expression."""
