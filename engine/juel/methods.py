"""The safe list: methods of texts, numbers, truths, lists and maps, named as in Java.

Every function gets the value first and converts its arguments as JUEL would. None changes its
value: those in CHANGES answer with the changed copy and with what Java would have returned, and the
expression assigns the copy to the variable.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar, cast

from engine.juel import arithmetic, patterns
from engine.juel.arithmetic import Trouble, described, integer_of, number_of
from engine.juel.coerce import (
    MAX_TEXT,
    is_empty,
    joined,
    plain,
    same,
    text_of,
    truth_of,
)
from engine.values import MAX_DIGITS

Value = TypeVar("Value")
Methods = Mapping[
    str, Callable[[Value], Any] | Callable[[Value, Any], Any] | Callable[[Value, Any, Any], Any]
]
List = list[Any]
Map = dict[str, Any]
Number = int | Decimal

_ROUNDINGS = {
    "UP": decimal.ROUND_UP,
    "DOWN": decimal.ROUND_DOWN,
    "CEILING": decimal.ROUND_CEILING,
    "FLOOR": decimal.ROUND_FLOOR,
    "HALF_UP": decimal.ROUND_HALF_UP,
    "HALF_DOWN": decimal.ROUND_HALF_DOWN,
    "HALF_EVEN": decimal.ROUND_HALF_EVEN,
}
_NOTHING = object()
_WIDE = decimal.Context(prec=2 * MAX_DIGITS)


def _substring(text: str, start: Any, end: Any = None) -> str:
    first = integer_of(start)
    last = len(text) if end is None else integer_of(end)
    if not 0 <= first <= last <= len(text):
        raise Trouble(f"substring({first}, {last}) of a text of {len(text)} characters")
    return text[first:last]


def _char_at(text: str, index: Any) -> str:
    place = integer_of(index)
    if not 0 <= place < len(text):
        raise Trouble(f"charAt({place}) of a text of {len(text)} characters")
    return text[place]


def _replace(text: str, old: Any, new: Any) -> str:
    before, after = text_of(old), text_of(new)
    if len(text) + text.count(before) * (len(after) - len(before)) > MAX_TEXT:
        raise Trouble(f"the text has more than {MAX_TEXT} characters")
    return text.replace(before, after)


def _repeat(text: str, times: Any) -> str:
    count = integer_of(times)
    if not 0 <= count <= MAX_TEXT or count * len(text) > MAX_TEXT:
        raise Trouble(f"the text has more than {MAX_TEXT} characters")
    return text * count


def _compare_texts(text: str, other: Any, *, fold: Callable[[str], str] = str) -> int:
    left, right = fold(text), fold(text_of(other))
    return (left > right) - (left < right)


_ANY: Methods[Any] = {
    "toString": text_of,
    "equals": lambda value, other: same(value, plain(other)),
    "asText": text_of,
    "asInt": integer_of,
    "asLong": integer_of,
    "asDouble": number_of,
    "asBoolean": truth_of,
    "value": lambda value: value,
    "stringValue": text_of,
    "boolValue": truth_of,
    "isNull": lambda _: False,
    "isArray": lambda value: isinstance(value, list),
    "isObject": lambda value: isinstance(value, dict),
    "isTextual": lambda value: isinstance(value, str),
    "isNumber": lambda value: isinstance(value, Number) and not isinstance(value, bool),
    "isBoolean": lambda value: isinstance(value, bool),
}

TEXT: Methods[str] = {
    **_ANY,
    "length": len,
    "isEmpty": lambda text: not text,
    "isBlank": lambda text: not text.strip(),
    "charAt": _char_at,
    "substring": _substring,
    "indexOf": lambda text, part, start=0: text.find(text_of(part), max(0, integer_of(start))),
    "lastIndexOf": lambda text, part: text.rfind(text_of(part)),
    "contains": lambda text, part: text_of(part) in text,
    "startsWith": lambda text, part: text.startswith(text_of(part)),
    "endsWith": lambda text, part: text.endswith(text_of(part)),
    "equalsIgnoreCase": lambda text, other: text.casefold() == text_of(other).casefold(),
    "compareTo": _compare_texts,
    "compareToIgnoreCase": lambda text, other: _compare_texts(text, other, fold=str.casefold),
    "concat": lambda text, other: joined([text, text_of(other)]),
    "replace": _replace,
    "replaceAll": lambda text, find, new: patterns.replaced(text, text_of(find), text_of(new)),
    "replaceFirst": lambda text, find, new: patterns.replaced(
        text, text_of(find), text_of(new), first=True
    ),
    "matches": lambda text, pattern: patterns.matches(text, text_of(pattern)),
    "split": lambda text, pattern: patterns.split(text, text_of(pattern)),
    "trim": lambda text: text.strip(),
    "strip": lambda text: text.strip(),
    "toUpperCase": lambda text: text.upper(),
    "toLowerCase": lambda text: text.lower(),
    "repeat": _repeat,
    "intValue": integer_of,
    "textValue": text_of,
}


def _power(number: Number, exponent: Any) -> Number:
    times = integer_of(exponent)
    if not 0 <= times <= 999:
        raise Trouble("pow() takes an exponent from 0 to 999")
    result: Number = 1
    for _ in range(times):
        result = arithmetic.multiply(result, number)
    return result


def _rounded(number: Number, places: Any, mode: Any = "HALF_UP") -> Decimal:
    digits, rounding = integer_of(places), _ROUNDINGS.get(text_of(mode))
    if rounding is None:
        raise Trouble(f"the rounding mode {described(mode)} is not known")
    if abs(digits) > 1000:
        raise Trouble("setScale() takes up to 1000 places")
    return Decimal(number).quantize(Decimal(1).scaleb(-digits), rounding, _WIDE)


def _divided(number: Number, by: Any, places: Any = None, mode: Any = "HALF_UP") -> Any:
    quotient = arithmetic.divide(number, by)
    return quotient if places is None else _rounded(quotient, places, mode)


def _compare_numbers(number: Number, other: Any) -> int:
    right = number_of(other)
    return (number > right) - (number < right)


NUMBER: Methods[Number] = {
    **_ANY,
    "equals": lambda number, other: number == plain(other) and not isinstance(other, bool),
    "intValue": integer_of,
    "longValue": integer_of,
    "shortValue": integer_of,
    "doubleValue": number_of,
    "floatValue": number_of,
    "decimalValue": number_of,
    "numberValue": number_of,
    "toBigInteger": integer_of,
    "toPlainString": text_of,
    "compareTo": _compare_numbers,
    "abs": lambda number: -number if number < 0 else number,
    "negate": arithmetic.minus,
    "signum": lambda number: _compare_numbers(number, 0),
    "add": arithmetic.add,
    "subtract": arithmetic.subtract,
    "multiply": arithmetic.multiply,
    "divide": _divided,
    "mod": arithmetic.modulo,
    "remainder": arithmetic.modulo,
    "pow": _power,
    "setScale": _rounded,
    "min": lambda number, other: min(number, number_of(other)),
    "max": lambda number, other: max(number, number_of(other)),
}

TRUTH: Methods[bool] = {**_ANY, "booleanValue": truth_of}


def _get(items: List, index: Any) -> Any:
    place = integer_of(index)
    if not 0 <= place < len(items):
        raise Trouble(f"get({place}) of a list of {len(items)}")
    return items[place]


def _index(items: List, value: Any) -> int:
    wanted = plain(value)
    return next((i for i, each in enumerate(items) if same(each, wanted)), -1)


def _last_index(items: List, value: Any) -> int:
    index = _index(items[::-1], value)
    return -1 if index < 0 else len(items) - 1 - index


def _sublist(items: List, start: Any, end: Any) -> List:
    first, last = integer_of(start), integer_of(end)
    if not 0 <= first <= last <= len(items):
        raise Trouble(f"subList({first}, {last}) of a list of {len(items)}")
    return items[first:last]


def _list(value: Any) -> List:
    if isinstance(value, list):
        return cast("List", value)
    raise Trouble(f"{described(value)} is no list")


LIST: Methods[List] = {
    **_ANY,
    "size": len,
    "isEmpty": is_empty,
    "get": _get,
    "getFirst": lambda items: _get(items, 0),
    "getLast": lambda items: _get(items, len(items) - 1),
    "contains": lambda items, value: _index(items, value) >= 0,
    "containsAll": lambda items, values: all(_index(items, each) >= 0 for each in _list(values)),
    "indexOf": _index,
    "lastIndexOf": _last_index,
    "subList": _sublist,
    "elements": lambda items: items,
    "join": lambda items, between="": joined([text_of(between).join(map(text_of, items))]),
}


def _prop(values: Map, key: Any) -> Any:
    name = text_of(key)
    if name not in values:
        raise Trouble(f"there is no property {described(name)}")
    return values[name]


def _entries(values: Map) -> List:
    return [{"key": key, "value": value} for key, value in values.items()]


MAP: Methods[Map] = {
    **_ANY,
    "size": len,
    "isEmpty": is_empty,
    "get": lambda values, key: values.get(text_of(key)),
    "path": lambda values, key: values.get(text_of(key)),
    "getOrDefault": lambda values, key, other: values.get(text_of(key), plain(other)),
    "containsKey": lambda values, key: text_of(key) in values,
    "has": lambda values, key: text_of(key) in values,
    "hasNonNull": lambda values, key: values.get(text_of(key)) is not None,
    "prop": _prop,
    "hasProp": lambda values, key: text_of(key) in values,
    "fieldNames": list,
    "containsValue": lambda values, value: _index(list(values.values()), value) >= 0,
    "keySet": list,
    "values": lambda values: list(values.values()),
    "entrySet": _entries,
}


def _add(items: List, place: Any, value: Any = _NOTHING) -> tuple[List, Any]:
    if value is _NOTHING:
        return [*items, plain(place)], True
    index = integer_of(place)
    if not 0 <= index <= len(items):
        raise Trouble(f"add({index}, …) to a list of {len(items)}")
    return [*items[:index], plain(value), *items[index:]], None


def _add_all(items: List, more: Any) -> tuple[List, bool]:
    return [*items, *_list(more)], bool(more)


def _remove(items: List, what: Any) -> tuple[List, Any]:
    if isinstance(what, int) and not isinstance(what, bool):
        value = _get(items, what)
        return [*items[:what], *items[what + 1 :]], value
    index = _index(items, what)
    return ([*items[:index], *items[index + 1 :]] if index >= 0 else items), index >= 0


def _set(items: List, place: Any, value: Any) -> tuple[List, Any]:
    index = integer_of(place)
    return [*items[:index], plain(value), *items[index + 1 :]], _get(items, index)


def _put(values: Map, key: Any, value: Any) -> tuple[Map, Any]:
    name = text_of(key)
    return {**values, name: plain(value)}, values.get(name)


def _drop(values: Map, key: Any) -> tuple[Map, Any]:
    name = text_of(key)
    return {k: v for k, v in values.items() if k != name}, values.get(name)


LIST_CHANGES: Methods[List] = {
    "add": _add,
    "addAll": _add_all,
    "remove": _remove,
    "set": _set,
    "clear": lambda _: ([], None),
}
MAP_CHANGES: Methods[Map] = {
    "put": _put,
    "set": _put,
    "putAll": lambda values, more: ({**values, **more}, None),
    "remove": _drop,
    "clear": lambda _: ({}, None),
}
CHANGES = LIST_CHANGES.keys() | MAP_CHANGES.keys()
"""Names of the methods that change a list or map."""


def changed(value: List | Map, name: str, arguments: tuple[Any, ...]) -> tuple[Any, Any] | None:
    """The changed copy and the answer of a method that changes; None when it does not."""
    table: Mapping[str, Callable[..., Any]] = (
        LIST_CHANGES if isinstance(value, list) else MAP_CHANGES
    )
    method = table.get(name)
    if method is None:
        return None
    try:
        copy, answer = method(value, *arguments)
    except (TypeError, ValueError):
        raise Trouble(f"{name}() is called with the wrong arguments") from None
    if len(copy) > MAX_TEXT:
        raise Trouble(f"the {'list' if isinstance(value, list) else 'map'} is too long")
    return copy, answer
