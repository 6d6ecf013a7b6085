"""Numbers in expressions: exact, and made from what JUEL lets stand for a number.

An integer stays one of any size, ``/`` gives a decimal of up to 34 digits, and nothing is ever a
float. Null and empty text count as 0; other text must be a number.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from engine.values import MAX_DIGITS

NUMBERS = frozenset({int, Decimal})
_LIMIT = 10**MAX_DIGITS
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_TRAPS = [decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
_EXACT = decimal.Context(
    prec=MAX_DIGITS, Emax=MAX_DIGITS, Emin=-MAX_DIGITS, traps=[*_TRAPS, decimal.Inexact]
)
_DIVISION = decimal.Context(
    prec=34, rounding=decimal.ROUND_HALF_UP, Emax=MAX_DIGITS, Emin=-MAX_DIGITS, traps=_TRAPS
)
_TENTH = Decimal("0.1")


class Trouble(Exception):
    """Something that cannot be done with the values at hand, with its place in the expression."""

    def __init__(self, message: str, place: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


def described(value: Any) -> str:
    """A value in a message: short, and no more than is needed to recognise it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"“{value}”" if len(value) <= 40 else f"“{value[:37]}…”"
    if isinstance(value, int | Decimal):
        return str(value) if abs(value) < 10**20 else "a long number"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a map"
    return value.isoformat() if isinstance(value, date) else "an object"


def number_of(value: Any) -> int | Decimal:
    """A value as number: null and empty text are 0."""
    if type(value) in NUMBERS:
        return value
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        number = _number_in(value)
        if number is not None:
            return number
    raise Trouble(f"{described(value)} cannot be used as a number")


def _number_in(text: str) -> int | Decimal | None:
    if len(text) > MAX_DIGITS:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def is_words(value: Any) -> bool:
    """Whether a value is text that cannot be a number."""
    return isinstance(value, str) and value != "" and _number_in(value) is None


def integer_of(value: Any) -> int:
    """A value as an integer, decimals cut off, as an index or amount."""
    number = number_of(value)
    if isinstance(number, Decimal):
        if abs(number.adjusted()) > MAX_DIGITS:
            raise Trouble(f"{described(value)} is too large")
        return int(number)
    return number


def add(left: Any, right: Any) -> Any:
    """``+``: the sum; where one side is text that cannot be a number, the texts joined."""
    if is_words(left) or is_words(right):
        raise Trouble(
            f"{described(left)} + {described(right)}: + adds numbers; "
            "join texts with ${a}${b} or a.concat(b)"
        )
    return _exactly(_EXACT.add, int.__add__, number_of(left), number_of(right))


def subtract(left: Any, right: Any) -> int | Decimal:
    """``-`` between two values."""
    return _exactly(_EXACT.subtract, int.__sub__, number_of(left), number_of(right))


def multiply(left: Any, right: Any) -> int | Decimal:
    """``*``."""
    return _exactly(_EXACT.multiply, int.__mul__, number_of(left), number_of(right))


def divide(left: Any, right: Any) -> int | Decimal:
    """``/``: always a decimal (10/2 is 5.0), rounded half up after 34 digits."""
    if left is None and right is None:
        return 0
    dividend, divisor = number_of(left), number_of(right)
    if not divisor:
        raise Trouble("division by zero")
    try:
        quotient = _DIVISION.divide(Decimal(dividend), Decimal(divisor))
    except decimal.DecimalException:
        raise Trouble("the result is too large") from None
    if quotient.adjusted() < 32 and quotient == quotient.to_integral_value():
        return quotient.quantize(_TENTH, context=_DIVISION)
    return quotient


def modulo(left: Any, right: Any) -> int | Decimal:
    """``%``: the remainder, with the sign of the left side as in Java."""
    if left is None and right is None:
        return 0
    dividend, divisor = number_of(left), number_of(right)
    if not divisor:
        raise Trouble("division by zero")
    return _exactly(_EXACT.remainder, _remainder, dividend, divisor)


def _remainder(dividend: int, divisor: int) -> int:
    rest = abs(dividend) % abs(divisor)
    return -rest if dividend < 0 else rest


def minus(value: Any) -> int | Decimal:
    """``-`` before a value."""
    number = number_of(value)
    return -number if isinstance(number, int) else _EXACT.minus(number)


def _exactly(
    decimals: Callable[[Decimal, Decimal], Decimal],
    integers: Callable[[int, int], int],
    left: int | Decimal,
    right: int | Decimal,
) -> int | Decimal:
    if isinstance(left, int) and isinstance(right, int):
        return bounded(integers(left, right))
    try:
        return decimals(Decimal(left), Decimal(right))
    except decimal.DecimalException:
        raise Trouble(f"the number has more than {MAX_DIGITS} digits") from None


def bounded(number: int) -> int:
    """An integer, unless it is longer than a variable may be."""
    if -_LIMIT < number < _LIMIT:
        return number
    raise Trouble(f"the number has more than {MAX_DIGITS} digits")
