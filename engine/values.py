"""What a variable may be: a JSON value whose numbers are exact, under a name that people can read.

A value is ``None``, ``bool``, ``int``, ``Decimal``, ``str``, or a ``list`` or ``dict`` (with text
keys) of these. Never a float: JSON is read with ``Decimal`` and written digit by digit, so ``1.10``
stays ``1.10`` and a number of twenty digits keeps them all. Dates are text in ISO 8601.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

import msgspec

from engine.errors import InvalidVariables

MAX_DEPTH = 100
MAX_DIGITS = 4000  # Python refuses to print integers of more than 4300
MAX_NAME = 255

_BIGGEST = 10**MAX_DIGITS
_SMALLEST = -_BIGGEST
_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_BAD_IN_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PLAIN = frozenset({type(None), bool})
_TEXT = frozenset({str})
_TREES = frozenset({list, dict})
_KINDS = _PLAIN | _TREES | {str, int, Decimal}


def encode(value: Any) -> bytes:
    """JSON text of a checked value, as UTF-8."""
    return _encode(value)


def decode(data: bytes | str) -> Any:
    """The value of a JSON text. Raises InvalidVariables when it is no JSON."""
    try:
        return _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, ArithmeticError) as problem:
        raise InvalidVariables(f"not valid JSON: {problem}") from None
    except RecursionError:
        raise InvalidVariables("not valid JSON: nested too deeply") from None


def check(value: Any, name: str = "value") -> None:
    """Refuse what is no JSON value, with a message that says where. Raises InvalidVariables."""
    kind = value.__class__
    if kind in _PLAIN:
        return
    if kind is str or kind is int or kind is Decimal:
        _check_scalar(value, name)
        return
    if kind is not list and kind is not dict:
        raise InvalidVariables(f"{name}: {_refusal(value)}")
    if not _is_sound(value):
        _check_tree(value, name)


def checked_name(name: Any) -> str:
    """The name of a variable, if it may be one. Raises InvalidVariables."""
    if not isinstance(name, str):
        raise InvalidVariables("the name of a variable must be text")
    if not name or len(name) > MAX_NAME:
        raise InvalidVariables(f"the name of a variable must have 1 to {MAX_NAME} characters")
    if _BAD_IN_NAME.search(name):
        raise InvalidVariables(f"the variable name {name!r} holds a control character")
    if name != name.strip():
        raise InvalidVariables(f"the variable name {name!r} begins or ends with a space")
    return name


_known_name = lru_cache(maxsize=4096)(checked_name)


def checked_variables(variables: Any) -> dict[str, Any]:
    """Variables by name, all names and values checked. Raises InvalidVariables."""
    if not isinstance(variables, Mapping):
        raise InvalidVariables("variables must be an object of names and values")
    items = cast("Mapping[Any, Any]", variables).items()
    checked = {_known_name(name): value for name, value in items}
    for name, value in checked.items():
        check(value, name)
    return checked


def exact(value: Any) -> Any:
    """A value of Python's own world as a variable: floats, tuples and dates become what they mean.

    For values that did not come as JSON (YAML, for one). Raises InvalidVariables.
    """
    converted = _exact(value, 0)
    check(converted)
    return converted


def _exact(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise InvalidVariables("value: nested too deeply")
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        return {str(key): _exact(each, depth + 1) for key, each in items}
    if isinstance(value, list | tuple):
        return [_exact(each, depth + 1) for each in cast("list[Any]", value)]
    return value


def _is_sound(root: Any) -> bool:
    """Whether a list or map may be a value: quickly, level by level, without names of places.

    When not, :func:`_check_tree` says what is wrong, and where.
    """
    level: list[Any] = [root]
    for _ in range(MAX_DEPTH):
        keys: set[Any] = set()
        values: list[Any] = []
        for each in level:
            if each.__class__ is dict:
                keys.update(each)
                values += each.values()
            else:
                values += each
        kinds = set(map(type, values))
        if not (_TEXT.issuperset(map(type, keys)) and _are_whole(keys)):
            return False
        if not (kinds <= _KINDS and _are_sound(values, kinds)):
            return False
        if kinds.isdisjoint(_TREES):
            return True
        level = [each for each in values if each.__class__ in _TREES]
    return False


def _are_whole(texts: Iterable[str]) -> bool:
    text = "".join(texts)
    return text.isascii() or not _SURROGATE.search(text)


def _are_sound(values: list[Any], kinds: set[type]) -> bool:
    """Whether the scalars among these, of these kinds, may be values."""
    if str in kinds and not _are_whole([each for each in values if each.__class__ is str]):
        return False
    if int in kinds:
        numbers = [each for each in values if each.__class__ is int]
        if min(numbers) <= -_BIGGEST or max(numbers) >= _BIGGEST:
            return False
    return Decimal not in kinds or all(
        _is_exact(each) for each in values if each.__class__ is Decimal
    )


def _check_tree(root: Any, name: str) -> None:
    level: list[tuple[str, Any]] = [(name, root)]
    for _ in range(MAX_DEPTH):
        deeper: list[tuple[str, Any]] = []
        for path, value in level:
            for place, each in _children(path, value):
                kind = each.__class__
                if kind is list or kind is dict:
                    deeper.append((place, each))
                elif kind not in _PLAIN:
                    _check_scalar(each, place)
        if not deeper:
            return
        level = deeper
    raise InvalidVariables(f"{name}: nested more than {MAX_DEPTH} levels deep")


def _children(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if type(value) is list:
        for index, each in enumerate(cast("list[Any]", value)):
            yield f"{path}[{index}]", each
        return
    for key, each in cast("dict[Any, Any]", value).items():
        if type(key) is not str:
            raise InvalidVariables(f"{path}: the key {key!r} is not text")
        if _SURROGATE.search(key):
            raise InvalidVariables(f"{path}: a key holds half a character")
        yield f"{path}.{key}", each


def _check_scalar(value: Any, path: str) -> None:
    kind = value.__class__
    if kind is str:
        # A half character cannot be written as UTF-8.
        if not value.isascii() and _SURROGATE.search(value):
            raise InvalidVariables(f"{path}: holds half a character")
    elif kind is int:
        if not _SMALLEST < value < _BIGGEST:
            raise InvalidVariables(f"{path}: a number of more than {MAX_DIGITS} digits")
    elif kind is Decimal:
        _check_decimal(value, path)
    else:
        raise InvalidVariables(f"{path}: {_refusal(value)}")


def _is_exact(value: Decimal) -> bool:
    _, digits, exponent = value.as_tuple()
    return isinstance(exponent, int) and max(len(digits), abs(exponent)) <= MAX_DIGITS


def _check_decimal(value: Decimal, path: str) -> None:
    if not value.is_finite():
        raise InvalidVariables(f"{path}: is not a number")
    if not _is_exact(value):
        raise InvalidVariables(f"{path}: a number of more than {MAX_DIGITS} digits")


def _refusal(value: Any) -> str:
    if isinstance(value, float):
        return "a number must be an integer or an exact decimal"
    return f"a {type(value).__name__} is no JSON value"


def as_text(value: Any) -> str:
    """A value as people and attributes write it: text as it is, numbers plain, the rest as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return encode(value).decode()
